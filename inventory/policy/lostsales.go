package policy

import (
	"fmt"
	"math"
)

// LostSales is stock under continuous review whose customers do not wait: Poisson demand, costs per order, per unit held and time,
// and per unit lost.
type LostSales struct {
	OrderCost, HoldingCost, LostCost float64
	DemandRate, LeadTime             float64
}

// LostPlan is a rule with its cost per time and the share of demand that it serves.
type LostPlan struct {
	R, Q     int // order Q at R units; base stock orders one unit at a time
	Cost     float64
	FillRate float64
	OnHand   float64
}

const maxLostLoad = 100_000 // demand over a lead time

func (l LostSales) validate() error {
	if err := positive("holding cost", l.HoldingCost, "cost of a lost unit", l.LostCost, "demand rate", l.DemandRate, "lead time", l.LeadTime); err != nil {
		return err
	}
	if !(l.OrderCost >= 0) || math.IsInf(l.OrderCost, 0) || l.DemandRate*l.LeadTime > maxLostLoad {
		return fmt.Errorf("policy: order cost %g must be finite and not negative, demand over the lead time %g at most %d", l.OrderCost, l.DemandRate*l.LeadTime, maxLostLoad)
	}
	return nil
}

// BaseStock gives cost and fill rate of one-for-one ordering up to S: units on order are the busy servers of an Erlang loss
// system, whatever the law of the lead time with this mean (Karush 1957; Zipkin 2000, §7.2.4).
func (l LostSales) BaseStock(level int) (LostPlan, error) {
	if err := l.validate(); err != nil {
		return LostPlan{}, err
	}
	if level < 0 || level > 2*maxLostLoad {
		return LostPlan{}, fmt.Errorf("policy: base stock is %d; it must lie in 0…%d", level, 2*maxLostLoad)
	}
	load, blocked := l.DemandRate*l.LeadTime, 1.0
	for s := 1; s <= level; s++ {
		blocked = load * blocked / (float64(s) + load*blocked)
	}
	return l.basePlan(level, load, blocked), nil
}

func (l LostSales) basePlan(level int, load, blocked float64) LostPlan {
	p := LostPlan{R: level - 1, Q: 1, FillRate: 1 - blocked, OnHand: float64(level) - load*(1-blocked)}
	p.Cost = l.OrderCost*l.DemandRate*(1-blocked) + l.HoldingCost*p.OnHand + l.LostCost*l.DemandRate*blocked
	return p
}

// BestBaseStock is the base stock of least cost; the loss probability is convex in it (Karush 1957), so that the first rise ends
// the search.
func (l LostSales) BestBaseStock() (LostPlan, error) {
	best, err := l.BaseStock(0)
	if err != nil {
		return best, err
	}
	load, blocked := l.DemandRate*l.LeadTime, 1.0
	for s := 1; s <= 2*maxLostLoad; s++ {
		blocked = load * blocked / (float64(s) + load*blocked)
		p := l.basePlan(s, load, blocked)
		if p.Cost > best.Cost {
			break
		}
		best = p
	}
	return best, nil
}

// RQ gives cost and fill rate of ordering Q > R at R units left, lead time constant, exactly: no second order is open, and each
// cycle begins anew (Hadley & Whitin 1963, §4-7, in whole units).
func (l LostSales) RQ(r, q int) (LostPlan, error) {
	if err := l.validate(); err != nil {
		return LostPlan{}, err
	}
	if r < 0 || q <= r || q > 10*maxLostLoad {
		return LostPlan{}, fmt.Errorf("policy: lost sales with reorder point %d and quantity %d: want 0 ≤ R < Q", r, q)
	}
	law, err := NewPoisson(l.DemandRate * l.LeadTime)
	if err != nil {
		return LostPlan{}, err
	}
	return l.rq(law, r, q), nil
}

func (l LostSales) rq(law WholeLaw, r, q int) LostPlan {
	lost := law.Loss(float64(r))
	// Unit-times on the shelf, in units of 1/λ: above r one unit at a time, from what is left when Q comes down to r + 1 …
	area := 0.0
	for left := 0; left <= r; left++ { // left = (r − D)+ units when the order comes
		p := law.Prob(r - left)
		if left == 0 {
			p = 1 - law.CDF(float64(r-1))
		}
		top := float64(q + left)
		area += p * (top*(top+1) - float64(r)*float64(r+1)) / 2
	}
	for j := 1; j <= r; j++ { // … and below r for as long as the order is open
		area += float64(j) * (1 - law.CDF(float64(r-j)))
	}
	demand := float64(q) + lost // of a cycle
	p := LostPlan{R: r, Q: q, FillRate: float64(q) / demand, OnHand: area / demand}
	p.Cost = l.HoldingCost*p.OnHand + (l.OrderCost+l.LostCost*lost)*l.DemandRate/demand
	return p
}

// BestRQ searches R and Q around the economic quantity and the newsvendor point, coordinate by coordinate, until neither a step
// of one nor of both together is better.
func (l LostSales) BestRQ() (LostPlan, error) {
	if err := l.validate(); err != nil {
		return LostPlan{}, err
	}
	law, err := NewPoisson(l.DemandRate * l.LeadTime)
	if err != nil {
		return LostPlan{}, err
	}
	eoq, _ := EconomicOrderQuantity(math.Max(l.OrderCost, 1e-9), l.DemandRate, l.HoldingCost)
	q := max(1, int(eoq))
	r := min(q-1, int(law.Quantile(l.LostCost/(l.LostCost+l.HoldingCost*math.Max(float64(q)/l.DemandRate, 1e-12)))))
	best := l.rq(law, max(0, r), q)
	for better := true; better; {
		better = false
		for _, step := range [][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}, {0, 8}, {0, -8}, {8, 8}} {
			a, b := best.R+step[0], best.Q+step[1]
			if a < 0 || b <= a {
				continue
			}
			if p := l.rq(law, a, b); p.Cost < best.Cost-1e-12 {
				best, better = p, true
			}
		}
	}
	return best, nil
}

// ProjectedOrder is what the projected-inventory-level policy orders under periodic review and lost sales: what brings the expected
// stock on hand, when the order arrives and before demand, to target (van Jaarsveld & Arts 2024). pipeline holds what arrives in
// the coming periods, the next first; its length is the lead time. Demand of a period has the given law.
func ProjectedOrder(onHand int, pipeline []int, law WholeLaw, target float64) (order int, projected float64, err error) {
	if onHand < 0 || onHand > maxTable/2 || !(target >= 0) || target > maxTable {
		return 0, 0, fmt.Errorf("policy: %d on hand and a target of %g make no sense", onHand, target)
	}
	dist := make([]float64, onHand+1)
	dist[onHand] = 1
	for t, in := range pipeline {
		if in < 0 || len(dist)+in > maxTable {
			return 0, 0, fmt.Errorf("policy: %d units arrive in period %d", in, t)
		}
		next := make([]float64, len(dist)+in)
		for have, p := range dist {
			if p == 0 {
				continue
			}
			rest := 1.0
			for d := 0; d < have; d++ {
				w := law.Prob(d)
				rest -= w
				next[have-d+in] += p * w
			}
			next[in] += p * math.Max(0, rest)
		}
		dist = next
	}
	for have, p := range dist {
		projected += p * float64(have)
	}
	return max(0, int(math.Round(target-projected))), projected, nil
}
