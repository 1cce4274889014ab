package vrp

// trace knows which routes changed since the plan was last held, and how all were then.
type trace struct {
	held    [][]int32 // per route: its stops when the plan was held
	kinds   []int32
	stamp   []int32 // per route: the clock when it first changed since
	clock   int32
	touched []int32
}

func (x *trace) note(r int32) {
	if x.held != nil && x.stamp[r] != x.clock {
		x.stamp[r] = x.clock
		x.touched = append(x.touched, r)
	}
}

// holdAll begins to trace from the plan as it is.
func (s *warpState) holdAll() {
	x := &s.trace
	routes := len(s.kind)
	x.held, x.kinds, x.stamp, x.clock = make([][]int32, routes), make([]int32, routes), make([]int32, routes), 0
	x.touched = x.touched[:0]
	for r := range int32(routes) {
		x.touched = append(x.touched, r)
	}
	s.hold()
}

// hold makes the plan as it is the one to go back to.
func (s *warpState) hold() {
	x := &s.trace
	for _, r := range x.touched {
		x.kinds[r] = s.kind[r]
		x.held[r] = s.stopsOf(r, x.held[r][:0])
	}
	x.clock++
	x.touched = x.touched[:0]
}

// back returns to the plan that was last held.
func (s *warpState) back() {
	x := &s.trace
	for _, r := range x.touched {
		for i := s.next[s.begin(r)]; s.stop(i); i = s.next[i] {
			s.route[i] = -1
			s.total += s.w.prizes[i]
		}
	}
	for _, r := range x.touched {
		if s.kind[r] != x.kinds[r] {
			s.kind[r] = x.kinds[r]
			s.seatDepots(r)
		}
		s.write(r, x.held[r])
		for _, i := range x.held[r] {
			s.total -= s.w.prizes[i]
		}
	}
	if len(s.w.kinds) > 1 {
		for k := range s.spare {
			s.spare[k] = s.findSpare(int32(k))
		}
	}
	x.clock++
	x.touched = x.touched[:0]
}

// reprice takes changed penalties into account.
func (s *warpState) reprice() {
	for r := range int32(len(s.kind)) {
		if s.size[r] == 0 {
			continue
		}
		pen := s.price(&s.w.kinds[s.kind[r]], &s.whole[r], &s.load[r])
		s.total += pen - s.pen[r]
		s.worth[r] += pen - s.pen[r]
		s.pen[r] = pen
	}
}
