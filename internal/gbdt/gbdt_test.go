package gbdt

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/internal/rng"
)

// invented is a table of n rows: three numbers with gaps, one code; the target depends on all of them.
func invented(seed uint64, n int) (Table, []float64) {
	r := rng.New(seed, "invented")
	t := Table{Names: []string{"a", "b", "c", "kind"}, Columns: make([][]float64, 4), Categorical: []bool{false, false, false, true}}
	y := make([]float64, n)
	for i := range n {
		a, b, c, k := r.NormFloat64(), r.NormFloat64(), math.Round(4*r.Float64()), float64(r.IntN(9))
		y[i] = 2*a + a*b + math.Abs(c-2) + []float64{3, -1, 0, 2, 5, -4, 1, 1, 0}[int(k)] + 0.1*r.NormFloat64()
		if r.IntN(6) == 0 {
			b = math.NaN()
			y[i] += 1.5
		}
		for f, v := range []float64{a, b, c, k} {
			t.Columns[f] = append(t.Columns[f], v)
		}
	}
	return t, y
}

func mustDataset(t testing.TB, table Table, bins int) *Dataset {
	t.Helper()
	ds, err := NewDataset(table, bins)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func mustTrain(t testing.TB, ds *Dataset, y []float64, cfg Config) *Model {
	t.Helper()
	m, err := Train(context.Background(), ds, Target{Y: y}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rowOf(table Table, i int) []float64 {
	x := make([]float64, len(table.Columns))
	for f := range x {
		x[f] = table.Columns[f][i]
	}
	return x
}

// With one leaf row a bin, no penalty and rate 1, trees of full size repeat what they have seen.
func TestMemorises(t *testing.T) {
	t.Parallel()
	table, y := invented(1, 200)
	m := mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 20, Rate: 1, MaxLeaves: 200, CategoryL2: -1})
	for i := range y {
		if got := m.Predict(rowOf(table, i)); math.Abs(got-y[i]) > 1e-5 {
			t.Fatalf("row %d: %g, want %g", i, got, y[i])
		}
	}
}

// The first split of a tree is the one that an exhaustive search over all cuts, sides of what is missing and sets of
// categories finds to take away most squared error (twin).
func TestFirstSplitIsBest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(6, 40).Draw(rt, "n")
		table, y := invented(rapid.Uint64().Draw(rt, "seed"), n)
		for i := range table.Columns[3] {
			table.Columns[3][i] = math.Mod(table.Columns[3][i], 4) // few enough for all sets
		}
		ds, err := NewDataset(table, 0)
		if err != nil {
			rt.Fatal(err)
		}
		m, err := Train(context.Background(), ds, Target{Y: y}, Config{Trees: 1, Rate: 1, MaxLeaves: 2})
		if err != nil {
			rt.Fatal(err)
		}
		best := bestByHand(table, y)
		sse := 0.0
		for i := range y {
			d := m.Predict(rowOf(table, i)) - y[i]
			sse += d * d
		}
		if sse > best+1e-3*(1+best) { // gradients are rounded to 13 bits
			rt.Fatalf("squared error %g after the split, %g is possible", sse, best)
		}
	})
}

func bestByHand(table Table, y []float64) float64 {
	best := math.Inf(1)
	try := func(left func(i int) bool) {
		var n, s [2]float64
		for i := range y {
			k := 0
			if left(i) {
				k = 1
			}
			n[k]++
			s[k] += y[i]
		}
		if n[0] == 0 || n[1] == 0 {
			return
		}
		sse := 0.0
		for i := range y {
			k := 0
			if left(i) {
				k = 1
			}
			d := y[i] - s[k]/n[k]
			sse += d * d
		}
		best = math.Min(best, sse)
	}
	for f := range 3 {
		c := table.Columns[f]
		for _, cut := range append([]float64{math.Inf(1)}, c...) {
			try(func(i int) bool { return c[i] < cut })
			try(func(i int) bool { return c[i] < cut || math.IsNaN(c[i]) })
		}
	}
	for set := range 16 {
		try(func(i int) bool { return set>>int(table.Columns[3][i])&1 == 1 })
	}
	return best
}

// The model is the same for any number of goroutines, and another seed gives another.
func TestSameForAnyWorkers(t *testing.T) {
	t.Parallel()
	table, y := invented(2, 20_000)
	ds := mustDataset(t, table, 0)
	cfg := Config{Trees: 12, RowShare: 0.7, ColumnShare: 0.75, ColumnShareNode: 0.7, Seed: 5}
	first := mustTrain(t, ds, y, cfg)
	for _, workers := range []int{2, 3, 8} {
		cfg.Workers = workers
		if m := mustTrain(t, ds, y, cfg); !reflect.DeepEqual(m.Trees, first.Trees) {
			t.Errorf("%d goroutines gave another model", workers)
		}
	}
	cfg.Seed = 6
	if m := mustTrain(t, ds, y, cfg); reflect.DeepEqual(m.Trees, first.Trees) {
		t.Error("another seed gave the same model")
	}
}

// A monotone column never turns a prediction the wrong way, whatever the other columns are, also under sampling, smoothing
// and deep trees; and the constraint costs little where the truth keeps it.
func TestMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		table, y := invented(rapid.Uint64().Draw(rt, "seed"), 300)
		ds, err := NewDataset(table, 0)
		if err != nil {
			rt.Fatal(err)
		}
		m, err := Train(context.Background(), ds, Target{Y: y}, Config{
			Trees: 30, Rate: 0.3, MaxLeaves: rapid.IntRange(2, 40).Draw(rt, "leaves"), MinLeafRows: 3,
			Smooth: rapid.SampledFrom([]float64{0, 10}).Draw(rt, "smooth"), RowShare: 0.8,
			Objective: rapid.SampledFrom([]Objective{L2{}, L1{}, Quantile{0.8}, Huber{1}}).Draw(rt, "objective"),
			Monotone:  []int8{1, -1, 0, 0},
		})
		if err != nil {
			rt.Fatal(err)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "rows"), 1))
		for range 200 {
			x := []float64{r.NormFloat64(), r.NormFloat64(), float64(r.IntN(5)), float64(r.IntN(9))}
			was := m.Score(x)
			x[0] += r.ExpFloat64()
			more := m.Score(x)
			if more < was-1e-9 {
				rt.Fatalf("a rises and the score falls from %g to %g", was, more)
			}
			x[1] += r.ExpFloat64()
			if less := m.Score(x); less > more+1e-9 {
				rt.Fatalf("b rises and the score rises from %g to %g", more, less)
			}
		}
	})
}

// Columns of different interaction sets never meet on one path, and a column in no set stands alone.
func TestInteractionSets(t *testing.T) {
	t.Parallel()
	table, y := invented(3, 2000)
	m := mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 30, MaxLeaves: 16, Interactions: [][]int{{0, 2}, {2, 3}}})
	met := map[string]bool{}
	for _, tree := range m.Trees {
		var walk func(i int, path map[int]bool)
		walk = func(i int, path map[int]bool) {
			n := tree.Nodes[i]
			if n.Column < 0 {
				met[fmt.Sprint(path)] = true
				return
			}
			with := map[int]bool{n.Column: true}
			for f := range path {
				with[f] = true
			}
			walk(n.Left, with)
			walk(n.Right, with)
		}
		walk(0, map[int]bool{})
	}
	for path := range met {
		switch path {
		case "map[0:true]", "map[1:true]", "map[2:true]", "map[3:true]", "map[0:true 2:true]", "map[2:true 3:true]":
		default:
			t.Errorf("columns met on one path: %s", path)
		}
	}
	if !met["map[0:true 2:true]"] || !met["map[1:true]"] {
		t.Errorf("sets that may meet never did: %v", met)
	}
}

// Each objective brings its loss well below that of its best constant on rows it has not seen.
func TestObjectives(t *testing.T) {
	t.Parallel()
	table, raw := invented(4, 3000)
	ds := mustDataset(t, table, 0)
	r := rng.New(9, "noise")
	for _, c := range []struct {
		o  Objective
		to func(v float64) float64
	}{
		{L2{}, func(v float64) float64 { return v }},
		{L1{}, func(v float64) float64 { return v }},
		{Huber{2}, func(v float64) float64 { return v }},
		{Quantile{0.9}, func(v float64) float64 { return v + r.NormFloat64() }},
		{Poisson{}, func(v float64) float64 { return math.Floor(math.Exp(v/4) + r.Float64()) }},
		{Tweedie{1.3}, func(v float64) float64 { return math.Max(0, v) }},
		{Logistic{}, func(v float64) float64 { return math.Max(0, sign(v-1)) }},
		{Custom{Label: "l2", Derive: func(s, y float64) (float64, float64) { return s - y, 1 }, Losses: L2{}.Loss}, func(v float64) float64 { return v }},
	} {
		y := make([]float64, len(raw))
		for i := range y {
			y[i] = c.to(raw[i])
		}
		var rows, rest []int32
		for i := range int32(len(y)) {
			if i%3 == 0 {
				rest = append(rest, i)
			} else {
				rows = append(rows, i)
			}
		}
		m, err := Train(context.Background(), ds, Target{Y: y}, Config{Objective: c.o, Trees: 300, Rows: rows, ValidRows: rest, EarlyStop: 20, MinLeafRows: 10})
		if err != nil {
			t.Fatal(err)
		}
		got, constant, start := 0.0, 0.0, c.o.Start(y, nil, rows)
		for _, i := range rest {
			got += c.o.Loss(m.Score(rowOf(table, int(i))), y[i])
			constant += c.o.Loss(start, y[i])
		}
		floor := 0.0 // Poisson's and Tweedie's losses need not begin at 0
		if c.o.Name()[0] == 'p' || c.o.Name()[0] == 't' {
			for _, i := range rest {
				floor += c.o.Loss(math.Log(math.Max(y[i], 1e-9)), y[i])
			}
		}
		if !(got-floor < 0.6*(constant-floor)) {
			t.Errorf("%s: loss %g above its least, the constant's %g", c.o.Name(), got-floor, constant-floor)
		}
	}
}

// The file is read back to the same model, names its columns in every node, and can be read by people.
func TestModelFile(t *testing.T) {
	t.Parallel()
	table, y := invented(5, 500)
	for i := range y {
		y[i] = math.Max(0, sign(y[i]))
	}
	m := mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 5, Objective: Logistic{}})
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `{"column":"kind","in":[`) {
		t.Errorf("no readable node in %.300s", data)
	}
	back, err := ReadModel(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range y {
		if a, b := m.Predict(rowOf(table, i)), back.Predict(rowOf(table, i)); a != b {
			t.Fatalf("row %d: %g became %g", i, a, b)
		}
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(data) {
		t.Errorf("written again it differs, %v", err)
	}
}

// Predicting a row allocates nothing.
func TestPredictAllocatesNothing(t *testing.T) {
	table, y := invented(6, 500)
	m := mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 10})
	e := m.Explainer()
	x, phi := rowOf(table, 3), make([]float64, 4)
	if n := testing.AllocsPerRun(50, func() { m.Predict(x) }); n != 0 {
		t.Errorf("predicting allocates %g times", n)
	}
	m = mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 10, MaxDepth: 4})
	e = m.Explainer()
	if n := testing.AllocsPerRun(50, func() { e.Explain(x, phi) }); n != 0 {
		t.Errorf("explaining allocates %g times", n)
	}
}

// What makes no sense is refused with the column, row or option named; what says nothing gives a model of no trees.
func TestRefusals(t *testing.T) {
	t.Parallel()
	table, y := invented(7, 50)
	edit := func(f, i int, v float64) Table {
		u := Table{Names: table.Names, Categorical: table.Categorical}
		for g := range table.Columns {
			u.Columns = append(u.Columns, append([]float64(nil), table.Columns[g]...))
		}
		u.Columns[f][i] = v
		return u
	}
	for want, u := range map[string]Table{
		`column "a": row 7: the number is infinite`: edit(0, 7, math.Inf(1)),
		`column "kind": row 3: category code -1`:    edit(3, 3, -1),
		`column "kind": row 3: category code 0.5`:   edit(3, 3, 0.5),
		`1…32768 columns`:                           {},
		`column "b" has 1 rows`:                     {Names: []string{"a", "b"}, Columns: [][]float64{{1, 2}, {1}}},
	} {
		if _, err := NewDataset(u, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	ds := mustDataset(t, table, 0)
	for want, cfg := range map[string]Config{
		"rate is -1":                  {Rate: -1},
		`column "kind" cannot be`:     {Monotone: []int8{0, 0, 0, 1}},
		"interactions name column 9":  {Interactions: [][]int{{9}}},
		"needs rows to judge by":      {EarlyStop: 3},
		"entry 1 is row 2":            {Rows: []int32{2, 2}},
		"does not take":               {Objective: Logistic{}},
		"trees is -1":                 {Trees: -1},
		"a share of rows or columns":  {RowShare: 1.5},
		"max leaves is 1":             {MaxLeaves: 1},
		"10 monotone directions for ": {Monotone: make([]int8, 10)},
	} {
		if _, err := Train(context.Background(), ds, Target{Y: y}, cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	flat := make([]float64, 50)
	m := mustTrain(t, ds, flat, Config{})
	if len(m.Trees) != 0 || m.Predict(rowOf(table, 0)) != 0 {
		t.Errorf("a constant target gave %d trees", len(m.Trees))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, ds, Target{Y: y}, Config{}); err == nil {
		t.Error("a cancelled training went on")
	}
}

// A model learns a line from a handful of rows.
func ExampleTrain() {
	ds, err := NewDataset(Table{Names: []string{"x"}, Columns: [][]float64{{1, 2, 3, 4}}}, 0)
	if err != nil {
		panic(err)
	}
	m, err := Train(context.Background(), ds, Target{Y: []float64{10, 10, 20, 20}}, Config{Trees: 100})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.2f %.2f\n", m.Predict([]float64{1.5}), m.Predict([]float64{9}))
	// Output: 10.00 20.00
}
