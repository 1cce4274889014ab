package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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

type planOutput struct {
	Status            int
	Location          string `header:"Location"`
	RetryAfter        string `header:"Retry-After" doc:"Seconds until it is worth looking again"`
	PreferenceApplied string `header:"Preference-Applied"`
	Body              api.FulfilmentPlan
}

type planInput struct {
	ID string `path:"id" maxLength:"64"`
}

type listPlansInput struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type plansOutput struct{ Body api.PlanList }

type listPromisesInput struct {
	ID     string `path:"id" maxLength:"64"`
	Status string `query:"status" enum:"promised,partial,unserved"`
	Cursor string `query:"cursor" maxLength:"20" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type promisesOutput struct{ Body api.PromiseList }

type promiseInput struct {
	ID    string `path:"id" maxLength:"64"`
	Order string `path:"order" maxLength:"128"`
}

type promiseOutput struct{ Body api.Promise }

func (s *Server) registerPlans() {
	ask := operation("request-plan", http.MethodPost, "/v1/fulfilment-plans", "Ask for a fulfilment plan", "plans", 409, 413, 422)
	ask.DefaultStatus = http.StatusAccepted
	ask.Description = "Answers 202 with the Location where the plan will be, or 200 with the plan itself when it was finished within the wait that Prefer asks for."
	huma.Register(s.api, ask, s.requestPlan)
	huma.Register(s.api, operation("list-plans", http.MethodGet, "/v1/fulfilment-plans", "List finished plans, newest first", "plans"), s.listPlans)
	huma.Register(s.api, operation("get-plan", http.MethodGet, "/v1/fulfilment-plans/{id}", "Read a plan, or how far it is", "plans", 404), s.getPlan)
	huma.Register(s.api, operation("list-promises", http.MethodGet, "/v1/fulfilment-plans/{id}/promises", "What a plan promises for each order", "plans", 404), s.listPromises)
	huma.Register(s.api, operation("get-promise", http.MethodGet, "/v1/fulfilment-plans/{id}/promises/{order}", "What a plan promises for one order", "plans", 404), s.getPromise)
}

func (s *Server) requestPlan(ctx context.Context, in *requestPlanInput) (*planOutput, error) {
	wish, priority, err := s.wish(ctx, in)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	job, _, err := s.options.Planner.Request(ctx, s.options.Tenant, wish, in.IdempotencyKey, priority)
	if errors.Is(err, service.ErrConflict) && in.IdempotencyKey != "" {
		return nil, newProblem(http.StatusUnprocessableEntity, api.CodeKeyReused, "this Idempotency-Key was used for another request")
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	s.options.Wake()
	out := &planOutput{Status: http.StatusAccepted, Location: planPath(job.ID), RetryAfter: "1"}
	if wait := preferredWait(in.Prefer); wait > 0 {
		out.PreferenceApplied = "wait=" + strconv.Itoa(int(wait/time.Second))
		if job, err = s.awaitJob(ctx, job.Ref, wait); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	if out.Body, err = s.planOfJob(ctx, job); err != nil {
		return nil, s.fail(ctx, err)
	}
	if job.State.Ended() {
		out.Status, out.RetryAfter = http.StatusOK, ""
	}
	return out, nil
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
	return r, body.Priority, nil
}

// nextDay is the day after the newest order.
func (s *Server) nextDay(ctx context.Context) (int, error) {
	count, _, lastUs, err := s.options.Orders.OrderSpan(ctx, s.options.Tenant)
	if err != nil {
		return 0, err
	}
	if count == 0 {
		return 0, newProblem(http.StatusConflict, api.CodeConflict, "there are no orders to plan yet: import some first")
	}
	return int(lastUs/(secondsPerDay*1_000_000)) + 1, nil
}

func (s *Server) awaitJob(ctx context.Context, ref service.Ref, wait time.Duration) (service.Job, error) {
	var job service.Job
	err := s.until(ctx, wait, 100*time.Millisecond, nil, func() (bool, error) {
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
	return api.FulfilmentPlan{
		ID: job.ID, Status: string(job.State), Progress: job.Progress, Sentence: job.Sentence, Error: job.Error,
		Links: planLinks(job.ID, false),
	}, nil
}

func (s *Server) finishedPlan(ctx context.Context, id string) (api.FulfilmentPlan, error) {
	record, err := s.options.Plans.Plan(ctx, s.options.Tenant, id)
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
	job, err := s.options.Jobs.Job(ctx, service.Ref{Tenant: s.options.Tenant, ID: in.ID})
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
	records, err := s.options.Plans.Plans(ctx, s.options.Tenant, in.Cursor, in.Limit)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &plansOutput{Body: api.PlanList{Items: make([]api.FulfilmentPlan, len(records))}}
	for i, r := range records {
		if out.Body.Items[i], err = s.planWords(r); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	if len(records) == in.Limit {
		out.Body.NextCursor = records[len(records)-1].ID
	}
	return out, nil
}

func (s *Server) listPromises(ctx context.Context, in *listPromisesInput) (*promisesOutput, error) {
	p, err := s.plans.get(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	from := 0
	if in.Cursor != "" {
		from, err = strconv.Atoi(in.Cursor)
		if err != nil || from < 0 || from > len(p.orders) {
			return nil, huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
				Message: "no cursor of this list", Location: "query.cursor", Value: in.Cursor,
			})
		}
	}
	out := &promisesOutput{Body: api.PromiseList{Items: []api.Promise{}}}
	for i := from; i < len(p.orders); i++ {
		if len(out.Body.Items) == in.Limit {
			out.Body.NextCursor = strconv.Itoa(i)
			break
		}
		if w := s.promiseWords(p.originDay, p.currency, p.orders[i]); in.Status == "" || w.Status == in.Status {
			out.Body.Items = append(out.Body.Items, w)
		}
	}
	return out, nil
}

func (s *Server) getPromise(ctx context.Context, in *promiseInput) (*promiseOutput, error) {
	record, err := s.options.Plans.Plan(ctx, s.options.Tenant, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	found, err := s.options.Plans.Promise(ctx, s.options.Tenant, record.ID, in.Order)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	summary, err := readSummary(record)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	var answer service.OrderAnswer
	if err := json.Unmarshal(found.Document, &answer); err != nil {
		return nil, s.fail(ctx, fmt.Errorf("server: read the promise of order %s: %w", in.Order, err))
	}
	return &promiseOutput{Body: s.promiseWords(summary.OriginDay, summary.Currency, answer)}, nil
}
