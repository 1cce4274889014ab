package vrp

// stand is where a stop is, and what the legs beside it cost; never where the leg leads to an end of the tour.
type stand struct {
	slot          int32 // -1 = on no tour
	place         int32
	behind, ahead int64
}

// plan is tours and what is on none of them.
type plan struct {
	m      *model
	tours  []*tour // by slot; nil = not used
	spare  []int32 // slots not used
	left   []int   // per kind: vehicles not used
	stands []stand // per stop
	absent []int32
	cost   int64 // with the prices of absent stops
	used   int

	undo    []undoing
	pool    []*tour
	empty   []*tour // per kind: a tour without stops, to try openings on
	wasOut  []int32
	wasCost int64
}

type undoing struct {
	slot int32
	was  *tour // nil = the slot was not used
}

func newPlan(m *model) *plan {
	pl := &plan{m: m, stands: make([]stand, m.n), left: make([]int, len(m.kinds))}
	for i := range pl.stands {
		pl.stands[i].slot = -1
	}
	for k := range m.kinds {
		pl.left[k] = m.kinds[k].count
		e := &tour{kind: int32(k), slot: -1}
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
	t.kind, t.kept, t.seq, t.slot = k, false, t.seq[:0], -1
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
	behind := never
	for p, c := range t.seq {
		ahead := t.marks[p+1].ahead
		if p+1 == len(t.seq) {
			ahead = never
		}
		if c != reload {
			pl.stands[c] = stand{t.slot, int32(p + 1), behind, ahead}
		}
		behind = ahead
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
	if !pl.isNew(slot) {
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
	if t.kept {
		return
	}
	for k, x := range t.as {
		if x != nil && x != nobody {
			pl.pool = append(pl.pool, x)
		}
		t.as[k] = nil
	}
	pl.pool = append(pl.pool, t)
}

// take takes a stop off the plan in name; its tour is made anew afterwards.
func (pl *plan) take(c int32) {
	pl.stands[c].slot = -1
	pl.absent = append(pl.absent, c)
	pl.cost += pl.m.prices[c]
}

// seated are the absent stops that found a seat no more.
func (pl *plan) seated() {
	left := pl.absent[:0]
	for _, c := range pl.absent {
		if pl.stands[c].slot < 0 {
			left = append(left, c)
		}
	}
	pl.absent = left
}

func (pl *plan) commit() {
	for _, u := range pl.undo {
		if u.was != nil {
			pl.recycle(u.was)
		}
	}
	pl.undo = pl.undo[:0]
	pl.wasOut = append(pl.wasOut[:0], pl.absent...)
	pl.wasCost = pl.cost
}

// back returns to the last commit.
func (pl *plan) back() {
	for k := len(pl.undo) - 1; k >= 0; k-- {
		u := pl.undo[k]
		if pl.tours[u.slot] != nil {
			t := pl.drop(u.slot)
			for _, c := range t.seq {
				if c != reload {
					pl.stands[c].slot = -1
				}
			}
			pl.recycle(t)
		}
	}
	for k := len(pl.undo) - 1; k >= 0; k-- {
		if u := pl.undo[k]; u.was != nil && pl.tours[u.slot] == nil {
			pl.set(u.was)
		}
	}
	pl.absent = append(pl.absent[:0], pl.wasOut...)
	pl.cost = pl.wasCost
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
	for i := range pl.stands {
		pl.stands[i].slot = -1
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
