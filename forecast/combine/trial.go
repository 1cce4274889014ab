package combine

import (
	"math"

	"quartermaster/forecast"
)

// trial is what the methods said of one series from origins in its own past, beside what came.
type trial struct {
	origins []origin
	counts  bool    // all values are whole and small enough for that to matter
	scale   float64 // of all the history, see naiveScale; 0 where it has none
}

// origin is one point in the past from which every method forecast. Row m of means is nil where method m had too little.
type origin struct {
	at     int // values known
	scale  float64
	actual []float64 // may hold NaN
	means  [][]float64
}

// try forecasts from o.Origins points, the latest first: each horizon steps long, a step apart.
func (p *Panel) try(r *forecast.Regular, wanted []bool) trial {
	filled, cut, _ := forecast.Filled(r.Values, r.FirstSeason())
	raw := r.Values[cut:]
	t := trial{scale: naiveScale(filled, r.FirstSeason())}
	t.counts = counts(r.Values)
	n := len(filled)
	horizon := p.trialHorizon(n)
	for k := range p.o.Origins {
		at := n - horizon - k*p.step(horizon, n)
		if at < p.leastHistory(r, horizon) {
			break
		}
		past := r.With(forecastable(r, raw[:at:at]))
		past.Regressors = regressorsFrom(r.Regressors, cut)
		o := origin{at: at, scale: naiveScale(past.Values, r.FirstSeason()), actual: raw[at : at+horizon]}
		o.means = p.means(past, horizon, wanted)
		t.origins = append(t.origins, o)
	}
	return t
}

// smallCounts is the mean up to which the gaps between whole numbers matter to a band.
const smallCounts = 30

// counts says whether values are whole and small.
func counts(values []float64) bool {
	sum, n := 0.0, 0.0
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if v != math.Trunc(v) {
			return false
		}
		sum += math.Abs(v)
		n++
	}
	return n > 0 && sum < smallCounts*n
}

// forecastable fills the gaps of what was known at an origin, from nothing later.
func forecastable(r *forecast.Regular, raw []float64) []float64 {
	filled, _, _ := forecast.Filled(raw, r.FirstSeason())
	return filled
}

func regressorsFrom(x [][]float64, cut int) [][]float64 {
	if cut == 0 {
		return x
	}
	out := make([][]float64, len(x))
	for k := range x {
		out[k] = x[k][cut:]
	}
	return out
}

// trialHorizon is the horizon compared, shorter where the history is.
func (p *Panel) trialHorizon(n int) int { return max(1, min(p.o.Horizon, n/3)) }

// step is the distance of two origins: half a horizon where the history allows it, less in short ones.
func (p *Panel) step(horizon, n int) int {
	if p.o.Step > 0 {
		return p.o.Step
	}
	return max(1, min(horizon/2, n/12))
}

// leastHistory is what the earliest origin must know.
func (p *Panel) leastHistory(r *forecast.Regular, horizon int) int {
	return max(4, min(2*r.FirstSeason(), len(r.Values)-horizon))
}

// means asks every wanted method; answers that are no numbers count as none.
func (p *Panel) means(r *forecast.Regular, horizon int, wanted []bool) [][]float64 {
	curves := p.curves(r, horizon, wanted)
	out := make([][]float64, len(curves))
	for i := range curves {
		out[i] = curves[i].Mean
	}
	return out
}

// curves is means with all else that the methods say.
func (p *Panel) curves(r *forecast.Regular, horizon int, wanted []bool) []forecast.Curve {
	out := make([]forecast.Curve, len(p.methods))
	top := 0.0
	for _, v := range r.Values {
		top = max(top, math.Abs(v))
	}
	for i, m := range p.methods {
		if wanted != nil && !wanted[i] {
			continue
		}
		f, err := m.Fit(r, horizon)
		if err != nil || !tame(f.Mean, top) {
			continue
		}
		if !r.Signed {
			for h, v := range f.Mean {
				f.Mean[h] = max(0, v)
			}
		}
		out[i] = f
	}
	return out
}

// tame says whether all means are numbers within reach of what was seen; a method that leaves it has blown up.
func tame(means []float64, top float64) bool {
	for _, v := range means {
		if math.IsNaN(v) || math.Abs(v) > 10*top+1 {
			return false
		}
	}
	return true
}

// naiveScale is the mean absolute step over lag m, else over lag 1: what errors are divided by to be compared between
// series (Hyndman and Koehler 2006). 0 for a constant series.
func naiveScale(y []float64, m int) float64 {
	for _, lag := range [2]int{m, 1} {
		sum, n := 0.0, 0.0
		for t := lag; t < len(y); t++ {
			sum += math.Abs(y[t] - y[t-lag])
			n++
		}
		if sum > 0 {
			return sum / n
		}
	}
	return 0
}
