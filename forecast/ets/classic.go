package ets

import (
	"fmt"
	"math"

	"quartermaster/forecast"
)

// Classic is exponential smoothing of a forecast.Regular: all admissible forms with maximum likelihood and the one of the
// least AICc, or the given ones. It implements forecast.Method.
type Classic struct {
	Label string // name, "" = "ets"
	Only  []Spec // nil = all that the data admit
	// LongestSeason beyond which no season is fitted (take it out before); 0 = 24.
	LongestSeason int
	// Window of latest values that are looked at, 0 = 1,000.
	Window int
	// Average, where set, weighs all forms by exp(−AICc/2) instead of taking the best (Burnham and Anderson 2002).
	Average bool
}

// Name is the label.
func (c Classic) Name() string {
	if c.Label == "" {
		return "ets"
	}
	return c.Label
}

// Fit implements forecast.Method. Params: alpha, beta, gamma, phi, level, trend, aicc.
func (c Classic) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y := r.Values
	longest := c.LongestSeason
	if longest == 0 {
		longest = 24
	}
	window := c.Window
	if window == 0 {
		window = 1000
	}
	skip := max(0, len(y)-window)
	y = y[skip:]
	m := r.FirstSeason()
	if m > longest || len(y) < 2*m+2 {
		m = 1
	}
	if len(y) < 3 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 3 values, has %d", forecast.ErrShort, c.Name(), len(y))
	}
	if flat(y) {
		return constant(c.Name(), y[0], len(r.Values), horizon), nil
	}
	fits := c.fits(y, m)
	if len(fits) == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s: no form could be fitted to %d values", forecast.ErrShort, c.Name(), len(y))
	}
	if c.Average {
		return c.averaged(fits, y, skip, horizon), nil
	}
	best := fits[0]
	for _, f := range fits {
		if f.aicc < best.aicc {
			best = f
		}
	}
	return c.curve(best, y, skip, horizon), nil
}

func flat(y []float64) bool {
	for _, v := range y {
		if v != y[0] {
			return false
		}
	}
	return true
}

func constant(name string, v float64, n, horizon int) forecast.Curve {
	f := forecast.Curve{Method: name, Mean: make([]float64, horizon), Fitted: make([]float64, n)}
	for h := range f.Mean {
		f.Mean[h] = v
	}
	for t := range f.Fitted {
		f.Fitted[t] = v
	}
	return f
}

// fits fits the forms that the data admit and leaves out those that failed. Where a series is too short for AICc, only the
// simplest form is fitted.
func (c Classic) fits(y []float64, m int) []fitted {
	positive := true
	for _, v := range y {
		positive = positive && v > 0
	}
	specs := c.Only
	if specs == nil {
		specs = Specs(m > 1, positive)
	}
	none, add, mul := firstStates(y, m, positive)
	var fits []fitted
	for _, spec := range specs {
		if (spec.Error == Mul || spec.Season == Mul) && !positive || spec.Season != None && m == 1 {
			continue
		}
		first := none
		switch spec.Season {
		case Add:
			first = add
		case Mul:
			first = mul
		}
		if f := fitSpec(spec, y, m, first, []float64{0.3}); !math.IsInf(f.aicc, 1) {
			fits = append(fits, f)
		}
	}
	if len(fits) == 0 {
		spec := Spec{Add, None, None, false}
		if f := fitSpec(spec, y, 1, none, []float64{0.3}); !math.IsInf(f.lik, 1) {
			fits = append(fits, f)
		}
	}
	return fits
}

func (c Classic) curve(f fitted, y []float64, skip, horizon int) forecast.Curve {
	out := forecast.Curve{Method: c.Name(), Fitted: make([]float64, skip+len(y))}
	for t := range skip {
		out.Fitted[t] = math.NaN()
	}
	end := f.spec.run(y, &f.state, make([]float64, len(f.state.Season)), out.Fitted[skip:], nil)
	out.Mean = f.spec.ahead(&end, f.state.Phi, len(y), horizon)
	out.Params = map[string]float64{"alpha": f.state.Alpha, "level": end.level}
	if !math.IsInf(f.aicc, 0) {
		out.Params["aicc"] = f.aicc
	}
	if f.spec.Trend != None {
		out.Params["beta"], out.Params["trend"] = f.state.Beta, end.trend
	}
	if f.spec.Damped {
		out.Params["phi"] = f.state.Phi
	}
	if f.spec.Season != None {
		out.Params["gamma"] = f.state.Gamma
	}
	return out
}

// averaged blends the forms by their AICc weights; forms below a hundredth of the best are left out.
func (c Classic) averaged(fits []fitted, y []float64, skip, horizon int) forecast.Curve {
	least := math.Inf(1)
	for _, f := range fits {
		least = min(least, f.aicc)
	}
	var out forecast.Curve
	total := 0.0
	for _, f := range fits {
		w := math.Exp(-0.5 * (f.aicc - least))
		if !(w >= 0.01) {
			continue
		}
		one := c.curve(f, y, skip, horizon)
		if total == 0 {
			out = one
			scaleBy(out.Mean, w)
			scaleBy(out.Fitted, w)
		} else {
			addBy(out.Mean, one.Mean, w)
			addBy(out.Fitted, one.Fitted, w)
		}
		total += w
	}
	if total == 0 {
		return c.curve(fits[0], y, skip, horizon)
	}
	scaleBy(out.Mean, 1/total)
	scaleBy(out.Fitted, 1/total)
	out.Params = map[string]float64{"forms": float64(len(fits)), "aicc": least}
	return out
}

func scaleBy(v []float64, w float64) {
	for i := range v {
		v[i] *= w
	}
}

func addBy(v, more []float64, w float64) {
	for i := range v {
		v[i] += w * more[i]
	}
}

// firstStates are the heuristic starting states of Hyndman et al. (2008, section 2.6.1): the season from the first rounds'
// ratios to their moving average, level and trend from a line through the first ten (or two rounds of) values.
func firstStates(y []float64, m int, positive bool) (none, add, mul State) {
	none = line(y[:min(len(y), max(10, 2*m))])
	if m == 1 {
		return none, none, none
	}
	rest := make([]float64, len(y))
	factor := roundFactors(y, m, false)
	for t, v := range y {
		rest[t] = v - factor[t%m]
	}
	add = line(rest[:min(len(y), max(10, 2*m))])
	add.Season = factor
	if !positive {
		return none, add, add
	}
	factor = roundFactors(y, m, true)
	for t, v := range y {
		rest[t] = v / factor[t%m]
	}
	mul = line(rest[:min(len(y), max(10, 2*m))])
	mul.Season = factor
	return none, add, mul
}

func line(y []float64) State {
	n := float64(len(y))
	mid, mean := (n+1)/2, 0.0
	for _, v := range y {
		mean += v / n
	}
	cross := 0.0
	for t, v := range y {
		cross += (float64(t+1) - mid) * (v - mean)
	}
	slope := cross / max(n*(n*n-1)/12, 1)
	return State{Level: mean - slope*mid, Trend: slope}
}

// roundFactors is the season of the first three rounds: each value against the mean of the m values about it.
func roundFactors(y []float64, m int, ratio bool) []float64 {
	n := min(len(y), 3*m)
	sum, count := make([]float64, m), make([]float64, m)
	for t := range n {
		from := min(max(0, t-m/2), n-m)
		mean := 0.0
		for _, v := range y[from : from+m] {
			mean += v / float64(m)
		}
		if ratio {
			sum[t%m] += y[t] / mean
		} else {
			sum[t%m] += y[t] - mean
		}
		count[t%m]++
	}
	total := 0.0
	for i := range sum {
		sum[i] /= max(count[i], 1)
		total += sum[i] / float64(m)
	}
	for i := range sum {
		if ratio {
			sum[i] = max(sum[i]/total, 1e-3)
		} else {
			sum[i] -= total
		}
	}
	return sum
}
