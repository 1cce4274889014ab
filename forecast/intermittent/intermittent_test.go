package intermittent

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/forecast/modeltest"
)

func all() []forecast.Model {
	return []forecast.Model{New(Options{Method: Croston}), New(Options{}), New(Options{Method: TSB})}
}

// Croston (1972) worked by hand with alpha 0.2 from size 4 and interval 2: a demand of 9 after three days moves
// the size to 5, the interval to 2.2 and the rate to 5/2.2; the days without demand move nothing. SBA (2005) is
// 1 − alpha/2 = 0.9 of it.
func TestWorkedByHand(t *testing.T) {
	t.Parallel()
	for unbiased, factor := range map[bool]float64{false: 1, true: 0.9} {
		c := newCroston(0.2, 4, 2, unbiased)
		for _, day := range []struct{ demand, rate float64 }{{0, 2}, {0, 2}, {9, 5 / 2.2}, {0, 5 / 2.2}, {10, 6 / 2.16}} {
			c.see(day.demand)
			if math.Abs(c.rate-factor*day.rate) > 1e-12 {
				t.Errorf("SBA %v, after %v: rate %v, want %v", unbiased, day.demand, c.rate, factor*day.rate)
			}
		}
	}
}

// With demand on every day Croston is simple exponential smoothing of the sizes (Croston 1972).
func TestCrostonOnDailyDemandIsSimpleSmoothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0.5, 50), 1, 40).Draw(t, "x")
		c, level := newCroston(0.1, 7, 1, false), 7.0
		for _, v := range x {
			c.see(v)
			level += 0.1 * (v - level)
		}
		if math.Abs(c.rate-level) > 1e-9 {
			t.Fatalf("croston %v, smoothing %v", c.rate, level)
		}
	})
}

// TSB (Teunter, Syntetos and Babai 2011): the fast search's errors are those of the plain
// recursion, one pair of parameters at a time.
func TestTSBSearchEqualsPlainRecursion(t *testing.T) {
	t.Parallel()
	x := append(noisyDays(120), make([]float64, 150)...) // ends in a longer run than one step takes
	days := demandsOf(x)
	for _, beta := range []float64{0.02, 0.2} {
		at, least := leastSquares(&days, 3, 0.5, beta)
		for i, alpha := range alphas {
			p, z, square := 0.5, 3.0, 0.0
			for _, v := range x {
				square += (v - p*z) * (v - p*z)
				if v > 0 {
					p, z = p+alpha*(1-p), z+beta*(v-z)
				} else {
					p = (1 - alpha) * p
				}
			}
			if square < least-1e-9 || i == at && math.Abs(square-least) > 1e-9 {
				t.Errorf("beta %v, alpha %v: %v; search says index %d with %v", beta, alpha, square, at, least)
			}
		}
	}
}

// Croston's fast errors are those of the recursion day by day, also over quiet days at both ends.
func TestCrostonSearchEqualsPlainRecursion(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Just(0.0), rapid.Just(0.0), rapid.Float64Range(0.1, 50))
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(value, 0, 60).Draw(t, "x")
		days := demandsOf(x)
		fast, plain := newCroston(0.2, 4, 2, true), newCroston(0.2, 4, 2, true)
		want := 0.0
		for _, v := range x {
			want += (v - plain.rate) * (v - plain.rate)
			plain.see(v)
		}
		if got := fast.squares(&days); math.Abs(got-want) > 1e-9*(1+want) || fast.rate != plain.rate {
			t.Fatalf("squares %v, rate %v; day by day %v, %v", got, fast.rate, want, plain.rate)
		}
	})
}

func noisyDays(n int) []float64 {
	var x []float64
	for _, v := range modeltest.Noisy(n).Values {
		if !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	return x
}

// An item that stops selling: TSB's forecast dies out, Croston's stays, which is why TSB was made.
func TestObsolescence(t *testing.T) {
	t.Parallel()
	s := forecast.Series{ID: "dying"}
	for i := range 300 {
		v := 0.0
		if i < 150 && i%2 == 0 {
			v = 6
		}
		s.Values = append(s.Values, v)
	}
	croston := New(Options{Method: Croston}).Forecast(s, 1, nil, nil, 1).Mean[0]
	tsb := New(Options{Method: TSB}).Forecast(s, 1, nil, nil, 1).Mean[0]
	if tsb > 0.3 || croston < 2 {
		t.Errorf("150 days after the last sale: TSB %v, Croston %v", tsb, croston)
	}
}

// On stationary demand SBA's bias is smaller than Croston's, the paper's finding: 20,000 days with sales on one in five and
// a large alpha, means of the one-step rates against the true rate 1.
func TestSBAIsLessBiased(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	mean := map[bool]float64{}
	for _, unbiased := range []bool{false, true} {
		c := newCroston(0.3, 5, 5, unbiased)
		for range 20000 {
			v := 0.0
			if r.Float64() < 0.2 {
				v = 5
			}
			c.see(v)
			mean[unbiased] += c.rate / 20000
		}
	}
	if math.Abs(mean[true]-1) >= math.Abs(mean[false]-1) || mean[false] < 1.05 {
		t.Errorf("mean rates: Croston %v, SBA %v, true 1", mean[false], mean[true])
	}
}

// A spare part asked for every fourth day, two at a time: half a unit a day.
func ExampleModel_Forecast() {
	s := forecast.Series{ID: "gasket"}
	for range 40 {
		s.Values = append(s.Values, 2, 0, 0, 0)
	}
	f := New(Options{Method: Croston}).Forecast(s, 1, nil, nil, 1)
	fmt.Printf("%s: every %.0f days %.0f units, %.2f a day\n", f.Method, f.Params["interval"], f.Params["size"], f.Params["rate"])
	// Output: croston: every 4 days 2 units, 0.50 a day
}

// The methods keep what every forecast.Model promises.
func TestConformance(t *testing.T) {
	t.Parallel()
	modeltest.Run(t, all()...)
}
