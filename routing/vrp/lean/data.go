package lean

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"

	"quartermaster/routing"
	"quartermaster/routing/vrp/kdtree"
)

// problem is a Problem laid out for the search.
type problem struct {
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
func (p *problem) around(i int32) []leg { return p.near[p.rows[i]:p.rows[i+1]] }

// dist is the cost of going from i to j.
func (p *problem) dist(i, j int32) int32 {
	if p.cells != nil {
		return p.cells[int(i)*p.n+int(j)]
	}
	return p.measure(i, j)
}

// measure computes what dist is without cells.
func (p *problem) measure(i, j int32) int32 {
	if p.whole {
		dx, dy := p.x[i]-p.x[j], p.y[i]-p.y[j]
		return int32(math.Sqrt(dx*dx+dy*dy) + 0.5)
	}
	return p.plane.Between(i, j)
}

// newProblem lays out what the search looks up: the dense matrix where it pays, the nearest nodes and the ways home. nil where it is late
// before that is done.
func newProblem(in Problem, workers int, late func() bool) *problem {
	p := &problem{n: len(in.Demand), cells: in.Cells, demand: in.Demand, limit: in.Limit, opening: in.OpeningM}
	if pl := in.Plane; pl != nil && p.cells == nil {
		p.x, p.y, p.plane = pl.X, pl.Y, *pl
		p.whole = pl.Scale == 1 && pl.Rounding == routing.RoundNearest
	}
	if p.cells == nil && p.n <= denseNodes {
		p.fillCells()
	}
	p.home = make([]int32, p.n)
	for i := range p.home {
		p.home[i] = p.dist(int32(i), 0)
	}
	reach := min(p.n-2, 100)
	switch {
	case p.n > 200_000:
		reach = min(reach, 16)
	case p.n > 20_000:
		reach = min(reach, 40)
	}
	reach = max(reach, 0)
	p.near = make([]leg, p.n*reach)
	p.rows = make([]int32, p.n+1)
	for i := range p.n {
		p.rows[i+1] = int32((i + 1) * reach)
	}
	if p.x != nil {
		if !p.nearByTree(reach, max(workers, 1), late) {
			return nil
		}
	} else {
		p.nearByCells(reach)
	}
	for i := 1; i < p.n; i++ {
		row := p.around(int32(i))
		for k := range row {
			row[k].far = p.dist(int32(i), row[k].to)
		}
	}
	return p
}

// densePlain is the most nodes for which a square matrix is laid out: 1.4 MB, about what a processor's cache holds.
const denseNodes = regionalNodes

func (p *problem) fillCells() {
	cells := make([]int32, p.n*p.n)
	for i := range p.n {
		for j := range i {
			d := p.measure(int32(i), int32(j))
			cells[i*p.n+j], cells[j*p.n+i] = d, d
		}
	}
	p.cells = cells
}

// nearByTree finds the nearest nodes in the plane, a part of the nodes each worker; false where large problems are late.
func (p *problem) nearByTree(reach, workers int, late func() bool) bool {
	ids := make([]int32, 0, p.n-1)
	for i := 1; i < p.n; i++ {
		ids = append(ids, int32(i))
	}
	tree := kdtree.New(p.x, p.y, ids)
	var stopped atomic.Bool
	part := (p.n - 1 + workers - 1) / workers
	inTurn(workers, workers, func(_, k int) {
		found := make([]kdtree.Point, 0, reach+1)
		for i := 1 + k*part; i < min(p.n, 1+(k+1)*part); i++ {
			if i&askEvery == 0 && p.n > regionalNodes && (stopped.Load() || late()) {
				stopped.Store(true)
				return
			}
			found = tree.Nearest(p.x[i], p.y[i], int32(i), reach, found)
			for to, f := range found {
				p.near[i*reach+to].to = f.ID
			}
		}
	})
	return !stopped.Load()
}

func (p *problem) nearByCells(reach int) {
	ids := make([]int32, 0, p.n)
	for i := 1; i < p.n; i++ {
		row := p.cells[i*p.n : (i+1)*p.n]
		ids = ids[:0]
		for j := 1; j < p.n; j++ {
			if j != i {
				ids = append(ids, int32(j))
			}
		}
		slices.SortFunc(ids, func(a, b int32) int { return cmp.Or(cmp.Compare(row[a], row[b]), cmp.Compare(a, b)) })
		for k, id := range ids[:reach] {
			p.near[i*reach+k].to = id
		}
	}
}
