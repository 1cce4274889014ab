package live

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"quartermaster/internal/rng"
)

// loaded is what an open-loop load found.
type loaded struct {
	mu     sync.Mutex
	took   []time.Duration
	kinds  []int // of took
	errors int
	first  error
	span   time.Duration // from the first request that counts to the end of the last
}

// load sends requests at a rate with exponential pauses, whether or not earlier ones have been answered, and measures each
// from the moment at which it was to be sent: a server that stalls is charged for all whom it kept waiting (no coordinated
// omission). Requests of the warm-up are sent and not counted.
func load(ctx context.Context, perSec float64, warmup, span time.Duration, seed uint64, ask func(ctx context.Context, n int) (kind int, err error)) *loaded {
	r, out := rng.New(seed, "arrivals"), &loaded{}
	var wg sync.WaitGroup
	begin := time.Now()
	at, n := time.Duration(0), 0
	for at < warmup+span && ctx.Err() == nil {
		at += time.Duration(r.ExpFloat64() / perSec * float64(time.Second))
		due := begin.Add(at)
		time.Sleep(time.Until(due))
		number, counts := n, at >= warmup
		n++
		wg.Go(func() {
			kind, err := ask(ctx, number)
			if took := time.Since(due); counts {
				out.add(kind, took, err)
			}
		})
	}
	wg.Wait()
	out.span = time.Since(begin.Add(warmup))
	return out
}

func (l *loaded) add(kind int, took time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took, l.kinds = append(l.took, took), append(l.kinds, kind)
	if err != nil {
		l.errors++
		if l.first == nil {
			l.first = err
		}
	}
}

// perSec is how many requests were answered a second.
func (l *loaded) perSec() float64 { return float64(len(l.took)) / max(l.span.Seconds(), 1e-9) }

// ms gives a quantile of the times in milliseconds, of one kind or of all (-1): the smallest time that at least that share
// of the requests did not exceed.
func (l *loaded) ms(share float64, kind int) float64 {
	var some []time.Duration
	for i, t := range l.took {
		if kind < 0 || l.kinds[i] == kind {
			some = append(some, t)
		}
	}
	if len(some) == 0 {
		return 0
	}
	slices.Sort(some)
	return float64(some[max(0, int(math.Ceil(share*float64(len(some))))-1)]) / float64(time.Millisecond)
}
