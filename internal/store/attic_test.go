package store

import (
	"errors"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// What ended long ago goes with all that hangs on it, in batches, after it was handed to the archive; what is young, under
// way, or of a family that is, stays; and so does each tenant's newest plan.
func TestExpire(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		age := func(ref service.Ref) {
			_, err := s.rawExec(`update jobs set ended_at = 1000 where tenant = $1 and id = $2`, ref.Tenant, ref.ID)
			noError(t, err)
		}
		done := func() service.Job {
			job := claim(t, s, submit(t, s, service.Submission{Input: []byte("in")}).Ref)
			noError(t, s.Finish(ctx, job, service.Result{Body: []byte("out"), Messages: []service.Message{{Topic: "t", Body: []byte("b")}}}))
			return job
		}
		old := []service.Ref{done().Ref, done().Ref, done().Ref}
		for _, ref := range old {
			age(ref)
		}
		young, open := done(), submit(t, s, service.Submission{})
		parent := claim(t, s, submit(t, s, service.Submission{}).Ref)
		noError(t, s.Spawn(ctx, parent, []service.Submission{{Kind: "c"}, {Kind: "c"}}, ""))
		children := must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{ParentID: parent.ID}))
		child := claim(t, s, children[0].Ref)
		noError(t, s.Finish(ctx, child, service.Result{Body: []byte("out")}))
		age(child.Ref)

		var kept []string
		keep := func(j service.Job) error { kept = append(kept, j.ID); return nil }
		before := time.Now().Add(-time.Hour)
		if n := must[int](t)(s.ExpireJobs(ctx, before, 2, keep)); n != 2 {
			t.Fatalf("%d went, want a batch of 2", n)
		}
		full := errors.New("the archive is full")
		if _, err := s.ExpireJobs(ctx, before, 2, func(service.Job) error { return full }); !errors.Is(err, full) {
			t.Errorf("a full archive: %v", err)
		}
		if n := must[int](t)(s.ExpireJobs(ctx, before, 2, keep)); n != 1 || len(kept) != 3 {
			t.Errorf("%d went, %d kept", n, len(kept))
		}
		left := must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{}))
		if len(left) != 5 {
			t.Errorf("%d jobs are left, want the young, the open, the parent and its children", len(left))
		}
		_, err := s.Job(ctx, old[0])
		wantError(t, err, service.ErrNotFound)
		for _, job := range []service.Job{young, open, parent, child} {
			_, err := s.Job(ctx, job.Ref)
			noError(t, err)
		}
		var rows int
		for table, want := range map[string]int{"job_payloads": 3, "messages": 1} {
			noError(t, s.queryRead(ctx, "counting", `select count(*) from `+table+` where job_id not in ('')`, nil, func(scan func(...any) error) error { return scan(&rows) }))
			if rows != want {
				t.Errorf("%d rows are left in %s, want %d", rows, table, want)
			}
		}
	})
}

// Old plans go with promises and tasks; the newest that is no draft stays, however old, as do other tenants' newest.
func TestExpirePlans(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		save := func(tenant string, draft bool) string {
			return must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Draft: draft, Document: []byte(`{"a":1}`), Summary: []byte(`{}`),
				Promises: []service.PromiseRecord{{OrderID: "O"}}, Tasks: []service.FloorTask{{ID: "a", SiteID: "S"}, {ID: "b", SiteID: "S", DependsOn: []string{"a"}}}}))
		}
		first, second, draft, others := save(tenant, false), save(tenant, false), save(tenant, true), save("other", false)
		_, err := s.rawExec(`update plans set created_at = 1000`)
		noError(t, err)
		var kept []string
		n := must[int](t)(s.ExpirePlans(ctx, time.Now(), 10, func(tenant string, p service.PlanRecord) error {
			kept = append(kept, tenant+" "+p.ID+" "+string(p.Document))
			return nil
		}))
		if n != 2 || len(kept) != 2 {
			t.Errorf("%d plans went: %q", n, kept)
		}
		for id, gone := range map[string]bool{first: true, draft: true, second: false} {
			_, err := s.Plan(ctx, tenant, id)
			if gone != errors.Is(err, service.ErrNotFound) {
				t.Errorf("plan %s: %v, want gone %v", id, err, gone)
			}
		}
		_, err = s.Plan(ctx, "other", others)
		noError(t, err)
		if tasks := must[[]service.FloorTask](t)(s.Tasks(ctx, tenant, first, "")); len(tasks) != 0 {
			t.Errorf("%d tasks of a plan that is gone", len(tasks))
		}
	})
}
