package store

import (
	"context"

	"quartermaster/internal/service"
)

// jobColumns are all columns of a job that service.Job has, in the order scanJob reads them.
const jobColumns = `tenant, id, kind, state, priority, attempt, crashes, retries, lease_until, dispatched_at, not_before,
	cancel_requested, progress, sentence, error, parent_id, gathering, children_left, on_child_error,
	idempotency_key, input_hash, input_bytes, result_bytes, trace_parent, created_at, updated_at, started_at, ended_at`

func scanJob(scan func(dest ...any) error) (j service.Job, err error) {
	err = scan(&j.Tenant, &j.ID, &j.Kind, &j.State, &j.Priority, &j.Attempt, &j.Crashes, &j.Retries, &j.LeaseUntilUs,
		&j.DispatchedUs, &j.NotBeforeUs, &j.CancelRequested, &j.Progress, &j.Sentence, &j.Error, &j.ParentID, &j.Gathering,
		&j.ChildrenLeft, &j.OnChildError, &j.IdempotencyKey, &j.InputHash, &j.InputBytes, &j.ResultBytes, &j.TraceParent,
		&j.CreatedUs, &j.UpdatedUs, &j.StartedUs, &j.EndedUs)
	return j, err
}

// readJob reads one job inside a transaction; clause is {lock} or empty.
func readJob(ctx context.Context, t *tx, ref service.Ref, clause string) (service.Job, error) {
	return scanJob(t.row(ctx, `select `+jobColumns+` from jobs where tenant = $1 and id = $2 `+clause, ref.Tenant, ref.ID).Scan)
}

// lockJob takes a job's row, its parent's before it: all transactions that touch a family lock from the top, so that
// none waits for another in a circle. A row that is not there locks nothing.
func lockJob(ctx context.Context, t *tx, ref service.Ref) (service.Job, error) {
	job, err := readJob(ctx, t, ref, "")
	if err != nil {
		return job, err
	}
	if err := lockParent(ctx, t, job.Tenant, job.ParentID); err != nil {
		return job, err
	}
	return readJob(ctx, t, ref, "{lock}")
}

func lockParent(ctx context.Context, t *tx, tenant, parentID string) error {
	if parentID == "" {
		return nil
	}
	var id string
	return t.row(ctx, `select id from jobs where tenant = $1 and id = $2 {lock}`, tenant, parentID).Scan(&id)
}
