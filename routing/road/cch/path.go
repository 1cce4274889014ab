package cch

import "slices"

// piece is a slot to be opened into arcs: slot of side, between node low and its ancestor at depth.
type piece struct {
	slot int32
	low  int32
	up   bool
}

// Path is a way.
type Path struct {
	Weight Weight  // with the weights of its seeds; Unreached when there is none
	Source int32   // rank of the seed where it begins
	Target int32   // and where it ends
	Arcs   []int32 // of the graph, from source to target
}

// Path returns the fastest way from any source to any target with its arcs. The rules of Distance hold.
func (q *Search) Path(m *Metric, sources, targets []Seed, guess Weight) Path {
	q.trace(true)
	best, at := q.fastest(m, sources, targets, guess)
	return q.pathOver(m, sources, targets, best, at)
}

// pathOver draws the way that both searches found over the node at a depth.
func (q *Search) pathOver(m *Metric, sources, targets []Seed, best Weight, at int) Path {
	if at < 0 || best >= Unreached {
		return Path{Weight: Unreached}
	}
	t := q.t
	s, _ := t.lowest(sources)
	e, _ := t.lowest(targets)
	q.fPath, q.bPath = t.rootPath(q.fPath, s), t.rootPath(q.bPath, e)
	p := Path{Weight: best}
	// Slots from the source up to the meeting node come out last first.
	q.opened = q.opened[:0]
	d := at
	for d != int(q.f.by[d]) {
		from := int(q.f.by[d])
		low := q.fPath[from]
		q.opened = append(q.opened, piece{t.Up.slot(low, uint16(d)), low, true})
		d = from
	}
	p.Source = q.fPath[d]
	ups := slices.Clone(q.opened)
	q.opened = q.opened[:0]
	d = at
	for d != int(q.b.by[d]) {
		to := int(q.b.by[d])
		low := q.bPath[to]
		q.opened = append(q.opened, piece{t.Down.slot(low, uint16(d)), low, false})
		d = to
	}
	p.Target = q.bPath[d]
	// A stack whose top is the first piece of the way.
	slices.Reverse(q.opened)
	q.opened = append(q.opened, ups...)
	p.Arcs = q.open(m)
	return p
}

func (t *Topology) rootPath(path []int32, v int32) []int32 {
	depth := int(t.Depth[v])
	path = slices.Grow(path[:0], depth+1)[:depth+1]
	for ; v >= 0; v = t.Parent[v] {
		path[t.Depth[v]] = v
	}
	return path
}

// slot returns the number of the slot between v and its ancestor at depth d, -1 when there is none.
func (s *Side) slot(v int32, d uint16) int32 {
	lo, hi := s.First[v], s.First[v+1]
	if k, ok := slices.BinarySearch(s.Depth[lo:hi], d); ok {
		return lo + int32(k)
	}
	return -1
}

// open turns the pieces stacked in q.opened into arcs: a piece is an arc of the graph or two pieces over a lower node.
func (q *Search) open(m *Metric) []int32 {
	t := q.t
	var arcs []int32
	for len(q.opened) > 0 {
		p := q.opened[len(q.opened)-1]
		q.opened = q.opened[:len(q.opened)-1]
		mine, w, weights, entry, entryW := &t.Up, Weight(0), m.Up, &t.Down, m.Down
		if !p.up {
			mine, weights, entry, entryW = &t.Down, m.Down, &t.Up, m.Up
		}
		w = weights[p.slot]
		if a := mine.Arc[p.slot]; a >= 0 && m.Arc[a] == w {
			arcs = append(arcs, a)
			continue
		}
		d := mine.Depth[p.slot]
		for k := entry.LowerFirst[p.low]; k < entry.LowerFirst[p.low+1]; k++ {
			v, half := entry.LowerNode[k], entry.LowerSlot[k]
			if entryW[half] > w {
				continue
			}
			rest := mine.slot(v, d)
			if rest < 0 || entryW[half]+weights[rest] != w {
				continue
			}
			if p.up { // low → v → above
				q.opened = append(q.opened, piece{rest, v, true}, piece{half, v, false})
			} else { // above → v → low
				q.opened = append(q.opened, piece{half, v, true}, piece{rest, v, false})
			}
			break
		}
	}
	return arcs
}
