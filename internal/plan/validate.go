package plan

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/forecast"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/warehouse/agv"
)

// MaxDays is the longest plan: beyond two weeks an order-by-order plan is fiction.
const MaxDays = 14

// maxProblems bounds how much an InvalidError says; a snapshot wrong in every row needs one look, not a million lines.
const maxProblems = 50

// FieldProblem is one thing wrong with a snapshot: where, and what.
type FieldProblem struct{ Field, Reason string }

// InvalidError says everything (up to a limit) that keeps a snapshot from being planned.
type InvalidError struct{ Problems []FieldProblem }

func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + ": " + p.Reason
	}
	return "plan: the snapshot cannot be planned: " + strings.Join(parts, "; ")
}

// Validate returns nil or an *InvalidError that names each wrong field.
func (s *Snapshot) Validate() error {
	v := validator{items: map[string]int{}, sites: map[string]int{}, suppliers: map[string]int{}}
	v.frame(s)
	v.masterData(s)
	v.stock(s)
	v.demand(s)
	v.orders(s)
	if len(v.problems) > 0 {
		return &InvalidError{v.problems}
	}
	return nil
}

// ValidateDeclared looks at the declared part alone: items, sites, suppliers, and how demand divides over the sites. The
// error is an *InvalidError. Without Roads no site is held against the streets.
func (s *Snapshot) ValidateDeclared() error {
	v := validator{items: map[string]int{}, sites: map[string]int{}, suppliers: map[string]int{}}
	v.masterData(s)
	v.bad(len(s.SiteShare) == len(s.Items), "siteShare", "%d rows for %d items", len(s.SiteShare), len(s.Items))
	v.shares(s)
	if len(v.problems) > 0 {
		return &InvalidError{v.problems}
	}
	return nil
}

type validator struct {
	problems                []FieldProblem
	items, sites, suppliers map[string]int
}

func (v *validator) bad(ok bool, field, reason string, args ...any) {
	if !ok && len(v.problems) < maxProblems {
		v.problems = append(v.problems, FieldProblem{field, fmt.Sprintf(reason, args...)})
	}
}

func (v *validator) frame(s *Snapshot) {
	v.bad(s.Days >= 1 && s.Days <= MaxDays, "days", "%d is not between 1 and %d", s.Days, MaxDays)
	v.bad(len(s.Currency) == 3, "currency", "%q is not a three-letter ISO 4217 code", s.Currency)
	v.bad(s.Calendar.CutoffSec >= 0 && s.Calendar.CutoffSec <= daySec, "calendar.cutoffSec", "%d is not within a day", s.Calendar.CutoffSec)
	v.bad(s.Calendar.OpenDays != [7]bool{}, "calendar.openDays", "no day of the week is open")
	v.bad(s.Service.Cycle >= 0 && s.Service.Cycle < 1, "service.cycle", "%v is not at least 0 and below 1", s.Service.Cycle)
	v.bad(s.Service.Cycle != 0 || s.Service.FillRate != 0 || s.Review.AssortmentFillRate != 0, "service", "neither a cycle service nor a fill rate is asked for")
	v.bad(s.Service.FillRate >= 0 && s.Service.FillRate < 1, "service.fillRate", "%v is not at least 0 and below 1", s.Service.FillRate)
	v.bad(s.Review.ReviewDays >= 1 && s.Review.ReviewDays <= 90, "review.reviewDays", "%d is not between 1 and 90", s.Review.ReviewDays)
	v.bad(s.Review.HorizonDays >= 1 && s.Review.HorizonDays <= 365, "review.horizonDays", "%d is not between 1 and 365", s.Review.HorizonDays)
	v.within("review.orderCostCents", s.Review.OrderCostCents, 0, maxCostCents)
	v.bad(s.Review.HoldingRate >= 0 && s.Review.HoldingRate <= 10, "review.holdingRate", "%v is not between 0 and 10", s.Review.HoldingRate)
	v.assortment(s.Review)
	v.bad(s.OriginDay >= 0 && s.OriginDay <= maxDay, "originDay", "%d is not between 0 and %d", s.OriginDay, maxDay)
	v.bad(s.Roads != nil || s.Straight.Factor() >= 1 && s.Straight.Factor() <= 5, "straight.detour", "%v is not between 1 and 5", s.Straight.Factor())
	for i := range s.Conditions {
		if err := s.Conditions[i].Check(); err != nil {
			v.bad(false, "conditions", "%v", err)
		}
	}
	v.bad(s.DropSec >= 0 && s.DropSec <= 3600, "dropSec", "%d is not between 0 and an hour", s.DropSec)
	c := s.Sourcing
	v.within("sourcing.perParcelCents", c.PerParcelCents, 0, maxCostCents)
	v.within("sourcing.perLineCents", c.PerLineCents, 0, maxCostCents)
	v.within("sourcing.perKmCents", c.PerKmCents, 0, maxKmCents)
	v.within("sourcing.scarcityCents", c.ScarcityCents, 0, maxCostCents)
}

// assortment holds one promise over all items to sense.
func (v *validator) assortment(r ReviewRule) {
	v.bad(r.AssortmentFillRate >= 0 && r.AssortmentFillRate < 1, "review.assortmentFillRate", "%v is not at least 0 and below 1", r.AssortmentFillRate)
}

func (v *validator) masterData(s *Snapshot) {
	v.bad(len(s.Sites) > 0, "sites", "there is none")
	v.bad(len(s.Items) > 0, "items", "there is none")
	for i, x := range s.Suppliers {
		at := fmt.Sprintf("suppliers[%d]", i)
		v.unique(v.suppliers, x.ID, i, at)
		v.bad(x.LeadTime.MeanDays >= 0 && x.LeadTime.MeanDays <= 730, at+".leadTime.meanDays", "%v is not between 0 and 730", x.LeadTime.MeanDays)
		v.bad(x.LeadTime.SDDays >= 0 && x.LeadTime.SDDays <= 365, at+".leadTime.sdDays", "%v is not between 0 and 365", x.LeadTime.SDDays)
		v.currency(at+".creditLimit", x.CreditLimit, s.Currency)
		v.currency(at+".openOrders", x.OpenOrders, s.Currency)
		v.terms(at, &s.Suppliers[i].Terms)
	}
	if _, err := credit.Scores(s.SuppliersThen(), max(0, s.OriginDay)); err != nil {
		v.bad(false, "suppliers", "%v", err)
	}
	for i := range s.Sites {
		v.room(fmt.Sprintf("sites[%d] (%s)", i, s.Sites[i].ID), s.Sites[i].Site)
		v.site(fmt.Sprintf("sites[%d] (%s)", i, s.Sites[i].ID), i, &s.Sites[i], s.Roads)
	}
	for i, x := range s.Items {
		at := fmt.Sprintf("items[%d] (%s)", i, x.ID)
		v.unique(v.items, x.ID, i, at)
		v.within(at+".packSize", x.PackSize, 1, maxQty)
		v.within(at+".minOrderQty", x.MinOrderQty, 0, maxQty)
		v.within(at+".unitCostCents", x.UnitCostCents, 0, maxUnitCents)
		v.within(at+".priceCents", x.PriceCents, 0, maxUnitCents)
		v.within(at+".volumeCm3", x.VolumeCm3, 0, maxOrderGrams)
		v.within(at+".weightG", x.WeightG, 0, maxOrderGrams)
		v.within(at+".shelfLifeDays", x.ShelfLifeDays, 0, maxDay)
		_, known := v.suppliers[x.SupplierID]
		v.bad(known, at+".supplierId", "supplier %q is unknown", x.SupplierID)
	}
}

// site looks at one place with all that works there. The floor and the vehicles are held to what their solvers take, so
// that a wrong declaration is told before anything is planned.
func (v *validator) site(at string, i int, x *Site, roads *road.Graph) {
	v.unique(v.sites, x.ID, i, at)
	v.bad(x.OrdersPerDay >= 0, at+".ordersPerDay", "%d is negative", x.OrdersPerDay)
	switch {
	case !onEarth(x.Lon, x.Lat):
		v.bad(false, at, "%v, %v is no longitude and latitude", x.Lon, x.Lat)
	case roads != nil:
		problem := roads.SnapProblem(orb.Point{x.Lon, x.Lat})
		v.bad(problem == "", at, "%s", problem)
	}
	v.bad(x.Floor.OpenSec >= -daySec && x.Floor.CloseSec <= 2*daySec, at+".floor", "its hours %d…%d are not those of one day", x.Floor.OpenSec, x.Floor.CloseSec)
	// Robots without a transport: agv looks at the floor and at them, and plans nothing.
	if _, err := agv.Plan(context.Background(), x.Floor, x.Robots, nil, agv.Options{}); err != nil {
		v.bad(false, at+".floor", "%v", err)
	}
	for _, vehicle := range x.Vehicles {
		w := vehicle.Shift
		v.bad(w.StartSec >= -daySec && w.EndSec <= 2*daySec, at+".vehicles ("+vehicle.ID+").shift", "%d…%d is not the shift of one day", w.StartSec, w.EndSec)
	}
	depot := routing.Problem{Vehicles: x.Vehicles, Matrix: routing.Matrix{N: 1, DurationSec: []int32{0}, DistanceM: []int32{0}}}
	if err := routing.Validate(depot); err != nil {
		v.bad(false, at+".vehicles", "%v", err)
	}
}

func (v *validator) currency(field string, m finance.Money, want string) {
	v.bad(m.Currency == want || m == finance.Money{}, field, "is in %q, the plan in %q", m.Currency, want)
}

func (v *validator) within(field string, value, low, high int64) {
	if value < 0 && low >= 0 {
		v.bad(false, field, "%d is negative", value)
		return
	}
	v.bad(value >= low && value <= high, field, "%d is not between %d and %d", value, low, high)
}

func (v *validator) stock(s *Snapshot) {
	shelf := map[[2]string]int64{}
	seen := map[[2]string]bool{}
	for i, p := range s.Positions {
		at := fmt.Sprintf("positions[%d] (%s at %s)", i, p.ItemID, p.SiteID)
		v.refers(at, p.ItemID, p.SiteID)
		v.within(at+".onHand", p.OnHand, 0, maxQty)
		v.within(at+".onOrder", p.OnOrder, 0, maxQty)
		v.within(at+".backordered", p.Backordered, 0, maxQty)
		key := [2]string{p.ItemID, p.SiteID}
		v.bad(!seen[key], at, "stands twice")
		seen[key] = true
		shelf[key] += p.OnHand
	}
	for i, in := range s.Inbound {
		at := fmt.Sprintf("inbound[%d] (%s at %s)", i, in.ItemID, in.SiteID)
		v.refers(at, in.ItemID, in.SiteID)
		v.within(at+".qty", in.Qty, 1, maxQty)
		key := [2]string{in.ItemID, in.SiteID}
		shelf[key] += min(in.Qty, maxQty)
		v.bad(shelf[key] <= maxQty, at+".qty", "with it %d units would lie there, more than %d", shelf[key], int64(maxQty))
	}
}

func (v *validator) demand(s *Snapshot) {
	v.lotsAndLanes(s.Lots, s.Lanes)
	v.bad(len(s.Sales) == len(s.Items), "sales", "%d series for %d items", len(s.Sales), len(s.Items))
	v.bad(len(s.SiteShare) == len(s.Items), "siteShare", "%d rows for %d items", len(s.SiteShare), len(s.Items))
	v.bad(len(s.Forecasts) == 0 || len(s.Forecasts) == len(s.Items), "forecasts", "%d for %d items", len(s.Forecasts), len(s.Items))
	for i := 0; i < min(len(s.Forecasts), len(s.Items)); i++ {
		f, at := &s.Forecasts[i], fmt.Sprintf("forecasts[%d] (%s)", i, s.Forecasts[i].SeriesID)
		v.bad(f.SeriesID == s.Items[i].ID, at, "belongs to item %s", s.Items[i].ID)
		if err := forecast.Check(f.Forecast, s.Review.HorizonDays); err != nil {
			v.bad(false, at, "%v", err)
		}
	}
	for i := 0; i < min(len(s.Sales), len(s.Items)); i++ {
		x, at := s.Sales[i], fmt.Sprintf("sales[%d] (%s)", i, s.Sales[i].ID)
		v.bad(x.ID == s.Items[i].ID, at, "belongs to item %s", s.Items[i].ID)
		v.bad(len(x.Values) == 0 || x.StartDay+len(x.Values) == s.OriginDay, at, "ends on day %d, the plan starts on %d", x.StartDay+len(x.Values)-1, s.OriginDay)
		if err := forecast.Validate(x); err != nil {
			v.bad(false, at, "%v", err)
		}
	}
	v.shares(s)
}

func (v *validator) shares(s *Snapshot) {
	for i, shares := range s.SiteShare {
		at, sum := fmt.Sprintf("siteShare[%d]", i), 0.0
		v.bad(len(shares) == len(s.Sites), at, "%d shares for %d sites", len(shares), len(s.Sites))
		for _, x := range shares {
			v.bad(x >= 0 && x <= 1, at, "%v is no share", x)
			sum += x
		}
		// Shares are sums of a few dozen counts divided once: 1e-6 is far above rounding and far below a unit.
		v.bad(math.Abs(sum-1) < 1e-6, at, "shares sum to %.6g, not 1", sum)
	}
}

func (v *validator) orders(s *Snapshot) {
	seen := map[string]bool{}
	var units int64
	for i, o := range s.Orders {
		at := fmt.Sprintf("orders[%d] (%s)", i, o.ID)
		v.bad(o.ID != "" && !seen[o.ID], at+".id", "is empty or stands twice")
		seen[o.ID] = true
		v.bad(onEarth(o.Point[0], o.Point[1]), at+".point", "%v is no longitude and latitude", o.Point)
		w := o.WindowSec
		v.bad(w.StartSec >= 0 && w.EndSec <= daySec && w.StartSec < w.EndSec, at+".windowSec", "%d…%d is no span within a day", w.StartSec, w.EndSec)
		v.bad(len(o.Lines) > 0, at+".lines", "there is none")
		for j, l := range o.Lines {
			lineAt := fmt.Sprintf("%s.lines[%d]", at, j)
			_, known := v.items[l.ItemID]
			v.bad(known, lineAt+".itemId", "item %q is unknown", l.ItemID)
			v.bad(l.Qty > 0 && l.Qty <= maxLineQty, lineAt+".qty", "%d is not between 1 and %d", l.Qty, maxLineQty)
			v.bad(l.PriceCents >= 0, lineAt+".priceCents", "%d is negative", l.PriceCents)
			units += min(max(l.Qty, 0), maxLineQty)
		}
	}
	for i, r := range s.Reserved {
		at := fmt.Sprintf("reserved[%d] (order %s)", i, r.OrderID)
		v.bad(seen[r.OrderID], at+".orderId", "there is no such order in the plan")
		v.refers(at, r.ItemID, r.SiteID)
		v.within(at+".qty", r.Qty, 1, maxQty)
	}
	v.bad(units <= maxQty, "orders", "they ask for %d units together, more than %d", units, int64(maxQty))
}

// Limits that keep every sum and product of the solvers far from overflow, and far above what a goods business needs.
const (
	maxLineQty   = 10_000_000
	maxQty       = 1_000_000_000 // units on a shelf, and in all orders together
	maxCostCents = 1_000_000     // of one parcel, line or purchase order line
	maxKmCents   = 10_000
	maxUnitCents = 10_000_000_000
	maxDay       = 100_000 // the year 2243
)

func (v *validator) unique(index map[string]int, id string, i int, at string) {
	_, twice := index[id]
	v.bad(id != "" && !twice, at+".id", "%q is empty or stands twice", id)
	index[id] = i
}

func (v *validator) refers(at, item, site string) {
	_, known := v.items[item]
	v.bad(known, at+".itemId", "item %q is unknown", item)
	_, known = v.sites[site]
	v.bad(known, at+".siteId", "site %q is unknown", site)
}

func onEarth(lon, lat float64) bool { // false for NaN too
	return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90
}
