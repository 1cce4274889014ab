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
	return forecast.Answered(m, s, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed, rng.New)
}

// Pooled implements forecast.HistoryModel.
func (m *Model) Pooled() *forecast.Profile { return m.pooled }

// Answer implements forecast.HistoryModel.
func (m *Model) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	if !h.Fits() {
		return h.Short(m.Name(), ask)
	}
	x := h.Deseasonalised()
	start := startLevel(x)
	slope := slopeOf(x)
	alpha := bestAlpha(x, start, slope)
	fitted := make([]float64, len(x))
	next := smooth(x, start, slope, alpha, fitted)
	return h.Answer(forecast.Fit{
		Method: m.Name(),
		Params: map[string]float64{"alpha": alpha, "level": next - slope/2, "drift": slope / 2},
		Fitted: fitted,
		Level:  func(ahead int) float64 { return next + slope/2*float64(ahead-1) },
		Memory: alpha,
	}, ask)
}

// smooth runs exponential smoothing with half the slope as drift over x, fills fitted with the one-step-ahead means and
// gives the mean of the day after x: the form of Hyndman and Billah.
func smooth(x []float64, start, slope, alpha float64, fitted []float64) (next float64) {
	half := slope / 2
	next = start + half
	for t, v := range x {
		fitted[t] = next
		next += alpha*(v-next) + half
	}
	return next
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

// bestAlpha minimises the squared one-step-ahead errors over 0.01…0.5.
func bestAlpha(x []float64, start, slope float64) float64 {
	alpha, _ := forecast.SearchAlpha(x, start+slope/2, slope/2, &forecast.Alphas{0.01, 0.02, 0.04, 0.08, 0.14, 0.22, 0.34, 0.5})
	return alpha
}
