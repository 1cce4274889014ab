package service

import (
	"context"
	"fmt"

	"quartermaster/internal/plan"
)

// Snapshot reads all facts of a plan with the streets and the forecasts: the stored ones where they are fresh, else made
// here and not stored. tell hears how far it is, 0…1.
func (p *Planning) Snapshot(ctx context.Context, tenant string, r PlanRequest, tell func(done float64, sentence string)) (*plan.Snapshot, error) {
	load := loader{p.Facts, p.Credit, tenant}
	tell(0, "reading the facts")
	s, err := load.declared(ctx, r)
	if err != nil {
		return nil, err
	}
	fresh, stale, err := p.forecasts(ctx, tenant, s, plan.PooledWeek(s.Sales))
	if err != nil {
		return nil, err
	}
	if len(stale) > 0 {
		tell(0.2, fmt.Sprintf("%d of %d items need a new forecast", len(stale), len(s.Items)))
		if err := p.freshen(ctx, s, fresh, stale, tell); err != nil {
			return nil, err
		}
	}
	if err := overridden(ctx, p.Facts, load.tenant, fresh); err != nil {
		return nil, err
	}
	s.Forecasts = fresh
	if err := load.moving(ctx, s); err != nil {
		return nil, err
	}
	return s, p.travel(ctx, tenant, s)
}

// Declared reads the declared facts with the sales known on the morning of the request's first day: no orders, no stock.
func (p *Planning) Declared(ctx context.Context, tenant string, r PlanRequest) (*plan.Snapshot, error) {
	return loader{p.Facts, p.Credit, tenant}.declared(ctx, r)
}

// freshen makes the stale items' forecasts and puts them in their places.
func (p *Planning) freshen(ctx context.Context, s *plan.Snapshot, forecasts []plan.ItemForecast, stale []string, tell func(float64, string)) error {
	wanted := make(map[string]bool, len(stale))
	for _, id := range stale {
		wanted[id] = true
	}
	var places []int
	var tasks []plan.ForecastTask
	for i, task := range s.ForecastTasks() {
		if wanted[task.Series.ID] {
			places = append(places, i)
			tasks = append(tasks, task)
		}
	}
	made, err := plan.ForecastItems(ctx, tasks, s.Review.HorizonDays, plan.PooledWeek(s.Sales), plan.Options{
		Workers: p.Workers, Backtest: true,
		Progress: func(done float64, sentence string) { tell(0.2+0.8*done, sentence) },
	})
	if err != nil {
		return err
	}
	for k, i := range places {
		forecasts[i] = made[k]
	}
	return nil
}
