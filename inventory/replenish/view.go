package replenish

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// Purchase is all that one supplier brings to one site.
type Purchase struct {
	SupplierID, SiteID string
	Lines              []int // indexes of Problem.Lines, by item
	Cost               float64
}

// Group makes purchase orders out of a plan, by supplier and site.
func Group(p Problem, plan Plan) []Purchase {
	at := map[[2]string]int{}
	var out []Purchase
	for k, q := range plan.Qty {
		if q == 0 {
			continue
		}
		l := &p.Lines[k]
		key := [2]string{l.SupplierID, l.SiteID}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, Purchase{SupplierID: l.SupplierID, SiteID: l.SiteID})
		}
		out[i].Lines = append(out[i].Lines, k)
		out[i].Cost += l.price(q) * float64(q)
	}
	sort.Slice(out, func(a, b int) bool {
		if out[a].SupplierID != out[b].SupplierID {
			return out[a].SupplierID < out[b].SupplierID
		}
		return out[a].SiteID < out[b].SiteID
	})
	for _, o := range out {
		sort.Slice(o.Lines, func(a, b int) bool { return p.Lines[o.Lines[a]].ItemID < p.Lines[o.Lines[b]].ItemID })
	}
	return out
}

// Reason says in a planner's words why line k orders what it does.
func Reason(p Problem, plan Plan, k int) string {
	l, q := &p.Lines[k], plan.Qty[k]
	var b strings.Builder
	fmt.Fprintf(&b, "position %d against a mean demand of %.1f (± %.1f) until the next order arrives", l.Position, l.Mean, l.SD)
	short := loss(l.Mean, l.SD, float64(l.Position+q))
	if q == 0 {
		fmt.Fprintf(&b, ": nothing ordered")
	} else {
		fmt.Fprintf(&b, ": order %d in packs of %d", q, l.Pack)
	}
	if l.Mean > 0 {
		fmt.Fprintf(&b, "; %.1f %% of it is then covered", 100*(1-math.Min(1, short/l.Mean)))
	}
	var free options
	tabulate(l, &free)
	want := free.qty[leastCost(free.cost)]
	if want > q {
		fmt.Fprintf(&b, "; alone it would order %d, but %s", want, Scarce(p, plan, k))
	}
	if l.LateDays > 0 {
		fmt.Fprintf(&b, "; what is on order is %d days late: expedite it", l.LateDays)
	}
	return b.String()
}

func leastCost(cost []float64) int {
	at := 0
	for i, c := range cost {
		if c < cost[at] {
			at = i
		}
	}
	return at
}

// Scarce names the limit that is dearest to line k.
func Scarce(p Problem, plan Plan, k int) string {
	l := &p.Lines[k]
	room, dock, budget := plan.RoomPrice[l.Site]*l.Volume, plan.DockPrice[l.Site]*l.Volume, plan.BudgetPrice[l.Supplier]*l.UnitCost
	switch {
	case room == 0 && dock == 0 && budget == 0:
		return "the limits leave no room for another pack"
	case room >= dock && room >= budget:
		return fmt.Sprintf("room at %s is worth more to others (%.2f a unit)", l.SiteID, room)
	case dock >= budget:
		return fmt.Sprintf("the dock of %s is worth more to others today (%.2f a unit)", l.SiteID, dock)
	}
	return fmt.Sprintf("the budget for %s is worth more to others (%.2f a unit)", l.SupplierID, budget)
}

// Health is how stock stands against its rule.
type Health string

// Kinds of health.
const (
	HealthOut      Health = "out of stock"
	HealthUnder    Health = "under"
	HealthFine     Health = "healthy"
	HealthOver     Health = "over"
	HealthExpiring Health = "expiring" // more than its shelf life sells
)

// HealthOf judges a position: under the reorder point it is under, over the order-up-to level and a batch it is over.
// shelfDays is the remaining shelf life, 0 = none, perDay the mean demand.
func HealthOf(onHand, position, reorder, upTo int64, perDay float64, shelfDays int) Health {
	switch {
	case onHand <= 0 && reorder > 0:
		return HealthOut
	case shelfDays > 0 && float64(onHand) > perDay*float64(shelfDays):
		return HealthExpiring
	case position <= reorder && reorder > 0:
		return HealthUnder
	case position > upTo+max(0, upTo-reorder):
		return HealthOver
	}
	return HealthFine
}

// Class is an item's place by value (A, B, C) and by how steadily it sells (X, Y, Z).
type Class struct{ Value, Steadiness byte }

// Classify gives each item its class: A up to 80 % of all value, B up to 95 %, C the rest; X with a coefficient of variation up to
// 0.5, Y up to 1, Z beyond (Silver, Pyke & Thomas 2017, §2.5.1).
func Classify(value, variation []float64) ([]Class, error) {
	if len(value) != len(variation) {
		return nil, fmt.Errorf("replenish: %d values and %d variations", len(value), len(variation))
	}
	order := make([]int, len(value))
	total := 0.0
	for i, v := range value {
		if !(v >= 0) || math.IsInf(v, 0) || !(variation[i] >= 0) {
			return nil, fmt.Errorf("replenish: item %d has value %g and variation %g", i, v, variation[i])
		}
		order[i] = i
		total += v
	}
	sort.SliceStable(order, func(a, b int) bool { return value[order[a]] > value[order[b]] })
	out := make([]Class, len(value))
	sum := 0.0
	for _, i := range order {
		c := Class{'C', 'Z'}
		switch {
		case sum < 0.8*total:
			c.Value = 'A'
		case sum < 0.95*total:
			c.Value = 'B'
		}
		switch {
		case variation[i] <= 0.5:
			c.Steadiness = 'X'
		case variation[i] <= 1:
			c.Steadiness = 'Y'
		}
		sum += value[i]
		out[i] = c
	}
	return out, nil
}

// Zones are the buffer of demand-driven planning as a view of an item (Ptak & Smith 2016, ch. 7): Red base and safety, Yellow
// over the lead time, Green the usual order.
type Zones struct{ Red, Yellow, Green float64 }

// BufferZones gives the zones for mean demand per day, lead time in days, lead-time factor and variability factor (both 0…1), the
// minimum order and the days between orders.
func BufferZones(perDay, leadDays, leadFactor, variability, minimum, cycleDays float64) (Zones, error) {
	for _, v := range []float64{perDay, leadDays, minimum, cycleDays} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return Zones{}, fmt.Errorf("replenish: a buffer needs demand, days and minimum ≥ 0, got %g", v)
		}
	}
	if !(leadFactor >= 0 && leadFactor <= 1) || !(variability >= 0 && variability <= 1) {
		return Zones{}, fmt.Errorf("replenish: factors %g and %g must lie in 0…1", leadFactor, variability)
	}
	lead := perDay * leadDays
	base := lead * leadFactor
	return Zones{Red: base + base*variability, Yellow: lead, Green: math.Max(math.Max(minimum, perDay*cycleDays), base)}, nil
}
