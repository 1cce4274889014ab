package vrp

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

// Limits of the search by ejections: stops put off a route for one put on, steps of looking for them, exchanges drawn to shake the
// plan after each, and steps of the general search that one round takes.
const (
	ejectMost  = 5
	ejectLooks = 200_000
	ejectShake = 1000
	ejectSteps = 5
)

// ejector drops routes by the guided ejection search of Nagata and Bräysy (Operations Research Letters 37(5), 2009): the stops of a
// dropped route are put, last in first out, where they fit; one that fits nowhere is squeezed in, which is to put it where it breaks
// the rules least and to mend that by moves; where that fails too it puts off the stops that were hardest to place least often.
type ejector struct {
	s    *warpState
	rng  *rand.Rand
	pool []int32 // stops without a seat, the last is the next
	hard []int64 // per stop: how often it fitted nowhere

	c     int32   // the stop to put on
	seq   []int32 // the route that is tried
	route int32
	kind  *warpKind
	pos   int // c stands before this one of seq
	out   []int32
	looks int
	load  warpLoad // of the route with c on it and without those put off

	least    int64 // sum of hard of the best seat so far
	seatPrev int32 // the stop that c goes behind; may be among those put off
	seatOut  []int32
}

// bare is the problem of the model without costs: what is left to weigh is by how much rules are broken.
func (w *warpModel) bare() *warpModel {
	b := *w
	b.kinds = slices.Clone(w.kinds)
	for k := range b.kinds {
		b.kinds[k].rate, b.kinds[k].used, b.kinds[k].perSec = 0, 0, 0
	}
	b.prizes = make([]int64, w.n)
	return &b
}

// eject drops routes as long as that takes less than the budget's part up to most, or half of it and so many times as much as all that
// were dropped took.
func (s *search) eject(ctx context.Context, w *warpModel, most float64, seed uint64) {
	random, bare := rng.New(seed, "vrp", "eject"), w.bare()
	for floor := s.leastTours(); len(s.best.absent) == 0 && s.best.used > floor; {
		x := newEjector(s, bare, random)
		end := min(most, max(most/2, ejectAgain*s.spend.done(s.steps)))
		for len(x.pool) > 0 {
			if s.spend.done(s.steps) >= end || ctx.Err() != nil {
				return
			}
			s.steps += ejectSteps
			x.round()
		}
		if !s.adoptRoutes(w.tours(x.routes(), x.s.kind)) {
			return
		}
	}
}

// newEjector lays out the best plan without one of its routes, which is drawn.
func newEjector(s *search, w *warpModel, random *rand.Rand) *ejector {
	index := w.index()
	gone := random.IntN(len(s.best.tours))
	x := &ejector{rng: random, hard: make([]int64, w.n)}
	slots := make([]int, len(w.kinds))
	routes := make([][][]int32, len(w.kinds))
	for r, t := range s.best.tours {
		seq := make([]int32, 0, len(t.seq))
		for _, j := range t.seq {
			seq = append(seq, index[j])
		}
		if r == gone {
			x.pool = seq
			continue
		}
		slots[t.kind]++
		routes[t.kind] = append(routes[t.kind], seq)
	}
	x.s = newWarpState(w, slots, random)
	x.s.fill(slices.Concat(routes...), slices.Clone(x.s.kind))
	x.s.holdAll()
	x.weigh()
	for i := range x.hard {
		x.hard[i] = 1
	}
	return x
}

// round puts the last stop of the pool on a route.
func (x *ejector) round() {
	last := len(x.pool) - 1
	x.c, x.pool = x.pool[last], x.pool[:last]
	if x.insert() || x.squeeze() {
		return
	}
	x.hard[x.c]++
	if x.find() {
		x.carryOut()
	} else { // nothing makes room for it: others take their turn
		x.pool = slices.Insert(x.pool, 0, x.c)
	}
	x.shake()
}

// insert puts c on one of its seats that break nothing, which is drawn.
func (x *ejector) insert() bool {
	s, at, found := x.s, int32(-1), 0
	x.seats(1, func(v int32, _ int64) {
		if found++; x.rng.IntN(found) == 0 {
			at = v
		}
	})
	if at < 0 {
		return false
	}
	s.place(x.c, at)
	s.hold()
	return true
}

// seats calls each node behind which c adds less than limit to the penalties, and what it adds.
func (x *ejector) seats(limit int64, each func(v int32, adds int64)) {
	s := x.s
	for r := range int32(len(s.kind)) {
		for v := s.begin(r); v != s.end(r); v = s.next[v] {
			if adds := s.placeAt(x.c, v, limit); adds < limit {
				each(v, adds)
			}
		}
	}
}

// find looks for the route and seat where c puts off the stops of the least sum.
func (x *ejector) find() bool {
	s := x.s
	x.least, x.looks, x.seatOut = math.MaxInt64, 0, x.seatOut[:0]
	first := x.rng.IntN(len(s.kind))
	for i := range s.kind {
		x.route = int32((first + i) % len(s.kind))
		x.kind = &s.w.kinds[s.kind[x.route]]
		if s.size[x.route] == 0 || s.w.may[x.c]&x.kind.bit == 0 {
			continue
		}
		x.seq = s.stopsOf(x.route, x.seq[:0])
		x.load = s.load[x.route].plus(s.w.loads[x.c], warpLoad{})
		for x.pos = 0; x.pos <= len(x.seq); x.pos++ {
			x.out = x.out[:0]
			x.follow(0, s.begin(x.route), x.kind.begin, 0)
		}
	}
	return x.least < math.MaxInt64
}

// follow drives on behind node at, with all up to there in t, to c where that is due and to the stops from p on, with or without
// each, until the rest of the route holds.
func (x *ejector) follow(p int, at int32, t stretch, sum int64) {
	s := x.s
	for ; ; p++ {
		if x.looks++; x.looks > ejectLooks {
			return
		}
		if p == x.pos {
			t = x.drive(&t, at, x.c)
			at = x.c
			if t.warp > 0 {
				return
			}
		}
		if p >= x.pos && x.holds(p, at, &t) {
			if sum < x.least {
				x.least, x.seatPrev = sum, x.before()
				x.seatOut = append(x.seatOut[:0], x.out...)
			}
			return
		}
		if p == len(x.seq) {
			return
		}
		i := x.seq[p]
		if next := sum + x.hard[i]; len(x.out) < ejectMost && next < x.least {
			x.out, x.load = append(x.out, i), x.load.plus(warpLoad{}, s.w.loads[i])
			x.follow(p+1, at, t, next)
			x.out, x.load = x.out[:len(x.out)-1], x.load.plus(s.w.loads[i], warpLoad{})
		}
		t = x.drive(&t, at, i)
		at = i
		if t.warp > 0 {
			return
		}
	}
}

func (x *ejector) drive(t *stretch, at, to int32) stretch {
	if x.s.w.timeless {
		return *t
	}
	return t.join(x.s.sec(at, to), &x.s.w.visits[to])
}

// before is the node in front of the place of c.
func (x *ejector) before() int32 {
	if x.pos == 0 {
		return x.s.begin(x.route)
	}
	return x.seq[x.pos-1]
}

// holds reports whether the route holds when behind node at, with all up to there in t, the stops from p on follow.
func (x *ejector) holds(p int, at int32, t *stretch) bool {
	s := x.s
	for d, q := range x.load {
		if q > x.kind.caps[d] {
			return false
		}
	}
	if s.w.timeless {
		return true
	}
	rest := s.end(x.route)
	if p < len(x.seq) {
		rest = x.seq[p]
	}
	whole := s.through(t, at, rest, x.route)
	return whole.warp == 0 && whole.dur <= x.kind.maxDur
}

// carryOut puts c on the seat found and the stops that are in its way into the pool.
func (x *ejector) carryOut() {
	s := x.s
	s.place(x.c, x.seatPrev)
	r := s.route[x.c]
	for _, i := range x.seatOut {
		s.cutOut(i, i)
		s.route[i] = -1
	}
	s.update(r)
	x.pool = append(x.pool, x.seatOut...)
	s.hold()
}

// routes are the stops of the routes.
func (x *ejector) routes() [][]int32 {
	out := make([][]int32, len(x.s.kind))
	for r := range out {
		out[r] = x.s.stopsOf(int32(r), nil)
	}
	return out
}
