package plan

import (
	"context"
	"fmt"

	"quartermaster/routing"
	"quartermaster/warehouse"
)

// Promised windows are this wide, start on a quarter of an hour, and open this long before the planned arrival: the width
// that parcel carriers tell private consignees, wide enough for a delay of half an hour.
const (
	promiseWidthSec = 3600
	promiseLeadSec  = 1800
	promiseGridSec  = 900
)

// shipment is a delivered parcel with what its promise needs.
type shipment struct {
	parcel
	part Part
	day  int // of its tour, which is later than that of packing when it had to wait
	stop int // position on its route, from 1
}

// recordRoute names one tour and divides its cost and CO2e over its parcels. CO2e goes by weight × street distance from
// the site (the transport activity of ISO 14083 with the shortest feasible distance), cost by the seconds that serving the
// consignee alone would take: both are known before the tour is, so that a neighbour's order does not change the key.
func (b *builder) recordRoute(site, day int, work *delivery, k int, record *SiteDay) {
	route := work.solution.Routes[k]
	id := fmt.Sprintf("%s-d%d-R%02d", record.SiteID, day, len(record.Routes)+1)
	named := DayRoute{ID: id, VehicleID: work.problem.Vehicles[route.Vehicle].ID, Route: route, LegSec: legs(&work.problem, &route)}
	activity, effort := make([]int64, len(route.Visits)), make([]int64, len(route.Visits))
	for i, v := range route.Visits {
		x := work.parcels[v.Stop]
		distanceM, durationSec, _ := b.way(site, x.order)
		activity[i] = max(1, x.weightG) * max(1, distanceM)
		effort[i] = 2*durationSec + b.s.DropSec
	}
	cost, co2 := share(route.CostCents, effort), share(route.CO2eG, activity)
	for i, v := range route.Visits {
		x := work.parcels[v.Stop]
		named.StopIDs = append(named.StopIDs, b.s.Orders[x.order].ID)
		part := Part{
			SiteID: record.SiteID, Day: x.packedDay, ReadySec: x.readySec,
			DepartSec: route.DepartSec, ArrivalSec: v.StartSec, RouteID: id,
			CostCents: x.costCents + cost[i], CO2eG: co2[i],
		}
		for _, l := range x.lines {
			part.Lines = append(part.Lines, PartLine{b.s.Orders[x.order].Lines[l.line].ItemID, l.qty})
		}
		b.shipped = append(b.shipped, shipment{x, part, day, i + 1})
		b.plan.Totals.DeliveryCostCents += cost[i]
		b.plan.Totals.HandlingCostCents += x.costCents
		b.plan.Totals.CO2eG += co2[i]
	}
	b.plan.Totals.DistanceM += route.DistanceM
	record.Routes = append(record.Routes, named)
}

// legs are the seconds from stop to stop and back by the street matrix, before the hour of the day.
func legs(p *routing.Problem, r *routing.Route) []int32 {
	out := make([]int32, 0, len(r.Visits)+1)
	depot := p.Vehicles[r.Vehicle].Depot
	at := depot
	leg := func(to int32) {
		out = append(out, p.Matrix.DurationSec[int(at)*p.Matrix.N+int(to)])
		at = to
	}
	for _, v := range r.Visits {
		leg(p.Stops[v.Stop].Location)
	}
	leg(depot)
	return out
}

// promise writes one promise per served order and one line per shortfall, and counts.
func (b *builder) promise(context.Context) error {
	byOrder := make([][]shipment, len(b.s.Orders))
	for _, x := range b.shipped {
		byOrder[x.order] = append(byOrder[x.order], x)
	}
	t := &b.plan.Totals
	for i := range b.s.Orders {
		b.plan.Unserved = append(b.plan.Unserved, b.shorted[i]...)
		if len(byOrder[i]) == 0 {
			t.Unserved++
			continue
		}
		p := b.promiseOf(i, byOrder[i])
		b.plan.Promises = append(b.plan.Promises, p)
		t.Promised++
		if !p.Complete {
			t.Partial++
		}
		if len(p.Parts) > 1 {
			t.Split++
		}
	}
	t.Orders, t.Parcels = len(b.s.Orders), len(b.shipped)
	t.SourcingGap = b.bounds.gap()
	for _, day := range b.plan.SiteDays {
		for _, task := range day.Schedule.Tasks {
			switch task.Kind {
			case warehouse.TaskPick:
				t.PickTasks++
			case warehouse.TaskMove:
				t.MoveTasks++
			case warehouse.TaskSort:
				t.SortTasks++
			}
		}
	}
	return nil
}

func (b *builder) promiseOf(order int, parcels []shipment) Promise {
	o := &b.s.Orders[order]
	p := Promise{OrderID: o.ID, Complete: len(b.shorted[order]) == 0, ShipSec: parcels[0].part.DepartSec}
	last := parcels[0]
	for _, x := range parcels {
		p.Parts = append(p.Parts, x.part)
		p.CostCents += x.part.CostCents
		p.CO2eG += x.part.CO2eG
		p.ShipSec = min(p.ShipSec, x.part.DepartSec)
		if x.part.ArrivalSec > last.part.ArrivalSec {
			last = x
		}
		why := fmt.Sprintf("parcel of %d lines ready %s, leaves %s on route %s as stop %d",
			len(x.lines), clock(x.part.ReadySec), clock(x.part.DepartSec), x.part.RouteID, x.stop)
		if x.heldReason != "" {
			why += "; it waited since day " + fmt.Sprint(x.packedDay) + ": " + x.heldReason
		}
		p.Why = append(p.Why, x.why, why)
	}
	p.From, p.To = window(last.part.ArrivalSec, shift(o.WindowSec, int64(last.day)*daySec))
	for _, u := range b.shorted[order] {
		p.Why = append(p.Why, "not delivered: "+u.Reason)
	}
	return p
}

// window is the span told to the consignee: around the planned arrival and within the hours that the order allows that day.
func window(arrivalSec int64, allowed routing.Window) (from, to int64) {
	from = max(floorDiv(arrivalSec-promiseLeadSec, promiseGridSec)*promiseGridSec, allowed.StartSec)
	to = min(from+promiseWidthSec, allowed.EndSec)
	return from, max(to, arrivalSec)
}

// clock writes a second of the plan for people, as the warehouse does.
func clock(sec int64) string { return warehouse.ClockText(sec) }
