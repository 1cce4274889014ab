package road

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// Isochrone is the area that is reached within a time.
type Isochrone struct {
	LimitSec int64
	Area     orb.MultiPolygon // rings closed, outer ones counterclockwise, holes clockwise
	ReachedM float64          // length of street reached, each direction counted by half
}

// ErrIsochrone marks limits that cannot be worked out.
var ErrIsochrone = errors.New("road: bad isochrone")

const (
	maxIsochrones   = 10
	maxIsochroneSec = 24 * 3600
	isoCellM        = 60.0 // of the raster that the area is drawn from, at least
	isoCells        = 600  // a side, at most
	isoReachM       = 80.0 // how far off the street still counts as reached
)

// Isochrones returns the areas that can be reached from a place within each of the limits, or, towards it, from which it is
// reached. Method: the times to the ends of all edges by one sweep through the hierarchy, the part reached of each edge
// burnt into a raster with what lies within 80 m of it, the outline by following its border.
func (g *Graph) Isochrones(ctx context.Context, from Place, limitsSec []int64) ([]Isochrone, error) {
	if len(limitsSec) == 0 || len(limitsSec) > maxIsochrones {
		return nil, fmt.Errorf("%w: %d limits; give 1 to %d", ErrIsochrone, len(limitsSec), maxIsochrones)
	}
	for _, s := range limitsSec {
		if s < 1 || s > maxIsochroneSec {
			return nil, fmt.Errorf("%w: limit %d s; give 1 to %d", ErrIsochrone, s, maxIsochroneSec)
		}
	}
	spot, err := g.spot(from)
	if err != nil {
		return nil, err
	}
	most := slices.Max(limitsSec)
	reached := g.within(&spot, weigh(int32(most*1000), math.MaxInt32))
	var out []Isochrone
	for _, limit := range limitsSec {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, g.outline(&spot, reached, limit))
	}
	return out, nil
}

// entered is a directed edge and when its start is passed.
type entered struct {
	d  int32
	ms int64
}

// within lists the directed edges whose start is passed before the limit, by number.
func (g *Graph) within(s *spot, limit weight) []entered {
	q, done := g.search()
	defer done()
	var found []entered
	var seeds [2]cch.Seed
	// Ends may lie beyond the limit where the start does not.
	q.All(g.w.metric, g.leaving(seeds[:0], s), unreached-1, func(rank int32, w weight) {
		d := g.directed(g.topology.Node[rank])
		start := int64(w>>32) - int64(g.w.ms[d])
		if d>>1 == s.edge && s.use[d&1] && w == s.rest[d&1] {
			return // the place's own edge is drawn apart
		}
		if start <= int64(limit>>32) {
			found = append(found, entered{d, max(start, 0)})
		}
	})
	slices.SortFunc(found, func(a, b entered) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.ms, b.ms)) })
	return slices.CompactFunc(found, func(a, b entered) bool { return a.d == b.d })
}

func (g *Graph) outline(s *spot, reached []entered, limitSec int64) Isochrone {
	out := Isochrone{LimitSec: limitSec}
	r := &raster{}
	var lines []orb.LineString
	add := func(d int32, begin, end float64) {
		if begin == end {
			return
		}
		line := g.stretch(nil, d, begin, end)
		lines = append(lines, line)
		out.ReachedM += math.Abs(end-begin) * float64(g.lengthCm(d>>1)) / 200
	}
	part := func(d int32, begin float64, ms int64) float64 { // where an edge's time runs out
		share := float64(ms) / math.Max(float64(g.w.ms[d]), 1)
		if d&1 == 0 {
			return math.Min(1, begin+share)
		}
		return math.Max(0, begin-share)
	}
	for dir := range int32(2) {
		if s.use[dir] {
			d := 2*s.edge + dir
			add(d, s.fraction, part(d, s.fraction, limitSec*1000))
		}
	}
	for _, x := range reached {
		if left := limitSec*1000 - x.ms; left > 0 {
			add(x.d, float64(x.d&1), part(x.d, float64(x.d&1), left))
		}
	}
	r.fit(lines)
	for _, line := range lines {
		r.burn(line)
	}
	out.Area = r.outline()
	return out
}
