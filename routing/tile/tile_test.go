package tile

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

// village is a main road from west to east through Vaduz and a lane across it.
func village() []Line {
	return []Line{
		{Look{Kind: "primary"}, 6, orb.LineString{{9.45, 47.14}, {9.52, 47.14}, {9.60, 47.145}}},
		{Look{Kind: "residential"}, 12, orb.LineString{{9.52, 47.13}, {9.52, 47.15}}},
	}
}

func draw(t *testing.T, m *Map, z, x, y int) map[string]orb.Geometry {
	t.Helper()
	data, err := m.Tile(z, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if data == nil {
		return nil
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil || len(layers) != 1 || layers[0].Name != Layer || layers[0].Version != 2 {
		t.Fatalf("layers %+v, %v", layers, err)
	}
	out := map[string]orb.Geometry{}
	for _, f := range layers[0].Features {
		out[f.Properties["kind"].(string)] = f.Geometry
	}
	return out
}

// where is the tile that holds a point, by the formula of OpenStreetMap's page "Slippy map tilenames".
func where(p orb.Point, z int) (x, y int) {
	n := math.Exp2(float64(z))
	lat := p.Lat() * math.Pi / 180
	return int((p.Lon() + 180) / 360 * n), int((1 - math.Log(math.Tan(lat)+1/math.Cos(lat))/math.Pi) / 2 * n)
}

// A crossing is drawn in the tile that holds it, at its place to within the thinning, and small streets only from their zoom on.
func TestTile(t *testing.T) {
	m := New(village())
	crossing := orb.Point{9.52, 47.14}
	for z := 6; z <= MaxZoom; z++ {
		x, y := where(crossing, z)
		got := draw(t, m, z, x, y)
		if got["primary"] == nil || (got["residential"] != nil) != (z >= 12) {
			t.Errorf("zoom %d draws %v", z, got)
		}
		if z < 12 {
			continue
		}
		tile := maptile.New(uint32(x), uint32(y), maptile.Zoom(z)).Bound()
		at := orb.Point{
			(crossing.Lon() - tile.Min.Lon()) / (tile.Max.Lon() - tile.Min.Lon()) * extent,
			(tile.Max.Lat() - crossing.Lat()) / (tile.Max.Lat() - tile.Min.Lat()) * extent, // a tile is small: nearly linear
		}
		if d := distance(got["residential"], at); d > thinning+2 {
			t.Errorf("zoom %d: the lane passes %.1f units off the crossing", z, d)
		}
	}
	if got := draw(t, m, 14, 0, 0); got != nil {
		t.Errorf("the Pacific has streets: %v", got)
	}
}

// distance of a point to the nearest stretch of a drawn line.
func distance(g orb.Geometry, p orb.Point) float64 {
	best := math.Inf(1)
	lines, ok := g.(orb.MultiLineString)
	if line, single := g.(orb.LineString); single {
		lines, ok = orb.MultiLineString{line}, true
	}
	if !ok {
		return best
	}
	for _, line := range lines {
		for k := 1; k < len(line); k++ {
			a, b := line[k-1], line[k]
			dx, dy := b[0]-a[0], b[1]-a[1]
			f := min(max(((p[0]-a[0])*dx+(p[1]-a[1])*dy)/max(dx*dx+dy*dy, 1e-12), 0), 1)
			best = min(best, math.Hypot(a[0]+f*dx-p[0], a[1]+f*dy-p[1]))
		}
	}
	return best
}

// The lattice finds what looking at every line finds, and drawing changes nothing: random lines, random tiles, twice.
func TestLatticeTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var lines []Line
	for range 400 {
		at := orb.Point{9.4 + 0.3*r.Float64(), 47 + 0.3*r.Float64()}
		l := Line{Look: Look{Kind: []string{"primary", "residential", "service"}[r.IntN(3)]}, MinZoom: 6 + r.IntN(8)}
		for range 2 + r.IntN(6) {
			l.Points = append(l.Points, at)
			at = orb.Point{at[0] + 0.02*(r.Float64()-0.5), at[1] + 0.02*(r.Float64()-0.5)}
		}
		lines = append(lines, l)
	}
	m := New(lines)
	dumb := New(lines)
	for cell := range dumb.at { // every cell holds every line
		all := make([]int32, len(dumb.lines))
		for k := range all {
			all[k] = int32(k)
		}
		dumb.at[cell] = all
	}
	drawn := 0
	for range 500 {
		z := cellZoom + r.IntN(MaxZoom-cellZoom+1)
		x, y := where(orb.Point{9.4 + 0.3*r.Float64(), 47 + 0.3*r.Float64()}, z)
		a, errA := m.Tile(z, x, y)
		b, errB := dumb.Tile(z, x, y)
		again, _ := m.Tile(z, x, y)
		if errA != nil || errB != nil || !bytes.Equal(a, b) || !bytes.Equal(a, again) {
			t.Fatalf("tile %d/%d/%d: %d and %d bytes, again %d; %v %v", z, x, y, len(a), len(b), len(again), errA, errB)
		}
		drawn += len(a)
	}
	if drawn == 0 {
		t.Error("nothing was drawn at all")
	}
}

// Numbers out of range are refused with a sentence; lines that cannot be drawn are left out.
func TestBadInput(t *testing.T) {
	m := New([]Line{
		{Look{Kind: "primary"}, 0, orb.LineString{{9, 47}}}, {Look{Kind: "primary"}, 0, nil}, {Look{Kind: "primary"}, 0, orb.LineString{{9, 89}, {9, 47}}},
		{Look{Kind: "primary"}, 0, orb.LineString{{math.NaN(), 1}, {1, 1}}}, {Look{Kind: "primary"}, 0, orb.LineString{{9, 47}, {9, math.Inf(1)}}},
	})
	for _, z := range []struct{ z, x, y int }{{-1, 0, 0}, {15, 0, 0}, {1, 2, 0}, {1, 0, -1}, {0, 0, 1}} {
		if _, err := m.Tile(z.z, z.x, z.y); err == nil {
			t.Errorf("tile %v was drawn", z)
		}
	}
	if data, err := m.Tile(0, 0, 0); err != nil || data != nil {
		t.Errorf("lines that cannot be drawn gave %d bytes, %v", len(data), err)
	}
}

// A redrawn map has the same lines with other words: speeds to the nearest five, and what holds on one of them.
func TestRedrawn(t *testing.T) {
	m := New(village())
	now := m.Redrawn(func(i int) Look {
		if i == 0 {
			return Look{Kind: "primary", SpeedKmh: 48, Condition: "closure"}
		}
		return Look{Kind: "residential", SpeedKmh: 1}
	})
	x, y := where(orb.Point{9.52, 47.14}, 13)
	data, err := now.Tile(13, x, y)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil || len(layers[0].Features) != 2 {
		t.Fatalf("%+v, %v", layers, err)
	}
	for _, f := range layers[0].Features {
		speed, condition := f.Properties["speed_kmh"], f.Properties["condition"]
		if f.Properties["kind"] == "primary" && (speed != 50.0 || condition != "closure") || f.Properties["kind"] == "residential" && (speed != 5.0 || condition != nil) {
			t.Errorf("properties %v", f.Properties)
		}
	}
	before, after := draw(t, m, 13, x, y), draw(t, now, 13, x, y)
	if !orb.Equal(before["primary"], after["primary"]) {
		t.Error("the line moved")
	}
}
