package live

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"quartermaster/forecast"
	"quartermaster/internal/bench"
	"quartermaster/internal/plan"
	"quartermaster/internal/rng"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
	"quartermaster/inventory"
)

// The series of the bench: two years of days each.
const (
	queueDays   = 730
	queueFew    = 5_000
	queueMany   = 100_000
	queueMost   = 1_000_000
	queueOrigin = "2024-03-18"
	queueFirst  = 19_800 - queueDays // day of the first value
	queueTenant = "bench-forecasts"
)

// ForecastQueue is the bench of forecasting at scale: all series of a business through the job queue, with the worker process
// killed in between.
func ForecastQueue() bench.Bench {
	return bench.Bench{
		Name:    "forecast-queue",
		Summary: "Forecast and backtest daily series of two years in chunks through the job queue; the worker process is killed at two fifths of the way.",
		Data:    "how many series, 1 to 1,000,000; empty = 5,000, or 100,000 with a budget of ten minutes or more. A folder is not looked at",
		Figures: []bench.Figure{
			{Key: "series", Meaning: "series forecast, each with four origins of backtest"},
			{Key: "seconds", Meaning: "wall time from the request to the stored end"},
			{Key: "ms_per_series", Meaning: "wall milliseconds per series and worker"},
			{Key: "minutes_100k", Meaning: "minutes that 100,000 series take at this pace with these workers"},
			{Key: "peak_mb", Meaning: "peak resident memory of the worker process, store and queue included"},
			{Key: "missing", Meaning: "series without a forecast at the end"},
			{Key: "doubled", Meaning: "series whose forecast was stored more than once"},
		},
		Run: runForecastQueue,
	}
}

func runForecastQueue(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	n, err := queueSize(o)
	if err != nil {
		return bench.Outcome{}, err
	}
	var left ForecastsLeft
	err = inFolder(func(dir string) error {
		left, err = ForecastCrash{Series: n, KillAt: []float64{0.4}, Slots: max(o.Workers, 1), Seed: o.Seed, Report: o.Report, at: place{store: sqliteIn(dir)}}.do(ctx)
		return err
	})
	if err != nil {
		return bench.Outcome{}, err
	}
	series := float64(n)
	return bench.Outcome{
		Figures: map[string]float64{"series": series, "seconds": left.Seconds, "ms_per_series": 1000 * left.Seconds * float64(max(o.Workers, 1)) / series,
			"minutes_100k": left.Seconds / series * queueMany / 60, "peak_mb": left.PeakMB, "missing": float64(left.Missing), "doubled": float64(left.Doubled)},
		Rows: []bench.Row{bench.Row{Instance: "workers"}.With("chunks_at_once", o.Workers).With("kills", left.Kills).With("chunks", left.Chunks).With("begun_again", left.BegunAgain)},
	}, nil
}

func queueSize(o bench.Options) (int, error) {
	n, err := strconv.Atoi(o.Data)
	if info, statErr := os.Stat(o.Data); o.Data == "" || statErr == nil && info.IsDir() { // whoever runs all benches alike gives a folder
		if n, err = queueFew, nil; o.Budget >= 10*time.Minute {
			n = queueMany
		}
	}
	if err != nil || n < 1 || n > queueMost {
		return 0, fmt.Errorf("%w: data is %q, want a number of series, 1 to %d", bench.ErrUsage, o.Data, queueMost)
	}
	return n, nil
}

// ForecastCrash has a business forecast by a worker process that is killed on the way, and counts what is stored in the end.
type ForecastCrash struct {
	Series int
	KillAt []float64 // shares of the way at which the worker is killed, rising
	Slots  int       // chunks at a time
	Seed   uint64
	Report func(done float64, sentence string)

	at place
}

// ForecastsLeft is what it has counted.
type ForecastsLeft struct {
	Kills      int
	Chunks     int
	BegunAgain int // chunks
	Missing    int // series without a forecast
	Doubled    int // series whose forecast was stored more than once
	Seconds    float64
	PeakMB     float64 // of a worker
}

func (c ForecastCrash) do(ctx context.Context) (left ForecastsLeft, err error) {
	s, err := c.at.openStore(ctx)
	if err != nil {
		return left, err
	}
	defer s.Close()
	if err := c.facts(ctx, s); err != nil {
		return left, err
	}
	start := time.Now()
	job, _, err := (&service.Planning{Jobs: s, Facts: s}).RequestForecasts(ctx, queueTenant, service.ForecastRunRequest{OriginDate: queueOrigin}, "", 0)
	if err != nil {
		return left, err
	}
	w := crashWalk{crash: c, store: s, ref: job.Ref}
	for i := range len(c.KillAt) + 1 {
		if err := w.leg(ctx, i); err != nil {
			return left, err
		}
	}
	w.left.Seconds = time.Since(start).Seconds()
	err = w.count(ctx)
	return w.left, err
}

// facts declares the items and stores their sales: levels from one unit in a month to forty a day, a week, a year, noise, and on
// some a start, an end or an empty shelf.
func (c ForecastCrash) facts(ctx context.Context, s *store.Store) error {
	n := c.Series
	facts := plan.Snapshot{Review: plan.ReviewRule{ReviewDays: 7, HorizonDays: 28}, Suppliers: []plan.Supplier{{LeadTime: forecast.LeadTime{MeanDays: 10, SDDays: 2}}}}
	facts.Suppliers[0].ID = "sup"
	r := rng.New(c.Seed, "forecast-queue")
	for from := 0; from < n; from += 1000 {
		var sales []forecast.Series
		for i := from; i < min(n, from+1000); i++ {
			id := fmt.Sprintf("item%06d", i)
			facts.Items = append(facts.Items, inventory.Item{ID: id, SupplierID: "sup", PackSize: 1})
			level, phase, begin := math.Exp(5.4*r.Float64()-1.7)*0.2, r.Float64()*365, max(0, r.IntN(2*queueDays)-queueDays-200)
			x := forecast.Series{ID: id, StartDay: queueFirst, Values: make([]float64, queueDays)}
			for d := begin; d < queueDays; d++ {
				mean := level * (1 + 0.3*math.Sin(2*math.Pi*(float64(d)+phase)/365)) * (1 + 0.4*float64(d%7)/6)
				x.Values[d] = math.Floor(mean*r.ExpFloat64() + r.Float64())
			}
			sales = append(sales, x)
		}
		if err := s.SaveSales(ctx, queueTenant, sales); err != nil {
			return err
		}
		c.Report(0.1*float64(from)/float64(n), fmt.Sprintf("%d of %d histories stored", from, n))
	}
	document, err := service.EncodeBusiness(facts)
	if err == nil {
		_, err = s.SaveBusiness(ctx, queueTenant, document, 0)
	}
	return err
}

// crashWalk is a run under way.
type crashWalk struct {
	crash ForecastCrash
	store *store.Store
	ref   service.Ref
	left  ForecastsLeft
}

// leg runs one worker process: until the share of the way at which the i-th is killed, or, behind the last, until the job has ended.
func (w *crashWalk) leg(ctx context.Context, i int) error {
	worker, err := startChild(ctx, workerOrders{Store: w.crash.at.store, Redis: w.crash.at.redis, Forecasts: w.crash.Slots})
	if err != nil {
		return err
	}
	ended, err := w.follow(ctx, i)
	switch {
	case err != nil:
		_ = worker.kill() // the first error is the one to tell
		return err
	case !ended:
		w.left.Kills++
		err = worker.kill()
	default:
		err = worker.end()
	}
	w.left.PeakMB = max(w.left.PeakMB, worker.peakMB())
	return err
}

// follow watches the job until it is time for the i-th kill, or it has ended.
func (w *crashWalk) follow(ctx context.Context, i int) (ended bool, err error) {
	for {
		job, err := w.store.Job(ctx, w.ref)
		if err != nil {
			return false, err
		}
		w.crash.Report(0.1+0.9*job.Progress, "forecasting")
		switch {
		case job.State == service.StateDone:
			return true, nil
		case job.State.Ended():
			return false, fmt.Errorf("the run ended as %s: %s", job.State, job.Error)
		case i < len(w.crash.KillAt):
			if done, running, err := w.tally(ctx); err != nil || running > 0 && done >= w.crash.KillAt[i] {
				return false, err
			}
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tally tells which share of the chunks is done, and how many are being worked on: a kill is to hit work.
func (w *crashWalk) tally(ctx context.Context) (done float64, running int, err error) {
	total := 0
	err = w.eachChunk(ctx, func(job service.Job) {
		total++
		switch job.State {
		case service.StateDone:
			done++
		case service.StateRunning:
			running++
		}
	})
	return done / float64(max(total, 1)), running, err
}

func (w *crashWalk) eachChunk(ctx context.Context, do func(job service.Job)) error {
	for before := ""; ; {
		jobs, err := w.store.Jobs(ctx, queueTenant, service.JobFilter{ParentID: w.ref.ID, Before: before, Limit: 1000})
		if err != nil || len(jobs) == 0 {
			return err
		}
		for _, job := range jobs {
			do(job)
		}
		before = jobs[len(jobs)-1].ID
	}
}

// count compares the stored forecasts with the items.
func (w *crashWalk) count(ctx context.Context) error {
	err := w.eachChunk(ctx, func(job service.Job) {
		w.left.Chunks++
		if job.Attempt > 1 {
			w.left.BegunAgain++
		}
	})
	if err != nil {
		return err
	}
	known, err := w.store.ForecastHashes(ctx, queueTenant)
	if err != nil {
		return err
	}
	for id := range known {
		versions, err := w.store.ForecastVersions(ctx, queueTenant, id, 0, 2)
		if err != nil {
			return err
		}
		if len(versions) > 1 {
			w.left.Doubled++
		}
	}
	w.left.Missing = w.crash.Series - len(known)
	return nil
}
