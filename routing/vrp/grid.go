package vrp

import (
	"slices"

	"quartermaster/routing"
)

// grid is travel laid out for the search. The tables towards a place lie row by row too, so that all that is asked about one
// stop stands together in memory; where travel is the same both ways they are the same tables.
type grid struct {
	places         int
	cells, metres  []int32        // [i*places+j]: seconds and metres from i to j
	into, intoM    []int32        // [j*places+i]: the same; nil where there would be too many
	plane          *routing.Plane // instead of tables
	quick          bool           // the tables have no gaps and both directions
	longM, longSec int64
}

// densePlaces is the most places for which travel in the plane is laid out as a table, 36 MB, and a table that differs
// by direction is laid out twice.
const densePlaces = 3000

// gridOf lays out a matrix, once.
func (m *model) gridOf(t *routing.Matrix) *grid {
	if g, ok := m.grids[t]; ok {
		return g
	}
	g := &grid{places: t.N, cells: t.DurationSec, metres: t.DistanceM, plane: t.Plane}
	g.longM, g.longSec = longest(t)
	switch {
	case g.plane != nil && g.places <= densePlaces:
		g.cells = denseOf(g.plane, g.places)
		g.metres, g.into, g.intoM, g.plane = g.cells, g.cells, g.cells, nil
		g.quick = true
	case g.plane == nil:
		g.into = turned(g.cells, g.places)
		g.intoM = g.into
		if len(g.cells) > 0 && &g.cells[0] != &g.metres[0] {
			g.intoM = turned(g.metres, g.places)
		}
		g.quick = g.into != nil && g.intoM != nil && !slices.Contains(g.cells, routing.Unreachable) && !slices.Contains(g.metres, routing.Unreachable)
	}
	m.grids[t] = g
	return g
}

func denseOf(p *routing.Plane, n int) []int32 {
	cells := make([]int32, n*n)
	for i := range n {
		for j := range i {
			d := p.Between(int32(i), int32(j))
			cells[i*n+j], cells[j*n+i] = d, d
		}
	}
	return cells
}

// turned is a table with rows and columns exchanged: itself where that is the same, nil where it is too large.
func turned(cells []int32, n int) []int32 {
	same := true
	for i := range n {
		for j := range i {
			if cells[i*n+j] != cells[j*n+i] {
				same = false
				break
			}
		}
		if !same {
			break
		}
	}
	if same || n > densePlaces {
		if same {
			return cells
		}
		return nil
	}
	out := make([]int32, n*n)
	for i := range n {
		for j := range n {
			out[j*n+i] = cells[i*n+j]
		}
	}
	return out
}
