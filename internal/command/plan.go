package command

import (
	"context"
	"fmt"
	"os"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// planVerb plans the orders of days, the stock of a catalogue, or lots over time.
type planVerb struct {
	Orders    planOrdersVerb    `cmd:"" default:"withargs" help:"Plan the stored orders of some days; meant where nothing else is named."`
	Inventory planInventoryVerb `cmd:"" help:"Say what to buy and to move for the catalogue of a file."`
	Lots      planLotsVerb      `cmd:"" help:"Say when to order how much of what is known to be needed, by a file."`
}

// planOrdersVerb makes one plan and prints what it says.
type planOrdersVerb struct {
	Start      string        `placeholder:"DATE" help:"First day to plan, such as 2011-11-28; default: the day after the newest order."`
	Days       int           `default:"1" help:"Days to plan, 1 to 14; default ${default}."`
	Seed       uint64        `default:"1" help:"The same facts and seed give the same plan; default ${default}."`
	Draft      bool          `help:"A what-if: the floor does not work by it."`
	Iterations int           `default:"0" placeholder:"N" help:"Routing search steps per site and day; 0, the default, goes by size."`
	Within     time.Duration `default:"10m" placeholder:"TIME" help:"Give up after this long; default ${default}."`
	Out        string        `placeholder:"FILE" help:"Also write the whole plan there, as JSON."`
}

func (planOrdersVerb) Help() string {
	return `Plans the stored orders of these days: what to buy, which site serves which order, what the floor does, who drives where. Import first.

Exit code 3 means that no order could be served, 4 that the time was over.

Examples:

    quartermaster plan --start 2011-11-28 --days 5
    quartermaster plan --start 2011-11-28 --out plan.json --json`
}

func (v planOrdersVerb) Run(r *run) error {
	if v.Within <= 0 {
		return usageError{fmt.Errorf("plan: --within is %s, want a time above 0 such as 10m", v.Within)}
	}
	ctx, cancel := context.WithTimeout(r.ctx, v.Within)
	defer cancel()
	var planned app.Planned
	err := r.onInstallation(ctx, "plan", v.Start, func(a *app.App, planning *service.Planning, originDay int) error {
		bar := r.progress("plan")
		defer bar.end()
		var err error
		planned, err = a.Plan(ctx, planning, service.PlanRequest{
			OriginDay: originDay, Days: v.Days, Seed: v.Seed, Draft: v.Draft, RoutingIterations: v.Iterations,
		}, "", bar.report)
		if err == nil && v.Out != "" {
			err = writeDocument(ctx, a, planned.Job.ID, v.Out)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := r.print(planView(planned)); err != nil {
		return err
	}
	if t := planned.Summary.Totals; t.Orders > 0 && t.Promised == 0 {
		return infeasible(fmt.Errorf("none of %d orders can be served; the plan says why", t.Orders))
	}
	return nil
}

// writeDocument writes a whole plan to a file, or leaves no file.
func writeDocument(ctx context.Context, a *app.App, id, path string) error {
	document, err := a.Store.PlanDocument(ctx, app.Tenant, id)
	if err != nil {
		return err
	}
	part := path + ".part"
	err = os.WriteFile(part, document, 0o600)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part) // as far as it came to be
	}
	return err
}
