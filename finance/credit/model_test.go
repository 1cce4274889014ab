package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/internal/rng"
)

// firms are invented suppliers: three numbers that matter, one that does not, a kind, and gaps; y = 1 failed.
func firms(seed uint64, n int) (Frame, []float64) {
	r := rng.New(seed, "firms")
	f := Frame{
		{Name: "late_share", Numbers: make([]float64, n)}, {Name: "debt", Numbers: make([]float64, n)}, {Name: "age", Numbers: make([]float64, n)},
		{Name: "noise", Numbers: make([]float64, n)}, {Name: "kind", Words: make([]string, n)},
	}
	y := make([]float64, n)
	for i := range n {
		late, debt, age, k := r.Float64(), r.ExpFloat64(), 30*r.Float64(), r.IntN(4)
		s := -2.5 + 2.5*late + 0.8*math.Min(debt, 3) - 0.04*age + []float64{0, 0.8, -0.5, 0}[k]
		if late > 0.6 && k == 1 {
			s++
		}
		if r.Float64() < sigmoid(s) {
			y[i] = 1
		}
		f[0].Numbers[i], f[1].Numbers[i], f[2].Numbers[i], f[3].Numbers[i], f[4].Words[i] = late, debt, age, r.NormFloat64(), fmt.Sprint("k", k)
		if r.IntN(12) == 0 {
			f[1].Numbers[i] = math.NaN()
		}
	}
	return f, y
}

func mustTrain(t testing.TB, f Frame, y []float64, o Options) *Model {
	t.Helper()
	m, err := Train(context.Background(), f, y, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var kinds = []string{Boosted, ScoreCard, GlassBox}

// Each kind of model ranks unseen cases well, is calibrated on them, keeps the directions that were set whatever else a case
// is like, and its file is read back to the same PDs, reasons and intervals.
func TestKinds(t *testing.T) {
	t.Parallel()
	f, y := firms(1, 1500)
	fresh, fy := firms(2, 3000)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := mustTrain(t, f, y, Options{Kind: kind, Directions: map[string]int8{"late_share": 1, "age": -1}, Seed: 3, Workers: 2})
			p, err := m.PD(fresh)
			if err != nil {
				t.Fatal(err)
			}
			ms, err := Measure(fy, p)
			if err != nil || ms.AUC < 0.74 || ms.ECE > 0.04 || math.Abs(ms.AUC-m.Fitted.AUC) > 0.04 {
				t.Errorf("AUC %.3f (stated %.3f), calibration error %.3f, %v", ms.AUC, m.Fitted.AUC, ms.ECE, err)
			}
			keepsDirections(t, m, fresh)
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ReadModel(data)
			if err != nil {
				t.Fatal(err)
			}
			some := fresh.Take([]int{1, 2, 3, 4, 5, 6, 7})
			a, err1 := m.Assess(some, AssessOptions{})
			b, err2 := back.Assess(some, AssessOptions{Workers: 3})
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			ja, _ := json.Marshal(a)
			jb, _ := json.Marshal(b)
			if string(ja) != string(jb) {
				t.Errorf("read back it says\n%s\ninstead of\n%s", jb, ja)
			}
		})
	}
}

func keepsDirections(t *testing.T, m *Model, f Frame) {
	t.Helper()
	var rows []int
	for i := range 150 {
		rows = append(rows, i)
	}
	part := f.Take(rows)
	was, err := m.PD(part)
	if err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]float64{"late_share": 0.17, "age": -4} {
		moved := slices.Clone(part)
		c := part.Column(name)
		numbers := slices.Clone(c.Numbers)
		for i := range numbers {
			numbers[i] += step
		}
		*moved.Column(name) = Column{Name: name, Numbers: numbers}
		now, err := m.PD(moved)
		if err != nil {
			t.Fatal(err)
		}
		for i := range now {
			if now[i] < was[i]-1e-9 {
				t.Fatalf("%s moves by %g and the PD of case %d falls from %g to %g", name, step, i, was[i], now[i])
			}
		}
	}
}

// Reasons speak the truth: with the model's own contributions they add up to the score, each change that is advised lowers
// the PD to the value stated, at most four are given, and fixed columns get no advice.
func TestReasons(t *testing.T) {
	t.Parallel()
	f, y := firms(4, 1200)
	for _, kind := range kinds {
		m := mustTrain(t, f, y, Options{Kind: kind, Fixed: []string{"age"}, Factors: map[string]string{"late_share": "conduct", "noise": "conduct"}})
		some := f.Take([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
		phi, score, err := m.raw(some, 1)
		if err != nil {
			t.Fatal(err)
		}
		all, err := m.Assess(some, AssessOptions{})
		if err != nil {
			t.Fatal(err)
		}
		columns, err := coded(some, m.Features)
		if err != nil {
			t.Fatal(err)
		}
		changes := 0
		for i, a := range all {
			x := make([]float64, len(columns))
			for j := range x {
				x[j] = columns[j][i]
			}
			if d := m.logOddsOf(x) - score[i]; math.Abs(d) > 1e-9 {
				t.Fatalf("%s: contributions miss the score by %g (%v)", kind, d, phi[:5])
			}
			if len(a.Reasons) > 4 || !(a.Low <= a.PD && a.PD <= a.High) {
				t.Errorf("%s: %d reasons, PD %g in %g…%g", kind, len(a.Reasons), a.PD, a.Low, a.High)
			}
			for _, r := range a.Reasons {
				if r.Change == nil {
					continue
				}
				changes++
				if r.Change.Column == "age" || !(r.Change.PD < a.PD) {
					t.Errorf("%s: advice %+v for a PD of %g", kind, *r.Change, a.PD)
				}
				moved := slices.Clone(some)
				c := moved.Column(r.Change.Column)
				changed := *c
				if c.Words != nil {
					changed.Words = slices.Clone(c.Words)
					changed.Words[i] = r.Change.To
				} else {
					changed.Numbers = slices.Clone(c.Numbers)
					if _, err := fmt.Sscan(r.Change.To, &changed.Numbers[i]); err != nil {
						t.Fatal(err)
					}
				}
				*c = changed
				if p, err := m.PD(moved); err != nil || math.Abs(p[i]-r.Change.PD) > 0.02 { // the sentence rounds the value
					t.Errorf("%s: %+v gives %g, %v", kind, *r.Change, p[i], err)
				}
			}
		}
		if changes == 0 {
			t.Errorf("%s: no advice at all", kind)
		}
	}
}

// The same seed gives the same model for any number of goroutines.
func TestSameForAnyWorkers(t *testing.T) {
	t.Parallel()
	f, y := firms(5, 400)
	for _, kind := range kinds {
		a, err1 := json.Marshal(mustTrain(t, f, y, Options{Kind: kind, Seed: 9}))
		b, err2 := json.Marshal(mustTrain(t, f, y, Options{Kind: kind, Seed: 9, Workers: 4}))
		if err1 != nil || err2 != nil || string(a) != string(b) {
			t.Errorf("%s: 1 and 4 goroutines learn different models (%v, %v)", kind, err1, err2)
		}
	}
}

// The merge is exact: no way to part the pre-bins that keeps size and direction has more information value less noise
// (twin over all 2^(n−1) ways).
func TestBinningIsOptimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(rt, "bins")
		m := merger{least: float64(rapid.IntRange(1, 30).Draw(rt, "least")), noise: rapid.Float64Range(0, 0.05).Draw(rt, "noise")}
		for range n {
			p := preBin{goods: float64(rapid.IntRange(0, 30).Draw(rt, "goods")), bads: float64(rapid.IntRange(0, 30).Draw(rt, "bads"))}
			p.goods++
			m.pre = append(m.pre, p)
			m.total.goods += p.goods
			m.total.bads += p.bads
		}
		m.total.bads++
		m.sum()
		for _, s := range shapes {
			got, ends := m.solve(s.first, s.second)
			want := math.Inf(-1)
			for set := range 1 << (n - 1) {
				if w, ok := m.byHand(set, s.first, s.second); ok {
					want = math.Max(want, w)
				}
			}
			if math.IsInf(want, -1) {
				if len(ends) != 1 {
					rt.Fatalf("%s: no merge fits, yet %v", s.name, ends)
				}
				continue
			}
			if math.Abs(got-want) > 1e-9 {
				rt.Fatalf("%s: worth %g by %v, %g is possible", s.name, got, ends, want)
			}
		}
	})
}

func (m *merger) byHand(set, first, second int) (float64, bool) {
	sum, last, turned, lo := 0.0, -1.0, false, 0
	for hi := 1; hi <= len(m.pre); hi++ {
		if hi < len(m.pre) && set>>(hi-1)&1 == 0 {
			continue
		}
		iv, rate, ok := m.worth(lo, hi)
		if !ok {
			return 0, false
		}
		if last >= 0 {
			direction := first
			if turned {
				direction = second
			}
			if direction > 0 != (rate > last) || rate == last {
				if turned || rate == last || second > 0 != (rate > last) {
					return 0, false
				}
				turned = true
			}
		}
		sum, last, lo = sum+iv, rate, hi
	}
	return sum, true
}

// What cannot be learned from or scored is refused with the column or number named; what can only be scored with doubt is
// scored with a note and a wider interval.
func TestBadCases(t *testing.T) {
	t.Parallel()
	f, y := firms(6, 300)
	edit := func(j int, change func(c *Column)) Frame {
		g := f.Take(func() (rows []int) {
			for i := range y {
				rows = append(rows, i)
			}
			return rows
		}())
		change(&g[j])
		return g
	}
	for want, c := range map[string]struct {
		f Frame
		y []float64
		o Options
	}{
		"5 bad and 14 good cases; at least 20": {f.Take(slices.Repeat([]int{0}, 19)), append(slices.Repeat([]float64{1}, 5), make([]float64, 14)...), Options{}},
		"0 bad and 300 good":                   {f, make([]float64, 300), Options{}},
		"outcome of row 3 is 2":                {f, append([]float64{0, 1, 0, 2}, y[4:]...), Options{}},
		`column "debt", row 7: the number is`:  {edit(1, func(c *Column) { c.Numbers[7] = math.Inf(1) }), y, Options{}},
		`a direction is set for "kind"`:        {f, y, Options{Directions: map[string]int8{"kind": 1}}},
		`kind "forest"`:                        {f, y, Options{Kind: "forest"}},
		`two columns are called "age"`:         {edit(3, func(c *Column) { c.Name = "age" }), y, Options{}},
		`column "noise" has 10 cases`:          {edit(3, func(c *Column) { c.Numbers = c.Numbers[:10] }), y, Options{}},
	} {
		if _, err := Train(context.Background(), c.f, c.y, c.o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	flat := edit(3, func(c *Column) { c.Numbers = make([]float64, 300) })
	m := mustTrain(t, flat, y, Options{Kind: ScoreCard})
	if len(m.Aside) != 1 || m.Aside[0].Column != "noise" {
		t.Errorf("a constant column was not set aside: %v", m.Aside)
	}
	if _, err := m.PD(f[1:]); err == nil || !strings.Contains(err.Error(), `"late_share" is missing`) {
		t.Errorf("error %v for a missing column", err)
	}
	one := f.Take([]int{5})
	usual, err := m.Assess(one, AssessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	one[0].Numbers[0] = math.Inf(1)
	one[4].Words[0] = "unheard of"
	odd, err := m.Assess(one, AssessOptions{})
	if err != nil || len(odd[0].Notes) != 2 || !strings.Contains(odd[0].Notes[1], `"unheard of" was never seen`) {
		t.Fatalf("notes %q, %v", odd[0].Notes, err)
	}
	if a, b := usual[0], odd[0]; logOdds(b.High)-logOdds(b.Low) <= logOdds(a.High)-logOdds(a.Low) {
		t.Errorf("the interval did not widen: %g…%g, then %g…%g", a.Low, a.High, b.Low, b.High)
	}
}

// Twenty cases are enough to learn from, and the answer says by its interval how little that is.
func TestTwentyCases(t *testing.T) {
	t.Parallel()
	f, y := firms(7, 20)
	for i := range y {
		y[i] = float64(i % 2)
	}
	for _, kind := range kinds {
		m := mustTrain(t, f, y, Options{Kind: kind})
		a, err := m.Assess(f, AssessOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if w := a[0].High - a[0].Low; w < 0.3 {
			t.Errorf("%s: from 20 cases a PD within %g", kind, w)
		}
	}
}

// Where no column says anything, the model says the base rate of every case, and says so without a reason.
func TestNothingToSay(t *testing.T) {
	t.Parallel()
	f := Frame{{Name: "coin", Numbers: make([]float64, 60)}}
	y := make([]float64, 60)
	for i := range y {
		f[0].Numbers[i], y[i] = float64(i%2), float64(i/2%2)
	}
	m := mustTrain(t, f, y, Options{Kind: ScoreCard})
	a, err := m.Assess(f.Take([]int{0, 1}), AssessOptions{})
	if err != nil || math.Abs(a[0].PD-0.5) > 0.02 || a[0].PD != a[1].PD || len(a[0].Reasons) > 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// The screen names a column that knows the outcome, one that was cut short by it, one that numbers the cases and one of
// dates, and lets honest columns pass.
func TestLeaks(t *testing.T) {
	t.Parallel()
	f, y := firms(8, 1500)
	r := rng.New(1, "leak")
	loss, term, id, date := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y)), make([]string, len(y))
	for i := range y {
		loss[i], id[i], date[i] = 1000*y[i], float64(1000+i), fmt.Sprintf("2024-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))
		term[i] = []float64{36, 60, 84}[r.IntN(3)]
		if y[i] == 1 && r.IntN(10) > 0 {
			term[i] = math.Floor(term[i] * r.Float64())
		}
	}
	with := append(slices.Clone(f), Column{Name: "loss", Numbers: loss}, Column{Name: "id", Numbers: id}, Column{Name: "date", Words: date}, Column{Name: "term", Numbers: term})
	leaks, err := Leaks(context.Background(), with, y, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range leaks {
		names = append(names, l.Column)
	}
	slices.Sort(names)
	if fmt.Sprint(names) != "[date id loss term]" {
		t.Errorf("leaks %v", leaks)
	}
	if leaks, err = Leaks(context.Background(), f, y, 1, 1); err != nil || len(leaks) > 0 {
		t.Errorf("honest columns were named: %v, %v", leaks, err)
	}
}

// A book like the one learned from is stable, one whose firms are all late has shifted, and the index names the column.
func TestDrift(t *testing.T) {
	t.Parallel()
	f, y := firms(9, 1000)
	m := mustTrain(t, f, y, Options{Kind: ScoreCard})
	same, _ := firms(10, 1000)
	d, err := m.Drift(same)
	if err != nil || d[0].Name != "score" || d[0].Band != "stable" {
		t.Errorf("%v, %v", d, err)
	}
	for i := range same[0].Numbers {
		same[0].Numbers[i] = 0.8 + 0.2*same[0].Numbers[i]
	}
	if d, err = m.Drift(same); err != nil || d[0].Band != "shifted" || d[1].Name != "late_share" || d[1].Band != "shifted" || d[3].Band != "stable" {
		t.Errorf("%v, %v", d, err)
	}
}
