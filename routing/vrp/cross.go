package vrp

import "slices"

// tailTries is how many exchanges are drawn for each tearing open; tailNear is how many of the best neighbours a stop is
// led to, tailLong the most stops of a stretch that is exchanged where ends are not.
const (
	tailTries = 4
	tailNear  = 16
	tailLong  = 4
)

// crossing is an exchange between two tours: a is followed by v. The stretch of la stops behind a and the one of lb stops
// that begins with v change places; with ends those stretches reach to the ends of their tours.
type crossing struct {
	one, other *tour
	pa, pv     int // places of a and v
	la, lb     int
	limit      int64 // most that the plan may grow dearer
}

// cross draws a leg between near stops and makes the exchange that brings it in, where rules and temperature let it: ends
// of tours (2-opt*; Potvin, Rousseau, Journal of the Operational Research Society 46(12), 1995), short stretches (CROSS;
// Taillard et al., Transportation Science 31(2), 1997), or where no stop has a window a stretch turned (2-opt; Croes, Operations
// Research 6(6), 1958). It reports whether it changed the plan; what it did is not committed.
func (s *search) cross(temperature float64) bool {
	pl, m := s.pl, s.m
	a := m.movers[s.draw.IntN(len(m.movers))]
	near := m.near[int(a)*m.reach:][:min(m.reach, tailNear)]
	if len(near) == 0 || m.bound != nil || m.p.BalanceCents > 0 {
		return false
	}
	v := near[s.draw.IntN(len(near))].stop
	if s.draw.Uint64()&1 == 0 {
		a, v = v, a
	}
	at, to := pl.stands[a], pl.stands[v]
	if at.slot < 0 || to.slot < 0 {
		return false
	}
	c := crossing{one: pl.tours[at.slot], other: pl.tours[to.slot], pa: int(at.place), pv: int(to.place)}
	c.limit = int64(temperature * s.draw.ExpFloat64())
	turns := !m.windowed && !m.pairs && m.backhaul == nil
	if at.slot == to.slot {
		return turns && s.turn(&c)
	}
	if turns && s.draw.Uint64()&1 == 0 {
		return s.crossTurned(&c)
	}
	if s.draw.Uint64()&1 == 0 {
		c.la, c.lb = len(c.one.seq)-c.pa, len(c.other.seq)-c.pv+1
	} else {
		c.la = s.draw.IntN(min(tailLong, len(c.one.seq)-c.pa) + 1)
		c.lb = 1 + s.draw.IntN(min(tailLong, len(c.other.seq)-c.pv+1))
	}
	return s.crossStraight(&c)
}

// crossStraight exchanges the stretches as they are.
func (s *search) crossStraight(c *crossing) bool {
	m := s.m
	k, kb := &m.kinds[c.one.kind], &m.kinds[c.other.kind]
	a, b := c.one.marks, c.other.marks
	endA, endB := c.pa+c.la, c.pv+c.lb-1 // last places of the stretches
	inSec, bridge := k.leg(a[c.pa].at, b[c.pv].at)
	delta := bridge - a[c.pa].ahead - b[c.pv-1].ahead - b[endB].ahead
	if c.la > 0 {
		delta -= a[endA].ahead
	}
	if delta >= c.limit {
		return false
	}
	_, cost := k.leg(b[endB].at, a[endA+1].at)
	delta += cost
	if c.la > 0 {
		sec, in := kb.leg(b[c.pv-1].at, a[c.pa+1].at)
		_, out := kb.leg(a[endA].at, b[endB+1].at)
		delta += in + out
		if delta < c.limit && b[c.pv-1].leave+sec > kb.ask(c.one.seq[c.pa]).close {
			return false
		}
	} else if _, cost = kb.leg(b[c.pv-1].at, b[endB+1].at); c.lb < len(c.other.seq) {
		delta += cost
	} else {
		delta -= kb.used
	}
	if delta >= c.limit || a[c.pa].leave+inSec > k.ask(c.other.seq[c.pv-1]).close {
		return false
	}
	left, right := c.one.seq[c.pa:endA], c.other.seq[c.pv-1:endB]
	if !s.mayCross(c, k, kb, left, right) {
		return false
	}
	x, y := s.pl.fresh(c.one.kind), s.pl.fresh(c.other.kind)
	x.seq = append(append(append(x.seq, c.one.seq[:c.pa]...), right...), c.one.seq[endA:]...)
	y.seq = append(append(append(y.seq, c.other.seq[:c.pv-1]...), left...), c.other.seq[endB:]...)
	return s.settle(c, x, y)
}

// mayCross tests what of an exchange needs no times: who may visit what, pairs kept together, and room.
func (s *search) mayCross(c *crossing, k, kb *kind, left, right []int32) bool {
	m := s.m
	if c.one.kind != c.other.kind && !(k.mayVisit(right) && kb.mayVisit(left)) {
		return false
	}
	if m.pairs && !(s.together(left) && s.together(right)) {
		return false
	}
	if !m.simple || k.trips > 1 || kb.trips > 1 {
		return true
	}
	for x := range m.dims {
		var out, in int64
		for _, i := range left {
			out += m.first[int(i)*m.dims+x]
		}
		for _, i := range right {
			in += m.first[int(i)*m.dims+x]
		}
		if c.one.total[x]+in-out > k.caps[x] || c.other.total[x]+out-in > kb.caps[x] {
			return false
		}
	}
	return true
}

func (k *kind) mayVisit(stops []int32) bool {
	if k.ok == nil {
		return true
	}
	for _, i := range stops {
		if i != reload && !k.ok[i] {
			return false
		}
	}
	return true
}

// together reports whether no pair has one stop in the stretch and the other outside.
func (s *search) together(stretch []int32) bool {
	if len(stretch) == 0 {
		return true
	}
	low := s.pl.stands[stretch[0]].place
	high := low + int32(len(stretch))
	for _, i := range stretch {
		if mate := s.m.mate[i]; mate >= 0 {
			if p := s.pl.stands[mate].place; p < low || p >= high {
				return false
			}
		}
	}
	return true
}

// crossTurned leads a to v, and from there back to where v's tour began; the end behind a leads, turned, to what follows v.
func (s *search) crossTurned(c *crossing) bool {
	m := s.m
	k, kb := &m.kinds[c.one.kind], &m.kinds[c.other.kind]
	a, b := c.one.marks, c.other.marks
	n, nb := len(c.one.seq), len(c.other.seq)
	_, bridge := k.leg(a[c.pa].at, b[c.pv].at)
	delta := bridge - a[c.pa].ahead - b[c.pv].ahead - b[0].ahead
	if delta >= c.limit {
		return false
	}
	_, home := k.leg(b[1].at, a[n+1].at)
	delta += home
	switch {
	case c.pa < n:
		_, out := kb.leg(b[0].at, a[n].at)
		_, over := kb.leg(a[c.pa+1].at, b[c.pv+1].at)
		delta += out + over - a[n].ahead
	case c.pv < nb:
		_, out := kb.leg(b[0].at, b[c.pv+1].at)
		delta += out
	default:
		delta -= kb.used
	}
	left, right := c.one.seq[c.pa:], c.other.seq[:c.pv]
	if delta >= c.limit || len(k.fixed)+len(kb.fixed) > 0 || !s.mayCross(c, k, kb, left, right) {
		return false
	}
	x, y := s.pl.fresh(c.one.kind), s.pl.fresh(c.other.kind)
	x.seq = append(append(x.seq, c.one.seq[:c.pa]...), right...)
	slices.Reverse(x.seq[c.pa:])
	y.seq = append(y.seq, left...)
	slices.Reverse(y.seq)
	y.seq = append(y.seq, c.other.seq[c.pv:]...)
	return s.settle(c, x, y)
}

// turn reverses the stretch between a and v with the later of them.
func (s *search) turn(c *crossing) bool {
	low, high := min(c.pa, c.pv), max(c.pa, c.pv)
	t := c.one
	k := &s.m.kinds[t.kind]
	if high-low < 2 || len(k.fixed) > 0 {
		return false
	}
	_, bridge := k.leg(t.marks[low].at, t.marks[high].at)
	_, over := k.leg(t.marks[low+1].at, t.marks[high+1].at)
	if bridge+over-t.marks[low].ahead-t.marks[high].ahead >= c.limit {
		return false
	}
	x := s.pl.fresh(t.kind)
	x.seq = append(x.seq, t.seq...)
	slices.Reverse(x.seq[low:high])
	if s.m.derive(x, t, s.pl.stands) && x.cost-t.cost < c.limit {
		s.pl.replace(t.slot, x)
		return true
	}
	s.pl.recycle(x)
	return false
}

// settle puts the two new tours in place of the old ones where they hold and are cheap enough.
func (s *search) settle(c *crossing, x, y *tour) bool {
	pl, m := s.pl, s.m
	if m.tripsHold(x) && m.tripsHold(y) && m.derive(x, c.one, pl.stands) && m.derive(y, c.other, pl.stands) &&
		x.cost+y.cost-c.one.cost-c.other.cost < c.limit {
		slot := c.other.slot
		pl.replace(c.one.slot, x)
		pl.replace(slot, y)
		return true
	}
	pl.recycle(x)
	pl.recycle(y)
	return false
}

// tripsHold reports whether a tour loads anew no more often than it may, and each time for some stop.
func (m *model) tripsHold(t *tour) bool {
	trips := m.kinds[t.kind].trips
	if trips == 1 {
		return true
	}
	before := reload
	for _, i := range t.seq {
		if i == reload {
			if trips--; before == reload || trips < 1 {
				return false
			}
		}
		before = i
	}
	return before != reload || len(t.seq) == 0
}
