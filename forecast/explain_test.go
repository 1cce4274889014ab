package forecast

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A forecast of a known make is taken apart into what it was made of, and the sentence tells it.
func TestExplainKnownMake(t *testing.T) {
	t.Parallel()
	season := []float64{-2, 0, 1, 1, 4, 3, -7}
	mean := make([]float64, 28)
	for h := range mean {
		mean[h] = 20 + 0.1*(float64(h)-3) + season[h%7]
	}
	history := make([]float64, 400)
	for i := range history {
		history[i] = 18
	}
	e := Explain(mean, nil, nil, Story{Step: "day", Seasons: []int{7, 364}, History: history, Year: 364,
		Label: func(h int) string { return WeekdayName(h + 4) }, Accuracy: &Accuracy{Origins: 4, Points: 28, WAPE: 0.3, Coverage80: 0.79, ValueAdded: 0.2}})
	if math.Abs(e.Level-20) > 1e-9 || math.Abs(e.Trend-0.1) > 1e-9 || e.Rest > 1e-9 {
		t.Errorf("%+v", e)
	}
	for k, v := range season {
		if math.Abs(e.Season[k]-v) > 1e-9 {
			t.Errorf("season %v, want %v", e.Season, season)
		}
	}
	for _, want := range []string{"About 20 units a day, rising by 0.1 a day", "most on Friday (+20 %), least on Sunday (-35 %)",
		"% more than just before", "off by 30 % of demand", "79 % of what came", "20 % better"} {
		if !strings.Contains(e.Sentence, want) {
			t.Errorf("%q lacks %q", e.Sentence, want)
		}
	}
}

// Regressors are a part of their own: level and effects add up to the means.
func TestExplainRegressors(t *testing.T) {
	t.Parallel()
	e := Explain([]float64{10, 10, 10, 10}, nil, nil, Story{Step: "week", Regressors: map[string]float64{"promotion": 3}})
	if e.Level != 7 || !strings.Contains(e.Sentence, "promotion adds 3 a week") {
		t.Errorf("%+v", e)
	}
}

// The parts of any forecast are numbers and the rest is what they leave.
func TestExplainAnything(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1e9))
	seen := rapid.OneOf(value, rapid.Just(math.NaN()))
	rapid.Check(t, func(t *rapid.T) {
		mean := rapid.SliceOfN(value, 0, 30).Draw(t, "mean")
		e := Explain(mean, mean, mean, Story{History: rapid.SliceOfN(seen, 0, 60).Draw(t, "history"), Seasons: rapid.SampledFrom([][]int{nil, {7}, {12}, {4, 9}}).Draw(t, "seasons"), Year: 12})
		for _, v := range append([]float64{e.Level, e.Trend, e.Rest, e.Recent, e.YearAgo, e.Width}, e.Season...) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
