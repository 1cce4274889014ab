package vrp

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
		var delta int64
		if k.rounds {
			delta = b.ownRound(k, t, c, p)
		} else {
			delta = b.drives(k, t, c, p, trip)
		}
		if delta < b.found.delta {
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

// inRound reports whether c, which fits by room and by the times of the trip behind place p, is ready in time for that trip or the trip
// may wait for it.
func (b *builder) inRound(k *kind, t *tour, c, p int32) bool {
	m := b.m
	from := t.roundAt(p)
	clock := m.ready[c]
	if clock <= t.marks[from].leave {
		return true
	}
	for q := from; q < p; q++ {
		clock += int64(t.marks[q].sec)
		if clock > t.marks[q+1].late {
			return false
		}
		a := k.ask(t.seq[q])
		clock = max(clock, a.open) + a.service
	}
	a := &k.asks[c]
	sec, _ := k.leg(t.marks[p].at, a.loc)
	if clock = max(clock+sec, a.open); clock > a.close {
		return false
	}
	sec, _ = k.leg(a.loc, t.marks[p+1].at)
	return clock+a.service+sec <= t.marks[p+1].late
}

// ownRound is the cost of c alone on a trip behind place p of t, where a trip ends or, for 0, before all trips; never where times do not
// allow it.
func (b *builder) ownRound(k *kind, t *tour, c, p int32) int64 {
	m := b.m
	a := &k.asks[c]
	from, to := &t.marks[p], &t.marks[p+1]
	clock, cost := max(k.openSec, m.ready[c]), -from.ahead
	if p > 0 {
		sec, leg := k.leg(from.at, k.start)
		back := from.leave + sec
		if back > k.closeSec {
			return never
		}
		clock, cost = max(back+k.loading.service, m.ready[c]), cost+leg
	}
	sec, leg := k.leg(k.start, a.loc)
	if clock = max(clock+sec, a.open); clock > a.close {
		return never
	}
	clock, cost = clock+a.service, cost+leg
	at := a.loc
	if p == 0 {
		sec, leg = k.leg(at, k.start)
		if clock += sec; clock > k.closeSec {
			return never
		}
		at, clock, cost = k.start, max(clock+k.loading.service, m.tripReady(t.seq)), cost+leg
	}
	sec, leg = k.leg(at, to.at)
	if cost += leg; clock+sec > to.late || cost >= noWay/2 {
		return never
	}
	return cost
}

// roundAt is the place where the trip behind place p begins.
func (t *tour) roundAt(p int32) int32 {
	for p > 0 && t.seq[p-1] != reload {
		p--
	}
	return p
}
