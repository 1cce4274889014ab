package vrp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"quartermaster/routing"
)

// A budget that is spent at once ends the search for near stops among 2,500 with windows after the first thousand, and leaves a plan that
// passes the check and serves some.
func TestSpentBudgetEndsTheLayout(t *testing.T) {
	t.Parallel()
	p := drawPlane(2500)
	asked := 0
	o := Options{Spent: func() float64 { asked++; return 1 }}
	m := newModel(context.Background(), &p, o, make([]string, len(p.Stops)))
	last := m.around[len(m.around)-m.reach:]
	if asked != 1 || slices.Max(last) > 0 {
		t.Errorf("asked %d times; near the last stop are %v", asked, last)
	}
	s, err := Solve(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil || s.Status != routing.StatusPartial || len(s.Unassigned) > 2100 {
		t.Errorf("%s with %d left out: %v", s.Status, len(s.Unassigned), err)
	}
}

// drawPlane draws stops on a plane, of which the first has a window of its own.
func drawPlane(stops int) routing.Problem {
	rng := rand.New(rand.NewPCG(1, 31))
	x, y := make([]float64, stops+1), make([]float64, stops+1)
	p := routing.Problem{Vehicles: []routing.Vehicle{{ID: "v", MaxWeightG: 100, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: 90_000}, CostCentsPerKm: 100}}}
	p.Vehicles[0].Count = stops
	for i := range x {
		x[i], y[i] = float64(rng.IntN(10_000)), float64(rng.IntN(10_000))
		if i > 0 {
			p.Stops = append(p.Stops, routing.Stop{ID: fmt.Sprint(i), Location: int32(i), WeightG: 10, Window: routing.Window{EndSec: 90_000}})
		}
	}
	p.Stops[0].Window.EndSec = 60_000
	p.Matrix = routing.Matrix{N: stops + 1, Plane: &routing.Plane{X: x, Y: y, Scale: 1}}
	return p
}
