package server

import (
	"context"
	"fmt"
	"math"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/inventory/lotsize"
)

var _ = offer(Operation[api.LotPlanRequest, api.LotPlanAnswer]{
	Words: api.LotPlans, Kind: "lot-plan", Summary: "lots over time",
	Description: "When to order how much of what is known to be needed period by period, at least cost of orders, units and holding, of one item or of several that share capacity, with packs, " +
		"least orders, trucks, lead times and closed periods, and a bound below the cost. What cannot be is answered with the smallest change that would make it possible.",
	MaxBodyBytes: api.MaxLargeBodyBytes,
	Check: func(_ context.Context, _ *Work, q *api.LotPlanRequest) ([]api.FieldError, error) {
		return CheckLotPlan(q), nil
	},
	Solve: func(ctx context.Context, _ *Work, q api.LotPlanRequest) (api.LotPlanAnswer, error) {
		return PlanLots(ctx, q)
	},
	Sentence: func(a api.LotPlanAnswer) string {
		if len(a.Reasons) > 0 {
			return a.Reasons[0]
		}
		return fmt.Sprintf("%d orders for %.2f, at least %.2f", len(a.Orders), a.Cost, a.Bound)
	},
})

const (
	// maxLotCells bounds items × periods of one request: a search of it takes minutes at most.
	maxLotCells = 100_000
	maxLotUnits = 1e12
	// maxLotSteps is the tag's limit, which files do not pass.
	maxLotSteps = 2000
)

// CheckLotPlan names every field that makes no sense beside the others, or is not bound by a tag.
func CheckLotPlan(q *api.LotPlanRequest) []api.FieldError {
	var wrong fieldErrors
	if len(q.Items) == 0 {
		wrong.add(nil, "give at least one item", "items")
		return wrong
	}
	periods := len(q.Items[0].Demand)
	if n := len(q.Items) * periods; n == 0 || n > maxLotCells {
		wrong.add(n, fmt.Sprintf("items times periods are %d; give 1 to %d", n, maxLotCells), "items")
		return wrong
	}
	if q.Iterations < 0 || q.Iterations > maxLotSteps {
		wrong.add(q.Iterations, fmt.Sprintf("give 1 to %d, or none", maxLotSteps), "iterations")
	}
	if len(q.Capacity) > 0 && len(q.Capacity) != periods {
		wrong.add(len(q.Capacity), fmt.Sprintf("has %d periods, the demand of the first item %d", len(q.Capacity), periods), "capacity")
	}
	for t, c := range q.Capacity {
		if c != nil {
			wrong.amount(*c, "capacity[%d]", t)
		}
	}
	seen := map[string]bool{}
	for i := range q.Items {
		x, at := &q.Items[i], fmt.Sprintf("items[%d]", i)
		if seen[x.ID] || x.ID == "" {
			wrong.add(x.ID, "is empty or stands twice", "%s.id", at)
		}
		seen[x.ID] = true
		checkLotItem(&wrong, x, at, periods)
	}
	return wrong
}

func checkLotItem(wrong *fieldErrors, x *api.LotItem, at string, periods int) {
	if len(x.Demand) != periods {
		wrong.add(len(x.Demand), fmt.Sprintf("has %d periods, the first item %d", len(x.Demand), periods), "%s.demand", at)
	}
	for t, v := range x.Demand {
		wrong.amount(v, "%s.demand[%d]", at, t)
	}
	if len(x.UnitCosts) > 0 && len(x.UnitCosts) != periods {
		wrong.add(len(x.UnitCosts), fmt.Sprintf("has %d periods, the demand %d", len(x.UnitCosts), periods), "%s.unit_costs", at)
	}
	if len(x.UnitCosts) > 0 && x.UnitCost > 0 {
		wrong.add(x.UnitCost, "give either one cost or that of each period", "%s.unit_cost", at)
	}
	for t, v := range x.UnitCosts {
		wrong.amount(v, "%s.unit_costs[%d]", at, t)
	}
	for k, t := range x.ClosedPeriods {
		if t < 0 || t >= periods {
			wrong.add(t, fmt.Sprintf("is no period; they count from 0 to %d", periods-1), "%s.closed_periods[%d]", at, k)
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"order_cost", x.OrderCost}, {"unit_cost", x.UnitCost}, {"holding_cost", x.HoldingCost}, {"use", x.Use}, {"setup_use", x.SetupUse},
		{"pack_size", x.PackSize}, {"min_order_qty", x.MinOrderQty}, {"truck_qty", x.TruckQty}} {
		wrong.amount(f.value, "%s.%s", at, f.name)
	}
	if x.PackSize > 0 && x.TruckQty > 0 && math.Abs(x.TruckQty/x.PackSize-math.Round(x.TruckQty/x.PackSize)) > 1e-9 {
		wrong.add(x.TruckQty, fmt.Sprintf("is no whole number of packs of %g", x.PackSize), "%s.truck_qty", at)
	}
	if x.LeadPeriods < 0 {
		wrong.add(x.LeadPeriods, "nothing arrives before it is ordered; give 0 or more", "%s.lead_periods", at)
	}
}

// amount refuses what is negative, not a number or too large to be added up.
func (e *fieldErrors) amount(v float64, place string, args ...any) {
	if !(v >= 0 && v <= maxLotUnits) {
		e.add(v, fmt.Sprintf("must lie between 0 and %g", maxLotUnits), place, args...)
	}
}

// PlanLots plans the lots of a request that CheckLotPlan has passed.
func PlanLots(ctx context.Context, q api.LotPlanRequest) (api.LotPlanAnswer, error) {
	p := lotProblem(&q)
	plan, err := lotsize.Solve(ctx, p, q.Iterations)
	if err == nil {
		err = lotsize.Check(p, plan)
	}
	if err != nil {
		return api.LotPlanAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	return lotWords(&q, &p, &plan), nil
}

// lotProblem lets orders arrive in no period before the lead time, nor so long after a closed one.
func lotProblem(q *api.LotPlanRequest) lotsize.Problem {
	periods := len(q.Items[0].Demand)
	p := lotsize.Problem{Capacity: make([]float64, periods)}
	for t := range p.Capacity {
		p.Capacity[t] = math.Inf(1)
		if len(q.Capacity) > 0 && q.Capacity[t] != nil {
			p.Capacity[t] = *q.Capacity[t]
		}
	}
	for i := range q.Items {
		x := &q.Items[i]
		out := lotsize.CapacitatedItem{Item: lotsize.Item{ID: x.ID, Demand: x.Demand, Order: make([]float64, periods), Unit: x.UnitCosts, Holding: make([]float64, periods)},
			Use: x.Use, Setup: x.SetupUse, Pack: x.PackSize, Least: x.MinOrderQty, Truck: x.TruckQty, Closed: make([]bool, periods)}
		if out.Use == 0 {
			out.Use = 1
		}
		if out.Unit == nil {
			out.Unit = make([]float64, periods)
			for t := range out.Unit {
				out.Unit[t] = x.UnitCost
			}
		}
		for t := range periods {
			out.Order[t], out.Holding[t], out.Closed[t] = x.OrderCost, x.HoldingCost, t < x.LeadPeriods
		}
		for _, t := range x.ClosedPeriods {
			if t+x.LeadPeriods < periods {
				out.Closed[t+x.LeadPeriods] = true
			}
		}
		p.Items = append(p.Items, out)
	}
	return p
}

func lotWords(q *api.LotPlanRequest, p *lotsize.Problem, plan *lotsize.CapacitatedPlan) api.LotPlanAnswer {
	out := api.LotPlanAnswer{Status: plan.Status, Cost: plan.Cost, Bound: plan.Bound, GapPct: 100 * plan.Gap, Orders: []api.LotOrder{}, Items: []api.LotStock{},
		Periods: make([]api.LotPeriod, len(p.Capacity)), Reasons: plan.Reasons, Relaxation: plan.Relaxation}
	for t := range out.Periods {
		if len(q.Capacity) > 0 {
			out.Periods[t].Capacity = q.Capacity[t]
		}
	}
	for i, qty := range plan.Qty {
		x := &p.Items[i]
		stock := api.LotStock{ItemID: x.ID, Stock: make([]float64, len(qty))}
		left := 0.0
		for t, n := range qty {
			if n > 0 {
				out.Orders = append(out.Orders, api.LotOrder{ItemID: x.ID, OrderPeriod: t - q.Items[i].LeadPeriods, Period: t, Qty: n})
				out.Periods[t].Used += x.Setup + x.Use*n
				stock.OrderCost += x.Order[t]
				stock.UnitCost += x.Unit[t] * n
			}
			left = math.Max(0, left+n-x.Demand[t])
			stock.Stock[t] = left
			stock.HoldingCost += left * x.Holding[t]
		}
		out.Items = append(out.Items, stock)
	}
	return out
}
