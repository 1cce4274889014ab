package zone

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// The published example of the H3 documentation: the cell of resolution 9 at 37.775938728915946, -122.41795063018799
// (h3geo.org, "Quick start" of the library's readme), and of resolution 7 at the same place its ancestor.
func TestCellPublishedExample(t *testing.T) {
	t.Parallel()
	p := orb.Point{-122.41795063018799, 37.775938728915946}
	if got, err := Cell(p, 9); err != nil || got != "8928308280fffff" {
		t.Errorf("resolution 9: %q, %v", got, err)
	}
	if got, err := Cell(p, 7); err != nil || got != "872830828ffffff" {
		t.Errorf("resolution 7: %q, %v", got, err)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p   orb.Point
		res int
	}{{orb.Point{0, 0}, -1}, {orb.Point{0, 0}, 16}, {orb.Point{math.NaN(), 0}, 5}, {orb.Point{0, 90.1}, 5}, {orb.Point{181, 0}, 5},
		{orb.Point{math.Inf(1), 0}, 5}} {
		if _, err := Cells([]orb.Point{{1, 1}, c.p}, c.res); !errors.Is(err, ErrInput) {
			t.Errorf("%v at resolution %d: %v", c.p, c.res, err)
		}
	}
	for _, name := range []string{"", "zz", "8928308280ffff", "0"} {
		if _, err := Neighbours(name, 1); !errors.Is(err, ErrInput) {
			t.Errorf("neighbours of %q: %v", name, err)
		}
		if _, err := Centre(name); !errors.Is(err, ErrInput) {
			t.Errorf("centre of %q: %v", name, err)
		}
	}
	if _, err := Neighbours("8928308280fffff", 101); !errors.Is(err, ErrInput) {
		t.Errorf("101 steps: %v", err)
	}
	if _, err := Group(nil, 8, 0); !errors.Is(err, ErrInput) {
		t.Errorf("no zones: %v", err)
	}
}

// A hexagon has 1 + 3k(k+1) cells within k steps, itself among them, and its centre lies in it.
func TestNeighbours(t *testing.T) {
	t.Parallel()
	const name = "8928308280fffff"
	for steps, want := range map[int]int{0: 1, 1: 7, 2: 19, 5: 91} {
		got, err := Neighbours(name, steps)
		if err != nil || len(got) != want || !slices.Contains(got, name) || !slices.IsSorted(got) {
			t.Errorf("%d steps: %d cells, %v", steps, len(got), err)
		}
	}
	at, err := Centre(name)
	if err != nil {
		t.Fatal(err)
	}
	if back, _ := Cell(at, 9); back != name {
		t.Errorf("the centre of %s lies in %s", name, back)
	}
}

// Grouping keeps every point, stays within the number asked for, keeps a cell whole, and follows the points when they are
// handed over in another order.
func TestGroupProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		points := make([]orb.Point, rapid.IntRange(0, 40).Draw(t, "points"))
		for i := range points {
			points[i] = orb.Point{rapid.Float64Range(9.4, 9.6).Draw(t, "lon"), rapid.Float64Range(47, 47.2).Draw(t, "lat")}
		}
		most := rapid.IntRange(1, 8).Draw(t, "most")
		g, err := Group(points, 8, most)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, z := range g.Zones {
			sum += z.Points
		}
		if len(g.Zones) > most || sum != len(points) || len(g.Of) != len(points) || len(points) > 0 && len(g.Zones) == 0 {
			t.Fatalf("%d zones of %d, %d points of %d", len(g.Zones), most, sum, len(points))
		}
		for i, p := range points {
			name, _ := Cell(p, 8)
			if !slices.Contains(g.Zones[g.Of[i]].Cells, name) {
				t.Fatalf("point %d is sent to a zone without its cell", i)
			}
		}
		order := rand.New(rand.NewPCG(1, 2)).Perm(len(points))
		mixed := make([]orb.Point, len(points))
		for i, k := range order {
			mixed[k] = points[i]
		}
		h, _ := Group(mixed, 8, most)
		if !reflect.DeepEqual(h.Zones, g.Zones) {
			t.Fatal("another order of the same points gives other zones")
		}
		for i, k := range order {
			if h.Of[k] != g.Of[i] {
				t.Fatalf("point %d changes zones with its place in the list", i)
			}
		}
	})
}

// Two villages on either side of the date line are near each other, and their zone lies between them.
func TestGroupAcrossTheDateLine(t *testing.T) {
	t.Parallel()
	g, err := Group([]orb.Point{{179.9, 0}, {-179.9, 0}, {179.9999, 0}, {-179.9999, 0}, {170, 0}}, 5, 2)
	if err != nil || len(g.Zones) != 2 || g.Of[0] != g.Of[1] || g.Of[0] == g.Of[4] {
		t.Fatalf("%+v, %v", g, err)
	}
	if lon := g.Zones[g.Of[0]].Centre.Lon(); math.Abs(lon) < 179.99 {
		t.Errorf("centre at longitude %v", lon)
	}
}

func ExampleGroup() {
	g, err := Group([]orb.Point{{9.52, 47.14}, {9.5201, 47.1401}, {9.51, 47.22}}, 8, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(g.Zones), "zones; the first two points together:", g.Of[0] == g.Of[1], "and the third:", g.Of[2] == g.Of[0])
	// Output: 2 zones; the first two points together: true and the third: false
}
