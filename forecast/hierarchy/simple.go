package hierarchy

import "fmt"

// BottomUp keeps the bottom series and sums them.
func (t *Tree) BottomUp(base []float64) []float64 {
	out := append([]float64(nil), base...)
	t.Aggregate(out)
	return out
}

// TopDown splits the forecast of one node that sums everything by shares (history's means, say); shares are scaled to sum to 1.
func (t *Tree) TopDown(base []float64, top int, shares []float64) ([]float64, error) {
	if top < t.Bottom || top >= t.Nodes() || len(t.Sums[top-t.Bottom]) != t.Bottom {
		return nil, fmt.Errorf("%w: node %d does not sum all bottom series", ErrTree, top)
	}
	return t.split(base, []int{top}, shares)
}

// MiddleOut splits the forecasts of the nodes of one level, which together sum every bottom series once, by shares.
func (t *Tree) MiddleOut(base []float64, level int, shares []float64) ([]float64, error) {
	var nodes []int
	for n, l := range t.Levels {
		if l == level {
			nodes = append(nodes, n)
		}
	}
	return t.split(base, nodes, shares)
}

func (t *Tree) split(base []float64, nodes []int, shares []float64) ([]float64, error) {
	if len(shares) != t.Bottom {
		return nil, fmt.Errorf("%w: %d shares for %d bottom series", ErrTree, len(shares), t.Bottom)
	}
	out, times := make([]float64, t.Nodes()), make([]int, t.Bottom)
	for _, n := range nodes {
		sum := []int{n}
		if n >= t.Bottom {
			sum = t.Sums[n-t.Bottom]
		}
		total := 0.0
		for _, b := range sum {
			total += shares[b]
		}
		for _, b := range sum {
			times[b]++
			share := 1 / float64(len(sum))
			if total > 0 {
				share = shares[b] / total
			}
			out[b] = base[n] * share
		}
	}
	for b, n := range times {
		if n != 1 {
			return nil, fmt.Errorf("%w: bottom series %d lies under %d of the chosen nodes, want 1", ErrTree, b, n)
		}
	}
	t.Aggregate(out)
	return out, nil
}

// LevelConditional averages, over the levels of the tree, the bottom forecasts scaled to what each level says (Hollyman, Petropoulos and
// Tipping, European J. Operational Research 294, 2021, 149–160): the bottom's own as they are, and for each higher level shares scaled to its nodes' forecasts.
// A level of which a bottom series lies under no node or several is refused. Levels must be set.
func (t *Tree) LevelConditional(base, shares []float64) ([]float64, error) {
	if t.Levels == nil {
		return nil, fmt.Errorf("%w: the tree names no levels", ErrTree)
	}
	most := 0
	for _, l := range t.Levels {
		most = max(most, l)
	}
	out := make([]float64, t.Nodes())
	for level := range most + 1 {
		one := base
		if level > 0 {
			var err error
			if one, err = t.MiddleOut(base, level, shares); err != nil {
				return nil, err
			}
		}
		for b := range t.Bottom {
			out[b] += one[b] / float64(most+1)
		}
	}
	t.Aggregate(out)
	return out, nil
}
