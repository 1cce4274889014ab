package live

import (
	"context"
	"fmt"
	"os"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/business"
	"quartermaster/internal/history"
	"quartermaster/internal/intake"
	"quartermaster/internal/plan"
)

// planOrders is how many consecutive orders make the day that the plan bench plans.
const planOrders = 1000

// Plan is the bench of the corridor: the last 1,000 orders before the declared start (or the last ones of all, where
// the data are of other years), planned as one day over the sites of the sample business. Making the facts and the forecasts is told apart from planning: forecasts are kept between plans.
func Plan() bench.Bench {
	return bench.Bench{
		Name:    "plan",
		Summary: "Plan 1,000 consecutive real orders as one day: stock, sites, floor, robots, routes, suppliers.",
		Data:    "folder or file of order lines (CSV, NDJSON, Parquet); empty = the sample",
		Figures: []bench.Figure{
			{Key: "orders", Meaning: "orders planned"},
			{Key: "promised", Meaning: "orders promised, whole or in part"},
			{Key: "seconds", Meaning: "wall time of planning, forecasts at hand"},
			{Key: "peak_mb", Meaning: "peak resident memory, everything included"},
			{Key: "forecast_seconds", Meaning: "wall time of forecasting and backtesting every item"},
			{Key: "items", Meaning: "items forecast"},
			{Key: "routes", Meaning: "tours"},
			{Key: "km", Meaning: "kilometres driven"},
			{Key: "co2e_kg", Meaning: "kilograms of CO2e"},
			{Key: "wape", Meaning: "pooled backtest error, Σ|error| / Σ demand, per item and day"},
			{Key: "value_added", Meaning: "1 − own absolute error / the seasonal naive's"},
		},
		Run: runPlan,
	}
}

func runPlan(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	o.Report(0, "reading orders and streets")
	s, err := planFacts(ctx, o)
	if err != nil {
		return bench.Outcome{}, err
	}
	po := plan.Options{Seed: o.Seed, Workers: o.Workers, Backtest: true}
	o.Report(0.2, fmt.Sprintf("forecasting %d items", len(s.Items)))
	start := time.Now()
	s.Forecasts, err = plan.ForecastItems(ctx, s.ForecastTasks(), s.Review.HorizonDays, plan.PooledWeek(s.Sales), po)
	if err != nil {
		return bench.Outcome{}, err
	}
	forecastSec := time.Since(start).Seconds()
	po.Progress = func(done float64, sentence string) { o.Report(0.6+0.4*done, sentence) }
	start = time.Now()
	p, err := plan.Build(ctx, s, po)
	if err != nil {
		return bench.Outcome{}, err
	}
	t := p.Totals
	figures := map[string]float64{
		"orders": float64(t.Orders), "promised": float64(t.Promised), "seconds": time.Since(start).Seconds(), "peak_mb": bench.PeakMB(),
		"forecast_seconds": forecastSec, "items": float64(p.Forecast.Items), "routes": float64(t.Routes),
		"km": float64(t.DistanceM) / 1000, "co2e_kg": float64(t.CO2eG) / 1000,
		"wape": p.Forecast.Accuracy.WAPE, "value_added": p.Forecast.Accuracy.ValueAdded,
	}
	return bench.Outcome{Figures: figures, Rows: siteRows(p, o.Selected)}, nil
}

// siteRows says what each selected site did; all work for the plan, whatever is told.
func siteRows(p *plan.Plan, selected func(instance string) bool) []bench.Row {
	rows := make([]bench.Row, 0, len(p.SiteDays))
	for _, d := range p.SiteDays {
		name := fmt.Sprintf("%s day %d", d.SiteID, d.Day)
		if !selected(name) {
			continue
		}
		var distanceM int64
		stops := 0
		for _, r := range d.Routes {
			distanceM += r.Route.DistanceM
			stops += len(r.StopIDs)
		}
		rows = append(rows, bench.Row{Instance: name}.
			With("tasks", len(d.Schedule.Tasks)).With("parcels", len(d.Schedule.ReadySec)).
			With("routes", len(d.Routes)).With("stops", stops).With("km", float64(distanceM)/1000))
	}
	return rows
}

// planFacts reads orders and declaration into the facts of one day.
func planFacts(ctx context.Context, o bench.Options) (*plan.Snapshot, error) {
	sources, err := orderSources(o.Data)
	if err != nil {
		return nil, err
	}
	shop := app.Shop{Orders: sources, Seed: o.Seed, Workers: o.Workers}
	books, _, err := shop.ReadBooks(ctx)
	if err != nil {
		return nil, err
	}
	declared, err := shop.ReadBusiness()
	if err != nil {
		return nil, err
	}
	streets, err := shop.ReadStreets(ctx)
	if err != nil {
		return nil, err
	}
	start := app.StartDay(declared, books)
	orders := books.OrdersBefore(int64(start)*history.MicrosPerDay, planOrders)
	if len(orders) == 0 {
		return nil, fmt.Errorf("%w: no orders before day %d in %s", bench.ErrUsage, start, o.Data)
	}
	s, err := declared.Snapshot(books, business.Request{
		StartDay: start, Days: 1, Orders: orders, Seed: o.Seed,
		Place: app.OnStreets(streets),
	})
	if err != nil {
		return nil, err
	}
	for i := range s.Orders { // consecutive orders of several days become the order book of one morning
		s.Orders[i].PlacedSec = -12 * 3600
	}
	s.Roads, s.RoadsVersion = streets, streets.Hash()
	return s, nil
}

// orderSources names the files behind --data; none is the sample that the program carries.
func orderSources(data string) ([]intake.Source, error) {
	if data == "" {
		return nil, nil
	}
	if _, err := os.Stat(data); err != nil {
		return nil, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	return intake.Expand(data)
}
