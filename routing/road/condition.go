package road

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// ErrCondition marks a condition that cannot be taken in; the error says which and why.
var ErrCondition = errors.New("road: bad condition")

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

const (
	minFactor     = 0.01
	maxFactor     = 3
	maxAreaPoints = 10_000
)

// Check says what is wrong with a condition, as an error that wraps ErrCondition.
func (c *Condition) Check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w %q: %s", ErrCondition, c.ID, fmt.Sprintf(format, args...))
	}
	switch c.Kind {
	case Incident, Closure, Congestion, Weather:
	default:
		return bad("kind is %q; give incident, closure, congestion or weather", c.Kind)
	}
	if c.ID == "" {
		return bad("it has no id")
	}
	if c.UntilSec <= c.FromSec {
		return bad("it ends at %d, not after its begin at %d", c.UntilSec, c.FromSec)
	}
	if len(c.Edges) == 0 && len(c.Area) == 0 && len(c.Areas) == 0 && len(c.Nodes) == 0 {
		return bad("it lies nowhere; give edges, an area or nodes")
	}
	for _, area := range c.areas() {
		if err := checkArea(area); err != "" {
			return bad("%s", err)
		}
	}
	if c.SpeedFactor != 0 && !(c.SpeedFactor >= minFactor && c.SpeedFactor <= maxFactor) {
		return bad("speed factor is %v; give %v…%v, or close the street", c.SpeedFactor, minFactor, maxFactor)
	}
	if c.SpeedKmh != 0 && !(c.SpeedKmh >= 0.5 && c.SpeedKmh <= maxKmh) {
		return bad("speed is %v km/h; give 0.5…%v, or close the street", c.SpeedKmh, maxKmh)
	}
	if len(c.SpeedsKmh) != 0 && len(c.SpeedsKmh) != len(c.Nodes) {
		return bad("it has %d speeds for %d pairs of nodes", len(c.SpeedsKmh), len(c.Nodes))
	}
	measured := false
	for i, v := range c.SpeedsKmh {
		if v != 0 && !(v >= 0.5 && v <= maxKmh) {
			return bad("speed %d is %v km/h; give 0.5…%v, or close the street", i, v, maxKmh)
		}
		measured = measured || v > 0
	}
	if !(c.DelaySec >= 0 && c.DelaySec <= 86_400) {
		return bad("delay is %v s; give 0…86,400", c.DelaySec)
	}
	if !c.Closed && c.SpeedFactor == 0 && c.SpeedKmh == 0 && c.DelaySec == 0 && !measured {
		return bad("it has no effect; close the street or give a factor, a speed or a delay")
	}
	if c.Kind == Closure && !c.Closed {
		return bad("it is a closure that does not close")
	}
	return nil
}

func checkArea(area orb.Polygon) string {
	points := 0
	for _, ring := range area {
		points += len(ring)
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
			return "a ring of its area is not closed or has less than three corners"
		}
		for _, p := range ring {
			if !(math.Abs(p[0]) <= 180) || !(math.Abs(p[1]) <= 90) {
				return fmt.Sprintf("corner (%v, %v) is not a longitude and a latitude", p[0], p[1])
			}
		}
	}
	if points > maxAreaPoints {
		return fmt.Sprintf("its area has %d corners; give at most %d", points, maxAreaPoints)
	}
	return ""
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
	side := func(p, q, r orb.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	return side(a, b, c)*side(a, b, d) <= 0 && side(c, d, a)*side(c, d, b) <= 0
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
