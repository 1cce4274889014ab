package simulations

import (
	"slices"

	"quartermaster/internal/plan"
)

// Compare gives the difference of two plans for the same days. Lists come in an order that depends on the plans alone.
func Compare(base, changed *plan.Plan) Report {
	r := Report{Currency: base.Currency, KPIs: []KPI{}, Orders: []Order{}, Sites: []Site{}, Suppliers: []Supplier{}}
	before, after := measures(base), measures(changed)
	for i, k := range before {
		k.Before, k.After = k.After, after[i].After
		k.Change = k.After - k.Before
		if k.Before != 0 {
			share := k.Change / k.Before
			k.ChangeShare = &share
		}
		r.KPIs = append(r.KPIs, k)
	}
	r.orders(base, changed)
	r.sites(base, changed)
	r.suppliers(base, changed)
	return r
}

// measures gives the figures of one plan, in KPI.After.
func measures(p *plan.Plan) []KPI {
	t := p.Totals
	var served, short, prepaid, arrivals int64
	over := 0
	for _, pr := range p.Promises {
		arrivals += arrivalSec(&pr)
		served += units(&pr)
	}
	for _, u := range p.Unserved {
		for _, l := range u.Lines {
			short += l.Qty
		}
	}
	for _, s := range p.Suppliers {
		prepaid += s.Exposure.Prepaid.Minor
		if s.Exposure.Headroom.Minor < 0 {
			over++
		}
	}
	perOrder := func(x int64) float64 { return float64(x) / float64(max(1, t.Promised)) }
	return []KPI{
		{Name: "orders", Label: "Orders", Unit: "orders", After: float64(t.Orders)},
		{Name: "promised", Label: "Promised", Unit: "orders", Better: "up", After: float64(t.Promised)},
		{Name: "promised_whole", Label: "  whole", Unit: "orders", Better: "up", After: float64(t.Promised - t.Partial)},
		{Name: "partial", Label: "  in part", Unit: "orders", Better: "down", After: float64(t.Partial)},
		{Name: "unserved", Label: "Not served", Unit: "orders", Better: "down", After: float64(t.Unserved)},
		{Name: "split", Label: "From several sites", Unit: "orders", Better: "down", After: float64(t.Split)},
		{Name: "units_promised", Label: "Units promised", Unit: "units", Better: "up", After: float64(served)},
		{Name: "units_unserved", Label: "Units not served", Unit: "units", Better: "down", After: float64(short)},
		{Name: "arrival_mean_sec", Label: "Mean arrival", Unit: "s", Better: "down", After: perOrder(arrivals)},
		{Name: "parcels", Label: "Parcels", Unit: "parcels", After: float64(t.Parcels)},
		{Name: "pick_tasks", Label: "Pick tours", Unit: "tasks", After: float64(t.PickTasks)},
		{Name: "move_tasks", Label: "Robot moves", Unit: "tasks", After: float64(t.MoveTasks)},
		{Name: "sort_tasks", Label: "Sorted", Unit: "tasks", After: float64(t.SortTasks)},
		{Name: "routes", Label: "Routes", Unit: "routes", Better: "down", After: float64(t.Routes)},
		{Name: "distance_m", Label: "Distance", Unit: "m", Better: "down", After: float64(t.DistanceM)},
		{Name: "co2e_g", Label: "CO2e", Unit: "g", Better: "down", After: float64(t.CO2eG)},
		{Name: "delivery_cost_cents", Label: "Delivery cost", Unit: "cents", Better: "down", After: float64(t.DeliveryCostCents)},
		{Name: "handling_cost_cents", Label: "Handling cost", Unit: "cents", Better: "down", After: float64(t.HandlingCostCents)},
		{Name: "cost_per_order_cents", Label: "Cost per order", Unit: "cents", Better: "down", After: perOrder(t.DeliveryCostCents + t.HandlingCostCents)},
		{Name: "purchase_orders", Label: "Purchase orders", Unit: "orders", After: float64(t.PurchaseOrders)},
		{Name: "purchase_lines", Label: "  lines", Unit: "lines", After: float64(t.PurchaseLines)},
		{Name: "purchase_cost_cents", Label: "Purchases", Unit: "cents", After: float64(t.PurchaseCents)},
		{Name: "prepaid_cents", Label: "Prepaid at risk", Unit: "cents", Better: "down", After: float64(prepaid)},
		{Name: "suppliers_over_limit", Label: "Suppliers over limit", Unit: "suppliers", Better: "down", After: float64(over)},
		{Name: "sourcing_gap_share", Label: "Sourcing gap", Unit: "share", Better: "down", After: t.SourcingGap},
	}
}

// arrivalSec is when the last parcel of a promise arrives.
func arrivalSec(p *plan.Promise) (sec int64) {
	for _, part := range p.Parts {
		sec = max(sec, part.ArrivalSec)
	}
	return sec
}

func units(p *plan.Promise) (qty int64) {
	for _, part := range p.Parts {
		for _, l := range part.Lines {
			qty += l.Qty
		}
	}
	return qty
}

// sites compares what each site does; sites come in the order in which the base's plan has them.
func (r *Report) sites(base, changed *plan.Plan) {
	index := map[string]int{}
	add := func(p *plan.Plan, of func(*Pair) *int64) {
		at := func(id string) *Site {
			i, known := index[id]
			if !known {
				i = len(r.Sites)
				index[id] = i
				r.Sites = append(r.Sites, Site{SiteID: id})
			}
			return &r.Sites[i]
		}
		for _, day := range p.SiteDays {
			x := at(day.SiteID)
			for _, route := range day.Routes {
				*of(&x.Routes)++
				*of(&x.Parcels) += int64(len(route.Route.Visits))
				*of(&x.DistanceM) += route.Route.DistanceM
				*of(&x.CO2eG) += route.Route.CO2eG
			}
		}
	}
	add(base, before)
	add(changed, after)
}

func before(p *Pair) *int64 { return &p.Before }
func after(p *Pair) *int64  { return &p.After }

// suppliers compares purchases and exposure; suppliers come in the order in which the plans have them.
func (r *Report) suppliers(base, changed *plan.Plan) {
	index := map[string]int{}
	for _, v := range slices.Concat(base.Suppliers, changed.Suppliers) {
		if _, known := index[v.Exposure.SupplierID]; !known {
			index[v.Exposure.SupplierID] = len(r.Suppliers)
			r.Suppliers = append(r.Suppliers, Supplier{SupplierID: v.Exposure.SupplierID, Name: v.Name})
		}
	}
	add := func(p *plan.Plan, of func(*Pair) *int64) {
		for _, po := range p.Purchases {
			x := &r.Suppliers[index[po.SupplierID]]
			*of(&x.PurchaseOrders)++
			*of(&x.Lines) += int64(len(po.Lines))
			*of(&x.CostCents) += po.CostCents
			for _, l := range po.Lines {
				*of(&x.Qty) += l.Qty
			}
		}
		for _, v := range p.Suppliers {
			x := &r.Suppliers[index[v.Exposure.SupplierID]]
			*of(&x.PrepaidCents) = v.Exposure.Prepaid.Minor
			*of(&x.HeadroomCents) = v.Exposure.Headroom.Minor
		}
	}
	add(base, before)
	add(changed, after)
	for _, v := range base.Suppliers {
		r.Suppliers[index[v.Exposure.SupplierID]].AdviceBefore = v.Exposure.Advice
	}
	for _, v := range changed.Suppliers {
		r.Suppliers[index[v.Exposure.SupplierID]].AdviceAfter = v.Exposure.Advice
	}
}
