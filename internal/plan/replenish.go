package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"quartermaster/inventory"
	"quartermaster/inventory/policy"
)

// replenish turns the forecasts into stocking rules for every item at every site, and into purchase orders.
func (b *builder) replenish(ctx context.Context) error {
	m := len(b.s.Sites)
	positions := make([]inventory.Position, len(b.s.Items)*m)
	for i, item := range b.s.Items {
		for j, site := range b.s.Sites {
			positions[i*m+j] = inventory.Position{ItemID: item.ID, SiteID: site.ID}
		}
	}
	for _, p := range b.s.Positions {
		positions[b.itemIndex[p.ItemID]*m+b.siteIndex[p.SiteID]] = p
	}
	in := make([]policy.Input, len(positions))
	for k := range in {
		item, site := k/m, k%m
		in[k] = policy.Input{
			Item: b.s.Items[item], Position: positions[k], Service: b.s.Service,
			Demand: thin(&b.forecasts[item], b.s.Items[item].ID, b.s.Sites[site].ID, b.s.SiteShare[item][site]),
		}
	}
	rules, orders, err := policy.Plan(ctx, in, policy.Params{
		ReviewDays: b.s.Review.ReviewDays, OrderCostCents: b.s.Review.OrderCostCents, HoldingRate: b.s.Review.HoldingRate,
	})
	if err != nil {
		return err
	}
	b.policies = rules
	b.purchase(orders)
	b.progress(0.40, "%d stocking rules, %d purchase orders with %d lines", len(rules), len(b.plan.Purchases), len(orders))
	return nil
}

// thin gives one site's share of an item's demand. Each unit asked for arises in the site's area with probability share,
// apart from the others (binomial thinning): the mean is share·m and the variance share²·v + share·(1−share)·m. The shape is
// kept: quantiles are those of the whole, moved and scaled to the new mean and spread, and never below zero.
func thin(f *ItemForecast, itemID, siteID string, share float64) inventory.Demand {
	d := inventory.Demand{ItemID: itemID, SiteID: siteID}
	for _, x := range f.Mean {
		d.MeanPerDay += share * x / float64(len(f.Mean))
	}
	whole := f.LeadTime
	if whole == nil {
		return d
	}
	d.LeadDays = whole.MeanDays
	d.LeadMean = share * whole.Mean
	d.LeadSD = math.Sqrt(share*share*whole.SD*whole.SD + share*(1-share)*whole.Mean)
	d.Levels = whole.Levels
	d.LeadQuantiles = make([]float64, len(whole.Quantiles))
	scale := share
	if whole.SD > 0 {
		scale = d.LeadSD / whole.SD
	}
	for i, q := range whole.Quantiles {
		d.LeadQuantiles[i] = max(0, d.LeadMean+(q-whole.Mean)*scale)
	}
	return d
}

// purchase groups replenishments into one purchase order per supplier and site, lines by item.
func (b *builder) purchase(lines []inventory.Replenishment) {
	groups := map[[2]string][]inventory.Replenishment{}
	for _, l := range lines {
		key := [2]string{l.SupplierID, l.SiteID}
		groups[key] = append(groups[key], l)
	}
	keys := make([][2]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y [2]string) int { return strings.Compare(x[0]+"\x00"+x[1], y[0]+"\x00"+y[1]) })
	for _, key := range keys {
		po := PurchaseOrder{
			ID:         fmt.Sprintf("PO-%d-%s-%s", b.s.OriginDay, key[0], key[1]),
			SupplierID: key[0], SiteID: key[1], Lines: groups[key],
		}
		sort.Slice(po.Lines, func(i, j int) bool { return po.Lines[i].ItemID < po.Lines[j].ItemID })
		for _, l := range po.Lines {
			po.CostCents += l.CostCents
			po.DueDay = max(po.DueDay, l.DueDay)
		}
		b.plan.Purchases = append(b.plan.Purchases, po)
		b.plan.Totals.PurchaseLines += len(po.Lines)
		b.plan.Totals.PurchaseCents += po.CostCents
	}
	b.plan.Totals.PurchaseOrders = len(b.plan.Purchases)
}

// Replenish gives the purchase orders of a snapshot without planning its days: what Build would buy. The errors are
// those of Build.
func Replenish(ctx context.Context, s *Snapshot, o Options) ([]PurchaseOrder, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	b, err := newBuilder(s, o)
	if err != nil {
		return nil, err
	}
	if err := b.forecast(ctx); err != nil {
		return nil, fmt.Errorf("plan: forecast: %w", err)
	}
	if err := b.replenish(ctx); err != nil {
		return nil, fmt.Errorf("plan: replenish: %w", err)
	}
	return b.plan.Purchases, nil
}
