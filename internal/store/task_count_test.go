package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quartermaster/internal/service"
)

// Tasks are counted by site and state, those that depend on a failed one apart; another tenant's are not counted.
func TestCountTasks(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		plan := must[string](t)(s.SavePlan(ctx, tenant, floorPlan()))
		picks := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{Kinds: []string{"pick"}, Max: 2}, time.Hour))
		noError(t, s.CompleteTask(ctx, tenant, taskRef(picks[0])))               // Q
		noError(t, s.FailTask(ctx, tenant, taskRef(picks[1]), "shelf is empty")) // P, on which M and S depend
		want := []service.TaskCount{
			{SiteID: "N", State: service.TaskDone, Count: 1},
			{SiteID: "N", State: service.TaskFailed, Count: 1},
			{SiteID: "N", State: service.TaskOpen, Blocked: true, Count: 2},
			{SiteID: "other", State: service.TaskOpen, Count: 1},
		}
		for _, id := range []string{plan, ""} {
			if diff := cmp.Diff(want, must[[]service.TaskCount](t)(s.CountTasks(ctx, tenant, id))); diff != "" {
				t.Error(diff)
			}
		}
		if got := must[[]service.TaskCount](t)(s.CountTasks(ctx, "somebody else", plan)); len(got) != 0 {
			t.Errorf("another tenant sees %+v", got)
		}
	})
}
