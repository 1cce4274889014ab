package vrp

import (
	"math"

	"quartermaster/routing"
)

// plain is a capacitated problem in its barest form: one depot (node 0), symmetric travel, one kind of vehicle, one kind
// of capacity. Most of the public instances and many daily problems are of this form, and it is worth its own search.
type plain struct {
	n       int // nodes, the depot among them
	x, y    []float64
	plane   routing.Plane
	whole   bool    // plane rounds to the nearest whole number and does not scale
	cells   []int32 // n*n, or nil where travel is computed from x and y
	demand  []int32
	limit   int64 // capacity of a vehicle
	opening int64 // cost of one more vehicle

	rows []int32 // near[rows[i]:rows[i+1]] belongs to node i
	near []leg   // nearest nodes but the depot, the nearest first
	home []int32 // travel to the depot
}

// leg is a way to a near node.
type leg struct{ to, far int32 }

// around is the near nodes of i.
func (p *plain) around(i int32) []leg { return p.near[p.rows[i]:p.rows[i+1]] }

// dist is the cost of going from i to j.
func (p *plain) dist(i, j int32) int32 {
	if p.cells != nil {
		return p.cells[int(i)*p.n+int(j)]
	}
	return p.measure(i, j)
}

// measure computes what dist is without cells.
func (p *plain) measure(i, j int32) int32 {
	if p.whole {
		dx, dy := p.x[i]-p.x[j], p.y[i]-p.y[j]
		return int32(math.Sqrt(dx*dx+dy*dy) + 0.5)
	}
	return p.plane.Between(i, j)
}
