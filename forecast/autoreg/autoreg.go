// Package autoreg solves forecasting by one linear regression on a few lags: recent steps and whole seasons back.
//
// Takes a forecast.Regular and gives a forecast.Curve. Method: ridge regression of each step on a constant, the last steps and the
// steps about one and two rounds of each season before, on logarithms where all values are above zero, forecast step by step (the
// idea of Doornik, Castle and Hendry's "Card", Int. J. Forecasting 36, 2020, 129–134, with calibrated seasonal autoregression);
// O(n · lags²) time. Never: it chooses no lags by a test; ridge keeps them tame.
package autoreg

import (
	"fmt"
	"math"

	"quartermaster/forecast"
)

// Model is the regression. It implements forecast.Method.
type Model struct {
	// Short lags: 1…Short; 0 = 2.
	Short int
	// Ridge on the standardised lags, relative to n; 0 = 0.001.
	Ridge float64
	// Raw keeps values as they are also where logarithms could be taken.
	Raw bool
	// Difference regresses the change from one longest season (with two rounds) ago.
	Difference bool
	// Window of latest values looked at; 0 = 1,500.
	Window int
}

// Name is "autoreg", with what differs from it.
func (m Model) Name() string {
	name := "autoreg"
	if m.Raw {
		name += "-raw"
	}
	if m.Difference {
		name += "-diff"
	}
	return name
}

// regression is the model with a series prepared for it.
type regression struct {
	x       []float64 // values or their logarithms; steps to come are appended
	lags    []int
	base    int // changes are from so many steps ago; 0 = levels
	longest int // steps that the first row needs before it
	logs    bool
	top     float64 // of all values
}

// Fit implements forecast.Method.
func (m Model) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	window := m.Window
	if window == 0 {
		window = 1500
	}
	skip := max(0, len(r.Values)-window)
	g, err := m.prepare(r, r.Values[skip:], horizon)
	if err != nil {
		return forecast.Curve{}, err
	}
	n := len(g.x)
	fit := fitRidge(n-g.longest, len(g.lags), m.Ridge, func(i int, row []float64) float64 {
		g.row(g.longest+i, row)
		return g.change(g.longest + i)
	})
	row := make([]float64, len(g.lags))
	next := func(t int) float64 {
		g.row(t, row)
		v := fit.at(row)
		if g.base > 0 {
			v += g.x[t-g.base]
		}
		return v
	}
	out := forecast.Curve{Method: m.Name(), Mean: make([]float64, horizon), Fitted: make([]float64, len(r.Values))}
	for t := range out.Fitted {
		if out.Fitted[t] = math.NaN(); t-skip >= g.longest {
			out.Fitted[t] = g.back(next(t - skip))
		}
	}
	for h := range out.Mean {
		v := next(n + h)
		if out.Mean[h] = g.back(v); !g.logs {
			v = out.Mean[h]
		}
		g.x = append(g.x, v)
	}
	return out, nil
}

// prepare takes logarithms where they can be taken and finds the lags; ErrShort where too few steps are left to regress.
func (m Model) prepare(r *forecast.Regular, y []float64, horizon int) (*regression, error) {
	g := &regression{logs: !m.Raw, x: make([]float64, len(y), len(y)+horizon)}
	for _, v := range y {
		g.logs = g.logs && v > 0
		g.top = max(g.top, math.Abs(v))
	}
	for t, v := range y {
		if g.x[t] = v; g.logs {
			g.x[t] = math.Log(v)
		}
	}
	if m.Difference {
		if g.base = r.Season(); g.base == 1 || len(y) < 3*g.base {
			g.base = 0
		}
	}
	g.lags, g.longest = m.lags(r, len(y)-g.base), g.base
	for _, l := range g.lags {
		g.longest = max(g.longest, l+g.base)
	}
	if len(y)-g.longest < len(g.lags)+5 {
		return nil, fmt.Errorf("%w: %s needs %d values, has %d", forecast.ErrShort, m.Name(), g.longest+len(g.lags)+5, len(y))
	}
	return g, nil
}

func (g *regression) change(t int) float64 {
	if g.base > 0 {
		return g.x[t] - g.x[t-g.base]
	}
	return g.x[t]
}

func (g *regression) row(t int, row []float64) {
	for k, l := range g.lags {
		row[k] = g.change(t - l)
	}
}

// back gives a value for what was regressed, within reach of what was seen.
func (g *regression) back(v float64) float64 {
	if g.logs {
		return math.Exp(min(v, math.Log(g.top)+1))
	}
	return max(-2*g.top, min(v, 2*g.top))
}

// lags are the short ones and those about one and two rounds of each season of which three rounds fit.
func (m Model) lags(r *forecast.Regular, n int) []int {
	short := m.Short
	if short == 0 {
		short = 2
	}
	var lags []int
	seen := map[int]bool{}
	add := func(l int) {
		if l > 0 && l < n/2 && !seen[l] {
			seen[l] = true
			lags = append(lags, l)
		}
	}
	for l := 1; l <= short; l++ {
		add(l)
	}
	for _, s := range r.Seasons {
		for _, l := range []int{s - 1, s, s + 1, 2 * s} {
			if s > 1 {
				add(l)
			}
		}
	}
	return lags
}

// ridge is a fitted regression on standardised columns.
type ridge struct {
	icept float64
	slope []float64
}

func (g *ridge) at(row []float64) float64 {
	v := g.icept
	for k, s := range g.slope {
		v += s * row[k]
	}
	return v
}

// fitRidge solves the normal equations of n rows with k columns.
func fitRidge(n, k int, penalty float64, fill func(i int, row []float64) float64) *ridge {
	if penalty == 0 {
		penalty = 1e-3
	}
	row, mean := make([]float64, k), make([]float64, k)
	a, b := make([]float64, k*k), make([]float64, k)
	level := 0.0
	for i := range n {
		level += fill(i, row) / float64(n)
		for j, v := range row {
			mean[j] += v / float64(n)
		}
	}
	for i := range n {
		y := fill(i, row) - level
		for j := range row {
			row[j] -= mean[j]
		}
		for j, v := range row {
			b[j] += v * y
			for l := range j + 1 {
				a[j*k+l] += v * row[l]
			}
		}
	}
	for j := range k {
		a[j*k+j] += penalty*a[j*k+j] + 1e-12
		for l := range j {
			a[l*k+j] = a[j*k+l]
		}
	}
	g := &ridge{slope: cholesky(a, b), icept: level}
	for j, s := range g.slope {
		g.icept -= s * mean[j]
	}
	return g
}

// cholesky solves a·x = b for a positive matrix; a column without variance gets 0.
func cholesky(a, b []float64) []float64 {
	k := len(b)
	f, x := make([]float64, k*k), make([]float64, k)
	for i := range k {
		for j := range i + 1 {
			sum := a[i*k+j]
			for l := range j {
				sum -= f[i*k+l] * f[j*k+l]
			}
			switch {
			case i != j:
				f[i*k+j] = sum / f[j*k+j]
			case sum > 1e-14:
				f[i*k+i] = math.Sqrt(sum)
			default:
				f[i*k+i] = math.MaxFloat32
			}
		}
	}
	for i := range k {
		x[i] = b[i]
		for l := range i {
			x[i] -= f[i*k+l] * x[l]
		}
		x[i] /= f[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		for l := i + 1; l < k; l++ {
			x[i] -= f[l*k+i] * x[l]
		}
		x[i] /= f[i*k+i]
	}
	return x
}
