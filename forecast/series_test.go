package forecast

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Validate accepts demand and gaps, and names series, index and day of the first value that cannot be demand.
func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		want   string // part of the error, "" = none
	}{
		"OK with gaps": {[]float64{0, 3, math.NaN(), 2.5}, ""},
		"empty":        {nil, ""},
		"negative":     {[]float64{1, -2}, `series "A7", Values[1] (day 101) is -2`},
		"infinite":     {[]float64{math.Inf(1)}, `series "A7", Values[0] (day 100) is +Inf`},
		"minus inf":    {[]float64{1, 1, math.Inf(-1)}, `Values[2] (day 102) is -Inf`},
		"absurd":       {[]float64{1e13}, `more than 1e+12 units`},
	} {
		err := Validate(Series{ID: "A7", StartDay: 100, Values: c.values})
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, ErrSeries)) {
			t.Errorf("%s: error %v does not say %q", name, err, c.want)
		}
	}
}

// The hash moves with every fact of a series and with nothing else: all NaNs are one, and −0 is 0.
func TestHash(t *testing.T) {
	t.Parallel()
	base := Series{ID: "x", StartDay: 5, Values: []float64{1, math.NaN(), 0}}
	other := Series{ID: "x", StartDay: 5, Values: []float64{1, math.Float64frombits(0x7ff8000000000abc), math.Copysign(0, -1)}}
	if Hash(base) != Hash(other) {
		t.Error("another NaN or −0 changed the hash")
	}
	for name, s := range map[string]Series{
		"id":     {ID: "y", StartDay: 5, Values: base.Values},
		"day":    {ID: "x", StartDay: 6, Values: base.Values},
		"value":  {ID: "x", StartDay: 5, Values: []float64{1, math.NaN(), 1}},
		"length": {ID: "x", StartDay: 5, Values: base.Values[:2]},
	} {
		if Hash(s) == Hash(base) {
			t.Errorf("hash does not see the %s", name)
		}
	}
}

// The four corners of Syntetos, Boylan and Croston (2005), and the statistics behind them worked by hand.
func TestClassify(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		y        []float64
		class    Class
		adi, cv2 float64
	}{
		"none":         {[]float64{0, 0}, ClassNone, 0, 0},
		"smooth":       {[]float64{4, 6, 4, 6}, ClassSmooth, 1, 0.04},
		"erratic":      {[]float64{1, 9, 1, 9}, ClassErratic, 1, 0.64},
		"intermittent": {[]float64{5, 0, 0, 5, 0, 0}, ClassIntermittent, 3, 0},
		"lumpy":        {[]float64{1, 0, 9, 0}, ClassLumpy, 2, 0.64},
		// 33 days with 25 demands are an ADI of exactly 1.32, which belongs to the intermittent side.
		"on the cut": {append(make([]float64, 8), ones(25)...), ClassIntermittent, 1.32, 0},
	} {
		class, adi, cv2 := Classify(c.y)
		if class != c.class || math.Abs(adi-c.adi) > 1e-12 || math.Abs(cv2-c.cv2) > 1e-12 {
			t.Errorf("%s: got %s, ADI %v, CV² %v; want %s, %v, %v", name, class, adi, cv2, c.class, c.adi, c.cv2)
		}
	}
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

// weeks repeats a week (Monday first; day 4 since 1970-01-01 was a Monday).
func weeks(n int, week ...float64) Series {
	s := Series{ID: "w", StartDay: 4}
	for range n {
		s.Values = append(s.Values, week...)
	}
	return s
}

// A week without noise is found exactly, and a weekday on which the shop was never open is closed: factor 0, mean of the
// others 1. One Saturday opened before Christmas changes neither, and its sale is left out.
func TestProfileOfOneSeries(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	s := weeks(30, 2, 4, 6, 8, 10, nan, 6)
	s.Values[7*25+5] = 100
	h := Observe(s, nil)
	for w, want := range [7]float64{2 / 6.0, 4 / 6.0, 1, 8 / 6.0, 10 / 6.0, 0, 1} {
		if math.Abs(h.Profile.Factor[w]-want) > 1e-12 {
			t.Errorf("weekday %d: factor %v, want %v", w, h.Profile.Factor[w], want)
		}
	}
	if len(h.Y) != 30*6 {
		t.Errorf("%d days kept, want the 180 of the open weekdays", len(h.Y))
	}
	for _, x := range h.Deseasonalised() {
		if math.Abs(x-6) > 1e-9 {
			t.Fatalf("deseasonalised day is %v, want 6", x)
		}
	}
}

// What was sold on a closed weekday says nothing of the others: a noisy item's week is the same with one huge Sunday sale.
func TestClosedWeekdayDoesNotBendTheOthers(t *testing.T) {
	t.Parallel()
	pooled := Profile{Factor: [7]float64{2, 1.5, 1, 0.5, 0.5, 0.5, 0}}
	s := weeks(30, 2, 9, 0, 4, 1, 3, math.NaN())
	want := Observe(s, &pooled).Profile
	s.Values[7*10+6] = 5000
	if got := Observe(s, &pooled).Profile; got != want {
		t.Errorf("with a sale on a closed day %v, without %v", got.Factor, want.Factor)
	}
}

// The more an item's days scatter, the more it takes the pooled week: a noisy item lies nearer to it than a calm one.
func TestProfileShrinks(t *testing.T) {
	t.Parallel()
	pooled := Profile{Factor: [7]float64{2, 2, 1, 1, 0.5, 0, 0.5}}
	nan := math.NaN()
	calm, noisy := weeks(20, 5, 5, 5, 5, 5, nan, 5), weeks(20, 5, 5, 5, 5, 5, nan, 5)
	for i := range noisy.Values {
		noisy.Values[i] *= float64(i % 3)
		calm.Values[i] *= 1 + 0.1*float64(i%3)
	}
	far := func(s Series) float64 { return math.Abs(Observe(s, &pooled).Profile.Factor[0] - pooled.Factor[0]*6/7) }
	if far(noisy) >= far(calm) {
		t.Errorf("noisy item %v from the pool, calm one %v", far(noisy), far(calm))
	}
	one := Observe(Series{StartDay: 4, Values: []float64{3}}, &pooled)
	if one.Profile.Open(5) || !one.Profile.Open(6) {
		t.Error("a single day does not take the pool's closed Saturday")
	}
}

// Every item has the same say in the pooled week, whatever its volume, and closed weekdays stay closed.
func TestPooledProfile(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	small, large := weeks(10, 1, 1, 1, 1, 2, nan, 0), weeks(10, 2000, 1000, 1000, 1000, 1000, nan, 0)
	p := PooledProfile([]Series{small, large})
	if p.Open(5) || !p.Open(0) {
		t.Fatalf("profile %v", p.Factor)
	}
	if math.Abs(p.Factor[0]-p.Factor[4]) > 1e-12 {
		t.Errorf("Monday of the large item %v and Friday of the small one %v should weigh alike", p.Factor[0], p.Factor[4])
	}
	if q := PooledProfile(nil); q != FlatProfile() {
		t.Errorf("no series give %v, want a flat week", q.Factor)
	}
}

// The first sale starts the history, impossible values are dropped and counted, and the status says what is left.
func TestObserve(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values  []float64
		kept    int
		ignored int
		status  Status
	}{
		"nothing":   {nil, 0, 0, StatusEmpty},
		"all gaps":  {[]float64{math.NaN(), math.NaN()}, 0, 0, StatusEmpty},
		"all zero":  {make([]float64, 50), 0, 0, StatusEmpty},
		"one sale":  {[]float64{0, 0, 7}, 1, 0, StatusSparse},
		"two sales": {append([]float64{0, 1, 1}, make([]float64, 50)...), 52, 0, StatusSparse},
		"enough":    {append([]float64{0}, ones(20)...), 20, 0, StatusOK},
		"cleaned":   {append([]float64{math.Inf(1), -3}, ones(20)...), 20, 2, StatusCleaned},
		"only bad":  {[]float64{-1, math.Inf(-1), 1e300}, 0, 3, StatusEmpty},
	} {
		h := Observe(Series{StartDay: 4, Values: c.values}, nil)
		if len(h.Y) != c.kept || h.Ignored != c.ignored || h.Status != c.status || h.Next != 4+len(c.values) {
			t.Errorf("%s: kept %d, ignored %d, %s, next %d", name, len(h.Y), h.Ignored, h.Status, h.Next)
		}
	}
}

// Day 0 was a Thursday, and the weekday is right on both sides of it: 2011-12-09, day 15317, was a Friday.
func TestWeekday(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]int{0: 3, -1: 2, -4: 6, 4: 0, 15317: 4} {
		if got := Weekday(day); got != want {
			t.Errorf("Weekday(%d) = %d, want %d", day, got, want)
		}
	}
}
