package lean

import (
	"context"
	"slices"
	"sync"
)

// Where the budget is long for the number of stops one annealing gets stuck at a plan that depends on its luck. Then a few plans are
// annealed apart, and a genetic search goes on from them. On drawn towns of 130 to 450 stops and instances of Uchoa et al. (2017) of
// 150 to 500 the mean cost after 8 to 24 seconds is below that of four annealed plans crossed by routes; a genetic search from random
// orders has time for too few children. With 560 stops one annealing was better.
const (
	bredPerStop   = 5000    // steps for each stop of the budget from which on plans are bred
	bredNodes     = 520     // most nodes for which they are
	bredReach     = 1 << 27 // longest leg with the price of a vehicle, so that sums of a few fit in 32 bits
	founders      = 8
	foundersShare = 0.6 // of the budget
)

// affordsBreeding tells whether the problem is small enough and the budget long enough to breed; by the clock, a few steps of s tell.
func affordsBreeding(s *search, o Options) bool {
	p := s.l.p
	if p.n > bredNodes || p.cells == nil || int64(slices.Max(p.cells))+p.opening > bredReach {
		return false
	}
	steps := float64(o.Iterations)
	if o.Spent != nil {
		begin := o.Spent()
		s.stretch(s.arc, s.arc, probeSteps, func() bool { return false })
		steps = probeSteps * (1 - begin) / max(o.Spent()-begin, 1e-9)
	}
	return steps/float64(p.n) >= bredPerStop
}

// breed anneals founders and breeds from them until the budget is spent, and returns the best plan and the steps done.
func breed(ctx context.Context, first *links, o Options) ([][]int32, int) {
	plans, steps := found(ctx, first, o)
	routes := 0
	for _, tours := range plans {
		routes = max(routes, len(tours))
	}
	s := newGenetic(newGround(first.p, routes), o)
	for _, tours := range plans {
		s.settle(tours)
	}
	return s.evolve(ctx, steps)
}

// inTurn runs work for 0…count-1: worker w does w, w+workers and so on, one after the other.
func inTurn(workers, count int, work func(w, k int)) {
	var wait sync.WaitGroup
	for w := range min(workers, count) {
		wait.Go(func() {
			for k := w; k < count; k += workers {
				work(w, k)
			}
		})
	}
	wait.Wait()
}

// found anneals the founders and returns the routes of each and the steps done.
func found(ctx context.Context, first *links, o Options) ([][][]int32, int) {
	count, workers, arc := founders, max(o.Workers, 1), first.meanInner()
	if o.Spent != nil {
		count = max(count, workers)
	}
	turns := (count + workers - 1) / workers
	all, steps := make([][][]int32, count), make([]int, count)
	begin := o.done(0)
	inTurn(workers, count, func(_, k int) {
		s := newSearch(first.copied(), o.Seed+uint64(k)<<32, arc)
		done := func(i int) float64 { return float64(i) * float64(count) / (foundersShare * float64(o.Iterations)) }
		if o.Spent != nil {
			share := (1 - begin) * foundersShare / float64(turns)
			from := begin + share*float64(k/workers)
			done = func(int) float64 { return (o.Spent() - from) / share }
		}
		steps[k] = s.run(ctx, done)
		s.best.load(s.l)
		all[k] = s.l.tours()
	})
	sum := 0
	for _, k := range steps {
		sum += k
	}
	return all, sum
}
