package paired

// plan is tours by slot and what is on none of them.
type plan struct {
	l      *layout
	tours  []*tour // nil = not used
	spare  []int32 // slots not used
	slot   []int32 // per shipment; -1 = absent
	place  []int32 // per stop, on its tour
	cost   int64
	used   int
	lastID uint32
	empty  *tour

	undo []undoing
	pool []*tour // tours for further use
}

type undoing struct {
	slot int32
	was  *tour // nil = the slot was not used
}

func newPlan(l *layout) *plan {
	pl := &plan{l: l, slot: make([]int32, len(l.Loads)), place: make([]int32, len(l.Visits)), empty: &tour{}}
	for h := range pl.slot {
		pl.slot[h] = -1
	}
	l.fill(pl.empty, nil)
	return pl
}

// fresh takes a tour to fill from those for further use.
func (pl *plan) fresh() *tour {
	pl.lastID++
	t := &tour{}
	if n := len(pl.pool); n > 0 {
		t, pl.pool = pl.pool[n-1], pl.pool[:n-1]
	}
	t.id, t.kept = pl.lastID, false
	return t
}

func (pl *plan) recycle(t *tour) {
	if !t.kept {
		pl.pool = append(pl.pool, t)
	}
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
	pl.used++
	pl.cost += t.cost
	for k := 1; k < len(t.marks)-1; k++ {
		node := t.marks[k].node
		pl.place[node] = int32(k)
		pl.slot[node>>1] = t.slot
	}
}

func (pl *plan) drop(slot int32) *tour {
	t := pl.tours[slot]
	pl.tours[slot] = nil
	pl.used--
	pl.cost -= t.cost
	return t
}

// replace puts t in the slot of another tour; where t has no stops the slot becomes free.
func (pl *plan) replace(slot int32, t *tour) {
	was := pl.drop(slot)
	if pl.isNew(slot) {
		pl.recycle(was)
	} else {
		pl.undo = append(pl.undo, undoing{slot, was})
	}
	t.slot = slot
	if len(t.marks) > 2 {
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

// commit makes the plan the one to go back to.
func (pl *plan) commit() {
	for _, u := range pl.undo {
		if u.was != nil {
			pl.recycle(u.was)
		}
	}
	pl.undo = pl.undo[:0]
}

// back returns to the last commit.
func (pl *plan) back() {
	for _, u := range pl.undo {
		if pl.tours[u.slot] != nil {
			t := pl.drop(u.slot)
			for k := 1; k < len(t.marks)-1; k++ {
				pl.slot[t.marks[k].node>>1] = -1
			}
			pl.recycle(t)
		}
	}
	for k := len(pl.undo) - 1; k >= 0; k-- {
		if u := pl.undo[k]; u.was != nil && pl.tours[u.slot] == nil {
			pl.set(u.was)
		}
	}
	pl.undo = pl.undo[:0]
	pl.findSpare()
}

func (pl *plan) findSpare() {
	pl.spare = pl.spare[:0]
	for slot := len(pl.tours) - 1; slot >= 0; slot-- {
		if pl.tours[slot] == nil {
			pl.spare = append(pl.spare, int32(slot))
		}
	}
}

// takeOff makes the tour in a slot anew without the shipments out. Where it does not hold without them, as matrices that break the
// triangle inequality have it, the plan is as before and the answer is false.
func (pl *plan) takeOff(slot int32, out []int32) bool {
	t := pl.fresh()
	if !pl.l.cut(t, pl.tours[slot], out) {
		pl.recycle(t)
		return false
	}
	for _, h := range out {
		pl.slot[h] = -1
	}
	pl.replace(slot, t)
	return true
}

// sit puts h on its seat: of the tour in a slot, or of a new one where that is below 0.
func (pl *plan) sit(h, slot int32, at seat) {
	onto := pl.empty
	if slot >= 0 {
		onto = pl.tours[slot]
	}
	t := pl.fresh()
	pl.l.add(t, onto, h, at)
	if slot >= 0 {
		pl.replace(slot, t)
	} else {
		pl.put(t)
	}
}

// best keeps the tours of the best plan by reference.
type best struct {
	cost  int64
	tours []*tour
}

func (b *best) save(pl *plan) {
	for _, t := range b.tours {
		t.kept = false
	}
	was := b.tours
	b.tours = make([]*tour, 0, pl.used)
	for _, t := range pl.tours {
		if t != nil {
			t.kept = true
			b.tours = append(b.tours, t)
		}
	}
	for _, t := range was {
		if !t.kept {
			pl.pool = append(pl.pool, t)
		}
	}
	b.cost = pl.cost
}

// load makes pl the best plan.
func (b *best) load(pl *plan) {
	pl.commit()
	for slot, t := range pl.tours {
		if t != nil {
			pl.recycle(pl.drop(int32(slot)))
		}
	}
	for h := range pl.slot {
		pl.slot[h] = -1
	}
	pl.tours = pl.tours[:0]
	for slot, t := range b.tours {
		t.slot = int32(slot)
		pl.tours = append(pl.tours, nil)
		pl.set(t)
	}
	pl.findSpare()
}
