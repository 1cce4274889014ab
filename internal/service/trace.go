package service

import (
	"context"
	"log/slog"
)

type traceKey struct{}

// WithTraceParent notes in ctx which trace a call belongs to, as W3C trace context ("00-…"); jobs that are submitted under it
// carry it to their worker.
func WithTraceParent(ctx context.Context, traceParent string) context.Context {
	return context.WithValue(ctx, traceKey{}, traceParent)
}

// TraceParentOf gives the trace that a call belongs to, "" for none.
func TraceParentOf(ctx context.Context) string {
	parent, _ := ctx.Value(traceKey{}).(string)
	return parent
}

type jobKey struct{}

// JobOf names the job that a call works for; ok is false outside of one.
func JobOf(ctx context.Context) (ref Ref, ok bool) {
	ref, ok = ctx.Value(jobKey{}).(Ref)
	return ref, ok
}

// inJob is the context of a run: it works for the job's tenant, whose things alone it may see, and its log lines name the
// job.
func inJob(ctx context.Context, job Job) context.Context {
	ctx = context.WithValue(ctx, jobKey{}, job.Ref)
	return WithPrincipal(WithTraceParent(ctx, job.TraceParent), Principal{Tenant: job.Tenant, Name: "job " + job.ID})
}

// LogAttrs are what a log line should say of where it was written.
func LogAttrs(ctx context.Context) []slog.Attr {
	ref, ok := JobOf(ctx)
	if !ok {
		return nil
	}
	return []slog.Attr{slog.String("job_id", ref.ID), slog.String("tenant", ref.Tenant)}
}
