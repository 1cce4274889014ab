package store

import (
	"context"
	"sync"
	"time"
)

// group gathers small calls that arrive while another commit is under way into one transaction (group commit: DeWitt et
// al., SIGMOD 1984, section 5.2). A call alone waits for nobody. No goroutine lives on when there is nothing to do.
type group[T any] struct {
	run        func(ctx context.Context, batch []T)
	maxLeaders int
	patience   time.Duration

	mu      sync.Mutex
	pending []T
	leaders int
	running sync.WaitGroup
}

// groupMax is how many calls go in one transaction.
const groupMax = 64

// newGroup makes a group for one dialect, which says how many transactions run at a time and how long one may take; callers
// wait no longer than their own context.
func newGroup[T any](d dialect, run func(ctx context.Context, batch []T)) *group[T] {
	return &group[T]{run: run, maxLeaders: d.leaders, patience: d.patience}
}

// add puts one call in line. run tells the call itself how it went.
func (g *group[T]) add(call T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending = append(g.pending, call)
	if g.leaders < g.maxLeaders {
		g.leaders++
		g.running.Go(g.lead)
	}
}

// lead runs batches until none is left.
func (g *group[T]) lead() {
	for {
		g.mu.Lock()
		n := min(len(g.pending), groupMax)
		if n == 0 {
			g.leaders--
			g.mu.Unlock()
			return
		}
		batch := append([]T(nil), g.pending[:n]...)
		g.pending = g.pending[n:]
		g.mu.Unlock()

		ctx, cancel := context.WithTimeout(context.Background(), g.patience)
		g.run(ctx, batch)
		cancel()
	}
}

// wait returns when all calls were run.
func (g *group[T]) wait() { g.running.Wait() }

// call is one call in a group and its answer.
type call struct {
	done chan struct{}
	err  error
}

func newCall() call { return call{done: make(chan struct{})} }

func (c *call) finish(err error) {
	c.err = err
	close(c.done)
}

// await gives the answer, or ctx's error: then the call may still take effect.
func (c *call) await(ctx context.Context) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
