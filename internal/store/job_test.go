package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// Sixteen workers that want the same forty jobs get each of them once.
func TestClaimRace(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		const jobs, workers = 40, 16
		all := must[[]service.Job](t)(s.SubmitAll(t.Context(), tenant, nil))
		if len(all) != 0 {
			t.Fatal("no submissions gave jobs")
		}
		subs := make([]service.Submission, jobs)
		for i := range subs {
			subs[i] = service.Submission{Kind: "work", Input: fmt.Append(nil, i)}
		}
		all = must[[]service.Job](t)(s.SubmitAll(t.Context(), tenant, subs))
		var taken [jobs]atomic.Int32
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for i, job := range all {
					got, input, ok, err := s.Claim(t.Context(), job.Ref, long)
					if err != nil {
						t.Error(err)
						return
					}
					if ok {
						taken[i].Add(1)
						if string(input) != fmt.Sprint(i) || got.Attempt != 1 || got.State != service.StateRunning {
							t.Errorf("job %d came as attempt %d, %s, with input %q", i, got.Attempt, got.State, input)
						}
					}
				}
			})
		}
		group.Wait()
		for i := range taken {
			if n := taken[i].Load(); n != 1 {
				t.Errorf("job %d was claimed %d times", i, n)
			}
		}
	})
}

// Who lost the token writes nothing at all: no result, no message, no progress, no state.
func TestStaleTokenWritesNothing(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		stale := claim(t, s, submit(t, s, service.Submission{}).Ref)
		expire(t, s, stale.Ref)
		fresh := claim(t, s, stale.Ref)
		if fresh.Attempt != stale.Attempt+1 || fresh.Crashes != 1 {
			t.Fatalf("second claim is attempt %d with %d crashes", fresh.Attempt, fresh.Crashes)
		}
		full := service.Result{Body: []byte("stale"), Messages: []service.Message{{Topic: "t"}},
			Forecasts: []service.ItemForecast{{ItemID: "A"}}, Plan: &service.PlanRecord{}}
		wantError(t, s.Finish(ctx, stale, full), service.ErrTokenLost)
		wantError(t, s.Finish(ctx, stale, service.Result{Body: []byte("stale")}), service.ErrTokenLost)
		wantError(t, s.Fail(ctx, stale, "stale"), service.ErrTokenLost)
		wantError(t, s.EndCancelled(ctx, stale), service.ErrTokenLost)
		wantError(t, s.Retry(ctx, stale, "stale", 0), service.ErrTokenLost)
		wantError(t, s.Release(ctx, stale), service.ErrTokenLost)
		wantError(t, s.Spawn(ctx, stale, []service.Submission{{Kind: "c"}}, ""), service.ErrTokenLost)
		beat := service.Beat{Ref: stale.Ref, Attempt: stale.Attempt, Progress: 0.9, Sentence: "stale"}
		if held := must[[]service.Pulse](t)(s.Heartbeat(ctx, []service.Beat{beat}, long)); len(held) != 0 {
			t.Error("a stale heartbeat was answered")
		}
		if held := must[[]service.Pulse](t)(s.Poll(ctx, []service.Beat{beat})); len(held) != 0 {
			t.Error("a stale poll was answered")
		}
		now := wantState(t, s, fresh.Ref, service.StateRunning)
		if now != fresh {
			t.Errorf("the job changed:\n%+v\n%+v", fresh, now)
		}
		if plans := must[[]service.PlanRecord](t)(s.Plans(ctx, tenant, "", 0)); len(plans) != 0 {
			t.Error("a stale plan was saved")
		}
		if f := must[[]service.ItemForecast](t)(s.Forecasts(ctx, tenant)); len(f) != 0 {
			t.Error("a stale forecast was saved")
		}
		noError(t, s.Finish(ctx, fresh, service.Result{Body: []byte("fresh"), Messages: []service.Message{{Topic: "t", Body: []byte("m")}}}))
		wantError(t, s.Finish(ctx, fresh, service.Result{Body: []byte("again")}), service.ErrTokenLost)
		if got := must[[]byte](t)(s.JobResult(ctx, fresh.Ref)); string(got) != "fresh" {
			t.Errorf("result is %q", got)
		}
		messages := must[[]service.Message](t)(s.Messages(ctx, tenant, 0))
		if len(messages) != 1 || messages[0].JobID != fresh.ID || string(messages[0].Body) != "m" {
			t.Fatalf("messages are %+v", messages)
		}
		noError(t, s.Delivered(ctx, tenant, messages[0].ID))
		noError(t, s.Delivered(ctx, tenant, messages[0].ID))
		if left := must[[]service.Message](t)(s.Messages(ctx, tenant, 0)); len(left) != 0 {
			t.Errorf("%d messages are left", len(left))
		}
	})
}

// A plan that is saved with the end of its job is there once, whole, and only if the token held.
func TestFinishSavesPlan(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		job := claim(t, s, submit(t, s, service.Submission{}).Ref)
		plan := service.PlanRecord{Seed: 1<<63 + 5, Summary: []byte(`{"orders":2}`), Document: []byte(`{"whole":true}`),
			Promises: []service.PromiseRecord{{OrderID: "O1", Document: []byte(`{}`)}}, Tasks: []service.FloorTask{{ID: "T1", SiteID: "S", Kind: "pick"}}}
		bad := plan
		bad.Tasks = []service.FloorTask{{ID: "T1", DependsOn: []string{"T9"}}}
		wantError(t, s.Finish(ctx, job, service.Result{Plan: &bad}), service.ErrInvalid)
		wantState(t, s, job.Ref, service.StateRunning)
		noError(t, s.Finish(ctx, job, service.Result{Plan: &plan}))
		wantError(t, s.Finish(ctx, job, service.Result{Plan: &plan}), service.ErrTokenLost)
		plans := must[[]service.PlanRecord](t)(s.Plans(ctx, tenant, "", 0))
		if len(plans) != 1 || plans[0].JobID != job.ID || plans[0].Seed != plan.Seed || string(plans[0].Summary) != `{"orders":2}` {
			t.Fatalf("plans are %+v", plans)
		}
		if doc := must[[]byte](t)(s.PlanDocument(ctx, tenant, plans[0].ID)); string(doc) != `{"whole":true}` {
			t.Errorf("document is %s", doc)
		}
	})
}

// The reaper queues what fell silent, and after the third time puts it aside; a replay starts the count afresh.
func TestQuarantine(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		job := submit(t, s, service.Submission{})
		if n := must[int](t)(s.Reap(ctx, 10)); n != 0 {
			t.Fatalf("reaped %d of none", n)
		}
		for crash := 1; crash <= service.MaxCrashes; crash++ {
			claim(t, s, job.Ref)
			if n := must[int](t)(s.Reap(ctx, 10)); n != 0 {
				t.Fatal("reaped a job whose lease holds")
			}
			expire(t, s, job.Ref)
			if crash == service.MaxCrashes && mayClaim(t, s, job.Ref) {
				t.Fatal("a job about to be quarantined was claimed")
			}
			if n := must[int](t)(s.Reap(ctx, 10)); n != 1 {
				t.Fatalf("reaped %d jobs, want 1", n)
			}
			if got := must[service.Job](t)(s.Job(ctx, job.Ref)); got.Crashes != crash {
				t.Fatalf("crashes %d, want %d", got.Crashes, crash)
			}
		}
		if got := wantState(t, s, job.Ref, service.StateQuarantined); got.Error == "" || got.EndedUs == 0 {
			t.Errorf("quarantined without reason or end: %+v", got)
		}
		if mayClaim(t, s, job.Ref) {
			t.Fatal("claimed from quarantine")
		}
		again := must[service.Job](t)(s.Replay(ctx, job.Ref))
		if again.State != service.StateQueued || again.Crashes != 0 || again.Error != "" {
			t.Fatalf("replayed as %+v", again)
		}
		done := claim(t, s, job.Ref)
		noError(t, s.Finish(ctx, done, service.Result{}))
		_, err := s.Replay(ctx, job.Ref)
		wantError(t, err, service.ErrConflict)
	})
}

// Claims of an expired lease count as crashes too, and stop before the one that would be too many.
func TestStolenLeaseCounts(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := submit(t, s, service.Submission{})
		claims := 0
		for mayClaim(t, s, job.Ref) {
			claims++
			expire(t, s, job.Ref)
		}
		if claims != service.MaxCrashes {
			t.Errorf("claimed %d times, want %d", claims, service.MaxCrashes)
		}
		must[int](t)(s.Reap(t.Context(), 10))
		wantState(t, s, job.Ref, service.StateQuarantined)
	})
}

// Cancelling does what each state allows, and an ended job stays as it ended.
func TestCancelInEachState(t *testing.T) {
	type setup func(t *testing.T, s *Store) service.Job
	queued := func(t *testing.T, s *Store) service.Job { return submit(t, s, service.Submission{}) }
	running := func(t *testing.T, s *Store) service.Job { return claim(t, s, queued(t, s).Ref) }
	cases := []struct {
		name  string
		setup setup
		want  service.State
		asked bool
	}{
		{"queued", queued, service.StateCancelled, false},
		{"running", running, service.StateRunning, true},
		{"waiting", func(t *testing.T, s *Store) service.Job {
			job := running(t, s)
			noError(t, s.Spawn(t.Context(), job, []service.Submission{{Kind: "c"}}, ""))
			return job
		}, service.StateCancelled, false},
		{"done", func(t *testing.T, s *Store) service.Job {
			job := running(t, s)
			noError(t, s.Finish(t.Context(), job, service.Result{}))
			return job
		}, service.StateDone, false},
		{"failed", func(t *testing.T, s *Store) service.Job {
			job := running(t, s)
			noError(t, s.Fail(t.Context(), job, "x"))
			return job
		}, service.StateFailed, false},
		{"cancelled", func(t *testing.T, s *Store) service.Job {
			job := running(t, s)
			noError(t, s.EndCancelled(t.Context(), job))
			return job
		}, service.StateCancelled, false},
		{"retried", func(t *testing.T, s *Store) service.Job {
			job := running(t, s)
			noError(t, s.Retry(t.Context(), job, "later", time.Hour))
			return job
		}, service.StateCancelled, false},
	}
	eachStore(t, func(t *testing.T, s *Store) {
		for _, c := range cases {
			job := c.setup(t, s)
			before := must[service.Job](t)(s.Job(t.Context(), job.Ref))
			got := must[service.Job](t)(s.Cancel(t.Context(), job.Ref))
			if got.State != c.want || got.CancelRequested != c.asked {
				t.Errorf("%s: became %s, asked %v; want %s, %v", c.name, got.State, got.CancelRequested, c.want, c.asked)
			}
			if before.State.Ended() && got != before {
				t.Errorf("%s: an ended job changed", c.name)
			}
			if got.State == service.StateCancelled && got.EndedUs == 0 {
				t.Errorf("%s: no time of end", c.name)
			}
		}
		_, err := s.Cancel(t.Context(), service.Ref{Tenant: tenant, ID: "none"})
		wantError(t, err, service.ErrNotFound)
	})
}

// A running job that is to be cancelled learns it from its next sign of life, and is never queued again: not by a retry,
// not by a shutdown, not by the reaper.
func TestCancelIsFinal(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		ends := map[string]func(job service.Job) error{
			"retry":   func(job service.Job) error { return s.Retry(ctx, job, "x", 0) },
			"release": func(job service.Job) error { return s.Release(ctx, job) },
			"reap": func(job service.Job) error {
				expire(t, s, job.Ref)
				if mayClaim(t, s, job.Ref) {
					t.Error("claimed a job that is to be cancelled")
				}
				_, err := s.Reap(ctx, 10)
				return err
			},
		}
		for name, end := range ends {
			job := claim(t, s, submit(t, s, service.Submission{}).Ref)
			must[service.Job](t)(s.Cancel(ctx, job.Ref))
			beats := []service.Beat{{Ref: job.Ref, Attempt: job.Attempt}}
			for _, pulses := range [][]service.Pulse{must[[]service.Pulse](t)(s.Poll(ctx, beats)), must[[]service.Pulse](t)(s.Heartbeat(ctx, beats, long))} {
				if len(pulses) != 1 || !pulses[0].CancelRequested || pulses[0].Ref != job.Ref {
					t.Errorf("%s: pulses are %+v", name, pulses)
				}
			}
			wantError(t, s.Spawn(ctx, job, []service.Submission{{Kind: "c"}}, ""), service.ErrCancelRequested)
			noError(t, end(job))
			wantState(t, s, job.Ref, service.StateCancelled)
		}
	})
}

// Due jobs go out most urgent first, then oldest first; the window bounds how many are on their way, of everybody.
func TestDispatchOrderAndWindow(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		var want []service.Job
		byPriority := map[int][]service.Job{}
		for i := range 27 {
			p := 1 + (i*4)%9
			byPriority[p] = append(byPriority[p], submit(t, s, service.Submission{Priority: p}))
		}
		for p := 1; p <= 9; p++ {
			want = append(want, byPriority[p]...)
		}
		submit(t, s, service.Submission{Priority: 1, NotBeforeUs: time.Now().Add(time.Hour).UnixMicro()})
		first := must[[]service.QueueItem](t)(s.Dispatch(ctx, 20, long))
		if more := must[[]service.QueueItem](t)(s.Dispatch(ctx, 20, long)); len(more) != 0 {
			t.Errorf("%d more than the window", len(more))
		}
		claim(t, s, first[0].Ref) // makes room
		next := must[[]service.QueueItem](t)(s.Dispatch(ctx, 20, long))
		rest := must[[]service.QueueItem](t)(s.Dispatch(ctx, 100, long))
		got := append(append(first, next...), rest...)
		if len(first) != 20 || len(next) != 1 || len(got) != len(want) {
			t.Fatalf("dispatched %d, %d, %d; want 20, 1 and the rest of %d", len(first), len(next), len(rest), len(want))
		}
		for i := range got {
			if got[i].Ref != want[i].Ref || got[i].Priority != want[i].Priority {
				t.Errorf("place %d: %+v, want %s of priority %d", i, got[i], want[i].Ref, want[i].Priority)
			}
		}
	})
}

// What was lost on the way is sent again: at once when the queue refused it, after the resend time when nobody claimed.
func TestResend(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		job := submit(t, s, service.Submission{})
		items := must[[]service.QueueItem](t)(s.Dispatch(ctx, 10, long))
		if len(items) != 1 {
			t.Fatalf("dispatched %d", len(items))
		}
		noError(t, s.Undispatch(ctx, []service.Ref{job.Ref}))
		if items = must[[]service.QueueItem](t)(s.Dispatch(ctx, 10, long)); len(items) != 1 {
			t.Fatalf("after a refusal: dispatched %d", len(items))
		}
		if _, err := s.rawExec(`update jobs set dispatched_at = 1`); err != nil {
			t.Fatal(err)
		}
		if items = must[[]service.QueueItem](t)(s.Dispatch(ctx, 10, time.Second)); len(items) != 1 {
			t.Fatalf("after the resend time: dispatched %d", len(items))
		}
		claim(t, s, job.Ref)
		noError(t, s.Undispatch(ctx, []service.Ref{job.Ref}))
		wantState(t, s, job.Ref, service.StateRunning)
	})
}

// A retry waits for its time, counts, and keeps the reason; a release counts nothing.
func TestRetryAndRelease(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		job := claim(t, s, submit(t, s, service.Submission{}).Ref)
		noError(t, s.Retry(ctx, job, "no answer", time.Hour))
		got := wantState(t, s, job.Ref, service.StateQueued)
		if got.Retries != 1 || got.Error != "no answer" || got.NotBeforeUs <= got.UpdatedUs || mayClaim(t, s, job.Ref) {
			t.Errorf("after a retry in an hour: %+v", got)
		}
		other := claim(t, s, submit(t, s, service.Submission{}).Ref)
		noError(t, s.Release(ctx, other))
		got = claim(t, s, other.Ref)
		if got.Retries != 0 || got.Crashes != 0 || got.Attempt != 2 {
			t.Errorf("after a release: %+v", got)
		}
	})
}

// The same key with the same request gives the same job, however many ask at once; with another request it is refused.
func TestIdempotencyKey(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		var created atomic.Int32
		ids := make([]string, 12)
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				job, fresh, err := s.Submit(t.Context(), tenant, service.Submission{Kind: "work", Input: []byte("in"), IdempotencyKey: "key"})
				if err != nil {
					t.Error(err)
				}
				if fresh {
					created.Add(1)
				}
				ids[i] = job.ID
			})
		}
		group.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("jobs %s and %s under one key", id, ids[0])
			}
		}
		if n := created.Load(); n != 1 {
			t.Errorf("created %d times", n)
		}
		for _, other := range []service.Submission{{Kind: "work", Input: []byte("other")}, {Kind: "kind", Input: []byte("in")}} {
			other.IdempotencyKey = "key"
			_, _, err := s.Submit(t.Context(), tenant, other)
			wantError(t, err, service.ErrConflict)
		}
		// In a batch a refusal stores nothing of the batch.
		_, err := s.SubmitAll(t.Context(), tenant, []service.Submission{{Kind: "new"}, {Kind: "work", Input: []byte("other"), IdempotencyKey: "key"}})
		wantError(t, err, service.ErrConflict)
		if jobs := must[[]service.Job](t)(s.Jobs(t.Context(), tenant, service.JobFilter{})); len(jobs) != 1 {
			t.Errorf("%d jobs are stored, want 1", len(jobs))
		}
	})
}

// What cannot be a job is refused, naming the field.
func TestSubmitRefuses(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		for name, sub := range map[string]service.Submission{
			"no kind": {}, "priority 10": {Kind: "k", Priority: 10}, "priority -1": {Kind: "k", Priority: -1},
			"NUL in kind": {Kind: "k\x00"}, "time before 1970": {Kind: "k", NotBeforeUs: -1}, "key": {Kind: "k", IdempotencyKey: "\xff"},
		} {
			if _, _, err := s.Submit(t.Context(), tenant, sub); err == nil {
				t.Errorf("%s: stored", name)
			} else {
				wantError(t, err, service.ErrInvalid)
			}
		}
		_, _, err := s.Submit(t.Context(), "", service.Submission{Kind: "k"})
		wantError(t, err, service.ErrInvalid)
	})
}

// Figures and lists tell what is there: newest first, filtered, by pages.
func TestStatsAndLists(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		for range 5 {
			submit(t, s, service.Submission{Kind: "a"})
		}
		b := claim(t, s, submit(t, s, service.Submission{Kind: "b"}).Ref)
		stats := must[service.JobStats](t)(s.JobStats(ctx, ""))
		want := []service.JobCount{{Kind: "a", State: service.StateQueued, Count: 5}, {Kind: "b", State: service.StateRunning, Count: 1}}
		if fmt.Sprint(stats.Counts) != fmt.Sprint(want) || stats.OldestQueueUs <= 0 {
			t.Errorf("stats are %+v", stats)
		}
		if none := must[service.JobStats](t)(s.JobStats(ctx, "nobody")); len(none.Counts) != 0 || none.OldestQueueUs != 0 {
			t.Errorf("stats of nobody are %+v", none)
		}
		page := must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{Limit: 4}))
		rest := must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{Limit: 4, Before: page[3].ID}))
		if len(page) != 4 || len(rest) != 2 || page[0].ID != b.ID || page[3].ID <= rest[0].ID {
			t.Errorf("pages of %d and %d jobs", len(page), len(rest))
		}
		if only := must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{Kind: "b", State: service.StateRunning})); len(only) != 1 || only[0] != b {
			t.Errorf("filtered list is %+v", only)
		}
	})
}

// Heartbeats move the end of the lease and tell everybody the progress.
func TestHeartbeat(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := claim(t, s, submit(t, s, service.Submission{}).Ref)
		expire(t, s, job.Ref)
		held := must[[]service.Pulse](t)(s.Heartbeat(context.Background(), []service.Beat{{Ref: job.Ref, Attempt: 1, Progress: 0.25, Sentence: "a quarter"}}, long))
		if len(held) != 1 || held[0].CancelRequested {
			t.Fatalf("held is %+v", held)
		}
		if n := must[int](t)(s.Reap(t.Context(), 10)); n != 0 {
			t.Error("reaped after a heartbeat")
		}
		if got := wantState(t, s, job.Ref, service.StateRunning); got.Progress != 0.25 || got.Sentence != "a quarter" {
			t.Errorf("progress is %v, %q", got.Progress, got.Sentence)
		}
	})
}

// One dead job that cannot be moved does not keep the reaper from the others.
func TestReapPassesStuckJob(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		stuck := claim(t, s, submit(t, s, service.Submission{}).Ref)
		if _, err := s.rawExec(`update jobs set crashes = 2147483646, lease_until = 1, parent_id = 'gone' where id = $1`, stuck.ID); err != nil {
			t.Fatal(err) // its parent's row is missing: its end cannot be written
		}
		other := claim(t, s, submit(t, s, service.Submission{}).Ref)
		if _, err := s.rawExec(`update jobs set lease_until = 2 where id = $1`, other.ID); err != nil {
			t.Fatal(err)
		}
		n, err := s.Reap(t.Context(), 100)
		if n != 1 || err == nil {
			t.Errorf("reaped %d, error %v; want the other one, and an error about the stuck one", n, err)
		}
		wantState(t, s, other.Ref, service.StateQueued)
	})
}
