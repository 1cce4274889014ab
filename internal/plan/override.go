package plan

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

// OverrideKind says how a planner changes the mean of a day.
type OverrideKind string

// The kinds of overrides.
const (
	OverrideSet   OverrideKind = "set"   // to Value units a day
	OverrideAdd   OverrideKind = "add"   // by Value units a day, which may be negative
	OverrideTimes OverrideKind = "times" // by the factor Value
)

// Override is what a planner knows better than the forecast, for the days FromDay…ToDay (since 1970-01-01, both included).
type Override struct {
	FromDay, ToDay int
	Kind           OverrideKind
	Value          float64
}

// of gives the mean of a day that the forecast says mean of; never negative.
func (o Override) of(mean float64) float64 {
	switch o.Kind {
	case OverrideSet:
		mean = o.Value
	case OverrideAdd:
		mean += o.Value
	case OverrideTimes:
		mean *= o.Value
	}
	return max(0, min(mean, forecast.MaxUnits))
}

// Override gives the forecast with overrides laid over it one after the other, the oldest first. Quantiles of a day keep their
// ratio to its mean, and demand over the lead time is scaled as the days it covers are. Where the forecast saw no demand at
// all, the new mean's quantiles are those of an exponential distribution: wide. It leaves f alone.
func (f ItemForecast) Override(all []Override) ItemForecast {
	mean := slices.Clone(f.Mean)
	changed := 0
	for h, before := range f.Mean {
		day := f.StartDay + h
		for _, o := range all {
			if day >= o.FromDay && day <= o.ToDay {
				mean[h] = o.of(mean[h])
			}
		}
		if mean[h] != before {
			changed++
		}
	}
	if changed == 0 {
		return f
	}
	out := f
	out.Mean, out.Overridden = mean, changed
	out.Quantiles = make([][]float64, len(f.Quantiles))
	for l, row := range f.Quantiles {
		out.Quantiles[l] = slices.Clone(row)
		for h := range row {
			switch {
			case mean[h] == f.Mean[h]:
			case f.Mean[h] > 0:
				out.Quantiles[l][h] = row[h] * mean[h] / f.Mean[h]
			default:
				out.Quantiles[l][h] = exponential(mean[h], f.Levels[l])
			}
		}
	}
	if f.LeadTime != nil {
		lead := overriddenLead(*f.LeadTime, f.Mean, mean)
		out.LeadTime = &lead
	}
	if out.Status == forecast.StatusEmpty {
		out.Status = forecast.StatusSparse // a planner expects something of it
	}
	return out
}

// exponential is the quantile of the exponential distribution.
func exponential(mean, level float64) float64 {
	return -mean * math.Log1p(-min(max(level, 0), 1-1e-9))
}

// overriddenLead scales demand over a lead time as the days it covers; those beyond the horizon stay as the last week is.
func overriddenLead(l forecast.LeadTimeDemand, before, after []float64) forecast.LeadTimeDemand {
	days := int(math.Ceil(l.MeanDays))
	old, now := 0.0, 0.0
	for h := range min(days, len(before)) {
		old += before[h]
		now += after[h]
	}
	if rest := days - len(before); rest > 0 {
		week := before[max(0, len(before)-7):]
		for _, v := range week {
			old += v * float64(rest) / float64(len(week))
			now += v * float64(rest) / float64(len(week))
		}
	}
	out := l
	out.Quantiles = slices.Clone(l.Quantiles)
	if old > 0 && l.Mean > 0 {
		ratio := now / old
		out.Mean, out.SD = l.Mean*ratio, l.SD*ratio
		for i := range out.Quantiles {
			out.Quantiles[i] *= ratio
		}
		return out
	}
	out.Mean, out.SD = now, now
	for i, p := range l.Levels {
		out.Quantiles[i] = exponential(now, p)
	}
	return out
}
