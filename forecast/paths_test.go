package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// normalForecast has the quantiles of a normal distribution at every step.
func normalForecast(mean, sd float64, steps int) Forecast {
	f := Forecast{Mean: slices.Repeat([]float64{mean}, steps), Levels: []float64{0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}}
	for _, p := range f.Levels {
		f.Quantiles = append(f.Quantiles, slices.Repeat([]float64{mean + sd*math.Sqrt2*math.Erfinv(2*p-1)}, steps))
	}
	return f
}

// The sum of n independent steps spreads √n times as wide as one, that of steps that share all their error n times, and a
// random lead time adds mean² · variance of its days: the textbook's formula (Silver, Pyke and Thomas 2017, section 6.10).
func TestLeadTimeOfPaths(t *testing.T) {
	t.Parallel()
	f := normalForecast(100, 10, 16)
	for _, c := range []struct {
		d    Dependence
		lead LeadTime
		sd   float64
	}{
		{Dependence{}, LeadTime{MeanDays: 16}, 40},
		{Dependence{Shared: 1}, LeadTime{MeanDays: 16}, 160},
		{Dependence{}, LeadTime{MeanDays: 9, SDDays: 2}, math.Sqrt(9*100 + 100*100*4)},
		{Dependence{}, LeadTime{MeanDays: 25}, math.Sqrt(25*100 + 2*9*100)}, // the last nine days stand twice
	} {
		r := rand.New(rand.NewPCG(1, 2))
		l := f.Simulate(c.d, 8000, r).LeadTime(c.lead, 16, f.Levels, r)
		if math.Abs(l.Mean-100*c.lead.MeanDays) > 0.02*l.Mean || math.Abs(l.SD-c.sd) > 0.06*c.sd {
			t.Errorf("%+v, %+v: mean %.1f, sd %.1f, want %.1f and %.1f", c.d, c.lead, l.Mean, l.SD, 100*c.lead.MeanDays, c.sd)
		}
	}
}

// Dependence is learned back from what was simulated with it, and is the default where there is nothing to learn from.
func TestDependenceIsLearned(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	f := normalForecast(0, 1, 28)
	for _, want := range []Dependence{{}, {Shared: 0.4}, {Lag: 0.5}, {Shared: 0.2, Lag: 0.3}} {
		got := DependenceOf(f.Simulate(want, 3000, r))
		if math.Abs(got.Shared-want.Shared) > 0.08 || math.Abs(got.Lag-want.Lag) > 0.08 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if got := DependenceOf([][]float64{{1, math.NaN()}}); got != DefaultDependence {
		t.Errorf("%+v", got)
	}
}

// Whatever the quantiles, paths of demand are numbers, never negative, and their means are the forecast's.
func TestPathsAreDemand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.IntRange(1, 9).Draw(t, "steps")
		f := Forecast{Levels: DefaultLevels, Mean: make([]float64, steps), Quantiles: make([][]float64, len(DefaultLevels))}
		for l := range f.Quantiles {
			f.Quantiles[l] = make([]float64, steps)
		}
		for h := range steps {
			q := rapid.SliceOfN(rapid.Float64Range(0, 50), len(f.Levels), len(f.Levels)).Draw(t, "quantiles")
			slices.Sort(q)
			for l := range q {
				f.Quantiles[l][h] = q[l]
				f.Mean[h] += q[l] / float64(len(q))
			}
		}
		r := rand.New(rand.NewPCG(5, 6))
		p := f.Simulate(DefaultDependence, 50, r)
		for h, m := range f.Mean {
			sum := 0.0
			for i := range p {
				if !(p[i][h] >= 0) {
					t.Fatalf("path %d, step %d is %v", i, h, p[i][h])
				}
				sum += p[i][h] / 50
			}
			if math.Abs(sum-m) > 1e-6*(1+m) && sum != 0 {
				t.Fatalf("step %d: paths' mean %v, forecast's %v", h, sum, m)
			}
		}
		f.LeadTime = new(LeadTimeDemand)
		*f.LeadTime = p.LeadTime(LeadTime{MeanDays: 12, SDDays: 3}, 7, f.Levels, r)
		f.Status, f.Method = StatusOK, "x"
		if err := Check(f, steps); err != nil {
			t.Fatal(err)
		}
	})
}
