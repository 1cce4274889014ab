package screen

import "quartermaster/forecast"

// Model screens each series before another model forecasts it, so that a backtest screens what was known at each origin and
// nothing later. It implements forecast.Model.
type Model struct{ Inner forecast.Model }

// Daily are the facts of a series of days.
var Daily = Facts{Season: 7, Year: 364}

// Name is the inner model's.
func (m Model) Name() string { return m.Inner.Name() }

// Forecast implements forecast.Model. The status is cleaned, new or dying where the screen says so and the method could be fitted.
func (m Model) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	f, _ := m.Screened(s, horizon, levels, lead, seed)
	return f
}

// Screened is Forecast with the screen's report.
func (m Model) Screened(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) (forecast.Forecast, Report) {
	values, r := Clean(s.Values, Daily)
	s.Values = values
	f := m.Inner.Forecast(s, horizon, levels, lead, seed)
	f.Status = r.StatusOf(f.Status)
	return f, r
}

// StatusOf refines the status of a forecast that a method could be fitted to.
func (r *Report) StatusOf(s forecast.Status) forecast.Status {
	if s != forecast.StatusOK && s != forecast.StatusCleaned {
		return s
	}
	switch {
	case r.Life == New:
		return forecast.StatusNew
	case r.Life == Dying:
		return forecast.StatusDying
	case r.Changed():
		return forecast.StatusCleaned
	}
	return s
}
