package forecast

import (
	"math"
	"slices"
)

const (
	spreadWindow = 364 // latest days whose errors speak of the spread
	minSizes     = 20  // fewer positive days than this are filled up with exponential ones
)

// spread is the distribution of one day's demand about its mean mu: none with probability exp(−kappa·mu), as if buyers
// came by a Poisson process whose rate moves with the mean, else a size drawn from those seen, relative to their own mean.
//
//	P(Y > 0) = p(mu) = 1 − exp(−kappa·mu)        Y | Y > 0  ~  mu/p(mu) · sizes, mean of sizes = 1
//
// It is the hurdle bootstrap of Willemain, Smart and Schwarz (2004) with an occurrence that follows level and weekday.
// For demand on every day kappa is infinite and it becomes the bootstrap of relative one-step-ahead errors.
type spread struct {
	kappa   float64
	sizes   []float64 // rising, mean 1
	memory  float64   // see Fit.Memory
	drift   float64   // variance of the level over a lead time, relative to its square; see driftVariance
	stretch float64   // on top of mu, 1 = none
}

// newSpread learns from the days of h and the levels expected of them. O(n log n).
func newSpread(h *History, fit Fit) spread {
	skip := max(len(h.Y)-spreadWindow, min(minObserved, len(h.Y)/4)) // the first fits still look for their level
	y := h.Y[skip:]
	sum, positive := tellPositive(y)
	s := spread{memory: min(max(fit.Memory, 0), 1), stretch: 1}
	if positive == 0 { // nothing sold in the window: what little is expected comes as it may
		s.kappa, s.sizes, s.drift = 1/lastSize(h.Y), exponentialSizes(nil, minSizes), driftVariance
		return s
	}
	mean := sum / float64(len(y))
	mu := make([]float64, len(y))
	for t := range mu {
		mu[t] = max(fit.Fitted[skip+t]*h.Profile.Factor[h.Weekday[skip+t]], 1e-3*mean)
	}
	s.drift = drift(y, mu, mean)
	s.kappa = occurrence(mu, positive)
	s.sizes = make([]float64, 0, max(positive, minSizes))
	for t, v := range y {
		if v > 0 {
			s.sizes = append(s.sizes, v*s.chance(mu[t])/mu[t])
		}
	}
	if positive < minSizes {
		s.sizes = exponentialSizes(s.sizes, (minSizes-positive+3)/4)
	}
	slices.Sort(s.sizes)
	scaleToMeanOne(s.sizes)
	return s
}

func tellPositive(y []float64) (sum float64, positive int) {
	for _, v := range y {
		sum += v
		if v > 0 {
			positive++
		}
	}
	return sum, positive
}

// lastSize is the latest demand that was not 0; there is one in every history that is fitted.
func lastSize(y []float64) float64 {
	for t := len(y) - 1; t >= 0; t-- {
		if y[t] > 0 {
			return y[t]
		}
	}
	return 1
}

// driftVariance is the squared coefficient of variation of an item's level about its forecast over a lead time, beyond what
// the smoothing itself lets it wander: seasons and fashions that no method here sees. 0.2 brings the 10–90 % band of demand
// over 21 days to 80 % coverage over the items of an online gift shop.
const driftVariance = 0.2

// drift gives driftVariance to noisy demand and nothing to demand that was foreseen to the unit: with v the variance of the
// one-step-ahead errors over the squared mean, the share v/(1+v).
func drift(y, mu []float64, mean float64) float64 {
	v := 0.0
	for t := range y {
		e := (y[t] - mu[t]) / mean
		v += e * e / float64(len(y))
	}
	return driftVariance * v / (1 + v)
}

// occurrence solves Σ (1 − exp(−kappa·mu)) = positive for kappa. Newton from the left of a rising concave function never
// overshoots; the start is left of the root by Jensen's inequality.
func occurrence(mu []float64, positive int) float64 {
	n := float64(len(mu))
	if positive == len(mu) {
		return math.Inf(1)
	}
	total := 0.0
	for _, m := range mu {
		total += m
	}
	kappa := -math.Log1p(-float64(positive)/n) / (total / n)
	for range 20 {
		value, slope := -float64(positive), 0.0
		for _, m := range mu {
			none := math.Exp(-kappa * m)
			value += 1 - none
			slope += m * none
		}
		step := -value / slope
		if !(step > 0) { // also ends on NaN
			break
		}
		kappa += step
		if step < 1e-2*kappa { // its error is squared by each step
			break
		}
	}
	return kappa
}

// chance is the probability that anything is asked for on a day with mean mu > 0.
func (s *spread) chance(mu float64) float64 {
	if math.IsInf(s.kappa, 1) {
		return 1
	}
	return max(-math.Expm1(-s.kappa*mu), 1e-12)
}

// exponentialSizes adds n sizes at the mid quantiles of the exponential distribution to what is there, scaled to its mean:
// a handful of sales has never shown the largest.
func exponentialSizes(sizes []float64, n int) []float64 {
	mean := 1.0
	if len(sizes) > 0 {
		mean = 0
		for _, v := range sizes {
			mean += v / float64(len(sizes))
		}
	}
	for i := range n {
		sizes = append(sizes, -mean*math.Log1p(-(float64(i)+0.5)/float64(n)))
	}
	if len(sizes) == n {
		scaleToMeanOne(sizes)
	}
	return sizes
}

func scaleToMeanOne(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	for i := range v {
		v[i] *= float64(len(v)) / sum
	}
}

// quantiles fills out[level][day]. An exponential smoothing's level wanders by memory² of a day's variance each open day,
// which widens the k-th day by √(1 + (k−1)·memory²) (Hyndman, Koehler, Ord and Snyder 2008, chapter 6).
func (s *spread) quantiles(out [][]float64, mean, levels []float64) {
	ahead := 0.0
	for d, mu := range mean {
		if mu <= 0 {
			continue
		}
		widen := math.Sqrt(1 + ahead*s.memory*s.memory)
		ahead++
		p := s.chance(mu)
		unit := s.stretch * mu / p
		for l, level := range levels {
			if u := (clampLevel(level) - (1 - p)) / p; u > 0 || p == 1 {
				out[l][d] = unit * max(0, 1+widen*(Quantile(s.sizes, u)-1))
			}
		}
	}
}

func clampLevel(p float64) float64 {
	if math.IsNaN(p) {
		return 0.5
	}
	return min(max(p, 0), 1)
}

// Quantile interpolates the quantile at p of values in rising order, value i (from 0) standing for (i+½)/n (Hyndman and
// Fan 1996, definition 5). No values give 0.
func Quantile(rising []float64, p float64) float64 {
	n := len(rising)
	if n == 0 {
		return 0
	}
	at := clampLevel(p)*float64(n) - 0.5
	if at <= 0 {
		return rising[0]
	}
	i := int(at)
	if i >= n-1 {
		return rising[n-1]
	}
	return min(rising[i]+(at-float64(i))*(rising[i+1]-rising[i]), rising[i+1])
}
