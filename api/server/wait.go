package server

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"quartermaster/api"
)

// bell wakes all who wait on it.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func newBell() *bell { return &bell{ch: make(chan struct{})} }

// wait gives a channel that is closed at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}

// pollEvery is how often a waiting request looks at the store, which other processes write to as well.
const pollEvery = 500 * time.Millisecond

// until calls look until it is satisfied or the time is up; a ring of b makes it look at once (nil = no bell).
func (s *Server) until(ctx context.Context, wait, every time.Duration, b *bell, look func() (done bool, err error)) error {
	limit := time.NewTimer(wait)
	defer limit.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		var rung <-chan struct{}
		if b != nil {
			rung = b.wait() // before looking, so that no ring in between is missed
		}
		done, err := look()
		if done || err != nil || wait <= 0 {
			return err
		}
		select {
		case <-limit.C:
			return nil
		case <-s.closing:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-rung:
		}
	}
}

// preferredWait reads the wait of a Prefer header (RFC 7240), as "wait=10" or among other preferences; what is not
// understood is ignored, as the RFC says. It gives at most the longest that a request may wait.
func preferredWait(header string) time.Duration {
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ',' || r == ';' }) {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		sec, err := strconv.Atoi(strings.Trim(strings.TrimSpace(value), `"`))
		if err != nil || sec < 0 {
			return 0
		}
		return time.Duration(min(sec, api.MaxWaitSec)) * time.Second
	}
	return 0
}
