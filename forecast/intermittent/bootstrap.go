package intermittent

import (
	"math"
	"math/rand/v2"
	"slices"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// BootstrapKind is a way to draw days from those that were.
type BootstrapKind string

// The kinds of Bootstrap.
const (
	Willemain      BootstrapKind = "willemain" // days of demand follow each other as a chain of two states; sizes are jittered
	IntervalsSizes BootstrapKind = "vz"        // intervals between demands and sizes are drawn each from its own
)

// Bootstrap forecasts by drawing courses from the item's own days: the distribution of demand over a lead time of an item whose
// demand no formula fits. Willemain is that of Willemain, Smart and Schwarz (Int. J. Forecasting 20, 2004, 375–387): a two-state
// Markov chain says whether there is a demand, a size of the past moved by its own square root says how much. IntervalsSizes is
// that of Viswanathan and Zhou (2008): intervals and sizes of the past in turn, the first interval counted on from the last
// demand. Weekdays scale sizes. It implements forecast.HistoryModel; its seed is the History's own, so that an answer repeats.
type Bootstrap struct {
	pooled *forecast.Profile
	kind   BootstrapKind
}

// NewBootstrap returns the method; "" = Willemain. It keeps a copy of the week.
func NewBootstrap(kind BootstrapKind, pooled *forecast.Profile) *Bootstrap {
	m := &Bootstrap{kind: kind}
	if kind == "" {
		m.kind = Willemain
	}
	if pooled != nil {
		week := *pooled
		m.pooled = &week
	}
	return m
}

// Name is the kind's.
func (m *Bootstrap) Name() string { return string(m.kind) }

// Pooled implements forecast.HistoryModel.
func (m *Bootstrap) Pooled() *forecast.Profile { return m.pooled }

// Forecast implements forecast.Model. Params: rate, size (mean), and chance_after_none and chance_after_some, or interval.
func (m *Bootstrap) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	return forecast.Answered(m, s, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed, rng.New)
}

// courses drawn.
const courses = 400

// Answer implements forecast.HistoryModel.
func (m *Bootstrap) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	if !h.Fits() {
		return h.Short(m.Name(), ask)
	}
	x := h.Deseasonalised()
	d := learnDraws(x)
	rate := d.rate()
	fit := forecast.Fit{Method: m.Name(), Params: map[string]float64{"rate": rate, "size": d.mean}, Fitted: make([]float64, len(x)), Level: func(int) float64 { return rate }}
	if m.kind == Willemain {
		fit.Params["chance_after_none"], fit.Params["chance_after_some"] = d.afterNone, d.afterSome
	} else {
		fit.Params["interval"] = float64(len(x)) / float64(len(d.sizes))
	}
	bare := forecast.Ask{Horizon: max(ask.Horizon, 0)}
	if ask.Lead != nil {
		bare.Horizon = max(bare.Horizon, min(int(ask.Lead.MeanDays+5*ask.Lead.SDDays)+2, forecast.MaxLeadDays))
	}
	f := h.Answer(fit, bare)
	reach := f.Mean
	f.Mean = reach[:max(ask.Horizon, 0):max(ask.Horizon, 0)]
	f.Levels = slices.Clone(ask.Levels)
	if len(ask.Levels) == 0 && ask.Lead == nil {
		return f
	}
	r := rng.New(1, "bootstrap", h.ID)
	paths := make(forecast.Paths, courses)
	factor := make([]float64, len(reach))
	for t, v := range reach {
		factor[t] = v / max(rate, 1e-300)
	}
	for i := range paths {
		paths[i] = d.course(m.kind, factor, r)
	}
	f.Quantiles = make([][]float64, len(ask.Levels))
	for l := range f.Quantiles {
		f.Quantiles[l] = make([]float64, len(f.Mean))
	}
	column := make([]float64, courses)
	for t := range f.Mean {
		for i := range paths {
			column[i] = paths[i][t]
		}
		slices.Sort(column)
		for l, p := range ask.Levels {
			f.Quantiles[l][t] = forecast.Quantile(column, p)
		}
	}
	if ask.Lead != nil {
		lead := paths.LeadTime(*ask.Lead, 7, ask.Levels, ask.Rand)
		f.LeadTime = &lead
	}
	return f
}

// draws is what courses are drawn from.
type draws struct {
	sizes                []float64
	intervals            []int // open days from one demand to the next
	since                int   // open days since the last demand, 0 = on the last day
	mean                 float64
	afterNone, afterSome float64 // chance of a demand the day after none and after one
	unbiased             float64 // what jittered sizes are multiplied by to keep their mean
}

// jittered moves a size by z times its square root; where nothing would be left it stays, as published.
func jittered(size, z float64) float64 {
	if v := size + z*math.Sqrt(size); v > 0 {
		return v
	}
	return size
}

const jitters = 21 // points of the normal distribution that the mean of a jitter is taken over

func learnDraws(x []float64) draws {
	var d draws
	var none, noneThenSome, some, someThenSome float64
	last := -1
	for t, v := range x {
		if v > 0 {
			d.sizes = append(d.sizes, v)
			d.mean += v
			if last >= 0 {
				d.intervals = append(d.intervals, t-last)
			}
			last = t
		}
		if t == 0 {
			continue
		}
		came := 0.0
		if v > 0 {
			came = 1
		}
		if x[t-1] > 0 {
			some++
			someThenSome += came
		} else {
			none++
			noneThenSome += came
		}
	}
	d.mean /= float64(len(d.sizes))
	moved := 0.0
	for _, v := range d.sizes { // staying where nothing would be left makes sizes larger on average
		for k := range jitters {
			moved += jittered(v, math.Sqrt2*math.Erfinv((2*float64(k)+1)/jitters-1)) / jitters
		}
	}
	d.unbiased = d.mean * float64(len(d.sizes)) / moved
	d.since = len(x) - 1 - last
	share := float64(len(d.sizes)) / float64(len(x)) // one more day of either kind, as often as all: no chance is 0 or 1 for want of days
	d.afterNone, d.afterSome = (noneThenSome+share)/(none+1), (someThenSome+share)/(some+1)
	return d
}

// rate is the mean demand of a day in the long run.
func (d *draws) rate() float64 {
	return d.mean * d.afterNone / (d.afterNone + 1 - d.afterSome)
}

// course draws one. factor is the weekday's factor of each day, 0 = closed.
func (d *draws) course(kind BootstrapKind, factor []float64, r *rand.Rand) []float64 {
	out := make([]float64, len(factor))
	some := d.since == 0
	wait := -1
	if kind == IntervalsSizes {
		wait = max(1, d.interval(r)-d.since)
	}
	for t, f := range factor {
		if f <= 0 {
			continue
		}
		if kind == IntervalsSizes {
			wait--
			some = wait == 0
		} else {
			chance := d.afterNone
			if some {
				chance = d.afterSome
			}
			some = r.Float64() < chance
		}
		if !some {
			continue
		}
		size := d.sizes[r.IntN(len(d.sizes))]
		if kind == Willemain {
			size = d.unbiased * jittered(size, r.NormFloat64())
		} else {
			wait = d.interval(r)
		}
		out[t] = f * size
	}
	return out
}

func (d *draws) interval(r *rand.Rand) int {
	if len(d.intervals) == 0 {
		return 1
	}
	return d.intervals[r.IntN(len(d.intervals))]
}
