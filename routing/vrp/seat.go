package vrp

import "math/rand/v2"

// seat is a place for a stop (and its mate): behind place p of the tour in a slot, or on a new tour of a kind.
type seat struct {
	delta int64
	slot  int32 // -1 = open a tour
	kind  int32
	p, q  int32 // the mate goes behind place q of the tour without either; q ≥ p
	trip  int8  // 1: a trip of its own before p, 2: a trip of its own behind p
}

// nowhere is the slot of a seat that was not found.
const nowhere = -2

// builder puts absent stops where they cost least.
type builder struct {
	pl       *plan
	m        *model
	rng      *rand.Rand
	limit    int // most tours
	found    seat
	asked    []int32 // per slot: twice the round in which a stop was tried on it, and 1 where it may join
	round    int32
	trial    tour
	exact    []int32
	keys     []int64
	queue    []int32
	blink    bool
	overlook uint32
	stop     func() bool // asked before each stop while a first plan is made; nil later
	bits     uint64

	toFirst, toThen []detour // of a pair, on the tour that is tried

	centre int32 // the stop around which the plan was torn
	opens  int32 // the stop for which a tour is opened at a loss; -1 = none
	called []int32
	turn   int32
}

func newBuilder(pl *plan, rng *rand.Rand) *builder {
	return &builder{pl: pl, m: pl.m, rng: rng, limit: pl.m.n + len(pl.m.kinds), blink: true, opens: -1, called: make([]int32, pl.m.n)}
}

// skip overlooks a place now and then.
func (b *builder) skip() bool {
	b.bits = b.bits*6364136223846793005 + 1442695040888963407
	return b.blink && uint32(b.bits>>33) < b.overlook
}

// Where there are so few stops that a place in a hundred hardly ever comes up, a third is overlooked in some steps.
const (
	fewStops     = 30
	blindOneIn   = 3 // steps
	blindOfThree = 3
	blinkOf      = 100 // one place in so many is overlooked else
)

// drawBlinks says for a step how many places are overlooked: one in a hundred.
func (b *builder) drawBlinks() {
	b.overlook = (1 << 31) / blinkOf
	if b.blink && len(b.m.movers) <= fewStops && b.rng.IntN(blindOneIn) == 0 {
		b.overlook = (1 << 31) / blindOfThree
	}
}

// wholeScan is the most stops among which every place of every tour is tried; beyond, those beside near stops are.
const wholeScan = 150

// seatFor finds the cheapest seat for c; ok is false where none costs less than leaving it out.
func (b *builder) seatFor(c int32) (seat, bool) {
	b.bits = b.rng.Uint64()
	b.found = seat{delta: b.m.prices[c], slot: nowhere}
	if mate := b.m.mate[c]; mate >= 0 {
		b.found.delta += b.m.prices[mate]
		b.scanPairs(c, mate)
	} else {
		b.scan(c)
	}
	return b.found, b.found.slot > nowhere
}

// newRound begins to try another stop.
func (b *builder) newRound() {
	b.round++
	if b.round == 1<<30 {
		clear(b.asked)
		b.round = 1
	}
	for len(b.asked) < len(b.pl.tours) {
		b.asked = append(b.asked, 0)
	}
}

func (b *builder) scan(c int32) {
	b.openings(c, -1)
	b.newRound()
	if len(b.m.movers) > wholeScan {
		b.scanNear(c)
		if b.found.slot >= 0 || b.blink && (b.found.slot == -1 || b.m.optional) {
			return
		}
	}
	for s, t := range b.pl.tours {
		switch {
		case t == nil:
		case b.joins(c, t, int32(s)):
			b.scanTour(t, c)
		default:
			b.larger(t, c, 0, int32(len(t.seq)))
		}
	}
}

// scanNear tries the places beside near stops.
func (b *builder) scanNear(c int32) {
	pl, m := b.pl, b.m
	for _, v := range m.near[int(c)*m.reach : int(c+1)*m.reach] {
		w := &pl.stands[v.stop]
		if w.slot < 0 {
			continue
		}
		t := pl.tours[w.slot]
		k := &m.kinds[t.kind]
		to, from := int64(v.to)*k.perM, int64(v.from)*k.perM
		if !k.straight {
			to, from = k.beside(m.loc[v.stop], m.loc[c])
		}
		// Where the other end of a gap is nearer it is tried beside that one; else both legs cost at least as much as this.
		after, before := 2*to-w.ahead < b.found.delta, 2*from-w.behind < b.found.delta
		if !after && !before {
			continue
		}
		isFirst := b.asked[w.slot]>>1 != b.round
		if !b.joins(c, t, w.slot) {
			b.larger(t, c, w.place, w.place)
			continue
		}
		if after {
			b.try(t, c, w.place)
		}
		if before {
			b.try(t, c, w.place-1)
		}
		if isFirst && k.trips > 1 {
			b.tryTrips(t, c)
		}
	}
}

// scanTour tries every place of a tour.
func (b *builder) scanTour(t *tour, c int32) {
	closes := b.m.close[c]
	for p := range int32(len(t.seq) + 1) {
		if t.marks[p].leave > closes {
			break // later places are later still
		}
		b.try(t, c, p)
	}
	if b.m.kinds[t.kind].trips > 1 {
		b.tryTrips(t, c)
	}
}

// joins is may, asked once for each tour and stop.
func (b *builder) joins(c int32, t *tour, slot int32) bool {
	if b.asked[slot]>>1 == b.round {
		return b.asked[slot]&1 == 1
	}
	b.asked[slot] = b.round << 1
	if b.may(c, t) {
		b.asked[slot]++
		return true
	}
	return false
}

// may tests what does not depend on the place.
func (b *builder) may(c int32, t *tour) bool {
	m := b.m
	k := &m.kinds[t.kind]
	if k.ok != nil && !k.ok[c] {
		return false
	}
	if t.total != nil && m.simple && k.trips == 1 {
		d := m.dims
		for x := range d {
			if t.total[x]+m.first[int(c)*d+x] > k.caps[x] {
				return false
			}
		}
	}
	if t.on != nil && k.trips == 1 && len(t.seq) > 0 && !b.ends(k, t, c) {
		return false
	}
	if m.bound != nil && !b.pl.mayJoin(c, t.slot) {
		return false
	}
	return len(t.seq) < k.maxStops || t.count() < k.maxStops
}

// openings tries a tour of its own for c (and mate), one of each kind that is left.
func (b *builder) openings(c, mate int32) {
	if b.pl.used >= b.limit {
		return
	}
	for k := range b.m.kinds {
		if b.pl.left[k] <= 0 {
			continue
		}
		e := b.pl.empty[k]
		if !b.may(c, e) || mate >= 0 && !b.may(mate, e) {
			continue
		}
		if mate >= 0 {
			b.pairOn(e, c, mate)
		} else {
			b.try(e, c, 0)
		}
	}
}

// try tests c behind place p of t.
func (b *builder) try(t *tour, c, p int32) {
	m := b.m
	k := &m.kinds[t.kind]
	if int(p) < len(k.fixed) && len(t.seq) > 0 {
		return
	}
	a := &k.asks[c]
	from, to := &t.marks[p], &t.marks[p+1]
	var s1, s2, delta int64
	if k.quick && from.at >= 0 && to.at >= 0 {
		row := int(a.loc) * k.places
		s1, s2 = int64(k.into[row+int(from.at)]), int64(k.cells[row+int(to.at)])
		delta = (int64(k.intoM[row+int(from.at)])+int64(k.metres[row+int(to.at)]))*k.perM + (s1+s2)*k.perDrive - from.ahead
	} else {
		var c1, c2 int64
		s1, c1 = k.leg(from.at, a.loc)
		s2, c2 = k.leg(a.loc, to.at)
		delta = c1 + c2 - from.ahead
	}
	if len(t.seq) == 0 {
		delta += k.used
	}
	if delta >= b.found.delta {
		return
	}
	arrive := max(from.leave+s1, a.open)
	if arrive > a.close || arrive+a.service+s2 > to.late || b.skip() {
		return
	}
	b.fit(k, t, c, p, delta, s1, s2)
}

// fit tests the rest of what c behind place p asks for, and keeps the seat where it is the cheapest.
func (b *builder) fit(k *kind, t *tour, c, p int32, delta, s1, s2 int64) {
	m := b.m
	if k.trips == 1 && m.ready[c] > t.marks[0].leave && (m.ready[c] > t.marks[0].late || !k.deep && !b.delayed(k, t, c, p)) {
		return
	}
	if t.on != nil && len(t.seq) > 0 && !b.carries(k, t, c, p) {
		return
	}
	if m.backhaul != nil && !b.rowTakes(t, c, p) {
		return
	}
	if k.rounds {
		if !b.inRound(k, t, c, p) {
			return
		}
	} else if k.deep {
		delta = b.drives(k, t, c, p, 0)
	} else if k.timed {
		delta += b.longer(k, t, c, p, s1, s2)
	}
	if delta < b.found.delta {
		b.found = seat{delta: delta, slot: t.slot, kind: t.kind, p: p}
	}
}

// sit puts c (and its mate) on the seat found. It reports false, and changes nothing, where the tour does not hold.
func (b *builder) sit(c int32, s seat) bool {
	pl := b.pl
	t := pl.fresh(s.kind)
	var seq []int32
	var was *tour
	if s.slot >= 0 {
		seq = pl.tours[s.slot].seq
		if pl.tours[s.slot].kind == s.kind {
			was = pl.tours[s.slot]
		}
	}
	if mate := b.m.mate[c]; mate >= 0 {
		t.seq = splicePair(t.seq, seq, c, mate, s.p, s.q)
	} else {
		t.seq = splice(t.seq, seq, c, s.p, s.trip)
	}
	if !b.m.derive(t, was, pl.stands) {
		pl.recycle(t)
		return false
	}
	if s.slot >= 0 {
		pl.replace(s.slot, t)
	} else {
		pl.put(t)
	}
	pl.cost -= b.m.prices[c]
	if mate := b.m.mate[c]; mate >= 0 {
		pl.cost -= b.m.prices[mate]
	}
	return true
}
