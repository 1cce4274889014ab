// Package plan is the corridor: the one place where forecasting, inventory, sourcing, warehouse, routing and finance meet.
//
// Takes a Snapshot of the business and gives a Plan: for every order the serving site, ship time, arrival window, cost,
// CO2e and why, and for the business what to buy, pick, move, drive and whom to trust. Method: left to right through the
// domains, one file per hand-over; each solver's answer passes the Check that was written apart from it. Never: it solves
// nothing itself, calls nothing back, and knows no files, clock or database; the same snapshot and options give the same
// plan, byte for byte, for any number of goroutines.
package plan

import (
	"context"
	"fmt"

	"quartermaster/inventory"
	"quartermaster/routing/road"
	"quartermaster/warehouse"
)

const daySec = 24 * 3600

// Build plans the snapshot. It returns an *InvalidError where the snapshot is wrong, the context's error where it ended
// first, and otherwise a plan that has passed Check. Orders that cannot be served are part of the plan, not an error.
func Build(ctx context.Context, s *Snapshot, o Options) (*Plan, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	b, err := newBuilder(s, o)
	if err != nil {
		return nil, err
	}
	steps := []struct {
		name string
		run  func(context.Context) error
	}{
		{"forecast", b.forecast},
		{"replenish", b.replenish},
		{"place orders on the street", b.locate},
		{"slot items", b.slotting},
		{"plan the days", b.days},
		{"score suppliers", b.trust},
		{"promise", b.promise},
		{"service areas", b.areas},
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step.run(ctx); err != nil {
			return nil, fmt.Errorf("plan: %s: %w", step.name, err)
		}
	}
	if err := Check(s, b.plan); err != nil {
		return nil, fmt.Errorf("plan: the finished plan does not hold: %w", err)
	}
	b.progress(1, "plan checked")
	return b.plan, nil
}

// builder carries one plan through the corridor. Nothing outlives Build.
type builder struct {
	s    *Snapshot
	o    Options
	plan *Plan

	itemIndex, siteIndex, supplierIndex map[string]int

	forecasts  []ItemForecast
	policies   []inventory.Policy // [item*sites + site]
	restocking *Restocking
	stock      []int64            // [item*sites + site], on hand now
	slots      [][]warehouse.Slot // [site][item]

	sitePlace  []road.Place
	orderPlace []road.Place
	noRoad     []string   // per order: why no street leads there; "" = one does
	toOrder    road.Table // site × order, on the day at work
	always     road.Table // the same without conditions
	travel     travel     // of the day at work
	percent    [][]int64  // of the day at work: see roadDay
	roadDays   map[string]roadDay

	open    []openOrder // what is still to be sourced
	held    [][]parcel  // per site: packed, still to be delivered
	shorted [][]Unserved
	shipped []shipment // delivered parcels with what allocation needs
	bounds  gapSum

	reserved map[int]map[int]int64 // per order: units that are held for it, by item*sites + site
}

func newBuilder(s *Snapshot, o Options) (*builder, error) {
	n, m := len(s.Items), len(s.Sites)
	b := &builder{
		s: s, o: o,
		itemIndex: make(map[string]int, n), siteIndex: make(map[string]int, m), supplierIndex: map[string]int{},
		stock: make([]int64, n*m), held: make([][]parcel, m),
		shorted: make([][]Unserved, len(s.Orders)),
	}
	for i, x := range s.Items {
		b.itemIndex[x.ID] = i
	}
	for i, x := range s.Sites {
		b.siteIndex[x.ID] = i
	}
	for i, x := range s.Suppliers {
		b.supplierIndex[x.ID] = i
	}
	for _, p := range s.Positions {
		b.stock[b.itemIndex[p.ItemID]*m+b.siteIndex[p.SiteID]] = p.OnHand
	}
	b.reservations()
	b.roadDays = map[string]roadDay{}
	b.plan = &Plan{
		OriginDay: s.OriginDay, Days: s.Days, Currency: s.Currency, Seed: o.Seed,
		SnapshotHash: s.Hash(), Versions: map[string]string{"roads": s.RoadsVersion, "plan": Version},
		Travel: TravelView{Kind: TravelStreets, Hourly: s.Speeds != nil},
	}
	if s.Roads == nil {
		b.plan.Travel = TravelView{Kind: TravelStraight, DetourFactor: s.Straight.Factor()}
	}
	return b, nil
}

// Version names the rules of this package; it changes when the same snapshot would give another plan.
const Version = "3"

func (b *builder) progress(done float64, format string, args ...any) {
	if b.o.Progress != nil {
		b.o.Progress(done, fmt.Sprintf(format, args...))
	}
}
