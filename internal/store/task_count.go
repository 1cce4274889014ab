package store

import (
	"context"

	"quartermaster/internal/service"
)

// CountTasks counts a plan's tasks by site and state; blocked ones, as TaskPage finds them, are counted apart.
func (s *Store) CountTasks(ctx context.Context, tenant, id string) ([]service.TaskCount, error) {
	var out []service.TaskCount
	err := s.queryRead(ctx, "counting tasks", `with recursive shut(id) as (
				select id from tasks where tenant = $1 and plan_id`+planID+` and state = 'failed'
				union
				select n.task_id from task_needs n join shut on n.needs_id = shut.id where n.tenant = $1 and n.plan_id`+planID+`)
		select site_id, state, case when state = 'open' and id in (select id from shut) then 1 else 0 end as blocked, count(*)
		from tasks where tenant = $1 and plan_id`+planID+` group by 1, 2, 3 order by 1, 2, 3`,
		[]any{tenant, id},
		func(scan func(...any) error) error {
			var c service.TaskCount
			var blocked int
			err := scan(&c.SiteID, &c.State, &blocked, &c.Count)
			c.Blocked = blocked == 1
			out = append(out, c)
			return err
		})
	return out, err
}
