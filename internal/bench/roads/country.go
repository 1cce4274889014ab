package roads

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
	"quartermaster/routing/road"
)

// A synthetic country is a bent lattice of regions, 32 lines a side, each with a town in its middle of 8 to 30 lines, so that
// some towns grow together. Streets follow all lines within a town, and outside every 16th, which is a tertiary road, every
// 32nd a secondary, every 128th a dual motorway of one-way carriageways. A third of the local streets is missing, one in
// twelve is one-way, one turn in fifty is forbidden. Between two lines a street has three or four bends. The share of
// junctions among the points is that of a city rather than of open country (1 in 7; Baltimore's extract has 1 in 4,
// Liechtenstein's 1 in 7).
const (
	region     = 32
	bends      = 3.6
	stepDeg    = 0.0014 // about 150 m
	missing    = 0.34
	oneWay     = 1.0 / 12
	forbidden  = 1.0 / 50
	countryLat = 46.0

	// pointsPerRegion is what a region comes to on average; the country has as many regions as its points ask for.
	pointsPerRegion = 2540
)

// country draws a country of about points street points.
type country struct {
	b       *road.Builder
	r       *rand.Rand
	regions int   // a side
	side    int   // lattice lines
	town    []int // half the lines of each region's town
	node    int64
	way     int64
}

// buildCountry makes the graph of a country of about points street points.
func buildCountry(ctx context.Context, points int, p road.Profile, seed uint64, o road.Options) (*road.Graph, road.Report, error) {
	b, err := road.NewBuilder(p)
	if err != nil {
		return nil, road.Report{}, err
	}
	regions := max(1, int(math.Round(math.Sqrt(float64(points)/pointsPerRegion))))
	c := &country{b: b, r: rng.New(seed, "country"), side: region*regions + 1, regions: regions}
	c.draw()
	return b.Build(ctx, o)
}

func (c *country) junction(x, y int) int64 { return int64(y*c.side+x) + 1 }

func (c *country) draw() {
	c.node = int64(c.side*c.side) + 1
	for range c.regions * c.regions {
		c.town = append(c.town, 4+c.r.IntN(12))
	}
	used := make([]bool, c.side*c.side)
	type stretch struct{ x0, y0, x1, y1, line int }
	var all []stretch
	for y := range c.side {
		for x := range c.side {
			if x+1 < c.side && c.runs(x, y, x+1, y, y) {
				all = append(all, stretch{x, y, x + 1, y, y})
				used[y*c.side+x], used[y*c.side+x+1] = true, true
			}
			if y+1 < c.side && c.runs(x, y, x, y+1, x) {
				all = append(all, stretch{x, y, x, y + 1, x})
				used[y*c.side+x], used[(y+1)*c.side+x] = true, true
			}
		}
	}
	for k, is := range used {
		if is {
			lon, lat := c.at(float64(k%c.side)+0.3*(c.r.Float64()-0.5), float64(k/c.side)+0.3*(c.r.Float64()-0.5))
			c.b.Node(int64(k)+1, lon, lat)
		}
	}
	for _, s := range all {
		c.street(s.x0, s.y0, s.x1, s.y1, s.line)
	}
}

// runs says whether a street follows the lattice line between two neighbours: in towns mostly, outside on main lines only.
func (c *country) runs(x0, y0, x1, y1, line int) bool {
	if line%16 == 8 {
		return true
	}
	return c.inTown(x0, y0) && c.inTown(x1, y1) && c.r.Float64() >= missing
}

func (c *country) inTown(x, y int) bool {
	rx, ry := min(x/region, c.regions-1), min(y/region, c.regions-1)
	half := c.town[ry*c.regions+rx]
	dx, dy := x-rx*region-region/2, y-ry*region-region/2
	return max(dx, -dx) <= half && max(dy, -dy) <= half
}

func (c *country) at(x, y float64) (lon, lat float64) {
	return 8 + stepDeg*x, countryLat + stepDeg*y*0.7
}

// street draws the stretch of lattice line number line between two neighbours.
func (c *country) street(x0, y0, x1, y1, line int) {
	class := "residential"
	switch {
	case line%128 == 72:
		class = "motorway"
	case line%32 == 24:
		class = "secondary"
	case line%16 == 8:
		class = "tertiary"
	}
	forward := c.refs(x0, y0, x1, y1)
	switch {
	case class == "motorway":
		c.add(forward, road.Tag{Key: "highway", Value: class}, road.Tag{Key: "oneway", Value: "yes"})
		c.add(c.refs(x1, y1, x0, y0), road.Tag{Key: "highway", Value: class}, road.Tag{Key: "oneway", Value: "yes"})
	case class == "residential" && c.r.Float64() < oneWay:
		c.add(forward, road.Tag{Key: "highway", Value: class}, road.Tag{Key: "oneway", Value: "yes"})
	default:
		c.add(forward, road.Tag{Key: "highway", Value: class}, road.Tag{Key: "name", Value: fmt.Sprintf("%s %d", class, line)})
		if c.way > 1 && c.r.Float64() < forbidden {
			c.b.Restriction("no_left_turn", c.way-1, c.junction(x0, y0), c.way)
		}
	}
}

func (c *country) add(refs []int64, tags ...road.Tag) {
	c.way++
	c.b.Way(c.way, refs, tags...)
}

// refs are the points of a stretch, with some bends between its ends.
func (c *country) refs(x0, y0, x1, y1 int) []int64 {
	refs := []int64{c.junction(x0, y0)}
	n := int(math.Floor(bends))
	if c.r.Float64() < bends-math.Floor(bends) {
		n++
	}
	for k := range n {
		t := (float64(k) + 1) / float64(n+1)
		lon, lat := c.at(float64(x0)+t*float64(x1-x0)+0.06*(c.r.Float64()-0.5), float64(y0)+t*float64(y1-y0)+0.06*(c.r.Float64()-0.5))
		c.b.Node(c.node, lon, lat)
		refs = append(refs, c.node)
		c.node++
	}
	return append(refs, c.junction(x1, y1))
}
