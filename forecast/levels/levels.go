// Package levels solves the forecast of items that are many and alike by one blend of plain levels, learned from all of them.
//
// Takes forecast.Series and gives a forecast.Forecast; demand is divided by its weekday profile before and multiplied by it after.
// Method: a weighted mean of exponential smoothings of six speeds, of means of the last weeks and of the same weeks a year ago, whose
// weights are the same for every item and least the scaled squared error of past origins over the whole panel: an item alone has too
// little history to tell which speed is its own (forecast combination, Bates and Granger, Oper. Res. Q. 20, 1969, 451–468; learned
// across series, Montero-Manso and Hyndman, Int. J. Forecasting 37, 2021, 1632–1653); O(days) time an item.
// Never: weights are not below zero and sum to one, so that the level stays unbiased; it knows no trend.
package levels

import (
	"fmt"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// speeds are the smoothing parameters of the exponential smoothings.
var speeds = [...]float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.4}

// weeks are the lengths of the means.
var weeks = [...]int{4, 8, 16}

const (
	yearAgo = len(speeds) + len(weeks) // the member that looks a year back
	members = yearAgo + 1

	yearWeeks = 52
	aroundAgo = 4  // weeks of a year ago that are averaged: as many as are usually forecast
	startDays = 28 // whose mean the smoothings start from
)

// Weights of the members: the smoothings from slow to fast, the means from short to long, the year ago.
type Weights [members]float64

// Even is what to believe where nothing was learned: a little of each length of memory.
func Even() Weights { return Weights{2: 0.4, 3: 0.2, 6: 0.2, 8: 0.1, yearAgo: 0.1} }

// Options of the method. The zero value works.
type Options struct {
	// Pooled is the week to which a series' own is shrunk, from forecast.PooledProfile; nil = a flat week.
	Pooled *forecast.Profile
	// Weights from Learn; nil = Even.
	Weights *Weights
}

// Model is the blend. It implements forecast.HistoryModel.
type Model struct {
	pooled  *forecast.Profile
	weights Weights
}

// New returns the method. It keeps a copy of what it was given.
func New(o Options) *Model {
	m := &Model{weights: Even()}
	if o.Pooled != nil {
		pooled := *o.Pooled
		m.pooled = &pooled
	}
	if o.Weights != nil {
		m.weights = *o.Weights
	}
	return m
}

// Name is "levels".
func (*Model) Name() string { return "levels" }

// Pooled implements forecast.HistoryModel.
func (m *Model) Pooled() *forecast.Profile { return m.pooled }

// Forecast implements forecast.Model. Params: level (units a day), and the weight of each member that has one.
func (m *Model) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	return forecast.Answered(m, s, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed, rng.New)
}

// Answer implements forecast.HistoryModel.
func (m *Model) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	if !h.Fits() {
		return h.Short(m.Name(), ask)
	}
	x := h.Deseasonalised()
	fitted := make([]float64, len(x))
	level, memory := 0.0, 0.0
	params := map[string]float64{}
	for k, w := range m.weights {
		if w > 0 {
			level += w * m.member(k, h, x, func(t int, before float64) { fitted[t] += w * before })
			params["weight_"+memberName(k)] = w
			if k < len(speeds) {
				memory += w * speeds[k]
			}
		}
	}
	params["level"] = level
	return h.Answer(forecast.Fit{Method: m.Name(), Params: params, Fitted: fitted, Level: func(int) float64 { return level }, Memory: memory}, ask)
}

func memberName(k int) string {
	switch {
	case k < len(speeds):
		return fmt.Sprintf("alpha_%g", speeds[k])
	case k < yearAgo:
		return fmt.Sprintf("weeks_%d", weeks[k-len(speeds)])
	}
	return "year_ago"
}

// member gives the level of one member at the end of x, and tells seen (nil = nobody) what it was before each day.
func (m *Model) member(k int, h *forecast.History, x []float64, seen func(t int, before float64)) float64 {
	open := 0
	for w := range h.Profile.Factor {
		if h.Profile.Open(w) {
			open++
		}
	}
	switch {
	case k < len(speeds):
		return smoothed(x, speeds[k], seen)
	case k < yearAgo:
		return averaged(x, open*weeks[k-len(speeds)], 0, seen)
	case len(x) < open*(yearWeeks+aroundAgo): // it has not lived a year: a slow level stands in
		return smoothed(x, speeds[2], seen)
	}
	return averaged(x, open*aroundAgo, open*(yearWeeks-aroundAgo), seen)
}

// smoothed runs simple exponential smoothing over x from the mean of its first days.
func smoothed(x []float64, alpha float64, seen func(t int, before float64)) float64 {
	n := min(len(x), startDays)
	level := 0.0
	for _, v := range x[:n] {
		level += v / float64(n)
	}
	for t, v := range x {
		if seen != nil {
			seen(t, level)
		}
		level += alpha * (v - level)
	}
	return level
}

// averaged is the mean of n days that end ago days before the end; where they reach back before x, of those that are there.
func averaged(x []float64, n, ago int, seen func(t int, before float64)) float64 {
	sum, count, level := 0.0, 0, x[0]
	for t := range len(x) + 1 {
		if in := t - ago - 1; in >= 0 {
			sum += x[in]
			if count++; count > n {
				sum -= x[in-n]
				count--
			}
		}
		if count > 0 {
			level = sum / float64(count)
		}
		if seen != nil && t < len(x) {
			seen(t, level)
		}
	}
	return level
}
