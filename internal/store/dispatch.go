package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// Bounds of one round of dispatching.
const (
	maxWaitingTenants = 1000 // served in one round; the others come when these have had their turn
	leastShare        = 32   // names that one tenant may have on their way, however small the window
)

// Dispatch chooses due jobs and notes that they are on their way, within the window of all processes together. One tenant
// may have a quarter of the window on its way, and of several that wait, the one with the fewest comes next (max-min
// fairness: Bertsekas and Gallager, Data Networks, 1992, section 6.5.2), so that a tenant with a few jobs never waits for
// all of one with thousands. Within a tenant the most urgent and then the oldest job comes first; between tenants no
// priority counts, or one could push all others aside.
func (s *Store) Dispatch(ctx context.Context, window int, resend time.Duration) ([]service.QueueItem, error) {
	var items []service.QueueItem
	err := s.inTx(ctx, "choosing jobs to dispatch", func(t *tx) error {
		items = nil
		under, total, err := onTheirWay(ctx, t, resend)
		if err != nil || total >= window {
			return err
		}
		waiting, err := waitingTenants(ctx, t)
		if err != nil || len(waiting) == 0 {
			return err
		}
		share := max(leastShare, window/4)
		due := make([][]service.QueueItem, 0, len(waiting))
		for _, tenant := range waiting {
			room := min(share-under[tenant], window-total)
			if room <= 0 {
				continue
			}
			next, err := nextDue(ctx, t, tenant, resend, room)
			if err != nil {
				return err
			}
			due = append(due, next)
		}
		if len(waiting) > 1 {
			level(due)
		}
		items = takeTurns(due, under, window-total)
		return noteSent(ctx, t, items)
	})
	return items, err
}

// onTheirWay counts the names that are in the queue and not yet claimed, by tenant.
func onTheirWay(ctx context.Context, t *tx, resend time.Duration) (byTenant map[string]int, total int, err error) {
	rows, err := t.query(ctx, `select tenant, count(*) from jobs
		where state = 'queued' and dispatched_at > 0 and dispatched_at >= {now} - $1 group by tenant`, resend.Microseconds())
	if err != nil {
		return nil, 0, err
	}
	byTenant = map[string]int{}
	err = eachRow(rows, func(scan func(...any) error) error {
		var tenant string
		var n int
		err := scan(&tenant, &n)
		byTenant[tenant], total = n, total+n
		return err
	})
	return byTenant, total, err
}

// waitingTenants lists tenants with queued jobs by jumping from one to the next in the index, however many jobs each has.
func waitingTenants(ctx context.Context, t *tx) ([]string, error) {
	rows, err := t.query(ctx, `with recursive w(tenant) as (
			select min(tenant) from jobs where state = 'queued'
			union all
			select (select min(tenant) from jobs where state = 'queued' and tenant > w.tenant) from w where w.tenant is not null)
		select tenant from w where tenant is not null limit $1`, maxWaitingTenants)
	if err != nil {
		return nil, err
	}
	var out []string
	err = eachRow(rows, func(scan func(...any) error) error {
		var tenant string
		err := scan(&tenant)
		out = append(out, tenant)
		return err
	})
	return out, err
}

// nextDue gives a tenant's next jobs that are due and not on their way.
func nextDue(ctx context.Context, t *tx, tenant string, resend time.Duration, limit int) ([]service.QueueItem, error) {
	rows, err := t.query(ctx, `select id, priority from jobs
		where tenant = $1 and state = 'queued' and not_before <= {now} and dispatched_at < {now} - $2
		order by priority, id limit $3 {skip}`, tenant, resend.Microseconds(), limit)
	if err != nil {
		return nil, err
	}
	var out []service.QueueItem
	err = eachRow(rows, func(scan func(...any) error) error {
		it := service.QueueItem{Ref: service.Ref{Tenant: tenant}}
		err := scan(&it.ID, &it.Priority)
		out = append(out, it)
		return err
	})
	return out, err
}

// level takes the priorities out of what several tenants send: the queue would serve the urgent of one before all of
// another.
func level(due [][]service.QueueItem) {
	for _, list := range due {
		for i := range list {
			list[i].Priority = service.DefaultPriority
		}
	}
}

// takeTurns merges lists, always taking from the tenant with the fewest on their way, and of equals from the one whose next
// job is the most urgent and then the oldest.
func takeTurns(due [][]service.QueueItem, under map[string]int, room int) []service.QueueItem {
	var out []service.QueueItem
	due = slices.DeleteFunc(due, func(l []service.QueueItem) bool { return len(l) == 0 })
	for len(out) < room && len(due) > 0 {
		best := 0
		for i := 1; i < len(due); i++ {
			a, b := due[i][0], due[best][0]
			if cmp.Or(cmp.Compare(under[a.Tenant], under[b.Tenant]), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID)) < 0 {
				best = i
			}
		}
		next := due[best][0]
		out = append(out, next)
		under[next.Tenant]++
		if due[best] = due[best][1:]; len(due[best]) == 0 {
			due = slices.Delete(due, best, best+1)
		}
	}
	return out
}

func noteSent(ctx context.Context, t *tx, items []service.QueueItem) error {
	for chunk := range slices.Chunk(items, groupMax) {
		refs := make([]service.Ref, len(chunk))
		for i, it := range chunk {
			refs[i] = it.Ref
		}
		if _, err := t.exec(ctx, `update jobs set dispatched_at = {now} where (tenant, id) in (values `+tuples(len(refs), 2, 1)+`)`, refArgs(nil, refs)...); err != nil {
			return err
		}
	}
	return nil
}
