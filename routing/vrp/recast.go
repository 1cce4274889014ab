package vrp

// nobody stands for a tour that a kind cannot do.
var nobody = &tour{}

// larger tries c behind places p…q of t as done by another kind of vehicle, where t itself has no room.
func (b *builder) larger(t *tour, c, p, q int32) {
	for _, to := range b.m.kinds[t.kind].roomier {
		if b.pl.left[to] <= 0 || !b.m.kindTakes(to, t, c) {
			continue
		}
		x := b.recast(t, to)
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

// recast is tour t done by another kind, or nil where it cannot; tours do not change, so that the answer is kept.
func (b *builder) recast(t *tour, to int32) *tour {
	m := b.m
	if len(t.as) == 0 {
		t.as = make([]*tour, len(m.kinds))
	}
	if t.as[to] == nil {
		x := b.pl.fresh(to)
		x.slot = t.slot
		x.seq = append(x.seq, t.seq...)
		if m.refresh(x) {
			t.as[to] = x
		} else {
			b.pl.recycle(x)
			t.as[to] = nobody
		}
	}
	if t.as[to] == nobody {
		return nil
	}
	return t.as[to]
}

// retype gives the tours changed in this step to the kind of vehicle that does them cheapest.
func (s *search) retype() {
	pl := s.pl
	if len(s.m.kinds) < 2 {
		return
	}
	for k := 0; k < len(pl.undo); k++ {
		s.retypeTour(pl.undo[k].slot)
	}
}

// retypeTour gives the tour in a slot to the kind of vehicle that does it cheapest.
func (s *search) retypeTour(slot int32) {
	pl, m := s.pl, s.m
	t := pl.tours[slot]
	if t == nil || len(m.kinds[t.kind].fixed) > 0 {
		return
	}
	for to := range int32(len(m.kinds)) {
		if to == t.kind || pl.left[to] <= 0 || len(m.kinds[to].fixed) > 0 || m.dearer(t, to) || !m.kindTakes(to, t, reload) {
			continue
		}
		x := pl.fresh(to)
		x.seq = append(x.seq, t.seq...)
		if m.refresh(x) && x.cost < t.cost {
			pl.replace(slot, x)
			t = x
		} else {
			pl.recycle(x)
		}
	}
}

// exchange lets a tour changed in this step and another one exchange their kinds of vehicles, where none of them is left.
func (s *search) exchange() {
	pl, m := s.pl, s.m
	if len(m.kinds) < 2 || len(pl.undo) == 0 || len(pl.tours) < 2 {
		return
	}
	one, other := pl.undo[s.draw.IntN(len(pl.undo))].slot, int32(s.draw.IntN(len(pl.tours)))
	a, b := pl.tours[one], pl.tours[other]
	if a == nil || b == nil || a.kind == b.kind || pl.left[a.kind] > 0 && pl.left[b.kind] > 0 || len(m.kinds[a.kind].fixed)+len(m.kinds[b.kind].fixed) > 0 ||
		!m.kindTakes(b.kind, a, reload) || !m.kindTakes(a.kind, b, reload) {
		return
	}
	x, y := pl.fresh(b.kind), pl.fresh(a.kind)
	x.seq, y.seq = append(x.seq, a.seq...), append(y.seq, b.seq...)
	if m.refresh(x) && m.refresh(y) && x.cost+y.cost < a.cost+b.cost {
		pl.replace(one, x)
		pl.replace(other, y)
		return
	}
	pl.recycle(x)
	pl.recycle(y)
}

// dearer reports whether kind to would surely do t at no lower cost, by the legs at its ends and the rates alone.
func (m *model) dearer(t *tour, to int32) bool {
	k, x := &m.kinds[t.kind], &m.kinds[to]
	if k.deep || x.deep || k.travel != x.travel || k.perSec+x.perSec > 0 || k.perDrive != x.perDrive {
		return false
	}
	n := len(t.seq)
	_, out := x.leg(x.start, t.marks[1].at)
	_, in := x.leg(t.marks[n].at, x.end)
	inner := int64(0)
	for p := 1; p < n; p++ {
		inner += t.marks[p].ahead
	}
	was := t.marks[0].ahead + t.marks[n].ahead + inner + k.used
	if k.perM != x.perM {
		if k.perDrive > 0 || k.perM == 0 {
			return false
		}
		inner = inner / k.perM * x.perM
	}
	return out+in+inner+x.used >= was
}

// kindTakes reports whether kind to may visit the stops of t and has room for them, and for c where it is a stop.
func (m *model) kindTakes(to int32, t *tour, c int32) bool {
	k := &m.kinds[to]
	if k.ok != nil {
		if c != reload && !k.ok[c] {
			return false
		}
		for _, i := range t.seq {
			if i != reload && !k.ok[i] {
				return false
			}
		}
	}
	if t.total == nil || !m.simple {
		return true
	}
	for x, q := range t.total {
		if c != reload {
			q += m.first[int(c)*m.dims+x]
		}
		if q > k.caps[x] {
			return false
		}
	}
	return true
}
