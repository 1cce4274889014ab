package server_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// declareSites stores a business of the sites given.
func (h *house) declareSites(sites ...inventory.Site) {
	h.t.Helper()
	var s plan.Snapshot
	for _, x := range sites {
		s.Sites = append(s.Sites, plan.Site{Site: x})
	}
	document, err := service.EncodeBusiness(s)
	if err == nil {
		_, err = h.store.SaveBusiness(h.t.Context(), tenant, document, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// Warehouses are the declared sites with the tasks of the newest plan by what became of them: nothing before there is a
// plan, and a site that is declared no more still shows its tasks.
func TestWarehouses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if list := want[api.WarehouseList](t, h.ask("GET", "/v1/warehouses", ""), 200); len(list.Items) != 0 || list.PlanID != "" {
		t.Errorf("before anything is declared: %+v", list)
	}
	h.declareSites(inventory.Site{ID: "X", Name: "Example", Lon: 9.5, Lat: 47.1})
	if list := want[api.WarehouseList](t, h.ask("GET", "/v1/warehouses", ""), 200); len(list.Items) != 1 || list.Items[0].Tasks != (api.TaskCounts{}) {
		t.Errorf("before the first plan: %+v", list)
	}
	id := h.planned()
	task := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/fail", fmt.Sprintf(`{"plan_id":%q,"lease_id":%q,"reason":"shelf is empty"}`, id, task.LeaseID)), 200)
	got := want[api.WarehouseList](t, h.ask("GET", "/v1/warehouses?plan="+id, ""), 200)
	wanted := api.WarehouseList{PlanID: id, Items: []api.Warehouse{
		{ID: "S/1", Name: "S/1", Tasks: api.TaskCounts{Failed: 1, Blocked: 1}},
		{ID: "X", Name: "Example", Lon: 9.5, Lat: 47.1},
	}}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
	refused(t, h.ask("GET", "/v1/warehouses?plan=none", ""), 404, api.CodeNotFound)
}

// A plan shows how it judges each supplier, with all that the score is made of and the money at risk.
func TestPlanSuppliers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	gbp := func(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: "GBP"} }
	summary, err := json.Marshal(service.PlanSummary{Currency: "GBP", Suppliers: []plan.SupplierView{{
		Name: "Ash",
		Score: finance.Score{SupplierID: "ash", Points: 54, Low: 40, High: 60, Grade: "D", Criteria: []finance.Criterion{
			{Name: "rejects", Value: 0.1, Unit: "share", Points: 4, Max: 10, Reason: "10 % were not fit for sale"},
		}},
		Exposure: finance.Exposure{SupplierID: "ash", Open: gbp(1), Proposed: gbp(2), Prepaid: gbp(3), Limit: gbp(1), Headroom: gbp(-2), Advice: "pay after delivery"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.store.SavePlan(t.Context(), tenant, service.PlanRecord{Summary: summary, Document: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	money := func(minor int64) api.Money { return api.Money{Minor: minor, Currency: "GBP"} }
	got := want[api.PlanSupplierList](t, h.ask("GET", "/v1/fulfilment-plans/"+id+"/suppliers", ""), 200)
	wanted := api.PlanSupplierList{Items: []api.PlanSupplier{{
		SupplierScore: api.SupplierScore{
			SupplierID: "ash", Name: "Ash", Grade: "D", Points: 54, Low: 40, High: 60,
			Criteria: []api.ScoreCriterion{{Name: "rejects", Value: 0.1, Unit: "share", Points: 4, Max: 10, Reason: "10 % were not fit for sale"}},
		},
		Proposed: money(2), Open: money(1), Prepaid: money(3), Limit: money(1), Headroom: money(-2), Advice: "pay after delivery",
	}}}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
	refused(t, h.ask("GET", "/v1/fulfilment-plans/none/suppliers", ""), 404, api.CodeNotFound)
}
