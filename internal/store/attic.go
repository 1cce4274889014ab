package store

import (
	"context"
	"time"

	"quartermaster/internal/service"
)

var _ service.AtticStore = (*Store)(nil)

// ExpireJobs removes jobs that ended before a time. A child goes with its parent, never before it.
func (s *Store) ExpireJobs(ctx context.Context, before time.Time, limit int, keep func(service.Job) error) (n int, err error) {
	err = s.inTx(ctx, "removing old jobs", func(t *tx) error {
		n = 0
		rows, err := t.query(ctx, `select `+jobColumns+` from jobs
			where ended_at > 0 and ended_at < $1 and parent_id = '' and state in ('done', 'failed', 'cancelled', 'quarantined')
			order by ended_at limit $2 {skip}`, before.UnixMicro(), limit)
		if err != nil {
			return err
		}
		var refs []service.Ref
		err = eachRow(rows, func(scan func(...any) error) error {
			job, err := scanJob(scan)
			refs = append(refs, job.Ref)
			if err == nil {
				err = keep(job)
			}
			return err
		})
		if err != nil || len(refs) == 0 {
			return err
		}
		for _, ref := range refs { // one by one: a family may be large, and the index is by parent
			for _, step := range []string{
				`delete from messages where tenant = $1 and job_id in (select id from jobs where tenant = $1 and (id = $2 or parent_id = $2 and parent_id <> ''))`,
				`delete from job_payloads where tenant = $1 and job_id in (select id from jobs where tenant = $1 and (id = $2 or parent_id = $2 and parent_id <> ''))`,
				`delete from jobs where tenant = $1 and parent_id = $2 and parent_id <> ''`,
				`delete from jobs where tenant = $1 and id = $2`,
			} {
				if _, err := t.exec(ctx, step, ref.Tenant, ref.ID); err != nil {
					return err
				}
			}
		}
		n = len(refs)
		return nil
	})
	return n, err
}

// ExpirePlans removes plans made before a time, but for each tenant's newest that is no draft.
func (s *Store) ExpirePlans(ctx context.Context, before time.Time, limit int, keep func(tenant string, p service.PlanRecord) error) (n int, err error) {
	err = s.inTx(ctx, "removing old plans", func(t *tx) error {
		n = 0
		rows, err := t.query(ctx, `select tenant, document, artefact, `+planColumns+` from plans p
			where created_at < $1 and (draft or id <> (select max(id) from plans q where q.tenant = p.tenant and not q.draft))
			order by created_at limit $2 {skip}`, before.UnixMicro(), limit)
		if err != nil {
			return err
		}
		type oldPlan struct {
			service.PlanRecord
			tenant, artefact string
		}
		var old []oldPlan
		err = eachRow(rows, func(scan func(...any) error) error {
			var x oldPlan
			var packed []byte
			p, err := scanPlan(func(dest ...any) error { return scan(append([]any{&x.tenant, &packed, &x.artefact}, dest...)...) })
			x.PlanRecord, x.Document = p, packed
			old = append(old, x)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range old {
			if x.Document, err = t.inside(ctx).document(x.tenant, x.Document, x.artefact); err == nil {
				err = keep(x.tenant, x.PlanRecord)
			}
			if err != nil {
				return err
			}
			ref := service.Ref{Tenant: x.tenant, ID: x.ID}
			for _, table := range []string{"promises", "task_needs", "tasks"} {
				if _, err := t.exec(ctx, `delete from `+table+` where tenant = $1 and plan_id = $2`, ref.Tenant, ref.ID); err != nil {
					return err
				}
			}
			if _, err := t.exec(ctx, `delete from plans where tenant = $1 and id = $2`, ref.Tenant, ref.ID); err != nil {
				return err
			}
		}
		n = len(old)
		return nil
	})
	return n, err
}
