package server

import (
	"fmt"
	"slices"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/warehouse"
)

func (s *Server) registerDeclared() {
	items.mount(s)
	sites.mount(s)
	suppliers.mount(s)
	vehicles.mount(s)
}

// currencyOf refuses money of another currency than the business's; the zero Money is none.
func currencyOf(wrong *fieldErrors, facts *plan.Snapshot, m api.Money, place string) {
	if m.Currency != facts.Currency && m != (api.Money{}) {
		wrong.add(m.Currency, "is not "+facts.Currency+", the currency of the business", "%s.currency", place)
	}
	if m.Minor < 0 {
		wrong.add(m.Minor, "is negative", "%s.minor", place)
	}
}

func inUse(noun, id, by string) error {
	return fmt.Errorf("%w: %s %s is still needed by %s", service.ErrConflict, noun, id, by)
}

var items = declaredKind[api.Item]{
	noun: "item", plural: "items",
	id: func(x *api.Item) string { return x.ID }, setID: func(x *api.Item, id string) { x.ID = id },
	all: func(s *plan.Snapshot) []api.Item {
		out := make([]api.Item, len(s.Items))
		for i, x := range s.Items {
			out[i] = api.Item{
				ID: x.ID, Name: x.Name, SupplierID: x.SupplierID, UnitCost: api.Money{Minor: x.UnitCostCents, Currency: s.Currency},
				Price: api.Money{Minor: x.PriceCents, Currency: s.Currency}, WeightG: x.WeightG, VolumeCm3: x.VolumeCm3, PackSize: x.PackSize, MinOrderQty: x.MinOrderQty,
				ShelfLifeDays: x.ShelfLifeDays,
			}
		}
		return out
	},
	put: putItem,
	remove: func(s *plan.Snapshot, id string) error {
		i := slices.IndexFunc(s.Items, func(x inventory.Item) bool { return x.ID == id })
		if len(s.Items) == 1 {
			return inUse("item", id, "the business, which has no other")
		}
		s.Items = slices.Delete(s.Items, i, i+1)
		s.SiteShare = slices.Delete(s.SiteShare, i, i+1)
		return nil
	},
}

func putItem(s *plan.Snapshot, x api.Item) []api.FieldError {
	var wrong fieldErrors
	currencyOf(&wrong, s, x.UnitCost, "unit_cost")
	currencyOf(&wrong, s, x.Price, "price")
	if !slices.ContainsFunc(s.Suppliers, func(y plan.Supplier) bool { return y.ID == x.SupplierID }) {
		wrong.add(x.SupplierID, "no such supplier is declared", "supplier_id")
	}
	item := inventory.Item{
		ID: x.ID, Name: x.Name, UnitCostCents: x.UnitCost.Minor, PriceCents: x.Price.Minor, VolumeCm3: x.VolumeCm3, WeightG: x.WeightG,
		PackSize: x.PackSize, MinOrderQty: x.MinOrderQty, SupplierID: x.SupplierID, ShelfLifeDays: x.ShelfLifeDays,
	}
	if i := slices.IndexFunc(s.Items, func(y inventory.Item) bool { return y.ID == x.ID }); i >= 0 {
		s.Items[i] = item
		return wrong
	}
	s.Items = append(s.Items, item)
	s.SiteShare = append(s.SiteShare, commonShare(s))
	return wrong
}

// commonShare is how the demand of a new item is thought to divide over the sites: as that of all others together.
func commonShare(s *plan.Snapshot) []float64 {
	share := make([]float64, len(s.Sites))
	for _, row := range s.SiteShare {
		for j, x := range row {
			share[j] += x / float64(len(s.SiteShare))
		}
	}
	if len(s.SiteShare) == 0 {
		for j := range share {
			share[j] = 1 / float64(len(share))
		}
	}
	return share
}

var sites = declaredKind[api.Site]{
	noun: "site", plural: "sites",
	id: func(x *api.Site) string { return x.ID }, setID: func(x *api.Site, id string) { x.ID = id },
	all: func(s *plan.Snapshot) []api.Site {
		out := make([]api.Site, len(s.Sites))
		for i, x := range s.Sites {
			f := x.Floor
			out[i] = api.Site{
				ID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat, OrdersPerDay: x.OrdersPerDay, Opens: clockOf(f.OpenSec), Closes: clockOf(f.CloseSec), Pickers: f.Pickers, StoreCm3: x.StoreCm3, DockCm3: x.DockCm3,
				Floor: &api.SiteView{Columns: f.Width, Rows: f.Height, Aisles: f.Aisles, Chutes: f.Chutes, Robots: len(x.Robots)},
			}
		}
		return out
	},
	put: putSite,
	remove: func(s *plan.Snapshot, id string) error {
		j := slices.IndexFunc(s.Sites, func(x plan.Site) bool { return x.ID == id })
		if len(s.Sites) == 1 {
			return inUse("site", id, "the business, which has no other")
		}
		s.Sites = slices.Delete(s.Sites, j, j+1)
		for i, row := range s.SiteShare {
			s.SiteShare[i] = withoutShare(row, j)
		}
		return nil
	},
}

// withoutShare divides a closed site's share over the others as theirs are, evenly where they have none.
func withoutShare(row []float64, closed int) []float64 {
	left := slices.Delete(slices.Clone(row), closed, closed+1)
	sum := 0.0
	for _, x := range left {
		sum += x
	}
	for i := range left {
		if sum > 0 {
			left[i] /= sum
		} else {
			left[i] = 1 / float64(len(left))
		}
	}
	return left
}

func putSite(s *plan.Snapshot, x api.Site) []api.FieldError {
	var wrong fieldErrors
	open, end := clockSec(x.Opens), clockSec(x.Closes)
	if end <= open {
		wrong.add(x.Closes, "is not after it opens", "closes")
	}
	i := slices.IndexFunc(s.Sites, func(y plan.Site) bool { return y.ID == x.ID })
	if i < 0 {
		site := modelSite(s, x.FloorOf)
		if site == nil {
			wrong.add(x.FloorOf, "no such site is declared", "floor_of")
			return wrong
		}
		i = len(s.Sites)
		site.Robots = robotsLike(s, x)
		s.Sites = append(s.Sites, *site)
		for k := range s.SiteShare {
			s.SiteShare[k] = append(s.SiteShare[k], 0)
		}
	} else if x.FloorOf != "" {
		wrong.add(x.FloorOf, "is for a new site", "floor_of")
	}
	site := &s.Sites[i]
	site.Site = inventory.Site{ID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat, OrdersPerDay: x.OrdersPerDay, StoreCm3: x.StoreCm3, DockCm3: x.DockCm3}
	site.Floor.SiteID, site.Floor.OpenSec, site.Floor.CloseSec, site.Floor.Pickers = x.ID, open, end, x.Pickers
	return wrong
}

// modelSite is a copy of a declared site's floor, without vehicles; nil = there is no such site.
func modelSite(s *plan.Snapshot, id string) *plan.Site {
	for _, x := range s.Sites {
		if id != "" && x.ID != id {
			continue
		}
		site := plan.Site{Floor: x.Floor}
		site.Floor.Kinds = slices.Clone(x.Floor.Kinds)
		return &site
	}
	return nil
}

// robotsLike are as many robots as the model has, where they park there.
func robotsLike(s *plan.Snapshot, x api.Site) []warehouse.Robot {
	var robots []warehouse.Robot
	for _, y := range s.Sites {
		if x.FloorOf != "" && y.ID != x.FloorOf {
			continue
		}
		for k, r := range y.Robots {
			robots = append(robots, warehouse.Robot{ID: fmt.Sprintf("%s-robot-%d", x.ID, k+1), Park: r.Park})
		}
		break
	}
	return robots
}

func clockOf(sec int64) string { return fmt.Sprintf("%02d:%02d", sec/3600, sec%3600/60) }

// clockSec reads hh:mm, whose form the tags have seen to.
func clockSec(hhmm string) int64 {
	var hour, minute int64
	if _, err := fmt.Sscanf(hhmm, "%d:%d", &hour, &minute); err != nil {
		return -1
	}
	return hour*3600 + minute*60
}

var suppliers = declaredKind[api.Supplier]{
	noun: "supplier", plural: "suppliers",
	id: func(x *api.Supplier) string { return x.ID }, setID: func(x *api.Supplier, id string) { x.ID = id },
	all: func(s *plan.Snapshot) []api.Supplier {
		out := make([]api.Supplier, len(s.Suppliers))
		for i, x := range s.Suppliers {
			out[i] = api.Supplier{
				ID: x.ID, Name: x.Name, SinceDate: dateOf(x.SinceDay), LeadDays: x.LeadTime.MeanDays, LeadSDDays: x.LeadTime.SDDays,
				PrepaidShare: x.PrepaidShare, PaymentTermDays: x.PaymentTermDays, CreditLimit: api.Money(x.CreditLimit), OpenOrders: api.Money(x.OpenOrders),
				Deliveries: len(x.Deliveries), StockTerms: termWords(&s.Suppliers[i].Terms),
			}
		}
		return out
	},
	put: putSupplier,
	remove: func(s *plan.Snapshot, id string) error {
		for _, item := range s.Items {
			if item.SupplierID == id {
				return inUse("supplier", id, "item "+item.ID)
			}
		}
		s.Suppliers = slices.DeleteFunc(s.Suppliers, func(x plan.Supplier) bool { return x.ID == id })
		return nil
	},
}

func putSupplier(s *plan.Snapshot, x api.Supplier) []api.FieldError {
	var wrong fieldErrors
	currencyOf(&wrong, s, x.CreditLimit, "credit_limit")
	currencyOf(&wrong, s, x.OpenOrders, "open_orders")
	since, err := time.Parse(time.DateOnly, x.SinceDate)
	if err != nil {
		wrong.add(x.SinceDate, "want a date such as 2011-11-14", "since_date")
	}
	terms, unclear := termsOf(x.StockTerms, "")
	wrong = append(wrong, unclear...)
	out := plan.Supplier{LeadTime: forecast.LeadTime{MeanDays: x.LeadDays, SDDays: x.LeadSDDays}, Terms: terms}
	out.Supplier = finance.Supplier{
		ID: x.ID, Name: x.Name, SinceDay: dayOf(since.UnixMicro()), CreditLimit: finance.Money{Minor: x.CreditLimit.Minor, Currency: s.Currency},
		PrepaidShare: x.PrepaidShare, PaymentTermDays: x.PaymentTermDays, OpenOrders: finance.Money{Minor: x.OpenOrders.Minor, Currency: s.Currency},
	}
	if i := slices.IndexFunc(s.Suppliers, func(y plan.Supplier) bool { return y.ID == x.ID }); i >= 0 {
		out.Deliveries = s.Suppliers[i].Deliveries // history is not changed by changing terms
		s.Suppliers[i] = out
		return wrong
	}
	s.Suppliers = append(s.Suppliers, out)
	return wrong
}

var vehicles = declaredKind[api.Vehicle]{
	noun: "vehicle", plural: "vehicles",
	id: func(x *api.Vehicle) string { return x.ID }, setID: func(x *api.Vehicle, id string) { x.ID = id },
	all: func(s *plan.Snapshot) []api.Vehicle {
		var out []api.Vehicle
		money := func(minor int64) api.Money { return api.Money{Minor: minor, Currency: s.Currency} }
		for _, site := range s.Sites {
			for _, v := range site.Vehicles {
				out = append(out, api.Vehicle{
					ID: v.ID, SiteID: site.ID, Shift: api.Hours{From: clockOf(v.Shift.StartSec), To: clockOf(v.Shift.EndSec)},
					MaxWeightG: v.MaxWeightG, MaxVolumeCm3: v.MaxVolumeCm3, Fixed: money(v.FixedCostCents), PerKm: money(v.CostCentsPerKm),
					PerHour: money(v.CostCentsPerHour), CO2eGPerKmEmpty: v.CO2eGPerKmEmpty, CO2eGPerKmFull: v.CO2eGPerKmFull,
				})
			}
		}
		return out
	},
	put: putVehicle,
	remove: func(s *plan.Snapshot, id string) error {
		withoutVehicle(s, id)
		return nil
	},
}

func withoutVehicle(s *plan.Snapshot, id string) {
	for i := range s.Sites {
		s.Sites[i].Vehicles = slices.DeleteFunc(slices.Clone(s.Sites[i].Vehicles), func(v routing.Vehicle) bool { return v.ID == id })
	}
}

func putVehicle(s *plan.Snapshot, x api.Vehicle) []api.FieldError {
	var wrong fieldErrors
	for place, m := range map[string]api.Money{"fixed": x.Fixed, "per_km": x.PerKm, "per_hour": x.PerHour} {
		currencyOf(&wrong, s, m, place)
	}
	from, to := clockSec(x.Shift.From), clockSec(x.Shift.To)
	if to <= from {
		wrong.add(x.Shift.To, "is not after it begins", "shift.to")
	}
	if x.CO2eGPerKmFull < x.CO2eGPerKmEmpty {
		wrong.add(x.CO2eGPerKmFull, "is below that of the empty vehicle", "co2e_g_per_km_full")
	}
	site := slices.IndexFunc(s.Sites, func(y plan.Site) bool { return y.ID == x.SiteID })
	if site < 0 {
		wrong.add(x.SiteID, "no such site is declared", "site_id")
		return wrong
	}
	v := routing.Vehicle{
		ID: x.ID, MaxWeightG: x.MaxWeightG, MaxVolumeCm3: x.MaxVolumeCm3, Shift: routing.Window{StartSec: from, EndSec: to},
		FixedCostCents: x.Fixed.Minor, CostCentsPerKm: x.PerKm.Minor, CostCentsPerHour: x.PerHour.Minor,
		CO2eGPerKmEmpty: x.CO2eGPerKmEmpty, CO2eGPerKmFull: x.CO2eGPerKmFull,
	}
	if i := slices.IndexFunc(s.Sites[site].Vehicles, func(y routing.Vehicle) bool { return y.ID == x.ID }); i >= 0 {
		s.Sites[site].Vehicles[i] = v
		return wrong
	}
	withoutVehicle(s, x.ID) // it may stand at another site
	s.Sites[site].Vehicles = append(s.Sites[site].Vehicles, v)
	return wrong
}
