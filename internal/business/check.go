package business

import (
	"fmt"
	"math"
	"strings"

	"quartermaster/internal/plan"
)

// maxProblems bounds how much a FileError says.
const maxProblems = 50

// checker gathers problems by field.
type checker struct {
	problems []Problem
}

// want records that a field is wrong unless ok.
func (c *checker) want(ok bool, field, reason string, args ...any) {
	if !ok && len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{Field: field, Reason: fmt.Sprintf(reason, args...)})
	}
}

// between is false for NaN too.
func (c *checker) between(x, low, high float64, field string) {
	c.want(x >= low && x <= high, field, "%v is not between %v and %v", x, low, high)
}

func (c *checker) whole(x, low, high int64, field string) {
	c.want(x >= low && x <= high, field, "%d is not between %d and %d", x, low, high)
}

func (c *checker) span(from, to Clock, field string) {
	c.want(from.Sec() >= 0, field+".from", "%q is no time of day like 08:30", string(from))
	c.want(to.Sec() >= 0, field+".to", "%q is no time of day like 18:00", string(to))
	if from.Sec() >= 0 && to.Sec() >= 0 {
		c.want(from.Sec() < to.Sec(), field, "ends at %s, not after it begins at %s", string(to), string(from))
	}
}

func (c *checker) spread(r Range, low, high float64, field string) {
	c.between(r.Min, low, high, field+".min")
	c.between(r.Max, low, high, field+".max")
	c.want(!(r.Max < r.Min), field, "max %v is below min %v", r.Max, r.Min)
}

// ids checks that the ids of a list are there and differ, and returns where each stands.
func (c *checker) ids(list string, n int, id func(i int) string) map[string]int {
	seen := make(map[string]int, n)
	c.want(n > 0, list, "there is none; declare at least one")
	for i := range n {
		field := fmt.Sprintf("%s[%d].id", list, i)
		first, twice := seen[id(i)]
		c.want(id(i) != "", field, "is missing")
		c.want(!twice, field, "%q is also the id of %s[%d]", id(i), list, first)
		if !twice {
			seen[id(i)] = i
		}
	}
	return seen
}

const (
	maxCents = 1_000_000_000
	maxShare = 1.0
	// shareSlack is far above the rounding of a dozen decimal shares and far below a mistyped one.
	shareSlack = 1e-6
)

// check finds what no type can say.
func (b *Business) check() []Problem {
	c := &checker{}
	b.checkFrame(c)
	b.checkRules(c)
	fuels := c.ids("fuels", len(b.Fuels), func(i int) string { return b.Fuels[i].ID })
	for i, f := range b.Fuels {
		at := fmt.Sprintf("fuels[%d]", i)
		c.between(f.KgCO2ePerLitre, 0, 100, at+".kg_co2e_per_litre")
		c.want(f.Source != "", at+".source", "is missing: an emission factor needs a source")
	}
	vehicles := c.ids("vehicles", len(b.Vehicles), func(i int) string { return b.Vehicles[i].ID })
	for i := range b.Vehicles {
		b.Vehicles[i].check(c, fmt.Sprintf("vehicles[%d]", i), fuels)
	}
	floors := c.ids("floors", len(b.Floors), func(i int) string { return b.Floors[i].ID })
	for i := range b.Floors {
		b.Floors[i].check(c, fmt.Sprintf("floors[%d]", i))
	}
	sites := c.ids("sites", len(b.Sites), func(i int) string { return b.Sites[i].ID })
	b.checkLanes(c, sites)
	for i := range b.Sites {
		b.checkSite(c, i, vehicles, floors)
	}
	c.ids("suppliers", len(b.Suppliers), func(i int) string { return b.Suppliers[i].ID })
	shares := 0.0
	for i := range b.Suppliers {
		b.Suppliers[i].check(c, fmt.Sprintf("suppliers[%d]", i))
		shares += b.Suppliers[i].ItemShare
	}
	c.want(len(b.Suppliers) == 0 || shares > 0, "suppliers", "the item shares of all suppliers are 0")
	return c.problems
}

func (b *Business) checkFrame(c *checker) {
	c.want(b.Name != "", "name", "is missing")
	c.want(len(b.Currency) == 3 && b.Currency == strings.ToUpper(b.Currency), "currency", "%q is no ISO 4217 code like GBP", b.Currency)
	c.want(!otherMinorUnit[b.Currency], "currency", "%s has no hundredths; amounts here are counted in hundredths of the currency unit, so convert to one that has", b.Currency)
	_, err := b.Plan.Start.Day()
	c.want(err == nil, "plan.start", "%q is no day like 2011-11-28", string(b.Plan.Start))
	c.whole(int64(b.Plan.Days), 1, plan.MaxDays, "plan.days")
	c.want(b.Calendar.Cutoff.Sec() >= 0, "calendar.cutoff", "%q is no time of day like 14:00", string(b.Calendar.Cutoff))
	c.want(len(b.Calendar.OpenDays) > 0, "calendar.open_days", "no day of the week is open")
	for i, d := range b.Calendar.OpenDays {
		c.want(weekday(d) >= 0, fmt.Sprintf("calendar.open_days[%d]", i), "%q is none of mon, tue, wed, thu, fri, sat, sun", d)
	}
	c.want(b.Service.Cycle >= 0 && b.Service.Cycle < 1, "service.cycle", "%v is not at least 0 and below 1", b.Service.Cycle)
	c.want(b.Service.FillRate >= 0 && b.Service.FillRate < 1, "service.fill_rate", "%v is not at least 0 and below 1", b.Service.FillRate)
	c.whole(int64(b.Review.EveryDays), 1, 90, "review.every_days")
	c.whole(int64(b.Review.HorizonDays), 1, 365, "review.horizon_days")
	c.whole(b.Review.OrderCostCents, 0, maxCents, "review.order_cost_cents")
	c.between(b.Review.HoldingRate, 0, 10, "review.holding_rate")
	c.want(b.Review.AssortmentFillRate >= 0 && b.Review.AssortmentFillRate < 1, "review.assortment_fill_rate", "%v is not at least 0 and below 1", b.Review.AssortmentFillRate)
	c.whole(b.Sourcing.ParcelCents, 0, maxCents, "sourcing.parcel_cents")
	c.whole(b.Sourcing.LineCents, 0, maxCents, "sourcing.line_cents")
	c.whole(b.Sourcing.KmCents, 0, maxCents, "sourcing.km_cents")
	c.whole(b.Sourcing.ScarcityCents, 0, maxCents, "sourcing.scarcity_cents")
}

func (b *Business) checkRules(c *checker) {
	c.whole(b.Delivery.DropSec, 0, 86_400, "delivery.drop_sec")
	sum := 0.0
	for i, w := range b.Delivery.Windows {
		at := fmt.Sprintf("delivery.windows[%d]", i)
		c.span(w.From, w.To, at)
		c.between(w.Share, 0, maxShare, at+".share")
		sum += w.Share
	}
	c.want(math.Abs(sum-1) < shareSlack, "delivery.windows", "the shares sum to %v, not 1", sum)
	r := b.Items
	c.spread(r.CostShare, 0, 1, "items.cost_share")
	c.between(r.WeightBaseG, 0, 1e6, "items.weight_base_g")
	c.between(r.WeightPriceG, 0, 1e6, "items.weight_per_unit_g")
	c.spread(r.WeightSpread, 0.01, 100, "items.weight_spread")
	c.whole(r.WeightMaxG, 1, 1_000_000, "items.weight_max_g")
	c.spread(r.Density, 0.001, 25, "items.density_g_per_cm3")
	s := b.Stock
	c.whole(int64(s.LookbackDays), 1, 730, "stock.lookback_days")
	c.spread(s.Cover, 0, 100, "stock.cover")
	c.between(s.EmptyShare, 0, 1, "stock.empty_share")
	c.whole(s.NewItemUnits, 0, 1_000_000, "stock.new_item_units")
	c.between(s.InboundShare, 0, 1, "stock.inbound_share")
	c.spread(s.InboundCover, 0, 100, "stock.inbound_cover")
	c.between(b.SiteShare.ShrinkLines, 0.001, 1e9, "site_share.shrink_lines")
}

func (v *VehicleType) check(c *checker, at string, fuels map[string]int) {
	_, known := fuels[v.Fuel]
	c.want(known, at+".fuel", "fuel %q is not declared under fuels", v.Fuel)
	c.between(v.MaxWeightKg, 0.001, 100_000, at+".max_weight_kg")
	c.between(v.MaxVolumeM3, 0.000_001, 1_000, at+".max_volume_m3")
	c.whole(v.FixedCents, 0, maxCents, at+".fixed_cents")
	c.whole(v.KmCents, 0, 1_000_000, at+".km_cents")
	c.whole(v.HourCents, 0, 1_000_000, at+".hour_cents")
	c.between(v.LitresEmpty100Km, 0, 1000, at+".litres_per_100km_empty")
	c.between(v.LitresFull100Km, v.LitresEmpty100Km, 1000, at+".litres_per_100km_full")
	c.span(v.Shift.From, v.Shift.To, at+".shift")
}

func (b *Business) checkSite(c *checker, i int, vehicles, floors map[string]int) {
	s, at := &b.Sites[i], fmt.Sprintf("sites[%d]", i)
	c.want(s.Name != "", at+".name", "is missing")
	c.between(s.Lon, -180, 180, at+".lon")
	c.between(s.Lat, -90, 90, at+".lat")
	c.whole(s.OrdersPerDay, 0, 10_000_000, at+".orders_per_day")
	c.whole(int64(s.Pickers), 1, 10_000, at+".pickers")
	c.span(s.Shift.From, s.Shift.To, at+".shift")
	c.want(len(s.Fleet) > 0, at+".fleet", "there is no vehicle")
	for k, f := range s.Fleet {
		_, known := vehicles[f.Vehicle]
		c.want(known, fmt.Sprintf("%s.fleet[%d].vehicle", at, k), "vehicle %q is not declared under vehicles", f.Vehicle)
		c.whole(int64(f.Count), 0, 10_000, fmt.Sprintf("%s.fleet[%d].count", at, k))
	}
	c.between(s.StoreM3, 0, 1e9, at+".store_m3")
	c.between(s.DockM3, 0, 1e9, at+".dock_m3")
	floor, known := floors[s.Floor]
	c.want(known, at+".floor", "floor %q is not declared under floors", s.Floor)
	if known {
		parks := int64(strings.Count(strings.Join(b.Floors[floor].Grid, ""), "R"))
		c.want(int64(s.Robots) >= 1 && int64(s.Robots) <= parks, at+".robots", "%d is not between 1 and the %d parks (R) of floor %q", s.Robots, parks, s.Floor)
	}
}

func (s *Supplier) check(c *checker, at string) {
	c.want(s.Name != "", at+".name", "is missing")
	_, err := s.Since.Day()
	c.want(err == nil, at+".since", "%q is no day like 2008-03-01", string(s.Since))
	c.between(s.ItemShare, 0, 1e6, at+".item_share")
	c.between(s.LeadDays, 0, 730, at+".lead_days")
	c.between(s.LeadSDDays, 0, 365, at+".lead_sd_days")
	c.want(len(s.PackSizes) > 0, at+".pack_sizes", "there is none; give at least [1]")
	for k, p := range s.PackSizes {
		c.whole(p, 1, 1_000_000, fmt.Sprintf("%s.pack_sizes[%d]", at, k))
	}
	c.whole(s.MinPacks, 0, 1_000_000, at+".min_packs")
	c.between(s.PrepaidShare, 0, 1, at+".prepaid_share")
	c.whole(int64(s.TermDays), 0, 730, at+".term_days")
	c.whole(s.CreditLimit, 0, 1_000_000_000, at+".credit_limit")
	c.between(s.DeliveriesWeek, 0, 100, at+".deliveries_per_week")
	s.checkTerms(c, at)
	h := s.Behaviour
	c.between(h.Late, 0, 1, at+".behaviour.late")
	c.between(h.LateBy, 0, 365, at+".behaviour.late_days")
	c.between(h.Missing, 0, 1, at+".behaviour.missing")
	c.between(h.Short, 0, 1, at+".behaviour.short")
	c.between(h.Reject, 0, 1, at+".behaviour.reject")
}

func (b *Business) checkLanes(c *checker, sites map[string]int) {
	seen := map[[2]string]bool{}
	for i, l := range b.Lanes {
		at := fmt.Sprintf("lanes[%d]", i)
		_, from := sites[l.From]
		_, to := sites[l.To]
		c.want(from, at+".from", "site %q is not declared under sites", l.From)
		c.want(to, at+".to", "site %q is not declared under sites", l.To)
		c.want(l.From != l.To && !seen[[2]string{l.From, l.To}], at, "stands twice or leads nowhere")
		seen[[2]string{l.From, l.To}] = true
		c.whole(int64(l.Days), 0, 365, at+".days")
		c.whole(l.CentsPerM3, 0, maxCents, at+".cents_per_m3")
		c.between(l.CapacityM3Day, 0, 1e9, at+".capacity_m3_per_day")
	}
}

func (s *Supplier) checkTerms(c *checker, at string) {
	for k, d := range s.OrderDays {
		c.want(weekday(d) >= 0, fmt.Sprintf("%s.order_days[%d]", at, k), "%q is none of mon, tue, wed, thu, fri, sat, sun", d)
	}
	for k, d := range s.ClosedDays {
		_, err := d.Day()
		c.want(err == nil, fmt.Sprintf("%s.closed_days[%d]", at, k), "%q is no day like 2011-12-26", string(d))
	}
	c.whole(s.MinOrder, 0, 1_000_000_000, at+".min_order")
	c.whole(s.Budget, 0, 1_000_000_000, at+".budget")
	for k, d := range s.Discounts {
		c.whole(d.Packs, 1, 1_000_000, fmt.Sprintf("%s.discounts[%d].packs", at, k))
		c.whole(d.Permille, 1, 999, fmt.Sprintf("%s.discounts[%d].permille", at, k))
		c.want(k == 0 || (d.Packs > s.Discounts[k-1].Packs && d.Permille > s.Discounts[k-1].Permille), fmt.Sprintf("%s.discounts[%d]", at, k), "does not rise above the one before")
	}
}

// otherMinorUnit are the currencies whose minor unit is not a hundredth (ISO 4217, list one): the prices of the books, the
// fields named _cents and every printed amount count hundredths, so that amounts in these would be wrong by powers of ten.
var otherMinorUnit = map[string]bool{
	"BIF": true, "CLP": true, "DJF": true, "GNF": true, "ISK": true, "JPY": true, "KMF": true, "KRW": true, "PYG": true, "RWF": true,
	"UGX": true, "UYI": true, "VND": true, "VUV": true, "XAF": true, "XOF": true, "XPF": true, // none
	"BHD": true, "IQD": true, "JOD": true, "KWD": true, "LYD": true, "OMR": true, "TND": true, // thousandths
	"CLF": true, "UYW": true, // ten-thousandths
}

var weekdays = [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// weekday is 0 for mon … 6 for sun, −1 for anything else.
func weekday(s string) int {
	for i, w := range weekdays {
		if s == w {
			return i
		}
	}
	return -1
}
