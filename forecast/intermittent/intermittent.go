// Package intermittent solves the forecast of demand that comes on some days only: Croston's method and its heirs.
//
// Takes a forecast.Series and gives a forecast.Forecast whose mean is a rate spread over the open days by the weekday
// profile. Method: Croston (Oper. Res. Q. 23, 1972, 289–303) smooths the sizes and the intervals between demands; SBA
// takes out its bias (Syntetos and Boylan, Int. J. Forecasting 21, 2005, 303–314); TSB smooths the probability of a demand
// day by day and so lets dying items die (Teunter, Syntetos and Babai, Eur. J. Oper. Res. 214, 2011, 606–615); the
// smoothing parameters minimise the in-sample squared error of the rate over a fixed grid; O(days) time.
// Never: it sees no trend, and Croston and SBA never forget an item that stopped selling.
package intermittent

import (
	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// Method is one of the three.
type Method string

const (
	Croston Method = "croston"
	SBA     Method = "sba"
	TSB     Method = "tsb"
)

// Options of the methods. The zero value works.
type Options struct {
	// Pooled is the week to which a series' own is shrunk, from forecast.PooledProfile; nil = a flat week.
	Pooled *forecast.Profile
	Method Method // "" = SBA
}

// Model is one method for intermittent demand. It implements forecast.Model.
type Model struct {
	pooled *forecast.Profile
	method Method
}

// New returns the method. It keeps a copy of what it was given.
func New(o Options) *Model {
	m := &Model{method: o.Method}
	if m.method == "" {
		m.method = SBA
	}
	if o.Pooled != nil {
		pooled := *o.Pooled
		m.pooled = &pooled
	}
	return m
}

// Name is "croston", "sba" or "tsb".
func (m *Model) Name() string { return string(m.method) }

// Forecast implements forecast.Model. Params: alpha (interval or probability), beta (size), size, rate, and interval for
// Croston and SBA, probability for TSB.
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
	fit := forecast.Fit{Method: m.Name(), Fitted: make([]float64, len(x))}
	var rate float64
	if m.method == TSB {
		rate = fitTSB(x, &fit)
	} else {
		rate = fitCroston(x, m.method == SBA, &fit)
	}
	fit.Params["rate"] = rate
	fit.Level = func(int) float64 { return rate }
	return h.Answer(fit, ask)
}

// startDays are the open days from which starting values are taken: eight weeks at most.
const startDays = 48

// start gives the mean size and the mean interval of the first demands.
func start(x []float64) (size, interval float64) {
	var n, sum, days float64
	for t, v := range x {
		if t >= startDays && n >= 3 {
			break
		}
		days++
		if v > 0 {
			n++
			sum += v
		}
	}
	if n == 0 {
		return 0, 1
	}
	return sum / n, days / n
}
