package vrp

import "slices"

// mostTried is how many absent stops a step tries to place; where more are absent a random part takes its turn.
const mostTried = 60

// fill puts absent stops on tours in a drawn order, each where it costs least, and leaves out those without a seat.
func (b *builder) fill() {
	pl := b.pl
	if len(pl.absent) == 0 {
		return
	}
	b.drawBlinks()
	b.pick()
	b.order(b.queue)
	b.grant()
	for _, c := range b.queue {
		if b.stop != nil && b.stop() {
			break
		}
		if pl.stands[c].slot >= 0 {
			continue
		}
		if s, ok := b.seatFor(c); ok {
			b.sit(c, s)
		}
	}
	pl.seated()
	if b.m.bound != nil {
		b.dissolve()
	}
}

// Optional stops offered in a step besides those just taken off.
const (
	offers     = 12
	grantOneIn = 10 // a step in so many opens a tour at a loss
	grantOffer = 48 // optional stops offered then
)

// pick chooses the stops to place in this step: all absent ones, or where leaving out is a choice, those just taken off
// and those near them.
func (b *builder) pick() {
	pl := b.pl
	b.queue = b.queue[:0]
	from := pl.absent
	b.turn++
	if b.m.optional && b.blink && len(from) > offers {
		from = pl.absent[min(len(pl.wasOut), len(pl.absent)):]
	} else if len(from) > mostTried {
		b.rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	}
	for _, c := range from {
		if len(b.queue) >= mostTried {
			break
		}
		b.call(c)
	}
	if b.m.optional && b.blink {
		b.offer()
	}
	if b.m.optional && b.m.compulsory && b.blink {
		for _, c := range pl.wasOut {
			if b.m.p.Stops[c].PrizeCents == 0 && len(b.queue) < 2*mostTried {
				b.call(c)
			}
		}
	}
}

// call queues an absent stop, a shipment by its pickup, once in a step.
func (b *builder) call(c int32) {
	if mate := b.m.mate[c]; (mate < 0 || b.m.pickup[c]) && b.called[c] != b.turn {
		b.called[c] = b.turn
		b.queue = append(b.queue, c)
	}
}

// offer queues absent stops near the one around which the plan was torn.
func (b *builder) offer() {
	m := b.m
	most := len(b.queue) + b.rng.IntN(offers+1)
	b.opens = -1
	if b.rng.IntN(grantOneIn) == 0 && b.pl.used < b.limit {
		most = len(b.queue) + grantOffer
		b.opens = b.centre
	}
	if c := b.centre; b.pl.stands[c].slot < 0 {
		b.call(c)
	}
	for _, c := range m.around[int(b.centre)*m.reach : int(b.centre+1)*m.reach] {
		if len(b.queue) >= most {
			break
		}
		if b.pl.stands[c].slot < 0 {
			b.call(c)
		}
	}
}

// grant opens a tour for the absent stop in the middle of those offered, whatever it costs: the first stop on a vehicle
// rarely pays for it, those that follow may.
func (b *builder) grant() {
	c := b.opens
	if b.opens = -1; c < 0 || !b.blink || len(b.queue) == 0 {
		return
	}
	if b.pl.stands[c].slot >= 0 {
		c = b.queue[0]
	}
	if mate := b.m.mate[c]; mate >= 0 && !b.m.pickup[c] {
		c = mate
	}
	b.bits = b.rng.Uint64()
	b.found = seat{delta: never, slot: nowhere}
	b.openings(c, b.m.mate[c])
	if b.found.slot == -1 {
		b.sit(c, b.found)
	}
}

// fillAll is fill for all absent stops.
func (b *builder) fillAll() {
	for rounds := len(b.pl.absent)/mostTried + 1; rounds >= 0 && (b.stop == nil || !b.stop()); rounds-- {
		b.fill()
	}
}

// dissolve takes off their tours the stops whose relation could not be placed whole.
func (b *builder) dissolve() {
	pl := b.pl
	var off []int32
	for _, c := range pl.absent {
		if pl.stands[c].slot < 0 {
			off = pl.torn(c, off)
		}
	}
	for k := 0; k < len(off); k++ { // grows: a stop taken off may tear others along
		off = pl.torn(off[k], off)
	}
	b.takeOff(off)
}

// takeOff removes stops, with their mates and fellows, from the tours they are on.
func (b *builder) takeOff(stops []int32) {
	pl := b.pl
	slots := map[int32]bool{}
	out := func(c int32) {
		if s := pl.stands[c].slot; s >= 0 && int(pl.stands[c].place) > len(b.m.kinds[pl.tours[s].kind].fixed) {
			slots[s] = true
			pl.take(c)
		}
	}
	for _, c := range stops {
		out(c)
		if mate := b.m.mate[c]; mate >= 0 {
			out(mate)
		}
	}
	keys := make([]int32, 0, len(slots))
	for s := range slots {
		keys = append(keys, s)
	}
	slices.Sort(keys)
	for _, s := range keys {
		b.rest(s)
	}
}

// rest makes the tour of a slot anew from the stops that are still on it; where it does not hold without the others all
// of it is taken off.
func (b *builder) rest(slot int32) {
	pl, m := b.pl, b.m
	was := pl.tours[slot]
	t := pl.fresh(was.kind)
	for _, c := range was.seq {
		if c != reload && pl.stands[c].slot == slot {
			t.seq = append(t.seq, c)
		} else if c == reload && len(t.seq) > 0 && t.seq[len(t.seq)-1] != reload {
			t.seq = append(t.seq, reload)
		}
	}
	for len(t.seq) > 0 && t.seq[len(t.seq)-1] == reload {
		t.seq = t.seq[:len(t.seq)-1]
	}
	if len(t.seq) > 0 && !m.derive(t, was, pl.stands) {
		fixed := len(m.kinds[t.kind].fixed)
		for _, c := range t.seq[fixed:] {
			if c != reload {
				pl.take(c)
			}
		}
		t.seq = t.seq[:fixed]
		m.refresh(t)
	}
	pl.replace(slot, t)
}

// Ways to order what is placed, drawn by weight: random, large, far and close first as Christiaens and Vanden Berghe do,
// with windows also narrow, early and late first, and where leaving out is a choice dear and dear by size first.
const (
	byChance = iota
	byBulk
	byFar
	byClose
	byNarrow
	byEarly
	byLate
	byPrice
	byValue
)

func (m *model) orders() []int {
	of := []int{byChance, byChance, byChance, byChance, byBulk, byBulk, byBulk, byBulk, byFar, byFar, byClose}
	if m.windowed {
		of = append(of, byNarrow, byNarrow, byEarly, byEarly, byLate, byLate)
	}
	if m.optional {
		of = append(of, byPrice, byPrice, byPrice, byValue, byValue, byValue)
	}
	return of
}

// order sorts what is to be placed.
func (b *builder) order(queue []int32) {
	m := b.m
	way := m.ways[b.rng.IntN(len(m.ways))]
	if way == byBulk && m.dims == 0 {
		way = byChance
	}
	b.keys = b.keys[:0]
	for _, c := range queue {
		b.keys = append(b.keys, b.orderKey(way, c))
	}
	for i := 1; i < len(queue); i++ {
		c, key := queue[i], b.keys[i]
		j := i
		for ; j > 0 && b.keys[j-1] > key; j-- {
			queue[j], b.keys[j] = queue[j-1], b.keys[j-1]
		}
		queue[j], b.keys[j] = c, key
	}
}

func (b *builder) orderKey(way int, c int32) int64 {
	m := b.m
	switch way {
	case byBulk:
		return -m.bulk(c)
	case byFar:
		return -m.reachKey(c)
	case byClose:
		return m.reachKey(c)
	case byNarrow:
		return m.close[c] - m.open[c]
	case byEarly:
		return m.open[c]
	case byLate:
		return -m.close[c]
	case byPrice:
		return -m.prices[c]
	case byValue:
		if m.dims > 0 {
			return -m.prices[c] / (m.bulk(c) + 1)
		}
		return -m.prices[c]
	default:
		return int64(b.rng.Uint64() >> 34)
	}
}

// bulk is how large a stop is, in its first kind of capacity.
func (m *model) bulk(c int32) int64 {
	d := m.delta[int(c)*m.dims]
	return max(d, -d)
}

// reachKey is how far a stop lies from where the first vehicle starts.
func (m *model) reachKey(c int32) int64 {
	k := &m.kinds[0]
	_, cost := k.leg(k.start, m.loc[c])
	return cost
}
