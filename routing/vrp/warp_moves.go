package vrp

// reach follows count-1 links from i, or returns false where the route ends before.
func (s *warpState) reach(i int32, count int) (int32, bool) {
	for range count - 1 {
		if i = s.next[i]; !s.stop(i) {
			return i, false
		}
	}
	return i, true
}

// lift is what a run of stops from i to j weighs.
func (s *warpState) lift(i, j int32) warpLoad {
	q := s.cum[j]
	for d := range warpLoads {
		q[d] += s.w.loads[i][d] - s.cum[i][d]
	}
	return q
}

func (a warpLoad) plus(b, minus warpLoad) warpLoad {
	for d := range warpLoads {
		a[d] += b[d] - minus[d]
	}
	return a
}

// allowed reports whether a kind may visit all stops from i to j.
func (s *warpState) allowed(i, j int32, bit uint64) bool {
	for ; ; i = s.next[i] {
		if s.w.may[i]&bit == 0 {
			return false
		}
		if i == j {
			return true
		}
	}
}

// run joins the stops from i to j behind a, which ends with node p.
func (s *warpState) run(a *stretch, p, i, j int32) stretch {
	t := *a
	for {
		t = t.join(s.sec(p, i), &s.w.visits[i])
		if i == j {
			return t
		}
		p, i = i, s.next[i]
	}
}

// relocate moves count stops from u on behind v, turned where asked for.
func (s *warpState) relocate(u, v int32, count int, turned bool) bool {
	e, ok := s.reach(u, count)
	if !ok {
		return false
	}
	ru, rv := s.route[u], s.route[v]
	p, x, y := s.prev[u], s.next[e], s.next[v]
	if ru == rv {
		if v == p && !turned || s.stop(v) && s.pos[v] >= s.pos[u] && s.pos[v] <= s.pos[e] {
			return false
		}
		return s.within(u, v, count, 0, turned)
	}
	ku, kv := &s.w.kinds[s.kind[ru]], &s.w.kinds[s.kind[rv]]
	head, tail := u, e
	if turned {
		head, tail = e, u
	}
	inner := s.cumLen[e] - s.cumLen[u]
	lu := s.leg(p, x) - s.leg(p, u) - s.leg(e, x) - inner
	if turned {
		inner = s.against(u, e)
	}
	lv := s.leg(v, head) + s.leg(tail, y) - s.leg(v, y) + inner
	delta := lu*ku.rate + lv*kv.rate
	if int(s.size[ru]) == count {
		delta -= ku.used
	}
	if s.size[rv] == 0 {
		delta += kv.used
	}
	delta -= s.pen[ru] + s.pen[rv]
	if delta >= s.grace || ku != kv && !s.allowed(u, e, kv.bit) {
		return false
	}
	q := s.lift(u, e)
	var t stretch
	if int(s.size[ru]) > count {
		if !s.w.timeless {
			t = s.through(&s.pre[p], p, x, ru)
		}
		load := s.load[ru].plus(warpLoad{}, q)
		if delta += s.price(ku, &t, &load); delta >= s.grace {
			return false
		}
	}
	if !s.w.timeless {
		if turned {
			t = s.pre[v]
			for i, before := e, v; ; before, i = i, s.prev[i] {
				t = t.join(s.sec(before, i), &s.w.visits[i])
				if i == u {
					break
				}
			}
		} else {
			t = s.run(&s.pre[v], v, u, e)
		}
		t = s.through(&t, tail, y, rv)
	}
	load := s.load[rv].plus(q, warpLoad{})
	if delta += s.price(kv, &t, &load); delta >= s.grace {
		return false
	}
	s.cutOut(u, e)
	if turned {
		s.flip(u, e)
	}
	s.putIn(head, tail, v)
	s.update(ru)
	s.update(rv)
	return true
}

// against is the length of the legs from node j back to node i of the same route: streets are not always as long both ways.
func (s *warpState) against(i, j int32) (length int64) {
	for at := j; at != i; at = s.prev[at] {
		length += s.leg(at, s.prev[at])
	}
	return length
}

// flip turns the links between the nodes from i to j, which are on no route.
func (s *warpState) flip(i, j int32) {
	for at := i; ; {
		after := s.next[at]
		s.next[at], s.prev[at] = s.prev[at], after
		if at == j {
			return
		}
		at = after
	}
}

// swap exchanges count stops from u on with many from v on.
func (s *warpState) swap(u, v int32, count, many int) bool {
	e, ok := s.reach(u, count)
	if !ok {
		return false
	}
	f, ok := s.reach(v, many)
	if !ok {
		return false
	}
	ru, rv := s.route[u], s.route[v]
	p, x, q, y := s.prev[u], s.next[e], s.prev[v], s.next[f]
	if ru == rv {
		if s.pos[v] <= s.pos[e]+1 && s.pos[f]+1 >= s.pos[u] {
			return false
		}
		return s.within(u, v, count, many, false)
	}
	ku, kv := &s.w.kinds[s.kind[ru]], &s.w.kinds[s.kind[rv]]
	innerU, innerV := s.cumLen[e]-s.cumLen[u], s.cumLen[f]-s.cumLen[v]
	lu := s.leg(p, v) + s.leg(f, x) - s.leg(p, u) - s.leg(e, x) + innerV - innerU
	lv := s.leg(q, u) + s.leg(e, y) - s.leg(q, v) - s.leg(f, y) + innerU - innerV
	delta := lu*ku.rate + lv*kv.rate - s.pen[ru] - s.pen[rv]
	if delta >= s.grace || ku != kv && !(s.allowed(u, e, kv.bit) && s.allowed(v, f, ku.bit)) {
		return false
	}
	gives, takes := s.lift(u, e), s.lift(v, f)
	var t stretch
	if !s.w.timeless {
		t = s.run(&s.pre[p], p, v, f)
		t = s.through(&t, f, x, ru)
	}
	load := s.load[ru].plus(takes, gives)
	if delta += s.price(ku, &t, &load); delta >= s.grace {
		return false
	}
	if !s.w.timeless {
		t = s.run(&s.pre[q], q, u, e)
		t = s.through(&t, e, y, rv)
	}
	load = s.load[rv].plus(gives, takes)
	if delta += s.price(kv, &t, &load); delta >= s.grace {
		return false
	}
	s.cutOut(u, e)
	s.cutOut(v, f)
	s.putIn(u, e, q)
	s.putIn(v, f, p)
	s.update(ru)
	s.update(rv)
	return true
}

// tails makes v follow u: their routes exchange what lies behind u with what begins at v (2-opt*; Potvin, Rousseau 1995).
func (s *warpState) tails(u, v int32) bool {
	ru, rv := s.route[u], s.route[v]
	p, x := s.prev[v], s.next[u]
	if ru == rv || !s.stop(u) && !s.stop(p) {
		return false
	}
	endU, endV := s.end(ru), s.end(rv)
	lastU, lastV := s.prev[endU], s.prev[endV]
	ku, kv := &s.w.kinds[s.kind[ru]], &s.w.kinds[s.kind[rv]]
	tailV := s.cumLen[lastV] - s.cumLen[v]
	lu := s.leg(u, v) + tailV + s.leg(lastV, endU) - (s.length[ru] - s.cumLen[u])
	lv := -(s.length[rv] - s.cumLen[p])
	if s.stop(x) {
		lv += s.leg(p, x) + s.cumLen[lastU] - s.cumLen[x] + s.leg(lastU, endV)
	} else if s.stop(p) {
		lv += s.leg(p, endV)
	}
	delta := lu*ku.rate + lv*kv.rate - s.pen[ru] - s.pen[rv]
	gone := !s.stop(p) && !s.stop(x)
	if gone {
		delta -= kv.used
	}
	if s.size[ru] == 0 {
		delta += ku.used
	}
	if delta >= s.grace || ku != kv && (s.sufMay[v]&ku.bit == 0 || s.stop(x) && s.sufMay[x]&kv.bit == 0) {
		return false
	}
	var t stretch
	load := s.cum[u].plus(s.load[rv], s.cum[p])
	if !s.w.timeless {
		t = s.through(&s.pre[u], u, v, ru)
	}
	if delta += s.price(ku, &t, &load); delta >= s.grace {
		return false
	}
	if !gone {
		load = s.cum[p].plus(s.load[ru], s.cum[u])
		if !s.w.timeless {
			t = s.through(&s.pre[p], p, x, rv)
		}
		if delta += s.price(kv, &t, &load); delta >= s.grace {
			return false
		}
	}
	s.next[u], s.prev[v] = v, u
	s.next[lastV], s.prev[endU] = endU, lastV
	if s.stop(x) {
		s.next[p], s.prev[x] = x, p
		s.next[lastU], s.prev[endV] = endV, lastU
	} else {
		s.next[p], s.prev[endV] = endV, p
	}
	s.update(ru)
	s.update(rv)
	return true
}
