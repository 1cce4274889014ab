package road

import "github.com/paulmach/orb"

// Attribution is to be shown with whatever is drawn from streets.
const Attribution = "© OpenStreetMap contributors, ODbL 1.0"

// Lines calls visit for every street piece between two junctions with its class and its points, which belong to the graph
// and must not be changed. It ends when visit returns false.
func (g *Graph) Lines(visit func(class Class, points orb.LineString) bool) {
	for e := range int32(g.Edges()) {
		if !visit(g.class(e), orb.LineString(g.shape[g.shapeFirst[e]:g.shapeFirst[e+1]])) {
			return
		}
	}
}
