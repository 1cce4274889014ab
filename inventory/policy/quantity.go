package policy

import (
	"math"

	"quartermaster/inventory"
)

const daysPerYear = 365

// batch is the usual order quantity and what set it.
type batch struct {
	qty     int64   // units, whole packs
	eoq     float64 // economic order quantity, 0 where left out
	capped  bool    // the economic quantity was cut to MaxCoverDays
	setting string  // "economic order quantity", "minimum order", "demand between reviews", "single unit"
}

// EconomicOrderQuantity is Harris's formula: Q = √(2·K·λ/h) for order cost K, demand rate λ and holding cost h per unit and
// the same time, with its cost √(2·K·λ·h) per time (Snyder & Shen 2019, eqs. 3.4, 3.5). h must be above 0.
func EconomicOrderQuantity(orderCost, demandRate, holdingCost float64) (qty, cost float64) {
	return math.Sqrt(2 * orderCost * demandRate / holdingCost), math.Sqrt(2 * orderCost * demandRate * holdingCost)
}

// chooseBatch is the largest of economic quantity, minimum order and demand between reviews, in whole packs.
func chooseBatch(in *Input, params Params) (batch, error) {
	b := batch{setting: "single unit"}
	want := 1.0
	if review := in.Demand.MeanPerDay * float64(params.ReviewDays); review > want {
		want, b.setting = review, "demand between reviews"
	}
	holding := float64(in.Item.UnitCostCents) * params.HoldingRate
	if params.OrderCostCents > 0 && holding > 0 {
		b.eoq, _ = EconomicOrderQuantity(float64(params.OrderCostCents), in.Demand.MeanPerDay*daysPerYear, holding)
		if most := in.Demand.MeanPerDay * float64(params.MaxCoverDays); b.eoq > most {
			b.eoq, b.capped = most, true
		}
		if b.eoq > want {
			want, b.setting = b.eoq, "economic order quantity"
		}
	}
	if least := float64(in.Item.MinOrderQty); least > want {
		want, b.setting = least, "minimum order"
	}
	qty, ok := wholePacks(want, in.Item)
	if !ok {
		return batch{}, fieldError(in, "order quantity", "the batch exceeds what can be counted; check demand, minimum and pack")
	}
	b.qty = qty
	return b, nil
}

// wholePacks rounds units up to whole packs and at least the minimum; false means too large to count.
func wholePacks(units float64, item inventory.Item) (int64, bool) {
	units = math.Max(units, float64(item.MinOrderQty))
	pack := item.PackSize
	if !(units+float64(pack) < maxUnits/4) {
		return 0, false
	}
	packs := (int64(math.Ceil(units)) + pack - 1) / pack
	return packs * pack, true
}
