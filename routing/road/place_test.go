package road

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// Snap finds what looking at every piece of street finds, for points in and around the real extract.
func TestSnapEqualsLookingAtAll(t *testing.T) {
	t.Parallel()
	_, ch := realNetwork(t)
	g := ch.graph()
	rng := rand.New(rand.NewPCG(5, 6))
	box := g.Bound().Pad(0.02)
	near := 0
	for range 300 {
		p := orb.Point{box.Min[0] + rng.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + rng.Float64()*(box.Max[1]-box.Min[1])}
		s := snapping{g: g, p: p, lonScale: metresPerDegree * math.Cos(p.Lat()*math.Pi/180), best: math.Inf(1)}
		for e := range int32(g.Edges()) {
			for k := g.shapeFirst[e]; g.open[e] != 0 && k < g.shapeFirst[e+1]-1; k++ {
				s.look(e, k)
			}
		}
		got, ok := g.Snap(p)
		if got.SnapM != math.Sqrt(s.best) || got.Edge != s.edge || ok != (got.SnapM <= MaxSnapM) {
			t.Fatalf("%v: edge %d at %v m (%v), want edge %d at %v m", p, got.Edge, got.SnapM, ok, s.edge, math.Sqrt(s.best))
		}
		// The place told is where the distance says, up to the centimetres in which lengths are kept.
		if d := metresBetween(p, got.Point); math.Abs(d-got.SnapM) > 0.5+0.002*d {
			t.Fatalf("%v: the place lies %v m away, SnapM says %v", p, d, got.SnapM)
		}
		if ok {
			near++
		} else if !strings.Contains(g.SnapProblem(p), "m away") {
			t.Fatalf("%v: %q", p, g.SnapProblem(p))
		}
	}
	if near == 0 || near == 300 {
		t.Fatalf("%d of 300 points are near a street; the test needs both kinds", near)
	}
}

func TestSnapRefuses(t *testing.T) {
	t.Parallel()
	g, _ := readTown(t)
	for _, p := range []orb.Point{{math.NaN(), 47}, {9.5, math.Inf(1)}, {200, 47}, {9.5, -91}} {
		if place, ok := g.Snap(p); ok || !math.IsInf(place.SnapM, 1) || g.SnapProblem(p) == "" {
			t.Errorf("%v: %+v, %v", p, place, ok)
		}
	}
	if place, ok := g.Snap(orb.Point{0, 0}); ok || place.SnapM < 5e6 {
		t.Errorf("in the gulf of Guinea: %+v, %v", place, ok)
	}
	if g.SnapProblem(orb.Point{9.5, 47.01}) != "" {
		t.Error("a corner of the town is no problem")
	}
}

// Consignees live on residential streets, evenly by length, and never on the main road when there are others.
func TestRandomPlaceIsUniform(t *testing.T) {
	t.Parallel()
	g, _ := readTown(t)
	rng := rand.New(rand.NewPCG(7, 8))
	total := float64(g.doorEndCm[len(g.doorEndCm)-1])
	count := make([]float64, g.Edges())
	const draws = 20000
	for range draws {
		p := g.RandomPlace(rng)
		if g.class(p.Edge) == Primary || p.Fraction <= 0 || p.Fraction >= 1 {
			t.Fatalf("drew %+v on a %s", p, g.class(p.Edge))
		}
		count[p.Edge]++
	}
	for _, e := range g.doors {
		share := float64(g.lengthCm(e)) / total
		// Four standard deviations of a binomial share: passed by chance in all but 1 of 10,000 seeds.
		if slack := 4 * math.Sqrt(share*(1-share)/draws); math.Abs(count[e]/draws-share) > slack {
			t.Errorf("edge %d has %.4f of the draws and %.4f of the length", e, count[e]/draws, share)
		}
	}
}

// A place of another graph, or a broken one, is refused by name and number.
func TestPlacesAreChecked(t *testing.T) {
	t.Parallel()
	g, _ := readTown(t)
	good := g.place(0, 0.5)
	for _, bad := range []Place{{Edge: 999}, {Edge: -1}, {Fraction: 1.5}, {Fraction: math.NaN()}} {
		_, err := g.Matrix(context.Background(), []Place{good, bad}, 1)
		if !errors.Is(err, ErrPlace) || !strings.Contains(err.Error(), "sources[1]") {
			t.Errorf("%+v: %v", bad, err)
		}
		if _, ok := g.Route(good, bad); ok {
			t.Errorf("%+v: a way was found", bad)
		}
	}
}

// A route takes the time and length that the matrix states, begins and ends at its places, is as long as its drawing, and
// keeps to the streets.
func TestRouteAgreesWithMatrix(t *testing.T) {
	t.Parallel()
	_, ch := realNetwork(t)
	g := ch.graph()
	rng := rand.New(rand.NewPCG(9, 10))
	var places []Place
	for range 25 {
		places = append(places, g.RandomPlace(rng))
	}
	places = append(places, g.place(places[0].Edge, 0.1), g.place(places[0].Edge, 0.9), places[0])
	m, err := g.Matrix(context.Background(), places, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range places {
		for k, b := range places {
			p, ok := g.Route(a, b)
			sec, metres, _ := m.Leg(int32(i), int32(k))
			if !ok || p.DurationSec != sec || p.DistanceM != metres {
				t.Fatalf("%d → %d: route %d s %d m (%v), matrix %d s %d m", i, k, p.DurationSec, p.DistanceM, ok, sec, metres)
			}
			if n := len(p.Geometry); n < 2 || p.Geometry[0] != a.Point || p.Geometry[n-1] != b.Point {
				t.Fatalf("%d → %d: the line does not join the places", i, k)
			}
			length := 0.0
			for j := 1; j < len(p.Geometry); j++ {
				length += metresBetween(p.Geometry[j-1], p.Geometry[j])
			}
			// Half a centimetre of rounding on each piece, and half a metre of the answer.
			if math.Abs(length-float64(p.DistanceM)) > 0.6+0.005*float64(len(p.Geometry)) {
				t.Fatalf("%d → %d: the line is %.1f m long, the route %d m", i, k, length, p.DistanceM)
			}
		}
	}
}

func ExampleGraph_Matrix() {
	extract := encode(town()) // any OpenStreetMap extract in PBF form
	g, report, err := Read(context.Background(), bytes.NewReader(extract), Van())
	if err != nil {
		fmt.Println(err)
		return
	}
	depot, _ := g.Snap(orb.Point{9.5, 47.02})
	door, _ := g.Snap(orb.Point{9.51, 47.011})
	m, err := g.Matrix(context.Background(), []Place{depot, door}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	sec, metres, _ := m.Leg(0, 1)
	fmt.Printf("%d junctions, %d streets; depot to door %d s, %d m\n", report.Junctions, report.Streets, sec, metres)
	// Output: 7 junctions, 7 streets; depot to door 201 s, 1759 m
}
