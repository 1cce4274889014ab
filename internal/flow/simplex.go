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

	// The spanning tree, by node: arc to the parent, whether it points there, children as a list, nodes of the subtree.
	price                   []int64
	parent, arc             []int32
	child, next, prev, size []int32
	up                      []bool
	stack                   []int32
	candidates              []candidate
	scan                    int
	block                   int
	pivots                  int
	big                     int64
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
	s.block = max(20, int(6*math.Sqrt(float64(m))))
	return s
}

// plant sets the first tree: every node hangs on the root; arcs without flow point to the root (strongly feasible).
func (s *simplex) plant() {
	n, root := s.n, int32(s.n)
	s.price, s.up = make([]int64, n+1), make([]bool, n+1)
	for _, list := range []*[]int32{&s.parent, &s.child, &s.next, &s.prev, &s.arc, &s.size} {
		*list = make([]int32, n+1)
		for i := range *list {
			(*list)[i] = none
		}
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
		s.arc[i], s.size[i] = int32(a), 1
		s.hang(int32(i), root)
	}
	s.size[root] = int32(n + 1)
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

// entering is the worst violated arc among a few candidates kept from before and those of the next block that holds one
// (Király & Kovács 2012, altering candidate list); −1 where none is left.
func (s *simplex) entering() int {
	kept := s.candidates[:0]
	for _, c := range s.candidates {
		if v := s.violation(int(c.arc)); v < 0 {
			kept = append(kept, candidate{v, c.arc})
		}
	}
	s.candidates = kept
	left := s.block
	a := s.scan
	for range s.m {
		if v := s.violation(a); v < 0 {
			s.candidates = append(s.candidates, candidate{v, int32(a)})
		}
		if a++; a == s.m {
			a = 0
		}
		if left--; left == 0 {
			if len(s.candidates) > 0 {
				break
			}
			left = s.block
		}
	}
	s.scan = a
	return s.worst()
}

func (s *simplex) violation(a int) int64 {
	return int64(s.state[a]) * (s.cost[a] + s.price[s.from[a]] - s.price[s.to[a]])
}

// keepCandidates is how many arcs are looked at again at the next pivot.
const keepCandidates = 64

// worst takes the worst candidate out and keeps the worst of the others.
func (s *simplex) worst() int {
	c := s.candidates
	if len(c) == 0 {
		return -1
	}
	if len(c) > keepCandidates {
		partition(c, keepCandidates)
		c = c[:keepCandidates]
	}
	at := 0
	for i := range c {
		if c[i].violation < c[at].violation {
			at = i
		}
	}
	best := int(c[at].arc)
	c[at] = c[len(c)-1]
	s.candidates = c[:len(c)-1]
	return best
}

// partition moves the n worst candidates to the front (quickselect, Hoare 1961).
func partition(c []candidate, n int) {
	for lo, hi := 0, len(c)-1; lo < hi; {
		pivot := c[(lo+hi)/2].violation
		i, j := lo, hi
		for i <= j {
			for c[i].violation < pivot {
				i++
			}
			for c[j].violation > pivot {
				j--
			}
			if i <= j {
				c[i], c[j] = c[j], c[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return
		}
	}
}

type candidate struct {
	violation int64
	arc       int32
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
	s.swap(e, u, v, leaving, top, onFirst)
	return true
}

// top is the lowest common ancestor; of two nodes the one with the smaller subtree cannot be an ancestor of the other.
func (s *simplex) top(u, v int32) int32 {
	for u != v {
		if s.size[u] < s.size[v] {
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
func (s *simplex) swap(e int, u, v, leaving, top int32, onFirst bool) {
	out := s.arc[leaving]
	s.state[out] = atLower
	if s.flow[out] != 0 {
		s.state[out] = atUpper
	}
	s.state[e] = inTree
	inside, outside := v, u
	if onFirst {
		inside, outside = u, v
	}
	s.reprice(e, inside, leaving)
	moved := s.size[leaving]
	for i := s.parent[leaving]; i != top; i = s.parent[i] {
		s.size[i] -= moved
	}
	for i := outside; i != top; i = s.parent[i] {
		s.size[i] += moved
	}
	arc, under := int32(e), outside
	left := int32(0) // size, before, of the node that now hangs above
	for i := inside; ; {
		parent, old := s.parent[i], s.arc[i]
		s.unhang(i)
		s.hang(i, under)
		s.arc[i], s.up[i] = arc, s.from[arc] == i
		left, s.size[i] = s.size[i], moved-left
		if i == leaving {
			return
		}
		arc, under, i = old, i, parent
	}
}

// reprice moves the prices of the subtree that is to be hung anew, or of all others the other way where they are fewer.
func (s *simplex) reprice(e int, inside, leaving int32) {
	shift := s.cost[e] + s.price[s.from[e]] - s.price[s.to[e]]
	if s.from[e] == inside {
		shift = -shift
	}
	if 2*int(s.size[leaving]) <= s.n {
		s.lift(leaving, none, shift)
		return
	}
	root := int32(s.n)
	s.lift(root, leaving, -shift)
	if level := s.price[root]; level > maxLevel || level < -maxLevel {
		s.lift(root, none, -level)
	}
}

// maxLevel is how far all prices together may drift; differences between two stay below as much again.
const maxLevel = 1 << 60

// lift changes the prices of a subtree, without the subtree of skip.
func (s *simplex) lift(top, skip int32, by int64) {
	s.stack = append(s.stack[:0], top)
	for len(s.stack) > 0 {
		i := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.price[i] += by
		for c := s.child[i]; c != none; c = s.next[c] {
			if c != skip {
				s.stack = append(s.stack, c)
			}
		}
	}
}

func (s *simplex) result(status Status) (Result, error) {
	s.lift(int32(s.n), none, -s.price[s.n])
	r := Result{Status: status, Flow: s.flow[:s.real:s.real], Price: make([]int64, s.n), Pivots: s.pivots}
	if status == StatusUnbounded {
		return r, nil
	}
	for i := range r.Price {
		r.Price[i] = s.price[i]
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
