package policy

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"quartermaster/inventory"
)

// slow is an item of which 0.03 units are asked for a day: the minimum of 12 lasts 400 days.
func slow() Input {
	in := example()
	in.Demand = inventory.Demand{ItemID: in.Item.ID, SiteID: "north", MeanPerDay: 0.03, LeadDays: 14, LeadMean: 0.42, LeadSD: 0.8}
	in.Position = inventory.Position{ItemID: in.Item.ID, SiteID: "north"}
	return in
}

// What the smallest batch would lie for longer than MaxBatchDays is not kept: no levels, no order for an empty shelf, the
// service that an empty shelf gives; and a day less of batch keeps it.
func TestTooSlowIsNotKept(t *testing.T) {
	t.Parallel()
	in := slow()
	for _, c := range []struct {
		days int
		kept bool
	}{{0, false}, {399, false}, {400, true}, {401, true}} {
		p := params
		p.MaxBatchDays = c.days
		got, err := Decide(in, p)
		if err != nil {
			t.Fatal(err)
		}
		if err := inventory.CheckPolicy(in.Demand, in.Service, got); err != nil {
			t.Fatal(err)
		}
		if kept := got.Binding != inventory.BindingNotKept; kept != c.kept {
			t.Errorf("%d days: kept %v, want %v (%+v)", c.days, kept, c.kept, got)
		}
		if !c.kept && (got.ReorderPoint != 0 || got.OrderUpTo != 0 || got.FillRate != 0 || got.SafetyStock != -0.42 || got.Cycle >= in.Service.Cycle) {
			t.Errorf("%d days: not kept, but %+v", c.days, got)
		}
		if _, needed, err := Replenish(in, p); err != nil || needed != c.kept {
			t.Errorf("%d days: an order for an empty shelf: %v (%v)", c.days, needed, err)
		}
	}
}

// What is not kept is bought when it is owed, in whole packs and at least the minimum, with a sentence that says so.
func TestNotKeptIsBoughtWhenOwed(t *testing.T) {
	t.Parallel()
	in := slow()
	in.Position.Backordered = 2
	o, needed, err := Replenish(in, params)
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	if err := inventory.CheckReplenishment(in.Item, in.Position, o); err != nil {
		t.Fatal(err)
	}
	want := "stock position -2 (on hand 0, on order 0, owed 2) and too little demand to keep it in stock: order 12 units (2 packs of 6) for 30.60 only to deliver what is owed"
	if o.Reason != want {
		t.Errorf("reason\n%s\nwant\n%s", o.Reason, want)
	}
	in.Position.OnOrder = 12 // the order has been placed
	if _, needed, err = Replenish(in, params); needed || err != nil {
		t.Errorf("what is owed was ordered twice (%v)", err)
	}
}

// Any item is either kept, and then a batch lasts no longer than allowed, or not kept, and then it would; both hold against
// the check. Where demand per day is not given it follows from the lead time.
func TestKeptOrNot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := slow()
		perDay := math.Pow(10, rapid.Float64Range(-4, 2).Draw(t, "log demand"))
		in.Demand.LeadMean, in.Demand.LeadSD = 14*perDay, math.Sqrt(14*perDay)
		if in.Demand.MeanPerDay = perDay; rapid.Bool().Draw(t, "rate unknown") {
			in.Demand.MeanPerDay = 0
		}
		p := Params{MaxBatchDays: rapid.IntRange(1, 800).Draw(t, "days")}
		got, err := Decide(in, p)
		if err != nil {
			t.Fatal(err)
		}
		if err := inventory.CheckPolicy(in.Demand, in.Service, got); err != nil {
			t.Fatal(err)
		}
		lasts := 12 / perDay // minimum and whole packs; no order cost, so no larger batch
		switch not := got.Binding == inventory.BindingNotKept; {
		case not && lasts < float64(p.MaxBatchDays)*(1-1e-9):
			t.Fatalf("12 units last %g of %d days, yet they are not kept", lasts, p.MaxBatchDays)
		case !not && lasts > float64(p.MaxBatchDays)*(1+1e-9):
			t.Fatalf("12 units last %g of %d days, yet they are kept", lasts, p.MaxBatchDays)
		}
	})
}

// Published values: loss functions and newsvendor levels of Snyder & Shen (2019), Fundamentals of Supply Chain Theory, 2nd
// ed., as the test-suite of stockpyl 1.0.2 (L. Snyder) states them.
func TestSnyderShen(t *testing.T) {
	t.Parallel()
	near := func(what string, got, want, tol float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
			t.Errorf("%s is %.9g, want %.9g", what, got, want)
		}
	}
	gamma := func(shape, scale float64) *Distribution {
		d, err := NewDistribution(nil, nil, shape*scale, math.Sqrt(shape)*scale)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	near("gamma loss, shape 2, scale 3, at 4", gamma(2, 3).Loss(4), 2.635971381157268, 1e-9)
	near("gamma loss, shape 0.5, scale 1, at 0.4", gamma(0.5, 1).Loss(0.4), 0.2762961688868337, 1e-9)
	near("exponential loss, rate 0.2, at 1", gamma(1, 5).Loss(1), 4.0936537653899085, 1e-9)
	near("exponential loss, rate 1, at 2.5", gamma(1, 1).Loss(2.5), 0.0820849986238988, 1e-9)
	uniform, err := NewDistribution([]float64{0, 1}, []float64{2, 12}, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	near("uniform loss on 2…12 at 4", uniform.Loss(4), 3.2, 1e-12)
	// The normal of problem 4.3, as a fine table of its quantiles.
	var levels, quantiles []float64
	normal := distuv.Normal{Mu: 50, Sigma: 8}
	for i := 1; i < 4000; i++ {
		p := float64(i) / 4000
		levels, quantiles = append(levels, p), append(quantiles, math.Max(0, normal.Quantile(p)))
	}
	d, err := NewDistribution(levels, quantiles, 50, 8)
	if err != nil {
		t.Fatal(err)
	}
	level, cost, err := Newsvendor(&d, 0.18, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	near("newsvendor level", level, 56.60395592743389, 1e-4)
	near("newsvendor cost", cost, 1.9976051931766445, 5e-3)
}

// Demand of any size and shape gives a policy that holds or an error that names the field; never a level that overflows.
func TestExtremeDemand(t *testing.T) {
	t.Parallel()
	sizes := []float64{0, 1e-300, 1e-9, 1e-3, 1, 1e3, 1e9, 1e12, 1e15, float64(maxUnits)}
	for _, mean := range sizes {
		for _, sd := range sizes {
			for _, service := range []inventory.Service{{Cycle: 0.5}, {Cycle: 1 - 1e-9}, {FillRate: 0.98}, {Cycle: 1e-12, FillRate: 1 - 1e-6}} {
				for _, pack := range []int64{1, 7, 1 << 40} {
					in := example()
					in.Item.PackSize, in.Item.UnitCostCents = pack, 1
					in.Demand = inventory.Demand{ItemID: in.Item.ID, SiteID: "north", MeanPerDay: mean / 14, LeadDays: 14, LeadMean: mean, LeadSD: sd}
					in.Service = service
					name := fmt.Sprintf("mean %g, sd %g, %+v, pack %d", mean, sd, service, pack)
					p, err := Decide(in, params)
					if err != nil {
						if !strings.Contains(err.Error(), `item "85123A" at site "north": `) {
							t.Errorf("%s: %v", name, err)
						}
						continue
					}
					if err := inventory.CheckPolicy(in.Demand, in.Service, p); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if o, needed, err := Replenish(in, params); err == nil && needed {
						if err := inventory.CheckReplenishment(in.Item, in.Position, o); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					}
				}
			}
		}
	}
}
