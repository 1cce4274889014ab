package lean

import "math"

// knot is one node of the linked routes, all that an insertion beside it asks for.
type knot struct {
	prev, next   int32 // 0 = the depot
	route        int32 // -1 = on none
	dPrev, dNext int32
}

// trip is one route of the linked plan.
type trip struct {
	load                int64
	first, last         int32
	homeFirst, homeLast int32 // travel between the depot and the ends
	size                int32
}

// step is one change of the linked plan, enough to take it back.
type step struct{ node, prev, route int32 } // route -1: node was put in; else it was taken out from behind prev

// links is a plan of a plain problem as doubly linked routes.
type links struct {
	p     *problem
	knots []knot
	// slack is the longer leg beside each node: an insertion at distance d beside it costs at least 2d - slack. Nodes next
	// to the depot have ends, where that bound does not hold; nodes on no route have none.
	slack []int32
	trips []trip
	free  []int32 // routes without stops
	used  int
	cost  int64
	log   []step // since the last commit
}

const (
	noSlack   = math.MinInt32 / 2
	slackEnds = math.MaxInt32 / 2
)

func newLinks(p *problem) *links {
	l := &links{p: p, knots: make([]knot, p.n), slack: make([]int32, p.n)}
	for i := range l.knots {
		l.knots[i].route = -1
		l.slack[i] = noSlack
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
	slack := int32(slackEnds)
	if prev != 0 {
		q := &l.knots[prev]
		next, was = q.next, q.dNext
		k.dPrev = l.p.dist(prev, c)
		q.next, q.dNext = c, k.dPrev
		if q.prev != 0 {
			l.slack[prev] = max(q.dPrev, q.dNext)
		}
	} else {
		was = t.homeFirst
		k.dPrev = l.p.home[c]
		t.first, t.homeFirst = c, k.dPrev
	}
	if next != 0 {
		q := &l.knots[next]
		k.dNext = l.p.dist(c, next)
		q.prev, q.dPrev = c, k.dNext
		if q.next != 0 {
			l.slack[next] = max(q.dPrev, q.dNext)
		}
		if prev != 0 {
			slack = max(k.dPrev, k.dNext)
		}
	} else {
		was = t.homeLast
		k.dNext = l.p.home[c]
		t.last, t.homeLast = c, k.dNext
	}
	l.slack[c] = slack
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
	switch {
	case k.prev != 0 && k.next != 0:
		now = l.p.dist(k.prev, k.next)
	case k.next != 0:
		now = l.p.home[k.next]
	case k.prev != 0:
		now = l.p.home[k.prev]
	}
	if k.prev != 0 {
		q := &l.knots[k.prev]
		q.next, q.dNext = k.next, now
		l.slack[k.prev] = slackEnds
		if k.next != 0 && q.prev != 0 {
			l.slack[k.prev] = max(q.dPrev, now)
		}
	} else {
		t.first, t.homeFirst = k.next, now
	}
	if k.next != 0 {
		q := &l.knots[k.next]
		q.prev, q.dPrev = k.prev, now
		l.slack[k.next] = slackEnds
		if k.prev != 0 && q.next != 0 {
			l.slack[k.next] = max(now, q.dNext)
		}
	} else {
		t.last, t.homeLast = k.prev, now
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
	l.slack[c] = noSlack
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

// tours is the stops of each route in order.
func (l *links) tours() [][]int32 {
	out := make([][]int32, 0, l.used)
	for r := range l.trips {
		if l.trips[r].size == 0 {
			continue
		}
		stops := make([]int32, 0, l.trips[r].size)
		for c := l.trips[r].first; c != 0; c = l.knots[c].next {
			stops = append(stops, c)
		}
		out = append(out, stops)
	}
	return out
}

// drive puts the stops of tours on routes of an empty plan.
func (l *links) drive(tours [][]int32) {
	for _, stops := range tours {
		r, last := l.open(), int32(0)
		for _, c := range stops {
			l.link(c, last, r)
			last = c
		}
	}
}

// copied is a plan with the same routes.
func (l *links) copied() *links {
	other := newLinks(l.p)
	other.drive(l.tours())
	return other
}
