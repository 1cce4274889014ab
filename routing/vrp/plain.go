package vrp

import (
	"math"
	"math/rand/v2"

	"quartermaster/routing"
)

// plain is a capacitated problem in its barest form: one depot (node 0), symmetric travel, one kind of vehicle, one kind
// of capacity. Most of the public instances and many daily problems are of this form, and it is worth its own search.
type plain struct {
	n       int // nodes, the depot among them
	x, y    []float64
	plane   routing.Plane
	cells   []int32 // n*n, or nil where travel is computed from x and y
	demand  []int32
	limit   int64 // capacity of a vehicle
	opening int64 // cost of one more vehicle
	fleet   int   // most vehicles; 0 = any number

	reach int     // columns of near
	near  []int32 // [node*reach+k]: nearest nodes but the depot, the nearest first
	gap   []int32 // travel to them
	home  []int32 // travel to the depot
}

// dist is the cost of going from i to j.
func (p *plain) dist(i, j int32) int32 {
	if p.cells != nil {
		return p.cells[int(i)*p.n+int(j)]
	}
	return p.measure(i, j)
}

func (p *plain) measure(i, j int32) int32 { return p.plane.Between(i, j) }

// knot is one node of the linked routes, all that an insertion beside it asks for.
type knot struct {
	prev, next   int32 // 0 = the depot
	route        int32 // -1 = on none
	dPrev, dNext int32
}

// trip is one route of the linked plan.
type trip struct {
	load        int64
	first, last int32
	size        int32
}

// step is one change of the linked plan, enough to take it back.
type step struct{ node, prev, route int32 } // route -1: node was put in; else it was taken out from behind prev

// links is a plan of a plain problem as doubly linked routes.
type links struct {
	p     *plain
	knots []knot
	trips []trip
	free  []int32 // routes without stops
	used  int
	cost  int64
	log   []step // since the last commit
}

func newLinks(p *plain) *links {
	l := &links{p: p, knots: make([]knot, p.n)}
	for i := range l.knots {
		l.knots[i].route = -1
	}
	return l
}

// open returns a route without stops.
func (l *links) open() int32 {
	if k := len(l.free); k > 0 {
		return l.free[k-1]
	}
	l.trips = append(l.trips, trip{})
	l.free = append(l.free, int32(len(l.trips)-1))
	return int32(len(l.trips) - 1)
}

// insert puts node c behind prev (0 = at the head) on route r and counts the cost.
func (l *links) insert(c, prev, r int32) {
	l.link(c, prev, r)
	l.log = append(l.log, step{c, prev, -1})
}

func (l *links) link(c, prev, r int32) {
	t := &l.trips[r]
	k := &l.knots[c]
	if t.size == 0 {
		l.takeFree(r)
		l.used++
		l.cost += l.p.opening
	}
	next := t.first
	var was int32
	if prev != 0 {
		q := &l.knots[prev]
		next, was = q.next, q.dNext
		k.dPrev = l.p.dist(prev, c)
		q.next, q.dNext = c, k.dPrev
	} else {
		if next != 0 {
			was = l.p.home[next]
		}
		k.dPrev = l.p.home[c]
		t.first = c
	}
	if next != 0 {
		q := &l.knots[next]
		k.dNext = l.p.dist(c, next)
		q.prev, q.dPrev = c, k.dNext
	} else {
		if prev != 0 {
			was = l.p.home[prev]
		}
		k.dNext = l.p.home[c]
		t.last = c
	}
	k.prev, k.next, k.route = prev, next, r
	t.load += int64(l.p.demand[c])
	t.size++
	l.cost += int64(k.dPrev) + int64(k.dNext) - int64(was)
}

// takeFree takes r off the list of empty routes; it is nearly always the last.
func (l *links) takeFree(r int32) {
	for k := len(l.free) - 1; k >= 0; k-- {
		if l.free[k] == r {
			l.free[k] = l.free[len(l.free)-1]
			l.free = l.free[:len(l.free)-1]
			return
		}
	}
}

// remove takes node c off its route and counts the cost.
func (l *links) remove(c int32) {
	k := &l.knots[c]
	l.log = append(l.log, step{c, k.prev, k.route})
	l.unlink(c)
}

func (l *links) unlink(c int32) {
	k := &l.knots[c]
	t := &l.trips[k.route]
	var now int32
	if t.size > 1 {
		switch {
		case k.prev == 0:
			now = l.p.home[k.next]
		case k.next == 0:
			now = l.p.home[k.prev]
		default:
			now = l.p.dist(k.prev, k.next)
		}
	}
	if k.prev != 0 {
		q := &l.knots[k.prev]
		q.next, q.dNext = k.next, now
	} else {
		t.first = k.next
	}
	if k.next != 0 {
		q := &l.knots[k.next]
		q.prev, q.dPrev = k.prev, now
	} else {
		t.last = k.prev
	}
	l.cost += int64(now) - int64(k.dPrev) - int64(k.dNext)
	t.load -= int64(l.p.demand[c])
	t.size--
	if t.size == 0 {
		l.free = append(l.free, k.route)
		l.used--
		l.cost -= l.p.opening
	}
	k.route = -1
}

// back takes all steps since the last commit back.
func (l *links) back() {
	for k := len(l.log) - 1; k >= 0; k-- {
		s := l.log[k]
		if s.route < 0 {
			l.unlink(s.node)
		} else {
			l.link(s.node, s.prev, s.route)
		}
	}
	l.log = l.log[:0]
}

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
}

func newReseat(l *links, rng *rand.Rand) *reseat {
	return &reseat{l: l, rng: rng, mean: 10, longest: 10, width: min(l.p.reach, 48)}
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
	for _, c := range p.near[int(seed)*p.reach : (int(seed)+1)*p.reach] {
		if torn >= strings {
			break
		}
		if r := l.knots[c].route; r >= 0 && s.stamp[r] != s.clock {
			s.tear(c, longest)
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
		prev, r := s.place(c)
		s.l.insert(c, prev, r)
	}
}

const blinkOf = 100 // one in so many places is overlooked

func (s *reseat) place(c int32) (int32, int32) {
	l, p := s.l, s.l.p
	need := int64(p.demand[c])
	room := p.limit - need
	best := int64(p.home[c])*2 + p.opening
	if p.fleet > 0 && l.used >= p.fleet {
		best = math.MaxInt64 / 2
	}
	bestPrev, bestRoute := int32(0), int32(-1)
	row := int(c) * p.reach
	near, gap := p.near[row:row+s.width], p.gap[row:row+s.width]
	homeward := int64(p.home[c])
	bits := s.rng.Uint64()
	for k, v := range near {
		q := &l.knots[v]
		d := int64(gap[k])
		// Where the other end of a gap is nearer it was tried before; else both ends are at least d away. That bound
		// spares most looks at loads and travel.
		after, before := 2*d-int64(q.dNext), 2*d-int64(q.dPrev)
		if q.next == 0 {
			after += homeward - d
		}
		if q.prev == 0 {
			before += homeward - d
		}
		if after >= best && before >= best || q.route < 0 || l.trips[q.route].load > room {
			continue
		}
		bits = bits*6364136223846793005 + 1442695040888963407
		if uint32(bits>>33) < (1<<31)/blinkOf {
			continue
		}
		if after < best {
			if delta := d + int64(p.dist(c, q.next)) - int64(q.dNext); delta < best {
				best, bestPrev, bestRoute = delta, v, q.route
			}
		}
		if before < best {
			if delta := d + int64(p.dist(c, q.prev)) - int64(q.dPrev); delta < best {
				best, bestPrev, bestRoute = delta, q.prev, q.route
			}
		}
	}
	if bestRoute < 0 {
		return 0, l.open()
	}
	return bestPrev, bestRoute
}
