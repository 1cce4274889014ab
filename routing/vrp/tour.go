package vrp

// span is a run of visits by its time alone, in the form of Nagata, Bräysy, Dullaert (Computers & Operations Research
// 37, 2010) for runs that are on time: the least duration, and the first and last moment to begin with it.
type span struct{ dur, early, late int64 }

// join returns a, sec seconds of travel, b. Waiting counts as duration.
func (a span) join(sec int64, b span) span {
	delta := a.dur + sec
	wait := max(b.early-delta-a.late, 0)
	return span{delta + b.dur + wait, max(b.early-delta, a.early) - wait, min(b.late-delta, a.late)}
}

// tour is what one vehicle does. Place 0 is the start, place k+1 is seq[k], the last place is the end. Once it is part of
// a plan it is not changed any more: a change makes a new tour, so that going back is to take the old one.
type tour struct {
	kind  int32
	kept  bool // part of the best plan
	slot  int32
	seq   []int32
	cost  int64
	at    []int32 // per place: location
	leave []int64 // per place: earliest departure
	late  []int64 // per place: latest arrival or begin of service with which the rest is on time
	ahead []int64 // per place: cost of the leg to the next
	head  []span  // per place: everything up to it, where duration matters
	tail  []span  // per place: everything from it on
	total []int64 // per dimension: on board at the start, where nothing is collected and there is one trip
	on    []int64 // [place*dims+d]: on board when leaving; else nil
	up    []int64 // the most up to there
	down  []int64 // the most from there on
	as    []*tour // per kind: the same stops done by it, made when asked for; see recast
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2+4)
	}
	return s[:n]
}

// count is how many stops the tour visits.
func (t *tour) count() int {
	n := 0
	for _, c := range t.seq {
		if c != reload {
			n++
		}
	}
	return n
}

// refresh fills all of t from its kind and seq and reports whether the tour holds.
func (m *model) refresh(t *tour) bool {
	k := &m.kinds[t.kind]
	n := len(t.seq)
	t.at, t.leave, t.late, t.ahead = grow(t.at, n+2), grow(t.leave, n+2), grow(t.late, n+2), grow(t.ahead, n+2)
	t.at[0], t.at[n+1] = k.start, k.end
	start := k.openSec
	if k.trips == 1 && m.released {
		for _, c := range t.seq {
			start = max(start, m.ready[c])
		}
	}
	for p, c := range t.seq {
		if c == reload {
			t.at[p+1] = k.start
		} else {
			t.at[p+1] = m.loc[c]
		}
	}
	t.leave[0] = start
	if n == 0 {
		t.cost = 0
	} else {
		t.cost = k.used
	}
	ok := m.forward(k, t) && len(t.seq) <= k.maxStops+len(t.seq)-t.count()
	m.backward(k, t)
	ok = ok && t.leave[0] <= t.late[0]
	if k.timed && !k.deep && ok {
		m.spans(k, t)
		whole := t.head[n+1]
		ok = whole.dur <= k.maxDur
		if n > 0 {
			t.cost += k.perSec * whole.dur
		}
	}
	if !m.loads(k, t) {
		ok = false
	}
	if k.deep && ok && n > 0 {
		t.cost, ok = m.drive(k, t.seq, nil)
	}
	return ok
}

// node gives what place p of t asks for.
func (m *model) node(k *kind, c int32) (open, last, service int64) {
	if c == reload {
		return k.openSec, k.closeSec, k.v.ReloadSec
	}
	return m.open[c], m.close[c], k.service[c]
}

func (m *model) forward(k *kind, t *tour) bool {
	clock, ok := t.leave[0], true
	for p, c := range t.seq {
		sec, cost := k.leg(t.at[p], t.at[p+1])
		t.ahead[p] = cost
		t.cost += cost
		open, last, service := m.node(k, c)
		clock = max(clock+sec, open)
		ok = ok && clock <= last && cost < noWay
		clock += service
		t.leave[p+1] = clock
		if c != reload && m.backhaul != nil && !m.rowAllows(t.seq, p) {
			ok = false
		}
	}
	n := len(t.seq)
	if n == 0 {
		t.leave[1], t.ahead[0], t.ahead[1] = clock, 0, 0
		return true
	}
	sec, cost := k.leg(t.at[n], t.at[n+1])
	t.ahead[n], t.ahead[n+1] = cost, 0
	t.cost += cost
	t.leave[n+1] = clock + sec
	return ok && clock+sec <= k.closeSec && cost < noWay
}

// rowAllows holds backhauls to their place behind all deliveries, of which there must be one.
func (m *model) rowAllows(seq []int32, p int) bool {
	if m.backhaul[seq[p]] {
		return p > 0 && seq[p-1] != reload
	}
	return p == 0 || seq[p-1] == reload || !m.backhaul[seq[p-1]]
}

func (m *model) backward(k *kind, t *tour) {
	n := len(t.seq)
	last := k.closeSec
	t.late[n+1] = last
	for p := n; p >= 1; p-- {
		sec, _ := k.leg(t.at[p], t.at[p+1])
		_, end, service := m.node(k, t.seq[p-1])
		last = min(end, last-sec-service)
		t.late[p] = last
	}
	if n > 0 {
		sec, _ := k.leg(t.at[0], t.at[1])
		last -= sec
	}
	t.late[0] = min(last, k.closeSec)
}

func (m *model) spans(k *kind, t *tour) {
	n := len(t.seq)
	t.head, t.tail = grow(t.head, n+2), grow(t.tail, n+2)
	t.head[0] = span{0, t.leave[0], k.closeSec}
	t.tail[n+1] = span{0, k.openSec, k.closeSec}
	for p, c := range t.seq {
		sec, _ := k.leg(t.at[p], t.at[p+1])
		t.head[p+1] = t.head[p].join(sec, span{k.service[c], m.open[c], m.close[c]})
	}
	sec, _ := k.leg(t.at[n], t.at[n+1])
	t.head[n+1] = t.head[n].join(sec, t.tail[n+1])
	for p := n; p >= 1; p-- {
		sec, _ := k.leg(t.at[p], t.at[p+1])
		c := t.seq[p-1]
		t.tail[p] = span{k.service[c], m.open[c], m.close[c]}.join(sec, t.tail[p+1])
	}
}

// loads fills what is on board and reports whether it always fits.
func (m *model) loads(k *kind, t *tour) bool {
	n, d := len(t.seq), m.dims
	if d == 0 {
		return true
	}
	if m.simple && k.trips == 1 {
		t.total = grow(t.total, d)
		clear(t.total)
		for _, c := range t.seq {
			for x := range d {
				t.total[x] += m.first[int(c)*d+x]
			}
		}
		return fits(t.total, k.caps)
	}
	t.on, t.up, t.down = grow(t.on, (n+2)*d), grow(t.up, (n+2)*d), grow(t.down, (n+2)*d)
	ok := true
	for x := range d {
		var carried int64
		begin := 0
		for p := 0; p <= n+1; p++ { // carried on board when leaving place p
			switch {
			case p == 0 || p <= n && t.seq[p-1] == reload:
				carried, begin = 0, p
				for q := p; q < n && t.seq[q] != reload; q++ {
					carried += m.first[int(t.seq[q])*d+x]
				}
			case p <= n:
				carried += m.delta[int(t.seq[p-1])*d+x]
			}
			t.on[p*d+x], t.up[p*d+x] = carried, carried
			if p > begin {
				t.up[p*d+x] = max(carried, t.up[(p-1)*d+x])
			}
			ok = ok && carried <= k.caps[x]
		}
		for p := n + 1; p >= 0; p-- {
			t.down[p*d+x] = t.on[p*d+x]
			if p <= n && (p == n || t.seq[p] != reload) {
				t.down[p*d+x] = max(t.on[p*d+x], t.down[(p+1)*d+x])
			}
		}
	}
	return ok
}

func fits(load, caps []int64) bool {
	for x, q := range load {
		if q > caps[x] {
			return false
		}
	}
	return true
}

// plan is tours and what is on none of them.
type plan struct {
	m      *model
	tours  []*tour // by slot; nil = not used
	spare  []int32 // slots not used
	left   []int   // per kind: vehicles not used
	slotOf []int32 // per stop: -1 = on none
	place  []int32 // per stop: its place in the tour
	absent []int32
	cost   int64 // with the prices of absent stops
	used   int

	undo   []undoing
	pool   []*tour
	empty  []*tour // per kind: a tour without stops, to try openings on
	wasOut []int32
}

type undoing struct {
	slot int32
	was  *tour // nil = the slot was not used
}

func newPlan(m *model) *plan {
	pl := &plan{m: m, slotOf: make([]int32, m.n), place: make([]int32, m.n), left: make([]int, len(m.kinds))}
	for i := range pl.slotOf {
		pl.slotOf[i] = -1
	}
	for k := range m.kinds {
		pl.left[k] = m.kinds[k].count
		e := &tour{kind: int32(k)}
		m.refresh(e)
		pl.empty = append(pl.empty, e)
		if f := m.kinds[k].fixed; len(f) > 0 {
			t := pl.fresh(int32(k))
			t.seq = append(t.seq, f...)
			m.refresh(t)
			pl.put(t)
		}
	}
	for _, c := range m.movers {
		pl.absent = append(pl.absent, c)
		pl.cost += m.prices[c]
	}
	pl.commit()
	return pl
}

// fresh takes a tour without stops from the pool.
func (pl *plan) fresh(k int32) *tour {
	var t *tour
	if n := len(pl.pool); n > 0 {
		t, pl.pool = pl.pool[n-1], pl.pool[:n-1]
	} else {
		t = &tour{}
	}
	t.kind, t.kept, t.seq, t.slot, t.as = k, false, t.seq[:0], -1, nil
	return t
}

// put makes t part of the plan in a slot that is not used.
func (pl *plan) put(t *tour) {
	if n := len(pl.spare); n > 0 {
		t.slot, pl.spare = pl.spare[n-1], pl.spare[:n-1]
	} else {
		t.slot = int32(len(pl.tours))
		pl.tours = append(pl.tours, nil)
	}
	pl.undo = append(pl.undo, undoing{t.slot, nil})
	pl.set(t)
}

func (pl *plan) set(t *tour) {
	pl.tours[t.slot] = t
	pl.left[t.kind]--
	pl.used++
	pl.cost += t.cost
	pl.seat(t)
}

func (pl *plan) seat(t *tour) {
	for p, c := range t.seq {
		if c != reload {
			pl.slotOf[c], pl.place[c] = t.slot, int32(p+1)
		}
	}
}

// drop takes the tour out of its slot; the slot stays its own until the next commit or back.
func (pl *plan) drop(slot int32) *tour {
	t := pl.tours[slot]
	pl.tours[slot] = nil
	pl.left[t.kind]++
	pl.used--
	pl.cost -= t.cost
	return t
}

// replace puts t, a fresh one, in the slot; without stops (but fixed ones) the slot becomes free.
func (pl *plan) replace(slot int32, t *tour) {
	was := pl.drop(slot)
	if was.slot == slot && !pl.isNew(slot) {
		pl.undo = append(pl.undo, undoing{slot, was})
	} else {
		pl.recycle(was)
	}
	t.slot = slot
	if len(t.seq) > 0 {
		pl.set(t)
		return
	}
	pl.recycle(t)
	pl.spare = append(pl.spare, slot)
}

// isNew reports whether the tour in the slot was made since the last commit.
func (pl *plan) isNew(slot int32) bool {
	for k := range pl.undo {
		if pl.undo[k].slot == slot {
			return true
		}
	}
	return false
}

func (pl *plan) recycle(t *tour) {
	if !t.kept {
		pl.pool = append(pl.pool, t)
	}
}

func (pl *plan) commit() {
	for _, u := range pl.undo {
		if u.was != nil {
			pl.recycle(u.was)
		}
	}
	pl.undo = pl.undo[:0]
	pl.wasOut = append(pl.wasOut[:0], pl.absent...)
}

// back returns to the last commit.
func (pl *plan) back() {
	for k := len(pl.undo) - 1; k >= 0; k-- {
		u := pl.undo[k]
		if pl.tours[u.slot] != nil {
			t := pl.drop(u.slot)
			for _, c := range t.seq {
				if c != reload {
					pl.slotOf[c] = -1
				}
			}
			pl.recycle(t)
		}
	}
	for _, c := range pl.absent {
		pl.cost -= pl.m.prices[c]
	}
	for k := len(pl.undo) - 1; k >= 0; k-- {
		if u := pl.undo[k]; u.was != nil && pl.tours[u.slot] == nil {
			pl.set(u.was)
		}
	}
	pl.absent = append(pl.absent[:0], pl.wasOut...)
	for _, c := range pl.absent {
		pl.slotOf[c] = -1
		pl.cost += pl.m.prices[c]
	}
	pl.undo = pl.undo[:0]
	pl.spare = pl.spare[:0]
	for s := len(pl.tours) - 1; s >= 0; s-- {
		if pl.tours[s] == nil {
			pl.spare = append(pl.spare, int32(s))
		}
	}
}

// best keeps the tours of the best plan by reference.
type best struct {
	cost, imbalance int64
	used            int
	tours           []*tour
	absent          []int32
}

func (b *best) save(pl *plan) {
	for _, t := range b.tours {
		t.kept = false
	}
	b.tours = b.tours[:0]
	for _, t := range pl.tours {
		if t != nil {
			t.kept = true
			b.tours = append(b.tours, t)
		}
	}
	b.cost, b.used = pl.cost, pl.used
	b.absent = append(b.absent[:0], pl.absent...)
}

// load makes pl the best plan.
func (b *best) load(pl *plan) {
	for s := range pl.tours {
		if pl.tours[s] != nil {
			pl.recycle(pl.drop(int32(s)))
		}
	}
	for i := range pl.slotOf {
		pl.slotOf[i] = -1
	}
	pl.tours, pl.spare, pl.undo = pl.tours[:0], pl.spare[:0], pl.undo[:0]
	pl.cost = 0
	for s, t := range b.tours {
		t.slot = int32(s)
		pl.tours = append(pl.tours, nil)
		pl.set(t)
	}
	pl.absent = append(pl.absent[:0], b.absent...)
	for _, c := range pl.absent {
		pl.cost += pl.m.prices[c]
	}
	pl.commit()
}
