package vrp

// within tests a move inside one route: count stops from u on go behind v, or change places with many stops from v on.
func (s *warpState) within(u, v int32, count, many int, turned bool) bool {
	if many > 0 {
		return s.swapWithin(u, v, count, many)
	}
	r := s.route[u]
	e, _ := s.reach(u, count)
	p, x, y := s.prev[u], s.next[e], s.next[v]
	head, tail := u, e
	if turned {
		head, tail = e, u
	}
	var delta int64
	if v == p {
		delta = s.leg(p, head) + s.leg(tail, x) - s.leg(p, u) - s.leg(e, x)
	} else {
		delta = s.leg(p, x) - s.leg(p, u) - s.leg(e, x) + s.leg(v, head) + s.leg(tail, y) - s.leg(v, y)
	}
	if delta*s.w.kinds[s.kind[r]].rate-s.pen[r] >= 0 {
		return false
	}
	s.part = s.part[:0]
	switch {
	case s.pos[v] > s.pos[e]:
		s.gather(x, v)
		s.gatherRun(u, e, turned)
		return s.rewrite(r, p, y)
	case v != p:
		s.gatherRun(u, e, turned)
		s.gather(y, p)
		return s.rewrite(r, v, x)
	}
	s.gatherRun(u, e, turned)
	return s.rewrite(r, p, x)
}

func (s *warpState) swapWithin(u, v int32, count, many int) bool {
	if s.pos[v] < s.pos[u] {
		u, v, count, many = v, u, many, count
	}
	r := s.route[u]
	e, _ := s.reach(u, count)
	f, _ := s.reach(v, many)
	p, x, q, y := s.prev[u], s.next[e], s.prev[v], s.next[f]
	delta := s.leg(p, v) + s.leg(f, x) - s.leg(p, u) - s.leg(e, x) + s.leg(q, u) + s.leg(e, y) - s.leg(q, v) - s.leg(f, y)
	if delta*s.w.kinds[s.kind[r]].rate-s.pen[r] >= 0 {
		return false
	}
	s.part = s.part[:0]
	s.gather(v, f)
	s.gather(x, q)
	s.gather(u, e)
	return s.rewrite(r, p, y)
}

// turnBetween reverses the stops behind u up to v in one route (2-opt; Croes 1958).
func (s *warpState) turnBetween(u, v int32) bool {
	r := s.route[u]
	if r != s.route[v] || s.pos[v] < s.pos[u]+2 || !s.w.mirrored {
		return false
	}
	x, y := s.next[u], s.next[v]
	delta := s.leg(u, v) + s.leg(x, y) - s.leg(u, x) - s.leg(v, y)
	if delta*s.w.kinds[s.kind[r]].rate-s.pen[r] >= 0 {
		return false
	}
	s.part = s.part[:0]
	s.gatherRun(x, v, true)
	return s.rewrite(r, u, y)
}

// gather appends the stops from i to j to the part of a route that is tried.
func (s *warpState) gather(i, j int32) {
	for ; i != j; i = s.next[i] {
		s.part = append(s.part, i)
	}
	s.part = append(s.part, j)
}

// gatherRun is gather, turned where asked for.
func (s *warpState) gatherRun(i, j int32, turned bool) {
	if !turned {
		s.gather(i, j)
		return
	}
	for ; j != i; j = s.prev[j] {
		s.part = append(s.part, j)
	}
	s.part = append(s.part, i)
}

// rewrite puts s.part between nodes p and y of route r, whose stops between them it has, where that is cheaper.
func (s *warpState) rewrite(r, p, y int32) bool {
	k := &s.w.kinds[s.kind[r]]
	length := s.cumLen[p] - s.cumLen[y]
	at, t := p, s.pre[p]
	for _, i := range s.part {
		length += s.leg(at, i)
		if !s.w.timeless {
			t = t.join(s.sec(at, i), &s.w.visits[i])
		}
		at = i
	}
	if length += s.leg(at, y); length*k.rate-s.pen[r] >= 0 {
		return false
	}
	if !s.w.timeless {
		t = s.through(&t, at, y, r)
	}
	if length*k.rate+s.price(k, &t, &s.load[r])-s.pen[r] >= 0 {
		return false
	}
	at = p
	for _, i := range s.part {
		s.next[at], s.prev[i] = i, at
		at = i
	}
	s.next[at], s.prev[y] = y, at
	s.update(r)
	return true
}
