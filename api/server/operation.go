package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// Operation is one kind of work that a room offers to outsiders: what is asked becomes a job, a worker solves it, the
// answer is kept with the job. Path, description, validation, idempotency, waiting and the job's handler follow from it;
// CONTRIBUTING.md, "Adding an operation", shows one.
type Operation[Q, A any] struct {
	Words api.Operation[Q, A]
	Kind  string // of the job; a noun in the singular: route
	// Summary completes "Ask for …": routes of vehicles over stops. Description says what else a caller should know.
	Summary     string
	Description string
	// MaxBodyBytes bounds the request; 0 = api.MaxBodyBytes.
	MaxBodyBytes int64
	// Check names what is wrong with a request beyond the limits that its tags state, before anything is stored: all of it
	// at once, each with its place (stops[3].window). It may look at facts; nil = the tags say all.
	Check func(ctx context.Context, w *Work, q *Q) ([]api.FieldError, error)
	// Solve gives the answer. It may run more than once, on any machine, polls ctx, and changes nothing but Work.Effects.
	// An error marked service.ErrInvalid or service.ErrConflict is the caller's, one marked service.Transient is tried again.
	// nil = Kind has a handler of the service's own, which reads the request as it came and leaves the answer as it goes out.
	Solve func(ctx context.Context, w *Work, q Q) (A, error)
	// Show takes out of an answer, as it is kept, what another operation gives by pages; nil = it goes out whole.
	Show func(a *A)
	// Sentence sums up an answer for people; nil = the last progress sentence stays.
	Sentence func(a A) string
}

// Work is what an operation may use beside its request. Server and workers have the same.
type Work struct {
	Tenant   string
	Planning *service.Planning // facts, streets, and goroutines to use
	Plans    service.PlanStore
	Zone     *time.Location // of the business
	// Progress tells how far the work is, 0…1; never nil.
	Progress func(done float64, sentence string)
	// Effects is written in the transaction that ends the job, beside the answer.
	Effects service.Result
}

// offering is an Operation of any types.
type offering interface {
	mount(s *Server)
	register(r *service.Runner, w Work)
	named() (name, kind string)
}

// offered are the operations of all rooms, in the order of their files.
var offered []offering

// offer adds an operation to the service. It is called where the operation stands, so that adding one is adding its file.
func offer[Q, A any](o Operation[Q, A]) struct{} {
	offered = append(offered, o)
	return struct{}{}
}

// named are the operation's name in paths and the kind of its jobs.
func (o Operation[Q, A]) named() (name, kind string) { return o.Words.Name, o.Kind }

// RegisterOperations names the handlers of all operations to a runner; w is what they work with.
func RegisterOperations(r *service.Runner, w Work) {
	if w.Zone == nil {
		w.Zone = time.UTC
	}
	for _, o := range offered {
		o.register(r, w)
	}
}

func (o Operation[Q, A]) register(r *service.Runner, w Work) {
	if o.Solve == nil {
		return
	}
	r.Register(o.Kind, service.HandlerFunc(func(ctx context.Context, run *service.Run) (service.Outcome, error) {
		var q Q
		if err := json.Unmarshal(run.Input, &q); err != nil {
			return service.Outcome{}, fmt.Errorf("read the request: %w", err)
		}
		w := w // each run has its own
		w.Tenant, w.Progress, w.Effects = run.Job.Tenant, run.Progress, service.Result{}
		answer, err := o.Solve(ctx, &w, q)
		if err != nil {
			return service.Outcome{}, err
		}
		out := service.Outcome{Result: w.Effects}
		if out.Result.Body, err = json.Marshal(answer); err != nil {
			return service.Outcome{}, fmt.Errorf("write the answer: %w", err)
		}
		if o.Sentence != nil {
			out.Result.Sentence = o.Sentence(answer)
		}
		return out, nil
	}), service.KindOptions{})
}

type askInput[Q any] struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and body give the same answer, however often it is asked for"`
	Prefer         string `header:"Prefer" maxLength:"256" doc:"wait=10 waits up to 10 s (25 at most) for the result" example:"wait=10"`
	Priority       int    `query:"priority" minimum:"1" maximum:"9" default:"5" doc:"1 first, 9 last"`
	Body           Q
}

type answerOutput[A any] = asking[api.Answer[A]]

type answerInput struct {
	ID string `path:"id" maxLength:"64"`
}

type listAnswersInput struct {
	State  string `query:"state" enum:"queued,running,waiting,done,failed,cancelled,quarantined"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type answersOutput[A any] struct{ Body api.AnswerList[A] }

// mount adds the three ways to an operation: ask, read, list.
func (o Operation[Q, A]) mount(s *Server) {
	name, path := o.Words.Name, o.Words.Path()
	named := map[string]any{"x-operation": name} // its words are those of api.Operation: one client serves all
	ask := operation("ask-"+name, http.MethodPost, path, "Ask for "+o.Summary, name, service.ScopePlansWrite, 409, 413, 422)
	ask.Description = o.Description + " Answers 202 with the Location where the result will be, or 200 with the result when it was there within the wait that Prefer asks for."
	ask.DefaultStatus = http.StatusAccepted
	ask.Extensions = named
	if o.MaxBodyBytes > 0 {
		ask.MaxBodyBytes = o.MaxBodyBytes
	}
	if o.MaxBodyBytes > api.MaxBodyBytes {
		o.mountLarge(s, ask)
	} else {
		huma.Register(s.api, ask, func(ctx context.Context, in *askInput[Q]) (*answerOutput[A], error) { return o.ask(ctx, s, in) })
	}
	read := operation("read-"+name, http.MethodGet, path+"/{id}", "Read "+o.Summary+", or how far they are", name, service.ScopePlansRead, 404)
	read.Extensions = named
	register(s, read, func(ctx context.Context, in *answerInput) (*answerOutput[A], error) { return o.read(ctx, s, in.ID) })
	list := operation("list-"+name, http.MethodGet, path, "List who asked for "+o.Summary+", newest first", name, service.ScopePlansRead)
	list.Extensions = named
	register(s, list, func(ctx context.Context, in *listAnswersInput) (*answersOutput[A], error) { return o.list(ctx, s, in) })
}

type askLargeInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and body give the same answer, however often it is asked for"`
	Prefer         string `header:"Prefer" maxLength:"256" doc:"wait=10 waits up to 10 s (25 at most) for the result" example:"wait=10"`
	Priority       int    `query:"priority" minimum:"1" maximum:"9" default:"5" doc:"1 first, 9 last"`
	ContentType    string `header:"Content-Type" hidden:"true"`
	RawBody        []byte `contentType:"application/json"`
}

// mountLarge adds the asking where bodies may be large.
func (o Operation[Q, A]) mountLarge(s *Server, ask huma.Operation) {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Q](), true, "")
	ask.RequestBody, ask.SkipValidateBody = &huma.RequestBody{Required: true}, true
	huma.Register(s.api, ask, func(ctx context.Context, in *askLargeInput) (*answerOutput[A], error) {
		q, err := readLarge[Q](s, in.ContentType, in.RawBody)
		if err != nil {
			return nil, err
		}
		return o.ask(ctx, s, &askInput[Q]{IdempotencyKey: in.IdempotencyKey, Prefer: in.Prefer, Priority: in.Priority, Body: q})
	})
	ask.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: schema}} // which huma takes for bytes
}

func (o Operation[Q, A]) ask(ctx context.Context, s *Server, in *askInput[Q]) (*answerOutput[A], error) {
	return askFor(ctx, s, in.Prefer, work[api.Answer[A]]{
		submit: func(ctx context.Context) (service.Job, error) { return o.submit(ctx, s, in) },
		path:   func(id string) string { return o.Words.Path() + "/" + id },
		frame:  o.frame,
		look:   func(ctx context.Context, job service.Job) (api.Answer[A], error) { return o.words(ctx, s, job) },
	})
}

func (o Operation[Q, A]) submit(ctx context.Context, s *Server, in *askInput[Q]) (service.Job, error) {
	if o.Check != nil {
		w := s.work(ctx)
		wrong, err := o.Check(ctx, &w, &in.Body)
		if err != nil {
			return service.Job{}, err
		}
		if len(wrong) > 0 {
			return service.Job{}, invalidFields(wrong)
		}
	}
	input, err := json.Marshal(in.Body)
	if err != nil {
		return service.Job{}, fmt.Errorf("server: write the request: %w", err)
	}
	job, _, err := s.options.Jobs.Submit(ctx, s.tenant(ctx), service.Submission{
		Kind: o.Kind, Input: input, Priority: in.Priority, IdempotencyKey: in.IdempotencyKey,
	})
	if errors.Is(err, service.ErrConflict) && in.IdempotencyKey != "" {
		err = errKeyReused()
	}
	return job, err
}

// errKeyReused says that an Idempotency-Key came with two requests.
func errKeyReused() error {
	return newProblem(http.StatusUnprocessableEntity, api.CodeKeyReused, "this Idempotency-Key was used for another request")
}

// invalidFields refuses a body, naming every wrong field.
func invalidFields(wrong []api.FieldError) error {
	p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "validation failed")
	for _, w := range wrong {
		w.Location = "body." + w.Location
		p.Errors = append(p.Errors, w)
	}
	return p
}

// work is what an operation works with when a request comes in.
func (s *Server) work(ctx context.Context) Work {
	return Work{
		Tenant: s.tenant(ctx), Planning: s.options.Planning, Plans: s.options.Plans, Zone: s.options.Zone,
		Progress: func(float64, string) {},
	}
}

func (o Operation[Q, A]) read(ctx context.Context, s *Server, id string) (*answerOutput[A], error) {
	job, err := s.options.Jobs.Job(ctx, service.Ref{Tenant: s.tenant(ctx), ID: id})
	if err == nil && job.Kind != o.Kind {
		err = fmt.Errorf("%w: there are no %s with the id %q", service.ErrNotFound, o.Words.Name, id)
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &answerOutput[A]{Status: http.StatusOK}
	if out.Body, err = o.words(ctx, s, job); err != nil {
		return nil, s.fail(ctx, err)
	}
	if !job.State.Ended() {
		out.RetryAfter = "1"
	}
	return out, nil
}

func (o Operation[Q, A]) list(ctx context.Context, s *Server, in *listAnswersInput) (*answersOutput[A], error) {
	jobs, err := s.options.Jobs.Jobs(ctx, s.tenant(ctx), service.JobFilter{
		Kind: o.Kind, State: service.State(in.State), Before: in.Cursor, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	jobs, more := page(jobs, in.Limit)
	out := &answersOutput[A]{Body: api.AnswerList[A]{Items: make([]api.Answer[A], len(jobs))}}
	for i, job := range jobs {
		out.Body.Items[i] = o.frame(job)
	}
	if more {
		out.Body.NextCursor = jobs[len(jobs)-1].ID
	}
	return out, nil
}

// words shows what a job has made, or how far it is.
func (o Operation[Q, A]) words(ctx context.Context, s *Server, job service.Job) (api.Answer[A], error) {
	out := o.frame(job)
	if job.State != service.StateDone {
		return out, nil
	}
	body, err := s.options.Jobs.JobResult(ctx, job.Ref)
	if err != nil {
		return out, err
	}
	out.Result = new(A)
	if err := json.Unmarshal(body, out.Result); err != nil {
		return out, fmt.Errorf("server: read the answer of job %s: %w", job.ID, err)
	}
	if o.Show != nil {
		o.Show(out.Result)
	}
	return out, nil
}

func (o Operation[Q, A]) frame(job service.Job) api.Answer[A] {
	return api.Answer[A]{
		ID: job.ID, Status: string(job.State), Progress: job.Progress, Sentence: job.Sentence, Error: job.Error,
		Links: []api.Link{{Rel: "self", Href: o.Words.Path() + "/" + job.ID}, {Rel: "job", Href: "/v1/jobs/" + job.ID}},
	}
}
