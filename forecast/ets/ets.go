// Package ets solves the forecast of steady daily demand by exponential smoothing with additive errors.
//
// Takes a forecast.Series and gives a forecast.Forecast; the demand is divided by its weekday profile before and multiplied
// by it after. Method: simple smoothing, ETS(A,N,N), and the damped additive trend, ETS(A,Ad,N), in state-space form
// (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, table 2.2), parameters by least squares
// over a fixed search, which is maximum likelihood for given starting states, the form by AICc; O(days) time.
// Never: no multiplicative error or trend, no season other than the week, no regressors.
package ets

import (
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// Form says which of the two forms is fitted.
type Form int

const (
	Auto   Form = iota // the one with the lower AICc
	Simple             // a level
	Damped             // a level and a trend that dies out
)

// Options of the method. The zero value works.
type Options struct {
	// Pooled is the week to which a series' own is shrunk, from forecast.PooledProfile; nil = a flat week.
	Pooled *forecast.Profile
	Form   Form
}

// Model is exponential smoothing. It implements forecast.Model.
type Model struct {
	pooled *forecast.Profile
	form   Form
}

// New returns the method. It keeps a copy of what it was given.
func New(o Options) *Model {
	m := &Model{form: o.Form}
	if o.Pooled != nil {
		pooled := *o.Pooled
		m.pooled = &pooled
	}
	return m
}

// Name is "ses", "damped" or, where the form is chosen for each series, "ets".
func (m *Model) Name() string {
	switch m.form {
	case Simple:
		return "ses"
	case Damped:
		return "damped"
	}
	return "ets"
}

// Forecast implements forecast.Model. Params: alpha, level, aicc (not of a perfect fit, which has none) and for the damped trend beta, phi, trend.
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
	best := m.fit(x)
	fitted := make([]float64, len(x))
	level, trend := best.run(x, fitted)
	params := map[string]float64{"alpha": best.alpha, "level": level}
	if !math.IsInf(best.aicc, 0) {
		params["aicc"] = best.aicc
	}
	if best.beta > 0 {
		params["beta"], params["phi"], params["trend"] = best.beta, best.phi, trend
	}
	return h.Answer(forecast.Fit{
		Method: m.Name(), Params: params, Fitted: fitted,
		Level:  func(ahead int) float64 { return level + trend*best.damp(ahead) },
		Memory: best.alpha,
	}, ask)
}

// fit gives the fitted form. AICc's constant terms are left out; the starting level (and trend) count as parameters.
func (m *Model) fit(x []float64) states {
	level, trend := start(x)
	simple := fitSimple(x, level)
	if m.form == Simple {
		return simple
	}
	damped := fitDamped(x, level, trend, simple.alpha)
	if m.form == Damped || damped.aicc < simple.aicc {
		return damped
	}
	return simple
}

// states are the parameters and starting states of one fit; beta = 0 is simple smoothing.
type states struct {
	alpha, beta, phi float64
	level, trend     float64 // before the first day
	square, aicc     float64
}

// run goes through x in error-correction form, fills fitted with the one-step-ahead means (nil: not wanted) and gives the
// last level and trend.
//
//	mean_t = ℓ + φb     ℓ ← mean_t + α·e     b ← φb + β·e     e = x_t − mean_t
func (s *states) run(x, fitted []float64) (level, trend float64) {
	level, trend = s.level, s.trend
	s.square = 0
	for t, v := range x {
		drift := s.phi * trend
		mean := level + drift
		if fitted != nil {
			fitted[t] = mean
		}
		e := v - mean
		s.square += e * e
		level = mean + s.alpha*e
		trend = drift + s.beta*e
	}
	return level, trend
}

// damp is φ + φ² + … + φ^ahead, the number of trends that the ahead-th day lies above the level.
func (s *states) damp(ahead int) float64 {
	if s.phi == 1 || s.phi == 0 {
		return s.phi * float64(ahead)
	}
	return s.phi * (1 - math.Pow(s.phi, float64(ahead))) / (1 - s.phi)
}

// criterion sets AICc for k parameters, starting states included and the error's variance too. A perfect fit is −∞.
func (s *states) criterion(n, k int) {
	if s.square <= 0 {
		s.aicc = math.Inf(-1)
		return
	}
	size, count := float64(n), float64(k)
	s.aicc = size*math.Log(s.square/size) + 2*count + 2*count*(count+1)/max(size-count-1, 1)
}
