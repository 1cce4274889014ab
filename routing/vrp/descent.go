package vrp

import (
	"context"
	"math"
	"math/rand/v2"
)

// Longest runs that the local search moves whole.
const (
	maxRun  = 3 // moved to another place, either way round
	maxBack = 2 // coming back in exchange
)

// descent is a local search that takes every improving move it meets between a stop and its near ones (granular
// neighbourhoods, Toth and Vigo, INFORMS Journal on Computing 15(4), 2003), until no stop has one left: relocate, swap,
// Or-opt, 2-opt and 2-opt*.
type descent struct {
	pl      *plan
	rng     *rand.Rand
	order   []int32
	buf     buffers
	clock   int32   // moves made
	changed []int32 // per tour: clock of its last change
	tested  []int32 // per stop: clock of its last test
}

func newDescent(pl *plan, rng *rand.Rand, in []int32) *descent {
	return &descent{pl: pl, rng: rng, order: append([]int32(nil), in...), changed: make([]int32, pl.d.vehicles),
		tested: make([]int32, pl.d.stops)}
}

// run descends from the plan as it is, until ctx ends, and reports whether it found anything. Every tour counts as
// changed.
func (s *descent) run(ctx context.Context) bool {
	before := s.pl.cost
	s.clock++
	for t := range s.changed {
		s.changed[t] = s.clock
	}
	for i := range s.tested {
		s.tested[i] = -1
	}
	s.rng.Shuffle(len(s.order), func(a, b int) { s.order[a], s.order[b] = s.order[b], s.order[a] })
	for found := true; found; {
		found = false
		for _, u := range s.order {
			if ctx.Err() != nil {
				return s.pl.cost < before
			}
			for s.improve(u) {
				found = true
			}
		}
		if s.improveFleet() {
			found = true
		}
	}
	return s.pl.cost < before
}

// improve makes the first improving move of stop u and reports whether there was one.
func (s *descent) improve(u int32) bool {
	pl, d := s.pl, s.pl.d
	if pl.tourOf[u] < 0 {
		return false
	}
	last := s.tested[u]
	s.tested[u] = s.clock
	fresh := s.changed[pl.tourOf[u]] > last
	for _, v := range d.near[int(u)*d.width : (int(u)+1)*d.width] {
		t := pl.tourOf[v]
		if t < 0 || !fresh && s.changed[t] <= last {
			continue
		}
		if s.beside(u, v) {
			s.tested[u] = last // the tours changed: look at all of its neighbours again
			return true
		}
	}
	return (fresh || last < 0) && s.alone(u)
}

// beside tries the moves that bring u straight after v, or v straight after u by turning a stretch.
func (s *descent) beside(u, v int32) bool {
	pl := s.pl
	t, w := pl.tourOf[u], pl.tourOf[v]
	if t == w {
		return s.intra(t, int(pl.pos[u]), int(pl.pos[v]))
	}
	return s.inter(t, w, int(pl.pos[u]), int(pl.pos[v])+1)
}

// inter tries to bring the run that starts (or, turned, ends) at place i of tour t to place j of tour w.
func (s *descent) inter(t, w int32, i, j int) bool {
	pl := s.pl
	n, m := len(pl.tours[t].seq), len(pl.tours[w].seq)
	for a := 1; a <= min(maxRun, n-i); a++ {
		for b := 0; b <= min(maxBack, m-j); b++ {
			if s.try(exchange{t: t, s: w, i: i, a: a, j: j, b: b}) {
				return true
			}
		}
	}
	for a := 2; a <= min(maxRun, i+1); a++ {
		for b := 0; b <= min(maxBack, m-j); b++ {
			if s.try(exchange{t: t, s: w, i: i - a + 1, a: a, j: j, b: b, turnA: true}) {
				return true
			}
		}
	}
	if pl.d.yard[t] != pl.d.yard[w] {
		return false
	}
	tails := exchange{t: t, s: w, i: i, a: n - i, j: j, b: m - j}
	if gain, ok := tails.tailGain(pl); ok && gain > 0 {
		s.make(&tails)
		return true
	}
	return false
}

func (s *descent) try(m exchange) bool {
	if gain, ok := m.gain(s.pl); !ok || gain <= 0 {
		return false
	}
	s.make(&m)
	return true
}

func (s *descent) make(m *exchange) {
	m.apply(s.pl, &s.buf)
	s.clock++
	s.changed[m.t], s.changed[m.s] = s.clock, s.clock
}

// alone tries to open an unused vehicle, one of each kind, with the run or the tail that starts at u.
func (s *descent) alone(u int32) bool {
	pl, d := s.pl, s.pl.d
	t, i := pl.tourOf[u], int(pl.pos[u])
	n := len(pl.tours[t].seq)
	tried := int64(0) // bit set of kinds; kinds beyond 63 share the last bit
	for w := range pl.tours {
		bit := int64(1) << min(d.kind[w], 62)
		if len(pl.tours[w].seq) > 0 || tried&bit != 0 {
			continue
		}
		tried |= bit
		for a := 1; a <= n-i; a++ {
			if a > maxRun && a < n-i {
				continue
			}
			if s.try(exchange{t: t, s: int32(w), i: i, a: a}) {
				return true
			}
		}
	}
	return false
}

// intra tries, within tour t, to move a run that starts at place i straight behind place j, and to turn the stretch that
// brings the two stops together.
func (s *descent) intra(t int32, i, j int) bool {
	seq := s.pl.tours[t].seq
	n := len(seq)
	for a := 1; a <= min(maxRun, n-i); a++ {
		if j >= i && j < i+a || j == i-1 {
			continue
		}
		for _, turned := range []bool{false, true} {
			if turned && a == 1 {
				continue
			}
			s.buf.one = moveRun(s.buf.one[:0], seq, i, a, j, turned)
			if s.tryOrder(t, min(i, j+1), max(i+a, j+1)) {
				return true
			}
		}
	}
	low, high := min(i, j)+1, max(i, j) // 2-opt: low-1 and high meet when low…high is turned
	s.buf.one = append(s.buf.one[:0], seq[:low]...)
	s.buf.one = appendRun(s.buf.one, seq[low:high+1], true)
	s.buf.one = append(s.buf.one, seq[high+1:]...)
	if s.tryOrder(t, low, high+1) {
		return true
	}
	s.buf.one = append(s.buf.one[:0], seq...) // swap the stop behind j with u
	if k := j + 1; k < n && k != i {
		s.buf.one[i], s.buf.one[k] = s.buf.one[k], s.buf.one[i]
		return s.tryOrder(t, min(i, k), max(i, k)+1)
	}
	return false
}

// moveRun appends seq with the run of a stops from place i moved behind place j, which lies outside the run.
func moveRun(to, seq []int32, i, a, j int, turned bool) []int32 {
	if j < i {
		to = append(to, seq[:j+1]...)
		to = appendRun(to, seq[i:i+a], turned)
		to = append(to, seq[j+1:i]...)
		return append(to, seq[i+a:]...)
	}
	to = append(to, seq[:i]...)
	to = append(to, seq[i+a:j+1]...)
	to = appendRun(to, seq[i:i+a], turned)
	return append(to, seq[j+1:]...)
}

// tryOrder takes the order in buf.one for tour t if it is feasible and cheaper. It differs from the tour in the places
// low…high-1 alone.
func (s *descent) tryOrder(t int32, low, high int) bool {
	pl, d := s.pl, s.pl.d
	r := &pl.tours[t]
	stretch := s.buf.one[low:high]
	if d.floor(t, r, stretch, low, high) >= r.cost {
		return false
	}
	whole := r.pre[low]
	for _, i := range stretch {
		d.joinTo(&whole, &whole, &d.node[i])
	}
	d.joinTo(&whole, &whole, &r.suf[high])
	if !whole.onTime() || d.cost(t, &whole) >= r.cost {
		return false
	}
	pl.setSeq(t, s.buf.one)
	s.clock++
	s.changed[t] = s.clock
	return true
}

// floor is the least that tour t can cost with the stops of stretch in its places low…high-1, in that order: its driving
// and service without any waiting. It takes a fraction of the time of joining.
func (d *data) floor(t int32, r *tour, stretch []int32, low, high int) int64 {
	distM, busySec := r.pre[low].distM+r.suf[high].distM, r.pre[low].busySec+r.suf[high].busySec
	at := r.pre[low].last
	for _, i := range stretch {
		n := &d.node[i]
		l := d.legs[int(at)*d.locations+int(n.first)]
		if l.none() {
			return math.MaxInt64
		}
		distM, busySec, at = distM+int64(l.metres), busySec+int64(l.sec)+n.busySec, n.last
	}
	l := d.legs[int(at)*d.locations+int(r.suf[high].first)]
	if l.none() {
		return math.MaxInt64
	}
	return d.costOf(t, distM+int64(l.metres), busySec+int64(l.sec))
}
