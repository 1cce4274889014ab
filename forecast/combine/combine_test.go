package combine

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// fixed forecasts one level, whatever it sees; its answers for a lead time are ten days of it.
type fixed struct {
	name  string
	level float64
}

func (m fixed) Name() string { return m.name }

func (m fixed) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, _ uint64) forecast.Forecast {
	f := forecast.Forecast{SeriesID: s.ID, Method: m.name, Status: forecast.StatusOK, StartDay: s.StartDay + len(s.Values),
		Levels: slices.Clone(levels), Mean: slices.Repeat([]float64{m.level}, horizon)}
	for _, p := range levels {
		f.Quantiles = append(f.Quantiles, slices.Repeat([]float64{2 * p * m.level}, horizon))
	}
	if lead != nil {
		f.LeadTime = &forecast.LeadTimeDemand{Mean: 10 * m.level, SD: m.level, Levels: slices.Clone(levels)}
		for _, p := range levels {
			f.LeadTime.Quantiles = append(f.LeadTime.Quantiles, 20*p*m.level)
		}
	}
	return f
}

func steady(days int, level float64) forecast.Series {
	return forecast.Series{ID: "s", Values: slices.Repeat([]float64{level}, days)}
}

// A method that was right on the last windows is believed alone against one that was far off, whatever their order.
func TestBelievesTheBetter(t *testing.T) {
	t.Parallel()
	good, bad := Candidate{Model: fixed{"good", 5}}, Candidate{Model: fixed{"bad", 50}}
	for _, order := range [][]Candidate{{good, bad}, {bad, good}} {
		a, err := New(order...)
		if err != nil {
			t.Fatal(err)
		}
		f := a.Forecast(steady(200, 5.5), 4, nil, nil, 1)
		if f.Params["weight_good"] < 0.99 || f.Method != "good" || f.Mean[0] > 5.1 {
			t.Errorf("%v, %s, %v", f.Params, f.Method, f.Mean)
		}
	}
}

// A candidate keeps its share of the weight however its trials went, and the rest goes by the trials; a share outside 0 … 1 is refused.
func TestShareIsKept(t *testing.T) {
	t.Parallel()
	a, err := New(Candidate{Model: fixed{"good", 5}}, Candidate{Model: fixed{"bad", 50}, Share: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	f := a.Forecast(steady(200, 5), 1, nil, nil, 1)
	if math.Abs(f.Params["weight_bad"]-0.5) > 0.01 || math.Abs(f.Mean[0]-27.5) > 0.5 {
		t.Errorf("%v, %v", f.Params, f.Mean)
	}
	if _, err := New(Candidate{Model: fixed{"odd", 5}, Share: math.NaN()}); err == nil {
		t.Error("a share that is no number was taken")
	}
}

// Equally good methods are averaged half and half in every figure: means, quantiles and the lead time's.
func TestBlendsEquals(t *testing.T) {
	t.Parallel()
	a, err := New(Candidate{Model: fixed{"low", 4}}, Candidate{Model: fixed{"high", 6}})
	if err != nil {
		t.Fatal(err)
	}
	f := a.Forecast(steady(200, 5), 2, []float64{0.1, 0.5}, &forecast.LeadTime{MeanDays: 10}, 1)
	if err := forecast.Check(f, 2); err != nil {
		t.Fatal(err)
	}
	got := []float64{f.Mean[1], f.Quantiles[0][0], f.Quantiles[1][1], f.LeadTime.Mean, f.LeadTime.SD, f.LeadTime.Quantiles[1]}
	for i, want := range []float64{5, 1, 5, 50, 5, 50} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("figures %v, the %d-th should be %v", got, i, want)
		}
	}
	if f.Method != "low+" || f.Params["weight_high"] != 0.5 {
		t.Errorf("%s, %v", f.Method, f.Params)
	}
}

// Weights are a partition of one, in the order of the evidence, and the most evidence never drops the best method.
func TestWeights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		square := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-9, 1e9)), 1, 6).Draw(t, "square")
		w := weights(square, rapid.Float64Range(0, 100).Draw(t, "points"))
		sum := 0.0
		for i := range w {
			sum += w[i]
			for j := range w {
				if square[i] < square[j] && w[i] < w[j]-1e-12 {
					t.Fatalf("errors %v give weights %v", square, w)
				}
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("weights %v sum to %v", w, sum)
		}
	})
}

// sharing is fixed with a pooled week: it answers from the history it is handed, with as many units as that has days,
// plus the week's Monday factor.
type sharing struct {
	fixed
	pooled *forecast.Profile
	seen   *[]*forecast.History
}

func (m sharing) Pooled() *forecast.Profile { return m.pooled }

func (m sharing) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	*m.seen = append(*m.seen, h)
	f := fixed{m.name, float64(len(h.Y))}.Forecast(forecast.Series{ID: h.ID}, ask.Horizon, ask.Levels, ask.Lead, 0)
	if ask.Lead != nil {
		f.LeadTime.Mean = ask.Rand.Float64()
	}
	f.Params = map[string]float64{"ignored": float64(h.Ignored)}
	return f
}

// Models that agree on the week are handed the same history, those of another week get theirs, and each lead time is drawn
// from the same numbers. What the methods ignored is told once more.
func TestSharesHistories(t *testing.T) {
	t.Parallel()
	one, same, other := forecast.FlatProfile(), forecast.FlatProfile(), forecast.Profile{Factor: [7]float64{2, 0.8, 0.8, 0.8, 0.8, 0.8, 1}}
	var seen []*forecast.History
	a, err := New(Candidate{Model: sharing{fixed{"a", 0}, &one, &seen}}, Candidate{Model: sharing{fixed{"b", 0}, &same, &seen}},
		Candidate{Model: sharing{fixed{"c", 0}, &other, &seen}})
	if err != nil {
		t.Fatal(err)
	}
	s := steady(70, 3) // too short for trials
	s.Values[5] = -1
	f := a.Forecast(s, 2, nil, &forecast.LeadTime{MeanDays: 3}, 9)
	if len(seen) != 3 || seen[0] != seen[1] || seen[1] == seen[2] {
		t.Errorf("histories %v", seen)
	}
	if f.Mean[1] != 69 || f.Params["ignored"] != 1 {
		t.Errorf("%+v", f)
	}
	if want := rng.New(9, "forecast", "s").Float64(); math.Abs(f.LeadTime.Mean-want) > 1e-12 {
		t.Errorf("lead time drawn from other numbers: %v, want %v", f.LeadTime.Mean, want)
	}
}

// Candidates are asked for their own classes only; a class that nobody names gets all; no candidate is an error.
func TestCandidatesByClass(t *testing.T) {
	t.Parallel()
	a, err := New(Candidate{Model: fixed{"daily", 5}, For: []forecast.Class{forecast.ClassSmooth}},
		Candidate{Model: fixed{"parts", 1}, For: []forecast.Class{forecast.ClassIntermittent}})
	if err != nil {
		t.Fatal(err)
	}
	if f := a.Forecast(steady(100, 5), 1, nil, nil, 1); f.Method != "daily" {
		t.Errorf("smooth demand went to %s", f.Method)
	}
	if n := len(a.of(forecast.ClassLumpy)); n != 2 {
		t.Errorf("lumpy demand has %d candidates, want both", n)
	}
	if _, err := New(); err == nil {
		t.Error("no candidates were accepted")
	}
	if _, err := New(Candidate{}); err == nil {
		t.Error("a candidate without a model was accepted")
	}
}

// The trials hand out days before their window only: a method that reads on past the end of what it gets sees nothing of
// the days it is tried on, and appending to its series does not reach the caller's.
func TestTrialsDoNotLeak(t *testing.T) {
	t.Parallel()
	s := steady(120, 5)
	seen := 0
	spy := spy{func(got forecast.Series) {
		if len(got.Values) < len(s.Values) {
			seen++
			_ = append(got.Values, -1)
		}
		if cap(got.Values) != len(got.Values) && len(got.Values) < len(s.Values) {
			t.Errorf("%d days handed out with room for %d", len(got.Values), cap(got.Values))
		}
	}}
	a, err := New(Candidate{Model: spy}, Candidate{Model: fixed{"other", 5}})
	if err != nil {
		t.Fatal(err)
	}
	a.Forecast(s, 3, nil, nil, 1)
	if seen != trials || !reflect.DeepEqual(s, steady(120, 5)) {
		t.Errorf("%d trials seen, want %d; or the series was changed", seen, trials)
	}
}

type spy struct{ look func(forecast.Series) }

func (spy) Name() string { return "spy" }

func (m spy) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	m.look(s)
	return fixed{"spy", 5}.Forecast(s, horizon, levels, lead, seed)
}

// Two opinions that were wrong by the same amount, one on either side, weigh the same.
func ExampleNew() {
	auto, err := New(Candidate{Model: fixed{"low", 4}}, Candidate{Model: fixed{"high", 6}})
	if err != nil {
		panic(err)
	}
	f := auto.Forecast(steady(200, 5), 1, nil, nil, 1)
	fmt.Println(f.Method, f.Mean[0], f.Params["weight_low"], f.Params["weight_high"])
	// Output: low+ 5 0.5 0.5
}
