package echelon

import (
	"context"
	"fmt"
	"math"
)

// Options bound the search; the zero value works.
type Options struct {
	// Work is how many elementary steps may be spent, about 10⁹ a second; 0 = 2·10¹⁰. A tree is solved whatever it takes.
	Work int64
	// Gap is the relative gap at which a placement counts as optimal, 0 = 1e-9.
	Gap float64
	// Seed chooses the spanning trees of the local search.
	Seed uint64
	// Progress is told cost and bound as they improve; nil = nobody listens.
	Progress func(cost, bound float64)
}

// Place gives each stage the service time that makes all safety stock cheapest. A network with a cycle is answered with
// StatusInfeasible and its reasons. An error names a field that makes no sense. When ctx ends before a proof, the best
// placement so far is given with its bound, unless there is none yet. Work is O(N·M²) on a forest, M the longest time.
func Place(ctx context.Context, w Network, opt Options) (Placement, error) {
	if err := w.Validate(); err != nil {
		return Placement{}, err
	}
	if opt.Work < 0 || !(opt.Gap >= 0) {
		return Placement{}, fmt.Errorf("echelon: options %+v: nothing may be negative", opt)
	}
	if opt.Work == 0 {
		opt.Work = 2e10
	}
	if opt.Gap == 0 {
		opt.Gap = 1e-9
	}
	m, cycle := newModel(&w)
	if cycle != nil {
		out := Placement{Status: StatusInfeasible}
		out.Reasons, out.Relaxation = cycleReasons(&w, cycle)
		return out, nil
	}
	if longest := m.longest(); longest > MaxPeriods {
		return Placement{}, fmt.Errorf("echelon: the longest chain takes %d periods, the most is %d; plan in longer periods", longest, MaxPeriods)
	}
	if err := ctx.Err(); err != nil {
		return Placement{}, err
	}
	s := newSearch(m, opt)
	if s.tree() {
		s.solveTree()
	} else {
		s.run(ctx)
	}
	return s.placement(&w), nil
}

// search holds the best placement and bound.
type search struct {
	m      *model
	opt    Options
	work   int64
	s, si  []int
	cost   float64
	bound  float64
	prices [][]float64
	passes int
	nodes  int
}

func newSearch(m *model, opt Options) *search {
	s := &search{m: m, opt: opt, s: make([]int, m.n), si: append([]int(nil), m.siLo...), bound: 0}
	s.cost = m.costOf(s.s, s.si)
	return s
}

// costOf is the cost of times that keep every arc.
func (m *model) costOf(s, si []int) float64 {
	total := 0.0
	for i := range m.n {
		total += m.cost[i][si[i]+m.lead[i]-s[i]]
	}
	return total
}

// settle lowers every inbound time to what its suppliers promise, raises every promise to what customers wait for anyway,
// and gives the cost. It never costs more.
func (m *model) settle(s, si []int) float64 {
	for _, i := range m.order {
		si[i] = m.siLo[i]
		for _, a := range m.in(i) {
			si[i] = max(si[i], s[m.from[a]])
		}
		s[i] = min(s[i], si[i]+m.lead[i])
	}
	for k := m.n - 1; k >= 0; k-- {
		i := m.order[k]
		free := min(m.sHi[i], si[i]+m.lead[i])
		for _, a := range m.out(i) {
			free = min(free, si[m.to[a]])
		}
		s[i] = max(s[i], free)
	}
	return m.costOf(s, si)
}

// offer keeps times that are cheaper than the best.
func (s *search) offer(times, inbound []int) bool {
	cost := s.m.settle(times, inbound)
	if cost >= s.cost {
		return false
	}
	s.cost = cost
	copy(s.s, times)
	copy(s.si, inbound)
	s.tell()
	return true
}

func (s *search) tell() {
	if s.opt.Progress != nil {
		s.opt.Progress(s.cost, s.bound)
	}
}

func (s *search) proved() bool { return s.cost-s.bound <= s.opt.Gap*s.cost }

// tree says whether the arcs hold no cycle even when their direction is ignored.
func (s *search) tree() bool {
	u := newUnion(s.m.n)
	for a := range s.m.from {
		if !u.join(s.m.from[a], s.m.to[a]) {
			return false
		}
	}
	return true
}

func (s *search) solveTree() {
	f := newForest(s.m)
	for a := range f.chosen {
		f.chosen[a] = true
	}
	f.root()
	b := s.m.wholeBox()
	s.m.tighten(b)
	times, inbound := make([]int, s.m.n), make([]int, s.m.n)
	s.bound = f.solve(b, times, inbound)
	s.nodes = 1
	s.offer(times, inbound)
	s.bound = min(s.bound, s.cost)
}

func (s *search) placement(w *Network) Placement {
	m := s.m
	p := Placement{
		Status: StatusFeasible, ServiceTimes: s.s, InboundTimes: s.si, NetTimes: make([]int, m.n), Stock: make([]float64, m.n),
		Cost: s.cost, Bound: min(s.bound, s.cost), Prices: s.prices, Iterations: s.passes, Nodes: s.nodes,
	}
	for i := range m.n {
		p.NetTimes[i] = s.si[i] + m.lead[i] - s.s[i]
		p.Stock[i] = w.Stages[i].Spread * math.Sqrt(float64(p.NetTimes[i]))
	}
	zero := make([]int, m.n)
	p.ZeroCost = m.costOf(zero, m.siLo)
	if p.Cost > 0 {
		p.Gap = (p.Cost - p.Bound) / p.Cost
	}
	if s.proved() {
		p.Status = StatusOptimal
	}
	return p
}

// union is a disjoint-set forest with path halving.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) find(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

// join says whether the two were apart.
func (u union) join(i, j int) bool {
	i, j = u.find(i), u.find(j)
	u[i] = j
	return i != j
}
