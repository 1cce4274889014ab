package policy

import (
	"errors"
	"fmt"
	"math"
)

// positive refuses what is not finite and above 0, by name.
func positive(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1].(float64); !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("policy: %s is %g; it must be finite and above 0", pairs[i], v)
		}
	}
	return nil
}

// OrderQuantityCost is the cost per time of ordering q at a time: K·λ/q + h·q/2 (Snyder & Shen 2019, eq. 3.3).
func OrderQuantityCost(q, orderCost, demandRate, holdingCost float64) float64 {
	return orderCost*demandRate/q + holdingCost*q/2
}

// BackorderQuantity is the economic order quantity where customers wait at cost p a unit and time: the quantity, the share
// of demand that waits, and the cost per time (Snyder & Shen 2019, eqs. 3.25–3.27).
func BackorderQuantity(orderCost, demandRate, holdingCost, stockoutCost float64) (qty, waiting, cost float64, err error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding cost", holdingCost, "stock-out cost", stockoutCost); err != nil {
		return 0, 0, 0, err
	}
	qty = math.Sqrt(2 * orderCost * demandRate * (holdingCost + stockoutCost) / (holdingCost * stockoutCost))
	waiting = holdingCost / (holdingCost + stockoutCost)
	return qty, waiting, BackorderCost(qty, waiting, orderCost, demandRate, holdingCost, stockoutCost), nil
}

// BackorderCost is the cost per time of any quantity and share of demand that waits.
func BackorderCost(qty, waiting, orderCost, demandRate, holdingCost, stockoutCost float64) float64 {
	return holdingCost*qty*(1-waiting)*(1-waiting)/2 + stockoutCost*qty*waiting*waiting/2 + orderCost*demandRate/qty
}

// ProductionQuantity is the economic quantity where stock comes in at a finite rate above demand (Snyder & Shen 2019, §3.4).
func ProductionQuantity(orderCost, demandRate, holdingCost, productionRate float64) (qty, cost float64, err error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding cost", holdingCost); err != nil {
		return 0, 0, err
	}
	if !(productionRate > demandRate) {
		return 0, 0, fmt.Errorf("policy: production rate %g does not exceed demand %g: no lot ends; produce more than %g or serve less",
			productionRate, demandRate, demandRate)
	}
	net := holdingCost * (1 - demandRate/productionRate)
	qty, cost = EconomicOrderQuantity(orderCost, demandRate, net)
	return qty, cost, nil
}

// PriceBreak is a unit price that holds from a quantity on.
type PriceBreak struct{ From, UnitCost float64 }

// DiscountQuantity is the best order quantity under price breaks, which break it falls into and its cost per time with the
// goods. holdingRate is the share of a unit's price that its stay costs per time. incremental prices only the units beyond a
// break anew; else all units are (Snyder & Shen 2019, §3.3).
func DiscountQuantity(orderCost, demandRate, holdingRate float64, breaks []PriceBreak, incremental bool) (qty float64, region int, cost float64, err error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding rate", holdingRate); err != nil {
		return 0, 0, 0, err
	}
	if len(breaks) == 0 || breaks[0].From != 0 {
		return 0, 0, 0, errors.New("policy: price breaks begin at 0 units")
	}
	cost = math.Inf(1)
	lump := 0.0 // what the dearer units before a break cost more
	for j, b := range breaks {
		if !(b.UnitCost > 0) || math.IsInf(b.UnitCost, 0) || (j > 0 && (b.From <= breaks[j-1].From || b.UnitCost >= breaks[j-1].UnitCost)) {
			return 0, 0, 0, fmt.Errorf("policy: price break %d (%g from %g units): prices must fall while quantities rise", j, b.UnitCost, b.From)
		}
		end := math.Inf(1)
		if j+1 < len(breaks) {
			end = breaks[j+1].From
		}
		if j > 0 && incremental {
			lump += (breaks[j-1].UnitCost - b.UnitCost) * b.From
		}
		q := math.Sqrt(2 * (orderCost + lump) * demandRate / (holdingRate * b.UnitCost))
		if incremental && (q < b.From || q >= end) {
			continue // the cost has no minimum at a break
		}
		q = math.Max(q, b.From)
		if q >= end {
			continue // the next break is cheaper
		}
		c := b.UnitCost*demandRate + holdingRate*lump/2 + (orderCost+lump)*demandRate/q + holdingRate*b.UnitCost*q/2
		if c < cost {
			qty, region, cost = q, j, c
		}
	}
	return qty, region, cost, nil
}

// YieldQuantity is the economic order quantity where an order of q brings q·Z + Y units: with additive yield Z is 1 and Y has the
// given mean and standard deviation, else Y is 0 and Z has (Snyder & Shen 2019, §9.3.1).
func YieldQuantity(orderCost, demandRate, holdingCost, yieldMean, yieldSD float64, additive bool) (qty, cost float64, err error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding cost", holdingCost); err != nil {
		return 0, 0, err
	}
	if !(yieldSD >= 0) || (!additive && !(yieldMean > 0)) || math.IsNaN(yieldMean) {
		return 0, 0, fmt.Errorf("policy: yield with mean %g and standard deviation %g brings nothing in", yieldMean, yieldSD)
	}
	if additive {
		qty = math.Sqrt(2*orderCost*demandRate/holdingCost+yieldSD*yieldSD) - yieldMean
	} else {
		qty = math.Sqrt(2 * orderCost * demandRate / (holdingCost * (yieldMean*yieldMean + yieldSD*yieldSD)))
	}
	return qty, YieldCost(qty, orderCost, demandRate, holdingCost, yieldMean, yieldSD, additive), nil
}

// YieldCost is the cost per time of any quantity under random yield.
func YieldCost(qty, orderCost, demandRate, holdingCost, yieldMean, yieldSD float64, additive bool) float64 {
	mean, square := qty+yieldMean, (qty+yieldMean)*(qty+yieldMean)+yieldSD*yieldSD
	if !additive {
		mean, square = qty*yieldMean, qty*qty*(yieldMean*yieldMean+yieldSD*yieldSD)
	}
	return orderCost*demandRate/mean + holdingCost*square/(2*mean)
}

// Disruption is a supplier that fails and recovers at random, at rates per time.
type Disruption struct {
	FailRate, RecoverRate float64
	// Approximate takes the supplier to be down as often when stock runs out as on average; exact counts from the last order.
	Approximate bool
}

// owed is the expected time that demand waits per order.
func (d Disruption) owed(qty, demandRate float64) float64 {
	down := d.FailRate / (d.FailRate + d.RecoverRate)
	if !d.Approximate {
		down *= -math.Expm1(-(d.FailRate + d.RecoverRate) * qty / demandRate)
	}
	return down / d.RecoverRate
}

// DisruptionCost is the cost per time of ordering q each time stock runs out, unless the supplier is down; demand of that
// time is lost at cost p a unit (Berk & Arreola-Risa 1994; Snyder & Shen 2019, eqs. 9.4, 9.8).
func DisruptionCost(qty, orderCost, demandRate, holdingCost, stockoutCost float64, d Disruption) float64 {
	owed := d.owed(qty, demandRate)
	return (orderCost + holdingCost*qty*qty/(2*demandRate) + stockoutCost*demandRate*owed) / (qty/demandRate + owed)
}

// DisruptionQuantity is the order quantity of least DisruptionCost, found to 10⁻¹⁰ where the slope changes sign.
func DisruptionQuantity(orderCost, demandRate, holdingCost, stockoutCost float64, d Disruption) (qty, cost float64, err error) {
	if err := positive("order cost", orderCost, "demand rate", demandRate, "holding cost", holdingCost, "stock-out cost", stockoutCost,
		"fail rate", d.FailRate, "recovery rate", d.RecoverRate); err != nil {
		return 0, 0, err
	}
	at := func(q float64) float64 {
		return DisruptionCost(q, orderCost, demandRate, holdingCost, stockoutCost, d)
	}
	lo, _ := EconomicOrderQuantity(orderCost, demandRate, holdingCost)
	lo /= 64
	hi := lo
	for at(hi*2) < at(hi) && hi < 1e15 {
		hi *= 2
	}
	lo, hi = hi/2, hi*2
	slope := func(q float64) float64 { // of the cost, in closed form of numerator and denominator
		e := q * 1e-5
		return at(q+e) - at(q-e)
	}
	for range 200 {
		if mid := (lo + hi) / 2; slope(mid) > 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, at(hi), nil
}
