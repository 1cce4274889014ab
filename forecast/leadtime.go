package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	leadPaths   = 512  // simulated lead times
	leadTail    = 5    // standard deviations of the lead time that are looked ahead
	MaxLeadDays = 1095 // longer lead times, drawn or given, are cut here
)

// reach is the number of days for which means are needed: the horizon, or the longest lead time that will be drawn.
func reach(ask Ask) int {
	n := max(ask.Horizon, 0)
	if ask.Lead != nil {
		mean, sd := ask.Lead.clamped()
		n = max(n, min(int(mean+leadTail*sd)+2, MaxLeadDays))
	}
	return n
}

// clamped gives a lead time that can be drawn from: NaN and negative count as 0.
func (l LeadTime) clamped() (mean, sd float64) {
	clamp := func(v float64) float64 {
		if !(v > 0) {
			return 0
		}
		return min(v, MaxLeadDays)
	}
	return clamp(l.MeanDays), clamp(l.SDDays)
}

// draw gives a lead time in whole days: gamma distributed (Silver, Pyke and Thomas 2017, chapter 6) and rounded at
// random so that the mean stays.
func (l LeadTime) draw(r *rand.Rand) int {
	mean, sd := l.clamped()
	days := mean
	if sd > 1e-6*mean && mean > 1e-6 { // a spread of less than a second a day is none
		shape := mean * mean / (sd * sd)
		days = gamma(r, shape) * mean / shape
	}
	whole := math.Floor(min(days, MaxLeadDays))
	if r.Float64() < days-whole {
		whole++
	}
	return int(whole)
}

// gamma draws from the gamma distribution with scale 1 (Marsaglia and Tsang 2000; shapes below 1 by boosting, as they propose).
func gamma(r *rand.Rand, shape float64) float64 {
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(r.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		u := r.Float64()
		if u < 1-0.0331*x*x*x*x { // their squeeze: implies the exact test and spares its logarithms
			return boost * d * v
		}
		if math.Log(u) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return boost * d * v
		}
	}
}

// leadTime simulates the sum of demand over the lead time. Each path draws its own lead time and its days one by one; its
// level follows what it drew, as the fitted method's would, so that a sum is wider than its days were they independent.
// The mean is exact given the lead times drawn, and the paths are scaled to it. O(paths · days).
func (s *spread) leadTime(mean []float64, ask Ask) *LeadTimeDemand {
	meanDays, sdDays := ask.Lead.clamped()
	out := &LeadTimeDemand{MeanDays: meanDays, SDDays: sdDays, Levels: slices.Clone(ask.Levels),
		Quantiles: make([]float64, len(ask.Levels))}
	sofar := make([]float64, len(mean)+1)
	for d, mu := range mean {
		sofar[d+1] = sofar[d] + mu
	}
	days := s.leadDays(mean)
	sums := make([]float64, leadPaths)
	drawn := 0.0
	for i := range sums {
		n := min(ask.Lead.draw(ask.Rand), len(mean))
		out.Mean += sofar[n] / leadPaths
		sums[i] = s.path(days[:n], ask.Rand)
		drawn += sums[i] / leadPaths
	}
	scale := s.stretch
	if drawn > 0 {
		scale *= out.Mean / drawn
	}
	slices.Sort(sums)
	for i := range sums {
		sums[i] *= scale
		gap := sums[i] - out.Mean
		out.SD += gap * gap
	}
	out.SD = math.Sqrt(out.SD / leadPaths)
	for l, p := range ask.Levels {
		out.Quantiles[l] = Quantile(sums, p)
	}
	return out
}

// leadDay is what a path needs of one day with mean mu.
type leadDay struct {
	none  float64 // P(no demand)
	size  float64 // mu/P(demand), the mean size
	index float64 // sizes per unit of probability
	wake  float64 // 1/P(demand)
}

func (s *spread) leadDays(mean []float64) []leadDay {
	days := make([]leadDay, len(mean))
	for d, mu := range mean {
		if mu > 0 {
			p := s.chance(mu)
			days[d] = leadDay{none: 1 - p, size: mu / p, index: float64(len(s.sizes)) / p, wake: 1 / p}
		}
	}
	return days
}

// path draws the demand of one run of days: its level from r, its days from a generator of its own that r seeds, since
// most of a lead time's cost is drawing numbers.
func (s *spread) path(days []leadDay, r *rand.Rand) float64 {
	sum, level, state := 0.0, 1.0, r.Uint64()
	if s.drift > 0 {
		level = gamma(r, 1/s.drift) * s.drift
	}
	for d := range days {
		day := &days[d]
		if day.size <= 0 {
			continue
		}
		u := uniform(&state)
		if u < day.none {
			level -= s.memory * level
			continue
		}
		size := level * s.sizes[min(int((u-day.none)*day.index), len(s.sizes)-1)]
		sum += day.size * size
		level += s.memory * (size*day.wake - level)
	}
	return sum
}

// uniform draws from [0, 1) by SplitMix64 (Steele, Lea and Flood 2014).
func uniform(state *uint64) float64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}
