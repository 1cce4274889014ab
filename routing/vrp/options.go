package vrp

import (
	"errors"
	"fmt"

	"quartermaster/routing"
)

// Options steer the search. The zero value works.
type Options struct {
	// Seed names the random streams; the same problem, options and seed give the same solution.
	Seed uint64
	// Iterations is the budget: how often routes are torn open and rebuilt. Default 0 = chosen by size, see
	// DefaultIterations; negative = construction only.
	Iterations int
	// Spent, when set, replaces Iterations: it says which part of the budget is spent, 0…1, and is asked every few
	// iterations by every worker at its own time. Callers that plan by the clock bring one that reads it.
	Spent func() float64
	// Workers is how many goroutines work side by side. Default 0 = 1. With Iterations the solution is the same for any number of
	// them: what cannot be shared out is done by one. By the clock more of them do more: bare capacitated problems of more than 600
	// stops with coordinates, and smaller ones with a long budget, are searched by all together; else each searches alone, from its
	// own seed, and the best plan is taken.
	Workers int
	// UnassignedCents is the price of leaving one stop out that has no prize of its own. Default 0 = more than any route
	// could cost, so that a stop is left out only when no vehicle can take it. A small price lets the search skip stops
	// that cost more than that.
	UnassignedCents int64
	// Neighbours is how many near stops each stop may be put beside in the search. Default 0 = 64; range 1…200.
	Neighbours int
	// Start is a plan to begin with: for each vehicle, by index, the stops it visits in order. Stops that do not fit there
	// are placed anew. Longer than the vehicles where one stands for several alike: the further rows are for those.
	Start []Tour
	// Target ends the search once a plan costs no more. 0 = none.
	TargetCents int64
	// Progress is told of each hundredth of the budget: done in 0…1 and the best cost so far. It must return soon.
	Progress func(done float64, costCents int64)
}

// Tour is the stops of one vehicle in a plan to begin with.
type Tour struct {
	Vehicle int
	Stops   []int
}

// DefaultIterations returns the budget that Options.Iterations = 0 stands for with this many stops: fewer where each
// costs more, so that up to a thousand stops take about a second.
func DefaultIterations(stops int) int {
	return min(20_000, 1000+1_500_000/max(stops, 1))
}

const maxWorkers = 256

var errOptions = errors.New("vrp: options out of range")

func (o Options) validate(p *routing.Problem) error {
	if o.UnassignedCents < 0 || o.UnassignedCents > maxPriceCents {
		return fmt.Errorf("%w: UnassignedCents %d; give 0…%d", errOptions, o.UnassignedCents, maxPriceCents)
	}
	if o.Neighbours < 0 || o.Neighbours > 200 {
		return fmt.Errorf("%w: Neighbours %d; give 0…200", errOptions, o.Neighbours)
	}
	if o.Workers < 0 || o.Workers > maxWorkers {
		return fmt.Errorf("%w: Workers %d; give 0…%d", errOptions, o.Workers, maxWorkers)
	}
	for k, t := range o.Start {
		if t.Vehicle < 0 || t.Vehicle >= len(p.Vehicles) {
			return fmt.Errorf("%w: Start[%d] names vehicle %d; there are %d", errOptions, k, t.Vehicle, len(p.Vehicles))
		}
		for _, s := range t.Stops {
			if s < 0 || s >= len(p.Stops) {
				return fmt.Errorf("%w: Start[%d] names stop %d; there are %d", errOptions, k, s, len(p.Stops))
			}
		}
	}
	return nil
}

// budget tells how much of the search is spent.
type budget struct {
	iterations int
	spent      func() float64
}

func (o Options) budget(stops int) budget {
	n := o.Iterations
	if n == 0 {
		n = DefaultIterations(stops)
	}
	return budget{n, o.Spent}
}

// done is the part spent after k iterations, 1 and more when it is all.
func (b budget) done(k int) float64 {
	if b.spent != nil {
		return b.spent()
	}
	if b.iterations <= 0 {
		return 1
	}
	return float64(k) / float64(b.iterations)
}
