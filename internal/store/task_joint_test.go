package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// together runs works as one group does that found them waiting, and gives what each was told.
func (s *Store) together(t *testing.T, lane *group[*smallCall], works ...smallWork) []error {
	t.Helper()
	if s.pool == nil {
		lane = s.smalls
	}
	batch := make([]*smallCall, len(works))
	for i, w := range works {
		batch[i] = &smallCall{call: newCall(), ctx: t.Context(), work: w}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	lane.run(ctx, batch)
	told := make([]error, len(works))
	for i, c := range batch {
		told[i] = c.await(ctx)
	}
	return told
}

// Leases that go in one statement get what they would get one after the other: who came first the first tasks, each under a
// lease of its own, and who chooses others those.
func TestJointLeases(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		plan := service.PlanRecord{}
		for i := range 5 {
			plan.Tasks = append(plan.Tasks, service.FloorTask{ID: fmt.Sprint("P", i), SiteID: "N", Kind: "pick", StartSec: int64(10 - i), EndSec: 20})
		}
		plan.Tasks = append(plan.Tasks, service.FloorTask{ID: "M", SiteID: "N", Kind: "move", StartSec: 15, EndSec: 20})
		must[string](t)(s.SavePlan(t.Context(), tenant, plan))
		lease := func(limit int, kinds ...string) *leaseWork {
			return &leaseWork{tenant: tenant, siteID: "N", filter: service.TaskFilter{Kinds: kinds}, ttl: time.Hour, limit: limit}
		}
		works := []*leaseWork{lease(2, "pick"), lease(1, "move"), lease(1, "pick"), lease(9, "pick"), lease(1, "pick")}
		for i, err := range s.together(t, s.leases, works[0], works[1], works[2], works[3], works[4]) {
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		var got []string
		under := map[string]bool{}
		for _, w := range works {
			got = append(got, ids(w.out))
			for _, task := range w.out {
				under[task.LeaseID] = true
				if task.State != service.TaskLeased || task.Fence != 1 || task.LeaseID != w.out[0].LeaseID {
					t.Errorf("leased %+v", task)
				}
			}
		}
		if want := []string{"P4P3", "M", "P2", "P1P0", ""}; !slices.Equal(got, want) || len(under) != 4 {
			t.Errorf("given out %q under %d leases, want %q under 4", got, len(under), want)
		}
	})
}

// Completions that go in one statement are told apart: those whose lease holds are done once and free what waits for them,
// however often they are said; of the others each hears what is wrong with its own, and a broken one breaks no other.
func TestJointCompletions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Tasks: []service.FloorTask{
			{ID: "A", SiteID: "N", Kind: "pick"}, {ID: "B", SiteID: "N", Kind: "pick", StartSec: 1, EndSec: 2}, {ID: "C", SiteID: "N", Kind: "pick", StartSec: 2, EndSec: 2},
			{ID: "X", SiteID: "N", Kind: "move", DependsOn: []string{"A", "B"}}, {ID: "Y", SiteID: "N", Kind: "move", DependsOn: []string{"A", "C"}},
		}}))
		got := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{Max: 9}, time.Hour))
		if ids(got) != "ABC" {
			t.Fatalf("leased %q", ids(got))
		}
		done := func(i int, change func(*service.TaskRef)) *doneWork {
			w := &doneWork{tenant: tenant, ref: taskRef(got[i])}
			change(&w.ref)
			return w
		}
		same := func(*service.TaskRef) {}
		told := s.together(t, s.dones,
			done(1, same), done(0, same), done(0, same),
			done(2, func(r *service.TaskRef) { r.LeaseID = "another" }),
			done(2, func(r *service.TaskRef) { r.TaskID = "none" }),
			done(2, func(r *service.TaskRef) { r.SiteID = "elsewhere" }),
			done(2, func(r *service.TaskRef) { r.LeaseID = "no\x00text" }), // PostgreSQL takes no such text
		)
		for i, want := range []error{nil, nil, nil, service.ErrTokenLost, service.ErrNotFound, service.ErrNotFound} {
			if !errors.Is(told[i], want) {
				t.Errorf("call %d: %v, want %v", i, told[i], want)
			}
		}
		if told[6] == nil {
			t.Error("a lease that cannot be is taken")
		}
		if free := must[[]service.FloorTask](t)(s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{Max: 9}, time.Hour)); ids(free) != "X" {
			t.Errorf("%q are free, want X: Y waits for C", ids(free))
		}
	})
}

// Forty controllers at once: every task is given to one and done once, in spite of two that say it and one that has no lease.
func TestManyControllers(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		plan := service.PlanRecord{}
		for i := range 400 {
			pick := service.FloorTask{ID: fmt.Sprintf("P%03d", i), SiteID: "N", Kind: "pick"}
			plan.Tasks = append(plan.Tasks, pick, service.FloorTask{ID: fmt.Sprintf("M%03d", i), SiteID: "N", Kind: "move", DependsOn: []string{pick.ID}})
		}
		must[string](t)(s.SavePlan(t.Context(), tenant, plan))
		var mu sync.Mutex
		seen := map[string]int{}
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				for {
					got, err := s.LeaseTasks(t.Context(), tenant, "N", service.TaskFilter{Max: 1 + i%3}, time.Hour)
					if err != nil || len(got) > 1+i%3 {
						t.Errorf("%d tasks, %v", len(got), err)
						return
					}
					mu.Lock()
					for _, task := range got {
						seen[task.ID]++
					}
					finished := len(seen) == 800
					mu.Unlock()
					if finished {
						return
					}
					for _, task := range got {
						wrong := taskRef(task)
						wrong.LeaseID = "stolen"
						if err := s.CompleteTask(t.Context(), tenant, wrong); !errors.Is(err, service.ErrTokenLost) {
							t.Errorf("a stolen lease: %v", err)
						}
						for range 2 {
							if err := s.CompleteTask(t.Context(), tenant, taskRef(task)); err != nil {
								t.Error(err)
							}
						}
					}
				}
			})
		}
		all.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("task %s was given out %d times", id, n)
			}
		}
	})
}
