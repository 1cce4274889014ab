package vrp

import (
	"errors"
	"fmt"
)

// Options steer the search. The zero value works.
type Options struct {
	// Seed names the random streams; the same problem, options and seed give the same solution.
	Seed uint64
	// Iterations is the budget: how often routes are torn open and rebuilt. Default 0 = chosen by size, see
	// DefaultIterations; negative = construction and one descent only.
	Iterations int
	// UnassignedCents is the price of leaving one stop out. Default 0 = more than any route could cost, so that a stop
	// is left out only when no vehicle can take it. A small price lets the search skip stops that cost more than that.
	UnassignedCents int64
	// Neighbours is how many near stops each stop may be put beside in the search. Default 0 = 24; range 1…200.
	Neighbours int
	// Progress is told of each hundredth of the budget: done in 0…1 and the best cost so far. It must return soon.
	Progress func(done float64, costCents int64)
}

// DefaultIterations returns the budget that Options.Iterations = 0 stands for with this many stops: fewer where each
// costs more, so that up to a thousand stops take about a second.
func DefaultIterations(stops int) int {
	return min(20_000, 1000+1_500_000/max(stops, 1))
}

var errOptions = errors.New("vrp: options out of range")

func (o Options) validate() error {
	if o.UnassignedCents < 0 || o.UnassignedCents > maxPriceCents {
		return fmt.Errorf("%w: UnassignedCents %d; give 0…%d", errOptions, o.UnassignedCents, maxPriceCents)
	}
	if o.Neighbours < 0 || o.Neighbours > 200 {
		return fmt.Errorf("%w: Neighbours %d; give 0…200", errOptions, o.Neighbours)
	}
	return nil
}
