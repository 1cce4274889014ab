package screen

import (
	"math"
	"slices"
)

const (
	leastBlocks = 5  // rounds of the season on either side of a change
	changePrice = 30 // what a change must take off the squared errors, in variances: some 5½ standard errors
	leastChange = 1.5
	mostBlocks  = 104
)

// latestShift finds the latest lasting change of the mean over whole seasons, or nil: the last cut of the piecewise constant
// mean that costs least, squared errors of the square roots (which make the spread of counts even) and a price for each
// change together (optimal partitioning: Jackson et al., IEEE Signal Proc. Lett. 12, 2005, 105–108). O(blocks²).
func latestShift(y []float64, season int) *Shift {
	blocks, start := blocksOf(y, season)
	n := len(blocks)
	if n < 2*leastBlocks {
		return nil
	}
	sum, square := make([]float64, n+1), make([]float64, n+1)
	steps := make([]float64, 0, n)
	for i, v := range blocks {
		x := math.Sqrt(v)
		sum[i+1], square[i+1] = sum[i]+x, square[i]+x*x
		if i > 0 {
			steps = append(steps, math.Abs(x-math.Sqrt(blocks[i-1])))
		}
	}
	slices.Sort(steps)
	mean := sum[n] / float64(n)
	noise := max(1.4826*steps[len(steps)/2]/math.Sqrt2, 0.02*mean, 1e-9)
	best, from := make([]float64, n+1), make([]int, n+1)
	for end := 1; end <= n; end++ {
		best[end] = math.Inf(1)
		for k := 0; k <= end-leastBlocks; k++ {
			m := float64(end - k)
			total := sum[end] - sum[k]
			cost := best[k] + max(0, square[end]-square[k]-total*total/m)/(noise*noise) + changePrice
			if cost < best[end] {
				best[end], from[end] = cost, k
			}
		}
	}
	at := from[n]
	if at == 0 {
		return nil
	}
	before, after := meanOf(blocks[from[at]:at]), meanOf(blocks[at:])
	if hi, lo := max(before, after), min(before, after); lo > 0 && hi/lo < leastChange {
		return nil
	}
	return &Shift{Step: start + at*season, Before: before, After: after}
}

// blocksOf gives the mean of each of the latest whole seasons from the first demand on, a season without a step observed like
// the one before it, and the step of the first.
func blocksOf(y []float64, season int) (blocks []float64, start int) {
	start = len(y)
	for start >= season && len(blocks) < mostBlocks {
		sum, n := 0.0, 0.0
		for _, v := range y[start-season : start] {
			if v >= 0 {
				sum += v
				n++
			}
		}
		start -= season
		if n == 0 {
			n, sum = 1, math.NaN()
		}
		blocks = append(blocks, sum/n)
	}
	slices.Reverse(blocks)
	sold := slices.IndexFunc(blocks, func(v float64) bool { return v > 0 })
	if sold < 0 {
		return nil, start
	}
	blocks = blocks[sold:]
	for i, v := range blocks {
		if math.IsNaN(v) {
			blocks[i] = blocks[i-1] // the first is observed
		}
	}
	return blocks, start + sold*season
}

func meanOf(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}
