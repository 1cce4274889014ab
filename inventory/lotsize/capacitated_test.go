package lotsize

import (
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Small problems against every way to order in whole units: each plan passes its check, is never below the best, and the bound never
// above it; where the best exists, a plan is found in most cases and is near it.
func TestCapacitatedAgainstAllWays(t *testing.T) {
	t.Parallel()
	found, exists, excess := 0, 0, 0.0
	rapid.Check(t, func(t *rapid.T) {
		p := drawLots(t)
		plan, err := Solve(context.Background(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, plan); err != nil {
			t.Fatal(err)
		}
		best := bestLots(p)
		if math.IsInf(best, 1) {
			if plan.Qty != nil {
				t.Fatalf("a plan where there is none: %+v", plan)
			}
			return
		}
		exists++
		if plan.Status == StatusInfeasible {
			t.Fatalf("said to be impossible, the best costs %g: %+v", best, p)
		}
		if plan.Status == StatusNotFound {
			return
		}
		found++
		excess += plan.Cost/math.Max(best, 1) - 1
		if plan.Cost < best-1e-6 || plan.Bound > best+1e-6 {
			t.Fatalf("cost %g and bound %g, the best is %g: %+v", plan.Cost, plan.Bound, best, p)
		}
	})
	if found < exists*8/10 || excess/float64(max(1, found)) > 0.05 {
		t.Errorf("%d of %d found, %.1f %% above the best on average", found, exists, 100*excess/float64(found))
	}
}

func drawLots(t *rapid.T) Problem {
	const periods = 3
	p := Problem{Capacity: make([]float64, periods)}
	for k := range p.Capacity {
		p.Capacity[k] = float64(rapid.IntRange(3, 12).Draw(t, "capacity"))
	}
	for range 2 {
		x := CapacitatedItem{Item: Item{ID: "x", Order: make([]float64, periods), Holding: make([]float64, periods)}, Use: 1, Setup: float64(rapid.IntRange(0, 1).Draw(t, "setup"))}
		for k := range periods {
			x.Demand = append(x.Demand, float64(rapid.IntRange(0, 4).Draw(t, "demand")))
			x.Order[k] = float64(rapid.IntRange(0, 10).Draw(t, "order"))
			x.Holding[k] = float64(rapid.IntRange(0, 3).Draw(t, "holding"))
		}
		x.Pack = float64(rapid.IntRange(0, 2).Draw(t, "pack"))
		x.Least = float64(rapid.IntRange(0, 2).Draw(t, "least"))
		if rapid.IntRange(0, 3).Draw(t, "calendar") == 0 {
			x.Closed = []bool{false, rapid.Bool().Draw(t, "closed"), false}
		}
		p.Items = append(p.Items, x)
	}
	return p
}

// bestLots tries all whole quantities.
func bestLots(p Problem) float64 {
	best := math.Inf(1)
	plan := [][]float64{make([]float64, 3), make([]float64, 3)}
	var try func(cell int)
	try = func(cell int) {
		if cell == 6 {
			if p.holds(plan) {
				best = math.Min(best, p.cost(plan))
			}
			return
		}
		i, t := cell/3, cell%3
		x := &p.Items[i]
		rest := 0.0
		for _, d := range x.Demand {
			rest += d
		}
		for q := 0.0; q <= rest+2; q++ {
			if q > 0 && (!x.open(t) || x.round(q) != q || x.uses(q) > p.Capacity[t]) {
				continue
			}
			plan[i][t] = q
			if x.stock(plan[i])[t] >= 0 {
				try(cell + 1)
			}
		}
		plan[i][t] = 0
	}
	try(0)
	return best
}

// Without limits it is Wagner and Whitin's problem, proved; whole trucks are filled; what cannot be is a status with the smallest
// capacity that would do.
func TestCapacitatedEdges(t *testing.T) {
	t.Parallel()
	flat := func(v float64) []float64 { return []float64{v, v, v, v} }
	x := CapacitatedItem{Item: Item{ID: "a", Demand: []float64{150, 100, 80, 200}, Order: flat(120), Holding: flat(0.8)}, Use: 1} // Snyder & Shen 2019, problem 3.27
	p := Problem{Items: []CapacitatedItem{x}, Capacity: flat(math.Inf(1))}
	plan, err := Solve(context.Background(), p, 0)
	if err != nil || Check(p, plan) != nil || plan.Status != "optimal" || math.Abs(plan.Cost-424) > 1e-9 {
		t.Fatalf("%+v, %v", plan, err)
	}
	p.Items[0].Truck = 120
	if plan, err = Solve(context.Background(), p, 0); err != nil || Check(p, plan) != nil || plan.Status != "feasible" || plan.Cost < 424 {
		t.Errorf("%+v, %v, %v", plan, err, Check(p, plan))
	}
	p.Capacity = flat(100)
	plan, err = Solve(context.Background(), p, 0)
	if err != nil || plan.Status != "infeasible" || !strings.Contains(plan.Relaxation[0], "130 more capacity in the periods up to 3") {
		t.Errorf("%+v, %v", plan, err)
	}
	p.Items[0].Closed = []bool{true, false, false, false}
	p.Capacity = flat(1000)
	if plan, _ = Solve(context.Background(), p, 0); plan.Status != "infeasible" || !strings.Contains(plan.Relaxation[0], "in a period up to 0") {
		t.Errorf("%+v", plan)
	}
	p.Items[0].Use = math.NaN()
	if _, err := Solve(context.Background(), p, 0); err == nil {
		t.Error("NaN passed")
	}
}

// Where no plan is found it is not called impossible, and a plan is found with the capacity that the answer names, rounded up to
// whole percent. A truck is a whole number of packs.
func TestCapacitatedNotFound(t *testing.T) {
	t.Parallel()
	flat := func(v float64) []float64 { return []float64{v, v, v} }
	x := CapacitatedItem{Item: Item{ID: "a", Demand: flat(4), Order: flat(10), Holding: flat(1)}, Use: 1, Pack: 5, Setup: 1}
	p := Problem{Items: []CapacitatedItem{x}, Capacity: flat(5)}
	plan, err := Solve(context.Background(), p, 0)
	if err != nil || plan.Status != StatusNotFound || plan.Relaxation[0] != "raise the capacity of every period by 20 %" || Check(p, plan) != nil {
		t.Fatalf("%+v, %v", plan, err)
	}
	p.Capacity = flat(6)
	if plan, err = Solve(context.Background(), p, 0); err != nil || plan.Qty == nil || Check(p, plan) != nil {
		t.Errorf("%+v, %v", plan, err)
	}
	p.Items[0].Setup, p.Items[0].Demand = 7, []float64{0, 0, 1}
	p.Capacity = []float64{0, 0, 5}
	if plan, err = Solve(context.Background(), p, 0); err != nil || plan.Status != StatusNotFound || !strings.Contains(plan.Relaxation[0], "raise the capacity") {
		t.Errorf("%+v, %v", plan, err)
	}
	p.Items[0].Truck = 12
	if _, err := Solve(context.Background(), p, 0); err == nil || !strings.Contains(err.Error(), "a truck of 12 is no whole number of packs of 5") {
		t.Error(err)
	}
}

// Periods that take no orders are kept free at any cost level, with the bound of the others.
func TestClosedPeriodsAtAnyPrice(t *testing.T) {
	t.Parallel()
	x := CapacitatedItem{Item: Item{ID: "a", Demand: []float64{1, 1, 1}, Order: []float64{1, 1, 1}, Unit: []float64{1e14, 1, 1}, Holding: []float64{1e14, 1, 1}}, Closed: []bool{false, true, true}}
	p := Problem{Items: []CapacitatedItem{x}, Capacity: []float64{math.Inf(1), math.Inf(1), math.Inf(1)}}
	plan, err := Solve(context.Background(), p, 0)
	if err != nil || Check(p, plan) != nil || plan.Qty[0][0] != 3 || plan.Status != StatusOptimal {
		t.Errorf("%+v, %v", plan, err)
	}
}
