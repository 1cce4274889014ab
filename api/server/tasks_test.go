package server_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
)

const floor = "/v1/warehouses/S%2F1"

func (h *house) planned() string {
	h.t.Helper()
	id := want[api.FulfilmentPlan](h.t, h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`), 202).ID
	h.finish(id)
	return id
}

func proof(plan string, t api.LeasedTask) string {
	return fmt.Sprintf(`{"plan_id":%q,"lease_id":%q}`, plan, t.LeaseID)
}

// A controller leases a task, works, completes it, and gets the task that depended on it; nothing is given out twice.
func TestLeaseAndComplete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	got := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", `{"max":5,"lease_sec":30}`), 200).Tasks
	if len(got) != 1 || got[0].TaskID != "pick/1" || got[0].PlanID != plan || len(got[0].Work.Stops) != 1 || got[0].Work.Stops[0] != (api.Grasp{Aisle: 2, Position: 3, OrderID: "O", ItemID: "I", Qty: 4}) || got[0].Fence != 1 {
		t.Fatalf("leased %+v; the move waits for the pick", got)
	}
	if got[0].StartAt.String() != "2011-11-14 00:01:40 +0000 UTC" {
		t.Errorf("start %v", got[0].StartAt)
	}
	if again := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200); len(again.Tasks) != 0 {
		t.Errorf("given out twice: %+v", again)
	}
	more := want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/extend", fmt.Sprintf(`{"plan_id":%q,"lease_id":%q,"lease_sec":600}`, plan, got[0].LeaseID)), 200)
	if more.LeaseExpiresAt == nil || !more.LeaseExpiresAt.After(got[0].LeaseExpiresAt) {
		t.Errorf("extended to %v from %v", more.LeaseExpiresAt, got[0].LeaseExpiresAt)
	}
	for range 2 { // completing again with the same lease is harmless: the first answer may have been lost on its way
		if r := want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/complete", proof(plan, got[0])), 200); r.State != "done" {
			t.Errorf("receipt %+v", r)
		}
	}
	next := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", `{"kinds":["move"]}`), 200).Tasks
	if len(next) != 1 || next[0].TaskID != "move/1" {
		t.Fatalf("leased %+v", next)
	}
	if r := want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/move%2F1/fail",
		fmt.Sprintf(`{"plan_id":%q,"lease_id":%q,"reason":"wheel stuck"}`, plan, next[0].LeaseID)), 200); r.State != "failed" {
		t.Errorf("receipt %+v", r)
	}
}

// Whoever lost the lease is told so and changes nothing; a task that was given back goes to the next who asks.
func TestLeaseIsFenced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	first := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	if r := want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/return", proof(plan, first)), 200); r.State != "open" {
		t.Errorf("receipt %+v", r)
	}
	second := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	if second.Fence <= first.Fence || second.LeaseID == first.LeaseID {
		t.Errorf("fence %d after %d", second.Fence, first.Fence)
	}
	for _, verb := range []string{"complete", "return", "extend"} {
		refused(t, h.ask("POST", floor+"/tasks/pick%2F1/"+verb, proof(plan, first)), 409, api.CodeLeaseLost)
	}
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/complete", proof(plan, second)), 200)
	p := refused(t, h.ask("POST", floor+"/tasks/pick%2F1/fail", `{"plan_id":"","lease_id":"x"}`), 422, api.CodeInvalid)
	if len(p.Errors) < 2 {
		t.Errorf("want plan_id and reason named: %+v", p.Errors)
	}
}

// A request that waits for work gets it as soon as another controller's report sets it free.
func TestLeaseWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	first := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	waiting := make(chan answer)
	go func() { waiting <- h.ask("POST", floor+"/task-leases", `{"kinds":["move"],"wait_sec":25}`) }()
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/complete", proof(plan, first)), 200)
	if got := want[api.LeaseResponse](t, <-waiting, 200).Tasks; len(got) != 1 || got[0].TaskID != "move/1" {
		t.Errorf("waited for %+v", got)
	}
	refused(t, h.ask("POST", floor+"/task-leases", `{"wait_sec":26}`), 422, api.CodeInvalid)
	refused(t, h.ask("POST", floor+"/task-leases", `{"kinds":["dance"]}`), 422, api.CodeInvalid)
}

// lookedTasks says when somebody has looked for tasks.
type lookedTasks struct {
	service.TaskStore
	looked chan struct{}
}

func (l lookedTasks) LeaseTasks(ctx context.Context, tenant, site string, f service.TaskFilter, ttl time.Duration) ([]service.FloorTask, error) {
	got, err := l.TaskStore.LeaseTasks(ctx, tenant, site, f, ttl)
	select {
	case l.looked <- struct{}{}:
	default:
	}
	return got, err
}

// When the service ends, a request that waits for work is answered with none at once, and readiness is taken back.
func TestEndWaiting(t *testing.T) {
	t.Parallel()
	looked := make(chan struct{}, 1)
	h := newHouse(t, func(o *server.Options) { o.Tasks = lookedTasks{o.Tasks, looked} })
	// Half of the wait that was asked for: an answer after it would be the end of the wait, not of the service.
	h.http.Client().Timeout = 12 * time.Second
	waiting := make(chan answer)
	go func() { waiting <- h.ask("POST", floor+"/task-leases", `{"wait_sec":25}`) }()
	<-looked
	h.server.EndWaiting()
	if got := want[api.LeaseResponse](t, <-waiting, 200).Tasks; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if a := h.ask("GET", "/readyz", ""); a.status != 503 {
		t.Errorf("readyz: %d", a.status)
	}
}

// A failed task and those that it blocks are listed with the reason; a task is ended under its own warehouse alone.
func TestTaskList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	pick := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	failure := fmt.Sprintf(`{"plan_id":%q,"lease_id":%q,"reason":"shelf is empty"}`, plan, pick.LeaseID)
	refused(t, h.ask("POST", "/v1/warehouses/elsewhere/tasks/pick%2F1/fail", failure), 404, api.CodeNotFound)
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/fail", failure), 200)
	all := want[api.TaskList](t, h.ask("GET", floor+"/tasks?plan="+plan, ""), 200).Items
	if len(all) != 2 || all[0].Status != "failed" || all[0].Reason != "shelf is empty" || all[1].Status != "blocked" || all[1].Reason == "" {
		t.Errorf("listed %+v", all)
	}
	blocked := want[api.TaskList](t, h.ask("GET", floor+"/tasks?status=blocked", ""), 200)
	if len(blocked.Items) != 1 || blocked.Items[0].TaskID != "move/1" || blocked.NextCursor != "" {
		t.Errorf("blocked %+v", blocked)
	}
	page := want[api.TaskList](t, h.ask("GET", floor+"/tasks?limit=1", ""), 200)
	page = want[api.TaskList](t, h.ask("GET", floor+"/tasks?limit=1&cursor="+url.QueryEscape(page.NextCursor), ""), 200)
	if len(page.Items) != 1 || page.Items[0].TaskID != "move/1" || page.NextCursor != "" {
		t.Errorf("second page %+v", page)
	}
	if none := want[api.TaskList](t, h.ask("GET", "/v1/warehouses/elsewhere/tasks", ""), 200); len(none.Items) != 0 {
		t.Errorf("elsewhere has %+v", none.Items)
	}
}
