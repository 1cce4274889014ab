package intermittent_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/intermittent"
	"quartermaster/forecast/modeltest"
)

// Counts and bootstraps keep the contract of a forecast.Model.
func TestCountsKeepTheContract(t *testing.T) {
	t.Parallel()
	week := forecast.FlatProfile()
	modeltest.Run(t, intermittent.NewCount("", nil), intermittent.NewCount(intermittent.Hurdle, &week),
		intermittent.NewBootstrap("", nil), intermittent.NewBootstrap(intermittent.IntervalsSizes, &week))
}

// poisson draws by Knuth's product.
func poisson(r *rand.Rand, mean float64) float64 {
	limit, p, k := math.Exp(-mean), 1.0, 0.0
	for {
		p *= r.Float64()
		if p < limit {
			return k
		}
		k++
	}
}

// On Poisson demand every distribution is the Poisson one: of a day, as its quantiles say, and of a lead time, whose mean and
// variance are both days · rate.
func TestCountsOnPoissonDemand(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 9))
	s := forecast.Series{ID: "p", Values: make([]float64, 700)}
	rate := 0.0
	for i := range s.Values {
		s.Values[i] = poisson(r, 0.7)
		rate += s.Values[i] / 700
	}
	for _, m := range []forecast.Model{intermittent.NewCount(intermittent.NegativeBinomial, nil), intermittent.NewCount(intermittent.Hurdle, nil),
		intermittent.NewBootstrap(intermittent.Willemain, nil), intermittent.NewBootstrap(intermittent.IntervalsSizes, nil)} {
		f := m.Forecast(s, 7, []float64{0.3, 0.6, 0.9}, &forecast.LeadTime{MeanDays: 21}, 1)
		week := 0.0
		for _, v := range f.Mean {
			week += v / 7
		}
		if math.Abs(week-rate) > 0.06 {
			t.Errorf("%s: mean %v, want %v", m.Name(), week, rate)
		}
		if l := f.LeadTime; math.Abs(l.Mean-21*rate) > 1.5 || l.SD < 3.2 || l.SD > 6 {
			t.Errorf("%s: over 21 days %v ± %v, want about %v ± %v", m.Name(), l.Mean, l.SD, 21*rate, math.Sqrt(21*rate))
		}
		if q := f.Quantiles; q[0][1] != 0 || q[2][1] < 1 || q[2][1] > 3.2 { // P(0) = 0.50, P(≤ 2) = 0.97
			t.Errorf("%s: quantiles %v", m.Name(), q)
		}
	}
}

// Over-dispersed counts have a small size and wide bands; the chance of the empty day is the sample's.
func TestNegativeBinomialLearnsDispersion(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 3))
	s := forecast.Series{ID: "n", Values: make([]float64, 900)}
	for i := range s.Values { // gamma-mixed Poisson with size 1 is geometric
		s.Values[i] = poisson(r, 3*r.ExpFloat64())
	}
	f := intermittent.NewCount("", nil).Forecast(s, 1, []float64{0.24, 0.95}, nil, 1)
	if size := f.Params["size"]; size < 0.75 || size > 1.35 {
		t.Errorf("size %v, want 1", size)
	}
	if f.Quantiles[0][0] != 0 || f.Quantiles[1][0] < 8 || f.Quantiles[1][0] > 13 { // geometric with mean 3: P(0) = 0.25, 95 % below 10.4
		t.Errorf("quantiles %v", f.Quantiles)
	}
}
