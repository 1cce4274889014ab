package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

const tenant = "main"

// house is a server over a real SQLite store with the real use case, without a runner: jobs stay as the test puts them.
type house struct {
	t      testing.TB
	store  *store.Store
	server *server.Server
	http   *httptest.Server
	log    *lockedBuffer
}

// noSales refuses every upload; internal/app has what takes them.
type noSales struct{}

func (noSales) TakeSales(_ context.Context, _ string, body io.Reader, _ int) (service.SalesReceipt, error) {
	n, err := io.Copy(io.Discard, body)
	if err == nil {
		err = &service.UploadError{Sentence: fmt.Sprintf("%d bytes are no sales", n), Problems: []service.RowProblem{{Row: 2, Column: "qty", Sentence: "is no number"}}}
	}
	return service.SalesReceipt{}, err
}

// lockedBuffer is a log that requests write to at the same time.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHouse(t *testing.T, edit ...func(*server.Options)) *house {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return newHouseOn(t, s, edit...)
}

// newHouseOn is newHouse over a store that is open.
func newHouseOn(t testing.TB, s *store.Store, edit ...func(*server.Options)) *house {
	t.Helper()
	h := &house{t: t, store: s, log: &lockedBuffer{}}
	planning := &service.Planning{Jobs: s, Facts: s, Credit: s}
	catalog := &service.Catalog{Facts: s}
	options := server.Options{
		Catalog: catalog, Declaring: &service.Declaring{Facts: s}, OrderStore: s, Stock: s, Answers: s, Webhooks: s, RoadStore: s,
		Sales:     noSales{},
		Promising: &service.Promising{Catalog: catalog, Quotes: s, Stock: s, Plans: s},
		Jobs:      s, Plans: s, Tasks: s, Orders: s, Counts: s, Planner: planning, Planning: planning,
		Simulator: &service.Scenarios{Planning: planning}, Access: &service.Access{Store: s}, Audit: s,
		Personal: &service.Personal{Store: s, Orders: s, Keys: testKeys(t)},
		Tenant:   tenant, Version: "test", Ready: s.Ping, LoopbackOnly: true,
		Log: slog.New(server.LogHandler(slog.NewTextHandler(h.log, nil))),
	}
	for _, e := range edit {
		e(&options)
	}
	h.server = server.New(options)
	h.http = httptest.NewServer(h.server)
	t.Cleanup(h.http.Close)
	return h
}

// testKeys is an encryption key for tests.
func testKeys(t testing.TB) *service.MasterKeys {
	t.Helper()
	keys, err := service.ParseMasterKeys("test:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (h *house) ask(method, path, body string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.http.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := h.http.Client().Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, data}
}

// begin asks and reads the status and headers alone; the body goes on until ctx ends.
func (h *house) begin(ctx context.Context, path string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.http.URL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := h.http.Client().Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	return answer{status: res.StatusCode, header: res.Header}
}

// want checks the status and reads the body as T.
func want[T any](t testing.TB, a answer, status int) T {
	t.Helper()
	var v T
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// refused checks that the answer is problem+json with the status and code.
func refused(t testing.TB, a answer, status int, code api.Code) api.Problem {
	t.Helper()
	p := want[api.Problem](t, a, status)
	if ct := a.header.Get("Content-Type"); ct != api.ProblemMediaType {
		t.Errorf("content type %q, want %q", ct, api.ProblemMediaType)
	}
	if p.Code != code || p.Status != status || p.Type != api.TypePrefix+string(code) || p.Detail == "" {
		t.Errorf("problem %+v, want code %s and status %d", p, code, status)
	}
	return p
}

// anOrder stores one order placed on the given day, since without orders there is nothing to plan.
func (h *house) anOrder(id string, day int64) {
	h.t.Helper()
	_, err := h.store.SaveOrders(h.t.Context(), tenant, []service.Order{{
		ID: id, PlacedUs: day*86_400_000_000 + 3_600_000_000, Lon: 9.5, Lat: 47.1, ToSec: 3600,
		Lines: []service.OrderLine{{ItemID: "A", Qty: 1}},
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// finish claims a job and ends it with a small plan of two orders and two tasks, as the planning handler would.
func (h *house) finish(id string) {
	h.t.Helper()
	ctx := h.t.Context()
	job, _, ok, err := h.store.Claim(ctx, service.Ref{Tenant: tenant, ID: id}, time.Minute)
	if err != nil || !ok {
		h.t.Fatalf("claim: %v, %v", ok, err)
	}
	if err := h.store.Finish(ctx, job, service.Result{Plan: smallPlan(h.t, id)}); err != nil {
		h.t.Fatal(err)
	}
}

func smallPlan(t testing.TB, id string) *service.PlanRecord {
	t.Helper()
	p := plan.Plan{
		OriginDay: 15292, Days: 1, Currency: "GBP", Seed: 7, SnapshotHash: "abc", Versions: map[string]string{"program": "test"},
		Totals: plan.Totals{Orders: 3, Promised: 1, Partial: 1, Unserved: 1, DistanceM: 1234, DeliveryCostCents: 567},
		Promises: []plan.Promise{
			{OrderID: "O-1", Complete: true, ShipSec: 8 * 3600, From: 9 * 3600, To: 10 * 3600, CostCents: 450, CO2eG: 12, Why: []string{"nearest"},
				Parts: []plan.Part{{SiteID: "S/1", ReadySec: 7 * 3600, DepartSec: 8 * 3600, ArrivalSec: 9*3600 + 60, RouteID: "R1",
					CostCents: 450, CO2eG: 12, Lines: []plan.PartLine{{ItemID: "A", Qty: 2}}}}},
			{OrderID: "O-2", ShipSec: 8 * 3600, From: 9 * 3600, To: 10 * 3600},
		},
		Unserved: []plan.Unserved{
			{OrderID: "O-2", Code: "no_stock", Reason: "2 of 3 missing", Lines: []plan.PartLine{{ItemID: "B", Qty: 2}}},
			{OrderID: "O/3", Code: "no_road", Reason: "no street within 500 m"},
		},
	}
	marshal := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return &service.PlanRecord{
		ID: id, JobID: id, OriginDay: p.OriginDay, Days: 1, Seed: 7, SnapshotHash: "abc",
		Summary: marshal(service.PlanSummary{OriginDay: p.OriginDay, Days: 1, Currency: "GBP", Seed: 7, SnapshotHash: "abc",
			Versions: p.Versions, Totals: p.Totals, UnservedByCode: map[string]int{"no_stock": 1, "no_road": 1}}),
		Document: marshal(p),
		Promises: []service.PromiseRecord{
			{OrderID: "O-1", Document: marshal(service.OrderAnswer{Promise: &p.Promises[0]})},
			{OrderID: "O-2", Document: marshal(service.OrderAnswer{Promise: &p.Promises[1], Unserved: p.Unserved[:1]})},
			{OrderID: "O/3", Document: marshal(service.OrderAnswer{Unserved: p.Unserved[1:]})},
		},
		Tasks: []service.FloorTask{
			{ID: "pick/1", SiteID: "S/1", Kind: "pick", Worker: "P1", StartSec: 15292*86400 + 100, EndSec: 15292*86400 + 200, Payload: []byte(`{"Wave":1,"Stops":[{"Slot":{"Aisle":2,"Pos":3},"OrderID":"O","ItemID":"I","Qty":4}]}`)},
			{ID: "move/1", SiteID: "S/1", Kind: "move", Worker: "R1", StartSec: 15292*86400 + 200, EndSec: 15292*86400 + 300, DependsOn: []string{"pick/1"}, Payload: []byte(`{"Wave":1,"Path":[5,6]}`)},
		},
	}
}

// brokenJobs fails as a store does that cannot be reached, or as a programming error would.
type brokenJobs struct {
	service.JobStore
	err error
}

func (b brokenJobs) Jobs(context.Context, string, service.JobFilter) ([]service.Job, error) {
	return nil, b.err
}

func (b brokenJobs) Job(context.Context, service.Ref) (service.Job, error) {
	panic("a mistake with a secret")
}

// What nobody foresaw is told to the log alone; a store that is away is told to the caller with a time to come back.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		path   string
		status int
		code   api.Code
	}{
		"unforeseen":  {errors.New("disk of customer secret is full"), "/v1/jobs", 500, api.CodeInternal},
		"unavailable": {service.ErrUnavailable, "/v1/jobs", 503, api.CodeUnavailable},
		"panic":       {nil, "/v1/jobs/x", 500, api.CodeInternal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(o *server.Options) { o.Jobs = brokenJobs{o.Jobs, c.err} })
			a := h.ask("GET", c.path, "", "X-Request-Id", "request-4711")
			refused(t, a, c.status, c.code)
			if bytes.Contains(a.body, []byte("secret")) {
				t.Errorf("the answer tells too much: %s", a.body)
			}
			if c.status == 503 && a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			if a.header.Get("X-Request-Id") != "request-4711" || !strings.Contains(h.log.String(), "request_id=request-4711") {
				t.Errorf("the request id is not in answer and log:\n%s", h.log)
			}
		})
	}
}

// Requests outside the API are refused as problems: unknown paths, wrong methods, other hosts, other sites' pages.
func TestOutside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("GET", "/v2/nothing", ""), 404, api.CodeNotFound)
	if a := h.ask("DELETE", "/v1/fulfilment-plans", ""); a.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow is %q, want GET, POST", a.header.Get("Allow"))
	} else {
		refused(t, a, 405, api.CodeMethod)
	}
	refused(t, h.ask("GET", "/v1/jobs", "", "Host", "attacker.example"), 403, api.CodeForbidden)
	refused(t, h.ask("POST", "/v1/fulfilment-plans", "{}", "Sec-Fetch-Site", "cross-site"), 403, api.CodeForbidden)
	refused(t, h.ask("GET", "/v1/jobs?colour=red", ""), 422, api.CodeInvalid)
	if a := h.ask("GET", "/v1/jobs", "", "X-Request-Id", "bad id\twith spaces"); strings.Contains(a.header.Get("X-Request-Id"), " ") {
		t.Error("a harmful request id was taken over")
	}
}

// Health, readiness, metrics, the description and its page answer; readiness follows the store.
func TestPlainPages(t *testing.T) {
	t.Parallel()
	var away error
	h := newHouse(t, func(o *server.Options) { o.Ready = func(context.Context) error { return away } })
	for path, part := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/metrics": "quartermaster_store_up 1", "/docs": "/v1/fulfilment-plans", "/openapi.json": `"openapi":"3.1.0"`,
	} {
		if a := h.ask("GET", path, ""); a.status != 200 || !strings.Contains(strings.ReplaceAll(string(a.body), `": "`, `":"`), part) {
			t.Errorf("%s: status %d without %q", path, a.status, part)
		}
	}
	away = errors.New("the store is away at secret.host")
	if a := h.ask("GET", "/readyz", ""); a.status != 503 || bytes.Contains(a.body, []byte("secret")) {
		t.Errorf("readyz: %d %s", a.status, a.body)
	}
}

// Every operation of the description has an id, a summary, and says that errors are problem+json.
func TestDescription(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	doc := want[struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string `json:"summary"`
			Responses   map[string]struct {
				Content map[string]any `json:"content"`
			} `json:"responses"`
		} `json:"paths"`
	}](t, h.ask("GET", "/openapi.json", ""), 200)
	seen := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.OperationID == "" || op.Summary == "" || seen[op.OperationID] {
				t.Errorf("%s %s: id %q, summary %q", method, path, op.OperationID, op.Summary)
			}
			seen[op.OperationID] = true
			if _, ok := op.Responses["500"].Content[api.ProblemMediaType]; !ok {
				t.Errorf("%s %s: a 500 is not described as %s", method, path, api.ProblemMediaType)
			}
		}
	}
	if len(seen) < 17 {
		t.Errorf("%d operations are described, want at least 17", len(seen))
	}
}
