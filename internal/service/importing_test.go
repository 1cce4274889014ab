package service_test

import (
	"context"
	"errors"
	"testing"

	"quartermaster/forecast"
	"quartermaster/internal/history"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/routing"
)

// hours are those of every order here.
var hours = routing.Window{StartSec: 8 * 3600, EndSec: 18 * 3600}

// takeover is a shop with one item, one site and one order, known by its stock and the hash of its files.
func takeover(hash string, onHand int64, lon float64) service.Takeover {
	return service.Takeover{
		Source: hash, ContentHash: hash, Books: &history.Books{Sales: []forecast.Series{{ID: "mug", StartDay: 15000, Values: []float64{1}}}},
		Facts: &plan.Snapshot{
			OriginDay: 15001, Currency: "GBP", Items: []inventory.Item{{ID: "mug"}}, Sites: []plan.Site{{Site: inventory.Site{ID: hash}}},
			Positions: []inventory.Position{{ItemID: "mug", SiteID: hash, OnHand: onHand}},
			Inbound:   []plan.Inbound{{ItemID: "mug", SiteID: hash, Qty: 5, DueDay: 2}},
			Orders:    []plan.Order{{ID: "o1", Point: [2]float64{lon, 47}, WindowSec: hours, Lines: []plan.OrderLine{{ItemID: "mug", Qty: 1}}}},
		},
	}
}

// The last takeover is the business. The same files are taken over once, but after other files they are taken over again;
// what an earlier takeover had on its way goes, what came by another way stays; an order that is there keeps the consignee it
// was promised to.
func TestTakeoversFollowEachOther(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		im := service.Importing{Facts: p.Store}
		seen := map[string]bool{}
		if err := p.SaveInbound(t.Context(), "t", []service.Inbound{{ID: "bought by hand", ItemID: "mug", SiteID: "a", Qty: 1, DueDay: 15001}}); err != nil {
			t.Fatal(err)
		}
		for i, hash := range []string{"a", "b", "a", "a", "b"} {
			_, known, err := im.Known(t.Context(), "t", hash)
			if err != nil || known != (i == 3) {
				t.Fatalf("takeover %d of %q: known is %v, %v", i, hash, known, err)
			}
			imp, err := im.Save(t.Context(), "t", takeover(hash, int64(10+i), float64(9+i)))
			if err != nil || seen[imp.ID] != known {
				t.Fatalf("takeover %d of %q: %+v, %v", i, hash, imp, err)
			}
			seen[imp.ID] = true
			if got, known, err := im.Known(t.Context(), "t", hash); err != nil || !known || got.ID != imp.ID {
				t.Fatalf("after takeover %d: known is %v, %+v, %v", i, known, got, err)
			}
			facts := declaredFacts(t, p)
			if facts.Sites[0].ID != hash {
				t.Errorf("after takeover %d the business is that of %q", i, facts.Sites[0].ID)
			}
			want := int64(10 + i)
			if known {
				want-- // nothing was written
			}
			if got := onHand(t, p, hash); got != want {
				t.Errorf("after takeover %d the stock is %d, want %d", i, got, want)
			}
			if coming, err := p.Inbound(t.Context(), "t"); err != nil || len(coming) != 2 || coming[0].ID != "bought by hand" || coming[1].SiteID != hash {
				t.Errorf("after takeover %d there is on its way: %+v, %v", i, coming, err)
			}
			if o, err := p.Order(t.Context(), "t", "o1"); err != nil || o.Lon != 9 {
				t.Errorf("after takeover %d the consignee lives at %v, %v", i, o.Lon, err)
			}
		}
	})
}

func declaredFacts(t *testing.T, p pair) plan.Snapshot {
	t.Helper()
	b, err := p.Business(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	s, err := service.DecodeBusiness(b.Document)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func onHand(t *testing.T, p pair, site string) int64 {
	t.Helper()
	all, err := p.Positions(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		if x.SiteID == site {
			return x.OnHand
		}
	}
	return -1
}

// dying is a store that dies before the second write of an import.
type dying struct{ service.FactStore }

var errDead = errors.New("the power went")

func (dying) SaveBusiness(context.Context, string, []byte, int64) (service.Business, error) {
	return service.Business{}, errDead
}

// An import that died between its two writes is not taken for done, whatever was there before, and doing it again mends it.
func TestHalfATakeoverIsDoneAgain(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		im := service.Importing{Facts: p.Store}
		if _, err := im.Save(t.Context(), "t", takeover("a", 1, 9)); err != nil {
			t.Fatal(err)
		}
		broken := service.Importing{Facts: dying{p.Store}}
		if _, err := broken.Save(t.Context(), "t", takeover("b", 2, 9)); !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		if _, known, err := im.Known(t.Context(), "t", "b"); known || err != nil {
			t.Fatalf("half an import is known: %v", err)
		}
		if _, err := im.Save(t.Context(), "t", takeover("b", 2, 9)); err != nil {
			t.Fatal(err)
		}
		if _, known, err := im.Known(t.Context(), "t", "b"); !known || err != nil || declaredFacts(t, p).Sites[0].ID != "b" {
			t.Fatalf("it is not mended: %v", err)
		}
	})
}
