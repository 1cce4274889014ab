package road

import (
	"math"
	"sync"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// Path is one way over streets.
type Path struct {
	DurationSec int64
	DistanceM   int64
	Geometry    orb.LineString // from the first place to the second, along the streets
	Legs        []Leg          // the directed edges driven, at least one

	weight weight
}

// Leg is a stretch of a path: along one directed edge, wholly or, at the ends, in part.
type Leg struct {
	Directed   int32   // 2·edge, +1 when driven backward
	Begin, End float64 // fractions of the edge's length, from its start whatever the direction
	TurnMs     int32   // lost on the turn before it
	DriveMs    int32
	LengthCm   int32
}

// Edge is the edge a leg runs on, Backward whether it is driven from its end to its start.
func (l Leg) Edge() int32    { return l.Directed >> 1 }
func (l Leg) Backward() bool { return l.Directed&1 == 1 }

// search lends a workspace; done gives it back.
func (g *streets) search() (q *cch.Search, done func()) {
	q, ok := g.searches.Get().(*cch.Search)
	if !ok {
		q = cch.NewSearch(g.topology)
	}
	return q, func() { g.searches.Put(q) }
}

// newPool makes the store of workspaces.
func newPool() *sync.Pool { return &sync.Pool{} }

// Travel returns seconds and metres of the fastest way from a to b, and whether there is one; false too when either is
// not on this graph.
func (g *Graph) Travel(a, b Place) (durationSec, distanceM int64, ok bool) {
	from, errFrom := g.spot(a)
	to, errTo := g.spot(b)
	if errFrom != nil || errTo != nil {
		return 0, 0, false
	}
	q, done := g.search()
	defer done()
	w := g.distance(q, &from, &to)
	if w >= unreached {
		return 0, 0, false
	}
	return seconds(w), metresOf(w), true
}

// distance is the weight of the fastest way.
func (g *Graph) distance(q *cch.Search, from, to *spot) weight {
	if from.edge == to.edge {
		return g.sameEdge(q, from, to)
	}
	var a, b [8]cch.Seed
	w := q.Distance(g.w.metric, g.leaving(a[:0], from), g.reaching(b[:0], to), g.guess(from, to))
	if w >= unreached {
		return unreached
	}
	return w - to.bias
}

// Route returns the fastest way from a to b, and whether there is one; false too when either is not on this graph.
func (g *Graph) Route(a, b Place) (Path, bool) {
	from, errFrom := g.spot(a)
	to, errTo := g.spot(b)
	if errFrom != nil || errTo != nil {
		return Path{}, false
	}
	q, done := g.search()
	defer done()
	if from.edge != to.edge {
		var x, y [8]cch.Seed
		found := q.Path(g.w.metric, g.leaving(x[:0], &from), g.reaching(y[:0], &to), g.guess(&from, &to))
		if found.Weight >= unreached {
			return Path{}, false
		}
		first := g.directed(g.topology.Node[found.Source])
		return g.path(a, b, found.Weight-to.bias, first, found.Arcs), true
	}
	return g.routeOnEdge(q, a, b, &from, &to)
}

// routeOnEdge is Route between two spots of one edge.
func (g *Graph) routeOnEdge(q *cch.Search, a, b Place, from, to *spot) (Path, bool) {
	best := along(from, to)
	var off cch.Path
	first, firstArc := int32(-1), int32(-1)
	targets := g.reaching(nil, to)
	g.eachOff(from, func(d, arc int32, seed cch.Seed) {
		if p := q.Path(g.w.metric, []cch.Seed{seed}, targets, 0); p.Weight < unreached && p.Weight-to.bias < best {
			best, off, first, firstArc = p.Weight-to.bias, p, d, arc
		}
	})
	if best >= unreached {
		return Path{}, false
	}
	if first < 0 {
		d := 2 * a.Edge
		if b.Fraction < a.Fraction || b.Fraction == a.Fraction && !from.use[0] {
			d++
		}
		return g.path(a, b, best, d, nil), true
	}
	return g.path(a, b, best, first, append([]int32{firstArc}, off.Arcs...)), true
}

// path draws a way that leaves a on directed edge first and goes on over the turns arcs; without turns it ends at b on the
// same edge.
func (g *Graph) path(a, b Place, w weight, first int32, arcs []int32) Path {
	p := Path{DurationSec: seconds(w), DistanceM: metresOf(w), weight: w}
	d := first
	begin := a.Fraction
	turn := int32(0)
	for k := 0; ; k++ {
		end := float64(1 - d&1)
		if k == len(arcs) {
			end = b.Fraction
		}
		p.Legs = append(p.Legs, g.leg(d, begin, end, turn))
		p.Geometry = g.stretch(p.Geometry, d, begin, end)
		if k == len(arcs) {
			break
		}
		d = g.directed(g.turns.Head[arcs[k]])
		turn = g.turnMs[arcs[k]]
		begin = float64(d & 1)
	}
	p.Geometry = tidy(p.Geometry)
	return p
}

func (g *Graph) leg(d int32, begin, end float64, turnMs int32) Leg {
	l := Leg{Directed: d, Begin: begin, End: end, TurnMs: turnMs}
	at := func(fraction float64) weight {
		if fraction == float64(d&1) {
			return 0
		}
		if fraction == float64(1-d&1) {
			return weigh(g.w.ms[d], g.lengthCm(d>>1))
		}
		s, err := g.spot(Place{Edge: d >> 1, Fraction: fraction})
		if err != nil { // both places were checked before
			return 0
		}
		return s.done[d&1]
	}
	w := at(end) - at(begin)
	l.DriveMs, l.LengthCm = int32(w>>32), int32(w&(1<<32-1))
	return l
}

// stretch appends the points of a directed edge from one fraction of its length to another.
func (g *streets) stretch(line orb.LineString, d int32, begin, end float64) orb.LineString {
	a, b := g.place(d>>1, begin), g.place(d>>1, end)
	from, _ := g.locate(a)
	to, _ := g.locate(b)
	line = append(line, a.Point)
	if d&1 == 0 {
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
		if last := out[len(out)-1]; math.Abs(p[0]-last[0]) > sameDeg || math.Abs(p[1]-last[1]) > sameDeg {
			out = append(out, p)
		}
	}
	if end := line[len(line)-1]; len(out) > 1 {
		out[len(out)-1] = end
	} else {
		out = append(out, end)
	}
	return out
}

// sameDeg is a tenth of a millimetre: points nearer than that are one, told twice with rounding.
const sameDeg = 1e-9
