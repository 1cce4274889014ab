package server_test

import (
	"math"
	"testing"

	"quartermaster/api"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// Items are found by words of their id or name in any case, those sold on most days of late first; what sold long ago, or was not
// observed, does not count.
func TestFindSoldItems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if none := want[api.SoldItemList](t, h.ask("GET", "/v1/sold-items", ""), 200); none.Found != 0 || len(none.Items) != 0 {
		t.Errorf("before anything is declared: %+v", none)
	}
	document, err := service.EncodeBusiness(plan.Snapshot{Items: []inventory.Item{{ID: "A1", Name: "BLUE MUG"}, {ID: "A2", Name: "RED MUG"}, {ID: "B1", Name: "Blue plate"}}})
	if err == nil {
		_, err = h.store.SaveBusiness(t.Context(), tenant, document, 0)
	}
	long := make([]float64, 100)
	long[0], long[99] = 500, 20
	if err == nil {
		err = h.store.SaveSales(t.Context(), tenant, []forecast.Series{
			{ID: "A1", StartDay: 15200, Values: long}, {ID: "B1", StartDay: 15290, Values: []float64{3, math.NaN(), 4}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	all := want[api.SoldItemList](t, h.ask("GET", "/v1/sold-items?limit=2", ""), 200)
	if all.Found != 3 || len(all.Items) != 2 || all.Items[0] != (api.SoldItem{ItemID: "B1", Name: "Blue plate", Units: 7, Days: 2, LastSale: "2011-11-14"}) || all.Items[1].Units != 20 {
		t.Errorf("all: %+v", all)
	}
	for q, id := range map[string]string{"mug+BLUE": "A1", "a2": "A2", "plate": "B1"} {
		if got := want[api.SoldItemList](t, h.ask("GET", "/v1/sold-items?q="+q, ""), 200); got.Found != 1 || got.Items[0].ItemID != id {
			t.Errorf("%s finds %+v", q, got)
		}
	}
}
