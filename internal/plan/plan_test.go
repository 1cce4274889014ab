package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/inventory"
	"quartermaster/warehouse"
)

func asJSON(t *testing.T, p *Plan) []byte {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The same snapshot and seed give the same plan byte for byte, for any number of goroutines, whether the forecasts are
// made here or in chunks before.
func TestSamePlanByteForByte(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	want := asJSON(t, build(t, s, Options{Seed: 7, Workers: 1, Backtest: true}))
	for _, workers := range []int{2, 8} {
		if got := asJSON(t, build(t, s, Options{Seed: 7, Workers: workers, Backtest: true})); !bytes.Equal(got, want) {
			t.Errorf("%d workers give another plan than one", workers)
		}
	}
	week, tasks := PooledWeek(s.Sales), s.ForecastTasks()
	for from := 0; from < len(tasks); from += 7 {
		part, err := ForecastItems(t.Context(), tasks[from:min(from+7, len(tasks))], s.Review.HorizonDays, week, Options{Backtest: true})
		if err != nil {
			t.Fatal(err)
		}
		s.Forecasts = append(s.Forecasts, part...)
	}
	chunked := build(t, s, Options{Seed: 7})
	var inline Plan
	if err := json.Unmarshal(want, &inline); err != nil {
		t.Fatal(err)
	}
	inline.SnapshotHash = chunked.SnapshotHash // the facts now hold the forecasts, and so have another name
	if !bytes.Equal(asJSON(t, chunked), asJSON(t, &inline)) {
		t.Error("forecasts made in chunks give another plan than forecasts made on the way")
	}
}

// Over several drawn shops every order is answered, most are served, and the plan passes its check (Build runs it).
func TestShopsArePlanned(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		s := shop(t, seed)
		p := build(t, s, Options{Seed: seed})
		if p.Totals.Promised < 20 || p.Totals.Promised+p.Totals.Unserved != len(s.Orders) {
			t.Errorf("seed %d: %d promised, %d unserved of %d", seed, p.Totals.Promised, p.Totals.Unserved, len(s.Orders))
		}
		if p.Totals.PurchaseOrders == 0 || p.Totals.CO2eG == 0 || p.Totals.DeliveryCostCents == 0 || len(p.Suppliers) != 2 {
			t.Errorf("seed %d: totals look empty: %+v", seed, p.Totals)
		}
		for _, pr := range p.Promises {
			if len(pr.Why) < 2 || pr.From >= pr.To {
				t.Fatalf("seed %d: order %s is told %v, %d…%d", seed, pr.OrderID, pr.Why, pr.From, pr.To)
			}
		}
	}
}

// oneOrder leaves of a shop a single order, placed the day before the plan.
func oneOrder(s *Snapshot, item string, qty int64) *Order {
	s.Orders = s.Orders[:1]
	s.Orders[0].PlacedSec = -12 * 3600
	s.Orders[0].Lines = []OrderLine{{ItemID: item, Qty: qty, PriceCents: 100}}
	return &s.Orders[0]
}

func setStock(s *Snapshot, item string, onHand int64) {
	for i := range s.Positions {
		if s.Positions[i].ItemID == item {
			s.Positions[i].OnHand = onHand
		}
	}
}

// An order whose goods arrive on the second day is delivered then; nothing is promised from an empty shelf.
func TestInboundStockServesALaterDay(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	oneOrder(s, "item00", 5)
	setStock(s, "item00", 0)
	s.Inbound = []Inbound{{ItemID: "item00", SiteID: "s2", Qty: 5, DueDay: 1}}
	p := build(t, s, Options{})
	if len(p.Promises) != 1 || p.Promises[0].Parts[0].Day != 1 || p.Promises[0].Parts[0].SiteID != "s2" || !p.Promises[0].Complete {
		t.Fatalf("promises = %+v, unserved = %+v", p.Promises, p.Unserved)
	}
}

// Each way of not being served has its own code and a reason in words.
func TestUnservedOrdersSayWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		make func(s *Snapshot)
	}{
		{"no_stock", func(s *Snapshot) { oneOrder(s, "item00", 5); setStock(s, "item00", 0) }},
		{"site_capacity", func(s *Snapshot) {
			oneOrder(s, "item00", 5)
			setStock(s, "item00", 50)
			for i := range s.Sites {
				s.Sites[i].OrdersPerDay = 0
			}
		}},
		{"no_road", func(s *Snapshot) { oneOrder(s, "item00", 1).Point = orb.Point{8.2, 47.5} }},
		{"after_plan", func(s *Snapshot) { oneOrder(s, "item00", 1).PlacedSec = 20 * daySec }},
		{"closed", func(s *Snapshot) { // Saturday and Sunday only
			oneOrder(s, "item00", 1).PlacedSec = 4 * daySec
			s.OriginDay, s.Days = s.OriginDay+5, 2
			for i := range s.Sales {
				s.Sales[i].StartDay += 5
			}
			s.Orders[0].PlacedSec = -daySec
		}},
		{"no_vehicle", func(s *Snapshot) {
			oneOrder(s, "item00", 5)
			setStock(s, "item00", 50)
			for i := range s.Sites {
				s.Sites[i].Vehicles = nil
			}
		}},
		{"warehouse_time", func(s *Snapshot) {
			oneOrder(s, "item00", 5)
			setStock(s, "item00", 50)
			for i := range s.Sites {
				s.Sites[i].Floor.CloseSec = s.Sites[i].Floor.OpenSec + 120
			}
		}},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			s := shop(t, 1)
			c.make(s)
			p := build(t, s, Options{})
			if len(p.Promises) != 0 || len(p.Unserved) != 1 || p.Unserved[0].Code != c.code || len(p.Unserved[0].Reason) < 20 {
				t.Fatalf("promises %+v, unserved %+v", p.Promises, p.Unserved)
			}
		})
	}
}

// What one site cannot hold is split, and each part's cost and CO2e adds up to the promise (Check counts them).
func TestSplitOrder(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	oneOrder(s, "item00", 12)
	setStock(s, "item00", 4)
	p := build(t, s, Options{})
	if len(p.Promises) != 1 || len(p.Promises[0].Parts) != 3 || p.Totals.Split != 1 || !p.Promises[0].Complete {
		t.Fatalf("promises = %+v", p.Promises)
	}
}

// A cancelled context ends planning with its error and no plan.
func TestBuildStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := Build(ctx, shop(t, 1), Options{}); p != nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("Build = %v, %v", p, err)
	}
}

// Everything wrong is named at once, by field and row.
func TestValidateNamesFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrong func(s *Snapshot)
		want  string
	}{
		"negative stock":      {func(s *Snapshot) { s.Positions[4].OnHand = -3 }, "positions[4] (item01 at s2).onHand: -3 is negative"},
		"unknown site":        {func(s *Snapshot) { s.Positions[4].SiteID = "nowhere" }, `site "nowhere" is unknown`},
		"unknown item":        {func(s *Snapshot) { s.Orders[2].Lines[0].ItemID = "ghost" }, `orders[2] (o002).lines[0].itemId: item "ghost" is unknown`},
		"impossible window":   {func(s *Snapshot) { s.Orders[2].WindowSec.EndSec = s.Orders[2].WindowSec.StartSec - 1 }, "orders[2] (o002).windowSec"},
		"no quantity":         {func(s *Snapshot) { s.Orders[0].Lines[0].Qty = 0 }, "orders[0] (o000).lines[0].qty"},
		"doubled position":    {func(s *Snapshot) { s.Positions[1] = s.Positions[0] }, "stands twice"},
		"service of one":      {func(s *Snapshot) { s.Service = inventory.Service{Cycle: 1} }, "service.cycle"},
		"too many days":       {func(s *Snapshot) { s.Days = 15 }, "days: 15 is not between 1 and 14"},
		"shares":              {func(s *Snapshot) { s.SiteShare[3][0] = 0.9 }, "siteShare[3]: shares sum to 1.4, not 1"},
		"late history":        {func(s *Snapshot) { s.Sales[5].StartDay++ }, "sales[5] (item05)"},
		"negative sales":      {func(s *Snapshot) { s.Sales[5].Values[0] = -1 }, "sales[5] (item05)"},
		"no streets":          {func(s *Snapshot) { s.Roads, s.Straight.Detour = nil, 9 }, "straight.detour: 9 is not between 1 and 5"},
		"forecast of another": {func(s *Snapshot) { s.Forecasts = make([]ItemForecast, len(s.Items)) }, `forecasts[0] (): belongs to item item00`},
		"site off the street": {func(s *Snapshot) { s.Sites[1].Lon = 2 }, "sites[1] (s2): the nearest street is"},
		"no robots":           {func(s *Snapshot) { s.Sites[1].Robots = nil }, "sites[1] (s2).floor: warehouse: floor"},
		"no racks":            {func(s *Snapshot) { s.Sites[1].Floor.Aisles = 0 }, "sites[1] (s2).floor: warehouse: floor"},
		"no pick station": {func(s *Snapshot) { s.Sites[1].Floor.Kinds = make([]warehouse.CellKind, len(s.Sites[1].Floor.Kinds)) },
			"sites[1] (s2).floor: warehouse: floor"},
		"hollow vehicle":   {func(s *Snapshot) { s.Sites[0].Vehicles[1].MaxWeightG = 0 }, "sites[0] (s1).vehicles: routing"},
		"doubled vehicle":  {func(s *Snapshot) { s.Sites[0].Vehicles[1].ID = s.Sites[0].Vehicles[0].ID }, "ids must be unique"},
		"other currency":   {func(s *Snapshot) { s.Suppliers[1].CreditLimit.Currency = "EUR" }, `suppliers[1].creditLimit: is in "EUR", the plan in "GBP"`},
		"broken delivery":  {func(s *Snapshot) { s.Suppliers[1].Deliveries[2].OrderedQty = 0 }, `suppliers: credit: supplier "bolt": delivery 2`},
		"too much stock":   {func(s *Snapshot) { s.Positions[4].OnHand = 1 << 40 }, "positions[4] (item01 at s2).onHand: 1099511627776 is not between 0 and 1000000000"},
		"too much to come": {func(s *Snapshot) { s.Inbound = slices.Repeat([]Inbound{{"item00", "s1", maxQty, 1}}, 2) }, "inbound[0] (item00 at s1).qty: with it"},
		"dear parcels":     {func(s *Snapshot) { s.Sourcing.PerParcelCents = 1 << 40 }, "sourcing.perParcelCents: 1099511627776 is not"},
		"heavy item":       {func(s *Snapshot) { s.Items[2].WeightG = 1 << 40 }, "items[2] (item02).weightG"},
		"no service":       {func(s *Snapshot) { s.Service = inventory.Service{} }, "service: neither"},
		"unknown supplier": {func(s *Snapshot) { s.Items[3].SupplierID = "ghost" }, `items[3] (item03).supplierId: supplier "ghost" is unknown`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop(t, 1)
			c.wrong(s)
			_, err := Build(t.Context(), s, Options{})
			var invalid *InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Build: %v; want an InvalidError with %q", err, c.want)
			}
		})
	}
}

// The check of a finished plan can fail: each forgery of a good plan is found.
func TestCheckFindsForgeries(t *testing.T) {
	t.Parallel()
	s := shop(t, 1)
	good := asJSON(t, build(t, s, Options{}))
	for name, forge := range map[string]func(p *Plan){
		"order left out":        func(p *Plan) { p.Promises = p.Promises[1:]; p.Totals.Promised-- },
		"unit invented":         func(p *Plan) { p.Promises[0].Parts[0].Lines[0].Qty++ },
		"unserved without word": func(p *Plan) { p.Unserved[0].Reason = "" },
		"other site's shelf":    func(p *Plan) { moveAll(p, "s1") },
		"leaves before ready":   func(p *Plan) { p.Promises[0].Parts[0].ReadySec += 100_000 },
		"arrival moved":         func(p *Plan) { p.Promises[0].Parts[0].ArrivalSec += 60 },
		"promise too early":     func(p *Plan) { p.Promises[0].To = p.Promises[0].Parts[0].ArrivalSec - 1 },
		"cent lost":             func(p *Plan) { p.Promises[0].CostCents-- },
		"gram lost":             func(p *Plan) { p.Totals.CO2eG-- },
		"routes miscounted":     func(p *Plan) { p.Totals.Routes++ },
		"pick invented":         func(p *Plan) { p.Totals.PickTasks++ },
		"partial hidden":        func(p *Plan) { p.Totals.Partial++ },
		"purchase hidden":       func(p *Plan) { p.Totals.PurchaseCents-- },
		"parts lost":            func(p *Plan) { p.Promises[0].Parts = nil },
		"leaves earlier":        func(p *Plan) { p.Promises[0].ShipSec-- },
		"opens too late":        func(p *Plan) { p.Promises[0].From = p.Promises[0].To },
		"works when closed":     func(p *Plan) { p.SiteDays[0].Day = 5 },
		"broken pack":           func(p *Plan) { p.Purchases[0].Lines[0].Qty = 0 },
		"purchase mispriced":    func(p *Plan) { p.Purchases[0].CostCents++ },
		"parcel in no cell":     func(p *Plan) { p.Areas.Cells = p.Areas.Cells[1:] },
		"cell miscounted":       func(p *Plan) { p.Areas.Cells[0].Orders++ },
		"areas left out":        func(p *Plan) { p.Areas = nil },
		"exposure hidden":       func(p *Plan) { p.Suppliers[0].Exposure.Proposed.Minor-- },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Plan
			if err := json.Unmarshal(good, &p); err != nil {
				t.Fatal(err)
			}
			if err := Check(s, &p); err != nil {
				t.Fatalf("the untouched plan: %v", err)
			}
			forge(&p)
			if Check(s, &p) == nil {
				t.Error("the forgery went unnoticed")
			}
		})
	}
}

// moveAll claims that one site packed everything.
func moveAll(p *Plan, site string) {
	for i := range p.Promises {
		for j := range p.Promises[i].Parts {
			p.Promises[i].Parts[j].SiteID = site
		}
	}
}
