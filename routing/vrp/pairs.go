package vrp

// scanPairs tries the tours near either stop of a pair, then all.
func (b *builder) scanPairs(c, mate int32) {
	pl, m := b.pl, b.m
	b.openings(c, mate)
	b.newRound()
	test := func(s int32) {
		if s < 0 || b.asked[s] == b.round<<1 || pl.tours[s] == nil {
			return
		}
		b.asked[s] = b.round << 1
		if t := pl.tours[s]; b.may(c, t) && b.may(mate, t) {
			b.pairOn(t, c, mate)
		}
	}
	if len(pl.tours) > 12 {
		width := min(m.reach, 40)
		for k := range width {
			test(pl.stands[m.near[int(c)*m.reach+k].stop].slot)
			test(pl.stands[m.near[int(mate)*m.reach+k].stop].slot)
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
		s1, c1 := k.leg(t.marks[p].at, lc)
		arrive := max(t.marks[p].leave+s1, m.open[c])
		if arrive > m.close[c] {
			if t.marks[p].leave > m.close[c] {
				return // and later places are later still
			}
			continue
		}
		if n > 0 && !b.lifts(k, t, c, p) || b.skip() {
			continue
		}
		leaves := arrive + k.asks[c].service
		s2, c2 := k.leg(lc, t.marks[p+1].at)
		// Delivered straight away.
		s3, c3 := k.leg(ld, t.marks[p+1].at)
		if delta := opening + c1 + straight + c3 - t.marks[p].ahead; delta < b.found.delta {
			there := max(leaves+sd, m.open[mate])
			if there <= m.close[mate] && there+k.asks[mate].service+s3 <= t.marks[p+1].late {
				b.keepPair(k, t, c, mate, p, p, delta)
			}
		}
		base := opening + c1 + c2 - t.marks[p].ahead
		if base >= b.found.delta {
			continue
		}
		clock := leaves + s2
		for q := p + 1; q <= n; q++ { // the mate goes behind place q
			i := t.seq[q-1]
			if clock > t.marks[q].late || i == reload || n > 0 && !b.lifts(k, t, c, q) {
				break
			}
			clock = max(clock, m.open[i]) + k.asks[i].service
			s4, c4 := k.leg(t.marks[q].at, ld)
			s5, c5 := k.leg(ld, t.marks[q+1].at)
			if delta := base + c4 + c5 - t.marks[q].ahead; delta < b.found.delta {
				there := max(clock+s4, m.open[mate])
				if there <= m.close[mate] && there+k.asks[mate].service+s5 <= t.marks[q+1].late {
					b.keepPair(k, t, c, mate, p, q, delta)
				}
			}
			if q < n {
				s6, _ := k.leg(t.marks[q].at, t.marks[q+1].at)
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
		b.trial.slot = -1
		if !b.m.derive(&b.trial, t, b.pl.stands) {
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
