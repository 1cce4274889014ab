package road

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func realGraph(t testing.TB) *Graph {
	t.Helper()
	g, _, err := Read(context.Background(), realReader(t), Van())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Whatever is reached within the limit lies in the area, larger limits have larger areas, and what takes a quarter longer
// and lies far from every street reached does not.
func TestIsochrones(t *testing.T) {
	t.Parallel()
	g := realGraph(t)
	r := rand.New(rand.NewPCG(1, 1))
	for range 3 {
		from := g.RandomPlace(r)
		isos, err := g.Isochrones(context.Background(), from, []int64{120, 300, 900})
		if err != nil {
			t.Fatal(err)
		}
		areas, outside := make([]float64, len(isos)), 0
		for k, iso := range isos {
			areas[k] = planar.Area(iso.Area)
			for range 300 {
				p := g.RandomPlace(r)
				sec, _, ok := g.Travel(from, p)
				in := planar.MultiPolygonContains(iso.Area, p.Point)
				if ok && sec < iso.LimitSec && !in {
					t.Fatalf("limit %d: %v is reached in %d s and lies outside", iso.LimitSec, p.Point, sec)
				}
				if sec > 2*iso.LimitSec && !in {
					outside++
				}
			}
			for _, poly := range iso.Area {
				for i, ring := range poly {
					if !ring.Closed() || (ring.Orientation() == orb.CCW) != (i == 0) {
						t.Fatalf("ring %d of a polygon is open or turns the wrong way", i)
					}
				}
			}
		}
		if !slices.IsSorted(areas) || areas[0] == areas[2] || outside < 100 {
			t.Errorf("areas %v, %d far places outside", areas, outside)
		}
	}
	for _, bad := range [][]int64{nil, {0}, {1 << 40}} {
		if _, err := g.Isochrones(context.Background(), g.RandomPlace(r), bad); !errors.Is(err, ErrIsochrone) {
			t.Errorf("limits %v: %v", bad, err)
		}
	}
}

// A ring of streets around an empty middle has a hole.
func TestIsochroneHole(t *testing.T) {
	t.Parallel()
	r := &raster{columns: 9, rows: 9, stepX: 1, stepY: 1, burnt: make([]bool, 81)}
	for k := 2; k <= 6; k++ {
		for _, c := range [][2]int{{k, 2}, {k, 6}, {2, k}, {6, k}} {
			r.burnt[c[1]*9+c[0]] = true
		}
	}
	got := r.outline()
	if len(got) != 1 || len(got[0]) != 2 || planar.Area(got) != 16 {
		t.Errorf("outline %v of area %v", got, planar.Area(got))
	}
}

// Alternatives begin with the fastest way, take at most a quarter longer, use no street twice and differ from each other.
func TestAlternatives(t *testing.T) {
	t.Parallel()
	g := realGraph(t)
	r := rand.New(rand.NewPCG(2, 2))
	more := 0
	for range 40 {
		a, b := g.RandomPlace(r), g.RandomPlace(r)
		best, ok := g.Route(a, b)
		ways := g.Alternatives(a, b, 2)
		if !ok || len(ways) == 0 || ways[0].weight != best.weight || len(ways) > 3 {
			t.Fatalf("%d ways, the first of %d s; the fastest takes %d s", len(ways), ways[0].DurationSec, best.DurationSec)
		}
		for _, w := range ways[1:] {
			more++
			var sum weight
			for _, l := range w.Legs {
				sum += weigh(l.TurnMs+l.DriveMs, l.LengthCm)
			}
			if sum != w.weight || w.DurationSec > best.DurationSec*5/4+1 || !loopless(w) {
				t.Errorf("an alternative of %d s (%d by its legs) to %d s", w.DurationSec, seconds(sum), best.DurationSec)
			}
		}
	}
	if more < 10 {
		t.Errorf("%d alternatives for 40 pairs", more)
	}
}

// Instructions of the crossroads: depart, turn right, arrive; together they cover the way.
func TestSteps(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	ways[1].tags = append(ways[1].tags, tag{"name", "East Street"})
	g, _ := readMap(t, Van(), nodes, ways)
	p, _ := g.Route(must(t, g, 9.5, 46.997), must(t, g, 9.503, 47))
	steps := g.Steps(p.Legs)
	if len(steps) != 3 || steps[0].Maneuver != Depart || steps[2].Maneuver != Arrive || steps[1].Modifier != "right" ||
		(steps[1].Maneuver != Turn && steps[1].Maneuver != EndOfRoad) || steps[1].Name != "East Street" {
		t.Errorf("steps %+v", steps)
	}
	if b := steps[1].BearingAfter; math.Abs(b-90) > 1 {
		t.Errorf("after the turn the bearing is %v", b)
	}
	real := realGraph(t)
	r := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		p, ok := real.Route(real.RandomPlace(r), real.RandomPlace(r))
		if !ok {
			t.Fatal("no way")
		}
		n := 0
		for _, s := range real.Steps(p.Legs) {
			n += len(s.Legs)
		}
		if n != len(p.Legs) {
			t.Fatalf("steps cover %d of %d legs", n, len(p.Legs))
		}
		for _, l := range p.Legs {
			sum, sec := 0.0, 0.0
			for _, x := range real.Pieces(l) {
				sum, sec = sum+x.LengthM, sec+x.DriveSec
			}
			if math.Abs(sum-float64(l.LengthCm)/100) > 0.5 || math.Abs(sec-float64(l.DriveMs)/1000) > 1e-6 {
				t.Fatalf("pieces of %+v are %v m and %v s", l, sum, sec)
			}
		}
	}
}

// Nearest begins with what Snap finds, goes on to farther streets, and keeps to a bearing.
func TestNearest(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	p := orb.Point{9.5002, 47.001}
	all := g.Nearest(p, 3, SnapOptions{})
	first, _ := g.Snap(p)
	if len(all) != 3 || all[0].Edge != first.Edge || all[0].SnapM > all[1].SnapM || math.Abs(all[0].Fraction-first.Fraction) > 1e-3 {
		t.Errorf("nearest %+v, snap %+v", all, first)
	}
	east := g.Nearest(p, 1, SnapOptions{BearingDeg: 90, RangeDeg: 20})
	if len(east) != 1 || math.Abs(east[0].Point[1]-47) > 1e-4 {
		t.Errorf("eastwards: %+v", east)
	}
	if got := g.Nearest(p, 1, SnapOptions{RadiusM: 3}); got != nil {
		t.Errorf("within 3 m: %+v", got)
	}
}
