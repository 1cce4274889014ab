package echelon

import (
	"context"
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// run finds the placement of a network with cycles: messages for the bound, tree moves for the plan, branches for the proof.
func (s *search) run(ctx context.Context) {
	b := s.m.wholeBox()
	s.m.tighten(b)
	t := newTrees(s)
	s.polish(t, 4)
	root := &branch{box: b, g: newMessages(s.m)}
	s.ascend(ctx, root, t, 20)
	s.bound, s.prices = max(0, root.bound), root.prices
	s.tell()
	s.branchOut(ctx, root, t)
}

// branch is a part of the choices with the messages reached there.
type branch struct {
	box    box
	g      *messages
	bound  float64
	prices [][]float64
	done   bool
}

const (
	boundEvery = 10   // passes between two looks at the bound, more often at first
	stillShare = 1e-6 // of the cost: a bound that rises by less stands still
)

// ascend passes messages until the bound of the branch reaches the cost or stands still for so many looks.
func (s *search) ascend(ctx context.Context, x *branch, t *trees, patience int) {
	m := s.m
	x.bound = math.Max(x.bound, 0)
	for pass, still := 1, 0; (pass == 1 || s.work < s.opt.Work) && ctx.Err() == nil && still < patience; pass++ {
		x.g.forward(x.box)
		x.g.backward(x.box)
		s.work += 2 * m.work
		s.passes++
		if pass%boundEvery != 0 && pass&(pass-1) != 0 {
			continue
		}
		times, wait := x.g.decode(x.box)
		s.offer(append([]int(nil), times...), append([]int(nil), wait...))
		s.polish(t, 2)
		prices := x.g.prices(x.box)
		bound := m.priced(prices, x.box, nil, nil)
		s.work += m.work
		if bound < x.bound+stillShare*s.cost {
			still++
		} else {
			still = 0
		}
		if bound > x.bound || x.prices == nil {
			x.bound, x.prices = math.Max(x.bound, bound), prices
		}
		if s.cost-x.bound <= s.opt.Gap*s.cost {
			return
		}
	}
}

// branchOut splits the promises of stages until every part is worse than the best placement. The part with the lower bound
// of two waits; the bound of the whole is the least of the parts that are left.
func (s *search) branchOut(ctx context.Context, root *branch, t *trees) {
	open := []*branch{root}
	for len(open) > 0 && s.work < s.opt.Work && ctx.Err() == nil && len(open) < 400 {
		x := open[len(open)-1]
		if s.cost-x.bound <= s.opt.Gap*s.cost {
			open = open[:len(open)-1]
			continue
		}
		stage, v, ok := s.split(x)
		if !ok {
			break // nothing left to split: the bound of this part stays
		}
		open = open[:len(open)-1]
		low, high := x.child(), x.child()
		low.box.sHi[stage], high.box.sLo[stage] = v, v+1
		for _, y := range []*branch{low, high} {
			s.nodes++
			if !s.m.tighten(y.box) {
				y.done = true
				continue
			}
			s.ascend(ctx, y, t, 3)
		}
		if low.bound < high.bound {
			low, high = high, low
		}
		for _, y := range []*branch{low, high} {
			if !y.done {
				open = append(open, y)
			}
		}
	}
	whole := s.cost
	for _, x := range open {
		whole = min(whole, x.bound)
	}
	s.bound = max(s.bound, whole)
	s.tell()
}

// child is a copy to be narrowed.
func (x *branch) child() *branch {
	return &branch{box: x.box.clone(), g: x.g.clone(), bound: x.bound}
}

// split names the promise whose two readings, by its own stage and by a customer, are furthest apart under the prices, and a
// value between them.
func (s *search) split(x *branch) (stage, v int, ok bool) {
	m := s.m
	times, wait := make([]int, m.n), make([]int, m.n)
	prices := x.prices
	if prices == nil {
		prices = x.g.prices(x.box)
	}
	m.priced(prices, x.box, times, wait)
	worst := 0.0
	for a := range m.from {
		j, i := m.from[a], m.to[a]
		lo, hi := min(times[j], wait[i]), max(times[j], wait[i])
		hi = min(hi, x.box.sHi[j])
		if lo >= hi || lo < x.box.sLo[j] {
			continue
		}
		apart := prices[a][hi] - prices[a][lo]
		if times[j] > wait[i] {
			apart += 1e-6 * s.cost * float64(hi-lo) // a broken arc, whatever its price
		}
		if apart > worst {
			worst, stage, v, ok = apart, j, (lo+hi)/2, true
		}
	}
	if ok {
		return stage, v, true
	}
	wide := 0
	for i := range m.n { // no arc tells: halve the widest
		if w := x.box.sHi[i] - x.box.sLo[i]; w > wide {
			wide, stage, v, ok = w, i, x.box.sLo[i]+w/2, true
		}
	}
	return stage, v, ok
}

// priced is the bound of given prices: every stage chooses its times alone; they are written where s is not nil.
func (m *model) priced(prices [][]float64, b box, s, si []int) float64 {
	total := 0.0
	wide := m.longest() + 1
	in, out, wait := make([]float64, wide), make([]float64, wide), make([]float64, wide)
	for i := range m.n {
		clear(in)
		clear(out)
		for _, a := range m.in(i) {
			p := prices[a]
			for si := b.siLo[i]; si <= b.siHi[i]; si++ {
				in[si] -= p[min(si, b.sHi[m.from[a]])]
			}
		}
		for _, a := range m.out(i) {
			for s := b.sLo[i]; s <= b.sHi[i]; s++ {
				out[s] += prices[a][s]
			}
		}
		raw := wait[b.sLo[i] : b.sHi[i]+1]
		throughWait(raw, in[b.siLo[i]:b.siHi[i]+1], b.sLo[i], b.siLo[i], m.lead[i], m.cost[i])
		least := math.Inf(1)
		for x, c := range raw {
			if c += out[b.sLo[i]+x]; c < least {
				least = c
				if s != nil {
					s[i] = b.sLo[i] + x
				}
			}
		}
		if s != nil {
			si[i] = m.waitOf(i, s[i], in, b)
		}
		total += least
	}
	return total
}

// waitOf is the cheapest inbound time of stage i for a promise.
func (m *model) waitOf(i, s int, in []float64, b box) int {
	lo := max(b.siLo[i], s-m.lead[i])
	at := lo
	for y := lo; y <= b.siHi[i]; y++ {
		if in[y]+m.cost[i][y+m.lead[i]-s] < in[at]+m.cost[i][at+m.lead[i]-s] {
			at = y
		}
	}
	return at
}

// trees improves a placement by solving random spanning forests exactly while the arcs left out are held by a time between
// the promise and the inbound time they have now, so that the placement at hand stays among the choices.
type trees struct {
	s       *search
	f       *forest
	rnd     *rand.Rand
	arcs    []int
	box     box
	u       union
	times   []int
	inbound []int
}

func newTrees(s *search) *trees {
	t := &trees{s: s, f: newForest(s.m), rnd: rng.New(s.opt.Seed, "echelon", "trees"), box: s.m.wholeBox(),
		u: newUnion(s.m.n), times: make([]int, s.m.n), inbound: make([]int, s.m.n)}
	for a := range s.m.from {
		t.arcs = append(t.arcs, a)
	}
	return t
}

func (s *search) polish(t *trees, rounds int) {
	for range rounds {
		t.round()
		s.work += 2 * s.m.work
	}
}

func (t *trees) round() {
	m, s := t.s.m, t.s
	copy(t.box.sHi, m.sHi)
	copy(t.box.siHi, m.siHi)
	copy(t.box.siLo, m.siLo)
	clear(t.box.sLo)
	for i := range t.u {
		t.u[i] = i
	}
	t.rnd.Shuffle(len(t.arcs), func(x, y int) { t.arcs[x], t.arcs[y] = t.arcs[y], t.arcs[x] })
	for _, a := range t.arcs {
		j, i := m.from[a], m.to[a]
		if t.f.chosen[a] = t.u.join(j, i); t.f.chosen[a] {
			continue
		}
		v := s.s[j]
		if room := s.si[i] - s.s[j]; room > 0 {
			switch t.rnd.IntN(3) {
			case 0:
				v = s.si[i]
			case 1:
				v += t.rnd.IntN(room + 1)
			}
		}
		t.box.sHi[j] = min(t.box.sHi[j], v)
		t.box.siLo[i] = max(t.box.siLo[i], v)
	}
	if !m.tightenNet(t.box) {
		return
	}
	t.f.root()
	t.f.solve(t.box, t.times, t.inbound)
	s.offer(t.times, t.inbound)
}

// tightenNet makes the box consistent with the net times alone.
func (m *model) tightenNet(b box) bool {
	for i := range m.n {
		b.siLo[i] = max(b.siLo[i], b.sLo[i]-m.lead[i])
		b.sHi[i] = min(b.sHi[i], b.siHi[i]+m.lead[i])
		if b.siLo[i] > b.siHi[i] || b.sLo[i] > b.sHi[i] {
			return false
		}
	}
	return true
}
