package command

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"text/tabwriter"

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

cost[site][customer] is the cost of serving all of the customer's demand; null means impossible. Capacity 0 is unlimited, open 0 lets the number of sites follow from the costs. The exit code is 3 when no choice exists; the answer then names the reasons and the smallest relaxations.

Examples:

    quartermaster network sites.json
    quartermaster network sites.json --open 3 --json`
}

// networkFile is the problem in the words of the file.
type networkFile struct {
	Open         int  `json:"open"`
	SingleSource bool `json:"single_source"`
	Sites        []struct {
		ID        string  `json:"id"`
		FixedCost float64 `json:"fixed_cost"`
		CloseCost float64 `json:"close_cost"`
		Capacity  float64 `json:"capacity"`
		Keep      bool    `json:"keep"`
		Shut      bool    `json:"shut"`
	} `json:"sites"`
	Customers []struct {
		ID     string  `json:"id"`
		Demand float64 `json:"demand"`
	} `json:"customers"`
	Cost [][]*float64 `json:"cost"`
}

// networkAnswer is a choice in the words of the file.
type networkAnswer struct {
	Status     string          `json:"status"`
	Open       []string        `json:"open"`
	Serves     []networkServed `json:"serves"`
	Cost       float64         `json:"cost"`
	Bound      float64         `json:"bound"`
	GapPct     float64         `json:"gap_pct"`
	Reasons    []string        `json:"reasons,omitempty"`
	Relaxation []string        `json:"relaxation,omitempty"`
}

type networkServed struct {
	Customer string  `json:"customer"`
	Site     string  `json:"site"`
	Share    float64 `json:"share"`
}

// maxNetworkFile bounds what is read into memory.
const maxNetworkFile = 1 << 30

func (v networkVerb) Run(r *run) error {
	p, err := readNetwork(v.File)
	if err != nil {
		return usageError{err}
	}
	if v.Open != nil {
		p.Open = *v.Open
	}
	progress := r.progress("network")
	c, err := network.Solve(r.ctx, p, network.Options{Seed: v.Seed, Progress: func(cost, bound float64) {
		progress.report(0.5, fmt.Sprintf("cost %.2f, at least %.2f", cost, bound))
	}})
	progress.end()
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	if err := network.Check(p, c); err != nil {
		return err
	}
	answer := networkWords(p, c)
	if r.json {
		err = r.printJSON(answer)
	} else {
		err = r.printNetwork(p, c, answer)
	}
	if err == nil && c.Status == network.StatusInfeasible {
		return exitError{code: ExitInfeasible}
	}
	return err
}

func readNetwork(path string) (network.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return network.Problem{}, err
	}
	if info.Size() > maxNetworkFile {
		return network.Problem{}, fmt.Errorf("%s has %d bytes; the most is %d", path, info.Size(), maxNetworkFile)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return network.Problem{}, err
	}
	var f networkFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return network.Problem{}, fmt.Errorf("%s: %w", path, err)
	}
	p := network.Problem{Open: f.Open, SingleSource: f.SingleSource}
	for _, s := range f.Sites {
		p.Sites = append(p.Sites, network.Site{ID: s.ID, FixedCost: s.FixedCost, CloseCost: s.CloseCost, Capacity: s.Capacity, Keep: s.Keep, Shut: s.Shut})
	}
	for _, c := range f.Customers {
		p.Customers = append(p.Customers, network.Customer{ID: c.ID, Demand: c.Demand})
	}
	for _, row := range f.Cost {
		costs := make([]float64, len(row))
		for j, c := range row {
			if costs[j] = math.Inf(1); c != nil {
				costs[j] = *c
			}
		}
		p.Cost = append(p.Cost, costs)
	}
	return p, nil
}

func networkWords(p network.Problem, c network.Choice) networkAnswer {
	a := networkAnswer{Status: string(c.Status), Open: []string{}, Serves: []networkServed{}, Cost: c.Cost, Bound: c.Bound, GapPct: 100 * c.Gap,
		Reasons: c.Reasons, Relaxation: c.Relaxation}
	for _, i := range c.Open {
		a.Open = append(a.Open, p.Sites[i].ID)
	}
	for j, shares := range c.Serves {
		for _, s := range shares {
			a.Serves = append(a.Serves, networkServed{Customer: p.Customers[j].ID, Site: p.Sites[s.Site].ID, Share: s.Part})
		}
	}
	return a
}

func (r *run) printNetwork(p network.Problem, c network.Choice, a networkAnswer) error {
	if len(a.Reasons) > 0 {
		for _, why := range a.Reasons {
			fmt.Fprintf(r.streams.Out, "no choice: %s\n", why)
		}
		for _, way := range a.Relaxation {
			fmt.Fprintf(r.streams.Out, "way out: %s\n", way)
		}
		return nil
	}
	load, count := make([]float64, len(p.Sites)), make([]int, len(p.Sites))
	for j, shares := range c.Serves {
		for _, s := range shares {
			load[s.Site] += s.Part * p.Customers[j].Demand
			count[s.Site]++
		}
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "site\tcustomers\tserves\tcapacity\n")
	for _, i := range c.Open {
		room := "unlimited"
		if p.Sites[i].Capacity > 0 {
			room = fmt.Sprintf("%.2f", p.Sites[i].Capacity)
		}
		fmt.Fprintf(t, "%s\t%d\t%.2f\t%s\n", p.Sites[i].ID, count[i], load[i], room)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(r.streams.Out, "\n%s: cost %.2f, no choice costs less than %.2f (gap %.3f %%)\n", a.Status, a.Cost, a.Bound, a.GapPct)
	return nil
}
