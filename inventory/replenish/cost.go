package replenish

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// expected is the cost of an order: units left over and short for demand with the line's mean and spread, taken as normal cut
// at zero where it is wide, the order itself, and what its units cost above the best price.
func expected(l *Line, qty int64) float64 {
	level := float64(l.Position + qty)
	short := loss(l.Mean, l.SD, level)
	if l.Ruled {
		cost := l.Shortage * short
		if l.Wish > 0 {
			later := float64(l.Wish - qty)
			cost += l.OrderCost*later/float64(l.Wish) + (l.UnitCost-l.best())*later
			cost += (l.price(qty) - l.best()) * float64(qty)
		}
		return cost
	}
	cost := l.Shortage*short + l.Holding*(level-l.Mean+short)
	if qty > 0 {
		cost += l.OrderCost + (l.price(qty)-l.best())*float64(qty)
	}
	return cost
}

// Cost is the expected cost of any quantities, within limits or not.
func Cost(p Problem, qty []int64) float64 {
	cost := 0.0
	for k, q := range qty {
		cost += expected(&p.Lines[k], q)
	}
	return cost
}

// loss is E[(X − x)+] of demand: gamma would be truer for slow items, but the normal cut at zero keeps mean and is a hundred times
// faster; levels below zero lose the whole mean and more.
func loss(mean, sd, x float64) float64 {
	if sd == 0 || x <= 0 {
		return math.Max(0, mean-x)
	}
	z := (x - mean) / sd
	n := sd * (distuv.UnitNormal.Prob(z) - z*distuv.UnitNormal.Survival(z))
	if low := mean / sd; low < 4 { // fold what lies below zero: scale the tail so that the loss at zero is the mean
		at := sd * (distuv.UnitNormal.Prob(-low) + low*distuv.UnitNormal.Survival(-low))
		n *= mean / at
	}
	return math.Max(0, n)
}

// options are the quantities that a line may order with their costs: nothing, then whole packs from the minimum up, spread
// evenly when there are too many, and the price breaks.
type options struct {
	qty  []int64
	cost []float64
}

// maxOptions bounds the quantities per line; with more packs than that between minimum and level only every so many is offered.
const maxOptions = 24

func tabulate(l *Line, o *options) {
	o.qty, o.cost = append(o.qty[:0], 0), append(o.cost[:0], expected(l, 0))
	least := packs(max(l.Minimum, 1), l.Pack)
	most := l.level(least)
	if most < least {
		return
	}
	steps := (most - least) / l.Pack
	stride := max(1, (steps+maxOptions-2)/(maxOptions-1)) * l.Pack
	for q := least; q < most; q += stride {
		o.add(l, q)
	}
	o.add(l, most)
	for _, b := range l.Breaks {
		if q := packs(b.From, l.Pack); q >= least && q < most && (q-least)%stride != 0 {
			o.add(l, q)
		}
	}
}

// level is the most that a line orders: its wish, or up to the best level without any limit, or a price break beyond it.
func (l *Line) level(least int64) int64 {
	most := least
	if l.Ruled {
		most = l.Wish
		if l.Most > 0 {
			most = min(most, l.Most/l.Pack*l.Pack)
		}
		return most
	}
	ratio := l.Shortage / (l.Shortage + l.Holding)
	if level := l.Mean + l.SD*distuv.UnitNormal.Quantile(ratio); level > float64(l.Position) {
		most = max(least, packs(int64(math.Ceil(level))-l.Position, l.Pack))
	}
	for _, b := range l.Breaks {
		most = max(most, packs(b.From, l.Pack))
	}
	if l.Most > 0 {
		most = min(most, l.Most/l.Pack*l.Pack)
	}
	return most
}

func (o *options) add(l *Line, q int64) {
	o.qty, o.cost = append(o.qty, q), append(o.cost, expected(l, q))
}

func packs(units, pack int64) int64 { return (units + pack - 1) / pack * pack }
