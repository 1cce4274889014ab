package agv

import "math/rand/v2"

// successor makes the next configuration of all robots by priority inheritance with backtracking (PIBT; Okumura, Machida,
// Défago, Tamura 2022) with the swap rule of LaCAM2 (Okumura 2023, arXiv 2305.03632, section 4): robots that must change
// places in a corridor back out of it together.
type successor struct {
	m       *meeting
	random  *rand.Rand
	now     []int32 // robot → vertex
	next    []int32 // robot → vertex after the step, −1 = undecided
	onNow   []int32 // vertex → robot, −1 = none
	onNext  []int32
	tie     []float32
	options [][5]int32 // robot → vertices, best first
	lanes   *lanes     // nil = none
}

func newSuccessor(m *meeting, random *rand.Rand) *successor {
	n := len(m.starts)
	s := &successor{m: m, random: random, next: make([]int32, n), onNow: make([]int32, m.g.Len()), onNext: make([]int32, m.g.Len()),
		tie: make([]float32, m.g.Len()), options: make([][5]int32, n)}
	for v := range s.onNow {
		s.onNow[v], s.onNext[v] = -1, -1
	}
	return s
}

// step moves from now: robots of order choose in that order, those of fixed (robot, vertex) pairs first and as said. It gives
// false where somebody cannot stay clear.
func (s *successor) step(now, order []int32, fixed [][2]int32) bool {
	s.now = now
	for r, v := range now {
		s.onNow[v] = int32(r)
		s.next[r] = -1
	}
	ok := s.fix(fixed)
	for _, r := range order {
		if !ok {
			break
		}
		if s.next[r] < 0 {
			ok = s.choose(r)
		}
	}
	for r, v := range now {
		s.onNow[v] = -1
		if s.next[r] >= 0 {
			s.onNext[s.next[r]] = -1
		}
	}
	return ok
}

func (s *successor) fix(fixed [][2]int32) bool {
	for _, f := range fixed {
		r, v := f[0], f[1]
		if s.onNext[v] >= 0 {
			return false
		}
		if other := s.onNow[v]; other >= 0 && other != r && s.next[other] == s.now[r] {
			return false
		}
		s.next[r] = v
		s.onNext[v] = r
	}
	return true
}

// sorted lists where r may go, nearest to its goal first, ties at random.
func (s *successor) sorted(r int32) []int32 {
	at := s.now[r]
	o := &s.options[r]
	n := 0
	lane := int32(-1)
	if s.lanes != nil {
		lane = s.lanes.next(r, at)
	}
	put := func(v int32) {
		s.tie[v] = float32(s.m.far(r, v)) + s.random.Float32()/2
		if s.onNow[v] >= 0 && v != at {
			s.tie[v] += 0.25 // among equals the free one: nobody needs to be pushed
		}
		if v == lane {
			s.tie[v] = -1
		}
		i := n
		for i > 0 && s.tie[o[i-1]] > s.tie[v] {
			o[i] = o[i-1]
			i--
		}
		o[i] = v
		n++
	}
	put(at)
	for _, v := range s.m.around(at) {
		put(v)
	}
	return o[:n]
}

func (s *successor) choose(r int32) bool {
	at := s.now[r]
	options := s.sorted(r)
	partner := s.partner(r, options[0])
	if partner >= 0 {
		for i, j := 0, len(options)-1; i < j; i, j = i+1, j-1 {
			options[i], options[j] = options[j], options[i]
		}
	}
	for i, v := range options {
		if s.onNext[v] >= 0 {
			continue
		}
		other := s.onNow[v]
		if other >= 0 && other != r && s.next[other] == at {
			continue
		}
		s.next[r] = v
		s.onNext[v] = r
		if other >= 0 && other != r && s.next[other] < 0 && !s.choose(other) {
			continue // the other took v itself, staying: onNext[v] is its own now
		}
		if i == 0 && partner >= 0 && s.next[partner] < 0 && s.onNext[at] < 0 {
			s.next[partner] = at
			s.onNext[at] = partner
		}
		return true
	}
	s.next[r] = at
	s.onNext[at] = r
	return false
}

// partner finds the robot that r must change places with, −1 = none.
func (s *successor) partner(r, best int32) int32 {
	at := s.now[r]
	if best == at {
		return -1
	}
	if j := s.onNow[best]; j >= 0 && s.next[j] < 0 && s.mustSwap(r, j, at, best) && s.canSwap(best, at) {
		return j
	}
	for _, v := range s.m.around(at) {
		k := s.onNow[v]
		if k < 0 || v == best {
			continue
		}
		if s.mustSwap(k, r, at, best) && s.canSwap(best, at) {
			return k
		}
	}
	return -1
}

// aside counts the ways out of v other than back to from and into dead ends whose robot is at its goal; to is one of them.
func (s *successor) aside(v, from int32) (ways int, to int32) {
	to = -1
	for _, u := range s.m.around(v) {
		r := s.onNow[u]
		if u == from || (len(s.m.around(u)) == 1 && r >= 0 && s.m.goals[r] == u) {
			continue
		}
		ways++
		to = u
	}
	return ways, to
}

// mustSwap follows pusher pushing puller along a corridor to its end: they must change places when there the pusher still
// wants on and the puller back.
func (s *successor) mustSwap(pusher, puller, at, ahead int32) bool {
	for s.m.far(pusher, ahead) < s.m.far(pusher, at) {
		ways, to := s.aside(ahead, at)
		if ways >= 2 {
			return false
		}
		if ways == 0 {
			break
		}
		at, ahead = ahead, to
	}
	return s.m.far(puller, at) < s.m.far(puller, ahead) &&
		(s.m.far(pusher, at) == 0 || s.m.far(pusher, ahead) < s.m.far(pusher, at))
}

// canSwap looks for a junction where two robots can pass, pulling back from at through ahead.
func (s *successor) canSwap(at, ahead int32) bool {
	origin := at
	for ahead != origin {
		ways, to := s.aside(ahead, at)
		if ways >= 2 {
			return true
		}
		if ways == 0 {
			return false
		}
		at, ahead = ahead, to
	}
	return false
}
