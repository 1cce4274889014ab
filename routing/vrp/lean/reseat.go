package lean

import "math/rand/v2"

// seats draws the order in which absent nodes are put back.
const (
	seatRandom = iota
	seatDemand
	seatFar
	seatClose
)

// reseat is ruin and recreate by adjacent strings on a plain problem (Christiaens, Vanden Berghe, Transportation Science
// 54(2), 2020), with insertion tried beside the nearest nodes only, so that a step costs the same at any size.
type reseat struct {
	l       *links
	rng     *rand.Rand
	out     []int32 // taken out
	keys    []int64
	stamp   []int32 // per route: step at which it was torn
	clock   int32
	mean    float64 // stops taken out on average
	longest int     // longest string
	width   int     // nearest nodes that insertion tries
	looked  int     // most routes whose ways from and to the depot are looked at

	// The place found: cost, the node before it, the route.
	best        int64
	prev, route int32
}

func newReseat(l *links, rng *rand.Rand) *reseat {
	return &reseat{l: l, rng: rng, mean: 10, longest: 10, width: 48, looked: legsLooked}
}

func (s *reseat) intn(n int) int { return int(uint64(uint32(s.rng.Uint64()>>32)) * uint64(n) >> 32) }

// ruin takes strings of stops near a random one out of their routes.
func (s *reseat) ruin() {
	l, p := s.l, s.l.p
	s.clock++
	s.out = s.out[:0]
	for len(s.stamp) < len(l.trips)+8 {
		s.stamp = append(s.stamp, 0)
	}
	seed := int32(1 + s.intn(p.n-1))
	longest := min(float64(s.longest), float64(p.n-1)/float64(max(l.used, 1)))
	most := 4*s.mean/(1+longest) - 1
	strings := int(s.rng.Float64()*most + 1)
	s.tear(seed, longest)
	torn := 1
	for _, near := range p.around(seed) {
		if torn >= strings {
			break
		}
		if r := l.knots[near.to].route; r >= 0 && s.stamp[r] != s.clock {
			s.tear(near.to, longest)
			torn++
		}
	}
}

// tear takes a string around c out of its route, in half of the cases with a few stops inside it left where they are.
func (s *reseat) tear(c int32, longest float64) {
	l := s.l
	r := l.knots[c].route
	if r < 0 {
		return
	}
	s.stamp[r] = s.clock
	size := int(l.trips[r].size)
	length := 1 + s.intn(int(min(float64(size), longest)))
	keep, span := 0, length
	if length > 1 && length < size && s.rng.Uint64()&1 == 0 {
		keep = 1
		for length+keep < size && s.rng.Float64() < 0.01 {
			keep++
		}
		span = length + keep
	}
	// The string covers c at a random place; walk back to where it begins.
	back := s.intn(span)
	at := c
	for back > 0 && l.knots[at].prev != 0 {
		at = l.knots[at].prev
		back--
	}
	// A string too near the end is moved towards the head.
	hold := 0
	if keep > 0 {
		hold = 1 + s.intn(length-1) // stops taken before the kept ones
	}
	taken := 0
	for at != 0 && taken < length {
		next := l.knots[at].next
		if keep > 0 && taken == hold {
			keep--
		} else {
			l.remove(at)
			s.out = append(s.out, at)
			taken++
		}
		at = next
	}
}

// order sorts what was taken out: random, by demand, far first or close first, drawn 4 : 4 : 2 : 1.
func (s *reseat) order() {
	p := s.l.p
	kind := seatRandom
	switch x := s.intn(11); {
	case x < 4:
	case x < 8:
		kind = seatDemand
	case x < 10:
		kind = seatFar
	default:
		kind = seatClose
	}
	s.keys = s.keys[:0]
	for _, c := range s.out {
		var key int64
		switch kind {
		case seatRandom:
			key = int64(s.rng.Uint64() >> 34)
		case seatDemand:
			key = -int64(p.demand[c])
		case seatFar:
			key = -int64(p.home[c])
		default:
			key = int64(p.home[c])
		}
		s.keys = append(s.keys, key)
	}
	for i := 1; i < len(s.out); i++ {
		c, key := s.out[i], s.keys[i]
		j := i
		for ; j > 0 && s.keys[j-1] > key; j-- {
			s.out[j], s.keys[j] = s.out[j-1], s.keys[j-1]
		}
		s.out[j], s.keys[j] = c, key
	}
}

// recreate puts every stop taken out back at its cheapest place, overlooking one place in a hundred.
func (s *reseat) recreate() {
	s.order()
	for _, c := range s.out {
		s.place(c)
		if s.route < 0 {
			s.route = s.l.open()
		}
		s.l.insert(c, s.prev, s.route)
	}
}

// one place in blinkOf is overlooked
const blinkOf = 100

// legsLooked is the most routes whose ways from and to the depot are all looked at: those are long and may pass near a
// stop that is no neighbour of theirs.
const legsLooked = 128

// place finds the cheapest place for c with room for it: behind which node of which route, -1 = on a route of its own.
func (s *reseat) place(c int32) {
	l, p := s.l, s.l.p
	room := p.limit - int64(p.demand[c])
	homeward := int64(p.home[c])
	s.best, s.prev, s.route = homeward*2+p.opening, 0, -1
	near := p.around(c)
	bits := s.rng.Uint64()
	for k := range near[:min(len(near), s.width)] {
		v, d := near[k].to, int64(near[k].far)
		if 2*d-int64(l.slack[v]) >= s.best {
			continue
		}
		q := &l.knots[v]
		if l.trips[q.route].load > room {
			continue
		}
		bits = bits*6364136223846793005 + 1442695040888963407
		if uint32(bits>>33) < (1<<31)/blinkOf {
			continue
		}
		s.beside(c, v, d, q)
	}
	if l.used <= s.looked && bits>>40&1 == 0 {
		s.alongLegs(c, homeward, room)
	}
}

// beside tries both sides of v. Where the other end of a gap is nearer it was tried before; else both ends are at least d
// away. That bound spares most looks at travel.
func (s *reseat) beside(c, v int32, d int64, q *knot) {
	p := s.l.p
	if q.next == 0 {
		if delta := d + int64(p.home[c]) - int64(q.dNext); delta < s.best {
			s.best, s.prev, s.route = delta, v, q.route
		}
	} else if 2*d-int64(q.dNext) < s.best {
		if delta := d + int64(p.dist(c, q.next)) - int64(q.dNext); delta < s.best {
			s.best, s.prev, s.route = delta, v, q.route
		}
	}
	if q.prev == 0 {
		if delta := d + int64(p.home[c]) - int64(q.dPrev); delta < s.best {
			s.best, s.prev, s.route = delta, 0, q.route
		}
	} else if 2*d-int64(q.dPrev) < s.best {
		if delta := d + int64(p.dist(c, q.prev)) - int64(q.dPrev); delta < s.best {
			s.best, s.prev, s.route = delta, q.prev, q.route
		}
	}
}

// alongLegs tries the ways from and to the depot of all routes with room. By the triangle inequality a detour over c costs
// at least twice what c is further from the depot than the end of the route.
func (s *reseat) alongLegs(c int32, homeward, room int64) {
	l, p := s.l, s.l.p
	reach := homeward - (s.best+1)/2
	for r := range l.trips {
		t := &l.trips[r]
		if t.load > room || t.size == 0 {
			continue
		}
		if h := int64(t.homeFirst); h > reach {
			if delta := homeward + int64(p.dist(c, t.first)) - h; delta < s.best {
				s.best, s.prev, s.route = delta, 0, int32(r)
			}
		}
		if h := int64(t.homeLast); h > reach {
			if delta := homeward + int64(p.dist(c, t.last)) - h; delta < s.best {
				s.best, s.prev, s.route = delta, t.last, int32(r)
			}
		}
	}
}
