package plan

import (
	"fmt"
	"math"

	"quartermaster/inventory"
)

// Catalogue is all that one replenishment run is made from: every item at every site where it may lie, what suppliers, sites
// and lanes allow, and what is on its way. Days count from Day.
type Catalogue struct {
	Day       int // of the run, days since 1970-01-01
	Currency  string
	Review    ReviewRule
	Items     []inventory.Item
	Sites     []inventory.Site
	Suppliers []Supplier // of them id, lead time and terms
	Lines     []StockLine
	Inbound   []Inbound
	Lots      []inventory.Lot
	Lanes     []inventory.Lane
}

// StockLine is one item at one site.
type StockLine struct {
	Item, Site int // indexes of Catalogue.Items and Catalogue.Sites
	Position   inventory.Position
	Demand     inventory.Demand // until an order of the next review is on the shelf
	Service    inventory.Service
	// Variation is the standard deviation of a week's demand as a share of its mean, for classes and buffers.
	Variation float64
	Weeks     float64 // of history that Variation was seen in; 0 = not known, and Variation is taken as it is
}

// validate names every wrong field; what is wrong within a line is told by the policy.
func (c *Catalogue) validate() error {
	v := validator{items: map[string]int{}, sites: map[string]int{}, suppliers: map[string]int{}}
	for i := range c.Suppliers {
		at := fmt.Sprintf("suppliers[%d] (%s)", i, c.Suppliers[i].ID)
		v.unique(v.suppliers, c.Suppliers[i].ID, i, at)
		v.terms(at, &c.Suppliers[i].Terms)
	}
	for i, x := range c.Sites {
		at := fmt.Sprintf("sites[%d] (%s)", i, x.ID)
		v.unique(v.sites, x.ID, i, at)
		v.room(at, x)
	}
	for i, x := range c.Items {
		at := fmt.Sprintf("items[%d] (%s)", i, x.ID)
		v.unique(v.items, x.ID, i, at)
		_, known := v.suppliers[x.SupplierID]
		v.bad(known, at+".supplierId", "supplier %q is unknown", x.SupplierID)
		v.within(at+".shelfLifeDays", x.ShelfLifeDays, 0, maxDay)
		v.within(at+".unitCostCents", x.UnitCostCents, 0, maxUnitCents)
		v.within(at+".volumeCm3", x.VolumeCm3, 0, maxOrderGrams)
	}
	v.assortment(c.Review)
	seen := map[[2]int]bool{}
	for k, l := range c.Lines {
		at := fmt.Sprintf("lines[%d]", k)
		ok := l.Item >= 0 && l.Item < len(c.Items) && l.Site >= 0 && l.Site < len(c.Sites)
		v.bad(ok, at, "names item %d at site %d of %d and %d", l.Item, l.Site, len(c.Items), len(c.Sites))
		v.bad(!seen[[2]int{l.Item, l.Site}], at, "stands twice")
		seen[[2]int{l.Item, l.Site}] = true
		v.bad(l.Weeks >= 0 && !math.IsInf(l.Weeks, 1), at+".weeks", "%v is no number of weeks", l.Weeks)
		v.bad(l.Variation >= 0 && !math.IsInf(l.Variation, 1), at+".variation", "%v is no variation", l.Variation)
	}
	for i, in := range c.Inbound {
		at := fmt.Sprintf("inbound[%d] (%s at %s)", i, in.ItemID, in.SiteID)
		v.refers(at, in.ItemID, in.SiteID)
		v.within(at+".qty", in.Qty, 1, maxQty)
	}
	v.lotsAndLanes(c.Lots, c.Lanes)
	if len(v.problems) > 0 {
		return &InvalidError{v.problems}
	}
	return nil
}

// terms holds a supplier's calendar, limits and discounts to sense.
func (v *validator) terms(at string, t *inventory.Terms) {
	v.within(at+".terms.minOrderCents", t.MinOrderCents, 0, maxMoneyCents)
	v.within(at+".terms.budgetCents", t.BudgetCents, 0, maxMoneyCents)
	v.bad(len(t.ClosedDays) <= maxDay, at+".terms.closedDays", "there are %d", len(t.ClosedDays))
	for k, d := range t.Discounts {
		where := fmt.Sprintf("%s.terms.discounts[%d]", at, k)
		v.within(where+".packs", d.Packs, 1, maxQty)
		v.within(where+".permille", d.Permille, 1, 999)
		rising := k == 0 || (d.Packs > t.Discounts[k-1].Packs && d.Permille > t.Discounts[k-1].Permille)
		v.bad(rising, where, "does not rise above the one before, in packs and in permille")
	}
}

func (v *validator) room(at string, x inventory.Site) {
	v.within(at+".storeCm3", x.StoreCm3, 0, maxRoomCm3)
	v.within(at+".dockCm3", x.DockCm3, 0, maxRoomCm3)
}

func (v *validator) lotsAndLanes(lots []inventory.Lot, lanes []inventory.Lane) {
	for i, l := range lots {
		at := fmt.Sprintf("lots[%d] (%s at %s)", i, l.ItemID, l.SiteID)
		v.refers(at, l.ItemID, l.SiteID)
		v.within(at+".qty", l.Qty, 1, maxQty)
	}
	seen := map[[2]string]bool{}
	for i, l := range lanes {
		at := fmt.Sprintf("lanes[%d] (%s to %s)", i, l.FromSiteID, l.ToSiteID)
		for _, site := range [2]string{l.FromSiteID, l.ToSiteID} {
			_, known := v.sites[site]
			v.bad(known, at, "site %q is unknown", site)
		}
		key := [2]string{l.FromSiteID, l.ToSiteID}
		v.bad(!seen[key] && l.FromSiteID != l.ToSiteID, at, "stands twice or leads nowhere")
		seen[key] = true
		v.within(at+".days", int64(l.Days), 0, 365)
		v.within(at+".centsPerM3", l.CentsPerM3, 0, maxMoneyCents)
		v.within(at+".capacityCm3", l.CapacityCm3, 0, maxRoomCm3)
	}
}

const (
	maxMoneyCents = 1_000_000_000_000_000
	maxRoomCm3    = 1_000_000_000_000_000 // a cubic kilometre
)

// impossible gives what no order can bring about, each with the smallest change that would make it possible.
func (c *Catalogue) impossible() (reasons, relaxation []string) {
	say := func(reason, way string, args ...any) {
		if len(reasons) < maxProblems {
			reasons, relaxation = append(reasons, reason), append(relaxation, fmt.Sprintf(way, args...))
		}
	}
	for _, s := range c.Suppliers {
		if d := s.LeadTime.MeanDays; d < 0 {
			say(fmt.Sprintf("supplier %q: a lead time of %g days: nothing arrives before it is ordered", s.ID, d), "raise the lead time of supplier %q by %g days to 0", s.ID, -d)
		}
		if s.Terms.Next(c.Day) < 0 {
			say(fmt.Sprintf("supplier %q: its calendar takes no order within a year", s.ID), "open one day of the week of supplier %q for orders", s.ID)
		}
	}
	for _, l := range c.Lines {
		item, site := c.Items[l.Item].ID, c.Sites[l.Site].ID
		if l.Demand.LeadDays < 0 {
			say(fmt.Sprintf("item %q at site %q: a lead time of %g days", item, site, l.Demand.LeadDays), "raise the lead time of item %q by %g days to 0", item, -l.Demand.LeadDays)
		}
		for _, x := range [2]float64{l.Service.Cycle, l.Service.FillRate} {
			if x >= 1 {
				say(fmt.Sprintf("item %q at site %q: a service of %g: no stock covers every demand", item, site, x), "ask at most %g of item %q", highestService, item)
			}
		}
	}
	return reasons, relaxation
}

// highestService is the most that is offered where all is asked for: beyond it the tail of a forecast says nothing.
const highestService = 0.9999
