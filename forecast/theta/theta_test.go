package theta

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/forecast/modeltest"
)

func all() []forecast.Model { return []forecast.Model{New(Options{})} }

// The single pass is the method as Assimakopoulos and Nikolopoulos (2000) describe it: draw the least-squares line, double
// the distance of every day from it, smooth that line (theta = 2), extend the straight one (theta = 0), take their mean.
// Hyndman and Billah (2003) proved the two equal; here on random demand, parameters and horizons.
func TestSameAsTwoThetaLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0, 100), 5, 60).Draw(t, "x")
		alpha := rapid.Float64Range(0.01, 0.99).Draw(t, "alpha")
		h := rapid.IntRange(1, 30).Draw(t, "h")
		start, slope := startLevel(x), slopeOf(x)
		got := smooth(x, start, slope, alpha, make([]float64, len(x))) + slope/2*float64(h-1)

		n := float64(len(x))
		intercept := 0.0
		for _, v := range x {
			intercept += v / n
		}
		intercept -= slope * (n + 1) / 2
		line := func(day float64) float64 { return intercept + slope*day }
		smoothed := 2*start - line(0)
		for i, v := range x {
			day := float64(i + 1)
			bent := line(day) + 2*(v-line(day))
			smoothed += alpha * (bent - smoothed)
		}
		if want := (smoothed + line(n+float64(h))) / 2; math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
			t.Fatalf("single pass %v, two lines %v", got, want)
		}
	})
}

// The slope is the textbook least-squares slope: on a straight line it is the line's, on a tent it is 0.
func TestSlope(t *testing.T) {
	t.Parallel()
	if got := slopeOf([]float64{3, 5, 7, 9}); math.Abs(got-2) > 1e-12 {
		t.Errorf("slope of a line of 2 a day: %v", got)
	}
	if got := slopeOf([]float64{0, 4, 0}); math.Abs(got) > 1e-12 {
		t.Errorf("slope of a tent: %v", got)
	}
}

// The eight recursions run side by side choose the same alpha as one recursion at a time, and no other grid point is better.
func TestBestAlphaIsLeastSquares(t *testing.T) {
	t.Parallel()
	x := modeltest.Noisy(200).Values
	for i := range x {
		if math.IsNaN(x[i]) {
			x[i] = 2
		}
	}
	start, slope := startLevel(x), slopeOf(x)
	square := func(alpha float64) float64 {
		fitted, sum := make([]float64, len(x)), 0.0
		smooth(x, start, slope, alpha, fitted)
		for i, v := range x {
			sum += (v - fitted[i]) * (v - fitted[i])
		}
		return sum
	}
	best := square(bestAlpha(x, start, slope))
	for alpha := 0.01; alpha <= 0.5; alpha += 0.01 {
		if square(alpha) < best*(1-1e-3) {
			t.Errorf("alpha %v has squared error %v, the chosen one %v", alpha, square(alpha), best)
		}
	}
}

// Rising demand keeps rising by half the slope of its line a day, as Theta does.
func ExampleModel_Forecast() {
	s := forecast.Series{ID: "kettle"}
	for day := range 100 {
		s.Values = append(s.Values, float64(100+2*day))
	}
	f := New(Options{}).Forecast(s, 3, nil, nil, 1)
	fmt.Println(f.Method, f.Status, f.Params["drift"] > 0.9, f.Mean[2] > f.Mean[1])
	// Output: theta ok true true
}

// The methods keep what every forecast.Model promises.
func TestConformance(t *testing.T) {
	t.Parallel()
	modeltest.Run(t, all()...)
}
