package vrp

import "math/rand/v2"

// ruiner takes strings of stops near a random one off their tours (Christiaens, Vanden Berghe, Transportation Science
// 54(2), 2020).
type ruiner struct {
	b       *builder
	rng     *rand.Rand
	stamp   []int32
	clock   int32
	mean    float64
	longest int
	out     []int32
	whole   float64 // how often a tour is taken apart whole
}

func newRuiner(b *builder, rng *rand.Rand) *ruiner {
	return &ruiner{b: b, rng: rng, mean: 10, longest: 10, whole: 0.01}
}

func (r *ruiner) run() {
	pl, m := r.b.pl, r.b.m
	r.clock++
	for len(r.stamp) < len(pl.tours) {
		r.stamp = append(r.stamp, 0)
	}
	stops := len(m.movers)
	longest := min(float64(r.longest), float64(stops)/float64(max(pl.used, 1)))
	most := 4*r.mean/(1+longest) - 1
	strings := int(r.rng.Float64()*most + 1)
	seed := m.movers[r.rng.IntN(stops)]
	r.b.centre = seed
	torn := 0
	if r.rng.Float64() < r.whole && r.wreck(seed) {
		torn++
	}
	if r.tear(seed, longest) {
		torn++
	}
	for _, c := range m.around[int(seed)*m.reach : int(seed+1)*m.reach] {
		if torn >= strings {
			break
		}
		if r.tear(c, longest) {
			torn++
		}
	}
}

// wreck takes all of the tour around c off it.
func (r *ruiner) wreck(c int32) bool {
	pl := r.b.pl
	s := pl.stands[c].slot
	if s < 0 {
		return false
	}
	r.stamp[s] = r.clock
	r.out = r.out[:0]
	for _, i := range pl.tours[s].seq {
		if i != reload {
			r.out = append(r.out, i)
		}
	}
	r.takeOff(s)
	return true
}

// tear takes a string around c off its tour and reports whether there was one that was not torn in this step.
func (r *ruiner) tear(c int32, longest float64) bool {
	pl, m := r.b.pl, r.b.m
	s := pl.stands[c].slot
	if s < 0 || r.stamp[s] == r.clock {
		return false
	}
	r.stamp[s] = r.clock
	t := pl.tours[s]
	fixed := len(m.kinds[t.kind].fixed)
	size := len(t.seq) - fixed
	length := 1 + r.rng.IntN(max(1, int(min(float64(size), longest))))
	span, keep := length, 0
	if length > 1 && length < size && r.rng.Uint64()&1 == 0 {
		keep = 1
		for length+keep < size && r.rng.Float64() < 0.01 {
			keep++
		}
		span = length + keep
	}
	at := int(pl.stands[c].place) - 1 - fixed
	low := max(0, at-span+1)
	high := min(at, size-span)
	begin := low
	if high > low {
		begin += r.rng.IntN(high - low + 1)
	}
	hold := -1
	if keep > 0 {
		hold = begin + 1 + r.rng.IntN(length-1)
	}
	r.out = r.out[:0]
	for p := begin; p < min(begin+span, size); p++ {
		if hold >= 0 && p >= hold && p < hold+keep {
			continue
		}
		if i := t.seq[fixed+p]; i != reload {
			r.out = append(r.out, i)
		}
	}
	r.takeOff(s)
	return true
}

// takeOff removes r.out from the tour in slot s, with mates and fellows.
func (r *ruiner) takeOff(s int32) {
	pl, m := r.b.pl, r.b.m
	if m.bound != nil {
		for k := 0; k < len(r.out); k++ {
			r.out = pl.torn(r.out[k], r.out)
		}
	}
	leave := func(i int32) {
		if pl.stands[i].slot >= 0 {
			pl.take(i)
		}
	}
	for _, i := range r.out {
		if pl.stands[i].slot >= 0 && int(pl.stands[i].place) <= len(m.kinds[pl.tours[pl.stands[i].slot].kind].fixed) {
			continue
		}
		leave(i)
		if mate := m.mate[i]; mate >= 0 {
			leave(mate)
		}
	}
	r.b.rest(s)
}
