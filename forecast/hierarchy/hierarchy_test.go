package hierarchy

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// small is total = A + B, A = 0+1+2, B = 3+4, and a crossed group 0+3.
func small() *Tree {
	return &Tree{Bottom: 5, Sums: [][]int{{0, 1, 2, 3, 4}, {0, 1, 2}, {3, 4}, {0, 3}}, Levels: []int{0, 0, 0, 0, 0, 2, 1, 1, 3}}
}

// The projection equals the published S(SᵀW⁻¹S)⁻¹SᵀW⁻¹ŷ (Wickramasuriya et al. 2019, equation 8), worked densely, for any weights.
func TestEqualsDenseFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := small()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := tree.Nodes()
		base, rows := make([]float64, n), make([][]float64, n)
		for i := range base {
			base[i] = 10 * r.NormFloat64()
			for range 12 {
				rows[i] = append(rows[i], (1+float64(i))*r.NormFloat64())
			}
		}
		minT, err := MinT(tree, rows)
		if err != nil {
			t.Fatal(err)
		}
		wls, _ := WLS(tree, rows)
		for name, w := range map[string]Weights{"ols": OLS(tree), "structural": Structural(tree), "wls": wls, "mint": minT} {
			got, err := Reconcile(tree, w, base, false)
			if err != nil {
				t.Fatal(err)
			}
			want := denseFormula(tree, w, base)
			for i := range got {
				if math.Abs(got[i]-want[i]) > 1e-6*(1+math.Abs(want[i])) {
					t.Fatalf("%s, node %d: %v, formula %v", name, i, got[i], want[i])
				}
			}
		}
	})
}

func denseFormula(tree *Tree, w Weights, base []float64) []float64 {
	n, b := tree.Nodes(), tree.Bottom
	s, cov := mat.NewDense(n, b, nil), mat.NewDense(n, n, nil)
	for i := range b {
		s.Set(i, i, 1)
	}
	for i, sum := range tree.Sums {
		for _, k := range sum {
			s.Set(b+i, k, 1)
		}
	}
	unit, column := make([]float64, n), make([]float64, n)
	for j := range n {
		clear(unit)
		unit[j] = 1
		w.times(unit, column)
		cov.SetCol(j, column)
	}
	var inverse, sw, sws, inner, p, out mat.Dense
	if err := inverse.Inverse(cov); err != nil {
		panic(err)
	}
	sw.Mul(s.T(), &inverse)
	sws.Mul(&sw, s)
	if err := inner.Inverse(&sws); err != nil {
		panic(err)
	}
	p.Mul(&inner, &sw)
	out.Mul(s, mat.NewDense(b, 1, mat.Col(nil, 0, product(&p, base))))
	return mat.Col(nil, 0, &out)
}

func product(p *mat.Dense, v []float64) *mat.Dense {
	var out mat.Dense
	out.Mul(p, mat.NewDense(len(v), 1, append([]float64(nil), v...)))
	return &out
}

// Whatever the base, the answer adds up; non-negative ones have nothing below zero; and coherent bases stay as they are.
func TestCoherent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := small()
		base := rapid.SliceOfN(rapid.Float64Range(-50, 100), tree.Nodes(), tree.Nodes()).Draw(t, "base")
		out, err := Reconcile(tree, Structural(tree), base, true)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Incoherence(out) > 1e-9 {
			t.Fatalf("incoherent by %v", tree.Incoherence(out))
		}
		for i, v := range out {
			if v < 0 {
				t.Fatalf("node %d is %v", i, v)
			}
		}
		again, err := Reconcile(tree, OLS(tree), out, true)
		if err != nil {
			t.Fatal(err)
		}
		for i := range out {
			if math.Abs(again[i]-out[i]) > 1e-7*(1+out[i]) {
				t.Fatalf("a coherent base moved: %v to %v", out, again)
			}
		}
	})
}

// The three simple ways keep what they promise, and a middle level that does not cover everything is refused.
func TestSimpleWays(t *testing.T) {
	t.Parallel()
	tree := small()
	base := []float64{1, 2, 3, 4, 5, 30, 12, 8, 9}
	up := tree.BottomUp(base)
	if up[5] != 15 || up[8] != 5 {
		t.Errorf("bottom-up %v", up)
	}
	down, err := tree.TopDown(base, 5, []float64{1, 1, 1, 1, 2})
	if err != nil || down[4] != 10 || down[5] != 30 {
		t.Errorf("top-down %v, %v", down, err)
	}
	middle, err := tree.MiddleOut(base, 1, []float64{1, 2, 1, 3, 1})
	if err != nil || middle[1] != 6 || middle[3] != 6 || middle[5] != 20 {
		t.Errorf("middle-out %v, %v", middle, err)
	}
	two := &Tree{Bottom: 2, Sums: [][]int{{0, 1}}, Levels: []int{0, 0, 1}}
	levels, err := two.LevelConditional([]float64{4, 2, 10}, []float64{1, 1})
	if err != nil || levels[0] != 4.5 || levels[1] != 3.5 || levels[2] != 8 { // means of (4, 2) and (5, 5)
		t.Errorf("level by level %v, %v", levels, err)
	}
	if _, err := tree.MiddleOut(base, 3, []float64{1, 1, 1, 1, 1}); !errors.Is(err, ErrTree) {
		t.Errorf("a level that misses series gave %v", err)
	}
}

// A year's months, quarters and total become one forecast.
func TestTemporal(t *testing.T) {
	t.Parallel()
	tree, err := Temporal(12, 3, 12)
	if err != nil || tree.Nodes() != 17 {
		t.Fatal(err, tree.Nodes())
	}
	base := make([]float64, 17)
	for i := range base {
		base[i] = 10
	}
	base[16] = 240
	out, err := Reconcile(tree, Structural(tree), base, true)
	if err != nil || tree.Incoherence(out) > 1e-12 || out[16] <= 120 || out[16] >= 240 {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := Temporal(12, 5); !errors.Is(err, ErrTree) {
		t.Errorf("blocks that do not fit gave %v", err)
	}
}

// Forty thousand nodes of a four-level tree are reconciled as sparse sums.
func TestLargeTree(t *testing.T) {
	t.Parallel()
	const bottom = 39_000
	tree := &Tree{Bottom: bottom}
	for _, size := range []int{bottom, 3_900, 390, 39} {
		for from := 0; from < bottom; from += size {
			sum := make([]int, size)
			for k := range sum {
				sum[k] = from + k
			}
			tree.Sums = append(tree.Sums, sum)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	base := make([]float64, tree.Nodes())
	for i := range bottom {
		base[i] = r.ExpFloat64()
	}
	tree.Aggregate(base)
	for i := range base {
		base[i] *= 1 + 0.1*r.NormFloat64()
	}
	out, err := Reconcile(tree, Structural(tree), base, true)
	if err != nil || tree.Incoherence(out) > 1e-9 {
		t.Errorf("%v, incoherent by %v", err, tree.Incoherence(out))
	}
}

// Shrinking to the end leaves the variances alone, which is WLS; asking for less than there is changes nothing.
func TestShrunk(t *testing.T) {
	t.Parallel()
	tree := &Tree{Bottom: 2, Sums: [][]int{{0, 1}}}
	errors := [][]float64{{1, -2, 1.5, 0.5}, {2, -1, 1, -0.5}, {3, -2.5, 2, 0.25}}
	w, err := MinT(tree, errors)
	if err != nil {
		t.Fatal(err)
	}
	diagonal, err := WLS(tree, errors)
	if err != nil {
		t.Fatal(err)
	}
	base := []float64{3, 4, 9}
	a, err := Reconcile(tree, w.Shrunk(1), base, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Reconcile(tree, diagonal, base, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			t.Errorf("node %d: %v, WLS %v", i, a[i], b[i])
		}
	}
	if same := w.Shrunk(w.Shrink / 2); same.Shrink != w.Shrink {
		t.Errorf("shrunk from %v to %v", w.Shrink, same.Shrink)
	}
}
