package server_test

import (
	"strconv"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// Asking for a plan answers 202 with the place where it will be; that place tells how far it is, and then the plan.
func TestPlanFromRequestToPromise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14","days":1,"seed":7}`)
	asked := want[api.FulfilmentPlan](t, a, 202)
	place := a.header.Get("Location")
	if place != "/v1/fulfilment-plans/"+asked.ID || a.header.Get("Retry-After") == "" || asked.Status != "queued" {
		t.Fatalf("Location %q, Retry-After %q, %+v", place, a.header.Get("Retry-After"), asked)
	}
	input, err := h.store.JobInput(t.Context(), service.Ref{Tenant: tenant, ID: asked.ID})
	if err != nil || string(input) != `{"origin_day":15292,"days":1,"seed":7}` { // 2011-11-14 is day 15,292
		t.Errorf("the job is told %s, %v", input, err)
	}
	if a := h.ask("GET", place, ""); want[api.FulfilmentPlan](t, a, 200).Status != "queued" || a.header.Get("Retry-After") == "" {
		t.Errorf("an unfinished plan: %s", a.body)
	}
	h.finish(asked.ID)

	done := want[api.FulfilmentPlan](t, h.ask("GET", place, ""), 200)
	if done.Status != "done" || done.Summary == nil || done.Summary.OriginDate != "2011-11-14" || done.Summary.Orders != 3 ||
		done.Summary.DeliveryCost != (api.Money{Minor: 567, Currency: "GBP"}) || done.Summary.UnservedByCode["no_road"] != 1 {
		t.Errorf("finished plan %+v, summary %+v", done, done.Summary)
	}
	if list := want[api.PlanList](t, h.ask("GET", "/v1/fulfilment-plans", ""), 200); len(list.Items) != 1 || list.Items[0].ID != asked.ID {
		t.Errorf("plans listed: %+v", list)
	}
	promise := want[api.Promise](t, h.ask("GET", place+"/promises/O-1", ""), 200)
	if promise.Status != "promised" || promise.Arrival.From.String() != "2011-11-14 09:00:00 +0000 UTC" ||
		promise.Parcels[0].Lines[0] != (api.Line{ItemID: "A", Qty: 2}) || promise.Cost.Minor != 450 {
		t.Errorf("promise %+v", promise)
	}
	if lost := want[api.Promise](t, h.ask("GET", place+"/promises/O%2F3", ""), 200); lost.Status != "unserved" || lost.OrderID != "O/3" || lost.ShipAt != nil {
		t.Errorf("unserved order %+v", lost)
	}
	refused(t, h.ask("GET", place+"/promises/O-99", ""), 404, api.CodeNotFound)
	refused(t, h.ask("GET", "/v1/fulfilment-plans/none", ""), 404, api.CodeNotFound)
}

// Pages of promises follow each other without gap or overlap, and a filter keeps the cursor's meaning.
func TestPromisePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`), 202).ID
	list := "/v1/fulfilment-plans/" + id + "/promises"
	refused(t, h.ask("GET", list, ""), 404, api.CodeNotFound) // not planned yet
	h.finish(id)
	var ids []string
	cursor := ""
	for range 5 {
		page := want[api.PromiseList](t, h.ask("GET", list+"?limit=1&cursor="+cursor, ""), 200)
		for _, p := range page.Items {
			ids = append(ids, p.OrderID+" "+p.Status)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if got := strings.Join(ids, ", "); got != "O-1 promised, O-2 partial, O/3 unserved" {
		t.Errorf("pages give %s", got)
	}
	if page := want[api.PromiseList](t, h.ask("GET", list+"?status=unserved", ""), 200); len(page.Items) != 1 {
		t.Errorf("%d unserved orders, want 1", len(page.Items))
	}
	if page := want[api.PromiseList](t, h.ask("GET", list+"?limit=3", ""), 200); len(page.Items) != 3 || page.NextCursor != "" {
		t.Errorf("the whole list in one page has %d promises and the cursor %q", len(page.Items), page.NextCursor)
	}
	if page := want[api.PromiseList](t, h.ask("GET", list+"?status=partial&limit=1", ""), 200); len(page.Items) != 1 || page.NextCursor != "" {
		t.Errorf("the one partial order comes as %+v", page)
	}
}

// With Prefer: wait the answer is the plan itself once it is there, else 202 as without.
func TestPreferWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const body = `{"origin_date":"2011-11-14"}`
	first := want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", body, "Idempotency-Key", "k1"), 202)
	h.finish(first.ID)
	a := h.ask("POST", "/v1/fulfilment-plans", body, "Idempotency-Key", "k1", "Prefer", "respond-async, wait=25")
	if p := want[api.FulfilmentPlan](t, a, 200); p.ID != first.ID || p.Summary == nil {
		t.Errorf("answer %+v", p)
	}
	if a.header.Get("Preference-Applied") != "wait=25" || a.header.Get("Retry-After") != "" {
		t.Errorf("headers %v", a.header)
	}
	a = h.ask("POST", "/v1/fulfilment-plans", body, "Prefer", "wait=1")
	if p := want[api.FulfilmentPlan](t, a, 202); p.Status != "queued" {
		t.Errorf("answer %+v", p)
	}
}

// The same Idempotency-Key gives the same plan; with another body it is refused.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ids := map[string]bool{}
	for range 3 {
		ids[want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`, "Idempotency-Key", "k"), 202).ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d plans for one key", len(ids))
	}
	refused(t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-15"}`, "Idempotency-Key", "k"), 422, api.CodeKeyReused)
}

// A request that names no day is the same request when it is sent again after newer orders came in.
func TestIdempotencyKeyWithoutDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.anOrder("O-1", 15291)
	first := want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", `{"seed":2}`, "Idempotency-Key", "k"), 202).ID
	h.anOrder("O-2", 15295)
	if again := want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", `{"seed":2}`, "Idempotency-Key", "k"), 202).ID; again != first {
		t.Errorf("the same key and body gave plan %s and then %s", first, again)
	}
	refused(t, h.ask("POST", "/v1/fulfilment-plans", `{"seed":3}`, "Idempotency-Key", "k"), 422, api.CodeKeyReused)
}

// Two requests with one key at the same time give one plan.
func TestIdempotencyKeyRace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const callers = 8
	got := make(chan answer, callers)
	for range callers {
		go func() {
			got <- h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`, "Idempotency-Key", "k")
		}()
	}
	ids := map[string]bool{}
	for range callers {
		ids[want[api.FulfilmentPlan](t, <-got, 202).ID] = true
	}
	if jobs := want[api.JobList](t, h.ask("GET", "/v1/jobs", ""), 200); len(ids) != 1 || len(jobs.Items) != 1 {
		t.Errorf("%d ids and %d jobs for one key", len(ids), len(jobs.Items))
	}
}

// A first day far in the future is refused: each day until then would be held for every item.
func TestPlanFarAhead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.anOrder("O-1", 15291) // 2011-11-13
	p := refused(t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"9999-12-31"}`), 422, api.CodeInvalid)
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.origin_date" || !strings.Contains(p.Errors[0].Message, "2011-11-13") {
		t.Errorf("errors %+v", p.Errors)
	}
	want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2012-11-13"}`), 202)
	refused(t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2012-11-14"}`), 422, api.CodeInvalid)
}

// Without a body everything has a default: the day after the newest order, one day, seed 1. Without orders that is refused.
func TestPlanDefaults(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("POST", "/v1/fulfilment-plans", ""), 409, api.CodeConflict)
	h.anOrder("O-1", 15291)
	id := want[api.FulfilmentPlan](t, h.ask("POST", "/v1/fulfilment-plans", ""), 202).ID
	input, err := h.store.JobInput(t.Context(), service.Ref{Tenant: tenant, ID: id})
	if err != nil || string(input) != `{"origin_day":15292,"days":1,"seed":1}` {
		t.Errorf("the job is told %s, %v", input, err)
	}
}

// A wrong request is refused with every wrong field by its path; a body too long or not JSON has a code of its own.
func TestPlanRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		body   string
		status int
		code   api.Code
		fields []string
	}{
		"two fields":    {`{"days":15,"priority":0}`, 422, api.CodeInvalid, []string{"body.days", "body.priority"}},
		"wrong type":    {`{"days":"two"}`, 422, api.CodeInvalid, []string{"body.days"}},
		"unknown field": {`{"dayz":2}`, 422, api.CodeInvalid, []string{"body.dayz"}},
		"no date":       {`{"origin_date":"14.11.2011"}`, 422, api.CodeInvalid, []string{"body.origin_date"}},
		"no such date":  {`{"origin_date":"2011-02-30"}`, 422, api.CodeInvalid, []string{"body.origin_date"}},
		"negative seed": {`{"seed":-1}`, 422, api.CodeInvalid, []string{"body.seed"}},
		"cut off":       {`{"days":2`, 400, api.CodeInvalid, []string{"body"}},
		"a list":        {`[1,2]`, 422, api.CodeInvalid, []string{"body"}},
		"too long":      {`{"origin_date":"` + strings.Repeat("x", api.MaxBodyBytes) + `"}`, 413, api.CodeTooLarge, nil},
		"very deep":     {strings.Repeat(`{"days":`, 20_000), 400, api.CodeInvalid, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := refused(t, h.ask("POST", "/v1/fulfilment-plans", c.body), c.status, c.code)
			var got []string
			for _, e := range p.Errors {
				got = append(got, e.Location)
			}
			for _, f := range c.fields {
				if !strings.Contains(strings.Join(got, " ")+" ", f+" ") {
					t.Errorf("fields %q, want %q", got, f)
				}
			}
		})
	}
	refused(t, h.ask("POST", "/v1/fulfilment-plans", "days=2", "Content-Type", "text/plain"), 415, api.CodeMediaType)
	refused(t, h.ask("POST", "/v1/fulfilment-plans", "{}", "Idempotency-Key", strings.Repeat("k", 256)), 422, api.CodeInvalid)
}

// A job is listed, read, cancelled and, once failed, queued afresh; what does not fit its state is refused.
func TestJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []string
	for i := range 3 {
		a := h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14","seed":`+strconv.Itoa(i+1)+`}`)
		ids = append(ids, want[api.FulfilmentPlan](t, a, 202).ID)
	}
	page := want[api.JobList](t, h.ask("GET", "/v1/jobs?limit=2", ""), 200)
	if len(page.Items) != 2 || page.Items[0].ID != ids[2] || page.NextCursor == "" {
		t.Fatalf("first page %+v", page)
	}
	if whole := want[api.JobList](t, h.ask("GET", "/v1/jobs?limit=3", ""), 200); len(whole.Items) != 3 || whole.NextCursor != "" {
		t.Errorf("a last page that is full has the cursor %q", whole.NextCursor)
	}
	page = want[api.JobList](t, h.ask("GET", "/v1/jobs?limit=2&cursor="+page.NextCursor, ""), 200)
	if len(page.Items) != 1 || page.Items[0].ID != ids[0] || page.NextCursor != "" {
		t.Errorf("second page %+v", page)
	}
	job := want[api.Job](t, h.ask("POST", "/v1/jobs/"+ids[0]+"/cancel", ""), 200)
	if job.State != "cancelled" || job.EndedAt == nil {
		t.Errorf("cancelled job %+v", job)
	}
	refused(t, h.ask("POST", "/v1/jobs/"+ids[0]+"/retry", ""), 409, api.CodeConflict)
	if p := want[api.FulfilmentPlan](t, h.ask("GET", "/v1/fulfilment-plans/"+ids[0], ""), 200); p.Status != "cancelled" {
		t.Errorf("plan of a cancelled job %+v", p)
	}
	claimed, _, ok, err := h.store.Claim(t.Context(), service.Ref{Tenant: tenant, ID: ids[1]}, 60e9)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := h.store.Fail(t.Context(), claimed, "no business is declared"); err != nil {
		t.Fatal(err)
	}
	if p := want[api.FulfilmentPlan](t, h.ask("GET", "/v1/fulfilment-plans/"+ids[1], ""), 200); p.Error != "no business is declared" {
		t.Errorf("plan of a failed job %+v", p)
	}
	if job := want[api.Job](t, h.ask("POST", "/v1/jobs/"+ids[1]+"/retry", ""), 200); job.State != "queued" {
		t.Errorf("job queued afresh %+v", job)
	}
	refused(t, h.ask("GET", "/v1/jobs/none", ""), 404, api.CodeNotFound)
	refused(t, h.ask("GET", "/v1/jobs?state=lost", ""), 422, api.CodeInvalid)
}
