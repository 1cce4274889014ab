package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"quartermaster/api"
)

const scenariosPath = "/v1/scenarios"

// AskScenarios asks what would be if. The run that comes back may still have to be made: its Status says so, and
// WaitScenarios waits for it.
func (c *Client) AskScenarios(ctx context.Context, r api.ScenarioRequest, o AskOptions) (api.ScenarioRun, error) {
	var run api.ScenarioRun
	err := c.ask(ctx, call{what: "ask for scenarios", path: scenariosPath, body: r, into: &run}, o)
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
	header, err = c.do(ctx, call{
		what: "read scenarios " + id, method: http.MethodGet, path: path,
		query: url.Values{"orders": {strconv.Itoa(orders)}}, into: &run, again: true,
	})
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
