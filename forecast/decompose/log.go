package decompose

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

func sortFloats(v []float64) { slices.Sort(v) }

// Log is the method inner fitted to logarithms, log(1+v) where a value is zero. The exponential of its mean is the median
// of a skew distribution, which is what absolute errors ask for. Series with values below zero stay as they are.
type Log struct{ Inner forecast.Method }

// Name is "log-" and the inner name.
func (l Log) Name() string { return "log-" + l.Inner.Name() }

// Fit implements forecast.Method.
func (l Log) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	low := least(r.Values)
	if low < 0 {
		return l.Inner.Fit(r, horizon)
	}
	shift := 0.0
	if low < 1e-9 {
		shift = 1
	}
	logs, top := make([]float64, len(r.Values)), 0.0
	for t, v := range r.Values {
		logs[t] = math.Log(v + shift)
		top = max(top, logs[t])
	}
	inner := r.With(logs)
	inner.Signed = true
	f, err := l.Inner.Fit(inner, horizon)
	if err != nil {
		return f, err
	}
	f.Method = l.Name()
	for _, row := range [][]float64{f.Mean, f.Fitted} {
		for t, v := range row {
			row[t] = max(0, math.Exp(min(v, top+1))-shift)
		}
	}
	return f, nil
}
