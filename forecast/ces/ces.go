// Package ces solves forecasting by complex exponential smoothing, which needs no choice between level and trend.
//
// Takes a forecast.Regular and gives a forecast.Curve. Method: the level and an unseen "information potential" are the two parts of a
// complex number smoothed by a complex parameter (Svetunkov, Kourentzes and Ord, Naval Research Logistics 69, 2022,
// 1108–1123), without season or with a simple, partial or full one, parameters and states by least squares within the stable region,
// the kind by AICc; O(n) a pass, the recursion as two real numbers without allocation. Never: no regressors, no multiplicative errors.
package ces

import (
	"fmt"
	"math"

	"quartermaster/forecast"
)

// Kind of season.
type Kind int

const (
	Auto    Kind = iota // the one of the least AICc
	Plain               // none
	Simple              // the whole state is one season old
	Partial             // a real season beside the level
	Full                // a complex season beside the level
)

// Model is complex exponential smoothing. It implements forecast.Method.
type Model struct {
	Kind Kind
	// LongestSeason beyond which none is fitted; 0 = 24. Window of latest values looked at; 0 = 1,000.
	LongestSeason, Window int
}

// Name is "ces".
func (Model) Name() string { return "ces" }

// Fit implements forecast.Method. Params: a0, a1 (and b0, b1 for the season), kind, aicc.
func (c Model) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	window, longest := c.Window, c.LongestSeason
	if window == 0 {
		window = 1000
	}
	if longest == 0 {
		longest = 24
	}
	skip := max(0, len(r.Values)-window)
	y := r.Values[skip:]
	if len(y) < 5 {
		return forecast.Curve{}, fmt.Errorf("%w: ces needs 5 values, has %d", forecast.ErrShort, len(y))
	}
	m := r.FirstSeason()
	if m > longest || len(y) < 2*m+4 {
		m = 1
	}
	var best *fit
	for _, kind := range c.kinds(m) {
		if f := newFit(kind, y, m); best == nil || f.aicc < best.aicc {
			best = f
		}
	}
	out := forecast.Curve{Method: "ces", Fitted: make([]float64, len(r.Values)), Mean: make([]float64, horizon)}
	for t := range skip {
		out.Fitted[t] = math.NaN()
	}
	best.run(nil, out.Fitted[skip:], out.Mean)
	out.Params = map[string]float64{"a0": best.a0, "a1": best.a1, "kind": float64(best.kind)}
	if best.kind >= Partial {
		out.Params["b0"], out.Params["b1"] = best.b0, best.b1
	}
	if !math.IsInf(best.aicc, 0) {
		out.Params["aicc"] = best.aicc
	}
	return out, nil
}

func (c Model) kinds(m int) []Kind {
	switch {
	case m == 1:
		return []Kind{Plain}
	case c.Kind == Auto:
		return []Kind{Plain, Simple, Partial, Full}
	}
	return []Kind{c.Kind}
}

// fit is one kind fitted to y.
type fit struct {
	kind           Kind
	y              []float64
	m              int
	scale          float64
	a0, a1, b0, b1 float64
	level, hidden  float64   // before the first value
	season, shade  []float64 // of the first round: real and hidden part
	ring           []float64 // workspace of both
	aicc           float64
}

func newFit(kind Kind, y []float64, m int) *fit {
	f := &fit{kind: kind, y: y, m: m}
	for _, v := range y {
		f.scale = max(f.scale, math.Abs(v))
	}
	f.scale = max(f.scale, 1e-9)
	f.first()
	p := []float64{1.3, 1}
	count := 2.0
	if kind == Plain || kind == Partial || kind == Full {
		p = append(p, f.level/f.scale, f.hidden/f.scale)
		count += 2
	}
	switch kind {
	case Simple:
		count += 2 * float64(m)
	case Partial:
		p = append(p, 0.1)
		count += 1 + float64(m)
	case Full:
		p = append(p, 1.3, 1)
		count += 2 + 2*float64(m)
	}
	square := forecast.LeastSquares(f.residuals, len(y), p, 40, 1e-7)
	f.read(p)
	n := float64(len(y))
	count++ // the variance
	f.aicc = math.Inf(1)
	if free := n - count - 1; free > 0 && !math.IsInf(square, 1) {
		f.aicc = n*math.Log(max(square, 1e-300)/n) + 2*count + 2*count*(count+1)/free
	} else if kind == Plain {
		f.aicc = math.MaxFloat64
	}
	return f
}

// first sets starting states: the mean of the first values, and the first round's differences from it as season.
func (f *fit) first() {
	n := min(len(f.y), max(10, 2*f.m))
	for _, v := range f.y[:n] {
		f.level += v / float64(n)
	}
	f.hidden = f.level / 1.1
	if f.kind == Plain {
		return
	}
	f.season, f.shade, f.ring = make([]float64, f.m), make([]float64, f.m), make([]float64, 2*f.m)
	if f.kind == Simple {
		for i := range f.m {
			f.season[i], f.shade[i] = f.y[i], f.y[i]/1.1
		}
		return
	}
	rounds := float64(n / f.m)
	for t := range int(rounds) * f.m {
		f.season[t%f.m] += (f.y[t] - f.level) / rounds
	}
	for i, s := range f.season {
		f.shade[i] = s / 1.1
	}
}

func (f *fit) read(p []float64) {
	f.a0, f.a1 = p[0], p[1]
	if f.kind == Simple {
		return
	}
	f.level, f.hidden = p[2]*f.scale, p[3]*f.scale
	switch f.kind {
	case Partial:
		f.b0 = p[4]
	case Full:
		f.b0, f.b1 = p[4], p[5]
	}
}

// stable holds the discount matrix's eigenvalues inside the unit circle: trace and determinant of a 2×2 matrix.
func stable(a0, a1 float64) bool {
	d11, d12, d21, d22 := 1-(a0-a1), -(1 - a1), 1-(a0+a1), 1-a0
	det, trace := d11*d22-d12*d21, d11+d22
	return math.Abs(det) < 1 && math.Abs(trace) < 1+det
}

func (f *fit) residuals(p, out []float64) {
	f.read(p)
	bad := !stable(f.a0, f.a1)
	switch f.kind {
	case Partial:
		bad = bad || f.b0 < 0 || f.b0 > 1
	case Full:
		bad = bad || !stable(f.b0, f.b1)
	}
	if bad {
		out[0] = math.Inf(1)
		return
	}
	f.run(out, nil, nil)
}

// run fills errors and means of the values, and the means ahead; each may be nil.
//
//	ℓ ← ℓ − (1−a1)·p + (a0−a1)·e      p ← ℓ_old + (1−a0)·p + (a0+a1)·e
func (f *fit) run(errors, fitted, ahead []float64) {
	m := len(f.season)
	var season, shade []float64
	if m > 0 {
		season, shade = f.ring[:m], f.ring[m:]
		copy(season, f.season)
		copy(shade, f.shade)
	}
	level, hidden, at := f.level, f.hidden, 0
	for t := range len(f.y) + len(ahead) {
		mean := level
		switch f.kind {
		case Simple:
			mean = season[at]
		case Partial, Full:
			mean += season[at]
		}
		e := 0.0
		if t < len(f.y) {
			e = f.y[t] - mean
			if errors != nil {
				errors[t] = e
			}
			if fitted != nil {
				fitted[t] = mean
			}
		} else {
			ahead[t-len(f.y)] = mean
		}
		switch f.kind {
		case Simple:
			season[at], shade[at] = step(season[at], shade[at], f.a0, f.a1, e)
		case Partial:
			season[at] += f.b0 * e
		case Full:
			season[at], shade[at] = step(season[at], shade[at], f.b0, f.b1, e)
		}
		if f.kind != Simple {
			level, hidden = step(level, hidden, f.a0, f.a1, e)
		}
		if at++; at >= m {
			at = 0
		}
	}
}

func step(level, hidden, a0, a1, e float64) (float64, float64) {
	return level - (1-a1)*hidden + (a0-a1)*e, level + (1-a0)*hidden + (a0+a1)*e
}
