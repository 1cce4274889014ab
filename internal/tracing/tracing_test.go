package tracing

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"quartermaster/api/server"
	"quartermaster/internal/queue"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// A request for a plan, the plan's job and the chunk jobs that it spawns are one trace, begun by whoever called, though they
// run in turn through the store and the queue; a run that fails shows as one.
func TestOneTraceThroughTheQueue(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	tracer := New(sdk.NewSimpleSpanProcessor(spans), "all", "test")
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	q, err := queue.OpenInside(queue.Options{Poll: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	runner := service.NewRunner(s, q, service.RunnerOptions{Trace: tracer.Job, DispatchGap: 5 * time.Millisecond})
	seen := make(chan string, 1)
	runner.Register(service.KindPlan, service.HandlerFunc(func(ctx context.Context, run *service.Run) (service.Outcome, error) {
		if !run.Gathering() {
			seen <- service.TraceParentOf(ctx)
			return service.Outcome{Spawn: []service.Submission{{Kind: "chunk"}}, OnChildError: service.ChildErrorGathers}, nil
		}
		return service.Outcome{}, nil
	}), service.KindOptions{})
	runner.Register("chunk", service.HandlerFunc(func(context.Context, *service.Run) (service.Outcome, error) {
		return service.Outcome{}, errors.New("for the test")
	}), service.KindOptions{})
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	planning := &service.Planning{Jobs: s, Facts: s}
	web := httptest.NewServer(server.New(server.Options{
		Jobs: s, Plans: s, Tasks: s, Orders: s, Counts: s, Planner: planning, Planning: planning, Access: &service.Access{Store: s}, Audit: s,
		Personal: &service.Personal{}, Simulator: &service.Scenarios{Planning: planning}, Tenant: "main", Wake: runner.Wake, Trace: tracer.Request,
		Log: slog.New(slog.DiscardHandler),
	}))
	defer web.Close()

	const trace = "0af7651916cd43dd8448eb211c80319c"
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/v1/fulfilment-plans", strings.NewReader(`{"origin_date":"2011-11-14"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	if parent := <-seen; !strings.HasPrefix(parent, "00-"+trace+"-") {
		t.Errorf("the run is under trace %q", parent)
	}
	names := map[string]int{}
	failed := 0
	for wait := time.Now(); len(names) < 3 || names["job "+service.KindPlan] < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(wait) > 20*time.Second {
			t.Fatalf("spans are %v", names)
		}
		clear(names)
		failed = 0
		for _, span := range spans.GetSpans() {
			names[span.Name]++
			if span.SpanContext.TraceID().String() != trace {
				t.Fatalf("span %s is of trace %s", span.Name, span.SpanContext.TraceID())
			}
			if span.Status.Description != "" {
				failed++
			}
		}
	}
	if names["POST /v1/fulfilment-plans"] != 1 || names["job chunk"] != 1 || failed != 1 {
		t.Errorf("spans are %v, %d failed", names, failed)
	}
}

// Without an endpoint in the environment nothing is traced, and everything works the same.
func TestOff(t *testing.T) {
	for _, name := range EndpointVariables {
		t.Setenv(name, "")
	}
	tracer, err := FromEnvironment(t.Context(), "all", "test")
	if err != nil || tracer != nil {
		t.Fatalf("%v, %v", tracer, err)
	}
	ctx, end := tracer.Request(t.Context(), http.MethodGet, http.Header{})
	end("GET /", 200)
	ctx, done := tracer.Job(ctx, service.Job{})
	done(nil)
	if service.TraceParentOf(ctx) != "" || tracer.Close(ctx) != nil {
		t.Error("something was traced")
	}
	t.Setenv(EndpointVariables[0], "http://127.0.0.1:1")
	tracer, err = FromEnvironment(t.Context(), "all", "test")
	if err != nil || tracer == nil {
		t.Fatalf("with an endpoint: %v, %v", tracer, err)
	}
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_ = tracer.Close(short) // nothing was traced, nothing is to be sent
}
