package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/config"
	"quartermaster/internal/servers"
	"quartermaster/internal/service"
)

// Chaos is the bench of what becomes of requests and accepted work when a server is away, and when processes are replaced.
func Chaos() bench.Bench {
	return bench.Bench{
		Name:    "chaos",
		Summary: "Cuts, slows and half-opens the way to PostgreSQL and to Redis under load, then replaces every process of an installation one after another.",
		Figures: []bench.Figure{
			{Key: "accepted", Meaning: "jobs accepted (202) in all runs"},
			{Key: "lost", Meaning: "of those, not done in the end"},
			{Key: "outage_failed", Meaning: "requests during outages answered neither well nor by 503 with Retry-After"},
			{Key: "outage_slowest_s", Meaning: "seconds of the slowest answer during outages"},
			{Key: "drained_s", Meaning: "seconds from the end of an outage until all that was accepted was done, at most"},
			{Key: "rolling_failed", Meaning: "requests not answered well while two API and two worker processes were replaced"},
			{Key: "rolling_lost", Meaning: "jobs accepted meanwhile and not done in the end"},
		},
		Run: func(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
			return runChaos(ctx, opts, outage{good: 2 * time.Second, bad: 8 * time.Second, perSecond: 20}, 50)
		},
	}
}

// outage is one stretch of load with trouble in its middle.
type outage struct {
	good, bad time.Duration
	perSecond int
	only      []string // instances; nil = all
}

// outageInstances are the ways that trouble comes.
func outageInstances() (all []struct {
	name    string
	redis   bool
	trouble servers.Trouble
}) {
	for _, redis := range []bool{false, true} {
		for _, trouble := range []servers.Trouble{servers.Cut, servers.Slow, servers.HalfOpen} {
			name := "postgresql " + string(trouble)
			if redis {
				name = "redis " + string(trouble)
			}
			all = append(all, struct {
				name    string
				redis   bool
				trouble servers.Trouble
			}{name, redis, trouble})
		}
	}
	return all
}

func runChaos(ctx context.Context, opts bench.Options, o outage, rollingPerSecond int) (bench.Outcome, error) {
	out := bench.Outcome{Figures: map[string]float64{}}
	pair, err := servers.Start(ctx, servers.Options{})
	if err != nil {
		return out, err
	}
	defer pair.Stop() //nolint:errcheck // their data is worth nothing any more
	instances := outageInstances()
	for i, instance := range instances {
		if !opts.Selected(instance.name) || o.only != nil && !slices.Contains(o.only, instance.name) {
			continue
		}
		opts.Report(float64(i)/float64(len(instances)+1), instance.name)
		r, err := o.run(ctx, pair, instance.redis, instance.trouble)
		if err != nil {
			return out, fmt.Errorf("%s: %w", instance.name, err)
		}
		out.Rows = append(out.Rows, r.row(instance.name))
		for key, v := range map[string]int{"accepted": r.accepted, "lost": r.lost, "outage_failed": r.failed} {
			out.Figures[key] += float64(v)
		}
		out.Figures["outage_slowest_s"] = max(out.Figures["outage_slowest_s"], r.slowest.Seconds())
		out.Figures["drained_s"] = max(out.Figures["drained_s"], r.drained.Seconds())
	}
	if !opts.Selected("rolling") {
		return out, nil
	}
	opts.Report(float64(len(instances))/float64(len(instances)+1), "rolling")
	r, err := rolling(ctx, pair, rollingPerSecond)
	if err != nil {
		return out, fmt.Errorf("rolling: %w", err)
	}
	out.Rows = append(out.Rows, r.row("rolling"))
	out.Figures["accepted"] += float64(r.accepted)
	out.Figures["rolling_failed"], out.Figures["rolling_lost"] = float64(r.failed+r.refused), float64(r.lost)
	opts.Report(1, "done")
	return out, nil
}

// suffered is what a run has counted.
type suffered struct {
	answers, accepted, refused, failed, lost int
	slowest, drained                         time.Duration
	firstBad                                 string
}

func (s suffered) row(name string) bench.Row {
	return bench.Row{Instance: name}.With("answers", s.answers).With("accepted", s.accepted).With("refused", s.refused).
		With("failed", s.failed).With("lost", s.lost).With("slowest_s", s.slowest.Seconds()).With("drained_s", s.drained.Seconds())
}

// through gives a server's address with a gate's in place of its host.
func through(address string, g *servers.Gate) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the server's address is no URL")
	}
	u.Host = g.Address()
	return u.String(), nil
}

// run puts the whole program behind two gates, asks it, makes trouble, ends it, and counts.
func (o outage) run(ctx context.Context, pair *servers.Pair, redis bool, trouble servers.Trouble) (suffered, error) {
	var gates [2]*servers.Gate
	var addresses [2]string
	for i, address := range []string{pair.Postgres.URL, pair.Redis.URL} {
		u, err := url.Parse(address)
		if err != nil {
			return suffered{}, errors.New("a server's address is no URL")
		}
		if gates[i], err = servers.OpenGate(u.Host); err != nil {
			return suffered{}, err
		}
		defer gates[i].Close()
		if addresses[i], err = through(address, gates[i]); err != nil {
			return suffered{}, err
		}
	}
	gate := gates[0]
	if redis {
		gate = gates[1]
	}
	var out suffered
	err := inFolder(func(dir string) error {
		cfg := memberOrders{Role: config.RoleAll, Listen: "127.0.0.1:0", Store: addresses[0], Redis: addresses[1], DrainMs: 5000}.config(dir)
		a, err := startWhole(ctx, cfg)
		if err != nil {
			return err
		}
		out, err = o.suffer(ctx, a, gate, trouble)
		return errors.Join(err, gate.Set(servers.Fine), a.Close())
	})
	return out, err
}

// startWhole starts the program in this process, its tables made.
func startWhole(ctx context.Context, cfg config.Config) (*app.App, error) {
	a, err := app.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if _, err := a.Migrate(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.Start(ctx, app.StartOptions{Planning: &service.Planning{}}); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (o outage) suffer(ctx context.Context, a *app.App, gate *servers.Gate, trouble servers.Trouble) (suffered, error) {
	address, _ := a.Address()
	l := newAsker(address)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan struct{})
	go func() { defer close(ended); l.run(asking, o.perSecond) }()
	restFor(ctx, o.good)
	if err := gate.Set(trouble); err != nil {
		return suffered{}, err
	}
	restFor(ctx, o.bad)
	if err := gate.Set(servers.Fine); err != nil {
		return suffered{}, err
	}
	back, due := time.Now(), l.snapshot()
	if _, err := awaitDone(ctx, a, due, 30*time.Second); err != nil {
		return suffered{}, err
	}
	drained := time.Since(back)
	restFor(ctx, o.good)
	stop()
	<-ended
	all := l.snapshot()
	lost, err := awaitDone(ctx, a, all, 30*time.Second)
	if err != nil {
		return suffered{}, err
	}
	return suffered{answers: l.answers, accepted: len(all), refused: l.refused, failed: l.failed, lost: lost, slowest: l.slowest, drained: drained, firstBad: l.firstBad}, nil
}

func restFor(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// awaitDone waits until jobs are done, and tells how many are not when the time is up.
func awaitDone(ctx context.Context, a *app.App, ids []string, limit time.Duration) (left int, err error) {
	open := ids
	for start := time.Now(); ; restFor(ctx, 50*time.Millisecond) {
		var still []string
		for _, id := range open {
			look, cancel := context.WithTimeout(ctx, 5*time.Second)
			job, err := a.Store.Job(look, service.Ref{Tenant: app.Tenant, ID: id})
			cancel()
			switch {
			case errors.Is(err, service.ErrNotFound): // lost for good
				return len(open), nil
			case err == nil && job.State.Ended() && job.State != service.StateDone:
				return len(open), fmt.Errorf("job %s ended as %s: %s", id, job.State, strings.TrimSpace(job.Error))
			case err != nil || !job.State.Ended():
				still = append(still, id)
			}
		}
		if open = still; len(open) == 0 || time.Since(start) > limit || ctx.Err() != nil {
			return len(open), ctx.Err()
		}
	}
}
