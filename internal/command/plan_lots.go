package command

import (
	"fmt"
	"text/tabwriter"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/inventory/lotsize"
)

// planLotsVerb plans the lots of a file.
type planLotsVerb struct {
	File string `arg:"" placeholder:"FILE" help:"JSON file with items and their demand; - reads it from the input."`
}

func (planLotsVerb) Help() string {
	return `Says when to order how much of what is known to be needed period by period, at least cost of orders, units and holding, with a bound below it. The file has the words of POST /v1/lot-plans:

    {"items": [{"id": "flour", "demand": [150, 100, 80, 200], "order_cost": 120, "unit_cost": 1.8, "holding_cost": 0.8,
                "use": 1, "setup_use": 10, "pack_size": 10, "min_order_qty": 50, "truck_qty": 0, "lead_periods": 0, "closed_periods": [2]},
               {"id": "yeast", "demand": [20, 20, 20, 20], "order_cost": 40, "holding_cost": 0.1}],
     "capacity": [300, 300, null, 300]}

Periods count from 0; capacity is what all orders that arrive in a period may use together, null = no limit. Exit code 3 means that there is no plan, or that none was found; the answer names the smallest change that would make one possible.

Examples:

    quartermaster plan lots lots.json
    quartermaster plan lots lots.json --json`
}

func (v planLotsVerb) Run(r *run) error {
	var q api.LotPlanRequest
	if err := r.readJSON(v.File, &q); err != nil {
		return usageError{err}
	}
	if wrong := server.CheckLotPlan(&q); len(wrong) > 0 {
		return usageError{wrongFields(v.File, wrong)}
	}
	answer, err := server.PlanLots(r.ctx, q)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	if r.json {
		err = r.printJSON(answer)
	} else {
		err = r.printLots(answer)
	}
	if err == nil && (answer.Status == lotsize.StatusInfeasible || answer.Status == lotsize.StatusNotFound) {
		return exitError{code: ExitInfeasible}
	}
	return err
}

func (r *run) printLots(a api.LotPlanAnswer) error {
	out := r.streams.Out
	if len(a.Reasons) > 0 {
		for i, why := range a.Reasons {
			fmt.Fprintf(out, "no plan: %s\n", why)
			if i < len(a.Relaxation) {
				fmt.Fprintf(out, "way out: %s\n", a.Relaxation[i])
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "item\tordered in\tthere in\tunits\n")
	for _, o := range a.Orders {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.6g\n", o.ItemID, o.OrderPeriod, o.Period, o.Qty)
	}
	fmt.Fprintf(t, "\nperiod\tuses\tof\n")
	for k, p := range a.Periods {
		limit := "unlimited"
		if p.Capacity != nil {
			limit = fmt.Sprintf("%.6g", *p.Capacity)
		}
		fmt.Fprintf(t, "%d\t%.6g\t%s\n", k, p.Used, limit)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s: cost %.2f, no plan costs less than %.2f (gap %.3f %%)\n", a.Status, a.Cost, a.Bound, a.GapPct)
	return nil
}
