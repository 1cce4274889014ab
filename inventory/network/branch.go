package network

import (
	"container/heap"
	"math"
	"slices"
)

// Fixings of a site.
const (
	free   int8 = 0
	opened int8 = 1
	closed int8 = -1
)

// part is a branch: fixed sites and, for single sources, assignments that are out.
type part struct {
	site  []int8
	bans  []int32 // site*customers + customer
	u     []float64
	bound float64
	frac  []float64 // mean of the site choices along the ascent
	over  []float64 // mean times that each customer was served
}

// parts is a heap of branches, the lowest bound first.
type parts []*part

func (p parts) Len() int           { return len(p) }
func (p parts) Less(a, b int) bool { return p[a].bound < p[b].bound }
func (p parts) Swap(a, b int)      { p[a], p[b] = p[b], p[a] }
func (p *parts) Push(x any)        { *p = append(*p, x.(*part)) }
func (p *parts) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// branch searches the waiting part with the lowest bound first, which lifts the bound of the whole, and goes down from it by the
// better child to the end, which finds choices. It stops after so many steps; what is unsearched then waits.
func (s *search) branch(waiting *parts, steps int64) {
	limit := min(s.steps()+steps, s.opt.Work)
	for waiting.Len() > 0 {
		x := heap.Pop(waiting).(*part)
		s.bound = math.Max(s.bound, math.Min(x.bound, s.cost))
		for x != nil && x.bound < s.need() {
			if s.steps() > limit || s.spent() {
				heap.Push(waiting, x)
				s.bound = math.Max(s.bound, math.Min((*waiting)[0].bound, s.cost))
				return
			}
			s.nodes++
			x = s.descend(x, waiting)
		}
	}
	s.closed = true
}

// descend halves a part and gives the half to go on with; the other waits.
func (s *search) descend(x *part, waiting *parts) *part {
	var best *part
	for _, child := range s.split(x) {
		child.bound = x.bound
		s.ascend(child, childRounds)
		if child.bound >= s.need() {
			continue
		}
		if best != nil && best.bound > child.bound {
			best, child = child, best
		}
		if best != nil {
			heap.Push(waiting, child)
		} else {
			best = child
		}
	}
	return best
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
	return &part{site: append([]int8(nil), x.site...), bans: slices.Clip(x.bans), u: append([]float64(nil), x.u...), frac: append([]float64(nil), x.frac...), over: x.over}
}

// splitCustomer takes the customer whose times served strayed furthest and asks whether its best site serves it.
func (s *search) splitCustomer(x *part) []*part {
	m := s.m
	s.d.ban(x)
	at, site, most := -1, -1, -1.0
	for j := range m.m {
		sites, best := 0, -1
		for i := range m.n {
			if x.site[i] != opened || s.d.banned != nil && s.d.banned[i*m.m+j] || math.IsInf(m.cost[i*m.m+j], 1) {
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
	for i := range m.n {
		if i != site {
			yes.bans = append(yes.bans, int32(i*m.m+at))
		}
	}
	no.bans = append(no.bans, int32(site*m.m+at))
	return []*part{no, yes}
}
