package server_test

import (
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/warehouse"
)

// declare stores a small business: one site, two items, one supplier.
func (h *house) declare() {
	h.t.Helper()
	document, err := service.EncodeBusiness(smallBusiness())
	if err == nil {
		_, err = h.store.SaveBusiness(h.t.Context(), tenant, document, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func smallBusiness() plan.Snapshot {
	s := plan.Snapshot{
		Currency: "GBP", Review: plan.ReviewRule{ReviewDays: 1, HorizonDays: 7}, Items: []inventory.Item{{ID: "A", SupplierID: "sup", PackSize: 1}, {ID: "B", SupplierID: "sup", PackSize: 1}},
		Sites: []plan.Site{{Site: inventory.Site{ID: "S", Lon: 9.5, Lat: 47.1, OrdersPerDay: 10}}}, SiteShare: [][]float64{{1}, {1}}, Suppliers: make([]plan.Supplier, 1),
	}
	s.Suppliers[0].ID = "sup"
	s.Sites[0].Floor = warehouse.Floor{
		SiteID: "S", Width: 4, Height: 3, Kinds: make([]warehouse.CellKind, 12), Aisles: 1, SlotsPerAisle: 1, SlotPitchCm: 100, AislePitchCm: 100, Chutes: 1, StepSec: 1,
		Pickers: 1, PickSpeedCmPerSec: 80, OpenSec: 6 * 3600, CloseSec: 18 * 3600,
	}
	s.Sites[0].Floor.Kinds[0], s.Sites[0].Floor.Kinds[3], s.Sites[0].Floor.Kinds[8] = warehouse.CellPick, warehouse.CellInduct, warehouse.CellPark
	s.Sites[0].Robots = warehouse.ParkRobots(s.Sites[0].Floor, "S-robot-")
	s.Sites[0].Vehicles = []routing.Vehicle{{
		ID: "van", MaxWeightG: 100_000, MaxVolumeCm3: 1_000_000, Shift: routing.Window{StartSec: 7 * 3600, EndSec: 19 * 3600},
		FixedCostCents: 100, CostCentsPerKm: 30, CostCentsPerHour: 2000, CO2eGPerKmEmpty: 200, CO2eGPerKmFull: 260,
	}}
	s.Calendar = plan.Calendar{CutoffSec: 17 * 3600, OpenDays: [7]bool{true, true, true, true, true, false, false}}
	s.Sourcing = plan.SourcingCosts{PerParcelCents: 250, PerLineCents: 20, PerKmCents: 30}
	return s
}

const aVehicle = `{"id":"v","lon":9,"lat":47,"max_weight_g":1,"max_volume_cm3":1,"shift":{"from":"2026-03-02T08:00:00Z","to":"2026-03-02T17:00:00Z"}}`

const aCatalogue = `{"currency":"CHF","service":{"cycle":0.9},"review":{},"suppliers":[{"id":"s","lead_days":3,"order_days":["mon"]}],"sites":[{"id":"w"}],` +
	`"items":[{"id":"a","supplier_id":"s","unit_cost_minor":100}],"lines":[{"item_id":"a","site_id":"w","on_hand":1,"mean_per_day":2,"sd_per_day":1}]}`

// Every wrong field of a request is named at once by its place, whether the tags or the facts refuse it, and nothing is
// queued.
func TestOperationsNameEveryWrongField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	for name, c := range map[string]struct {
		path, body string
		status     int
		places     []string
	}{
		"no body":           {"/v1/routes", "", 400, nil},
		"no JSON":           {"/v1/routes", "{", 400, nil},
		"nothing in it":     {"/v1/routes", "{}", 422, []string{"body", "body"}},
		"unknown field":     {"/v1/scores", `{"colour":1}`, 422, []string{"body.colour"}},
		"kinds":             {"/v1/routes", `{"stops":[{"id":1,"lon":"x","lat":91}],"vehicles":[` + aVehicle + `]}`, 422, []string{"body.stops[0].id", "body.stops[0].lon", "body.stops[0].lat"}},
		"doubled and late":  {"/v1/routes", `{"stops":[{"id":"a","lon":9,"lat":47},{"id":"a","lon":9,"lat":47,"window":{"from":"2026-03-02T08:00:00Z","to":"2026-03-02T07:00:00Z"}}],"vehicles":[` + aVehicle + `]}`, 422, []string{"body.stops[1].id", "body.stops[1].window.to"}},
		"no zone":           {"/v1/routes", `{"stops":[{"id":"a","lon":9,"lat":47,"ready_at":"2026-03-02T08:00:00"}],"vehicles":[` + aVehicle + `]}`, 422, []string{"body.stops[0].ready_at"}},
		"unknown suppliers": {"/v1/scores", `{"supplier_ids":["sup","none","sup"]}`, 422, []string{"body.supplier_ids[1]", "body.supplier_ids[2]"}},
		"bad date":          {"/v1/scores", `{"as_of_date":"2011-13-01"}`, 422, []string{"body.as_of_date"}},
		"neither":           {"/v1/forecasts", `{}`, 422, []string{"body.item_ids"}},
		"both":              {"/v1/forecasts", `{"item_ids":["A"],"series":[{"id":"x","start_date":"2026-01-01","values":[1]}]}`, 422, []string{"body.item_ids"}},
		"unknown items":     {"/v1/forecasts", `{"item_ids":["A","C"]}`, 422, []string{"body.item_ids[1]"}},
		"negative demand":   {"/v1/forecasts", `{"series":[{"id":"x","start_date":"2026-01-01","values":[1,-1,null,2e12]}]}`, 422, []string{"body.series[0].values[1]", "body.series[0].values[3]"}},
		"empty dates":       {"/v1/forecasts", `{"series":[{"id":"x","start_date":"2026-01-01","values":[1],"empty_dates":["2026-13-01"]}]}`, 422, []string{"body.series[0].empty_dates[0]"}},
		"horizon":           {"/v1/forecasts", `{"item_ids":["A"],"horizon_days":366}`, 422, []string{"body.horizon_days"}},
		"run of no day":     {"/v1/forecast-runs", `{"origin_date":"2026-02-30"}`, 422, []string{"body.origin_date"}},
		"catalogue, no day": {"/v1/replenishments", `{"catalogue":` + aCatalogue + `}`, 422, []string{"body.origin_date"}},
		"catalogue":         {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.NewReplacer(`"item_id":"a"`, `"item_id":"b"`, `"mon"`, `"mun"`).Replace(aCatalogue) + `}`, 422, []string{"body.catalogue.suppliers[0].order_days[0]"}},
		"catalogue's ids":   {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.Replace(aCatalogue, `"item_id":"a"`, `"item_id":"b"`, 1) + `}`, 422, []string{"body.catalogue.lines[0].item_id"}},
		"policies of none":  {"/v1/policies", `{}`, 422, []string{"body.item_ids"}},
		"policy of service": {"/v1/policies", `{"item_ids":["A"],"service":{"cycle":1}}`, 422, []string{"body.service"}},
		"stages":            {"/v1/placements", `{"stages":[{"id":"a","lead_time":1,"holding_cost":1},{"id":"a","lead_time":1,"holding_cost":1}],"arcs":[{"from":"a","to":"b"}]}`, 422, []string{"body.stages[1].id", "body.arcs[0].to"}},
		"lots":              {"/v1/lot-plans", `{"items":[{"id":"a","demand":[1,-2]},{"id":"a","demand":[1]}],"capacity":[1,2,-3]}`, 422, []string{"body.capacity", "body.capacity[2]", "body.items[0].demand[1]", "body.items[1].demand", "body.items[1].id"}},
		"lots' tags":        {"/v1/lot-plans", `{"items":[{"id":"a","demand":[1],"holding_cost":-1,"lead_periods":-2,"pack_size":-3}]}`, 422, []string{"body.items[0].holding_cost", "body.items[0].lead_periods", "body.items[0].pack_size"}},
		"lots' trucks":      {"/v1/lot-plans", `{"items":[{"id":"a","demand":[1],"pack_size":5,"truck_qty":12,"closed_periods":[1],"unit_cost":1,"unit_costs":[1]}]}`, 422, []string{"body.items[0].closed_periods[0]", "body.items[0].truck_qty", "body.items[0].unit_cost"}},
		"lots, overflow":    {"/v1/lot-plans", `{"items":[{"id":"a","demand":[1e13],"unit_costs":[1e300]}]}`, 422, []string{"body.items[0].demand[0]", "body.items[0].unit_costs[0]"}},
		"no number":         {"/v1/lot-plans", `{"items":[{"id":"a","demand":[NaN]}]}`, 400, nil},
		"no such number":    {"/v1/lot-plans", `{"items":[{"id":"a","demand":[1e999]}]}`, 400, nil},
		"no lots":           {"/v1/lot-plans", `{"items":[]}`, 422, []string{"body.items"}},
		"stock, overflow": {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.NewReplacer(`"mean_per_day":2`, `"mean_per_day":1e12`, `"unit_cost_minor":100`, `"unit_cost_minor":-1`, `"on_hand":1`, `"on_hand":-1`).Replace(aCatalogue) + `}`, 422,
			[]string{"body.catalogue.items[0].unit_cost_minor", "body.catalogue.lines[0].mean_per_day", "body.catalogue.lines[0].on_hand"}},
		"stock, disconnected": {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.Replace(aCatalogue, `"items":`, `"lanes":[{"from_site_id":"w","to_site_id":"x"}],"items":`, 1) + `}`, 422, []string{"body.catalogue.lanes[0].to_site_id"}},
		"stock of no service": {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.Replace(aCatalogue, `{"cycle":0.9}`, `{}`, 1) + `}`, 422, []string{"body.catalogue.lines[0].service"}},
		"stock, all of all":   {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.Replace(aCatalogue, `"review":{}`, `"review":{"assortment_fill_rate":1,"holding_rate":-1}`, 1) + `}`, 422, []string{"body.catalogue.review.holding_rate"}},
		"stock, all":          {"/v1/replenishments", `{"origin_date":"2026-03-02","catalogue":` + strings.Replace(aCatalogue, `"review":{}`, `"review":{"assortment_fill_rate":1}`, 1) + `}`, 422, []string{"body.catalogue.review.assortment_fill_rate"}},
		"policy, overflow":    {"/v1/policies", `{"origin_date":"2026-03-02","catalogue":` + strings.NewReplacer(`"sd_per_day":1`, `"sd_per_day":-1`, `"lead_days":3`, `"lead_days":-5000`).Replace(aCatalogue) + `}`, 422, []string{"body.catalogue.lines[0].sd_per_day", "body.catalogue.suppliers[0].lead_days"}},
		"policy, neither":     {"/v1/policies", `{"item_ids":["A"],"service":{}}`, 422, []string{"body.service"}},
		"stages, overflow":    {"/v1/placements", `{"stages":[{"id":"a","lead_time":99999,"holding_cost":-1,"demand_sd":1e10,"service":2}]}`, 422, []string{"body.stages[0].demand_sd", "body.stages[0].holding_cost", "body.stages[0].lead_time", "body.stages[0].service"}},
		"no stages":           {"/v1/placements", `{"stages":[]}`, 422, []string{"body.stages"}},
		"network":             {"/v1/network-studies", `{"sites":[{"id":"a"}],"customers":[{"id":"x","demand":1}],"cost":[[1,2]],"plants":[{"id":"p"}]}`, 422, []string{"body.cost[0]", "body.plants"}},
		"nowhere":             {"/v1/network-studies", `{"customers":[{"id":"x","demand":1}]}`, 422, []string{"body.sites"}},
		"priority":            {"/v1/replenishments?priority=10", `{}`, 422, []string{"query.priority"}},
	} {
		p := refused(t, h.ask("POST", c.path, c.body), c.status, api.CodeInvalid)
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Location)
		}
		slices.Sort(places)
		slices.Sort(c.places)
		if c.places != nil && !slices.Equal(places, c.places) {
			t.Errorf("%s: %v, want %v (%+v)", name, places, c.places, p)
		}
	}
	if jobs, err := h.store.Jobs(t.Context(), tenant, service.JobFilter{}); err != nil || len(jobs) > 0 {
		t.Errorf("%d jobs were queued, %v", len(jobs), err)
	}
}

// The same key and body give the same work, another body is refused; another kind's job is not there.
func TestOperationsAreAskedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	a := h.ask("POST", "/v1/scores", `{"as_of_date":"2011-11-14"}`, "Idempotency-Key", "k")
	first := want[api.Answer[api.ScoreAnswer]](t, a, 202)
	if place := a.header.Get("Location"); place != "/v1/scores/"+first.ID || a.header.Get("Retry-After") == "" {
		t.Errorf("Location %q", place)
	}
	if again := want[api.Answer[api.ScoreAnswer]](t, h.ask("POST", "/v1/scores", `{"as_of_date":"2011-11-14"}`, "Idempotency-Key", "k"), 202); again.ID != first.ID {
		t.Errorf("asked again: %s, first %s", again.ID, first.ID)
	}
	refused(t, h.ask("POST", "/v1/scores", `{}`, "Idempotency-Key", "k"), 422, api.CodeKeyReused)
	refused(t, h.ask("GET", "/v1/routes/"+first.ID, ""), 404, api.CodeNotFound)
	if list := want[api.AnswerList[api.ScoreAnswer]](t, h.ask("GET", "/v1/scores", ""), 200); len(list.Items) != 1 || list.Items[0].ID != first.ID {
		t.Errorf("listed %+v", list)
	}
	refused(t, newHouse(t).ask("POST", "/v1/scores", `{}`), 409, api.CodeConflict)
}
