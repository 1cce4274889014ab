package zone

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// The corners of a hexagon lie around its centre, and every one nearer to it than the next cell's centre.
func TestBoundary(t *testing.T) {
	t.Parallel()
	const name = "8928308280fffff"
	corners, err := Boundary(name)
	centre, _ := Centre(name)
	if err != nil || len(corners) != 6 {
		t.Fatalf("%d corners, %v", len(corners), err)
	}
	x, y := 0.0, 0.0
	for _, c := range corners {
		x, y = x+c[0]/6, y+c[1]/6
	}
	if math.Hypot(x-centre[0], y-centre[1]) > 1e-4 {
		t.Errorf("corners around (%v, %v), centre %v", x, y, centre)
	}
	if _, err := Boundary("zz"); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

// Sums and means are kept by cell, whatever the order; nothing gets lost.
func TestByCell(t *testing.T) {
	t.Parallel()
	points := []orb.Point{{9.5, 47}, {9.6, 47.1}, {9.5, 47}}
	got, err := ByCell(points, []float64{2, 5, 4}, 8)
	if err != nil || len(got) != 2 || got[0].Cell >= got[1].Cell {
		t.Fatalf("%+v, %v", got, err)
	}
	cell, _ := Cell(points[0], 8)
	for _, x := range got {
		if x.Cell == cell && (x.Count != 2 || x.Sum != 6 || x.Mean() != 3) || x.Cell != cell && x.Sum != 5 {
			t.Errorf("%+v", x)
		}
	}
	for _, bad := range [][]float64{{1}, {1, math.NaN(), 2}} {
		if _, err := ByCell(points, bad, 8); !errors.Is(err, ErrInput) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Every point goes to its nearest depot while there is room; with one place left it goes to the point that has no other.
func TestService(t *testing.T) {
	t.Parallel()
	travel := []int32{10, 10, -1, 30, 12, 50}
	if got, err := Service(travel, 2, 3, []int{0, 0}); err != nil || !slices.Equal(got, []int{0, 0, 1}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, _ := Service(travel, 2, 3, []int{1, 0}); !slices.Equal(got, []int{0, 1, 1}) {
		t.Errorf("with one place: %v", got)
	}
	if got, _ := Service(travel, 2, 3, []int{1, 1}); !slices.Equal(got, []int{0, -1, 1}) {
		t.Errorf("with two places: %v", got)
	}
	if _, err := Service(travel, 2, 2, []int{1, 1}); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}
