package lean

import (
	"slices"

	"quartermaster/routing"
)

const (
	curveBits  = 16       // of each coordinate along the curve
	layoutPart = 0.5      // of a budget by the clock that may go into laying out what the search looks up
	askEvery   = 1<<9 - 1 // nodes between two looks at the budget while laying out
)

// alongCurve renumbers p so that nodes near each other in the plane have numbers near each other, which a large plan is searched much
// faster with, and returns the old number of each node.
func alongCurve(p Problem) (Problem, []int32) {
	ids := curve(p.Plane.X, p.Plane.Y)
	n := len(ids)
	q := p
	q.Plane = &routing.Plane{X: make([]float64, n), Y: make([]float64, n), Scale: p.Plane.Scale, Rounding: p.Plane.Rounding}
	q.Demand = make([]int32, n)
	for k, i := range ids {
		q.Plane.X[k], q.Plane.Y[k], q.Demand[k] = p.Plane.X[i], p.Plane.Y[i], p.Demand[i]
	}
	return q, ids
}

// curve is node 0 and then all others in their order along a Hilbert curve through the square around them, lower numbers first among
// those at one point of it.
func curve(x, y []float64) []int32 {
	low, high := [2]float64{slices.Min(x), slices.Min(y)}, [2]float64{slices.Max(x), slices.Max(y)}
	side := max(high[0]-low[0], high[1]-low[1])
	scale := 0.0
	if side > 0 {
		scale = (1<<curveBits - 1) / side
	}
	keys := make([]uint64, len(x)-1)
	for i := range keys {
		at := hilbert(uint32((x[i+1]-low[0])*scale), uint32((y[i+1]-low[1])*scale))
		keys[i] = uint64(at)<<32 | uint64(i+1)
	}
	slices.Sort(keys)
	ids := make([]int32, 1, len(x))
	for _, k := range keys {
		ids = append(ids, int32(uint32(k)))
	}
	return ids
}

// hilbert is how far along the curve of order curveBits the point (x, y) lies: from each level to the next the quarters are walked in the
// order (0,0), (0,1), (1,1), (1,0), with the axes exchanged in the first and last one (Hilbert, Mathematische Annalen 38, 1891).
func hilbert(x, y uint32) uint32 {
	far := uint32(0)
	for s := uint32(1) << (curveBits - 1); s > 0; s >>= 1 {
		right, up := x&s != 0, y&s != 0
		switch {
		case !right && !up:
			x, y = y, x
		case !right:
			far += s * s
		case up:
			far += 2 * s * s
		default:
			far += 3 * s * s
			x, y = s-1-y&(s-1), s-1-x&(s-1)
			continue
		}
		x, y = x&(s-1), y&(s-1)
	}
	return far
}

// filled is a plan that asks for no time: the nodes in their order, a new route where the next one does not fit.
func (p Problem) filled() [][]int32 {
	var tours [][]int32
	load := p.Limit + 1
	for i := int32(1); int(i) < len(p.Demand); i++ {
		q := int64(p.Demand[i])
		if load += q; load > p.Limit {
			tours, load = append(tours, nil), q
		}
		last := len(tours) - 1
		tours[last] = append(tours[last], i)
	}
	return tours
}
