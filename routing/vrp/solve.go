// Package vrp assigns deliveries to vehicles and orders them on the way.
//
// Solves the vehicle routing problem with a mixed fleet (fixed, kilometre and hour costs), capacity in weight and volume,
// time windows, release times, shifts and stops that may be left out at a price. Takes a routing.Problem and gives a
// routing.Solution that passes routing.Check, with a reason for each stop left out. Method: parallel insertion, then ruin
// and recreate by adjacent strings with annealing (Christiaens, Vanden Berghe 2020), and before and after it a granular
// local search whose moves are evaluated by joining segments in constant time (Nagata, Bräysy, Dullaert 2010; Vidal et
// al. 2013). Never: it does not use the clock or more than one goroutine, and it knows no optimality bound.
//
// Departure from the papers: only feasible tours are kept, so that the search can stop at any time with a plan that
// holds; the price of a stop left out plays the part of their penalties.
package vrp

import (
	"context"

	"quartermaster/routing"
)

// Solve plans p. The error names a field of p or o that is out of range; a problem that cannot be served in part or at
// all is an answer with reasons. When ctx ends first, the best plan so far comes back with StatusCancelled.
func Solve(ctx context.Context, p routing.Problem, o Options) (routing.Solution, error) {
	if err := routing.Validate(p); err != nil {
		return routing.Solution{}, err
	}
	if err := o.validate(); err != nil {
		return routing.Solution{}, err
	}
	reasons := routing.Unservable(p)
	out := make([]bool, len(p.Stops))
	var in []int32
	for i, reason := range reasons {
		if out[i] = reason != ""; !out[i] {
			in = append(in, int32(i))
		}
	}
	if len(in) == 0 {
		return solution(&p, nil, reasons, 0, o.Seed, ctx.Err() != nil), nil
	}
	d := newData(ctx, &p, o, out)
	if ctx.Err() != nil {
		explainStopped(in, reasons)
		return solution(&p, nil, reasons, 0, o.Seed, true), nil
	}
	s := newSearch(d, in, o.Seed)
	s.construct(ctx)
	iterations := o.Iterations
	if iterations == 0 {
		iterations = DefaultIterations(len(in))
	}
	done := s.anneal(ctx, o, max(iterations, 0))
	s.finish(ctx)
	if ctx.Err() != nil {
		explainStopped(s.pl.absent, reasons)
		return solution(&p, s.pl, reasons, done, o.Seed, true), nil
	}
	explain(s.pl, reasons)
	if o.Progress != nil {
		o.Progress(1, s.pl.cost/unit)
	}
	return solution(&p, s.pl, reasons, done, o.Seed, false), nil
}
