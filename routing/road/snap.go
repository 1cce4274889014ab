package road

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// MaxSnapM is how far from a street a point may lie and still be served from it.
const MaxSnapM = 1000

// cellM is the width of a grid cell, about two blocks: few streets to look at, few cells to fill.
const cellM = 250

// grid lists, for each cell of a lattice over the graph, the street pieces that may pass through it.
type grid struct {
	low          orb.Point
	lonStep      float64 // degrees
	latStep      float64
	columns      int
	rows         int
	first        []int32 // len cells+1
	edge, corner []int32 // edge, and the shape point where the piece begins
}

func newGrid(g *streets) grid {
	middle := g.bound.Center().Lat()
	c := grid{low: g.bound.Min, latStep: cellM / metresPerDegree}
	c.lonStep = c.latStep / max(math.Cos(middle*math.Pi/180), 0.01)
	const most = 4000 // cells a side; beyond it they grow
	c.lonStep = max(c.lonStep, (g.bound.Max.Lon()-c.low.Lon())/most)
	c.latStep = max(c.latStep, (g.bound.Max.Lat()-c.low.Lat())/most)
	c.columns, c.rows = c.column(g.bound.Max.Lon())+1, c.row(g.bound.Max.Lat())+1
	c.first = make([]int32, c.columns*c.rows+1)
	c.each(g, func(cell, _, _ int32) { c.first[cell+1]++ })
	for k := range c.columns * c.rows {
		c.first[k+1] += c.first[k]
	}
	fill := append([]int32(nil), c.first...)
	total := c.first[len(c.first)-1]
	c.edge, c.corner = make([]int32, total), make([]int32, total)
	c.each(g, func(cell, edge, corner int32) {
		c.edge[fill[cell]], c.corner[fill[cell]] = edge, corner
		fill[cell]++
	})
	return c
}

const metresPerDegree = earthRadiusM * math.Pi / 180

func (c *grid) column(lon float64) int { return int((lon - c.low.Lon()) / c.lonStep) }
func (c *grid) row(lat float64) int    { return int((lat - c.low.Lat()) / c.latStep) }

// each names every cell that the box around each piece touches.
func (c *grid) each(g *streets, visit func(cell, edge, corner int32)) {
	for e := range int32(len(g.from)) {
		if g.open[e] == 0 {
			continue
		}
		for k := g.shapeFirst[e]; k < g.shapeFirst[e+1]-1; k++ {
			a, b := g.shape[k], g.shape[k+1]
			x0, x1 := c.column(min(a[0], b[0])), c.column(max(a[0], b[0]))
			y0, y1 := c.row(min(a[1], b[1])), c.row(max(a[1], b[1]))
			for y := y0; y <= y1; y++ {
				for x := x0; x <= x1; x++ {
					visit(int32(y*c.columns+x), e, k)
				}
			}
		}
	}
}

// Snap returns the place on a street nearest to p, and whether it is near enough to be served, within MaxSnapM. The place
// is filled in either way, with its distance in SnapM; for a point that is not on the globe SnapM is infinite.
func (g *Graph) Snap(p orb.Point) (Place, bool) {
	if !(math.Abs(p.Lon()) <= 180) || !(math.Abs(p.Lat()) <= 90) {
		return Place{SnapM: math.Inf(1)}, false
	}
	s := snapping{g: g, p: p, lonScale: metresPerDegree * math.Cos(p.Lat()*math.Pi/180), best: math.Inf(1)}
	s.search()
	if s.best > MaxSnapM*MaxSnapM { // the rare far point: look at everything, so that the distance told is right
		for e := range int32(g.Edges()) {
			for k := g.shapeFirst[e]; g.open[e] != 0 && k < g.shapeFirst[e+1]-1; k++ {
				s.look(e, k)
			}
		}
	}
	cm := float64(g.shapeCm[s.corner]) + s.t*float64(g.shapeCm[s.corner+1]-g.shapeCm[s.corner])
	place := g.place(s.edge, fraction(cm, float64(g.lengthCm(s.edge))))
	place.SnapM, place.Side = math.Sqrt(s.best), s.side()
	return place, place.SnapM <= MaxSnapM
}

// SnapProblem says in one sentence why no street serves p, or returns "" when one does.
func (g *Graph) SnapProblem(p orb.Point) string {
	place, ok := g.Snap(p)
	if ok {
		return ""
	}
	if math.IsInf(place.SnapM, 1) {
		return fmt.Sprintf("(%v, %v) is not a longitude in -180…180 and a latitude in -90…90", p.Lon(), p.Lat())
	}
	return fmt.Sprintf("the nearest street is %.0f m away, more than the %d m that are served", place.SnapM, MaxSnapM)
}

// snapping is one search for the nearest piece, on a plane that touches the globe at p.
type snapping struct {
	g            *Graph
	p            orb.Point
	lonScale     float64 // metres per degree of longitude here
	best         float64 // square metres
	edge, corner int32
	t            float64
}

// search looks at rings of cells around p until the next ring lies farther off than the best piece or MaxSnapM.
func (s *snapping) search() {
	c := &s.g.grid
	x, y := int(math.Floor((s.p.Lon()-c.low.Lon())/c.lonStep)), int(math.Floor((s.p.Lat()-c.low.Lat())/c.latStep))
	width := min(c.lonStep*s.lonScale, c.latStep*metresPerDegree)
	for ring := 0; ; ring++ {
		gap := max(0, float64(ring-1)) * width // p may stand at the very rim of its own cell
		if gap > MaxSnapM || gap*gap > s.best || width <= 0 {
			return
		}
		for dy := -ring; dy <= ring; dy++ {
			step := 2 * ring
			if dy == -ring || dy == ring || ring == 0 {
				step = 1
			}
			for dx := -ring; dx <= ring; dx += step {
				s.lookAt(x+dx, y+dy)
			}
		}
	}
}

func (s *snapping) lookAt(x, y int) {
	c := &s.g.grid
	if x < 0 || y < 0 || x >= c.columns || y >= c.rows {
		return
	}
	cell := y*c.columns + x
	for k := c.first[cell]; k < c.first[cell+1]; k++ {
		s.look(c.edge[k], c.corner[k])
	}
}

// look compares the piece that begins at a shape point of edge.
func (s *snapping) look(edge, corner int32) {
	a, b := s.g.shape[corner], s.g.shape[corner+1]
	ax, ay := (a[0]-s.p[0])*s.lonScale, (a[1]-s.p[1])*metresPerDegree
	bx, by := (b[0]-s.p[0])*s.lonScale, (b[1]-s.p[1])*metresPerDegree
	dx, dy := bx-ax, by-ay
	t := 0.0
	if sq := dx*dx + dy*dy; sq > 0 {
		t = min(max(-(ax*dx+ay*dy)/sq, 0), 1)
	}
	px, py := ax+t*dx, ay+t*dy
	d := px*px + py*py
	// Equally near pieces: the first edge wins, whatever the order of looking.
	if d < s.best || d == s.best && (edge < s.edge || edge == s.edge && corner < s.corner) {
		s.best, s.edge, s.corner, s.t = d, edge, corner, t
	}
}

// onStreetM is how near to a street's middle a point is on it rather than beside it.
const onStreetM = 0.5

// side returns on which side of the piece found the point lies, as the edge runs.
func (s *snapping) side() int8 {
	if s.best < onStreetM*onStreetM {
		return 0
	}
	a, b := s.g.shape[s.corner], s.g.shape[s.corner+1]
	cross := (b[0]-a[0])*(s.p[1]-a[1]) - (b[1]-a[1])*(s.p[0]-a[0])
	switch {
	case cross < 0:
		return 1
	case cross > 0:
		return -1
	}
	return 0
}
