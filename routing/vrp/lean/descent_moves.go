package lean

// hand is the stop u in hand, what lies around it, and what taking it out changes.
//
//	up -- u -- x -- xx
type hand struct {
	u, up, x, xx            int32
	rowU, rowUp, rowX, rwXX []int32 // travel from each
	upU, uX, xXX            int32
	load                    int64 // of u
	pair                    int64 // of u and x
	outU, outUX             int32 // change by taking u out, and u and x
	xIsDepot                bool
}

func (d *descent) take(u int32) {
	s, h := d.stops, &d.hand
	a := &s[u]
	h.u, h.up, h.x = u, a.prev, a.next
	up, x := &s[a.prev], &s[a.next]
	h.upU, h.uX = a.toPrev, a.toNext
	h.rowU, h.rowUp, h.rowX = d.row(a.node), d.row(up.node), d.row(x.node)
	h.load = int64(a.demand)
	h.outU = h.rowUp[x.node] - h.upU - h.uX
	if h.xIsDepot = x.node == 0; h.xIsDepot {
		return
	}
	h.xx, h.xXX = x.next, x.toNext
	h.rwXX = d.row(s[x.next].node)
	h.pair = h.load + int64(x.demand)
	h.outUX = h.rowUp[s[x.next].node] - h.upU - h.xXX
}

// pair tries the moves of the stop in hand with the customer v, and makes the first that pays.
func (d *descent) pair(v int32) bool {
	return d.relocate(v) || d.exchange(v) || d.ends(v)
}

// beside tries those moves that there are with the head of a route.
func (d *descent) beside(head int32) bool { return d.relocate(head) || d.ends(head) }

// pays tells whether a move pays that changes travel by far and takes out of the route of a what it puts into that of b.
func (d *descent) pays(far int32, a, b int32, load int64) bool {
	if a == b {
		return far < 0
	}
	ta, tb := &d.tours[a], &d.tours[b]
	delta := int64(far) - ta.penalty - tb.penalty
	return delta < 0 && delta+d.penalty(ta.load-load)+d.penalty(tb.load+load) < 0
}

// relocate puts u, or u and x, or both turned, behind v.
func (d *descent) relocate(v int32) bool {
	h, s := &d.hand, d.stops
	b := &s[v]
	y := b.next
	if h.u == y || h.u == v {
		return false
	}
	a := s[h.u].route
	toY := h.rowU[s[y].node] - b.toNext
	if d.pays(h.outU+h.rowU[b.node]+toY, a, b.route, h.load) {
		d.move(v, h.u)
		return true
	}
	if h.xIsDepot || v == h.x {
		return false
	}
	if d.pays(h.outUX+h.rowU[b.node]+h.rowX[s[y].node]-b.toNext, a, b.route, h.pair) {
		d.move(v, h.u, h.x)
		return true
	}
	if d.pays(h.outUX+h.rowX[b.node]+toY, a, b.route, h.pair) {
		d.move(v, h.x, h.u)
		return true
	}
	return false
}

// exchange lets u and v, u with x and v, or u with x and v with what follows it change places.
func (d *descent) exchange(v int32) bool {
	h, s := &d.hand, d.stops
	b := &s[v]
	vp, y := b.prev, b.next
	if h.u == vp || h.u == y {
		return false
	}
	a := s[h.u].route
	q := int64(b.demand)
	in := h.rowUp[b.node] + h.rowU[s[vp].node] - h.upU - b.toPrev // ways to v and u from their new predecessors
	if h.u < v && d.pays(in+h.rowX[b.node]+h.rowU[s[y].node]-h.uX-b.toNext, a, b.route, h.load-q) {
		d.swap(h.u, v)
		return true
	}
	if h.xIsDepot || h.x == vp {
		return false
	}
	in -= h.xXX
	if d.pays(in+h.rwXX[b.node]+h.rowX[s[y].node]-b.toNext, a, b.route, h.pair-q) {
		x := h.x
		d.swap(h.u, v)
		d.move(h.u, x)
		return true
	}
	if s[y].node == 0 || y == h.up || h.u > v {
		return false
	}
	yy := &s[s[y].next]
	if d.pays(in+h.rwXX[s[y].node]+h.rowX[yy.node]-s[y].toNext, a, b.route, h.pair-q-int64(s[y].demand)) {
		x := h.x
		d.swap(h.u, v)
		d.swap(x, y)
		return true
	}
	return false
}

// ends turns the stretch between u and v where one route has both, v before u at the head alone; else the routes exchange their ends,
// straight or turned.
func (d *descent) ends(v int32) bool {
	h, s := &d.hand, d.stops
	a, b := &s[h.u], &s[v]
	y := b.next
	if a.route == b.route {
		if a.pos >= b.pos && b.node != 0 || h.x == v || h.rowU[b.node]+h.rowX[s[y].node]-h.uX-b.toNext >= 0 {
			return false
		}
		if b.node == 0 {
			d.turn(y, h.u)
		} else {
			d.turn(h.x, v)
		}
		return true
	}
	ta, tb := &d.tours[a.route], &d.tours[b.route]
	base := -int64(h.uX) - int64(b.toNext) - ta.penalty - tb.penalty
	if delta := base + int64(h.rowU[b.node]) + int64(h.rowX[s[y].node]); delta < 0 {
		if load := a.load + b.load; delta+d.penalty(load)+d.penalty(ta.load+tb.load-load) < 0 {
			d.crossTurned(h.u, v)
			return true
		}
	}
	if delta := base + int64(h.rowU[s[y].node]) + int64(h.rowX[b.node]); delta < 0 {
		if load := a.load + tb.load - b.load; delta+d.penalty(load)+d.penalty(ta.load+tb.load-load) < 0 {
			d.crossStraight(h.u, v)
			return true
		}
	}
	return false
}

func (d *descent) chain(a, b int32) { d.stops[a].next, d.stops[b].prev = b, a }

// move takes nodes out, one behind the other, and puts them behind v in the order given.
func (d *descent) move(v int32, nodes ...int32) {
	d.moves++
	ra, rb := d.stops[nodes[0]].route, d.stops[v].route
	for _, c := range nodes {
		d.chain(d.stops[c].prev, d.stops[c].next)
	}
	y := d.stops[v].next
	for _, c := range nodes {
		d.chain(v, c)
		v = c
	}
	d.chain(v, y)
	d.refreshBoth(ra, rb)
}

// swap lets u and v change places; they are no neighbours.
func (d *descent) swap(u, v int32) {
	d.moves++
	a, b := d.stops[u], d.stops[v]
	d.chain(a.prev, v)
	d.chain(v, a.next)
	d.chain(b.prev, u)
	d.chain(u, b.next)
	d.refreshBoth(a.route, b.route)
}

func (d *descent) refreshBoth(a, b int32) {
	d.refresh(a)
	if a != b {
		d.refresh(b)
	}
}

// turn reverses the stretch from first to last.
func (d *descent) turn(first, last int32) {
	d.moves++
	before, after := d.stops[first].prev, d.stops[last].next
	d.left = d.left[:0]
	for c := first; c != after; c = d.stops[c].next {
		d.left = append(d.left, c)
	}
	for k := len(d.left) - 1; k >= 0; k-- {
		d.chain(before, d.left[k])
		before = d.left[k]
	}
	d.chain(before, after)
	d.refresh(d.stops[first].route)
}

// crossStraight makes the route of u go on with what followed v, and that of v with what followed u.
func (d *descent) crossStraight(u, v int32) {
	d.moves++
	a, b := d.stops[u].route, d.stops[v].route
	x, y := d.stops[u].next, d.stops[v].next
	lastA, lastB := d.stops[d.end(a)].prev, d.stops[d.end(b)].prev
	d.join(u, y, lastB, d.end(a))
	d.join(v, x, lastA, d.end(b))
	d.refreshBoth(a, b)
}

// join chains before, the stretch from first to last, and end; there is none where first is the end of a route.
func (d *descent) join(before, first, last, end int32) {
	if d.stops[first].node == 0 {
		d.chain(before, end)
		return
	}
	d.chain(before, first)
	d.chain(last, end)
}

// crossTurned makes one route of u's head and v's head turned, and one of u's end turned and v's end.
func (d *descent) crossTurned(u, v int32) {
	d.moves++
	a, b := d.stops[u].route, d.stops[v].route
	y := d.stops[v].next
	d.left, d.right = d.left[:0], d.right[:0]
	for c := d.stops[u].next; c != d.end(a); c = d.stops[c].next {
		d.left = append(d.left, c)
	}
	for c := v; c != d.head(b); c = d.stops[c].prev {
		d.right = append(d.right, c)
	}
	at := u
	for _, c := range d.right {
		d.chain(at, c)
		at = c
	}
	d.chain(at, d.end(a))
	at = d.head(b)
	for k := len(d.left) - 1; k >= 0; k-- {
		d.chain(at, d.left[k])
		at = d.left[k]
	}
	d.chain(at, y)
	d.refreshBoth(a, b)
}
