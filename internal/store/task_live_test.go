package store

import (
	"errors"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// The next lease goes by priorities as they are at that moment, and a task that asks for a skill or a kind of robot goes only to
// those who have it.
func TestLivePriorities(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		p := floorPlan()
		p.Tasks = append(p.Tasks, service.FloorTask{ID: "U", SiteID: "N", Kind: "pick", StartSec: 90, EndSec: 91, TaskPlace: service.TaskPlace{Station: "chute-1", Zone: "aisle-4"}})
		plan := must[string](t)(s.SavePlan(ctx, tenant, p))
		lease := func(f service.TaskFilter) string {
			t.Helper()
			return ids(must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", f, time.Hour)))
		}
		change := func(id string, c service.TaskChange) service.FloorTask {
			t.Helper()
			return must[service.FloorTask](t)(s.ChangeTask(ctx, tenant, service.TaskRef{PlanID: plan, TaskID: id, SiteID: "N"}, c))
		}
		fast, lift, one, none := "fast", "lift", 1, -1
		change("Q", service.TaskChange{Priority: &none, Skill: &lift, RobotType: &fast})
		if got := change("U", service.TaskChange{Priority: &one}); got.Priority != 1 || got.Station != "chute-1" {
			t.Fatalf("changed to %+v", got)
		}
		if got := lease(service.TaskFilter{Zones: []string{"aisle-5"}}) + lease(service.TaskFilter{Stations: []string{"chute-2"}}); got != "" {
			t.Errorf("another place's tasks %q were given", got)
		}
		if got := lease(service.TaskFilter{Max: 9}); got != "UP" {
			t.Errorf("leased %q, want U by its priority, then P, and not Q, which asks for more", got)
		}
		if got := lease(service.TaskFilter{Max: 9, Skills: []string{"lift"}}) + lease(service.TaskFilter{Max: 9, RobotTypes: []string{"fast"}}); got != "" {
			t.Errorf("%q was given to whoever has half of what it asks for", got)
		}
		if got := lease(service.TaskFilter{Max: 9, Skills: []string{"drive", "lift"}, RobotTypes: []string{"fast"}, Workers: []string{"bob"}}); got != "Q" {
			t.Errorf("leased %q, want Q", got)
		}
		for _, wrong := range []service.TaskChange{{}, {Priority: new(1001)}} {
			if _, err := s.ChangeTask(ctx, tenant, service.TaskRef{PlanID: plan, TaskID: "P"}, wrong); !errors.Is(err, service.ErrInvalid) {
				t.Errorf("the change %+v gives %v", wrong, err)
			}
		}
		if _, err := s.ChangeTask(ctx, tenant, service.TaskRef{PlanID: plan, TaskID: "P", SiteID: "other"}, service.TaskChange{Priority: &one}); !errors.Is(err, service.ErrNotFound) {
			t.Errorf("another site's task was changed: %v", err)
		}
	})
}

// From each code follows what the documentation says: of the task, of others, and of the stock.
func TestExceptions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		plan := must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Tasks: []service.FloorTask{
			{ID: "A", SiteID: "N", Kind: "pick", Worker: "ann", TaskPlace: service.TaskPlace{Zone: "aisle-1"}},
			{ID: "B", SiteID: "N", Kind: "pick", Worker: "bob", StartSec: 1, EndSec: 1, TaskPlace: service.TaskPlace{Zone: "aisle-1"}},
			{ID: "C", SiteID: "N", Kind: "move", Worker: "R1", StartSec: 2, EndSec: 2},
			{ID: "D", SiteID: "N", Kind: "move", Worker: "R1", StartSec: 3, EndSec: 3},
			{ID: "E", SiteID: "N", Kind: "pick", Worker: "cid", StartSec: 4, EndSec: 4},
		}}))
		lease := func(f service.TaskFilter) []service.FloorTask {
			t.Helper()
			return must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", f, time.Hour))
		}
		except := func(task service.FloorTask, e service.TaskException) service.TaskOutcome {
			t.Helper()
			return must[service.TaskOutcome](t)(s.ExceptTask(ctx, tenant, taskRef(task), e))
		}
		a := lease(service.TaskFilter{})[0]
		if until := must[int64](t)(s.ReportTask(ctx, tenant, taskRef(a), 40, 2*time.Hour)); until <= a.LeaseUntilUs {
			t.Error("progress did not keep the lease longer")
		}
		if got := except(a, service.TaskException{Code: service.BlockedAisle, HoldSec: 3600}); got.State != service.TaskOpen || got.Also != 1 {
			t.Errorf("a blocked aisle gives %+v, want the other task of the aisle held too", got)
		}
		c := lease(service.TaskFilter{})[0]
		if c.ID != "C" {
			t.Fatalf("leased %s, want C: the aisle is blocked", c.ID)
		}
		if got := except(c, service.TaskException{Code: service.RobotFailure}); got.State != service.TaskOpen || got.Also != 1 {
			t.Errorf("a failed robot gives %+v", got)
		}
		if got := lease(service.TaskFilter{Workers: []string{"R1"}, Max: 9}); len(got) != 0 {
			t.Errorf("the failed robot was given %s again", ids(got))
		}
		if got := lease(service.TaskFilter{Workers: []string{"R2"}, Max: 9}); ids(got) != "CD" || got[0].Avoid != "R1" {
			t.Errorf("another robot was given %+v", got)
		}
		e := lease(service.TaskFilter{})[0]
		if _, _, err := s.Move(ctx, tenant, []service.Movement{{ID: "m", ItemID: "cup", SiteID: "N", Kind: service.MoveReceived, Qty: 9}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ExceptTask(ctx, tenant, taskRef(e), service.TaskException{Code: service.Damaged, ItemID: "cup", Units: 10}); !errors.Is(err, service.ErrConflict) {
			t.Errorf("more was damaged than is there: %v", err)
		}
		got := except(e, service.TaskException{Code: service.ShortPick, ItemID: "cup", Units: 2, Note: "two left"})
		if got.State != service.TaskFailed || got.Stock == nil || got.Stock.OnHand != 2 || got.Stock.Change != -7 {
			t.Errorf("a short pick gives %+v", got)
		}
		if again := except(e, service.TaskException{Code: service.ShortPick, ItemID: "cup", Units: 2, Note: "two left"}); again.State != service.TaskFailed || again.Stock != nil {
			t.Errorf("the same short pick told again gives %+v", again)
		}
		for _, task := range must[[]service.FloorTask](t)(s.Tasks(ctx, tenant, plan, "N")) {
			if task.ID == "E" && (task.State != service.TaskFailed || task.Exception != service.ShortPick || task.Reason != "short_pick: two left") {
				t.Errorf("the short pick is %+v", task)
			}
		}
		if _, err := s.ExceptTask(ctx, tenant, taskRef(c), service.TaskException{Code: service.OtherException}); !errors.Is(err, service.ErrTokenLost) {
			t.Errorf("a lease that was given up took an exception: %v", err)
		}
	})
}
