package vrp

// mark is one place of a tour: its start, a stop, a reload or its end.
type mark struct {
	leave int64 // earliest departure
	late  int64 // latest arrival or begin of service with which the rest is on time
	ahead int64 // cost of the leg to the next place
	at    int32 // location
	sec   int32 // of the leg to the next place
}

// tour is what one vehicle does. Place 0 is the start, place k+1 is seq[k], the last place is the end. Once it is part of
// a plan it is not changed any more: a change makes a new tour, so that going back is to take the old one.
type tour struct {
	kind  int32
	kept  bool // part of the best plan
	slot  int32
	seq   []int32
	cost  int64
	marks []mark
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

// durationSec is from the earliest departure to the return.
func (t *tour) durationSec() int64 { return t.marks[len(t.seq)+1].leave - t.marks[0].leave }

// refresh fills all of t from its kind and seq and reports whether the tour holds.
func (m *model) refresh(t *tour) bool { return m.derive(t, nil, nil) }

// derive is refresh for a tour that was made from another one of its kind by a few changes: legs between stops that follow
// each other there too are taken from it. The stands say where stops are on it.
func (m *model) derive(t, was *tour, stands []stand) bool {
	k := &m.kinds[t.kind]
	n := len(t.seq)
	if was != nil && (was.slot < 0 || len(was.seq) == 0) {
		was = nil
	}
	t.marks = grow(t.marks, n+2)
	m.legs(k, t, was, stands)
	ok := m.retime(k, t)
	ok = (n <= k.maxStops || t.count() <= k.maxStops) && ok
	if m.backhaul != nil {
		ok = m.rowsHold(t.seq) && ok
	}
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
	if k.deep && !k.rounds && ok && n > 0 {
		t.cost, ok = m.drive(k, t.seq, nil)
	}
	return ok
}

// rowsHold holds backhauls to their place behind all deliveries of their trip, of which there must be one.
func (m *model) rowsHold(seq []int32) bool {
	for p, c := range seq {
		if c == reload {
			continue
		}
		if m.backhaul[c] {
			if p == 0 || seq[p-1] == reload {
				return false
			}
		} else if p > 0 && seq[p-1] != reload && m.backhaul[seq[p-1]] {
			return false
		}
	}
	return true
}

// loads fills what is on board and reports whether it always fits.
func (m *model) loads(k *kind, t *tour) bool {
	d := m.dims
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
	size := (len(t.seq) + 2) * d
	t.on, t.up, t.down = grow(t.on, size), grow(t.up, size), grow(t.down, size)
	ok := true
	for x := range d {
		ok = m.carry(k, t, x) && ok
	}
	return ok
}

// carry fills what is on board in dimension x, trip by trip.
func (m *model) carry(k *kind, t *tour, x int) bool {
	d, n := m.dims, len(t.seq)
	ok := true
	for begin := 0; begin <= n; {
		var carried int64
		end := begin // the trip is seq[begin:end]
		for ; end < n && t.seq[end] != reload; end++ {
			carried += m.first[int(t.seq[end])*d+x]
		}
		at := begin*d + x
		t.on[at], t.up[at] = carried, carried
		most := carried
		for _, c := range t.seq[begin:end] {
			carried += m.delta[int(c)*d+x]
			most = max(most, carried)
			at += d
			t.on[at], t.up[at] = carried, most
		}
		ok = ok && most <= k.caps[x]
		if end == n { // the tour's end counts with its last trip
			at += d
			t.on[at], t.up[at] = carried, most
		}
		high := carried
		for ; at >= begin*d+x; at -= d {
			high = max(high, t.on[at])
			t.down[at] = high
		}
		begin = end + 1
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
