package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"quartermaster/internal/service"
)

// asking is the answer to work that was asked for: 202 while it goes on, 200 with what came out once it has ended.
type asking[B any] struct {
	Status            int
	Location          string `header:"Location"`
	RetryAfter        string `header:"Retry-After" doc:"Seconds until it is worth looking again"`
	PreferenceApplied string `header:"Preference-Applied"`
	Body              B
}

// work is what is asked for.
type work[B any] struct {
	submit func(ctx context.Context) (service.Job, error)
	path   func(id string) string
	frame  func(job service.Job) B // how it stands before it was looked at
	look   func(ctx context.Context, job service.Job) (B, error)
}

// askFor stores work, waits for its end as long as the caller prefers, and shows how it stands.
func askFor[B any](ctx context.Context, s *Server, prefer string, w work[B]) (*asking[B], error) {
	var job service.Job
	_, err := s.within(ctx, func(ctx context.Context) (done bool, err error) {
		job, err = w.submit(ctx)
		return true, err
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	s.options.Wake()
	out := &asking[B]{Status: http.StatusAccepted, Location: w.path(job.ID), RetryAfter: "1", Body: w.frame(job)}
	if wait := preferredWait(prefer); wait > 0 {
		out.PreferenceApplied = "wait=" + strconv.Itoa(int(wait/time.Second))
		job, err = s.awaitJob(ctx, job.Ref, wait)
		ctx = withBudget(ctx) // the wait was the caller's wish
	}
	if err == nil {
		_, err = s.within(ctx, func(ctx context.Context) (bool, error) {
			body, err := w.look(ctx, job)
			if err == nil {
				out.Body = body
			}
			return true, err
		})
	}
	switch {
	case err != nil: // the job is stored: an error now would make the caller ask for a second one
		s.log.WarnContext(ctx, "work was accepted and could not be looked at", "path", out.Location, "error", err)
	case job.State.Ended():
		out.Status, out.RetryAfter = http.StatusOK, ""
	}
	return out, nil
}
