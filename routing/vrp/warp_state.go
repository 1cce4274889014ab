package vrp

import "math/rand/v2"

// warpState is a plan under local search. Nodes are the stops, then for each route its start and its end.
type warpState struct {
	w          *warpModel
	rng        *rand.Rand
	next, prev []int32
	route      []int32 // of each node; -1 = on none
	at         []int32 // row of the tables
	pos        []int32
	pre        []stretch // from the start to the node
	suf        []stretch // from the node to the last stop
	cum        []warpLoad
	cumLen     []int64
	preMay     []uint64 // kinds that may visit all stops up to the node, and from the node on
	sufMay     []uint64

	kind   []int32 // per route
	size   []int32
	whole  []stretch
	load   []warpLoad
	length []int64
	pen    []int64 // penalties, and the price of duration
	tested []int32 // per stop: the clock when its moves were last tried
	moved  []int32 // per route: the clock when it last changed
	clock  int32

	worth  []int64 // per route: what it costs in all
	broken []uint8 // per route: which rules it breaks, by bits
	late   int     // routes that are late or too long
	full   int     // routes with too much on board
	total  int64   // worth of all routes, and the prices of stops on none
	spare  []int32 // per kind: an empty route, or -1

	lateCost int64 // units for a second late or too long
	lateBase int64 // and for being so at all: else a trail goes on being late by next to nothing
	overCost warpLoad
	overBase int64 // for having too much on board at all
	lateMost int64 // what the two may rise to
	overMost warpLoad
	grace    int64 // moves between routes are done that cost less than this; 0 but for drawn ones
	order    []int32
	view     view    // of the stop whose moves are tried
	part     []int32 // of a route, in another order; see rewrite
	trace    trace
}

func newWarpState(w *warpModel, slots []int, rng *rand.Rand) *warpState {
	s := &warpState{w: w, rng: rng}
	routes := 0
	for k, n := range slots {
		for range n {
			s.kind = append(s.kind, int32(k))
		}
		routes += n
	}
	nodes := w.n + 2*routes
	s.next, s.prev, s.route, s.at, s.pos = make([]int32, nodes), make([]int32, nodes), make([]int32, nodes), make([]int32, nodes), make([]int32, nodes)
	s.pre, s.suf, s.cum, s.cumLen = make([]stretch, nodes), make([]stretch, nodes), make([]warpLoad, nodes), make([]int64, nodes)
	s.preMay, s.sufMay = make([]uint64, nodes), make([]uint64, nodes)
	s.size, s.whole, s.load, s.length, s.pen = make([]int32, routes), make([]stretch, routes), make([]warpLoad, routes), make([]int64, routes), make([]int64, routes)
	s.tested, s.moved = make([]int32, w.n), make([]int32, routes)
	s.worth, s.broken, s.spare = make([]int64, routes), make([]uint8, routes), make([]int32, len(w.kinds))
	for i := range w.n {
		s.at[i] = int32(i)
		s.order = append(s.order, int32(i))
	}
	for r := range routes {
		s.seatDepots(int32(r))
	}
	length, sec := w.meanLeg()
	rate := float64(w.kinds[0].rate)
	s.lateCost = int64(rate*length/sec) + 1
	for d := range warpLoads {
		var sum float64
		for i := range w.n {
			sum += float64(w.loads[i][d])
		}
		s.overCost[d] = int64(4*rate*length*float64(w.n)/(sum+1)) + 1
		s.overMost[d] = priceSpan * s.overCost[d]
	}
	s.lateMost = priceSpan * s.lateCost
	return s
}

// priceSpan is how many times the first prices of breaking a rule are the highest. Being late by as much as a plan takes then still costs
// less than 63 bits hold; beyond that moves seem to pay that do not, and no descent ends.
const priceSpan = 500

// raise multiplies the prices of being late and of overload.
func (s *warpState) raise(late, over float64) {
	s.lateCost = max(1, min(int64(float64(s.lateCost)*late), s.lateMost))
	for d := range s.overCost {
		s.overCost[d] = max(1, min(int64(float64(s.overCost[d])*over), s.overMost[d]))
	}
}

func (s *warpState) begin(r int32) int32 { return int32(s.w.n) + 2*r }
func (s *warpState) end(r int32) int32   { return int32(s.w.n) + 2*r + 1 }
func (s *warpState) stop(i int32) bool   { return int(i) < s.w.n }

// seatDepots gives a route's ends the places of its kind.
func (s *warpState) seatDepots(r int32) {
	k := &s.w.kinds[s.kind[r]]
	a, b := s.begin(r), s.end(r)
	s.at[a], s.at[b] = k.start, k.end
	s.route[a], s.route[b] = r, r
}

// fill puts the plan of routes in place. Routes are longer than those where some slots stay empty.
func (s *warpState) fill(routes [][]int32, kinds []int32) {
	s.total = 0
	for i := range s.w.n {
		s.route[i] = -1
		s.total += s.w.prizes[i]
	}
	s.late, s.full = 0, 0
	for r := range s.kind {
		s.worth[r], s.broken[r], s.size[r] = 0, 0, 0
		s.kind[r] = kinds[r]
		s.seatDepots(int32(r))
		s.write(int32(r), routes[r])
		for _, i := range routes[r] {
			s.total -= s.w.prizes[i]
		}
	}
	for k := range s.spare {
		s.spare[k] = s.findSpare(int32(k))
	}
}

// write makes seq the stops of route r.
func (s *warpState) write(r int32, seq []int32) {
	last := s.begin(r)
	for _, i := range seq {
		s.next[last], s.prev[i] = i, last
		last = i
	}
	s.next[last], s.prev[s.end(r)] = s.end(r), last
	s.update(r)
}

// stopsOf appends the stops of route r to into.
func (s *warpState) stopsOf(r int32, into []int32) []int32 {
	for i := s.next[s.begin(r)]; s.stop(i); i = s.next[i] {
		into = append(into, i)
	}
	return into
}

// leg is the length between two nodes; an empty route has none.
func (s *warpState) leg(i, j int32) int64 {
	if int(i) >= s.w.n && int(j) >= s.w.n {
		return 0
	}
	return int64(s.w.length[int(s.at[i])*s.w.places+int(s.at[j])])
}

func (s *warpState) sec(i, j int32) int64 {
	return int64(s.w.sec[int(s.at[i])*s.w.places+int(s.at[j])])
}

// update takes stock of route r anew.
func (s *warpState) update(r int32) {
	w := s.w
	k := &w.kinds[s.kind[r]]
	first, last := s.begin(r), s.end(r)
	s.clock++
	s.moved[r] = s.clock
	s.pre[first], s.cum[first], s.cumLen[first], s.pos[first], s.preMay[first] = k.begin, warpLoad{}, 0, 0, ^uint64(0)
	at, place := first, int32(0)
	for i := s.next[first]; i != last; i = s.next[i] {
		place++
		s.route[i], s.pos[i] = r, place
		s.cumLen[i] = s.cumLen[at] + s.leg(at, i)
		s.cum[i] = s.cum[at]
		for d := range warpLoads {
			s.cum[i][d] += w.loads[i][d]
		}
		if !w.timeless {
			s.pre[i] = s.pre[at].join(s.sec(at, i), &w.visits[i])
		}
		s.preMay[i] = s.preMay[at] & w.may[i]
		at = i
	}
	s.pos[last], s.size[r] = place+1, place
	s.cum[last], s.load[r] = s.cum[at], s.cum[at]
	s.cumLen[last] = s.cumLen[at] + s.leg(at, last)
	s.length[r] = s.cumLen[last]
	s.sufMay[last] = ^uint64(0)
	if place == 0 {
		s.pen[r], s.whole[r] = 0, stretch{}
		s.book(r, 0, 0)
		s.spare[s.kind[r]] = r
		return
	}
	if s.spare[s.kind[r]] == r {
		s.spare[s.kind[r]] = s.findSpare(s.kind[r])
	}
	after := last
	for i := at; i != first; i = s.prev[i] {
		s.sufMay[i] = s.sufMay[after] & w.may[i]
		if !w.timeless {
			if after == last {
				s.suf[i] = w.visits[i]
			} else {
				s.suf[i] = w.visits[i].join(s.sec(i, after), &s.suf[after])
			}
		}
		after = i
	}
	if !w.timeless {
		s.whole[r] = s.pre[at].join(s.sec(at, last), &k.finish)
	}
	s.pen[r] = s.price(k, &s.whole[r], &s.load[r])
	broken := uint8(0)
	if s.whole[r].warp > 0 || s.whole[r].dur > k.maxDur {
		broken = isLate
	}
	for d, q := range s.load[r] {
		if q > k.caps[d] {
			broken |= isFull
		}
	}
	s.book(r, k.used+s.length[r]*k.rate+s.pen[r], broken)
}

// Bits of warpState.broken.
const (
	isLate = 1 << iota
	isFull
)

// book notes what route r costs in all and which rules it breaks.
func (s *warpState) book(r int32, worth int64, broken uint8) {
	s.total += worth - s.worth[r]
	s.late += int(broken&isLate) - int(s.broken[r]&isLate)
	s.full += int(broken&isFull)/isFull - int(s.broken[r]&isFull)/isFull
	s.worth[r], s.broken[r] = worth, broken
	s.trace.note(r)
}

// price is the penalties of a route and the price of its duration.
func (s *warpState) price(k *warpKind, t *stretch, load *warpLoad) int64 {
	cost := int64(0)
	for d, q := range load {
		if over := q - k.caps[d]; over > 0 {
			cost += over*s.overCost[d] + s.overBase
		}
	}
	if s.w.timeless {
		return cost
	}
	cost += t.warp*s.lateCost + k.perSec*t.dur
	if t.warp > 0 || t.dur > k.maxDur {
		cost += s.lateBase
	}
	if t.dur > k.maxDur {
		cost += (t.dur - k.maxDur) * s.lateCost
	}
	return cost
}

// close is the stretch of a route that ends at its depot behind a, which ends with stop i; where i is the start it is empty.
func (s *warpState) home(a *stretch, i, r int32) stretch {
	return a.join(s.sec(i, s.end(r)), &s.w.kinds[s.kind[r]].finish)
}

// through is the stretch up to node i, then from node j of another or the same route to its last stop, and home to the depot of
// route r.
func (s *warpState) through(a *stretch, i, j, r int32) stretch {
	if !s.stop(j) {
		return s.home(a, i, r)
	}
	t := a.join(s.sec(i, j), &s.suf[j])
	return s.home(&t, s.prev[s.end(s.route[j])], r)
}

// emptyOf is an empty route of a kind, or -1.
func (s *warpState) emptyOf(kind int32) int32 { return s.spare[kind] }

func (s *warpState) findSpare(kind int32) int32 {
	for r, k := range s.kind {
		if k == kind && s.size[r] == 0 {
			return int32(r)
		}
	}
	return -1
}

// cutOut takes the nodes from i to j out of their route.
func (s *warpState) cutOut(i, j int32) {
	p, x := s.prev[i], s.next[j]
	s.next[p], s.prev[x] = x, p
}

// putIn links the nodes from i to j behind v.
func (s *warpState) putIn(i, j, v int32) {
	y := s.next[v]
	s.next[v], s.prev[i] = i, v
	s.next[j], s.prev[y] = y, j
}
