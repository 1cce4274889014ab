package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// Every forecast that differs from the one before is a version with its own document; the same again is none, and only so
// many are kept.
func TestForecastVersions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		save := func(text string, alerts int) {
			t.Helper()
			noError(t, s.SaveForecasts(ctx, tenant, []service.ItemForecast{{ItemID: "A", DataHash: 7, Document: []byte(text),
				Head: service.ForecastHead{Method: "tsb", Status: "ok", OriginDay: 100, HorizonDays: 28, Attention: alerts}}, {ItemID: "B", Document: []byte("same")}}))
		}
		save("one", 0)
		save("one", 0)
		save("two", 3)
		all := must[[]service.ForecastVersion](t)(s.ForecastVersions(ctx, tenant, "A", 0, 10))
		if len(all) != 2 || all[0].Version != 2 || all[0].Attention != 0 || all[1].Method != "tsb" || all[1].DataHash != 7 || all[0].MadeUs == 0 {
			t.Fatalf("versions %+v", all)
		}
		if b := must[[]service.ForecastVersion](t)(s.ForecastVersions(ctx, tenant, "B", 0, 10)); len(b) != 1 {
			t.Errorf("the same forecast again: %+v", b)
		}
		for version, want := range map[int64]string{0: "two", 1: "one", 2: "two"} {
			if v := must[service.ForecastVersion](t)(s.ForecastVersion(ctx, tenant, "A", version)); string(v.Document) != want {
				t.Errorf("version %d is %q, want %q", version, v.Document, want)
			}
		}
		_, err := s.ForecastVersion(ctx, tenant, "A", 9)
		wantError(t, err, service.ErrNotFound)
		alerted, found, err := s.AlertedForecasts(ctx, tenant, 5)
		if err != nil || found != 1 || len(alerted) != 1 || alerted[0].ItemID != "A" {
			t.Errorf("alerted %+v, %d, %v", alerted, found, err)
		}
		for k := range service.KeptVersions {
			save(fmt.Sprint("more ", k), 0)
		}
		all = must[[]service.ForecastVersion](t)(s.ForecastVersions(ctx, tenant, "A", 0, 1000))
		if len(all) != service.KeptVersions || all[len(all)-1].Version != 3 {
			t.Errorf("%d versions are kept, the oldest %+v", len(all), all[len(all)-1])
		}
		if v := must[service.ForecastVersion](t)(s.ForecastVersion(ctx, tenant, "A", 3)); string(v.Document) != "more 0" {
			t.Errorf("the oldest kept is %q", v.Document)
		}
	})
}

// What planners said stands until it is withdrawn, and stays readable then; other tenants and items see nothing of it.
func TestOverrides(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		o := service.ForecastOverride{Override: plan.Override{FromDay: 3, ToDay: 4, Kind: plan.OverrideTimes, Value: 1.5}, ItemID: "A", Version: 2, OriginDay: 3,
			Reason: "promotion", Author: "anna", Before: []float64{1, 2}, After: []float64{1.5, 3}}
		first := must[service.ForecastOverride](t)(s.AddOverride(ctx, tenant, o))
		second := must[service.ForecastOverride](t)(s.AddOverride(ctx, tenant, o))
		if diff := cmp.Diff([]service.ForecastOverride{first, second}, must[[]service.ForecastOverride](t)(s.Overrides(ctx, tenant, false, "A"))); diff != "" {
			t.Error(diff)
		}
		gone := must[service.ForecastOverride](t)(s.WithdrawOverride(ctx, tenant, "A", first.ID, "bert"))
		again := must[service.ForecastOverride](t)(s.WithdrawOverride(ctx, tenant, "A", first.ID, "carl"))
		if gone.WithdrawnUs == 0 || gone.WithdrawnBy != "bert" || again.WithdrawnBy != "bert" {
			t.Errorf("withdrawn %+v, then %+v", gone, again)
		}
		if left := must[[]service.ForecastOverride](t)(s.Overrides(ctx, tenant, false)); len(left) != 1 || left[0].ID != second.ID {
			t.Errorf("left %+v", left)
		}
		if all := must[[]service.ForecastOverride](t)(s.Overrides(ctx, tenant, true, "A", "B")); len(all) != 2 {
			t.Errorf("all %+v", all)
		}
		_, err := s.WithdrawOverride(ctx, "other", "A", second.ID, "x")
		wantError(t, err, service.ErrNotFound)
		o.Kind = "guess"
		_, err = s.AddOverride(ctx, tenant, o)
		wantError(t, err, service.ErrInvalid)
	})
}

// An item is gone while it is on no shelf: a site that still has some, or that always had, keeps it there.
func TestEmptySpells(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.SavePositions(ctx, tenant, []inventory.Position{{ItemID: "A", SiteID: "N", OnHand: 3}, {ItemID: "A", SiteID: "S", OnHand: 2}, {ItemID: "B", SiteID: "S", OnHand: 4}, {ItemID: "B", SiteID: "N", OnHand: 9}}))
		move := func(id, item, site string, kind service.MovementKind, qty, at int64) service.Movement {
			return service.Movement{ID: id, ItemID: item, SiteID: site, Kind: kind, Qty: qty, AtUs: at}
		}
		_, _, err := s.Move(ctx, tenant, []service.Movement{
			move("1", "A", "N", service.MoveShipped, 3, 10), move("2", "A", "S", service.MoveShipped, 1, 20), move("3", "A", "S", service.MoveShipped, 1, 30),
			move("4", "A", "N", service.MoveReceived, 5, 50), move("5", "A", "N", service.MoveShipped, 5, 70), move("6", "B", "S", service.MoveShipped, 4, 15),
		})
		noError(t, err)
		want := []service.EmptySpell{{ItemID: "A", FromUs: 30, ToUs: 50}, {ItemID: "A", FromUs: 70}}
		if got := must[[]service.EmptySpell](t)(s.EmptySpells(ctx, tenant)); !slices.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got := must[[]service.EmptySpell](t)(s.EmptySpells(ctx, tenant, "B")); len(got) != 0 {
			t.Errorf("B: %+v", got)
		}
	})
}
