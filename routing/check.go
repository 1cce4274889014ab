package routing

import (
	"errors"
	"fmt"
)

// ErrCheck marks a Solution that breaks its Problem or misstates a figure.
var ErrCheck = errors.New("routing: solution fails the check")

// co2eSlackG is how far the grams of a tour may lie from the recomputed ones: they are a sum of fractions rounded to a
// whole gram, and the order of adding may tip the rounding.
const co2eSlackG = 1

// Check recomputes s from p and returns the first thing that is wrong, or nil. It shares no code with any solver beyond
// the two formulas in RouteCostCents and LegCO2eG.
//
// A solution holds when every stop is on exactly one route or is listed as unassigned with a reason; each vehicle drives
// one route at most (Count of them where it stands for several), with no more of any amount on board than it takes; it
// leaves inside its shift and every trip after all that it takes along was ready, follows the matrix and the traffic,
// starts every service inside a window and is back before the shift ends; breaks, hours, ranges, limits, skills, pairs and
// relations are kept; and every figure (times, distance, cost, CO2e, totals, status) is the one recomputed.
func Check(p Problem, s Solution) error {
	if err := Validate(p); err != nil {
		return err
	}
	seen := make([]bool, len(p.Stops))
	used := make([]int, len(p.Vehicles))
	var cost, distance, co2e int64
	for k := range s.Routes {
		r := &s.Routes[k]
		if err := checkRoute(&p, r, seen, used); err != nil {
			return fmt.Errorf("%w: routes[%d]: %w", ErrCheck, k, err)
		}
		if cents := r.CostCents; cents < 0 {
			return fmt.Errorf("%w: routes[%d]: costs %d cents", ErrCheck, k, cents)
		}
		cost += r.CostCents
		distance += r.DistanceM
		co2e += r.CO2eG
	}
	for k, u := range s.Unassigned {
		if u.Stop < 0 || u.Stop >= len(seen) || seen[u.Stop] {
			return fmt.Errorf("%w: unassigned[%d]: stop %d does not exist or was named before", ErrCheck, k, u.Stop)
		}
		if u.Reason == "" {
			return fmt.Errorf("%w: unassigned[%d]: stop %q has no reason", ErrCheck, k, p.Stops[u.Stop].ID)
		}
		seen[u.Stop] = true
	}
	for i, ok := range seen {
		if !ok {
			return fmt.Errorf("%w: stops[%d] (id %q) is neither on a route nor unassigned", ErrCheck, i, p.Stops[i].ID)
		}
	}
	if err := checkTogether(&p, &s); err != nil {
		return fmt.Errorf("%w: %w", ErrCheck, err)
	}
	if s.CostCents != cost || s.DistanceM != distance || s.CO2eG != co2e {
		return fmt.Errorf("%w: totals say %d cents, %d m, %d g; the routes add up to %d, %d, %d", ErrCheck,
			s.CostCents, s.DistanceM, s.CO2eG, cost, distance, co2e)
	}
	return checkStatus(s)
}

func checkStatus(s Solution) error {
	want := StatusComplete
	switch {
	case len(s.Unassigned) > 0 && len(s.Routes) > 0:
		want = StatusPartial
	case len(s.Unassigned) > 0:
		want = StatusInfeasible
	}
	if s.Status != want && s.Status != StatusCancelled {
		return fmt.Errorf("%w: status is %q with %d routes and %d unassigned stops, want %q", ErrCheck, s.Status,
			len(s.Routes), len(s.Unassigned), want)
	}
	return nil
}
