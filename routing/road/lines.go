package road

import "github.com/paulmach/orb"

// Attribution is to be shown with whatever is drawn from streets.
const Attribution = "© OpenStreetMap contributors, ODbL 1.0"

// Line is a street piece between two junctions as it is drawn.
type Line struct {
	Class    Class
	Points   orb.LineString // they belong to the graph and must not be changed
	SpeedKmh float64        // now, of the slower direction that may be driven; 0 = closed both ways
	FreeKmh  float64        // the same under free flow
	// Condition is the worst of what holds there now, by kind, in either direction; "" = nothing.
	Condition Kind
}

// Lines calls visit for every street piece, by number. It ends when visit returns false.
func (g *Graph) Lines(visit func(l Line) bool) {
	for e := range int32(g.Edges()) {
		if !visit(g.Line(e)) {
			return
		}
	}
}

// Line is one street piece.
func (g *Graph) Line(e int32) Line {
	l := Line{Class: g.class(e), Points: orb.LineString(g.shape[g.shapeFirst[e]:g.shapeFirst[e+1]])}
	for _, d := range []int32{2 * e, 2*e + 1} {
		if !g.opened(d) {
			continue
		}
		slower := func(kmh *float64, ms int32) {
			if v := float64(g.lengthCm(e)) * 36 / float64(max(ms, 1)); ms != noDrive && (*kmh == 0 || v < *kmh) {
				*kmh = v
			}
		}
		slower(&l.SpeedKmh, g.w.ms[d])
		slower(&l.FreeKmh, g.base.ms[d])
		if g.moment == nil {
			continue
		}
		for _, i := range g.moment.on[d] {
			if c := &g.moment.Active[i]; severity(c.Kind) > severity(l.Condition) {
				l.Condition = c.Kind
			}
		}
	}
	return l
}

// severity orders kinds by how much they matter to who looks at a map.
func severity(k Kind) int {
	switch k {
	case Closure:
		return 4
	case Incident:
		return 3
	case Congestion:
		return 2
	case Weather:
		return 1
	}
	return 0
}
