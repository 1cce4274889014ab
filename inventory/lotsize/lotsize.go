// Package lotsize decides when to order how much of what is known to be needed period by period.
//
// Takes demand, order costs, unit costs and holding costs per period, of one item without limits or of several that share
// capacity, with packs, least orders, trucks and calendars, and gives orders with their cost and a proved bound. Method:
// O(n log n) by the lower envelope of Wagelmans, van Hoesel & Kolen (1992); Lagrangian relaxation of the capacities over it
// (Trigeiro, Thomas & McClain 1989) with shifting and merging. Never: demand is certain here; safety stock is the business of
// package policy.
package lotsize

import (
	"fmt"
	"math"
)

// Item is what one item needs and costs. All slices have one entry per period.
type Item struct {
	ID      string
	Demand  []float64 // units, ≥ 0
	Order   []float64 // cost of an order placed for the period, ≥ 0
	Unit    []float64 // cost of a unit ordered for the period; nil = 0 throughout
	Holding []float64 // cost of a unit that stays from the period to the next, ≥ 0
}

// Plan is what to order.
type Plan struct {
	Qty  []float64 // per period
	Cost float64   // orders, units and holding
	// CostToGo is the least cost of all periods from this one on when it begins without stock; Next is the period whose
	// beginning again has no stock, n at the end.
	CostToGo []float64
	Next     []int
}

const maxPeriods = 1_000_000

// Validate says what is wrong with an item, naming field and period.
func (x *Item) Validate() error {
	n := len(x.Demand)
	if n == 0 || n > maxPeriods {
		return fmt.Errorf("lotsize: item %q has %d periods; want 1…%d", x.ID, n, maxPeriods)
	}
	for _, f := range []struct {
		name string
		v    []float64
		none bool
	}{{"demand", x.Demand, false}, {"order cost", x.Order, false}, {"holding cost", x.Holding, false}, {"unit cost", x.Unit, true}} {
		if f.none && f.v == nil {
			continue
		}
		if len(f.v) != n {
			return fmt.Errorf("lotsize: item %q: %d values of %s for %d periods", x.ID, len(f.v), f.name, n)
		}
		for t, v := range f.v {
			if !(v >= 0) || v > 1e15 {
				return fmt.Errorf("lotsize: item %q: %s of period %d is %g; it must lie in 0…1e15", x.ID, f.name, t, v)
			}
		}
	}
	return nil
}

// unit is the cost of a unit ordered for period t.
func (x *Item) unit(t int) float64 {
	if x.Unit == nil {
		return 0
	}
	return x.Unit[t]
}

// Uncapacitated orders at least cost without limits: Wagner & Whitin's (1958) problem in O(n log n). A period without demand may
// pass without an order.
func Uncapacitated(x Item) (Plan, error) {
	if err := x.Validate(); err != nil {
		return Plan{}, err
	}
	return uncapacitated(&x, func(int) bool { return true }), nil
}

// uncapacitated orders in open periods alone; the cost is +Inf where something is needed before the first of them.
func uncapacitated(x *Item, open func(t int) bool) Plan {
	n := len(x.Demand)
	p := Plan{Qty: make([]float64, n), CostToGo: make([]float64, n+1), Next: make([]int, n)}
	// A unit ordered for t and used for j costs unit[t] + holding[t…j−1] = c(t) − h(j), with h(j) the holding from j to the end.
	after := make([]float64, n+1) // demand of the periods from t on
	hold := make([]float64, n+1)
	for t := n - 1; t >= 0; t-- {
		after[t] = after[t+1] + x.Demand[t]
		hold[t] = hold[t+1] + x.Holding[t]
	}
	// value[t] is the cost to go with units at c: value[t] = K + min over j > t of c(t)·(after[t] − after[j]) + value[j].
	value := make([]float64, n+1)
	var e envelope
	e.add(0, 0, n)
	for t := n - 1; t >= 0; t-- {
		value[t], p.Next[t] = math.Inf(1), t+1
		if open(t) {
			c := x.unit(t) + hold[t]
			least, j := e.least(c)
			value[t], p.Next[t] = x.Order[t]+c*after[t]+least, j
		}
		if x.Demand[t] == 0 && value[t+1] <= value[t] {
			value[t], p.Next[t] = value[t+1], t+1
		}
		if !math.IsInf(value[t], 1) { // a period that cannot begin without stock ends no order
			e.add(-after[t], value[t], t)
		}
	}
	rest := 0.0
	for t := n - 1; t >= 0; t-- {
		rest += x.Demand[t] * hold[t]
		p.CostToGo[t] = value[t] - rest
	}
	for t := 0; t < n; t = p.Next[t] {
		p.Qty[t] = after[t] - after[p.Next[t]]
	}
	p.CostToGo = p.CostToGo[:n]
	p.Cost = x.Cost(p.Qty)
	return p
}

// Cost is the cost of any order quantities; +Inf where some demand is not met in time.
func (x *Item) Cost(qty []float64) float64 {
	cost, stock := 0.0, 0.0
	for t, q := range qty {
		if q > 0 {
			cost += x.Order[t] + x.unit(t)*q
		}
		if stock += q - x.Demand[t]; stock < -1e-6*math.Max(1, x.Demand[t]) {
			return math.Inf(1)
		}
		cost += math.Max(0, stock) * x.Holding[t]
	}
	return cost
}

// envelope is the lower envelope of lines slope·c + height, added with falling slopes, as a stack; least finds the lowest
// line at c by halving. Of equal lines the one added last wins, which is the nearest period.
type envelope struct{ lines []line }

type line struct {
	slope, height float64
	at            int
}

func (e *envelope) add(slope, height float64, at int) {
	new := line{slope, height, at}
	for n := len(e.lines); n > 0; n-- {
		last := e.lines[n-1]
		if last.slope == slope {
			if height > last.height {
				return
			}
			e.lines = e.lines[:n-1]
			continue
		}
		if n == 1 || cross(e.lines[n-2], last) < cross(last, new) {
			break
		}
		e.lines = e.lines[:n-1]
	}
	e.lines = append(e.lines, new)
}

// cross is the c from which on the flatter line b is no higher than a (b.slope < a.slope).
func cross(a, b line) float64 { return (b.height - a.height) / (a.slope - b.slope) }

func (e *envelope) least(c float64) (float64, int) {
	lo, hi := 0, len(e.lines)-1 // the last line whose crossing with the one before lies at or before c
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if cross(e.lines[mid-1], e.lines[mid]) <= c {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return e.lines[lo].slope*c + e.lines[lo].height, e.lines[lo].at
}
