package vrp

// view is stop u and what stands around it, with the rows of the tables that moves of u read: p, u, x, y, z follow each other.
type view struct {
	u, p, x, y, z          int32 // z may be the end of the route, or beyond it -1, as x and y
	outP, inU, outU        []int32
	inX, outX, inY, outY   []int32
	inZ                    []int32
	gain1, gain2, gain3    int64 // what legs shrink by when one, two or three stops from u on leave
	leg1, leg2, leg3, turn int64 // p to u, u to x, x to y; and from x to u instead
	rate                   int64
}

// row is the legs that lead away from a node, rowInto those that lead to it.
func (s *warpState) row(i int32) []int32 {
	at := int(s.at[i]) * s.w.places
	return s.w.length[at : at+s.w.places]
}

func (s *warpState) rowInto(i int32) []int32 {
	at := int(s.at[i]) * s.w.places
	return s.w.into[at : at+s.w.places]
}

// look fills e for stop u.
func (s *warpState) look(e *view, u int32) {
	e.u, e.p, e.x = u, s.prev[u], s.next[u]
	e.outP, e.inU, e.outU, e.inX = s.row(e.p), s.rowInto(u), s.row(u), s.rowInto(e.x)
	e.rate = s.w.kinds[s.kind[s.route[u]]].rate
	e.leg1, e.leg2 = s.cumLen[u]-s.cumLen[e.p], s.cumLen[e.x]-s.cumLen[u]
	e.gain1 = e.leg1 + e.leg2 - s.leg(e.p, e.x)
	e.y, e.z = -1, -1
	if !s.stop(e.x) {
		return
	}
	e.outX, e.y = s.row(e.x), s.next[e.x]
	e.inY = s.rowInto(e.y)
	e.leg3 = s.cumLen[e.y] - s.cumLen[e.x]
	e.gain2 = e.leg1 + e.leg3 - s.leg(e.p, e.y)
	e.turn = int64(e.inU[s.at[e.x]])
	if !s.stop(e.y) {
		return
	}
	e.outY, e.z = s.row(e.y), s.next[e.y]
	e.inZ = s.rowInto(e.z)
	e.gain3 = e.leg1 + s.cumLen[e.z] - s.cumLen[e.y] - s.leg(e.p, e.z)
}

// pair tries the moves that make the stop of a view and v neighbours, and does the first that pays. Those that legs alone, with all penalties of
// the two routes gone, do not make cheaper are not looked at.
func (s *warpState) pair(e *view, v int32) bool {
	u := e.u
	ru, rv := s.route[u], s.route[v]
	if ru == rv {
		return s.pairWithin(e, v)
	}
	kv := &s.w.kinds[s.kind[rv]]
	a, b := e.rate, kv.rate
	gone := s.pen[ru] + s.pen[rv]
	q, w := s.prev[v], s.next[v]
	atV, atQ, atW := s.at[v], s.at[q], s.at[w]
	vu, uw := int64(e.inU[atV]), int64(e.outU[atW])
	qv, vw := s.cumLen[v]-s.cumLen[q], s.cumLen[w]-s.cumLen[v]
	pv, vx := int64(e.outP[atV]), int64(e.inX[atV])
	qu := int64(e.inU[atQ])
	if s.size[ru] <= 3 {
		gone += s.w.kinds[s.kind[ru]].used
	}
	if (vu+uw-vw)*b-e.gain1*a < gone && s.relocate(u, v, 1, false) {
		return true
	}
	if (pv+vx-e.leg1-e.leg2)*a+(qu+uw-qv-vw)*b < gone && s.swap(u, v, 1, 1) {
		return true
	}
	if s.pairTails(e, v, a, b, gone) {
		return true
	}
	if e.y >= 0 && s.pairLong(e, v, a, b, gone) {
		return true
	}
	if !s.stop(q) { // v is the first of its route
		if (qu+int64(e.outU[atV])-qv)*b-e.gain1*a < gone && s.relocate(u, q, 1, false) {
			return true
		}
		if e.y >= 0 && (qu+int64(e.outX[atV])-qv+e.leg2)*b-(e.gain2+e.leg2)*a < gone && s.relocate(u, q, 2, false) {
			return true
		}
	}
	return false
}

// pairTails tries the exchanges of ends.
func (s *warpState) pairTails(e *view, v int32, a, b, gone int64) bool {
	u := e.u
	if a != b {
		return s.tails(u, v) || s.tails(v, u)
	}
	q, w := s.prev[v], s.next[v]
	home, none := s.otherHomes(s.route[u], s.route[v])
	homeU, homeV := home, home // none: what is left of a route ends where nothing is known of its last leg
	if !s.stop(w) {
		homeV = none
	}
	if e.y < 0 {
		homeU = none
	}
	atV := s.at[v]
	if (int64(e.inU[atV])+int64(e.outP[s.at[w]])-e.leg1-(s.cumLen[w]-s.cumLen[v])+homeV)*a < gone && s.tails(v, u) {
		return true
	}
	if (int64(e.outU[atV])+int64(e.inX[s.at[q]])-e.leg2-(s.cumLen[v]-s.cumLen[q])+homeU)*a < gone && s.tails(u, v) {
		return true
	}
	return !s.stop(q) && (int64(e.inU[s.at[q]])+int64(e.outP[atV])-e.leg1-(s.cumLen[v]-s.cumLen[q])+home)*a < gone && s.tails(q, u)
}

// otherHomes is by how much the last legs of two routes grow when their ends change places, and a bound on that where one of the ends is
// all that is left.
func (s *warpState) otherHomes(a, b int32) (grows, bound int64) {
	endA, endB := s.end(a), s.end(b)
	if s.at[endA] == s.at[endB] {
		return 0, 0
	}
	lastA, lastB := s.prev[endA], s.prev[endB]
	was := s.cumLen[endA] - s.cumLen[lastA] + s.cumLen[endB] - s.cumLen[lastB]
	return s.leg(lastA, endB) + s.leg(lastB, endA) - was, -was
}

// pairLong tries runs of two and three stops.
func (s *warpState) pairLong(e *view, v int32, a, b, gone int64) bool {
	u := e.u
	q, w := s.prev[v], s.next[v]
	atV, atQ, atW := s.at[v], s.at[q], s.at[w]
	vu, xw := int64(e.inU[atV]), int64(e.outX[atW])
	qv, vw := s.cumLen[v]-s.cumLen[q], s.cumLen[w]-s.cumLen[v]
	lose2 := (e.gain2 + e.leg2) * a
	if (vu+xw-vw+e.leg2)*b-lose2 < gone && s.relocate(u, v, 2, false) {
		return true
	}
	if (int64(e.inX[atV])+int64(e.outU[atW])-vw+e.turn)*b-lose2 < gone && s.relocate(u, v, 2, true) {
		return true
	}
	pv, qu := int64(e.outP[atV]), int64(e.inU[atQ])
	if (pv+int64(e.inY[atV])-e.leg1-e.leg2-e.leg3)*a+(qu+xw-qv-vw+e.leg2)*b < gone && s.swap(u, v, 2, 1) {
		return true
	}
	if s.stop(w) {
		ww := s.next[w]
		wz := s.cumLen[ww] - s.cumLen[w]
		if (pv+int64(e.inY[atW])+vw-e.leg1-e.leg2-e.leg3)*a+(qu+int64(e.outX[s.at[ww]])+e.leg2-qv-vw-wz)*b < gone && s.swap(u, v, 2, 2) {
			return true
		}
	}
	if e.z < 0 {
		return false
	}
	inner := e.leg2 + e.leg3
	yw := int64(e.outY[atW])
	if (vu+yw-vw+inner)*b-(e.gain3+inner)*a < gone && s.relocate(u, v, 3, false) {
		return true
	}
	return (pv+int64(e.inZ[atV])-e.leg1-inner-(s.cumLen[e.z]-s.cumLen[e.y]))*a+(qu+yw-qv-vw+inner)*b < gone && s.swap(u, v, 3, 1)
}

// pairWithin tries the moves inside one route.
func (s *warpState) pairWithin(e *view, v int32) bool {
	u := e.u
	r := s.route[u]
	a, gone := e.rate, s.pen[r]
	q, w := s.prev[v], s.next[v]
	atV, atW := s.at[v], s.at[w]
	vu := int64(e.inU[atV])
	vw, qv := s.cumLen[w]-s.cumLen[v], s.cumLen[v]-s.cumLen[q]
	if v != e.p && (vu+int64(e.outU[atW])-vw-e.gain1)*a < gone && s.relocate(u, v, 1, false) {
		return true
	}
	if (int64(e.outP[atV])+int64(e.inX[atV])-e.leg1-e.leg2+int64(e.inU[s.at[q]])+int64(e.outU[atW])-qv-vw)*a < gone && s.swap(u, v, 1, 1) {
		return true
	}
	if s.pos[v] > s.pos[u]+1 && (int64(e.outU[atV])+int64(e.outX[atW])-e.leg2-vw)*a < gone && s.turnBetween(u, v) {
		return true
	}
	if e.y >= 0 && v != e.p && v != e.x {
		if (vu+int64(e.outX[atW])-vw-e.gain2)*a < gone && s.relocate(u, v, 2, false) {
			return true
		}
		if (int64(e.inX[atV])+int64(e.outU[atW])-vw-e.gain2+e.turn-e.leg2)*a < gone && s.relocate(u, v, 2, true) {
			return true
		}
		if e.z >= 0 && v != e.y && (vu+int64(e.outY[atW])-vw-e.gain3)*a < gone && s.relocate(u, v, 3, false) {
			return true
		}
	}
	return !s.stop(q) && e.p != q && (int64(e.inU[s.at[q]])+int64(e.outU[atV])-qv-e.gain1)*a < gone && s.relocate(u, q, 1, false)
}
