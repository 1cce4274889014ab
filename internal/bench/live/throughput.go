package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// The throughput run: waves of jobs, each submitted in one go, until a third of the budget is spent.
const (
	noopKind    = "bench-noop"
	wave        = 2000
	slotsEach   = 16 // jobs at a time of one runner
	warmUpJobs  = 200
	sharePerRun = 3 // the budget is shared by the two throughput runs and what comes before and after them
)

type rate struct {
	jobs    int
	seconds float64
}

// throughput moves no-op jobs through a store and a queue with opts.Workers runners in this process.
func throughput(ctx context.Context, at place, opts bench.Options) (rate, error) {
	s, err := at.openStore(ctx)
	if err != nil {
		return rate{}, err
	}
	defer s.Close()
	if err := empty(ctx, s); err != nil {
		return rate{}, err
	}
	stop, wake, err := startRunners(at, s, opts.Workers)
	if err != nil {
		return rate{}, err
	}
	defer stop()
	if err := move(ctx, s, wake, warmUpJobs, 0); err != nil {
		return rate{}, err
	}
	start := time.Now()
	moved := 0
	for moved == 0 || time.Since(start) < opts.Budget/sharePerRun {
		if err := move(ctx, s, wake, wave, warmUpJobs+moved); err != nil {
			return rate{}, err
		}
		moved += wave
	}
	return rate{moved, time.Since(start).Seconds()}, nil
}

// empty refuses a store that already holds jobs: the figure would not compare, and somebody's data would be mixed with ours.
func empty(ctx context.Context, s *store.Store) error {
	stats, err := s.JobStats(ctx, "")
	if err != nil {
		return err
	}
	if len(stats.Counts) > 0 {
		return fmt.Errorf("%w: the store holds jobs already; name an empty one", bench.ErrUsage)
	}
	return nil
}

// startRunners starts n runners over one store; each has its own connection to the queue, as processes would have.
func startRunners(at place, s *store.Store, n int) (stop func(), wake func(), err error) {
	var closers []func() error
	stop = func() {
		for i := len(closers) - 1; i >= 0; i-- {
			_ = closers[i]() // what they carried is done
		}
	}
	var runners []*service.Runner
	for range n {
		q, err := at.openQueue()
		if err != nil {
			stop()
			return nil, nil, err
		}
		r := service.NewRunner(s, q, service.RunnerOptions{Concurrency: slotsEach})
		r.Register(noopKind, service.HandlerFunc(func(context.Context, *service.Run) (service.Outcome, error) {
			return service.Outcome{}, nil
		}), service.KindOptions{})
		closers = append(closers, q.Close, r.Close)
		if err := r.Start(); err != nil {
			stop()
			return nil, nil, err
		}
		runners = append(runners, r)
		if at.redis == "" {
			break // a queue inside this process knows no second runner
		}
	}
	return stop, func() { runners[0].Wake() }, nil
}

// move submits n jobs and waits until the store knows all of them as done.
func move(ctx context.Context, s *store.Store, wake func(), n, before int) error {
	jobs := make([]service.Submission, n)
	for i := range jobs {
		jobs[i].Kind = noopKind
	}
	if _, err := s.SubmitAll(ctx, rateTenant, jobs); err != nil {
		return err
	}
	wake()
	return await(ctx, s, rateTenant, 2*time.Minute, func(counts map[service.State]int64) (bool, error) {
		if counts[service.StateFailed]+counts[service.StateQuarantined] > 0 {
			return false, errors.New("a job that does nothing has failed")
		}
		return counts[service.StateDone] == int64(before+n), nil
	})
}

// await looks at a tenant's job counts until they satisfy done.
func await(ctx context.Context, s *store.Store, tenant string, limit time.Duration, done func(map[service.State]int64) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		counts, err := countJobs(ctx, s, tenant)
		if err != nil {
			return err
		}
		if ok, err := done(counts); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for jobs, which stand at %v: %w", counts, ctx.Err())
		case <-tick.C:
		}
	}
}

func countJobs(ctx context.Context, s *store.Store, tenant string) (map[service.State]int64, error) {
	stats, err := s.JobStats(ctx, tenant)
	counts := map[service.State]int64{}
	for _, c := range stats.Counts {
		counts[c.State] += c.Count
	}
	return counts, err
}
