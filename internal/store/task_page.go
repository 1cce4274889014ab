package store

import (
	"context"

	"quartermaster/internal/service"
)

// TaskPage lists some of a plan's tasks by start, then id. A task is blocked that is open and depends, however far back,
// on a failed one: the set shut grows from the failed tasks along the dependencies.
func (s *Store) TaskPage(ctx context.Context, tenant string, q service.TaskQuery) ([]service.FloorTask, error) {
	var out []service.FloorTask
	err := s.queryRead(ctx, "listing tasks", `with recursive shut(id) as (
				select id from tasks where tenant = $1 and plan_id`+planID+` and state = 'failed'
				union
				select n.task_id from task_needs n join shut on n.needs_id = shut.id where n.tenant = $1 and n.plan_id`+planID+`),
			seen as (
				select `+taskColumns+`, case when state = 'open' and id in (select id from shut) then 1 else 0 end as blocked
				from tasks where tenant = $1 and plan_id`+planID+` and ($3 = '' or site_id = $3) and ($4 = '' or state = $4))
		select `+taskColumns+`, blocked from seen
		where ($5 = 0 or blocked = 1) and ($6 = ''
			or (start_sec, id) > (select start_sec, id from tasks where tenant = $1 and plan_id`+planID+` and id = $6))
		order by start_sec, id limit $7`,
		[]any{tenant, q.PlanID, q.SiteID, string(q.State), boolInt(q.Blocked), q.After, pageSize(q.Limit)},
		func(scan func(...any) error) error {
			var blocked int
			task, err := scanTask(func(dest ...any) error { return scan(append(dest, &blocked)...) })
			task.Blocked = blocked == 1
			out = append(out, task)
			return err
		})
	return out, err
}

// FloorCounts counts the newest plan's tasks of a site.
func (s *Store) FloorCounts(ctx context.Context, tenant, siteID string) (c service.FloorCounts, err error) {
	err = s.queryRead(ctx, "counting tasks", `select plan_id, state, case when blockers = 0 then 1 else 0 end, count(*) from tasks
		where tenant = $1 and plan_id`+planID+` and site_id = $3 group by 1, 2, 3`, []any{tenant, "", siteID},
		func(scan func(...any) error) error {
			var state service.TaskState
			var free, n int64
			if err := scan(&c.PlanID, &state, &free, &n); err != nil {
				return err
			}
			switch {
			case state == service.TaskOpen && free == 1:
				c.Ready += n
			case state == service.TaskOpen:
				c.Waiting += n
			case state == service.TaskLeased:
				c.Leased += n
			case state == service.TaskDone:
				c.Done += n
			case state == service.TaskFailed:
				c.Failed += n
			}
			return nil
		})
	return c, err
}
