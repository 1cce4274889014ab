package vrp

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"quartermaster/routing"
)

// lrc105 holds the depot and the stops of LRC105 (H. Li, A. Lim, "A Metaheuristic for the Pickup and Delivery Problem with Time Windows",
// International Journal on Artificial Intelligence Tools 12(2), 2003): x, y, demand, window, service, and the delivery of a pickup.
var lrc105 = [][7]int{
	{40, 50, 0, 0, 240, 0, 0}, {25, 85, 20, 71, 191, 10, 100}, {22, 75, 30, 30, 150, 10, 5}, {22, 85, -20, 64, 184, 10, 0},
	{20, 80, 40, 151, 161, 0, 107}, {20, 85, -30, 40, 160, 10, 0}, {18, 75, 20, 96, 123, 10, 3}, {15, 75, 20, 35, 155, 10, 68},
	{15, 80, 10, 101, 111, 10, 46}, {10, 35, -40, 101, 111, 10, 0}, {10, 40, 30, 123, 144, 10, 17}, {8, 40, 40, 69, 79, 10, 9},
	{8, 45, -9, 32, 152, 10, 0}, {5, 35, -10, 152, 162, 10, 0}, {5, 45, 10, 35, 117, 10, 13}, {2, 40, 20, 68, 78, 10, 97},
	{0, 40, 20, 59, 114, 0, 103}, {0, 45, -30, 147, 180, 10, 0}, {44, 5, 20, 79, 124, 10, 25}, {42, 10, 40, 58, 115, 10, 20},
	{42, 15, -40, 111, 162, 10, 0}, {40, 5, -10, 45, 165, 10, 0}, {40, 15, -16, 94, 119, 10, 0}, {38, 5, -14, 75, 85, 10, 0},
	{38, 15, 10, 128, 194, 0, 105}, {35, 5, -20, 171, 181, 10, 0}, {95, 30, 30, 58, 171, 10, 30}, {95, 35, 20, 60, 93, 10, 50},
	{92, 30, -10, 55, 120, 10, 0}, {90, 35, 10, 52, 112, 10, 28}, {88, 30, -30, 75, 102, 10, 0}, {88, 35, 20, 50, 170, 10, 34},
	{87, 30, 10, 116, 175, 10, 80}, {85, 25, 10, 51, 85, 10, 76}, {85, 35, -20, 62, 182, 10, 0}, {67, 85, 20, 138, 169, 0, 104},
	{65, 85, 40, 43, 78, 10, 37}, {65, 82, -40, 69, 189, 10, 0}, {62, 80, 30, 85, 95, 10, 43}, {60, 80, 10, 36, 74, 10, 40},
	{60, 85, -10, 87, 112, 10, 0}, {58, 75, 20, 92, 121, 10, 96}, {55, 80, 10, 33, 66, 10, 61}, {55, 85, -30, 117, 168, 10, 0},
	{55, 82, 10, 74, 84, 10, 70}, {20, 82, 10, 37, 72, 10, 79}, {18, 80, -10, 98, 157, 10, 0}, {2, 45, -9, 38, 109, 10, 0},
	{42, 5, 10, 64, 184, 10, 21}, {42, 12, 10, 109, 128, 10, 77}, {72, 35, -20, 71, 191, 10, 0}, {55, 20, -6, 69, 126, 10, 0},
	{25, 30, -17, 25, 145, 10, 0}, {20, 50, -6, 101, 111, 10, 0}, {55, 60, 16, 127, 180, 10, 93}, {30, 60, 16, 150, 160, 0, 101},
	{50, 35, -16, 130, 159, 10, 0}, {30, 25, -6, 82, 139, 10, 0}, {15, 10, -19, 172, 182, 10, 0}, {10, 20, 19, 42, 162, 10, 58},
	{15, 60, -5, 137, 202, 10, 0}, {45, 65, -10, 55, 106, 10, 0}, {65, 35, 3, 62, 72, 10, 84}, {65, 20, 6, 39, 108, 10, 51},
	{45, 30, 17, 53, 82, 10, 52}, {35, 40, 16, 11, 43, 10, 22}, {41, 37, 16, 134, 161, 10, 56}, {64, 42, 9, 80, 90, 10, 85},
	{40, 60, -20, 144, 173, 10, 0}, {31, 52, 27, 51, 61, 10, 88}, {35, 69, -10, 172, 210, 10, 0}, {65, 55, 14, 52, 107, 10, 81},
	{63, 65, 8, 27, 147, 10, 94}, {2, 60, 5, 65, 118, 10, 60}, {20, 20, -15, 151, 161, 10, 0}, {5, 5, -13, 57, 172, 10, 0},
	{60, 12, -10, 85, 95, 10, 0}, {23, 3, -10, 163, 173, 10, 0}, {8, 56, 27, 90, 119, 0, 108}, {6, 68, -10, 99, 109, 10, 0},
	{47, 47, -10, 190, 222, 10, 0}, {49, 58, -14, 80, 121, 10, 0}, {27, 43, 9, 14, 134, 10, 12}, {37, 31, 14, 19, 139, 10, 23},
	{57, 29, -3, 106, 116, 10, 0}, {63, 23, -9, 42, 162, 10, 0}, {21, 24, -14, 77, 126, 10, 0}, {12, 24, 13, 100, 110, 10, 75},
	{24, 58, -27, 67, 96, 10, 0}, {67, 5, 25, 105, 177, 0, 102}, {37, 47, 6, 74, 127, 10, 53}, {49, 42, 13, 97, 217, 0, 106},
	{53, 43, 14, 15, 25, 10, 86}, {61, 52, -16, 173, 208, 10, 0}, {57, 48, -8, 50, 170, 10, 0}, {56, 37, 6, 20, 140, 10, 57},
	{55, 54, -20, 87, 207, 10, 0}, {4, 18, -20, 112, 157, 10, 0}, {26, 52, 9, 14, 134, 10, 47}, {26, 35, 15, 87, 97, 10, 74},
	{31, 67, -20, 200, 210, 10, 0}, {30, 60, -16, 150, 160, 10, 0}, {67, 5, -25, 105, 177, 10, 0}, {0, 40, -20, 59, 114, 10, 0},
	{67, 85, -20, 138, 169, 10, 0}, {38, 15, -10, 128, 194, 10, 0}, {49, 42, -13, 97, 217, 10, 0}, {20, 80, -40, 151, 161, 10, 0},
	{8, 56, -27, 90, 119, 10, 0}}

// shipmentsOf makes a problem of an instance in thousandths, distances rounded up, a thousandth for a cent.
func shipmentsOf(rows [][7]int, vehicles int, capacity int64) routing.Problem {
	const scale = 1000
	n := len(rows)
	p := routing.Problem{Matrix: routing.Matrix{N: n, DurationSec: make([]int32, n*n)}}
	p.VehiclesFirst = true
	for i, a := range rows {
		for k, b := range rows {
			p.Matrix.DurationSec[i*n+k] = int32(math.Ceil(scale * math.Hypot(float64(a[0]-b[0]), float64(a[1]-b[1]))))
		}
		if i > 0 {
			p.Stops = append(p.Stops, routing.Stop{ID: fmt.Sprint(i), Location: int32(i), WeightG: int64(max(-a[2], 0)), ServiceSec: int64(scale * a[5]),
				Window: routing.Window{StartSec: int64(scale * a[3]), EndSec: int64(scale * a[4])}})
		}
		if a[6] > 0 {
			p.Pairs = append(p.Pairs, routing.Pair{Pickup: i - 1, Delivery: a[6] - 1})
		}
	}
	p.Matrix.DistanceM = p.Matrix.DurationSec
	p.Vehicles = []routing.Vehicle{{ID: "v", MaxWeightG: capacity, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: int64(scale * rows[0][4])}, CostCentsPerKm: 1000}}
	p.Vehicles[0].Count = vehicles
	return p
}

// The best plan known of LRC105 has 13 vehicles and 1637.62 (SINTEF's table of 100 customers): the plan has as many
// and is no more than a half of a percent longer.
func TestLiLimLRC105(t *testing.T) {
	t.Parallel()
	p := shipmentsOf(lrc105, 25, 200)
	s, err := Solve(context.Background(), p, Options{Seed: 1, Iterations: 12_000})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil {
		t.Fatal(err)
	}
	if len(s.Routes) != 13 || s.CostCents > 1_646_000 || s.Status != routing.StatusComplete {
		t.Errorf("%s: %d thousandths with %d vehicles, want 1637620 with 13", s.Status, s.CostCents, len(s.Routes))
	}
}

// drawShipments draws shipments with narrow windows for vehicles that are alike.
func drawShipments(rng *rand.Rand, shipments int) routing.Problem {
	p := drawWindows(rng, 2*shipments)
	for h := range shipments {
		p.Pairs = append(p.Pairs, routing.Pair{Pickup: 2 * h, Delivery: 2*h + 1})
		p.Stops[2*h].WeightG = 0
		p.Stops[2*h+1].Window.EndSec = p.Stops[2*h].Window.EndSec + 1500
	}
	return p
}

// On 12 problems of three shipments the plan with fewest vehicles has as many as the exhaustive search finds when each is dear, and costs
// as much.
func TestShipmentsEqualExhaustive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		p := drawShipments(rand.New(rand.NewPCG(seed, 21)), 3)
		dear := p
		dear.Vehicles = append([]routing.Vehicle(nil), p.Vehicles...)
		dear.Vehicles[0].FixedCostCents = 1_000_000
		want, err := Solve(context.Background(), dear, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p.VehiclesFirst = true
		s, err := Solve(context.Background(), p, Options{Seed: seed, Iterations: 1500})
		if err != nil {
			t.Fatal(err)
		}
		if cost := want.CostCents - int64(len(want.Routes))*1_000_000; len(s.Unassigned) != len(want.Unassigned) || len(s.Routes) != len(want.Routes) || s.CostCents != cost {
			t.Errorf("seed %d: %d vehicles for %d with %d left out, by trying all %d for %d with %d", seed, len(s.Routes), s.CostCents, len(s.Unassigned),
				len(want.Routes), cost, len(want.Unassigned))
		}
	}
}

// Plans of 40 shipments hold, are the same again and for any number of goroutines, use no more vehicles where those go first, and improve on
// a plan to begin with.
func TestShipmentsPlansHold(t *testing.T) {
	t.Parallel()
	fewer := 0
	for seed := range uint64(4) {
		p := drawShipments(rand.New(rand.NewPCG(seed, 22)), 40)
		solve := func(o Options) routing.Solution {
			s, err := Solve(context.Background(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := routing.Check(p, s); err != nil || len(s.Unassigned) > 0 {
				t.Fatalf("seed %d: %d left out: %v", seed, len(s.Unassigned), err)
			}
			return s
		}
		byCost := solve(Options{Iterations: 3000})
		start := make([]Tour, 0, len(byCost.Routes))
		for _, r := range byCost.Routes {
			at := Tour{Vehicle: r.Vehicle}
			for _, v := range r.Visits {
				at.Stops = append(at.Stops, v.Stop)
			}
			start = append(start, at)
		}
		if warm := solve(Options{Iterations: 1000, Start: start}); warm.CostCents > byCost.CostCents {
			t.Errorf("seed %d: from a plan of %d cents one of %d was made", seed, byCost.CostCents, warm.CostCents)
		}
		p.VehiclesFirst = true
		s := solve(Options{Iterations: 3000, Workers: 2})
		if fewer += len(byCost.Routes) - len(s.Routes); len(s.Routes) > len(byCost.Routes) {
			t.Errorf("seed %d: %d vehicles, %d by cost", seed, len(s.Routes), len(byCost.Routes))
		}
		if again := solve(Options{Iterations: 3000, Workers: 2}); !reflect.DeepEqual(s, again) {
			t.Errorf("seed %d: planned again it is another plan", seed)
		}
	}
	if fewer == 0 {
		t.Error("vehicles first never saves one; the problems do not bite")
	}
}
