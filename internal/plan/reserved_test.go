package plan

import "testing"

// The last units of an item go to the order whose promise holds them, though another order came first and lies nearer; on
// a later day they are still there for it. Without the promise the first order takes them.
func TestReservedUnitsGoToTheirOrder(t *testing.T) {
	t.Parallel()
	s := smallShop(t)
	for i := range s.Positions {
		if s.Positions[i].ItemID == s.Items[0].ID {
			s.Positions[i].OnHand = 0
		}
	}
	s.Positions[0].OnHand = 5 // of the first item, at the first site
	point := shop(t, 5).Orders[0].Point
	order := func(id string, placed int64) Order {
		return Order{ID: id, PlacedSec: placed, Point: point, WindowSec: shop(t, 5).Orders[0].WindowSec, Lines: []OrderLine{{ItemID: s.Items[0].ID, Qty: 5, PriceCents: 100}}}
	}
	served := func(second int64) map[string]string {
		t.Helper()
		s.Orders = []Order{order("first", -daySec), order("held", second)}
		got := map[string]string{}
		for _, p := range build(t, s, Options{Seed: 1, RoutingIterations: 20}).Promises {
			got[p.OrderID] = p.Parts[0].SiteID
		}
		return got
	}
	if got := served(-daySec + 60); len(got) != 1 {
		t.Fatalf("without a promise %v is served", got)
	}
	s.Reserved = []Reserved{{OrderID: "held", ItemID: s.Items[0].ID, SiteID: s.Sites[0].ID, Qty: 5}}
	for _, second := range []int64{-daySec + 60, daySec / 2} { // the same day, a day later
		if got := served(second); len(got) != 1 || got["held"] != s.Sites[0].ID {
			t.Errorf("with a promise, placed at %d: %v is served", second, got)
		}
	}
	s.Reserved[0].OrderID = "nobody's"
	if err := s.Validate(); err == nil {
		t.Error("units held for an order that is not in the plan passed")
	}
}
