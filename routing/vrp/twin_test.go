package vrp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// drawProblem makes a small problem in which every constraint bites now and then: capacities by weight and volume, tight
// windows, release times, short shifts, missing ways, two depots and two kinds of vehicles. Rates are whole cents per
// metre and second, so that no rounding blurs the comparison.
func drawProblem(rng *rand.Rand, stops, vehicles int) routing.Problem {
	n := stops + 2
	p := routing.Problem{Matrix: routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}}
	for k := range p.Matrix.DurationSec {
		if k/n != k%n {
			p.Matrix.DurationSec[k], p.Matrix.DistanceM[k] = int32(1+rng.IntN(20)), int32(1+rng.IntN(30))
		}
	}
	if rng.IntN(6) == 0 { // a place that can be reached and never left
		from := 2 + rng.IntN(stops)
		for to := range n {
			p.Matrix.DurationSec[from*n+to] = routing.Unreachable
		}
	}
	shorten(n, p.Matrix.DurationSec)
	shorten(n, p.Matrix.DistanceM)
	for i := range stops {
		s := routing.Stop{ID: fmt.Sprint("s", i), Location: int32(i + 2), WeightG: int64(rng.IntN(6)), VolumeCm3: int64(rng.IntN(6)),
			ServiceSec: int64(rng.IntN(4)), Window: routing.Window{EndSec: 100}}
		if rng.IntN(2) == 0 {
			s.Window.StartSec = int64(rng.IntN(50))
			s.Window.EndSec = s.Window.StartSec + int64(rng.IntN(30))
		}
		if rng.IntN(2) == 0 {
			s.ReadySec = int64(rng.IntN(25))
		}
		p.Stops = append(p.Stops, s)
	}
	for k := range vehicles {
		p.Vehicles = append(p.Vehicles, routing.Vehicle{ID: fmt.Sprint("v", k), Depot: int32(rng.IntN(2)), MaxWeightG: int64(6 + rng.IntN(8)),
			MaxVolumeCm3: int64(6 + rng.IntN(8)), Shift: routing.Window{StartSec: int64(rng.IntN(10)), EndSec: int64(60 + rng.IntN(60))},
			FixedCostCents: int64(rng.IntN(60)), CostCentsPerKm: 1000 * int64(rng.IntN(3)), CostCentsPerHour: 3600 * int64(rng.IntN(3)),
			CO2eGPerKmEmpty: 100, CO2eGPerKmFull: 150})
	}
	return p
}

// shorten makes every cell the least sum over places between (Floyd, Communications of the ACM 5(6), 1962), as street
// matrices are; the solver tells a stop that cannot be served alone from one that can, which needs the triangle inequality.
func shorten(n int, cells []int32) {
	for k := range n {
		for i := range n {
			for j := range n {
				if a, b := cells[i*n+k], cells[k*n+j]; a != routing.Unreachable && b != routing.Unreachable {
					cells[i*n+j] = min(cells[i*n+j], a+b)
				}
			}
		}
	}
}

// exhaustive tries every way of putting stops on tours in every order, or leaving them out at a price.
type exhaustive struct {
	p     routing.Problem
	price int64
	memo  map[string]int64
	best  int64
}

const unbounded = int64(1) << 40

func (x *exhaustive) solve() int64 {
	x.memo, x.best = map[string]int64{}, unbounded
	tours := make([][]int, len(x.p.Vehicles))
	x.place(0, tours, 0)
	return x.best
}

// place puts stop i at every place of every tour, so that every order of every division comes up once.
func (x *exhaustive) place(i int, tours [][]int, left int64) {
	if i == len(x.p.Stops) {
		cost := left * x.price
		for v, tour := range tours {
			if cost += x.tour(v, tour); cost >= x.best {
				return
			}
		}
		x.best = cost
		return
	}
	x.place(i+1, tours, left+1)
	for v, tour := range tours {
		for k := range len(tour) + 1 {
			with := append(append(append([]int(nil), tour[:k]...), i), tour[k:]...)
			tours[v] = with
			x.place(i+1, tours, left)
		}
		tours[v] = tour
	}
}

// tour tries every second of departure and returns the least cost of driving it.
func (x *exhaustive) tour(v int, tour []int) int64 {
	if len(tour) == 0 {
		return 0
	}
	key := fmt.Sprint(v, tour)
	if cost, ok := x.memo[key]; ok {
		return cost
	}
	best := unbounded
	for depart := x.p.Vehicles[v].Shift.StartSec; depart <= x.p.Vehicles[v].Shift.EndSec; depart++ {
		best = min(best, x.drive(v, tour, depart))
	}
	x.memo[key] = best
	return best
}

func (x *exhaustive) drive(v int, tour []int, depart int64) int64 {
	c := &x.p.Vehicles[v]
	clock, at, metres, weight, volume := depart, c.Depot, int64(0), int64(0), int64(0)
	for _, i := range tour {
		s := &x.p.Stops[i]
		sec, m, ok := x.p.Matrix.Leg(at, s.Location)
		clock = max(clock+sec, s.Window.StartSec)
		if !ok || depart < s.ReadySec || clock > s.Window.EndSec {
			return unbounded
		}
		clock, at, metres, weight, volume = clock+s.ServiceSec, s.Location, metres+m, weight+s.WeightG, volume+s.VolumeCm3
	}
	sec, m, ok := x.p.Matrix.Leg(at, c.Depot)
	if clock += sec; !ok || clock > c.Shift.EndSec || weight > c.MaxWeightG || volume > c.MaxVolumeCm3 {
		return unbounded
	}
	return c.FixedCostCents + c.CostCentsPerKm/1000*(metres+m) + c.CostCentsPerHour/3600*(clock-depart)
}

// explored is what the search finds for a problem so small that Solve tries every plan instead.
func explored(p routing.Problem, o Options) routing.Solution {
	return searched(p, o, func(s *search) { s.explore(context.Background(), o.Seed) })
}

// searched is what Solve does with how in place of its choice of a search.
func searched(p routing.Problem, o Options, how func(s *search)) routing.Solution {
	ctx, reasons := context.Background(), routing.Unservable(p)
	m := newModel(ctx, &p, o, reasons)
	s := newSearch(m, o, o.Seed)
	s.construct(ctx)
	if len(m.movers) > 0 {
		how(s)
	}
	s.finish(ctx)
	explain(s.pl, reasons, false)
	return finish(solution(&p, m, &s.best, reasons), s.steps, o.Seed, false)
}

// On 300 random problems of up to six stops under all constraints at once, dear or cheap to leave out, neither the solver nor the search
// it has for more stops claims less than the exhaustive search, both find exactly its optimum, and every answer passes the check.
func TestSolveEqualsExhaustive(t *testing.T) {
	t.Parallel()
	partial := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 17))
		p := drawProblem(rng, 3+int(seed%4), 1+int(seed%3))
		price := int64(10_000)
		if seed%5 == 0 {
			price = int64(20 + rng.IntN(60))
		}
		s, err := Solve(context.Background(), p, Options{Seed: seed, Iterations: 400, UnassignedCents: price})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(s.Unassigned) > 0 && len(s.Routes) > 0 {
			partial++
		}
		x := exhaustive{p: p, price: price}
		got, want := s.CostCents+price*int64(len(s.Unassigned)), x.solve()
		if got != want {
			t.Errorf("seed %d: %d cents with %d stops left out, the optimum is %d", seed, got, len(s.Unassigned), want)
		}
		s = explored(p, Options{Seed: seed, Iterations: 2000, UnassignedCents: price})
		if err := routing.Check(p, s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := s.CostCents + price*int64(len(s.Unassigned)); got != want {
			t.Errorf("seed %d: the search finds %d cents with %d stops left out, the optimum is %d", seed, got, len(s.Unassigned), want)
		}
	}
	if partial < 10 {
		t.Errorf("only %d problems leave some stops out; the constraints do not bite", partial)
	}
}
