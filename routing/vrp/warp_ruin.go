package vrp

import "slices"

// Sizes of what the trail tears open: stops on average, the longest string of one route, of how many places to put a stop one is
// overlooked, and of how many turns one begins on a route that breaks a rule, where one does.
const (
	trailMean     = 8
	trailLongest  = 10
	trailBlinkOf  = 100
	trailBrokenOf = 20
)

// Where stops may be left out: how many of those left out near the place torn open are offered a seat, of how many turns one opens a
// route at a loss, how many are offered then, and of how many turns one takes a route apart whole.
const (
	trailOffers  = 12
	trailGrantOf = 10
	trailGrant   = 48
	trailWholeOf = 50
)

// tear takes strings of stops near a drawn one off their routes (Christiaens, Vanden Berghe, Transportation Science 54(2), 2020)
// into c.out.
func (c *trail) tear() {
	s := c.s
	c.out = c.out[:0]
	c.turn++
	longest := min(trailLongest, max(1, float64(s.w.n)/float64(max(1, c.used))))
	strings := int(c.rng.Float64()*(4*trailMean/(1+longest)-1) + 1)
	centre := c.centre()
	torn := 0
	if s.w.leaves && c.rng.IntN(trailWholeOf) == 0 && c.tearWhole(centre) || c.tearString(centre, longest) {
		torn++
	}
	for _, i := range s.w.around[centre] {
		if torn >= strings {
			break
		}
		if c.tearString(i, longest) {
			torn++
		}
	}
	if s.w.leaves {
		c.offer(centre)
	}
}

// centre draws the stop around which the plan is torn open: now and then of a route that breaks a rule, which else waits long for its turn.
func (c *trail) centre() int32 {
	s := c.s
	if s.late+s.full == 0 || c.rng.IntN(trailBrokenOf) > 0 {
		return int32(c.rng.IntN(s.w.n))
	}
	r, seen := int32(-1), 0
	for x, broken := range s.broken {
		if broken != 0 {
			if seen++; c.rng.IntN(seen) == 0 {
				r = int32(x)
			}
		}
	}
	i := s.next[s.begin(r)]
	for range c.rng.IntN(int(s.size[r])) {
		i = s.next[i]
	}
	return i
}

// offer adds stops left out near the centre to those that seek a seat, now and then behind one that a route is opened for at a loss:
// the first stop of a route rarely pays for it, those that follow may.
func (c *trail) offer(centre int32) {
	s := c.s
	most := len(c.out) + c.rng.IntN(trailOffers+1)
	if c.rng.IntN(trailGrantOf) == 0 && c.grant(centre) {
		most = len(c.out) + trailGrant
	}
	if s.route[centre] < 0 && !slices.Contains(c.out, centre) {
		c.out = append(c.out, centre)
	}
	torn := len(c.out)
	for _, i := range s.w.around[centre] {
		if len(c.out) >= most {
			break
		}
		if s.route[i] < 0 && !slices.Contains(c.out[:torn], i) {
			c.out = append(c.out, i)
		}
	}
}

// grant opens a route for stop i, which is left out, and reports whether there was one for it.
func (c *trail) grant(i int32) bool {
	s := c.s
	if s.route[i] >= 0 {
		return false
	}
	first := c.rng.IntN(len(s.w.kinds))
	for x := range s.w.kinds {
		k := (first + x) % len(s.w.kinds)
		if r := s.emptyOf(int32(k)); r >= 0 && s.w.may[i]&s.w.kinds[k].bit != 0 {
			s.place(i, s.begin(r))
			c.out = slices.DeleteFunc(c.out, func(j int32) bool { return j == i })
			c.beside(i)
			return true
		}
	}
	return false
}

// tearWhole takes all stops off the route of i.
func (c *trail) tearWhole(i int32) bool {
	s := c.s
	r := s.route[i]
	if r < 0 {
		return false
	}
	c.torn[r] = c.turn
	from := len(c.out)
	c.out = s.stopsOf(r, c.out)
	for _, j := range c.out[from:] {
		s.route[j] = -1
		s.total += s.w.prizes[j]
	}
	s.write(r, nil)
	return true
}

// tearString takes a string around i off its route, and reports whether there was one that was not torn in this turn.
func (c *trail) tearString(i int32, longest float64) bool {
	s := c.s
	r := s.route[i]
	if r < 0 || c.torn[r] == c.turn {
		return false
	}
	c.torn[r] = c.turn
	size := int(s.size[r])
	length := 1 + c.rng.IntN(max(1, int(min(float64(size), longest))))
	keep := 0
	if length > 1 && length < size && c.rng.Uint64()&1 == 0 {
		keep = 1 + c.rng.IntN(min(size-length, 4))
	}
	span := length + keep
	at := int(s.pos[i]) - 1
	low, high := max(0, at-span+1), min(at, size-span)
	begin := low + c.rng.IntN(high-low+1)
	first := i
	for range at - begin {
		first = s.prev[first]
	}
	hold := span
	if keep > 0 {
		hold = 1 + c.rng.IntN(length-1)
	}
	for p := 0; p < span; p++ {
		after := s.next[first]
		if p < hold || p >= hold+keep {
			c.touch(s.prev[first])
			s.cutOut(first, first)
			s.route[first] = -1
			s.total += s.w.prizes[first]
			c.out = append(c.out, first)
		}
		first = after
	}
	c.touch(first)
	s.update(r)
	return true
}

// mend puts the stops taken off where they cost least, in a drawn order.
func (c *trail) mend() {
	c.sortOut()
	for _, i := range c.out {
		if !c.enter(i) && !c.s.w.optional[i] {
			c.s.enterAnywhere(i)
		}
		c.beside(i)
	}
}

// enter puts stop u behind or before a near stop or on an empty route, where that costs less than leaving it out.
func (c *trail) enter(u int32) bool {
	s := c.s
	best, at := s.w.prizes[u], int32(-1)
	bits := c.rng.Uint64()
	for _, v := range s.w.near[u] {
		if s.route[v] < 0 {
			continue
		}
		bits = bits*6364136223846793005 + 1442695040888963407
		if uint32(bits>>33)%trailBlinkOf == 0 {
			continue
		}
		if d := s.placeAt(u, v, best); d < best {
			best, at = d, v
		}
		if d := s.placeAt(u, s.prev[v], best); d < best {
			best, at = d, s.prev[v]
		}
	}
	for k := range s.w.kinds {
		if r := s.emptyOf(int32(k)); r >= 0 {
			if d := s.placeAt(u, s.begin(r), best); d < best {
				best, at = d, s.begin(r)
			}
		}
	}
	if at < 0 {
		return false
	}
	s.place(u, at)
	return true
}

// sortOut orders what is to be put back: by chance, large, far, close, narrow, early or late first, and where stops
// may be left out dear first, or dear for their size.
func (c *trail) sortOut() {
	s := c.s
	way := c.rng.IntN(8)
	if s.w.timeless && way > 4 {
		way -= 4
	}
	if s.w.leaves && c.rng.Uint64()&1 == 0 {
		way = 8 + c.rng.IntN(2)
	}
	c.keys = c.keys[:0]
	for _, i := range c.out {
		v := &s.w.visits[i]
		var key int64
		switch way {
		case 1:
			key = -s.w.loads[i][0] - s.w.loads[i][1]
		case 2:
			key = -int64(s.w.length[int(s.w.kinds[0].start)*s.w.places+int(i)])
		case 3:
			key = int64(s.w.length[int(s.w.kinds[0].start)*s.w.places+int(i)])
		case 5:
			key = v.late - v.early
		case 6:
			key = v.early
		case 7:
			key = -v.late
		case 8:
			key = -s.w.prizes[i]
		case 9:
			key = -s.w.prizes[i] / (s.w.loads[i][0] + s.w.loads[i][1] + 1)
		default:
			key = int64(c.rng.Uint64() >> 2)
		}
		c.keys = append(c.keys, key)
	}
	for a := 1; a < len(c.out); a++ {
		i, key := c.out[a], c.keys[a]
		b := a
		for ; b > 0 && c.keys[b-1] > key; b-- {
			c.out[b], c.keys[b] = c.out[b-1], c.keys[b-1]
		}
		c.out[b], c.keys[b] = i, key
	}
}
