package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"quartermaster/api"
)

const scenariosPath = "/v1/scenarios"

// AskScenarios asks what would be if. The run that comes back may still have to be made: its Status says so, and
// WaitScenarios waits for it.
func (c *Client) AskScenarios(ctx context.Context, r api.ScenarioRequest, o AskOptions) (api.ScenarioRun, error) {
	if o.Key == "" {
		o.Key = rand.Text()
	}
	k := call{
		what: "ask for scenarios", method: http.MethodPost, path: scenariosPath, body: r, again: true,
		header: map[string]string{"Idempotency-Key": o.Key},
	}
	if sec := waitSec(o.Wait); sec > 0 {
		k.header["Prefer"] = "wait=" + strconv.Itoa(sec)
		k.wait = time.Duration(sec) * time.Second
	}
	var run api.ScenarioRun
	k.into = &run
	_, err := c.do(ctx, k)
	return run, err
}

// Scenarios reads what scenarios give, or how far they are, with at most so many of the orders that differ for each.
func (c *Client) Scenarios(ctx context.Context, id string, orders int) (api.ScenarioRun, error) {
	run, _, err := c.lookScenarios(ctx, id, orders)
	return run, err
}

func (c *Client) lookScenarios(ctx context.Context, id string, orders int) (run api.ScenarioRun, header http.Header, err error) {
	path, err := path(scenariosPath+"/", id)
	if err != nil {
		return run, nil, err
	}
	path += "?" + url.Values{"orders": {strconv.Itoa(orders)}}.Encode()
	header, err = c.do(ctx, call{what: "read scenarios " + id, method: http.MethodGet, path: path, into: &run, again: true})
	return run, header, err
}

// WaitScenarios looks at scenarios again and again until the job that makes them has ended, in whatever way, as WaitPlan
// does for a plan.
func (c *Client) WaitScenarios(ctx context.Context, id string, orders int, seen func(api.ScenarioRun)) (api.ScenarioRun, error) {
	return follow(ctx, c, seen, func() (api.ScenarioRun, http.Header, bool, error) {
		run, header, err := c.lookScenarios(ctx, id, orders)
		return run, header, ended(run.Status), err
	})
}
