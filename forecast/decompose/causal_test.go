package decompose_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/decompose"
	"quartermaster/forecast/ets"
	"quartermaster/forecast/modeltest"
)

// A known effect is found beside a trend and a season and added where it will act again; a regressor that explains nothing, or
// that never changes, adds nothing.
func TestCausalFindsAKnownEffect(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const n, horizon = 140, 14
	promo, noise, still := make([]float64, n+horizon), make([]float64, n+horizon), make([]float64, n+horizon)
	values := make([]float64, n)
	for i := range promo {
		if i%11 < 2 {
			promo[i] = 1
		}
		noise[i], still[i] = r.NormFloat64(), 3
		if i < n {
			values[i] = 50 + 0.1*float64(i) + 5*math.Sin(2*math.Pi*float64(i)/7) + 20*promo[i] + r.NormFloat64()
		}
	}
	s := &forecast.Regular{ID: "s", Seasons: []int{7}, Values: values, Regressors: [][]float64{promo, noise, still}}
	f, err := decompose.Causal{Inner: ets.Classic{}}.Fit(s, horizon)
	if err != nil {
		t.Fatal(err)
	}
	on, off, ons, offs := 0.0, 0.0, 0.0, 0.0
	for h, v := range f.Mean {
		v -= 5 * math.Sin(2*math.Pi*float64(n+h)/7)
		if promo[n+h] == 1 {
			on, ons = on+v, ons+1
		} else {
			off, offs = off+v, offs+1
		}
	}
	if got := on/ons - off/offs; math.Abs(got-20) > 2.5 {
		t.Errorf("the effect is %.2f, want 20", got)
	}
	if v := f.Params[decompose.EffectParam(2)]; v != 0 {
		t.Errorf("a column that never changes adds %v", v)
	}
	if v := f.Params[decompose.EffectParam(1)]; math.Abs(v) > 0.5 {
		t.Errorf("noise adds %v", v)
	}
}

// Without regressors it is the inner method and keeps its contract.
func TestCausalKeepsTheContract(t *testing.T) {
	t.Parallel()
	modeltest.RunMethods(t, decompose.Causal{Inner: ets.Classic{}})
}
