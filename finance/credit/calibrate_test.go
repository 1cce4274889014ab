package credit

import (
	"math"
	"testing"

	"quartermaster/internal/rng"
)

// A smoothed isotonic calibration follows a bend that a beta calibration cannot, never falls, keeps 0 and 1, and is chosen
// where that pays; where probabilities are true already it is hardly off, and few cases do not break it.
func TestSmoothIsotonic(t *testing.T) {
	t.Parallel()
	r := rng.New(1, "smooth")
	bent := func(p float64) float64 { return p + 0.12*math.Sin(4*math.Pi*p) }
	var y, p []float64
	for range 20_000 {
		q := r.Float64()
		p = append(p, q)
		y = append(y, map[bool]float64{true: 1}[r.Float64() < bent(q)])
	}
	c := SmoothIsotonic(y, p)
	off := func(c Calibration, truth func(float64) float64) (worst float64) {
		for q := 0.05; q < 0.96; q += 0.01 {
			worst = math.Max(worst, math.Abs(c.Apply(q)-truth(q)))
		}
		return worst
	}
	if smooth, beta := off(c, bent), off(Beta(y, p, true), bent); smooth > 0.07 || smooth > beta/2 {
		t.Errorf("off by %.3f at most, beta by %.3f", smooth, beta)
	}
	for q := 0.0; q < 1; q += 0.001 {
		if c.Apply(q) > c.Apply(q+0.001) {
			t.Fatalf("it falls at %g", q)
		}
	}
	if c.Apply(0) > 1e-6 || c.Apply(1) < 1-1e-6 {
		t.Errorf("the ends are %g and %g", c.Apply(0), c.Apply(1))
	}
	if got := calibrate(y, p); got.Method != "isotonic" {
		t.Errorf("%s was chosen", got.Method)
	}
	for i := range y {
		y[i] = map[bool]float64{true: 1}[r.Float64() < p[i]]
	}
	if worst := off(SmoothIsotonic(y, p), func(q float64) float64 { return q }); worst > 0.06 {
		t.Errorf("true probabilities are turned by %.3f", worst)
	}
	if few := SmoothIsotonic(y[:7], p[:7]); math.IsNaN(few.Apply(0.5)) {
		t.Error("seven cases break it")
	}
}
