package forecast

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// flat answers with the mean level of all days: the plainest method, to test what every method shares.
func flat(s Series, ask Ask) Forecast {
	h := Observe(s, nil)
	if !h.Fits() {
		return h.Short("flat", ask)
	}
	x := slices.Clone(h.Deseasonalised())
	level := 0.0
	for _, v := range x {
		level += v / float64(len(x))
	}
	for i := range x {
		x[i] = level
	}
	return h.Answer(Fit{Method: "flat", Fitted: x, Level: func(int) float64 { return level }}, ask)
}

func source() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// Whatever the series holds (gaps, infinities, negatives, one point, a horizon longer than the history), the answer keeps
// every promise of a Forecast.
func TestAnswerIsAlwaysSound(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Float64Range(0, 50), rapid.Just(math.Inf(1)),
		rapid.Just(-4.0), rapid.Float64Range(0, 1e12), rapid.Float64())
	rapid.Check(t, func(t *rapid.T) {
		s := Series{ID: "r", StartDay: rapid.IntRange(-9, 20000).Draw(t, "start"), Values: rapid.SliceOfN(value, 0, 90).Draw(t, "values")}
		horizon := rapid.IntRange(0, 40).Draw(t, "horizon")
		lead := &LeadTime{MeanDays: rapid.Float64Range(0, 60).Draw(t, "lead"), SDDays: rapid.Float64Range(0, 20).Draw(t, "sd")}
		before := slices.Clone(s.Values)
		f := flat(s, Ask{Horizon: horizon, Levels: DefaultLevels, Lead: lead, Rand: source()})
		if err := Check(f, horizon); err != nil {
			t.Fatal(err)
		}
		for i := range before {
			if math.Float64bits(before[i]) != math.Float64bits(s.Values[i]) {
				t.Fatal("the series was changed")
			}
		}
	})
}

// Demand that never changes is foreseen without spread, a closed weekday gets nothing, and the sum over ten days with
// one closed Saturday is nine times the level.
func TestConstantDemand(t *testing.T) {
	t.Parallel()
	s := weeks(12, 5, 5, 5, 5, 5, math.NaN(), 5)
	f := flat(s, Ask{Horizon: 7, Levels: DefaultLevels, Lead: &LeadTime{MeanDays: 10}, Rand: source()})
	for d, want := range []float64{5, 5, 5, 5, 5, 0, 5} {
		for l := range f.Levels {
			if math.Abs(f.Quantiles[l][d]-want) > 1e-9 || math.Abs(f.Mean[d]-want) > 1e-9 {
				t.Fatalf("day %d: mean %v, quantile %v, want %v", d, f.Mean[d], f.Quantiles[l][d], want)
			}
		}
	}
	if l := f.LeadTime; math.Abs(l.Mean-45) > 1e-9 || l.SD > 1e-9 {
		t.Errorf("lead time demand %v ± %v, want 45 ± 0", l.Mean, l.SD)
	}
}

// Demand in other units gives the same forecast in those units: every mean, quantile and lead-time figure scales.
func TestScaling(t *testing.T) {
	t.Parallel()
	r := source()
	s := Series{ID: "s", StartDay: 4}
	for range 200 {
		s.Values = append(s.Values, math.Floor(r.ExpFloat64()*3))
	}
	big := Series{ID: "s", StartDay: 4, Values: slices.Clone(s.Values)}
	for i := range big.Values {
		big.Values[i] *= 8
	}
	ask := func() Ask {
		return Ask{Horizon: 14, Levels: DefaultLevels, Lead: &LeadTime{MeanDays: 12, SDDays: 3}, Rand: source()}
	}
	a, b := flat(s, ask()), flat(big, ask())
	near := func(what string, small, large float64) {
		if math.Abs(8*small-large) > 1e-9*(1+large) {
			t.Errorf("%s: 8·%v is not %v", what, small, large)
		}
	}
	for d := range a.Mean {
		near("mean", a.Mean[d], b.Mean[d])
		for l := range a.Levels {
			near("quantile", a.Quantiles[l][d], b.Quantiles[l][d])
		}
	}
	near("lead mean", a.LeadTime.Mean, b.LeadTime.Mean)
	near("lead SD", a.LeadTime.SD, b.LeadTime.SD)
}

// A fresh item, an item that sold once long ago and an unsold one: the first two say sparse, the old sale has faded, the
// 90 % quantile of a lead time is well above the mean, and the unsold one is nothing but zeros.
func TestShortHistories(t *testing.T) {
	t.Parallel()
	ask := func() Ask {
		return Ask{Horizon: 3, Levels: []float64{0.5, 0.9}, Lead: &LeadTime{MeanDays: 20, SDDays: 4}, Rand: source()}
	}
	fresh := flat(Series{Values: []float64{6, 4, 0, 5}}, ask())
	old := flat(Series{Values: append([]float64{600}, make([]float64, 400)...)}, ask())
	none := flat(Series{Values: make([]float64, 400)}, ask())
	if fresh.Status != StatusSparse || old.Status != StatusSparse || none.Status != StatusEmpty {
		t.Fatal(fresh.Status, old.Status, none.Status)
	}
	if fresh.Mean[0] < 0.5 || fresh.Mean[0] > 5 || fresh.LeadTime.Quantiles[1] < 1.3*fresh.LeadTime.Mean {
		t.Errorf("fresh item: %v a day, lead time %+v", fresh.Mean[0], *fresh.LeadTime)
	}
	if old.Mean[0] > 0.01 {
		t.Errorf("600 units sold 400 days ago still count as %v a day", old.Mean[0])
	}
	if none.Mean[0] != 0 || none.LeadTime.Mean != 0 || none.LeadTime.SD != 0 || none.LeadTime.Quantiles[1] != 0 {
		t.Errorf("unsold item: %+v", none)
	}
}

// Without levels and lead time the means are the same, and nothing else is there: that is what a search over methods asks.
func TestMeansAlone(t *testing.T) {
	t.Parallel()
	s := weeks(9, 1, 0, 4, 2, 0, 3, 1)
	bare := flat(s, Ask{Horizon: 9})
	full := flat(s, Ask{Horizon: 9, Levels: DefaultLevels, Lead: &LeadTime{MeanDays: 30}, Rand: source()})
	if !reflect.DeepEqual(bare.Mean, full.Mean) || len(bare.Quantiles) != 0 || bare.LeadTime != nil {
		t.Errorf("bare %+v", bare)
	}
}

// Check finds every broken promise: each case spoils one field of a sound forecast.
func TestCheck(t *testing.T) {
	t.Parallel()
	sound := func() Forecast {
		return flat(weeks(9, 1, 0, 4, 2, 0, 3, 1), Ask{Horizon: 5, Levels: []float64{0.1, 0.5, 0.9},
			Lead: &LeadTime{MeanDays: 9, SDDays: 2}, Rand: source()})
	}
	if err := Check(sound(), 5); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Forecast){
		"Status":                   func(f *Forecast) { f.Status = "fine" },
		"Params[\"aicc\"] is -Inf": func(f *Forecast) { f.Params = map[string]float64{"aicc": math.Inf(-1)} },
		"Levels[1] is NaN":         func(f *Forecast) { f.Levels[1] = math.NaN() },
		"Mean has 4":               func(f *Forecast) { f.Mean = f.Mean[:4] },
		"Mean[2] is NaN":           func(f *Forecast) { f.Mean[2] = math.NaN() },
		"Mean[0] is -1":            func(f *Forecast) { f.Mean[0] = -1 },
		"rows of Quantiles":        func(f *Forecast) { f.Quantiles = f.Quantiles[1:] },
		"Quantiles[1] has 2":       func(f *Forecast) { f.Quantiles[1] = f.Quantiles[1][:2] },
		"Quantiles[2][3] is +Inf":  func(f *Forecast) { f.Quantiles[2][3] = math.Inf(1) },
		"day 4: quantile at 0.1":   func(f *Forecast) { f.Quantiles[0][4] = 1e6 },
		"LeadTime.SD":              func(f *Forecast) { f.LeadTime.SD = math.NaN() },
		"LeadTime has 2":           func(f *Forecast) { f.LeadTime.Quantiles = f.LeadTime.Quantiles[:2] },
		"LeadTime.Quantiles[0]":    func(f *Forecast) { f.LeadTime.Quantiles[0] = -2 },
		"LeadTime: quantile at 0.": func(f *Forecast) { f.LeadTime.Quantiles[2] = 0 },
	} {
		f := sound()
		spoil(&f)
		if err := Check(f, 5); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("spoiled %q: error %v", want, err)
		}
	}
}
