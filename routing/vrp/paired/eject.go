package paired

import "math"

// Limits of the search by ejections: shipments put off a tour for one put on, and moves drawn to shake the plan after each.
const (
	ejectMost = 2
	shakes    = 300
)

// ejection is where a shipment goes and what it puts off there.
type ejection struct {
	slot int32
	seat
	out  []int32
	sum  int64 // of how hard those are to place
	list []int32
	pick []int32
}

// Place puts shipments on none of the tours on them by ejections until all have a seat or stop says so, which is asked before each; it
// reports whether all have. Only then is the plan the best one.
func (s *Search) Place(stop func() bool) bool {
	for h := range s.hard {
		s.hard[h] = 1
	}
	for len(s.pool) > 0 {
		if stop() {
			return false
		}
		s.round()
	}
	s.best.save(s.plan)
	return true
}

// Reduce drops tours one after another, down to floor, until stop says so, which is asked before each shipment that is placed.
func (s *Search) Reduce(floor int, stop func() bool) {
	for s.used > floor {
		s.disband()
		if !s.Place(stop) {
			break
		}
	}
	s.best.load(s.plan)
	s.pool = s.pool[:0]
}

// disband takes all shipments off a tour that is drawn.
func (s *Search) disband() {
	slot := s.rng.IntN(len(s.tours))
	for s.tours[slot] == nil {
		slot = s.rng.IntN(len(s.tours))
	}
	for k := 1; k < len(s.tours[slot].marks)-1; k++ {
		if node := s.tours[slot].marks[k].node; node&1 == 0 {
			s.pool = append(s.pool, node>>1)
		}
	}
	s.takeOff(int32(slot), s.pool)
	s.commit()
}

// round puts the last shipment of the pool on a tour.
func (s *Search) round() {
	last := len(s.pool) - 1
	h := s.pool[last]
	s.pool = s.pool[:last]
	if s.sitAnywhere(h) {
		return
	}
	s.hard[h]++
	if s.find(h) {
		s.carryOut(h)
		s.pool = append(s.pool, s.ejected.out...)
	} else { // nothing makes room for it: others take their turn
		s.pool = append(s.pool, h)
		copy(s.pool[1:], s.pool)
		s.pool[0] = h
	}
	s.commit()
	for range shakes {
		s.shake()
	}
}

// carryOut puts h on the seat found and the shipments that are in its way into the pool.
func (s *Search) carryOut(h int32) {
	e := &s.ejected
	rest, t := &s.trials[0], s.fresh()
	s.l.cut(rest, s.tours[e.slot], e.out)
	s.l.add(t, rest, h, e.seat)
	for _, i := range e.out {
		s.slot[i] = -1
	}
	s.replace(e.slot, t)
}

// sitAnywhere puts h on one of its seats that keep all rules, which is drawn.
func (s *Search) sitAnywhere(h int32) bool {
	f := &s.finder
	f.drawn(s.rng)
	for slot, t := range s.tours {
		if t != nil {
			f.scanned = int32(slot)
			s.l.scan(t, h, f)
		}
	}
	if f.count == 0 {
		return false
	}
	s.sit(h, f.slot, f.seat)
	s.commit()
	return true
}

// find looks for the tour and seat where h puts off shipments of the least sum.
func (s *Search) find(h int32) bool {
	e := &s.ejected
	e.sum, e.out = math.MaxInt64, e.out[:0]
	first := s.rng.IntN(len(s.tours) + 1)
	for i := range s.tours {
		slot := int32((first + i) % len(s.tours))
		t := s.tours[slot]
		if t == nil {
			continue
		}
		e.list = e.list[:0]
		for k := 1; k < len(t.marks)-1; k++ {
			if node := t.marks[k].node; node&1 == 0 {
				e.list = append(e.list, node>>1)
			}
		}
		e.pick = e.pick[:0]
		s.putOff(h, slot, 0, 0)
	}
	return e.sum < math.MaxInt64
}

// putOff tries h on the tour in a slot without those picked and one more of the list from there on, of sum in all, in lexicographic order.
func (s *Search) putOff(h, slot int32, from int, sum int64) {
	e := &s.ejected
	for k := from; k < len(e.list); k++ {
		now := sum + s.hard[e.list[k]]
		if now >= e.sum {
			continue
		}
		e.pick = append(e.pick, e.list[k])
		t := &s.trials[0]
		if s.l.cut(t, s.tours[slot], e.pick) {
			s.finder.drawn(s.rng)
			s.l.scan(t, h, &s.finder)
			if s.finder.count > 0 {
				e.slot, e.seat, e.sum = slot, s.finder.seat, now
				e.out = append(e.out[:0], e.pick...)
			}
		}
		if len(e.pick) < ejectMost && now < e.sum {
			s.putOff(h, slot, k+1, now)
		}
		e.pick = e.pick[:len(e.pick)-1]
	}
}
