package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/internal/intake"
	"quartermaster/internal/service"
)

// Scenarios asked for over HTTP are planned from the stored facts and answered with reports: the base's figures are those
// of the plan for the same days, a closed site ships nothing, no plan is stored, and the same key gives the same answer.
func TestScenariosOverHTTP(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, planning := started(t, settings(t))
	if _, err := a.Import(ctx, Shop{Orders: []intake.Source{{Name: "book.csv", Data: book(1)}}, Seed: 3}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	address, _ := a.Address()
	const frame = `"origin_date":"2011-11-28","days":2,"seed":7`
	const body = `{` + frame + `,"scenarios":[
		{"name":"nothing","changes":[]},
		{"name":"Schaan closed","changes":[{"site_closed":{"site":"schaan"}}]},
		{"name":"lead times doubled","changes":[{"lead_time":{"factor":2}}]}]}`
	var run api.ScenarioRun
	post(t, address+"/v1/scenarios", body, http.StatusOK, &run) // no forecast is stored yet: the job makes them
	if run.Status != "done" || run.Origin != "2011-11-28" || run.Days != 2 || run.Seed != 7 || len(run.Results) != 3 {
		t.Fatalf("run = %+v", run)
	}
	if plans, err := a.Store.Plans(ctx, Tenant, "", 10); err != nil || len(plans) != 0 {
		t.Errorf("scenarios stored %d plans, %v", len(plans), err)
	}
	var plan api.FulfilmentPlan
	post(t, address+"/v1/fulfilment-plans", `{`+frame+`}`, http.StatusOK, &plan)
	same, closed, slow := run.Results[0], run.Results[1], run.Results[2]
	for _, k := range same.Report.KPIs {
		if k.Change != 0 || k.Name == "distance_m" && k.Before != float64(plan.Summary.DistanceM) || k.Name == "orders" && k.Before < 10 {
			t.Errorf("nothing changed, yet %+v (the plan: %+v)", k, plan.Summary)
		}
	}
	if same.BaseSnapshotHash != plan.Summary.SnapshotHash || same.SnapshotHash != same.BaseSnapshotHash || closed.SnapshotHash == same.SnapshotHash {
		t.Errorf("facts %s and %s, the plan's are %s", same.BaseSnapshotHash, same.SnapshotHash, plan.Summary.SnapshotHash)
	}
	for _, s := range closed.Report.Sites {
		if s.SiteID == "schaan" && (s.Parcels.After != 0 || s.Parcels.Before == 0) {
			t.Errorf("closed site %+v", s)
		}
	}
	if c := closed.Report.OrdersChanged; c.Sites == 0 || c.Any != len(closed.Report.Orders) {
		t.Errorf("a closed site moves %+v", c)
	}
	for _, k := range slow.Report.KPIs {
		if k.Name == "purchase_cost_cents" && k.Change <= 0 || k.Name == "promised" && k.Change != 0 {
			t.Errorf("lead times doubled: %+v", k)
		}
	}
	// The second time the plan has left fresh forecasts; the answer is the same.
	var again api.ScenarioRun
	post(t, address+"/v1/scenarios", body, http.StatusOK, &again)
	if x, y := words(t, run.Results), words(t, again.Results); x != y {
		t.Error("another answer with stored forecasts")
	}
	var short api.ScenarioRun
	if err := json.Unmarshal([]byte(get(t, address+"/v1/scenarios/"+run.ID+"?orders=1")), &short); err != nil {
		t.Fatal(err)
	}
	if r := short.Results[1].Report; len(r.Orders) != 1 || r.OrdersChanged != closed.Report.OrdersChanged {
		t.Errorf("asked for one order: %d listed, %+v", len(r.Orders), r.OrdersChanged)
	}
}

func words(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What does not fit the business is refused where it is asked for, with the place in the body; a job of another kind is
// no scenario, and a shop without facts says what is missing.
func TestScenarioRefusals(t *testing.T) {
	t.Parallel()
	a, planning := started(t, settings(t))
	address, _ := a.Address()
	ask := func(scenarios string) string {
		res, err := http.Post(address+"/v1/scenarios", "application/json", strings.NewReader(
			fmt.Sprintf(`{"origin_date":"2011-11-28","scenarios":%s}`, scenarios)))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var p api.Problem
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(res.StatusCode, " ", p.Detail)
		for _, e := range p.Errors {
			text += "; " + e.Location + ": " + e.Message
		}
		return text
	}
	var run api.ScenarioRun
	post(t, address+"/v1/scenarios", `{"origin_date":"2011-11-28","scenarios":[{"name":"a","changes":[]}]}`, http.StatusOK, &run)
	if run.Status != "failed" || !strings.Contains(run.Error, "no business is declared") {
		t.Errorf("without facts: %+v", run)
	}
	if _, err := a.Import(t.Context(), Shop{Orders: []intake.Source{{Name: "b.csv", Data: book(2)}}}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	for scenarios, want := range map[string]string{
		`[]`: "422 validation failed; body.scenarios",
		`[{"name":"a","changes":[{"site_closed":{"site":"rome"}}]}]`:     `body.scenarios[0].changes[0].site_closed.site: site "rome" is unknown`,
		`[{"name":"a","changes":[{}]}]`:                                  `body.scenarios[0].changes[0]: a change has exactly one of`,
		`[{"name":"a","changes":[{"demand":{"factor":-2}}]}]`:            `body.scenarios[0].changes[0].demand.factor`,
		`[{"name":"a","changes":[{"demand":{"factr":2}}]}]`:              `body.scenarios[0].changes[0].demand`,
		`[{"name":"a","changes":[{"lead_time":{"factor":2,"days":1}}]}]`: `either factor or days`,
	} {
		if got := ask(scenarios); !strings.HasPrefix(got, "422 ") || !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", scenarios, got, want)
		}
	}
	job, _, err := planning.Request(t.Context(), Tenant, service.PlanRequest{OriginDay: 15306, Days: 1, Seed: 1}, "", 5)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(address + "/v1/scenarios/" + job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusNotFound {
		t.Errorf("a plan's job as a scenario: %d", res.StatusCode)
	}
}
