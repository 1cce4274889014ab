// Package theta solves the forecast of steady daily demand with a drift: the Theta method.
//
// Takes a forecast.Series and gives a forecast.Forecast; the demand is divided by its weekday profile before and multiplied
// by it after. Method: the mean of a straight line and of exponential smoothing on the line with doubled curvature
// (Assimakopoulos and Nikolopoulos, Int. J. Forecasting 16, 2000, 521–530), computed as exponential smoothing with half the
// line's slope as drift (Hyndman and Billah, Int. J. Forecasting 19, 2003, 287–290), which is the same in a single pass;
// O(days) time. Never: it is not for demand that comes on a few days only (see forecast/intermittent).
package theta

import (
	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// Options of the method. The zero value works.
type Options struct {
	// Pooled is the week to which a series' own is shrunk, from forecast.PooledProfile; nil = a flat week.
	Pooled *forecast.Profile
}

// Model is the Theta method with an optimised smoothing parameter. It implements forecast.Model.
type Model struct{ pooled *forecast.Profile }

// New returns the method. It keeps a copy of what it was given.
func New(o Options) *Model {
	m := &Model{}
	if o.Pooled != nil {
		pooled := *o.Pooled
		m.pooled = &pooled
	}
	return m
}

// Name is "theta".
func (m *Model) Name() string { return "theta" }

// Forecast implements forecast.Model. Params: alpha, level, drift (units a day each open day).
func (m *Model) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	ask := forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}
	if lead != nil {
		ask.Rand = rng.New(seed, "forecast", s.ID)
	}
	h := forecast.Observe(s, m.pooled)
	if !h.Fits() {
		return h.Short(m.Name(), ask)
	}
	x := h.Deseasonalised()
	start := startLevel(x)
	slope := slopeOf(x)
	alpha := bestAlpha(x, start, slope)
	fitted := make([]float64, len(x))
	level, lag := smooth(x, start, slope, alpha, fitted)
	return h.Answer(forecast.Fit{
		Method: m.Name(),
		Params: map[string]float64{"alpha": alpha, "level": level, "drift": slope / 2},
		Fitted: fitted,
		Level:  func(ahead int) float64 { return level + slope/2*(float64(ahead)+lag) },
		Memory: alpha,
	}, ask)
}

// smooth runs simple exponential smoothing over x and fills fitted with the one-step-ahead means. It gives the last level
// and how many days of the line the level lags behind it, so that the mean h days ahead is level + slope/2·(h + lag):
// the drift form of Hyndman and Billah, with the lag (1−α)(1−(1−α)^n)/α built up step by step.
func smooth(x []float64, start, slope, alpha float64, fitted []float64) (level, lag float64) {
	level = start
	keep, half := 1-alpha, slope/2
	for t, v := range x {
		fitted[t] = level + half*(1+lag)
		level += alpha * (v - level)
		lag = keep * (lag + 1)
	}
	return level, lag
}

// startLevel is the mean of the first eight weeks' open days at most, the line's value one day before the first.
func startLevel(x []float64) float64 {
	n := min(len(x), 48)
	sum := 0.0
	for _, v := range x[:n] {
		sum += v
	}
	return sum / float64(n)
}

// slopeOf is the least-squares slope of x on 1…n, in units a day each day.
func slopeOf(x []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return 0
	}
	mid := (n - 1) / 2
	cross := 0.0
	for t, v := range x {
		cross += (float64(t) - mid) * v
	}
	return cross / (n * (n*n - 1) / 12)
}

// lanes is how many smoothing parameters are tried side by side: their recursions do not wait for each other.
const lanes = 8

// bestAlpha minimises the squared one-step-ahead errors over 0.01…0.5, first on a coarse grid and then between the
// neighbours of its best point.
func bestAlpha(x []float64, start, slope float64) float64 {
	coarse := [lanes]float64{0.01, 0.02, 0.04, 0.08, 0.14, 0.22, 0.34, 0.5}
	at := leastSquares(x, start, slope, &coarse)
	low, high := coarse[max(at-1, 0)], coarse[min(at+1, lanes-1)]
	var fine [lanes]float64
	for i := range fine {
		fine[i] = low + (high-low)*float64(i)/(lanes-1)
	}
	return fine[leastSquares(x, start, slope, &fine)]
}

// leastSquares gives the index of the alpha with the least sum of squared one-step-ahead errors; the smaller one of a tie.
func leastSquares(x []float64, start, slope float64, alphas *[lanes]float64) int {
	var level, lag, square [lanes]float64
	for i := range level {
		level[i] = start
	}
	half := slope / 2
	for _, v := range x {
		for i := range lanes {
			alpha := alphas[i]
			gap := v - level[i]
			e := gap - half*(1+lag[i])
			square[i] += e * e
			level[i] += alpha * gap
			lag[i] = (1 - alpha) * (lag[i] + 1)
		}
	}
	best := 0
	for i := range square {
		if square[i] < square[best] {
			best = i
		}
	}
	return best
}
