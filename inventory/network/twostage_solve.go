package network

import (
	"context"
	"fmt"
	"math"
)

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
