package simulations

import (
	"fmt"
	"math"

	"quartermaster/internal/plan"
)

// Check tells whether a report says what the two plans say. It is written apart from Compare: it recounts every figure
// from the plans' rows, adds up the report's orders, sites and suppliers, and looks at each order that the report leaves
// out for being the same in both plans.
func Check(base, changed *plan.Plan, r Report) error {
	for _, step := range []func(base, changed *plan.Plan, r *Report) error{checkKPIs, checkOrders, checkSums} {
		if err := step(base, changed, &r); err != nil {
			return fmt.Errorf("simulations check: %w", err)
		}
	}
	return nil
}

// recount counts a plan's figures from its rows; what a plan keeps as a total only is taken from there.
func recount(p *plan.Plan) map[string]float64 {
	n := map[string]float64{
		"orders": float64(p.Totals.Orders), "sourcing_gap_share": p.Totals.SourcingGap, "handling_cost_cents": float64(p.Totals.HandlingCostCents),
		"unserved": float64(p.Totals.Orders - len(p.Promises)), "promised": float64(len(p.Promises)),
		"purchase_orders": float64(len(p.Purchases)),
	}
	var cost float64
	for _, pr := range p.Promises {
		n["parcels"] += float64(len(pr.Parts))
		cost += float64(pr.CostCents)
		if pr.Complete {
			n["promised_whole"]++
		} else {
			n["partial"]++
		}
		if len(pr.Parts) > 1 {
			n["split"]++
		}
		last := 0.0
		for _, part := range pr.Parts {
			last = math.Max(last, float64(part.ArrivalSec))
			n["co2e_g"] += float64(part.CO2eG)
			for _, l := range part.Lines {
				n["units_promised"] += float64(l.Qty)
			}
		}
		n["arrival_mean_sec"] += last
	}
	n["arrival_mean_sec"] /= math.Max(1, n["promised"])
	n["cost_per_order_cents"] = cost / math.Max(1, n["promised"])
	for _, u := range p.Unserved {
		for _, l := range u.Lines {
			n["units_unserved"] += float64(l.Qty)
		}
	}
	for _, day := range p.SiteDays {
		for _, t := range day.Schedule.Tasks {
			n[string(t.Kind)+"_tasks"]++
		}
		for _, x := range day.Routes {
			n["routes"]++
			n["distance_m"] += float64(x.Route.DistanceM)
			n["delivery_cost_cents"] += float64(x.Route.CostCents)
		}
	}
	for _, po := range p.Purchases {
		for _, l := range po.Lines {
			n["purchase_lines"]++
			n["purchase_cost_cents"] += float64(l.CostCents)
		}
	}
	for _, s := range p.Suppliers {
		n["prepaid_cents"] += float64(s.Exposure.Prepaid.Minor)
		if s.Exposure.Prepaid.Minor > s.Exposure.Limit.Minor {
			n["suppliers_over_limit"]++
		}
	}
	return n
}

// checkKPIs: every figure is there once, is that of the rows, and its change is the difference.
func checkKPIs(base, changed *plan.Plan, r *Report) error {
	was, is := recount(base), recount(changed)
	seen := map[string]bool{}
	for _, k := range r.KPIs {
		switch {
		case seen[k.Name]:
			return fmt.Errorf("%s stands twice", k.Name)
		case !near(k.Before, was[k.Name]) || !near(k.After, is[k.Name]):
			return fmt.Errorf("%s goes from %v to %v, the plans say from %v to %v", k.Name, k.Before, k.After, was[k.Name], is[k.Name])
		case k.Change != k.After-k.Before:
			return fmt.Errorf("%s changes by %v, not %v", k.Name, k.After-k.Before, k.Change)
		case (k.ChangeShare == nil) != (k.Before == 0), k.ChangeShare != nil && !near(*k.ChangeShare*k.Before, k.Change):
			return fmt.Errorf("%s: the share of the change is wrong", k.Name)
		}
		seen[k.Name] = true
	}
	delete(was, "park_tasks") // empty ways home are no figure
	for name := range was {
		if !seen[name] {
			return fmt.Errorf("%s is missing", name)
		}
	}
	return nil
}

// near allows for the rounding of means.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// checkOrders: the changes of the orders listed add up to those of the plans, and no order left out differs.
func checkOrders(base, changed *plan.Plan, r *Report) error {
	listed := map[string]bool{}
	var cost, co2, promised, qty int64
	worth := map[Answer]int64{AnswerPromised: 1, AnswerPartial: 1}
	for _, o := range r.Orders {
		if listed[o.OrderID] {
			return fmt.Errorf("order %s stands twice", o.OrderID)
		}
		listed[o.OrderID] = true
		cost += o.CostChangeCents
		co2 += o.CO2eChangeG
		promised += worth[o.After.Answer] - worth[o.Before.Answer]
		qty += o.After.Qty - o.Before.Qty
	}
	t, u := base.Totals, changed.Totals
	was, is := recount(base), recount(changed)
	switch {
	case cost != u.DeliveryCostCents+u.HandlingCostCents-t.DeliveryCostCents-t.HandlingCostCents:
		return fmt.Errorf("the orders' costs change by %d, the plans' by another sum", cost)
	case co2 != u.CO2eG-t.CO2eG:
		return fmt.Errorf("the orders' CO2e changes by %d g, the plans' by %d", co2, u.CO2eG-t.CO2eG)
	case promised != int64(u.Promised-t.Promised) || qty != int64(is["units_promised"]-was["units_promised"]):
		return fmt.Errorf("the orders listed promise %d orders and %d units more, the plans do not", promised, qty)
	case r.OrdersChanged.Any != len(r.Orders):
		return fmt.Errorf("%d orders are counted as changed, %d are listed", r.OrdersChanged.Any, len(r.Orders))
	}
	type mark struct {
		complete  bool
		cost, co2 int64
		arrival   int64
		sites     string
	}
	marks := func(p *plan.Plan) map[string]mark {
		out := map[string]mark{}
		for _, pr := range p.Promises {
			m := mark{complete: pr.Complete, cost: pr.CostCents, co2: pr.CO2eG}
			sites := map[string]bool{}
			for _, part := range pr.Parts {
				m.arrival = max(m.arrival, part.ArrivalSec)
				sites[part.SiteID] = true
			}
			m.sites = fmt.Sprint(sites) // fmt prints maps in the order of their keys
			out[pr.OrderID] = m
		}
		return out
	}
	before, after := marks(base), marks(changed)
	for id, m := range before {
		if !listed[id] && after[id] != m {
			return fmt.Errorf("order %s differs and is not listed", id)
		}
	}
	for id := range after {
		if _, known := before[id]; !known && !listed[id] {
			return fmt.Errorf("order %s is promised in the scenario alone and is not listed", id)
		}
	}
	return nil
}

// checkSums: sites and suppliers add up to the totals of the two plans.
func checkSums(base, changed *plan.Plan, r *Report) error {
	var s Site
	for _, x := range r.Sites {
		s.Parcels.add(x.Parcels)
		s.Routes.add(x.Routes)
		s.DistanceM.add(x.DistanceM)
		s.CO2eG.add(x.CO2eG)
	}
	var v Supplier
	for _, x := range r.Suppliers {
		v.PurchaseOrders.add(x.PurchaseOrders)
		v.Lines.add(x.Lines)
		v.CostCents.add(x.CostCents)
		v.PrepaidCents.add(x.PrepaidCents)
	}
	t, u := base.Totals, changed.Totals
	prepaid := Pair{int64(recount(base)["prepaid_cents"]), int64(recount(changed)["prepaid_cents"])}
	for _, x := range []struct {
		what      string
		got, want Pair
	}{
		{"parcels of the sites", s.Parcels, Pair{int64(t.Parcels), int64(u.Parcels)}},
		{"routes of the sites", s.Routes, Pair{int64(t.Routes), int64(u.Routes)}},
		{"distance of the sites", s.DistanceM, Pair{t.DistanceM, u.DistanceM}},
		{"CO2e of the sites", s.CO2eG, Pair{t.CO2eG, u.CO2eG}},
		{"purchase orders of the suppliers", v.PurchaseOrders, Pair{int64(t.PurchaseOrders), int64(u.PurchaseOrders)}},
		{"purchase lines of the suppliers", v.Lines, Pair{int64(t.PurchaseLines), int64(u.PurchaseLines)}},
		{"purchases of the suppliers", v.CostCents, Pair{t.PurchaseCents, u.PurchaseCents}},
		{"prepayments of the suppliers", v.PrepaidCents, prepaid},
	} {
		if x.got != x.want {
			return fmt.Errorf("%s sum to %+v, the plans say %+v", x.what, x.got, x.want)
		}
	}
	return nil
}

func (p *Pair) add(o Pair) {
	p.Before += o.Before
	p.After += o.After
}
