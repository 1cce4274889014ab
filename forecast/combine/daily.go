package combine

import (
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// Daily makes any forecast.Method a forecast.Model of days: it is fitted to the demand of open days divided by their weekday's
// factor, so that each classical method can be a candidate of Auto. It implements forecast.HistoryModel.
type Daily struct {
	method forecast.Method
	pooled *forecast.Profile
}

// NewDaily wraps a method; pooled is the week to which a series' own is shrunk, nil = a flat week. It keeps a copy.
func NewDaily(m forecast.Method, pooled *forecast.Profile) Daily {
	d := Daily{method: m}
	if pooled != nil {
		week := *pooled
		d.pooled = &week
	}
	return d
}

// Name is the method's.
func (d Daily) Name() string { return d.method.Name() }

// Pooled implements forecast.HistoryModel.
func (d Daily) Pooled() *forecast.Profile { return d.pooled }

// Forecast implements forecast.Model.
func (d Daily) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	return forecast.Answered(d, s, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed, rng.New)
}

// dailyMemory widens the bands of methods that do not say how far a surprise stays in their level.
const dailyMemory = 0.05

// Answer implements forecast.HistoryModel. A method that has too little history, or no number to say, answers as a short history does.
func (d Daily) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	if !h.Fits() {
		return h.Short(d.Name(), ask)
	}
	x := h.Deseasonalised()
	top := 0.0
	for _, v := range x {
		top = max(top, v)
	}
	curve, err := d.method.Fit(&forecast.Regular{ID: h.ID, Values: x}, max(ask.Horizon, 1))
	if err != nil || !tame(curve.Mean, top) {
		return h.Short(d.Name(), ask)
	}
	fit := forecast.Fit{Method: d.Name(), Params: curve.Params, Fitted: smoothed(x, curve.Fitted), Memory: dailyMemory}
	if alpha, ok := curve.Params["alpha"]; ok && alpha >= 0 && alpha <= 1 {
		fit.Memory = alpha
	}
	fit.Level = func(ahead int) float64 { return curve.Mean[min(ahead, len(curve.Mean))-1] }
	return h.Answer(fit, ask)
}

// smoothed are the fitted values with those that the method does not give taken from a slow average of the days before.
func smoothed(x, fitted []float64) []float64 {
	out := make([]float64, len(x))
	level, n := 0.0, 0.0
	for t, v := range x {
		out[t] = level
		if t < len(fitted) && !math.IsNaN(fitted[t]) && !math.IsInf(fitted[t], 0) {
			out[t] = fitted[t]
		}
		n = min(n+1, 1/dailyMemory)
		level += (v - level) / n
	}
	return out
}
