package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
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
func (s *Server) until(ctx context.Context, wait, every time.Duration, b *bell, look func(ctx context.Context) (done bool, err error)) error {
	limit := time.NewTimer(wait)
	defer limit.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		var rung <-chan struct{}
		if b != nil {
			rung = b.wait() // before looking, so that no ring in between is missed
		}
		done, err := s.within(ctx, look)
		if done || err != nil || wait <= 0 {
			return err
		}
		ctx = withBudget(ctx) // it answered, and the time spent on waiting is the caller's own
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

// budget is what one request may spend on waiting for the store in all: looking up who asks, how much waits and what is
// there come one after the other, and patience for each would add up. It runs from the first of them on, so that reading a
// long body costs nothing of it.
type budget struct {
	mu  sync.Mutex
	end time.Time // zero = the store was not asked yet
}

type budgetKey struct{}

// withBudget begins a budget of its own.
func withBudget(ctx context.Context) context.Context {
	return context.WithValue(ctx, budgetKey{}, &budget{})
}

// patient ends the context when the request's budget is spent; outside of a request it is a whole budget.
func (s *Server) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	end := time.Now().Add(s.options.Patience)
	if b, ok := ctx.Value(budgetKey{}).(*budget); ok {
		b.mu.Lock()
		if b.end.IsZero() {
			b.end = end
		}
		end = b.end
		b.mu.Unlock()
	}
	return context.WithDeadlineCause(ctx, end, service.ErrUnavailable)
}

// within calls look with what is left of the request's budget.
func (s *Server) within(ctx context.Context, look func(ctx context.Context) (bool, error)) (bool, error) {
	ctx, cancel := s.patient(ctx)
	defer cancel()
	done, err := look(ctx)
	return done, overdue(ctx, err)
}

// overdue says of an error that came after the store's patience had ended that the store is unavailable.
func overdue(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), service.ErrUnavailable) {
		return fmt.Errorf("%w: %w", service.ErrUnavailable, err)
	}
	return err
}

// register adds an operation that waits for nothing but the store, and for that only so long.
func register[I, O any](s *Server, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := s.patient(ctx)
		defer cancel()
		return handle(ctx, in)
	})
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
