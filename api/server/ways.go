package server

import (
	"github.com/paulmach/orb"

	"quartermaster/routing/road"
)

// walker finds ways between points over streets, or straight where there are none.
type walker struct {
	graph  *road.Graph // nil = no streets
	placed map[orb.Point]spot
}

type spot struct {
	place road.Place
	ok    bool
}

func newWalker(g *road.Graph) *walker { return &walker{g, map[orb.Point]spot{}} }

func (w *walker) place(p orb.Point) spot {
	found, known := w.placed[p]
	if !known {
		found.place, found.ok = w.graph.Snap(p)
		w.placed[p] = found
	}
	return found
}

// walk appends the way from a to b to a line that ends at a, or is empty.
func (w *walker) walk(line orb.LineString, a, b orb.Point) orb.LineString {
	if w.graph != nil {
		if from, to := w.place(a), w.place(b); from.ok && to.ok {
			if path, ok := w.graph.Route(from.place, to.place); ok {
				return extend(line, path.Geometry...)
			}
		}
	}
	return extend(line, a, b)
}

// extend appends points, the first one only where the line does not end there already.
func extend(line orb.LineString, points ...orb.Point) orb.LineString {
	if len(line) > 0 && len(points) > 0 && line[len(line)-1] == points[0] {
		points = points[1:]
	}
	return append(line, points...)
}
