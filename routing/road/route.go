package road

import (
	"slices"

	"github.com/paulmach/orb"
)

// Path is one way over streets.
type Path struct {
	DurationSec int64
	DistanceM   int64
	Geometry    orb.LineString // from the first place to the second, along the streets
}

// Route returns the fastest way from a to b, and whether there is one; false too when either is not on this graph.
func (g *Graph) Route(a, b Place) (Path, bool) {
	from, errFrom := g.spot(a)
	to, errTo := g.spot(b)
	if errFrom != nil || errTo != nil {
		return Path{}, false
	}
	up, down := newClimber(g.junctions), newClimber(g.junctions)
	down.climb(g.reaching(to), &g.hierarchy.down, &g.hierarchy.up, func(int32, weight) {})
	best, top := unreached, int32(-1)
	up.climb(g.leaving(from), &g.hierarchy.up, &g.hierarchy.down, func(v int32, d weight) {
		if w := d + down.dist[v]; w < best {
			best, top = w, v
		}
	})
	if direct := g.along(from, to); direct <= best && direct < unreached {
		return direct.path(g.stretch(nil, a, b, from.fraction <= to.fraction)), true
	}
	if top < 0 {
		return Path{}, false
	}
	drives := g.drives(up, down, top)
	begin, end := g.ends(drives, from, to, up, down, top)
	line := g.firstStretch(a, begin)
	for _, d := range drives {
		line = g.shapeOf(line, d)
	}
	return best.path(g.lastStretch(line, b, end)), true
}

func (w weight) path(line orb.LineString) Path {
	return Path{DurationSec: w.seconds(), DistanceM: w.metres(), Geometry: tidy(line)}
}

// drives lists the edges, as 2·edge + 1 when backward, between the junction where the way up began and the one where the
// way down ended.
func (g *Graph) drives(up, down *climber, top int32) []int32 {
	var arcs []int32
	for v := top; up.by[v] >= 0; v = g.hierarchy.arcs[up.by[v]].from {
		arcs = append(arcs, up.by[v])
	}
	slices.Reverse(arcs)
	for v := top; down.by[v] >= 0; v = g.hierarchy.arcs[down.by[v]].to {
		arcs = append(arcs, down.by[v])
	}
	slices.Reverse(arcs) // a stack, its top the first arc: shortcuts open into their halves until only edges are left
	var drives []int32
	for len(arcs) > 0 {
		a := &g.hierarchy.arcs[arcs[len(arcs)-1]]
		arcs = arcs[:len(arcs)-1]
		if a.a < 0 {
			drives = append(drives, a.b)
		} else {
			arcs = append(arcs, a.b, a.a)
		}
	}
	return drives
}

// ends returns, for the first and the last edge, whether they are driven forward.
func (g *Graph) ends(drives []int32, from, to spot, up, down *climber, top int32) (begin, end bool) {
	first, last := top, top
	for up.by[first] >= 0 {
		first = g.hierarchy.arcs[up.by[first]].from
	}
	for down.by[last] >= 0 {
		last = g.hierarchy.arcs[down.by[last]].to
	}
	return startsForward(g.leaving(from), first, up.dist[first], g.to[from.edge], g.forward[from.edge]),
		startsForward(g.reaching(to), last, down.dist[last], g.from[to.edge], g.forward[to.edge])
}

// startsForward tells which of the two seeds of a spot a search used; the forward one, the first listed, when both fit.
func startsForward(seeds []seed, at int32, d weight, forwardEnd int32, forward bool) bool {
	return forward && at == forwardEnd && seeds[0].weight == d
}

// shapeOf appends the points of one driven edge.
func (g *Graph) shapeOf(line orb.LineString, drive int32) orb.LineString {
	e := drive / 2
	points := g.shape[g.shapeFirst[e]:g.shapeFirst[e+1]]
	if drive%2 == 0 {
		return append(line, points...)
	}
	for k := len(points) - 1; k >= 0; k-- {
		line = append(line, points[k])
	}
	return line
}

// firstStretch goes from a to the end of its edge, lastStretch from the start of its edge, as driven, to b.
func (g *Graph) firstStretch(a Place, forward bool) orb.LineString {
	if forward {
		return g.stretch(nil, a, g.place(a.Edge, 1), true)
	}
	return g.stretch(nil, a, g.place(a.Edge, 0), false)
}

func (g *Graph) lastStretch(line orb.LineString, b Place, forward bool) orb.LineString {
	if forward {
		return g.stretch(line, g.place(b.Edge, 0), b, true)
	}
	return g.stretch(line, g.place(b.Edge, 1), b, false)
}

// stretch appends the points from a to b on their common edge.
func (g *Graph) stretch(line orb.LineString, a, b Place, forward bool) orb.LineString {
	a, b = g.place(a.Edge, a.Fraction), g.place(b.Edge, b.Fraction)
	from, _ := g.locate(a)
	to, _ := g.locate(b)
	line = append(line, a.Point)
	if forward {
		for k := from + 1; k <= to; k++ {
			line = append(line, g.shape[k])
		}
	} else {
		for k := from; k > to; k-- {
			line = append(line, g.shape[k])
		}
	}
	return append(line, b.Point)
}

// tidy drops points that repeat the one before; a line keeps at least two.
func tidy(line orb.LineString) orb.LineString {
	out := line[:1]
	for _, p := range line[1:] {
		if p != out[len(out)-1] {
			out = append(out, p)
		}
	}
	if len(out) == 1 {
		out = append(out, out[0])
	}
	return out
}
