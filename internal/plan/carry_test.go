package plan

import (
	"strings"
	"sync/atomic"
	"testing"

	"quartermaster/inventory"
	"quartermaster/routing"
)

// allAt puts all stock of an item at one site.
func allAt(s *Snapshot, item, site string, onHand int64) {
	for i := range s.Positions {
		if p := &s.Positions[i]; p.ItemID == item {
			if p.OnHand = 0; p.SiteID == site {
				p.OnHand = onHand
			}
		}
	}
}

// More than a vehicle carries goes on two days, and both parcels are told; nothing is packed that cannot leave.
func TestMoreThanAVehicleCarriesGoesOnTwoDays(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	oneOrder(s, "item00", 10)
	allAt(s, "item00", "s2", 40)
	for i := range s.Sites {
		for k := range s.Sites[i].Vehicles {
			s.Sites[i].Vehicles[k].MaxWeightG = 7 * 300
		}
	}
	p := build(t, s, Options{})
	if len(p.Promises) != 1 || !p.Promises[0].Complete || len(p.Promises[0].Parts) != 2 || p.Promises[0].Parts[0].Lines[0].Qty != 7 {
		t.Fatalf("promises %+v, unserved %+v", p.Promises, p.Unserved)
	}
	s.Days = 1
	p = build(t, s, Options{})
	if len(p.Unserved) != 1 || p.Unserved[0].Code != "no_vehicle" || p.Unserved[0].Lines[0].Qty != 3 || p.Totals.Partial != 1 {
		t.Fatalf("on one day: unserved %+v", p.Unserved)
	}
}

// A parcel that waited for a vehicle and one of the same order that was packed a day later stand on one tour as two stops.
func TestWaitingParcelMeetsItsRemainder(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	oneOrder(s, "item00", 10).WindowSec = routing.Window{StartSec: 5 * 3600, EndSec: 5*3600 + 1200}
	allAt(s, "item00", "s2", 4) // the site opens at 5: nothing is packed before the window closes
	s.Sites = s.Sites[1:2]
	s.Positions = positionsAt(s, "s2")
	for i := range s.SiteShare {
		s.SiteShare[i] = []float64{1}
	}
	s.Orders[0].Point = [2]float64{s.Sites[0].Lon, s.Sites[0].Lat}
	s.Sites[0].Floor.OpenSec, s.Sites[0].Vehicles = 4*3600+3000, s.Sites[0].Vehicles[:1]
	s.Sites[0].Vehicles[0].Shift.StartSec = 0
	s.Sites[0].Floor.PackSec = 3600
	s.Inbound = []Inbound{{ItemID: "item00", SiteID: "s2", Qty: 6, DueDay: 1}}
	p := build(t, s, Options{})
	if len(p.Promises) != 1 || len(p.Promises[0].Parts) != 2 || !p.Promises[0].Complete {
		t.Fatalf("promises %+v, unserved %+v", p.Promises, p.Unserved)
	}
	for i, part := range p.Promises[0].Parts {
		if day := part.ArrivalSec / daySec; int(day) != i+1 || part.Day != i {
			t.Errorf("part %d is packed on day %d and arrives on day %d", i, part.Day, day)
		}
	}
	if why := strings.Join(p.Promises[0].Why, "\n"); !strings.Contains(why, "it waited since day 0: window: ") {
		t.Errorf("nothing says why it waited: %s", why)
	}
}

func positionsAt(s *Snapshot, site string) (out []inventory.Position) {
	for _, p := range s.Positions {
		if p.SiteID == site {
			out = append(out, p)
		}
	}
	return out
}

// A site whose vehicles cannot come within an order's hours leaves it to one whose vehicles can.
func TestSiteWithoutAVehicleInTimeIsPassedOver(t *testing.T) {
	t.Parallel()
	for name, idle := range map[string]func(x *Site){
		"no vehicles":       func(x *Site) { x.Vehicles = nil },
		"all on late shift": func(x *Site) { late(x) },
		"cart too small":    func(x *Site) { x.Floor.CartWeightG = 299 },
		"vehicle too small": func(x *Site) {
			for k := range x.Vehicles {
				x.Vehicles[k].MaxVolumeCm3 = 499
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop(t, 1)
			o := oneOrder(s, "item00", 2)
			setStock(s, "item00", 9)
			o.Point = [2]float64{s.Sites[0].Lon, s.Sites[0].Lat}
			s.Days = 1
			idle(&s.Sites[0])
			p := build(t, s, Options{})
			if len(p.Promises) != 1 || p.Promises[0].Parts[0].SiteID == "s1" {
				t.Fatalf("promises %+v, unserved %+v", p.Promises, p.Unserved)
			}
			for i := range s.Sites {
				idle(&s.Sites[i])
			}
			if p = build(t, s, Options{}); len(p.Unserved) != 1 || p.Unserved[0].Code == "no_stock" || p.Unserved[0].Code == "no_road" || p.Totals.PickTasks != 0 {
				t.Fatalf("with all sites so: unserved %+v, %d pick tasks", p.Unserved, p.Totals.PickTasks)
			}
		})
	}
}

func late(x *Site) {
	for k := range x.Vehicles {
		x.Vehicles[k].Shift = routing.Window{StartSec: 18*3600 + 60, EndSec: 23 * 3600}
	}
}

// A line that will never be on a shelf does not take the other lines with it: they are served when hands are free.
func TestHopelessLineLeavesTheOthersTheirHope(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	s.Orders = s.Orders[:2]
	for i := range s.Orders {
		s.Orders[i].PlacedSec = -12 * 3600
		s.Orders[i].Lines = []OrderLine{{ItemID: "item00", Qty: 1}}
	}
	s.Orders[1].Lines = []OrderLine{{ItemID: "item01", Qty: 1}, {ItemID: "item00", Qty: 1}}
	allAt(s, "item00", "s1", 2)
	setStock(s, "item01", 0)
	for i := range s.Sites {
		s.Sites[i].OrdersPerDay = 1
	}
	p := build(t, s, Options{})
	if p.Totals.Promised != 2 || len(p.Unserved) != 1 || p.Unserved[0].Code != "no_stock" || p.Unserved[0].Lines[0].ItemID != "item01" {
		t.Fatalf("totals %+v, unserved %+v", p.Totals, p.Unserved)
	}
}

// An arrival at midnight, the last second of hours that end with the day, belongs to the day of its tour.
func TestArrivalAtTheStrokeOfMidnight(t *testing.T) {
	t.Parallel()
	from, to := window(2*daySec, routing.Window{StartSec: daySec + 20*3600, EndSec: 2 * daySec})
	if from != 2*daySec-promiseLeadSec || to != 2*daySec {
		t.Errorf("window = %d…%d", from, to)
	}
	s := shop(t, 1)
	o := oneOrder(s, "item00", 1)
	o.WindowSec = routing.Window{StartSec: daySec - 1, EndSec: daySec}
	o.Point = [2]float64{s.Sites[0].Lon, s.Sites[0].Lat}
	setStock(s, "item00", 9)
	for i := range s.Sites {
		for k := range s.Sites[i].Vehicles {
			s.Sites[i].Vehicles[k].Shift = routing.Window{StartSec: daySec, EndSec: daySec + 4*3600}
		}
	}
	if p := build(t, s, Options{}); len(p.Promises) != 1 || p.Promises[0].Parts[0].ArrivalSec != daySec || p.Promises[0].To != daySec {
		t.Fatalf("promises %+v, unserved %+v", p.Promises, p.Unserved)
	}
}

// Trade that began after the planned week does not keep that week from being planned.
func TestSupplierOfALaterDay(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	s.Suppliers[0].SinceDay = s.OriginDay + 100
	if p := build(t, s, Options{}); len(p.Suppliers) != 2 {
		t.Fatalf("suppliers = %+v", p.Suppliers)
	}
}

// Any number of goroutines tell their progress one at a time, rising to 1.
func TestForecastProgressRises(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	tasks := s.ForecastTasks()
	for len(tasks) < 240 {
		tasks = append(tasks, ForecastTask{Series: s.Sales[0]})
	}
	var inside atomic.Int32
	last := 0.0
	_, err := ForecastItems(t.Context(), tasks, 2, PooledWeek(s.Sales), Options{Workers: 8, Progress: func(done float64, _ string) {
		if inside.Add(1) != 1 || done <= last {
			t.Errorf("told %v after %v, or twice at a time", done, last)
		}
		last = done
		inside.Add(-1)
	}})
	if err != nil || last != 1 {
		t.Fatalf("ends at %v, %v", last, err)
	}
}
