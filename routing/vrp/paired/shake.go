package paired

// shakeNear is how many of the nearest stops a shipment is led to.
const shakeNear = 40

// shake draws a shipment and a tour near it, and puts it there, or exchanges it for one of that tour, on a drawn seat where all rules are
// kept.
func (s *Search) shake() {
	i := int32(s.rng.IntN(len(s.place)))
	h, near := i>>1, s.l.Around[i]
	if s.slot[h] < 0 || len(near) == 0 {
		return
	}
	other := near[s.rng.IntN(min(len(near), shakeNear))] >> 1
	if other == h || s.slot[other] < 0 {
		return
	}
	switch {
	case s.slot[other] == s.slot[h]:
		s.reseat(h)
	case s.rng.Uint64()&1 == 0:
		s.relocate(h, s.slot[other])
	default:
		s.exchange(h, other)
	}
}

// reseat puts h on another seat of its tour.
func (s *Search) reseat(h int32) {
	rest := s.rest(0, h)
	if rest == nil || !s.seatOn(rest, h) {
		return
	}
	t := s.fresh()
	s.l.add(t, rest, h, s.finder.seat)
	s.replace(s.slot[h], t)
	s.commit()
}

// relocate puts h on the tour in a slot.
func (s *Search) relocate(h, slot int32) {
	if !s.seatOn(s.tours[slot], h) {
		return
	}
	s.out = append(s.out[:0], h)
	if s.used > 1 && s.takeOff(s.slot[h], s.out) {
		s.sit(h, slot, s.finder.seat)
		s.commit()
	}
}

// exchange puts h and other, of two tours, each on the tour of the other one.
func (s *Search) exchange(h, other int32) {
	one := s.rest(0, h)
	if one == nil || !s.seatOn(one, other) {
		return
	}
	at := s.finder.seat
	two := s.rest(1, other)
	if two == nil || !s.seatOn(two, h) {
		return
	}
	slots := [2]int32{s.slot[h], s.slot[other]}
	t := s.fresh()
	s.l.add(t, one, other, at)
	s.replace(slots[0], t)
	t = s.fresh()
	s.l.add(t, two, h, s.finder.seat)
	s.replace(slots[1], t)
	s.commit()
}

// rest is the tour of h without it, for one trial; nil where that does not hold.
func (s *Search) rest(trial int, h int32) *tour {
	s.out = append(s.out[:0], h)
	if t := &s.trials[trial]; s.l.cut(t, s.tours[s.slot[h]], s.out) {
		return t
	}
	return nil
}

// seatOn draws a seat of h on t.
func (s *Search) seatOn(t *tour, h int32) bool {
	s.finder.drawn(s.rng)
	s.l.scan(t, h, &s.finder)
	return s.finder.count > 0
}
