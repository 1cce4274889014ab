package gbdt

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"math/bits"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func golden(t testing.TB) *Model {
	t.Helper()
	data, err := os.ReadFile("testdata/xgb_german_numeric.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ImportXGBoost(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An imported XGBoost model gives XGBoost's margins, probabilities and path-dependent TreeSHAP values to 1e-6.
func TestGoldenTreeSHAP(t *testing.T) {
	t.Parallel()
	m := golden(t)
	e := m.Explainer()
	f, err := os.Open("testdata/treeshap_german_numeric.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	phi := make([]float64, 7)
	for _, line := range lines[1:] {
		v := make([]float64, len(line))
		for j, s := range line {
			if v[j], err = strconv.ParseFloat(s, 64); err != nil {
				v[j] = math.NaN()
			}
		}
		x := v[1:8]
		e.Explain(x, phi)
		if math.Abs(m.Score(x)-v[8]) > 1e-6 || math.Abs(m.Predict(x)-v[9]) > 1e-6 || math.Abs(e.Bias()-v[17]) > 1e-6 {
			t.Fatalf("row %s: margin %g, probability %g, bias %g; want %g, %g, %g", line[0], m.Score(x), m.Predict(x), e.Bias(), v[8], v[9], v[17])
		}
		for j := range phi {
			if math.Abs(phi[j]-v[10+j]) > 1e-6 {
				t.Fatalf("row %s, column %s: %g, want %g", line[0], m.Names[j], phi[j], v[10+j])
			}
		}
	}
}

// The interaction values of one row are XGBoost's to 1e-6.
func TestGoldenInteractions(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/treeshap_interactions_row.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Interactions [][]float64 }
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 49)
	golden(t).Explainer().Interactions([]float64{12, 3059, 2, 4, 61, 1, 1}, out)
	for i := range 7 {
		for j := range 7 {
			if math.Abs(out[i*7+j]-want.Interactions[i][j]) > 1e-6 {
				t.Errorf("%d, %d: %g, want %g", i, j, out[i*7+j], want.Interactions[i][j])
			}
		}
	}
}

// Values and interactions are those of the definition, summed over all sets of columns (twin), for tabled and for deep
// trees alike, and values add up to the score.
func TestShapleyByDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		table, y := invented(rapid.Uint64().Draw(rt, "seed"), 80)
		ds, err := NewDataset(table, 0)
		if err != nil {
			rt.Fatal(err)
		}
		m, err := Train(context.Background(), ds, Target{Y: y}, Config{Trees: 3, MaxLeaves: rapid.SampledFrom([]int{4, 16, 75}).Draw(rt, "leaves"), RowShare: 0.9})
		if err != nil {
			rt.Fatal(err)
		}
		e, f := m.Explainer(), 4
		x := rowOf(table, rapid.IntRange(0, 79).Draw(rt, "row"))
		worth := make([]float64, 1<<f)
		for set := range worth {
			worth[set] = m.Start
			for _, tree := range m.Trees {
				worth[set] += averaged(tree.Nodes, 0, x, set)
			}
		}
		phi, inter := make([]float64, f), make([]float64, f*f)
		e.Explain(x, phi)
		e.Interactions(x, inter)
		sum := e.Bias()
		for i := range f {
			sum += phi[i]
			want := 0.0
			for set := range worth {
				if set>>i&1 == 0 {
					want += factorial(bits.OnesCount(uint(set))) * factorial(f-1-bits.OnesCount(uint(set))) / factorial(f) * (worth[set|1<<i] - worth[set])
				}
			}
			if math.Abs(phi[i]-want) > 1e-9 {
				rt.Fatalf("column %d: %g, want %g", i, phi[i], want)
			}
			for j := range f {
				if i == j {
					continue
				}
				want := 0.0
				for set := range worth {
					if set>>i&1 == 0 && set>>j&1 == 0 {
						n := bits.OnesCount(uint(set))
						want += factorial(n) * factorial(f-2-n) / (2 * factorial(f-1)) *
							(worth[set|1<<i|1<<j] - worth[set|1<<i] - worth[set|1<<j] + worth[set])
					}
				}
				if math.Abs(inter[i*f+j]-want) > 1e-9 {
					rt.Fatalf("columns %d and %d: %g, want %g", i, j, inter[i*f+j], want)
				}
			}
		}
		if math.Abs(sum-m.Score(x)) > 1e-9 {
			rt.Fatalf("values add up to %g, the score is %g", sum, m.Score(x))
		}
	})
}

// averaged is the tree's mean over the covers where columns outside the set are unknown.
func averaged(nodes []Node, i int, x []float64, set int) float64 {
	n := &nodes[i]
	if n.Column < 0 {
		return n.Value
	}
	if set>>n.Column&1 == 1 {
		return averaged(nodes, []int{n.Left, n.Right}[nodeTurn(n, x[n.Column])], x, set)
	}
	l, r := nodes[n.Left].Cover, nodes[n.Right].Cover
	return (l*averaged(nodes, n.Left, x, set) + r*averaged(nodes, n.Right, x, set)) / (l + r)
}

func factorial(n int) float64 { return math.Gamma(float64(n) + 1) }

// Rows explained together are explained as each alone.
func TestExplainRows(t *testing.T) {
	t.Parallel()
	table, y := invented(8, 150)
	m := mustTrain(t, mustDataset(t, table, 0), y, Config{Trees: 4, MaxLeaves: 12})
	e := m.Explainer()
	all, one := make([]float64, 140*4), make([]float64, 4)
	if err := e.ExplainRows(table.Columns, 5, 145, all); err != nil {
		t.Fatal(err)
	}
	for i := range 140 {
		e.Explain(rowOf(table, 5+i), one)
		for j := range one {
			if all[i*4+j] != one[j] {
				t.Fatalf("row %d, column %d: %g together, %g alone", 5+i, j, all[i*4+j], one[j])
			}
		}
	}
}

// A threshold in double precision parts doubles exactly as XGBoost's parts their roundings.
func TestWidened(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		at := float32(rapid.Float64Range(-1e6, 1e6).Draw(rt, "at"))
		x := float64(at) * (1 + rapid.Float64Range(-2e-7, 2e-7).Draw(rt, "off"))
		if (x < widened(at)) != (float32(x) < at) {
			rt.Fatalf("%g at %g", x, at)
		}
	})
}

// Whatever bytes come, both readers give an error or a model whose walks end and whose values add up.
func FuzzReaders(f *testing.F) {
	data, err := os.ReadFile("testdata/xgb_german_numeric.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:len(data)/8])
	table, y := invented(1, 30)
	ds, err := NewDataset(table, 0)
	if err != nil {
		f.Fatal(err)
	}
	m, err := Train(context.Background(), ds, Target{Y: y}, Config{Trees: 2})
	if err != nil {
		f.Fatal(err)
	}
	own, err := json.Marshal(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(own)
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ReadModel(bytes.NewReader(data)); err == nil && len(m.Names) < 100 {
			m.Explainer().Explain(make([]float64, len(m.Names)), make([]float64, len(m.Names)))
			m.Score(make([]float64, len(m.Names)))
		}
		if m, err := ImportXGBoost(data); err == nil && len(m.Names) < 100 {
			m.Score(make([]float64, len(m.Names)))
		}
	})
}
