// Package hierarchy solves forecasts that add up: of items and groups, of sites and regions, of days, weeks and months.
//
// Takes a Tree (which bottom series each node sums) and base forecasts of all nodes, and gives coherent ones. Method: bottom-up,
// top-down, middle-out, and least-squares reconciliation with identity, diagonal or shrunk error covariance (Wickramasuriya,
// Athanasopoulos and Hyndman, JASA 114, 2019, 804–819; shrinkage of Schäfer and Strimmer 2005) as a projection solved by conjugate gradients
// over sparse sums; O(rounds · (sums + nodes · errors)). Never: it forecasts nothing itself and makes nothing negative where that is asked.
package hierarchy

import (
	"errors"
	"fmt"
	"math"
)

// Tree says of which bottom series each node is the sum. Nodes 0…Bottom−1 are the bottom series themselves, further ones
// sums of theirs; a node may sum any set, so that crossed groups are trees too.
type Tree struct {
	Bottom int
	Sums   [][]int // of node Bottom+i: the bottom series that it sums
	Levels []int   // level of each node, for reports and middle-out; 0 = bottom. May be nil.
}

// Nodes is how many there are.
func (t *Tree) Nodes() int { return t.Bottom + len(t.Sums) }

// ErrTree is what errors of this package wrap.
var ErrTree = errors.New("hierarchy: cannot reconcile")

// Check says whether the tree is sound.
func (t *Tree) Check() error {
	if t.Bottom < 1 {
		return fmt.Errorf("%w: there is no bottom series", ErrTree)
	}
	for i, sum := range t.Sums {
		if len(sum) == 0 {
			return fmt.Errorf("%w: node %d sums nothing", ErrTree, t.Bottom+i)
		}
		for _, b := range sum {
			if b < 0 || b >= t.Bottom {
				return fmt.Errorf("%w: node %d sums bottom series %d of %d", ErrTree, t.Bottom+i, b, t.Bottom)
			}
		}
	}
	if t.Levels != nil && len(t.Levels) != t.Nodes() {
		return fmt.Errorf("%w: %d levels for %d nodes", ErrTree, len(t.Levels), t.Nodes())
	}
	return nil
}

// Aggregate fills the sums of v from its bottom series.
func (t *Tree) Aggregate(v []float64) {
	for i, sum := range t.Sums {
		total := 0.0
		for _, b := range sum {
			total += v[b]
		}
		v[t.Bottom+i] = total
	}
}

// Incoherence is the largest difference of a node from the sum of its bottom series, relative to the largest node.
func (t *Tree) Incoherence(v []float64) float64 {
	worst, size := 0.0, 1e-300
	for _, x := range v {
		size = max(size, math.Abs(x))
	}
	for i, sum := range t.Sums {
		total := 0.0
		for _, b := range sum {
			total += v[b]
		}
		worst = max(worst, math.Abs(total-v[t.Bottom+i]))
	}
	return worst / size
}

// Temporal is the tree of a cycle of length steps, summed over each of the given block lengths (all divide steps): for
// twelve months and blocks of 3, 6 and 12 it has quarters, halves and the year (Athanasopoulos, Hyndman, Kourentzes and Petropoulos 2017).
func Temporal(steps int, blocks ...int) (*Tree, error) {
	t := &Tree{Bottom: steps}
	for _, size := range blocks {
		if size < 2 || steps%size != 0 {
			return nil, fmt.Errorf("%w: blocks of %d do not fill a cycle of %d steps", ErrTree, size, steps)
		}
		for from := 0; from < steps; from += size {
			sum := make([]int, size)
			for k := range sum {
				sum[k] = from + k
			}
			t.Sums = append(t.Sums, sum)
		}
	}
	return t, t.Check()
}
