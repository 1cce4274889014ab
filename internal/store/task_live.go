package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/service"
)

// ReportTask notes how far a leased task is and keeps it longer.
func (s *Store) ReportTask(ctx context.Context, tenant string, ref service.TaskRef, percent int, ttl time.Duration) (leaseUntilUs int64, err error) {
	if percent < 0 || percent > 100 {
		return 0, invalid("progress of %d percent is not between 0 and 100", percent)
	}
	return s.extend(ctx, tenant, ref, ttl, `, progress = $7`, percent)
}

// extend moves the end of a lease to ttl from now, and sets what else is given, from $7 on.
func (s *Store) extend(ctx context.Context, tenant string, ref service.TaskRef, ttl time.Duration, also string, args ...any) (until int64, err error) {
	if ttl <= 0 {
		return 0, invalid("lease of %s is not above zero", ttl)
	}
	err = s.smallTx(ctx, "extending task "+ref.TaskID, func(ctx context.Context, t *tx) error {
		err := t.row(ctx, `update tasks set lease_until = {now} + $6`+also+` where `+leasedTask+` returning lease_until`,
			append(append(leasedArgs(tenant, ref), ttl.Microseconds()), args...)...).Scan(&until)
		if errors.Is(err, sql.ErrNoRows) {
			return whyNotLeased(ctx, t.read, tenant, ref, service.TaskLeased)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return until, nil
}

// ExceptTask ends a lease by an exception, with all that follows from it.
func (s *Store) ExceptTask(ctx context.Context, tenant string, ref service.TaskRef, e service.TaskException) (out service.TaskOutcome, err error) {
	err = s.smallTx(ctx, "taking in an exception of task "+ref.TaskID, func(ctx context.Context, t *tx) error {
		out = service.TaskOutcome{State: service.TaskOpen}
		var site, worker, zone string
		err := t.row(ctx, `select site_id, worker, zone from tasks where `+leasedTask+` {lock}`, leasedArgs(tenant, ref)...).Scan(&site, &worker, &zone)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			out.State = service.TaskFailed // told before, under the same lease
			return whyNotLeased(ctx, t.read, tenant, ref, service.TaskFailed)
		case err != nil:
			return err
		}
		switch e.Code {
		case service.BlockedAisle:
			out.Also, err = holdZone(ctx, t, tenant, ref, site, zone, e)
		case service.RobotFailure:
			out.Also, err = freeOfWorker(ctx, t, tenant, ref, site, worker, e)
		case service.ShortPick, service.Damaged:
			if out.Stock, err = correctStock(ctx, t, tenant, ref, site, e); err == nil {
				out.State, err = service.TaskFailed, s.failFor(ctx, t, tenant, ref, e)
			}
		case service.OtherException:
			out.State, err = service.TaskFailed, s.failFor(ctx, t, tenant, ref, e)
		default:
			err = invalid("the exception code %q is not known", e.Code)
		}
		if err != nil {
			return err
		}
		return emit(ctx, t, tenant, service.TopicTaskException, ref.PlanID+"/"+ref.TaskID, map[string]any{"plan_id": ref.PlanID, "task_id": ref.TaskID,
			"warehouse": site, "worker": worker, "code": e.Code, "note": text(e.Note), "item_id": e.ItemID, "units": e.Units, "status": out.State, "also": out.Also})
	})
	return out, err
}

// failFor ends the task as failed by an exception.
func (s *Store) failFor(ctx context.Context, t *tx, tenant string, ref service.TaskRef, e service.TaskException) error {
	if _, err := endTask(ctx, t, tenant, ref, service.TaskFailed, string(e.Code)+": "+e.Note); err != nil {
		return err
	}
	_, err := t.exec(ctx, `update tasks set exception = $4 where tenant = $1 and plan_id = $2 and id = $3`, tenant, ref.PlanID, ref.TaskID, string(e.Code))
	return err
}

// reopen gives the task back, with what else is set of it, by the value $4, and of the others that the condition names, by the
// rest from $5 on; it counts these.
func reopen(ctx context.Context, t *tx, tenant string, ref service.TaskRef, e service.TaskException, set string, value any, others string, rest ...any) (also int64, err error) {
	args := []any{tenant, ref.PlanID, ref.TaskID, value}
	also, err = t.exec(ctx, `update tasks set `+set+` where tenant = $1 and plan_id = $2 and id <> $3 and state = 'open' and `+others, append(args, rest...)...)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, `update tasks set state = 'open', lease_id = '', lease_until = 0, reason = $5, exception = $6, `+set+`
		where tenant = $1 and plan_id = $2 and id = $3`, append(args[:4:4], text(e.Note), string(e.Code))...)
	return also, err
}

// holdZone gives nothing out in a zone for a while.
func holdZone(ctx context.Context, t *tx, tenant string, ref service.TaskRef, site, zone string, e service.TaskException) (int64, error) {
	return reopen(ctx, t, tenant, ref, e, `not_before = {now} + $4`, e.HoldSec*1_000_000, `site_id = $5 and zone = $6 and zone <> ''`, site, zone)
}

// freeOfWorker gives a robot's tasks to any other.
func freeOfWorker(ctx context.Context, t *tx, tenant string, ref service.TaskRef, site, worker string, e service.TaskException) (int64, error) {
	return reopen(ctx, t, tenant, ref, e, `avoid = $4, worker = ''`, worker, `site_id = $5 and worker = $4 and worker <> ''`, site)
}

// correctStock makes the stock what was found of it.
func correctStock(ctx context.Context, t *tx, tenant string, ref service.TaskRef, site string, e service.TaskException) (*service.Movement, error) {
	m := service.Movement{ID: newID(), ItemID: e.ItemID, SiteID: site, Kind: service.MoveCounted, Qty: e.Units, AtUs: e.AtUs,
		Reason: fmt.Sprintf("%s, task %s: %s", e.Code, ref.TaskID, e.Note)}
	if e.Code == service.Damaged {
		m.Kind, m.Qty = service.MoveAdjusted, -e.Units
	}
	if err := checkMovements([]service.Movement{m}); err != nil {
		return nil, err
	}
	m, err := move(ctx, t, tenant, m)
	if err != nil {
		return nil, err
	}
	return &m, emit(ctx, t, tenant, service.TopicStockMoved, m.ItemID+"/"+m.SiteID, movementEvent(m))
}

// mostPriority bounds priorities on either side.
const mostPriority = 1000

// ChangeTask changes a task that has not ended.
func (s *Store) ChangeTask(ctx context.Context, tenant string, ref service.TaskRef, c service.TaskChange) (out service.FloorTask, err error) {
	set, args := "", []any{tenant, ref.PlanID, ref.TaskID, ref.SiteID}
	add := func(column string, value any) {
		args = append(args, value)
		set += fmt.Sprintf(", %s = $%d", column, len(args))
	}
	if c.Priority != nil {
		if *c.Priority < -mostPriority || *c.Priority > mostPriority {
			return out, invalid("priority %d is not between %d and %d", *c.Priority, -mostPriority, mostPriority)
		}
		add("priority", *c.Priority)
	}
	for _, f := range []struct {
		column string
		value  *string
	}{{"station", c.Station}, {"zone", c.Zone}, {"robot_type", c.RobotType}, {"skill", c.Skill}} {
		if f.value != nil {
			add(f.column, text(*f.value))
		}
	}
	if set == "" {
		return out, invalid("nothing of task %s is to be changed: give a priority, station, zone, robot type or skill", ref.TaskID)
	}
	err = s.smallTx(ctx, "changing task "+ref.TaskID, func(ctx context.Context, t *tx) error {
		const one = ` from tasks where tenant = $1 and plan_id = $2 and id = $3 and ($4 = '' or site_id = $4)`
		var state service.TaskState
		err := t.row(ctx, `select state`+one, args[:4]...).Scan(&state)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("%w: task %s of plan %s", service.ErrNotFound, ref.TaskID, ref.PlanID)
		case err != nil:
			return err
		case state != service.TaskOpen && state != service.TaskLeased:
			return fmt.Errorf("%w: task %s is %s already", service.ErrConflict, ref.TaskID, state)
		}
		if _, err := t.exec(ctx, `update tasks set `+set[2:]+` where tenant = $1 and plan_id = $2 and id = $3 and ($4 = '' or site_id = $4)`, args...); err != nil {
			return err
		}
		out, err = scanTask(t.row(ctx, `select `+taskColumns+one, args[:4]...).Scan)
		return err
	})
	return out, err
}

// HeldLeases tells which leases hold tasks still.
func (s *Store) HeldLeases(ctx context.Context, tenant, siteID string, leases []string) (held []string, err error) {
	if len(leases) == 0 {
		return nil, nil
	}
	args := []any{tenant, "", siteID}
	for _, l := range leases {
		args = append(args, l)
	}
	err = s.queryRead(ctx, "looking after leases", `select lease_id from tasks where tenant = $1 and plan_id`+planID+` and site_id = $3 and blockers = 0
		and state = 'leased' and lease_until >= {now} and lease_id in (values `+tuples(len(leases), 1, 4)+`)`, args,
		func(scan func(...any) error) error {
			var l string
			err := scan(&l)
			held = append(held, l)
			return err
		})
	return held, err
}
