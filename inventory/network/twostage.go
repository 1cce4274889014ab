package network

import (
	"context"
	"fmt"
	"math"

	"quartermaster/internal/flow"
)

// TwoStage is a choice of hubs between plants and customers, with a way of transport for each leg and a price of CO2.
type TwoStage struct {
	Plants    []Plant
	Hubs      []Site
	Customers []Customer
	// Modes carry goods; InKm[p][h] and OutKm[h][c] are kilometres by any of them, ≥ 0; +Inf = no way.
	Modes       []Mode
	InKm, OutKm [][]float64
	CO2Price    float64 // per kg, ≥ 0
	Open        int     // hubs to be open, 0 = as many as pays
}

// Plant is where goods come from.
type Plant struct {
	ID       string
	UnitCost float64 // of a unit made, ≥ 0
	Capacity float64 // units, 0 = unlimited
}

// Mode is a way of transport.
type Mode struct {
	ID                string
	PerUnit           float64 // cost of loading and unloading a unit, ≥ 0
	PerUnitKm         float64 // cost, ≥ 0
	CO2KgPerUnitKm    float64 // ≥ 0
	Inbound, Outbound bool    // whether it serves the legs before and behind the hubs
}

// Flow is units on a leg.
type Flow struct {
	From, To int
	Mode     int
	Units    float64
}

// TwoStageChoice is which hubs to open and what flows.
type TwoStageChoice struct {
	Status              Status
	Open                []int
	In, Out             []Flow // plant → hub, hub → customer
	Cost                float64
	FixedCost, MadeCost float64
	TransportCost       float64 // without the price of CO2
	CO2Kg               float64
	Bound, Gap          float64
	Reasons, Relaxation []string
}

// Validate says what is wrong with p, naming the field.
func (p *TwoStage) Validate() error {
	if len(p.Plants) == 0 || len(p.Modes) == 0 || len(p.InKm) != len(p.Plants) || len(p.OutKm) != len(p.Hubs) {
		return fmt.Errorf("network: %d plants with %d rows of distances, %d hubs with %d, %d modes", len(p.Plants), len(p.InKm), len(p.Hubs), len(p.OutKm), len(p.Modes))
	}
	if !(p.CO2Price >= 0) || math.IsInf(p.CO2Price, 1) {
		return fmt.Errorf("network: the price of CO2 is %g", p.CO2Price)
	}
	for i, x := range p.Plants {
		if !(x.UnitCost >= 0) || x.UnitCost > 1e12 || !(x.Capacity >= 0) || x.Capacity > 1e15 || len(p.InKm[i]) != len(p.Hubs) {
			return fmt.Errorf("network: plant %d (%q): unit cost %g, capacity %g, %d distances", i, x.ID, x.UnitCost, x.Capacity, len(p.InKm[i]))
		}
	}
	for i, m := range p.Modes {
		if !(m.PerUnit >= 0) || !(m.PerUnitKm >= 0) || !(m.CO2KgPerUnitKm >= 0) || math.IsInf(m.PerUnit+m.PerUnitKm+m.CO2KgPerUnitKm, 1) {
			return fmt.Errorf("network: mode %d (%q): %+v", i, m.ID, m)
		}
	}
	for _, rows := range [2][][]float64{p.InKm, p.OutKm} {
		for _, row := range rows {
			for _, km := range row {
				if !(km >= 0) {
					return fmt.Errorf("network: a distance is %g km", km)
				}
			}
		}
	}
	for h, row := range p.OutKm {
		if len(row) != len(p.Customers) {
			return fmt.Errorf("network: hub %d has %d distances for %d customers", h, len(row), len(p.Customers))
		}
	}
	return nil
}

// leg is the cheapest mode of a leg and its cost of a unit with CO2 priced in; −1 = none.
func (p *TwoStage) leg(km float64, inbound bool) (mode int, cost float64) {
	mode, cost = -1, math.Inf(1)
	for k, m := range p.Modes {
		if (inbound && !m.Inbound) || (!inbound && !m.Outbound) || math.IsInf(km, 1) {
			continue
		}
		if c := m.PerUnit + km*(m.PerUnitKm+p.CO2Price*m.CO2KgPerUnitKm); c < cost {
			mode, cost = k, c
		}
	}
	return mode, cost
}

const twoStageRounds = 25

// SolveTwoStage relaxes the plants' capacities by prices: what is left is a location problem of one stage, whose own bound less what
// the prices pay for the capacities bounds this one. Each round's hubs are filled by a minimum-cost flow from plants to customers.
func SolveTwoStage(ctx context.Context, p TwoStage, opt Options) (TwoStageChoice, error) {
	if err := p.Validate(); err != nil {
		return TwoStageChoice{}, err
	}
	if opt.Work == 0 {
		opt.Work = 1e9
	}
	s := newStages(&p)
	if reasons, relaxation := s.infeasible(); reasons != nil {
		return TwoStageChoice{Status: StatusInfeasible, Reasons: reasons, Relaxation: relaxation}, nil
	}
	price := make([]float64, len(p.Plants))
	best := TwoStageChoice{Status: StatusUnknown, Cost: math.Inf(1), Bound: math.Inf(-1)}
	scale := 1.0
	rounds := twoStageRounds
	if !s.limited {
		rounds = 1
	}
	one := opt
	one.Work = opt.Work / int64(rounds)
	one.Progress = nil
	for range rounds {
		q := s.oneStage(price)
		c, err := Solve(ctx, q, one)
		if err != nil {
			return TwoStageChoice{}, err
		}
		if c.Status == StatusInfeasible || c.Status == StatusUnknown {
			if math.IsInf(best.Cost, 1) {
				best.Status, best.Reasons, best.Relaxation = c.Status, c.Reasons, c.Relaxation
			}
			break
		}
		bound := c.Bound
		for i, u := range price {
			bound -= u * p.Plants[i].Capacity
		}
		if bound > best.Bound {
			best.Bound = bound
		} else {
			scale *= 0.7
		}
		x, err := s.fill(ctx, c.Open)
		if err != nil {
			return TwoStageChoice{}, err
		}
		if x.Status == StatusFeasible && x.Cost < best.Cost {
			x.Bound = best.Bound
			best = x
		}
		if ctx.Err() != nil || best.Cost-best.Bound <= opt.Gap*math.Abs(best.Cost)+1e-9 || !s.move(price, c, best, bound, scale) {
			break
		}
	}
	return best.settle(opt), nil
}

func (c TwoStageChoice) settle(opt Options) TwoStageChoice {
	if c.Status == StatusInfeasible {
		return c
	}
	if math.IsInf(c.Cost, 1) {
		return TwoStageChoice{Status: StatusUnknown, Bound: c.Bound, Reasons: []string{"no choice was found whose plants make enough for the hubs it opens"}}
	}
	c.Bound = math.Min(c.Bound, c.Cost)
	if c.Cost > 0 {
		c.Gap = (c.Cost - c.Bound) / c.Cost
	}
	if c.Gap <= math.Max(opt.Gap, 1e-7) {
		c.Status = StatusOptimal
	}
	return c
}

// stages holds the cheapest legs.
type stages struct {
	p       *TwoStage
	inMode  [][]int
	inCost  [][]float64
	outMode [][]int
	outCost [][]float64
	limited bool
}

func newStages(p *TwoStage) *stages {
	s := &stages{p: p, inMode: make([][]int, len(p.Plants)), inCost: make([][]float64, len(p.Plants)), outMode: make([][]int, len(p.Hubs)), outCost: make([][]float64, len(p.Hubs))}
	for i := range p.Plants {
		s.limited = s.limited || p.Plants[i].Capacity > 0
		s.inMode[i], s.inCost[i] = make([]int, len(p.Hubs)), make([]float64, len(p.Hubs))
		for h, km := range p.InKm[i] {
			m, c := p.leg(km, true)
			s.inMode[i][h], s.inCost[i][h] = m, c+p.Plants[i].UnitCost
		}
	}
	for h := range p.Hubs {
		s.outMode[h], s.outCost[h] = make([]int, len(p.Customers)), make([]float64, len(p.Customers))
		for c, km := range p.OutKm[h] {
			s.outMode[h][c], s.outCost[h][c] = p.leg(km, false)
		}
	}
	return s
}

func (s *stages) infeasible() (reasons, relaxation []string) {
	need, made := 0.0, 0.0
	for _, c := range s.p.Customers {
		need += c.Demand
	}
	for _, x := range s.p.Plants {
		if x.Capacity == 0 {
			made = math.Inf(1)
		}
		made += x.Capacity
	}
	if need > made*(1+1e-12) {
		reasons = append(reasons, fmt.Sprintf("all plants together make %g of a demand of %g", made, need))
		relaxation = append(relaxation, fmt.Sprintf("make %g more, or serve so much less", need-made))
	}
	return reasons, relaxation
}

// oneStage is the location problem at prices of the plants' capacities.
func (s *stages) oneStage(price []float64) Problem {
	q := Problem{Sites: s.p.Hubs, Customers: s.p.Customers, Open: s.p.Open, Cost: make([][]float64, len(s.p.Hubs))}
	for h := range q.Cost {
		q.Cost[h] = make([]float64, len(s.p.Customers))
		in := s.supplier(h, price)
		for c := range q.Cost[h] {
			q.Cost[h][c] = math.Inf(1)
			if in >= 0 && !math.IsInf(s.outCost[h][c], 1) {
				q.Cost[h][c] = (s.inCost[in][h] + price[in] + s.outCost[h][c]) * s.p.Customers[c].Demand
			}
		}
	}
	return q
}

// supplier is the plant that is cheapest for a hub at prices; −1 = none reaches it.
func (s *stages) supplier(h int, price []float64) int {
	at, least := -1, math.Inf(1)
	for i := range s.inCost {
		if c := s.inCost[i][h] + price[i]; c < least {
			at, least = i, c
		}
	}
	return at
}

func (s *stages) move(price []float64, c Choice, best TwoStageChoice, bound, scale float64) bool {
	load := make([]float64, len(price))
	for j, shares := range c.Serves {
		for _, x := range shares {
			if in := s.supplier(x.Site, price); in >= 0 {
				load[in] += x.Part * s.p.Customers[j].Demand
			}
		}
	}
	norm := 0.0
	for i, l := range load {
		if g := l - s.p.Plants[i].Capacity; s.p.Plants[i].Capacity > 0 && (g > 0 || price[i] > 0) {
			norm += g * g
		}
	}
	if norm < 1e-9 {
		return false
	}
	target := best.Cost
	if math.IsInf(target, 1) {
		target = bound * 1.1
	}
	for i, l := range load {
		if s.p.Plants[i].Capacity > 0 {
			price[i] = math.Max(0, price[i]+scale*math.Max(target-bound, 1e-6*math.Abs(bound))/norm*(l-s.p.Plants[i].Capacity))
		}
	}
	return true
}

// flowUnits is the number of whole units that all demand makes for a flow.
const flowUnits = 1 << 30

// fill finds the cheapest flow through the open hubs.
func (s *stages) fill(ctx context.Context, open []int) (TwoStageChoice, error) {
	p := s.p
	total, dear := 0.0, 1e-9
	for _, c := range p.Customers {
		total += c.Demand
	}
	for _, rows := range [2][][]float64{s.inCost, s.outCost} {
		for _, row := range rows {
			for _, c := range row {
				if !math.IsInf(c, 1) {
					dear = math.Max(dear, c)
				}
			}
		}
	}
	units, cents := flowUnits/math.Max(total, 1e-9), 1e8/dear
	n, k := len(p.Plants), len(open)
	f := flow.Problem{Supply: make([]int64, n+2*k+len(p.Customers))}
	add := func(from, to int, capacity, cost float64) {
		f.From, f.To = append(f.From, int32(from)), append(f.To, int32(to))
		c := int64(flow.Unlimited)
		if capacity > 0 {
			c = int64(capacity * units)
		}
		f.Capacity, f.Cost = append(f.Capacity, c), append(f.Cost, int64(math.Round(cost*cents)))
	}
	var asked int64
	for c, x := range p.Customers {
		d := int64(x.Demand * units)
		f.Supply[n+2*k+c] = -d
		asked += d
	}
	for i, x := range p.Plants {
		f.Supply[i] = asked
		if x.Capacity > 0 {
			f.Supply[i] = min(asked, int64(x.Capacity*units*(1+1e-12)))
		}
		for a, h := range open {
			if s.inMode[i][h] >= 0 {
				add(i, n+a, 0, s.inCost[i][h])
			}
		}
	}
	for a, h := range open {
		add(n+a, n+k+a, p.Hubs[h].Capacity, 0)
		for c := range p.Customers {
			if s.outMode[h][c] >= 0 && p.Customers[c].Demand > 0 {
				add(n+k+a, n+2*k+c, 0, s.outCost[h][c])
			}
		}
	}
	r, err := flow.Solve(ctx, f)
	if err != nil {
		return TwoStageChoice{}, err
	}
	if r.Status != flow.StatusOptimal {
		return TwoStageChoice{Status: StatusUnknown}, nil
	}
	return s.choice(open, f, r, units), nil
}

// choice writes a flow in the caller's units, with each customer served in full.
func (s *stages) choice(open []int, f flow.Problem, r flow.Result, units float64) TwoStageChoice {
	p, n, k := s.p, len(s.p.Plants), len(open)
	out := TwoStageChoice{Status: StatusFeasible, Open: append([]int(nil), open...)}
	isOpen := make([]bool, len(p.Hubs))
	for _, h := range open {
		isOpen[h] = true
	}
	for h, x := range p.Hubs {
		if isOpen[h] {
			out.FixedCost += x.FixedCost
		} else {
			out.FixedCost += x.CloseCost
		}
	}
	for a, v := range r.Flow {
		from, to := int(f.From[a]), int(f.To[a])
		if v == 0 || (from >= n && from < n+k) {
			continue
		}
		var x Flow
		var km float64
		if from < n {
			x = Flow{From: from, To: open[to-n], Units: float64(v) / units}
			x.Mode, km = s.inMode[x.From][x.To], p.InKm[x.From][x.To]
			out.MadeCost += x.Units * p.Plants[from].UnitCost
			out.In = append(out.In, x)
		} else {
			x = Flow{From: open[from-n-k], To: to - n - 2*k, Units: float64(v) / units}
			x.Mode, km = s.outMode[x.From][x.To], p.OutKm[x.From][x.To]
			out.Out = append(out.Out, x)
		}
		m := p.Modes[x.Mode]
		out.TransportCost += x.Units * (m.PerUnit + km*m.PerUnitKm)
		out.CO2Kg += x.Units * km * m.CO2KgPerUnitKm
	}
	out.Cost = out.FixedCost + out.MadeCost + out.TransportCost + p.CO2Price*out.CO2Kg
	return out
}

// twoStageTol is what flows may be wrong by as shares: they are whole parts of 2³⁰.
const twoStageTol = 1e-5

// CheckTwoStage holds a choice against its problem from the raw numbers.
func CheckTwoStage(p TwoStage, c TwoStageChoice) error {
	if c.Status == StatusInfeasible || c.Status == StatusUnknown {
		return nil
	}
	open := make([]bool, len(p.Hubs))
	for _, h := range c.Open {
		open[h] = true
	}
	made, through, left, served := make([]float64, len(p.Plants)), make([]float64, len(p.Hubs)), make([]float64, len(p.Hubs)), make([]float64, len(p.Customers))
	cost, total := 0.0, 0.0
	for h, x := range p.Hubs {
		if open[h] {
			cost += x.FixedCost
		} else {
			cost += x.CloseCost
		}
	}
	leg := func(f Flow, km float64) {
		cost += f.Units * (p.Modes[f.Mode].PerUnit + km*(p.Modes[f.Mode].PerUnitKm+p.CO2Price*p.Modes[f.Mode].CO2KgPerUnitKm))
	}
	for _, f := range c.In {
		if !open[f.To] || !p.Modes[f.Mode].Inbound {
			return fmt.Errorf("network check: hub %d is not open to inbound mode %d", f.To, f.Mode)
		}
		made[f.From] += f.Units
		through[f.To] += f.Units
		cost += f.Units * p.Plants[f.From].UnitCost
		leg(f, p.InKm[f.From][f.To])
	}
	for _, f := range c.Out {
		if !open[f.From] || !p.Modes[f.Mode].Outbound {
			return fmt.Errorf("network check: hub %d is not open to outbound mode %d", f.From, f.Mode)
		}
		left[f.From] += f.Units
		served[f.To] += f.Units
		leg(f, p.OutKm[f.From][f.To])
	}
	for _, x := range p.Customers {
		total += x.Demand
	}
	slack := twoStageTol * math.Max(total, 1)
	for j, x := range p.Customers {
		if math.Abs(served[j]-x.Demand) > slack {
			return fmt.Errorf("network check: customer %q gets %g of %g", x.ID, served[j], x.Demand)
		}
	}
	for h, x := range p.Hubs {
		if math.Abs(through[h]-left[h]) > slack || (x.Capacity > 0 && left[h] > x.Capacity+slack) {
			return fmt.Errorf("network check: hub %q takes in %g and gives %g of %g", x.ID, through[h], left[h], x.Capacity)
		}
	}
	for i, x := range p.Plants {
		if x.Capacity > 0 && made[i] > x.Capacity+slack {
			return fmt.Errorf("network check: plant %q makes %g of %g", x.ID, made[i], x.Capacity)
		}
	}
	if math.Abs(cost-c.Cost) > 1e-6*math.Max(1, cost) || c.Bound > c.Cost*(1+1e-9) {
		return fmt.Errorf("network check: cost is %g, said %g, bound %g", cost, c.Cost, c.Bound)
	}
	return nil
}
