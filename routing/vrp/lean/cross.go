package lean

// crossTries is how many exchanges of ends are drawn for each tearing open: one for a dozen stops of a route. They do what
// strings cannot, exchange long ends and turn long stretches, so that short routes do without them.
func crossTries(l *links) int { return min(8, (l.p.n-1)/max(l.used, 1)/12) }

// crossNear is how many of the nearest nodes an exchange is drawn from.
const crossNear = 12

// cross draws an edge between a node and one of its nearest and makes the exchange that brings it in, where load and
// temperature let it: two routes exchange their ends (2-opt*; Potvin, Rousseau, Journal of the Operational Research Society
// 46(12), 1995), straight or one of them turned, or a route turns a stretch (2-opt; Croes, Operations Research 6(6), 1958).
func (s *search) cross(temperature float64) {
	l, p, random := s.l, s.l.p, s.tear
	a := int32(1 + random.intn(p.n-1))
	near := p.around(a)
	if len(near) == 0 {
		return
	}
	v := near[random.intn(min(len(near), crossNear))]
	ka, kb := &l.knots[a], &l.knots[v.to]
	if kb.next == a || kb.prev == a {
		return
	}
	limit := temperature * s.accept.ExpFloat64()
	turned := int64(v.far) - int64(ka.dNext) - int64(kb.dNext)
	if float64(turned) < limit {
		if turned += int64(p.between(ka.next, kb.next)); float64(turned) < limit {
			if ka.route == kb.route {
				s.turn(a, v.to)
			} else {
				s.crossTurned(a, v.to)
			}
			return
		}
	}
	if ka.route == kb.route {
		return
	}
	straight := int64(v.far) - int64(ka.dNext) - int64(kb.dPrev)
	if float64(straight) < limit {
		if straight += int64(p.between(kb.prev, ka.next)); float64(straight) < limit {
			s.crossStraight(a, v.to)
		}
	}
}

// between is dist where either may be the depot, and both.
func (p *problem) between(i, j int32) int32 {
	switch {
	case i != 0 && j != 0:
		return p.dist(i, j)
	case i != 0:
		return p.home[i]
	case j != 0:
		return p.home[j]
	}
	return 0
}

// ahead writes the nodes behind c to its route's end to out, and gives their load.
func (l *links) ahead(c int32, out []int32) ([]int32, int64) {
	load := int64(0)
	for c = l.knots[c].next; c != 0; c = l.knots[c].next {
		out = append(out, c)
		load += int64(l.p.demand[c])
	}
	return out, load
}

// behind writes the nodes before c to its route's head, c the first, to out, and gives their load with c.
func (l *links) behind(c int32, out []int32) ([]int32, int64) {
	load := int64(0)
	for ; c != 0; c = l.knots[c].prev {
		out = append(out, c)
		load += int64(l.p.demand[c])
	}
	return out, load
}

// crossStraight makes a's route go on with b and what follows it, and b's route with what followed a.
func (s *search) crossStraight(a, b int32) {
	l := s.l
	ra, rb := l.knots[a].route, l.knots[b].route
	prev := l.knots[b].prev
	var tailA, tailB int64
	s.left, tailA = l.ahead(a, s.left[:0])
	s.right, tailB = l.ahead(b, append(s.right[:0], b))
	tailB += int64(l.p.demand[b])
	ta, tb := &l.trips[ra], &l.trips[rb]
	if ta.load-tailA+tailB > l.p.limit || tb.load-tailB+tailA > l.p.limit {
		return
	}
	for _, c := range s.left {
		l.remove(c)
	}
	for _, c := range s.right {
		l.remove(c)
	}
	l.append(s.right, a, ra)
	l.append(s.left, prev, rb)
	s.keep()
}

// append puts nodes behind prev on route r, in order.
func (l *links) append(nodes []int32, prev, r int32) {
	for _, c := range nodes {
		l.insert(c, prev, r)
		prev = c
	}
}

// crossTurned makes one route of a's head and b's head turned, and one of a's end turned and b's end.
func (s *search) crossTurned(a, b int32) {
	l := s.l
	ra, rb := l.knots[a].route, l.knots[b].route
	var tailA, headB int64
	s.left, tailA = l.ahead(a, s.left[:0])
	s.right, headB = l.behind(b, s.right[:0])
	ta, tb := &l.trips[ra], &l.trips[rb]
	if ta.load-tailA+headB > l.p.limit || tb.load-headB+tailA > l.p.limit {
		return
	}
	for _, c := range s.left {
		l.remove(c)
	}
	for _, c := range s.right {
		l.remove(c)
	}
	l.append(s.right, a, ra)
	for _, c := range s.left {
		l.insert(c, 0, rb)
	}
	s.keep()
}

// turn reverses the stretch behind the first of a and b up to the other.
func (s *search) turn(a, b int32) {
	l := s.l
	s.left = s.left[:0]
	for c := l.knots[a].next; ; c = l.knots[c].next {
		if c == 0 { // b comes first
			s.left = s.left[:0]
			a, b = b, a
			c = l.knots[a].next
		}
		s.left = append(s.left, c)
		if c == b {
			break
		}
	}
	r := l.knots[a].route
	for _, c := range s.left {
		l.remove(c)
	}
	for _, c := range s.left {
		l.insert(c, a, r)
	}
	s.keep()
}
