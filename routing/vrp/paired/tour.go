package paired

import "slices"

// mark is one place of a tour: its start, a stop or its end.
type mark struct {
	leave   int64 // earliest departure
	late    int64 // latest arrival with which the rest is on time
	open    int64
	service int64
	on      Load // on board when leaving
	node    int32
	ahead   int32 // length of the leg to the next place
	sec     int32 // what that takes
}

// tour is what one vehicle does: place 0 is the start, the last place the end. Once it is part of a plan it is not changed any more: a
// change makes a new tour, so that going back is to take the old one.
type tour struct {
	id    uint32 // unlike that of any tour with other places
	slot  int32
	kept  bool // part of the best plan
	marks []mark
	cost  int64
}

// stops appends the tour's stops in order.
func (t *tour) stops(into []int32) []int32 {
	for k := 1; k < len(t.marks)-1; k++ {
		into = append(into, t.marks[k].node)
	}
	return into
}

// fill makes t the tour that visits seq and reports whether that keeps all rules. Pairs are taken to be whole and in order.
func (l *layout) fill(t *tour, seq []int32) bool {
	t.marks = append(t.marks[:0], mark{leave: l.OpenSec, open: l.OpenSec, node: l.begin})
	for _, node := range seq {
		t.marks = append(t.marks, l.markOf(node))
		l.lead(t.marks, len(t.marks)-2)
	}
	t.marks = append(t.marks, mark{late: l.CloseSec, open: l.OpenSec, node: l.end})
	l.lead(t.marks, len(seq))
	return l.retime(t, 1, len(seq))
}

// add makes t the tour from with shipment h on a seat that keeps all rules.
func (l *layout) add(t, from *tour, h int32, at seat) {
	marks := append(t.marks[:0], from.marks[:at.p+1]...)
	marks = append(marks, l.markOf(2*h))
	marks = append(marks, from.marks[at.p+1:at.q+1]...)
	marks = append(marks, l.markOf(2*h+1))
	t.marks = append(marks, from.marks[at.q+1:]...)
	for _, k := range [...]int32{at.p, at.p + 1, at.q + 1, at.q + 2} {
		l.lead(t.marks, int(k))
	}
	l.retime(t, int(at.p)+1, int(at.q)+2)
}

// cut makes t the tour from without the shipments out and reports whether that keeps all rules, as it does where no way is shorter by
// another stop.
func (l *layout) cut(t, from *tour, out []int32) bool {
	end := len(from.marks) - 1
	first, last := end, 0
	marks := append(t.marks[:0], from.marks[0])
	for k := 1; k <= end; k++ {
		m := &from.marks[k]
		if k < end && slices.Contains(out, m.node>>1) {
			first, last = min(first, len(marks)), len(marks)
			continue
		}
		if marks = append(marks, *m); last == len(marks)-1 {
			l.lead(marks, last-1)
		}
	}
	t.marks = marks
	return l.retime(t, first, last-1)
}

func (l *layout) markOf(node int32) mark {
	v := &l.Visits[node]
	return mark{node: node, open: v.OpenSec, service: v.ServiceSec}
}

// lead measures the leg from place k on.
func (l *layout) lead(marks []mark, k int) {
	row := int(marks[k].node)*l.places + int(marks[k+1].node)
	marks[k].ahead, marks[k].sec = l.Length[row], l.Sec[row]
}

// closes is the latest moment to arrive at a node.
func (l *layout) closes(node int32) int64 {
	if int(node) < len(l.Visits) {
		return l.Visits[node].CloseSec
	}
	return l.CloseSec
}

// retime fills what is on board and the earliest departures of t from place first on, the latest arrivals up to place last, and the cost,
// and reports whether all is in time and fits.
func (l *layout) retime(t *tour, first, last int) bool {
	marks := t.marks
	ok := true
	for k := first; k < len(marks); k++ {
		before, m := &marks[k-1], &marks[k]
		m.on = before.on
		if m.node < l.begin {
			m.on = m.on.change(&l.Loads[m.node>>1], m.node)
			ok = ok && m.on.fits(&l.Room)
		}
		arrive := max(before.leave+int64(before.sec), m.open)
		ok = ok && arrive <= l.closes(m.node)
		m.leave = arrive + m.service
	}
	for k := last; k >= 0; k-- {
		m := &marks[k]
		m.late = marks[k+1].late - int64(m.sec) - m.service
		if k > 0 {
			m.late = min(m.late, l.closes(m.node))
		}
	}
	if t.cost = l.Opening; len(marks) == 2 {
		t.cost = 0
	}
	for k := range marks {
		t.cost += int64(marks[k].ahead)
	}
	return ok
}

// change is what is on board behind a node that takes up or sets down q.
func (a Load) change(q *Load, node int32) Load {
	for d := range a {
		if node&1 == 0 {
			a[d] += q[d]
		} else {
			a[d] -= q[d]
		}
	}
	return a
}

func (a *Load) fits(room *Load) bool { return a[0] <= room[0] && a[1] <= room[1] }

// takes reports whether q fits beside what is on board.
func (a *Load) takes(q, room *Load) bool { return a[0]+q[0] <= room[0] && a[1]+q[1] <= room[1] }
