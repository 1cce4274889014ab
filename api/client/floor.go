package client

import (
	"context"
	"iter"
	"net/http"

	"quartermaster/api"
)

// TaskFilter chooses tasks of a warehouse.
type TaskFilter struct {
	PageOf
	Plan   string // id; "" = the newest plan that is no draft
	Status string // open, leased, done, failed or blocked; "" = all
}

// Tasks reads one page of a warehouse's tasks, earliest start first. It takes none of them: LeaseTasks does.
func (c *Client) Tasks(ctx context.Context, warehouse string, f TaskFilter) (api.TaskList, error) {
	var list api.TaskList
	path, err := path("/v1/warehouses/", warehouse, "/tasks")
	if err != nil {
		return list, err
	}
	_, err = c.do(ctx, call{
		what: "list tasks of warehouse " + warehouse, method: http.MethodGet, path: path,
		query: f.query("plan", f.Plan, "status", f.Status), into: &list, again: true,
	})
	return list, err
}

// AllTasks goes through a warehouse's tasks page by page, from the filter's cursor on and in pages of its limit. An error is
// the last thing that it gives.
func (c *Client) AllTasks(ctx context.Context, warehouse string, f TaskFilter) iter.Seq2[api.Task, error] {
	return pages(func(cursor string) ([]api.Task, string, error) {
		if cursor != "" {
			f.Cursor = cursor
		}
		list, err := c.Tasks(ctx, warehouse, f)
		return list.Items, list.NextCursor, err
	})
}
