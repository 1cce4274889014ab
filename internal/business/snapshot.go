package business

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"quartermaster/forecast"
	"quartermaster/internal/history"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/routing"
)

// Request says what is to be planned.
type Request struct {
	StartDay int             // first planned day, days since 1970-01-01; 0 = the declared one
	Days     int             // 0 = the declared number
	Orders   []history.Order // orders to plan, of the same books, as Window or the caller chose them
	Seed     uint64          // of everything drawn
	// Place draws a place on a street from the stream it is given. It must give the same place for the same stream.
	Place func(rng *rand.Rand) orb.Point
}

// StartDay is the declared first day of the plan, days since 1970-01-01.
func (b *Business) StartDay() int { return b.Plan.Start.day() }

// Window gives the span [from, to) of order times, in microseconds since 1970-01-01, that a plan of these days works on:
// orders that no open day before the first one took, up to the last that the last open day still takes. An order belongs
// to the first open day after the day it was placed on, or a day later where it came after the cut-off.
func (b *Business) Window(startDay, days int) (fromMicros, toMicros int64) {
	open := b.openDays()
	before, last := startDay-1, startDay+days-1
	for !open[forecast.Weekday(before)] {
		before--
	}
	for last >= startDay && !open[forecast.Weekday(last)] {
		last--
	}
	cutoff := b.Calendar.Cutoff.Sec() * 1_000_000
	return int64(before-1)*history.MicrosPerDay + cutoff, int64(max(last, before)-1)*history.MicrosPerDay + cutoff
}

func (b *Business) openDays() (open [7]bool) {
	for _, d := range b.Calendar.OpenDays {
		open[weekday(d)] = true
	}
	return open
}

// Snapshot gives the facts of a plan, all but the street graph and its version. Nothing of the day the plan starts on or
// later reaches it but the orders themselves: stock, shares and sales come from the history before.
func (b *Business) Snapshot(books *history.Books, req Request) (*plan.Snapshot, error) {
	if req.Place == nil {
		return nil, errors.New("business: Request.Place is missing: customers must be placed on streets")
	}
	if req.StartDay == 0 {
		req.StartDay = b.StartDay()
	}
	if req.Days == 0 {
		req.Days = b.Plan.Days
	}
	if req.Days < 1 || req.Days > plan.MaxDays {
		return nil, fmt.Errorf("business: Request.Days is %d; give 1…%d", req.Days, plan.MaxDays)
	}
	d := newDrawer(b, books, req)
	s := &plan.Snapshot{
		OriginDay: req.StartDay, Days: req.Days, Currency: b.Currency,
		Calendar: plan.Calendar{CutoffSec: b.Calendar.Cutoff.Sec(), OpenDays: b.openDays()},
		Service:  inventory.Service{Cycle: b.Service.Cycle, FillRate: b.Service.FillRate},
		Review: plan.ReviewRule{ReviewDays: b.Review.EveryDays, HorizonDays: b.Review.HorizonDays,
			OrderCostCents: b.Review.OrderCostCents, HoldingRate: b.Review.HoldingRate, AssortmentFillRate: b.Review.AssortmentFillRate},
		Sourcing: plan.SourcingCosts{PerParcelCents: b.Sourcing.ParcelCents, PerLineCents: b.Sourcing.LineCents,
			PerKmCents: b.Sourcing.KmCents, ScarcityCents: b.Sourcing.ScarcityCents},
		DropSec: b.Delivery.DropSec,
		Sites:   b.sites(), Sales: d.sales,
	}
	for _, l := range b.Lanes {
		s.Lanes = append(s.Lanes, inventory.Lane{FromSiteID: l.From, ToSiteID: l.To, Days: l.Days, CentsPerM3: l.CentsPerM3, CapacityCm3: int64(l.CapacityM3Day * 1e6)})
	}
	s.Items = d.items()
	s.SiteShare = d.siteShares()
	s.Positions, s.Inbound = d.stock(s.Items, s.SiteShare)
	s.Suppliers = d.suppliers(s.Items, s.Inbound)
	orders, err := d.orders()
	s.Orders = orders
	return s, err
}

// sites are facts as declared: nothing is drawn.
func (b *Business) sites() []plan.Site {
	out := make([]plan.Site, len(b.Sites))
	for i := range b.Sites {
		x := &b.Sites[i]
		out[i].Site = inventory.Site{ID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat, OrdersPerDay: x.OrdersPerDay,
			StoreCm3: int64(x.StoreM3 * 1e6), DockCm3: int64(x.DockM3 * 1e6)}
		out[i].Floor, out[i].Robots = b.floor(x.Floor).build(x)
		for _, f := range x.Fleet {
			for n := range f.Count {
				v := b.vehicle(f.Vehicle)
				v.ID = fmt.Sprintf("%s-%s-%d", x.ID, f.Vehicle, n+1)
				out[i].Vehicles = append(out[i].Vehicles, v)
			}
		}
	}
	return out
}

func (b *Business) floor(id string) *Floor {
	for i := range b.Floors {
		if b.Floors[i].ID == id {
			return &b.Floors[i]
		}
	}
	panic("business: floor " + id + " passed the check but is not declared")
}

// vehicle makes one vehicle of a type, still without id.
func (b *Business) vehicle(id string) routing.Vehicle {
	for _, v := range b.Vehicles {
		if v.ID != id {
			continue
		}
		out := routing.Vehicle{
			MaxWeightG: int64(v.MaxWeightKg * 1000), MaxVolumeCm3: int64(v.MaxVolumeM3 * 1e6),
			Shift:          routing.Window{StartSec: v.Shift.From.Sec(), EndSec: v.Shift.To.Sec()},
			FixedCostCents: v.FixedCents, CostCentsPerKm: v.KmCents, CostCentsPerHour: v.HourCents,
		}
		for _, f := range b.Fuels {
			if f.ID == v.Fuel { // litres/100 km · kg/litre · 1000 g/kg ÷ 100 km
				out.CO2eGPerKmEmpty, out.CO2eGPerKmFull = v.LitresEmpty100Km*f.KgCO2ePerLitre*10, v.LitresFull100Km*f.KgCO2ePerLitre*10
			}
		}
		return out
	}
	panic("business: vehicle " + id + " passed the check but is not declared")
}
