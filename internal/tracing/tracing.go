// Package tracing follows a request through the queue to the worker that does what it asked for.
//
// Takes an OTLP endpoint from the standard environment variables and gives hooks for the HTTP server and the runner.
// Method: OpenTelemetry; the trace context (W3C Trace Context) travels in the job's row, so that it outlives both
// processes. Never: it is on where no endpoint is named, it delays a request for its collector, or puts personal data into
// a span: spans hold routes, kinds, ids of jobs and tenants.
package tracing

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"quartermaster/internal/service"
)

// EndpointVariables turn tracing on when one of them is set, as the OpenTelemetry specification names them.
var EndpointVariables = []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}

// Tracer makes spans. A nil Tracer makes none.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	words    propagation.TraceContext
}

// FromEnvironment gives a Tracer that sends to the collector that the environment names, nil where it names none. It does
// not ask the collector anything yet.
func FromEnvironment(ctx context.Context, role, version string) (*Tracer, error) {
	for _, name := range EndpointVariables {
		if os.Getenv(name) == "" {
			continue
		}
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, fmt.Errorf("tracing: %s: %w", name, err)
		}
		return New(sdk.NewBatchSpanProcessor(exporter), role, version), nil
	}
	return nil, nil
}

// New makes a Tracer whose spans go to p. Which requests are traced is the caller's choice where it sends a trace context,
// else that of OTEL_TRACES_SAMPLER, by default all.
func New(p sdk.SpanProcessor, role, version string) *Tracer {
	name := os.Getenv("OTEL_SERVICE_NAME")
	if name == "" {
		name = "quartermaster"
	}
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(p), sdk.WithResource(resource.NewSchemaless(
		attribute.String("service.name", name), attribute.String("service.version", version), attribute.String("quartermaster.role", role))))
	return &Tracer{provider: provider, tracer: provider.Tracer("quartermaster")}
}

// Request begins the span of one request, in the caller's trace where it named one. The function ends it.
func (t *Tracer) Request(ctx context.Context, method string, header http.Header) (context.Context, func(route string, status int)) {
	if t == nil {
		return ctx, func(string, int) {}
	}
	ctx = t.words.Extract(ctx, propagation.HeaderCarrier(header))
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer))
	ctx = service.WithTraceParent(ctx, t.parent(ctx))
	return ctx, func(route string, status int) {
		if route != "" {
			span.SetName(route)
		}
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(status))
		}
		span.End()
	}
}

// Job begins the span of one run of a job, in the trace of whoever asked for it. The function ends it.
func (t *Tracer) Job(ctx context.Context, job service.Job) (context.Context, func(error)) {
	if t == nil {
		return ctx, func(error) {}
	}
	ctx = t.words.Extract(ctx, propagation.MapCarrier{"traceparent": job.TraceParent})
	ctx, span := t.tracer.Start(ctx, "job "+job.Kind, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
		attribute.String("quartermaster.job.id", job.ID), attribute.String("quartermaster.job.kind", job.Kind),
		attribute.String("quartermaster.tenant", job.Tenant), attribute.Int64("quartermaster.job.attempt", job.Attempt)))
	ctx = service.WithTraceParent(ctx, t.parent(ctx))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, "the run failed") // the text may quote what was asked for
		}
		span.End()
	}
}

func (t *Tracer) parent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	t.words.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
