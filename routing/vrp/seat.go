package vrp

import (
	"context"
	"math/rand/v2"
)

// seat is a place for a stop (and its mate): behind place p of the tour in a slot, or on a new tour of a kind.
type seat struct {
	delta int64
	slot  int32 // -1 = open a tour
	kind  int32
	p, q  int32 // the mate goes behind place q of the tour without either; q ≥ p
	trip  int8  // 1: a trip of its own before p, 2: a trip of its own behind p
}

// builder puts absent stops where they cost least.
type builder struct {
	pl    *plan
	m     *model
	rng   *rand.Rand
	limit int // most tours
	found seat
	seen  []int32 // per slot: the round in which a pair was tried on it
	round int32
	trial tour
	exact []int32
	keys  []int64
	queue []int32
	blink bool
	ctx   context.Context // asked before each stop while the first plan is made; nil later
	bits  uint64

	dearest int64 // fixed cost of a vehicle
}

func newBuilder(pl *plan, rng *rand.Rand) *builder {
	b := &builder{pl: pl, m: pl.m, rng: rng, limit: pl.m.n + len(pl.m.kinds), blink: true}
	for k := range pl.m.kinds {
		b.dearest = max(b.dearest, pl.m.kinds[k].used)
	}
	return b
}

// skip overlooks one place in a hundred.
func (b *builder) skip() bool {
	b.bits = b.bits*6364136223846793005 + 1442695040888963407
	return b.blink && uint32(b.bits>>33) < (1<<31)/blinkOf
}

// wholeScan is the most stops among which every place of every tour is tried; beyond, those beside near stops are.
const wholeScan = 150

// seatFor finds the cheapest seat for c; ok is false where none costs less than leaving it out.
func (b *builder) seatFor(c int32) (seat, bool) {
	b.bits = b.rng.Uint64()
	b.found = seat{delta: b.m.prices[c], slot: -2}
	if mate := b.m.mate[c]; mate >= 0 {
		b.found.delta += b.m.prices[mate]
		b.haste()
		b.scanPairs(c, mate)
	} else {
		b.haste()
		b.scan(c)
	}
	return b.found, b.found.slot > -2
}

// haste now and then takes an optional stop at a loss: the first stop on a vehicle rarely pays for it, the next ones do.
func (b *builder) haste() {
	if b.m.optional && b.blink && b.bits&7 == 0 {
		b.found.delta = b.found.delta*8 + b.dearest
	}
}

func (b *builder) scan(c int32) {
	pl, m := b.pl, b.m
	b.openings(c, -1)
	if len(m.movers) > wholeScan {
		for _, v := range m.near[int(c)*m.reach : int(c+1)*m.reach] {
			if s := pl.slotOf[v]; s >= 0 {
				t := pl.tours[s]
				p := pl.place[v]
				if !b.may(c, t) {
					b.larger(t, c, p, p)
					continue
				}
				b.try(t, c, p)
				b.try(t, c, p-1)
				if m.kinds[t.kind].trips > 1 {
					b.tryTrips(t, c)
				}
			}
		}
		if b.found.slot > -2 && b.found.slot != -1 {
			return
		}
	}
	for _, t := range pl.tours {
		if t != nil && !b.may(c, t) {
			b.larger(t, c, 0, int32(len(t.seq)))
		} else if t != nil {
			for p := range int32(len(t.seq) + 1) {
				b.try(t, c, p)
			}
			if m.kinds[t.kind].trips > 1 {
				b.tryTrips(t, c)
			}
		}
	}
}

// mostKinds is the most kinds of vehicles among which a tour that has no room is offered to others.
const mostKinds = 12

// larger tries c behind places p…q of t as done by another kind of vehicle, where t itself has no room.
func (b *builder) larger(t *tour, c, p, q int32) {
	m := b.m
	if len(m.kinds) < 2 || len(m.kinds) > mostKinds || len(m.kinds[t.kind].fixed) > 0 {
		return
	}
	for to := range m.kinds {
		if int32(to) == t.kind || b.pl.left[to] <= 0 || len(m.kinds[to].fixed) > 0 {
			continue
		}
		x := m.recast(t, to)
		if x == nil || !b.may(c, x) {
			continue
		}
		// try counts from the cost of the other kind's tour.
		more := x.cost - t.cost
		was := b.found
		b.found.delta -= more
		if b.found.delta > 0 || more < 0 {
			from := b.found.delta
			for at := p; at <= q; at++ {
				b.try(x, c, at)
			}
			if b.found.delta < from {
				b.found.delta += more
				b.found.slot = t.slot
				continue
			}
		}
		b.found = was
	}
}

// nobody stands for a tour that a kind cannot do.
var nobody = &tour{}

// recast is tour t done by another kind, or nil where it cannot; tours do not change, so that the answer is kept.
func (m *model) recast(t *tour, to int) *tour {
	if t.as == nil {
		t.as = make([]*tour, len(m.kinds))
	}
	if t.as[to] == nil {
		x := &tour{kind: int32(to), slot: t.slot, seq: t.seq}
		t.as[to] = x
		if !m.kindTakes(to, t) || !m.refresh(x) {
			t.as[to] = nobody
		}
	}
	if t.as[to] == nobody {
		return nil
	}
	return t.as[to]
}

// may tests what does not depend on the place.
func (b *builder) may(c int32, t *tour) bool {
	k := &b.m.kinds[t.kind]
	if k.ok != nil && !k.ok[c] {
		return false
	}
	if t.total != nil && b.m.simple && k.trips == 1 {
		d := b.m.dims
		for x := range d {
			if t.total[x]+b.m.first[int(c)*d+x] > k.caps[x] {
				return false
			}
		}
	}
	if t.on != nil && k.trips == 1 && len(t.seq) > 0 && !b.ends(k, t, c) {
		return false
	}
	if b.m.bound != nil && !b.pl.mayJoin(c, t.slot) {
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
		e.slot = -1
		if !b.may(c, e) || mate >= 0 && !b.may(mate, e) {
			continue
		}
		was := b.found.slot
		if mate >= 0 {
			b.pairOn(e, c, mate)
		} else {
			b.try(e, c, 0)
		}
		if b.found.slot == -1 && was != -1 || b.found.slot == -1 && b.found.kind == int32(k) {
			b.found.kind = int32(k)
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
	lc := m.loc[c]
	var s1, s2, delta int64
	if from, to := t.at[p], t.at[p+1]; k.quick && from >= 0 && to >= 0 {
		in, out := int(from)*k.places+int(lc), int(lc)*k.places+int(to)
		s1, s2 = int64(k.cells[in]), int64(k.cells[out])
		delta = (int64(k.metres[in])+int64(k.metres[out]))*k.perM + (s1+s2)*k.perDrive - t.ahead[p]
	} else {
		var c1, c2 int64
		s1, c1 = k.leg(from, lc)
		s2, c2 = k.leg(lc, to)
		delta = c1 + c2 - t.ahead[p]
	}
	if len(t.seq) == 0 {
		delta += k.used
	}
	if delta >= b.found.delta {
		return
	}
	arrive := max(t.leave[p]+s1, m.open[c])
	if arrive > m.close[c] || arrive+k.service[c]+s2 > t.late[p+1] || b.skip() {
		return
	}
	if m.ready[c] > t.leave[0] && k.trips == 1 {
		if m.ready[c] > t.late[0] || !k.deep && !b.delayed(k, t, c, p) {
			return
		}
	}
	if t.on != nil && len(t.seq) > 0 && !b.carries(k, t, c, p) {
		return
	}
	if m.backhaul != nil && !b.rowTakes(t, c, p) {
		return
	}
	if k.deep {
		delta = b.drives(k, t, c, p, 0)
	} else if k.timed {
		delta += b.longer(k, t, c, p, s1, s2)
	}
	if delta < b.found.delta {
		b.found = seat{delta: delta, slot: t.slot, kind: t.kind, p: p}
	}
}

// delayed reports whether the whole tour may wait for c to be ready.
func (b *builder) delayed(k *kind, t *tour, c, p int32) bool {
	m := b.m
	clock, at := m.ready[c], k.start
	for q := int32(0); q <= int32(len(t.seq)); q++ {
		if q == p {
			sec, _ := k.leg(at, m.loc[c])
			clock = max(clock+sec, m.open[c])
			if clock > m.close[c] {
				return false
			}
			clock, at = clock+k.service[c], m.loc[c]
		}
		sec, _ := k.leg(at, t.at[q+1])
		clock += sec
		if clock > t.late[q+1] {
			return false
		}
		if int(q) < len(t.seq) {
			i := t.seq[q]
			clock, at = max(clock, m.open[i])+k.service[i], t.at[q+1]
		}
	}
	return true
}

// carries reports whether the load fits with c behind place p.
func (b *builder) carries(k *kind, t *tour, c, p int32) bool {
	d := b.m.dims
	for x := range d {
		first := b.m.first[int(c)*d+x]
		if t.up[int(p)*d+x]+first > k.caps[x] || t.down[int(p)*d+x]+first+b.m.delta[int(c)*d+x] > k.caps[x] {
			return false
		}
	}
	return true
}

// ends reports whether the tour's two ends have room: what is delivered is on board from the start, what is collected is
// there at the end.
func (b *builder) ends(k *kind, t *tour, c int32) bool {
	d := b.m.dims
	end := (len(t.seq) + 1) * d
	for x := range d {
		first := b.m.first[int(c)*d+x]
		if t.on[x]+first > k.caps[x] || b.m.mate[c] < 0 && t.on[end+x]+first+b.m.delta[int(c)*d+x] > k.caps[x] {
			return false
		}
	}
	return true
}

func (b *builder) rowTakes(t *tour, c, p int32) bool {
	back := b.m.backhaul
	if back[c] {
		return p > 0 && t.seq[p-1] != reload && (int(p) == len(t.seq) || t.seq[p] == reload || back[t.seq[p]])
	}
	return p == 0 || t.seq[p-1] == reload || !back[t.seq[p-1]]
}

// longer is the cost of the time that c adds, or never where the tour would take too long.
func (b *builder) longer(k *kind, t *tour, c, p int32, s1, s2 int64) int64 {
	m := b.m
	from := span{0, max(t.leave[0], m.ready[c]), k.closeSec}
	visit := span{k.service[c], m.open[c], m.close[c]}
	if len(t.seq) == 0 {
		whole := from.join(s1, visit).join(s2, span{0, k.openSec, k.closeSec})
		if whole.dur > k.maxDur {
			return never
		}
		return k.perSec * whole.dur
	}
	head := t.head[p]
	if m.ready[c] > t.leave[0] { // everything before starts later too
		head = from
		at := k.start
		for q := range p {
			i := t.seq[q]
			sec, _ := k.leg(at, m.loc[i])
			head = head.join(sec, span{k.service[i], m.open[i], m.close[i]})
			at = m.loc[i]
		}
	}
	whole := head.join(s1, visit).join(s2, t.tail[p+1])
	if whole.dur > k.maxDur {
		return never
	}
	return k.perSec * (whole.dur - t.head[len(t.seq)+1].dur)
}

// drives is the exact cost of putting c behind place p, as a trip of its own or not; never where it does not hold.
func (b *builder) drives(k *kind, t *tour, c, p int32, trip int8) int64 {
	b.exact = splice(b.exact, t.seq, c, p, trip)
	cost, ok := b.m.drive(k, b.exact, nil)
	if !ok {
		return never
	}
	return cost - t.cost
}

func splice(into, seq []int32, c, p int32, trip int8) []int32 {
	into = append(into[:0], seq[:p]...)
	switch trip {
	case 1:
		into = append(into, c, reload)
	case 2:
		into = append(into, reload, c)
	default:
		into = append(into, c)
	}
	return append(into, seq[p:]...)
}

// tryTrips tests c on a further trip of t: before the first, between two, after the last.
func (b *builder) tryTrips(t *tour, c int32) {
	k := &b.m.kinds[t.kind]
	trips := 1
	for _, i := range t.seq {
		if i == reload {
			trips++
		}
	}
	if trips >= k.trips || len(t.seq) == 0 || len(k.fixed) > 0 {
		return
	}
	_, out := k.leg(k.start, b.m.loc[c])
	_, in := k.leg(b.m.loc[c], k.end)
	if out+in >= b.found.delta {
		return
	}
	test := func(p int32, trip int8) {
		if b.skip() {
			return
		}
		if delta := b.drives(k, t, c, p, trip); delta < b.found.delta {
			b.found = seat{delta: delta, slot: t.slot, kind: t.kind, p: p, trip: trip}
		}
	}
	test(0, 1)
	for p, i := range t.seq {
		if i == reload {
			test(int32(p), 2)
		}
	}
	test(int32(len(t.seq)), 2)
}

// scanPairs tries the tours near either stop of a pair, then all.
func (b *builder) scanPairs(c, mate int32) {
	pl, m := b.pl, b.m
	b.openings(c, mate)
	b.round++
	for len(b.seen) < len(pl.tours) {
		b.seen = append(b.seen, 0)
	}
	test := func(s int32) {
		if s < 0 || b.seen[s] == b.round || pl.tours[s] == nil {
			return
		}
		b.seen[s] = b.round
		if t := pl.tours[s]; b.may(c, t) && b.may(mate, t) {
			b.pairOn(t, c, mate)
		}
	}
	if len(pl.tours) > 12 {
		width := min(m.reach, 40)
		for k := range width {
			test(pl.slotOf[m.near[int(c)*m.reach+k]])
			test(pl.slotOf[m.near[int(mate)*m.reach+k]])
		}
		if b.found.slot >= 0 {
			return
		}
	}
	for s := range pl.tours {
		test(int32(s))
	}
}

// pairOn tests pickup c and delivery mate on t, in constant time for each two places.
func (b *builder) pairOn(t *tour, c, mate int32) {
	m := b.m
	k := &m.kinds[t.kind]
	lc, ld := m.loc[c], m.loc[mate]
	sd, _ := k.leg(lc, ld)
	n := int32(len(t.seq))
	opening := int64(0)
	if n == 0 {
		opening = k.used
	}
	_, straight := k.leg(lc, ld)
	from := int32(0)
	if n > 0 {
		from = int32(len(k.fixed))
	}
	for p := from; p <= n; p++ {
		s1, c1 := k.leg(t.at[p], lc)
		arrive := max(t.leave[p]+s1, m.open[c])
		if arrive > m.close[c] {
			if t.leave[p] > m.close[c] {
				return // and later places are later still
			}
			continue
		}
		if n > 0 && !b.lifts(k, t, c, p) || b.skip() {
			continue
		}
		leaves := arrive + k.service[c]
		s2, c2 := k.leg(lc, t.at[p+1])
		// Delivered straight away.
		s3, c3 := k.leg(ld, t.at[p+1])
		if delta := opening + c1 + straight + c3 - t.ahead[p]; delta < b.found.delta {
			there := max(leaves+sd, m.open[mate])
			if there <= m.close[mate] && there+k.service[mate]+s3 <= t.late[p+1] {
				b.keepPair(k, t, c, mate, p, p, delta)
			}
		}
		base := opening + c1 + c2 - t.ahead[p]
		if base >= b.found.delta {
			continue
		}
		clock := leaves + s2
		for q := p + 1; q <= n; q++ { // the mate goes behind place q
			i := t.seq[q-1]
			if clock > t.late[q] || i == reload || n > 0 && !b.lifts(k, t, c, q) {
				break
			}
			clock = max(clock, m.open[i]) + k.service[i]
			s4, c4 := k.leg(t.at[q], ld)
			s5, c5 := k.leg(ld, t.at[q+1])
			if delta := base + c4 + c5 - t.ahead[q]; delta < b.found.delta {
				there := max(clock+s4, m.open[mate])
				if there <= m.close[mate] && there+k.service[mate]+s5 <= t.late[q+1] {
					b.keepPair(k, t, c, mate, p, q, delta)
				}
			}
			if q < n {
				s6, _ := k.leg(t.at[q], t.at[q+1])
				clock += s6
			}
		}
	}
}

// lifts reports whether what c takes up fits on board behind place p.
func (b *builder) lifts(k *kind, t *tour, c, p int32) bool {
	d := b.m.dims
	for x := range d {
		if t.on[int(p)*d+x]+b.m.delta[int(c)*d+x] > k.caps[x] {
			return false
		}
	}
	return true
}

func (b *builder) keepPair(k *kind, t *tour, c, mate, p, q int32, delta int64) {
	if k.deep || k.timed {
		b.trial.kind = t.kind
		b.trial.seq = splicePair(b.trial.seq, t.seq, c, mate, p, q)
		if !b.m.refresh(&b.trial) {
			return
		}
		delta = b.trial.cost - t.cost
	}
	if delta < b.found.delta {
		b.found = seat{delta: delta, slot: t.slot, kind: t.kind, p: p, q: q}
	}
}

func splicePair(into, seq []int32, c, mate, p, q int32) []int32 {
	into = append(into[:0], seq[:p]...)
	into = append(into, c)
	into = append(into, seq[p:q]...)
	into = append(into, mate)
	return append(into, seq[q:]...)
}

// sit puts c (and its mate) on the seat found. It reports false, and changes nothing, where the tour does not hold.
func (b *builder) sit(c int32, s seat) bool {
	pl := b.pl
	t := pl.fresh(s.kind)
	var seq []int32
	if s.slot >= 0 {
		seq = pl.tours[s.slot].seq
	}
	if mate := b.m.mate[c]; mate >= 0 {
		t.seq = splicePair(t.seq, seq, c, mate, s.p, s.q)
	} else {
		t.seq = splice(t.seq, seq, c, s.p, s.trip)
	}
	if !b.m.refresh(t) {
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
