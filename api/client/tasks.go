package client

import (
	"context"
	"fmt"
	"net/http"
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

func proof(t api.LeasedTask) api.LeaseProof {
	return api.LeaseProof{PlanID: t.PlanID, LeaseID: t.LeaseID}
}

// task reports on a leased task. The lease is its idempotency key: the service takes the same report under it again.
func (c *Client) task(ctx context.Context, verb, warehouse string, t api.LeasedTask, body any, again bool) (api.TaskReceipt, error) {
	var receipt api.TaskReceipt
	path, err := path("/v1/warehouses/", warehouse, "/tasks/", t.TaskID, "/"+verb)
	if err != nil {
		return receipt, err
	}
	_, err = c.do(ctx, call{
		what: verb + " task " + t.TaskID, method: http.MethodPost, path: path, body: body, into: &receipt, again: again,
	})
	return receipt, err
}
