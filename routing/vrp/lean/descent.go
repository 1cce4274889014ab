package lean

import (
	"math"
	"math/rand/v2"
	"slices"
)

// stop is a node on a route of a descent: a customer, or one of the two ends of the route at the depot.
//
//	prev --toPrev-- stop --toNext-- next
type stop struct {
	next, prev     int32
	toNext, toPrev int32
	route, pos     int32
	node           int32 // 0 = the depot
	demand         int32
	load           int64 // from the head of the route to here
}

// tour is one route of a descent.
type tour struct {
	load     int64
	penalty  int64 // price of what it carries too much
	changed  int32 // move that changed it last
	swapped  int32 // move before which SWAP* tried it last
	size     int32
	from, to uint16 // sector that it lies in
}

// descent improves plans whose routes may carry too much at a price, until no move between near stops is left that makes the plan
// cheaper (Vidal, Computers & Operations Research 140, 2022, sections 3.3 and 3.4): one or two stops go elsewhere or change places,
// routes turn a stretch or exchange their ends, and pairs of routes exchange stops that each go to their best place (SWAP*).
type descent struct {
	g      *ground
	price  float64 // of one unit too much
	source rand.PCG

	stops []stop // customers at their number, then the heads of all routes, then their ends
	tours []tour
	order []int32 // in which stops are taken in hand
	moves int32   // made so far
	seen  []int32 // per stop: moves made when it was last in hand
	hand  hand
	spare int32 // a route without stops or one that was; -1: there is none

	left, right []int32 // scratch of moves
	places      []places
	outs        []int32 // per stop: change by taking it out
	bearings    []bearing
	label       []int64 // scratch of split: cost of the first stops, and where the last route of those begins
	from        []int32
}

func newDescent(g *ground) *descent {
	d := &descent{g: g, stops: make([]stop, g.n+2*g.routes), tours: make([]tour, g.routes), seen: make([]int32, g.n), places: make([]places, g.routes*g.n),
		outs: make([]int32, g.n), label: make([]int64, g.n), from: make([]int32, g.n)}
	d.order = make([]int32, g.n-1)
	for i := 1; i < g.n; i++ {
		d.stops[i] = stop{node: int32(i), demand: g.p.demand[i]}
	}
	return d
}

func (d *descent) head(r int32) int32   { return int32(d.g.n) + r }
func (d *descent) end(r int32) int32    { return int32(d.g.n+d.g.routes) + r }
func (d *descent) isDepot(c int32) bool { return int(c) >= d.g.n }
func (d *descent) row(node int32) []int32 {
	return d.g.cells[int(node)*d.g.n : int(node+1)*d.g.n]
}

// penalty is the price of a route that carries load.
func (d *descent) penalty(load int64) int64 {
	if load <= d.g.p.limit {
		return 0
	}
	return int64(d.price*float64(load-d.g.p.limit)) + 1
}

// load takes over a plan: the stops of its routes one after the other, and where each route ends.
func (d *descent) load(order, ends []int32) {
	if d.moves > math.MaxInt32/2 {
		d.moves = 0
		clear(d.places)
	}
	d.moves++ // so that nothing kept of another plan counts
	d.spare = 0
	from := int32(0)
	for r := range d.tours {
		var list []int32
		if r < len(ends) {
			list = order[from:ends[r]]
			from = ends[r]
		}
		d.tours[r] = tour{swapped: -1}
		d.write(int32(r), list)
	}
	for i := range d.seen {
		d.seen[i] = -1
	}
}

// write makes list the stops of route r.
func (d *descent) write(r int32, list []int32) {
	at := d.head(r)
	d.stops[at].node, d.stops[at].route = 0, r
	for _, c := range list {
		d.stops[at].next, d.stops[c].prev = c, at
		at = c
	}
	end := d.end(r)
	d.stops[end].node, d.stops[end].route, d.stops[end].next = 0, r, end
	d.stops[at].next, d.stops[end].prev = end, at
	d.refresh(r)
}

// refresh counts anew what is kept of route r and its stops.
func (d *descent) refresh(r int32) {
	t := &d.tours[r]
	t.size = 0
	load, pos := int64(0), int32(0)
	at := d.head(r)
	d.stops[at].prev = at
	first := true
	for end := d.end(r); at != end; {
		s := &d.stops[at]
		next := &d.stops[s.next]
		s.toNext = 0
		if s.node != next.node {
			s.toNext = d.g.dist(s.node, next.node)
		}
		next.toPrev = s.toNext
		at = s.next
		pos++
		load += int64(next.demand)
		next.load, next.pos, next.route = load, pos, r
		if next.node != 0 {
			t.size++
			t.widen(d.g.angle[next.node], first)
			first = false
		}
	}
	t.load, t.penalty, t.changed = load, d.penalty(load), d.moves
}

// widen makes the sector of t the smallest that has angle in it too.
func (t *tour) widen(angle uint16, first bool) {
	if first {
		t.from, t.to = angle, angle
		return
	}
	if angle-t.from <= t.to-t.from {
		return
	}
	if angle-t.to <= t.from-angle {
		t.to = angle
	} else {
		t.from = angle
	}
}

// meets tells whether the sectors of two routes overlap.
func (t *tour) meets(o *tour) bool {
	return o.from-t.from <= t.to-t.from || t.from-o.from <= o.to-o.from
}

// run improves the plan until nothing does.
func (d *descent) run() {
	for k := range d.order {
		d.order[k] = int32(k + 1)
	}
	for i := len(d.order) - 1; i > 0; i-- {
		j := d.intn(i + 1)
		d.order[i], d.order[j] = d.order[j], d.order[i]
	}
	for round := 0; ; round++ {
		before := d.moves
		for _, u := range d.order {
			d.handle(u, round)
		}
		if round > 0 && d.moves == before && !d.swapStars() {
			return
		}
	}
}

func (d *descent) intn(n int) int {
	return int(uint64(uint32(d.source.Uint64()>>32)) * uint64(n) >> 32)
}

// handle tries all moves of u with its near stops on routes that changed since u was last in hand. Empty routes are not for the first
// round.
func (d *descent) handle(u int32, round int) {
	last := d.seen[u]
	d.seen[u] = d.moves
	d.take(u)
	for _, v := range d.g.around(u) {
		if round > 0 && max(d.tours[d.stops[u].route].changed, d.tours[d.stops[v].route].changed) <= last {
			continue
		}
		if d.pair(v) {
			d.take(u)
			continue
		}
		if p := d.stops[v].prev; d.isDepot(p) && d.beside(p) {
			d.take(u)
		}
	}
	if round == 0 {
		return
	}
	if d.spare < 0 || d.tours[d.spare].size > 0 {
		d.spare = int32(slices.IndexFunc(d.tours, func(t tour) bool { return t.size == 0 }))
	}
	if d.spare >= 0 {
		d.beside(d.head(d.spare))
	}
}
