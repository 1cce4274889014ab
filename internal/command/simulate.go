package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/business"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/simulations"
)

// simulateVerb answers what would be if.
type simulateVerb struct {
	File       string        `arg:"" optional:"" placeholder:"SCENARIOS.yaml" help:"File of scenarios; default: three for the business of the demo."`
	Start      string        `placeholder:"DATE" help:"First day to plan, such as 2011-11-28; default: the day after the newest order."`
	Days       int           `default:"1" help:"Days to plan, 1 to 14; default ${default}."`
	Seed       uint64        `default:"1" help:"Of all plans alike, so that what differs comes from the change; default ${default}."`
	Iterations int           `default:"0" placeholder:"N" help:"Routing search steps per site and day; 0, the default, goes by size."`
	Orders     int           `default:"3" help:"Orders to show for each scenario, changed answers first; default ${default}. --json has all."`
	Within     time.Duration `default:"20m" placeholder:"TIME" help:"Give up after this long; default ${default}."`
}

func (simulateVerb) Help() string {
	return `Plans the stored facts as they are and once more under each scenario, with the same seed, and shows side by side what differs. No plan is stored. Import first.

A file of scenarios:

    scenarios:
      - name: Schaan closed, two vans to Eschen
        changes:
          - site_closed: {site: schaan}
          - fleet: {site: eschen, vehicle: van, add: 2}

Changes, made in their order:

    demand:        {factor: 1.3, items: [...], site_area: SITE, orders: true}
    site_closed:   {site: SITE}
    lead_time:     {factor: 2, supplier: ID} or {days: 20, supplier: ID}
    site_capacity: {factor: 0.5, site: SITE}
    fleet:         {site: SITE, vehicle: van, add: 2} or {..., remove: 1}
    price:         {cost_factor: 1.1, price_factor: 1.05, items: [...]}
    service:       {cycle: 0.98, fill_rate: 0.99}
    cutoff:        {time: "12:00"}
    review:        {days: 3}

Without items, supplier or site a change is for all of them.

Examples:

    quartermaster simulate --start 2011-11-28 --days 5
    quartermaster simulate mine.yaml --start 2011-11-28 --json`
}

func (v simulateVerb) Run(r *run) error {
	if v.Within <= 0 {
		return usageError{fmt.Errorf("simulate: --within is %s, want a time above 0 such as 20m", v.Within)}
	}
	if v.Orders < 0 {
		return usageError{fmt.Errorf("simulate: --orders is %d, want 0 or more", v.Orders)}
	}
	name, data := sample.ScenariosName, sample.Scenarios()
	if v.File != "" {
		var err error
		name = v.File
		if data, err = os.ReadFile(name); err != nil {
			return usageError{fmt.Errorf("simulate: %w", err)}
		}
	}
	scenarios, err := business.ReadScenarios(name, data)
	if err != nil {
		return usageError{err}
	}
	ctx, cancel := context.WithTimeout(r.ctx, v.Within)
	defer cancel()
	var done app.Simulated
	err = r.onInstallation(ctx, "simulate", v.Start, func(a *app.App, planning *service.Planning, originDay int) error {
		bar := r.progress("simulate")
		defer bar.end()
		var err error
		done, err = a.Simulate(ctx, planning, service.ScenarioRequest{
			Plan:      service.PlanRequest{OriginDay: originDay, Days: v.Days, Seed: v.Seed, RoutingIterations: v.Iterations},
			Scenarios: scenarios,
		}, bar.report)
		return err
	})
	if errors.As(err, new(*simulations.InvalidError)) {
		return usageError{business.LocateScenarios(name, data, err)}
	}
	if err != nil {
		return err
	}
	return r.print(simulateView{Job: done.Job.ID, Answer: done.Answer, orders: v.Orders})
}
