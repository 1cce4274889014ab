package vrp

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"quartermaster/routing"
)

// blocks draws places in a town of square blocks, as long as wide: a metre takes a second.
func blocks(rng *rand.Rand, n int, side int32) routing.Matrix {
	m := routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	x, y := make([]int32, n), make([]int32, n)
	for i := range n {
		x[i], y[i] = rng.Int32N(side), rng.Int32N(side)
	}
	for i := range n {
		for j := range n {
			d := max(x[i]-x[j], x[j]-x[i]) + max(y[i]-y[j], y[j]-y[i])
			m.DurationSec[i*n+j], m.DistanceM[i*n+j] = d, d
		}
	}
	return m
}

// drawWindows draws stops with narrow windows for vehicles that are alike.
func drawWindows(rng *rand.Rand, stops int) routing.Problem {
	n := stops + 1
	p := routing.Problem{Matrix: blocks(rng, n, 500)}
	for i := range stops {
		from := 1000 + rng.Int64N(1500)
		p.Stops = append(p.Stops, routing.Stop{ID: string(rune('a'+i%26)) + string(rune('a'+i/26)), Location: int32(i + 1), WeightG: 1 + rng.Int64N(9),
			ServiceSec: 50, Window: routing.Window{StartSec: from, EndSec: from + 200 + rng.Int64N(800)}})
	}
	p.Vehicles = []routing.Vehicle{{ID: "v", MaxWeightG: 25, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: 6000}, CostCentsPerKm: 1000}}
	p.Vehicles[0].Count = stops
	return p
}

// On 40 problems of seven stops ejections leave as few vehicles in use as the exhaustive search finds when each is dear.
func TestEjectionsEqualExhaustive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		p := drawWindows(rand.New(rand.NewPCG(seed, 8)), 7)
		dear := p
		dear.Vehicles = append([]routing.Vehicle(nil), p.Vehicles...)
		dear.Vehicles[0].FixedCostCents = 1_000_000
		want, err := Solve(context.Background(), dear, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p.VehiclesFirst = true
		s := newSearch(newModel(context.Background(), &p, Options{}, make([]string, 7)), Options{Iterations: 5000}, seed)
		s.construct(context.Background())
		s.eject(context.Background(), newWarp(s.m), 1, seed)
		if len(s.best.absent) > 0 || s.best.used != len(want.Routes) {
			t.Errorf("seed %d: %d vehicles and %d stops left out, %d are enough", seed, s.best.used, len(s.best.absent), len(want.Routes))
		}
	}
}

// After each round of ejections on 10 problems every stop is either on one route or without a seat, and no route breaks a rule.
func TestEjectionsKeepRoutesWhole(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		p := drawWindows(rand.New(rand.NewPCG(seed, 11)), 40)
		p.Vehicles[0].MaxDurationSec = 3000
		s := newSearch(newModel(context.Background(), &p, Options{}, make([]string, 40)), Options{}, seed)
		s.construct(context.Background())
		x := newEjector(s, newWarp(s.m).bare(), s.draw)
		before := len(x.s.kind)
		for round := range 200 {
			if len(x.pool) == 0 {
				break
			}
			x.round()
			seen := make([]int, x.s.w.n)
			for _, i := range x.pool {
				seen[i]++
			}
			for _, seq := range x.routes() {
				for _, i := range seq {
					seen[i]++
				}
			}
			if slices.Max(seen) > 1 || slices.Min(seen) < 1 || x.s.late+x.s.full > 0 {
				t.Fatalf("seed %d, round %d: stops stand %v times, %d routes late, %d overloaded", seed, round, seen, x.s.late, x.s.full)
			}
		}
		if before != s.best.used-1 {
			t.Errorf("seed %d: %d routes are searched with where the plan had %d", seed, before, s.best.used)
		}
	}
}

// With vehicles first, plans of 60 stops hold, and use no more vehicles than plans by cost.
func TestVehiclesFirstUsesFewer(t *testing.T) {
	t.Parallel()
	fewer := 0
	for seed := range uint64(4) {
		p := drawWindows(rand.New(rand.NewPCG(seed, 9)), 60)
		byCost, err := Solve(context.Background(), p, Options{Iterations: 2000})
		if err != nil {
			t.Fatal(err)
		}
		p.VehiclesFirst = true
		s, err := Solve(context.Background(), p, Options{Iterations: 2000})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil || len(s.Unassigned) > 0 || len(s.Routes) > len(byCost.Routes) {
			t.Errorf("seed %d: %d vehicles, %d by cost, %d left out: %v", seed, len(s.Routes), len(byCost.Routes), len(s.Unassigned), err)
		}
		fewer += len(byCost.Routes) - len(s.Routes)
		if again, err := Solve(context.Background(), p, Options{Iterations: 2000}); err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("seed %d: planned again it is another plan (%v)", seed, err)
		}
	}
	if fewer == 0 {
		t.Error("vehicles first never saves one; the problems do not bite")
	}
}

// A fleet of small cheap and large dear vehicles: the mix of the best plan is found although the first plan uses the wrong one.
func TestMixOfSizes(t *testing.T) {
	t.Parallel()
	p := drawWindows(rand.New(rand.NewPCG(1, 10)), 60)
	for i := range p.Stops {
		p.Stops[i].Window = routing.Window{EndSec: 6000}
	}
	p.Vehicles = append(p.Vehicles, p.Vehicles[0], p.Vehicles[0])
	for v, size := range []int64{1, 3, 6} {
		p.Vehicles[v].ID, p.Vehicles[v].MaxWeightG, p.Vehicles[v].FixedCostCents = string(rune('A'+v)), 20*size, 400+600*size
	}
	s, err := Solve(context.Background(), p, Options{Iterations: 4000})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil || len(s.Unassigned) > 0 {
		t.Fatalf("%d left out: %v", len(s.Unassigned), err)
	}
	for v := range p.Vehicles {
		one := p
		one.Vehicles = p.Vehicles[v : v+1]
		alone, err := Solve(context.Background(), one, Options{Iterations: 4000})
		if err != nil {
			t.Fatal(err)
		}
		if len(alone.Unassigned) == 0 && float64(s.CostCents) > 1.005*float64(alone.CostCents) {
			t.Errorf("the mix costs %d cents, vehicle %s alone %d", s.CostCents, p.Vehicles[v].ID, alone.CostCents)
		}
	}
}
