package backtest

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// by is a method made of a function from the past to the means; its quantiles are the mean at every level but 0.1 and 0.9,
// which lie one unit below and above.
type by func(past forecast.Series, horizon int) []float64

func (by) Name() string { return "by" }

func (m by) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, _ uint64) forecast.Forecast {
	f := forecast.Forecast{SeriesID: s.ID, Method: "by", Status: forecast.StatusOK, Mean: m(s, horizon), Levels: levels}
	for _, p := range levels {
		row := slices.Clone(f.Mean)
		for d := range row {
			row[d] = max(0, row[d]+2.5*min(max(p-0.5, -0.4), 0.4))
		}
		f.Quantiles = append(f.Quantiles, row)
	}
	if lead != nil {
		f.LeadTime = &forecast.LeadTimeDemand{Levels: []float64{0.1, 0.9}, Quantiles: []float64{30, 40}}
	}
	return f
}

func constant(level float64) by {
	return func(_ forecast.Series, horizon int) []float64 { return slices.Repeat([]float64{level}, horizon) }
}

// A method sees the days before its origin and nothing else: what comes later may be anything, its forecasts stay the same,
// and what it does to its copy does not reach the series.
func TestLeakageGuard(t *testing.T) {
	t.Parallel()
	run := func(future float64) (pasts []forecast.Series, s forecast.Series) {
		s = forecast.Series{ID: "g"}
		for i := range 80 {
			s.Values = append(s.Values, float64(i%7))
			if i >= 73 {
				s.Values[i] = future
			}
		}
		Run(by(func(past forecast.Series, horizon int) []float64 {
			pasts = append(pasts, forecast.Series{ID: past.ID, Values: slices.Clone(past.Values[:cap(past.Values)][:len(past.Values)])})
			for i := range past.Values {
				past.Values[i] = 1e6
			}
			return make([]float64, horizon)
		}), s, Options{Origins: 1})
		return pasts, s
	}
	a, s := run(3)
	b, _ := run(9999)
	if !reflect.DeepEqual(a, b) || len(a) != 1 || len(a[0].Values) != 73 {
		t.Error("the future reached the method")
	}
	if slices.Contains(s.Values, 1e6) {
		t.Error("the method reached the series")
	}
}

// Every measure worked by hand. 35 days of 2, 4, 2, 4 … are history, then three weeks whose demand is 5 on the days of one
// origin; the forecast says 4. Scale: every step is ±2, so 4. The naive of the first window repeats 2s and 4s.
func TestMeasuresByHand(t *testing.T) {
	t.Parallel()
	s := forecast.Series{ID: "h"}
	for i := range 35 {
		s.Values = append(s.Values, float64(2+2*(i%2)))
	}
	s.Values = append(s.Values, 5, 5, 5, math.NaN(), 5, 5, 6)
	r := Run(constant(4), s, Options{Origins: 1, Levels: []float64{0.1, 0.5, 0.9}})
	a := r.Accuracy
	if a.Origins != 1 || a.Points != 6 || r.Skipped != 0 {
		t.Fatalf("%+v", r)
	}
	// Days 35…41 repeat days 28…34: 2, 4, 2, (4), 2, 4, 2 against 5, 5, 5, -, 5, 5, 6: errors 3+1+3+3+1+4 = 15.
	// Own errors: five of 1 and one of 2. Quantiles lie at 3, 4, 5, so 6 lies above the band; the 5s tie with level
	// 0.9 and stand for 0.7…1, two thirds of it inside.
	pinball := 5*(0.1*2+0.5*1+0.9*0) + (0.1*3 + 0.5*2 + 0.9*1)
	for name, c := range map[string][2]float64{
		"WAPE":        {a.WAPE, 7.0 / 31},
		"Bias":        {a.Bias, -7.0 / 31},
		"RMSSE":       {a.RMSSE, math.Sqrt((5*1 + 4) / 4.0 / 6)},
		"Pinball":     {a.Pinball, pinball / 18},
		"Coverage80":  {a.Coverage80, 5 * (2.0 / 3) / 6},
		"Above90":     {a.Above90, (5*(1.0/3) + 1) / 6},
		"value added": {a.ValueAdded, 1 - 7.0/15},
	} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s is %v, by hand %v", name, c[0], c[1])
		}
	}
}

// hurdle is the true distribution of demand that is 0 with probability none and exponential otherwise.
func hurdle(none, p float64) float64 {
	if p <= none {
		return 0
	}
	return -4 * math.Log1p(-(p-none)/(1-none))
}

// A forecast that is the true distribution covers 80 % and leaves 10 % above, however many days sell nothing: mean over all
// shares of such days, 200 demands at the mid quantiles of each. Counting ties as inside would say 90 %.
func TestTiesDoNotFlatterCoverage(t *testing.T) {
	t.Parallel()
	var sums Sums
	levels, ties, n := forecast.DefaultLevels, 0.0, 0.0
	for none := 0.005; none < 1; none += 0.01 {
		lead := forecast.LeadTimeDemand{Levels: levels}
		for _, p := range levels {
			lead.Quantiles = append(lead.Quantiles, hurdle(none, p))
		}
		for i := range 200 {
			y := hurdle(none, (float64(i)+0.5)/200)
			sums.compareLead(lead, []float64{y})
			n++
			ties += count(y >= hurdle(none, 0.1) && y <= hurdle(none, 0.9))
		}
	}
	a := sums.Accuracy()
	if math.Abs(a.LeadCoverage80-0.8) > 0.01 || math.Abs(a.LeadAbove90-0.1) > 0.01 || ties/n < 0.85 {
		t.Errorf("coverage %v, above %v; with ties inside %v", a.LeadCoverage80, a.LeadAbove90, ties/n)
	}
}

// A band that is too wide or too low is seen for what it is on days that sell nothing on three of four.
func TestCoverageSeesWrongBands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		factor, none float64 // of the forecast, where the truth is 1 and 0.75
		wrong        func(a forecast.Accuracy) bool
	}{
		"too wide":  {4, 0.75, func(a forecast.Accuracy) bool { return a.LeadAbove90 < 0.05 }},
		"too low":   {0.25, 0.75, func(a forecast.Accuracy) bool { return a.LeadAbove90 > 0.15 }},
		"too often": {1, 0.3, func(a forecast.Accuracy) bool { return a.LeadCoverage80 < 0.78 && a.LeadAbove90 < 0.05 }},
	} {
		var sums Sums
		lead := forecast.LeadTimeDemand{Levels: forecast.DefaultLevels}
		for _, p := range forecast.DefaultLevels {
			lead.Quantiles = append(lead.Quantiles, c.factor*hurdle(c.none, p))
		}
		for i := range 400 {
			sums.compareLead(lead, []float64{hurdle(0.75, (float64(i)+0.5)/400)})
		}
		if a := sums.Accuracy(); !c.wrong(a) {
			t.Errorf("%s: coverage %v, above %v", name, a.LeadCoverage80, a.LeadAbove90)
		}
	}
}

// Figures stay JSON on steps far below any unit, where a scaled error would overflow.
func TestTinyStepsStayFinite(t *testing.T) {
	t.Parallel()
	s := forecast.Series{ID: "dust", Values: slices.Repeat([]float64{1e-160, 3e-160}, 40)}
	r := Run(constant(1e12), s, Options{LeadDays: 14})
	if _, err := json.Marshal(r); err != nil || r.Accuracy.Origins == 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

// The seasonal naive as a method adds no value over itself and a clairvoyant adds all of it.
func TestValueAddedEnds(t *testing.T) {
	t.Parallel()
	s := forecast.Series{ID: "v"}
	for i := range 100 {
		s.Values = append(s.Values, float64(i*i%11))
	}
	if r := Run(by(SeasonalNaive), s, Options{}); r.Accuracy.ValueAdded != 0 || r.Accuracy.Origins != 4 {
		t.Errorf("seasonal naive: %+v", r.Accuracy)
	}
	clairvoyant := by(func(past forecast.Series, horizon int) []float64 {
		return slices.Clone(s.Values[len(past.Values) : len(past.Values)+horizon])
	})
	if r := Run(clairvoyant, s, Options{}); r.Accuracy.ValueAdded != 1 || r.Accuracy.WAPE != 0 || r.Accuracy.RMSSE != 0 {
		t.Errorf("clairvoyant: %+v", r.Accuracy)
	}
}

// The naive looks back week by week over gaps, repeats itself past a week, and knows 0 for a weekday never seen.
func TestSeasonalNaive(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	s := forecast.Series{Values: []float64{1, 2, 3, 4, 5, nan, 7, 8, nan, 9, 10, -3, nan, 11}}
	want := []float64{8, 2, 9, 10, 5, 0, 11, 8, 2}
	if got := SeasonalNaive(s, 9); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Pooling is exact: the pool of any split of the days is the accuracy of all of them, which a mean of ratios is not.
func TestPoolIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "series")
		var results []Result
		var abs, demand, points float64
		for i := range n {
			s := forecast.Series{ID: fmt.Sprint(i), Values: rapid.SliceOfN(rapid.Float64Range(0, 9), 60, 80).Draw(t, "values")}
			r := Run(constant(3), s, Options{})
			results = append(results, r)
			for _, v := range s.Values[len(s.Values)-28:] {
				abs += math.Abs(3 - v)
				demand += v
				points++
			}
		}
		a := Pool(results)
		if math.Abs(a.WAPE-ratio(abs, demand)) > 1e-9*(1+a.WAPE) || float64(a.Points) != points {
			t.Fatalf("pooled WAPE %v over %d days, all days together %v over %v", a.WAPE, a.Points, abs/demand, points)
		}
	})
}

// Origins before the first sale, before MinDays or in a series too short are skipped and counted; an empty or unobserved
// series, or one with impossible values, gives zeros and no NaN.
func TestSkipsAndBadInput(t *testing.T) {
	t.Parallel()
	young := append(make([]float64, 60), slices.Repeat([]float64{2}, 12)...)
	for name, c := range map[string]struct {
		values           []float64
		origins, skipped int
	}{
		"empty":        {nil, 0, 4},
		"one day":      {[]float64{4}, 0, 4},
		"all gaps":     {slices.Repeat([]float64{math.NaN()}, 90), 0, 4},
		"never sold":   {make([]float64, 90), 0, 4},
		"newly sold":   {young, 1, 3},
		"five weeks":   {slices.Repeat([]float64{1}, 35), 1, 3},
		"six weeks":    {slices.Repeat([]float64{1}, 42), 2, 2},
		"infinite end": {append(slices.Repeat([]float64{1}, 60), math.Inf(1), -2, math.NaN()), 4, 0},
	} {
		r := Run(constant(1), forecast.Series{ID: name, Values: c.values}, Options{LeadDays: 7})
		if r.Accuracy.Origins != c.origins || r.Skipped != c.skipped {
			t.Errorf("%s: %d origins, %d skipped", name, r.Accuracy.Origins, r.Skipped)
		}
		fields := reflect.ValueOf(r.Accuracy)
		for i := range fields.NumField() {
			if f := fields.Field(i); f.CanFloat() && (math.IsNaN(f.Float()) || math.IsInf(f.Float(), 0)) {
				t.Errorf("%s: %s is %v", name, fields.Type().Field(i).Name, f.Float())
			}
		}
	}
}

// The lead time's band is held against the sum of the days after each origin: 35 units a week lie inside 30–40, 42 above.
func TestLeadTimeCoverage(t *testing.T) {
	t.Parallel()
	s := forecast.Series{ID: "l", Values: append(slices.Repeat([]float64{5}, 63), slices.Repeat([]float64{6}, 7)...)}
	a := Run(constant(5), s, Options{LeadDays: 7}).Accuracy
	if a.LeadCoverage80 != 0.75 || a.LeadAbove90 != 0.25 {
		t.Errorf("coverage %v, above %v; want three weeks of four inside", a.LeadCoverage80, a.LeadAbove90)
	}
}

// A level of five against a week that repeats: the naive is right, so the level adds negative value.
func ExampleRun() {
	s := forecast.Series{ID: "tea"}
	for range 10 {
		s.Values = append(s.Values, 4, 4, 4, 4, 4, 8, 7)
	}
	s.Values[69] = 9 // the last Sunday is another than the naive says
	r := Run(constant(5), s, Options{Origins: 2})
	fmt.Printf("%d days, WAPE %.2f, bias %.2f, value added %.1f\n", r.Accuracy.Points, r.Accuracy.WAPE, r.Accuracy.Bias, r.Accuracy.ValueAdded)
	// Output: 14 days, WAPE 0.31, bias -0.03, value added -10.0
}
