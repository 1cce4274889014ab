package lean

import "math"

// places are the three cheapest places of a stop on a route: behind which stops, and what each adds.
type places struct {
	when  int32 // moves made when they were sought
	after [3]int32
	extra [3]int32
}

// exchangeStar is the best exchange found between two routes: u goes behind uAfter and v behind vAfter; v < 0: u moves alone.
type exchangeStar struct {
	delta     int64
	u, uAfter int32
	v, vAfter int32
}

// swapStars makes for every two routes that lie in one direction from the depot, and of which one changed since they were tried, the
// best exchange of two stops, each to its best place on the other's route and not to the other's place (SWAP*; Vidal, Computers &
// Operations Research 140, 2022, section 3.4). It tells whether any was made.
func (d *descent) swapStars() bool {
	made := false
	for a := range d.tours {
		ta := &d.tours[a]
		last := ta.swapped
		ta.swapped = d.moves
		for b := a + 1; b < len(d.tours) && ta.size > 0; b++ {
			tb := &d.tours[b]
			if tb.size > 0 && max(ta.changed, tb.changed) > last && ta.meets(tb) && d.swapStar(int32(a), int32(b)) {
				made = true
			}
		}
	}
	return made
}

func (d *descent) swapStar(a, b int32) bool {
	d.findPlaces(a, b)
	d.findPlaces(b, a)
	ta, tb := &d.tours[a], &d.tours[b]
	best := exchangeStar{u: -1, v: -1}
	for u := d.stops[d.head(a)].next; u != d.end(a); u = d.stops[u].next {
		qu, base := int64(d.stops[u].demand), int64(d.outs[u])-ta.penalty-tb.penalty
		for v := d.stops[d.head(b)].next; v != d.end(b); v = d.stops[v].next {
			delta := base + int64(d.outs[v])
			if delta >= best.delta {
				continue // putting them in only adds
			}
			more := int64(d.stops[v].demand) - qu
			if delta += d.penalty(ta.load+more) + d.penalty(tb.load-more); delta >= best.delta {
				continue
			}
			extraU, uAfter := d.inPlaceOf(u, v)
			extraV, vAfter := d.inPlaceOf(v, u)
			if delta += int64(extraU) + int64(extraV); delta < best.delta {
				best = exchangeStar{delta, u, uAfter, v, vAfter}
			}
		}
	}
	d.aloneStar(a, b, &best)
	d.aloneStar(b, a, &best)
	if best.delta >= 0 {
		return false
	}
	d.moves++
	d.apart(best.u)
	if best.v >= 0 {
		d.apart(best.v)
		d.behind(best.v, best.vAfter)
	}
	d.behind(best.u, best.uAfter)
	d.refreshBoth(a, b)
	return true
}

// aloneStar looks for a better move of one stop from route a to b.
func (d *descent) aloneStar(a, b int32, best *exchangeStar) {
	ta, tb := &d.tours[a], &d.tours[b]
	for u := d.stops[d.head(a)].next; u != d.end(a); u = d.stops[u].next {
		at := &d.places[int(b)*d.g.n+int(u)]
		q := int64(d.stops[u].demand)
		delta := int64(d.outs[u]) + int64(at.extra[0])
		if delta -= ta.penalty + tb.penalty; delta >= best.delta {
			continue
		}
		if delta += d.penalty(ta.load-q) + d.penalty(tb.load+q); delta < best.delta {
			*best = exchangeStar{delta, u, at.after[0], -1, -1}
		}
	}
}

func (d *descent) apart(c int32) { d.chain(d.stops[c].prev, d.stops[c].next) }

func (d *descent) behind(c, at int32) {
	y := d.stops[at].next
	d.chain(at, c)
	d.chain(c, y)
}

// out is the change by taking u out.
func (d *descent) out(u int32) int32 {
	s := &d.stops[u]
	return d.g.dist(d.stops[s.prev].node, d.stops[s.next].node) - s.toPrev - s.toNext
}

// inPlaceOf is what u adds at its best place on the route of v once v is out, and behind which stop that is.
func (d *descent) inPlaceOf(u, v int32) (extra, after int32) {
	s := d.stops
	b := &s[v]
	row := d.row(u)
	prev, next := s[b.prev].node, s[b.next].node
	extra, after = row[prev]+row[next]-d.g.dist(prev, next), b.prev
	at := &d.places[int(b.route)*d.g.n+int(u)]
	for k, c := range at.after {
		if c >= 0 && c != v && c != b.prev {
			if at.extra[k] < extra {
				extra, after = at.extra[k], c
			}
			break
		}
	}
	return extra, after
}

// findPlaces seeks the three cheapest places on route b for each stop of route a, where b changed since that was last done, and notes
// the change by taking the stop out.
func (d *descent) findPlaces(a, b int32) {
	s := d.stops
	changed := d.tours[b].changed
	for u := s[d.head(a)].next; u != d.end(a); u = s[u].next {
		d.outs[u] = d.out(u)
		at := &d.places[int(b)*d.g.n+int(u)]
		if at.when >= changed {
			continue
		}
		at.when = d.moves
		at.after = [3]int32{-1, -1, -1}
		at.extra = [3]int32{math.MaxInt32, math.MaxInt32, math.MaxInt32}
		row := d.row(u)
		far := row[0]
		for c, end := d.head(b), d.end(b); c != end; {
			p := &s[c]
			to := row[s[p.next].node]
			at.offer(far+to-p.toNext, c)
			far, c = to, p.next
		}
	}
}

func (p *places) offer(extra, after int32) {
	switch {
	case extra >= p.extra[2]:
	case extra >= p.extra[1]:
		p.extra[2], p.after[2] = extra, after
	case extra >= p.extra[0]:
		p.extra[2], p.after[2] = p.extra[1], p.after[1]
		p.extra[1], p.after[1] = extra, after
	default:
		p.extra[2], p.after[2] = p.extra[1], p.after[1]
		p.extra[1], p.after[1] = p.extra[0], p.after[0]
		p.extra[0], p.after[0] = extra, after
	}
}
