package portfolio

import (
	"fmt"
	"math"
)

// Clearing is who pays whom what when some cannot pay all.
type Clearing struct {
	Paid       []float64 // by each, in all
	Owed       []float64
	Default    []bool // pays less than owed
	Iterations int
}

// Clear gives the greatest clearing vector of debts (liabilities[i][j]: i owes j) and outside assets: everyone pays what is
// owed or all there is, in proportion (Eisenberg and Noe, Management Science 47(2), 2001), by their fictitious defaults
// from above. O(n³) at most.
func Clear(liabilities [][]float64, outside []float64) (Clearing, error) {
	n := len(outside)
	if err := square(liabilities, n); err != nil {
		return Clearing{}, err
	}
	c := Clearing{Paid: make([]float64, n), Owed: make([]float64, n), Default: make([]bool, n)}
	for i := range n {
		if !(outside[i] >= 0) {
			return Clearing{}, fmt.Errorf("portfolio: clearing: firm %d has outside assets of %g", i, outside[i])
		}
		for j := range n {
			c.Owed[i] += liabilities[i][j]
		}
		c.Paid[i] = c.Owed[i]
	}
	const most = 100_000
	for c.Iterations = 1; c.Iterations <= most; c.Iterations++ {
		moved := 0.0
		for i := range n { // newest payments at once: still from above, and faster
			has := outside[i]
			for j := range n {
				if c.Owed[j] > 0 {
					has += c.Paid[j] * liabilities[j][i] / c.Owed[j]
				}
			}
			pays := math.Min(c.Owed[i], has)
			moved = math.Max(moved, c.Paid[i]-pays)
			c.Paid[i] = math.Min(c.Paid[i], pays)
		}
		if moved < 1e-13 {
			break
		}
	}
	for i := range n {
		c.Default[i] = c.Paid[i] < c.Owed[i]-1e-9
	}
	return c, nil
}

func square(m [][]float64, n int) error {
	if len(m) != n {
		return fmt.Errorf("portfolio: %d rows for %d firms", len(m), n)
	}
	for i := range m {
		if len(m[i]) != n {
			return fmt.Errorf("portfolio: row %d has %d entries for %d firms", i, len(m[i]), n)
		}
		for j, v := range m[i] {
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("portfolio: entry %d, %d is %g; want 0 or more", i, j, v)
			}
		}
	}
	return nil
}

// DebtRank is the share of the network's value that a shock destroys beyond itself, and each firm's distress in the end:
// impact[i][j] of i on j, value of each, shock to each in 0…1. A firm hands its distress on once (Battiston et al.,
// Scientific Reports 2:541, 2012, eq. 3–5).
func DebtRank(impact [][]float64, value, shock []float64) (rank float64, distress []float64, err error) {
	n := len(value)
	if err := square(impact, n); err != nil {
		return 0, nil, err
	}
	if len(shock) != n {
		return 0, nil, fmt.Errorf("portfolio: DebtRank: %d shocks for %d firms", len(shock), n)
	}
	total := 0.0
	for _, v := range value {
		total += v
	}
	h := append([]float64(nil), shock...)
	state := make([]int, n) // 0 untouched, 1 distressed, 2 has handed it on
	for i, s := range shock {
		if !(s >= 0 && s <= 1) || !(value[i] >= 0) || !(total > 0) {
			return 0, nil, fmt.Errorf("portfolio: DebtRank: firm %d has value %g and shock %g", i, value[i], s)
		}
		if s > 0 {
			state[i] = 1
		}
	}
	for live := true; live; {
		live = false
		next := append([]float64(nil), h...)
		for i := range n {
			if state[i] != 1 {
				continue
			}
			for j := range n {
				next[j] = math.Min(1, next[j]+impact[i][j]*h[i])
			}
		}
		for i := range n {
			switch {
			case state[i] == 1:
				state[i] = 2
			case state[i] == 0 && next[i] > 0:
				state[i] = 1
				live = true
			}
		}
		h = next
	}
	for i := range n {
		rank += (h[i] - shock[i]) * value[i] / total
	}
	return rank, h, nil
}
