package plan

import (
	"context"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/rng"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
)

// streets reads the extract that the program ships, once for all tests of this package.
var streets = sync.OnceValues(func() (*road.Graph, error) {
	f, err := os.Open("../sample/data/liechtenstein.osm.pbf")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	g, _, err := road.Read(context.Background(), f, road.Van())
	return g, err
})

const testOrigin = 15306 // Monday 2011-11-28

// shop is a small business drawn by seed: three sites in Liechtenstein, 30 items with 150 days of sales, and 12 orders a
// day for a week. Every test changes its own copy.
func shop(t testing.TB, seed uint64) *Snapshot {
	t.Helper()
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(seed, "test shop")
	s := &Snapshot{
		OriginDay: testOrigin, Days: 3, Currency: "GBP",
		Calendar: Calendar{CutoffSec: 17 * 3600, OpenDays: [7]bool{true, true, true, true, true, false, false}},
		Service:  inventory.Service{Cycle: 0.9, FillRate: 0.95},
		Review:   ReviewRule{ReviewDays: 3, HorizonDays: 14, OrderCostCents: 200},
		Sourcing: SourcingCosts{PerParcelCents: 250, PerLineCents: 20, PerKmCents: 30, ScarcityCents: 50},
		DropSec:  120, Roads: g, RoadsVersion: g.Hash(),
		Suppliers: []Supplier{testSupplier("acme", 5), testSupplier("bolt", 12)},
	}
	for i, at := range [][2]float64{{9.521, 47.139}, {9.502, 47.067}, {9.523, 47.214}} {
		s.Sites = append(s.Sites, testSite(t, fmt.Sprintf("s%d", i+1), at[0], at[1]))
	}
	for i := range 30 {
		item := inventory.Item{
			ID: fmt.Sprintf("item%02d", i), Name: "thing", UnitCostCents: int64(100 + r.IntN(900)), PriceCents: 2000,
			VolumeCm3: 500, WeightG: 300, PackSize: int64(1 + r.IntN(6)), SupplierID: s.Suppliers[i%2].ID,
		}
		s.Items = append(s.Items, item)
		sales := forecast.Series{ID: item.ID, StartDay: testOrigin - 150, Values: make([]float64, 150)}
		for d := range sales.Values {
			sales.Values[d] = math.NaN()
			if s.Calendar.OpenDays[forecast.Weekday(sales.StartDay+d)] {
				sales.Values[d] = float64(r.IntN(2 + i%5))
			}
		}
		s.Sales = append(s.Sales, sales)
		s.SiteShare = append(s.SiteShare, []float64{0.5, 0.2, 0.3})
		for j := range s.Sites {
			s.Positions = append(s.Positions, inventory.Position{ItemID: item.ID, SiteID: s.Sites[j].ID, OnHand: int64(r.IntN(60))})
		}
	}
	for i := range 60 {
		o := Order{
			ID: fmt.Sprintf("o%03d", i), CustomerID: "c", PlacedSec: int64(-4*daySec + i*6*daySec/60),
			Point: g.RandomPlace(r).Point, WindowSec: routing.Window{StartSec: 8 * 3600, EndSec: 18 * 3600},
		}
		for l := range 1 + r.IntN(4) {
			o.Lines = append(o.Lines, OrderLine{ItemID: s.Items[(i*7+l*3)%30].ID, Qty: int64(1 + r.IntN(8)), PriceCents: 2000})
		}
		s.Orders = append(s.Orders, o)
	}
	return s
}

func testSupplier(id string, leadDays float64) Supplier {
	s := Supplier{LeadTime: forecast.LeadTime{MeanDays: leadDays, SDDays: 1}}
	s.Supplier = finance.Supplier{
		ID: id, Name: id, SinceDay: testOrigin - 800, PrepaidShare: 0.3, PaymentTermDays: 30,
		CreditLimit: finance.Money{Minor: 500_000, Currency: "GBP"}, OpenOrders: finance.Money{Minor: 10_000, Currency: "GBP"},
	}
	for i := range 12 {
		at := testOrigin - 300 + 20*i
		s.Deliveries = append(s.Deliveries, finance.Delivery{
			OrderedDay: at, PromisedDay: at + 5, ReceivedDay: at + 5 + i%3, OrderedQty: 100, ReceivedQty: 100,
			Value: finance.Money{Minor: 20_000, Currency: "GBP"},
		})
	}
	return s
}

func testSite(t testing.TB, id string, lon, lat float64) Site {
	t.Helper()
	w, h, kinds, err := agv.Layout(agv.LayoutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	site := Site{
		Site: inventory.Site{ID: id, Name: "Site " + id, Lon: lon, Lat: lat, OrdersPerDay: 100},
		Floor: warehouse.Floor{
			SiteID: id, Width: w, Height: h, Kinds: kinds, Aisles: 6, SlotsPerAisle: 20, SlotPitchCm: 100, AislePitchCm: 300,
			Chutes: 4, StepSec: 1, Pickers: 3, PickSpeedCmPerSec: 80, PickSec: 10, SetupSec: 60, PackSec: 60, SortSec: 90,
			FeedSec: 4, LoadSec: 10, UnloadSec: 10, OpenSec: 5 * 3600, CloseSec: 20 * 3600,
		},
	}
	site.Robots = warehouse.ParkRobots(site.Floor, id+"-agv")
	for i := range 3 {
		site.Vehicles = append(site.Vehicles, routing.Vehicle{
			ID: fmt.Sprintf("%s-van%d", id, i+1), MaxWeightG: 800_000, MaxVolumeCm3: 6_000_000,
			Shift:          routing.Window{StartSec: 7 * 3600, EndSec: 19 * 3600},
			FixedCostCents: 3000, CostCentsPerKm: 35, CostCentsPerHour: 2200, CO2eGPerKmEmpty: 200, CO2eGPerKmFull: 260,
		})
	}
	return site
}

func build(t testing.TB, s *Snapshot, o Options) *Plan {
	t.Helper()
	p, err := Build(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
