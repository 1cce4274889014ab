package network

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Scenario is a future: how much each customer then asks for, as a factor of its demand.
type Scenario struct {
	ID     string
	Weight float64   // > 0; weights are taken relative to their sum
	Factor []float64 // per customer, ≥ 0; nil = as now
	Cost   float64   // factor of all serving costs; 0 = 1
}

// Aim is what a choice for several futures should be best at.
type Aim string

const (
	AimExpected Aim = "expected" // least expected cost
	AimRegret   Aim = "regret"   // least of the largest regret: cost above the best for that future
)

// RobustChoice is one set of sites for all futures.
type RobustChoice struct {
	Status              Status
	Open                []int
	Cost                []float64 // per scenario
	Best                []float64 // per scenario: the best cost known for it alone
	Expected, MaxRegret float64
	Bound               float64 // of the aim: no choice has a lower one
	Gap                 float64
	Serves              [][][]Share // per scenario
	Reasons, Relaxation []string
}

// scenario is the problem of one future.
func (p *Problem) scenario(s Scenario) Problem {
	q := *p
	q.Customers, q.Cost = slices.Clone(p.Customers), make([][]float64, len(p.Cost))
	cost := s.Cost
	if cost == 0 {
		cost = 1
	}
	for i, row := range p.Cost {
		q.Cost[i] = slices.Clone(row)
		for j := range row {
			f := cost
			if s.Factor != nil {
				f *= s.Factor[j]
			}
			if !math.IsInf(row[j], 1) {
				q.Cost[i][j] *= f
			}
		}
	}
	for j := range q.Customers {
		if s.Factor != nil {
			q.Customers[j].Demand *= s.Factor[j]
		}
	}
	return q
}

// maxRobustSets bounds the sets of sites that are tried.
const maxRobustSets = 400

// SolveRobust chooses one set of sites for all futures. Each future is solved alone; their sites, the sites of the mean future and
// all single additions, removals and exchanges around the best are tried in every future, and of up to fewSites sites every set. The bound of the expected cost is the
// mean of the futures' own bounds (wait and see); that of the regret is what any choice must regret on average, and 0.
func SolveRobust(ctx context.Context, p Problem, scenarios []Scenario, aim Aim, opt Options) (RobustChoice, error) {
	if err := p.Validate(); err != nil {
		return RobustChoice{}, err
	}
	r := robust{p: &p, aim: aim, opt: opt, seen: map[string]bool{}}
	if err := r.read(scenarios); err != nil {
		return RobustChoice{}, err
	}
	if r.opt.Work == 0 {
		r.opt.Work = 2e9
	}
	r.opt.Progress = nil
	alone := r.opt
	alone.Work = r.opt.Work / int64(2*len(scenarios))
	for k := range r.futures {
		c, err := Solve(ctx, r.futures[k], alone)
		if err != nil {
			return RobustChoice{}, err
		}
		if c.Status == StatusInfeasible || c.Status == StatusUnknown {
			for i := range c.Reasons {
				c.Reasons[i] = fmt.Sprintf("scenario %q: %s", scenarios[k].ID, c.Reasons[i])
			}
			return RobustChoice{Status: c.Status, Reasons: c.Reasons, Relaxation: c.Relaxation}, nil
		}
		r.best = append(r.best, c.Cost)
		r.bounds = append(r.bounds, c.Bound)
		r.sets = append(r.sets, c.Open)
	}
	return r.search(ctx)
}

type robust struct {
	p       *Problem
	aim     Aim
	opt     Options
	weight  []float64
	futures []Problem
	best    []float64
	bounds  []float64
	sets    [][]int
	seen    map[string]bool
	tried   int
}

func (r *robust) read(scenarios []Scenario) error {
	if len(scenarios) == 0 || (r.aim != AimExpected && r.aim != AimRegret) {
		return fmt.Errorf("network: %d scenarios, aim %q; give at least one, and expected or regret", len(scenarios), r.aim)
	}
	sum := 0.0
	for k, s := range scenarios {
		if !(s.Weight > 0) || math.IsInf(s.Weight, 1) || !(s.Cost >= 0) || s.Cost > 1e6 || (s.Factor != nil && len(s.Factor) != len(r.p.Customers)) {
			return fmt.Errorf("network: scenario %d (%q): weight %g, cost factor %g, %d factors for %d customers", k, s.ID, s.Weight, s.Cost, len(s.Factor), len(r.p.Customers))
		}
		for j, f := range s.Factor {
			if !(f >= 0) || f > 1e6 {
				return fmt.Errorf("network: scenario %d (%q): factor of customer %d is %g", k, s.ID, j, f)
			}
		}
		sum += s.Weight
		r.weight = append(r.weight, s.Weight)
		r.futures = append(r.futures, r.p.scenario(s))
	}
	for k := range r.weight {
		r.weight[k] /= sum
	}
	return nil
}

// search tries sets around the best until none is better.
func (r *robust) search(ctx context.Context) (RobustChoice, error) {
	var best RobustChoice
	value := math.Inf(1)
	try := func(set []int) error {
		slices.Sort(set)
		key := fmt.Sprint(set)
		if r.seen[key] || r.tried >= maxRobustSets || ctx.Err() != nil {
			return ctx.Err()
		}
		r.seen[key] = true
		r.tried++
		c, v, err := r.evaluate(ctx, set, value)
		if err == nil && (v < value-1e-9*math.Abs(value) || math.IsInf(value, 1) && v < value) {
			best, value = c, v
		}
		return err
	}
	for _, set := range r.sets {
		if err := try(slices.Clone(set)); err != nil {
			return RobustChoice{}, err
		}
	}
	if err := try(r.union()); err != nil {
		return RobustChoice{}, err
	}
	for _, set := range r.all() {
		if err := try(set); err != nil {
			return RobustChoice{}, err
		}
	}
	for before := math.Inf(1); value < before; {
		before = value
		for _, set := range r.neighbours(best.Open) {
			if err := try(set); err != nil {
				return RobustChoice{}, err
			}
		}
	}
	if math.IsInf(value, 1) {
		return RobustChoice{Status: StatusUnknown, Reasons: []string{"no set of sites was found that serves every scenario"}, Relaxation: []string{"raise capacities, or leave the heaviest scenario out"}}, nil
	}
	see := 0.0
	known := 0.0
	for k, b := range r.bounds {
		see += r.weight[k] * b
		known += r.weight[k] * r.best[k]
	}
	best.Bound = see
	if r.aim == AimRegret {
		best.Bound = math.Max(0, see-known)
	}
	best.Bound = math.Min(best.Bound, value)
	if value > 0 {
		best.Gap = (value - best.Bound) / value
	}
	best.Status = StatusFeasible
	if best.Gap <= math.Max(r.opt.Gap, 1e-7) {
		best.Status = StatusOptimal
	}
	return best, nil
}

// fewSites is how many sites there may be for every set of them to be tried: a search by single changes gets stuck, above all
// where the largest regret counts.
const fewSites = 8

// all is every set that may be open where sites are few, nothing where they are many.
func (r *robust) all() (sets [][]int) {
	var sites []int
	for i, s := range r.p.Sites {
		if !s.Shut {
			sites = append(sites, i)
		}
	}
	if len(sites) > fewSites {
		return nil
	}
	for mask := 1; mask < 1<<len(sites); mask++ {
		var set []int
		kept := true
		for k, i := range sites {
			if mask>>k&1 == 1 {
				set = append(set, i)
			} else if r.p.Sites[i].Keep {
				kept = false
			}
		}
		if kept && (r.p.Open == 0 || r.p.Open == len(set)) {
			sets = append(sets, set)
		}
	}
	return sets
}

// union is all sites that any future opens, where their number is not given.
func (r *robust) union() []int {
	var all []int
	for _, set := range r.sets {
		all = append(all, set...)
	}
	slices.Sort(all)
	if all = slices.Compact(all); r.p.Open > 0 {
		all = all[:min(len(all), r.p.Open)]
	}
	return all
}

// neighbours are all sets one addition, removal or exchange away.
func (r *robust) neighbours(open []int) [][]int {
	var out [][]int
	for i, s := range r.p.Sites {
		if s.Shut || slices.Contains(open, i) {
			continue
		}
		if r.p.Open == 0 {
			out = append(out, append(slices.Clone(open), i))
		}
		for k, o := range open {
			if !r.p.Sites[o].Keep {
				swapped := slices.Clone(open)
				swapped[k] = i
				out = append(out, swapped)
			}
		}
	}
	for k, o := range open {
		if r.p.Open == 0 && !r.p.Sites[o].Keep && len(open) > 1 {
			out = append(out, slices.Delete(slices.Clone(open), k, k+1))
		}
	}
	return out
}

// evaluate serves every future from a set of sites; a set that cannot be better than least is left early.
func (r *robust) evaluate(ctx context.Context, set []int, least float64) (RobustChoice, float64, error) {
	c := RobustChoice{Open: set, Best: r.best}
	for k := range r.futures {
		q := r.futures[k]
		q.Sites, q.Open = slices.Clone(q.Sites), 0
		for i := range q.Sites {
			q.Sites[i].Keep = slices.Contains(set, i)
			q.Sites[i].Shut = !q.Sites[i].Keep
		}
		opt := r.opt
		opt.Work = max(1e6, r.opt.Work/int64(2*maxRobustSets*len(r.futures)))
		x, err := Solve(ctx, q, opt)
		if err != nil {
			return c, math.Inf(1), err
		}
		if x.Status == StatusInfeasible || x.Status == StatusUnknown {
			return c, math.Inf(1), nil
		}
		r.best[k] = math.Min(r.best[k], x.Cost)
		c.Cost, c.Serves = append(c.Cost, x.Cost), append(c.Serves, x.Serves)
		c.Expected += r.weight[k] * x.Cost
		c.MaxRegret = math.Max(c.MaxRegret, x.Cost-r.best[k])
		if r.aim == AimRegret && c.MaxRegret > least {
			return c, math.Inf(1), nil
		}
	}
	if r.aim == AimRegret {
		return c, c.MaxRegret, nil
	}
	return c, c.Expected, nil
}
