package vrp

// tour is what one vehicle drives, with the joined runs that make changing it cheap.
//
//	seq      [ 4, 7, 1 ]
//	pre[k]   depot … seq[k-1]     pre[0] = the depot alone
//	suf[k]   seq[k] … depot       suf[len] = the depot alone
type tour struct {
	seq  []int32
	pre  []segment
	suf  []segment
	gap  []leg // gap[k]: from the stop (or depot) before place k to the one at it; all zero when empty
	cost int64 // units; 0 when empty
}

// plan is a set of tours, one per vehicle, and the stops on none.
type plan struct {
	d      *data
	tours  []tour
	tourOf []int32 // tour of each stop, -1 when absent
	pos    []int32 // its place in seq
	absent []int32
	cost   int64 // units: all tours, and the price of every absent stop

	undo    []backup // what touched tours looked like at the last mark
	undone  int
	isSaved []bool
}

// backup is a tour as it was at the last mark.
type backup struct {
	tour int32
	seq  []int32
}

// newPlan returns a plan with every stop of in absent.
func newPlan(d *data, in []int32) *plan {
	pl := &plan{d: d, tours: make([]tour, d.vehicles), tourOf: make([]int32, d.stops), pos: make([]int32, d.stops),
		isSaved: make([]bool, d.vehicles)}
	for i := range pl.tourOf {
		pl.tourOf[i] = -1
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
		pl.isSaved[b.tour] = false
	}
	pl.undone = 0
}

// touch remembers a tour before its first change since the mark.
func (pl *plan) touch(t int32) {
	if pl.isSaved[t] {
		return
	}
	pl.isSaved[t] = true
	if pl.undone == len(pl.undo) {
		pl.undo = append(pl.undo, backup{})
	}
	b := &pl.undo[pl.undone]
	pl.undone++
	b.tour = t
	b.seq = append(b.seq[:0], pl.tours[t].seq...)
}

// restore goes back to the marked plan, whose absent stops the caller hands in.
func (pl *plan) restore(absent []int32) {
	for _, b := range pl.undo[:pl.undone] {
		for _, i := range pl.tours[b.tour].seq {
			pl.tourOf[i] = -1
		}
	}
	for _, b := range pl.undo[:pl.undone] {
		pl.cost -= pl.tours[b.tour].cost
		pl.tours[b.tour].seq = append(pl.tours[b.tour].seq[:0], b.seq...)
		pl.refresh(b.tour)
		pl.cost += pl.tours[b.tour].cost
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

// refreshFrom recomputes pre behind place low, suf before place high and the cost of tour t; pre up to low and suf from
// high on already hold.
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
	for k := low; k <= min(high, n); k++ {
		r.gap[k] = d.legs[int(r.pre[k].last)*d.locations+int(r.suf[k].first)]
	}
	r.cost = 0
	if n == 0 {
		r.gap[0] = leg{}
	} else {
		whole := d.join(&r.pre[n], &r.suf[n])
		r.cost = d.cost(t, &whole)
	}
}

// resize makes pre and suf as long as seq asks for and keeps what they hold.
func (r *tour) resize() {
	for len(r.pre) <= len(r.seq) {
		r.pre, r.suf, r.gap = append(r.pre, segment{}), append(r.suf, segment{}), append(r.gap, leg{})
	}
	r.gap = r.gap[:len(r.seq)+1]
	r.pre, r.suf = r.pre[:len(r.seq)+1], r.suf[:len(r.seq)+1]
}

// setSeq replaces the stops of tour t. The caller sees to it that every stop ends on one tour or among the absent.
func (pl *plan) setSeq(t int32, seq []int32) {
	pl.touch(t)
	pl.cost -= pl.tours[t].cost
	pl.tours[t].seq = append(pl.tours[t].seq[:0], seq...)
	pl.refresh(t)
	pl.cost += pl.tours[t].cost
}

// insert puts an absent stop (already taken off the absent list by the caller) at place k of tour t.
func (pl *plan) insert(i, t int32, k int) {
	pl.touch(t)
	r := &pl.tours[t]
	pl.cost -= r.cost + pl.d.price
	r.seq = append(r.seq, 0)
	copy(r.seq[k+1:], r.seq[k:])
	r.seq[k] = i
	r.resize()
	copy(r.suf[k+1:], r.suf[k:])
	copy(r.gap[k+1:], r.gap[k:])
	pl.refreshFrom(t, k, k+1)
	pl.cost += r.cost
}

// removeRun takes count stops from place k of tour t and makes them absent. refresh is left to settle.
func (pl *plan) removeRun(t int32, k, count int) {
	pl.touch(t)
	r := &pl.tours[t]
	for _, i := range r.seq[k : k+count] {
		pl.tourOf[i] = -1
		pl.absent = append(pl.absent, i)
	}
	r.seq = append(r.seq[:k], r.seq[k+count:]...)
	pl.cost += int64(count) * pl.d.price
}

// settle recomputes tour t after runs were removed from it. Where the matrix breaks the triangle inequality, be it by
// rounding, driving straight past a removed stop may be late or impossible; such a tour is taken apart whole.
func (pl *plan) settle(t int32) {
	r := &pl.tours[t]
	pl.cost -= r.cost
	pl.refresh(t)
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
