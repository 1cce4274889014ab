package forecast

import (
	"math"
	"testing"
)

// Both minimisers find the valley of Rosenbrock's function (Computer Journal 3, 1960), whose minimum is at (1, 1).
func TestMinimisersFindRosenbrock(t *testing.T) {
	t.Parallel()
	p := []float64{-1.2, 1}
	LeastSquares(func(p, out []float64) { out[0], out[1] = 10*(p[1]-p[0]*p[0]), 1-p[0] }, 2, p, 200, 1e-14)
	q := []float64{-1.2, 1}
	Minimise(func(p []float64) float64 {
		a, b := 10*(p[1]-p[0]*p[0]), 1-p[0]
		return a*a + b*b
	}, q, []float64{0.5, 0.5}, 2000, 1e-14)
	for name, x := range map[string][]float64{"least squares": p, "simplex": q} {
		if math.Abs(x[0]-1) > 1e-3 || math.Abs(x[1]-1) > 1e-3 {
			t.Errorf("%s ended at %v", name, x)
		}
	}
}

// A domain's edge (infinite or NaN residuals) is never crossed.
func TestLeastSquaresKeepsToDomain(t *testing.T) {
	t.Parallel()
	p := []float64{2}
	square := LeastSquares(func(p, out []float64) {
		out[0] = p[0] + 5
		if p[0] <= 0 {
			out[0] = math.NaN()
		}
	}, 1, p, 100, 1e-12)
	if p[0] <= 0 || math.IsNaN(square) || math.IsInf(square, 0) || p[0] >= 2 {
		t.Errorf("ended at %v with %v", p[0], square)
	}
}

// Gaps are filled from the same season; the edges from the nearest; leading ones are cut.
func TestFilled(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	got, cut, gaps := Filled([]float64{nan, 1, 10, 3, nan, 5, 30}, 2)
	want := []float64{1, 10, 3, 20, 5, 30}
	if cut != 1 || gaps != 1 {
		t.Fatalf("cut %d, gaps %d", cut, gaps)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	if got, _, _ := Filled([]float64{4, nan, nan, 10}, 1); got[1] != 6 || got[2] != 8 {
		t.Errorf("a line between neighbours: %v", got)
	}
}

// What cannot be forecast is named by series and place.
func TestValidateRegular(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Regular{
		"below zero":   {ID: "a", Values: []float64{1, -2}},
		"infinite":     {ID: "a", Values: []float64{math.Inf(1)}, Signed: true},
		"seasons":      {ID: "a", Seasons: []int{12, 4}},
		"short column": {ID: "a", Values: []float64{1, 2}, Regressors: [][]float64{{1, 2}}},
		"unknown step": {ID: "a", Values: []float64{1}, Regressors: [][]float64{{1, math.NaN(), 3}}},
	} {
		if err := ValidateRegular(&r, 2); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := ValidateRegular(&Regular{ID: "a", Values: []float64{1, math.NaN(), 0}, Seasons: []int{7, 364}}, 5); err != nil {
		t.Error(err)
	}
}
