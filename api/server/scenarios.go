package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/simulations"
)

// Simulator queues scenarios; *service.Scenarios is one.
type Simulator interface {
	// Request queues scenarios. The same key and request give the job that is there already, with created false.
	Request(ctx context.Context, tenant string, r service.ScenarioRequest, idempotencyKey string, priority int) (job service.Job, created bool, err error)
}

// listedOrders is how many differing orders a report shows where nobody says how many.
const listedOrders = 100

type requestScenariosInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and body give the same answer, however often it is asked for"`
	Prefer         string `header:"Prefer" maxLength:"256" doc:"wait=10 waits up to 10 s (25 at most) for the reports" example:"wait=10"`
	Body           api.ScenarioRequest
}

type scenariosInput struct {
	ID     string `path:"id" maxLength:"64"`
	Orders int    `query:"orders" minimum:"0" maximum:"200000" default:"100" doc:"How many of the orders that differ to list for each scenario"`
}

type scenariosOutput = asking[api.ScenarioRun]

func (s *Server) registerScenarios() {
	ask := operation("request-scenarios", http.MethodPost, "/v1/scenarios", "Ask what would be if", "scenarios", service.ScopePlansWrite, 409, 413, 422)
	ask.DefaultStatus = http.StatusAccepted
	ask.Description = "Plans the stored facts as they are and once more under each scenario, with the same seed, and tells what differs, figure by figure and order by order. No plan is stored. Answers 202 with the Location where the reports will be, or 200 with them when they were finished within the wait that Prefer asks for."
	huma.Register(s.api, ask, s.requestScenarios)
	register(s, operation("get-scenarios", http.MethodGet, "/v1/scenarios/{id}", "Read what scenarios give, or how far they are", "scenarios", service.ScopePlansRead, 404), s.getScenarios)
}

func (s *Server) requestScenarios(ctx context.Context, in *requestScenariosInput) (*scenariosOutput, error) {
	return askFor(ctx, s, in.Prefer, work[api.ScenarioRun]{
		submit: func(ctx context.Context) (service.Job, error) { return s.submitScenarios(ctx, in) },
		path:   scenariosPath,
		frame:  scenarioFrame,
		look: func(ctx context.Context, job service.Job) (api.ScenarioRun, error) {
			return s.scenariosOfJob(ctx, job, listedOrders)
		},
	})
}

// submitScenarios stores the job, or finds the one of the same key.
func (s *Server) submitScenarios(ctx context.Context, in *requestScenariosInput) (service.Job, error) {
	wish, priority, err := s.wish(ctx, &requestPlanInput{Body: &api.PlanRequest{
		OriginDate: in.Body.OriginDate, Days: in.Body.Days, Seed: in.Body.Seed, Priority: in.Body.Priority,
	}})
	if err != nil {
		return service.Job{}, err
	}
	r := service.ScenarioRequest{Plan: wish}
	if err := translate(in.Body.Scenarios, &r.Scenarios); err != nil {
		return service.Job{}, err
	}
	job, _, err := s.options.Simulator.Request(ctx, s.tenant(ctx), r, in.IdempotencyKey, priority)
	var invalid *simulations.InvalidError
	switch {
	case errors.As(err, &invalid):
		return job, wrongScenarios(invalid)
	case errors.Is(err, service.ErrConflict) && in.IdempotencyKey != "":
		return job, errKeyReused()
	}
	return job, err
}

// wrongScenarios names each wrong field by its place in the body.
func wrongScenarios(e *simulations.InvalidError) error {
	details := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		details[i] = &huma.ErrorDetail{Message: p.Reason, Location: "body." + p.Field}
	}
	return huma.Error422UnprocessableEntity("validation failed", details...)
}

func (s *Server) getScenarios(ctx context.Context, in *scenariosInput) (*scenariosOutput, error) {
	job, err := s.options.Jobs.Job(ctx, service.Ref{Tenant: s.tenant(ctx), ID: in.ID})
	if err == nil && job.Kind != service.KindScenario {
		err = service.ErrNotFound
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &scenariosOutput{Status: http.StatusOK}
	if out.Body, err = s.scenariosOfJob(ctx, job, in.Orders); err != nil {
		return nil, s.fail(ctx, err)
	}
	if !job.State.Ended() {
		out.RetryAfter = "1"
	}
	return out, nil
}

func scenariosPath(id string) string { return "/v1/scenarios/" + id }

// scenarioFrame is what can be told of a job without its result.
func scenarioFrame(job service.Job) api.ScenarioRun {
	return api.ScenarioRun{
		ID: job.ID, Status: string(job.State), Progress: job.Progress, Sentence: job.Sentence, Error: job.Error,
		Links: []api.Link{{Rel: "self", Href: scenariosPath(job.ID)}, {Rel: "job", Href: "/v1/jobs/" + job.ID}},
	}
}

// scenariosOfJob shows the reports that a job has made, with so many orders each, or how far the job is.
func (s *Server) scenariosOfJob(ctx context.Context, job service.Job, orders int) (api.ScenarioRun, error) {
	out := scenarioFrame(job)
	if job.State != service.StateDone {
		return out, nil
	}
	body, err := s.options.Jobs.JobResult(ctx, job.Ref)
	if err != nil {
		return out, err
	}
	var answer service.ScenarioAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return out, fmt.Errorf("server: read the reports of job %s: %w", job.ID, err)
	}
	for i := range answer.Results {
		r := &answer.Results[i].Report
		r.Orders = r.Orders[:min(orders, len(r.Orders))]
	}
	out.Origin = s.localTime(int64(answer.OriginDay) * secondsPerDay).Format(time.DateOnly)
	out.Days, out.Seed = answer.Days, answer.Seed
	return out, translate(answer.Results, &out.Results)
}

// translate carries values between the words of package api and those of package simulations, which have the same names
// in JSON; a name that one of them lacks is our own mistake and shows as an error.
func translate(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("server: translate: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return fmt.Errorf("server: translate: %w", err)
	}
	return nil
}
