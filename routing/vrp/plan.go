package vrp

import "slices"

// tour is what one vehicle drives, with the joined runs that make changing it cheap.
//
//	seq      [ 4, 7, 1 ]
//	pre[k]   depot … seq[k-1]     pre[0] = the depot alone
//	suf[k]   seq[k] … depot       suf[len] = the depot alone
type tour struct {
	seq  []int32
	pre  []segment
	suf  []segment
	gaps []gap // [k]: between pre[k] and suf[k]
	cost int64 // units; 0 when empty
}

// gap is a place where a stop may be put, with what the search for the cheapest one reads of pre and suf: the two
// segments are too large to be read for every place of every tour.
type gap struct {
	from, to         int32 // locations before and behind
	leg              leg   // between them; all zero in an empty tour
	earlySec, durSec int64 // of pre
}

// plan is a set of tours, one per vehicle, and the stops on none.
type plan struct {
	d      *data
	tours  []tour
	tourOf []int32 // tour of each stop, -1 when absent
	pos    []int32 // its place in seq
	absent []int32
	cost   int64 // units: all tours, and the price of every absent stop

	undo   []backup // what touched tours looked like at the last mark
	undone int
	saved  []int32 // per tour: its backup, -1 while untouched
}

// backup is a tour as it was at the last mark. Its first head and its last tail stops were never touched since, so that
// what is joined of them still holds.
type backup struct {
	tour       int32
	seq        []int32
	head, tail int
}

// newPlan returns a plan with every stop of in absent.
func newPlan(d *data, in []int32) *plan {
	pl := &plan{d: d, tours: make([]tour, d.vehicles), tourOf: make([]int32, d.stops), pos: make([]int32, d.stops),
		saved: make([]int32, d.vehicles)}
	for i := range pl.tourOf {
		pl.tourOf[i] = -1
	}
	for t := range pl.saved {
		pl.saved[t] = -1
	}
	pl.absent = append(pl.absent, in...)
	pl.cost = int64(len(in)) * d.price
	for t := range pl.tours {
		pl.refresh(int32(t))
	}
	return pl
}

// mark makes the plan as it is now the one that restore returns to.
func (pl *plan) mark() {
	for _, b := range pl.undo[:pl.undone] {
		pl.saved[b.tour] = -1
	}
	pl.undone = 0
}

// touch remembers tour t before its first change since the mark, and that all but its first head and last tail stops are
// about to change.
func (pl *plan) touch(t int32, head, tail int) {
	if k := pl.saved[t]; k >= 0 {
		b := &pl.undo[k]
		b.head, b.tail = min(b.head, head), min(b.tail, tail)
		return
	}
	pl.saved[t] = int32(pl.undone)
	if pl.undone == len(pl.undo) {
		pl.undo = append(pl.undo, backup{})
	}
	b := &pl.undo[pl.undone]
	pl.undone++
	b.tour, b.head, b.tail = t, head, tail
	b.seq = append(b.seq[:0], pl.tours[t].seq...)
}

// restore goes back to the marked plan, whose absent stops the caller hands in.
func (pl *plan) restore(absent []int32) {
	for _, b := range pl.undo[:pl.undone] {
		seq := pl.tours[b.tour].seq
		for _, i := range seq[b.head : len(seq)-b.tail] {
			pl.tourOf[i] = -1
		}
	}
	for _, b := range pl.undo[:pl.undone] {
		r := &pl.tours[b.tour]
		pl.cost -= r.cost
		was, is := len(r.seq)-b.tail, len(b.seq)-b.tail // where the untouched tail begins
		tail := r.suf[was : was+b.tail+1]
		r.seq = append(r.seq[:0], b.seq...)
		r.resize()
		copy(r.suf[is:], tail)
		pl.refreshFrom(b.tour, b.head, is)
		pl.cost += r.cost
	}
	pl.cost += int64(len(absent)-len(pl.absent)) * pl.d.price
	pl.absent = append(pl.absent[:0], absent...)
	pl.mark()
}

// refresh recomputes everything of tour t from its seq, except the cost of the plan.
func (pl *plan) refresh(t int32) {
	d, r := pl.d, &pl.tours[t]
	n := len(r.seq)
	r.resize()
	r.pre[0], r.suf[n] = d.start[t], d.end[t]
	pl.refreshFrom(t, 0, n)
}

// refreshFrom recomputes pre behind place low, suf before place high, all gaps from low on and the cost of tour t; pre up
// to low and suf from high on already hold.
func (pl *plan) refreshFrom(t int32, low, high int) {
	d, r := pl.d, &pl.tours[t]
	n := len(r.seq)
	for k := low; k < n; k++ {
		i := r.seq[k]
		d.joinTo(&r.pre[k+1], &r.pre[k], &d.node[i])
		pl.tourOf[i], pl.pos[i] = t, int32(k)
	}
	for k := high - 1; k >= 0; k-- {
		d.joinTo(&r.suf[k], &d.node[r.seq[k]], &r.suf[k+1])
	}
	for k := low; k <= n; k++ {
		from, to := r.pre[k].last, r.suf[k].first
		r.gaps[k] = gap{from, to, d.legs[int(from)*d.locations+int(to)], r.pre[k].earlySec, r.pre[k].durSec}
	}
	r.cost = 0
	if n == 0 {
		r.gaps[0].leg = leg{}
	} else {
		whole := d.join(&r.pre[n], &r.suf[n])
		r.cost = d.cost(t, &whole)
	}
}

// resize makes pre and suf as long as seq asks for and keeps what they hold.
func (r *tour) resize() {
	n := len(r.seq) + 1
	r.pre, r.suf, r.gaps = sized(r.pre, n), sized(r.suf, n), sized(r.gaps, n)
}

func sized[T any](s []T, n int) []T { return slices.Grow(s, max(0, n-len(s)))[:n] }

// setSeq replaces the stops of tour t. The caller sees to it that every stop ends on one tour or among the absent.
func (pl *plan) setSeq(t int32, seq []int32) {
	pl.touch(t, 0, 0)
	pl.cost -= pl.tours[t].cost
	pl.tours[t].seq = append(pl.tours[t].seq[:0], seq...)
	pl.refresh(t)
	pl.cost += pl.tours[t].cost
}

// insert puts an absent stop (already taken off the absent list by the caller) at place k of tour t.
func (pl *plan) insert(i, t int32, k int) {
	r := &pl.tours[t]
	pl.touch(t, k, len(r.seq)-k)
	pl.cost -= r.cost + pl.d.price
	r.seq = append(r.seq, 0)
	copy(r.seq[k+1:], r.seq[k:])
	r.seq[k] = i
	r.resize()
	copy(r.suf[k+1:], r.suf[k:])
	pl.refreshFrom(t, k, k+1)
	pl.cost += r.cost
}

// removeRun takes count stops from place k of tour t and makes them absent. What is joined of the stops behind moves up
// with them; the rest is left to settle.
func (pl *plan) removeRun(t int32, k, count int) {
	r := &pl.tours[t]
	pl.touch(t, k, len(r.seq)-k-count)
	for _, i := range r.seq[k : k+count] {
		pl.tourOf[i] = -1
		pl.absent = append(pl.absent, i)
	}
	r.seq = append(r.seq[:k], r.seq[k+count:]...)
	r.suf = append(r.suf[:k], r.suf[k+count:]...)
	pl.cost += int64(count) * pl.d.price
}

// settle recomputes tour t after runs were removed from it, the first at place low, none behind place high as it is now.
// Where the matrix breaks the triangle inequality, be it by
// rounding, driving straight past a removed stop may be late or impossible; such a tour is taken apart whole.
func (pl *plan) settle(t int32, low, high int) {
	r := &pl.tours[t]
	pl.cost -= r.cost
	r.resize()
	pl.refreshFrom(t, low, high)
	if whole := pl.whole(t); len(r.seq) > 0 && !whole.onTime() {
		pl.removeRun(t, 0, len(r.seq))
		pl.refresh(t)
	}
	pl.cost += r.cost
}

// whole returns tour t joined from depot to depot.
func (pl *plan) whole(t int32) segment {
	r := &pl.tours[t]
	n := len(r.seq)
	return pl.d.join(&r.pre[n], &r.suf[n])
}

// snapshot is a plan put aside.
type snapshot struct {
	seqs   [][]int32
	absent []int32
	cost   int64
}

func (s *snapshot) save(pl *plan) {
	if s.seqs == nil {
		s.seqs = make([][]int32, len(pl.tours))
	}
	for t := range pl.tours {
		s.seqs[t] = append(s.seqs[t][:0], pl.tours[t].seq...)
	}
	s.absent = append(s.absent[:0], pl.absent...)
	s.cost = pl.cost
}

func (s *snapshot) load(pl *plan) {
	for i := range pl.tourOf {
		pl.tourOf[i] = -1
	}
	pl.cost = int64(len(s.absent)) * pl.d.price
	for t := range pl.tours {
		pl.tours[t].seq = append(pl.tours[t].seq[:0], s.seqs[t]...)
		pl.refresh(int32(t))
		pl.cost += pl.tours[t].cost
	}
	pl.absent = append(pl.absent[:0], s.absent...)
	pl.mark()
}
