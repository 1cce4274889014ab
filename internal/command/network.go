package command

import (
	"fmt"
	"text/tabwriter"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/inventory/network"
)

// networkVerb chooses sites by a file.
type networkVerb struct {
	File string `arg:"" placeholder:"FILE" help:"JSON file with sites, customers and costs."`
	Open *int   `placeholder:"N" help:"How many sites must be open; overrides the file."`
	Seed uint64 `default:"1" help:"Of the local search; default ${default}."`
}

func (networkVerb) Help() string {
	return `Says which sites to open and which serves whom, at least cost, with a proved lower bound. The file:

    {"open": 0, "single_source": false,
     "sites": [{"id": "zurich", "fixed_cost": 90000, "close_cost": 0, "capacity": 5000, "keep": false, "shut": false}],
     "customers": [{"id": "basel", "demand": 700}],
     "cost": [[1200]]}

cost[site][customer] is the cost of serving all of the customer's demand; null means impossible; without cost, "lon" and "lat" of both and "per_unit_km" make it. Capacity 0 is unlimited, open 0 lets the number of sites follow from the costs. More, in the words of POST /v1/network-studies: "existing" sites with "open_cost" for the others; "greenfield": 3 adds centres of gravity; "plants" and "modes" with "co2_price_per_kg" make two stages; "scenarios" with "aim": "expected" or "regret" want one choice for several futures; "hubs" wants a hub-and-spoke network. The exit code is 3 when no choice exists; the answer then names the reasons and the smallest relaxations.

Examples:

    quartermaster network sites.json
    quartermaster network sites.json --open 3 --json`
}

func (v networkVerb) Run(r *run) error {
	var q api.NetworkStudyRequest
	if err := r.readJSON(v.File, &q); err != nil {
		return usageError{err}
	}
	if v.Open != nil {
		q.Open = *v.Open
	}
	q.Seed = v.Seed
	if wrong := server.CheckNetworkStudy(&q); len(wrong) > 0 {
		return usageError{wrongFields(v.File, wrong)}
	}
	progress := r.progress("network")
	answer, err := server.StudyNetwork(r.ctx, q, progress.report)
	progress.end()
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	if r.json {
		err = r.printJSON(answer)
	} else {
		err = r.printNetwork(answer)
	}
	if err == nil && answer.Status == string(network.StatusInfeasible) {
		return exitError{code: ExitInfeasible}
	}
	return err
}

func (r *run) printNetwork(a api.NetworkStudyAnswer) error {
	if len(a.Reasons) > 0 {
		for _, why := range a.Reasons {
			fmt.Fprintf(r.streams.Out, "no choice: %s\n", why)
		}
		for _, way := range a.Relaxation {
			fmt.Fprintf(r.streams.Out, "way out: %s\n", way)
		}
		return nil
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "site\tcustomers\tserves\tcapacity\n")
	for _, s := range a.Sites {
		if !s.Open {
			continue
		}
		room := "unlimited"
		if s.Capacity > 0 {
			room = fmt.Sprintf("%.2f", s.Capacity)
		}
		fmt.Fprintf(t, "%s\t%d\t%.2f\t%s\n", s.ID, s.Customers, s.Load, room)
	}
	if len(a.Flows) > 0 {
		fmt.Fprintf(t, "\nfrom\tto\tmode\tunits\n")
		for _, f := range a.Flows {
			fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\n", f.From, f.To, f.Mode, f.Units)
		}
	}
	if len(a.Scenarios) > 0 {
		fmt.Fprintf(t, "\nscenario\tcost\tbest alone\n")
		for _, x := range a.Scenarios {
			fmt.Fprintf(t, "%s\t%.2f\t%.2f\n", x.ID, x.Cost, x.Best)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(a.Scenarios) > 0 {
		fmt.Fprintf(r.streams.Out, "\nexpected cost %.2f, largest regret %.2f\n", a.Cost, a.MaxRegret)
	}
	if a.CO2Kg > 0 {
		fmt.Fprintf(r.streams.Out, "\n%.2f kg of CO2\n", a.CO2Kg)
	}
	fmt.Fprintf(r.streams.Out, "\n%s: cost %.2f, no choice costs less than %.2f (gap %.3f %%)\n", a.Status, a.Cost, a.Bound, a.GapPct)
	return nil
}
