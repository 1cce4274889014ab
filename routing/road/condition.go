package road

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Kind is what a condition is about. Of several conditions of one kind on an edge the slowest counts; kinds multiply.
type Kind string

// The kinds.
const (
	Incident   Kind = "incident"   // an accident, works, a blocked lane
	Closure    Kind = "closure"    // nobody passes
	Congestion Kind = "congestion" // measured speeds
	Weather    Kind = "weather"    // rain, snow, wind, visibility
)

// Condition is something on the road that changes travel for a while. Times are Unix seconds.
type Condition struct {
	ID     string
	Kind   Kind
	Source string // who says so
	Reason string // in the user's words; "" = the kind
	// It holds from FromSec until before UntilSec.
	FromSec, UntilSec int64

	// Where: any of these. Edges are directed edges (2·edge, +1 backward); an area takes in every edge that touches it, and
	// for weather, whose cells lie side by side, those whose middle lies in it; nodes are pairs of OpenStreetMap's point
	// numbers, from and to, next to each other on a street.
	Edges []int32
	Area  orb.Polygon
	Areas orb.MultiPolygon // further ones, as the cells of a lattice
	Nodes [][2]int64
	// SpeedsKmh are measured speeds, one for each pair of nodes; they go before SpeedKmh. 0 = nothing was measured there.
	SpeedsKmh []float64

	// Effect: Closed; or a factor on the speed, above 0, where 1 changes nothing; or a speed in km/h; and seconds lost once
	// on each edge. Zero values have no effect.
	Closed      bool
	SpeedFactor float64
	SpeedKmh    float64
	DelaySec    float64
}

// Words is the condition in a few words.
func (c *Condition) Words() string {
	if c.Reason != "" {
		return c.Reason
	}
	return string(c.Kind)
}

// areas are all areas of a condition.
func (c *Condition) areas() []orb.Polygon {
	if len(c.Area) == 0 {
		return c.Areas
	}
	return append([]orb.Polygon{c.Area}, c.Areas...)
}

// Area makes the area inside corners, given in order around it, the last one joined to the first.
func Area(corners [][2]float64) orb.Polygon {
	ring := make(orb.Ring, 0, len(corners)+1)
	for _, c := range corners {
		ring = append(ring, c)
	}
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	return orb.Polygon{ring}
}

// directedEdges returns the open directed edges that the condition lies on, without repetition, but for those whose speeds
// were measured pair by pair.
func (g *streets) directedEdges(c *Condition, nodes map[int64][]int32) []int32 {
	var found []int32
	for _, d := range c.Edges {
		if d >= 0 && int(d) < 2*len(g.from) {
			found = append(found, d)
		}
	}
	for _, area := range c.areas() {
		for _, e := range g.edgesIn(area, c.Kind == Weather) {
			found = append(found, 2*e, 2*e+1)
		}
	}
	if len(c.SpeedsKmh) == 0 {
		for _, pair := range c.Nodes {
			found = g.appendBetween(found, pair, nodes)
		}
	}
	found = slices.DeleteFunc(found, func(d int32) bool { return !g.opened(d) })
	slices.Sort(found)
	return slices.Compact(found)
}

// edgesIn lists the edges that touch an area, or whose middle lies in it.
func (g *streets) edgesIn(area orb.Polygon, middle bool) []int32 {
	box := area.Bound()
	var found []int32
	seen := map[int32]bool{}
	c := &g.grid
	x0, x1 := max(0, c.column(box.Min[0])), min(c.columns-1, c.column(box.Max[0]))
	y0, y1 := max(0, c.row(box.Min[1])), min(c.rows-1, c.row(box.Max[1]))
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			cell := y*c.columns + x
			for k := c.first[cell]; k < c.first[cell+1]; k++ {
				e := c.edge[k]
				if seen[e] {
					continue
				}
				if middle {
					seen[e] = true
					if planar.PolygonContains(area, g.place(e, 0.5).Point) {
						found = append(found, e)
					}
				} else if touches(area, box, g.shape[c.corner[k]], g.shape[c.corner[k]+1]) {
					seen[e] = true
					found = append(found, e)
				}
			}
		}
	}
	return found
}

// touches says whether the piece from a to b has a point in common with the area.
func touches(area orb.Polygon, box orb.Bound, a, b orb.Point) bool {
	if !box.Intersects(orb.MultiPoint{a, b}.Bound()) {
		return false
	}
	if planar.PolygonContains(area, a) || planar.PolygonContains(area, b) {
		return true
	}
	for _, ring := range area {
		for k := 1; k < len(ring); k++ {
			if crosses(a, b, ring[k-1], ring[k]) {
				return true
			}
		}
	}
	return false
}

func crosses(a, b, c, d orb.Point) bool {
	return turnsTo(a, b, c)*turnsTo(a, b, d) <= 0 && turnsTo(c, d, a)*turnsTo(c, d, b) <= 0
}

// appendBetween appends the directed edges on which the second node of a pair follows the first.
func (g *streets) appendBetween(found []int32, pair [2]int64, nodes map[int64][]int32) []int32 {
	for _, k := range nodes[pair[0]] {
		e := g.edgeAt(k)
		if int(k)+1 < len(g.shapeNode) && g.shapeNode[k+1] == pair[1] && k+1 < g.shapeFirst[e+1] {
			found = append(found, 2*e)
		}
		if k > g.shapeFirst[e] && g.shapeNode[k-1] == pair[1] {
			found = append(found, 2*e+1)
		}
	}
	return found
}

// edgeAt returns the edge that a shape point belongs to.
func (g *streets) edgeAt(k int32) int32 {
	e, ok := slices.BinarySearch(g.shapeFirst, k)
	if !ok {
		e--
	}
	return int32(e)
}

// Street names an edge for people: its name, else its number, else its class.
func (g *Graph) Street(edge int32) string {
	a := g.attr[edge]
	if name := g.text(g.attrName[a]); name != "" {
		return name
	}
	if ref := g.text(g.attrRef[a]); ref != "" {
		return ref
	}
	return "a " + strings.ReplaceAll(g.attrClass[a].String(), "_", " ") + " street"
}

// Idle names those of some conditions that lie on no street of the graph.
func (g *Graph) Idle(all []Condition) []string {
	nodes := g.nodeIndex(all)
	var idle []string
	for i := range all {
		if c := &all[i]; len(g.directedEdges(c, nodes)) == 0 && !g.measuresAny(c, nodes) {
			idle = append(idle, c.ID)
		}
	}
	return idle
}

func (g *Graph) measuresAny(c *Condition, nodes map[int64][]int32) bool {
	for k, v := range c.SpeedsKmh {
		if v > 0 && len(g.appendBetween(nil, c.Nodes[k], nodes)) > 0 {
			return true
		}
	}
	return false
}
