package forecast

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// occurrence's kappa makes the expected number of days with demand the number seen, on any means.
func TestOccurrenceMatchesCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mu := rapid.SliceOfN(rapid.Float64Range(0.01, 20), 2, 60).Draw(t, "mu")
		positive := rapid.IntRange(1, len(mu)-1).Draw(t, "positive")
		kappa := occurrence(mu, positive)
		expected := 0.0
		for _, m := range mu {
			expected += 1 - math.Exp(-kappa*m)
		}
		if math.Abs(expected-float64(positive)) > 0.01*float64(positive)+0.01 {
			t.Fatalf("kappa %v expects %v days with demand, %d were seen", kappa, expected, positive)
		}
	})
}

// Quantile by definition 5 of Hyndman and Fan (1996): of 1, 2, 3, 4 the value i stands for (i − ½)/4.
func TestQuantile(t *testing.T) {
	t.Parallel()
	v := []float64{1, 2, 3, 4}
	for p, want := range map[float64]float64{0: 1, 0.125: 1, 0.25: 1.5, 0.5: 2.5, 0.875: 4, 1: 4, -3: 1, 9: 4} {
		if got := Quantile(v, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("Quantile at %v = %v, want %v", p, got, want)
		}
	}
	if Quantile(nil, 0.5) != 0 {
		t.Error("no values do not give 0")
	}
}

// The quantiles of a day are those of the hurdle distribution: with P(none) = 0.7 and sizes 1…4 relative to their mean,
// the 0.85 quantile is the median size, and everything up to 0.7 is 0.
func TestQuantilesOfHurdle(t *testing.T) {
	t.Parallel()
	s := spread{kappa: -math.Log(0.7) / 3, sizes: []float64{0.4, 0.8, 1.2, 1.6}, stretch: 1}
	out := [][]float64{{9}, {9}, {9}}
	for i := range out {
		out[i][0] = 0
	}
	s.quantiles(out, []float64{3}, []float64{0.5, 0.69, 0.85})
	if out[0][0] != 0 || out[1][0] != 0 || math.Abs(out[2][0]-10) > 1e-9 {
		t.Errorf("quantiles %v, want 0, 0, 10 (mean size 3/0.3)", out)
	}
}

// The sum over a random lead time has the textbook moments (Silver, Pyke and Thomas 2017, chapter 6): mean E[L]·μ and
// variance E[L]·σ² + Var[L]·μ², when days are independent and the level stands still. The gamma lead time is rounded to
// whole days at random, which adds up to ¼ day² to Var[L]; hence the tolerance of 10 % on the standard deviation.
func TestLeadTimeMoments(t *testing.T) {
	t.Parallel()
	const mu, p, meanDays, sdDays = 4.0, 0.4, 25.0, 6.0
	s := spread{kappa: -math.Log1p(-p) / mu, sizes: []float64{0.25, 0.5, 1, 2.25}, stretch: 1}
	mean := make([]float64, 120)
	for d := range mean {
		mean[d] = mu
	}
	got := s.leadTime(mean, Ask{Levels: DefaultLevels, Lead: &LeadTime{MeanDays: meanDays, SDDays: sdDays}, Rand: source()})
	square := (0.0625 + 0.25 + 1 + 2.25*2.25) / 4 * (mu / p) * (mu / p) // of a size
	variance := p*square - mu*mu
	want := math.Sqrt(meanDays*variance + sdDays*sdDays*mu*mu)
	if math.Abs(got.Mean-meanDays*mu) > 0.03*meanDays*mu {
		t.Errorf("mean %v, want %v", got.Mean, meanDays*mu)
	}
	if math.Abs(got.SD-want) > 0.1*want {
		t.Errorf("SD %v, want %v", got.SD, want)
	}
	if !slices.IsSorted(got.Quantiles) {
		t.Errorf("quantiles fall: %v", got.Quantiles)
	}
}

// A certain lead time sums the means exactly; a level that remembers its surprises makes the sum wider, and so does one
// that is not known well.
func TestLeadTimeWidens(t *testing.T) {
	t.Parallel()
	mean := []float64{2, 3, 0, 5, 2, 3, 0, 5, 2, 3, 0, 5}
	sd := map[string]float64{}
	for name, s := range map[string]spread{
		"still":   {kappa: math.Inf(1), sizes: []float64{0.5, 1, 1.5}, stretch: 1},
		"memory":  {kappa: math.Inf(1), sizes: []float64{0.5, 1, 1.5}, stretch: 1, memory: 0.5},
		"drifted": {kappa: math.Inf(1), sizes: []float64{0.5, 1, 1.5}, stretch: 1, drift: 0.2},
	} {
		got := s.leadTime(mean, Ask{Lead: &LeadTime{MeanDays: 12}, Rand: source()})
		if math.Abs(got.Mean-30) > 1e-9 {
			t.Errorf("%s: mean %v, want 30", name, got.Mean)
		}
		sd[name] = got.SD
	}
	if sd["memory"] < 1.2*sd["still"] || sd["drifted"] < 1.2*sd["still"] {
		t.Errorf("standard deviations %v", sd)
	}
}

// Gamma draws have mean and variance equal to their shape; 20,000 draws put the mean within 4 standard errors.
func TestGamma(t *testing.T) {
	t.Parallel()
	r := source()
	for _, shape := range []float64{0.3, 1, 7.5} {
		const n = 20000
		sum, square := 0.0, 0.0
		for range n {
			v := gamma(r, shape)
			sum += v
			square += v * v
		}
		mean := sum / n
		variance := square/n - mean*mean
		if math.Abs(mean-shape) > 4*math.Sqrt(shape/n) || math.Abs(variance-shape) > 0.15*shape {
			t.Errorf("shape %v: mean %v, variance %v", shape, mean, variance)
		}
	}
}

// A lead time keeps its mean when rounded to whole days, and nonsense (NaN, negative, endless) is drawn as 0 or cut.
func TestLeadTimeDraw(t *testing.T) {
	t.Parallel()
	r := source()
	sum := 0
	for range 20000 {
		sum += LeadTime{MeanDays: 3.3}.draw(r)
	}
	if mean := float64(sum) / 20000; math.Abs(mean-3.3) > 0.02 {
		t.Errorf("mean %v, want 3.3", mean)
	}
	for _, l := range []LeadTime{{MeanDays: math.NaN()}, {MeanDays: -4, SDDays: 2}, {MeanDays: 0, SDDays: 9}} {
		if got := l.draw(r); got != 0 {
			t.Errorf("%+v drew %d days", l, got)
		}
	}
	if got := (LeadTime{MeanDays: math.Inf(1), SDDays: math.NaN()}).draw(r); got != MaxLeadDays {
		t.Errorf("an endless lead time drew %d days", got)
	}
}
