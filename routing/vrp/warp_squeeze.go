package vrp

import "math"

// squeezeUnit is what the mean leg late and the mean load too much cost while a stop is squeezed in.
const squeezeUnit = 1 << 20

// weigh sets the penalties: at first a mean leg and a mean load weigh the same.
func (x *ejector) weigh() {
	s := x.s
	_, sec := s.w.meanLeg()
	s.lateCost = max(1, int64(squeezeUnit/sec))
	for d := range warpLoads {
		var sum int64
		for i := range s.w.loads {
			sum += s.w.loads[i][d]
		}
		s.overCost[d] = max(1, squeezeUnit*int64(s.w.n)/max(1, sum))
	}
}

// squeeze puts c where it breaks the rules least and tries to mend that by moves that break them less and less. Where it does not
// come to an end the plan is as before, and what was broken then weighs more.
func (x *ejector) squeeze() bool {
	s := x.s
	least, at := int64(math.MaxInt64), int32(-1)
	x.seats(never, func(v int32, adds int64) {
		if adds < least {
			least, at = adds, v
		}
	})
	if at < 0 {
		return false
	}
	s.place(x.c, at)
	for s.late+s.full > 0 {
		if !x.ease() {
			x.reweigh()
			s.back()
			return false
		}
	}
	s.hold()
	return true
}

// reweigh makes what is broken dearer by a hundredth, and what is not cheaper.
func (x *ejector) reweigh() {
	s := x.s
	scale := func(cost *int64, broken int) {
		if broken > 0 {
			*cost += *cost/100 + 1
		} else {
			*cost -= *cost / 100
		}
	}
	scale(&s.lateCost, s.late)
	for d := range s.overCost {
		scale(&s.overCost[d], s.full)
	}
	s.lateCost = min(s.lateCost, squeezeUnit)
	for d := range s.overCost {
		s.overCost[d] = min(s.overCost[d], squeezeUnit)
	}
}

// ease does a move of a stop on a route that breaks rules, and reports whether there was one.
func (x *ejector) ease() bool {
	s := x.s
	first := x.rng.IntN(len(s.kind))
	for k := range s.kind {
		r := int32((first + k) % len(s.kind))
		if s.broken[r] == 0 {
			continue
		}
		x.seq = s.stopsOf(r, x.seq[:0])
		x.rng.Shuffle(len(x.seq), func(i, j int) { x.seq[i], x.seq[j] = x.seq[j], x.seq[i] })
		for _, u := range x.seq {
			s.look(&s.view, u)
			for _, v := range s.w.near[u] {
				if s.route[v] >= 0 && s.pair(&s.view, v) {
					return true
				}
			}
			if s.openings(u) {
				return true
			}
		}
	}
	return false
}

// shake does exchanges between routes that break nothing, drawn ones between near stops.
func (x *ejector) shake() {
	s := x.s
	s.grace = 1
	for range ejectShake {
		u := int32(x.rng.IntN(s.w.n))
		near := s.w.near[u]
		if len(near) == 0 {
			continue
		}
		v := near[x.rng.IntN(len(near))]
		if s.route[u] < 0 || s.route[v] < 0 || s.route[u] == s.route[v] {
			continue
		}
		switch x.rng.IntN(6) {
		case 0:
			s.relocate(u, v, 1, false)
		case 1:
			s.swap(u, v, 1, 1)
		case 2:
			s.tails(u, v)
		case 3:
			s.tails(v, u)
		case 4:
			s.relocate(u, v, 2, false)
		default:
			s.swap(u, v, 2, 1)
		}
	}
	s.grace = 0
	s.hold()
}
