package plan

import (
	"fmt"
	"math"
	"sort"

	"quartermaster/inventory"
	"quartermaster/inventory/replenish"
)

// LineView is how one item at one site stands, for a planner's eyes.
type LineView struct {
	ItemID, SiteID, SupplierID string
	Position                   inventory.Position
	Class                      replenish.Class
	Zones                      replenish.Zones
	Zone                       string // "red", "yellow", "green" or "over": where the position stands in its buffer
	Health                     replenish.Health
	PerDay                     float64
	CoverDays                  float64 // days that what is on hand lasts at mean demand; −1 = there is no demand
	OutDay                     int     // day on which the shelf is empty at mean demand with what is on its way; −1 = not within a year
	NextOrderDay               int     // when its supplier takes orders again, from the run
	ExpiringUnits              int64
	ExcessUnits                int64 // above the level and a batch
	ExcessCents                int64
	LateUnits                  int64 // on their way and overdue
	OrderQty                   int64 // proposed now
	TransferQty                int64 // to come from other sites, below 0 = to go there
	ShortUnits                 float64
}

// Expedite is something on its way that must come sooner, or an order that must be chased, with what is at stake.
type Expedite struct {
	ItemID, SiteID, SupplierID string
	Qty                        int64
	DueDay                     int // below 0 = late
	OutDay                     int
	ShortUnits                 float64 // expected to be missed until it comes, at mean demand
	CostCents                  int64   // what that costs by the service asked for
	Reason                     string
}

const lookAheadDays = 365

// outDay is the first day on which the shelf is empty at mean demand; what is late is taken to stay away as long again.
func (r *restock) outDay(k int) int {
	l := &r.c.Lines[k]
	p := r.inputs[k].Position
	level := float64(p.OnHand - p.Backordered)
	if level < 0 || (level == 0 && l.Demand.MeanPerDay > 0) {
		return 0
	}
	if l.Demand.MeanPerDay <= 0 {
		return -1
	}
	day := 0.0
	for _, in := range r.inbound[k] {
		due := float64(arrives(in))
		if day+level/l.Demand.MeanPerDay < due {
			break
		}
		level += float64(in.Qty) - l.Demand.MeanPerDay*(due-day)
		day = due
	}
	if out := day + level/l.Demand.MeanPerDay; out < lookAheadDays {
		return int(out)
	}
	return -1
}

// arrives is the day on which something on its way is reckoned with: if late, it is taken to stay away as long again.
func arrives(in Inbound) int {
	if in.DueDay < 0 {
		return -in.DueDay
	}
	return in.DueDay
}

// views fills the health report, the classes, the buffers and what to expedite.
func (r *restock) views() {
	classes := r.classes()
	ordered, moved := map[int]int64{}, map[int]int64{}
	for _, o := range r.orders {
		ordered[r.line[[2]string{o.ItemID, o.SiteID}]] = o.Qty
	}
	for _, t := range r.out.Transfers {
		moved[r.line[[2]string{t.ItemID, t.FromSiteID}]] -= t.Qty
		moved[r.line[[2]string{t.ItemID, t.ToSiteID}]] += t.Qty
	}
	r.out.Views = make([]LineView, len(r.c.Lines))
	for k, l := range r.c.Lines {
		rule, item := r.out.Policies[k], &r.c.Items[l.Item]
		s := &r.c.Suppliers[r.supplier[k]]
		v := LineView{ItemID: item.ID, SiteID: r.c.Sites[l.Site].ID, SupplierID: s.ID, Position: l.Position, Class: classes[l.Item], PerDay: l.Demand.MeanPerDay, CoverDays: -1,
			OutDay: r.outDay(k), NextOrderDay: s.Terms.Next(r.c.Day) - r.c.Day, ExpiringUnits: r.expiring[k], OrderQty: ordered[k], TransferQty: moved[k]}
		if l.Demand.MeanPerDay > 0 {
			v.CoverDays = float64(l.Position.OnHand) / l.Demand.MeanPerDay
		}
		have := l.Position.InventoryPosition()
		batch := max(rule.OrderUpTo-rule.ReorderPoint, 1)
		if v.ExcessUnits = have - rule.OrderUpTo - batch; v.ExcessUnits < 0 {
			v.ExcessUnits = 0
		}
		v.ExcessUnits = min(v.ExcessUnits, l.Position.OnHand)
		v.ExcessCents = v.ExcessUnits * item.UnitCostCents
		v.Health = replenish.HealthOf(l.Position.OnHand, have, rule.ReorderPoint, rule.OrderUpTo, l.Demand.MeanPerDay, 0)
		if v.ExpiringUnits > 0 && v.Health != replenish.HealthOut {
			v.Health = replenish.HealthExpiring
		}
		v.Zones, v.Zone = r.buffer(k, have)
		for _, in := range r.inbound[k] {
			if in.DueDay < 0 {
				v.LateUnits += in.Qty
			}
		}
		v.ShortUnits = r.expedite(k, &v)
		r.out.Views[k] = v
	}
	sort.SliceStable(r.out.Expedites, func(a, b int) bool { return r.out.Expedites[a].CostCents > r.out.Expedites[b].CostCents })
}

// classes are the ABC–XYZ classes of items by the value sold in a year over all sites and the steadiness of the largest site.
func (r *restock) classes() []replenish.Class {
	value, variation, most := make([]float64, len(r.c.Items)), make([]float64, len(r.c.Items)), make([]float64, len(r.c.Items))
	for _, l := range r.c.Lines {
		sold := l.Demand.MeanPerDay * daysPerYear * float64(r.c.Items[l.Item].UnitCostCents)
		value[l.Item] += sold
		if l.Demand.MeanPerDay > most[l.Item] || variation[l.Item] == 0 {
			most[l.Item], variation[l.Item] = l.Demand.MeanPerDay, l.Variation
		}
	}
	classes, err := replenish.Classify(value, variation)
	if err != nil { // both were validated
		classes = make([]replenish.Class, len(value))
	}
	return classes
}

// buffer gives the zones of demand-driven planning and where the position stands in them. Lead-time factors are the middles of
// the ranges for short, medium and long lead times (Ptak & Smith 2016, ch. 7).
func (r *restock) buffer(k int, have int64) (replenish.Zones, string) {
	l := &r.c.Lines[k]
	factor := 0.3
	switch lead := l.Demand.LeadDays; {
	case lead <= 7:
		factor = 0.8
	case lead <= 30:
		factor = 0.5
	}
	minimum := float64(max(r.inputs[k].Item.MinOrderQty, r.inputs[k].Item.PackSize))
	review := float64(max(r.c.Review.ReviewDays, r.c.Suppliers[r.supplier[k]].Terms.Gap()))
	z, err := replenish.BufferZones(l.Demand.MeanPerDay, l.Demand.LeadDays, factor, min(1, l.Variation), minimum, review)
	if err != nil || l.Demand.MeanPerDay == 0 {
		return replenish.Zones{}, "green"
	}
	switch at := float64(have); {
	case at <= z.Red:
		return z, "red"
	case at <= z.Red+z.Yellow:
		return z, "yellow"
	case at <= z.Red+z.Yellow+z.Green:
		return z, "green"
	}
	return z, "over"
}

// expedite looks whether what is on its way, or could be ordered, comes in time, and gives the units expected to be missed.
func (r *restock) expedite(k int, v *LineView) float64 {
	if v.OutDay < 0 || v.PerDay <= 0 {
		return 0
	}
	lead := int(math.Ceil(max(0, r.c.Suppliers[r.supplier[k]].LeadTime.MeanDays)))
	e := Expedite{ItemID: v.ItemID, SiteID: v.SiteID, SupplierID: v.SupplierID, OutDay: v.OutDay}
	until := v.NextOrderDay + lead // when the next order could be there
	for _, in := range r.inbound[k] {
		if a := arrives(in); a >= v.OutDay {
			until = min(until, a)
			if e.Qty == 0 || in.DueDay < e.DueDay {
				e.Qty, e.DueDay = in.Qty, in.DueDay
			}
			break
		}
	}
	short := max(0, float64(until-v.OutDay)) * v.PerDay
	if v.TransferQty > 0 {
		short = max(0, short-float64(v.TransferQty))
	}
	if short < 0.5 {
		return short
	}
	e.ShortUnits, e.CostCents = short, int64(min(short*r.shortage[k], maxMoneyCents))
	switch {
	case e.Qty > 0 && e.DueDay < 0:
		e.Reason = fmt.Sprintf("%d units are %d days late and the shelf is empty on day %d: chase them", e.Qty, -e.DueDay, e.OutDay)
	case e.Qty > 0:
		e.Reason = fmt.Sprintf("%d units come on day %d and the shelf is empty on day %d: ask for them sooner", e.Qty, e.DueDay, e.OutDay)
	default:
		e.Qty, e.DueDay = v.OrderQty, until
		e.Reason = fmt.Sprintf("the shelf is empty on day %d and nothing ordered now comes before day %d: order by a faster way", e.OutDay, until)
	}
	r.out.Expedites = append(r.out.Expedites, e)
	return short
}

// checkRestocking holds a run against its catalogue from the raw numbers: packs, minimums, calendars, least orders, rooms, docks,
// budgets, lanes, and that no site gives more than it has.
func checkRestocking(c *Catalogue, r *Restocking) error {
	items, sites, suppliers := map[string]int{}, map[string]int{}, map[string]int{}
	for i, x := range c.Items {
		items[x.ID] = i
	}
	for i, x := range c.Sites {
		sites[x.ID] = i
	}
	for i, x := range c.Suppliers {
		suppliers[x.ID] = i
	}
	room, dock, spent := make([]int64, len(c.Sites)), make([]int64, len(c.Sites)), make([]int64, len(c.Suppliers))
	have, moved := map[[2]int]int64{}, map[[2]int]int64{}
	for _, l := range c.Lines {
		have[[2]int{l.Item, l.Site}] = l.Position.OnHand
	}
	for _, t := range r.Transfers {
		moved[[2]int{items[t.ItemID], sites[t.FromSiteID]}] -= t.Qty
		moved[[2]int{items[t.ItemID], sites[t.ToSiteID]}] += t.Qty
	}
	full := make([]int64, len(c.Sites)) // without any order
	for _, l := range c.Lines {
		volume, position := c.Items[l.Item].VolumeCm3, l.Position.InventoryPosition()
		full[l.Site] += max(0, position) * volume
		room[l.Site] += max(0, position+moved[[2]int{l.Item, l.Site}]) * volume
	}
	for _, po := range r.Purchases {
		s := &c.Suppliers[suppliers[po.SupplierID]]
		if !s.Terms.Takes(c.Day) || po.CostCents < s.Terms.MinOrderCents {
			return fmt.Errorf("plan: purchase order %s of %d cents: its supplier takes none today, or none so small", po.ID, po.CostCents)
		}
		for _, l := range po.Lines {
			item := &c.Items[items[l.ItemID]]
			if l.Qty <= 0 || l.Qty%item.PackSize != 0 || l.Qty < item.MinOrderQty || item.SupplierID != po.SupplierID || l.CostCents != s.Terms.CostCents(item, l.Qty) || l.Reason == "" {
				return fmt.Errorf("plan: purchase order %s: %d of item %s breaks pack, minimum, supplier or price", po.ID, l.Qty, l.ItemID)
			}
			room[sites[po.SiteID]] += l.Qty * item.VolumeCm3
			dock[sites[po.SiteID]] += l.Qty * item.VolumeCm3
		}
		spent[suppliers[po.SupplierID]] += po.CostCents
	}
	if err := checkTransfers(c, r, items, sites, have, dock); err != nil {
		return err
	}
	for i, s := range c.Sites {
		if s.StoreCm3 > 0 && room[i] > max(s.StoreCm3, full[i])+roomSlackCm3 || s.DockCm3 > 0 && dock[i] > s.DockCm3+roomSlackCm3 {
			return fmt.Errorf("plan: site %s takes in %d cm³ and would hold %d", s.ID, dock[i], room[i])
		}
	}
	for i, s := range c.Suppliers {
		if s.Terms.BudgetCents > 0 && spent[i] > s.Terms.BudgetCents+int64(len(c.Lines)) { // a cent a line for rounding prices up
			return fmt.Errorf("plan: supplier %s is paid %d of a budget of %d", s.ID, spent[i], s.Terms.BudgetCents)
		}
	}
	return nil
}

const roomSlackCm3 = 1000 // of sums in m³

func checkTransfers(c *Catalogue, r *Restocking, items, sites map[string]int, have map[[2]int]int64, dock []int64) error {
	used := map[[2]string]int64{}
	for _, t := range r.Transfers {
		item, from, to := items[t.ItemID], sites[t.FromSiteID], sites[t.ToSiteID]
		key := [2]int{item, from}
		if have[key] -= t.Qty; have[key] < 0 || t.Qty <= 0 {
			return fmt.Errorf("plan: %d of item %s leave site %s, which has fewer", t.Qty, t.ItemID, t.FromSiteID)
		}
		volume := t.Qty * c.Items[item].VolumeCm3
		dock[to] += volume
		used[[2]string{t.FromSiteID, t.ToSiteID}] += volume
	}
	for _, l := range c.Lanes {
		if key := [2]string{l.FromSiteID, l.ToSiteID}; l.CapacityCm3 > 0 && used[key] > l.CapacityCm3+roomSlackCm3 {
			return fmt.Errorf("plan: %d cm³ go from %s to %s, which takes %d", used[key], l.FromSiteID, l.ToSiteID, l.CapacityCm3)
		}
	}
	return nil
}
