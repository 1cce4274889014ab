package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
)

// waitingFor is a queue whose oldest job of one tenant is so old.
type waitingFor map[string]time.Duration

func (w waitingFor) QueueAge(_ context.Context, tenant string) (int64, int64, error) {
	return w[tenant].Microseconds(), 1234, nil
}

// While a tenant's oldest job waits for too long, its new jobs are refused with the reason and the time to ask again; what
// makes no job is answered, and so are other tenants.
func TestPressure(t *testing.T) {
	t.Parallel()
	c := newScene(t, newHouse(t, guarded, func(o *server.Options) {
		o.Backlog, o.MaxQueueAge = waitingFor{tenant: 20 * time.Minute, "other": time.Minute}, 15*time.Minute
	}))
	ask := func(role, method, path, body string) answer {
		return c.house.ask(method, path, body, "Authorization", "Bearer "+c.keys[role])
	}
	a := ask("planner", "POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`)
	p := refused(t, a, 503, api.CodeBusy)
	if a.header.Get("Retry-After") != "60" || !strings.Contains(p.Detail, "1234 jobs wait, the oldest for 20m0s") {
		t.Errorf("Retry-After %q, %s", a.header.Get("Retry-After"), p.Detail)
	}
	if got := ask("planner", "GET", "/v1/jobs", "").status; got != 200 {
		t.Errorf("reading: %d", got)
	}
	if got := ask("other", "POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`).status; got != 202 {
		t.Errorf("another tenant: %d", got)
	}
	if text := string(ask("admin", "GET", "/metrics", "").body); !strings.Contains(text, "quartermaster_jobs_refused_total 1") ||
		!strings.Contains(text, `quartermaster_http_requests_total{route="POST /v1/fulfilment-plans",status="503"} 1`) {
		t.Errorf("metrics are %s", text)
	}
}

// Before the end /readyz says no while everything else is answered as before, on connections that then close.
func TestDrain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.Drain()
	if a := h.ask("GET", "/readyz", ""); a.status != 503 || !strings.Contains(string(a.body), "shutting down") {
		t.Errorf("readyz: %d %s", a.status, a.body)
	}
	a := h.ask("GET", "/v1/jobs", "")
	if a.status != 200 {
		t.Errorf("while draining: %d", a.status)
	}
	if h.ask("GET", "/healthz", "").status != 200 {
		t.Error("a draining process is not dead")
	}
}
