// Package network decides where sites should be, and which serves whom.
//
// Takes candidate sites with costs and capacities, customers with demand, and the cost of serving each from each, and gives the
// sites to open with their assignments, cost and a proved lower bound. Method: Lagrangian relaxation of the assignment rows
// (Geoffrion 1974; Beasley 1988) with knapsacks per site, subgradient ascent, reduced-cost fixing, exchange local search
// (Teitz & Bart 1968; Resende & Werneck 2007), annealing of single-source assignments, transport by network simplex, and branch
// and bound on sites and assignments.
// Never: it knows no roads; costs come in as numbers.
package network

import (
	"fmt"
	"math"
)

// Site is a place that may be opened.
type Site struct {
	ID string
	// FixedCost is paid when it is open (its running cost, and for a new site its share of building), ≥ 0.
	FixedCost float64
	// CloseCost is paid when it is not opened: what closing an existing site costs, ≥ 0.
	CloseCost float64
	// Capacity is the demand it can serve, > 0; 0 = unlimited.
	Capacity float64
	// Keep and Shut fix the choice.
	Keep, Shut bool
}

// Customer is a demand to be served.
type Customer struct {
	ID     string
	Demand float64 // ≥ 0
}

// Problem is a choice of sites. Cost[i][j] is the cost of serving all of customer j's demand from site i, ≥ 0; +Inf = impossible.
type Problem struct {
	Sites     []Site
	Customers []Customer
	Cost      [][]float64
	// Open is how many sites must be open; 0 = as many as pays.
	Open int
	// SingleSource wants each customer served by one site alone. Without capacities that is so anyway.
	SingleSource bool
}

// Status says how far a choice is proved.
type Status string

const (
	StatusOptimal    Status = "optimal"    // cost equals the bound within Options.Gap
	StatusFeasible   Status = "feasible"   // valid, gap reported
	StatusInfeasible Status = "infeasible" // Reasons say why, Relaxation what would mend it
	StatusUnknown    Status = "unknown"    // nothing found within the work allowed, and nothing disproved
)

// Share is a part of a customer's demand served by a site, 0 < Part ≤ 1.
type Share struct {
	Site int
	Part float64
}

// Choice is a set of open sites and who serves whom.
type Choice struct {
	Status     Status
	Open       []int     // site indexes, rising
	Serves     [][]Share // per customer, by site
	Cost       float64
	Bound      float64 // no choice costs less
	Gap        float64 // (Cost − Bound)/Cost
	Nodes      int
	Iterations int
	Reasons    []string
	Relaxation []string
}

// maxPairs bounds sites × customers.
const maxPairs = 50_000_000

// Validate says what is wrong with p, naming the field and its place.
func (p *Problem) Validate() error {
	n, m := len(p.Sites), len(p.Customers)
	if n == 0 || n > maxPairs/max(1, m) {
		return fmt.Errorf("network: %d sites and %d customers; give at least one site and at most %d pairs", n, m, maxPairs)
	}
	if len(p.Cost) != n || p.Open < 0 {
		return fmt.Errorf("network: costs of %d sites for %d, %d to open", len(p.Cost), n, p.Open)
	}
	for i, s := range p.Sites {
		switch {
		case !(s.FixedCost >= 0) || s.FixedCost > 1e15 || !(s.CloseCost >= 0) || s.CloseCost > 1e15:
			return fmt.Errorf("network: site %d (%q): fixed cost %g and closing cost %g; both must lie in 0…1e15", i, s.ID, s.FixedCost, s.CloseCost)
		case !(s.Capacity >= 0) || s.Capacity > 1e15:
			return fmt.Errorf("network: site %d (%q): capacity is %g; it must lie in 0…1e15, 0 for unlimited", i, s.ID, s.Capacity)
		case s.Keep && s.Shut:
			return fmt.Errorf("network: site %d (%q) is both to be kept and to be shut", i, s.ID)
		case len(p.Cost[i]) != m:
			return fmt.Errorf("network: site %d (%q): %d costs for %d customers", i, s.ID, len(p.Cost[i]), m)
		}
		for j, c := range p.Cost[i] {
			if !(c >= 0) || (c > 1e15 && !math.IsInf(c, 1)) {
				return fmt.Errorf("network: cost of serving customer %d (%q) from site %d (%q) is %g; it must lie in 0…1e15 or be +Inf", j, p.Customers[j].ID, i, s.ID, c)
			}
		}
	}
	for j, c := range p.Customers {
		if !(c.Demand >= 0) || c.Demand > 1e12 {
			return fmt.Errorf("network: customer %d (%q): demand is %g; it must lie in 0…1e12", j, c.ID, c.Demand)
		}
	}
	return nil
}

// infeasible gives the reasons why no choice exists, as far as they can be seen without solving, and the smallest relaxations.
func (p *Problem) infeasible() (reasons, relaxation []string) {
	usable, kept := 0, 0
	room, need := 0.0, 0.0
	for _, s := range p.Sites {
		if s.Shut {
			continue
		}
		usable++
		if s.Keep {
			kept++
		}
		if s.Capacity == 0 {
			room = math.Inf(1)
		}
		room += s.Capacity
	}
	if p.Open > usable || kept > p.Open && p.Open > 0 {
		reasons = append(reasons, fmt.Sprintf("%d sites are to be open, but %d may be and %d must be", p.Open, usable, kept))
		relaxation = append(relaxation, fmt.Sprintf("open %d sites", min(max(p.Open, kept), usable)))
	}
	for j, c := range p.Customers {
		need += c.Demand
		reach, most := false, 0.0
		for i, s := range p.Sites {
			if !s.Shut && !math.IsInf(p.Cost[i][j], 1) {
				reach = true
				if s.Capacity == 0 {
					most = math.Inf(1)
				}
				most = math.Max(most, s.Capacity)
			}
		}
		if !reach {
			reasons = append(reasons, fmt.Sprintf("no site that may be open can serve customer %q", c.ID))
			relaxation = append(relaxation, fmt.Sprintf("allow some site to serve customer %q, or leave it out", c.ID))
		} else if p.SingleSource && c.Demand > most {
			reasons = append(reasons, fmt.Sprintf("customer %q asks for %g, more than any one site that can serve it holds (%g)", c.ID, c.Demand, most))
			relaxation = append(relaxation, fmt.Sprintf("let customer %q be served by several sites, or raise a capacity by %g", c.ID, c.Demand-most))
		}
	}
	if need > room {
		reasons = append(reasons, fmt.Sprintf("all sites together can serve %g of a demand of %g", room, need))
		relaxation = append(relaxation, fmt.Sprintf("raise capacity by %g or serve so much less", need-room))
	}
	return reasons, relaxation
}

// Check holds a choice against its problem from the raw numbers: sites, shares, capacities, cost and gap. It knows nothing of
// how the choice was found; a bound it can only hold against the cost.
func Check(p Problem, c Choice) error {
	if c.Status == StatusInfeasible || c.Status == StatusUnknown {
		if c.Status == StatusInfeasible && (len(c.Reasons) == 0 || len(c.Relaxation) == 0) {
			return fmt.Errorf("network check: no choice, and no reason or way out")
		}
		return nil
	}
	open := make([]bool, len(p.Sites))
	for k, i := range c.Open {
		if i < 0 || i >= len(open) || (k > 0 && i <= c.Open[k-1]) {
			return fmt.Errorf("network check: open sites %v are not in order", c.Open)
		}
		open[i] = true
	}
	cost := 0.0
	for i, s := range p.Sites {
		if (s.Keep && !open[i]) || (s.Shut && open[i]) {
			return fmt.Errorf("network check: site %q must be kept (%t) or shut (%t), open is %t", s.ID, s.Keep, s.Shut, open[i])
		}
		if open[i] {
			cost += s.FixedCost
		} else {
			cost += s.CloseCost
		}
	}
	if p.Open > 0 && len(c.Open) != p.Open {
		return fmt.Errorf("network check: %d sites open, asked for %d", len(c.Open), p.Open)
	}
	if len(c.Serves) != len(p.Customers) {
		return fmt.Errorf("network check: %d customers served, there are %d", len(c.Serves), len(p.Customers))
	}
	load := make([]float64, len(p.Sites))
	for j, shares := range c.Serves {
		sum := 0.0
		for _, s := range shares {
			if s.Site < 0 || s.Site >= len(open) || !open[s.Site] || !(s.Part > 0) {
				return fmt.Errorf("network check: customer %q is served %g from site %d, which is not open", p.Customers[j].ID, s.Part, s.Site)
			}
			sum += s.Part
			load[s.Site] += s.Part * p.Customers[j].Demand
			cost += s.Part * p.Cost[s.Site][j]
		}
		if math.Abs(sum-1) > 1e-9 || (p.SingleSource && len(shares) != 1) {
			return fmt.Errorf("network check: customer %q is served %g by %d sites", p.Customers[j].ID, sum, len(shares))
		}
	}
	for i, s := range p.Sites {
		if s.Capacity > 0 && load[i] > s.Capacity*(1+1e-9) {
			return fmt.Errorf("network check: site %q serves %g of %g", s.ID, load[i], s.Capacity)
		}
	}
	switch {
	case math.IsInf(cost, 0) || math.Abs(cost-c.Cost) > 1e-7*math.Max(1, cost):
		return fmt.Errorf("network check: cost is %g, said %g", cost, c.Cost)
	case c.Bound > c.Cost*(1+1e-9)+1e-9:
		return fmt.Errorf("network check: bound %g above cost %g", c.Bound, c.Cost)
	}
	return nil
}
