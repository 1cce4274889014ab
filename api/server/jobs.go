package server

import (
	"context"
	"net/http"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type listJobsInput struct {
	Kind   string `query:"kind" maxLength:"64"`
	State  string `query:"state" enum:"queued,running,waiting,done,failed,cancelled,quarantined"`
	Parent string `query:"parent" maxLength:"64" doc:"Only the chunks of this job"`
	Roots  bool   `query:"roots" doc:"Only jobs that are not chunks of another"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type jobsOutput struct{ Body api.JobList }

type jobInput struct {
	ID string `path:"id" maxLength:"64"`
}

type jobOutput struct{ Body api.Job }

func (s *Server) registerJobs() {
	register(s, operation("list-jobs", http.MethodGet, "/v1/jobs", "List jobs, newest first", "jobs", service.ScopePlansRead), s.listJobs)
	register(s, operation("get-job", http.MethodGet, "/v1/jobs/{id}", "Read a job", "jobs", service.ScopePlansRead, 404),
		func(ctx context.Context, in *jobInput) (*jobOutput, error) {
			return s.job(ctx, in, s.options.Jobs.Job)
		})
	cancel := operation("cancel-job", http.MethodPost, "/v1/jobs/{id}/cancel", "Cancel a job", "jobs", service.ScopePlansWrite, 404)
	cancel.Description = "A waiting job ends at once, a running one is asked to stop; an ended one is left alone. The answer is the job as it is now."
	register(s, cancel, func(ctx context.Context, in *jobInput) (*jobOutput, error) {
		return s.job(ctx, in, s.options.Jobs.Cancel)
	})
	retry := operation("retry-job", http.MethodPost, "/v1/jobs/{id}/retry", "Queue a failed or quarantined job afresh", "jobs", service.ScopePlansWrite, 404, 409)
	register(s, retry, func(ctx context.Context, in *jobInput) (*jobOutput, error) {
		out, err := s.job(ctx, in, s.options.Jobs.Replay)
		if err == nil {
			s.options.Wake()
		}
		return out, err
	})
}

// job does one thing to one job and shows it.
func (s *Server) job(ctx context.Context, in *jobInput, do func(context.Context, service.Ref) (service.Job, error)) (*jobOutput, error) {
	job, err := do(ctx, service.Ref{Tenant: s.tenant(ctx), ID: in.ID})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &jobOutput{Body: s.jobWords(job)}, nil
}

func (s *Server) listJobs(ctx context.Context, in *listJobsInput) (*jobsOutput, error) {
	filter := service.JobFilter{
		Kind: in.Kind, State: service.State(in.State), ParentID: in.Parent, Roots: in.Roots, Before: in.Cursor, Limit: in.Limit + 1,
	}
	jobs, err := s.options.Jobs.Jobs(ctx, s.tenant(ctx), filter)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	jobs, more := page(jobs, in.Limit)
	out := &jobsOutput{Body: api.JobList{Items: make([]api.Job, len(jobs))}}
	for i, job := range jobs {
		out.Body.Items[i] = s.jobWords(job)
	}
	if more {
		out.Body.NextCursor = jobs[len(jobs)-1].ID
	}
	return out, nil
}

func (s *Server) jobWords(j service.Job) api.Job {
	out := api.Job{
		ID: j.ID, Kind: j.Kind, State: string(j.State), Priority: j.Priority, Progress: j.Progress, Sentence: j.Sentence,
		Error: j.Error, CancelRequested: j.CancelRequested, Attempts: j.Attempt, Crashes: j.Crashes, Retries: j.Retries,
		ParentID: j.ParentID, ChildrenLeft: j.ChildrenLeft, CreatedAt: s.timeOf(j.CreatedUs),
		StartedAt: s.timeIfSet(j.StartedUs), EndedAt: s.timeIfSet(j.EndedUs),
		Links: []api.Link{{Rel: "self", Href: "/v1/jobs/" + j.ID}},
	}
	if !j.State.Ended() {
		out.Links = append(out.Links, api.Link{Rel: "cancel", Href: "/v1/jobs/" + j.ID + "/cancel"})
	}
	if (j.State == service.StateFailed || j.State == service.StateQuarantined) && j.ParentID == "" { // a child is retried by its parent
		out.Links = append(out.Links, api.Link{Rel: "retry", Href: "/v1/jobs/" + j.ID + "/retry"})
	}
	return out
}
