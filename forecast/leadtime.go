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
		if math.Log(r.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return boost * d * v
		}
	}
}

// leadTime simulates the sum of demand over the lead time. Each path draws its own lead time and its days one by one; its
// level follows what it drew, as the fitted method's would, so that a sum is wider than its days were they independent.
// The mean is exact given the lead times drawn, and the paths are scaled to it. O(paths · days).
func (s *spread) leadTime(mean []float64, ask Ask) *LeadTimeDemand {
	days, sd := ask.Lead.clamped()
	out := &LeadTimeDemand{MeanDays: days, SDDays: sd, Levels: slices.Clone(ask.Levels),
		Quantiles: make([]float64, len(ask.Levels))}
	none := make([]float64, len(mean)) // P(no demand) of each day
	sofar := make([]float64, len(mean)+1)
	for d, mu := range mean {
		sofar[d+1] = sofar[d] + mu
		if mu > 0 {
			none[d] = 1 - s.chance(mu)
		}
	}
	sums := make([]float64, leadPaths)
	drawn := 0.0
	for i := range sums {
		n := min(ask.Lead.draw(ask.Rand), len(mean))
		out.Mean += sofar[n] / leadPaths
		sums[i] = s.path(mean[:n], none, ask.Rand)
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

// path draws the demand of one run of days.
func (s *spread) path(mean, none []float64, r *rand.Rand) float64 {
	n := float64(len(s.sizes))
	sum, level := 0.0, 1.0
	if s.drift > 0 {
		level = gamma(r, 1/s.drift) * s.drift
	}
	for d, mu := range mean {
		if mu <= 0 {
			continue
		}
		relative := 0.0 // to mu
		if u := r.Float64(); u >= none[d] {
			p := 1 - none[d]
			relative = level * s.sizes[min(int(n*(u-none[d])/p), len(s.sizes)-1)] / p
			sum += mu * relative
		}
		level += s.memory * (relative - level)
	}
	return sum
}
