package plan

import (
	"fmt"
	"math"

	"quartermaster/forecast"
	"quartermaster/forecast/backtest"
	"quartermaster/forecast/screen"
	"quartermaster/internal/rng"
)

// daysOfYear is a year in whole weeks, so that the same weekdays are compared.
const daysOfYear = 364

// tell notes what a forecast is made of, what the screen found and what people should look at.
func (f *ItemForecast) tell(s forecast.Series, report screen.Report, tested backtest.Result) {
	f.Tested, f.HistoryDays = tested.Sums, len(s.Values)
	accuracy := f.Tested.Accuracy()
	e := forecast.Explain(f.Mean, rowAt(&f.Forecast, 0.1), rowAt(&f.Forecast, 0.9), forecast.Story{
		Step: "day", History: observed(s.Values), Seasons: []int{7}, Year: daysOfYear, Accuracy: &accuracy,
		Label: func(h int) string { return forecast.WeekdayName(f.StartDay + h) },
	})
	f.Explanation, f.Screened = &e, &report
	f.Alerts = alertsOf(s, report, tested.Errors)
}

// observed is a history without what cannot be demand.
func observed(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		if out[i] = v; !(v >= 0 && v <= forecast.MaxUnits) {
			out[i] = math.NaN()
		}
	}
	return out
}

// rowAt are the quantiles at a level, nil where there are none.
func rowAt(f *forecast.Forecast, level float64) []float64 {
	for l, p := range f.Levels {
		if p == level {
			return f.Quantiles[l]
		}
	}
	return nil
}

// newsDays is how long a finding in the history is news.
const newsDays = 56

// alertsOf lists what broke lately: accuracy and bias by the errors of the backtest, the level and single values by the screen,
// and the quality of the data.
func alertsOf(s forecast.Series, r screen.Report, errors []float64) []backtest.Alert {
	n := len(s.Values)
	alerts := backtest.Watch(errors, backtest.Spread(observed(s.Values), 7))
	for i := range alerts {
		alerts[i].Step += n - len(errors)
	}
	add := func(kind backtest.AlertKind, step int, value, limit float64, format string, args ...any) {
		alerts = append(alerts, backtest.Alert{Kind: kind, Step: step, Value: value, Limit: limit, Sentence: fmt.Sprintf(format, args...)})
	}
	if x := r.Shift; x != nil && n-x.Step <= newsDays {
		add(backtest.AlertLevel, x.Step, x.After, x.Before, "the level changed from %.3g to %.3g units a day %d days ago", x.Before, x.After, n-x.Step)
	}
	for _, o := range r.Outliers {
		if n-o.Step <= newsDays {
			add(backtest.AlertOutlier, o.Step, o.Value, o.Cut, "%.4g units %d days ago lie far above all others and count as %.4g", o.Value, n-o.Step, o.Cut)
		}
	}
	if r.Impossible > 0 {
		add(backtest.AlertData, n-1, float64(r.Impossible), 0, "%d days hold values that cannot be demand", r.Impossible)
	}
	if r.Unmatched > 0 {
		add(backtest.AlertData, n-1, r.Unmatched, 0, "%.4g returned units match no earlier sale", r.Unmatched)
	}
	if blind := unseenTail(s.Values); blind > newsDays/2 {
		add(backtest.AlertData, n-blind, float64(blind), newsDays/2, "nothing was observed for the latest %d days", blind)
	}
	if r.Life == screen.Dying {
		add(backtest.AlertLevel, n-r.Silent, float64(r.Silent), 0, "no demand for %d days, longer than its intervals explain: is it still on sale, or out of stock?", r.Silent)
	}
	return alerts
}

// unseenTail counts the days at the end that were not observed.
func unseenTail(values []float64) int {
	n := 0
	for n < len(values) && math.IsNaN(values[len(values)-1-n]) {
		n++
	}
	return n
}

// Paths draws possible courses of an item's demand, the same ones each time. How errors of different days hang together is
// not learned from one item's few origins: forecast.DefaultDependence.
func (f *ItemForecast) Paths(n int) forecast.Paths {
	return f.Simulate(forecast.DefaultDependence, n, rng.New(forecastSeed, "paths", f.SeriesID))
}
