package network

import (
	"context"
	"fmt"
	"math"
	"sort"
)

// Options bound the search; the zero value works and the work never depends on time.
type Options struct {
	Work int64   // elementary steps, about 2·10⁸ a second; 0 = 2·10⁹
	Gap  float64 // relative gap that counts as optimal, 0 = 1e-7
	Seed uint64
	// Progress is told cost and bound as they improve; nil = nobody listens.
	Progress func(cost, bound float64)
}

// Solve chooses sites and assignments at least cost. A problem without a choice is answered with reasons and the smallest
// relaxations that can be named; an error names a field that makes no sense. When ctx ends, the best choice so far is given.
func Solve(ctx context.Context, p Problem, opt Options) (Choice, error) {
	if err := p.Validate(); err != nil {
		return Choice{}, err
	}
	if opt.Work < 0 || !(opt.Gap >= 0) {
		return Choice{}, fmt.Errorf("network: options %+v: nothing may be negative", opt)
	}
	if opt.Work == 0 {
		opt.Work = 2e9
	}
	if opt.Gap == 0 {
		opt.Gap = 1e-7
	}
	if reasons, relaxation := p.infeasible(); reasons != nil {
		return Choice{Status: StatusInfeasible, Reasons: reasons, Relaxation: relaxation}, nil
	}
	s := newSearch(newModel(&p), opt)
	s.run(ctx)
	return s.choice(), nil
}

// search is the state of the branch and bound.
type search struct {
	ctx    context.Context
	m      *model
	opt    Options
	d      *dual
	h      *heuristic
	cost   float64
	open   []bool
	serves [][]Share
	bound  float64
	nodes  int
	calls  int
	dir    []float64
	best   []float64
	mean   []float64
	over   []float64
	agree  *agreement // filled while not nil
	closed bool       // every part was searched
	part   bool       // it searches a region of another's
}

func newSearch(m *model, opt Options) *search {
	s := &search{m: m, opt: opt, d: newDual(m), cost: math.Inf(1), dir: make([]float64, m.m), best: make([]float64, m.m),
		mean: make([]float64, m.n), over: make([]float64, m.m)}
	s.h = newHeuristic(s)
	return s
}

func (s *search) steps() int64 { return s.d.steps + s.h.steps }

// spent says whether to stop: no work left, or nobody waits any more.
func (s *search) spent() bool { return s.steps() > s.opt.Work || s.ctx.Err() != nil }

// need is the bound that proves a part no better than the best choice.
func (s *search) need() float64 {
	if s.m.whole && s.cost < 1e15 {
		return s.cost - 1 + 1e-6
	}
	return s.cost - s.opt.Gap*math.Abs(s.cost)
}

// offer keeps a better choice.
func (s *search) offer(open []bool, serves [][]Share, cost float64) bool {
	if cost >= s.cost-1e-9*math.Abs(s.cost) {
		return false
	}
	s.cost = cost
	s.open = append(s.open[:0], open...)
	s.serves = make([][]Share, len(serves))
	for j := range serves {
		s.serves[j] = append([]Share(nil), serves[j]...)
	}
	if s.opt.Progress != nil {
		s.opt.Progress(cost, s.bound)
	}
	return true
}

// Where customers have one site each, the search for choices may take so many parts of the work: chance, the branches before
// regions are searched, and regions.
const (
	annealShare = 12
	firstShare  = 4
	mendShare   = 2
)

func (s *search) run(ctx context.Context) {
	s.ctx = ctx
	m := s.m
	root := &part{site: make([]int8, m.n), u: s.start()}
	for i, site := range m.p.Sites {
		if site.Keep {
			root.site[i] = opened
		}
		if site.Shut {
			root.site[i] = closed
		}
	}
	s.ascend(root, rootRounds)
	s.bound = root.bound
	switch {
	case root.bound >= s.need():
	case m.single:
		s.dive(root)
		s.h.anneal(root, s.opt.Work/annealShare)
	default:
		s.h.local(8)
	}
	s.ascend(root, rootRounds/2)
	s.bound = math.Max(s.bound, root.bound)
	waiting := &parts{root}
	if m.single && !s.part {
		s.branch(waiting, s.opt.Work/firstShare)
		if !s.closed {
			s.mend(root, s.opt.Work/mendShare)
		}
	}
	s.branch(waiting, s.opt.Work)
	if s.closed {
		s.bound = math.Max(s.bound, s.need())
		if s.m.whole || s.bound > s.cost-2*s.opt.Gap*math.Abs(s.cost) {
			s.bound = s.cost
		}
	}
}

func (s *search) choice() Choice {
	c := Choice{Bound: s.bound, Nodes: s.nodes, Iterations: s.calls}
	if math.IsInf(s.cost, 1) {
		c.Status = StatusUnknown
		if s.closed {
			c.Status = StatusInfeasible
			c.Reasons = []string{"no set of sites within the numbers and capacities given can serve all customers"}
			c.Relaxation = []string{"open more sites, raise capacities, or let customers be served by several sites"}
		}
		return c
	}
	c.Status, c.Cost, c.Serves = StatusFeasible, s.cost, s.serves
	c.Bound = math.Min(c.Bound, s.cost)
	for i, open := range s.open {
		if open {
			c.Open = append(c.Open, i)
		}
	}
	for j := range c.Serves {
		sort.Slice(c.Serves[j], func(a, b int) bool { return c.Serves[j][a].Site < c.Serves[j][b].Site })
	}
	if c.Cost > 0 {
		c.Gap = (c.Cost - c.Bound) / c.Cost
	}
	if c.Gap <= s.opt.Gap*2 {
		c.Status = StatusOptimal
	}
	return c
}
