package plan

import (
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/inventory"
	"quartermaster/inventory/replenish"
)

// shelf is two items at two sites from one supplier that takes orders every day.
func shelf() *Catalogue {
	c := &Catalogue{Day: 15300, Currency: "CHF", Review: ReviewRule{ReviewDays: 1, OrderCostCents: 500},
		Items:     []inventory.Item{{ID: "a", SupplierID: "s", UnitCostCents: 1000, VolumeCm3: 2000, PackSize: 4}, {ID: "b", SupplierID: "s", UnitCostCents: 300, VolumeCm3: 500, PackSize: 1}},
		Sites:     []inventory.Site{{ID: "north"}, {ID: "south"}},
		Suppliers: []Supplier{{Supplier: finance.Supplier{ID: "s"}, LeadTime: forecast.LeadTime{MeanDays: 5, SDDays: 1}}}}
	for i, item := range c.Items {
		for j, site := range c.Sites {
			c.Lines = append(c.Lines, StockLine{Item: i, Site: j, Service: inventory.Service{Cycle: 0.95}, Variation: 0.4,
				Position: inventory.Position{ItemID: item.ID, SiteID: site.ID},
				Demand:   inventory.Demand{ItemID: item.ID, SiteID: site.ID, MeanPerDay: 10, LeadDays: 6, LeadMean: 60, LeadSD: 15}})
		}
	}
	return c
}

func restocked(t *testing.T, c *Catalogue) *Restocking {
	t.Helper()
	r, err := Restock(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ordered(r *Restocking, item, site string) (qty int64, reason string) {
	for _, po := range r.Purchases {
		for _, l := range po.Lines {
			if l.ItemID == item && l.SiteID == site {
				return l.Qty, l.Reason
			}
		}
	}
	return 0, ""
}

// Without limits every line orders what its own rule says, in one purchase order per supplier and site.
func TestRestockWithoutLimits(t *testing.T) {
	t.Parallel()
	r := restocked(t, shelf())
	if len(r.Purchases) != 2 || len(r.Purchases[0].Lines) != 2 || r.CostCents != 0 || len(r.Limits) != 0 {
		t.Fatalf("%+v", r)
	}
	for k, rule := range r.Policies {
		if qty, _ := ordered(r, rule.ItemID, rule.SiteID); qty < rule.OrderUpTo || qty != r.Views[k].OrderQty {
			t.Errorf("%s at %s orders %d up to %d", rule.ItemID, rule.SiteID, qty, rule.OrderUpTo)
		}
		if v := r.Views[k]; v.Health != replenish.HealthOut || v.Zone != "red" || v.OutDay != 0 || v.ShortUnits == 0 {
			t.Errorf("an empty shelf is %+v", v)
		}
	}
	if len(r.Expedites) != 4 || !strings.Contains(r.Expedites[0].Reason, "nothing ordered now comes before day 5") {
		t.Errorf("expedites %+v", r.Expedites)
	}
}

// A supplier that takes orders on Mondays only, asked on another day: nothing is ordered, and the next day is named. Stock must
// last a week longer between two chances.
func TestRestockKeepsCalendars(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Suppliers[0].Terms.OrderDays[0] = true
	for c.Suppliers[0].Terms.Takes(c.Day) {
		c.Day++
	}
	r := restocked(t, c)
	want := c.Suppliers[0].Terms.Next(c.Day) - c.Day
	if len(r.Purchases) != 0 || len(r.Postponed) != 2 || r.Postponed[0].NextDay != want || r.Postponed[0].Lines != 2 || r.Views[0].NextOrderDay != want {
		t.Fatalf("%+v", r)
	}
	if gap := c.Suppliers[0].Terms.Gap(); gap != 7 {
		t.Errorf("the longest wait is %d days", gap)
	}
}

// Budget, dock and room are hard; what is cut says why, the bound is below the cost, and what would be enough is named.
func TestRestockKeepsLimits(t *testing.T) {
	t.Parallel()
	free := restocked(t, shelf())
	spent := free.Purchases[0].CostCents + free.Purchases[1].CostCents
	for name, change := range map[string]func(*Catalogue){
		"budget": func(c *Catalogue) { c.Suppliers[0].Terms.BudgetCents = spent / 2 },
		"dock":   func(c *Catalogue) { c.Sites[0].DockCm3 = 100_000 },
		"room":   func(c *Catalogue) { c.Sites[1].StoreCm3 = 120_000 },
	} {
		c := shelf()
		change(c)
		r := restocked(t, c)
		if len(r.Limits) != 1 || r.Limits[0].Kind != name || len(r.Relaxation) != 1 || r.CostCents <= 0 || r.BoundCents > r.CostCents || r.Limits[0].Price < 0 {
			t.Errorf("%s: %+v", name, r)
		}
		cut := false
		for _, po := range r.Purchases {
			for _, l := range po.Lines {
				cut = cut || strings.Contains(l.Reason, "cut from")
			}
		}
		if !cut && len(r.Purchases) == 2 && len(r.Purchases[0].Lines) == 2 {
			t.Errorf("%s: nothing says that it was cut", name)
		}
	}
}

// Below a supplier's least order value either more is brought forward or the order waits, whichever costs less.
func TestRestockKeepsLeastOrders(t *testing.T) {
	t.Parallel()
	c := shelf()
	for k := range c.Lines {
		c.Lines[k].Position.OnHand = 500
	}
	c.Lines[2].Position.OnHand = 0 // b at north is out: waiting is dear
	c.Lines[2].Service.Cycle = 0.99
	need := restocked(t, c).Purchases[0].CostCents
	c.Suppliers[0].Terms.MinOrderCents = need + 5000
	r := restocked(t, c)
	if len(r.Purchases) != 1 || r.Purchases[0].CostCents < need+5000 {
		t.Fatalf("%+v, %+v", r.Purchases, r.Postponed)
	}
	c.Lines[2].Position.OnHand = 80 // just below its reorder point
	c.Suppliers[0].Terms.MinOrderCents = 50_000_000
	if r = restocked(t, c); len(r.Purchases) != 0 || len(r.Postponed) != 1 {
		t.Fatalf("%+v, %+v", r.Purchases, r.Postponed)
	}
}

// What one site has too much of goes to one that lacks it, within the lane, and is not bought.
func TestRestockMovesBeforeItBuys(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Lines[0].Position.OnHand = 1000
	c.Lanes = []inventory.Lane{{FromSiteID: "north", ToSiteID: "south", Days: 1, CentsPerM3: 10, CapacityCm3: 100_000}}
	r := restocked(t, c)
	if len(r.Transfers) != 1 || r.Transfers[0].Qty != 50 || r.Transfers[0].SavingCents <= 0 {
		t.Fatalf("%+v", r.Transfers)
	}
	without := shelf()
	without.Lines[0].Position.OnHand = 1000
	all, _ := ordered(restocked(t, without), "a", "south")
	if less, _ := ordered(r, "a", "south"); less >= all || less == 0 {
		t.Errorf("%d are bought with the transfer, %d without", less, all)
	}
	if r.Views[0].TransferQty != -50 || r.Views[1].TransferQty != 50 || r.Views[0].Health != replenish.HealthOver {
		t.Errorf("%+v", r.Views)
	}
}

// Units that expire unsold do not count as stock, and no more is bought than sells within the shelf life.
func TestRestockKnowsWhatExpires(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Lines[0].Position.OnHand = 100
	c.Lots = []inventory.Lot{{ItemID: "a", SiteID: "north", Qty: 100, ExpiresDay: 3}}
	c.Items[0].ShelfLifeDays = 8
	r := restocked(t, c)
	if v := r.Views[0]; v.ExpiringUnits != 70 || v.Health != replenish.HealthExpiring {
		t.Fatalf("%+v", v)
	}
	if qty, _ := ordered(r, "a", "south"); qty == 0 || qty > 80 {
		t.Errorf("%d are bought, 80 sell within eight days", qty)
	}
}

// What is late and what comes too late is told, dearest first; a discount is taken where it pays for the longer stay.
func TestRestockChasesAndTakesDiscounts(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Lines[0].Position.OnHand, c.Lines[0].Position.OnOrder = 20, 200
	c.Inbound = []Inbound{{ItemID: "a", SiteID: "north", Qty: 200, DueDay: -4}}
	r := restocked(t, c)
	if v := r.Views[0]; v.LateUnits != 200 || v.OutDay != 2 {
		t.Fatalf("%+v", v)
	}
	found := false
	for _, e := range r.Expedites {
		found = found || strings.Contains(e.Reason, "200 units are 4 days late")
	}
	if !found {
		t.Errorf("%+v", r.Expedites)
	}
	few, _ := ordered(r, "b", "north")
	c.Suppliers[0].Terms.Discounts = []inventory.Discount{{Packs: 400, Permille: 200}}
	many, why := ordered(restocked(t, c), "b", "north")
	if many < 400 || few >= 400 || !strings.Contains(why, "price break") {
		t.Errorf("%d are bought without the discount, %d with it: %s", few, many, why)
	}
}

// What cannot be is a status with the smallest change that would make it possible, never an error or a crash.
func TestRestockSaysWhatIsImpossible(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Catalogue)
		way    string
	}{
		"negative lead time": {func(c *Catalogue) { c.Suppliers[0].LeadTime.MeanDays = -3 }, `raise the lead time of supplier "s" by 3 days to 0`},
		"line lead time":     {func(c *Catalogue) { c.Lines[0].Demand.LeadDays = -1 }, `raise the lead time of item "a" by 1 days to 0`},
		"service 1":          {func(c *Catalogue) { c.Lines[3].Service.Cycle = 1 }, `ask at most 0.9999 of item "b"`},
		"never open": {func(c *Catalogue) {
			for d := range lookAheadDays * 2 {
				c.Suppliers[0].Terms.ClosedDays = append(c.Suppliers[0].Terms.ClosedDays, c.Day+d)
			}
		}, `open one day of the week of supplier "s" for orders`},
		"overfull": {func(c *Catalogue) { c.Sites[0].StoreCm3, c.Lines[0].Position.OnHand = 1000, 9 }, "move or sell stock of 0.017 at site \"north\", or give it as much more room"},
	} {
		x := shelf()
		c.change(x)
		r := restocked(t, x)
		if r.Status != replenish.StatusInfeasible || !strings.Contains(strings.Join(r.Relaxation, "\n"), c.way) {
			t.Errorf("%s: %s %q %q", name, r.Status, r.Reasons, r.Relaxation)
		}
	}
	x := shelf()
	x.Items[0].UnitCostCents = 0 // holding costs nothing: what is cheapest to hold is still bounded by its cover
	if qty, _ := ordered(restocked(t, x), "a", "north"); qty == 0 || qty > 100_000 {
		t.Errorf("%d units of what costs nothing to hold", qty)
	}
	x = shelf()
	x.Lines[0].Demand.LeadSD = math.NaN()
	if _, err := Restock(context.Background(), x); err == nil {
		t.Error("NaN passed")
	}
}

// Whatever the catalogue, a run ends with a plan that passes its check (which Restock itself applies) or a named field.
func TestRestockHoldsOnAnyCatalogue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := shelf()
		for k := range c.Lines {
			l := &c.Lines[k]
			l.Position.OnHand = rapid.Int64Range(0, 300).Draw(t, "on hand")
			l.Position.Backordered = rapid.Int64Range(0, 20).Draw(t, "owed")
			l.Demand.MeanPerDay = rapid.Float64Range(0, 30).Draw(t, "demand")
			l.Demand.LeadMean, l.Demand.LeadSD = l.Demand.MeanPerDay*6, l.Demand.MeanPerDay
			l.Service.Cycle = rapid.Float64Range(0.1, 0.999).Draw(t, "service")
			if rapid.Bool().Draw(t, "inbound") {
				q := rapid.Int64Range(1, 100).Draw(t, "qty")
				l.Position.OnOrder = q
				c.Inbound = append(c.Inbound, Inbound{ItemID: l.Position.ItemID, SiteID: l.Position.SiteID, Qty: q, DueDay: rapid.IntRange(-5, 9).Draw(t, "due")})
			}
			if rapid.Bool().Draw(t, "lot") {
				c.Lots = append(c.Lots, inventory.Lot{ItemID: l.Position.ItemID, SiteID: l.Position.SiteID, Qty: 1 + l.Position.OnHand/2, ExpiresDay: rapid.IntRange(0, 20).Draw(t, "expires")})
			}
		}
		for i := range c.Items {
			c.Items[i].PackSize = rapid.Int64Range(1, 12).Draw(t, "pack")
			c.Items[i].MinOrderQty = rapid.Int64Range(0, 50).Draw(t, "minimum")
			c.Items[i].ShelfLifeDays = rapid.Int64Range(0, 30).Draw(t, "shelf life")
		}
		terms := &c.Suppliers[0].Terms
		terms.OrderDays[(c.Day+3)%7] = rapid.Bool().Draw(t, "today only")
		terms.BudgetCents = rapid.Int64Range(0, 400_000).Draw(t, "budget")
		terms.MinOrderCents = rapid.Int64Range(0, 100_000).Draw(t, "least")
		terms.Discounts = []inventory.Discount{{Packs: rapid.Int64Range(1, 80).Draw(t, "packs"), Permille: 50}}
		for j := range c.Sites {
			c.Sites[j].DockCm3 = rapid.Int64Range(0, 300_000).Draw(t, "dock")
			c.Sites[j].StoreCm3 = rapid.Int64Range(0, 900_000).Draw(t, "room")
		}
		c.Lanes = []inventory.Lane{{FromSiteID: "north", ToSiteID: "south", CentsPerM3: rapid.Int64Range(0, 9000).Draw(t, "lane")}, {FromSiteID: "south", ToSiteID: "north", CapacityCm3: 50_000}}
		if _, err := Restock(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	})
}

// One fill rate over all items: the cheap item is kept better than the dear one, each line says what it was made for, and lumpy
// lines with few weeks are drawn towards the spread of all. What no stock reaches is a status with what would be reached.
func TestRestockKeepsOneFillRateOverAll(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Review.AssortmentFillRate = 0.95
	for k := range c.Lines {
		c.Lines[k].Service = inventory.Service{}
	}
	r := restocked(t, c)
	if !r.Assortment.Kept || r.Assortment.FillRate < 0.95 || r.Demands != nil {
		t.Fatalf("%+v", r.Assortment)
	}
	dear, cheap := r.Policies[0], r.Policies[2]
	if cheap.ReorderPoint <= dear.ReorderPoint || dear.Binding != inventory.BindingAssortment {
		t.Errorf("the dear item %+v, the cheap one %+v", dear, cheap)
	}
	study := StockStudy{c, r}
	if one, err := study.Item(0, nil, 28); err != nil || one.Year.Rule.ReorderPoint != dear.ReorderPoint || len(one.Curve) == 0 {
		t.Errorf("%+v, %v", one, err)
	}
	c.Items[1].MinOrderQty = 1_000_000 // lasts for centuries, so that half of all units wait
	r = restocked(t, c)
	if r.Status != replenish.StatusInfeasible || r.Policies != nil || !strings.Contains(r.Relaxation[0], "at most 0.4999") {
		t.Errorf("%+v", r)
	}
	c.Review.AssortmentFillRate = 1
	if _, err := Restock(context.Background(), c); err == nil || !strings.Contains(err.Error(), "review.assortmentFillRate: 1 is not at least 0 and below 1") {
		t.Error(err)
	}
}

// Twelve items of one law but one, which sold in one lump within few weeks: its spread comes down, that of the others stays near.
func TestSpreadIsPooled(t *testing.T) {
	t.Parallel()
	c := shelf()
	c.Review.AssortmentFillRate = 0.9
	c.Items, c.Lines = nil, nil
	for i := range 12 {
		id, mean := string(rune('a'+i)), float64(i+1)
		c.Items = append(c.Items, inventory.Item{ID: id, SupplierID: "s", UnitCostCents: 100, PackSize: 1})
		l := StockLine{Item: i, Variation: math.Sqrt(2 / (7 * mean)), Weeks: 52, Position: inventory.Position{ItemID: id, SiteID: "north"}}
		l.Demand = inventory.Demand{ItemID: id, SiteID: "north", MeanPerDay: mean, LeadDays: 7, LeadMean: 7 * mean, LeadSD: 7 * mean * l.Variation}
		c.Lines = append(c.Lines, l)
	}
	lump := &c.Lines[4]
	lump.Weeks, lump.Variation = 4, 6*lump.Variation
	lump.Demand.LeadSD *= 6
	r := restocked(t, c)
	for k, d := range r.Demands {
		switch own := c.Lines[k].Demand.LeadSD; {
		case k == 4 && !(d.LeadSD < own/2 && d.LeadSD > own/6), k != 4 && math.Abs(d.LeadSD-own) > 1e-6*own:
			t.Errorf("line %d: a spread of %g became %g", k, own, d.LeadSD)
		}
		if d.LeadMean != c.Lines[k].Demand.LeadMean {
			t.Errorf("line %d: a mean of %g", k, d.LeadMean)
		}
	}
}
