package vrp

// improveFleet hands whole tours to other vehicles: to an unused one, or in exchange with another tour, wherever that is
// feasible and cheaper. It matters for mixed fleets only; vehicles of one kind are never compared.
func (s *descent) improveFleet() bool {
	pl, d := s.pl, s.pl.d
	if d.kinds < 2 {
		return false
	}
	found := false
	for t := range int32(d.vehicles) {
		for w := range int32(d.vehicles) {
			if d.kind[t] == d.kind[w] || len(pl.tours[t].seq) == 0 || len(pl.tours[w].seq) > 0 && w < t {
				continue
			}
			if s.swapVehicles(t, w) {
				found = true
			}
		}
	}
	return found
}

func (s *descent) swapVehicles(t, w int32) bool {
	pl, d := s.pl, s.pl.d
	was := pl.tours[t].cost + pl.tours[w].cost
	asW := d.walk(w, pl.tours[t].seq)
	if !d.fits(w, &asW) {
		return false
	}
	now := d.cost(w, &asW)
	if len(pl.tours[w].seq) > 0 {
		asT := d.walk(t, pl.tours[w].seq)
		if !d.fits(t, &asT) {
			return false
		}
		now += d.cost(t, &asT)
	}
	if now >= was {
		return false
	}
	s.make(&exchange{t: t, s: w, a: len(pl.tours[t].seq), b: len(pl.tours[w].seq)})
	return true
}
