package service

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
)

// The span of orders that a plan reads holds every order that some day of the plan is the first to work on, and none that
// an earlier open day took: day by day against the rule in words.
func TestOrderSpanHoldsTheOrdersOfThePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &plan.Snapshot{OriginDay: rapid.IntRange(15000, 15014).Draw(t, "origin"), Days: rapid.IntRange(1, 14).Draw(t, "days")}
		for i := range s.Calendar.OpenDays {
			s.Calendar.OpenDays[i] = rapid.Bool().Draw(t, "open")
		}
		s.Calendar.OpenDays[rapid.IntRange(0, 6).Draw(t, "always")] = true
		s.Calendar.CutoffSec = rapid.Int64Range(0, daySec).Draw(t, "cutoff")
		placedUs := rapid.Int64Range(14980*microsPerDay, 15040*microsPerDay).Draw(t, "placed")

		ready := int(placedUs/microsPerDay) + 1 // the day after, or one later after the cut-off
		if placedUs%microsPerDay >= s.Calendar.CutoffSec*microsPerSec {
			ready++
		}
		took := ready
		for took < s.OriginDay && !s.Calendar.OpenDays[forecast.Weekday(took)] {
			took++
		}
		want := took >= s.OriginDay && ready < s.OriginDay+s.Days
		from, to := orderSpan(s)
		if got := placedUs >= from && placedUs < to; got != want {
			t.Fatalf("placed on day %d at %d s: in the span is %v, want %v", placedUs/microsPerDay, placedUs%microsPerDay/microsPerSec, got, want)
		}
	})
}

// stored is a FactStore that holds what a test needs.
type stored struct {
	FactStore
	sales     []forecast.Series
	positions []inventory.Position
	inbound   []Inbound
}

func (stored) SupplierDeliveries(context.Context, string, SupplierRecordQuery) ([]SupplierDelivery, error) {
	return nil, nil
}
func (stored) SupplierReports(context.Context, string, SupplierRecordQuery) ([]SupplierReport, error) {
	return nil, nil
}
func (stored) Receipts(context.Context, string) ([]Receipt, error)                  { return nil, nil }
func (stored) EmptySpells(context.Context, string, ...string) ([]EmptySpell, error) { return nil, nil }

func (f stored) Business(context.Context, string) (Business, error) {
	document, err := EncodeBusiness(plan.Snapshot{
		Items: []inventory.Item{{ID: "mug"}}, Sites: []plan.Site{{Site: inventory.Site{ID: "north"}}},
		Calendar: plan.Calendar{OpenDays: [7]bool{true}},
	})
	return Business{Revision: 1, Document: document}, err
}

func (f stored) Sales(context.Context, string, ...string) ([]forecast.Series, error) {
	return f.sales, nil
}

func (f stored) Positions(context.Context, string) ([]inventory.Position, error) {
	return f.positions, nil
}
func (f stored) Reservations(context.Context, string) ([]Reservation, error) { return nil, nil }
func (f stored) Inbound(context.Context, string) ([]Inbound, error)          { return f.inbound, nil }
func (f stored) Orders(context.Context, string, int64, int64, int) ([]Order, error) {
	return nil, nil
}

// Stock of items and sites that are declared no more is left out; it must not keep everything else from being planned.
func TestStockOfAnEarlierDeclarationIsLeftOut(t *testing.T) {
	t.Parallel()
	l := loader{facts: stored{
		sales: []forecast.Series{{ID: "mug", StartDay: 15000, Values: []float64{1, 2}}},
		positions: []inventory.Position{{ItemID: "mug", SiteID: "north", OnHand: 3}, {ItemID: "mug", SiteID: "south", OnHand: 4},
			{ItemID: "plate", SiteID: "north", OnHand: 5}},
		inbound: []Inbound{{ItemID: "mug", SiteID: "north", Qty: 1, DueDay: 15004}, {ItemID: "mug", SiteID: "south", Qty: 1}},
	}}
	s, err := l.declared(t.Context(), PlanRequest{OriginDay: 15002, Days: 1})
	if err == nil {
		err = l.moving(t.Context(), s)
	}
	if err != nil || len(s.Positions) != 1 || s.Positions[0].OnHand != 3 || len(s.Inbound) != 1 || s.Inbound[0].DueDay != 2 {
		t.Fatalf("positions %+v, inbound %+v, %v", s.Positions, s.Inbound, err)
	}
}

// A plan for a day far beyond the last sale, or outside all calendars, is refused before memory is taken for it.
func TestFarOriginIsRefused(t *testing.T) {
	t.Parallel()
	l := loader{facts: stored{sales: []forecast.Series{{ID: "mug", StartDay: 15000, Values: []float64{1, 2}}}}}
	if _, err := l.declared(t.Context(), PlanRequest{OriginDay: 15002 + maxBlindDays, Days: 1}); err != nil {
		t.Errorf("a year after the newest sale: %v", err)
	}
	_, err := l.declared(t.Context(), PlanRequest{OriginDay: 15003 + maxBlindDays, Days: 1})
	if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "origin_day") {
		t.Errorf("more than a year after the newest sale: %v", err)
	}
	if s, err := l.declared(t.Context(), PlanRequest{OriginDay: 3, Days: 1}); err != nil || len(s.Sales[0].Values) != 0 {
		t.Errorf("before the first sale: %v", err)
	}
	for _, day := range []int{-1, maxOriginDay + 1} {
		if _, _, err := new(Planning).Request(t.Context(), "t", PlanRequest{OriginDay: day, Days: 1}, "", 5); !errors.Is(err, ErrInvalid) {
			t.Errorf("day %d: %v", day, err)
		}
	}
}

// A watcher is told of steps that rise, also where chunks work side by side and the parent starts anew behind them.
func TestWatchNeverGoesBack(t *testing.T) {
	t.Parallel()
	var p Planning
	for range 2 { // each watcher from the beginning
		var told []float64
		p.Watch(func(done float64, _ string) { told = append(told, done) })
		for _, done := range []float64{0, 0.3, 0.1, 0.35, 0, 1} {
			p.show(done, "step")
		}
		for i, want := range []float64{0, 0.3, 0.3, 0.35, 0.35, 1} {
			if told[i] != want {
				t.Fatalf("told %v", told)
			}
		}
	}
}
