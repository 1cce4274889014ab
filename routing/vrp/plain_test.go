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

// A long budget for few stops is spent on a family of plans: its best holds, is no dearer than what one annealing finds in
// as many steps here, and is the same for any number of goroutines.
func TestFamiliesAreRepeatable(t *testing.T) {
	t.Parallel()
	p := bareProblem(rand.New(rand.NewPCG(3, 6)), 40, 40, true)
	b := barePlain(&p, Options{})
	b.prepare()
	first := newLinks(b)
	first.savings()
	steps := 41 * bredPerStop
	alone := newPlainSearch(first.copied(), 4, first.meanInner())
	alone.run(t.Context(), func(k int) float64 { return float64(k) / float64(steps) })
	one := alike(t, p, steps)
	if cost := alone.best.cost * p.Vehicles[0].CostCentsPerKm / 1000; one.CostCents > cost {
		t.Errorf("the family found %d, one annealing %d", one.CostCents, cost)
	}
}

// A child has every stop once, within the capacity, and has routes of its second parent.
func TestChildrenAreWhole(t *testing.T) {
	t.Parallel()
	p := bareProblem(rand.New(rand.NewPCG(5, 6)), 60, 30, false)
	b := barePlain(&p, Options{})
	b.prepare()
	first := newLinks(b)
	first.savings()
	parents := make([]*kin, 2)
	for k := range parents {
		s := newPlainSearch(first.copied(), uint64(k), first.meanInner())
		s.stretch(50, 1, 2000, func() bool { return false })
		parents[k] = s.asKin()
	}
	for seed := range uint64(50) {
		s := newPlainSearch(newLinks(b), seed, first.meanInner())
		s.inherit(parents[0], parents[1])
		seen := make([]int, b.n)
		for _, stops := range s.l.tours() {
			load := int64(0)
			for _, c := range stops {
				seen[c]++
				load += int64(b.demand[c])
			}
			if load > b.limit {
				t.Fatalf("seed %d: a route carries %d of %d", seed, load, b.limit)
			}
		}
		for c := 1; c < b.n; c++ {
			if seen[c] != 1 {
				t.Fatalf("seed %d: stop %d is visited %d times", seed, c, seen[c])
			}
		}
		s.begin()
		if child := s.asKin(); child.apart(parents[0]) < 0 || child.apart(child) != 0 {
			t.Fatal("distance")
		}
	}
}

// Whatever steps are taken and taken back, the linked plan's cost, loads, lengths and bounds are those of its routes.
func TestLinksStayTrue(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 7))
	p := bareProblem(random, 60, 30, false)
	b := barePlain(&p, Options{})
	b.prepare()
	l := newLinks(b)
	l.savings()
	s := newPlainSearch(l, 1, l.meanInner())
	s.tries = 4
	s.begin()
	for k := range 3000 {
		s.step(30)
		if again := newLinks(b); k%10 == 0 {
			again.drive(l.tours())
			if again.cost != l.cost || again.used != l.used {
				t.Fatalf("step %d: cost %d with %d routes, counted anew %d with %d", k, l.cost, l.used, again.cost, again.used)
			}
			for c := 1; c < b.n; c++ {
				x, y := l.knots[c], again.knots[c]
				if x.route, y.route = 0, 0; x != y || l.slack[c] != again.slack[c] || l.trips[l.knots[c].route].load > b.limit {
					t.Fatalf("step %d: node %d is %+v slack %d, anew %+v slack %d", k, c, x, l.slack[c], y, again.slack[c])
				}
			}
		}
	}
	if s.best.load(l); l.cost != s.best.cost {
		t.Errorf("the best plan costs %d, kept as %d", l.cost, s.best.cost)
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
