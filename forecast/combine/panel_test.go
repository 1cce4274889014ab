package combine

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"quartermaster/forecast"
)

// last repeats the last value, mean the mean of all: two methods that are right on different series.
type last struct{}

func (last) Name() string { return "last" }

func (last) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	return level(r, horizon, r.Values[len(r.Values)-1:])
}

type meanOfAll struct{}

func (meanOfAll) Name() string { return "mean of all" }

func (meanOfAll) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	return level(r, horizon, r.Values)
}

func level(_ *forecast.Regular, horizon int, y []float64) (forecast.Curve, error) {
	f := forecast.Curve{Mean: make([]float64, horizon)}
	for h := range f.Mean {
		for _, v := range y {
			f.Mean[h] += v / float64(len(y))
		}
	}
	return f, nil
}

// broken answers NaN, as a method that has blown up.
type broken struct{}

func (broken) Name() string { return "broken" }

func (broken) Fit(_ *forecast.Regular, horizon int) (forecast.Curve, error) {
	return forecast.Curve{Mean: append(make([]float64, horizon-1), math.NaN())}, nil
}

func noise(n int, seed uint64) []*forecast.Regular {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]*forecast.Regular, n)
	for i := range out {
		out[i] = &forecast.Regular{ID: fmt.Sprint(i)}
		for range 60 {
			out[i].Values = append(out[i].Values, max(0, 100+10*r.NormFloat64()))
		}
	}
	return out
}

func panel(t *testing.T, o PanelOptions, methods ...forecast.Method) *Panel {
	t.Helper()
	p, err := NewPanel(methods, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// On pure noise the mean is right and the last value is not: the panel finds that out from its own past. A method that
// answers NaN gets no say in any answer.
func TestPanelLearns(t *testing.T) {
	t.Parallel()
	p := panel(t, PanelOptions{Horizon: 6}, last{}, meanOfAll{}, broken{})
	out, recipe, err := p.Run(context.Background(), noise(40, 1))
	if err != nil {
		t.Fatal(err)
	}
	if recipe.Pooled[1] < 0.8 {
		t.Errorf("weights %v of %v", recipe.Pooled, recipe.Methods)
	}
	for _, f := range out {
		for _, v := range f.Mean {
			if math.Abs(v-100) > 8 {
				t.Fatalf("series %s: mean %v", f.SeriesID, f.Mean)
			}
		}
	}
}

// The 10–90 % band holds four in five of new values of the same process, and quantiles never cross or fall below zero.
func TestPanelCalibrated(t *testing.T) {
	t.Parallel()
	p := panel(t, PanelOptions{Horizon: 6}, last{}, meanOfAll{})
	out, _, err := p.Run(context.Background(), noise(60, 2))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	inside, n := 0.0, 0.0
	for _, f := range out {
		for h := range f.Mean {
			for l := 1; l < len(f.Levels); l++ {
				if f.Quantiles[l][h] < f.Quantiles[l-1][h] || f.Quantiles[0][h] < 0 {
					t.Fatalf("series %s, step %d: quantiles cross or are below zero", f.SeriesID, h)
				}
			}
			for range 20 {
				y := 100 + 10*r.NormFloat64()
				n++
				if y >= f.Quantiles[1][h] && y <= f.Quantiles[5][h] {
					inside++
				}
			}
		}
	}
	if share := inside / n; math.Abs(share-0.8) > 0.04 {
		t.Errorf("the 80 %% band holds %.3f", share)
	}
}

// The answer does not depend on the number of goroutines, and a recipe carried to another worker gives the same answer.
func TestPanelRepeatable(t *testing.T) {
	t.Parallel()
	series := noise(30, 3)
	p1 := panel(t, PanelOptions{Horizon: 5, Workers: 1}, last{}, meanOfAll{})
	p4 := panel(t, PanelOptions{Horizon: 5, Workers: 4}, last{}, meanOfAll{})
	a, recipe, _ := p1.Run(context.Background(), series)
	b, other, _ := p4.Run(context.Background(), series)
	if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(recipe, other) {
		t.Fatal("four goroutines answered otherwise than one")
	}
	for i, r := range series {
		if one := p4.Forecast(r, recipe); !reflect.DeepEqual(one, a[i]) {
			t.Fatalf("series %s alone is answered otherwise", r.ID)
		}
	}
}

// Bad series are answered with a status and a reason, and the others are not disturbed.
func TestPanelOddSeries(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	series := append(noise(10, 4),
		&forecast.Regular{ID: "empty"}, &forecast.Regular{ID: "unseen", Values: []float64{nan, nan}},
		&forecast.Regular{ID: "one", Values: []float64{5}}, &forecast.Regular{ID: "below zero", Values: []float64{1, 2, -3, 4, 5, 6, 7}},
		&forecast.Regular{ID: "constant", Values: []float64{4, 4, 4, 4, 4, 4, 4, 4, 4, 4}},
		&forecast.Regular{ID: "gaps", Values: []float64{nan, 4, 5, nan, 5, 4, 4, nan, 5, 4, 5, 4}},
		&forecast.Regular{ID: "long season", Seasons: []int{52}, Values: []float64{1, 2, 3, 4, 3, 2, 1, 2, 3}})
	p := panel(t, PanelOptions{Horizon: 20}, last{}, meanOfAll{}, broken{})
	out, _, err := p.Run(context.Background(), series)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]forecast.Status{"empty": forecast.StatusEmpty, "unseen": forecast.StatusEmpty, "one": forecast.StatusSparse,
		"below zero": forecast.StatusEmpty, "constant": forecast.StatusOK, "gaps": forecast.StatusCleaned, "long season": forecast.StatusOK}
	for _, f := range out {
		if status, ok := want[f.SeriesID]; ok && (f.Status != status || status != forecast.StatusOK && f.Reason == "") {
			t.Errorf("%s: status %q, want %q; reason %q", f.SeriesID, f.Status, status, f.Reason)
		}
		for l := range f.Quantiles {
			for h := range f.Mean {
				if v := f.Quantiles[l][h]; math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(f.Mean[h]) {
					t.Fatalf("%s: quantile %v, mean %v", f.SeriesID, v, f.Mean[h])
				}
			}
		}
	}
}
