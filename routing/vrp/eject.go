package vrp

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Limits of the search by ejections: stops put off a tour for one put on, steps of looking for them, exchanges drawn to shake the
// plan after each, and steps of the budget that one round takes.
const (
	ejectMost  = 3
	ejectLooks = 100_000
	ejectShake = 300
	ejectSteps = 30
)

// ejector drops tours by the ejection pool of Nagata and Bräysy (Operations Research Letters 37(5), 2009): the stops of a dropped
// tour are put, last in first out, where they fit; one that fits nowhere puts off the stops that were hardest to place least often.
type ejector struct {
	s     *search
	rng   *rand.Rand
	hard  []int64 // per stop: how often it fitted nowhere
	c     int32   // the stop to put on
	t     *tour
	pos   int // it goes behind this place
	out   []int32
	looks int

	least   int64 // sum of hard of the best seat so far
	slot    int32
	seatPos int
	seatOut []int32
	room    []int64 // of the tour with c on it, by dimension; below 0 = too much
}

// ejects reports whether times and loads alone say what fits on a tour of every kind.
func (m *model) ejects() bool {
	for k := range m.kinds {
		if m.kinds[k].deep || m.kinds[k].trips > 1 || len(m.kinds[k].fixed) > 0 {
			return false
		}
	}
	return m.simple && !m.pairs && m.bound == nil && !m.released && m.backhaul == nil
}

// eject drops tours by ejections as long as that takes less than the budget's part up to end.
func (s *search) eject(ctx context.Context, end float64) int {
	pl := s.pl
	if !s.m.ejects() {
		return 0
	}
	x := &ejector{s: s, rng: s.draw, hard: make([]int64, s.m.n), room: make([]int64, s.m.dims)}
	floor, k := s.leastTours(), 0
	for len(s.best.absent) == 0 && s.best.used > floor {
		for i := range x.hard {
			x.hard[i] = 1
		}
		slot := int32(s.draw.IntN(len(pl.tours)))
		for pl.tours[slot] == nil {
			slot = int32(s.draw.IntN(len(pl.tours)))
		}
		s.build.takeOff(slices.Clone(pl.tours[slot].seq))
		pl.commit()
		s.build.limit = pl.used
		for ; len(pl.absent) > 0; k += ejectSteps {
			if s.spend.done(s.steps+k) >= end || ctx.Err() != nil {
				s.best.load(pl)
				s.build.limit = s.best.used
				return k
			}
			x.round()
		}
		s.best.save(pl)
	}
	s.best.load(pl)
	s.build.limit = s.best.used
	return k
}

// round puts the last absent stop on a tour.
func (x *ejector) round() {
	s, pl := x.s, x.s.pl
	x.c = pl.absent[len(pl.absent)-1]
	if seat, ok := s.build.seatFor(x.c); ok && s.build.sit(x.c, seat) {
		pl.seated()
		pl.commit()
		return
	}
	x.hard[x.c]++
	if x.find() {
		x.carryOut()
	} else { // nothing makes room for it: others take their turn
		pl.absent = append([]int32{x.c}, pl.absent[:len(pl.absent)-1]...)
		pl.commit()
	}
	for range ejectShake {
		if s.cross(math.MaxInt64 / 1024) {
			pl.commit()
		}
	}
}

// find looks for the tour and place where c puts off the stops of the least sum.
func (x *ejector) find() bool {
	pl, m := x.s.pl, x.s.m
	x.least, x.slot, x.looks = math.MaxInt64, -1, 0
	first := x.rng.IntN(len(pl.tours))
	for i := range pl.tours {
		slot := (first + i) % len(pl.tours)
		x.t = pl.tours[slot]
		if x.t == nil || m.kinds[x.t.kind].ok != nil && !m.kinds[x.t.kind].ok[x.c] {
			continue
		}
		k := &m.kinds[x.t.kind]
		for d := range m.dims {
			x.room[d] = k.caps[d] - x.t.total[d] - m.first[int(x.c)*m.dims+d]
		}
		for x.pos = 0; x.pos <= len(x.t.seq); x.pos++ {
			x.out = x.out[:0]
			x.follow(k, 1, x.t.marks[0].at, x.t.marks[0].leave, 0, false)
		}
	}
	return x.slot >= 0
}

// fits reports whether the tour holds when it goes on from a location at a time to place p, with all that stands there.
func (x *ejector) fits(k *kind, p int, loc int32, clock int64) bool {
	for _, r := range x.room {
		if r < 0 {
			return false
		}
	}
	sec, _ := k.leg(loc, x.t.marks[p].at)
	return clock+sec <= x.t.marks[p].late
}

// follow drives on from a location, left at clock, to place p, with or without each stop, until the rest of the tour is on time.
func (x *ejector) follow(k *kind, p int, loc int32, clock, sum int64, placed bool) {
	m := x.s.m
	for ; ; p++ {
		if x.looks++; x.looks > ejectLooks {
			return
		}
		if !placed && p == x.pos+1 {
			sec, _ := k.leg(loc, m.loc[x.c])
			a := &k.asks[x.c]
			if clock = max(clock+sec, a.open); clock > a.close {
				return
			}
			clock, loc, placed = clock+a.service, m.loc[x.c], true
		}
		if placed && x.fits(k, p, loc, clock) {
			if sum < x.least {
				x.least, x.slot, x.seatPos, x.seatOut = sum, x.t.slot, x.pos, append(x.seatOut[:0], x.out...)
			}
			return
		}
		if p > len(x.t.seq) {
			return
		}
		i := x.t.seq[p-1]
		if next := sum + x.hard[i]; len(x.out) < ejectMost && next < x.least {
			x.drop(i, 1)
			x.follow(k, p+1, loc, clock, next, placed)
			x.drop(i, -1)
		}
		a := &k.asks[i]
		sec, _ := k.leg(loc, x.t.marks[p].at)
		if clock = max(clock+sec, a.open); clock > a.close {
			return
		}
		clock, loc = clock+a.service, x.t.marks[p].at
	}
}

// drop puts stop i off the tour that is tried, or with -1 on it again.
func (x *ejector) drop(i int32, sign int64) {
	d := x.s.m.dims
	for y := range d {
		x.room[y] += sign * x.s.m.first[int(i)*d+y]
	}
	if sign > 0 {
		x.out = append(x.out, i)
	} else {
		x.out = x.out[:len(x.out)-1]
	}
}

// carryOut puts c on the seat found and the stops that are in its way last among the absent.
func (x *ejector) carryOut() {
	pl, m := x.s.pl, x.s.m
	was := pl.tours[x.slot]
	t := pl.fresh(was.kind)
	for p := 0; p <= len(was.seq); p++ {
		if p == x.seatPos {
			t.seq = append(t.seq, x.c)
		}
		if p < len(was.seq) && !slices.Contains(x.seatOut, was.seq[p]) {
			t.seq = append(t.seq, was.seq[p])
		}
	}
	if !m.derive(t, was, pl.stands) {
		pl.recycle(t)
		return
	}
	for _, i := range x.seatOut {
		pl.take(i)
	}
	pl.replace(x.slot, t)
	pl.cost -= m.prices[x.c]
	pl.seated()
	pl.commit()
}
