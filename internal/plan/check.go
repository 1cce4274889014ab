package plan

import (
	"fmt"

	"quartermaster/forecast"
	"quartermaster/inventory"
	"quartermaster/warehouse"
)

// Check tells whether a plan holds against the facts it was made from. It is written apart from Build and shares no step
// with it: it recounts every unit, every shelf, every time and every total from the snapshot and the finished plan. The
// floor schedules and tours are checked by warehouse.Check and routing.Check where they are made.
func Check(s *Snapshot, p *Plan) error {
	c := checker{s: s, p: p}
	for _, step := range []func() error{c.orders, c.shelves, c.times, c.money, c.counts, c.purchases, c.areas} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type checker struct {
	s *Snapshot
	p *Plan
}

// orders: each unit of each line is in exactly one part or told as unserved.
func (c *checker) orders() error {
	left := map[[2]string]int64{}
	for _, o := range c.s.Orders {
		for _, l := range o.Lines {
			left[[2]string{o.ID, l.ItemID}] += l.Qty
		}
	}
	take := func(order string, lines []PartLine) error {
		for _, l := range lines {
			key := [2]string{order, l.ItemID}
			left[key] -= l.Qty
			if l.Qty <= 0 || left[key] < 0 {
				return fmt.Errorf("order %s: item %s is planned beyond what was ordered", order, l.ItemID)
			}
		}
		return nil
	}
	short := map[string]bool{}
	for _, u := range c.p.Unserved {
		short[u.OrderID] = true
		if u.Code == "" || u.Reason == "" {
			return fmt.Errorf("order %s is not served and no reason is given", u.OrderID)
		}
		if err := take(u.OrderID, u.Lines); err != nil {
			return err
		}
	}
	for _, pr := range c.p.Promises {
		for _, part := range pr.Parts {
			if err := take(pr.OrderID, part.Lines); err != nil {
				return err
			}
		}
		if pr.Complete == short[pr.OrderID] {
			return fmt.Errorf("order %s: complete is %v, yet the list of unserved orders says otherwise", pr.OrderID, pr.Complete)
		}
	}
	for key, qty := range left {
		if qty != 0 {
			return fmt.Errorf("order %s: %d units of item %s are neither promised nor told as unserved", key[0], qty, key[1])
		}
	}
	return nil
}

// shelves: no site gives away by the end of any day more than it had or received by then.
func (c *checker) shelves() error {
	type shelf struct{ item, site string }
	have := map[shelf][]int64{}
	days := func(k shelf) []int64 {
		if have[k] == nil {
			have[k] = make([]int64, c.s.Days)
		}
		return have[k]
	}
	for _, pos := range c.s.Positions {
		days(shelf{pos.ItemID, pos.SiteID})[0] += pos.OnHand
	}
	for _, in := range c.s.Inbound {
		if in.DueDay < c.s.Days {
			days(shelf{in.ItemID, in.SiteID})[max(0, in.DueDay)] += in.Qty
		}
	}
	for _, pr := range c.p.Promises {
		for _, part := range pr.Parts {
			if part.Day < 0 || part.Day >= c.s.Days {
				return fmt.Errorf("order %s: packed on day %d, outside the plan", pr.OrderID, part.Day)
			}
			for _, l := range part.Lines {
				days(shelf{l.ItemID, part.SiteID})[part.Day] -= l.Qty
			}
		}
	}
	for k, flow := range have {
		var level int64
		for day, x := range flow {
			if level += x; level < 0 {
				return fmt.Errorf("site %s: item %s falls to %d on day %d", k.site, k.item, level, day)
			}
		}
	}
	return nil
}

// times: every part is packed on an open day before its tour leaves, stands on the tour it names, and arrives within the
// hours that its order allows on the day of the tour and within the promise made.
func (c *checker) times() error {
	orders := map[string]*Order{}
	for i := range c.s.Orders {
		orders[c.s.Orders[i].ID] = &c.s.Orders[i]
	}
	visits, ready, err := c.visits()
	if err != nil {
		return err
	}
	for _, pr := range c.p.Promises {
		o := orders[pr.OrderID]
		if o == nil || len(pr.Parts) == 0 {
			return fmt.Errorf("order %s: it is promised without a part, or was never asked for", pr.OrderID)
		}
		first, last := pr.Parts[0].DepartSec, pr.Parts[0].ArrivalSec
		for _, part := range pr.Parts {
			day, ok := visits[visit{part.RouteID, pr.OrderID, part.DepartSec, part.ArrivalSec}]
			sec, packed := ready[packedAt{part.SiteID, part.Day, pr.OrderID}]
			ofDay := part.ArrivalSec - int64(day)*daySec
			switch {
			case !ok:
				return fmt.Errorf("order %s: its part does not stand on route %s as told", pr.OrderID, part.RouteID)
			case !packed || sec != part.ReadySec || part.ReadySec > part.DepartSec || part.Day > day:
				return fmt.Errorf("order %s: leaves on route %s before its parcel is ready", pr.OrderID, part.RouteID)
			case ofDay < o.WindowSec.StartSec || ofDay > o.WindowSec.EndSec:
				return fmt.Errorf("order %s: arrives at %s, outside its hours", pr.OrderID, warehouse.ClockText(part.ArrivalSec))
			case o.PlacedSec > part.DepartSec:
				return fmt.Errorf("order %s: leaves before it was placed", pr.OrderID)
			}
			first, last = min(first, part.DepartSec), max(last, part.ArrivalSec)
		}
		if pr.ShipSec != first || last < pr.From || last > pr.To {
			return fmt.Errorf("order %s: the promise does not cover its own parts", pr.OrderID)
		}
	}
	return nil
}

// visit is one stop of an order's parcel on a tour; packedAt is one parcel on a floor.
type (
	visit struct {
		route, order  string
		depart, start int64
	}
	packedAt struct {
		site  string
		day   int
		order string
	}
)

// visits gives the day of each stop on a tour, and when each parcel was ready, of all sites and days, which must be open.
func (c *checker) visits() (map[visit]int, map[packedAt]int64, error) {
	stops, ready := map[visit]int{}, map[packedAt]int64{}
	for _, day := range c.p.SiteDays {
		if day.Day < 0 || day.Day >= c.s.Days || !c.s.Calendar.OpenDays[forecast.Weekday(c.s.OriginDay+day.Day)] {
			return nil, nil, fmt.Errorf("site %s works on day %d, on which the business is closed", day.SiteID, day.Day)
		}
		for _, r := range day.Routes {
			if len(r.StopIDs) != len(r.Route.Visits) {
				return nil, nil, fmt.Errorf("route %s names %d stops for %d visits", r.ID, len(r.StopIDs), len(r.Route.Visits))
			}
			for i, v := range r.Route.Visits {
				stops[visit{r.ID, r.StopIDs[i], r.Route.DepartSec, v.StartSec}] = day.Day
			}
		}
		for order, sec := range day.Schedule.ReadySec {
			ready[packedAt{day.SiteID, day.Day, order}] = sec
		}
	}
	return stops, ready, nil
}

// money: what orders pay is what routes and handling cost, to the cent and the gram, and the counts are what they count.
func (c *checker) money() error {
	t := c.p.Totals
	var cost, co2, routeCost, routeCO2, distance int64
	var parts, routes int
	for _, pr := range c.p.Promises {
		var partCost, partCO2 int64
		for _, part := range pr.Parts {
			partCost += part.CostCents
			partCO2 += part.CO2eG
		}
		if partCost != pr.CostCents || partCO2 != pr.CO2eG {
			return fmt.Errorf("order %s: cost or CO2e is not the sum of its parts", pr.OrderID)
		}
		cost += partCost
		co2 += partCO2
		parts += len(pr.Parts)
	}
	for _, day := range c.p.SiteDays {
		routes += len(day.Routes)
		for _, r := range day.Routes {
			routeCost += r.Route.CostCents
			routeCO2 += r.Route.CO2eG
			distance += r.Route.DistanceM
		}
	}
	switch {
	case cost != t.DeliveryCostCents+t.HandlingCostCents || routeCost != t.DeliveryCostCents:
		return fmt.Errorf("orders bear %d cents, delivery %d and handling %d", cost, t.DeliveryCostCents, t.HandlingCostCents)
	case co2 != t.CO2eG || routeCO2 != t.CO2eG:
		return fmt.Errorf("orders bear %d g CO2e, routes %d, the total says %d", co2, routeCO2, t.CO2eG)
	case distance != t.DistanceM || routes != t.Routes || parts != t.Parcels || len(c.p.Promises) != t.Promised:
		return fmt.Errorf("totals of distance, routes, parcels or promises do not count what is there")
	case t.Promised+t.Unserved != len(c.s.Orders):
		return fmt.Errorf("%d promised and %d unserved orders of %d", t.Promised, t.Unserved, len(c.s.Orders))
	}
	return nil
}

// counts: each figure of the totals that only counts is what there is to count.
func (c *checker) counts() error {
	var n Totals
	for _, pr := range c.p.Promises {
		if !pr.Complete {
			n.Partial++
		}
		if len(pr.Parts) > 1 {
			n.Split++
		}
	}
	for _, day := range c.p.SiteDays {
		for _, task := range day.Schedule.Tasks {
			switch task.Kind {
			case warehouse.TaskPick:
				n.PickTasks++
			case warehouse.TaskMove:
				n.MoveTasks++
			case warehouse.TaskSort:
				n.SortTasks++
			}
		}
	}
	for _, po := range c.p.Purchases {
		n.PurchaseOrders++
		n.PurchaseLines += len(po.Lines)
		n.PurchaseCents += po.CostCents
	}
	t := c.p.Totals
	for _, x := range []struct {
		what         string
		stated, want int64
	}{
		{"orders", int64(t.Orders), int64(len(c.s.Orders))},
		{"orders promised in part", int64(t.Partial), int64(n.Partial)}, {"orders split", int64(t.Split), int64(n.Split)},
		{"pick tasks", int64(t.PickTasks), int64(n.PickTasks)}, {"move tasks", int64(t.MoveTasks), int64(n.MoveTasks)},
		{"sort tasks", int64(t.SortTasks), int64(n.SortTasks)}, {"purchase orders", int64(t.PurchaseOrders), int64(n.PurchaseOrders)},
		{"purchase lines", int64(t.PurchaseLines), int64(n.PurchaseLines)}, {"cents of purchases", t.PurchaseCents, n.PurchaseCents},
	} {
		if x.stated != x.want {
			return fmt.Errorf("the totals state %d %s, there are %d", x.stated, x.what, x.want)
		}
	}
	return nil
}

// purchases: whole packs, at least the minimum, from the item's own supplier, and exposures that add up.
func (c *checker) purchases() error {
	items := map[string]int{}
	for i, x := range c.s.Items {
		items[x.ID] = i
	}
	terms := map[string]*inventory.Terms{}
	for i := range c.s.Suppliers {
		terms[c.s.Suppliers[i].ID] = &c.s.Suppliers[i].Terms
	}
	proposed := map[string]int64{}
	for _, po := range c.p.Purchases {
		var sum int64
		for _, l := range po.Lines {
			item := c.s.Items[items[l.ItemID]]
			if l.Qty <= 0 || l.Qty%item.PackSize != 0 || l.Qty < item.MinOrderQty || item.SupplierID != po.SupplierID || l.SiteID != po.SiteID {
				return fmt.Errorf("purchase order %s: %d of item %s breaks pack, minimum, supplier or site", po.ID, l.Qty, l.ItemID)
			}
			if cost := terms[po.SupplierID].CostCents(&item, l.Qty); l.CostCents != cost {
				return fmt.Errorf("purchase order %s: item %s costs %d, not %d", po.ID, l.ItemID, cost, l.CostCents)
			}
			sum += l.CostCents
		}
		if sum != po.CostCents {
			return fmt.Errorf("purchase order %s: lines cost %d, it says %d", po.ID, sum, po.CostCents)
		}
		proposed[po.SupplierID] += sum
	}
	for _, v := range c.p.Suppliers {
		if v.Exposure.Proposed.Minor != proposed[v.Exposure.SupplierID] {
			return fmt.Errorf("supplier %s: exposure counts %d of proposed purchases, they are %d",
				v.Exposure.SupplierID, v.Exposure.Proposed.Minor, proposed[v.Exposure.SupplierID])
		}
	}
	return nil
}
