package combine

import (
	"errors"
	"math"
	"slices"

	"quartermaster/forecast"
)

// Median is the median of several methods at every step: with ETS, CES, ARIMA and Theta the simple combination that came sixth in M4
// (Petropoulos and Svetunkov, Int. J. Forecasting 36, 2020, 110–115). It implements forecast.Method.
type Median struct{ methods []forecast.Method }

// NewMedian returns the median of methods.
func NewMedian(methods ...forecast.Method) (*Median, error) {
	if len(methods) == 0 {
		return nil, errors.New("combine: no methods: give at least one forecast.Method")
	}
	return &Median{methods: slices.Clone(methods)}, nil
}

// Name is "median".
func (*Median) Name() string { return "median" }

// Fit implements forecast.Method: a method that has too little history, or no number to say, is left out; the error is the first one's where
// none had enough. Params: methods, how many answered.
func (m *Median) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	var answers, fitted [][]float64
	var first error
	for _, one := range m.methods {
		f, err := one.Fit(r, horizon)
		if err == nil && !slices.ContainsFunc(f.Mean, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			answers = append(answers, f.Mean)
			if len(f.Fitted) == len(r.Values) {
				fitted = append(fitted, f.Fitted)
			}
		} else if first == nil {
			first = err
		}
	}
	if len(answers) == 0 {
		return forecast.Curve{}, errors.Join(forecast.ErrShort, first)
	}
	out := forecast.Curve{Method: m.Name(), Mean: medians(answers, horizon), Params: map[string]float64{"methods": float64(len(answers))}}
	if len(fitted) == len(answers) {
		out.Fitted = medians(fitted, len(r.Values))
	}
	return out, nil
}

// medians of rows, step by step; NaN where any is.
func medians(rows [][]float64, n int) []float64 {
	out, at := make([]float64, n), make([]float64, len(rows))
	for h := range out {
		for i, f := range rows {
			at[i] = f[h]
		}
		slices.Sort(at) // NaN come first
		if out[h] = (at[(len(at)-1)/2] + at[len(at)/2]) / 2; math.IsNaN(at[0]) {
			out[h] = math.NaN()
		}
	}
	return out
}
