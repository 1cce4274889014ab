package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
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
	queueOrigin = "2024-03-18"
	queueFirst  = 19_800 - queueDays // day of the first value
	queueTenant = "bench-forecasts"
)

// ForecastQueue is the bench of forecasting at scale: all series of a business through the job queue, with the processes
// stopped in between.
func ForecastQueue() bench.Bench {
	return bench.Bench{
		Name:    "forecast-queue",
		Summary: "Forecast and backtest 5,000 daily series of two years (100,000 with a budget of ten minutes or more) in chunks through the job queue.",
		Figures: []bench.Figure{
			{Key: "series", Meaning: "series forecast, each with four origins of backtest"},
			{Key: "seconds", Meaning: "wall time from the request to the stored end"},
			{Key: "ms_per_series", Meaning: "wall milliseconds per series and worker"},
			{Key: "minutes_100k", Meaning: "minutes that 100,000 series take at this pace with these workers"},
			{Key: "peak_mb", Meaning: "peak resident memory of the process, store and queue included"},
			{Key: "missing", Meaning: "series without a forecast at the end"},
			{Key: "doubled", Meaning: "series whose forecast was stored more than once"},
		},
		Run: runForecastQueue,
	}
}

func runForecastQueue(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	n := queueFew
	if o.Budget >= 10*time.Minute {
		n = queueMany
	}
	var out bench.Outcome
	err := inFolder(func(dir string) error {
		at := place{store: sqliteIn(dir)}
		s, err := at.openStore(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		if err := queueFacts(ctx, s, n, o); err != nil {
			return err
		}
		out, err = queueRun(ctx, at, s, n, o)
		return err
	})
	return out, err
}

// queueFacts declares n items and stores their sales: levels from one unit in a month to forty a day, a week, a year, noise, and on
// some a start, an end or an empty shelf.
func queueFacts(ctx context.Context, s *store.Store, n int, o bench.Options) error {
	facts := plan.Snapshot{Review: plan.ReviewRule{ReviewDays: 7, HorizonDays: 28}, Suppliers: []plan.Supplier{{LeadTime: forecast.LeadTime{MeanDays: 10, SDDays: 2}}}}
	facts.Suppliers[0].ID = "sup"
	r := rng.New(o.Seed, "forecast-queue")
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
		o.Report(0.1*float64(from)/float64(n), fmt.Sprintf("%d of %d histories stored", from, n))
	}
	document, err := service.EncodeBusiness(facts)
	if err == nil {
		_, err = s.SaveBusiness(ctx, queueTenant, document, 0)
	}
	return err
}

func queueRun(ctx context.Context, at place, s *store.Store, n int, o bench.Options) (bench.Outcome, error) {
	planning := &service.Planning{Jobs: s, Facts: s, Workers: 1}
	start := time.Now()
	job, _, err := planning.RequestForecasts(ctx, queueTenant, service.ForecastRunRequest{OriginDate: queueOrigin}, "", 0)
	if err != nil {
		return bench.Outcome{}, err
	}
	stopped, jobs := false, 0
	for {
		ended, err := queueWork(ctx, at, s, planning, job.Ref, o, func(done float64) bool {
			o.Report(0.1+0.9*done, "forecasting")
			if !stopped && done > 0.4 {
				stopped = true // the first worker ends here, with jobs under way
				return true
			}
			return false
		})
		if err != nil {
			return bench.Outcome{}, err
		}
		jobs++
		if ended {
			break
		}
	}
	seconds := time.Since(start).Seconds()
	out := bench.Outcome{Figures: map[string]float64{"series": float64(n), "seconds": seconds, "ms_per_series": 1000 * seconds * float64(o.Workers) / float64(n),
		"minutes_100k": seconds / float64(n) * queueMany / 60, "peak_mb": bench.PeakMB()}}
	known, err := s.ForecastHashes(ctx, queueTenant)
	if err != nil {
		return out, err
	}
	doubled := 0
	for id := range known {
		versions, err := s.ForecastVersions(ctx, queueTenant, id, 0, 2)
		if err != nil {
			return out, err
		}
		if len(versions) > 1 {
			doubled++
		}
	}
	out.Figures["missing"], out.Figures["doubled"] = float64(n-len(known)), float64(doubled)
	out.Rows = []bench.Row{bench.Row{Instance: "workers"}.With("concurrency", o.Workers).With("started", jobs)}
	return out, nil
}

// queueWork runs one worker until the job has ended or enough says so; ended tells which.
func queueWork(ctx context.Context, at place, s *store.Store, planning *service.Planning, ref service.Ref, o bench.Options, enough func(done float64) bool) (ended bool, err error) {
	q, err := at.openQueue()
	if err != nil {
		return false, err
	}
	defer q.Close()
	runner := service.NewRunner(s, q, service.RunnerOptions{Concurrency: max(o.Workers, 1), Drain: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	planning.Register(runner)
	if err := runner.Start(); err != nil {
		return false, err
	}
	defer func() { _ = runner.Close() }() // what it could not end is told by the job
	for {
		job, err := s.Job(ctx, ref)
		if err != nil {
			return false, err
		}
		switch {
		case job.State == service.StateDone:
			var sum service.ForecastRunSummary
			body, err := s.JobResult(ctx, ref)
			if err == nil {
				err = json.Unmarshal(body, &sum)
			}
			return true, err
		case job.State.Ended():
			return false, fmt.Errorf("the run ended as %s: %s", job.State, job.Error)
		case enough(job.Progress):
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
