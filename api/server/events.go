package server

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/internal/service"
)

// Streams of events (server-sent events, WHATWG HTML, section 9.2): each has an id by which a client that lost the stream
// goes on where it was, and says by a comment every now and then that it is alive.
const (
	streamPoll = 300 * time.Millisecond
	streamPing = 15 * time.Second
	// streamWrite bounds one write: a client that reads nothing is let go.
	streamWrite = 10 * time.Second
	// streamLife ends a stream after a while; the client comes back by itself with the last id, maybe to another server.
	streamLife = 30 * time.Minute
	// streamRetry is how long a client waits before it comes back, milliseconds.
	streamRetry = 2000
)

// stream is one client's stream.
type stream struct {
	w    *bufio.Writer
	ctl  *http.ResponseController
	last time.Time // of the last write
	bell *bell     // has follow look at once, nil = none
}

func newStream(w http.ResponseWriter) *stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy may not hold events back
	w.WriteHeader(http.StatusOK)
	s := &stream{w: bufio.NewWriter(w), ctl: http.NewResponseController(w)}
	return s
}

// send writes one event.
func (s *stream) send(id string, e service.Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("server: write an event: %w", err)
	}
	fmt.Fprintf(s.w, "id: %s\nevent: %s\ndata: %s\n\n", id, e.Type, data)
	return s.flush()
}

func (s *stream) comment(text string) error {
	fmt.Fprintf(s.w, ": %s\n\n", text)
	return s.flush()
}

func (s *stream) flush() error {
	s.last = time.Now()
	// Where deadlines cannot be set, as in tests without a connection, the server's own holds.
	if err := s.ctl.SetWriteDeadline(s.last.Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := s.w.Flush(); err != nil {
		return err
	}
	return s.ctl.Flush()
}

// follow calls look until it says done, the client goes, or the stream's life is over.
func (s *Server) follow(r *http.Request, out *stream, look func(ctx context.Context) (done bool, err error)) {
	end := time.NewTimer(streamLife)
	defer end.Stop()
	tick := time.NewTicker(streamPoll)
	defer tick.Stop()
	fmt.Fprintf(out.w, "retry: %d\n\n", streamRetry)
	if out.flush() != nil {
		return
	}
	for {
		var rung <-chan struct{}
		if out.bell != nil {
			rung = out.bell.wait() // before looking, so that no ring in between is missed
		}
		done, err := s.within(withBudget(r.Context()), look)
		if err != nil && !errors.Is(err, service.ErrUnavailable) || done {
			if err != nil && r.Context().Err() == nil {
				s.log.WarnContext(r.Context(), "a stream of events ended", "error", err)
			}
			return
		}
		if time.Since(out.last) >= streamPing && out.comment("ping") != nil {
			return
		}
		select {
		case <-end.C:
			return
		case <-s.closing:
			return
		case <-r.Context().Done():
			return
		case <-tick.C:
		case <-rung:
		}
	}
}

func (s *Server) registerEvents() {
	answer := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{
			Type: "string", Description: "Server-sent events; the data of each is a CloudEvents 1.0 object.",
		}}}}
	}
	resume := &huma.Param{Name: "Last-Event-ID", In: "header", Description: "Id of the last event seen; the stream goes on behind it", Schema: &huma.Schema{Type: "string"}}
	id := func(name, text string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Description: text, Schema: &huma.Schema{Type: "string"}}
	}
	one := operation("follow-job", http.MethodGet, "/v1/jobs/{id}/events", "Follow a job's progress as it happens", "jobs", service.ScopePlansRead, 404)
	one.Description = "Events quartermaster.job.progress, and one of quartermaster.job.done, failed, cancelled or quarantined, after which the stream ends. Coming back behind the last event gets 204: there will be no more."
	one.Parameters = []*huma.Param{id("id", "Job id"), resume}
	s.raw(one, answer("The job as it is now, then each change"), s.followJob)
	all := operation("follow-jobs", http.MethodGet, "/v1/jobs/events", "Follow all jobs as they change", "jobs", service.ScopePlansRead)
	all.Description = "One event for each change of any of the 200 newest jobs that have no parent. Coming back with the last event's id goes on there; what happened in the two seconds before it may come again, with the same id inside."
	all.Parameters = []*huma.Param{resume}
	s.raw(all, answer("Each change from now on, or behind the last event"), s.followJobs)
	floor := operation("follow-tasks", http.MethodGet, "/v1/warehouses/{warehouse}/tasks/events", "Follow the state of a warehouse's tasks", "warehouse", service.ScopeTasksRead)
	floor.Description = "An event quartermaster.tasks.changed with the counts by state whenever they change: a hint to lease tasks, which alone gives the right to do them."
	floor.Parameters = []*huma.Param{id("warehouse", "Site id"), resume}
	s.raw(floor, answer("The counts as they are now, then after each change"), s.followTasks)
	s.registerLeaseStream(answer("Each task as it is leased to the caller"))
}

// jobEvent tells a job as it is.
func (s *Server) jobEvent(j service.Job) (id string, e service.Event, err error) {
	data, err := json.Marshal(s.jobWords(j))
	topic := "job.progress"
	if j.State.Ended() {
		topic = "job." + string(j.State)
	}
	id = strconv.FormatInt(j.UpdatedUs, 10)
	return id, service.NewEvent(j.ID+"-"+id, topic, j.ID, j.UpdatedUs, data), err
}

// lastEvent is the time behind which a stream goes on; 0 = from the beginning.
func lastEvent(r *http.Request) int64 {
	us, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		return 0
	}
	return us
}

func (s *Server) followJob(w http.ResponseWriter, r *http.Request) {
	ref := service.Ref{Tenant: s.tenant(r.Context()), ID: r.PathValue("id")}
	var job service.Job
	_, err := s.within(r.Context(), func(ctx context.Context) (done bool, err error) {
		job, err = s.options.Jobs.Job(ctx, ref)
		return true, err
	})
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	seen := lastEvent(r)
	if job.State.Ended() && seen >= job.UpdatedUs {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	out := newStream(w)
	s.follow(r, out, func(ctx context.Context) (bool, error) {
		job, err := s.options.Jobs.Job(ctx, ref)
		if err != nil || job.UpdatedUs <= seen {
			return false, err
		}
		seen = job.UpdatedUs
		id, e, err := s.jobEvent(job)
		if err == nil {
			err = out.send(id, e)
		}
		return job.State.Ended(), err
	})
}

// followedJobs is how many of the newest jobs a stream of all looks at, and followOverlapUs how far behind the last event one
// that is gone on with looks again: transactions do not end in the order of the times that they write. What a client then
// sees a second time has the same id inside.
const (
	followedJobs    = 200
	followOverlapUs = 2_000_000
)

func (s *Server) followJobs(w http.ResponseWriter, r *http.Request) {
	tenant, last := s.tenant(r.Context()), lastEvent(r)
	out, first := newStream(w), true
	told := map[string]int64{} // by job, the change that was told last
	s.follow(r, out, func(ctx context.Context) (bool, error) {
		jobs, err := s.options.Jobs.Jobs(ctx, tenant, service.JobFilter{Roots: true, Limit: followedJobs})
		if err != nil {
			return false, err
		}
		slices.SortFunc(jobs, func(a, b service.Job) int { return cmp.Compare(a.UpdatedUs, b.UpdatedUs) })
		now := make(map[string]int64, len(jobs))
		for _, job := range jobs {
			now[job.ID] = job.UpdatedUs
			known := told[job.ID] == job.UpdatedUs
			if first {
				known = last == 0 || job.UpdatedUs <= last-followOverlapUs // from now on, or behind the last event
			}
			if known {
				continue
			}
			last = max(last, job.UpdatedUs)
			_, e, err := s.jobEvent(job)
			if err == nil {
				err = out.send(strconv.FormatInt(last, 10), e)
			}
			if err != nil {
				return false, err
			}
		}
		first, told = false, now
		return false, nil
	})
}

func (s *Server) followTasks(w http.ResponseWriter, r *http.Request) {
	tenant, site, seen := s.tenant(r.Context()), r.PathValue("warehouse"), r.Header.Get("Last-Event-ID")
	out := newStream(w)
	s.follow(r, out, func(ctx context.Context) (bool, error) {
		c, err := s.options.Tasks.FloorCounts(ctx, tenant, site)
		if err != nil {
			return false, err
		}
		id := fmt.Sprintf("%s.%d.%d.%d.%d.%d", c.PlanID, c.Ready, c.Waiting, c.Leased, c.Done, c.Failed)
		if id == seen {
			return false, nil
		}
		seen = id
		data, err := json.Marshal(map[string]any{
			"plan_id": c.PlanID, "warehouse": site, "ready": c.Ready, "waiting": c.Waiting, "leased": c.Leased, "done": c.Done, "failed": c.Failed,
		})
		if err != nil {
			return false, err
		}
		return false, out.send(id, service.NewEvent(id, "tasks.changed", site, time.Now().UnixMicro(), data))
	})
}
