package lean

import (
	"cmp"
	"math"
	"slices"
)

// granular is how many of the nearest stops the moves of a descent bring together (Toth, Vigo, INFORMS Journal on Computing 15(4),
// 2003).
const granular = 12

// ground is what all descents on a problem read: travel with a vehicle's price on the ways to the depot, near stops and directions.
type ground struct {
	p      *problem
	n      int
	routes int     // more than any plan worth having uses
	cells  []int32 // n*n
	rows   []int32 // near[rows[i]:rows[i+1]] are the stops near i, or those that i is near to
	near   []int32
	angle  []uint16  // direction from the depot, 1<<16 is a whole turn
	x, y   []float64 // for the order of routes around the depot
}

// newGround needs p.cells. Plans in hand have up to so many routes.
func newGround(p *problem, routes int) *ground {
	g := &ground{p: p, n: p.n, cells: p.cells, x: p.x, y: p.y}
	if p.opening > 0 {
		g.cells = slices.Clone(p.cells)
		half := int32((p.opening + 1) / 2)
		for i := 1; i < g.n; i++ {
			g.cells[i] += half
			g.cells[i*g.n] += half
		}
	}
	var load int64
	for _, q := range p.demand {
		load += int64(q)
	}
	// Where detours are dearer than direct ways, no two routes worth having fit into one. A spare one stays empty.
	g.routes = min(p.n, max(routes, int(2*load/max(p.limit, 1)))+3)
	if g.x == nil {
		g.x, g.y = p.embedded()
	}
	g.angle = make([]uint16, g.n)
	for i := range g.angle {
		g.angle[i] = uint16(int(math.Atan2(g.y[i]-g.y[0], g.x[i]-g.x[0])/(2*math.Pi)*(1<<16)) & 0xffff)
	}
	g.addNear()
	return g
}

func (g *ground) addNear() {
	lists := make([][]int32, g.n)
	for i := int32(1); int(i) < g.n; i++ {
		near := g.p.around(i)
		for _, v := range near[:min(len(near), granular)] {
			lists[i] = append(lists[i], v.to)
			lists[v.to] = append(lists[v.to], i)
		}
	}
	g.rows = make([]int32, g.n+1)
	for i := range g.n {
		list := lists[i]
		slices.SortFunc(list, func(a, b int32) int {
			return cmp.Or(cmp.Compare(g.dist(int32(i), a), g.dist(int32(i), b)), cmp.Compare(a, b))
		})
		g.near = append(g.near, slices.Compact(list)...)
		g.rows[i+1] = int32(len(g.near))
	}
}

func (g *ground) around(i int32) []int32 { return g.near[g.rows[i]:g.rows[i+1]] }
func (g *ground) dist(i, j int32) int32  { return g.cells[int(i)*g.n+int(j)] }

// embedded gives the nodes places in the plane whose distances are about those of the cells: along the line from the depot to the
// node furthest from it, and across it towards the node that is furthest from that line (FastMap; Faloutsos, Lin, SIGMOD 1995).
func (p *problem) embedded() (x, y []float64) {
	between := func(i, j int) float64 { return float64(p.cells[i*p.n+j]) }
	x, y = make([]float64, p.n), make([]float64, p.n)
	axis := func(rest func(i, j int) float64, out []float64) {
		far := 0
		for i := range p.n {
			if rest(0, i) > rest(0, far) {
				far = i
			}
		}
		square := rest(0, far)
		for i := range p.n {
			if square > 0 {
				out[i] = (rest(0, i) + square - rest(far, i)) / (2 * math.Sqrt(square))
			}
		}
	}
	axis(func(i, j int) float64 { return between(i, j) * between(i, j) }, x)
	axis(func(i, j int) float64 {
		return max(0, between(i, j)*between(i, j)-(x[i]-x[j])*(x[i]-x[j]))
	}, y)
	return x, y
}
