package road

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// ErrPlace marks a Place that does not lie on the graph it is used with.
var ErrPlace = errors.New("road: place not on this graph")

// Place is a point on a street of one Graph: the position at Fraction of the length of edge Edge.
type Place struct {
	Edge     int32
	Fraction float64   // 0 = start of the edge … 1 = its end
	Point    orb.Point // the position itself, on the street
	SnapM    float64   // metres between the point asked for and Point; 0 when it was drawn on the street
	// Side is where the point asked for lies as seen along the edge: 1 right, -1 left, 0 on the street.
	Side int8
	// Curb asks for arrivals and departures on the side where the point lies, without crossing the street. It has no effect
	// on one-way streets and at points on the street.
	Curb bool
}

// RandomPlace draws a place uniformly by length from the streets where people live and shops stand: residential,
// living_street, tertiary and unclassified; from all streets when there are none of these.
func (g *Graph) RandomPlace(rng *rand.Rand) Place {
	at := rng.Int64N(g.doorEndCm[len(g.doorEndCm)-1])
	k, _ := slices.BinarySearch(g.doorEndCm, at+1)
	begin := int64(0)
	if k > 0 {
		begin = g.doorEndCm[k-1]
	}
	e := g.doors[k]
	// Half a centimetre further, the middle of the centimetre drawn, keeps clear of the junctions.
	return g.place(e, (float64(at-begin)+0.5)/float64(g.lengthCm(e)))
}

func (g *streets) chooseDoors() {
	for _, all := range []bool{false, true} {
		sum := int64(0)
		for e := range int32(len(g.from)) {
			if cm := g.lengthCm(e); cm > 0 && g.open[e] != 0 && (all || consigneeClasses[g.class(e)]) {
				sum += int64(cm)
				g.doors = append(g.doors, e)
				g.doorEndCm = append(g.doorEndCm, sum)
			}
		}
		if sum > 0 {
			return
		}
	}
	// Every street has length zero: one place is as good as another.
	e := max(0, slices.IndexFunc(g.open, func(o uint8) bool { return o != 0 }))
	g.doors, g.doorEndCm = []int32{int32(e)}, []int64{1}
}

// place returns the place at fraction of edge e.
func (g *streets) place(e int32, fraction float64) Place {
	p := Place{Edge: e, Fraction: min(max(fraction, 0), 1)}
	k, t := g.locate(p)
	a, b := g.shape[k], g.shape[k+1]
	p.Point = orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
	return p
}

// locate returns the shape point before p and how far on p lies towards the next one, 0…1.
func (g *streets) locate(p Place) (k int, t float64) {
	first, last := int(g.shapeFirst[p.Edge]), int(g.shapeFirst[p.Edge+1])-1
	cm := p.Fraction * float64(g.shapeCm[last])
	k = first + sort.Search(last-first-1, func(i int) bool { return float64(g.shapeCm[first+i+1]) > cm })
	if width := g.shapeCm[k+1] - g.shapeCm[k]; width > 0 {
		t = min(max((cm-float64(g.shapeCm[k]))/float64(width), 0), 1)
	}
	return k, t
}

// spot is a place in the units of the search: what lies between the start of each directed edge and the place, and what
// is left to its end.
type spot struct {
	edge     int32
	fraction float64
	point    orb.Point
	done     [2]weight // driving forward, backward
	rest     [2]weight
	use      [2]bool // the direction may be driven, and suits the side wished
	bias     weight  // at least as much as any rest, in both halves
}

func (g *Graph) spot(p Place) (spot, error) {
	if p.Edge < 0 || int(p.Edge) >= g.Edges() {
		return spot{}, fmt.Errorf("%w: edge %d; the graph has 0…%d. Snap the point on this graph", ErrPlace, p.Edge, g.Edges()-1)
	}
	if !(p.Fraction >= 0 && p.Fraction <= 1) {
		return spot{}, fmt.Errorf("%w: fraction %v; give 0…1", ErrPlace, p.Fraction)
	}
	k, t := g.locate(p)
	last := g.shapeFirst[p.Edge+1] - 1
	cm, fwd, bwd := between(g.shapeCm, k, t), between(g.shapeFwdMs, k, t), between(g.shapeBwdMs, k, t)
	total := [2]int32{g.shapeFwdMs[last], g.shapeBwdMs[last]}
	doneMs, doneCm := [2]int32{fwd, total[1] - bwd}, [2]int32{cm, g.shapeCm[last] - cm}
	s := spot{edge: p.Edge, fraction: p.Fraction, point: g.shape[k]}
	var most int32
	for dir := range int32(2) {
		now := g.w.ms[2*p.Edge+dir]
		if now == noDrive {
			continue
		}
		// Away from free flow the edge is slower or faster alike all along.
		ms := doneMs[dir]
		if now != total[dir] {
			ms = min(now, int32(math.Round(float64(doneMs[dir])*float64(now)/float64(max(total[dir], 1)))))
		}
		s.use[dir] = true
		s.done[dir], s.rest[dir] = weigh(ms, doneCm[dir]), weigh(now-ms, g.shapeCm[last]-doneCm[dir])
		most = max(most, now-ms)
	}
	if p.Curb && p.Side != 0 && s.use[0] && s.use[1] {
		near := p.Side // driving forward the right-hand side is at the curb where traffic keeps right
		if g.profile.LeftHand {
			near = -near
		}
		s.use[0], s.use[1] = near > 0, near < 0
	}
	s.bias = weigh(most, g.shapeCm[last])
	return s, nil
}

func (g *Graph) spots(name string, places []Place) ([]spot, error) {
	spots := make([]spot, len(places))
	for i, p := range places {
		s, err := g.spot(p)
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		spots[i] = s
	}
	return spots, nil
}

func between(at []int32, k int, t float64) int32 {
	return at[k] + int32(math.Round(t*float64(at[k+1]-at[k])))
}

// leaving appends the seeds of a search from the spot: the ways to the ends of its edge.
func (g *Graph) leaving(seeds []cch.Seed, s *spot) []cch.Seed {
	for dir := range int32(2) {
		if s.use[dir] {
			seeds = append(seeds, cch.Seed{Rank: g.topology.Rank[2*s.edge+dir], Weight: s.rest[dir]})
		}
	}
	return seeds
}

// reaching appends the seeds of a search towards the spot. The states stand for the ends of its edge, so that what lies
// between the spot and the end is to be taken off again; as weights cannot be negative, all are raised by the spot's bias.
func (g *Graph) reaching(seeds []cch.Seed, s *spot) []cch.Seed {
	for dir := range int32(2) {
		if s.use[dir] {
			seeds = append(seeds, cch.Seed{Rank: g.topology.Rank[2*s.edge+dir], Weight: s.bias - s.rest[dir]})
		}
	}
	if len(g.copies) > 0 {
		var states [8]int32
		for _, x := range g.appendCopies(states[:0], s.edge) {
			if dir := g.directed(x) & 1; s.use[dir] {
				seeds = append(seeds, cch.Seed{Rank: g.topology.Rank[x], Weight: s.bias - s.rest[dir]})
			}
		}
	}
	return seeds
}

// along returns the way from a to b that stays on their common edge, or unreached.
func along(a, b *spot) weight {
	best := unreached
	if a.edge != b.edge {
		return best
	}
	if a.fraction == b.fraction && (a.use[0] && b.use[0] || a.use[1] && b.use[1]) {
		return 0
	}
	if a.use[0] && b.use[0] && a.fraction < b.fraction {
		best = b.done[0] - a.done[0]
	}
	if a.use[1] && b.use[1] && b.fraction < a.fraction {
		best = min(best, b.done[1]-a.done[1])
	}
	return best
}

// Point returns the position at a fraction of an edge's length; the zero point for an edge the graph does not have.
func (g *Graph) Point(edge int32, fraction float64) orb.Point {
	if edge < 0 || int(edge) >= g.Edges() {
		return orb.Point{}
	}
	return g.place(edge, fraction).Point
}
