package plan

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/internal/rng"
	"quartermaster/routing"
)

// largeDay is a day on which one site brings n small parcels to doors drawn by seed, with vans enough for all of them.
func largeDay(t *testing.T, n int) (*builder, []parcel) {
	t.Helper()
	s := shop(t, 1)
	r := rng.New(5, "large day")
	s.Orders = nil
	var parcels []parcel
	for i := range n {
		s.Orders = append(s.Orders, Order{
			ID: fmt.Sprintf("o%05d", i), Point: s.Roads.RandomPlace(r).Point, WindowSec: routing.Window{StartSec: 8 * 3600, EndSec: 18 * 3600},
			Lines: []OrderLine{{ItemID: "item00", Qty: 1}},
		})
		parcels = append(parcels, parcel{order: i, weightG: int64(500 + r.IntN(9000)), volumeCm3: 5000, lines: []itemQty{{0, 1}}})
	}
	van := s.Sites[0].Vehicles[0]
	s.Sites[0].Vehicles = nil
	for i := range n/45 + 2 {
		van.ID = fmt.Sprintf("van%d", i)
		s.Sites[0].Vehicles = append(s.Sites[0].Vehicles, van)
	}
	b, err := newBuilder(s, Options{Seed: 1})
	if err == nil {
		err = b.locate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return b, parcels
}

// A large day is divided into zones that lie apart, each with its own vehicles; every parcel is on one route, the routes are
// the same for any number of goroutines, and they cost less than those of the whole day as one problem, with the same
// iterations for each problem.
func TestLargeDayIsPlannedByZones(t *testing.T) {
	t.Parallel()
	b, parcels := largeDay(t, 2*zoneStops)
	out, err := b.deliver(t.Context(), 0, 0, parcels)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.works) < 2 || len(out.left) > 0 {
		t.Fatalf("%d zones, %d parcels are left", len(out.works), len(out.left))
	}
	seen, drives := map[int]int{}, map[string]int{}
	var cost int64
	for _, w := range out.works {
		for _, r := range w.solution.Routes {
			cost += r.CostCents
			drives[w.problem.Vehicles[r.Vehicle].ID]++
			for _, v := range r.Visits {
				seen[w.parcels[v.Stop].order]++
			}
		}
	}
	if len(seen) != len(parcels) {
		t.Errorf("%d of %d parcels are on a route", len(seen), len(parcels))
	}
	for order, n := range seen {
		if n != 1 {
			t.Errorf("parcel %d is on %d routes", order, n)
		}
	}
	for id, n := range drives {
		if n != 1 {
			t.Errorf("%s drives %d routes", id, n)
		}
	}
	whole, err := b.deliverZone(t.Context(), 0, 0, parcels, b.s.Sites[0].Vehicles)
	if err != nil {
		t.Fatal(err)
	}
	if one := costOf(whole); cost >= one {
		t.Errorf("zones cost %d, the whole day as one problem %d", cost, one)
	}
	b.o.Workers = 1
	again, err := b.deliver(t.Context(), 0, 0, parcels)
	if err != nil {
		t.Fatal(err)
	}
	for z := range again.works {
		if costOf(again.works[z]) != costOf(out.works[z]) {
			t.Errorf("zone %d costs another sum on one goroutine", z)
		}
	}
}

func costOf(d delivery) (cents int64) {
	for _, r := range d.solution.Routes {
		cents += r.CostCents
	}
	return cents
}

// Where one zone has too few vehicles and another too many, those that stand idle take what was left.
func TestIdleVehiclesTakeWhatAZoneLeft(t *testing.T) {
	t.Parallel()
	b, parcels := largeDay(t, zoneStops+200)
	b.o.RoutingIterations = 20
	heavy := b.s.Orders[parcels[0].order].Point[1]
	for i := range parcels { // the south is heavy, a van carries 800 kg
		if p := b.s.Orders[parcels[i].order].Point; p[1] < heavy {
			parcels[i].weightG = 40_000
		}
	}
	out, err := b.deliver(t.Context(), 0, 0, parcels)
	if err != nil {
		t.Fatal(err)
	}
	carried := len(out.left)
	for _, w := range out.works {
		for _, r := range w.solution.Routes {
			carried += len(r.Visits)
		}
	}
	if len(out.works) != 3 || carried != len(parcels) {
		t.Errorf("%d works carry or leave %d of %d parcels; want two zones and the rest", len(out.works), carried, len(parcels))
	}
}

// Vehicles are dealt by Webster's method: all of them, no zone without one while another has two for fewer parcels each, and
// those of each type to all zones.
func TestVehiclesAreDealtByParcels(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zones := make([][]parcel, rapid.IntRange(1, 6).Draw(t, "zones"))
		for z := range zones {
			zones[z] = make([]parcel, rapid.IntRange(1, 900).Draw(t, "parcels"))
		}
		vehicles := make([]routing.Vehicle, rapid.IntRange(len(zones), 60).Draw(t, "vehicles"))
		for i := range vehicles {
			vehicles[i].ID = fmt.Sprint(i)
		}
		given := dealt(vehicles, zones)
		if all := slices.Concat(given...); len(all) != len(vehicles) {
			t.Fatalf("%d of %d vehicles are dealt", len(all), len(vehicles))
		}
		for x := range zones {
			for y := range zones {
				// Webster: no vehicle would stand better elsewhere.
				if n := len(given[x]); n > 0 && len(zones[x])*(2*len(given[y])+1) < len(zones[y])*(2*n-1) {
					t.Fatalf("zone %d has %d vehicles for %d parcels, zone %d %d for %d", x, n, len(zones[x]), y, len(given[y]), len(zones[y]))
				}
			}
		}
	})
}
