package vrp

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
			clock, at = clock+k.asks[c].service, m.loc[c]
		}
		sec, _ := k.leg(at, t.marks[q+1].at)
		clock += sec
		if clock > t.marks[q+1].late {
			return false
		}
		if int(q) < len(t.seq) {
			i := t.seq[q]
			clock, at = max(clock, m.open[i])+k.asks[i].service, t.marks[q+1].at
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
	from := span{0, max(t.marks[0].leave, m.ready[c]), k.closeSec}
	visit := span{k.asks[c].service, m.open[c], m.close[c]}
	if len(t.seq) == 0 {
		whole := from.join(s1, visit).join(s2, span{0, k.openSec, k.closeSec})
		if whole.dur > k.maxDur {
			return never
		}
		return k.perSec * whole.dur
	}
	head := t.head[p]
	if m.ready[c] > t.marks[0].leave { // everything before starts later too
		head = from
		at := k.start
		for q := range p {
			i := t.seq[q]
			sec, _ := k.leg(at, m.loc[i])
			head = head.join(sec, span{k.asks[i].service, m.open[i], m.close[i]})
			at = m.loc[i]
		}
	}
	whole := head.join(s1, visit).join(s2, t.tail[p+1])
	if whole.dur > k.maxDur {
		return never
	}
	return k.perSec * (whole.dur - t.head[len(t.seq)+1].dur)
}
