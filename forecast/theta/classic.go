package theta

import (
	"fmt"
	"math"

	"quartermaster/forecast"
)

// Kind is a member of the Theta family.
type Kind int

const (
	Standard         Kind = iota // theta line 2, smoothing optimised; the line of all values
	Optimised                    // theta optimised too (OTM)
	DynamicOptimised             // and the line re-fitted at each step (DOTM)
)

// Classic is a Theta method for a forecast.Regular without season (take it out before, see forecast/decompose). It implements
// forecast.Method. Method: the state-space form of Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (Int. J.
// Forecasting 32, 2016, 1151–1161), starting level, alpha and theta by least squares.
type Classic struct {
	Kind Kind
	// Window of latest values that are looked at, 0 = all.
	Window int
}

// Name is "theta", "otm" or "dotm", with the window where there is one.
func (c Classic) Name() string {
	name := [...]string{"theta", "otm", "dotm"}[c.Kind]
	if c.Window > 0 {
		return fmt.Sprintf("%s%d", name, c.Window)
	}
	return name
}

// Fit implements forecast.Method. Params: alpha, theta, level, drift.
func (c Classic) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y, skip := r.Values, 0
	if c.Window > 0 {
		skip = max(0, len(y)-c.Window)
	}
	y = y[skip:]
	if len(y) < 4 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 4 values, has %d", forecast.ErrShort, c.Name(), len(y))
	}
	f := newLines(y, c.Kind)
	p := []float64{0, f.start / f.scale}
	if c.Kind != Standard {
		p = append(p, 0)
	}
	best := []float64(nil)
	least := math.Inf(1)
	for _, alpha := range []float64{0.5, 0.1} {
		p[0], p[1] = math.Log(alpha/(1-alpha)), f.start/f.scale
		if c.Kind != Standard {
			p[2] = 0
		}
		if s := forecast.LeastSquares(f.residuals, len(y), p, 40, 1e-8); s < least || best == nil {
			least, best = s, append(best[:0], p...)
		}
	}
	f.read(best)
	out := forecast.Curve{Method: c.Name(), Fitted: make([]float64, len(r.Values)), Mean: make([]float64, horizon)}
	for t := range skip {
		out.Fitted[t] = math.NaN()
	}
	f.run(nil, out.Fitted[skip:], out.Mean)
	out.Params = map[string]float64{"alpha": f.alpha, "theta": f.theta, "level": f.endLevel, "drift": (1 - 1/f.theta) * f.slope}
	return out, nil
}

// lines is the recursion: exponential smoothing of one line with the other, straight, added back.
type lines struct {
	y                     []float64
	kind                  Kind
	start, scale          float64
	icept, slope          float64 // of the straight line over all of y
	alpha, theta, level   float64
	endLevel              float64
	lineIcept, lineSlopes []float64 // of the line known before each value, for the dynamic kind
}

func newLines(y []float64, kind Kind) *lines {
	f := &lines{y: y, kind: kind, theta: 2, start: y[0] / 2}
	n := float64(len(y))
	mean, cross := 0.0, 0.0
	for _, v := range y {
		mean += v / n
	}
	for t, v := range y {
		cross += (float64(t+1) - (n+1)/2) * (v - mean)
		f.scale = max(f.scale, math.Abs(v))
	}
	f.scale = max(f.scale, 1e-9)
	f.slope = cross / (n * (n*n - 1) / 12)
	f.icept = mean - f.slope*(n+1)/2
	if kind != DynamicOptimised {
		return f
	}
	f.lineIcept, f.lineSlopes = make([]float64, len(y)+1), make([]float64, len(y)+1)
	a, b, sofar := y[0], 0.0, 0.0
	for t, v := range y {
		f.lineIcept[t], f.lineSlopes[t] = a, b
		a, b, sofar = refit(a, b, sofar, t+1, v)
	}
	f.lineIcept[len(y)], f.lineSlopes[len(y)] = a, b
	return f
}

// refit adds the t-th value (from 1) to the least-squares line over 1…t, given the mean sofar of those before it.
func refit(a, b, sofar float64, t int, v float64) (icept, slope, mean float64) {
	n := float64(t)
	mean = ((n-1)*sofar + v) / n
	if t == 1 {
		return v, 0, v
	}
	slope = ((n-2)*b + 6*(v-sofar)/n) / (n + 1)
	return mean - slope*(n+1)/2, slope, mean
}

func (f *lines) read(p []float64) {
	f.alpha = 0.01 + 0.98/(1+math.Exp(-p[0]))
	f.level = p[1] * f.scale
	if len(p) > 2 {
		f.theta = 1 + math.Exp(min(p[2], 10))
	}
}

func (f *lines) residuals(p, out []float64) {
	f.read(p)
	f.run(out, nil, nil)
}

// run fills errors and means of the values and the means ahead; each may be nil.
//
//	mean_t = ℓ + (1 − 1/θ)·((1−α)^(t−1)·A + (1 − (1−α)^t)/α·B)      ℓ ← α·y + (1−α)·ℓ
func (f *lines) run(errors, fitted, ahead []float64) {
	level, power, keep := f.level, 1.0, 1-f.alpha
	weight := 1 - 1/f.theta
	dynamic := f.kind == DynamicOptimised
	a, b := f.icept, f.slope
	for t, v := range f.y {
		if dynamic {
			a, b = f.lineIcept[t], f.lineSlopes[t]
		}
		mean := level + weight*(power*a+(1-power*keep)/f.alpha*b)
		if errors != nil {
			errors[t] = v - mean
			if dynamic && t < 2 { // before there is a line, a large error says nothing
				errors[t] = 0
			}
		}
		if fitted != nil {
			fitted[t] = mean
		}
		level = f.alpha*v + keep*level
		power *= keep
	}
	f.endLevel = level
	if ahead == nil {
		return
	}
	sofar, n := 0.0, len(f.y)
	for _, v := range f.y {
		sofar += v / float64(n)
	}
	if dynamic {
		a, b = f.lineIcept[n], f.lineSlopes[n]
	}
	for h := range ahead {
		mean := level + weight*(power*a+(1-power*keep)/f.alpha*b)
		ahead[h] = mean
		if dynamic {
			a, b, sofar = refit(a, b, sofar, n+h+1, mean)
		}
		level = f.alpha*mean + keep*level
		power *= keep
	}
}
