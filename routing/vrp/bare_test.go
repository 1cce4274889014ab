package vrp

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"quartermaster/routing"
)

// bareProblem is stops with one kind of demand around a depot, on a plane or, by cells, on a table.
func bareProblem(random *rand.Rand, stops int, capacity int64, cells bool) routing.Problem {
	n := stops + 1
	p := routing.Problem{Matrix: routing.Matrix{N: n}}
	pl := &routing.Plane{X: make([]float64, n), Y: make([]float64, n), Scale: 1}
	for i := range n {
		pl.X[i], pl.Y[i] = float64(random.IntN(1000)), float64(random.IntN(1000))
	}
	p.Matrix.Plane = pl
	if cells {
		p.Matrix.Plane = nil
		p.Matrix.DistanceM, p.Matrix.DurationSec = make([]int32, n*n), make([]int32, n*n)
		for i := range n {
			for j := range n {
				p.Matrix.DistanceM[i*n+j] = pl.Between(int32(i), int32(j))
				p.Matrix.DurationSec[i*n+j] = p.Matrix.DistanceM[i*n+j]
			}
		}
	}
	for i := range stops {
		p.Stops = append(p.Stops, routing.Stop{ID: fmt.Sprint(i), Location: int32(i + 1), WeightG: int64(1 + random.IntN(9)), Window: routing.Window{EndSec: 1e9}})
	}
	p.Vehicles = []routing.Vehicle{{ID: "v", MaxWeightG: capacity, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: 1e9}, CostCentsPerKm: 1000,
		FixedCostCents: int64(random.IntN(2) * 300), VehicleRules: routing.VehicleRules{Count: stops}}}
	return p
}

// cheapest is the least cost of serving all stops: the best tour of every set that fits, then the best division into sets.
func cheapest(p *routing.Problem) int64 {
	n := len(p.Stops)
	v := &p.Vehicles[0]
	dist := func(i, j int32) int64 { _, m, _ := p.Matrix.Leg(i, j); return m }
	const never = int64(1) << 40
	path := make([][]int64, 1<<n) // [set][last]: way from the depot over the set
	total := make([]int64, 1<<n)
	for set := 1; set < 1<<n; set++ {
		path[set] = make([]int64, n)
		var load int64
		tour := never
		for last := range n {
			path[set][last] = never
			if set>>last&1 == 0 {
				continue
			}
			load += p.Stops[last].WeightG
			rest := set &^ (1 << last)
			if rest == 0 {
				path[set][last] = dist(0, int32(last+1))
			}
			for before := range n {
				if rest>>before&1 == 1 {
					path[set][last] = min(path[set][last], path[rest][before]+dist(int32(before+1), int32(last+1)))
				}
			}
			tour = min(tour, path[set][last]+dist(int32(last+1), 0))
		}
		if total[set] = never; load <= v.MaxWeightG {
			total[set] = tour + v.FixedCostCents
		}
	}
	for set := 1; set < 1<<n; set++ {
		for part := (set - 1) & set; part > 0; part = (part - 1) & set {
			total[set] = min(total[set], total[part]+total[set&^part])
		}
	}
	return total[1<<n-1]
}

// On 200 bare problems of up to eight stops, by plane and by table, with and without a price for each vehicle, the lean
// search finds the optimum that dynamic programming over all sets finds.
func TestPlainEqualsExhaustive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 5))
		p := bareProblem(random, 3+int(seed%6), int64(10+random.IntN(20)), seed%2 == 0)
		if barePlain(&p, Options{}) == nil {
			t.Fatal("not taken for a bare problem")
		}
		s, err := Solve(t.Context(), p, Options{Seed: seed, Iterations: 3000})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if want := cheapest(&p); s.CostCents != want || len(s.Unassigned) > 0 {
			t.Errorf("seed %d: %d, the optimum is %d", seed, s.CostCents, want)
		}
	}
}

// A plan searched in regions holds, is cheaper than the first one, and is the same for any number of goroutines.
func TestRegionsAreRepeatable(t *testing.T) {
	t.Parallel()
	p := bareProblem(rand.New(rand.NewPCG(1, 6)), 2000, 60, false)
	first, err := Solve(t.Context(), p, Options{Iterations: -1})
	if err != nil {
		t.Fatal(err)
	}
	one := alike(t, p, 60_000)
	if one.CostCents >= first.CostCents {
		t.Errorf("%d after 60,000 steps, %d at first", one.CostCents, first.CostCents)
	}
}

// A long budget for few stops is spent on breeding plans: the best one holds and is the same for any number of goroutines.
func TestBredPlansAreRepeatable(t *testing.T) {
	t.Parallel()
	alike(t, bareProblem(rand.New(rand.NewPCG(3, 6)), 40, 40, true), 41*5000)
}

// What cannot be shared out among goroutines is done by one of them, so that the same comes out for any number.
func TestOneSearchIsRepeatable(t *testing.T) {
	t.Parallel()
	first := drawWindows(rand.New(rand.NewPCG(5, 6)), 30)
	first.VehiclesFirst = true
	for name, p := range map[string]routing.Problem{"bare": bareProblem(rand.New(rand.NewPCG(2, 6)), 560, 60, false),
		"fleet": drawFleet(rand.New(rand.NewPCG(4, 6)), 40), "fewer": first} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alike(t, p, 4000)
		})
	}
}

// alike solves a problem by one and by three goroutines, wants the same answer of both, one that holds, and gives it.
func alike(t *testing.T, p routing.Problem, iterations int) (one routing.Solution) {
	t.Helper()
	for _, workers := range []int{1, 3} {
		s, err := Solve(t.Context(), p, Options{Seed: 4, Iterations: iterations, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Fatal(err)
		}
		if workers == 1 {
			one = s
		} else if !reflect.DeepEqual(one, s) {
			t.Errorf("%d goroutines found %d, one found %d", workers, s.CostCents, one.CostCents)
		}
	}
	return one
}
