package service

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"
)

// work claims one job and sees it to its end. It returns when the store knows what came of it, or cannot be told.
func (r *Runner) work(runs context.Context, ref Ref) {
	// The queue's own limit breaks when it loses touch with its server and starts further calls, so the slots are ours.
	select {
	case r.slots <- struct{}{}:
	case <-runs.Done():
		return
	}
	defer func() { <-r.slots }()
	defer r.Wake() // there is room in the window

	if runs.Err() != nil {
		return
	}
	claimedAt := time.Now()
	// A claim that is broken off may take effect all the same and would end as a crash, so the end of the runs does not
	// break it off: the run then begins and is given back.
	call, cancel := context.WithTimeout(context.WithoutCancel(runs), storeWait)
	job, input, ok, err := r.store.Claim(call, ref, r.options.Lease)
	cancel()
	if err != nil {
		r.log.Warn("job not claimed; it is sent again later", "job", ref.String(), "error", err)
		return
	}
	if !ok {
		return // another worker has it, or it ended
	}
	r.run(runs, job, input, claimedAt)
}

// run calls the handler under the job's lease and tells the store what came of it.
func (r *Runner) run(runs context.Context, job Job, input []byte, claimedAt time.Time) {
	k, known := r.kinds[job.Kind]
	if !known {
		r.putBack(job)
		return
	}
	ctx, end := context.WithCancelCause(inJob(runs, job))
	defer end(nil)
	ctx, cancel := context.WithTimeout(ctx, k.options.Timeout)
	defer cancel()
	h := &heldJob{ref: job.Ref, attempt: job.Attempt, end: end, extendAt: claimedAt, done: job.Progress, sentence: job.Sentence}
	if job.CancelRequested {
		end(errCancelled)
	}
	r.held.add(h)
	traced, done := r.options.Trace(ctx, job)
	out, err := r.call(traced, k.handler, &Run{Job: job, Input: input, store: r.store, beat: h})
	done(err)
	r.settleRun(ctx, job, k, out, err)
	r.held.remove(h) // only now: the lease must hold until the end is written
}

// strangersLife is how long a job waits for a worker that knows its kind: longer than an upgrade takes that brings one.
const strangersLife = 24 * time.Hour

// putBack leaves a job that this program does not know to another: while an installation is upgraded, old workers meet jobs
// of the new one. A job that nobody takes for a day fails.
func (r *Runner) putBack(job Job) {
	reason := fmt.Sprintf("no worker knows jobs of kind %q", job.Kind)
	r.end(job, func(ctx context.Context) error {
		if time.Since(time.UnixMicro(job.CreatedUs)) > strangersLife {
			return r.store.Fail(ctx, job, reason)
		}
		return r.store.Postpone(ctx, job, reason+" yet; it waits for one that does", r.options.StrangerPause/2+rand.N(r.options.StrangerPause/2+1))
	})
}

// call runs the handler; a panic is a failure of the job, not of the process.
func (r *Runner) call(ctx context.Context, h Handler, run *Run) (out Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.ErrorContext(ctx, "handler panicked", "job", run.Job.Ref.String(), "kind", run.Job.Kind,
				"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	return h.Handle(ctx, run)
}

// settleRun chooses the end: a finished answer counts even when a cancel came in late; a run that was stopped ends as
// what stopped it.
func (r *Runner) settleRun(ctx context.Context, job Job, k kind, out Outcome, err error) {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, ErrTokenLost):
		r.log.Warn("lease lost, answer dropped", "job", job.Ref.String(), "attempt", job.Attempt)
	case err == nil && out.Spawn != nil:
		r.end(job, func(ctx context.Context) error { return r.spawn(ctx, job, out) })
	case err == nil:
		r.finish(job, out.Result)
	case errors.Is(cause, errCancelled):
		r.end(job, func(ctx context.Context) error { return r.store.EndCancelled(ctx, job) })
	case errors.Is(cause, errShutdown):
		r.end(job, func(ctx context.Context) error { return r.store.Release(ctx, job) })
	case errors.Is(cause, context.DeadlineExceeded):
		r.fail(job, fmt.Sprintf("not done within %s, the limit of one run", k.options.Timeout))
	case IsTransient(err) && job.Retries < k.options.MaxRetries:
		delay := r.backoff(job.Retries)
		r.log.Info("job failed for now", "job", job.Ref.String(), "kind", job.Kind, "retry_in", delay, "error", err)
		r.end(job, func(ctx context.Context) error { return r.store.Retry(ctx, job, err.Error(), delay) })
	default:
		r.log.Warn("job failed", "job", job.Ref.String(), "kind", job.Kind, "error", err)
		r.fail(job, err.Error())
	}
}

// finish stores the answer. What the store refuses for its content fails the job: it would be refused again.
func (r *Runner) finish(job Job, result Result) {
	r.end(job, func(ctx context.Context) error {
		err := r.store.Finish(ctx, job, result)
		if errors.Is(err, ErrInvalid) || errors.Is(err, ErrConflict) {
			return r.store.Fail(ctx, job, err.Error())
		}
		return err
	})
}

func (r *Runner) spawn(ctx context.Context, job Job, out Outcome) error {
	err := r.store.Spawn(ctx, job, out.Spawn, out.OnChildError)
	switch {
	case errors.Is(err, ErrCancelRequested):
		return r.store.EndCancelled(ctx, job)
	case errors.Is(err, ErrInvalid):
		return r.store.Fail(ctx, job, err.Error())
	}
	r.Wake()
	return err
}

func (r *Runner) fail(job Job, reason string) {
	r.end(job, func(ctx context.Context) error { return r.store.Fail(ctx, job, reason) })
}

// end writes the end of a run, trying for as long as a lease: after that the job is another worker's. A second try after
// an answer that got lost finds the token gone and writes nothing.
func (r *Runner) end(job Job, write func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.options.Lease)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		err := write(ctx)
		if err == nil {
			return
		}
		if errors.Is(err, ErrTokenLost) || !errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			r.log.Warn("end of job not written; it runs again when its lease ends unless it has ended",
				"job", job.Ref.String(), "attempt", job.Attempt, "error", err)
			return
		}
		wait(ctx, pause, nil)
	}
}

// backoff doubles from BackoffBase to BackoffMax and draws the pause from its upper half, so that jobs that failed
// together do not come back together. It is a pause, not an answer: the global generator may be used.
func (r *Runner) backoff(retries int) time.Duration {
	d := r.options.BackoffMax
	if retries < 20 { // a greater shift could overflow
		d = min(d, r.options.BackoffBase<<retries)
	}
	return d/2 + rand.N(d/2+1)
}
