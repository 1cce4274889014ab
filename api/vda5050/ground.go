package vda5050

import (
	"math"
	"slices"

	"quartermaster/warehouse/agv"
)

// ground is what the zones of a floor mean for the cells that the master plans on.
type ground struct {
	set    *ZoneSet
	cells  [][]int32 // zone → its vertices, ascending
	closed []bool    // steps that no plan takes, [v*4+d]
	cost   []uint8   // of each step
	speed  []float64 // vertex → the least speed limit, m/s, 0 = none
	barred []int32   // vertex → a closed zone that it is in, plus one; 0 = none
	index  map[string]int
}

// What a penalty or priority makes of a step's cost: a penalty of 1 makes it (1 + penaltyWeight) as dear, as far as the
// planner's costs go; a priority of 1 half as dear. A soft direction is a penalty of softPenalty.
const (
	penaltyWeight = 9
	softPenalty   = 0.25
	mostCost      = 60
)

// slant is the cosine of half a right angle: what differs by more from a direction is another direction of the grid.
const slant = math.Sqrt2 / 2

// terrain is a floor before any zone.
type terrain struct {
	g     *agv.Graph
	steps []int32 // [v*4+d]
	plain []uint8 // what each step costs
	pitch float64 // metres
}

func newTerrain(g *agv.Graph, pitch float64, cost []uint8) *terrain {
	t := &terrain{g: g, plain: slices.Clone(cost), pitch: pitch}
	for v := range int32(g.Len()) {
		for d := range uint8(4) {
			t.steps = append(t.steps, g.Ahead(v, d))
		}
	}
	return t
}

// survey finds out what zones mean on a floor. shut are the zones that nobody enters besides the blocked ones.
func (t *terrain) survey(set *ZoneSet, shut map[string]bool) *ground {
	n := t.g.Len()
	b := &ground{set: set, closed: make([]bool, 4*n), cost: slices.Clone(t.plain), speed: make([]float64, n), barred: make([]int32, n), index: map[string]int{}}
	penalty, priority := make([]float64, n), make([]float64, n)
	for v := range priority {
		priority[v] = -1
	}
	for i := range set.Zones {
		z := &set.Zones[i]
		b.index[z.ZoneID] = i
		b.cells = append(b.cells, t.cells(z))
		if z.ZoneType == ZoneBlocked || z.ZoneType == ZoneRelease && shut[z.ZoneID] {
			b.close(t, i)
		}
		for _, v := range b.cells[i] {
			switch z.ZoneType {
			case ZoneSpeedLimit:
				if b.speed[v] == 0 || *z.MaximumSpeed < b.speed[v] {
					b.speed[v] = *z.MaximumSpeed
				}
			case ZonePenalty: // of several, the most restrictive (table 8)
				penalty[v] = max(penalty[v], *z.PenaltyFactor)
			case ZonePriority:
				if priority[v] < 0 || *z.PriorityFactor < priority[v] {
					priority[v] = *z.PriorityFactor
				}
			}
		}
	}
	b.price(t, penalty, priority)
	for i := range set.Zones {
		b.direct(t, &set.Zones[i], b.cells[i])
	}
	return b
}

// cells are the vertices in a zone: those that it takes any part of, and of zones that count for a vehicle's centre
// those whose centre is within.
func (t *terrain) cells(z *Zone) (vs []int32) {
	low, high := z.Vertices[0], z.Vertices[0]
	for _, p := range z.Vertices {
		low, high = Point{min(low.X, p.X), min(low.Y, p.Y)}, Point{max(high.X, p.X), max(high.Y, p.Y)}
	}
	central := slices.Contains([]ZoneType{ZonePriority, ZonePenalty, ZoneDirected, ZoneBidirected}, z.ZoneType)
	for v := range int32(t.g.Len()) {
		c := centre(t.g, t.pitch, v)
		if c.X < low.X-t.pitch || c.X > high.X+t.pitch || c.Y < low.Y-t.pitch || c.Y > high.Y+t.pitch {
			continue
		}
		if central && z.contains(c.X, c.Y) || !central && z.touches(c.X, c.Y, t.pitch) {
			vs = append(vs, v)
		}
	}
	return vs
}

// centre is the middle of a cell in metres: x to the east, y to the north.
func centre(g *agv.Graph, pitch float64, v int32) Point {
	cell := int(g.Cell(v))
	return Point{(float64(cell%g.Width) + 0.5) * pitch, (float64(g.Height-1-cell/g.Width) + 0.5) * pitch}
}

// vertexAt is the vertex that a place is on, −1 = none.
func vertexAt(g *agv.Graph, pitch, x, y float64) int32 {
	column, row := int(math.Floor(x/pitch)), g.Height-1-int(math.Floor(y/pitch))
	if column < 0 || column >= g.Width || row < 0 || row >= g.Height {
		return -1
	}
	return g.Vertex(row*g.Width + column)
}

// has tells whether a vertex is in a zone.
func (b *ground) has(zone int, v int32) bool {
	_, in := slices.BinarySearch(b.cells[zone], v)
	return in
}

// close closes the steps into a zone: who is in it may leave, by whichever of its cells.
func (b *ground) close(t *terrain, zone int) {
	for _, v := range b.cells[zone] {
		b.barred[v] = int32(zone) + 1
	}
	for i, to := range t.steps {
		if to >= 0 && b.has(zone, to) && !b.has(zone, int32(i>>2)) {
			b.closed[i] = true
		}
	}
}

// price makes steps dearer or cheaper by the cell that they lead to.
func (b *ground) price(t *terrain, penalty, priority []float64) {
	for i := range b.cost {
		to := t.steps[i]
		if to < 0 {
			continue
		}
		switch {
		case penalty[to] > 0:
			b.dearer(i, penalty[to])
		case priority[to] > 0:
			b.cost[i] = uint8(max(1, math.Round(float64(b.cost[i])*(1-priority[to]/2))))
		}
	}
}

func (b *ground) dearer(step int, penalty float64) {
	dear := math.Round(float64(b.cost[step]) * (1 + penaltyWeight*penalty))
	b.cost[step] = max(b.cost[step], uint8(min(mostCost, dear)))
}

// direct closes the steps that a zone of directions does not have, or makes them dearer where it only advises.
func (b *ground) direct(t *terrain, z *Zone, cells []int32) {
	if z.ZoneType != ZoneDirected && z.ZoneType != ZoneBidirected {
		return
	}
	angles := [4]float64{agv.East: 0, agv.North: math.Pi / 2, agv.West: math.Pi, agv.South: -math.Pi / 2}
	for i := range b.cost {
		d, to := uint8(i&3), t.steps[i]
		_, from := slices.BinarySearch(cells, int32(i>>2))
		_, into := slices.BinarySearch(cells, to)
		if to < 0 || !from && !into {
			continue
		}
		along := math.Cos(angles[d] - *z.Direction)
		aside := along < slant-1e-9
		if z.ZoneType == ZoneBidirected {
			aside = math.Abs(along) < slant-1e-9
		}
		switch {
		case z.DirectedLimitation == limitStrict && aside, z.DirectedLimitation == limitRestricted && along < -1e-9, z.BidirectedLimitation == limitRestricted && aside:
			b.closed[i] = true
		case aside:
			b.dearer(i, softPenalty)
		}
	}
}
