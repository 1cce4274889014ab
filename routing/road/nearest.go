package road

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// SnapOptions narrow the streets that a point is put on. The zero value is Snap's.
type SnapOptions struct {
	RadiusM float64 // how far the street may be; 0 = MaxSnapM, which it cannot exceed
	// BearingDeg and RangeDeg ask for streets that may be driven in a direction, clockwise from north, give or take; a range
	// of 0 asks for nothing. The place keeps to that direction.
	BearingDeg, RangeDeg float64
}

// Nearest returns the places on up to n different streets near p, the nearest first.
func (g *Graph) Nearest(p orb.Point, n int, o SnapOptions) []Place {
	if !(math.Abs(p.Lon()) <= 180) || !(math.Abs(p.Lat()) <= 90) || n < 1 {
		return nil
	}
	radius := o.RadiusM
	if !(radius > 0 && radius <= MaxSnapM) {
		radius = MaxSnapM
	}
	if n == 1 && o.RangeDeg == 0 {
		if place, ok := g.Snap(p); ok && place.SnapM <= radius {
			return []Place{place}
		}
		return nil
	}
	m := Matcher{g: g}
	var found []Place
	for reach := math.Min(radius, 100); ; reach = math.Min(radius, 4*reach) { // small circles first: most streets are near
		found = found[:0]
		for _, x := range m.around(p, reach) {
			if g.heads(x, o) {
				place := g.place(x.edge, fraction(float64(x.cm), float64(g.lengthCm(x.edge))))
				place.SnapM, place.Side = math.Sqrt(x.sq), g.sideOf(p, place)
				found = append(found, place)
			}
		}
		if len(found) >= n || reach >= radius {
			return found[:min(n, len(found))]
		}
	}
}

// around lists the nearest place on each street within a radius, the nearest first.
func (m *Matcher) around(p orb.Point, radiusM float64) []nearPiece {
	m.collect(p, radiusM)
	slices.SortFunc(m.nearby, func(a, b nearPiece) int { return cmp.Or(cmp.Compare(a.sq, b.sq), cmp.Compare(a.edge, b.edge)) })
	return m.nearby
}

// heads says whether the street at a place may be driven in the direction asked for.
func (g *Graph) heads(x nearPiece, o SnapOptions) bool {
	if o.RangeDeg == 0 {
		return true
	}
	along := g.bearingAt(x.edge, x.cm)
	for dir := range int32(2) {
		if g.w.ms[2*x.edge+dir] != noDrive && math.Abs(turnAngle(o.BearingDeg, along+180*float64(dir))) <= o.RangeDeg {
			return true
		}
	}
	return false
}

// bearingAt is the direction of an edge, driven forward, at a distance from its start.
func (g *streets) bearingAt(e, cm int32) float64 {
	k, _ := g.locate(Place{Edge: e, Fraction: fraction(float64(cm), float64(g.lengthCm(e)))})
	return bearing(g.shape[k], g.shape[k+1])
}

// sideOf returns on which side of the street a point lies whose place is given.
func (g *Graph) sideOf(p orb.Point, place Place) int8 {
	if place.SnapM < onStreetM {
		return 0
	}
	k, _ := g.locate(place)
	a, b := g.shape[k], g.shape[k+1]
	switch cross := (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0]); {
	case cross < 0:
		return 1
	case cross > 0:
		return -1
	}
	return 0
}

// EdgeNodes returns OpenStreetMap's numbers of the two street points around a place, in the order of the edge.
func (g *Graph) EdgeNodes(p Place) [2]int64 {
	if p.Edge < 0 || int(p.Edge) >= g.Edges() {
		return [2]int64{}
	}
	k, _ := g.locate(p)
	return [2]int64{g.shapeNode[k], g.shapeNode[k+1]}
}

// Names returns the name and the number of an edge's street, "" where there is none.
func (g *Graph) Names(edge int32) (name, ref string) {
	a := g.attr[edge]
	return g.text(g.attrName[a]), g.text(g.attrRef[a])
}

// ClassAt returns the class of an edge's street.
func (g *Graph) ClassAt(edge int32) Class { return g.class(edge) }

// Piece is one drawn stretch of a leg: between two street points, or a place and one.
type Piece struct {
	From, To orb.Point
	NodeA    int64 // OpenStreetMap's number of the street point at or before From
	NodeB    int64 // and at or after To
	LengthM  float64
	DriveSec float64
}

// Pieces splits a leg at its street points. Its time is spread evenly over its length.
func (g *Graph) Pieces(l Leg) []Piece {
	e := l.Edge()
	a, b := g.place(e, l.Begin), g.place(e, l.End)
	ka, _ := g.locate(a)
	kb, _ := g.locate(b)
	line := []orb.Point{a.Point}
	var nodes []int64
	if l.Backward() {
		nodes = append(nodes, g.shapeNode[ka+1])
		for k := ka; k > kb; k-- {
			line, nodes = append(line, g.shape[k]), append(nodes, g.shapeNode[k])
		}
		nodes = append(nodes, g.shapeNode[kb])
	} else {
		nodes = append(nodes, g.shapeNode[ka])
		for k := ka + 1; k <= kb; k++ {
			line, nodes = append(line, g.shape[k]), append(nodes, g.shapeNode[k])
		}
		nodes = append(nodes, g.shapeNode[kb+1])
	}
	line = append(line, b.Point)
	total := 0.0
	var out []Piece
	for k := 1; k < len(line); k++ {
		p := Piece{From: line[k-1], To: line[k], NodeA: nodes[k-1], NodeB: nodes[k], LengthM: metresBetween(line[k-1], line[k])}
		if p.LengthM == 0 && len(line) > 2 {
			continue
		}
		total += p.LengthM
		out = append(out, p)
	}
	for k := range out {
		share := 1 / float64(len(out))
		if total > 0 {
			share = out[k].LengthM / total
		}
		out[k].DriveSec = share * float64(l.DriveMs) / 1000
	}
	return out
}
