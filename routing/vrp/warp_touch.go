package vrp

// touch queues a stop whose moves are to be tried.
func (c *trail) touch(i int32) {
	if c.s.stop(i) && !c.queued[i] {
		c.queued[i] = true
		c.queue = append(c.queue, i)
	}
}

// beside queues a stop and those before and behind it.
func (c *trail) beside(u int32) {
	c.touch(u)
	if c.s.route[u] >= 0 {
		c.touch(c.s.prev[u])
		c.touch(c.s.next[u])
	}
}

// improve does moves around the stops queued until none pays.
func (c *trail) improve() {
	for again := true; again; again = c.recast() {
		for head := 0; head < len(c.queue); head++ {
			u := c.queue[head]
			c.queued[u] = false
			if head%watchEvery == watchEvery-1 && c.over != nil && c.over() {
				c.drop(head)
				return
			}
			c.visit(u)
		}
		c.queue = c.queue[:0]
	}
}

// watchEvery is the stops after which the budget is looked at.
const watchEvery = 256

// drop forgets the stops queued from head on.
func (c *trail) drop(head int) {
	for _, u := range c.queue[head:] {
		c.queued[u] = false
	}
	c.queue = c.queue[:0]
}

// visit tries the moves of stop u.
func (c *trail) visit(u int32) {
	s := c.s
	if s.route[u] < 0 {
		if s.enter(u) {
			c.beside(u)
		}
		return
	}
	p, x := s.prev[u], s.next[u]
	if s.w.optional[u] && s.leave(u) {
		c.touch(p)
		c.touch(x)
		return
	}
	s.look(&s.view, u)
	for _, v := range s.w.near[u] {
		if s.route[v] < 0 {
			if s.w.optional[v] && s.enterBeside(v, u) {
				c.beside(v)
				s.look(&s.view, u)
			} else if s.w.optional[u] && s.replace(u, v) {
				c.beside(v)
				return
			}
			continue
		}
		q, y := s.prev[v], s.next[v]
		if p, x := s.view.p, s.view.x; s.pair(&s.view, v) {
			for _, i := range [4]int32{p, x, q, y} {
				c.touch(i)
			}
			c.beside(u)
			c.beside(v)
			s.look(&s.view, u)
		}
	}
	p, x = s.prev[u], s.next[u]
	if s.openings(u) {
		c.touch(p)
		c.touch(x)
		c.beside(u)
	}
}

// enterBeside puts stop v, which is on no route, behind or before u where that costs less than leaving it out.
func (s *warpState) enterBeside(v, u int32) bool {
	best, at := s.w.prizes[v], int32(-1)
	if s.route[u] < 0 {
		return false
	}
	for _, i := range [2]int32{u, s.prev[u]} {
		if d := s.placeAt(v, i, best); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return false
	}
	s.place(v, at)
	return true
}

// recast gives the routes that changed to other kinds of vehicles, and reports whether it did.
func (c *trail) recast() bool {
	s := c.s
	if len(s.w.kinds) < 2 {
		return false
	}
	changed := false
	for x := 0; x < len(s.trace.touched); x++ {
		r := s.trace.touched[x]
		if s.size[r] == 0 {
			continue
		}
		for k := range int32(len(s.w.kinds)) {
			if empty := s.emptyOf(k); k != s.kind[r] && empty >= 0 && s.tradeKinds(r, empty) {
				changed = true
				c.touchEnds(r)
			}
		}
		for other := range int32(len(s.kind)) {
			if s.size[other] > 0 && s.kind[other] != s.kind[r] && s.tradeKinds(r, other) {
				changed = true
				c.touchEnds(r)
				c.touchEnds(other)
			}
		}
	}
	return changed
}

func (c *trail) touchEnds(r int32) {
	c.touch(c.s.next[c.s.begin(r)])
	c.touch(c.s.prev[c.s.end(r)])
}
