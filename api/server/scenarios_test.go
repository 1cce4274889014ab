package server_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/simulations"
)

func simulatorToo(t *testing.T) *house {
	t.Helper()
	return newHouse(t, func(o *server.Options) {
		o.Simulator = &service.Scenarios{Planning: o.Planner.(*service.Planning)}
	})
}

// Asking what-if answers 202 with the place where the reports will be; the same key gives the same run, with another body
// it is refused; a finished job shows its reports, with as many orders as asked for.
func TestScenariosFromRequestToReport(t *testing.T) {
	t.Parallel()
	h := simulatorToo(t)
	const body = `{"origin_date":"2011-11-14","scenarios":[{"name":"a","changes":[{"review":{"days":3}}]}]}`
	a := h.ask("POST", "/v1/scenarios", body, "Idempotency-Key", "k")
	asked := want[api.ScenarioRun](t, a, 202)
	place := a.header.Get("Location")
	if place != "/v1/scenarios/"+asked.ID || a.header.Get("Retry-After") == "" || asked.Status != "queued" {
		t.Fatalf("Location %q, %+v", place, asked)
	}
	ref := service.Ref{Tenant: tenant, ID: asked.ID}
	const told = `{"plan":{"origin_day":15292,"days":1,"seed":1},"scenarios":[{"name":"a","changes":[{"review":{"days":3}}]}]}`
	if input, err := h.store.JobInput(t.Context(), ref); err != nil || string(input) != told {
		t.Errorf("the job is told %s, %v", input, err)
	}
	if again := want[api.ScenarioRun](t, h.ask("POST", "/v1/scenarios", body, "Idempotency-Key", "k"), 202); again.ID != asked.ID {
		t.Errorf("the same key gives %s and %s", asked.ID, again.ID)
	}
	other := `{"origin_date":"2011-11-14","scenarios":[{"name":"b","changes":[]}]}`
	refused(t, h.ask("POST", "/v1/scenarios", other, "Idempotency-Key", "k"), 422, api.CodeKeyReused)
	if a := h.ask("GET", place, ""); want[api.ScenarioRun](t, a, 200).Results != nil || a.header.Get("Retry-After") == "" {
		t.Errorf("an unfinished run: %s", a.body)
	}
	claimed, _, ok, err := h.store.Claim(t.Context(), ref, 60e9)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	answer, err := json.Marshal(service.ScenarioAnswer{OriginDay: 15292, Days: 1, Seed: 1, Results: []simulations.Result{filled[simulations.Result]()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.Finish(t.Context(), claimed, service.Result{Body: answer}); err != nil {
		t.Fatal(err)
	}
	done := want[api.ScenarioRun](t, h.ask("GET", place, ""), 200)
	if done.Status != "done" || done.Origin != "2011-11-14" || len(done.Results) != 1 || len(done.Results[0].Report.Orders) != 1 {
		t.Errorf("finished run %+v", done)
	}
	if none := want[api.ScenarioRun](t, h.ask("GET", place+"?orders=0", ""), 200); len(none.Results[0].Report.Orders) != 0 {
		t.Errorf("asked for no order: %+v", none.Results[0].Report.Orders)
	}
	refused(t, h.ask("GET", place+"?orders=-1", ""), 422, api.CodeInvalid)
	refused(t, h.ask("GET", "/v1/scenarios/none", ""), 404, api.CodeNotFound)
}

// The words of package api and those of package simulations are the same in JSON, none missing on either side.
func TestScenarioWordsAgree(t *testing.T) {
	t.Parallel()
	same(t, filled[simulations.Scenario](), filled[api.Scenario]())
	same(t, filled[simulations.Result](), filled[api.ScenarioResult]())
}

func same(t *testing.T, a, b any) {
	t.Helper()
	fields := func(v any) (out any) {
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if x, y := fields(a), fields(b); !reflect.DeepEqual(x, y) {
		t.Errorf("words differ:\n%v\n%v", x, y)
	}
}

// filled is a value with nothing left at zero, so that every name shows in its JSON.
func filled[T any]() (v T) {
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(2)
	default:
		v.SetInt(2)
	}
}
