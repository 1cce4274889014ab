package vrp

import "math/rand/v2"

// Sizes of the ruin, as published but for meanRemoved (Christiaens, Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
// Problems", Transportation Science 54(2), 2020, section 5.2).
const (
	meanRemoved   = 15  // stops taken out per ruin, on average; 10 as published, 15 did better on 350 stops in 6,000 iterations
	longestString = 10  // stops in one string
	splitRate     = 0.5 // how often a string leaves some stops in its middle
	growRate      = 0.99
	// wholeRate is how often one whole tour is taken out instead. The paper leaves the number of tours to a phase of its
	// own; with priced vehicles, emptying one now and then is what lets the search do with one less.
	wholeRate = 0.03
)

// ruiner tears strings of neighbouring stops out of neighbouring tours.
type ruiner struct {
	pl    *plan
	rng   *rand.Rand
	in    []int32 // stops that take part
	stamp []int32 // per tour: the ruin that last tore it
	now   int32
}

func newRuiner(pl *plan, rng *rand.Rand, in []int32) *ruiner {
	return &ruiner{pl: pl, rng: rng, in: in, stamp: make([]int32, pl.d.vehicles)}
}

// run makes some stops absent.
func (r *ruiner) run() {
	r.now++
	if r.rng.Float64() < wholeRate && r.removeTour() {
		return
	}
	pl, d := r.pl, r.pl.d
	used, placed := 0, 0
	for t := range pl.tours {
		if n := len(pl.tours[t].seq); n > 0 {
			used++
			placed += n
		}
	}
	if used == 0 {
		return
	}
	longest := min(float64(longestString), float64(placed)/float64(used))
	strings := 1 + int(r.rng.Float64()*(4*meanRemoved/(1+longest)-1))
	seed := r.in[r.rng.IntN(len(r.in))]
	strings -= r.tear(seed, longest)
	for k := 0; k < d.reach && strings > 0; k++ {
		strings -= r.tear(d.around[int(seed)*d.reach+k], longest)
	}
}

// tear takes a string that holds stop i out of its tour and returns 1, or 0 when it is absent or the tour already torn.
func (r *ruiner) tear(i int32, longest float64) int {
	pl := r.pl
	t := pl.tourOf[i]
	if t < 0 || r.stamp[t] == r.now {
		return 0
	}
	r.stamp[t] = r.now
	n := len(pl.tours[t].seq)
	count := 1 + int(r.rng.Float64()*min(float64(n), longest))
	count = min(count, n)
	kept := 0
	if count > 1 && count < n && r.rng.Float64() < splitRate {
		kept = 1
		for count+kept < n && r.rng.Float64() > growRate {
			kept++
		}
	}
	// The string of count+kept stops begins where it still holds i.
	span := count + kept
	at := int(pl.pos[i])
	low, high := max(0, at-span+1), min(at, n-span)
	begin := low + r.rng.IntN(high-low+1)
	if kept == 0 {
		pl.removeRun(t, begin, count)
	} else {
		head := 1 + r.rng.IntN(count-1)
		pl.removeRun(t, begin+head+kept, count-head)
		pl.removeRun(t, begin, head)
	}
	pl.settle(t, begin, begin+kept)
	return 1
}

// removeTour empties one tour, the emptier the likelier, and tears its neighbours a little so that there is room.
func (r *ruiner) removeTour() bool {
	pl := r.pl
	best := int32(-1)
	for range 3 {
		t := pl.tourOf[r.in[r.rng.IntN(len(r.in))]]
		if t >= 0 && (best < 0 || len(pl.tours[t].seq) < len(pl.tours[best].seq)) {
			best = t
		}
	}
	if best < 0 {
		return false
	}
	r.stamp[best] = r.now
	pl.removeRun(best, 0, len(pl.tours[best].seq))
	pl.settle(best, 0, 0)
	return true
}
