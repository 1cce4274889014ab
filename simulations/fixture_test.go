package simulations_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/rng"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/routing/road"
	sim "quartermaster/simulations"
	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
)

// streets reads the extract that the program ships, once for all tests of this package.
var streets = sync.OnceValues(func() (*road.Graph, error) {
	f, err := os.Open("../internal/sample/data/liechtenstein.osm.pbf")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	g, _, err := road.Read(context.Background(), f, road.Van())
	return g, err
})

const origin = 15306 // Monday 2011-11-28

// shop is a small business drawn by seed, with its forecasts made: three sites in Liechtenstein, 20 items of two
// suppliers with 100 days of sales, and 30 orders for two days.
func shop(t testing.TB, seed uint64) *plan.Snapshot {
	t.Helper()
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(seed, "what-if shop")
	s := &plan.Snapshot{
		OriginDay: origin, Days: 2, Currency: "GBP",
		Calendar: plan.Calendar{CutoffSec: 17 * 3600, OpenDays: [7]bool{true, true, true, true, true, false, false}},
		Service:  inventory.Service{Cycle: 0.9, FillRate: 0.95},
		Review:   plan.ReviewRule{ReviewDays: 3, HorizonDays: 14, OrderCostCents: 200},
		Sourcing: plan.SourcingCosts{PerParcelCents: 250, PerLineCents: 20, PerKmCents: 30, ScarcityCents: 50},
		DropSec:  120, Roads: g, RoadsVersion: g.Hash(),
		Suppliers: []plan.Supplier{supplier("acme", 5), supplier("bolt", 12)},
	}
	for i, at := range [][2]float64{{9.521, 47.139}, {9.502, 47.067}, {9.523, 47.214}} {
		s.Sites = append(s.Sites, site(t, fmt.Sprintf("s%d", i+1), at[0], at[1]))
	}
	for i := range 20 {
		item := inventory.Item{
			ID: fmt.Sprintf("item%02d", i), Name: "thing", UnitCostCents: int64(100 + r.IntN(900)), PriceCents: 2000,
			VolumeCm3: 500, WeightG: 300, PackSize: int64(1 + r.IntN(6)), SupplierID: s.Suppliers[i%2].ID,
		}
		s.Items = append(s.Items, item)
		sales := forecast.Series{ID: item.ID, StartDay: origin - 100, Values: make([]float64, 100)}
		for d := range sales.Values {
			sales.Values[d] = math.NaN()
			if s.Calendar.OpenDays[forecast.Weekday(sales.StartDay+d)] {
				sales.Values[d] = float64(r.IntN(2 + i%5))
			}
		}
		s.Sales = append(s.Sales, sales)
		s.SiteShare = append(s.SiteShare, []float64{0.5, 0.2, 0.3})
		for j := range s.Sites {
			s.Positions = append(s.Positions, inventory.Position{ItemID: item.ID, SiteID: s.Sites[j].ID, OnHand: int64(r.IntN(40))})
		}
	}
	s.Inbound = []plan.Inbound{{ItemID: "item03", SiteID: "s1", Qty: 12, DueDay: 1}, {ItemID: "item04", SiteID: "s2", Qty: 6, DueDay: 1}}
	for i := range 30 {
		o := plan.Order{
			ID: fmt.Sprintf("o%03d", i), CustomerID: "c", PlacedSec: int64(-2*86400 + i*3*86400/30),
			Point: g.RandomPlace(r).Point, WindowSec: routing.Window{StartSec: 8 * 3600, EndSec: 18 * 3600},
		}
		for l := range 1 + r.IntN(4) {
			o.Lines = append(o.Lines, plan.OrderLine{ItemID: s.Items[(i*7+l*3)%20].ID, Qty: int64(1 + r.IntN(8)), PriceCents: 2000})
		}
		s.Orders = append(s.Orders, o)
	}
	s.Forecasts, err = plan.ForecastItems(t.Context(), s.ForecastTasks(), s.Review.HorizonDays, plan.PooledWeek(s.Sales), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func supplier(id string, leadDays float64) plan.Supplier {
	s := plan.Supplier{LeadTime: forecast.LeadTime{MeanDays: leadDays, SDDays: 1}}
	s.Supplier = finance.Supplier{
		ID: id, Name: id, SinceDay: origin - 800, PrepaidShare: 0.3, PaymentTermDays: 30,
		CreditLimit: finance.Money{Minor: 500_000, Currency: "GBP"}, OpenOrders: finance.Money{Minor: 10_000, Currency: "GBP"},
	}
	for i := range 12 {
		at := origin - 300 + 20*i
		s.Deliveries = append(s.Deliveries, finance.Delivery{
			OrderedDay: at, PromisedDay: at + 5, ReceivedDay: at + 5 + i%3, OrderedQty: 100, ReceivedQty: 100,
			Value: finance.Money{Minor: 20_000, Currency: "GBP"},
		})
	}
	return s
}

func site(t testing.TB, id string, lon, lat float64) plan.Site {
	t.Helper()
	w, h, kinds, err := agv.Layout(agv.LayoutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	x := plan.Site{
		Site: inventory.Site{ID: id, Name: "Site " + id, Lon: lon, Lat: lat, OrdersPerDay: 100},
		Floor: warehouse.Floor{
			SiteID: id, Width: w, Height: h, Kinds: kinds, Aisles: 6, SlotsPerAisle: 20, SlotPitchCm: 100, AislePitchCm: 300,
			Chutes: 4, StepSec: 1, Pickers: 3, PickSpeedCmPerSec: 80, PickSec: 10, SetupSec: 60, PackSec: 60, SortSec: 90,
			FeedSec: 4, LoadSec: 10, UnloadSec: 10, OpenSec: 5 * 3600, CloseSec: 20 * 3600,
		},
	}
	x.Robots = warehouse.ParkRobots(x.Floor, id+"-agv")
	for i := range 3 {
		x.Vehicles = append(x.Vehicles, routing.Vehicle{
			ID: fmt.Sprintf("%s-van-%d", id, i+1), MaxWeightG: 800_000, MaxVolumeCm3: 6_000_000,
			Shift:          routing.Window{StartSec: 7 * 3600, EndSec: 19 * 3600},
			FixedCostCents: 3000, CostCentsPerKm: 35, CostCentsPerHour: 2200, CO2eGPerKmEmpty: 200, CO2eGPerKmFull: 260,
		})
	}
	return x
}

// one makes a scenario of the changes.
func one(changes ...sim.Change) sim.Scenario { return sim.Scenario{Name: "test", Changes: changes} }

// applied gives the branch and holds that the base stayed as it was, to the last bit.
func applied(t testing.TB, base *plan.Snapshot, changes ...sim.Change) *plan.Snapshot {
	t.Helper()
	before := base.Hash()
	out, err := sim.Apply(t.Context(), base, one(changes...), 0)
	if err != nil {
		t.Fatal(err)
	}
	if base.Hash() != before {
		t.Fatalf("%v changed the base", one(changes...).Sentences())
	}
	if err := out.Validate(); err != nil {
		t.Fatal(err)
	}
	return out
}
