package autoreg_test

import (
	"math"
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/autoreg"
	"quartermaster/forecast/modeltest"
)

// The regression keeps the contract of a method in each of its forms.
func TestContract(t *testing.T) {
	t.Parallel()
	modeltest.RunMethods(t, autoreg.Model{}, autoreg.Model{Raw: true}, autoreg.Model{Difference: true})
}

// A recursion that it can express is gone on with: x(t) = 0.5·x(t−1) + 0.3·x(t−2) + 8 about its mean of 40.
func TestGoesOnWithARecursion(t *testing.T) {
	t.Parallel()
	x := []float64{60, 10}
	for t := 2; t < 60; t++ {
		x = append(x, 0.5*x[t-1]+0.3*x[t-2]+8)
	}
	f, err := autoreg.Model{Raw: true, Ridge: 1e-9}.Fit(&forecast.Regular{Values: x[:20]}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for h, v := range f.Mean {
		if math.Abs(v-x[20+h]) > 0.01 {
			t.Errorf("step %d: %v, want %v", h, v, x[20+h])
		}
	}
}
