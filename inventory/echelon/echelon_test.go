package echelon

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

// exhaustive tries every inbound time; promises follow, since a stage promises as late as its customers allow.
func exhaustive(w Network) float64 {
	m, _ := newModel(&w)
	si, s := make([]int, m.n), make([]int, m.n)
	best := math.Inf(1)
	var walk func(k int)
	walk = func(k int) {
		if k == m.n {
			for i := range m.n {
				s[i] = min(m.sHi[i], si[i]+m.lead[i])
				for _, a := range m.out(i) {
					s[i] = min(s[i], si[m.to[a]])
				}
			}
			best = math.Min(best, m.costOf(s, si))
			return
		}
		i := m.order[k]
		for si[i] = m.siLo[i]; si[i] <= m.siHi[i]; si[i]++ {
			walk(k + 1)
		}
	}
	walk(0)
	return best
}

// small draws a network of n stages and about so many arcs with short times.
func small(r *rand.Rand, n, arcs int) Network {
	w := Network{Stages: make([]Stage, n)}
	external := make([]float64, n)
	feeds := make([]bool, n)
	for range arcs {
		i := r.IntN(n - 1)
		a := Arc{i, i + 1 + r.IntN(n-1-i)}
		w.Arcs = append(w.Arcs, a)
		feeds[a.From] = true
	}
	for i := range w.Stages {
		w.Stages[i] = Stage{ID: fmt.Sprint("s", i), LeadTime: r.IntN(4), HoldingCost: 0.2 + 3*r.Float64(), MaxServiceTime: Unbounded, SupplierTime: r.IntN(5) / 4}
		if !feeds[i] || r.IntN(6) == 0 {
			external[i] = 1 + 9*r.Float64()
			w.Stages[i].MaxServiceTime = r.IntN(3)
		}
	}
	for i, s := range PoolSpread(w.Arcs, external) {
		w.Stages[i].Spread = s
	}
	return w
}

// TestPlaceTwin shows that placements of small networks, trees and not, cost what trying everything finds, and are proved.
func TestPlaceTwin(t *testing.T) {
	r := rng.New(5, "twin")
	cyclic, branched := 0, 0
	for trial := range 150 {
		n := 3 + r.IntN(4)
		w := small(r, n, n-1+r.IntN(5))
		p, err := Place(context.Background(), w, Options{Seed: uint64(trial)})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(w, p); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		want := exhaustive(w)
		if math.Abs(p.Cost-want) > 1e-7*want || p.Status != StatusOptimal {
			t.Fatalf("trial %d: %s at %g with bound %g, trying everything finds %g", trial, p.Status, p.Cost, p.Bound, want)
		}
		if p.Iterations > 0 {
			cyclic++
		}
		if p.Nodes > 1 {
			branched++
		}
	}
	if cyclic < 50 {
		t.Fatalf("only %d trials held a cycle", cyclic)
	}
	t.Logf("%d with cycles, %d needed branches", cyclic, branched)
}

// TestBranchAndBound shows that branches alone close the gap when hardly any message is passed before.
func TestBranchAndBound(t *testing.T) {
	r := rng.New(8, "branch")
	for trial := range 40 {
		w := small(r, 6, 9)
		m, _ := newModel(&w)
		s := newSearch(m, Options{Work: 1e8, Gap: 1e-9})
		b := m.wholeBox()
		if !m.tighten(b) {
			t.Fatal("an unbound box holds nothing")
		}
		root := &branch{box: b, g: newMessages(m)}
		s.branchOut(context.Background(), root, newTrees(s))
		if want := exhaustive(w); math.Abs(s.cost-want) > 1e-7*want || s.bound < want*(1-1e-7) {
			t.Fatalf("trial %d: cost %g, bound %g, trying everything finds %g", trial, s.cost, s.bound, want)
		}
	}
}

// TestSameAnswer shows that the seed and the network alone decide.
func TestSameAnswer(t *testing.T) {
	w := small(rng.New(3, "same"), 40, 90)
	a, err := Place(context.Background(), w, Options{Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Place(context.Background(), w, Options{Seed: 4})
	if fmt.Sprint(a.ServiceTimes, a.Bound) != fmt.Sprint(b.ServiceTimes, b.Bound) {
		t.Fatal("two runs differ")
	}
	if err := Check(w, a); err != nil {
		t.Fatal(err)
	}
}

// TestCheckCatches shows that Check refuses a placement with anything changed.
func TestCheckCatches(t *testing.T) {
	w := small(rng.New(3, "catch"), 12, 20)
	good, err := Place(context.Background(), w, Options{})
	if err != nil || Check(w, good) != nil {
		t.Fatal(err, Check(w, good))
	}
	for name, spoil := range map[string]func(p *Placement){
		"promise":  func(p *Placement) { p.ServiceTimes[11] += 9 },
		"waits":    func(p *Placement) { p.InboundTimes[11]++ },
		"net":      func(p *Placement) { p.NetTimes[3]++ },
		"stock":    func(p *Placement) { p.Stock[11]++ },
		"cost":     func(p *Placement) { p.Cost *= 0.99 },
		"bound":    func(p *Placement) { p.Bound = p.Cost * 1.01 },
		"negative": func(p *Placement) { p.ServiceTimes[0] = -1 },
	} {
		p := good
		p.ServiceTimes = append([]int(nil), good.ServiceTimes...)
		p.InboundTimes = append([]int(nil), good.InboundTimes...)
		p.NetTimes = append([]int(nil), good.NetTimes...)
		p.Stock = append([]float64(nil), good.Stock...)
		spoil(&p)
		if Check(w, p) == nil {
			t.Errorf("a spoilt %s went unnoticed", name)
		}
	}
}

// TestCycle shows that a network with a circle is answered with the circle and a way out.
func TestCycle(t *testing.T) {
	w := Network{Stages: []Stage{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}, Arcs: []Arc{{0, 1}, {1, 2}, {2, 1}, {2, 3}}}
	p, err := Place(context.Background(), w, Options{})
	if err != nil || p.Status != StatusInfeasible || Check(w, p) != nil {
		t.Fatal(p, err)
	}
	if !strings.Contains(p.Reasons[0], `"b" → "c" → "b"`) && !strings.Contains(p.Reasons[0], `"c" → "b" → "c"`) {
		t.Errorf("reason %q names another circle", p.Reasons[0])
	}
	if len(p.Relaxation) != 1 || !strings.Contains(p.Relaxation[0], `"c" to "b"`) {
		t.Errorf("relaxation %q", p.Relaxation)
	}
}

// TestBadStages shows that nonsense is refused with stage and field.
func TestBadStages(t *testing.T) {
	for want, s := range map[string]Stage{
		"lead time": {LeadTime: -1}, "holding cost": {HoldingCost: math.NaN()}, "spread": {Spread: math.Inf(1)},
		"service time": {MaxServiceTime: -2}, "supplier time": {SupplierTime: -1},
	} {
		_, err := Place(context.Background(), Network{Stages: []Stage{s}}, Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	p, err := Place(context.Background(), Network{Stages: []Stage{{LeadTime: 3}}}, Options{})
	if err != nil || p.Cost != 0 || p.Gap != 0 || p.Status != StatusOptimal {
		t.Errorf("zero holding cost: %+v, %v", p, err)
	}
}

// TestThrough shows that the divided way through the stock of a stage finds what the plain scan finds.
func TestThrough(t *testing.T) {
	r := rng.New(2, "through")
	for range 60 {
		rows, cols, lead := 200+r.IntN(300), 200+r.IntN(300), r.IntN(60)
		sLo, siLo := r.IntN(30), r.IntN(60)
		for sLo+rows-1 > siLo+cols-1+lead {
			rows--
		}
		cost := make([]float64, siLo+cols+lead)
		for i := range cost {
			cost[i] = 3 * math.Sqrt(float64(i))
		}
		in := make([]float64, cols)
		for i := range in {
			in[i] = 20 * r.Float64()
		}
		got := make([]float64, rows)
		throughWait(got, in, sLo, siLo, lead, cost)
		for k := range got {
			want := math.Inf(1)
			for c := range in {
				if net := siLo + c + lead - sLo - k; net >= 0 {
					want = math.Min(want, in[c]+cost[net])
				}
			}
			if math.Abs(got[k]-want) > 1e-12 {
				t.Fatalf("row %d: %g, scan %g", k, got[k], want)
			}
		}
		out, turned := in, make([]float64, rows)
		throughPromise(turned, out[:min(len(out), rows)], sLo, sLo, lead, cost2(sLo+rows+lead+cols), make([]float64, rows+cols))
		for k := range turned {
			want := math.Inf(1)
			for c := range out[:min(len(out), rows)] {
				if net := k + lead - c; net >= 0 {
					want = math.Min(want, out[c]+3*math.Sqrt(float64(net)))
				}
			}
			if math.Abs(turned[k]-want) > 1e-12 {
				t.Fatalf("turned row %d: %g, scan %g", k, turned[k], want)
			}
		}
	}
}

func cost2(n int) []float64 {
	c := make([]float64, n)
	for i := range c {
		c[i] = 3 * math.Sqrt(float64(i))
	}
	return c
}
