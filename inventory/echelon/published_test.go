package echelon

import (
	"context"
	"math"
	"testing"

	"quartermaster/internal/rng"
)

// bulldozer is the worked example of Graves & Willems (2000, §5): lead time, cost added, and the stage that it feeds.
var bulldozer = []struct {
	name string
	lead int
	cost float64
	into string
}{
	{"Boggie_Assembly", 11, 575, "Suspension_Group"},
	{"Brake_Group", 8, 3850, "Final_Drive&Brake"},
	{"Case", 15, 2200, "Case&Frame"},
	{"Case&Frame", 16, 1500, "Common_Subassembly"},
	{"Chassis&Platform", 7, 4320, "Main_Assembly"},
	{"Common_Subassembly", 5, 8000, "Main_Assembly"},
	{"Dressed_Out_Engine", 10, 4100, "Main_Assembly"},
	{"Drive_Group", 9, 1550, "Final_Drive&Brake"},
	{"Engine", 7, 4500, "Dressed_Out_Engine"},
	{"Fans", 12, 650, "Dressed_Out_Engine"},
	{"Fender_Group", 9, 900, "Chassis&Platform"},
	{"Final_Assembly", 4, 8000, ""},
	{"Final_Drive&Brake", 6, 3680, "Common_Subassembly"},
	{"Frame_Assembly", 19, 605, "Case&Frame"},
	{"Main_Assembly", 8, 12000, "Final_Assembly"},
	{"Pin_Assembly", 35, 90, "Suspension_Group"},
	{"Plant_Carrier", 9, 155, "Final_Drive&Brake"},
	{"Platform_Group", 6, 725, "Chassis&Platform"},
	{"Roll_Over_Group", 8, 1150, "Chassis&Platform"},
	{"Suspension_Group", 7, 3600, "Final_Assembly"},
	{"Track_Roller_Frame", 10, 3000, "Final_Assembly"},
	{"Transmission", 15, 7450, "Common_Subassembly"},
}

// TestBulldozer shows the optimum that Graves & Willems (2000) print as about $633,000 a year at 30 % holding cost, against
// $830,000 with stock everywhere.
func TestBulldozer(t *testing.T) {
	w := Network{}
	at := map[string]int{}
	for i, s := range bulldozer {
		at[s.name] = i
		w.Stages = append(w.Stages, Stage{ID: s.name, LeadTime: s.lead, MaxServiceTime: Unbounded})
	}
	external := make([]float64, len(bulldozer))
	for i, s := range bulldozer {
		if s.into != "" {
			w.Arcs = append(w.Arcs, Arc{i, at[s.into]})
		} else {
			external[i], w.Stages[i].MaxServiceTime = 1.645*3, 0
		}
	}
	m, _ := newModel(&w)
	for _, i := range m.order {
		w.Stages[i].HoldingCost = 0.3 * bulldozer[i].cost
		for _, a := range m.in(i) {
			w.Stages[i].HoldingCost += w.Stages[m.from[a]].HoldingCost
		}
	}
	for i, s := range PoolSpread(w.Arcs, external) {
		w.Stages[i].Spread = s
	}
	p, err := Place(context.Background(), w, Options{})
	if err != nil || Check(w, p) != nil {
		t.Fatal(err, Check(w, p))
	}
	if math.Abs(p.Cost-632775) > 1 || math.Abs(p.ZeroCost-830809) > 1 || p.Status != StatusOptimal {
		t.Errorf("%s at %.0f, without placement %.0f; want 632,775 and 830,809", p.Status, p.Cost, p.ZeroCost)
	}
}

// TestClarkScarf shows Example 6.1 of Snyder & Shen (2019): levels 6.49, 12.02, 22.71 at cost 47.65, within the bounds of
// Shang & Song (2003).
func TestClarkScarf(t *testing.T) {
	line := Serial{StockoutCost: 37.12, Mean: 5, SD: 1, Stages: []SerialStage{
		{ID: "1", LeadTime: 1, EchelonHolding: 3}, {ID: "2", LeadTime: 1, EchelonHolding: 2}, {ID: "3", LeadTime: 2, EchelonHolding: 2},
	}}
	plan, err := PlaceSerial(context.Background(), line)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(plan.Cost-47.65)/47.65 > 0.001 {
		t.Errorf("cost %.4f, the book has 47.65", plan.Cost)
	}
	for j, want := range []float64{6.49, 12.02, 22.71} {
		if got := plan.Levels[j]; math.Abs(got-want) > 0.04 || got < plan.ShangSong[j][0]-0.02 || got > plan.ShangSong[j][1]+0.02 {
			t.Errorf("stage %d at %.3f, the book has %.2f, bounds %.2f", j+1, got, want, plan.ShangSong[j])
		}
	}
}

// TestSerialSimulation shows that the cost which the recursion promises is the one that a line run for long has.
func TestSerialSimulation(t *testing.T) {
	line := Serial{StockoutCost: 9, Mean: 3, Poisson: true, Stages: []SerialStage{
		{LeadTime: 2, EchelonHolding: 1}, {LeadTime: 1, EchelonHolding: 0.5},
	}}
	plan, err := PlaceSerial(context.Background(), line)
	if err != nil {
		t.Fatal(err)
	}
	// In whole periods: the echelon position of stage 2 at t−3 and its demand decide what stage 1 can have at t−2.
	r := rng.New(1, "serial")
	poisson := func(mean float64) float64 {
		n, p := 0.0, math.Exp(-mean)
		for u, c := r.Float64(), p; u > c && n < 100; n++ {
			p *= mean / (n + 1)
			c += p
		}
		return n
	}
	const runs = 200_000
	sum, squares := 0.0, 0.0
	for range runs {
		two := plan.Levels[1] - poisson(3*1) // echelon stock of stage 2, less what is owed
		one := math.Min(plan.Levels[0], two) - poisson(3*2)
		cost := 0.5*two + 1*one + (9+1.5)*math.Max(0, -one)
		sum += cost
		squares += cost * cost
	}
	mean := sum / runs
	if half := 3 * math.Sqrt((squares/runs-mean*mean)/runs); math.Abs(mean-plan.Cost) > half {
		t.Errorf("promised %.4f, ran %.4f ± %.4f", plan.Cost, mean, half)
	}
}

// TestVariMetric shows against a run of the system itself that VARI-METRIC names what is owed at two bases, and that METRIC
// names less, as Graves (1985) found.
func TestVariMetric(t *testing.T) {
	item := Spare{ID: "pump", UnitCost: 1, DepotTime: 4, Bases: []SpareBase{{Demand: 1.2, ShipTime: 1}, {Demand: 0.6, ShipTime: 1}}}
	depot, bases := 5, []int{3, 2}
	vari, err := item.Evaluate(VariMetric, depot, bases)
	if err != nil {
		t.Fatal(err)
	}
	metric, _ := item.Evaluate(Metric, depot, bases)
	mean, half := runSpares(item, depot, bases)
	if math.Abs(vari-mean) > half+0.02*mean {
		t.Errorf("VARI-METRIC %.4f, run %.4f ± %.4f", vari, mean, half)
	}
	if metric >= mean-half {
		t.Errorf("METRIC %.4f does not understate %.4f ± %.4f", metric, mean, half)
	}
}

// runSpares runs one-for-one ordering with certain times: demand during DepotTime leaves the depot owing, each unit owed to
// the base that asked, then ShipTime passes.
func runSpares(item Spare, depot int, bases []int) (mean, half float64) {
	r := rng.New(7, "spares")
	rate := item.Bases[0].Demand + item.Bases[1].Demand
	type failure struct {
		at   float64
		base int
	}
	const batches, span = 40, 4000.0
	var batch []float64
	for range batches {
		var all []failure
		for at := r.ExpFloat64() / rate; at < span; at += r.ExpFloat64() / rate {
			base := 0
			if r.Float64()*rate > item.Bases[0].Demand {
				base = 1
			}
			all = append(all, failure{at, base})
		}
		owed := 0.0
		for j := range item.Bases {
			var due []float64 // when the replacement of each failure at the base arrives
			var fell []float64
			for k, f := range all {
				if f.base != j {
					continue
				}
				sent := f.at
				if k >= depot { // the unit repaired for the failure `depot` places earlier
					sent = math.Max(sent, all[k-depot].at+item.DepotTime)
				}
				due = append(due, sent+item.Bases[j].ShipTime)
				fell = append(fell, f.at)
			}
			for k := range fell { // the failure is served by the replacement ordered bases[j] failures earlier
				if k >= bases[j] {
					owed += math.Max(0, due[k-bases[j]]-fell[k])
				}
			}
		}
		batch = append(batch, owed/span)
	}
	sum, squares := 0.0, 0.0
	for _, b := range batch {
		sum += b
		squares += b * b
	}
	mean = sum / batches
	return mean, 3 * math.Sqrt((squares/batches-mean*mean)/batches)
}

// TestSpareBudget shows that the split of a budget owes no more than any other split of two items, tried one by one.
func TestSpareBudget(t *testing.T) {
	items := []Spare{
		{ID: "a", UnitCost: 5, DepotTime: 2, DepotStock: 6, BaseStock: 6, Bases: []SpareBase{{Demand: 1, ShipTime: 0.5}, {Demand: 0.4, ShipTime: 1}}},
		{ID: "b", UnitCost: 3, DepotTime: 3, DepotStock: 6, BaseStock: 6, Bases: []SpareBase{{Demand: 0.5, RepairShare: 0.5, RepairTime: 1, ShipTime: 1}}},
	}
	plans, owed, err := PlaceSpares(context.Background(), items, 40, VariMetric)
	if err != nil {
		t.Fatal(err)
	}
	spent := plans[0].Cost + plans[1].Cost
	if spent > 40 {
		t.Fatalf("spent %g of 40", spent)
	}
	best := math.Inf(1)
	for d0 := range 7 {
		for x := range 7 {
			for y := range 7 {
				first, _ := items[0].Evaluate(VariMetric, d0, []int{x, y})
				for d1 := range 7 {
					for z := range 7 {
						if float64(5*(d0+x+y)+3*(d1+z)) <= spent {
							second, _ := items[1].Evaluate(VariMetric, d1, []int{z})
							best = math.Min(best, first+second)
						}
					}
				}
			}
		}
	}
	if owed > best+1e-9 {
		t.Errorf("owes %.5f for %g; the best split of as much owes %.5f", owed, spent, best)
	}
}
