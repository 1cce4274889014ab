package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"quartermaster/internal/rng"
	"quartermaster/internal/service"
)

// legal are all changes of state that may ever be seen.
var legal = map[string]bool{
	"queued running": true, "running running": true, "queued cancelled": true,
	"running done": true, "running failed": true, "running cancelled": true, "running quarantined": true, "running queued": true, "running waiting": true,
	"waiting queued": true, "waiting failed": true, "waiting cancelled": true,
	"failed queued": true, "quarantined queued": true,
}

// Eight workers claim, beat, finish, fail, retry, spawn, cancel, replay and lose leases at random on the same jobs. Every
// change of state that the database saw is a legal one, the token never falls, nothing follows an end but a replay, each
// done job left its message exactly once and no other left any; and when the trouble is over, all jobs come to an end.
func TestHistoryIsLegal(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, s *Store) { // by the owner of the tables, who may add a trigger
		t.Parallel()
		recordHistory(t, s)
		const workers, steps, roots = 8, 100, 40
		for range roots {
			submit(t, s, service.Submission{Kind: "root"})
		}
		var group sync.WaitGroup
		for w := range workers {
			group.Go(func() { trouble(t, s, rng.New(20261122, "history", fmt.Sprint(w)), steps) })
		}
		group.Wait()
		drain(t, s)
		checkHistory(t, s)
	}
	t.Run("sqlite", func(t *testing.T) { test(t, openTestSQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { test(t, openTest(t, ownSchema(t))) })
}

// recordHistory has the database itself write down each change of state.
func recordHistory(t *testing.T, s *Store) {
	t.Helper()
	statements := []string{
		`create table history (seq integer primary key autoincrement, id text, was text, is_now text, attempt_was bigint, attempt bigint)`,
		`create trigger history after update of state on jobs when old.state <> new.state or old.attempt <> new.attempt begin
			insert into history (id, was, is_now, attempt_was, attempt) values (new.id, old.state, new.state, old.attempt, new.attempt); end`,
	}
	if s.pool != nil {
		statements = []string{
			`create table history (seq bigserial primary key, id text, was text, is_now text, attempt_was bigint, attempt bigint)`,
			`create function remember() returns trigger language plpgsql as $$ begin
				insert into history (id, was, is_now, attempt_was, attempt) values (new.id, old.state, new.state, old.attempt, new.attempt);
				return null; end $$`,
			`create trigger history after update of state on jobs for each row
				when (old.state <> new.state or old.attempt <> new.attempt) execute function remember()`,
		}
	}
	for _, statement := range statements {
		if _, err := s.rawExec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

// expected are refusals that belong to the game.
func expected(err error) bool {
	return err == nil || errors.Is(err, service.ErrTokenLost) || errors.Is(err, service.ErrConflict) ||
		errors.Is(err, service.ErrCancelRequested) || errors.Is(err, service.ErrInvalid)
}

// trouble takes random steps, often with tokens that are no longer good.
func trouble(t *testing.T, s *Store, r *rand.Rand, steps int) {
	ctx := t.Context()
	var held []service.Job
	for range steps {
		jobs, err := s.Jobs(ctx, tenant, service.JobFilter{Limit: 1000})
		if err != nil {
			t.Error(err)
			return
		}
		any := jobs[r.IntN(len(jobs))]
		switch r.IntN(8) {
		case 0:
			_, err = s.Cancel(ctx, any.Ref)
			if r.IntN(3) > 0 { // else most would end so
				_, err = s.Replay(ctx, any.Ref)
			}
		case 1:
			_, err = s.Replay(ctx, any.Ref)
		case 2:
			_, err = s.rawExec(`update jobs set lease_until = 1 where tenant = $1 and id = $2 and state = 'running'`, any.Tenant, any.ID)
			if err == nil && r.IntN(2) == 0 {
				_, err = s.Reap(ctx, 3)
			}
		default:
			var job service.Job
			var ok bool
			if job, _, ok, err = s.Claim(ctx, any.Ref, long); ok {
				held = append(held, job)
			}
		}
		if !expected(err) {
			t.Error(err)
		}
		if len(held) > 0 {
			i := r.IntN(len(held))
			if err := randomEnd(t, s, r, held[i]); !expected(err) {
				t.Error(err)
			}
			if r.IntN(3) > 0 { // else the token is tried again later
				held = append(held[:i], held[i+1:]...)
			}
		}
	}
}

func randomEnd(t *testing.T, s *Store, r *rand.Rand, job service.Job) error {
	ctx := t.Context()
	switch r.IntN(9) {
	case 0:
		return s.Fail(ctx, job, "random")
	case 1:
		return s.Retry(ctx, job, "random", time.Duration(r.IntN(2))*time.Microsecond)
	case 2:
		return s.Release(ctx, job)
	case 3, 4:
		rule := []service.ChildErrorRule{service.ChildErrorFails, service.ChildErrorGathers}[r.IntN(2)]
		return s.Spawn(ctx, job, []service.Submission{{Kind: "child"}, {Kind: "child"}}, rule)
	case 5:
		children := []service.Submission{{Kind: "child"}, {Kind: "child"}, {Kind: "child"}}
		return s.Spawn(ctx, job, children[:1+r.IntN(3)], service.ChildErrorGathers)
	case 6:
		_, err := s.Heartbeat(ctx, []service.Beat{{Ref: job.Ref, Attempt: job.Attempt, Progress: r.Float64()}}, long)
		return err
	}
	return s.Finish(ctx, job, service.Result{Body: []byte("r"), Messages: []service.Message{{Topic: "done"}}})
}

// drain is the time after the trouble: leases run out, what can run is finished, until nothing is left to do.
func drain(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.rawExec(`update jobs set lease_until = 1 where state = 'running'`); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		must[int](t)(s.Reap(ctx, 1000))
		items := must[[]service.QueueItem](t)(s.Dispatch(ctx, 1000, long))
		for _, it := range items {
			job, _, ok, err := s.Claim(ctx, it.Ref, long)
			noError(t, err)
			if ok {
				noError(t, s.Finish(ctx, job, service.Result{Messages: []service.Message{{Topic: "done"}}}))
			}
		}
		if len(items) == 0 {
			break
		}
	}
	for _, c := range must[service.JobStats](t)(s.JobStats(ctx, "")).Counts {
		if !c.State.Ended() {
			t.Errorf("%d jobs of kind %s are %s for ever", c.Count, c.Kind, c.State)
		}
	}
}

func checkHistory(t *testing.T, s *Store) {
	t.Helper()
	at := map[string]service.State{}
	seen := 0
	noError(t, s.queryRead(t.Context(), "reading history", `select id, was, is_now, attempt_was, attempt from history order by seq`, nil,
		func(scan func(...any) error) error {
			var id string
			var was, is service.State
			var before, after int64
			if err := scan(&id, &was, &is, &before, &after); err != nil {
				return err
			}
			seen++
			if known, ok := at[id]; ok && known != was || !ok && was != service.StateQueued {
				t.Errorf("job %s was %s but the history had %s", id, was, known)
			}
			if is == service.StateRunning && after != before+1 || is != service.StateRunning && after != before {
				t.Errorf("job %s went from %s to %s with token %d after %d", id, was, is, after, before)
			}
			if was != is && !legal[string(was)+" "+string(is)] {
				t.Errorf("job %s went from %s to %s", id, was, is)
			}
			at[id] = is
			return nil
		}))
	if seen < 100 {
		t.Errorf("only %d changes were seen: the test shows little", seen)
	}
	messages := map[string]int{}
	noError(t, s.queryRead(t.Context(), "reading messages", `select job_id from messages`, nil, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		messages[id]++
		return err
	}))
	for _, job := range must[[]service.Job](t)(s.Jobs(t.Context(), tenant, service.JobFilter{Limit: 1000})) {
		want := 0
		if job.State == service.StateDone {
			want = 1
		}
		if messages[job.ID] != want {
			t.Errorf("job %s is %s and left %d messages", job.ID, job.State, messages[job.ID])
		}
	}
	t.Logf("%d changes of state, %d jobs", seen, len(at))
}
