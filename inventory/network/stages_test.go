package network

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Two stages on small problems: each answer passes its check, and no set of hubs, each filled by its own cheapest flow, is cheaper
// than the bound; the best of them is reached within a hundredth.
func TestTwoStageAgainstAllSets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawStages(t)
		c, err := SolveTwoStage(context.Background(), p, Options{Work: 2e7})
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckTwoStage(p, c); err != nil {
			t.Fatal(err)
		}
		best := math.Inf(1)
		s := newStages(&p)
		for mask := 1; mask < 1<<len(p.Hubs); mask++ {
			var open []int
			for h := range p.Hubs {
				if mask>>h&1 == 1 {
					open = append(open, h)
				}
			}
			if x, err := s.fill(context.Background(), open); err == nil && x.Status == StatusFeasible {
				best = math.Min(best, x.Cost)
			}
		}
		switch {
		case math.IsInf(best, 1):
			if c.Status == StatusFeasible || c.Status == StatusOptimal {
				t.Fatalf("a choice where there is none: %+v", c)
			}
		case c.Status == StatusInfeasible || (c.Status != StatusUnknown && (c.Cost < best*(1-1e-6) || c.Bound > best*(1+1e-6))):
			t.Fatalf("%+v, the best costs %g", c, best)
		case c.Status == StatusOptimal && c.Cost > best*(1+1e-5):
			t.Fatalf("said to be best at %g, the best costs %g", c.Cost, best)
		}
	})
}

func drawStages(t *rapid.T) TwoStage {
	p := TwoStage{CO2Price: rapid.Float64Range(0, 2).Draw(t, "CO2"), Modes: []Mode{{ID: "truck", PerUnitKm: 1, CO2KgPerUnitKm: 0.8, Inbound: true, Outbound: true},
		{ID: "rail", PerUnit: 20, PerUnitKm: 0.4, CO2KgPerUnitKm: 0.1, Inbound: true}}}
	km := func() float64 { return float64(rapid.IntRange(1, 100).Draw(t, "km")) }
	for range 2 {
		p.Plants = append(p.Plants, Plant{UnitCost: float64(rapid.IntRange(0, 9).Draw(t, "make")), Capacity: float64(rapid.IntRange(0, 30).Draw(t, "capacity"))})
		p.InKm = append(p.InKm, []float64{km(), km(), km()})
	}
	for range 3 {
		p.Hubs = append(p.Hubs, Site{FixedCost: float64(rapid.IntRange(0, 900).Draw(t, "fixed")), Capacity: float64(rapid.IntRange(0, 25).Draw(t, "hub"))})
		p.OutKm = append(p.OutKm, []float64{km(), km(), km(), km()})
	}
	for range 4 {
		p.Customers = append(p.Customers, Customer{Demand: float64(rapid.IntRange(1, 9).Draw(t, "demand"))})
	}
	return p
}

// A price of CO2 moves long legs from the road to rail, and never raises the emissions.
func TestCO2PriceMovesModes(t *testing.T) {
	t.Parallel()
	p := TwoStage{Plants: []Plant{{ID: "mill"}}, Hubs: []Site{{ID: "hub"}}, Customers: []Customer{{ID: "c", Demand: 10}}, InKm: [][]float64{{400}}, OutKm: [][]float64{{20}},
		Modes: []Mode{{ID: "truck", PerUnitKm: 0.1, CO2KgPerUnitKm: 0.06, Inbound: true, Outbound: true}, {ID: "rail", PerUnit: 15, PerUnitKm: 0.07, CO2KgPerUnitKm: 0.02, Inbound: true}}}
	before, err := SolveTwoStage(context.Background(), p, Options{})
	if err != nil || before.Status != StatusOptimal || before.In[0].Mode != 0 {
		t.Fatal(before, err)
	}
	p.CO2Price = 1
	after, err := SolveTwoStage(context.Background(), p, Options{})
	if err != nil || after.In[0].Mode != 1 || after.CO2Kg >= before.CO2Kg {
		t.Fatal(after, err)
	}
	if want := 10 * (15 + 400*0.07 + 20*0.1 + (400*0.02 + 20*0.06)); math.Abs(after.Cost-want) > 1e-5*want {
		t.Errorf("costs %g, want %g", after.Cost, want)
	}
	p.Plants[0].Capacity = 4
	if short, err := SolveTwoStage(context.Background(), p, Options{}); err != nil || short.Status != StatusInfeasible || short.Relaxation[0] != "make 6 more, or serve so much less" {
		t.Errorf("%+v, %v", short, err)
	}
}

// One set of sites for all futures against every set, for both aims.
func TestRobustAgainstAllSets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Problem{}
		for range 4 {
			p.Sites = append(p.Sites, Site{FixedCost: float64(rapid.IntRange(0, 40).Draw(t, "fixed"))})
			var row []float64
			for range 5 {
				row = append(row, float64(rapid.IntRange(1, 50).Draw(t, "cost")))
			}
			p.Cost = append(p.Cost, row)
		}
		for range 5 {
			p.Customers = append(p.Customers, Customer{Demand: 1})
		}
		var scenarios []Scenario
		for range 3 {
			s := Scenario{Weight: float64(rapid.IntRange(1, 3).Draw(t, "weight"))}
			for range 5 {
				s.Factor = append(s.Factor, float64(rapid.IntRange(0, 4).Draw(t, "factor")))
			}
			scenarios = append(scenarios, s)
		}
		for _, aim := range []Aim{AimExpected, AimRegret} {
			c, err := SolveRobust(context.Background(), p, scenarios, aim, Options{Work: 1e8})
			if err != nil {
				t.Fatal(err)
			}
			want := robustByHand(p, scenarios, aim)
			got := c.Expected
			if aim == AimRegret {
				got = c.MaxRegret
			}
			if got < want-1e-6 || c.Bound > want+1e-6 || got > want+1e-6 {
				t.Fatalf("%s: %g, bound %g, the best is %g", aim, got, c.Bound, want)
			}
		}
	})
}

func robustByHand(p Problem, scenarios []Scenario, aim Aim) float64 {
	costs := map[int][]float64{}
	best := make([]float64, len(scenarios))
	for k := range best {
		best[k] = math.Inf(1)
	}
	for mask := 1; mask < 1<<len(p.Sites); mask++ {
		for k, s := range scenarios {
			q := p.scenario(s)
			cost := 0.0
			for i, x := range q.Sites {
				if mask>>i&1 == 1 {
					cost += x.FixedCost
				}
			}
			for j := range q.Customers {
				least := math.Inf(1)
				for i := range q.Sites {
					if mask>>i&1 == 1 {
						least = math.Min(least, q.Cost[i][j])
					}
				}
				cost += least
			}
			costs[mask] = append(costs[mask], cost)
			best[k] = math.Min(best[k], cost)
		}
	}
	least := math.Inf(1)
	for _, c := range costs {
		value, sum := 0.0, 0.0
		for k, s := range scenarios {
			if aim == AimRegret {
				value = math.Max(value, c[k]-best[k])
			} else {
				value += s.Weight * c[k]
				sum += s.Weight
			}
		}
		if aim == AimExpected {
			value /= sum
		}
		least = math.Min(least, value)
	}
	return least
}

// Centres of two clouds of customers fall into them; one centre is the weighted median.
func TestGreenfield(t *testing.T) {
	t.Parallel()
	var places []Place
	for k := range 20 {
		places = append(places, Place{7 + 0.01*float64(k%5), 47 + 0.01*float64(k/5), 1}, Place{9 + 0.01*float64(k%5), 46 + 0.01*float64(k/5), 2})
	}
	c, err := Greenfield(context.Background(), places, 2, 1)
	if err != nil || len(c) != 2 || len(c[0].Serves) != 20 {
		t.Fatal(c, err)
	}
	slices.SortFunc(c, func(a, b Centre) int { return int(math.Copysign(1, a.Lon-b.Lon)) })
	if KmBetween(c[0].Lon, c[0].Lat, 7.02, 47.015) > 1 || KmBetween(c[1].Lon, c[1].Lat, 9.02, 46.015) > 1 {
		t.Errorf("%+v", c)
	}
	one, err := Greenfield(context.Background(), []Place{{8, 47, 1}, {9, 47, 5}, {8.5, 48, 1}}, 1, 1)
	if err != nil || KmBetween(one[0].Lon, one[0].Lat, 9, 47) > 0.1 { // more than half of all weight
		t.Errorf("%+v, %v", one, err)
	}
	if km := KmBetween(8.54, 47.38, 6.14, 46.2); math.Abs(km-224) > 2 { // Zürich–Genève
		t.Errorf("%g km", km)
	}
	if _, err := Greenfield(context.Background(), places, 0, 1); err == nil {
		t.Error("no centre was answered")
	}
}

// Hubs found by trying all cost no more than those by exchanges, and all ways go over hubs.
func TestHubs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const n = 7
		p := HubProblem{Hubs: 3, Collect: 1, Transfer: 0.4, Distribute: 1}
		for range n {
			var flows, costs []float64
			for range n {
				flows, costs = append(flows, float64(rapid.IntRange(0, 9).Draw(t, "flow"))), append(costs, float64(rapid.IntRange(1, 50).Draw(t, "cost")))
			}
			p.Flow, p.Cost = append(p.Flow, flows), append(p.Cost, costs)
		}
		c, err := SolveHubs(context.Background(), p)
		if err != nil || c.Status != StatusOptimal || len(c.Hubs) != 3 {
			t.Fatal(c, err)
		}
		sum := 0.0
		for i := range n {
			for j := range n {
				v := c.Via[i][j]
				sum += p.Flow[i][j] * (p.Cost[i][v[0]] + 0.4*p.Cost[v[0]][v[1]] + p.Cost[v[1]][j])
			}
		}
		if math.Abs(sum-c.Cost) > 1e-6*math.Max(1, sum) {
			t.Fatalf("ways cost %g, said %g", sum, c.Cost)
		}
		s := hubSearch{p: &p, best: HubChoice{Cost: math.Inf(1)}, near: make([]float64, n*n)}
		if err := s.exchange(context.Background()); err != nil || s.best.Cost < c.Cost-1e-9 {
			t.Fatalf("exchanges reach %g, below the best %g (%v)", s.best.Cost, c.Cost, err)
		}
	})
}
