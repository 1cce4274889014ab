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
	if review := in.Demand.MeanPerDay * float64(in.reviewDays(params)); review > want {
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
	b.discount(in, params)
	if shelf := in.Item.ShelfLifeDays; shelf > 0 { // a batch must be sold before it expires
		most := int64(in.Demand.MeanPerDay*float64(shelf)) / in.Item.PackSize * in.Item.PackSize
		if least, _ := wholePacks(1, in.Item); b.qty > max(most, least) {
			b.qty, b.setting = max(most, least), "shelf life"
		}
	}
	return b, nil
}

// discount raises the batch to the number of packs whose price makes goods, orders and holding together cheapest in a year,
// within MaxCoverDays (all-units discounts: Snyder & Shen 2019, §3.3.2).
func (b *batch) discount(in *Input, params Params) {
	perYear := in.Demand.MeanPerDay * daysPerYear
	yearly := func(qty int64) float64 {
		unit := float64(in.Terms.CostCents(&in.Item, qty)) / float64(qty)
		return unit*perYear + float64(params.OrderCostCents)*perYear/float64(qty) + unit*params.HoldingRate*float64(qty)/2
	}
	if perYear == 0 || b.qty == 0 {
		return
	}
	least := yearly(b.qty)
	for _, d := range in.Terms.Discounts {
		if d.Packs > maxUnits/8/in.Item.PackSize {
			continue
		}
		qty := d.Packs * in.Item.PackSize
		if qty <= b.qty || float64(qty) > in.Demand.MeanPerDay*float64(params.MaxCoverDays) {
			continue
		}
		if cost := yearly(qty); cost < least {
			least, b.qty, b.setting = cost, qty, "price break"
		}
	}
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
