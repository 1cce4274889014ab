package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/client"
	"quartermaster/api/server"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

const tenant = "main"

// house is the real API over a real SQLite store, without a worker: the test itself ends the jobs.
type house struct {
	t      *testing.T
	store  *store.Store
	server *server.Server
	http   *httptest.Server
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
	o := server.Options{
		Jobs: s, Plans: s, Tasks: s, Orders: s, Planner: &service.Planning{Jobs: s, Facts: s},
		Tenant: tenant, Version: "test", Ready: s.Ping, LoopbackOnly: true, Log: slog.New(slog.DiscardHandler),
	}
	for _, e := range edit {
		e(&o)
	}
	h := &house{t: t, store: s, server: server.New(o)}
	h.http = httptest.NewServer(h.server)
	t.Cleanup(h.http.Close)
	return h
}

// client speaks with the house, by way of the faults, and waits little between attempts.
func (h *house) client(faults ...fault) (*client.Client, *line) {
	h.t.Helper()
	l := &line{next: h.http.Client().Transport, faults: faults}
	c, err := client.New(h.http.URL, client.Options{
		HTTP: &http.Client{Transport: l}, FirstPause: time.Millisecond, LongestPause: 4 * time.Millisecond, AttemptTimeout: time.Minute,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return c, l
}

// finish ends a job with a small plan of two orders and two tasks, as a worker would.
func (h *house) finish(id string) {
	h.t.Helper()
	job, _, ok, err := h.store.Claim(h.t.Context(), service.Ref{Tenant: tenant, ID: id}, time.Minute)
	if err != nil || !ok {
		h.t.Errorf("claim: %v, %v", ok, err)
		return
	}
	if err := h.store.Finish(h.t.Context(), job, service.Result{Plan: smallPlan(id)}); err != nil {
		h.t.Error(err)
	}
}

func smallPlan(id string) *service.PlanRecord {
	promise := plan.Promise{OrderID: "O-1", Complete: true, ShipSec: 8 * 3600, From: 9 * 3600, To: 10 * 3600, CostCents: 450}
	unserved := plan.Unserved{OrderID: "O/2", Code: "no_road", Reason: "no street within 500 m"}
	marshal := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err) // plain structs
		}
		return data
	}
	p := plan.Plan{OriginDay: 15292, Days: 1, Currency: "GBP", Promises: []plan.Promise{promise}, Unserved: []plan.Unserved{unserved}}
	return &service.PlanRecord{
		ID: id, JobID: id, OriginDay: 15292, Days: 1, Seed: 1, SnapshotHash: "abc",
		Summary:  marshal(service.PlanSummary{OriginDay: 15292, Days: 1, Currency: "GBP", Totals: plan.Totals{Orders: 2, Promised: 1, Unserved: 1}}),
		Document: marshal(p),
		Promises: []service.PromiseRecord{
			{OrderID: "O-1", Document: marshal(service.OrderAnswer{Promise: &promise})},
			{OrderID: "O/2", Document: marshal(service.OrderAnswer{Unserved: []plan.Unserved{unserved}})},
		},
		Tasks: []service.FloorTask{
			{ID: "pick/1", SiteID: "S/1", Kind: "pick", Worker: "P1", StartSec: 15292*86400 + 100, EndSec: 15292*86400 + 200, Payload: []byte(`{"Wave":1,"Stops":[{"Slot":{"Aisle":2,"Pos":3},"OrderID":"O","ItemID":"I","Qty":4}]}`)},
			{ID: "move/1", SiteID: "S/1", Kind: "move", Worker: "R1", StartSec: 15292*86400 + 200, EndSec: 15292*86400 + 300, DependsOn: []string{"pick/1"}, Payload: []byte(`{"Wave":1,"Path":[5,6]}`)},
		},
	}
}

var monday = api.PlanRequest{OriginDate: "2011-11-14", Days: 1}

// asked gives a plan that was asked for and is not made yet.
func (h *house) asked() string {
	h.t.Helper()
	c, _ := h.client()
	p, err := c.AskPlan(h.t.Context(), monday, client.AskOptions{})
	if err != nil || p.Status != "queued" {
		h.t.Fatalf("asked: %+v, %v", p, err)
	}
	return p.ID
}

func (h *house) planned() string {
	h.t.Helper()
	id := h.asked()
	h.finish(id)
	return id
}

// refused wants a Problem with a status and code, found with errors.As.
func refused(t *testing.T, err error, status int, code api.Code) *client.Problem {
	t.Helper()
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != status || p.Code != code || client.CodeOf(err) != code {
		t.Fatalf("error %v, want a Problem with %d %s", err, status, code)
	}
	return p
}

// A plan is asked for, watched until its job ends, read, listed, and its promises gone through, as an order system does.
func TestPlans(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, _ := h.client()
	ctx := t.Context()
	plan, err := c.AskPlan(ctx, monday, client.AskOptions{Key: "week 46"})
	if err != nil || plan.Status != "queued" {
		t.Fatalf("AskPlan = %+v, %v", plan, err)
	}
	again, err := c.AskPlan(ctx, monday, client.AskOptions{Key: "week 46"})
	if err != nil || again.ID != plan.ID {
		t.Errorf("asking with the same key again = %+v, %v", again, err)
	}
	var states []string
	done, err := c.WaitPlan(ctx, plan.ID, func(p api.FulfilmentPlan) {
		if states = append(states, p.Status); len(states) == 1 {
			h.finish(plan.ID)
		}
	})
	if err != nil || done.Summary == nil || done.Summary.Orders != 2 || strings.Join(states, " ") != "queued done" {
		t.Errorf("WaitPlan = %+v, %v, seen %q", done, err, states)
	}
	if p, err := c.AskPlan(ctx, monday, client.AskOptions{Key: "week 46", Wait: time.Minute}); err != nil || p.Status != "done" {
		t.Errorf("asking for a finished plan = %+v, %v", p, err)
	}
	if p, err := c.Plan(ctx, plan.ID); err != nil || p.Status != "done" {
		t.Errorf("Plan = %+v, %v", p, err)
	}
	var ids []string
	for p, err := range c.AllPlans(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	for p, err := range c.AllPromises(ctx, plan.ID, client.PromiseFilter{PageOf: client.PageOf{Limit: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.OrderID)
	}
	if got := strings.Join(ids, " "); got != plan.ID+" O-1 O/2" {
		t.Errorf("went through %s", got)
	}
	page, err := c.Promises(ctx, plan.ID, client.PromiseFilter{Status: "unserved"})
	if err != nil || len(page.Items) != 1 || page.Items[0].OrderID != "O/2" {
		t.Errorf("unserved = %+v, %v", page, err)
	}
	if p, err := c.Promise(ctx, plan.ID, "O/2"); err != nil || p.Status != "unserved" {
		t.Errorf("Promise = %+v, %v", p, err)
	}
}

// Jobs are read, gone through, cancelled, queued afresh and waited for.
func TestJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, _ := h.client()
	ctx := t.Context()
	first, second := h.asked(), h.asked()
	var ids []string
	for j, err := range c.AllJobs(ctx, client.JobFilter{State: "queued", PageOf: client.PageOf{Limit: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID)
	}
	if strings.Join(ids, " ") != second+" "+first {
		t.Errorf("jobs %q, want newest first: %q", ids, []string{second, first})
	}
	if j, err := c.CancelJob(ctx, first); err != nil || j.State != "cancelled" {
		t.Errorf("CancelJob = %+v, %v", j, err)
	}
	_, err := c.RetryJob(ctx, first)
	refused(t, err, http.StatusConflict, api.CodeConflict)
	job, _, _, err := h.store.Claim(ctx, service.Ref{Tenant: tenant, ID: second}, time.Minute)
	if err == nil {
		err = h.store.Fail(ctx, job, "no business is declared")
	}
	if err != nil {
		t.Fatal(err)
	}
	if j, err := c.WaitJob(ctx, second, nil); err != nil || j.State != "failed" || j.Error != "no business is declared" {
		t.Errorf("WaitJob = %+v, %v", j, err)
	}
	if j, err := c.RetryJob(ctx, second); err != nil || j.State != "queued" {
		t.Errorf("RetryJob = %+v, %v", j, err)
	}
	h.finish(second)
	if j, err := c.WaitJob(ctx, second, nil); err != nil || j.State != "done" {
		t.Errorf("WaitJob = %+v, %v", j, err)
	}
}

// A controller leases, extends, gives back, leases again, completes, waits for the task that this sets free, and fails it.
func TestTasks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.planned()
	c, _ := h.client()
	ctx := t.Context()
	lease := func(r api.LeaseRequest) api.LeasedTask {
		t.Helper()
		got, err := c.LeaseTasks(ctx, "S/1", r)
		if err != nil || len(got) != 1 {
			t.Fatalf("LeaseTasks = %+v, %v", got, err)
		}
		return got[0]
	}
	first := lease(api.LeaseRequest{LeaseSec: 30})
	if r, err := c.ExtendTask(ctx, "S/1", first, 10*time.Minute); err != nil || r.LeaseExpiresAt == nil || !r.LeaseExpiresAt.After(first.LeaseExpiresAt) {
		t.Errorf("ExtendTask = %+v, %v", r, err)
	}
	if r, err := c.ReturnTask(ctx, "S/1", first); err != nil || r.State != "open" {
		t.Errorf("ReturnTask = %+v, %v", r, err)
	}
	second := lease(api.LeaseRequest{})
	_, err := c.CompleteTask(ctx, "S/1", first)
	refused(t, err, http.StatusConflict, api.CodeLeaseLost)
	var moved api.LeasedTask
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if got, err := c.LeaseTasks(ctx, "S/1", api.LeaseRequest{Kinds: []string{"move"}, WaitSec: 25}); err != nil || len(got) != 1 {
			t.Errorf("waited for %+v, %v", got, err)
		} else {
			moved = got[0]
		}
	})
	if r, err := c.CompleteTask(ctx, "S/1", second); err != nil || r.State != "done" {
		t.Errorf("CompleteTask = %+v, %v", r, err)
	}
	waiting.Wait()
	if r, err := c.FailTask(ctx, "S/1", moved, "wheel stuck"); err != nil || r.State != "failed" {
		t.Errorf("FailTask = %+v, %v", r, err)
	}
	if got, err := c.LeaseTasks(ctx, "S/1", api.LeaseRequest{}); err != nil || len(got) != 0 {
		t.Errorf("leased %+v, %v of an empty floor", got, err)
	}
	var seen []string
	for task, err := range c.AllTasks(ctx, "S/1", client.TaskFilter{PageOf: client.PageOf{Limit: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, task.TaskID+" "+task.Status)
	}
	if got := strings.Join(seen, ", "); got != "pick/1 done, move/1 failed" {
		t.Errorf("the floor's tasks are %s", got)
	}
}

// Health follows the service: alive and ready, then alive without being ready, which is told and not tried again.
func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, line := h.client()
	if err := errors.Join(c.Alive(t.Context()), c.Ready(t.Context())); err != nil {
		t.Fatal(err)
	}
	h.server.EndWaiting()
	if err := c.Alive(t.Context()); err != nil {
		t.Error(err)
	}
	p := refused(t, c.Ready(t.Context()), http.StatusServiceUnavailable, api.CodeUnavailable)
	if p.Detail != "shutting down" || line.count() != 4 {
		t.Errorf("detail %q after %d requests, want 4", p.Detail, line.count())
	}
}

// A refusal names every wrong field; ids that would be taken for steps of the path never leave; the rest of the words of
// the service arrive as they are.
func TestProblems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, line := h.client()
	ctx := t.Context()
	_, err := c.AskPlan(ctx, api.PlanRequest{Days: 99, Priority: 10}, client.AskOptions{})
	p := refused(t, err, http.StatusUnprocessableEntity, api.CodeInvalid)
	if len(p.Errors) != 2 || !strings.Contains(err.Error(), "body.days") || !strings.Contains(err.Error(), "body.priority") || p.RequestID == "" {
		t.Errorf("problem %+v: %v", p, err)
	}
	_, err = c.AskPlan(ctx, monday, client.AskOptions{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.AskPlan(ctx, api.PlanRequest{OriginDate: "2011-11-15"}, client.AskOptions{Key: "k"})
	refused(t, err, http.StatusUnprocessableEntity, api.CodeKeyReused)
	_, err = c.Plan(ctx, "none")
	refused(t, err, http.StatusNotFound, api.CodeNotFound)
	for _, err := range c.AllPromises(ctx, "none", client.PromiseFilter{}) {
		refused(t, err, http.StatusNotFound, api.CodeNotFound)
	}
	if n := line.count(); n != 5 {
		t.Errorf("%d requests, want 5: refusals are not asked again", n)
	}
	for _, id := range []string{"", ".", ".."} {
		if _, err := c.Job(ctx, id); err == nil || client.CodeOf(err) != "" {
			t.Errorf("id %q: %v", id, err)
		}
	}
	if _, err := c.LeaseTasks(ctx, "..", api.LeaseRequest{}); err == nil || line.count() != 5 {
		t.Errorf("warehouse ..: %v", err)
	}
	if _, err := c.ExtendTask(ctx, "S/1", api.LeasedTask{TaskID: "t"}, -time.Second); err == nil || line.count() != 5 {
		t.Errorf("extend by less than nothing: %v", err)
	}
}

// A cancelled context ends a wait for work at once, and the error says so.
func TestCancelledContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, line := h.client()
	ctx, cancel := context.WithCancel(t.Context())
	line.arrived = cancel
	_, err := c.LeaseTasks(ctx, "S/1", api.LeaseRequest{WaitSec: 25})
	if !errors.Is(err, context.Canceled) || line.count() != 1 {
		t.Errorf("%v after %d requests", err, line.count())
	}
	if _, err := c.WaitPlan(ctx, h.asked(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("WaitPlan: %v", err)
	}
}

// An address or option that cannot work is refused before anything is sent, and a password in it is not told.
func TestBadOptions(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "127.0.0.1:8480", "ftp://host", "http://", "http://u:secret@host", "http://host?x=1", "http://host#x", "http://secret@ho st"} {
		if _, err := client.New(address, client.Options{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("address %q: %v", address, err)
		}
	}
	for _, o := range []client.Options{{FirstPause: -1}, {LongestPause: -1}, {AttemptTimeout: -1}, {LongestRetryAfter: -1}, {MaxResponseBytes: -1}} {
		if _, err := client.New("http://host", o); err == nil {
			t.Errorf("options %+v were taken", o)
		}
	}
}
