package paired

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
	n := len(seq)
	if cap(t.marks) < n+2 {
		t.marks = make([]mark, n+2, n+n/2+8)
	}
	t.marks = t.marks[:n+2]
	marks := t.marks
	marks[0] = mark{leave: l.OpenSec, node: l.begin, open: l.OpenSec}
	t.cost = l.Opening
	if n == 0 {
		t.cost = 0
	}
	ok := true
	for k := 1; k <= n+1; k++ {
		before, m := &marks[k-1], &marks[k]
		if k > n {
			*m = mark{node: l.end, open: l.OpenSec, late: l.CloseSec, on: before.on}
		} else {
			node := seq[k-1]
			v := &l.Visits[node]
			*m = mark{node: node, open: v.OpenSec, late: v.CloseSec, service: v.ServiceSec}
			m.on = before.on.change(&l.Loads[node>>1], node)
			ok = ok && m.on.fits(&l.Room)
		}
		row := int(before.node)*l.places + int(m.node)
		before.ahead, before.sec = l.Length[row], l.Sec[row]
		t.cost += int64(before.ahead)
		arrive := max(before.leave+int64(before.sec), m.open)
		ok = ok && arrive <= m.late
		m.leave = arrive + m.service
	}
	for k := n; k >= 0; k-- {
		m := &marks[k]
		late := marks[k+1].late - int64(m.sec) - m.service
		if k == 0 {
			m.late = late
		} else {
			m.late = min(m.late, late)
		}
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

// with is the stops of t with shipment h on its seat.
func (t *tour) with(h int32, at seat, into []int32) []int32 {
	into = into[:0]
	for k := 1; k <= int(at.p); k++ {
		into = append(into, t.marks[k].node)
	}
	into = append(into, 2*h)
	for k := int(at.p) + 1; k <= int(at.q); k++ {
		into = append(into, t.marks[k].node)
	}
	into = append(into, 2*h+1)
	for k := int(at.q) + 1; k < len(t.marks)-1; k++ {
		into = append(into, t.marks[k].node)
	}
	return into
}

// without is the stops of t that are of none of the shipments out.
func (t *tour) without(out []int32, into []int32) []int32 {
	into = into[:0]
next:
	for k := 1; k < len(t.marks)-1; k++ {
		node := t.marks[k].node
		for _, h := range out {
			if node>>1 == h {
				continue next
			}
		}
		into = append(into, node)
	}
	return into
}
