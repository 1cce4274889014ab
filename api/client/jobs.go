package client

import (
	"context"
	"iter"
	"net/http"

	"quartermaster/api"
)

const jobsPath = "/v1/jobs"

// JobFilter chooses jobs.
type JobFilter struct {
	PageOf
	Kind   string // "" = all
	State  string // queued, running, waiting, done, failed, cancelled or quarantined; "" = all
	Parent string // only the chunks of this job; "" = all
}

// Job reads a job.
func (c *Client) Job(ctx context.Context, id string) (api.Job, error) {
	job, _, err := c.job(ctx, call{what: "read job " + id, method: http.MethodGet, again: true}, id, "")
	return job, err
}

// CancelJob cancels a job: a waiting one ends at once, a running one is asked to stop, an ended one is left alone. The
// answer is the job as it is now.
func (c *Client) CancelJob(ctx context.Context, id string) (api.Job, error) {
	job, _, err := c.job(ctx, call{what: "cancel job " + id, method: http.MethodPost, again: true}, id, "/cancel")
	return job, err
}

// RetryJob queues a failed or quarantined job afresh. It is asked once: a second time could undo a newer failure.
func (c *Client) RetryJob(ctx context.Context, id string) (api.Job, error) {
	job, _, err := c.job(ctx, call{what: "retry job " + id, method: http.MethodPost}, id, "/retry")
	return job, err
}

// WaitJob looks at a job again and again until it has ended, in whatever way: its State is then done, failed, cancelled or
// quarantined. Each look is told to seen (nil = nobody). The pauses grow, and are never shorter than the service's
// Retry-After; ctx bounds the whole.
func (c *Client) WaitJob(ctx context.Context, id string, seen func(api.Job)) (api.Job, error) {
	return follow(ctx, c, seen, func() (api.Job, http.Header, bool, error) {
		job, header, err := c.job(ctx, call{what: "read job " + id, method: http.MethodGet, again: true}, id, "")
		return job, header, ended(job.State), err
	})
}

func (c *Client) job(ctx context.Context, k call, id, verb string) (job api.Job, header http.Header, err error) {
	if k.path, err = path(jobsPath+"/", id, verb); err != nil {
		return job, nil, err
	}
	k.into = &job
	header, err = c.do(ctx, k)
	return job, header, err
}

// Jobs reads one page of the jobs, newest first.
func (c *Client) Jobs(ctx context.Context, f JobFilter) (api.JobList, error) {
	var list api.JobList
	_, err := c.do(ctx, call{
		what: "list jobs", method: http.MethodGet, path: jobsPath,
		query: f.query("kind", f.Kind, "state", f.State, "parent", f.Parent), into: &list, again: true,
	})
	return list, err
}

// AllJobs goes through the jobs, newest first, page by page, from the filter's cursor on and in pages of its limit. An
// error is the last thing that it gives.
func (c *Client) AllJobs(ctx context.Context, f JobFilter) iter.Seq2[api.Job, error] {
	return pages(func(cursor string) ([]api.Job, string, error) {
		if cursor != "" {
			f.Cursor = cursor
		}
		list, err := c.Jobs(ctx, f)
		return list.Items, list.NextCursor, err
	})
}
