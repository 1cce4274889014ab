package policy

import (
	"errors"
	"fmt"
	"math"
)

// Newsvendor gives the order-up-to level of one season, S = F⁻¹(p/(p+h)), and its expected cost h·E[(S−X)+] + p·E[(X−S)+]
// for holding cost h and stock-out cost p per unit, both above 0 (Snyder & Shen 2019, eqs. 4.17, 4.25). Any Law will do, also the
// table of a quantile forecast.
func Newsvendor(d Law, holding, stockout float64) (level, cost float64, err error) {
	if !(holding > 0) || !(stockout > 0) || math.IsInf(holding, 0) || math.IsInf(stockout, 0) {
		return 0, 0, errors.New("policy: newsvendor costs must be finite and above 0")
	}
	level = d.Quantile(stockout / (stockout + holding))
	return level, NewsvendorCost(d, level, holding, stockout), nil
}

// NewsvendorCost is the expected cost of any order-up-to level.
func NewsvendorCost(d Law, level, holding, stockout float64) float64 {
	short := d.Loss(level)
	return holding*(level-d.Mean()+short) + stockout*short
}

// Prices are what a unit of a season brings and costs. Holding and Stockout come on top of salvage and lost margin.
type Prices struct{ Revenue, Purchase, Salvage, Holding, Stockout float64 }

// margins are the costs of one unit too few and too many.
func (p Prices) margins() (under, over float64, err error) {
	under, over = p.Revenue-p.Purchase+p.Stockout, p.Purchase-p.Salvage+p.Holding
	if !(under > 0) || !(over > 0) || math.IsInf(under, 0) || math.IsInf(over, 0) {
		return 0, 0, fmt.Errorf("policy: prices %+v: a unit sold must earn and a unit left must lose, else buy none or without end", p)
	}
	return under, over, nil
}

// Season gives the level of greatest expected profit and that profit (Snyder & Shen 2019, §4.3.2.4).
func Season(d Law, p Prices) (level, profit float64, err error) {
	under, over, err := p.margins()
	if err != nil {
		return 0, 0, err
	}
	level = d.Quantile(under / (under + over))
	profit, err = SeasonProfit(d, level, p)
	return level, profit, err
}

// SeasonProfit is the expected profit of any level.
func SeasonProfit(d Law, level float64, p Prices) (float64, error) {
	under, over, err := p.margins()
	if err != nil {
		return 0, err
	}
	return (p.Revenue-p.Purchase)*d.Mean() - NewsvendorCost(d, level, over, under), nil
}

// Myopic gives the base-stock level that is best if stock left over could be sold back at the next period's price, and
// its cost (Snyder & Shen 2019, eqs. 4.54–4.56). discount is the value of a unit of money a period later, in 0…1.
func Myopic(d Law, holding, stockout, purchase, purchaseNext, discount float64) (level, cost float64, err error) {
	net := purchase - discount*purchaseNext
	if !(holding+stockout > 0) || !(stockout-net > 0) || !(net+holding > 0) || !(discount >= 0 && discount <= 1) {
		return 0, 0, fmt.Errorf("policy: purchase cost %g now and %g later with holding %g and stock-out %g: waiting or hoarding without end is best",
			purchase, purchaseNext, holding, stockout)
	}
	level = d.Quantile((stockout - net) / (stockout + holding))
	return level, MyopicCost(d, level, holding, stockout, purchase, purchaseNext, discount), nil
}

// MyopicCost is the cost of any base-stock level.
func MyopicCost(d Law, level, holding, stockout, purchase, purchaseNext, discount float64) float64 {
	return (purchase-discount*purchaseNext)*level + NewsvendorCost(d, level, holding, stockout) + discount*purchaseNext*d.Mean()
}

// YieldLevel is the order of certain demand when a random number of units, by law, comes on top of or short of what was
// ordered, with its expected cost (Snyder & Shen 2019, eq. 9.24).
func YieldLevel(demand float64, yield Law, holding, stockout float64) (order, cost float64, err error) {
	if err := positive("holding cost", holding, "stock-out cost", stockout, "demand", demand); err != nil {
		return 0, 0, err
	}
	order = demand - yield.Quantile(holding/(holding+stockout))
	needed := demand - order // units short where the yield is below
	over := yield.Loss(needed)
	return order, holding*over + stockout*(over+needed-yield.Mean()), nil
}

// DisruptedLevel is the base-stock level of certain demand per period from a supplier that fails with probability fail and
// comes back with probability recover each period, and its cost (Snyder & Shen 2019, §9.2.3).
func DisruptedLevel(demand, holding, stockout, fail, recovery float64) (level, cost float64, err error) {
	if err := positive("demand", demand, "holding cost", holding, "stock-out cost", stockout, "failure probability", fail, "recovery probability", recovery); err != nil {
		return 0, 0, err
	}
	if fail > 1 || recovery > 1 {
		return 0, 0, fmt.Errorf("policy: probabilities %g and %g exceed 1", fail, recovery)
	}
	target := stockout / (stockout + holding)
	periods := 0.0 // of disruption that stock covers
	for down := fail / (fail + recovery); 1-down < target; down *= 1 - recovery {
		periods++
	}
	level = demand * (periods + 1)
	return level, DisruptedCost(level, demand, holding, stockout, fail, recovery), nil
}

// DisruptedCost is the expected cost per period of any base-stock level.
func DisruptedCost(level, demand, holding, stockout, fail, recovery float64) float64 {
	cost := 0.0
	p := recovery / (fail + recovery) // of n periods since the last delivery
	for n, left := 0, 1.0; n < 1_000_000; n++ {
		need := float64(n+1) * demand
		cost += p * (holding*math.Max(0, level-need) + stockout*math.Max(0, need-level))
		if left -= p; left*need < 1e-14*level && n > 0 {
			break
		}
		if n == 0 {
			p *= fail
		} else {
			p *= 1 - recovery
		}
	}
	return cost
}
