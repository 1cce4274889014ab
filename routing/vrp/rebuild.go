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
	if len(pl.absent) > mostTried {
		b.rng.Shuffle(len(pl.absent), func(i, j int) { pl.absent[i], pl.absent[j] = pl.absent[j], pl.absent[i] })
	}
	b.queue = b.queue[:0]
	for _, c := range pl.absent {
		if mate := b.m.mate[c]; (mate < 0 || b.m.pickup[c]) && len(b.queue) < mostTried {
			b.queue = append(b.queue, c)
		}
	}
	b.order(b.queue)
	for _, c := range b.queue {
		if b.ctx != nil && b.ctx.Err() != nil {
			break
		}
		if s, ok := b.seatFor(c); ok {
			b.sit(c, s)
		}
	}
	pl.absent = slices.DeleteFunc(pl.absent, func(c int32) bool { return pl.slotOf[c] >= 0 })
	if b.m.bound != nil {
		b.dissolve()
	}
}

// fillAll is fill for all absent stops.
func (b *builder) fillAll() {
	for rounds := len(b.pl.absent)/mostTried + 1; rounds >= 0; rounds-- {
		b.fill()
	}
}

// dissolve takes off their tours the stops whose relation could not be placed whole.
func (b *builder) dissolve() {
	pl := b.pl
	var off []int32
	for _, c := range pl.absent {
		if pl.slotOf[c] < 0 {
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
		if s := pl.slotOf[c]; s >= 0 && int(pl.place[c]) > len(b.m.kinds[pl.tours[s].kind].fixed) {
			slots[s] = true
			pl.slotOf[c] = -1
			pl.absent = append(pl.absent, c)
			pl.cost += b.m.prices[c]
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
		if c != reload && pl.slotOf[c] == slot {
			t.seq = append(t.seq, c)
		} else if c == reload && len(t.seq) > 0 && t.seq[len(t.seq)-1] != reload {
			t.seq = append(t.seq, reload)
		}
	}
	for len(t.seq) > 0 && t.seq[len(t.seq)-1] == reload {
		t.seq = t.seq[:len(t.seq)-1]
	}
	if len(t.seq) > 0 && !m.refresh(t) {
		fixed := len(m.kinds[t.kind].fixed)
		for _, c := range t.seq[fixed:] {
			if c != reload {
				pl.slotOf[c] = -1
				pl.absent = append(pl.absent, c)
				pl.cost += m.prices[c]
			}
		}
		t.seq = t.seq[:fixed]
		m.refresh(t)
	}
	pl.replace(slot, t)
}

// order sorts what is to be placed: random, large first, far first, close first, tight first, early first.
func (b *builder) order(queue []int32) {
	m := b.m
	kind := b.rng.IntN(13)
	b.keys = b.keys[:0]
	for _, c := range queue {
		var key int64
		switch {
		case kind < 4:
			key = int64(b.rng.Uint64() >> 34)
		case kind < 8 && m.dims > 0:
			key = -m.bulk(c)
		case kind < 10:
			key = -m.reachKey(c)
		case kind < 11:
			key = m.reachKey(c)
		case kind < 12:
			key = m.close[c] - m.open[c]
		default:
			key = m.open[c]
		}
		b.keys = append(b.keys, key)
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
