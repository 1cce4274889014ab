// Package policy turns the distribution of lead-time demand into a reorder point, an order-up-to level and an order.
//
// Takes, per item and site, a quantile function of demand over lead time and review period, costs, pack, minimum, service
// targets and the stock position, and gives the stocking rule with both service levels it reaches, and the order with its
// reason. Method: the reorder point r is the smallest whole number that meets P(X ≤ r) ≥ cycle target and the fill-rate
// target with unit shortage (n(r) − n(r+Q))/Q, n being the loss function (Silver, Pyke & Thomas 2017, ch. 6; Axsäter 2015,
// §5.3; Snyder & Shen 2019, §5); the batch Q follows Harris's economic order quantity, minimum and pack; an item of which a
// batch would last longer than MaxBatchDays is not kept in stock and is bought only when it is owed.
// Never: it neither forecasts nor shares a budget or a truck between items; each item and site is decided alone.
package policy

import (
	"context"
	"math"

	"quartermaster/inventory"
)

// Params are the costs and habits that all items share. The zero value works: no review demand, no order cost.
type Params struct {
	// ReviewDays is the time between two looks at an item, ≥ 0. Demand is expected to contain it already; here it sets the
	// least batch (demand between two looks) and the due day (lead time without review).
	ReviewDays int
	// OrderCostCents is the cost of placing and receiving one order line, ≥ 0; 0 leaves the economic order quantity out.
	OrderCostCents int64
	// HoldingRate is the cost of holding stock as a share of its value per year, ≥ 0; 0 = 0.25.
	HoldingRate float64
	// MaxCoverDays bounds the economic order quantity by this many days of mean demand, so that cheap and slow things are
	// not bought for years; 0 = 180. Minimum and pack may still exceed it.
	MaxCoverDays int
	// MaxBatchDays is the longest that the smallest batch that can be bought may last at mean demand, in days; what would
	// last longer is not kept in stock and bought only when it is owed; 0 = 365.
	MaxBatchDays int
	// ShortageCents is the price of a unit short that all items share, as Price gives it for one fill rate over all of them; it
	// then sets the reorder points in place of each item's Service. 0 = every item keeps its Service.
	ShortageCents float64
}

// Input is one item at one site: all that its rule depends on.
type Input struct {
	Item     inventory.Item
	Demand   inventory.Demand
	Position inventory.Position
	Service  inventory.Service
	OrderDay int // the day an order would be placed, counted from the caller's origin
	Terms    inventory.Terms
}

// reviewDays is the time between two chances to order: the habit, or the longest gap in the supplier's calendar.
func (in *Input) reviewDays(params Params) int {
	if in.Terms.OrderDays == [7]bool{} {
		return params.ReviewDays
	}
	return max(params.ReviewDays, in.Terms.Gap())
}

// Plan decides every input on its own and gives one policy per input, in the same order, and the replenishments of those
// whose position is at or below the reorder point, in the order of the inputs. It returns an error that names item, site
// and field for the first input that makes no sense, and ctx's error when cancelled.
func Plan(ctx context.Context, in []Input, params Params) ([]inventory.Policy, []inventory.Replenishment, error) {
	params, err := params.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	policies := make([]inventory.Policy, len(in))
	var orders []inventory.Replenishment
	for i := range in {
		if i%512 == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		rule, err := decide(&in[i], params)
		if err != nil {
			return nil, nil, err
		}
		policies[i] = rule.policy
		order, needed, err := rule.order(&in[i], params)
		if err != nil {
			return nil, nil, err
		}
		if needed {
			orders = append(orders, order)
		}
	}
	return policies, orders, nil
}

// Decide gives the stocking rule of one item at one site.
func Decide(in Input, params Params) (inventory.Policy, error) {
	params, err := params.withDefaults()
	if err != nil {
		return inventory.Policy{}, err
	}
	r, err := decide(&in, params)
	return r.policy, err
}

// Replenish gives the order that the rule of one item at one site asks for; false means that nothing is needed today.
func Replenish(in Input, params Params) (inventory.Replenishment, bool, error) {
	params, err := params.withDefaults()
	if err != nil {
		return inventory.Replenishment{}, false, err
	}
	r, err := decide(&in, params)
	if err != nil {
		return inventory.Replenishment{}, false, err
	}
	return r.order(&in, params)
}

// rule is a policy with the figures its explanation needs.
type rule struct {
	policy inventory.Policy
	batch  batch
}

// prepare checks an input and gives the law of its demand and its batch: no law where nothing is asked for, a batch of 0 where
// the item is too slow to be kept.
func prepare(in *Input, params Params) (*Distribution, batch, error) {
	if err := validate(in, params); err != nil {
		return nil, batch{}, err
	}
	dist, err := NewDistribution(in.Demand.Levels, in.Demand.LeadQuantiles, in.Demand.LeadMean, in.Demand.LeadSD)
	if err != nil {
		return nil, batch{}, fieldError(in, "lead-time demand", err.Error())
	}
	if in.Demand.MeanPerDay == 0 && in.Demand.LeadMean == 0 && dist.Quantile(strictest(in.Service)) == 0 {
		return nil, batch{}, nil
	}
	b, err := chooseBatch(in, params)
	if err != nil {
		return nil, batch{}, err
	}
	if tooSlow(in, b, params) {
		b = batch{}
	}
	return &dist, b, nil
}

func decide(in *Input, params Params) (rule, error) {
	dist, b, err := prepare(in, params)
	if err != nil {
		return rule{}, err
	}
	out := rule{policy: inventory.Policy{ItemID: in.Item.ID, SiteID: in.Position.SiteID}, batch: b}
	switch {
	case dist == nil:
		out.policy.Cycle, out.policy.FillRate, out.policy.Binding = 1, 1, bindingAsked(in.Service, params)
		return out, nil
	case b.qty == 0:
		out.policy.SafetyStock = -in.Demand.LeadMean
		out.policy.Cycle, out.policy.Binding = dist.CDF(0), inventory.BindingNotKept
		return out, nil
	}
	var r int64
	binding := inventory.BindingAssortment
	if params.ShortageCents > 0 {
		r, err = pricedPoint(in, params, dist)
	} else {
		r, binding, err = reorderPoint(dist, in.Service, float64(b.qty))
	}
	if err != nil {
		return rule{}, fieldError(in, "service", err.Error())
	}
	out.policy.ReorderPoint = r
	out.policy.OrderUpTo = r + b.qty
	out.policy.SafetyStock = float64(r) - in.Demand.LeadMean
	out.policy.Cycle = dist.CDF(float64(r))
	out.policy.FillRate = FillRate(dist, float64(r), float64(b.qty))
	out.policy.Binding = binding
	return out, nil
}

// tooSlow says whether a batch of the item would lie for longer than params allow.
func tooSlow(in *Input, b batch, params Params) bool {
	perDay := in.Demand.MeanPerDay
	if perDay == 0 && in.Demand.LeadDays > 0 {
		perDay = in.Demand.LeadMean / in.Demand.LeadDays
	}
	return float64(b.qty) > perDay*float64(params.MaxBatchDays)
}

func strictest(s inventory.Service) float64 { return math.Max(s.Cycle, s.FillRate) }

func bindingAsked(s inventory.Service, params Params) string {
	switch {
	case params.ShortageCents > 0:
		return inventory.BindingAssortment
	case s.Cycle > 0:
		return bindingCycle
	}
	return bindingFill
}
