// Package tile solves the drawing of a street network into map tiles.
//
// Takes street lines with their kind and gives Mapbox Vector Tiles (specification 2.1) for any place and zoom. Method: lines
// are projected once to the Web Mercator plane, found by a lattice of cells, left out by zoom and kind, clipped, and thinned
// (Douglas and Peucker, Cartographica 10, 1973, 112–122); O(points in and around the tile). Never: it changes the lines it
// is given, and draws nothing but streets.
package tile

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/simplify"
)

// Line is one street between two junctions.
type Line struct {
	Look
	MinZoom int            // smallest zoom at which it is drawn
	Points  orb.LineString // longitude and latitude, degrees
}

// Look is what a tile says of a street, as properties of its feature.
type Look struct {
	Kind      string // property kind, such as primary
	SpeedKmh  int    // property speed_kmh, 0 = not told; to the nearest 5, so that features are few
	Condition string // property condition: what holds there, such as closure; "" = nothing, and no property
}

// Layer is the name of the one layer of a tile; each of its features is all streets of one look.
const Layer = "roads"

// MaxZoom is the largest zoom drawn; maps enlarge its tiles from there on.
const MaxZoom = 14

const (
	extent = mvt.DefaultExtent
	// margin is how far beyond its rim a tile is drawn, so that a wide line has no seam; tile units.
	margin = 64
	// cellZoom is the zoom whose tiles are the cells of the lattice.
	cellZoom = 11
	cells    = 1 << cellZoom
	// thinning is how far a drawn line may stray from the street, tile units; a screen shows 8 to 16 of them as one pixel.
	thinning = 3
)

// Map is a street network ready to be drawn. It is never changed after New and may be used by any number of goroutines.
type Map struct {
	*ground
	looks []Look
	look  []int32 // of each line of the ground
}

// ground is the part of a map that no look changes.
type ground struct {
	lines []line
	at    map[[2]int32][]int32 // cell → lines that may pass through it, rising
}

// line is a Line on the Mercator plane, where the world is the unit square.
type line struct {
	source  int32 // index of the Line
	minZoom int
	points  orb.LineString
	bound   orb.Bound
}

// New prepares lines for drawing. Lines of fewer than two points, or with points that Web Mercator does not know (beyond
// 85.06° north or south), are left out.
func New(lines []Line) *Map {
	g := &ground{at: map[[2]int32][]int32{}}
	for i, l := range lines {
		if points, ok := mercator(l.Points); ok {
			g.add(line{int32(i), l.MinZoom, points, points.Bound()})
		}
	}
	return (&Map{ground: g}).Redrawn(func(i int) Look { return lines[i].Look })
}

// Redrawn is the map with other looks, given by the index of each Line; it shares all else.
func (m *Map) Redrawn(look func(i int) Look) *Map {
	out := &Map{ground: m.ground, look: make([]int32, len(m.lines))}
	known := map[Look]int32{}
	for k := range m.lines {
		l := look(int(m.lines[k].source))
		if l.SpeedKmh > 0 {
			l.SpeedKmh = max(5, (l.SpeedKmh+2)/5*5)
		}
		number, ok := known[l]
		if !ok {
			number = int32(len(out.looks))
			known[l] = number
			out.looks = append(out.looks, l)
		}
		out.look[k] = number
	}
	return out
}

// mercator projects to the unit square, north at 0.
func mercator(from orb.LineString) (orb.LineString, bool) {
	if len(from) < 2 {
		return nil, false
	}
	out := make(orb.LineString, len(from))
	for i, p := range from {
		sin := math.Sin(p.Lat() * math.Pi / 180)
		out[i] = orb.Point{p.Lon()/360 + 0.5, 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)}
		if !(out[i][0] >= 0 && out[i][0] <= 1 && out[i][1] >= 0 && out[i][1] <= 1) {
			return nil, false
		}
	}
	return out, true
}

func (m *ground) add(l line) {
	number := int32(len(m.lines))
	m.lines = append(m.lines, l)
	pad := float64(margin) / extent // of a cell; tiles of larger zooms need less
	low := [2]int32{int32(math.Floor(l.bound.Min[0]*cells - pad)), int32(math.Floor(l.bound.Min[1]*cells - pad))}
	high := [2]int32{int32(math.Floor(l.bound.Max[0]*cells + pad)), int32(math.Floor(l.bound.Max[1]*cells + pad))}
	for x := low[0]; x <= high[0]; x++ {
		for y := low[1]; y <= high[1]; y++ {
			m.at[[2]int32{x, y}] = append(m.at[[2]int32{x, y}], number)
		}
	}
}

// near lists the lines that may be seen in a tile, rising.
func (m *ground) near(z, x, y int, visit func(k int32, l *line)) {
	if z >= cellZoom {
		shift := z - cellZoom
		for _, k := range m.at[[2]int32{int32(x >> shift), int32(y >> shift)}] {
			visit(k, &m.lines[k])
		}
		return
	}
	for k := range m.lines {
		visit(int32(k), &m.lines[k])
	}
}

// Tile draws tile x, y of zoom z, counted as web maps do from the north-west; nil where no street is. The error says which
// number is out of range.
func (m *Map) Tile(z, x, y int) ([]byte, error) {
	if z < 0 || z > MaxZoom {
		return nil, fmt.Errorf("tile: zoom %d is not between 0 and %d", z, MaxZoom)
	}
	if n := 1 << z; x < 0 || y < 0 || x >= n || y >= n {
		return nil, fmt.Errorf("tile: zoom %d has no tile %d, %d; its numbers are 0 to %d", z, x, y, n-1)
	}
	scale := float64(int(extent) << z)
	left, top := float64(x)*extent, float64(y)*extent
	window := orb.Bound{
		Min: orb.Point{(left - margin) / scale, (top - margin) / scale},
		Max: orb.Point{(left + extent + margin) / scale, (top + extent + margin) / scale},
	}
	frame := orb.Bound{Min: orb.Point{-margin, -margin}, Max: orb.Point{extent + margin, extent + margin}}
	drawn := make([]orb.MultiLineString, len(m.looks))
	thin := simplify.DouglasPeucker(thinning)
	m.near(z, x, y, func(k int32, l *line) {
		if l.minZoom > z || !l.bound.Intersects(window) {
			return
		}
		local := make(orb.LineString, len(l.points))
		for i, p := range l.points {
			local[i] = orb.Point{p[0]*scale - left, p[1]*scale - top}
		}
		for _, part := range clip.LineString(frame, local) {
			if part = rounded(thin.LineString(part)); len(part) >= 2 {
				drawn[m.look[k]] = append(drawn[m.look[k]], part)
			}
		}
	})
	return encode(m.looks, drawn)
}

// rounded puts a line on the tile's whole units and drops points that fall together.
func rounded(in orb.LineString) orb.LineString {
	out := in[:0]
	for _, p := range in {
		q := orb.Point{math.Round(p[0]), math.Round(p[1])}
		if len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return out
}

func encode(looks []Look, drawn []orb.MultiLineString) ([]byte, error) {
	layer := &mvt.Layer{Name: Layer, Version: 2, Extent: extent}
	for k, lines := range drawn {
		if len(lines) > 0 {
			f := geojson.NewFeature(lines)
			f.Properties = geojson.Properties{"kind": looks[k].Kind}
			if looks[k].SpeedKmh > 0 {
				f.Properties["speed_kmh"] = looks[k].SpeedKmh
			}
			if looks[k].Condition != "" {
				f.Properties["condition"] = looks[k].Condition
			}
			layer.Features = append(layer.Features, f)
		}
	}
	if len(layer.Features) == 0 {
		return nil, nil
	}
	data, err := mvt.Marshal(mvt.Layers{layer})
	if err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	return data, nil
}
