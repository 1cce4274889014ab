package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// ending is how one run of a job ends. Exactly one of state and requeue is meant: state ends the job, requeue queues it.
type ending struct {
	state    service.State
	reason   string
	result   service.Result // state done only
	requeue  bool
	delay    time.Duration
	retried  bool   // counts as a transient failure
	crashed  bool   // counts as a crash
	onlyDead bool   // only if the lease ran out: the reaper's guard
	onlyIf   string // a further guard in SQL
}

// endCall is one end waiting for its group.
type endCall struct {
	call
	job service.Job
	end ending
}

// Finish stores the result and ends the job as done in one transaction.
func (s *Store) Finish(ctx context.Context, job service.Job, r service.Result) error {
	if err := checkResult(r); err != nil {
		return err
	}
	return s.end(ctx, job, ending{state: service.StateDone, result: r})
}

// Fail ends the job as failed.
func (s *Store) Fail(ctx context.Context, job service.Job, reason string) error {
	return s.end(ctx, job, ending{state: service.StateFailed, reason: reason})
}

// EndCancelled ends the job as cancelled.
func (s *Store) EndCancelled(ctx context.Context, job service.Job) error {
	return s.end(ctx, job, ending{state: service.StateCancelled})
}

// Retry queues the job again after delay.
func (s *Store) Retry(ctx context.Context, job service.Job, reason string, delay time.Duration) error {
	return s.end(ctx, job, ending{requeue: true, reason: reason, delay: delay, retried: true})
}

// Postpone queues the job again after delay, counting nothing.
func (s *Store) Postpone(ctx context.Context, job service.Job, reason string, delay time.Duration) error {
	return s.end(ctx, job, ending{requeue: true, reason: reason, delay: delay})
}

// Release queues the job again at once, counting nothing.
func (s *Store) Release(ctx context.Context, job service.Job) error {
	return s.end(ctx, job, ending{requeue: true})
}

// end ends one run. Small ends are committed in groups; one that writes facts or a plan goes alone.
func (s *Store) end(ctx context.Context, job service.Job, e ending) error {
	doing := "ending job " + job.Ref.String()
	if r := e.result; r.Plan != nil || r.Import != nil || r.CreditModel != nil || r.RoadSpeeds != nil || len(r.Forecasts) > 0 {
		return s.inTx(ctx, doing, func(t *tx) error { return endRun(ctx, t, job, e) })
	}
	c := &endCall{call: newCall(), job: job, end: e}
	s.ends.add(c)
	return s.explain(doing, c.await(ctx))
}

// endBatch runs one group of ends. A lost token spoils nobody else's end; any other error makes each run alone.
func (s *Store) endBatch(ctx context.Context, batch []*endCall) {
	slices.SortStableFunc(batch, func(a, b *endCall) int { // one order for all who lock: see lockJob
		return cmp.Or(cmp.Compare(a.job.Tenant, b.job.Tenant), cmp.Compare(a.job.ParentID, b.job.ParentID), cmp.Compare(a.job.ID, b.job.ID))
	})
	lost := make([]error, len(batch))
	err := s.inTx(ctx, "ending jobs", func(t *tx) error {
		for i, c := range batch {
			lost[i] = endRun(ctx, t, c.job, c.end)
			if lost[i] != nil && !errors.Is(lost[i], service.ErrTokenLost) {
				return lost[i]
			}
		}
		return nil
	})
	for i, c := range batch {
		switch {
		case err == nil:
			c.finish(lost[i])
		case len(batch) == 1 || errors.Is(err, service.ErrUnavailable):
			c.finish(err)
		default:
			c.finish(s.inTx(ctx, "ending a job", func(t *tx) error { return endRun(ctx, t, c.job, c.end) }))
		}
	}
}

// endRun writes one end, guarded by the token. ErrTokenLost means that nothing was written.
func endRun(ctx context.Context, t *tx, job service.Job, e ending) error {
	if err := lockParent(ctx, t, job.Tenant, job.ParentID); err != nil {
		return err
	}
	if e.requeue {
		err := requeue(ctx, t, job, e)
		if !errors.Is(err, service.ErrTokenLost) {
			return err
		}
		e = ending{state: service.StateCancelled, crashed: e.crashed, onlyDead: e.onlyDead, onlyIf: ` and cancel_requested`}
	}
	var family int64
	query := `update jobs set state = $4, error = $5, ended_at = {now}, updated_at = {now}, lease_until = 0, result_bytes = $6,
			crashes = crashes + $7, progress = case when $4 = 'done' then 1 else progress end,
			sentence = case when $8 = '' then sentence else $8 end
		where tenant = $1 and id = $2 and attempt = $3 and state = 'running'` + e.onlyIf
	if e.onlyDead {
		query += ` and lease_until < {now}`
	}
	err := t.row(ctx, query+` returning family`, job.Tenant, job.ID, job.Attempt, string(e.state), text(e.reason), len(e.result.Body),
		boolInt(e.crashed), text(e.result.Sentence)).Scan(&family)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: job %s, attempt %d", service.ErrTokenLost, job.Ref, job.Attempt)
	case err != nil:
		return err
	}
	if e.state == service.StateDone {
		if err := writeResult(ctx, t, job, e.result); err != nil {
			return err
		}
	}
	if err := emitJob(ctx, t, job, e.state, e.reason); err != nil {
		return err
	}
	return childEnded(ctx, t, job, family, e)
}

// emitJob tells of a job's end; of a family the parent's alone.
func emitJob(ctx context.Context, t *tx, job service.Job, state service.State, reason string) error {
	if job.ParentID != "" {
		return nil
	}
	return emit(ctx, t, job.Tenant, "job."+string(state), job.ID, map[string]any{"id": job.ID, "kind": job.Kind, "state": state, "error": text(reason)})
}

// requeue queues the job unless it is to be cancelled.
func requeue(ctx context.Context, t *tx, job service.Job, e ending) error {
	query := `update jobs set state = 'queued', error = $4, not_before = {now} + $5, retries = retries + $6, crashes = crashes + $7,
			dispatched_at = 0, lease_until = 0, updated_at = {now}
		where tenant = $1 and id = $2 and attempt = $3 and state = 'running' and not cancel_requested`
	if e.onlyDead {
		query += ` and lease_until < {now}`
	}
	n, err := t.exec(ctx, query, job.Tenant, job.ID, job.Attempt, text(e.reason), e.delay.Microseconds(), boolInt(e.retried), boolInt(e.crashed))
	if err == nil && n == 0 {
		return service.ErrTokenLost
	}
	return err
}

// writeResult stores what a finished job leaves behind.
func writeResult(ctx context.Context, t *tx, job service.Job, r service.Result) error {
	if r.CreditModel != nil {
		version, err := writeCreditModel(ctx, t, job, r.CreditModel)
		if err == nil && r.CreditModel.Answer != nil {
			r.Body, err = r.CreditModel.Answer(version)
		}
		if err != nil {
			return err
		}
	}
	if len(r.Body) > 0 {
		row, err := payloadRow(ctx, t, job.Tenant, job.ID, "result", r.Body)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `insert into job_payloads (`+payloadColumns+`) values ($1, $2, $3, $4, $5)
			on conflict (tenant, job_id, role) do update set body = excluded.body, artefact = excluded.artefact`, row...)
		if err != nil {
			return err
		}
	}
	for _, m := range r.Messages {
		_, err := t.exec(ctx, `insert into messages (tenant, id, job_id, topic, body, created_at) values ($1, $2, $3, $4, $5, {now})`,
			job.Tenant, newID(), job.ID, text(m.Topic), bytesOf(m.Body))
		if err != nil {
			return err
		}
	}
	if r.Import != nil {
		if _, _, err := writeImport(ctx, t, job.Tenant, *r.Import); err != nil {
			return err
		}
	}
	if err := writeForecasts(ctx, t, job.Tenant, r.Forecasts); err != nil {
		return err
	}
	if r.RoadSpeeds != nil {
		if err := addSpeeds(ctx, t, job.Tenant, r.RoadSpeeds.Profile, r.RoadSpeeds.Speeds); err != nil {
			return err
		}
	}
	if r.Plan != nil {
		p := *r.Plan
		p.JobID = job.ID
		if _, err := writePlan(ctx, t, job.Tenant, p); err != nil {
			return err
		}
	}
	return nil
}

// checkResult refuses what would be refused inside the transaction anyway, with a better text.
func checkResult(r service.Result) error {
	if r.Import != nil {
		if err := checkImport(*r.Import); err != nil {
			return err
		}
	}
	if r.Plan != nil {
		if err := checkPlan(*r.Plan); err != nil {
			return err
		}
	}
	return errors.Join(checkForecasts(r.Forecasts), checkCreditModel(r.CreditModel))
}

// Reap brings back, quarantines or cancels jobs whose lease ran out, from SQL alone.
func (s *Store) Reap(ctx context.Context, limit int) (int, error) {
	type dead struct {
		job     service.Job
		crashes int
	}
	var found []dead
	err := s.queryRead(ctx, "looking for expired leases", `select `+jobColumns+` from jobs
		where state = 'running' and lease_until < {now} order by lease_until limit $1`, []any{limit},
		func(scan func(...any) error) error {
			job, err := scanJob(scan)
			found = append(found, dead{job, job.Crashes + 1})
			return err
		})
	if err != nil {
		return 0, err
	}
	moved := 0
	var stuck error // one job that cannot be moved may not keep the others
	for _, d := range found {
		e := ending{requeue: true, crashed: true, onlyDead: true}
		if d.crashes >= service.MaxCrashes && !d.job.CancelRequested {
			e = ending{state: service.StateQuarantined, crashed: true, onlyDead: true,
				reason: fmt.Sprintf("its worker fell silent %d times", d.crashes)}
		}
		err := s.inTx(ctx, "bringing back job "+d.job.Ref.String(), func(t *tx) error { return endRun(ctx, t, d.job, e) })
		switch {
		case err == nil:
			moved++
		case errors.Is(err, service.ErrUnavailable) || ctx.Err() != nil:
			return moved, err
		case !errors.Is(err, service.ErrTokenLost): // somebody was faster: fine
			stuck = errors.Join(stuck, err)
		}
	}
	return moved, stuck
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
