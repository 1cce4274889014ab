package lotsize

import (
	"context"
	"fmt"
	"math"
)

// Problem is several items that share capacity: a line's hours, a dock, a truck, a budget. Items may have whole packs, least
// orders and order calendars.
type Problem struct {
	Items []CapacitatedItem
	// Capacity is what all orders of a period may use together, ≥ 0; +Inf = no limit.
	Capacity []float64
}

// CapacitatedItem is an item with what its orders use and allow.
type CapacitatedItem struct {
	Item
	Use   float64 // capacity of a unit, ≥ 0
	Setup float64 // capacity of an order, ≥ 0
	// Pack is the units that are ordered together, 0 = any amount; Least the units of an order, 0 = none; Truck, when above 0,
	// fills orders up to whole multiples of it.
	Pack, Least, Truck float64
	Closed             []bool // periods without orders; nil = none
}

// Statuses of a plan.
const (
	StatusOptimal    = "optimal"
	StatusFeasible   = "feasible"
	StatusInfeasible = "infeasible" // proved: no orders meet the demand in time
	StatusNotFound   = "not found"  // no plan was found, and none is proved to be impossible
)

// CapacitatedPlan is orders per item and period.
type CapacitatedPlan struct {
	Status     string
	Qty        [][]float64
	Cost       float64
	Bound      float64 // no plan costs less
	Gap        float64
	Iterations int
	Reasons    []string
	Relaxation []string
}

// maxCells bounds items × periods of one problem.
const maxCells = 500_000

// Validate says what is wrong with p, naming item, field and period.
func (p *Problem) Validate() error {
	periods := len(p.Capacity)
	if len(p.Items) == 0 || periods == 0 || len(p.Items) > maxCells/periods {
		return fmt.Errorf("lotsize: %d items over %d periods; give at least one of each and at most %d together", len(p.Items), periods, maxCells)
	}
	for t, c := range p.Capacity {
		if !(c >= 0) {
			return fmt.Errorf("lotsize: capacity of period %d is %g", t, c)
		}
	}
	for i := range p.Items {
		x := &p.Items[i]
		if err := x.Validate(); err != nil {
			return err
		}
		if len(x.Demand) != periods || (x.Closed != nil && len(x.Closed) != periods) {
			return fmt.Errorf("lotsize: item %q has %d periods of demand and %d of its calendar for %d", x.ID, len(x.Demand), len(x.Closed), periods)
		}
		for _, f := range []struct {
			name string
			v    float64
		}{{"use", x.Use}, {"setup", x.Setup}, {"pack", x.Pack}, {"least order", x.Least}, {"truck", x.Truck}} {
			if !(f.v >= 0) || f.v > 1e12 {
				return fmt.Errorf("lotsize: item %q: %s is %g", x.ID, f.name, f.v)
			}
		}
		if err := x.wholeTrucks(); err != nil {
			return err
		}
	}
	return nil
}

// wholeTrucks holds packs and trucks against each other.
func (x *CapacitatedItem) wholeTrucks() error {
	if x.Pack > 0 && x.Truck > 0 && math.Abs(x.Truck/x.Pack-math.Round(x.Truck/x.Pack)) > 1e-9 {
		return fmt.Errorf("lotsize: item %q: a truck of %g is no whole number of packs of %g", x.ID, x.Truck, x.Pack)
	}
	return nil
}

// round raises an amount to what may be ordered.
func (x *CapacitatedItem) round(q float64) float64 {
	if q <= 1e-9 {
		return 0
	}
	q = math.Max(q, x.Least)
	for _, step := range [2]float64{x.Pack, x.Truck} {
		if step > 0 {
			q = math.Ceil(q/step-1e-9) * step
		}
	}
	return q
}

func (x *CapacitatedItem) open(t int) bool { return x.Closed == nil || !x.Closed[t] }

func (x *CapacitatedItem) uses(q float64) float64 {
	if q <= 0 {
		return 0
	}
	return x.Setup + x.Use*q
}

// Solve orders all items together. The bound is the Lagrangian dual of the capacities with Wagner & Whitin's problem per item
// (Trigeiro, Thomas & McClain 1989); plans come from the items' own orders, shifted to earlier periods with room, improved by
// removing and merging orders. What cannot be is a status with the smallest capacity that would do; where a plan was only not
// found, it says so, with the capacity at which one was. Iterations bound the steps of the dual, 0 = 150.
func Solve(ctx context.Context, p Problem, iterations int) (CapacitatedPlan, error) {
	if err := p.Validate(); err != nil {
		return CapacitatedPlan{}, err
	}
	if reasons, relaxation := p.infeasible(); reasons != nil {
		return CapacitatedPlan{Status: StatusInfeasible, Reasons: reasons, Relaxation: relaxation}, nil
	}
	if iterations <= 0 {
		iterations = defaultIterations
	}
	s, err := search(ctx, &p, iterations)
	if err != nil {
		return CapacitatedPlan{}, err
	}
	if s.best.Qty == nil {
		return p.notFound(ctx, s.best.Iterations)
	}
	return s.answer(), nil
}

const (
	defaultIterations = 150
	relaxIterations   = 30     // of each look whether more capacity would do
	mostPercent       = 100000 // of capacity beyond what there is
)

// search raises the dual and gathers plans.
func search(ctx context.Context, p *Problem, iterations int) (*shared, error) {
	s := &shared{p: p, price: make([]float64, len(p.Capacity)), used: make([]float64, len(p.Capacity)), best: CapacitatedPlan{Cost: math.Inf(1), Bound: math.Inf(-1)}}
	scale, still := 1.0, 0
	for it := range iterations {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		bound, qty := s.relaxed()
		s.best.Iterations = it + 1
		if bound > s.best.Bound+1e-9*math.Abs(bound) {
			s.best.Bound, still = bound, 0
		} else if still++; still > 6 {
			scale, still = scale*0.6, 0
		}
		s.offer(qty)
		if s.best.Cost-s.best.Bound <= 1e-9*math.Max(1, s.best.Cost) || !s.move(bound, scale) {
			break
		}
	}
	for first := range min(len(p.Items), 8) {
		for _, full := range [2]bool{false, true} {
			s.construct(first, full)
		}
	}
	return s, nil
}

// notFound says by how many whole percent all capacity together would have to rise for a plan to be found.
func (p *Problem) notFound(ctx context.Context, iterations int) (CapacitatedPlan, error) {
	out := CapacitatedPlan{Status: StatusNotFound, Iterations: iterations, Reasons: []string{"no plan was found in which all orders, with set-ups, packs, least orders and trucks, fit the capacity"}}
	found := func(percent int) (bool, error) {
		more := Problem{Items: p.Items, Capacity: make([]float64, len(p.Capacity))}
		for t, c := range p.Capacity {
			more.Capacity[t] = c * (1 + float64(percent)/100)
		}
		s, err := search(ctx, &more, relaxIterations)
		return err == nil && s.best.Qty != nil, err
	}
	less, enough := 0, 100
	for {
		ok, err := found(enough)
		if err != nil {
			return out, err
		}
		if ok {
			break
		}
		if less, enough = enough, 4*enough; enough > mostPercent {
			out.Relaxation = []string{"give capacity to periods that have none, or ask for smaller packs, least orders and trucks"}
			return out, nil
		}
	}
	for enough-less > 1 {
		mid := (less + enough) / 2
		ok, err := found(mid)
		if err != nil {
			return out, err
		}
		if ok {
			enough = mid
		} else {
			less = mid
		}
	}
	out.Relaxation = []string{fmt.Sprintf("raise the capacity of every period by %d %%", enough)}
	return out, nil
}

// infeasible looks whether all demand up to each period fits the open capacity up to it, set-ups left out.
func (p *Problem) infeasible() (reasons, relaxation []string) {
	need, room, worst, at := 0.0, 0.0, 0.0, -1
	for t, c := range p.Capacity {
		room += c
		for i := range p.Items {
			need += p.Items[i].Use * p.Items[i].Demand[t]
		}
		if over := need - room; over > worst*(1+1e-9) && over > 1e-9*need {
			worst, at = over, t
		}
	}
	if at >= 0 {
		reasons = append(reasons, fmt.Sprintf("demand up to period %d needs more capacity than there is up to then", at))
		relaxation = append(relaxation, fmt.Sprintf("%.6g more capacity in the periods up to %d, or as much less demand", worst, at))
	}
	for i := range p.Items {
		x := &p.Items[i]
		for t := 0; t < len(x.Demand) && !x.open(t); t++ {
			if x.Demand[t] > 0 {
				reasons = append(reasons, fmt.Sprintf("item %q: %g are needed in period %d and no order is taken before", x.ID, x.Demand[t], t))
				relaxation = append(relaxation, fmt.Sprintf("take an order for item %q in a period up to %d", x.ID, t))
				break
			}
		}
	}
	return reasons, relaxation
}

// shared is the state of the dual and the best plan.
type shared struct {
	p     *Problem
	price []float64
	used  []float64
	best  CapacitatedPlan
}

// relaxed solves each item at the prices of capacity.
func (s *shared) relaxed() (float64, [][]float64) {
	clear(s.used)
	bound := 0.0
	for t, u := range s.price {
		if u > 0 {
			bound -= u * s.p.Capacity[t]
		}
	}
	qty := make([][]float64, len(s.p.Items))
	for i := range s.p.Items {
		x := &s.p.Items[i]
		priced := &Item{ID: x.ID, Demand: x.Demand, Holding: x.Holding, Order: make([]float64, len(s.price)), Unit: make([]float64, len(s.price))}
		for t, u := range s.price {
			priced.Order[t], priced.Unit[t] = x.Order[t]+u*x.Setup, x.unit(t)+u*x.Use
		}
		plan := uncapacitated(priced, x.open)
		bound += plan.Cost
		qty[i] = plan.Qty
		for t, q := range plan.Qty {
			s.used[t] += x.uses(q)
		}
	}
	return bound, qty
}

func (s *shared) move(bound, scale float64) bool {
	norm := 0.0
	for t, c := range s.p.Capacity {
		if g := s.used[t] - c; !math.IsInf(c, 1) && (g > 0 || s.price[t] > 0) {
			norm += g * g
		}
	}
	if norm < 1e-12 {
		return false
	}
	target := s.best.Cost
	if math.IsInf(target, 1) {
		target = bound + 0.1*math.Abs(bound) + 1
	}
	for t, c := range s.p.Capacity {
		if !math.IsInf(c, 1) {
			s.price[t] = math.Max(0, s.price[t]+scale*(target-bound)/norm*(s.used[t]-c))
		}
	}
	return true
}

func (p *Problem) load(plan [][]float64) []float64 {
	load := make([]float64, len(p.Capacity))
	for i := range plan {
		for t, q := range plan[i] {
			load[t] += p.Items[i].uses(q)
		}
	}
	return load
}

func (p *Problem) cost(plan [][]float64) float64 {
	sum := 0.0
	for i := range plan {
		sum += p.Items[i].Cost(plan[i])
	}
	return sum
}

func (p *Problem) holds(plan [][]float64) bool {
	for t, l := range p.load(plan) {
		if l > p.Capacity[t]*(1+1e-9)+1e-9 {
			return false
		}
	}
	return !math.IsInf(p.cost(plan), 1)
}

func (s *shared) answer() CapacitatedPlan {
	out := s.best
	out.Bound = math.Min(out.Bound, out.Cost)
	out.Status = StatusFeasible
	if out.Cost > 0 {
		out.Gap = (out.Cost - out.Bound) / out.Cost
	}
	if out.Gap < 1e-9 {
		out.Status = StatusOptimal
	}
	return out
}

// Check holds a plan against its problem from the raw numbers.
func Check(p Problem, plan CapacitatedPlan) error {
	if plan.Status == StatusInfeasible || plan.Status == StatusNotFound {
		if len(plan.Reasons) == 0 || len(plan.Relaxation) == 0 {
			return fmt.Errorf("lotsize check: no plan, and no reason or way out")
		}
		return nil
	}
	load, cost := make([]float64, len(p.Capacity)), 0.0
	for i := range p.Items {
		x, stock := &p.Items[i], 0.0
		for t, q := range plan.Qty[i] {
			if q < 0 || (q > 0 && !x.open(t)) || (q > 0 && math.Abs(x.round(q)-q) > 1e-6*math.Max(1, q)) {
				return fmt.Errorf("lotsize check: item %q orders %g in period %d", x.ID, q, t)
			}
			if q > 0 {
				cost += x.Order[t] + x.unit(t)*q
				load[t] += x.Setup + x.Use*q
			}
			if stock += q - x.Demand[t]; stock < -1e-6*math.Max(1, x.Demand[t]) {
				return fmt.Errorf("lotsize check: item %q lacks %g in period %d", x.ID, -stock, t)
			}
			cost += math.Max(0, stock) * x.Holding[t]
		}
	}
	for t, l := range load {
		if l > p.Capacity[t]*(1+1e-6)+1e-6 {
			return fmt.Errorf("lotsize check: period %d uses %g of %g", t, l, p.Capacity[t])
		}
	}
	if math.Abs(cost-plan.Cost) > 1e-6*math.Max(1, cost) || plan.Bound > plan.Cost*(1+1e-9) {
		return fmt.Errorf("lotsize check: costs %g, said %g, bound %g", cost, plan.Cost, plan.Bound)
	}
	return nil
}
