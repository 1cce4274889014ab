package vrp

// improve does moves that make the plan cheaper, penalties and all, until none is left among near stops.
func (s *warpState) improve() {
	for i := range s.tested {
		s.tested[i] = -1
	}
	for again := true; again; {
		again = false
		s.rng.Shuffle(len(s.order), func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
		for _, u := range s.order {
			last := s.tested[u]
			s.tested[u] = s.clock
			if s.route[u] < 0 {
				again = s.enter(u) || again
				continue
			}
			if s.w.optional[u] && s.leave(u) {
				again = true
				continue
			}
			again = s.besides(u, last) || again
			if s.route[u] >= 0 && (last < 0 || s.moved[s.route[u]] > last) {
				again = s.openings(u) || again
			}
		}
		again = s.recast() || again
	}
}

// besides tries the moves that make stop u and a near one neighbours, of routes that changed since the clock was at last.
func (s *warpState) besides(u, last int32) bool {
	again := false
	s.look(&s.view, u)
	for _, v := range s.w.near[u] {
		if s.route[v] < 0 || max(s.moved[s.route[u]], s.moved[s.route[v]]) <= last {
			continue
		}
		if s.pair(&s.view, v) {
			again = true
			s.look(&s.view, u)
		}
	}
	return again
}

// openings tries u, and what follows it, on an empty route of each kind.
func (s *warpState) openings(u int32) bool {
	for k := range s.w.kinds {
		r := s.emptyOf(int32(k))
		if r < 0 {
			continue
		}
		at := s.begin(r)
		if s.relocate(u, at, 1, false) || s.relocate(u, at, 2, false) || s.tails(at, u) {
			return true
		}
	}
	return false
}

// placeAt is what stop u costs behind v.
func (s *warpState) placeAt(u, v int32, limit int64) int64 {
	r := s.route[v]
	k := &s.w.kinds[s.kind[r]]
	if s.w.may[u]&k.bit == 0 {
		return never
	}
	row := int(u) * s.w.places
	y := s.next[v]
	delta := (int64(s.w.into[row+int(s.at[v])])+int64(s.w.length[row+int(s.at[y])])-s.cumLen[y]+s.cumLen[v])*k.rate - s.pen[r]
	if s.size[r] == 0 {
		delta += k.used
	}
	if delta >= limit {
		return never
	}
	var t stretch
	if !s.w.timeless {
		t = s.pre[v].join(s.sec(v, u), &s.w.visits[u])
		t = s.through(&t, u, y, r)
	}
	load := s.load[r].plus(s.w.loads[u], warpLoad{})
	return delta + s.price(k, &t, &load)
}

// enter puts stop u, which is on no route, where it costs less than leaving it out, or in the place of a cheaper one.
func (s *warpState) enter(u int32) bool {
	best, at := s.w.prizes[u], int32(-1)
	try := func(v int32) {
		if d := s.placeAt(u, v, best); d < best {
			best, at = d, v
		}
	}
	for _, v := range s.w.near[u] {
		if s.route[v] >= 0 {
			try(v)
			if !s.stop(s.prev[v]) {
				try(s.prev[v])
			}
		}
	}
	for k := range s.w.kinds {
		if r := s.emptyOf(int32(k)); r >= 0 {
			try(s.begin(r))
		}
	}
	if at >= 0 {
		s.place(u, at)
		return true
	}
	for _, v := range s.w.near[u] {
		if s.route[v] >= 0 && s.w.optional[v] && s.replace(v, u) {
			return true
		}
	}
	return false
}

func (s *warpState) place(u, v int32) {
	r := s.route[v]
	s.total -= s.w.prizes[u]
	s.putIn(u, u, v)
	s.update(r)
}

// replace puts u, which is on no route, in the place of v where that pays.
func (s *warpState) replace(v, u int32) bool {
	r := s.route[v]
	k := &s.w.kinds[s.kind[r]]
	p, x := s.prev[v], s.next[v]
	if s.w.may[u]&k.bit == 0 {
		return false
	}
	delta := (s.leg(p, u)+s.leg(u, x)-s.leg(p, v)-s.leg(v, x))*k.rate - s.pen[r] + s.w.prizes[v] - s.w.prizes[u]
	if delta >= 0 {
		return false
	}
	var t stretch
	if !s.w.timeless {
		t = s.pre[p].join(s.sec(p, u), &s.w.visits[u])
		t = s.through(&t, u, x, r)
	}
	load := s.load[r].plus(s.w.loads[u], s.w.loads[v])
	if delta+s.price(k, &t, &load) >= 0 {
		return false
	}
	s.cutOut(v, v)
	s.route[v] = -1
	s.total += s.w.prizes[v] - s.w.prizes[u]
	s.putIn(u, u, p)
	s.update(r)
	return true
}

// leave takes u off its route where that is cheaper.
func (s *warpState) leave(u int32) bool {
	r := s.route[u]
	k := &s.w.kinds[s.kind[r]]
	p, x := s.prev[u], s.next[u]
	delta := (s.leg(p, x)-s.leg(p, u)-s.leg(u, x))*k.rate - s.pen[r] + s.w.prizes[u]
	if s.size[r] == 1 {
		delta -= k.used
	}
	if delta >= 0 {
		return false
	}
	if s.size[r] > 1 {
		var t stretch
		if !s.w.timeless {
			t = s.through(&s.pre[p], p, x, r)
		}
		load := s.load[r].plus(warpLoad{}, s.w.loads[u])
		if delta += s.price(k, &t, &load); delta >= 0 {
			return false
		}
	}
	s.cutOut(u, u)
	s.route[u] = -1
	s.total += s.w.prizes[u]
	s.update(r)
	return true
}

// recast gives routes to other kinds of vehicles: to one that is left, or in exchange with another route.
func (s *warpState) recast() bool {
	w := s.w
	if len(w.kinds) < 2 {
		return false
	}
	changed := false
	for r := range int32(len(s.kind)) {
		if s.size[r] == 0 {
			continue
		}
		for k := range w.kinds {
			if empty := s.emptyOf(int32(k)); int32(k) != s.kind[r] && empty >= 0 {
				changed = s.tradeKinds(r, empty) || changed
			}
		}
		for other := range r {
			if s.size[other] > 0 && s.kind[other] != s.kind[r] {
				changed = s.tradeKinds(r, other) || changed
			}
		}
	}
	return changed
}

// costAs is what the stops of route r cost when done by a kind; never where it may not visit them.
func (s *warpState) costAs(r, kind int32) int64 {
	if s.size[r] == 0 {
		return 0
	}
	k := &s.w.kinds[kind]
	first, last := s.next[s.begin(r)], s.prev[s.end(r)]
	if s.sufMay[first]&k.bit == 0 {
		return never
	}
	row := s.w.length
	length := int64(row[int(k.start)*s.w.places+int(first)]) + s.cumLen[last] - s.cumLen[first] + int64(row[int(last)*s.w.places+int(k.end)])
	var t stretch
	if !s.w.timeless {
		t = k.begin.join(int64(s.w.sec[int(k.start)*s.w.places+int(first)]), &s.suf[first])
		t = t.join(int64(s.w.sec[int(last)*s.w.places+int(k.end)]), &k.finish)
	}
	return k.used + length*k.rate + s.price(k, &t, &s.load[r])
}

func (s *warpState) tradeKinds(a, b int32) bool {
	ka, kb := s.kind[a], s.kind[b]
	worth := s.worth[a] + s.worth[b]
	if s.pen[a]+s.pen[b] == 0 && s.w.kinds[ka].fellow == s.w.kinds[kb].fellow {
		return false
	}
	if cost := s.costAs(a, kb); cost >= worth || cost+s.costAs(b, ka) >= worth {
		return false
	}
	s.kind[a], s.kind[b] = kb, ka
	s.seatDepots(a)
	s.seatDepots(b)
	s.update(a)
	s.update(b)
	s.spare[ka], s.spare[kb] = s.findSpare(ka), s.findSpare(kb)
	return true
}
