package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type requestPlanInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and body give the same plan, however often it is asked for"`
	Prefer         string `header:"Prefer" maxLength:"256" doc:"wait=10 waits up to 10 s (25 at most) for the finished plan" example:"wait=10"`
	Body           *api.PlanRequest
}

type planOutput = asking[api.FulfilmentPlan]

type planInput struct {
	ID string `path:"id" maxLength:"64"`
}

type listPlansInput struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type plansOutput struct{ Body api.PlanList }

func (s *Server) registerPlans() {
	ask := operation("request-plan", http.MethodPost, "/v1/fulfilment-plans", "Ask for a fulfilment plan", "plans", service.ScopePlansWrite, 409, 413, 422)
	ask.DefaultStatus = http.StatusAccepted
	ask.Description = "Answers 202 with the Location where the plan will be, or 200 with the plan itself when it was finished within the wait that Prefer asks for."
	huma.Register(s.api, ask, s.requestPlan)
	register(s, operation("list-plans", http.MethodGet, "/v1/fulfilment-plans", "List finished plans, newest first", "plans", service.ScopePlansRead), s.listPlans)
	register(s, operation("get-plan", http.MethodGet, "/v1/fulfilment-plans/{id}", "Read a plan, or how far it is", "plans", service.ScopePlansRead, 404), s.getPlan)
	register(s, operation("list-promises", http.MethodGet, "/v1/fulfilment-plans/{id}/promises", "What a plan promises for each order", "plans", service.ScopePlansRead, 404), s.listPromises)
	register(s, operation("get-promise", http.MethodGet, "/v1/fulfilment-plans/{id}/promises/{order}", "What a plan promises for one order", "plans", service.ScopePlansRead, 404), s.getPromise)
}

func (s *Server) requestPlan(ctx context.Context, in *requestPlanInput) (*planOutput, error) {
	return askFor(ctx, s, in.Prefer, work[api.FulfilmentPlan]{
		submit: func(ctx context.Context) (service.Job, error) { return s.submitPlan(ctx, in) },
		path:   planPath,
		frame:  unfinished,
		look:   s.planOfJob,
	})
}

// submitPlan stores the job, or finds the one of the same key. A body that names no day means the day after the newest
// order; asked again later with the same key, it still means the day it meant at first.
func (s *Server) submitPlan(ctx context.Context, in *requestPlanInput) (service.Job, error) {
	wish, priority, err := s.wish(ctx, in)
	if err != nil {
		return service.Job{}, err
	}
	job, _, err := s.options.Planner.Request(ctx, s.tenant(ctx), wish, in.IdempotencyKey, priority)
	if !errors.Is(err, service.ErrConflict) || in.IdempotencyKey == "" {
		return job, err
	}
	if in.Body == nil || in.Body.OriginDate == "" {
		if wish.OriginDay, err = s.dayOfKey(ctx, in.IdempotencyKey); err != nil {
			return job, err
		}
		job, _, err = s.options.Planner.Request(ctx, s.tenant(ctx), wish, in.IdempotencyKey, priority)
	}
	if errors.Is(err, service.ErrConflict) {
		err = newProblem(http.StatusUnprocessableEntity, api.CodeKeyReused, "this Idempotency-Key was used for another request")
	}
	return job, err
}

// dayOfKey is the first day of the plan that was asked for with an Idempotency-Key.
func (s *Server) dayOfKey(ctx context.Context, key string) (int, error) {
	jobs, err := s.options.Jobs.Jobs(ctx, s.tenant(ctx), service.JobFilter{Key: key, Limit: 1})
	if err != nil {
		return 0, err
	}
	if len(jobs) == 0 {
		return 0, fmt.Errorf("%w: the job of idempotency key %q", service.ErrNotFound, key)
	}
	input, err := s.options.Jobs.JobInput(ctx, jobs[0].Ref)
	if err != nil {
		return 0, err
	}
	var was service.PlanRequest
	if err := json.Unmarshal(input, &was); err != nil {
		return 0, fmt.Errorf("server: read the request of job %s: %w", jobs[0].ID, err)
	}
	return was.OriginDay, nil
}

// wish reads the body, which may be absent: everything has a default.
func (s *Server) wish(ctx context.Context, in *requestPlanInput) (r service.PlanRequest, priority int, err error) {
	body := api.PlanRequest{}
	if in.Body != nil {
		body = *in.Body
	}
	r = service.PlanRequest{Days: max(body.Days, 1), Seed: max(body.Seed, 1), Draft: body.Draft}
	if body.OriginDate == "" {
		r.OriginDay, err = s.nextDay(ctx)
		return r, body.Priority, err
	}
	day, err := time.Parse(time.DateOnly, body.OriginDate)
	if err != nil {
		return r, 0, huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
			Message: "want a date such as 2011-11-14", Location: "body.origin_date", Value: body.OriginDate,
		})
	}
	r.OriginDay = int(day.Unix() / secondsPerDay)
	return r, body.Priority, s.checkDay(ctx, r.OriginDay, body.OriginDate)
}

func (s *Server) checkDay(ctx context.Context, day int, asked string) error {
	lastUs, placed, err := s.options.Orders.NewestOrder(ctx, s.tenant(ctx))
	if err != nil || !placed || day <= dayOf(lastUs)+service.MaxAheadDays {
		return err
	}
	newest := time.UnixMicro(lastUs).UTC().Format(time.DateOnly)
	return huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
		Message: fmt.Sprintf("want a date within %d days after the newest order, of %s", service.MaxAheadDays, newest), Location: "body.origin_date", Value: asked,
	})
}

// dayOf is the day, since 1970-01-01, of a local time in microseconds.
func dayOf(us int64) int { return int(us / (secondsPerDay * 1_000_000)) }

// nextDay is the day after the newest order.
func (s *Server) nextDay(ctx context.Context) (int, error) {
	lastUs, placed, err := s.options.Orders.NewestOrder(ctx, s.tenant(ctx))
	if err != nil {
		return 0, err
	}
	if !placed {
		return 0, newProblem(http.StatusConflict, api.CodeConflict, "there are no orders to plan yet: import some first")
	}
	return dayOf(lastUs) + 1, nil
}

func (s *Server) awaitJob(ctx context.Context, ref service.Ref, wait time.Duration) (service.Job, error) {
	var job service.Job
	err := s.until(ctx, wait, 100*time.Millisecond, nil, func(ctx context.Context) (bool, error) {
		var err error
		job, err = s.options.Jobs.Job(ctx, ref)
		return job.State.Ended(), err
	})
	return job, err
}

func planPath(id string) string { return "/v1/fulfilment-plans/" + id }

func planLinks(id string, done bool) []api.Link {
	links := []api.Link{{Rel: "self", Href: planPath(id)}, {Rel: "job", Href: "/v1/jobs/" + id}}
	if done {
		links = append(links, api.Link{Rel: "promises", Href: planPath(id) + "/promises"})
	}
	return links
}

// planOfJob shows the plan that a job has made, or how far the job is.
func (s *Server) planOfJob(ctx context.Context, job service.Job) (api.FulfilmentPlan, error) {
	if job.State == service.StateDone {
		return s.finishedPlan(ctx, job.ID)
	}
	return unfinished(job), nil
}

// unfinished shows how far a plan is, or why it will not be.
func unfinished(job service.Job) api.FulfilmentPlan {
	return api.FulfilmentPlan{
		ID: job.ID, Status: string(job.State), Progress: job.Progress, Sentence: job.Sentence, Error: job.Error,
		Links: planLinks(job.ID, false),
	}
}

func (s *Server) finishedPlan(ctx context.Context, id string) (api.FulfilmentPlan, error) {
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), id)
	if err != nil {
		return api.FulfilmentPlan{}, err
	}
	return s.planWords(record)
}

func (s *Server) getPlan(ctx context.Context, in *planInput) (*planOutput, error) {
	body, err := s.finishedPlan(ctx, in.ID)
	if err == nil {
		return &planOutput{Status: http.StatusOK, Body: body}, nil
	}
	if !errors.Is(err, service.ErrNotFound) {
		return nil, s.fail(ctx, err)
	}
	job, err := s.options.Jobs.Job(ctx, service.Ref{Tenant: s.tenant(ctx), ID: in.ID})
	if err == nil && job.Kind != service.KindPlan {
		err = service.ErrNotFound
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &planOutput{Status: http.StatusOK}
	if out.Body, err = s.planOfJob(ctx, job); err != nil {
		return nil, s.fail(ctx, err)
	}
	if !job.State.Ended() {
		out.RetryAfter = "1"
	}
	return out, nil
}

func (s *Server) listPlans(ctx context.Context, in *listPlansInput) (*plansOutput, error) {
	records, err := s.options.Plans.Plans(ctx, s.tenant(ctx), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	records, more := page(records, in.Limit)
	out := &plansOutput{Body: api.PlanList{Items: make([]api.FulfilmentPlan, len(records))}}
	for i, r := range records {
		if out.Body.Items[i], err = s.planWords(r); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	if more {
		out.Body.NextCursor = records[len(records)-1].ID
	}
	return out, nil
}
