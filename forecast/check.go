package forecast

import (
	"fmt"
	"math"
)

// Check holds a forecast of horizon days against what every Forecast promises, apart from any method: shapes agree, nothing
// is NaN, infinite or negative, no quantile falls with its level, the status is known. The error names series and field.
func Check(f Forecast, horizon int) error {
	bad := func(format string, a ...any) error {
		return fmt.Errorf("forecast: %s of series %q: %s", f.Method, f.SeriesID, fmt.Sprintf(format, a...))
	}
	switch f.Status {
	case StatusOK, StatusSparse, StatusEmpty, StatusCleaned, StatusNew, StatusDying:
	default:
		return bad("Status %q is unknown", f.Status)
	}
	if len(f.Mean) != horizon {
		return bad("Mean has %d days, asked for %d", len(f.Mean), horizon)
	}
	if len(f.Quantiles) != len(f.Levels) {
		return bad("%d rows of Quantiles for %d Levels", len(f.Quantiles), len(f.Levels))
	}
	for name, v := range f.Params {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return bad("Params[%q] is %v", name, v)
		}
	}
	for l, p := range f.Levels {
		if !(p >= 0 && p <= 1) {
			return bad("Levels[%d] is %v, not a probability", l, p)
		}
	}
	for d, v := range f.Mean {
		if !sane(v) || f.Status == StatusEmpty && v != 0 {
			return bad("Mean[%d] is %v", d, v)
		}
	}
	for l, row := range f.Quantiles {
		if len(row) != horizon {
			return bad("Quantiles[%d] has %d days, asked for %d", l, len(row), horizon)
		}
		for d, v := range row {
			if !sane(v) || f.Status == StatusEmpty && v != 0 {
				return bad("Quantiles[%d][%d] is %v", l, d, v)
			}
			for k := range l {
				if (f.Levels[k] < f.Levels[l]) && f.Quantiles[k][d] > v || (f.Levels[k] > f.Levels[l]) && f.Quantiles[k][d] < v {
					return bad("day %d: quantile at %v is %v, at %v it is %v", d, f.Levels[k], f.Quantiles[k][d], f.Levels[l], v)
				}
			}
		}
	}
	if f.LeadTime == nil {
		return nil
	}
	return checkLead(*f.LeadTime, bad)
}

func checkLead(l LeadTimeDemand, bad func(string, ...any) error) error {
	for _, field := range []struct {
		name  string
		value float64
	}{{"MeanDays", l.MeanDays}, {"SDDays", l.SDDays}, {"Mean", l.Mean}, {"SD", l.SD}} {
		if !sane(field.value) {
			return bad("LeadTime.%s is %v", field.name, field.value)
		}
	}
	if len(l.Quantiles) != len(l.Levels) {
		return bad("LeadTime has %d Quantiles for %d Levels", len(l.Quantiles), len(l.Levels))
	}
	for i, v := range l.Quantiles {
		if !sane(v) {
			return bad("LeadTime.Quantiles[%d] is %v", i, v)
		}
		for k := range i {
			if l.Levels[k] < l.Levels[i] && l.Quantiles[k] > v || l.Levels[k] > l.Levels[i] && l.Quantiles[k] < v {
				return bad("LeadTime: quantile at %v is %v, at %v it is %v", l.Levels[k], l.Quantiles[k], l.Levels[i], v)
			}
		}
	}
	return nil
}

// sane is false for NaN, infinities and negative numbers.
func sane(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
