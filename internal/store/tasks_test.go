package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quartermaster/internal/service"
)

// floorPlan is pick P → move M → sort S at site N, and a lone pick Q that starts first; one task at another site.
func floorPlan() service.PlanRecord {
	return service.PlanRecord{Tasks: []service.FloorTask{
		{ID: "P", SiteID: "N", Kind: "pick", Worker: "ann", StartSec: 20, EndSec: 30, Payload: []byte(`{"p":1}`)},
		{ID: "M", SiteID: "N", Kind: "move", Worker: "agv1", StartSec: 10, EndSec: 40, DependsOn: []string{"P"}},
		{ID: "S", SiteID: "N", Kind: "sort", Worker: "belt", StartSec: 40, EndSec: 50, DependsOn: []string{"P", "M"}},
		{ID: "Q", SiteID: "N", Kind: "pick", Worker: "bob", StartSec: 5, EndSec: 9},
		{ID: "Z", SiteID: "other", Kind: "pick", StartSec: 1, EndSec: 2},
	}}
}

func ids(tasks []service.FloorTask) string {
	out := ""
	for _, task := range tasks {
		out += task.ID
	}
	return out
}

func taskRef(task service.FloorTask) service.TaskRef {
	return service.TaskRef{PlanID: task.PlanID, TaskID: task.ID, LeaseID: task.LeaseID}
}

// Tasks come earliest first, once what they depend on is done, and only to those who may do them.
func TestLeaseOrder(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must[string](t)(s.SavePlan(ctx, tenant, floorPlan()))
		lease := func(f service.TaskFilter) []service.FloorTask {
			t.Helper()
			return must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", f, time.Hour))
		}
		if got := lease(service.TaskFilter{Kinds: []string{"move", "sort"}, Max: 9}); len(got) != 0 {
			t.Errorf("tasks %s were given out before what they depend on", ids(got))
		}
		if got := lease(service.TaskFilter{Workers: []string{"ann", "cid"}, Max: 9}); ids(got) != "P" {
			t.Errorf("ann got %q", ids(got))
		} else {
			if diff := cmp.Diff(floorPlan().Tasks[0].Payload, got[0].Payload); diff != "" || got[0].Fence != 1 || got[0].LeaseUntilUs == 0 {
				t.Errorf("leased task is %+v", got[0])
			}
			noError(t, s.CompleteTask(ctx, tenant, taskRef(got[0])))
			noError(t, s.CompleteTask(ctx, tenant, taskRef(got[0]))) // the answer got lost, the controller asks again
		}
		got := lease(service.TaskFilter{Max: 9})
		if ids(got) != "QM" {
			t.Fatalf("got %q, want Q, then M; S waits", ids(got))
		}
		noError(t, s.CompleteTask(ctx, tenant, taskRef(got[1])))
		if got = lease(service.TaskFilter{}); ids(got) != "S" || len(got[0].DependsOn) != 2 {
			t.Errorf("got %q, want S", ids(got))
		}
		var states []service.TaskState
		for _, task := range must[[]service.FloorTask](t)(s.Tasks(ctx, tenant, "", "N")) {
			states = append(states, task.State)
		}
		if diff := cmp.Diff([]service.TaskState{service.TaskLeased, service.TaskDone, service.TaskDone, service.TaskLeased}, states); diff != "" {
			t.Error(diff)
		}
	})
}

// A lease that ran out goes to somebody else with a greater fence; the old lease can then do nothing. While nobody else
// has the task, late work still counts.
func TestLeaseFencing(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Tasks: floorPlan().Tasks[4:]}))
		lease := func() service.FloorTask {
			t.Helper()
			got := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "other", service.TaskFilter{Max: 5}, time.Hour))
			if ids(got) != "Z" {
				t.Fatalf("got %q, want Z", ids(got))
			}
			return got[0]
		}
		runOut := func() {
			t.Helper()
			if _, err := s.rawExec(`update tasks set lease_until = 1`); err != nil {
				t.Fatal(err)
			}
		}
		old := lease()
		if got := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "other", service.TaskFilter{}, time.Hour)); len(got) != 0 {
			t.Fatal("a leased task was given out again")
		}
		runOut()
		fresh := lease()
		if fresh.Fence != old.Fence+1 || fresh.LeaseID == old.LeaseID {
			t.Errorf("second lease is %+v after %+v", fresh, old)
		}
		wantError(t, s.CompleteTask(ctx, tenant, taskRef(old)), service.ErrTokenLost)
		wantError(t, s.FailTask(ctx, tenant, taskRef(old), "x"), service.ErrTokenLost)
		wantError(t, s.ReturnTask(ctx, tenant, taskRef(old)), service.ErrTokenLost)
		_, err := s.ExtendTask(ctx, tenant, taskRef(old), time.Hour)
		wantError(t, err, service.ErrTokenLost)
		if until := must[int64](t)(s.ExtendTask(ctx, tenant, taskRef(fresh), 3*time.Hour)); until <= fresh.LeaseUntilUs {
			t.Error("extending did not move the end")
		}
		noError(t, s.ReturnTask(ctx, tenant, taskRef(fresh)))
		wantError(t, s.CompleteTask(ctx, tenant, taskRef(fresh)), service.ErrTokenLost)
		last := lease()
		runOut()
		noError(t, s.FailTask(ctx, tenant, taskRef(last), "shelf empty"))
		noError(t, s.FailTask(ctx, tenant, taskRef(last), "shelf empty"))
		wantError(t, s.CompleteTask(ctx, tenant, taskRef(last)), service.ErrTokenLost)
		if got := must[[]service.FloorTask](t)(s.Tasks(ctx, tenant, "", ""))[0]; got.State != service.TaskFailed || got.Reason != "shelf empty" {
			t.Errorf("task is %+v", got)
		}
		wantError(t, s.CompleteTask(ctx, tenant, service.TaskRef{PlanID: last.PlanID, TaskID: "none", LeaseID: last.LeaseID}), service.ErrNotFound)
	})
}

// Controllers that ask at the same time never get the same task, and together get all.
func TestLeaseRace(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		plan := service.PlanRecord{}
		for _, o := range someOrders(600) {
			plan.Tasks = append(plan.Tasks, service.FloorTask{ID: o.ID, SiteID: "N", Kind: "pick"})
		}
		must[string](t)(s.SavePlan(t.Context(), tenant, plan))
		var mu sync.Mutex
		seen := map[string]int{}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for {
					got, err := s.LeaseTasks(t.Context(), tenant, "N", service.TaskFilter{Max: 25}, time.Hour)
					if err != nil {
						t.Error(err)
						return
					}
					if len(got) == 0 {
						return
					}
					if len(got) > 25 {
						t.Errorf("got %d tasks, asked for 25", len(got))
					}
					mu.Lock()
					for _, task := range got {
						seen[task.ID]++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("task %s was given out %d times", id, n)
			}
		}
		// Who skips rows that others hold may find none and stop early; what is left is there for the next who asks.
		rest := must[[]service.FloorTask](t)(s.LeaseTasks(t.Context(), tenant, "N", service.TaskFilter{Max: 1000}, time.Hour))
		if len(seen)+len(rest) != 600 {
			t.Errorf("%d and %d tasks given out, want 600", len(seen), len(rest))
		}
	})
}

// The floor works by the newest plan that is no draft; a lease of the plan before may still be ended.
func TestNewestPlan(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		first := floorPlan()
		first.Promises = []service.PromiseRecord{{OrderID: "O", Document: []byte("first")}}
		firstID := must[string](t)(s.SavePlan(ctx, tenant, first))
		old := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{}, time.Hour))
		second := floorPlan()
		second.Promises = []service.PromiseRecord{{OrderID: "O", Document: []byte("second")}}
		secondID := must[string](t)(s.SavePlan(ctx, tenant, second))
		draft := floorPlan()
		draft.Draft = true
		draftID := must[string](t)(s.SavePlan(ctx, tenant, draft))
		got := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{Max: 9}, time.Hour))
		if ids(got) != "QP" || got[0].PlanID != secondID {
			t.Errorf("got %q of plan %s, want Q and P of %s", ids(got), got[0].PlanID, secondID)
		}
		noError(t, s.CompleteTask(ctx, tenant, taskRef(old[0])))
		if p := must[service.PlanRecord](t)(s.Plan(ctx, tenant, "")); p.ID != secondID {
			t.Errorf("newest is %s, want %s", p.ID, secondID)
		}
		for id, want := range map[string]string{"": "second", firstID: "first", secondID: "second"} {
			if p := must[service.PromiseRecord](t)(s.Promise(ctx, tenant, id, "O")); string(p.Document) != want {
				t.Errorf("promise of plan %q is %s", id, p.Document)
			}
		}
		_, err := s.Promise(ctx, tenant, draftID, "O")
		wantError(t, err, service.ErrNotFound)
		_, err = s.Plan(ctx, "other", "")
		wantError(t, err, service.ErrNotFound)
		page := must[[]service.PlanRecord](t)(s.Plans(ctx, tenant, "", 2))
		rest := must[[]service.PlanRecord](t)(s.Plans(ctx, tenant, page[1].ID, 2))
		if len(page) != 2 || page[0].ID != draftID || len(rest) != 1 || rest[0].ID != firstID {
			t.Errorf("pages are %+v and %+v", page, rest)
		}
	})
}

// Plans that contradict themselves are refused and leave nothing.
func TestBadPlans(t *testing.T) {
	cases := map[string]service.PlanRecord{
		"task twice":       {Tasks: []service.FloorTask{{ID: "A"}, {ID: "A"}}},
		"needs itself":     {Tasks: []service.FloorTask{{ID: "A", DependsOn: []string{"A"}}}},
		"needs a stranger": {Tasks: []service.FloorTask{{ID: "A", DependsOn: []string{"B"}}}},
		"needs twice":      {Tasks: []service.FloorTask{{ID: "A"}, {ID: "B", DependsOn: []string{"A", "A"}}}},
		"ends early":       {Tasks: []service.FloorTask{{ID: "A", StartSec: 2, EndSec: 1}}},
		"promise twice":    {Promises: []service.PromiseRecord{{OrderID: "O"}, {OrderID: "O"}}},
	}
	eachStore(t, func(t *testing.T, s *Store) {
		for name, plan := range cases {
			if _, err := s.SavePlan(t.Context(), tenant, plan); err == nil {
				t.Errorf("%s: saved", name)
			} else {
				wantError(t, err, service.ErrInvalid)
			}
		}
		if plans := must[[]service.PlanRecord](t)(s.Plans(t.Context(), tenant, "", 0)); len(plans) != 0 {
			t.Errorf("%d plans are stored", len(plans))
		}
	})
}

// A failed task shuts out all that depend on it, however far back, and a list says so; what is not behind it stays free.
// The pages of a list follow each other without gap, by start and then id, and filters choose.
func TestTaskPage(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		plan := floorPlan()
		plan.Tasks = append(plan.Tasks, service.FloorTask{ID: "R", SiteID: "N", Kind: "sort", StartSec: 60, EndSec: 61, DependsOn: []string{"Q"}})
		must[string](t)(s.SavePlan(ctx, tenant, plan))
		page := func(q service.TaskQuery) []service.FloorTask {
			t.Helper()
			return must[[]service.FloorTask](t)(s.TaskPage(ctx, tenant, q))
		}
		if got := page(service.TaskQuery{Blocked: true}); len(got) != 0 {
			t.Fatalf("%s are blocked before anything failed", ids(got))
		}
		pick := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{Workers: []string{"ann"}}, time.Hour))[0]
		noError(t, s.FailTask(ctx, tenant, taskRef(pick), "shelf empty"))
		if got := page(service.TaskQuery{SiteID: "N"}); ids(got) != "QMPSR" {
			t.Errorf("listed %s", ids(got))
		}
		if got := page(service.TaskQuery{Blocked: true}); ids(got) != "MS" || !got[0].Blocked || !got[1].Blocked {
			t.Errorf("%s are blocked, want M and, behind it, S", ids(got))
		}
		if got := page(service.TaskQuery{State: service.TaskFailed}); ids(got) != "P" || got[0].Reason != "shelf empty" || got[0].Blocked {
			t.Errorf("failed are %+v", got)
		}
		all, after := "", ""
		for range 9 {
			got := page(service.TaskQuery{After: after, Limit: 2})
			if len(got) == 0 {
				break
			}
			all, after = all+ids(got), got[len(got)-1].ID
		}
		if all != "ZQMPSR" {
			t.Errorf("pages give %s", all)
		}
		if got := must[[]service.FloorTask](t)(s.TaskPage(ctx, "other", service.TaskQuery{})); len(got) != 0 {
			t.Errorf("another tenant sees %s", ids(got))
		}
	})
}

// A task is ended under the site it belongs to; by way of another it is not there, and nothing changes.
func TestTaskOfOtherSite(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must[string](t)(s.SavePlan(ctx, tenant, floorPlan()))
		task := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "other", service.TaskFilter{}, time.Hour))[0]
		ref := taskRef(task)
		ref.SiteID = "N"
		wantError(t, s.CompleteTask(ctx, tenant, ref), service.ErrNotFound)
		wantError(t, s.FailTask(ctx, tenant, ref, "x"), service.ErrNotFound)
		wantError(t, s.ReturnTask(ctx, tenant, ref), service.ErrNotFound)
		_, err := s.ExtendTask(ctx, tenant, ref, time.Hour)
		wantError(t, err, service.ErrNotFound)
		ref.SiteID = "other"
		noError(t, s.CompleteTask(ctx, tenant, ref))
		ref.SiteID = "N"
		wantError(t, s.CompleteTask(ctx, tenant, ref), service.ErrNotFound) // nor is it told apart that it is done
	})
}

// Promises are listed by order id, page by page; a plan that is not there is told apart from one without orders.
func TestPromisePages(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		id := must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Promises: []service.PromiseRecord{
			{OrderID: "C", Document: []byte("c")}, {OrderID: "A", Document: []byte("a")}, {OrderID: "B", Document: []byte("b")},
		}}))
		first := must[[]service.PromiseRecord](t)(s.Promises(ctx, tenant, id, "", 2))
		rest := must[[]service.PromiseRecord](t)(s.Promises(ctx, tenant, "", first[1].OrderID, 2))
		if len(first) != 2 || first[0].OrderID != "A" || len(rest) != 1 || string(rest[0].Document) != "c" {
			t.Errorf("pages are %+v and %+v", first, rest)
		}
		_, err := s.Promises(ctx, tenant, "none", "", 2)
		wantError(t, err, service.ErrNotFound)
		_, err = s.Promises(ctx, "other", id, "", 2)
		wantError(t, err, service.ErrNotFound)
	})
}

// After a plan with many tasks PostgreSQL's planner knows of them, though the service's role owns no table.
func TestStatisticsFollowAPlan(t *testing.T) {
	t.Parallel()
	s := openTestPostgres(t)
	p := service.PlanRecord{}
	for i := range manyTasks {
		p.Tasks = append(p.Tasks, service.FloorTask{ID: fmt.Sprintf("T%d", i), SiteID: "S", Kind: "pick", EndSec: 1, Payload: []byte(`{}`)})
	}
	must[string](t)(s.SavePlan(t.Context(), tenant, p))
	var owns bool
	var rows float64
	noError(t, s.readRow(t.Context(), `select relowner = (select oid from pg_roles where rolname = current_user), reltuples
		from pg_class where relname = 'tasks' and relnamespace = current_schema()::regnamespace`)(&owns, &rows))
	if owns || rows < manyTasks {
		t.Errorf("the role owns the table: %t; the planner knows of %v tasks", owns, rows)
	}
}
