package policy

import (
	"context"
	"fmt"
	"math"
)

// Perishable is stock that may be sold in Lifetime periods and is then thrown away: each period begins with an order up to the
// level that comes at once and fresh, the oldest is sold first, and what is missing is lost.
type Perishable struct {
	Lifetime int // periods, ≥ 1
	// Costs per unit left at the end of a period, lost for want of stock, and thrown away (its purchase and disposal).
	HoldingCost, LostCost, OutdateCost float64
	Demand                             WholeLaw
}

// PerishablePlan is a level with what it costs per period and does.
type PerishablePlan struct {
	Level    int
	Cost     float64
	FillRate float64
	Outdated float64 // units a period
	OnHand   float64 // at the end of a period
}

const (
	maxAgeStates  = 300_000
	maxAgeSteps   = 4_000
	ageConverged  = 1e-11
	demandIgnored = 1e-13
)

func (p Perishable) validate() error {
	if p.Demand == nil || p.Lifetime < 1 {
		return fmt.Errorf("policy: perishable stock needs a law of demand and a lifetime of at least one period, got %d", p.Lifetime)
	}
	return positive("holding cost", p.HoldingCost, "cost of a lost unit", p.LostCost, "cost of an outdated unit", p.OutdateCost)
}

// Plan evaluates a level exactly: the stock by age is a Markov chain, whose stationary law is found by iteration. Its states are
// the ways to divide at most level units over the ages; too many are refused with what would do.
func (p Perishable) Plan(ctx context.Context, level int) (PerishablePlan, error) {
	if err := p.validate(); err != nil {
		return PerishablePlan{}, err
	}
	if level < 0 {
		return PerishablePlan{}, fmt.Errorf("policy: a level of %d makes no sense", level)
	}
	ages := p.Lifetime - 1 // old stock at the beginning of a period
	size := 1.0
	for range ages {
		size *= float64(level + 1)
	}
	if size > maxAgeStates {
		return PerishablePlan{}, fmt.Errorf("policy: %d units over %d ages are too many states; count in cases or longer periods", level, p.Lifetime)
	}
	c := ageChain{p: p, level: level, ages: ages, now: make([]float64, int(size)), next: make([]float64, int(size)), stock: make([]int, p.Lifetime)}
	c.now[0] = 1
	for range maxAgeSteps {
		if ctx.Err() != nil {
			return PerishablePlan{}, ctx.Err()
		}
		if c.step() < ageConverged {
			break
		}
	}
	return c.figures(), nil
}

// Best is the level of least cost: levels rise until the cost has been above the best for a few in a row.
func (p Perishable) Best(ctx context.Context) (PerishablePlan, error) {
	best, err := p.Plan(ctx, 0)
	if err != nil {
		return best, err
	}
	for level, worse := 1, 0; worse < 4; level++ {
		x, err := p.Plan(ctx, level)
		if err != nil {
			return best, err
		}
		if worse++; x.Cost < best.Cost {
			best, worse = x, 0
		}
	}
	return best, nil
}

// ageChain is the stationary law of old stock: a state is a number with base level + 1, the oldest age first.
type ageChain struct {
	p         Perishable
	level     int
	ages      int
	now, next []float64
	stock     []int // by age, the oldest first
	outdated  float64
	lost      float64
	left      float64
}

// step moves the law by one period, sums what happens in it, and gives how far it moved.
func (c *ageChain) step() float64 {
	clear(c.next)
	c.outdated, c.lost, c.left = 0, 0, 0
	for state, prob := range c.now {
		if prob < demandIgnored {
			continue
		}
		old, rest := 0, state
		for a := range c.ages {
			c.stock[a] = rest % (c.level + 1)
			rest /= c.level + 1
			old += c.stock[a]
		}
		c.stock[c.ages] = max(0, c.level-old) // fresh
		total := old + c.stock[c.ages]
		gone := 0.0
		for d := 0; d < total; d++ {
			w := c.p.Demand.Prob(d)
			gone += w
			c.sell(prob*w, d, total)
		}
		c.sell(prob*math.Max(0, 1-gone), total, total)
		c.lost += prob * c.p.Demand.Loss(float64(total))
	}
	moved := 0.0
	for s := range c.now {
		moved += math.Abs(c.next[s] - c.now[s])
	}
	c.now, c.next = c.next, c.now
	return moved
}

// sell takes d units, the oldest first, throws away what is left of the oldest age and lets the others age.
func (c *ageChain) sell(prob float64, d, total int) {
	if prob == 0 {
		return
	}
	c.left += prob * float64(total-d)
	state, base := 0, 1
	for a := range c.p.Lifetime {
		have := c.stock[a]
		take := min(have, d)
		d -= take
		if a == 0 {
			c.outdated += prob * float64(have-take)
			continue
		}
		state += (have - take) * base
		base *= c.level + 1
	}
	c.next[state] += prob
}

func (c *ageChain) figures() PerishablePlan {
	out := PerishablePlan{Level: c.level, Outdated: c.outdated, OnHand: c.left, FillRate: 1}
	if mean := c.p.Demand.Mean(); mean > 0 {
		out.FillRate = 1 - c.lost/mean
	}
	out.Cost = c.p.HoldingCost*c.left + c.p.LostCost*c.lost + c.p.OutdateCost*c.outdated
	return out
}
