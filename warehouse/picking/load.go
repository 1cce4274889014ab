package picking

import (
	"cmp"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// pick is one grasp: a quantity of one item of one order at one slot.
type pick struct {
	slot      warehouse.Slot
	itemID    string
	qty       int64
	weightG   int64
	volumeCm3 int64
}

// load is what of one order goes on one cart.
type load struct {
	order     int // index into the orders given
	picks     []pick
	weightG   int64
	volumeCm3 int64
	bits      []uint64 // one bit a slot position, see tourLength
	aisles    []uint64 // one bit an aisle that is visited
	lengthCm  int64    // of the tour that picks this load alone
}

// splitOrder cuts an order into loads that each fit a cart: one for nearly all orders. Lines of the same item and slot are
// taken together first. A line too large for a cart is cut by quantity. If not even one unit fits, there are no loads and
// the reason says why.
func splitOrder(f *warehouse.Floor, o *warehouse.Order, index int) (loads []load, reason string) {
	maxG, maxCm3, maxLines := limitOr(f.CartWeightG), limitOr(f.CartVolumeCm3), limitOr(int64(f.CartLines))
	current := load{order: index}
	for _, whole := range mergedPicks(o) {
		if unitG, unitCm3 := ceilDiv(whole.weightG, whole.qty), ceilDiv(whole.volumeCm3, whole.qty); unitG > maxG || unitCm3 > maxCm3 {
			return nil, fmt.Sprintf("one unit of item %s (%d g, %d cm³) is more than a cart takes (%d g, %d cm³; 0 = no limit)",
				whole.itemID, unitG, unitCm3, f.CartWeightG, f.CartVolumeCm3)
		}
		for left := whole.qty; left > 0; {
			piece := whole.piece(min(left, fittingQty(whole.qty, whole.weightG, maxG), fittingQty(whole.qty, whole.volumeCm3, maxCm3)))
			if len(current.picks) > 0 && (current.weightG+piece.weightG > maxG || current.volumeCm3+piece.volumeCm3 > maxCm3 || int64(len(current.picks)) >= maxLines) {
				loads = append(loads, current)
				current = load{order: index}
			}
			current.picks = append(current.picks, piece)
			current.weightG += piece.weightG
			current.volumeCm3 += piece.volumeCm3
			left -= piece.qty
		}
	}
	return append(loads, current), ""
}

// mergedPicks gives the lines of an order by slot, those of the same item and slot as one.
func mergedPicks(o *warehouse.Order) []pick {
	picks := make([]pick, 0, len(o.Lines))
	for _, l := range o.Lines {
		picks = append(picks, pick{slot: l.Slot, itemID: l.ItemID, qty: l.Qty, weightG: l.WeightG, volumeCm3: l.VolumeCm3})
	}
	slices.SortStableFunc(picks, func(a, b pick) int {
		return cmp.Or(cmp.Compare(a.slot.Aisle, b.slot.Aisle), cmp.Compare(a.slot.Pos, b.slot.Pos), cmp.Compare(a.itemID, b.itemID))
	})
	merged := picks[:1]
	for _, p := range picks[1:] {
		last := &merged[len(merged)-1]
		if last.slot == p.slot && last.itemID == p.itemID {
			last.qty += p.qty
			last.weightG += p.weightG
			last.volumeCm3 += p.volumeCm3
			continue
		}
		merged = append(merged, p)
	}
	return merged
}

// piece is qty units of a pick, weight and volume rounded up.
func (p pick) piece(qty int64) pick {
	part := p
	part.qty = qty
	part.weightG = shareUp(p.weightG, qty, p.qty)
	part.volumeCm3 = shareUp(p.volumeCm3, qty, p.qty)
	return part
}

// fittingQty is how many of qty units, amount together, stay within limit; at least 1, as the caller has made sure.
func fittingQty(qty, amount, limit int64) int64 {
	if amount <= limit {
		return qty
	}
	return max(1, mulDivDown(qty, limit, amount))
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
