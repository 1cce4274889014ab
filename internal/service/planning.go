package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"quartermaster/internal/plan"
	"quartermaster/routing/road"
)

// The kinds of jobs that planning is made of.
const (
	KindPlan     = "fulfilment-plan" // the parent: has stale forecasts made, then plans
	KindForecast = "forecast-chunk"  // a few hundred items
)

// forecastChunk is how many items one chunk job forecasts: about a second of work, so that a crash costs little.
const forecastChunk = 400

// Where the chunks of forecasts begin and end on the way of the whole plan, 0…1; plan.Build goes on from there.
const (
	spawnShare     = 0.02
	forecastsShare = 0.35
)

// Planning is the main use case: from the stored facts to a stored plan.
type Planning struct {
	Jobs         JobStore
	Facts        FactStore
	Credit       CreditStore // learned models; nil = none judges suppliers
	Roads        *road.Graph
	RoadsVersion string
	Straight     road.Straight // travel where Roads is nil
	Live         *Streets      // Roads under what holds on them; nil = nothing does
	Workers      int           // goroutines of one plan, 0 = all

	decoded decodedBusiness

	mu    sync.Mutex
	watch func(done float64, sentence string)
	shown float64 // the furthest that the watcher was told
}

// Watch tells f of every step that this process takes for any plan, as it takes it; the job row has the same at the
// runner's own pace, for everybody else. There is one watcher at a time; nil ends it. What f is told never goes back; f must
// return soon.
func (p *Planning) Watch(f func(done float64, sentence string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch, p.shown = f, 0
}

// tell notes a step with the job and tells the watcher.
func (p *Planning) tell(run *Run, done float64, sentence string) {
	run.Progress(done, sentence)
	p.show(done, sentence)
}

func (p *Planning) show(done float64, sentence string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch != nil {
		p.shown = max(p.shown, done) // chunks work side by side, and the parent starts again behind them
		p.watch(p.shown, sentence)
	}
}

// Request queues a plan. The same key and request give the job that is there already, with created false.
func (p *Planning) Request(ctx context.Context, tenant string, r PlanRequest, idempotencyKey string, priority int) (job Job, created bool, err error) {
	if err := r.check(); err != nil {
		return Job{}, false, err
	}
	input, err := json.Marshal(r)
	if err != nil {
		return Job{}, false, err
	}
	return p.Jobs.Submit(ctx, tenant, Submission{Kind: KindPlan, Input: input, Priority: priority, IdempotencyKey: idempotencyKey})
}

// check holds the request to what can be planned.
func (r PlanRequest) check() error {
	if r.Days < 1 || r.Days > plan.MaxDays {
		return fmt.Errorf("%w: days: %d is not between 1 and %d", ErrInvalid, r.Days, plan.MaxDays)
	}
	if r.OriginDay < 0 || r.OriginDay > maxOriginDay {
		return fmt.Errorf("%w: origin_day: %d is not a day of the years 1970 to 2199", ErrInvalid, r.OriginDay)
	}
	if r.RoutingIterations < 0 || r.RoutingIterations > 10_000_000 {
		return fmt.Errorf("%w: routing_iterations: %d is not between 0 and 10,000,000", ErrInvalid, r.RoutingIterations)
	}
	return nil
}

// maxOriginDay is 2199-12-31, as days since 1970-01-01.
const maxOriginDay = 84_005

// Register names the handlers of planning to a runner.
func (p *Planning) Register(r *Runner) {
	r.Register(KindPlan, HandlerFunc(p.handlePlan), KindOptions{})
	r.Register(KindForecast, HandlerFunc(p.handleForecast), KindOptions{})
	r.Register(KindForecastRun, HandlerFunc(p.handleForecastRun), KindOptions{})
}

// forecastInput is what a chunk job is told. The week is that of the whole shop, so that an item's forecast is
// the same in whatever chunk it is made.
type forecastInput struct {
	Request PlanRequest `json:"request"`
	Items   []string    `json:"items"`
	Week    plan.Week   `json:"week"`
	Chunk   int         `json:"chunk"` // which of Chunks, from 0, for the watcher
	Chunks  int         `json:"chunks"`
}

// handlePlan runs twice: first it fans out a chunk job for every few hundred items whose forecast is stale, then, when
// they have ended, it gathers their forecasts and plans. Where nothing is stale it plans at once.
func (p *Planning) handlePlan(ctx context.Context, run *Run) (Outcome, error) {
	var r PlanRequest
	if err := json.Unmarshal(run.Input, &r); err != nil {
		return Outcome{}, fmt.Errorf("read the plan request: %w", err)
	}
	load, reached := loader{p.Facts, p.Credit, run.Job.Tenant}, 0.0
	if run.Gathering() {
		reached = forecastsShare
	}
	tell := func(done float64, sentence string) { // the row never goes back within a run
		reached = max(reached, done)
		p.tell(run, reached, sentence)
	}
	tell(0, "reading the facts")
	s, err := load.declared(ctx, r)
	if err != nil {
		return Outcome{}, err
	}
	week := plan.PooledWeek(s.Sales)
	fresh, stale, err := p.forecasts(ctx, run.Job.Tenant, s, week)
	if err != nil {
		return Outcome{}, err
	}
	if len(stale) > 0 && !run.Gathering() {
		tell(spawnShare, fmt.Sprintf("%d of %d items need a new forecast", len(stale), len(s.Items)))
		children, err := forecastJobs(r, week, stale, run.Job.Priority)
		return Outcome{Spawn: children}, err
	}
	if len(stale) > 0 { // facts changed between the two runs
		if err := p.freshen(ctx, s, fresh, stale, tell); err != nil {
			return Outcome{}, err
		}
	}
	if err := overridden(ctx, p.Facts, run.Job.Tenant, fresh); err != nil {
		return Outcome{}, err
	}
	s.Forecasts = fresh
	if err := load.moving(ctx, s); err != nil {
		return Outcome{}, err
	}
	if err := p.travel(ctx, run.Job.Tenant, s); err != nil {
		return Outcome{}, err
	}
	made, err := plan.Build(ctx, s, plan.Options{
		Seed: r.Seed, Workers: p.Workers, RoutingIterations: r.RoutingIterations, Backtest: true,
		Progress: tell,
	})
	var invalid *plan.InvalidError
	if errors.As(err, &invalid) {
		return Outcome{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return Outcome{}, err
	}
	record, err := planRecord(made, r.Draft)
	if err != nil {
		return Outcome{}, err
	}
	record.ID, record.JobID = run.Job.ID, run.Job.ID
	return Outcome{Result: Result{Plan: record, Body: record.Summary, Sentence: headline(made)}}, nil
}

// forecasts reads the stored forecasts in the order of items, and lists the items whose forecast is missing or stale.
func (p *Planning) forecasts(ctx context.Context, tenant string, s *plan.Snapshot, week plan.Week) ([]plan.ItemForecast, []string, error) {
	stored, err := p.Facts.Forecasts(ctx, tenant)
	if err != nil {
		return nil, nil, err
	}
	byItem := make(map[string]ItemForecast, len(stored))
	for _, f := range stored {
		byItem[f.ItemID] = f
	}
	tasks := s.ForecastTasks()
	fresh := make([]plan.ItemForecast, len(tasks))
	var stale []string
	for i, task := range tasks {
		f, ok := byItem[task.Series.ID]
		if !ok || f.DataHash != task.Hash(s.Review.HorizonDays, week) {
			stale = append(stale, task.Series.ID)
			continue
		}
		if fresh[i], err = UnpackForecast(f.Document); err != nil {
			return nil, nil, fmt.Errorf("read the stored forecast of item %s: %w", f.ItemID, err)
		}
	}
	return fresh, stale, nil
}

func forecastJobs(r PlanRequest, week plan.Week, stale []string, priority int) ([]Submission, error) {
	var jobs []Submission
	chunks := (len(stale) + forecastChunk - 1) / forecastChunk
	for len(stale) > 0 {
		n := min(forecastChunk, len(stale))
		input, err := json.Marshal(forecastInput{Request: r, Items: stale[:n], Week: week, Chunk: len(jobs), Chunks: chunks})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, Submission{Kind: KindForecast, Input: input, Priority: priority})
		stale = stale[n:]
	}
	return jobs, nil
}

// handleForecast forecasts one chunk of items and stores them with the end of the job.
func (p *Planning) handleForecast(ctx context.Context, run *Run) (Outcome, error) {
	var in forecastInput
	if err := json.Unmarshal(run.Input, &in); err != nil {
		return Outcome{}, fmt.Errorf("read the chunk: %w", err)
	}
	facts, err := p.business(ctx, run.Job.Tenant)
	if err != nil {
		return Outcome{}, err
	}
	s, err := p.narrowed(ctx, run.Job.Tenant, facts, in.Request.OriginDay, in.Items)
	if err != nil {
		return Outcome{}, err
	}
	made, err := plan.ForecastItems(ctx, s.ForecastTasks(), s.Review.HorizonDays, in.Week, plan.Options{
		Workers: p.Workers, Backtest: true,
		Progress: func(done float64, sentence string) {
			run.Progress(done, sentence)
			p.show(spawnShare+(forecastsShare-spawnShare)*(float64(in.Chunk)+done)/float64(max(in.Chunks, 1)), "forecasting, this chunk: "+sentence)
		},
	})
	if err != nil {
		return Outcome{}, err
	}
	out, err := StoredForecasts(made)
	if err != nil {
		return Outcome{}, err
	}
	body, err := json.Marshal(chunkMade(in.Request.OriginDay, out))
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Result: Result{Forecasts: out, Body: body, Sentence: fmt.Sprintf("%d items forecast", len(out))}}, nil
}
