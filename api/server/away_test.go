package server_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
)

// hung is a store that does not answer; it says what a driver says when its caller gives up.
type hung struct {
	service.JobStore
	service.PlanStore
	service.TaskStore
}

func (hung) Job(ctx context.Context, _ service.Ref) (service.Job, error) {
	<-ctx.Done()
	return service.Job{}, ctx.Err()
}

func (hung) Jobs(ctx context.Context, _ string, _ service.JobFilter) ([]service.Job, error) {
	<-ctx.Done()
	return nil, errors.New("timeout: canceling statement due to user request")
}

func (hung) Submit(ctx context.Context, _ string, _ service.Submission) (service.Job, bool, error) {
	<-ctx.Done()
	return service.Job{}, false, ctx.Err()
}

func (hung) LeaseTasks(ctx context.Context, _, _ string, _ service.TaskFilter, _ time.Duration) ([]service.FloorTask, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A store that hangs makes no request hang: each is answered 503 with a time to come back, whatever the driver says, and
// a request that may wait long for work does not wait long for the store.
func TestStoreHangs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *server.Options) {
		o.Patience = 20 * time.Millisecond
		o.Planner = &service.Planning{Jobs: hung{}, Facts: nil}
		o.Jobs, o.Tasks = hung{}, hung{}
	})
	for _, c := range [][3]string{
		{"GET", "/v1/jobs/x"}, {"GET", "/v1/jobs"}, {"POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`},
		{"POST", floor + "/task-leases", `{"wait_sec":25}`},
	} {
		a := h.ask(c[0], c[1], c[2])
		refused(t, a, 503, api.CodeUnavailable)
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s: no Retry-After", c[0], c[1])
		}
	}
}

// failingJob loses the store after a job was accepted.
type failingJob struct{ service.JobStore }

func (failingJob) Job(context.Context, service.Ref) (service.Job, error) {
	return service.Job{}, service.ErrUnavailable
}

// A plan that was accepted is told so with its place, though the store went away while the caller waited for it: after
// an error the caller would ask for a second one.
func TestAcceptedStaysAccepted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *server.Options) { o.Jobs = failingJob{o.Jobs} })
	a := h.ask("POST", "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`, "Prefer", "wait=5")
	if p := want[api.FulfilmentPlan](t, a, 202); p.Status != "queued" || a.header.Get("Location") != "/v1/fulfilment-plans/"+p.ID {
		t.Errorf("answer %+v at %q", p, a.header.Get("Location"))
	}
}

// countedStats counts how often the job table is counted.
type countedStats struct {
	service.JobStore
	n *atomic.Int32
}

func (c countedStats) JobStats(ctx context.Context, tenant string) (service.JobStats, error) {
	c.n.Add(1)
	return c.JobStore.JobStats(ctx, tenant)
}

// Scrapes that come close together count the job table once.
func TestMetricsAreCached(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := newHouse(t, func(o *server.Options) { o.Jobs = countedStats{o.Jobs, &n} })
	for range 5 {
		if a := h.ask("GET", "/metrics", ""); !strings.Contains(string(a.body), "quartermaster_store_up 1") {
			t.Fatalf("metrics: %s", a.body)
		}
	}
	if n.Load() >= 5 { // one, or two on a machine so slow that five scrapes outlast a count
		t.Errorf("the table was counted %d times for 5 scrapes", n.Load())
	}
}

// deadlines notes until when each call to the store may take.
type deadlines struct {
	service.JobStore
	seen *[]time.Time
}

func (d deadlines) note(ctx context.Context) {
	end, _ := ctx.Deadline()
	*d.seen = append(*d.seen, end)
}

func (d deadlines) QueueAge(ctx context.Context, _ string) (ageUs, waiting int64, err error) {
	d.note(ctx)
	return 0, 0, nil
}

func (d deadlines) Submit(ctx context.Context, tenant string, sub service.Submission) (service.Job, bool, error) {
	d.note(ctx)
	return d.JobStore.Submit(ctx, tenant, sub)
}

func (d deadlines) Job(ctx context.Context, ref service.Ref) (service.Job, error) {
	d.note(ctx)
	return d.JobStore.Job(ctx, ref)
}

// All that one request asks of the store shares one deadline, who asks and how much waits included, so that a store that
// is slow each time keeps nobody waiting for a multiple of it; what a caller waits for of his own accord does not count.
func TestOneBudget(t *testing.T) {
	t.Parallel()
	var seen []time.Time
	h := newHouse(t, func(o *server.Options) {
		d := deadlines{o.Jobs, &seen}
		o.Jobs, o.Backlog, o.MaxQueueAge = d, d, time.Hour
		o.Authenticate = func(ctx context.Context, _ string) (service.Principal, error) {
			d.note(ctx)
			return service.Principal{Tenant: tenant, Name: "one", Scopes: []service.Scope{service.ScopeAdmin}}, nil
		}
	})
	body := `{"series":[{"id":"A","start_date":"2026-01-01","values":[1,2,3]}]}`
	want[api.Answer[api.ForecastAnswer]](t, h.ask("POST", "/v1/forecasts", body, "Authorization", "Bearer x"), 202)
	if len(seen) != 3 || seen[0].IsZero() || !seen[0].Equal(seen[1]) || !seen[0].Equal(seen[2]) {
		t.Errorf("deadlines %v: want the same three times", seen)
	}
	seen = nil
	want[api.Answer[api.ForecastAnswer]](t, h.ask("POST", "/v1/forecasts", body, "Authorization", "Bearer x", "Prefer", "wait=1"), 202)
	if n := len(seen); n < 4 || !seen[n-1].After(seen[0]) {
		t.Errorf("deadlines %v: want later ones for looks after the first", seen)
	}
}
