package road

import (
	"math"

	"github.com/paulmach/orb"
)

// raster is a grid of cells, burnt or not, over a bounding box.
type raster struct {
	low           orb.Point
	stepX, stepY  float64 // degrees
	columns, rows int
	burnt         []bool
	near          int // cells around a line that burn with it
}

// fit lays the raster over lines with a margin.
func (r *raster) fit(lines []orb.LineString) {
	if len(lines) == 0 {
		return
	}
	b := lines[0].Bound()
	for _, l := range lines {
		b = b.Union(l.Bound())
	}
	cos := math.Max(math.Cos(b.Center().Lat()*math.Pi/180), 0.01)
	width, height := (b.Max[0]-b.Min[0])*cos*metresPerDegree, (b.Max[1]-b.Min[1])*metresPerDegree
	cell := math.Max(isoCellM, math.Max(width, height)/isoCells)
	r.near = int(math.Ceil(isoReachM/cell)) - 1
	r.near = max(r.near, 0)
	margin := r.near + 2
	r.stepX, r.stepY = cell/metresPerDegree/cos, cell/metresPerDegree
	r.low = orb.Point{b.Min[0] - float64(margin)*r.stepX, b.Min[1] - float64(margin)*r.stepY}
	r.columns = int(math.Ceil((b.Max[0]-r.low[0])/r.stepX)) + margin + 1
	r.rows = int(math.Ceil((b.Max[1]-r.low[1])/r.stepY)) + margin + 1
	r.burnt = make([]bool, r.columns*r.rows)
}

// burn marks the cells along a line and around it.
func (r *raster) burn(line orb.LineString) {
	for k := 1; k < len(line); k++ {
		a, b := line[k-1], line[k]
		x0, y0 := (a[0]-r.low[0])/r.stepX, (a[1]-r.low[1])/r.stepY
		x1, y1 := (b[0]-r.low[0])/r.stepX, (b[1]-r.low[1])/r.stepY
		steps := int(math.Ceil(2*math.Max(math.Abs(x1-x0), math.Abs(y1-y0)))) + 1
		for i := range steps + 1 {
			t := float64(i) / float64(steps)
			r.mark(int(x0+t*(x1-x0)), int(y0+t*(y1-y0)))
		}
	}
}

func (r *raster) mark(x, y int) {
	for dy := -r.near; dy <= r.near; dy++ {
		for dx := -r.near; dx <= r.near; dx++ {
			if cx, cy := x+dx, y+dy; cx >= 0 && cy >= 0 && cx < r.columns && cy < r.rows {
				r.burnt[cy*r.columns+cx] = true
			}
		}
	}
}

func (r *raster) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < r.columns && y < r.rows && r.burnt[y*r.columns+x]
}

// outline follows the borders of the burnt cells, burnt on the left, and sorts holes to their outer rings.
func (r *raster) outline() orb.MultiPolygon {
	// A border goes from corner to corner; next holds where it leads, up to two at a corner where cells touch by their tips.
	type corner struct{ x, y int }
	next := map[corner][]corner{}
	var order []corner
	add := func(a, b corner) {
		if len(next[a]) == 0 {
			order = append(order, a)
		}
		next[a] = append(next[a], b)
	}
	for y := range r.rows {
		for x := range r.columns {
			if !r.at(x, y) {
				continue
			}
			if !r.at(x, y-1) {
				add(corner{x, y}, corner{x + 1, y})
			}
			if !r.at(x+1, y) {
				add(corner{x + 1, y}, corner{x + 1, y + 1})
			}
			if !r.at(x, y+1) {
				add(corner{x + 1, y + 1}, corner{x, y + 1})
			}
			if !r.at(x-1, y) {
				add(corner{x, y + 1}, corner{x, y})
			}
		}
	}
	var outer, holes []orb.Ring
	for _, start := range order {
		for len(next[start]) > 0 {
			ring := orb.Ring{}
			at, came := start, corner{}
			for {
				ways := next[at]
				pick := 0
				if len(ways) == 2 && len(ring) > 0 {
					// Keep to the left, so that cells that touch by a tip stay apart.
					dx, dy := at.x-came.x, at.y-came.y
					for i, w := range ways {
						if w.x-at.x == -dy && w.y-at.y == dx {
							pick = i
						}
					}
				}
				to := ways[pick]
				next[at] = append(append([]corner(nil), ways[:pick]...), ways[pick+1:]...)
				ring = append(ring, orb.Point{r.low[0] + float64(at.x)*r.stepX, r.low[1] + float64(at.y)*r.stepY})
				came, at = at, to
				if at == start {
					break
				}
			}
			ring = straighten(ring)
			if ring.Orientation() == orb.CCW {
				outer = append(outer, ring)
			} else {
				holes = append(holes, ring)
			}
		}
	}
	return assemble(outer, holes)
}

// straighten drops corners on straight borders and closes the ring.
func straighten(ring orb.Ring) orb.Ring {
	n := len(ring)
	var out orb.Ring
	for k := range n {
		a, b, c := ring[(k+n-1)%n], ring[k], ring[(k+1)%n]
		const tiny = 1e-12
		if math.Abs((b[0]-a[0])*(c[1]-b[1])-(b[1]-a[1])*(c[0]-b[0])) > tiny {
			out = append(out, b)
		}
	}
	return append(out, out[0])
}

// assemble gives each hole to the smallest outer ring around it.
func assemble(outer, holes []orb.Ring) orb.MultiPolygon {
	all := make(orb.MultiPolygon, len(outer))
	for i, o := range outer {
		all[i] = orb.Polygon{o}
	}
	for _, h := range holes {
		best, size := -1, math.Inf(1)
		for i, o := range outer {
			b := o.Bound()
			if s := (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]); s < size && b.Contains(h.Bound().Min) && b.Contains(h.Bound().Max) && inRing(o, middle(h)) {
				best, size = i, s
			}
		}
		if best >= 0 {
			all[best] = append(all[best], h)
		}
	}
	return all
}

// middle is a point just inside the burnt side of a hole's first border.
func middle(h orb.Ring) orb.Point { return orb.Point{(h[0][0] + h[1][0]) / 2, (h[0][1] + h[1][1]) / 2} }

// inRing says whether a point lies in a ring, by the crossings of a ray.
func inRing(r orb.Ring, p orb.Point) bool {
	in := false
	for k := 1; k < len(r); k++ {
		a, b := r[k-1], r[k]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}
