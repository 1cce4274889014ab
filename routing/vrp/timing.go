package vrp

import "math"

// span is a run of visits by its time alone, in the form of Nagata, Bräysy, Dullaert (Computers & Operations Research
// 37, 2010) for runs that are on time: the least duration, and the first and last moment to begin with it.
type span struct{ dur, early, late int64 }

// join returns a, sec seconds of travel, b. Waiting counts as duration.
func (a span) join(sec int64, b span) span {
	delta := a.dur + sec
	wait := max(b.early-delta-a.late, 0)
	return span{delta + b.dur + wait, max(b.early-delta, a.early) - wait, min(b.late-delta, a.late)}
}

// ask is what a stop asks for in time, with the service of one type of vehicle.
type ask struct {
	open, close, service int64
	ready                int64
	loc                  int32
}

func (a *ask) span() span { return span{a.service, a.open, a.close} }

// ask is what visit c of a tour asks for: a stop's, or the time to load anew.
func (k *kind) ask(c int32) *ask {
	if c == reload {
		return &k.loading
	}
	return &k.asks[c]
}

// legs fills locations and the legs between them.
func (m *model) legs(k *kind, t, was *tour, stands []stand) {
	n := len(t.seq)
	marks := t.marks
	marks[0].at, marks[n+1].at = k.start, k.end
	marks[n+1].sec, marks[n+1].ahead = 0, 0
	if n == 0 {
		marks[0].sec, marks[0].ahead = 0, 0
		return
	}
	before := int32(-1) // place of the visit before on was, -1 = not there
	if was != nil {
		before = 0
	}
	for p, c := range t.seq {
		place := int32(-1)
		if was != nil && c != reload && stands[c].slot == was.slot {
			place = stands[c].place
		}
		marks[p+1].at = k.ask(c).loc
		if before >= 0 && place == before+1 {
			from := &was.marks[before]
			marks[p].sec, marks[p].ahead = from.sec, from.ahead
		} else {
			marks[p].sec, marks[p].ahead = k.ride(marks[p].at, marks[p+1].at)
		}
		before = place
	}
	if before > 0 && int(before) == len(was.seq) {
		marks[n].sec, marks[n].ahead = was.marks[before].sec, was.marks[before].ahead
	} else {
		marks[n].sec, marks[n].ahead = k.ride(marks[n].at, marks[n+1].at)
	}
}

// ride is leg with seconds that fit a mark.
func (k *kind) ride(i, j int32) (int32, int64) {
	sec, cost := k.leg(i, j)
	return int32(min(sec, math.MaxInt32)), cost
}

// retime fills the times and the cost of the legs and of using the vehicle, and reports whether all is on time.
func (m *model) retime(k *kind, t *tour) bool {
	n := len(t.seq)
	clock := k.openSec
	if m.released {
		clock = max(clock, m.tripReady(t.seq))
	}
	marks := t.marks
	marks[0].leave = clock
	ok, cost := true, int64(0)
	if n > 0 {
		cost = k.used
	}
	for p, c := range t.seq {
		a := k.ask(c)
		ahead := marks[p].ahead
		cost += ahead
		clock = max(clock+int64(marks[p].sec), a.open)
		if clock > a.close || ahead >= noWay {
			ok = false
		}
		clock += a.service
		if c == reload && m.released {
			clock = max(clock, m.tripReady(t.seq[p+1:]))
		}
		marks[p+1].leave = clock
	}
	cost += marks[n].ahead
	clock += int64(marks[n].sec)
	ok = ok && clock <= k.closeSec && marks[n].ahead < noWay
	marks[n+1].leave = clock
	t.cost = cost
	late := k.closeSec
	marks[n+1].late = late
	for p := n; p >= 1; p-- {
		a := k.ask(t.seq[p-1])
		late = min(a.close, late-int64(marks[p].sec)-a.service)
		marks[p].late = late
	}
	marks[0].late = min(late-int64(marks[0].sec), k.closeSec)
	return ok && marks[0].leave <= marks[0].late
}

func (m *model) spans(k *kind, t *tour) {
	n := len(t.seq)
	t.head, t.tail = grow(t.head, n+2), grow(t.tail, n+2)
	t.head[0] = span{0, t.marks[0].leave, k.closeSec}
	t.tail[n+1] = span{0, k.openSec, k.closeSec}
	for p, c := range t.seq {
		t.head[p+1] = t.head[p].join(int64(t.marks[p].sec), k.asks[c].span())
	}
	t.head[n+1] = t.head[n].join(int64(t.marks[n].sec), t.tail[n+1])
	for p := n; p >= 1; p-- {
		t.tail[p] = k.asks[t.seq[p-1]].span().join(int64(t.marks[p].sec), t.tail[p+1])
	}
}
