package ets

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// All fifteen forms have the likelihood and the forecasts that R's forecast package has for the same parameters and states
// (testdata/r_ets.json says which version), to 1e-6.
func TestEqualsR(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/r_ets.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Y     []float64
		Cases []struct {
			Model                                             string
			Damped                                            bool
			Alpha, Beta, Gamma, Phi, Level, Trend, Likelihood float64
			Season, Forecast                                  []float64
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) != 15 {
		t.Fatalf("%d cases, want the 15 forms", len(golden.Cases))
	}
	for _, c := range golden.Cases {
		spec := Spec{Error: Kind(c.Model[0]), Trend: Kind(c.Model[1]), Season: Kind(c.Model[2]), Damped: c.Damped}
		st := State{Alpha: c.Alpha, Beta: c.Beta, Gamma: c.Gamma, Phi: c.Phi, Level: c.Level, Trend: c.Trend, Season: c.Season}
		likelihood, means := Evaluate(spec, golden.Y, st, len(c.Forecast))
		if math.Abs(likelihood-c.Likelihood) > 1e-6*math.Abs(c.Likelihood) {
			t.Errorf("%v: likelihood %.9f, R has %.9f", spec, likelihood, c.Likelihood)
		}
		for h, want := range c.Forecast {
			if math.Abs(means[h]-want) > 1e-6*math.Abs(want) {
				t.Errorf("%v: step %d is %.9f, R has %.9f", spec, h+1, means[h], want)
			}
		}
		first := State{Level: c.Level, Trend: c.Trend, Season: c.Season}
		if f := fitSpec(spec, golden.Y, 4, first, []float64{0.3, 0.05}); f.lik > c.Likelihood+0.5 {
			t.Errorf("%v: the fit ends at %.4f, R's at %.4f", spec, f.lik, c.Likelihood)
		}
	}
}

// Whatever the series, the chosen form gives numbers: no NaN, and as many means as were asked for.
func TestClassicSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1000)), 0, 60).Draw(t, "y")
		r := forecast.Regular{ID: "r", Seasons: []int{rapid.SampledFrom([]int{1, 4, 7}).Draw(t, "season")}, Values: y}
		for _, c := range []Classic{{}, {Average: true}} {
			f, err := c.Fit(&r, 9)
			if errors.Is(err, forecast.ErrShort) {
				continue
			}
			if err != nil || len(f.Mean) != 9 {
				t.Fatalf("%v, %d means", err, len(f.Mean))
			}
			for _, v := range f.Mean {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: %v", c.Name(), f.Mean)
				}
			}
		}
	})
}

// A clear multiplicative season on a trend is found and carried on: within 2 % of the truth a year ahead.
func TestClassicFindsSeason(t *testing.T) {
	t.Parallel()
	truth := func(i int) float64 { return (100 + float64(i)) * (1 + 0.3*math.Sin(2*math.Pi*float64(i)/12)) }
	r := forecast.Regular{ID: "s", Seasons: []int{12}}
	for i := range 72 {
		r.Values = append(r.Values, truth(i))
	}
	f, err := Classic{}.Fit(&r, 12)
	if err != nil {
		t.Fatal(err)
	}
	for h, v := range f.Mean {
		if want := truth(72 + h); math.Abs(v-want) > 0.02*want {
			t.Errorf("step %d: %v, truth %v", h+1, v, want)
		}
	}
}
