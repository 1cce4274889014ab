package business

import (
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/rng"
	"quartermaster/inventory"
)

// stock draws what lies at each site and what is on its way when the plan begins: a share of the demand over lead time and
// review, which is where a shop that orders up to a level stands between two deliveries.
func (d *drawer) stock(items []inventory.Item, shares [][]float64) ([]inventory.Position, []plan.Inbound) {
	rule := d.b.Stock
	suppliers := map[string]*Supplier{}
	for i := range d.b.Suppliers {
		suppliers[d.b.Suppliers[i].ID] = &d.b.Suppliers[i]
	}
	positions := make([]inventory.Position, 0, len(items)*len(d.b.Sites))
	var inbound []plan.Inbound
	for i, it := range items {
		perDay := meanPerDay(d.sales[i], rule.LookbackDays)
		from := suppliers[it.SupplierID]
		for s, site := range d.b.Sites {
			r := rng.New(d.req.Seed, "stock", it.ID, site.ID)
			cycle := perDay * shares[i][s] * (from.LeadDays + float64(d.b.Review.EveryDays))
			onHand := int64(math.Round(cycle * rule.Cover.draw(r)))
			if len(d.sales[i].Values) == 0 { // never sold before: the first delivery has just come
				onHand = int64(math.Round(float64(rule.NewItemUnits) * shares[i][s]))
			}
			if r.Float64() < rule.EmptyShare {
				onHand = 0
			}
			p := inventory.Position{ItemID: it.ID, SiteID: site.ID, OnHand: onHand}
			if in, ok := d.inbound(it, site.ID, cycle, from.LeadDays); ok {
				p.OnOrder = in.Qty
				inbound = append(inbound, in)
			}
			positions = append(positions, p)
		}
	}
	return positions, inbound
}

// inbound draws a purchase order that is on its way to one position, in whole packs.
func (d *drawer) inbound(it inventory.Item, site string, cycle, leadDays float64) (plan.Inbound, bool) {
	r := rng.New(d.req.Seed, "inbound", it.ID, site)
	if r.Float64() >= d.b.Stock.InboundShare {
		return plan.Inbound{}, false
	}
	units := int64(math.Round(cycle * d.b.Stock.InboundCover.draw(r)))
	units = max(units, it.MinOrderQty)
	units = (units + it.PackSize - 1) / it.PackSize * it.PackSize
	due := r.IntN(int(math.Ceil(leadDays)) + 1)
	return plan.Inbound{ItemID: it.ID, SiteID: site, Qty: units, DueDay: due}, cycle > 0 && units > 0
}

// meanPerDay is the mean over the last days that were seen; closed days count as none, since stock need not last longer
// over them.
func meanPerDay(s forecast.Series, days int) float64 {
	sum := 0.0
	for _, x := range s.Values[max(0, len(s.Values)-days):] {
		if x > 0 { // false for NaN
			sum += x
		}
	}
	return sum / float64(max(1, min(days, len(s.Values))))
}
