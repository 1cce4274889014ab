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
