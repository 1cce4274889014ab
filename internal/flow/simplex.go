package flow

import (
	"context"
	"math"
)

// simplex is the state of the primal network simplex. Node n is an extra root; arc m+i joins node i to it at a cost above any
// path. An arc is at its lower bound, at its capacity, or in the spanning tree.
type simplex struct {
	p        *Problem
	n, m     int // given nodes and arcs
	real     int // arcs of the problem; those up to m lead surplus to the root for nothing
	from, to []int32
	capacity []int64
	cost     []int64
	flow     []int64
	state    []int8 // atLower, inTree, atUpper

	price  []int64
	parent []int32
	arc    []int32 // tree arc to the parent
	up     []bool  // the tree arc points to the parent
	depth  []int32
	child  []int32 // first child; siblings by next and prev
	next   []int32
	prev   []int32
	stack  []int32
	scan   int
	block  int
	pivots int
	big    int64
}

const (
	atLower int8 = 1
	inTree  int8 = 0
	atUpper int8 = -1
	none         = int32(-1)
)

func newSimplex(p *Problem) *simplex {
	n, real := len(p.Supply), len(p.From)
	var sum int64
	surplus := 0
	for _, v := range p.Supply {
		sum += v
		if v > 0 {
			surplus++
		}
	}
	if sum <= 0 {
		surplus = 0
	}
	m := real + surplus
	s := &simplex{p: p, n: n, m: m, real: real, from: make([]int32, m+n), to: make([]int32, m+n), capacity: make([]int64, m+n),
		cost: make([]int64, m+n), flow: make([]int64, m+n), state: make([]int8, m+n)}
	copy(s.from, p.From)
	copy(s.to, p.To)
	copy(s.capacity, p.Capacity)
	copy(s.cost, p.Cost)
	var dearest int64
	for a := range real {
		dearest = max(dearest, s.cost[a], -s.cost[a])
		s.state[a] = atLower
	}
	s.big = (dearest + 1) * int64(n+1)
	if surplus > 0 { // what is given beyond what is needed may go to the root for nothing
		a := real
		for i, v := range p.Supply {
			if v > 0 {
				s.from[a], s.to[a], s.capacity[a], s.state[a] = int32(i), int32(n), v, atLower
				a++
			}
		}
	}
	s.plant()
	s.block = max(20, int(math.Sqrt(float64(m))))
	return s
}

// plant sets the first tree: every node hangs on the root; arcs without flow point to the root (strongly feasible).
func (s *simplex) plant() {
	n, root := s.n, int32(s.n)
	s.price, s.parent, s.arc, s.up = make([]int64, n+1), make([]int32, n+1), make([]int32, n+1), make([]bool, n+1)
	s.depth, s.child, s.next, s.prev = make([]int32, n+1), make([]int32, n+1), make([]int32, n+1), make([]int32, n+1)
	for i := range s.child {
		s.child[i], s.next[i], s.prev[i], s.parent[i] = none, none, none, none
	}
	for i := range n {
		a := s.m + i
		s.capacity[a], s.cost[a] = Unlimited, s.big
		if v := s.p.Supply[i]; v >= 0 {
			s.from[a], s.to[a], s.flow[a], s.up[i] = int32(i), root, v, true
			s.price[i] = -s.big
		} else {
			s.from[a], s.to[a], s.flow[a] = root, int32(i), -v
			s.price[i] = s.big
		}
		s.arc[i], s.depth[i] = int32(a), 1
		s.hang(int32(i), root)
	}
}

func (s *simplex) hang(i, under int32) {
	s.parent[i] = under
	s.prev[i], s.next[i] = none, s.child[under]
	if first := s.child[under]; first != none {
		s.prev[first] = i
	}
	s.child[under] = i
}

func (s *simplex) unhang(i int32) {
	if p := s.prev[i]; p != none {
		s.next[p] = s.next[i]
	} else {
		s.child[s.parent[i]] = s.next[i]
	}
	if n := s.next[i]; n != none {
		s.prev[n] = s.prev[i]
	}
}

// run pivots until no arc can improve.
func (s *simplex) run(ctx context.Context) (Status, error) {
	for {
		if s.pivots%1024 == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		a := s.entering()
		if a < 0 {
			return StatusOptimal, nil
		}
		if !s.pivot(a) {
			return StatusUnbounded, nil
		}
		s.pivots++
	}
}

// entering is the worst violated arc of the first block that holds one, −1 where none is left.
func (s *simplex) entering() int {
	best, worst := -1, int64(0)
	left := s.block
	a := s.scan
	for range s.m {
		if v := int64(s.state[a]) * (s.cost[a] + s.price[s.from[a]] - s.price[s.to[a]]); v < worst {
			best, worst = a, v
		}
		if a++; a == s.m {
			a = 0
		}
		if left--; left == 0 {
			if best >= 0 {
				break
			}
			left = s.block
		}
	}
	s.scan = a
	return best
}

// pivot pushes all it can around the circle that arc e closes and swaps e with the arc that blocks last, seen from the top
// of the circle in the direction of the push; so trees stay strongly feasible and no circle of pivots can arise.
func (s *simplex) pivot(e int) bool {
	u, v := s.from[e], s.to[e]
	if s.state[e] == atUpper {
		u, v = v, u
	}
	top := s.top(u, v)
	delta, leaving, onFirst := s.capacity[e], none, false
	for i := u; i != top; i = s.parent[i] { // the push comes down to u
		if room := s.room(i, !s.up[i]); room < delta {
			delta, leaving, onFirst = room, i, true
		}
	}
	for i := v; i != top; i = s.parent[i] { // and goes up from v
		if room := s.room(i, s.up[i]); room <= delta {
			if room == Unlimited {
				continue
			}
			delta, leaving, onFirst = room, i, false
		}
	}
	if delta == Unlimited {
		return false
	}
	s.push(e, u, v, top, delta)
	if leaving == none {
		s.state[e] = -s.state[e]
		return true
	}
	s.swap(e, u, v, leaving, onFirst)
	return true
}

// top is the lowest common ancestor.
func (s *simplex) top(u, v int32) int32 {
	for u != v {
		if s.depth[u] >= s.depth[v] {
			u = s.parent[u]
		} else {
			v = s.parent[v]
		}
	}
	return u
}

// room is what more the tree arc of node i carries, along its direction or against it.
func (s *simplex) room(i int32, along bool) int64 {
	a := s.arc[i]
	if !along {
		return s.flow[a]
	}
	if s.capacity[a] == Unlimited {
		return Unlimited
	}
	return s.capacity[a] - s.flow[a]
}

func (s *simplex) push(e int, u, v, top int32, delta int64) {
	if delta == 0 {
		return
	}
	s.flow[e] += int64(s.state[e]) * delta
	for i := u; i != top; i = s.parent[i] {
		if s.up[i] {
			s.flow[s.arc[i]] -= delta
		} else {
			s.flow[s.arc[i]] += delta
		}
	}
	for i := v; i != top; i = s.parent[i] {
		if s.up[i] {
			s.flow[s.arc[i]] += delta
		} else {
			s.flow[s.arc[i]] -= delta
		}
	}
}

// swap hangs the subtree of `leaving` on the other end of e: the path from e's end inside it up to `leaving` turns round.
func (s *simplex) swap(e int, u, v, leaving int32, onFirst bool) {
	out := s.arc[leaving]
	s.state[out] = atLower
	if s.flow[out] != 0 {
		s.state[out] = atUpper
	}
	inside, outside := v, u
	if onFirst {
		inside, outside = u, v
	}
	arc, under := int32(e), outside
	s.state[e] = inTree
	for i := inside; ; {
		parent, old := s.parent[i], s.arc[i]
		s.unhang(i)
		s.hang(i, under)
		s.arc[i], s.up[i] = arc, s.from[arc] == i
		if i == leaving {
			break
		}
		arc, under, i = old, i, parent
	}
	reduced := s.cost[e] + s.price[s.from[e]] - s.price[s.to[e]]
	shift := reduced
	if s.from[e] == inside {
		shift = -reduced
	}
	s.lift(inside, shift)
}

// lift changes the prices of a subtree and counts its depth anew.
func (s *simplex) lift(top int32, by int64) {
	s.stack = append(s.stack[:0], top)
	for len(s.stack) > 0 {
		i := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.price[i] += by
		s.depth[i] = s.depth[s.parent[i]] + 1
		for c := s.child[i]; c != none; c = s.next[c] {
			s.stack = append(s.stack, c)
		}
	}
}

func (s *simplex) result(status Status) (Result, error) {
	r := Result{Status: status, Flow: s.flow[:s.real:s.real], Price: s.price[:s.n:s.n], Pivots: s.pivots}
	if status == StatusUnbounded {
		return r, nil
	}
	for i := range s.n {
		a := s.m + i
		if s.flow[a] == 0 || s.from[a] == int32(i) { // surplus may stay where it is
			continue
		}
		if r.Unmet == nil {
			r.Unmet = make([]int64, s.n)
		}
		r.Status, r.Unmet[i] = StatusInfeasible, s.flow[a]
	}
	total := 0.0
	for a, f := range r.Flow {
		total += float64(f) * float64(s.cost[a])
		r.Cost += f * s.cost[a]
	}
	if math.Abs(total) > math.MaxInt64/2 {
		return Result{}, errOverflow
	}
	return r, nil
}
