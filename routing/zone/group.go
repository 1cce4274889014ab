package zone

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Zone is one delivery zone: a group of cells that lie together.
type Zone struct {
	Cells  []string  // sorted by name
	Points int       // how many points fall into it
	Centre orb.Point // mean of its points
}

// Grouping is points divided into zones.
type Grouping struct {
	Zones []Zone // in the order of their first cell name
	Of    []int  // zone of each point, in the order of points
}

// Group divides points into at most most zones. Each H3 cell of resolution res that holds a point starts as a zone; then
// the zone with the fewest points, the one nearest to another among equals, joins the zone whose mean lies nearest, until
// most are left, so that zones have like numbers of points and lie together. The grouping depends on where the points are and not on their order, apart from Of
// following it. It takes about
// O(cells²) time.
func Group(points []orb.Point, res, most int) (Grouping, error) {
	if most < 1 {
		return Grouping{}, fmt.Errorf("%w: %d zones; give at least 1", ErrInput, most)
	}
	names, err := Cells(points, res)
	if err != nil {
		return Grouping{}, err
	}
	zones, first := zonePerCell(points, names)
	home := make([]int, len(zones)) // zone that each cell is in by now
	for i := range home {
		home[i] = i
	}
	near := make([]neighbour, len(zones))
	for i := range near {
		near[i] = nearest(zones, i)
	}
	for left := len(zones); left > most; left-- {
		small := smallest(zones, near)
		into := near[small].zone
		merge(zones, into, small)
		for i := range home {
			if home[i] == small {
				home[i] = into
			}
		}
		for i := range near {
			if zones[i].Points > 0 && (i == into || near[i].zone == small || near[i].zone == into) {
				near[i] = nearest(zones, i)
			}
		}
	}
	return compact(zones, home, first, names), nil
}

// zonePerCell returns one zone per distinct cell, sorted by name, and the index of each name.
func zonePerCell(points []orb.Point, names []string) ([]Zone, map[string]int) {
	distinct := slices.Clone(names)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	index := make(map[string]int, len(distinct))
	zones := make([]Zone, len(distinct))
	for i, name := range distinct {
		index[name] = i
		zones[i].Cells = []string{name}
	}
	lon0 := make([]float64, len(distinct)) // first longitude met in each cell
	// Sums are taken in order of position, so that the order of points cannot reach the rounding of a mean.
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return comparePoints(points[a], points[b]) })
	for _, i := range order {
		z := &zones[index[names[i]]]
		if z.Points == 0 {
			lon0[index[names[i]]] = points[i].Lon()
		}
		z.Points++
		z.Centre[0] += points[i].Lon() - turn(points[i].Lon(), lon0[index[names[i]]])
		z.Centre[1] += points[i].Lat()
	}
	for i := range zones {
		zones[i].Centre[0] /= float64(zones[i].Points)
		zones[i].Centre[0] -= turn(zones[i].Centre[0], 0)
		zones[i].Centre[1] /= float64(zones[i].Points)
	}
	return zones, index
}

func comparePoints(a, b orb.Point) int {
	for k := range a {
		if a[k] != b[k] {
			if a[k] < b[k] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// neighbour is the zone nearest to another, and the square of their distance in degrees of latitude.
type neighbour struct {
	zone int
	sq   float64
}

// smallest returns the zone with the fewest points; among equals the one nearest to another, then the first. Emptied
// zones have no points and do not count.
func smallest(zones []Zone, near []neighbour) int {
	best := -1
	for i := range zones {
		if zones[i].Points == 0 {
			continue
		}
		if best < 0 || zones[i].Points < zones[best].Points || zones[i].Points == zones[best].Points && near[i].sq < near[best].sq {
			best = i
		}
	}
	return best
}

// nearest returns the zone whose centre is nearest to that of zone from, on a plane scaled at its latitude.
func nearest(zones []Zone, from int) neighbour {
	best := neighbour{-1, math.Inf(1)}
	scale := math.Cos(zones[from].Centre.Lat() * math.Pi / 180)
	for i := range zones {
		if i == from || zones[i].Points == 0 {
			continue
		}
		dx := math.Abs(zones[i].Centre.Lon() - zones[from].Centre.Lon())
		dx = min(dx, 360-dx) * scale
		dy := zones[i].Centre.Lat() - zones[from].Centre.Lat()
		if sq := dx*dx + dy*dy; sq < best.sq {
			best = neighbour{i, sq}
		}
	}
	return best
}

// merge moves all of zone gone into zone stay.
func merge(zones []Zone, stay, gone int) {
	s, g := &zones[stay], &zones[gone]
	a, b := float64(s.Points), float64(g.Points)
	s.Centre[1] = (a*s.Centre[1] + b*g.Centre[1]) / (a + b)
	lon := (a*s.Centre[0] + b*(g.Centre[0]-turn(g.Centre[0], s.Centre[0]))) / (a + b)
	s.Centre[0] = lon - turn(lon, 0)
	s.Points += g.Points
	s.Cells = append(s.Cells, g.Cells...)
	*g = Zone{}
}

// turn returns the whole turns of the globe, in degrees, by which lon lies off base. Across the date line two near
// longitudes differ by one, which must not pull their mean to the other side of the world.
func turn(lon, base float64) float64 { return 360 * math.Round((lon-base)/360) }

// compact numbers the zones that are left by their first cell name and sends every point to its zone.
func compact(zones []Zone, home []int, first map[string]int, names []string) Grouping {
	var out Grouping
	number := make([]int, len(zones))
	var left []int
	for i := range zones {
		if zones[i].Points > 0 {
			slices.Sort(zones[i].Cells)
			left = append(left, i)
		}
	}
	slices.SortFunc(left, func(a, b int) int { return strings.Compare(zones[a].Cells[0], zones[b].Cells[0]) })
	for k, i := range left {
		number[i] = k
		out.Zones = append(out.Zones, zones[i])
	}
	out.Of = make([]int, len(names))
	for i, name := range names {
		out.Of[i] = number[home[first[name]]]
	}
	return out
}
