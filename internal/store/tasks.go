package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/service"
)

// taskColumns are all columns of a task but tenant and blockers, in the order scanTask reads them.
const taskColumns = `plan_id, id, site_id, kind, worker, start_sec, end_sec, state, lease_id, lease_until, fence, reason, depends, payload,
	priority, station, zone, robot_type, skill, avoid, not_before, progress, exception`

func scanTask(scan func(...any) error) (t service.FloorTask, err error) {
	var depends []byte
	err = scan(&t.PlanID, &t.ID, &t.SiteID, &t.Kind, &t.Worker, &t.StartSec, &t.EndSec, &t.State, &t.LeaseID, &t.LeaseUntilUs,
		&t.Fence, &t.Reason, &depends, &t.Payload,
		&t.Priority, &t.Station, &t.Zone, &t.RobotType, &t.Skill, &t.Avoid, &t.NotBeforeUs, &t.Progress, &t.Exception)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(depends, &t.DependsOn); err != nil {
		return t, fmt.Errorf("%w: dependencies of task %s: %w", errPacked, t.ID, err)
	}
	return t, nil
}

// LeaseTasks gives out tasks whose dependencies are done. All tasks of one call share one lease id.
func (s *Store) LeaseTasks(ctx context.Context, tenant, siteID string, f service.TaskFilter, ttl time.Duration) ([]service.FloorTask, error) {
	if ttl <= 0 {
		return nil, invalid("lease of %s is not above zero", ttl)
	}
	w := &leaseWork{tenant: tenant, siteID: siteID, filter: f, ttl: ttl, limit: min(max(f.Max, 1), 1000)}
	if err := s.jointTx(ctx, "leasing tasks of site "+siteID, w, s.leases); err != nil {
		return nil, err
	}
	return w.out, nil
}

// CompleteTask ends a leased task as done and frees those that wait for it. A lease that ran out but was not given to
// anybody else still counts: the work was done.
func (s *Store) CompleteTask(ctx context.Context, tenant string, ref service.TaskRef) error {
	return s.jointTx(ctx, "completing task "+ref.TaskID, &doneWork{tenant: tenant, ref: ref}, s.dones)
}

// FailTask ends a leased task as failed; those that wait for it are blocked until a new plan (see TaskPage).
func (s *Store) FailTask(ctx context.Context, tenant string, ref service.TaskRef, reason string) error {
	return s.smallTx(ctx, "failing task "+ref.TaskID, func(ctx context.Context, t *tx) error {
		changed, err := endTask(ctx, t, tenant, ref, service.TaskFailed, reason)
		if err != nil || !changed {
			return err
		}
		return emit(ctx, t, tenant, service.TopicTaskFailed, ref.PlanID+"/"+ref.TaskID, map[string]any{"plan_id": ref.PlanID, "task_id": ref.TaskID, "reason": text(reason)})
	})
}

// leasedTask is the condition that chooses a task by its lease, with leasedArgs as $1 to $5.
const leasedTask = `tenant = $1 and plan_id = $2 and id = $3 and lease_id = $4 and state = 'leased' and ($5 = '' or site_id = $5)`

func leasedArgs(tenant string, ref service.TaskRef) []any {
	return []any{tenant, ref.PlanID, ref.TaskID, ref.LeaseID, ref.SiteID}
}

// endTask ends a task under its lease; changed is false when the same lease ended it the same way before.
func endTask(ctx context.Context, t *tx, tenant string, ref service.TaskRef, state service.TaskState, reason string) (changed bool, err error) {
	n, err := t.exec(ctx, `update tasks set state = $6, reason = $7, lease_until = 0 where `+leasedTask,
		append(leasedArgs(tenant, ref), string(state), text(reason))...)
	if err != nil || n > 0 {
		return n > 0, err
	}
	return false, whyNotLeased(ctx, t.read, tenant, ref, state)
}

// whyNotLeased tells a task that is not there from a lease that is not the task's; ended as wanted under it is no error.
func whyNotLeased(ctx context.Context, read rowReader, tenant string, ref service.TaskRef, wanted service.TaskState) error {
	var state service.TaskState
	var lease string
	err := read(ctx, `select state, lease_id from tasks where tenant = $1 and plan_id = $2 and id = $3 and ($4 = '' or site_id = $4)`,
		tenant, ref.PlanID, ref.TaskID, ref.SiteID)(&state, &lease)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: task %s of plan %s", service.ErrNotFound, ref.TaskID, ref.PlanID)
	case err != nil:
		return err
	case lease == ref.LeaseID && lease != "" && state == wanted:
		return nil
	}
	return fmt.Errorf("%w: task %s is %s and not under lease %q", service.ErrTokenLost, ref.TaskID, state, ref.LeaseID)
}

// ExtendTask moves the end of a lease to ttl from now.
func (s *Store) ExtendTask(ctx context.Context, tenant string, ref service.TaskRef, ttl time.Duration) (leaseUntilUs int64, err error) {
	return s.extend(ctx, tenant, ref, ttl, "")
}

// ReturnTask puts a leased task back; its old lease can do nothing more.
func (s *Store) ReturnTask(ctx context.Context, tenant string, ref service.TaskRef) error {
	return s.smallTx(ctx, "returning task "+ref.TaskID, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `update tasks set state = 'open', lease_id = '', lease_until = 0 where `+leasedTask, leasedArgs(tenant, ref)...)
		if err != nil || n > 0 {
			return err
		}
		return whyNotLeased(ctx, t.read, tenant, ref, service.TaskOpen)
	})
}

// Tasks lists a plan's tasks by start, then id.
func (s *Store) Tasks(ctx context.Context, tenant, id, siteID string) ([]service.FloorTask, error) {
	var out []service.FloorTask
	err := s.queryRead(ctx, "listing tasks", `select `+taskColumns+` from tasks
		where tenant = $1 and plan_id`+planID+` and ($3 = '' or site_id = $3) order by start_sec, id`, []any{tenant, id, siteID},
		func(scan func(...any) error) error {
			task, err := scanTask(scan)
			out = append(out, task)
			return err
		})
	return out, err
}
