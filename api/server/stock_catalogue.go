package server

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/inventory/policy"
)

// FileCatalogue is a catalogue read from a request, with the histories that are still to be forecast.
type FileCatalogue struct {
	plan.Catalogue
	tasks []plan.ForecastTask
	of    []int // line of each task
}

// catalogueReader gathers what is wrong on the way.
type catalogueReader struct {
	q                       *api.StockCatalogue
	c                       *FileCatalogue
	wrong                   fieldErrors
	items, sites, suppliers map[string]int
	onOrder                 map[[2]string]int64
}

// ReadCatalogue turns the catalogue of a request into the facts of a replenishment run and names every wrong field.
func ReadCatalogue(q *api.ReplenishmentRequest) (*FileCatalogue, []api.FieldError) {
	r := catalogueReader{q: q.Catalogue, c: &FileCatalogue{}, items: map[string]int{}, sites: map[string]int{}, suppliers: map[string]int{}, onOrder: map[[2]string]int64{}}
	c := q.Catalogue
	r.c.Day = r.date(q.OriginDate, "origin_date")
	r.c.Currency = c.Currency
	r.c.Review = plan.ReviewRule{ReviewDays: max(1, c.Review.EveryDays), OrderCostCents: c.Review.OrderCostMinor, HoldingRate: c.Review.HoldingRate,
		AssortmentFillRate: c.Review.FillRate}
	r.master()
	for i, in := range c.Inbound {
		at := fmt.Sprintf("catalogue.inbound[%d]", i)
		r.refer(in.ItemID, in.SiteID, at)
		r.c.Inbound = append(r.c.Inbound, plan.Inbound{ItemID: in.ItemID, SiteID: in.SiteID, Qty: in.Qty, DueDay: r.date(in.DueDate, at+".due_date") - r.c.Day})
		r.onOrder[[2]string{in.ItemID, in.SiteID}] += in.Qty
	}
	for i, l := range c.Lots {
		at := fmt.Sprintf("catalogue.lots[%d]", i)
		r.refer(l.ItemID, l.SiteID, at)
		r.c.Lots = append(r.c.Lots, inventory.Lot{ItemID: l.ItemID, SiteID: l.SiteID, Qty: l.Qty, ExpiresDay: r.date(l.ExpiresDate, at+".expires_date") - r.c.Day})
	}
	if f := c.Review.FillRate; f >= 1 {
		r.wrong.add(f, "must be below 1, for no stock covers every demand", "catalogue.review.assortment_fill_rate")
	}
	for i, l := range c.Lanes {
		at := fmt.Sprintf("catalogue.lanes[%d]", i)
		r.referSite(l.FromSiteID, at+".from_site_id")
		r.referSite(l.ToSiteID, at+".to_site_id")
		r.c.Lanes = append(r.c.Lanes, inventory.Lane{FromSiteID: l.FromSiteID, ToSiteID: l.ToSiteID, Days: l.Days, CentsPerM3: l.PerM3Minor, CapacityCm3: l.CapacityCm3})
	}
	for i := range c.Lines {
		r.line(i)
	}
	return r.c, r.wrong
}

func (r *catalogueReader) date(text, place string) int {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		r.wrong.add(text, "want a date such as 2011-11-14", "%s", place)
		return 0
	}
	return dayOf(t.UnixMicro())
}

func (r *catalogueReader) master() {
	for i, s := range r.q.Suppliers {
		if _, twice := r.suppliers[s.ID]; twice || s.ID == "" {
			r.wrong.add(s.ID, "is empty or stands twice", "catalogue.suppliers[%d].id", i)
		}
		r.suppliers[s.ID] = i
		out := plan.Supplier{Supplier: finance.Supplier{ID: s.ID}, LeadTime: forecast.LeadTime{MeanDays: s.LeadDays, SDDays: s.LeadSDDays}}
		out.Terms = r.terms(s.StockTerms, fmt.Sprintf("catalogue.suppliers[%d].", i))
		r.c.Suppliers = append(r.c.Suppliers, out)
	}
	for i, s := range r.q.Sites {
		if _, twice := r.sites[s.ID]; twice || s.ID == "" {
			r.wrong.add(s.ID, "is empty or stands twice", "catalogue.sites[%d].id", i)
		}
		r.sites[s.ID] = i
		r.c.Sites = append(r.c.Sites, inventory.Site{ID: s.ID, StoreCm3: s.StoreCm3, DockCm3: s.DockCm3})
	}
	for i, x := range r.q.Items {
		if _, twice := r.items[x.ID]; twice || x.ID == "" {
			r.wrong.add(x.ID, "is empty or stands twice", "catalogue.items[%d].id", i)
		}
		if _, known := r.suppliers[x.SupplierID]; !known {
			r.wrong.add(x.SupplierID, "no such supplier is in the catalogue", "catalogue.items[%d].supplier_id", i)
		}
		r.items[x.ID] = i
		r.c.Items = append(r.c.Items, inventory.Item{ID: x.ID, SupplierID: x.SupplierID, UnitCostCents: x.UnitCostMinor, VolumeCm3: x.VolumeCm3, PackSize: max(1, x.PackSize),
			MinOrderQty: x.MinOrderQty, ShelfLifeDays: x.ShelfLifeDays})
	}
}

func (r *catalogueReader) refer(item, site, at string) {
	if _, known := r.items[item]; !known {
		r.wrong.add(item, "no such item is in the catalogue", "%s.item_id", at)
	}
	r.referSite(site, at+".site_id")
}

func (r *catalogueReader) referSite(site, at string) {
	if _, known := r.sites[site]; !known {
		r.wrong.add(site, "no such site is in the catalogue", "%s", at)
	}
}

// line reads one item at one site.
func (r *catalogueReader) line(i int) {
	x := &r.q.Lines[i]
	at := fmt.Sprintf("catalogue.lines[%d]", i)
	item, known := r.items[x.ItemID]
	site, placed := r.sites[x.SiteID]
	r.refer(x.ItemID, x.SiteID, at)
	if !known || !placed || len(r.wrong) > 0 {
		return
	}
	service := r.q.Service
	if x.Service != nil {
		service = *x.Service
	}
	if service == (api.StockService{}) && r.q.Review.FillRate == 0 {
		r.wrong.add(service, "neither a cycle service nor a fill rate is asked for, here, of the catalogue or of all lines together", "%s.service", at)
	}
	s := &r.c.Suppliers[r.suppliers[r.c.Items[item].SupplierID]]
	lead := s.LeadTime.MeanDays + float64(max(r.c.Review.ReviewDays, s.Terms.Gap()))
	l := plan.StockLine{Item: item, Site: site, Service: inventory.Service{Cycle: service.Cycle, FillRate: service.FillRate},
		Position: inventory.Position{ItemID: x.ItemID, SiteID: x.SiteID, OnHand: x.OnHand, OnOrder: r.onOrder[[2]string{x.ItemID, x.SiteID}], Backordered: x.Backordered}}
	l.Demand = inventory.Demand{ItemID: x.ItemID, SiteID: x.SiteID, MeanPerDay: x.MeanPerDay, LeadDays: lead}
	if x.MeanPerDay > 0 {
		l.Demand.LeadMean, l.Demand.LeadSD = policy.LeadTimeMoments(x.MeanPerDay, x.SDPerDay, max(0, lead), s.LeadTime.SDDays)
		l.Variation = x.SDPerDay / x.MeanPerDay / math.Sqrt(7)
	}
	if len(x.History) > 0 {
		if x.MeanPerDay > 0 {
			r.wrong.add(x.MeanPerDay, "give either a mean or a history", "%s.mean_per_day", at)
		}
		r.c.tasks = append(r.c.tasks, plan.ForecastTask{Series: r.history(x.History, x.ItemID+"\x00"+x.SiteID, at), Lead: forecast.LeadTime{MeanDays: max(0, lead), SDDays: s.LeadTime.SDDays}})
		r.c.of = append(r.c.of, len(r.c.Lines))
	}
	r.c.Lines = append(r.c.Lines, l)
}

func (r *catalogueReader) history(values []*float64, id, at string) forecast.Series {
	s := forecast.Series{ID: id, StartDay: r.c.Day - len(values), Values: make([]float64, len(values))}
	for k, v := range values {
		if s.Values[k] = math.NaN(); v == nil {
			continue
		}
		if !(*v >= 0 && *v <= forecast.MaxUnits) {
			r.wrong.add(*v, "is no demand: want 0 to 1e12, or null", "%s.history[%d]", at, k)
		}
		s.Values[k] = *v
	}
	return s
}

// forecast makes the demand of the lines that came with a history.
func (c *FileCatalogue) forecast(ctx context.Context, workers int) error {
	if len(c.tasks) == 0 {
		return nil
	}
	series := make([]forecast.Series, len(c.tasks))
	for i, t := range c.tasks {
		series[i] = t.Series
	}
	made, err := plan.ForecastItems(ctx, c.tasks, seriesHorizonDays, plan.PooledWeek(series), plan.Options{Workers: workers})
	if err != nil {
		return err
	}
	for i := range made {
		l := &c.Lines[c.of[i]]
		l.Demand = plan.DemandAt(&made[i], l.Demand.ItemID, l.Demand.SiteID, 1)
		l.Variation, l.Weeks = plan.WeeklyVariation(c.tasks[i].Series.Values)
	}
	return nil
}

var weekdayNames = [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// terms reads a supplier's terms.
func (r *catalogueReader) terms(x api.StockTerms, at string) inventory.Terms {
	t, wrong := termsOf(x, at)
	r.wrong = append(r.wrong, wrong...)
	return t
}

func termsOf(x api.StockTerms, at string) (inventory.Terms, fieldErrors) {
	var wrong fieldErrors
	t := inventory.Terms{MinOrderCents: x.MinOrderMinor, BudgetCents: x.BudgetMinor}
	for k, d := range x.OrderDays {
		day := slices.Index(weekdayNames[:], d)
		if day < 0 {
			wrong.add(d, "is none of mon, tue, wed, thu, fri, sat, sun", "%sorder_days[%d]", at, k)
			continue
		}
		t.OrderDays[day] = true
	}
	for k, d := range x.ClosedDates {
		day, err := time.Parse(time.DateOnly, d)
		if err != nil {
			wrong.add(d, "want a date such as 2011-11-14", "%sclosed_dates[%d]", at, k)
			continue
		}
		t.ClosedDays = append(t.ClosedDays, dayOf(day.UnixMicro()))
	}
	for k, d := range x.Discounts {
		if k > 0 && (d.Packs <= x.Discounts[k-1].Packs || d.Permille <= x.Discounts[k-1].Permille) {
			wrong.add(d.Packs, "does not rise above the one before, in packs and in permille", "%sdiscounts[%d]", at, k)
		}
		t.Discounts = append(t.Discounts, inventory.Discount(d))
	}
	return t, wrong
}

// termWords writes a supplier's terms.
func termWords(t *inventory.Terms) api.StockTerms {
	out := api.StockTerms{MinOrderMinor: t.MinOrderCents, BudgetMinor: t.BudgetCents}
	for d, open := range t.OrderDays {
		if open {
			out.OrderDays = append(out.OrderDays, weekdayNames[d])
		}
	}
	for _, d := range t.ClosedDays {
		out.ClosedDates = append(out.ClosedDates, dateOf(d))
	}
	for _, d := range t.Discounts {
		out.Discounts = append(out.Discounts, api.StockDiscount(d))
	}
	return out
}
