package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quartermaster/internal/service"
)

// Leases and completions come by the thousand a second, each of a statement or two whose preparing costs more than its rows.
// So those that wait for one transaction anyhow go in one statement, and each caller is told what became of its own.

// mostJoint is the most tasks that a lease which goes together with others asks for; who asks for more has a statement of its own.
const mostJoint = 100

// leaseWork is one call of LeaseTasks.
type leaseWork struct {
	tenant, siteID string
	filter         service.TaskFilter
	ttl            time.Duration
	limit          int
	out            []service.FloorTask
}

func (w *leaseWork) kin() string {
	if w.limit > mostJoint {
		return ""
	}
	f := w.filter
	f.Max = 0
	return fmt.Sprintf("lease %q %q %d %q", w.tenant, w.siteID, w.ttl, []any{f.Kinds, f.Workers, f.Stations, f.Zones, f.RobotTypes, f.Skills})
}

// leasing gives the tasks that are next to the callers in the order in which they came: the first limit to the first, and so
// on. Open tasks and leases that ran out are looked up apart, each by an index of its own: a look does not pass over all that is
// leased just now. given gives the rows of callers: from and to which turn, and the lease.
func leasing(given, where string) string {
	return `with late as materialized (
			select plan_id, id, start_sec, priority from tasks
			where tenant = $1 and plan_id` + planID + ` and site_id = $3 and blockers = 0 and state = 'leased' and lease_until < {now}` + where + `
			order by priority desc, start_sec, id limit $5 {skip}),
		fresh as materialized (
			select plan_id, id, start_sec, priority from tasks
			where tenant = $1 and plan_id` + planID + ` and site_id = $3 and blockers = 0 and state = 'open' and not_before <= {now}` + where + `
			order by priority desc, start_sec, id limit $5 {skip}),
		next as (
			select plan_id as of_plan, id as of_task, row_number() over (order by priority desc, start_sec, id) as turn
			from (select * from late union all select * from fresh) as ready order by turn limit $5),
		given (from_turn, to_turn, lease) as (` + given + `)
		update tasks set state = 'leased', lease_id = lease, lease_until = {now} + $4, progress = 0, fence = fence + 1
		from next join given on turn between from_turn and to_turn
		where tenant = $1 and plan_id = of_plan and id = of_task
		returning ` + taskColumns
}

// turns are whose turn it is among callers who lease together.
type turns struct {
	by       map[string]*leaseWork
	leases   []string
	from, to []int64
}

func turnsOf(all []smallWork) turns {
	t := turns{by: map[string]*leaseWork{}}
	total := int64(0)
	for _, x := range all {
		x := x.(*leaseWork)
		x.out = nil
		id := newID()
		t.by[id] = x
		t.leases, t.from, t.to = append(t.leases, id), append(t.from, total+1), append(t.to, total+int64(x.limit))
		total += int64(x.limit)
	}
	return t
}

// total is how many tasks all of them ask for.
func (t turns) total() int64 { return t.to[len(t.to)-1] }

// take hands a task to whom it was leased.
func (t turns) take(scan func(...any) error) error {
	task, err := scanTask(scan)
	if x := t.by[task.LeaseID]; x != nil {
		x.out = append(x.out, task)
	}
	return err
}

// sort puts each caller's tasks into the order in which they come next.
func (t turns) sort() {
	for _, x := range t.by {
		slices.SortFunc(x.out, func(a, b service.FloorTask) int {
			return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.StartSec, b.StartSec), cmp.Compare(a.ID, b.ID))
		})
	}
}

// doAll leases for all in one statement.
func (w *leaseWork) doAll(ctx context.Context, t *tx, all []smallWork) ([]error, error) {
	turns := turnsOf(all)
	args := []any{w.tenant, "", w.siteID, w.ttl.Microseconds(), turns.total()}
	var given strings.Builder
	for i, id := range turns.leases {
		if i > 0 {
			given.WriteByte(',')
		}
		args = append(args, id)
		fmt.Fprintf(&given, "(%d, %d, $%d)", turns.from[i], turns.to[i], len(args))
	}
	where, args, err := chosen(w.filter, args)
	if err != nil {
		return nil, err
	}
	rows, err := t.query(ctx, leasing("values "+given.String(), where), args...)
	if err != nil {
		return nil, err
	}
	err = eachRow(rows, turns.take)
	turns.sort()
	return make([]error, len(all)), err
}

// inOneTrip leases for all in one round trip.
func (w *leaseWork) inOneTrip(ctx context.Context, s *Store, all []smallWork) ([]error, error) {
	turns := turnsOf(all)
	where, args, err := chosen(w.filter, []any{w.tenant, "", w.siteID, w.ttl.Microseconds(), turns.total(), turns.from, turns.to, turns.leases})
	if err != nil {
		return nil, err
	}
	err = s.statement(ctx, s.writer, leasing("select * from unnest($6::bigint[], $7::bigint[], $8::text[])", where), args, turns.take)
	turns.sort()
	return make([]error, len(all)), err
}

// doneWork is one call of CompleteTask.
type doneWork struct {
	tenant string
	ref    service.TaskRef
}

func (w *doneWork) kin() string { return fmt.Sprintf("done %q %q", w.tenant, w.ref.PlanID) }

func refsOf(all []smallWork) []service.TaskRef {
	refs := make([]service.TaskRef, len(all))
	for i, x := range all {
		refs[i] = x.(*doneWork).ref
	}
	return refs
}

// sortedByTask puts completions into one order, so that two who lock meet in it.
func sortedByTask(refs []service.TaskRef) []service.TaskRef {
	return slices.SortedFunc(slices.Values(refs), func(a, b service.TaskRef) int { return strings.Compare(a.TaskID, b.TaskID) })
}

// doAll ends the tasks whose leases hold and frees those that wait for them; of each other it tells why not.
func (w *doneWork) doAll(ctx context.Context, t *tx, all []smallWork) ([]error, error) {
	refs := refsOf(all)
	args := []any{w.tenant, w.ref.PlanID}
	for _, r := range sortedByTask(refs) {
		args = append(args, r.TaskID, r.LeaseID, r.SiteID)
	}
	rows, err := t.query(ctx, `with given (of_task, lease, at_site) as (values `+tuples(len(refs), 3, 3)+`)
		update tasks set state = 'done', reason = '', lease_until = 0 from given
		where tenant = $1 and plan_id = $2 and id = of_task and lease_id = lease and state = 'leased' and (at_site = '' or site_id = at_site)
		returning id, lease_id`, args...)
	if err != nil {
		return nil, err
	}
	ended := map[[2]string]bool{}
	free := []any{w.tenant, w.ref.PlanID}
	err = eachRow(rows, func(scan func(...any) error) error {
		var id, lease string
		err := scan(&id, &lease)
		if key := [2]string{id, lease}; !ended[key] {
			ended[key] = true
			free = append(free, id)
		}
		return err
	})
	if err == nil && len(ended) > 0 {
		_, err = t.exec(ctx, `with freed as materialized (select task_id, count(*) as times from task_needs
				where tenant = $1 and plan_id = $2 and needs_id in (values `+tuples(len(ended), 1, 3)+`) group by task_id)
			update tasks set blockers = blockers - (select times from freed where task_id = tasks.id)
			where tenant = $1 and plan_id = $2 and id in (select task_id from freed)`, free...)
	}
	if err != nil {
		return nil, err
	}
	return w.tell(refs, ended, func(r service.TaskRef) error { return whyNotLeased(ctx, t.read, w.tenant, r, service.TaskDone) })
}

// inOneTrip ends and frees in one round trip. No task is in both parts: one that is leased waits for none.
func (w *doneWork) inOneTrip(ctx context.Context, s *Store, all []smallWork) ([]error, error) {
	refs := refsOf(all)
	var ids, leases, sites []string
	for _, r := range sortedByTask(refs) {
		ids, leases, sites = append(ids, r.TaskID), append(leases, r.LeaseID), append(sites, r.SiteID)
	}
	ended := map[[2]string]bool{}
	err := s.statement(ctx, s.writer, `with given (of_task, lease, at_site) as (select * from unnest($3::text[], $4::text[], $5::text[])),
		ended as (update tasks set state = 'done', reason = '', lease_until = 0 from given
			where tenant = $1 and plan_id = $2 and id = of_task and lease_id = lease and state = 'leased' and (at_site = '' or site_id = at_site)
			returning id, lease_id),
		freed as (select task_id, count(*) as times from task_needs
			where tenant = $1 and plan_id = $2 and needs_id in (select id from ended) group by task_id),
		free as (update tasks set blockers = blockers - times from freed where tenant = $1 and plan_id = $2 and id = task_id)
		select id, lease_id from ended`, []any{w.tenant, w.ref.PlanID, ids, leases, sites}, func(scan func(...any) error) error {
		var key [2]string
		err := scan(&key[0], &key[1])
		ended[key] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.tell(refs, ended, func(r service.TaskRef) error { return whyNotLeased(ctx, s.readRow, w.tenant, r, service.TaskDone) })
}

// tell says of each completion that ended nothing why.
func (w *doneWork) tell(refs []service.TaskRef, ended map[[2]string]bool, why func(r service.TaskRef) error) ([]error, error) {
	own := make([]error, len(refs))
	for i, r := range refs {
		if ended[[2]string{r.TaskID, r.LeaseID}] {
			continue
		}
		own[i] = why(r)
		if own[i] != nil && !errors.Is(own[i], service.ErrNotFound) && !errors.Is(own[i], service.ErrTokenLost) {
			return nil, own[i]
		}
	}
	return own, nil
}
