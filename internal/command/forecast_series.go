package command

import (
	"fmt"
	"math"
	"slices"

	"quartermaster/forecast"
	"quartermaster/forecast/backtest"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/screen"
	"quartermaster/internal/intake"
	"quartermaster/internal/rng"
)

// stepYear is a year in steps.
var stepYear = map[string]int{"hour": 8736, "day": 364, "week": 52, "month": 12, "quarter": 4}

// series makes the panel of a table, screened, with the columns that it is forecast with. A series that is not to be forecast
// holds no values, and unfit says why.
func (v forecastFileVerb) series(table *intake.Demand, horizon int) (out []*forecast.Regular, reports []screen.Report, unfit []string, err error) {
	out, reports, unfit = make([]*forecast.Regular, len(table.Series)), make([]screen.Report, len(table.Series)), make([]string, len(table.Series))
	seasons := stepSeasons[table.Step]
	facts := screen.Facts{Year: stepYear[table.Step]}
	if len(seasons) > 0 {
		facts.Season = seasons[0]
	}
	for i := range table.Series {
		s := &table.Series[i]
		if v.Gaps == "zero" {
			for k, x := range s.Values {
				if math.IsNaN(x) {
					s.Values[k] = 0
				}
			}
		}
		if v.Gaps == "unseen" {
			if gap := ownCalendar(s.Values); gap > 1 {
				unfit[i] = fmt.Sprintf("its rows lie %d steps apart and those of the file a %s: forecast it from a file of its own", gap, table.Step)
				out[i] = &forecast.Regular{ID: s.ID, Seasons: seasons}
				continue
			}
		}
		facts.Empty, facts.Known = s.Empty, knownSteps(s.With, len(s.Values))
		if v.Screen {
			s.Values, reports[i] = screen.Clean(s.Values, facts)
		}
		out[i] = &forecast.Regular{ID: s.ID, Seasons: seasons, Values: s.Values}
		for k, column := range s.With {
			x, err := knownAhead(column, len(s.Values)+horizon)
			if err != nil {
				return nil, nil, nil, fmt.Errorf("series %q, column %q: %w: add rows with a date, no quantity and what it will be until %s", s.ID, table.Columns.With[k], err,
					table.After(s, horizon-1).Format("2006-01-02"))
			}
			out[i].Regressors = append(out[i].Regressors, x)
		}
	}
	return out, reports, unfit, nil
}

// ownCalendar tells how many steps apart the rows of a series lie that goes by another calendar than its file, such as months among
// days; 1 where it goes by the same, or by none.
func ownCalendar(values []float64) int {
	var gaps []int
	last := -1
	for t, x := range values {
		if math.IsNaN(x) {
			continue
		}
		if last >= 0 {
			gaps = append(gaps, t-last)
		}
		last = t
	}
	if len(gaps) < 4 {
		return 1
	}
	slices.Sort(gaps)
	middle := gaps[len(gaps)/2]
	regular := 0
	for _, g := range gaps {
		if 10*g >= 9*middle && 10*g <= 11*middle { // months have 28 to 31 days
			regular++
		}
	}
	if middle < 3 || 10*regular < 9*len(gaps) {
		return 1
	}
	return middle
}

// knownSteps marks the steps at which a column of nothing but 0 and 1, such as a promotion, is 1: what was sold there is no mistake.
func knownSteps(columns [][]float64, n int) []bool {
	known := make([]bool, n)
	for _, column := range columns {
		other := func(x float64) bool { return x != 0 && x != 1 && !math.IsNaN(x) }
		if slices.ContainsFunc(column, other) {
			continue
		}
		for t := range min(n, len(column)) {
			known[t] = known[t] || column[t] == 1
		}
	}
	return known
}

// knownAhead gives n steps of a column: a step without a number is like the one before, one before the first like the first.
func knownAhead(column []float64, n int) ([]float64, error) {
	if len(column) < n {
		return nil, fmt.Errorf("it is known for %d of the %d steps to come", max(0, len(column)), n)
	}
	out := make([]float64, n)
	value := 0.0
	for _, x := range column {
		if !math.IsNaN(x) {
			value = x
			break
		}
	}
	for t := range out {
		if x := column[t]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			value = x
		}
		out[t] = value
	}
	return out, nil
}

// explain adds to a row what its forecast is made of, what its history held and what broke.
func (v forecastFileVerb) explain(row *forecastRows, table *intake.Demand, i int, r *forecast.Regular, a *combine.Outlook, report screen.Report) {
	status := report.StatusOf(a.Status)
	row.Status, row.Findings = string(status), report.Sentences()
	if a.Status == forecast.StatusEmpty {
		return
	}
	s := &table.Series[i]
	story := forecast.Story{Step: table.Step, History: r.Values, Seasons: r.Seasons, Year: stepYear[table.Step], Label: stepLabel(table, s)}
	for k, effect := range a.Effects {
		if story.Regressors == nil {
			story.Regressors = map[string]float64{}
		}
		story.Regressors[table.Columns.With[k]] = effect
	}
	if a.Tested.Points > 0 {
		tested := a.Tested
		story.Accuracy, row.Tested = &tested, &tested
	}
	e := forecast.Explain(a.Mean, row.Low80, row.High80, story)
	row.Explanation = &e
	if v.Lead > 0 {
		lead := a.LeadTime(forecast.LeadTime{MeanDays: v.Lead, SDDays: v.LeadSD}, r.FirstSeason(), rng.New(1, "lead", a.SeriesID))
		row.Lead = &lead
	}
	for _, alert := range backtest.Watch(latestErrors(a.Errors, len(a.Mean)), backtest.Spread(r.Values, r.FirstSeason())) {
		row.Alerts = append(row.Alerts, alert.Sentence)
	}
}

// latestErrors are forecast less value of two origins a horizon apart, the oldest step first.
func latestErrors(errors []float64, horizon int) []float64 {
	var out []float64
	for _, from := range []int{2 * horizon, 0} {
		if from+horizon <= len(errors) {
			for _, e := range errors[from : from+horizon] {
				out = append(out, -e)
			}
		}
	}
	return out
}

// stepLabel names the steps to come: days by weekday, months and quarters by name, else by number.
func stepLabel(table *intake.Demand, s *intake.DemandSeries) func(h int) string {
	switch table.Step {
	case "day":
		return func(h int) string { return table.After(s, h).Weekday().String() }
	case "month":
		return func(h int) string { return table.After(s, h).Month().String() }
	case "quarter":
		return func(h int) string { return fmt.Sprintf("quarter %d", (int(table.After(s, h).Month())+2)/3) }
	case "hour":
		return func(h int) string { return table.After(s, h).Format("15:04") }
	}
	return nil
}
