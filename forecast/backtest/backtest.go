// Package backtest solves the question what a forecasting method is worth: a rolling-origin test on the series' own past.
//
// Takes a forecast.Model and a forecast.Series and gives error sums and the forecast.Accuracy made of them, for one series
// or, by adding sums, for any number. Method: fixed-length windows rolled back from the last day (Tashman, Int. J.
// Forecasting 16, 2000, 437–450), value added over the seasonal naive of lag 7, scaled errors of Hyndman and Koehler (2006)
// as in the M5 competition; O(origins) forecasts. Never: a method sees no day at or after its origin, since it is handed a
// copy of the days before it.
package backtest

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

// Options of a backtest. The zero value works.
type Options struct {
	Origins     int // forecasts made, 0 = 4; fewer where the series is too short
	StepDays    int // days between two origins, 0 = 7
	HorizonDays int // days compared after each origin, 0 = 7
	MinDays     int // history that the earliest origin must have, 0 = 28
	// Levels are the quantile levels scored, nil = forecast.DefaultLevels. Coverage needs 0.1 and 0.9 among them.
	Levels []float64
	// LeadDays, where > 0, also scores the distribution of demand over a certain lead time of that many days, from each
	// origin that has so many days after it.
	LeadDays int
	Seed     uint64
}

func (o Options) withDefaults() Options {
	set := func(v *int, value int) {
		if *v <= 0 {
			*v = value
		}
	}
	set(&o.Origins, 4)
	set(&o.StepDays, 7)
	set(&o.HorizonDays, 7)
	set(&o.MinDays, 28)
	if o.Levels == nil {
		o.Levels = forecast.DefaultLevels
	}
	return o
}

// Result is what a backtest found for one series.
type Result struct {
	SeriesID string
	Method   string
	Accuracy forecast.Accuracy
	Sums     Sums
	Skipped  int // origins wanted but not tested: too early, or before the first sale
	// Errors (forecast − demand) of the days up to the next origin, oldest first; NaN where nothing was observed.
	Errors []float64
}

// Run tests m on s. Origins lie StepDays apart; the last one leaves HorizonDays (or LeadDays, if longer) to compare. An
// origin before the first sale is skipped, since nobody would plan an item then. Days not observed are not compared.
func Run(m forecast.Model, s forecast.Series, o Options) Result {
	o = o.withDefaults()
	out := Result{SeriesID: s.ID, Method: m.Name()}
	last := len(s.Values) - max(o.HorizonDays, o.LeadDays)
	for k := range o.Origins {
		origin := last - k*o.StepDays
		if origin < o.MinDays || !sold(s.Values[:max(origin, 0)]) {
			out.Skipped = o.Origins - k // the earlier ones fail too
			break
		}
		sums, errors := one(m, s, origin, o)
		out.Sums.Add(sums)
		out.Errors = append(errors[:min(o.StepDays, len(errors)):min(o.StepDays, len(errors))], out.Errors...)
	}
	out.Accuracy = out.Sums.Accuracy()
	return out
}

func sold(values []float64) bool {
	return slices.ContainsFunc(values, func(v float64) bool { return v > 0 && v <= forecast.MaxUnits })
}

// one forecasts from one origin and compares.
func one(m forecast.Model, s forecast.Series, origin int, o Options) (Sums, []float64) {
	past := forecast.Series{ID: s.ID, StartDay: s.StartDay, Values: slices.Clone(s.Values[:origin])}
	var lead *forecast.LeadTime
	if o.LeadDays > 0 {
		lead = &forecast.LeadTime{MeanDays: float64(o.LeadDays)}
	}
	f := m.Forecast(past, o.HorizonDays, o.Levels, lead, o.Seed)
	sums := Sums{Origins: 1}
	actual := s.Values[origin : origin+o.HorizonDays]
	sums.compare(f, actual, SeasonalNaive(past, o.HorizonDays), scale(s.Values[:origin]))
	if lead != nil && f.LeadTime != nil {
		sums.compareLead(*f.LeadTime, s.Values[origin:origin+o.LeadDays])
	}
	errors := make([]float64, len(actual))
	for d, y := range actual {
		if errors[d] = math.NaN(); y >= 0 && y <= forecast.MaxUnits {
			errors[d] = f.Mean[d] - y
		}
	}
	return sums, errors
}

// SeasonalNaive repeats the last observed demand of the same weekday (lag 7, or 14 where that day was not observed, and so
// on); a weekday never observed gets 0. It is the benchmark of the value added.
func SeasonalNaive(s forecast.Series, horizon int) []float64 {
	mean := make([]float64, max(horizon, 0))
	n := len(s.Values)
	for d := range mean {
		if d >= 7 {
			mean[d] = mean[d-7]
			continue
		}
		for t := n + d - 7; t >= 0; t -= 7 {
			if v := s.Values[t]; v >= 0 && v <= forecast.MaxUnits {
				mean[d] = v
				break
			}
		}
	}
	return mean
}

// scale is the mean squared step from one observed day to the next, from the first sale on: RMSSE's denominator (M5).
func scale(values []float64) float64 {
	before, steps, square := math.NaN(), 0.0, 0.0
	for _, v := range values {
		if !(v >= 0 && v <= forecast.MaxUnits) || math.IsNaN(before) && v == 0 {
			continue
		}
		if !math.IsNaN(before) {
			square += (v - before) * (v - before)
			steps++
		}
		before = v
	}
	return square / max(steps, 1)
}
