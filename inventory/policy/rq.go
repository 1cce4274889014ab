package policy

import (
	"context"
	"fmt"
	"math"
)

// Continuous is the setting of a (r, Q) policy under continuous review and backlogging: costs per order, per unit held and
// time, per unit owed and time, demand per time and lead time in the same time.
type Continuous struct {
	OrderCost, HoldingCost, StockoutCost float64
	DemandMean, DemandSD, LeadTime       float64
}

func (c Continuous) validate() error {
	if err := positive("order cost", c.OrderCost, "holding cost", c.HoldingCost, "stock-out cost", c.StockoutCost, "mean demand", c.DemandMean); err != nil {
		return err
	}
	return positive("standard deviation of demand", c.DemandSD, "lead time", c.LeadTime)
}

// law is the demand over the lead time.
func (c Continuous) law() Normal {
	return Normal{c.LeadTime * c.DemandMean, c.DemandSD * math.Sqrt(c.LeadTime)}
}

// RQCost is the exact expected cost per time of (r, Q) under a smooth law of lead-time demand: the inventory position is uniform
// over r…r+Q (Hadley & Whitin 1963; Zheng 1992; Snyder & Shen 2019, eq. 5.7).
func RQCost(r, q float64, law SmoothLaw, orderCost, demandRate, holdingCost, stockoutCost float64) float64 {
	return orderCost*demandRate/q + holdingCost*(r+q/2-law.Mean()) +
		(holdingCost+stockoutCost)*(law.SecondLoss(r)-law.SecondLoss(r+q))/q
}

// RQPlan is a reorder point and a quantity with what they cost and serve.
type RQPlan struct {
	R, Q, Cost      float64
	Cycle, FillRate float64
}

func (c Continuous) plan(r, q float64, law SmoothLaw) RQPlan {
	return RQPlan{R: r, Q: q, Cost: RQCost(r, q, law, c.OrderCost, c.DemandMean, c.HoldingCost, c.StockoutCost),
		Cycle: law.CDF(r), FillRate: math.Min(1, math.Max(0, 1-(law.Loss(r)-law.Loss(r+q))/q))}
}

// Plan gives the cost and both services of any (r, Q) under normal lead-time demand.
func (c Continuous) Plan(r, q float64) (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	if err := positive("order quantity", q); err != nil {
		return RQPlan{}, err
	}
	return c.plan(r, q, c.law()), nil
}

// ReorderPointFor is the best reorder point for a quantity: the one where the newsvendor costs of r and r + Q are alike
// (Zheng 1992, lemma 3).
func (c Continuous) ReorderPointFor(q float64) (float64, error) {
	if err := c.validate(); err != nil {
		return 0, err
	}
	if err := positive("order quantity", q); err != nil {
		return 0, err
	}
	return pointFor(c.law(), q, c.HoldingCost, c.StockoutCost), nil
}

func pointFor(law Law, q, holding, stockout float64) float64 {
	at := law.Quantile(stockout / (stockout + holding))
	lo, hi := at-q, at
	diff := func(r float64) float64 {
		return NewsvendorCost(law, r, holding, stockout) - NewsvendorCost(law, r+q, holding, stockout)
	}
	for range 200 {
		mid := (lo + hi) / 2
		if mid == lo || mid == hi {
			break
		}
		if diff(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// Optimal is the (r, Q) of least exact cost under normal lead-time demand: with r best for each Q, the cost falls and then
// rises in Q and equals the newsvendor cost at r where it is least (Zheng 1992, theorem 1).
func (c Continuous) Optimal() (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	law := c.law()
	// d cost/dQ has the sign of newsvendor(r(Q)) − cost(Q).
	rises := func(q float64) bool {
		r := pointFor(law, q, c.HoldingCost, c.StockoutCost)
		return NewsvendorCost(law, r, c.HoldingCost, c.StockoutCost) > c.plan(r, q, law).Cost
	}
	lo, _ := EconomicOrderQuantity(c.OrderCost, c.DemandMean, c.HoldingCost)
	hi := lo
	for !rises(hi) {
		lo, hi = hi, hi*2
	}
	for range 100 {
		if mid := (lo + hi) / 2; rises(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	q := (lo + hi) / 2
	return c.plan(pointFor(law, q, c.HoldingCost, c.StockoutCost), q, law), nil
}

// QuantityWithBackorders takes Q from BackorderQuantity and the best r for it (Snyder & Shen 2019, §5.4.2).
func (c Continuous) QuantityWithBackorders() (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	q, _, _, err := BackorderQuantity(c.OrderCost, c.DemandMean, c.HoldingCost, c.StockoutCost)
	if err != nil {
		return RQPlan{}, err
	}
	return c.plan(pointFor(c.law(), q, c.HoldingCost, c.StockoutCost), q, c.law()), nil
}

// QuantityWithSafetyStock takes the economic order quantity and the newsvendor's safety stock (Snyder & Shen 2019, §5.4.3).
func (c Continuous) QuantityWithSafetyStock() (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	q, _ := EconomicOrderQuantity(c.OrderCost, c.DemandMean, c.HoldingCost)
	return c.plan(c.law().Quantile(c.StockoutCost/(c.StockoutCost+c.HoldingCost)), q, c.law()), nil
}

// approxSteps bounds the alternating steps of the approximations; they settle in a few dozen.
const approxSteps = 10_000

// LossApproximation leaves out the second loss at r + Q, which is small, and steps between Q = √(2·(K·λ + (h+p)·n₂(r))/h) and
// the r with n(r) = h·Q/(h+p) until both settle (Hadley & Whitin 1963; Snyder & Shen 2019, §5.4.4).
func (c Continuous) LossApproximation() (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	law := c.law()
	both := c.HoldingCost + c.StockoutCost
	q, _ := EconomicOrderQuantity(c.OrderCost, c.DemandMean, c.HoldingCost)
	r := 0.0
	for range approxSteps {
		r = inverseLoss(law, c.HoldingCost*q/both)
		next := math.Sqrt(2 * (c.OrderCost*c.DemandMean + both*law.SecondLoss(r)) / c.HoldingCost)
		if math.Abs(next-q) < 1e-12*q {
			break
		}
		q = next
	}
	return c.plan(r, q, law), nil
}

// inverseLoss is the x with n(x) = target.
func inverseLoss(law Normal, target float64) float64 {
	lo, hi := law.Mu-target-10*law.Sigma, law.Mu+40*law.Sigma
	for range 200 {
		if mid := (lo + hi) / 2; law.Loss(mid) > target {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// ExpectedLevelApproximation counts p once per unit owed, whatever the time, and h on the expected inventory level; it steps
// between Q = √(2λ·(K + p·n(r))/h) and r = F⁻¹(1 − Q·h/(p·λ)) (Whitin 1953; Snyder & Shen 2019, §5.4.1). Cost is that
// approximation's. An error is given where p·λ < Q·h: then owing is cheaper than stock and the method says nothing.
func (c Continuous) ExpectedLevelApproximation() (RQPlan, error) {
	if err := c.validate(); err != nil {
		return RQPlan{}, err
	}
	law := c.law()
	q, _ := EconomicOrderQuantity(c.OrderCost, c.DemandMean, c.HoldingCost)
	r := 0.0
	for range approxSteps {
		share := 1 - q*c.HoldingCost/(c.StockoutCost*c.DemandMean)
		if !(share > 0) {
			return RQPlan{}, fmt.Errorf("policy: owing at %g a unit is cheaper than holding at %g: the expected-level approximation has no reorder point",
				c.StockoutCost, c.HoldingCost)
		}
		r = law.Quantile(share)
		next := math.Sqrt(2 * c.DemandMean * (c.OrderCost + c.StockoutCost*law.Loss(r)) / c.HoldingCost)
		if math.Abs(next-q) < 1e-12*q {
			break
		}
		q = next
	}
	p := c.plan(r, q, law)
	p.Cost = c.HoldingCost*(r-law.Mu+q/2) + c.OrderCost*c.DemandMean/q + c.StockoutCost*c.DemandMean*law.Loss(r)/q
	return p, nil
}

// RQCostWhole is the exact cost per time of (r, Q) in whole units under any law of whole lead-time demand.
func RQCostWhole(r, q int, law WholeLaw, orderCost, demandRate, holdingCost, stockoutCost float64) float64 {
	sum := orderCost * demandRate
	for y := r + 1; y <= r+q; y++ {
		sum += NewsvendorCost(law, float64(y), holdingCost, stockoutCost)
	}
	return sum / float64(q)
}

// RQWhole is the exact best (r, Q) in whole units: Q grows by the cheaper neighbour for as long as the newsvendor cost of the
// unit added is below the average (Federgruen & Zheng 1992). It gives ctx's error when cancelled.
func RQWhole(ctx context.Context, law WholeLaw, orderCost, demandRate, holdingCost, stockoutCost float64) (RQPlan, error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding cost", holdingCost, "stock-out cost", stockoutCost); err != nil {
		return RQPlan{}, err
	}
	unit := func(y int) float64 { return NewsvendorCost(law, float64(y), holdingCost, stockoutCost) }
	best := int(law.Quantile(stockoutCost / (stockoutCost + holdingCost)))
	r, q := best-1, 1
	sum := orderCost*demandRate + unit(best)
	for step := 0; ; step++ {
		if step%4096 == 0 && ctx.Err() != nil {
			return RQPlan{}, ctx.Err()
		}
		low, high := unit(r), unit(r+q+1)
		next := math.Min(low, high)
		if next >= sum/float64(q) {
			break
		}
		sum += next
		q++
		if low <= high {
			r--
		}
	}
	fill := 1.0
	if q > 0 {
		fill = 1 - (law.Loss(float64(r))-law.Loss(float64(r+q)))/float64(q)
	}
	return RQPlan{R: float64(r), Q: float64(q), Cost: sum / float64(q), Cycle: law.CDF(float64(r)), FillRate: math.Min(1, math.Max(0, fill))}, nil
}
