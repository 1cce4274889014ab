package forecast

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The recursions side by side have the errors of one recursion at a time, and no coarse parameter is better than the chosen
// one.
func TestSearchAlphaEqualsPlainRecursion(t *testing.T) {
	t.Parallel()
	coarse := Alphas{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0, 100), 0, 60).Draw(t, "x")
		first, drift := rapid.Float64Range(0, 50).Draw(t, "first"), rapid.Float64Range(-1, 1).Draw(t, "drift")
		plain := func(alpha float64) (square float64) {
			mean := first
			for _, v := range x {
				e := v - mean
				square += e * e
				mean += alpha*e + drift
			}
			return square
		}
		alpha, square := SearchAlpha(x, first, drift, &coarse)
		if want := plain(alpha); math.Abs(square-want) > 1e-9*want {
			t.Fatalf("alpha %v: squared errors %v, plain recursion %v", alpha, square, want)
		}
		for _, other := range coarse {
			if want := plain(other); want < square*(1-1e-12) {
				t.Fatalf("alpha %v has %v, chosen %v has %v", other, want, alpha, square)
			}
		}
	})
}

// The search allocates nothing, however long the history.
func TestSearchAlphaAllocatesNothing(t *testing.T) {
	x := ones(700)
	coarse := Alphas{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9}
	if n := testing.AllocsPerRun(20, func() { SearchAlpha(x, 3, 0.1, &coarse) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSearchAlpha(b *testing.B) {
	x := ones(600)
	coarse := Alphas{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9}
	b.ReportAllocs()
	for b.Loop() {
		SearchAlpha(x, 3, 0.1, &coarse)
	}
}
