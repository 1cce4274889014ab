package server_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
)

// told is what an answer says about what cannot be.
type told struct {
	status              string
	reasons, relaxation []string
}

func (a told) mustSay(t *testing.T, name, status, reason, relaxation string) {
	t.Helper()
	if a.status != status || !strings.Contains(strings.Join(a.reasons, "\n"), reason) || !strings.Contains(strings.Join(a.relaxation, "\n"), relaxation) {
		t.Errorf("%s: %q because %q, way out %q; want %q because %q, way out %q", name, a.status, a.reasons, a.relaxation, status, reason, relaxation)
	}
}

// What no stock, no placement and no lots can bring about is a status that names what is wrong and the smallest change that would
// help; edges that only look impossible are answered.
func TestWhatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	restock := func(t *testing.T, body string) told {
		q := decoded[api.ReplenishmentRequest](t, `{"origin_date":"2026-03-02","catalogue":`+body+`}`)
		study, err := server.RestockCatalogue(ctx, &q, 1)
		if err != nil {
			t.Fatal(err)
		}
		a := server.RestockWords(study, true, nil)
		return told{a.Status, a.Reasons, a.Relaxation}
	}
	place := func(t *testing.T, body string) told {
		a, err := server.PlaceStock(ctx, decoded[api.PlacementRequest](t, body))
		if err != nil {
			t.Fatal(err)
		}
		return told{a.Status, a.Reasons, a.Relaxation}
	}
	lots := func(t *testing.T, body string) told {
		a, err := server.PlanLots(ctx, decoded[api.LotPlanRequest](t, body))
		if err != nil {
			t.Fatal(err)
		}
		return told{a.Status, a.Reasons, a.Relaxation}
	}
	stock := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(aCatalogue) }
	const circle = `{"stages":[{"id":"a","lead_time":1,"holding_cost":1},{"id":"b","lead_time":1,"holding_cost":1}],"arcs":[{"from":"a","to":"b"},{"from":"b","to":"a"}]}`
	for _, c := range []struct {
		name, body, status, reason, relaxation string
		ask                                    func(*testing.T, string) told
	}{
		{"negative lead time", stock(`"lead_days":3`, `"lead_days":-3`), "infeasible", `supplier "s": a lead time of -3 days`, `raise the lead time of supplier "s" by 3 days to 0`, restock},
		{"service 1", stock(`"cycle":0.9`, `"cycle":1`), "infeasible", "no stock covers every demand", `ask at most 0.9999 of item "a"`, restock},
		{"fill rate 1", stock(`"cycle":0.9`, `"fill_rate":1`), "infeasible", "no stock covers every demand", `ask at most 0.9999 of item "a"`, restock},
		{"zero holding", stock(`"review":{}`, `"review":{"holding_rate":0}`, `"unit_cost_minor":100`, `"unit_cost_minor":0`), "optimal", "", "", restock},
		{"more than the dock takes", stock(`{"id":"w"}`, `{"id":"w","dock_cm3":1000}`, `"unit_cost_minor":100`, `"unit_cost_minor":100,"volume_cm3":500`), "feasible", `dock`, `w`, restock},
		{"negative lead time of a stage", `{"stages":[{"id":"a","lead_time":-2,"holding_cost":1,"demand_sd":1}]}`, "infeasible", `stage "a" has a lead time of -2`, `by 2 periods to 0`, place},
		{"service 1 of a stage", `{"stages":[{"id":"a","lead_time":2,"holding_cost":1,"demand_sd":1,"service":1}]}`, "infeasible", `asks for a service of 1`, `at most 0.9999 of stage "a"`, place},
		{"circle", circle, "infeasible", "circle", "", place},
		{"disconnected", `{"stages":[{"id":"a","lead_time":2,"holding_cost":1,"demand_sd":1},{"id":"b","lead_time":2,"holding_cost":1}]}`, "optimal", "", "", place},
		{"zero holding of a stage", `{"stages":[{"id":"a","lead_time":2,"holding_cost":0,"demand_sd":1}]}`, "optimal", "", "", place},
		{"lots over capacity", `{"items":[{"id":"a","demand":[5,5]}],"capacity":[4,5]}`, "infeasible", "demand up to period", "1 more capacity", lots},
		{"lots before the lead time", `{"items":[{"id":"a","demand":[0,5,5],"lead_periods":2}]}`, "infeasible", `item "a": 5 are needed in period 1`, `item "a" in a period up to 1`, lots},
		{"lots that do not fit", `{"items":[{"id":"a","demand":[4,4],"pack_size":5,"setup_use":1}],"capacity":[5,5]}`, "not found", "no plan was found", "raise the capacity of every period by 20 %", lots},
		{"lots without holding cost", `{"items":[{"id":"a","demand":[4,4],"order_cost":1}],"capacity":[null,null]}`, "optimal", "", "", lots},
		{"lots of nothing", `{"items":[{"id":"a","demand":[0,0],"order_cost":1}]}`, "optimal", "", "", lots},
	} {
		c.ask(t, c.body).mustSay(t, c.name, c.status, c.reason, c.relaxation)
	}
}

func decoded[T any](t *testing.T, body string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Lots with all that they may have: the orders keep lead time, closed periods, packs and trucks, and the parts add up to the cost.
func TestPlanLots(t *testing.T) {
	t.Parallel()
	q := decoded[api.LotPlanRequest](t, `{"items":[{"id":"flour","demand":[0,150,100,80,200],"order_cost":120,"unit_costs":[1,1,1,2,2],"holding_cost":0.8,"setup_use":10,"pack_size":10,"truck_qty":20,"min_order_qty":40,"lead_periods":1,"closed_periods":[2]},
		{"id":"yeast","demand":[20,20,20,20,20],"order_cost":40,"unit_cost":1,"holding_cost":0.1}],"capacity":[100,null,400,300,300]}`)
	if wrong := server.CheckLotPlan(&q); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	a, err := server.PlanLots(context.Background(), q)
	if err != nil || a.Reasons != nil {
		t.Fatal(a, err)
	}
	sum := 0.0
	for _, x := range a.Items {
		sum += x.OrderCost + x.UnitCost + x.HoldingCost
	}
	if diff := sum - a.Cost; diff > 1e-6 || diff < -1e-6 || a.Bound > a.Cost || a.GapPct > 15 {
		t.Errorf("the parts are %g of %g, bound %g", sum, a.Cost, a.Bound)
	}
	for _, o := range a.Orders {
		if o.ItemID == "flour" && (o.OrderPeriod != o.Period-1 || o.OrderPeriod < 0 || o.OrderPeriod == 2 || int(o.Qty)%20 != 0 || o.Qty < 40) {
			t.Errorf("%+v", o)
		}
	}
	for k, p := range a.Periods {
		if p.Capacity != nil && p.Used > *p.Capacity+1e-6 {
			t.Errorf("period %d uses %+v", k, p)
		}
	}
}
