package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// CrashRun kills worker processes while they work on jobs of 20 to 140 ms, and counts what is left.
type CrashRun struct {
	Processes int // workers at a time
	Kills     int
	Flushes   int // of the Redis, spread evenly over the kills
	Seed      uint64

	at    place
	flush func() error
}

// Left is what a crash run has counted.
type Left struct {
	Jobs        int
	Kills       int
	Flushes     int
	Claims      int64 // how often a job was begun
	Rerun       int   // jobs that were begun more than once
	Quarantined int   // jobs whose worker was killed three times; they were replayed by hand, as an operator would
	Lost        int   // jobs not done in the end, or done without their effect
	Doubled     int   // effects more than one of a job
	Seconds     float64
}

func (l Left) row(name string) bench.Row {
	return bench.Row{Instance: name}.With("jobs", l.Jobs).With("kills", l.Kills).With("flushes", l.Flushes).
		With("claims", l.Claims).With("rerun", l.Rerun).With("quarantined", l.Quarantined).
		With("lost", l.Lost).With("doubled", l.Doubled).With("seconds", l.Seconds)
}

// backlog is how many jobs wait at least while workers are killed, so that each kill hits work.
const backlog = 60

// Do runs it all.
func (c CrashRun) Do(ctx context.Context) (Left, error) {
	s, err := c.at.openStore(ctx)
	if err != nil {
		return Left{}, err
	}
	defer s.Close()
	start := time.Now()
	r := &crashing{run: c, store: s, random: rng.New(c.Seed, "bench", "crash", s.Name())}
	defer r.endWorkers()
	for range c.Processes {
		if err := r.addWorker(ctx); err != nil {
			return Left{}, err
		}
	}
	for k := range c.Kills {
		if err := r.killOne(ctx, k); err != nil {
			return r.left, err
		}
	}
	if err := r.drain(ctx); err != nil {
		return r.left, err
	}
	err = r.count(ctx)
	r.left.Seconds = time.Since(start).Seconds()
	return r.left, err
}

// crashing is a crash run under way.
type crashing struct {
	run     CrashRun
	store   *store.Store
	random  *rand.Rand
	workers []*child
	left    Left
}

func (r *crashing) addWorker(ctx context.Context) error {
	w, err := startChild(ctx, workerOrders{Store: r.run.at.store, Redis: r.run.at.redis})
	if err != nil {
		return err
	}
	r.workers = append(r.workers, w)
	return nil
}

// killOne lets the workers work for a while, kills one in the middle of it, and starts another in its place.
func (r *crashing) killOne(ctx context.Context, k int) error {
	if err := r.topUp(ctx); err != nil {
		return err
	}
	if err := r.awaitWork(ctx); err != nil {
		return err
	}
	pause := time.Duration(100+r.random.IntN(300)) * time.Millisecond
	victim := r.random.IntN(len(r.workers))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
	}
	if err := r.workers[victim].kill(); err != nil {
		return err
	}
	r.workers = slices.Delete(r.workers, victim, victim+1)
	r.left.Kills++
	if (k+1)*r.run.Flushes/r.run.Kills > r.left.Flushes { // spread evenly, and at most one a kill
		if err := r.run.flush(); err != nil {
			return err
		}
		r.left.Flushes++
	}
	return r.addWorker(ctx)
}

// awaitWork waits until somebody works, at most for patience: on a busy machine a process may take longer to start than it is
// left alive, and a kill that hits no work proves nothing.
func (r *crashing) awaitWork(ctx context.Context) error {
	const patience, look = 10 * time.Second, 10 * time.Millisecond
	for waited := time.Duration(0); waited < patience; waited += look {
		counts, err := countJobs(ctx, r.store, killTenant)
		if err != nil || counts[service.StateRunning] > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
	return nil // it may be the last job's end: the kill counts all the same
}

// topUp submits jobs until enough of them wait.
func (r *crashing) topUp(ctx context.Context) error {
	counts, err := countJobs(ctx, r.store, killTenant)
	if err != nil {
		return err
	}
	missing := backlog - int(counts[service.StateQueued])
	if missing <= 0 {
		return nil
	}
	jobs := make([]service.Submission, missing)
	for i := range jobs {
		jobs[i] = service.Submission{Kind: sleepKind, Input: []byte(strconv.Itoa(20 + r.random.IntN(121)))}
	}
	r.left.Jobs += missing
	_, err = r.store.SubmitAll(ctx, killTenant, jobs)
	return err
}

// drain lets the workers finish what is left, replaying what went into quarantine.
func (r *crashing) drain(ctx context.Context) error {
	return await(ctx, r.store, killTenant, time.Minute, func(counts map[service.State]int64) (bool, error) {
		if counts[service.StateQuarantined] > 0 {
			return false, r.replay(ctx)
		}
		return counts[service.StateDone]+counts[service.StateFailed] == int64(r.left.Jobs), nil
	})
}

func (r *crashing) replay(ctx context.Context) error {
	jobs, err := r.store.Jobs(ctx, killTenant, service.JobFilter{State: service.StateQuarantined, Limit: 1000})
	if err != nil {
		return err
	}
	for _, job := range jobs {
		r.left.Quarantined++
		if _, err := r.store.Replay(ctx, job.Ref); err != nil {
			return err
		}
	}
	return nil
}

// count compares the jobs with their effects.
func (r *crashing) count(ctx context.Context) error {
	effects, err := r.effects(ctx)
	if err != nil {
		return err
	}
	seen := 0
	for before := ""; ; {
		jobs, err := r.store.Jobs(ctx, killTenant, service.JobFilter{Kind: sleepKind, Before: before, Limit: 1000})
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			break
		}
		for _, job := range jobs {
			seen++
			r.left.Claims += job.Attempt
			if job.Attempt > 1 {
				r.left.Rerun++
			}
			n := effects[job.ID]
			if job.State != service.StateDone || n == 0 {
				r.left.Lost++
			}
			if n > 1 {
				r.left.Doubled += n - 1
			}
			delete(effects, job.ID)
		}
		before = jobs[len(jobs)-1].ID
	}
	r.left.Lost += r.left.Jobs - seen
	if len(effects) > 0 {
		return errors.New("there are effects of jobs that were never submitted")
	}
	return nil
}

// effects counts the effects of each job, page by page: what was read is taken away.
func (r *crashing) effects(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	for {
		page, err := r.store.Messages(ctx, killTenant, 1000)
		if err != nil || len(page) == 0 {
			return counts, err
		}
		for _, m := range page {
			counts[m.JobID]++
			if err := r.store.Delivered(ctx, killTenant, m.ID); err != nil {
				return nil, fmt.Errorf("take away the effect of job %s: %w", m.JobID, err)
			}
		}
	}
}

func (r *crashing) endWorkers() {
	for _, w := range r.workers {
		_ = w.kill() // it is gone in any case
	}
}
