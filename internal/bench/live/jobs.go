package live

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"quartermaster/internal/bench"
	"quartermaster/internal/servers"
)

// The instances of the jobs bench.
const (
	rateServers  = "throughput postgresql+redis"
	rateEmbedded = "throughput sqlite+inside"
	killServers  = "kill postgresql+redis"
	killEmbedded = "kill sqlite+inside"
)

// Jobs is the bench of the job core: how many jobs a second it moves, and what is left after its processes were killed.
func Jobs() bench.Bench {
	return bench.Bench{
		Name:    "jobs",
		Summary: "No-op jobs a second, and what 50 times kill -9 and 10 lost Redis contents do to jobs and their effects.",
		Data:    "postgres://…,redis://… for the throughput, empty ones; default: private servers. What is killed and flushed is always private. A folder is not looked at.",
		Figures: []bench.Figure{
			{Key: "jobs_per_s", Meaning: "no-op jobs a second through PostgreSQL and Redis, from submission to the stored end"},
			{Key: "lost", Meaning: "jobs not done, or without their effect, after the kills; both pairs of stores and queues"},
			{Key: "doubled", Meaning: "effects that happened more than once; both pairs"},
		},
		Run: runJobs,
	}
}

func runJobs(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	out := bench.Outcome{Figures: map[string]float64{}}
	b := &jobsBench{opts: opts, out: &out}
	defer b.stop()
	for i, step := range []struct {
		name string
		run  func(context.Context, string) error
	}{
		{rateServers, b.rateOnServers}, {rateEmbedded, b.rateEmbedded}, {killServers, b.killOnServers}, {killEmbedded, b.killEmbedded},
	} {
		if !opts.Selected(step.name) {
			continue
		}
		opts.Report(float64(i)/4, step.name)
		if err := step.run(ctx, step.name); err != nil {
			return out, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	opts.Report(1, "done")
	return out, nil
}

// jobsBench is one run of the bench, with the servers it has started.
type jobsBench struct {
	opts bench.Options
	out  *bench.Outcome
	pair *servers.Pair
}

func (b *jobsBench) stop() { _ = b.pair.Stop() } // what they held is worth nothing any more

// private starts a pair of servers. fsync as in production, so that the figure is one that production can have.
func (b *jobsBench) private(ctx context.Context) (*servers.Pair, error) {
	if b.pair != nil {
		return b.pair, nil
	}
	var err error
	b.pair, err = servers.Start(ctx, servers.Options{Fsync: true})
	return b.pair, err
}

func (b *jobsBench) rateOnServers(ctx context.Context, name string) error {
	if strings.Contains(b.opts.Data, "://") {
		pg, rd, ok := strings.Cut(b.opts.Data, ",")
		if !ok {
			return fmt.Errorf("%w: data is %q, want postgres://…,redis://…", bench.ErrUsage, b.opts.Data)
		}
		return b.rate(ctx, name, place{store: pg, redis: rd})
	}
	if b.opts.Data != "" { // whoever runs all benches alike gives a folder here too; no-op jobs have nothing to read in it
		if _, err := os.Stat(b.opts.Data); err != nil {
			return fmt.Errorf("%w: data is %q, want postgres://…,redis://… or nothing", bench.ErrUsage, b.opts.Data)
		}
	}
	pair, err := b.private(ctx)
	if err != nil {
		return err
	}
	return b.rate(ctx, name, place{store: pair.Postgres.URL, redis: pair.Redis.URL})
}

func (b *jobsBench) rateEmbedded(ctx context.Context, name string) error {
	return inFolder(func(dir string) error { return b.rate(ctx, name, place{store: sqliteIn(dir)}) })
}

func (b *jobsBench) rate(ctx context.Context, name string, at place) error {
	r, err := throughput(ctx, at, b.opts)
	if err != nil {
		return err
	}
	perSec := float64(r.jobs) / r.seconds
	b.out.Rows = append(b.out.Rows, bench.Row{Instance: name}.With("jobs", r.jobs).With("seconds", r.seconds).With("jobs_per_s", perSec))
	if name == rateServers {
		b.out.Figures["jobs_per_s"] = perSec
	}
	return nil
}

func (b *jobsBench) killOnServers(ctx context.Context, name string) error {
	pair, err := b.private(ctx)
	if err != nil {
		return err
	}
	at := place{store: pair.Postgres.URL, redis: pair.Redis.URL}
	return b.kill(ctx, name, CrashRun{at: at, Processes: 2, Kills: 50, Flushes: 10, flush: pair.Redis.FlushAll})
}

func (b *jobsBench) killEmbedded(ctx context.Context, name string) error {
	return inFolder(func(dir string) error {
		return b.kill(ctx, name, CrashRun{at: place{store: sqliteIn(dir)}, Processes: 1, Kills: 50})
	})
}

func (b *jobsBench) kill(ctx context.Context, name string, run CrashRun) error {
	run.Seed = b.opts.Seed
	got, err := run.Do(ctx)
	if err != nil {
		return err
	}
	b.out.Rows = append(b.out.Rows, got.row(name))
	b.out.Figures["lost"] += float64(got.Lost)
	b.out.Figures["doubled"] += float64(got.Doubled)
	return nil
}

func sqliteIn(dir string) string { return "sqlite://" + filepath.Join(dir, "data.db") }
