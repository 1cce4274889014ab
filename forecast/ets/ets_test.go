package ets

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/forecast/modeltest"
)

func all() []forecast.Model {
	return []forecast.Model{New(Options{}), New(Options{Form: Simple}), New(Options{Form: Damped})}
}

// Simple smoothing's worked example in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (2nd ed. 2018),
// table 7.1: Saudi oil production 1996–2013, alpha 0.8339, starting level 446.5868, forecast 542.68. The book rounds the
// parameters to four digits, hence the tolerance of 0.01.
func TestPublishedSimpleSmoothing(t *testing.T) {
	t.Parallel()
	oil := []float64{445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89, 509.87,
		456.72, 473.82, 525.95, 549.83, 542.34}
	s := states{alpha: 0.8339, level: 446.5868}
	if level, _ := s.run(oil, nil); math.Abs(level-542.68) > 0.01 {
		t.Errorf("forecast %v, the book has 542.68", level)
	}
}

// Simple smoothing is ARIMA(0,1,1) with moving-average parameter −(1−alpha) (Muth 1960): its one-step means follow
// mean = last day − (1−alpha)·last error.
func TestSimpleIsARIMA011(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0, 100), 2, 50).Draw(t, "x")
		s := states{alpha: rapid.Float64Range(0.01, 1).Draw(t, "alpha"), level: 50}
		fitted := make([]float64, len(x))
		s.run(x, fitted)
		for i := 1; i < len(x); i++ {
			want := x[i-1] - (1-s.alpha)*(x[i-1]-fitted[i-1])
			if math.Abs(fitted[i]-want) > 1e-9 {
				t.Fatalf("day %d: %v, ARIMA has %v", i, fitted[i], want)
			}
		}
	})
}

// The state-space form of the damped trend equals its component form (Gardner and McKenzie 1985): level and trend as
// weighted means, with the trend's weight beta/alpha; and the mean h days ahead adds φ + … + φ^h trends.
func TestDampedEqualsComponentForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0, 100), 2, 50).Draw(t, "x")
		alpha := rapid.Float64Range(0.05, 0.9).Draw(t, "alpha")
		share := rapid.Float64Range(0.05, 0.9).Draw(t, "share")
		phi := rapid.Float64Range(0.8, 0.98).Draw(t, "phi")
		s := states{alpha: alpha, beta: alpha * share, phi: phi, level: 40, trend: 1}
		level, trend := s.run(x, nil)
		l, b := 40.0, 1.0
		for _, v := range x {
			next := alpha*v + (1-alpha)*(l+phi*b)
			b = share*(next-l) + (1-share)*phi*b
			l = next
		}
		far, power := l, 1.0
		for range 9 {
			power *= phi
			far += power * b
		}
		if got := level + trend*s.damp(9); math.Abs(got-far) > 1e-7*(1+math.Abs(far)) {
			t.Fatalf("nine days ahead %v, component form %v", got, far)
		}
	})
}

// The search finds what a fine grid finds: no alpha beats the chosen one, and the damped search never ends above the best
// point of its own grid.
func TestSearchIsLeastSquares(t *testing.T) {
	t.Parallel()
	x := modeltest.Noisy(200).Values
	for i := range x {
		if math.IsNaN(x[i]) {
			x[i] = 2
		}
	}
	level, trend := start(x)
	got := fitSimple(x, level)
	for alpha := 0.01; alpha <= 0.6; alpha += 0.01 {
		s := states{alpha: alpha, level: level}
		if s.run(x, nil); s.square < got.square*(1-1e-3) {
			t.Errorf("alpha %v: %v, chosen %v: %v", alpha, s.square, got.alpha, got.square)
		}
	}
	damped := fitDamped(x, level, trend, got.alpha)
	for _, alpha := range []float64{0.05, 0.2} {
		s := states{alpha: alpha, beta: alpha * 0.1, phi: 0.9, level: level, trend: trend}
		if s.run(x, nil); s.square < damped.square {
			t.Errorf("grid point alpha %v: %v, search ended at %v", alpha, s.square, damped.square)
		}
	}
	check := damped
	if check.run(x, nil); check.square != damped.square {
		t.Errorf("kept squared error %v is not that of the kept parameters, %v", damped.square, check.square)
	}
}

// A strong trend is worth its parameters, noise about a level is not.
func TestAutoChooses(t *testing.T) {
	t.Parallel()
	rising, level := modeltest.Noisy(200), modeltest.Noisy(200)
	for i := range rising.Values {
		rising.Values[i] = 10*float64(i) + rising.Values[i]
	}
	m := New(Options{})
	if f := m.Forecast(rising, 5, nil, nil, 1); f.Params["beta"] == 0 || f.Mean[4] <= f.Mean[0] {
		t.Errorf("rising demand: %v, %v", f.Params, f.Mean)
	}
	if f := m.Forecast(level, 5, nil, nil, 1); f.Params["beta"] != 0 {
		t.Errorf("level demand: %v", f.Params)
	}
}

// A perfect fit has no AICc: every figure of the answer can be written as JSON.
func TestPerfectFitIsJSON(t *testing.T) {
	t.Parallel()
	for _, m := range all() {
		f := m.Forecast(forecast.Series{ID: "c", Values: slices.Repeat([]float64{4}, 60)}, 3, forecast.DefaultLevels,
			&forecast.LeadTime{MeanDays: 5}, 1)
		if err := forecast.Check(f, 3); err != nil {
			t.Error(err)
		}
		if _, err := json.Marshal(f); err != nil {
			t.Errorf("%s: %v", m.Name(), err)
		}
	}
}

// A shop closed on Sundays sells nothing on them and is not forecast to.
func ExampleModel_Forecast() {
	s := forecast.Series{ID: "mug", StartDay: 4} // a Monday
	for range 20 {
		s.Values = append(s.Values, 6, 6, 6, 6, 12, 24, math.NaN())
	}
	f := New(Options{Form: Simple}).Forecast(s, 7, []float64{0.5}, &forecast.LeadTime{MeanDays: 7}, 1)
	fmt.Printf("%.1f\n%.0f\n", f.Mean, f.LeadTime.Mean)
	// Output:
	// [6.0 6.0 6.0 6.0 12.0 24.0 0.0]
	// 60
}

// The methods keep what every forecast.Model promises.
func TestConformance(t *testing.T) {
	t.Parallel()
	modeltest.Run(t, all()...)
}
