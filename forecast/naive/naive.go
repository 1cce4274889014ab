// Package naive solves forecasting without a model: the benchmarks that any method has to beat, and robust profiles.
//
// Takes a forecast.Regular and gives a forecast.Curve. Method: last value, last season, drift, mean of a window, and means
// or medians of the last rounds of a season, each scaled to the latest level (Hyndman and Athanasopoulos 2021, section 5.2); O(n) time.
// Never: it estimates no parameter, so that it cannot overfit.
package naive

import (
	"fmt"
	"math"
	"slices"

	"quartermaster/forecast"
)

// Last repeats the last value.
type Last struct{}

// Name is "naive".
func (Last) Name() string { return "naive" }

// Fit implements forecast.Method.
func (Last) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	n := len(r.Values)
	if n == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: naive needs 1 value", forecast.ErrShort)
	}
	fitted := slices.Concat([]float64{math.NaN()}, r.Values[:n-1])
	return forecast.Curve{Method: "naive", Mean: slices.Repeat([]float64{r.Values[n-1]}, horizon), Fitted: fitted}, nil
}

// Season repeats the last round of a season; 0 = the first season that the series has two rounds of, without one the last value.
type Season struct{ Length int }

// Name is "snaive", with the length of the season where it was set.
func (s Season) Name() string {
	if s.Length == 0 {
		return "snaive"
	}
	return fmt.Sprintf("snaive%d", s.Length)
}

// Fit implements forecast.Method.
func (s Season) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	m, n := s.Length, len(r.Values)
	if m == 0 {
		m = r.FirstSeason()
	}
	if n < m || n == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs %d values", forecast.ErrShort, s.Name(), m)
	}
	f := forecast.Curve{Method: s.Name(), Mean: make([]float64, horizon), Fitted: make([]float64, n)}
	for t := range f.Fitted {
		if f.Fitted[t] = math.NaN(); t >= m {
			f.Fitted[t] = r.Values[t-m]
		}
	}
	for h := range f.Mean {
		f.Mean[h] = r.Values[n-m+h%m]
	}
	return f, nil
}

// Drift goes on along the line from the first value to the last.
type Drift struct{}

// Name is "drift".
func (Drift) Name() string { return "drift" }

// Fit implements forecast.Method.
func (Drift) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	n := len(r.Values)
	if n < 2 {
		return forecast.Curve{}, fmt.Errorf("%w: drift needs 2 values", forecast.ErrShort)
	}
	slope := (r.Values[n-1] - r.Values[0]) / float64(n-1)
	f := forecast.Curve{Method: "drift", Mean: make([]float64, horizon), Params: map[string]float64{"drift": slope}}
	for h := range f.Mean {
		f.Mean[h] = r.Values[n-1] + slope*float64(h+1)
	}
	return f, nil
}

// Mean is the mean of the last Window values, 0 = of all.
type Mean struct{ Window int }

// Name is "mean" or "ma" and the window.
func (m Mean) Name() string {
	if m.Window == 0 {
		return "mean"
	}
	return fmt.Sprintf("ma%d", m.Window)
}

// Fit implements forecast.Method.
func (m Mean) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y := r.Values
	if m.Window > 0 {
		y = y[max(0, len(y)-m.Window):]
	}
	if len(y) == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 1 value", forecast.ErrShort, m.Name())
	}
	return forecast.Curve{Method: m.Name(), Mean: slices.Repeat([]float64{mean(y)}, horizon)}, nil
}

func mean(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum / float64(max(len(y), 1))
}
