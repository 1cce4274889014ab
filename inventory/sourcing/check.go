package sourcing

import (
	"fmt"
	"math/big"
)

// Check recomputes an assignment from the raw problem: every unit served once or named unserved, no stock or parcel used
// twice, cost and objective to the cent, bound not above the objective. It shares no step with Solve; nil = all holds.
func Check(p Problem, a Assignment) error {
	if len(a.Parts) != len(p.Orders) || len(a.Unserved) != len(p.Orders) {
		return fmt.Errorf("sourcing check: %d orders, but parts for %d and shortfalls for %d", len(p.Orders), len(a.Parts), len(a.Unserved))
	}
	used := make([]int64, len(p.Stock))
	parcels := make([]int64, p.Sites)
	var cost, unserved int64
	for o := range p.Orders {
		c, u, err := checkOrder(&p, o, a.Parts[o], a.Unserved[o], used, parcels)
		if err != nil {
			return err
		}
		cost += c
		unserved += u
	}
	for s, n := range parcels {
		if n > p.ParcelCapacity[s] {
			return fmt.Errorf("sourcing check: site %d ships %d parcels but can ship %d", s, n, p.ParcelCapacity[s])
		}
	}
	scarcity := int64(0)
	for k, units := range used {
		if units > p.Stock[k] {
			return fmt.Errorf("sourcing check: site %d gives %d units of item %d but holds %d", k%p.Sites, units, k/p.Sites, p.Stock[k])
		}
		if p.Threshold != nil {
			scarcity += scarcityByUnits(p.ScarcityCents, p.Stock[k], p.Threshold[k], units)
		}
	}
	cost += scarcity
	objective := cost + unserved*p.UnservedPrice()
	switch {
	case cost != a.CostCents || scarcity != a.ScarcityCents:
		return fmt.Errorf("sourcing check: cost is %d (scarcity %d), stated %d (%d)", cost, scarcity, a.CostCents, a.ScarcityCents)
	case unserved != a.UnservedUnits || objective != a.ObjectiveCents:
		return fmt.Errorf("sourcing check: %d units unserved and objective %d, stated %d and %d", unserved, objective, a.UnservedUnits, a.ObjectiveCents)
	case a.BoundCents > objective:
		return fmt.Errorf("sourcing check: bound %d lies above the objective %d", a.BoundCents, objective)
	case (a.Status == StatusOptimal) != (a.BoundCents == objective):
		return fmt.Errorf("sourcing check: status %q with bound %d and objective %d", a.Status, a.BoundCents, objective)
	}
	return nil
}

// checkOrder adds one order's use and returns its cost without scarcity and its units unserved.
func checkOrder(p *Problem, o int, parts []Part, shorts []Shortfall, used, parcels []int64) (cost, unserved int64, err error) {
	order := &p.Orders[o]
	got := make([]int64, len(order.Lines))
	for i, part := range parts {
		if part.Site < 0 || part.Site >= p.Sites || (i > 0 && part.Site <= parts[i-1].Site) {
			return 0, 0, fmt.Errorf("sourcing check: order %d part %d: site %d is unknown or out of sequence", o, i, part.Site)
		}
		if order.ShipCents[part.Site] < 0 || len(part.Lines) == 0 {
			return 0, 0, fmt.Errorf("sourcing check: order %d: parcel from site %d is empty or has no way", o, part.Site)
		}
		want := order.ShipCents[part.Site] + p.PerParcelCents
		items := make(map[int]bool)
		for _, line := range part.Lines {
			if line.Line < 0 || line.Line >= len(order.Lines) || line.Qty <= 0 {
				return 0, 0, fmt.Errorf("sourcing check: order %d: parcel from site %d carries %d of line %d", o, part.Site, line.Qty, line.Line)
			}
			item := order.Lines[line.Line].Item
			got[line.Line] += line.Qty
			used[item*p.Sites+part.Site] += line.Qty
			if !items[item] {
				items[item] = true
				want += p.PerLineCents
			}
		}
		if want != part.CostCents {
			return 0, 0, fmt.Errorf("sourcing check: order %d: parcel from site %d costs %d, stated %d", o, part.Site, want, part.CostCents)
		}
		cost += want
		parcels[part.Site]++
	}
	for _, short := range shorts {
		if short.Line < 0 || short.Line >= len(got) || short.Qty <= 0 || short.Reason == "" {
			return 0, 0, fmt.Errorf("sourcing check: order %d: shortfall %+v names no line, no units or no reason", o, short)
		}
		got[short.Line] += short.Qty
		unserved += short.Qty
	}
	for l, line := range order.Lines {
		if got[l] != line.Qty {
			return 0, 0, fmt.Errorf("sourcing check: order %d line %d: %d units served or named unserved, %d asked for", o, l, got[l], line.Qty)
		}
	}
	return cost, unserved, nil
}

// scarcityByUnits adds price·j/threshold for each unit j taken below the threshold, as a fraction, and rounds up once.
func scarcityByUnits(price, stock, threshold, taken int64) int64 {
	first, last := threshold-stock+1, threshold-stock+taken // the first unit taken is the first-th below the threshold
	first = max(first, 1)
	if price == 0 || threshold == 0 || last < first {
		return 0
	}
	sum := new(big.Int).Mul(big.NewInt(first+last), big.NewInt(last-first+1)) // twice the sum of first…last
	sum.Mul(sum, big.NewInt(price))
	half := big.NewInt(2 * threshold)
	sum.Add(sum, new(big.Int).Sub(half, big.NewInt(1)))
	return sum.Div(sum, half).Int64()
}
