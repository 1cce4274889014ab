package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"quartermaster/api"
)

// LeaseTasks takes warehouse tasks to work on: none when there is nothing to do. With WaitSec the service waits for work
// before it says so, so that a controller may call this in a loop without pausing in between.
//
// It is asked once, since a second lease would take further tasks. When an answer is lost, the tasks in it come back by
// themselves after LeaseSec; the caller simply asks again.
func (c *Client) LeaseTasks(ctx context.Context, warehouse string, r api.LeaseRequest) ([]api.LeasedTask, error) {
	path, err := path("/v1/warehouses/", warehouse, "/task-leases")
	if err != nil {
		return nil, err
	}
	var got api.LeaseResponse
	_, err = c.do(ctx, call{
		what: "lease tasks of warehouse " + warehouse, method: http.MethodPost, path: path, body: r, into: &got,
		wait: time.Duration(max(r.WaitSec, 0)) * time.Second,
	})
	return got.Tasks, err
}

// CompleteTask says that a leased task is done. A lease that ran out is a Problem with api.CodeLeaseLost: the task is
// somebody else's now.
func (c *Client) CompleteTask(ctx context.Context, warehouse string, t api.LeasedTask) (api.TaskReceipt, error) {
	return c.task(ctx, "complete", warehouse, t, proof(t), true)
}

// ExtendTask keeps a leased task for another while from now on, in whole seconds, rounded up; 0 = api.DefaultLeaseSec.
func (c *Client) ExtendTask(ctx context.Context, warehouse string, t api.LeasedTask, lease time.Duration) (api.TaskReceipt, error) {
	if lease < 0 {
		return api.TaskReceipt{}, fmt.Errorf("client: extend task %s: %v is below 0", t.TaskID, lease)
	}
	sec := int((lease + time.Second - 1) / time.Second)
	return c.task(ctx, "extend", warehouse, t, api.LeaseExtension{LeaseProof: proof(t), LeaseSec: sec}, true)
}

// FailTask says that a leased task cannot be done, and why.
func (c *Client) FailTask(ctx context.Context, warehouse string, t api.LeasedTask, reason string) (api.TaskReceipt, error) {
	return c.task(ctx, "fail", warehouse, t, api.TaskFailure{LeaseProof: proof(t), Reason: reason}, true)
}

// ReturnTask gives a leased task back undone, so that others get it at once. It is asked once: with the task the lease is
// gone, and asking again would be told so. Should the answer be lost, the task comes back at the end of its lease at worst.
func (c *Client) ReturnTask(ctx context.Context, warehouse string, t api.LeasedTask) (api.TaskReceipt, error) {
	return c.task(ctx, "return", warehouse, t, proof(t), false)
}

// ReportTask says how far a leased task is, in percent, and keeps it for another while, as ExtendTask does.
func (c *Client) ReportTask(ctx context.Context, warehouse string, t api.LeasedTask, percent int) (api.TaskReceipt, error) {
	return c.task(ctx, "progress", warehouse, t, api.TaskProgress{LeaseProof: proof(t), Percent: percent}, true)
}

// ExceptTask says what went wrong with a leased task and gives what followed. The lease is gone after it. It is asked once: where
// the task went back to others, asking again would be told so.
func (c *Client) ExceptTask(ctx context.Context, warehouse string, t api.LeasedTask, e api.TaskException) (api.TaskOutcome, error) {
	e.LeaseProof = proof(t)
	var out api.TaskOutcome
	err := c.onTask(ctx, "exception", warehouse, t.TaskID, e, &out, false)
	return out, err
}

// ChangeTask changes the priority of a task that has not ended, its place, or what it asks for.
func (c *Client) ChangeTask(ctx context.Context, warehouse, taskID string, change api.TaskChange) (api.Task, error) {
	var out api.Task
	err := c.onTask(ctx, "change", warehouse, taskID, change, &out, true)
	return out, err
}

// WorkTasks goes through the tasks that the service leases to the caller as they come, r.Max of them at a time, until ctx ends:
// the next comes when one has ended. WaitSec is not looked at. When the stream is lost the client comes back by itself; tasks
// that were given and did not arrive come back after LeaseSec.
func (c *Client) WorkTasks(ctx context.Context, warehouse string, r api.LeaseRequest) iter.Seq2[api.LeasedTask, error] {
	return func(yield func(api.LeasedTask, error) bool) {
		p, err := path("/v1/warehouses/", warehouse, "/task-leases/events")
		q := url.Values{}
		for name, list := range map[string][]string{"kinds": r.Kinds, "workers": r.Workers, "stations": r.Stations, "zones": r.Zones, "robot_types": r.RobotTypes, "skills": r.Skills} {
			if len(list) > 0 {
				q.Set(name, strings.Join(list, ","))
			}
		}
		for name, n := range map[string]int{"max": r.Max, "lease_sec": r.LeaseSec} {
			if n > 0 {
				q.Set(name, strconv.Itoa(n))
			}
		}
		for e, err := range c.events(ctx, "work on tasks of warehouse "+warehouse, p+"?"+q.Encode(), "", err) {
			var task api.LeasedTask
			if err == nil {
				err = json.Unmarshal(e.Data, &task)
			}
			if !yield(task, err) || err != nil {
				return
			}
		}
	}
}

func proof(t api.LeasedTask) api.LeaseProof {
	return api.LeaseProof{PlanID: t.PlanID, LeaseID: t.LeaseID}
}

// task reports on a leased task. The lease is its idempotency key: the service takes the same report under it again.
func (c *Client) task(ctx context.Context, verb, warehouse string, t api.LeasedTask, body any, again bool) (api.TaskReceipt, error) {
	var receipt api.TaskReceipt
	err := c.onTask(ctx, verb, warehouse, t.TaskID, body, &receipt, again)
	return receipt, err
}

func (c *Client) onTask(ctx context.Context, verb, warehouse, taskID string, body, into any, again bool) error {
	path, err := path("/v1/warehouses/", warehouse, "/tasks/", taskID, "/"+verb)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: verb + " task " + taskID, method: http.MethodPost, path: path, body: body, into: into, again: again})
	return err
}
