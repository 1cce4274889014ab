package inventory

import (
	"fmt"
	"math"
)

// serviceTol is what a promised service may miss its target by: the tail of a demand distribution is known no better.
const serviceTol = 1e-6

// CheckPolicy holds a policy against the demand and service it was made for: levels in sequence, safety stock as defined,
// both services within 0…1, at or above what was asked, and cycle service on the side of each given quantile where the
// reorder point lies. It knows nothing of how the policy was found.
func CheckPolicy(d Demand, s Service, p Policy) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("inventory check: policy of item %q at site %q: %s", p.ItemID, p.SiteID, fmt.Sprintf(format, args...))
	}
	none := p.ReorderPoint == 0 && p.OrderUpTo == 0 // nothing asked for, nothing kept
	if p.Binding == BindingNotKept {
		if !none || p.FillRate != 0 || p.ItemID != d.ItemID || p.SiteID != d.SiteID {
			return bad("said not to be kept, but has levels %d and %d and serves %g of units", p.ReorderPoint, p.OrderUpTo, p.FillRate)
		}
		return nil
	}
	if p.Binding == BindingAssortment { // the item alone promises nothing
		s = Service{}
	}
	switch {
	case p.ItemID != d.ItemID || p.SiteID != d.SiteID:
		return bad("made for item %q at site %q", d.ItemID, d.SiteID)
	case p.ReorderPoint < 0 || (p.OrderUpTo <= p.ReorderPoint && !none):
		return bad("reorder point %d and order-up-to level %d", p.ReorderPoint, p.OrderUpTo)
	case !(math.Abs(float64(p.ReorderPoint)-d.LeadMean-p.SafetyStock) <= 1e-9*math.Max(1, d.LeadMean)):
		return bad("safety stock %g is not %d less %g", p.SafetyStock, p.ReorderPoint, d.LeadMean)
	case !(p.Cycle >= s.Cycle-serviceTol && p.Cycle <= 1):
		return bad("cycle service %g, asked for %g", p.Cycle, s.Cycle)
	case !(p.FillRate >= s.FillRate-serviceTol && p.FillRate <= 1):
		return bad("fill rate %g, asked for %g", p.FillRate, s.FillRate)
	case p.Binding == BindingAssortment:
	case p.Binding != "cycle" && p.Binding != "fill rate",
		p.Binding == "cycle" && s.Cycle == 0, p.Binding == "fill rate" && s.FillRate == 0:
		return bad("%q set the reorder point, asked for %+v", p.Binding, s)
	}
	for i, level := range d.Levels {
		r := float64(p.ReorderPoint)
		if (r >= d.LeadQuantiles[i] && p.Cycle < level-serviceTol) || (r < d.LeadQuantiles[i] && p.Cycle > level+serviceTol) {
			return bad("cycle service %g at %d does not fit %g units at level %g", p.Cycle, p.ReorderPoint, d.LeadQuantiles[i], level)
		}
	}
	return nil
}

// CheckReplenishment holds a proposed order against item and position: due at all, whole packs, the minimum, up to the level
// and not a pack beyond it, cost to the cent.
func CheckReplenishment(item Item, position Position, r Replenishment) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("inventory check: order of item %q for site %q: %s", r.ItemID, r.SiteID, fmt.Sprintf(format, args...))
	}
	have := position.OnHand + position.OnOrder - position.Backordered
	need := r.Policy.OrderUpTo - have
	switch {
	case r.ItemID != item.ID || r.ItemID != position.ItemID || r.SiteID != position.SiteID || r.SupplierID != item.SupplierID:
		return bad("made for item %q of %q at site %q", item.ID, item.SupplierID, position.SiteID)
	case r.Position != position:
		return bad("position %+v is not the one given", r.Position)
	case have > r.Policy.ReorderPoint || need <= 0:
		return bad("position %d needs no order at reorder point %d, level %d", have, r.Policy.ReorderPoint, r.Policy.OrderUpTo)
	case r.Qty <= 0 || r.Qty%item.PackSize != 0 || r.Qty < item.MinOrderQty || r.Qty < need:
		return bad("%d units for a need of %d, packs of %d, minimum %d", r.Qty, need, item.PackSize, item.MinOrderQty)
	case r.Qty-item.PackSize >= max(need, item.MinOrderQty):
		return bad("%d units are a pack more than needed (%d, minimum %d)", r.Qty, need, item.MinOrderQty)
	case item.UnitCostCents > 0 && (r.CostCents/item.UnitCostCents != r.Qty || r.CostCents%item.UnitCostCents != 0),
		item.UnitCostCents == 0 && r.CostCents != 0:
		return bad("cost %d is not %d × %d", r.CostCents, r.Qty, item.UnitCostCents)
	case r.DueDay < r.OrderDay || r.Reason == "":
		return bad("due on day %d when ordered on day %d, reason %q", r.DueDay, r.OrderDay, r.Reason)
	}
	return nil
}
