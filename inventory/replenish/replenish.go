// Package replenish decides what a whole catalogue orders today over all sites, under what they share.
//
// Takes item-sites with their demand until the next chance to order, positions, packs, minimums and price breaks, and the room of
// sites, the dock of the day and the budgets of suppliers, and gives one order per item-site with its reason, the cost, a
// proved lower bound and the price of each limit. Method: Lagrangian relaxation of the shared limits (Fisher 1981) with every
// item-site's convex newsvendor cost tabulated over packs, subgradient ascent, then repair and refill by cost per unit of limit.
// Never: it forecasts nothing; store stock and limits are hard, and what cannot be met is told with the smallest way out.
package replenish

import (
	"fmt"
	"math"
)

// Line is one item at one site.
type Line struct {
	ItemID, SiteID, SupplierID string
	Site, Supplier             int // indexes into Problem.Sites and Problem.Suppliers
	// Mean and SD are of the demand from now until the order after this one is on the shelf, units.
	Mean, SD float64
	Position int64 // on hand + on order − owed
	OnHand   int64
	Pack     int64 // units, ≥ 1
	Minimum  int64 // units of an order, 0 = none
	Most     int64 // units of an order, by shelf life or room on the shelf; 0 = no limit
	// Ruled lines order what their stocking rule wishes for, whole packs, and less only where limits leave no more. What is not
	// ordered now is ordered later, at its share of OrderCost and at the price without breaks; holding costs nothing more, since
	// the rule has weighed it.
	Ruled bool
	Wish  int64
	// UnitCost is the price of a unit; Breaks are cheaper prices from a quantity on, for all units of the order, rising.
	UnitCost float64
	Breaks   []Break
	// Holding and Shortage are the costs of a unit left over and short when the order after this one arrives, > 0.
	Holding, Shortage float64
	OrderCost         float64 // of ordering at all
	Volume            float64 // of a unit, in the unit of Site.Volume
	LateDays          int     // how late what is on order is; a reason, no number of the plan
}

// Break is a price from a quantity on.
type Break struct {
	From     int64
	UnitCost float64
}

// Site is what the lines of a site share; 0 = unlimited.
type Site struct {
	ID     string
	Volume float64 // room for all stock, what is there and on order included
	Dock   float64 // volume that may be ordered today
}

// Supplier is what the lines of a supplier share; 0 = unlimited.
type Supplier struct {
	ID     string
	Budget float64 // money of all orders today
}

// Problem is a day's replenishment.
type Problem struct {
	Lines     []Line
	Sites     []Site
	Suppliers []Supplier
}

// Status says what was found.
type Status string

const (
	StatusOptimal    Status = "optimal"
	StatusFeasible   Status = "feasible"
	StatusInfeasible Status = "infeasible" // even ordering nothing breaks a limit; the orders then respect all the others
)

// Plan is what to order.
type Plan struct {
	Status Status
	Qty    []int64 // per line
	Cost   float64 // expected: stock left and short, orders, and what units cost above the best price
	Bound  float64 // no orders cost less
	Gap    float64 // (Cost − Bound)/Cost
	// Prices of one more unit of each limit: room and dock of each site, budget of each supplier.
	RoomPrice, DockPrice, BudgetPrice []float64
	Iterations                        int
	Reasons, Relaxation               []string
}

// Validate says what is wrong with p, naming line and field.
func (p *Problem) Validate() error {
	for k, l := range p.Lines {
		bad := func(field string, value any) error {
			return fmt.Errorf("replenish: line %d (item %q at %q): %s is %v", k, l.ItemID, l.SiteID, field, value)
		}
		switch {
		case l.Site < 0 || l.Site >= len(p.Sites) || l.Supplier < 0 || l.Supplier >= len(p.Suppliers):
			return bad("site or supplier", [2]int{l.Site, l.Supplier})
		case !(l.Mean >= 0) || l.Mean > 1e9 || !(l.SD >= 0) || l.SD > 1e9:
			return bad("demand", [2]float64{l.Mean, l.SD})
		case l.Pack < 1 || l.Pack > 1e9 || l.Minimum < 0 || l.Minimum > 1e9 || l.Most < 0 || l.Most > 1e12:
			return bad("pack, minimum or most", [3]int64{l.Pack, l.Minimum, l.Most})
		case l.Position > 1e12 || l.Position < -1e12 || l.OnHand < 0:
			return bad("position", l.Position)
		case l.Wish < 0 || l.Wish > 1e12 || l.Wish%l.Pack != 0 || (!l.Ruled && l.Wish > 0):
			return bad("wish", l.Wish)
		case !(l.Holding > 0) || l.Holding > 1e9 || !(l.Shortage > 0) || l.Shortage > 1e9:
			return bad("holding or shortage cost", [2]float64{l.Holding, l.Shortage})
		case !(l.UnitCost >= 0) || l.UnitCost > 1e9 || !(l.OrderCost >= 0) || l.OrderCost > 1e9 || !(l.Volume >= 0) || l.Volume > 1e9:
			return bad("unit cost, order cost or volume", [3]float64{l.UnitCost, l.OrderCost, l.Volume})
		}
		for b, x := range l.Breaks {
			if x.From < 1 || !(x.UnitCost >= 0) || (b > 0 && (x.From <= l.Breaks[b-1].From || x.UnitCost >= l.Breaks[b-1].UnitCost)) || x.UnitCost > l.UnitCost {
				return bad("price break", x)
			}
		}
	}
	for i, s := range p.Sites {
		if !(s.Volume >= 0) || !(s.Dock >= 0) || math.IsInf(s.Volume+s.Dock, 0) {
			return fmt.Errorf("replenish: site %d (%q): room %g and dock %g", i, s.ID, s.Volume, s.Dock)
		}
	}
	for i, s := range p.Suppliers {
		if !(s.Budget >= 0) || math.IsInf(s.Budget, 0) {
			return fmt.Errorf("replenish: supplier %d (%q): budget is %g", i, s.ID, s.Budget)
		}
	}
	return nil
}

// price is the unit price of an order.
func (l *Line) price(qty int64) float64 {
	price := l.UnitCost
	for _, b := range l.Breaks {
		if qty >= b.From {
			price = b.UnitCost
		}
	}
	return price
}

// best is the lowest unit price.
func (l *Line) best() float64 {
	if n := len(l.Breaks); n > 0 {
		return l.Breaks[n-1].UnitCost
	}
	return l.UnitCost
}

// Check holds a plan against its problem from the raw numbers: packs, minimums, limits, and a bound that is not above the cost. Costs are
// recomputed through the same expected-cost formula, on its own.
func Check(p Problem, plan Plan) error {
	if len(plan.Qty) != len(p.Lines) {
		return fmt.Errorf("replenish check: %d quantities for %d lines", len(plan.Qty), len(p.Lines))
	}
	room, dock, spent := make([]float64, len(p.Sites)), make([]float64, len(p.Sites)), make([]float64, len(p.Suppliers))
	full := make([]float64, len(p.Sites)) // what is there before any order
	cost := 0.0
	for k, q := range plan.Qty {
		l := &p.Lines[k]
		if q < 0 || q%l.Pack != 0 || (q > 0 && q < l.Minimum) || (l.Most > 0 && q > l.Most) || (l.Ruled && q > l.Wish) {
			return fmt.Errorf("replenish check: line %d orders %d, packs of %d, minimum %d, most %d", k, q, l.Pack, l.Minimum, l.Most)
		}
		full[l.Site] += l.Volume * float64(max(0, l.Position))
		room[l.Site] += l.Volume * float64(max(0, l.Position)+q)
		dock[l.Site] += l.Volume * float64(q)
		spent[l.Supplier] += l.price(q) * float64(q)
		cost += expected(l, q)
	}
	const tol = 1 + 1e-9
	for i, s := range p.Sites {
		if s.Volume > 0 && room[i] > math.Max(s.Volume, full[i])*tol+1e-6 {
			return fmt.Errorf("replenish check: site %q holds %g of %g", s.ID, room[i], s.Volume)
		}
		if s.Dock > 0 && dock[i] > s.Dock*tol+1e-6 {
			return fmt.Errorf("replenish check: dock of site %q takes %g of %g", s.ID, dock[i], s.Dock)
		}
	}
	for i, s := range p.Suppliers {
		if s.Budget > 0 && spent[i] > s.Budget*tol+1e-6 {
			return fmt.Errorf("replenish check: supplier %q is paid %g of %g", s.ID, spent[i], s.Budget)
		}
	}
	if math.Abs(cost-plan.Cost) > 1e-6*math.Max(1, cost) {
		return fmt.Errorf("replenish check: cost is %g, said %g", cost, plan.Cost)
	}
	if plan.Bound > plan.Cost+1e-9*math.Max(1, plan.Cost) {
		return fmt.Errorf("replenish check: bound %g above cost %g", plan.Bound, plan.Cost)
	}
	return nil
}
