package simulations_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"quartermaster/internal/plan"
	sim "quartermaster/simulations"
)

// ran runs scenarios on the shop with few routing steps.
func ran(t testing.TB, base *plan.Snapshot, workers int, scenarios ...sim.Scenario) []sim.Result {
	t.Helper()
	out, err := sim.Run(t.Context(), base, scenarios, plan.Options{Seed: 7, RoutingIterations: 300, Workers: workers}, workers)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func kpi(t testing.TB, r sim.Result, name string) sim.KPI {
	t.Helper()
	for _, k := range r.Report.KPIs {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no figure %s", name)
	return sim.KPI{}
}

// A scenario that changes nothing gives a report without a single difference: the random numbers are common.
func TestIdentity(t *testing.T) {
	t.Parallel()
	base := shop(t, 3)
	base.Forecasts = nil // Run makes them
	f := 1.0
	for _, r := range ran(t, base, 2, one(), sim.Scenario{Name: "times one", Changes: []sim.Change{
		{Demand: &sim.Demand{Factor: 1, Orders: true}}, {LeadTime: &sim.LeadTime{Factor: 1}}, {SiteCapacity: &sim.SiteCapacity{Factor: 1}},
		{Price: &sim.Price{CostFactor: f, PriceFactor: f}},
	}}) {
		for _, k := range r.Report.KPIs {
			if k.Change != 0 || k.Before != k.After {
				t.Errorf("%s: %s changes by %v", r.Name, k.Name, k.Change)
			}
		}
		if len(r.Report.Orders) != 0 || r.Report.OrdersChanged != (sim.Changed{}) || r.BaseHash != r.Hash {
			t.Errorf("%s: %d orders differ: %+v", r.Name, len(r.Report.Orders), r.Report.OrdersChanged)
		}
		for _, x := range r.Report.Suppliers {
			if x.CostCents.Before != x.CostCents.After || x.AdviceBefore != x.AdviceAfter {
				t.Errorf("%s: supplier %+v", r.Name, x)
			}
		}
	}
}

// Closing a site moves its orders: none is served from there, those that were are listed with a reason, and the plan of
// the base still has them there.
func TestClosedSiteMovesItsOrders(t *testing.T) {
	t.Parallel()
	base := shop(t, 4)
	r := ran(t, base, 0, one(sim.Change{SiteClosed: &sim.SiteClosed{Site: "s1"}}))[0]
	listed := map[string]sim.Order{}
	for _, o := range r.Report.Orders {
		listed[o.OrderID] = o
		if slices.Contains(o.After.Sites, "s1") || o.Reason == "" {
			t.Errorf("order %+v", o)
		}
	}
	moved := 0
	for _, p := range r.Base.Promises {
		if slices.ContainsFunc(p.Parts, func(part plan.Part) bool { return part.SiteID == "s1" }) {
			moved++
			if _, ok := listed[p.OrderID]; !ok {
				t.Errorf("order %s was served from the closed site and is not listed", p.OrderID)
			}
		}
	}
	if s := r.Report.Sites[0]; moved == 0 || s.SiteID != "s1" || s.Parcels.After != 0 || s.Parcels.Before == 0 {
		t.Errorf("%d orders were served from s1: %+v", moved, s)
	}
	for _, po := range r.Plan.Purchases {
		if po.SiteID == "s1" {
			t.Errorf("%s buys for a closed site", po.ID)
		}
	}
}

// Where more can only mean more, it does: more demand and longer lead times never buy less, dearer goods cost what they
// are dearer, higher service keeps no less, and less capacity packs no more parcels.
func TestMonotone(t *testing.T) {
	t.Parallel()
	base := shop(t, 5)
	service := func(x float64) sim.Change { return sim.Change{Service: &sim.Service{Cycle: &x, FillRate: &x}} }
	rs := ran(t, base, 0,
		sim.Scenario{Name: "demand", Changes: []sim.Change{{Demand: &sim.Demand{Factor: 1.5}}}},
		sim.Scenario{Name: "lead", Changes: []sim.Change{{LeadTime: &sim.LeadTime{Factor: 2}}}},
		sim.Scenario{Name: "price", Changes: []sim.Change{{Price: &sim.Price{CostFactor: 2}}}},
		sim.Scenario{Name: "service", Changes: []sim.Change{service(0.99)}},
		sim.Scenario{Name: "capacity", Changes: []sim.Change{{SiteCapacity: &sim.SiteCapacity{Factor: 0.02}}}},
	)
	for _, r := range []sim.Result{rs[0], rs[1], rs[3]} {
		if k := kpi(t, r, "purchase_cost_cents"); k.Change <= 0 {
			t.Errorf("%s: purchases go from %v to %v", r.Name, k.Before, k.After)
		}
	}
	// Dearer goods are also held in smaller lots, so twice the cost buys at most twice the value, and lines no less often.
	if k := kpi(t, rs[2], "purchase_cost_cents"); k.After <= k.Before || k.After > 2*k.Before {
		t.Errorf("price: purchases go from %v to %v", k.Before, k.After)
	}
	if k := kpi(t, rs[4], "parcels"); k.After > 2*2*3 || k.Before <= 2*2*3 { // 2 parcels a site and day
		t.Errorf("capacity: parcels go from %v to %v", k.Before, k.After)
	}
	if c := rs[4].Report.OrdersChanged; c.Worse == 0 || c.Better > c.Worse {
		t.Errorf("capacity: %+v", c)
	}
}

// Results come in the order of the scenarios and are the same, byte for byte, for any number of goroutines; progress only
// rises and names the scenario.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	base := shop(t, 6)
	list := []sim.Scenario{
		{Name: "closed", Changes: []sim.Change{{SiteClosed: &sim.SiteClosed{Site: "s3"}}}},
		{Name: "more", Changes: []sim.Change{{Demand: &sim.Demand{Factor: 1.4, Orders: true}}}},
		{Name: "review", Changes: []sim.Change{{Review: &sim.Review{Days: 7}}}},
	}
	var first []byte
	for _, workers := range []int{1, 2, 7} {
		last, named := 0.0, false
		o := plan.Options{Seed: 3, RoutingIterations: 200, Workers: workers, Progress: func(done float64, sentence string) {
			if done < last {
				t.Errorf("progress falls from %v to %v", last, done)
			}
			last, named = done, named || strings.HasPrefix(sentence, "closed: ")
		}}
		rs, err := sim.Run(t.Context(), base, list, o, workers)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(rs)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = text
		}
		if string(first) != string(text) || rs[2].Name != "review" || last < 0.999 || !named {
			t.Errorf("%d workers: another answer, or progress ends at %v", workers, last)
		}
	}
}

// Check is no rubber stamp: a report that is changed in any one place does not pass.
func TestCheckCatches(t *testing.T) {
	t.Parallel()
	base := shop(t, 7)
	r := ran(t, base, 0, one(sim.Change{SiteClosed: &sim.SiteClosed{Site: "s2"}}))[0]
	for name, spoil := range map[string]func(*sim.Report){
		"a figure":          func(r *sim.Report) { r.KPIs[1].After++ },
		"a change":          func(r *sim.Report) { r.KPIs[2].Change++ },
		"a figure left out": func(r *sim.Report) { r.KPIs = r.KPIs[1:] },
		"an order left out": func(r *sim.Report) { r.Orders = r.Orders[1:]; r.OrdersChanged.Any-- },
		"an order twice":    func(r *sim.Report) { r.Orders[0] = r.Orders[1] },
		"an order's cost":   func(r *sim.Report) { r.Orders[0].CostChangeCents++ },
		"an order's answer": func(r *sim.Report) {
			r.Orders[0].After.Answer = sim.AnswerAbsent
			r.Orders[0].Before.Answer = sim.AnswerPromised
			r.Orders[1].After.Answer = sim.AnswerAbsent
		},
		"the count":          func(r *sim.Report) { r.OrdersChanged.Any++ },
		"a site":             func(r *sim.Report) { r.Sites[0].DistanceM.After++ },
		"a supplier":         func(r *sim.Report) { r.Suppliers[0].CostCents.Before++ },
		"a supplier's share": func(r *sim.Report) { r.Suppliers[1].PrepaidCents.After++ },
	} {
		c := sim.Compare(r.Base, r.Plan)
		if err := sim.Check(r.Base, r.Plan, c); err != nil {
			t.Fatal(err)
		}
		if spoil(&c); sim.Check(r.Base, r.Plan, c) == nil {
			t.Errorf("%s was changed unnoticed", name)
		}
	}
}

// A run that is cancelled ends with the context's error; one on facts that cannot be planned names them.
func TestRunFails(t *testing.T) {
	t.Parallel()
	base := shop(t, 8)
	ctx, cancel := context.WithCancel(t.Context())
	o := plan.Options{Seed: 1, RoutingIterations: 100, Progress: func(float64, string) { cancel() }}
	if _, err := sim.Run(ctx, base, []sim.Scenario{one()}, o, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	huge := *base
	huge.Orders = slices.Clone(base.Orders)
	huge.Orders[0].Lines = []plan.OrderLine{{ItemID: "item01", Qty: 9_000_000}}
	var invalid *plan.InvalidError
	_, err := sim.Run(t.Context(), &huge, []sim.Scenario{one(sim.Change{Demand: &sim.Demand{Factor: 2, Orders: true}})}, plan.Options{Seed: 1, RoutingIterations: 1}, 1)
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), `scenario "test"`) {
		t.Errorf("beyond what can be planned: %v", err)
	}
}
