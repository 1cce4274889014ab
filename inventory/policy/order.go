package policy

import (
	"fmt"
	"math"

	"quartermaster/inventory"
)

// order applies the rule to the position: at or below the reorder point, whole packs up to the order-up-to level.
func (r rule) order(in *Input, params Params) (inventory.Replenishment, bool, error) {
	position := in.Position.InventoryPosition()
	if position > r.policy.ReorderPoint || position >= r.policy.OrderUpTo {
		return inventory.Replenishment{}, false, nil
	}
	qty, ok := wholePacks(float64(r.policy.OrderUpTo-position), in.Item)
	if !ok {
		return inventory.Replenishment{}, false, fieldError(in, "order quantity", "the order exceeds what can be counted; check what is owed")
	}
	if in.Item.UnitCostCents > 0 && qty > math.MaxInt64/in.Item.UnitCostCents {
		return inventory.Replenishment{}, false, fieldError(in, "unit cost", fmt.Sprintf("%d units at %d overflow", qty, in.Item.UnitCostCents))
	}
	leadDays := int(math.Ceil(math.Max(0, in.Demand.LeadDays-float64(in.reviewDays(params)))))
	out := inventory.Replenishment{
		ItemID: in.Item.ID, SiteID: in.Position.SiteID, SupplierID: in.Item.SupplierID,
		Qty: qty, CostCents: in.Terms.CostCents(&in.Item, qty),
		Policy: r.policy, Position: in.Position,
		OrderDay: in.OrderDay, DueDay: in.OrderDay + leadDays,
	}
	out.Reason = r.reason(in, out)
	return out, true, nil
}

// reason is the order in a planner's words: where stock stands, what the level protects, what set the quantity.
func (r rule) reason(in *Input, o inventory.Replenishment) string {
	p := in.Position
	stands := fmt.Sprintf("stock position %d (on hand %d, on order %d, owed %d)", p.InventoryPosition(), p.OnHand, p.OnOrder, p.Backordered)
	amount := fmt.Sprintf("order %s for %d.%02d", packs(o.Qty, in.Item.PackSize), o.CostCents/100, o.CostCents%100)
	if r.batch.qty == 0 {
		return fmt.Sprintf("%s and too little demand to keep it in stock: %s only to deliver what is owed", stands, amount)
	}
	level := fmt.Sprintf("is at or below the reorder point %d, which covers %.1f %% of cycles of %.1f days (mean demand %.1f) and serves %.1f %% of units; the %s target sets it",
		r.policy.ReorderPoint, 100*r.policy.Cycle, in.Demand.LeadDays, in.Demand.LeadMean, 100*r.policy.FillRate, r.policy.Binding)
	return fmt.Sprintf("%s %s; %s, up to %d: the batch of %d follows from the %s", stands, level, amount, r.policy.OrderUpTo, r.batch.qty, r.setBy(in))
}

func (r rule) setBy(in *Input) string {
	switch {
	case r.batch.setting == "minimum order":
		return fmt.Sprintf("minimum order of %d", in.Item.MinOrderQty)
	case r.batch.setting == "economic order quantity" && r.batch.capped:
		return fmt.Sprintf("economic order quantity, cut to %.1f units of longest allowed cover", r.batch.eoq)
	case r.batch.setting == "economic order quantity":
		return fmt.Sprintf("economic order quantity %.1f", r.batch.eoq)
	}
	return r.batch.setting
}

func packs(qty, size int64) string {
	units := "units"
	if qty == 1 {
		units = "unit"
	}
	switch {
	case size == 1:
		return fmt.Sprintf("%d %s", qty, units)
	case qty == size:
		return fmt.Sprintf("%d units (1 pack)", qty)
	}
	return fmt.Sprintf("%d units (%d packs of %d)", qty, qty/size, size)
}
