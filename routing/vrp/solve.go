// Package vrp assigns deliveries to vehicles and orders them on the way.
//
// Solves the vehicle routing problem from the bare capacitated one with a hundred thousand stops to the rich one of
// routing.StopRules, VehicleRules and ProblemRules. Takes a routing.Problem and gives a routing.Solution that passes
// routing.Check, with a reason for each stop left out. Method: ruin and recreate by adjacent strings with annealing
// (Christiaens, Vanden Berghe 2020), insertions tried beside near stops only (Toth, Vigo 2003) and judged in constant time
// (Nagata, Bräysy, Dullaert 2010; Vidal et al. 2013), by an exact pass where that only bounds; where the budget is worth it
// hybrid genetic search with penalties (Vidal et al. 2013; Nagata, Kobayashi 2010); vehicles dropped by an ejection pool (Nagata,
// Bräysy 2009); bare problems have a leaner search of their own, package lean. Never: it does not read the clock, and it knows no
// optimality bound.
//
// Departure from the papers: outside the genetic search only feasible tours are kept, so that the search can stop at any time with
// a plan that holds; the price of a stop left out plays the part of their penalties.
package vrp

import (
	"context"
	"sync"

	"quartermaster/routing"
)

// Solve plans p. The error names a field of p or o that is out of range; a problem that cannot be served in part or at
// all is an answer with reasons. When ctx ends first, the best plan so far comes back with StatusCancelled.
func Solve(ctx context.Context, p routing.Problem, o Options) (routing.Solution, error) {
	if err := routing.Validate(p); err != nil {
		return routing.Solution{}, err
	}
	if err := o.validate(&p); err != nil {
		return routing.Solution{}, err
	}
	if bare := barePlain(&p, o); bare != nil {
		return solvePlain(ctx, &p, bare, o), nil
	}
	reasons := routing.Unservable(p)
	m := newModel(ctx, &p, o, reasons)
	if ctx.Err() != nil || len(m.movers) == 0 && !m.hasFixed() {
		explainStopped(m, reasons, ctx.Err() != nil)
		return finish(solution(&p, m, nil, reasons), 0, o.Seed, ctx.Err() != nil), nil
	}
	s, done := searchAll(ctx, m, o)
	explain(s.pl, reasons, ctx.Err() != nil || s.cut)
	if o.Progress != nil {
		o.Progress(1, s.best.cost/unit)
	}
	return finish(solution(&p, m, &s.best, reasons), done, o.Seed, ctx.Err() != nil), nil
}

// searchAll runs one search by the clock for each worker, all from seeds of their own and none waiting for another, and returns the one
// with the best plan, the first among equals. Of counted iterations one search takes all.
func searchAll(ctx context.Context, m *model, o Options) (*search, int) {
	count := 1
	if o.Spent != nil {
		count = max(o.Workers, 1)
	}
	all, done := make([]*search, count), make([]int, count)
	var wait sync.WaitGroup
	for w := range all {
		wait.Go(func() {
			own := o
			if w > 0 {
				own.Progress = nil
			}
			s := newSearch(m, own, o.Seed+uint64(w)<<32)
			s.construct(ctx)
			if len(m.movers) > 0 {
				s.run(ctx, o.Seed+uint64(w)<<32)
				done[w] = s.steps
			}
			s.finish(ctx)
			all[w] = s
		})
	}
	wait.Wait()
	pick, sum := 0, 0
	for w, s := range all {
		sum += done[w]
		if b := all[pick]; m.p.VehiclesFirst && len(s.best.absent) == len(b.best.absent) && s.best.used != b.best.used {
			if s.best.used < b.best.used {
				pick = w
			}
		} else if s.bestRank() < b.bestRank() {
			pick = w
		}
	}
	return all[pick], sum
}

// run spends the budget: on every plan there is where stops are few, else on exploring.
func (s *search) run(ctx context.Context, seed uint64) {
	if s.m.isTiny() {
		s.enumerate(ctx)
		return
	}
	s.explore(ctx, seed)
}

// explore spends the budget on penalised search where the problem and the budget are for it, on tearing open and rebuilding else and at
// the end.
func (s *search) explore(ctx context.Context, seed uint64) {
	if !s.m.p.VehiclesFirst && s.fixedCosts() {
		s.mix(ctx, mixShare)
	}
	if g := newPairing(s.m); g != nil && s.shipments(ctx, g, seed) {
		return
	}
	w := newWarp(s.m)
	if worth, breeds := s.penalised(ctx, w); worth {
		s.breedAll(ctx, w, breeds, seed)
	} else if s.m.p.VehiclesFirst {
		s.fewer(ctx, w, seed)
	}
	s.steps += s.anneal(ctx, 1)
}

// The most of the budget that goes into using fewer vehicles, where that goes first: by ejections, and where those do not know the
// problem's rules by absence counters.
const (
	ejectShare  = 0.3 // half of it where all that were dropped took little of that
	ejectAgain  = 4   // times as much goes into the next one
	reduceShare = 0.4
)

// fewer drops as many vehicles as it can, and holds the search to those left. The order of backhauls is a matter of costs in w, with
// which ejections do without.
func (s *search) fewer(ctx context.Context, w *warpModel, seed uint64) {
	if w != nil && s.m.backhaul == nil {
		s.eject(ctx, w, ejectShare, seed)
	} else {
		s.steps += s.reduce(ctx, reduceShare)
	}
	s.build.limit = s.best.used
}

func (m *model) hasFixed() bool {
	for k := range m.kinds {
		if len(m.kinds[k].fixed) > 0 {
			return true
		}
	}
	return false
}

// finish puts the last stops on the best plan that still find room there, overlooking nothing.
func (s *search) finish(ctx context.Context) {
	s.best.load(s.pl)
	s.build.blink = false
	if len(s.pl.absent) > 0 && ctx.Err() == nil && !s.cut {
		s.build.fillAll()
		if s.rank() < s.bestRank() {
			s.pl.commit()
			s.keep()
		} else {
			s.pl.back()
		}
	}
}

// finish adds the totals' status.
func finish(s routing.Solution, iterations int, seed uint64, cancelled bool) routing.Solution {
	s.Iterations, s.Seed = iterations, seed
	switch {
	case cancelled:
		s.Status = routing.StatusCancelled
	case len(s.Unassigned) == 0:
		s.Status = routing.StatusComplete
	case len(s.Routes) > 0:
		s.Status = routing.StatusPartial
	default:
		s.Status = routing.StatusInfeasible
	}
	return s
}
