package policy

import (
	"context"
	"fmt"
	"math"
)

// CanOrderItem is one item of a family under continuous review: Poisson demand, unit by unit, that waits when stock is out.
type CanOrderItem struct {
	OrderCost                 float64 // of adding the item to an order, ≥ 0
	HoldingCost, StockoutCost float64 // per unit and time, > 0
	DemandRate, LeadTime      float64 // > 0, ≥ 0
}

// CanOrderRule orders item i up to Level at Must, and also at Can when another item orders.
type CanOrderRule struct{ Must, Can, Level int }

// CanOrderPlan is a rule for each item. Cost is that of the decomposition, which takes chances to come at random: with few items
// the true cost is lower, by about a tenth.
type CanOrderPlan struct {
	Rules  []CanOrderRule
	Cost   float64 // per time
	Rounds int
}

const canOrderRounds = 30

// CanOrder finds can-order rules (Balintfy 1964) by decomposition: each item sees the orders of all others as a Poisson stream of
// chances to order without the shared cost, and its best rule is found exactly by search on (must, can, level); rates are iterated
// until they settle (Silver 1974; Federgruen, Groenevelt & Tijms 1984). It gives ctx's error when cancelled.
func CanOrder(ctx context.Context, shared float64, items []CanOrderItem) (CanOrderPlan, error) {
	if len(items) == 0 || !(shared >= 0) || math.IsInf(shared, 0) {
		return CanOrderPlan{}, fmt.Errorf("policy: can-order rules need items and a shared order cost ≥ 0, got %d items and %g", len(items), shared)
	}
	laws := make([]WholeLaw, len(items))
	for i, x := range items {
		if err := positive(fmt.Sprintf("item %d: holding cost", i), x.HoldingCost, "its stock-out cost", x.StockoutCost, "its demand rate", x.DemandRate); err != nil {
			return CanOrderPlan{}, err
		}
		if !(x.OrderCost >= 0) || math.IsInf(x.OrderCost, 0) || !(x.LeadTime >= 0) || x.DemandRate*x.LeadTime > 1e5 {
			return CanOrderPlan{}, fmt.Errorf("policy: item %d: order cost %g or lead time %g makes no sense", i, x.OrderCost, x.LeadTime)
		}
		law, err := NewPoisson(math.Max(x.DemandRate*x.LeadTime, 1e-9))
		if err != nil {
			return CanOrderPlan{}, err
		}
		laws[i] = law
	}
	plan := CanOrderPlan{Rules: make([]CanOrderRule, len(items))}
	must := make([]float64, len(items)) // rate at which an item triggers orders
	for round := range canOrderRounds {
		plan.Rounds, plan.Cost = round+1, 0
		moved := 0.0
		for i, x := range items {
			if ctx.Err() != nil {
				return CanOrderPlan{}, ctx.Err()
			}
			chances := 0.0
			for j, r := range must {
				if j != i {
					chances += r
				}
			}
			rule, cost, rate := bestCanOrder(x, shared, chances, laws[i])
			moved += math.Abs(rate - must[i])
			must[i], plan.Rules[i] = rate, rule
			plan.Cost += cost
		}
		if moved < 1e-9 {
			break
		}
	}
	return plan, nil
}

// bestCanOrder searches the rule of one item under a rate of chances: level and must by steps, can by scanning.
func bestCanOrder(x CanOrderItem, shared, chances float64, law WholeLaw) (CanOrderRule, float64, float64) {
	centre := int(law.Quantile(x.StockoutCost / (x.StockoutCost + x.HoldingCost)))
	q, _ := EconomicOrderQuantity(shared+x.OrderCost+1e-9, x.DemandRate, x.HoldingCost)
	best := CanOrderRule{Must: centre - 1 - int(q/3), Can: centre - 1, Level: centre + int(q/2) + 1}
	best.Can = max(best.Can, best.Must)
	cost, rate := canOrderCost(x, shared, chances, law, best)
	try := func(r CanOrderRule) bool {
		if r.Can < r.Must || r.Can >= r.Level {
			return false
		}
		c, m := canOrderCost(x, shared, chances, law, r)
		if c < cost-1e-12 {
			best, cost, rate = r, c, m
			return true
		}
		return false
	}
	for better := true; better; {
		better = false
		for _, d := range []int{1, -1, 4, -4} {
			for _, r := range []CanOrderRule{{best.Must + d, best.Can, best.Level}, {best.Must, best.Can + d, best.Level}, {best.Must, best.Can, best.Level + d},
				{best.Must + d, best.Can + d, best.Level}, {best.Must, best.Can + d, best.Level + d}, {best.Must + d, best.Can + d, best.Level + d}} {
				better = try(r) || better
			}
		}
	}
	return best, cost, rate
}

// canOrderCost is the cost per time of a rule and the rate at which it triggers orders: a renewal cycle runs down from the level
// by single demands; between can and must a chance ends it at the item's own cost.
func canOrderCost(x CanOrderItem, shared, chances float64, law WholeLaw, r CanOrderRule) (cost, rate float64) {
	time, spent, alive := 0.0, 0.0, 1.0 // alive: probability that the cycle reaches this position
	for y := r.Level; y > r.Must; y-- {
		leave := x.DemandRate
		if y <= r.Can {
			leave += chances
		}
		stay := alive / leave
		time += stay
		spent += stay * NewsvendorCost(law, float64(y), x.HoldingCost, x.StockoutCost)
		if y <= r.Can {
			alive *= x.DemandRate / leave
		}
	}
	spent += x.OrderCost + alive*shared
	return spent / time, alive / time
}

// RandomLeadLaw is the demand of a Poisson stream over a lead time with gamma law: negative binomial, with variance λL + λ²σ²;
// Poisson where the lead time is certain (Zipkin 2000, §7.5).
func RandomLeadLaw(demandRate, leadMean, leadSD float64) (WholeLaw, error) {
	if err := positive("demand rate", demandRate, "mean lead time", leadMean); err != nil {
		return nil, err
	}
	if !(leadSD >= 0) || math.IsInf(leadSD, 0) {
		return nil, fmt.Errorf("policy: standard deviation of the lead time is %g; it must be finite and not negative", leadSD)
	}
	mean := demandRate * leadMean
	if leadSD == 0 {
		return NewPoisson(mean)
	}
	return NewNegativeBinomial(mean, math.Sqrt(mean+demandRate*demandRate*leadSD*leadSD))
}

// BaseStockPlan is a periodic-review level with what it costs per period and serves; see PeriodicBaseStock.
type BaseStockPlan struct {
	Level           int
	Cost            float64
	Cycle, FillRate float64
}

// PeriodicBaseStock is the level of least cost when stock is looked at every period and an order placed then comes a whole number of
// periods later: the newsvendor over lead + 1 periods; demand waits. cover is the law of that demand, before the law of the demand
// of lead periods (nil for none): its losses make the fill rate (Zipkin 2000, §9.3).
func PeriodicBaseStock(cover, before WholeLaw, holding, stockout float64) (BaseStockPlan, error) {
	level, cost, err := Newsvendor(cover, holding, stockout)
	if err != nil {
		return BaseStockPlan{}, err
	}
	p := BaseStockPlan{Level: int(level), Cost: cost, Cycle: cover.CDF(level)}
	waits, mean := cover.Loss(level), cover.Mean()
	if before != nil {
		waits -= before.Loss(level)
		mean -= before.Mean()
	}
	p.FillRate = 1
	if mean > 0 {
		p.FillRate = math.Min(1, math.Max(0, 1-waits/mean))
	}
	return p, nil
}
