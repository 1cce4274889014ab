package service_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"quartermaster/internal/queue"
	"quartermaster/internal/rng"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// workerVariable makes this test program a worker on "dsn redis name" until it is killed.
const workerVariable = "QUARTERMASTER_TEST_WORKER"

func TestMain(m *testing.M) {
	if spec := os.Getenv(workerVariable); spec != "" {
		fmt.Fprintln(os.Stderr, workUntilKilled(strings.Split(spec, "\n")))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m) // what a Runner starts, Close ends
}

// workUntilKilled works on jobs that leave one message each; it returns only what kept it from starting.
func workUntilKilled(spec []string) error {
	s, err := store.Open(context.Background(), spec[0])
	if err != nil {
		return err
	}
	options := queue.Options{Name: spec[2], Poll: 5 * time.Millisecond}
	q, err := queue.OpenInside(options)
	if spec[1] != "" {
		q, err = queue.Open(spec[1], options)
	}
	if err != nil {
		return err
	}
	o := quick()
	o.Lease, o.Beat, o.Resend = 300*time.Millisecond, 100*time.Millisecond, 300*time.Millisecond
	r := service.NewRunner(s, q, o)
	r.Register("work", service.HandlerFunc(func(ctx context.Context, run *service.Run) (service.Outcome, error) {
		select {
		case <-ctx.Done():
			return service.Outcome{}, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
		return service.Outcome{Result: service.Result{Body: run.Input, Messages: []service.Message{{Topic: "done", Body: run.Input}}}}, nil
	}), service.KindOptions{})
	if err := r.Start(); err != nil {
		return err
	}
	fmt.Println("ready")
	select {}
}

// Workers die by SIGKILL at random moments and Redis forgets everything now and then: every job is done in the end and
// left its message exactly once.
func TestKilledWorkers(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		const jobs, kills = 150, 6
		var all []service.Submission
		for i := range jobs {
			all = append(all, service.Submission{Kind: "work", Input: fmt.Append(nil, i)})
		}
		stored, err := p.SubmitAll(t.Context(), "acme", all)
		if err != nil {
			t.Fatal(err)
		}
		draw := rng.New(1, "kills", p.Name())
		for kill := range kills {
			worker := startWorker(t, p)
			select { // the moment of death is the point of the test
			case <-time.After(time.Duration(20+draw.IntN(150)) * time.Millisecond):
			case <-t.Context().Done():
			}
			stop(t, worker)
			if kill%2 == 1 && p.redis != "" {
				forget(t, p)
			}
		}
		worker := startWorker(t, p)
		defer stop(t, worker)
		for _, job := range stored {
			got := await(t, p, job.Ref, "ended", func(j service.Job) bool { return j.State.Ended() })
			if got.State == service.StateQuarantined { // its worker died three times over it: somebody looks and says go on
				if _, err := p.Replay(t.Context(), job.Ref); err != nil {
					t.Fatal(err)
				}
				got = awaitEnd(t, p, job.Ref, service.StateDone)
			}
			if got.State != service.StateDone {
				t.Errorf("job ended as %s: %s", got.State, got.Error)
			}
		}
		checkMessages(t, p, stored)
	})
}

func checkMessages(t *testing.T, p pair, jobs []service.Job) {
	t.Helper()
	messages, err := p.Messages(t.Context(), "acme", 1000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, m := range messages {
		seen[m.JobID]++
	}
	again := 0
	for _, job := range jobs {
		now, err := p.Job(t.Context(), job.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if now.Attempt > 1 {
			again++
		}
		if seen[job.ID] != 1 {
			t.Errorf("job %s left %d messages after %d attempts", job.ID, seen[job.ID], now.Attempt)
		}
	}
	t.Logf("%d of %d jobs were started more than once", again, len(jobs))
}

// startWorker runs this program as a worker and waits until it works.
func startWorker(t *testing.T, p pair) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	worker := exec.Command(self)
	worker.Env = append(os.Environ(), workerVariable+"="+strings.Join([]string{p.dsn, p.redis, p.name}, "\n"))
	worker.Stderr = os.Stderr
	out, err := worker.StdoutPipe()
	if err == nil {
		err = worker.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Fatalf("the worker did not start: %v", err)
	}
	return worker
}

func stop(t *testing.T, worker *exec.Cmd) {
	t.Helper()
	if err := worker.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = worker.Wait() // it says that it was killed
}

// forget removes this test's keys from Redis, as FLUSHALL would, sparing its neighbours'.
func forget(t *testing.T, p pair) {
	t.Helper()
	options := &redis.Options{Addr: p.redis}
	if strings.Contains(p.redis, "://") {
		var err error
		if options, err = redis.ParseURL(p.redis); err != nil {
			t.Fatal(err)
		}
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	keys, err := client.Keys(t.Context(), "*{"+p.name+"*").Result()
	if err == nil && len(keys) > 0 {
		err = client.Del(t.Context(), keys...).Err()
	}
	if err != nil {
		t.Fatal(err)
	}
}
