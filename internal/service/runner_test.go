package service_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/queue"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
	"quartermaster/internal/store/storetest"
)

// pair is one store with one queue.
type pair struct {
	*store.Store
	queue      service.Queue
	dsn, redis string // for another process; redis "" = one of its own
	name       string // of the queue
}

// eachPair runs a test on the embedded pair and on PostgreSQL with Redis.
func eachPair(t *testing.T, test func(t *testing.T, p pair)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); test(t, embedded(t)) })
	t.Run("servers", func(t *testing.T) { t.Parallel(); test(t, servers(t)) })
}

func embedded(t testing.TB) pair {
	t.Helper()
	q, err := queue.OpenInside(queue.Options{Poll: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, "sqlite://"+filepath.Join(t.TempDir(), "jobs.db"), q)
}

func servers(t testing.TB) pair {
	t.Helper()
	redis := storetest.Address(t, "QUARTERMASTER_TEST_REDIS")
	address, schema := storetest.Schema(t)
	q, err := queue.Open(redis, queue.Options{Name: schema, Poll: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, address, q)
	p.redis, p.name = redis, schema
	return p
}

func open(t testing.TB, dsn string, q service.Queue) pair {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err == nil {
		_, err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), q.Close()); err != nil {
			t.Error(err)
		}
	})
	return pair{Store: s, queue: q, dsn: dsn}
}

// quick are options under which a test need not wait; no lease ends by itself within one.
func quick() service.RunnerOptions {
	return service.RunnerOptions{Concurrency: 4, Lease: time.Minute, Beat: 20 * time.Millisecond, CancelPoll: 10 * time.Millisecond,
		ReapEvery: 20 * time.Millisecond, DispatchGap: 5 * time.Millisecond, BackoffBase: time.Millisecond, Drain: 5 * time.Second}
}

// start runs handlers by kind until the test ends.
func start(t testing.TB, p pair, o service.RunnerOptions, kinds map[string]service.HandlerFunc) *service.Runner {
	t.Helper()
	r := service.NewRunner(p, p.queue, o)
	for kind, h := range kinds {
		r.Register(kind, h, service.KindOptions{})
	}
	if err := errors.Join(r.Start(), r.Start()); err != nil { // twice is no error
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func submit(t testing.TB, p pair, kind string) service.Job {
	t.Helper()
	job, _, err := p.Submit(t.Context(), "acme", service.Submission{Kind: kind, Input: []byte(kind)})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// await looks until the job is as wanted; the limit only ends a test that has failed.
func await(t testing.TB, p pair, ref service.Ref, what string, as func(j service.Job) bool) service.Job {
	t.Helper()
	limit := time.After(30 * time.Second)
	look := time.NewTicker(3 * time.Millisecond)
	defer look.Stop()
	for {
		job, err := p.Job(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if as(job) {
			return job
		}
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("job never became %s: %+v", what, job)
		}
	}
}

func awaitEnd(t testing.TB, p pair, ref service.Ref, want service.State) service.Job {
	t.Helper()
	job := await(t, p, ref, "ended", func(j service.Job) bool { return j.State.Ended() })
	if job.State != want {
		t.Fatalf("job ended as %s (%s), want %s", job.State, job.Error, want)
	}
	return job
}

// Each way a handler can come back leads to the end that belongs to it.
func TestHandlerOutcomes(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		var flaky atomic.Int32
		r := service.NewRunner(p, p.queue, quick())
		kinds := map[string]service.HandlerFunc{
			"good": func(_ context.Context, run *service.Run) (service.Outcome, error) {
				run.Progress(7, "nearly there") // brought to 1
				return service.Outcome{Result: service.Result{Body: append([]byte("did "), run.Input...), Sentence: "all done"}}, nil
			},
			"flaky": func(context.Context, *service.Run) (service.Outcome, error) {
				if flaky.Add(1) < 3 {
					return service.Outcome{}, service.Transient(errors.New("no answer"))
				}
				return service.Outcome{}, nil
			},
			"hopeless": func(context.Context, *service.Run) (service.Outcome, error) {
				return service.Outcome{}, fmt.Errorf("asking again: %w", service.ErrUnavailable)
			},
			"broken": func(context.Context, *service.Run) (service.Outcome, error) {
				return service.Outcome{}, errors.New("row 7: no such site")
			},
			"panicker": func(context.Context, *service.Run) (service.Outcome, error) { panic("on purpose") },
			"refused": func(context.Context, *service.Run) (service.Outcome, error) {
				return service.Outcome{Result: service.Result{Plan: &service.PlanRecord{Tasks: []service.FloorTask{{ID: "A", DependsOn: []string{"B"}}}}}}, nil
			},
			"endless": func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
				<-ctx.Done()
				return service.Outcome{}, ctx.Err()
			},
		}
		for kind, h := range kinds {
			r.Register(kind, h, service.KindOptions{MaxRetries: 3, Timeout: map[string]time.Duration{"endless": time.Millisecond}[kind]})
		}
		if err := r.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		for _, c := range []struct {
			kind   string
			state  service.State
			reason string
			tries  int64
		}{
			{"good", service.StateDone, "", 1}, {"flaky", service.StateDone, "", 3}, {"hopeless", service.StateFailed, "asking again", 4},
			{"broken", service.StateFailed, "row 7", 1}, {"panicker", service.StateFailed, "panicked: on purpose", 1},
			{"refused", service.StateFailed, "depends on B", 1}, {"endless", service.StateFailed, "not done within 1ms", 1},
		} {
			job := submit(t, p, c.kind)
			r.Wake()
			got := awaitEnd(t, p, job.Ref, c.state)
			if !strings.Contains(got.Error, c.reason) || got.Attempt != c.tries || got.Crashes != 0 {
				t.Errorf("%s: reason %q after %d tries and %d crashes; want %q after %d", c.kind, got.Error, got.Attempt, got.Crashes, c.reason, c.tries)
			}
			if c.kind == "good" {
				if body, err := p.JobResult(t.Context(), job.Ref); string(body) != "did good" || err != nil || got.Progress != 1 || got.Sentence != "all done" {
					t.Errorf("good left %q, %v, at %v %q", body, err, got.Progress, got.Sentence)
				}
			}
		}
	})
}

// A parent fans out into chunks and gathers them, each of which ran once, over two runners.
func TestGather(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		var chunks atomic.Int32
		kinds := map[string]service.HandlerFunc{
			"sum": func(ctx context.Context, run *service.Run) (service.Outcome, error) {
				if !run.Gathering() {
					var out service.Outcome
					for i := range 20 {
						out.Spawn = append(out.Spawn, service.Submission{Kind: "square", Input: []byte{byte(i)}})
					}
					return out, nil
				}
				children, err := run.Children(ctx)
				total := 0
				for _, c := range children {
					total += int(c.Result[0])<<8 + int(c.Result[1])
				}
				return service.Outcome{Result: service.Result{Body: fmt.Append(nil, total)}}, err
			},
			"square": func(_ context.Context, run *service.Run) (service.Outcome, error) {
				chunks.Add(1)
				n := int(run.Input[0]) * int(run.Input[0])
				return service.Outcome{Result: service.Result{Body: []byte{byte(n >> 8), byte(n)}}}, nil
			},
		}
		start(t, p, quick(), kinds)
		start(t, p, quick(), kinds)
		job := submit(t, p, "sum")
		awaitEnd(t, p, job.Ref, service.StateDone)
		if body, err := p.JobResult(t.Context(), job.Ref); string(body) != "2470" || err != nil || chunks.Load() != 20 { // 0² + … + 19²
			t.Errorf("sum is %s, %v from %d chunks", body, err, chunks.Load())
		}
	})
}

// Cancelling stops a running handler through its context, and the progress it told is there to be read.
func TestCancelRunning(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		start(t, p, quick(), map[string]service.HandlerFunc{"endless": func(ctx context.Context, run *service.Run) (service.Outcome, error) {
			run.Progress(0.5, "half way")
			<-ctx.Done()
			return service.Outcome{}, ctx.Err()
		}})
		job := submit(t, p, "endless")
		await(t, p, job.Ref, "half done", func(j service.Job) bool { return j.Progress == 0.5 && j.Sentence == "half way" })
		if got, err := p.Cancel(t.Context(), job.Ref); err != nil || !got.CancelRequested {
			t.Fatalf("cancel gave %+v, %v", got, err)
		}
		awaitEnd(t, p, job.Ref, service.StateCancelled)
	})
}

// A worker whose lease went to another is told to stop, and its late answer is dropped.
func TestLeaseLost(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		started, stopped := make(chan service.Job, 1), make(chan error, 1)
		o := quick()
		o.Lease, o.Beat, o.ReapEvery, o.Resend = 50*time.Millisecond, time.Hour, time.Hour, time.Hour // it falls silent
		start(t, p, o, map[string]service.HandlerFunc{"work": func(ctx context.Context, run *service.Run) (service.Outcome, error) {
			started <- run.Job
			<-ctx.Done()
			stopped <- context.Cause(ctx)
			return service.Outcome{Result: service.Result{Body: []byte("late")}}, nil
		}})
		job := submit(t, p, "work")
		<-started
		var fresh service.Job
		await(t, p, job.Ref, "claimed by another", func(service.Job) bool {
			got, _, ok, err := p.Claim(t.Context(), job.Ref, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			fresh = got
			return ok
		})
		if cause := <-stopped; !errors.Is(cause, service.ErrTokenLost) {
			t.Errorf("the run ended for %v", cause)
		}
		if err := p.Finish(t.Context(), fresh, service.Result{Body: []byte("fresh")}); err != nil {
			t.Fatal(err)
		}
		if body, err := p.JobResult(t.Context(), job.Ref); string(body) != "fresh" || err != nil {
			t.Errorf("result is %q, %v", body, err)
		}
	})
}

// The reaper of one runner brings back the job of a worker that died, and it is worked on again.
func TestReaped(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		job := submit(t, p, "work")
		if _, _, ok, err := p.Claim(t.Context(), job.Ref, time.Microsecond); !ok || err != nil { // claims and dies
			t.Fatal(ok, err)
		}
		start(t, p, quick(), map[string]service.HandlerFunc{"work": func(context.Context, *service.Run) (service.Outcome, error) {
			return service.Outcome{}, nil
		}})
		if got := awaitEnd(t, p, job.Ref, service.StateDone); got.Crashes != 1 || got.Attempt != 2 {
			t.Errorf("done after %d crashes at attempt %d", got.Crashes, got.Attempt)
		}
	})
}

// Close lets a quick job end and gives a slow one back uncounted; another runner then does it.
func TestDrain(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		running := make(chan struct{}, 2)
		first := true
		slow := func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
			if !first {
				return service.Outcome{}, nil
			}
			running <- struct{}{}
			<-ctx.Done()
			return service.Outcome{}, ctx.Err()
		}
		o := quick()
		o.Drain = 30 * time.Millisecond
		r := start(t, p, o, map[string]service.HandlerFunc{"slow": slow})
		job := submit(t, p, "slow")
		<-running
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		first = false
		got, err := p.Job(t.Context(), job.Ref)
		if err != nil || got.State != service.StateQueued || got.Crashes != 0 || got.Retries != 0 {
			t.Fatalf("after Close: %+v, %v", got, err)
		}
		if err := r.Start(); err == nil {
			t.Error("a closed runner started")
		}
		start(t, p, quick(), map[string]service.HandlerFunc{"slow": slow})
		awaitEnd(t, p, job.Ref, service.StateDone)
	})
}

// brokenQueue loses, refuses or repeats names, and starts more calls than it was asked for.
type brokenQueue struct {
	service.Queue
	refuse, lose atomic.Int32 // pushes still to be refused or lost
	handle       chan service.Ref
}

func (q *brokenQueue) Push(_ context.Context, items []service.QueueItem) error {
	if q.refuse.Add(-1) >= 0 {
		return errors.New("connection refused")
	}
	if q.lose.Add(-1) >= 0 {
		return nil
	}
	for _, it := range append(items, items...) {
		q.handle <- it.Ref
	}
	return nil
}

func (q *brokenQueue) Consume(ctx context.Context, _ int, handle func(service.Ref)) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case ref := <-q.handle:
			calls.Go(func() { handle(ref) })
		}
	}
}

// A queue that refuses, loses and repeats names delays jobs but loses and doubles none, does not keep anybody from
// submitting, and never makes a runner work on more jobs than it may.
func TestBrokenQueue(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	broken := &brokenQueue{Queue: p.queue, handle: make(chan service.Ref, 1000)}
	broken.refuse.Store(3)
	broken.lose.Store(3)
	p.queue = broken
	o := quick()
	o.Concurrency, o.Resend = 2, 100*time.Millisecond
	var at, most, runs atomic.Int32
	r := start(t, p, o, map[string]service.HandlerFunc{"work": func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
		now := at.Add(1)
		defer at.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		runs.Add(1)
		select { // long enough for others to come in, were they let
		case <-ctx.Done():
		case <-time.After(2 * time.Millisecond):
		}
		return service.Outcome{Result: service.Result{Messages: []service.Message{{Topic: "done"}}}}, nil
	}})
	var jobs []service.Job
	for range 20 {
		jobs = append(jobs, submit(t, p, "work"))
		r.Wake()
	}
	for _, job := range jobs {
		awaitEnd(t, p, job.Ref, service.StateDone)
	}
	messages, err := p.Messages(t.Context(), "acme", 0)
	if err != nil || len(messages) != len(jobs) || runs.Load() != int32(len(jobs)) || most.Load() > 2 {
		t.Errorf("%d messages of %d jobs in %d runs, %d at a time, error %v", len(messages), len(jobs), runs.Load(), most.Load(), err)
	}
}

// A runner can be closed before it was started, and waits for nobody.
func TestCloseBeforeStart(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	r := service.NewRunner(p, p.queue, service.RunnerOptions{})
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if err := r.Start(); err == nil {
		t.Error("a closed runner started")
	}
}

// A process that only dispatches sends names out and brings jobs back, but works on none.
func TestDispatchOnly(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		o := quick()
		o.DispatchOnly = true
		start(t, p, o, nil)
		job := submit(t, p, "work")
		await(t, p, job.Ref, "dispatched", func(j service.Job) bool { return j.DispatchedUs > 0 })
		o.DispatchOnly = false
		start(t, p, o, map[string]service.HandlerFunc{"work": func(context.Context, *service.Run) (service.Outcome, error) {
			return service.Outcome{}, nil
		}})
		awaitEnd(t, p, job.Ref, service.StateDone)
	})
}

// BenchmarkNoop measures jobs that do nothing, from submission to the last end, on each pair.
func BenchmarkNoop(b *testing.B) {
	for name, open := range map[string]func(testing.TB) pair{"embedded": embedded, "servers": servers} {
		b.Run(name, func(b *testing.B) {
			const jobs = 2000
			p := open(b)
			var left atomic.Int32
			done := make(chan struct{}, 1)
			start(b, p, service.RunnerOptions{Concurrency: 32}, map[string]service.HandlerFunc{"noop": func(context.Context, *service.Run) (service.Outcome, error) {
				if left.Add(-1) == 0 {
					done <- struct{}{}
				}
				return service.Outcome{}, nil
			}})
			for b.Loop() {
				left.Store(jobs)
				subs := make([]service.Submission, jobs)
				for i := range subs {
					subs[i] = service.Submission{Kind: "noop", Input: []byte("{}")}
				}
				if _, err := p.SubmitAll(b.Context(), "acme", subs); err != nil {
					b.Fatal(err)
				}
				<-done
			}
			b.ReportMetric(jobs*float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}
