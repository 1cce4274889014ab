package theta

import (
	"math"
	"math/rand/v2"
	"testing"

	"quartermaster/forecast"
)

// With given parameters the standard method is simple smoothing plus half the line's slope: h steps ahead of the level
// it adds slope/2·(h − 1 + (1 − (1−α)^n)/α) (Hyndman and Billah 2003, equation 6).
func TestStandardEqualsHyndmanBillah(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	var y []float64
	for i := range 40 {
		y = append(y, 50+2*float64(i)+5*r.NormFloat64())
	}
	f := newLines(y, Standard)
	f.alpha, f.level = 0.4, 30
	ahead := make([]float64, 6)
	f.run(nil, nil, ahead)
	// simple smoothing of the doubled line, started so that both lines' mean starts at the same level
	level := 2*f.level + f.icept
	line := func(t int) float64 { return f.icept + f.slope*float64(t) }
	double := level - f.icept
	for i, v := range y {
		double += 0.4 * (2*v - line(i+1) - double)
	}
	for h := range ahead {
		if want := 0.5 * (double + line(len(y)+h+1)); math.Abs(ahead[h]-want) > 1e-6*math.Abs(want) {
			t.Errorf("step %d: %v, the two lines give %v", h+1, ahead[h], want)
		}
	}
}

// The dynamic line is at every step the least-squares line of the values so far.
func TestDynamicLine(t *testing.T) {
	t.Parallel()
	y := []float64{3, 5, 4, 8, 9, 7, 12}
	f := newLines(y, DynamicOptimised)
	for n := 2; n <= len(y); n++ {
		one := newLines(y[:n], Standard)
		if math.Abs(f.lineIcept[n]-one.icept) > 1e-9 || math.Abs(f.lineSlopes[n]-one.slope) > 1e-9 {
			t.Errorf("after %d values %v + %v·t, least squares %v + %v·t", n, f.lineIcept[n], f.lineSlopes[n], one.icept, one.slope)
		}
	}
}

// A straight line is carried on by all three, and too short a series is refused.
func TestClassicKeepsLines(t *testing.T) {
	t.Parallel()
	r := forecast.Regular{ID: "l"}
	for i := range 30 {
		r.Values = append(r.Values, 10+3*float64(i))
	}
	for _, kind := range []Kind{Standard, Optimised, DynamicOptimised} {
		f, err := Classic{Kind: kind}.Fit(&r, 3)
		if err != nil {
			t.Fatal(err)
		}
		for h, v := range f.Mean {
			if want := 10 + 3*float64(30+h); math.Abs(v-want) > 0.05*want {
				t.Errorf("%s, step %d: %v, the line is at %v", Classic{Kind: kind}.Name(), h+1, v, want)
			}
		}
		if _, err := (Classic{Kind: kind}).Fit(r.With([]float64{1, 2}), 3); err == nil {
			t.Error("two values were fitted")
		}
	}
}
