package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quartermaster/internal/service"
)

// Spawn stores children and makes the job wait for them.
//
// family, the parent's attempt at this moment, ties children to this very spawning: those of an earlier one, stopped but
// not yet ended when their parent was replayed, count for nobody.
func (s *Store) Spawn(ctx context.Context, job service.Job, children []service.Submission, rule service.ChildErrorRule) error {
	if rule == "" {
		rule = service.ChildErrorFails
	}
	switch {
	case job.ParentID != "":
		return fmt.Errorf("%w: job %s is a child and may not have children", service.ErrInvalid, job.Ref)
	case len(children) > service.MaxChildren:
		return fmt.Errorf("%w: %d children are over the limit of %d", service.ErrInvalid, len(children), service.MaxChildren)
	case rule != service.ChildErrorFails && rule != service.ChildErrorGathers:
		return fmt.Errorf("%w: child error rule %q is neither %q nor %q", service.ErrInvalid, rule, service.ChildErrorFails, service.ChildErrorGathers)
	}
	rows, err := newJobRows(job.Tenant, children)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].parentID, rows[i].childNo, rows[i].family = job.ID, i, job.Attempt
		rows[i].trace = job.TraceParent
		if rows[i].sub.IdempotencyKey != "" {
			return fmt.Errorf("%w: child %d has an idempotency key; its parent's covers it", service.ErrInvalid, i+1)
		}
	}
	return s.inTx(ctx, "spawning children of job "+job.Ref.String(), func(t *tx) error {
		if err := startWaiting(ctx, t, job, len(rows), rule); err != nil {
			return err
		}
		_, err := insertJobs(ctx, t, rows)
		return err
	})
}

// startWaiting moves a held parent to waiting, or straight on to gather when it has no children.
func startWaiting(ctx context.Context, t *tx, job service.Job, children int, rule service.ChildErrorRule) error {
	state := service.StateWaiting
	if children == 0 {
		state = service.StateQueued
	}
	n, err := t.exec(ctx, `update jobs set state = $4, gathering = $5, children_left = $6, family = attempt, on_child_error = $7,
			lease_until = 0, dispatched_at = 0, not_before = 0, crashes = 0, retries = 0, updated_at = {now}
		where tenant = $1 and id = $2 and attempt = $3 and state = 'running' and not cancel_requested`,
		job.Tenant, job.ID, job.Attempt, string(state), children == 0, children, string(rule))
	if err != nil || n > 0 {
		return err
	}
	var asked bool
	err = t.row(ctx, `select cancel_requested from jobs where tenant = $1 and id = $2 and attempt = $3 and state = 'running'`,
		job.Tenant, job.ID, job.Attempt).Scan(&asked)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && !asked:
		return fmt.Errorf("%w: job %s, attempt %d", service.ErrTokenLost, job.Ref, job.Attempt)
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: job %s", service.ErrCancelRequested, job.Ref)
}

// childEnded tells a waiting parent, whose row the transaction holds, that a child of this family ended as e says.
func childEnded(ctx context.Context, t *tx, child service.Job, family int64, e ending) error {
	if child.ParentID == "" {
		return nil
	}
	var left int
	var rule service.ChildErrorRule
	err := t.row(ctx, `update jobs set children_left = children_left - 1, updated_at = {now}
		where tenant = $1 and id = $2 and state = 'waiting' and family = $3 returning children_left, on_child_error`,
		child.Tenant, child.ParentID, family).Scan(&left, &rule)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil // the parent ended before, or spawned anew
	case err != nil:
		return err
	case e.state != service.StateDone && rule == service.ChildErrorFails:
		reason := fmt.Sprintf("child job %s was %s: %s", child.ID, e.state, e.reason)
		parent := service.Job{Ref: service.Ref{Tenant: child.Tenant, ID: child.ParentID}}
		err := t.row(ctx, `update jobs set state = 'failed', error = $3, ended_at = {now}, updated_at = {now} where tenant = $1 and id = $2 returning kind`,
			child.Tenant, child.ParentID, text(reason)).Scan(&parent.Kind)
		if err == nil {
			err = emitJob(ctx, t, parent, service.StateFailed, reason)
		}
		if err != nil {
			return err
		}
		return stopChildren(ctx, t, child.Tenant, child.ParentID, family)
	case left > 0:
		return nil
	}
	_, err = t.exec(ctx, `update jobs set state = 'queued', gathering = true, crashes = 0, retries = 0, dispatched_at = 0, not_before = 0,
		updated_at = {now} where tenant = $1 and id = $2`, child.Tenant, child.ParentID)
	return err
}

// stopChildren cancels the queued children of one family and asks the running ones to stop.
func stopChildren(ctx context.Context, t *tx, tenant, parentID string, family int64) error {
	_, err := t.exec(ctx, `update jobs set
			state = case when state = 'queued' then 'cancelled' else state end,
			ended_at = case when state = 'queued' then {now} else ended_at end,
			cancel_requested = (state = 'running'), updated_at = {now}
		where tenant = $1 and parent_id = $2 and parent_id <> '' and family = $3 and state in ('queued', 'running')`, tenant, parentID, family)
	return err
}

// Children reads how the children of the job's last spawning ended, in the order of Spawn.
func (s *Store) Children(ctx context.Context, job service.Job) ([]service.Child, error) {
	var out []service.Child
	var apart []string
	doing := "reading children of job " + job.Ref.String()
	err := s.queryRead(ctx, doing, `select c.id, c.kind, c.state, c.error, r.body, coalesce(r.artefact, '')
		from jobs p join jobs c on c.tenant = p.tenant and c.parent_id = p.id and c.parent_id <> '' and c.family = p.family
		left join job_payloads r on r.tenant = c.tenant and r.job_id = c.id and r.role = 'result' and c.state = 'done'
		where p.tenant = $1 and p.id = $2 order by c.child_no`, []any{job.Tenant, job.ID},
		func(scan func(...any) error) error {
			var c service.Child
			var name string
			err := scan(&c.ID, &c.Kind, &c.State, &c.Error, &c.Result, &name)
			apart = append(apart, name)
			if c.State == service.StateDone {
				c.Result = bytesOf(c.Result) // a child may leave nothing
			}
			out = append(out, c)
			return err
		})
	for i, name := range apart {
		if name != "" && err == nil {
			out[i].Result, err = s.outside(ctx).artefact(job.Tenant, name)
			err = s.explain(doing, err)
		}
	}
	return out, err
}

// Cancel ends a queued or waiting job at once and asks a running one to stop.
func (s *Store) Cancel(ctx context.Context, ref service.Ref) (job service.Job, err error) {
	err = s.inTx(ctx, "cancelling job "+ref.String(), func(t *tx) error {
		if job, err = lockJob(ctx, t, ref); err != nil {
			return err
		}
		if err := cancelLocked(ctx, t, job); err != nil {
			return err
		}
		job, err = readJob(ctx, t, ref, "")
		return err
	})
	return job, err
}

func cancelLocked(ctx context.Context, t *tx, job service.Job) error {
	switch job.State {
	case service.StateRunning:
		_, err := t.exec(ctx, `update jobs set cancel_requested = true, updated_at = {now} where tenant = $1 and id = $2`, job.Tenant, job.ID)
		return err
	case service.StateQueued, service.StateWaiting:
		var family int64
		err := t.row(ctx, `update jobs set state = 'cancelled', ended_at = {now}, updated_at = {now} where tenant = $1 and id = $2 returning family`,
			job.Tenant, job.ID).Scan(&family)
		if err == nil {
			err = emitJob(ctx, t, job, service.StateCancelled, "it was asked for")
		}
		if err != nil {
			return err
		}
		if job.State == service.StateWaiting {
			return stopChildren(ctx, t, job.Tenant, job.ID, family)
		}
		return childEnded(ctx, t, job, family, ending{state: service.StateCancelled, reason: "it was asked for"})
	}
	return nil // ended
}

// Replay queues a failed or quarantined job afresh. A parent that failed while it waited fans out again; one that failed
// while gathering gathers again.
func (s *Store) Replay(ctx context.Context, ref service.Ref) (job service.Job, err error) {
	err = s.inTx(ctx, "replaying job "+ref.String(), func(t *tx) error {
		if job, err = lockJob(ctx, t, ref); err != nil {
			return err
		}
		if job.ParentID != "" {
			return fmt.Errorf("%w: job %s is a child; replay its parent %s", service.ErrConflict, ref, job.ParentID)
		}
		if job.State != service.StateFailed && job.State != service.StateQuarantined {
			return fmt.Errorf("%w: job %s is %s; only failed and quarantined jobs are replayed", service.ErrConflict, ref, job.State)
		}
		if _, err := t.exec(ctx, `update jobs set state = 'queued', crashes = 0, retries = 0, children_left = 0, dispatched_at = 0,
				not_before = 0, cancel_requested = false, progress = 0, sentence = '', error = '', ended_at = 0, updated_at = {now}
			where tenant = $1 and id = $2`, ref.Tenant, ref.ID); err != nil {
			return err
		}
		job, err = readJob(ctx, t, ref, "")
		return err
	})
	return job, err
}
