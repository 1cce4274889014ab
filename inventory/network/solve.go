package network

import (
	"context"
	"fmt"
	"math"
	"sort"
)

// Options bound the search; the zero value works and the work never depends on time.
type Options struct {
	Work int64   // elementary steps, about 3·10⁸ a second; 0 = 3·10⁹
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
		opt.Work = 3e9
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
	closed bool // every part was searched
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
		s.h.anneal(root.frac)
	default:
		s.h.local(8)
	}
	s.ascend(root, rootRounds/2)
	s.bound = math.Max(s.bound, root.bound)
	s.branch(root)
	if s.closed {
		s.bound = math.Max(s.bound, s.need())
		if s.m.whole || s.bound > s.cost-2*s.opt.Gap*math.Abs(s.cost) {
			s.bound = s.cost
		}
	}
}

// start puts each customer's multiplier at its second cheapest site.
func (s *search) start() []float64 {
	m := s.m
	u := make([]float64, m.m)
	for j := range u {
		first, second := math.Inf(1), math.Inf(1)
		for i := range m.n {
			if c := m.cost[i*m.m+j]; c < first {
				first, second = c, first
			} else if c < second {
				second = c
			}
		}
		if u[j] = second; math.IsInf(second, 1) {
			u[j] = first
		}
	}
	return u
}

const (
	rootRounds  = 1200
	childRounds = 60
)

// ascend raises the bound of a part by subgradient steps along a damped direction (Camerini, Fratta & Maffioli 1975) and
// tries choices on the way. Sites that cannot be in a better choice are fixed.
func (s *search) ascend(x *part, rounds int) {
	u := append([]float64(nil), x.u...)
	clear(s.dir)
	clear(s.mean)
	clear(s.over)
	best, still, scale := math.Inf(-1), 0, 1.5
	if rounds <= childRounds {
		scale = 0.5
	}
	weight := 0.0
	for k := 0; k < rounds && !s.spent(); k++ {
		value := s.d.evaluate(x, u)
		s.calls++
		if math.IsInf(value, 1) {
			x.bound = value
			return
		}
		if value > best+1e-7*math.Abs(best) {
			still = 0
		} else if still++; still >= 20 {
			scale /= 1.6
			still = 0
			copy(u, s.best)
			clear(s.dir)
			value = s.d.evaluate(x, u)
		}
		if value > best {
			best = value
			copy(s.best, u)
			s.fix(x, value)
		}
		weight = weight*0.95 + 1
		for i, y := range s.d.y {
			s.mean[i] += (y - s.mean[i]) / weight
		}
		for j, v := range s.d.served {
			s.over[j] += (v - s.over[j]) / weight
		}
		if best >= s.need() || scale < 2e-4 {
			break
		}
		if k%20 == 0 || (rounds > childRounds && k < 20) {
			s.h.try(s.d.y, x)
		}
		if !s.move(u, value, scale) {
			s.h.try(s.d.y, x)
			break
		}
	}
	x.bound = math.Max(x.bound, best)
	copy(x.u, s.best)
	x.frac, x.over = append(x.frac[:0], s.mean...), append(x.over[:0], s.over...)
}

// move makes one step; false means that every customer is served just once, so that the choice is best for its part.
func (s *search) move(u []float64, value, scale float64) bool {
	norm := 0.0
	for j := range u {
		s.dir[j] = (1 - s.d.served[j]) + 0.7*s.dir[j]
		norm += s.dir[j] * s.dir[j]
	}
	if norm < 1e-14 {
		return false
	}
	target := s.cost
	if math.IsInf(target, 1) {
		target = value + 0.1*math.Abs(value) + 1
	}
	length := scale * math.Max(target-value, 1e-6*math.Abs(target)) / norm
	for j := range u {
		u[j] += length * s.dir[j]
	}
	return true
}

// fix settles free sites whose other choice would lift the bound to the best cost.
func (s *search) fix(x *part, value float64) {
	m, d := s.m, s.d
	need := s.need()
	if m.p.Open > 0 {
		in, out := math.Inf(-1), math.Inf(1) // dearest site in, cheapest out
		for i := range m.n {
			if x.site[i] == free && d.y[i] == 1 {
				in = math.Max(in, d.rho[i])
			} else if x.site[i] == free {
				out = math.Min(out, d.rho[i])
			}
		}
		for i := range m.n {
			switch {
			case x.site[i] != free:
			case d.y[i] == 1 && value-d.rho[i]+out >= need:
				x.site[i] = opened
			case d.y[i] == 0 && value+d.rho[i]-in >= need:
				x.site[i] = closed
			}
		}
		return
	}
	// Without the row that demands room, which only raises the bound, a site costs what it says.
	base := value
	if m.limited {
		base = m.constant
		for _, v := range s.best { // where value was reached just now
			base += v
		}
		for i := range m.n {
			if x.site[i] == opened || (x.site[i] == free && d.rho[i] < 0) {
				base += d.rho[i]
			}
		}
	}
	for i := range m.n {
		switch {
		case x.site[i] != free:
		case d.rho[i] < 0 && base-d.rho[i] >= need:
			x.site[i] = opened
		case d.rho[i] > 0 && base+d.rho[i] >= need:
			x.site[i] = closed
		}
	}
}

// branch searches the parts depth first, the more promising child first.
func (s *search) branch(root *part) {
	stack := []*part{root}
	for len(stack) > 0 {
		if s.spent() {
			whole := s.cost
			for _, x := range stack {
				whole = math.Min(whole, x.bound)
			}
			s.bound = math.Max(s.bound, whole)
			return
		}
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x.bound >= s.need() {
			continue
		}
		s.nodes++
		for _, child := range s.split(x) {
			child.bound = x.bound
			s.ascend(child, childRounds)
			if child.bound < s.need() {
				stack = append(stack, child)
			}
		}
		if n := len(stack); n >= 2 && stack[n-2].bound < stack[n-1].bound && len(stack[n-1].site) > 0 {
			stack[n-1], stack[n-2] = stack[n-2], stack[n-1]
		}
	}
	s.closed = true
}

// split halves a part: on the site whose choice wavered most, then, for single sources, on an assignment. A part whose sites
// are all fixed is solved exactly where customers may be shared, and gives no children.
func (s *search) split(x *part) []*part {
	at, most := -1, -1.0
	for i, v := range x.site {
		if v == free {
			if waver := 0.5 - math.Abs(0.5-x.frac[i]); waver > most {
				at, most = i, waver
			}
		}
	}
	if at >= 0 {
		in, out := x.child(), x.child()
		in.site[at], out.site[at] = opened, closed
		return []*part{out, in}
	}
	if !s.m.single {
		s.h.exact(x)
		return nil
	}
	return s.splitCustomer(x)
}

func (x *part) child() *part {
	return &part{site: append([]int8(nil), x.site...), out: x.out, u: append([]float64(nil), x.u...), frac: append([]float64(nil), x.frac...), over: x.over}
}

// splitCustomer takes the customer whose times served strayed furthest and asks whether its best site serves it.
func (s *search) splitCustomer(x *part) []*part {
	m := s.m
	at, site, most := -1, -1, -1.0
	for j := range m.m {
		sites, best := 0, -1
		for i := range m.n {
			if x.site[i] != opened || (x.out != nil && x.out[i*m.m+j]) || math.IsInf(m.cost[i*m.m+j], 1) {
				continue
			}
			sites++
			if best < 0 || m.cost[i*m.m+j] < m.cost[best*m.m+j] {
				best = i
			}
		}
		if sites == 0 {
			return nil
		}
		if stray := math.Abs(1-x.over[j]) * m.demand[j]; sites > 1 && stray > most {
			at, site, most = j, best, stray
		}
	}
	if at < 0 {
		s.h.exact(x)
		return nil
	}
	yes, no := x.child(), x.child()
	yes.out, no.out = make([]bool, m.n*m.m), make([]bool, m.n*m.m)
	copy(yes.out, x.out)
	copy(no.out, x.out)
	for i := range m.n {
		yes.out[i*m.m+at] = i != site
	}
	no.out[site*m.m+at] = true
	return []*part{no, yes}
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
