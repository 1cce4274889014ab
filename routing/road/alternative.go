package road

import (
	"cmp"
	"slices"

	"quartermaster/routing/road/cch"
)

const (
	maxAlternatives = 5
	longerBy        = 1.25 // of the fastest way's time, at most
	sharedMost      = 0.7  // of the fastest way's time that may be common with a way shown before
)

// Alternatives returns the fastest way and up to most others that take at most a quarter longer and share at most 70 % with
// any way before them, each of them the fastest over some street. Method: single via paths (Abraham, Delling, Goldberg,
// Werneck, "Alternative Routes in Road Networks", ACM JEA 18, 2013): the ways from a to, and from, every street that both
// searches meet on the hierarchy's upper levels are candidates, the fastest first.
func (g *Graph) Alternatives(a, b Place, most int) []Path {
	best, ok := g.Route(a, b)
	if !ok {
		return nil
	}
	out := []Path{best}
	from, errFrom := g.spot(a)
	to, errTo := g.spot(b)
	if most < 1 || errFrom != nil || errTo != nil || from.edge == to.edge {
		return out
	}
	q, done := g.search()
	defer done()
	var x, y [8]cch.Seed
	vias := q.Meetings(g.w.metric, g.leaving(x[:0], &from), g.reaching(y[:0], &to))
	slices.SortFunc(vias, func(a, b cch.Meeting) int {
		return cmp.Or(cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Rank, b.Rank))
	})
	limit := weight(float64(best.weight>>32)*longerBy) << 32
	for _, v := range vias {
		if len(out) > min(most, maxAlternatives) || v.Weight-to.bias > limit {
			break
		}
		p := q.PathVia(g.w.metric, g.leaving(x[:0], &from), g.reaching(y[:0], &to), v.Rank)
		if p.Weight >= unreached {
			continue
		}
		path := g.path(a, b, p.Weight-to.bias, g.directed(g.topology.Node[p.Source]), p.Arcs)
		if loopless(path) && distinct(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// loopless refuses ways that use a street twice, in whatever direction.
func loopless(p Path) bool {
	seen := map[int32]bool{}
	for _, l := range p.Legs {
		if seen[l.Edge()] {
			return false
		}
		seen[l.Edge()] = true
	}
	return true
}

// distinct says whether a way differs enough from all before it.
func distinct(before []Path, p Path) bool {
	mine := map[int32]bool{}
	for _, l := range p.Legs {
		mine[l.Directed] = true
	}
	for _, o := range before {
		shared := int64(0)
		for _, l := range o.Legs {
			if mine[l.Directed] {
				shared += int64(l.DriveMs)
			}
		}
		if float64(shared) > sharedMost*float64(before[0].weight>>32) {
			return false
		}
	}
	return true
}
