package client

import (
	"context"
	"crypto/rand"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"quartermaster/api"
)

// AskOptions steer the asking for a plan.
type AskOptions struct {
	// Key is the Idempotency-Key: asking again with it and the same request gives the same plan, even from another process.
	// "" = a random one for this call, which makes its own repetitions harmless.
	Key string
	// Wait is how long the service may keep the request waiting for the finished plan, in whole seconds; it waits for
	// api.MaxWaitSec at most. 0 = it answers at once.
	Wait time.Duration
}

// AskPlan asks for a fulfilment plan of the stored orders. The plan that comes back may still have to be made: its Status
// says so, and WaitPlan waits for it.
func (c *Client) AskPlan(ctx context.Context, r api.PlanRequest, o AskOptions) (api.FulfilmentPlan, error) {
	var plan api.FulfilmentPlan
	err := c.ask(ctx, call{what: "ask for a plan", path: plansPath, body: r, into: &plan}, o)
	return plan, err
}

// ask asks for work under an Idempotency-Key, so that asking again gives the same work.
func (c *Client) ask(ctx context.Context, k call, o AskOptions) error {
	if o.Key == "" {
		o.Key = rand.Text()
	}
	k.method, k.again = http.MethodPost, true
	k.header = map[string]string{"Idempotency-Key": o.Key}
	if sec := waitSec(o.Wait); sec > 0 {
		k.header["Prefer"] = "wait=" + strconv.Itoa(sec)
		k.wait = time.Duration(sec) * time.Second
	}
	_, err := c.do(ctx, k)
	return err
}

const plansPath = "/v1/fulfilment-plans"

// waitSec is a time in whole seconds as the service takes it: rounded up, and not more than it allows.
func waitSec(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	return min(int((d+time.Second-1)/time.Second), api.MaxWaitSec)
}

// Plan reads a plan, or how far it is.
func (c *Client) Plan(ctx context.Context, id string) (api.FulfilmentPlan, error) {
	plan, _, err := c.lookPlan(ctx, id)
	return plan, err
}

func (c *Client) lookPlan(ctx context.Context, id string) (plan api.FulfilmentPlan, header http.Header, err error) {
	path, err := path(plansPath+"/", id)
	if err != nil {
		return plan, nil, err
	}
	header, err = c.do(ctx, call{what: "read plan " + id, method: http.MethodGet, path: path, into: &plan, again: true})
	return plan, header, err
}

// WaitPlan looks at a plan again and again until the job that makes it has ended, in whatever way: its Status is then done,
// failed, cancelled or quarantined. Each look is told to seen (nil = nobody). The pauses grow, and are never shorter than
// the service's Retry-After; ctx bounds the whole.
func (c *Client) WaitPlan(ctx context.Context, id string, seen func(api.FulfilmentPlan)) (api.FulfilmentPlan, error) {
	return follow(ctx, c, seen, func() (api.FulfilmentPlan, http.Header, bool, error) {
		plan, header, err := c.lookPlan(ctx, id)
		return plan, header, ended(plan.Status), err
	})
}

// PageOf names a page of a list.
type PageOf struct {
	Cursor string // NextCursor of the page before; "" = the first
	Limit  int    // most entries; 0 = as many as the service thinks fit
}

func (p PageOf) query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if p.Cursor != "" {
		q.Set("cursor", p.Cursor)
	}
	if p.Limit != 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	return q
}

// Plans reads one page of the finished plans, newest first.
func (c *Client) Plans(ctx context.Context, page PageOf) (api.PlanList, error) {
	var list api.PlanList
	_, err := c.do(ctx, call{what: "list plans", method: http.MethodGet, path: plansPath, query: page.query(), into: &list, again: true})
	return list, err
}

// AllPlans goes through the finished plans, newest first, page by page. An error is the last thing that it gives.
func (c *Client) AllPlans(ctx context.Context) iter.Seq2[api.FulfilmentPlan, error] {
	return pages(func(cursor string) ([]api.FulfilmentPlan, string, error) {
		list, err := c.Plans(ctx, PageOf{Cursor: cursor})
		return list.Items, list.NextCursor, err
	})
}

// PromiseFilter chooses promises of a plan.
type PromiseFilter struct {
	PageOf
	Status string // promised, partial or unserved; "" = all
}

// Promises reads one page of what a plan promises for each order, in the order of the plan.
func (c *Client) Promises(ctx context.Context, planID string, f PromiseFilter) (api.PromiseList, error) {
	var list api.PromiseList
	path, err := path(plansPath+"/", planID, "/promises")
	if err != nil {
		return list, err
	}
	_, err = c.do(ctx, call{
		what: "list the promises of plan " + planID, method: http.MethodGet, path: path,
		query: f.query("status", f.Status), into: &list, again: true,
	})
	return list, err
}

// AllPromises goes through the promises of a plan page by page, from the filter's cursor on and in pages of its limit. An
// error is the last thing that it gives.
func (c *Client) AllPromises(ctx context.Context, planID string, f PromiseFilter) iter.Seq2[api.Promise, error] {
	return pages(func(cursor string) ([]api.Promise, string, error) {
		if cursor != "" {
			f.Cursor = cursor
		}
		list, err := c.Promises(ctx, planID, f)
		return list.Items, list.NextCursor, err
	})
}

// Promise reads what a plan promises for one order.
func (c *Client) Promise(ctx context.Context, planID, orderID string) (api.Promise, error) {
	var promise api.Promise
	path, err := path(plansPath+"/", planID, "/promises/", orderID)
	if err != nil {
		return promise, err
	}
	_, err = c.do(ctx, call{
		what: "read the promise of order " + orderID + " in plan " + planID, method: http.MethodGet, path: path, into: &promise, again: true,
	})
	return promise, err
}
