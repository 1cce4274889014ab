package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// Imported is what an import did, or had done before.
type Imported struct {
	Import service.Import
	Report TakeoverReport
	Fresh  bool // false: these files were in already
}

// Import takes over a shop. The same files, declaration and seed are imported once.
func (a *App) Import(ctx context.Context, shop Shop, streets *road.Graph) (Imported, error) {
	importing := service.Importing{Facts: a.Store}
	contentHash, err := shop.ContentHash()
	if err != nil {
		return Imported{}, err
	}
	imp, known, err := importing.Known(ctx, Tenant, contentHash)
	if err != nil {
		return Imported{}, err
	}
	if known {
		out := Imported{Import: imp}
		if err := json.Unmarshal(imp.Report, &out.Report); err != nil {
			return Imported{}, fmt.Errorf("read the report of import %s: %w", imp.ID, err)
		}
		return out, nil
	}
	takeover, err := shop.Read(ctx, streets)
	if err != nil {
		return Imported{}, err
	}
	shop.report(0.8, "storing %d orders and %d items", len(takeover.Facts.Orders), len(takeover.Facts.Items))
	imp, err = importing.Save(ctx, Tenant, takeover)
	if err != nil {
		return Imported{}, err
	}
	shop.report(1, "imported")
	return Imported{Import: imp, Report: takeover.Report.(TakeoverReport), Fresh: true}, nil
}

// Planned is a finished plan with the job that made it.
type Planned struct {
	Job     service.Job
	Summary service.PlanSummary
	Fresh   bool // false: the same plan was there already
}

// errPlanEnded says that the job of a plan ended without one.
var errPlanEnded = errors.New("the plan was not made")

// Plan asks for a plan and waits for it, telling what this process does for it. The App must be started in a role that
// works on jobs. A key that is known gives the plan of that time, if one was made. When ctx ends first, the job is cancelled.
func (a *App) Plan(ctx context.Context, planning *service.Planning, r service.PlanRequest, key string, progress func(done float64, sentence string)) (Planned, error) {
	planning.Watch(progress)
	defer planning.Watch(nil)
	job, created, err := a.planJob(ctx, planning, r, key)
	for n := 2; err == nil && !created && job.State != service.StateDone; n++ {
		// The plan of that time was cancelled or failed: its key must not keep anybody from another try.
		job, created, err = a.planJob(ctx, planning, r, fmt.Sprintf("%s try %d", key, n))
	}
	if err != nil {
		return Planned{}, err
	}
	if job.State != service.StateDone {
		return Planned{}, fmt.Errorf("%w: job %s is %s: %s", errPlanEnded, job.ID, job.State, job.Error)
	}
	record, err := a.Store.Plan(ctx, Tenant, job.ID)
	if err != nil {
		return Planned{}, err
	}
	out := Planned{Job: job, Fresh: created}
	if err := json.Unmarshal(record.Summary, &out.Summary); err != nil {
		return Planned{}, fmt.Errorf("read the summary of plan %s: %w", job.ID, err)
	}
	return out, nil
}

// planJob queues a plan, or finds the one that has the key, and waits until it has ended.
func (a *App) planJob(ctx context.Context, planning *service.Planning, r service.PlanRequest, key string) (job service.Job, created bool, err error) {
	if job, created, err = planning.Request(ctx, Tenant, r, key, service.DefaultPriority); err != nil {
		return job, created, err
	}
	job, err = a.ended(ctx, job)
	return job, created, err
}

// ended waits until a job has ended. When ctx ends first, the job is cancelled.
func (a *App) ended(ctx context.Context, job service.Job) (service.Job, error) {
	a.Runner.Wake()
	for !job.State.Ended() {
		select {
		case <-ctx.Done():
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_, cancelErr := a.Store.Cancel(after, job.Ref)
			return job, errors.Join(ctx.Err(), cancelErr)
		case <-time.After(50 * time.Millisecond):
		}
		var err error
		if job, err = a.Store.Job(ctx, job.Ref); err != nil {
			return job, err
		}
	}
	return job, nil
}

// Forecast has the forecasts of all declared items made, as Plan has a plan made: what was up to date stays.
func (a *App) Forecast(ctx context.Context, planning *service.Planning, r service.ForecastRunRequest, progress func(done float64, sentence string)) (service.ForecastRunSummary, error) {
	planning.Watch(progress)
	defer planning.Watch(nil)
	job, _, err := planning.RequestForecasts(ctx, Tenant, r, "", service.DefaultPriority)
	if err == nil {
		job, err = a.ended(ctx, job)
	}
	if err != nil {
		return service.ForecastRunSummary{}, err
	}
	if job.State != service.StateDone {
		return service.ForecastRunSummary{}, fmt.Errorf("the forecasts were not made: job %s is %s: %s", job.ID, job.State, job.Error)
	}
	var sum service.ForecastRunSummary
	body, err := a.Store.JobResult(ctx, job.Ref)
	if err == nil {
		err = json.Unmarshal(body, &sum)
	}
	return sum, err
}

// DeclaredSpan is the first day and number of days that the shop's declaration plans when nothing else is asked for.
func (s Shop) DeclaredSpan() (originDay, days int, err error) {
	b, err := s.ReadBusiness()
	if err != nil {
		return 0, 0, err
	}
	return b.StartDay(), min(b.Plan.Days, plan.MaxDays), nil
}
