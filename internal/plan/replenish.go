package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"quartermaster/inventory"
)

// replenish turns the forecasts into stocking rules for every item at every site, and into transfers and purchase orders.
func (b *builder) replenish(ctx context.Context) error {
	c := b.catalogue()
	r, err := Restock(ctx, c)
	if err != nil {
		return err
	}
	if r.Policies == nil { // the snapshot was validated, so that this is what a calendar forbids, or a promise over all items
		field := "suppliers"
		if r.Assortment != (Assortment{}) {
			field = "review.assortmentFillRate"
		}
		return &InvalidError{Problems: []FieldProblem{{Field: field, Reason: strings.Join(slices.Concat(r.Reasons, r.Relaxation), "; ")}}}
	}
	b.policies, b.restocking = r.Policies, r
	b.plan.Purchases, b.plan.Transfers = r.Purchases, r.Transfers
	for _, po := range r.Purchases {
		b.plan.Totals.PurchaseLines += len(po.Lines)
		b.plan.Totals.PurchaseCents += po.CostCents
	}
	b.plan.Totals.PurchaseOrders = len(r.Purchases)
	b.progress(0.40, "%d stocking rules, %d purchase orders with %d lines", len(r.Policies), len(r.Purchases), b.plan.Totals.PurchaseLines)
	return nil
}

// catalogue is the snapshot as a replenishment run sees it: every item at every site, item by item.
func (b *builder) catalogue() *Catalogue {
	m := len(b.s.Sites)
	c := &Catalogue{Day: b.s.OriginDay, Currency: b.s.Currency, Review: b.s.Review, Items: b.s.Items, Suppliers: b.s.Suppliers,
		Inbound: b.s.Inbound, Lots: b.s.Lots, Lanes: b.s.Lanes, Sites: make([]inventory.Site, m), Lines: make([]StockLine, len(b.s.Items)*m)}
	for j, site := range b.s.Sites {
		c.Sites[j] = site.Site
	}
	for i, item := range b.s.Items {
		variation, weeks := WeeklyVariation(b.s.Sales[i].Values)
		for j, site := range c.Sites {
			c.Lines[i*m+j] = StockLine{Item: i, Site: j, Service: b.s.Service, Variation: variation, Weeks: weeks,
				Position: inventory.Position{ItemID: item.ID, SiteID: site.ID},
				Demand:   DemandAt(&b.forecasts[i], item.ID, site.ID, b.s.SiteShare[i][j])}
		}
	}
	for _, p := range b.s.Positions {
		c.Lines[b.itemIndex[p.ItemID]*m+b.siteIndex[p.SiteID]].Position = p
	}
	return c
}

// variationWeeks is how far back the steadiness of demand is looked at.
const variationWeeks = 52

// WeeklyVariation is the coefficient of variation of the demand of the last weeks, and how many they are; days not observed count
// as none.
func WeeklyVariation(daily []float64) (variation, weeks float64) {
	var sum, square float64
	for end := len(daily); end >= 7 && weeks < variationWeeks; end -= 7 {
		week := 0.0
		for _, x := range daily[end-7 : end] {
			if x > 0 { // false for NaN
				week += x
			}
		}
		sum, square, weeks = sum+week, square+week*week, weeks+1
	}
	if sum == 0 || weeks < 2 {
		return 0, 0
	}
	mean := sum / weeks
	return math.Sqrt(max(0, square/weeks-mean*mean)) / mean, weeks
}

// DemandAt gives one site's share of an item's demand. Each unit asked for arises in the site's area with probability share,
// apart from the others (binomial thinning): the mean is share·m and the variance share²·v + share·(1−share)·m. The shape is
// kept: quantiles are those of the whole, moved and scaled to the new mean and spread, and never below zero.
func DemandAt(f *ItemForecast, itemID, siteID string, share float64) inventory.Demand {
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

// purchaseOrders groups replenishments into one purchase order per supplier and site, lines by item.
func purchaseOrders(day int, lines []inventory.Replenishment) []PurchaseOrder {
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
	var out []PurchaseOrder
	for _, key := range keys {
		po := PurchaseOrder{
			ID:         fmt.Sprintf("PO-%d-%s-%s", day, key[0], key[1]),
			SupplierID: key[0], SiteID: key[1], Lines: groups[key],
		}
		sort.Slice(po.Lines, func(i, j int) bool { return po.Lines[i].ItemID < po.Lines[j].ItemID })
		for _, l := range po.Lines {
			po.CostCents += l.CostCents
			po.DueDay = max(po.DueDay, l.DueDay)
		}
		out = append(out, po)
	}
	return out
}

// StockStudy is a replenishment run with what it was made from, for those who show it.
type StockStudy struct {
	Catalogue *Catalogue
	*Restocking
}

// Replenish runs the replenishment of a snapshot without planning its days: what Build would move and buy, and how every line
// stands. The errors are those of Build.
func Replenish(ctx context.Context, s *Snapshot, o Options) (*StockStudy, error) {
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
	return &StockStudy{b.catalogue(), b.restocking}, nil
}
