package client

import (
	"context"
	"iter"
	"net/http"
	"strconv"

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

// Floor reads what a warehouse's declared floor looks like.
func (c *Client) Floor(ctx context.Context, warehouse string) (api.FloorPicture, error) {
	var out api.FloorPicture
	path, err := path("/v1/warehouses/", warehouse, "/floor")
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: "read the floor of warehouse " + warehouse, method: http.MethodGet, path: path, into: &out, again: true})
	return out, err
}

// MovesFilter chooses steps of a warehouse's robots.
type MovesFilter struct {
	PageOf           // of robots
	Plan      string // id; "" = the newest plan that is no draft
	Date      string // such as 2011-11-28; "" = the first day on which robots move
	FromStep  int
	MostSteps int // 0 = as many as the service thinks fit
}

// FloorMoves reads where a plan has the robots of a warehouse: one page of them, in some steps of a day.
func (c *Client) FloorMoves(ctx context.Context, warehouse string, f MovesFilter) (api.FloorMoves, error) {
	var out api.FloorMoves
	path, err := path("/v1/warehouses/", warehouse, "/moves")
	if err != nil {
		return out, err
	}
	query := f.query("plan", f.Plan, "date", f.Date)
	if f.FromStep != 0 {
		query.Set("from_step", strconv.Itoa(f.FromStep))
	}
	if f.MostSteps != 0 {
		query.Set("steps", strconv.Itoa(f.MostSteps))
	}
	_, err = c.do(ctx, call{what: "read the moves of warehouse " + warehouse, method: http.MethodGet, path: path, query: query, into: &out, again: true})
	return out, err
}
