// Package lean plans the capacitated vehicle routing problem in its barest form.
//
// Solves one depot, symmetric travel, one kind of vehicle and one kind of load, up to a hundred thousand stops and more: most public
// instances and many daily problems. Takes a Problem and gives the stops of each route in order. Method: savings (Clarke, Wright
// 1964); ruin and recreate by adjacent strings with annealing (Christiaens, Vanden Berghe 2020), insertions tried beside near stops
// only (Toth, Vigo 2003); large plans region by region (Accorsi, Vigo 2024; Santini et al. 2023), small ones with a long budget by
// hybrid genetic search from annealed plans (Vidal 2022). Never: it does not read the clock, and it knows no bound.
package lean

import (
	"context"
	"sync"

	"quartermaster/routing"
)

// Problem is what is planned: node 0 is the depot. Travel is read from Cells, or from Plane where Cells is nil.
type Problem struct {
	Plane    *routing.Plane
	Cells    []int32 // n*n metres, symmetric
	Demand   []int32 // of each node, the depot's 0; none is above Limit
	Limit    int64   // what a vehicle carries
	OpeningM int64   // what one more vehicle costs, in metres driven
}

// Options steer the search.
type Options struct {
	Seed       uint64
	Iterations int                             // budget in steps; none: the first plan alone
	Spent      func() float64                  // in place of Iterations: the part of the budget spent, 0…1; workers ask at their own time
	Workers    int                             // default 0 = 1
	Progress   func(done float64, costM int64) // told of each hundredth
}

// Solve plans p and returns the stops of each route and the steps done. Where the budget counts Iterations they are the same for any
// number of workers. By the clock, plans of up to 600 stops with a short budget, and those between 520 and some 700, are searched by each
// worker alone and the best plan counts; all others by all workers together. Where the time does not suffice to lay out what the search
// looks up, routes filled along a curve through the stops come back.
func Solve(ctx context.Context, in Problem, o Options) ([][]int32, int) {
	if in.Cells != nil || in.Plane == nil || len(in.Demand) <= regionalNodes {
		return solve(ctx, in, o)
	}
	in, ids := alongCurve(in)
	tours, steps := solve(ctx, in, o)
	for _, stops := range tours {
		for k, c := range stops {
			stops[k] = ids[c]
		}
	}
	return tours, steps
}

func solve(ctx context.Context, in Problem, o Options) ([][]int32, int) {
	late := func() bool { return ctx.Err() != nil || o.Spent != nil && o.Spent() >= layoutPart }
	p := newProblem(in, o.Workers, late)
	if p == nil {
		return in.filled(), 0
	}
	first := newLinks(p)
	first.savings()
	arc := first.meanInner()
	switch {
	case p.x != nil && p.n > regionalNodes:
		most := max(regionStops, regionRoutes*(p.n-1)/max(first.used, 1))
		if p.n-1 <= most {
			return sideBySide(o, func(o Options) outcome { return regional(ctx, first, most, o) })
		}
		all := regional(ctx, first, most, o)
		return all.tours, all.steps
	case affordsBreeding(newSearch(first.copied(), o.Seed, arc), o):
		return breed(ctx, first, o)
	}
	return sideBySide(o, func(o Options) outcome { return annealed(ctx, first, arc, o) })
}

// done is the part of the budget spent after k steps, 1 and more when it is all.
func (o Options) done(k int) float64 {
	if o.Spent != nil {
		return o.Spent()
	}
	if o.Iterations <= 0 {
		return 1
	}
	return float64(k) / float64(o.Iterations)
}

// outcome is the plan of one search.
type outcome struct {
	tours [][]int32
	cost  int64
	steps int
}

// sideBySide runs one search by the clock for each worker, each from its own seed, and returns the best plan; of counted steps one
// search takes all.
func sideBySide(o Options, run func(o Options) outcome) ([][]int32, int) {
	count := 1
	if o.Spent != nil {
		count = max(o.Workers, 1)
	}
	all := make([]outcome, count)
	var wait sync.WaitGroup
	for w := range all {
		own := o
		own.Seed, own.Workers = o.Seed+uint64(w)<<32, 1
		if w > 0 {
			own.Progress = nil
		}
		wait.Go(func() { all[w] = run(own) })
	}
	wait.Wait()
	pick, sum := 0, 0
	for w := range all {
		sum += all[w].steps
		if all[w].cost < all[pick].cost {
			pick = w
		}
	}
	return all[pick].tours, sum
}

// annealed is first annealed as a whole.
func annealed(ctx context.Context, first *links, arc float64, o Options) outcome {
	s := newSearch(first.copied(), o.Seed, arc)
	s.tell = o.Progress
	steps := s.run(ctx, o.done)
	s.best.load(s.l)
	return outcome{s.l.tours(), s.best.cost, steps}
}
