package sourcing

import (
	"fmt"
	"math"
	"slices"
)

// Rule serves single orders as they come, by the prices of the last batch: what a unit of stock and a parcel are worth where
// they are. It holds no stock itself; the caller keeps it. A Rule may be used by one goroutine at a time.
type Rule struct {
	p      *Problem
	stock  []float64
	parcel []float64
	price  float64

	ranked []int
	alone  []float64
	order  []int
	best   choice
	trial  choice
}

// choice is the units each of the ranked sites gives to each line.
type choice struct {
	cost float64
	take []int64 // [line*len(ranked)+rank]
}

// onlineSites is how many sites, cheapest alone, are tried together; 2^onlineSites subsets.
const onlineSites = 6

// NewRule takes the prices of an assignment of p. p's costs are used for orders to come; its orders are not.
func NewRule(p *Problem, a Assignment) (*Rule, error) {
	if len(a.StockPrices) != len(p.Stock) || len(a.ParcelPrices) != p.Sites {
		return nil, fmt.Errorf("sourcing: %d stock prices and %d parcel prices do not fit %d pairs and %d sites", len(a.StockPrices), len(a.ParcelPrices), len(p.Stock), p.Sites)
	}
	return &Rule{p: p, stock: a.StockPrices, parcel: a.ParcelPrices, price: float64(p.UnservedPrice()), alone: make([]float64, p.Sites)}, nil
}

// Choose gives the parcels of one order from stock ([item*Sites+site]) and parcels left per site, at least cost with the prices
// of what is used, over all subsets of the sites that are cheapest alone. Neither slice is changed. Lines are served in their
// sequence; work is O(2^k·lines·k) for k ≤ onlineSites sites after O(sites·lines).
func (r *Rule) Choose(o Order, stock, parcels []int64) ([]Part, []Shortfall, error) {
	if len(o.ShipCents) != r.p.Sites || len(stock) != len(r.p.Stock) || len(parcels) != r.p.Sites {
		return nil, nil, fmt.Errorf("sourcing: %d shipping costs, %d stocks and %d parcel counts; want %d, %d and %d", len(o.ShipCents), len(stock), len(parcels), r.p.Sites, len(r.p.Stock), r.p.Sites)
	}
	for l, line := range o.Lines {
		if line.Item < 0 || line.Item >= r.p.Items || line.Qty <= 0 || line.Qty > maxUnits {
			return nil, nil, fmt.Errorf("sourcing: line %d asks for %d of item %d of %d", l, line.Qty, line.Item, r.p.Items)
		}
		for _, before := range o.Lines[:l] {
			if before.Item == line.Item {
				return nil, nil, fmt.Errorf("sourcing: lines name item %d twice; join them", line.Item)
			}
		}
	}
	r.rank(o, stock, parcels)
	k := len(r.ranked)
	r.best.cost = math.Inf(1)
	for mask := range 1 << k {
		r.tryMask(o, stock, mask)
		if r.trial.cost < r.best.cost {
			r.best, r.trial = r.trial, r.best
		}
	}
	parts, short := r.answer(o, stock)
	return parts, short, nil
}

// rank lists the sites that can ship something of the order, cheapest alone first.
func (r *Rule) rank(o Order, stock, parcels []int64) {
	r.ranked = r.ranked[:0]
	for s := range r.p.Sites {
		if o.ShipCents[s] < 0 || parcels[s] <= 0 {
			continue
		}
		cost, some := r.open(o, s), false
		for _, line := range o.Lines {
			at := line.Item*r.p.Sites + s
			have := min(line.Qty, stock[at])
			if have > 0 {
				some = true
				cost += float64(r.p.PerLineCents) + r.stock[at]*float64(have)
			}
			cost += r.price * float64(line.Qty-have)
		}
		if some {
			r.alone[s] = cost
			r.ranked = append(r.ranked, s)
		}
	}
	slices.SortFunc(r.ranked, func(a, b int) int {
		if r.alone[a] != r.alone[b] {
			if r.alone[a] < r.alone[b] {
				return -1
			}
			return 1
		}
		return a - b
	})
	r.ranked = r.ranked[:min(len(r.ranked), onlineSites)]
}

func (r *Rule) open(o Order, s int) float64 {
	return float64(o.ShipCents[s]+r.p.PerParcelCents) + r.parcel[s]
}

// tryMask prices a subset: every line takes units where they are worth least.
func (r *Rule) tryMask(o Order, stock []int64, mask int) {
	k := len(r.ranked)
	c := &r.trial
	c.cost = 0
	if n := len(o.Lines) * k; cap(c.take) < n {
		c.take = make([]int64, n)
	} else {
		c.take = c.take[:n]
		clear(c.take)
	}
	for x := range k {
		if mask>>x&1 == 1 {
			c.cost += r.open(o, r.ranked[x])
		}
	}
	for l, line := range o.Lines {
		left := line.Qty
		for left > 0 && c.cost < r.best.cost {
			pick, at := -1, 0
			for x := range k {
				pair := line.Item*r.p.Sites + r.ranked[x]
				if mask>>x&1 == 1 && c.take[l*k+x] == 0 && stock[pair] > 0 && (pick < 0 || r.worth(pair, stock, left) < r.worth(at, stock, left)) {
					pick, at = x, pair
				}
			}
			if pick < 0 {
				break
			}
			units := min(left, stock[at])
			c.take[l*k+pick] = units
			c.cost += float64(r.p.PerLineCents) + r.stock[at]*float64(units)
			left -= units
		}
		c.cost += r.price * float64(left)
	}
}

// worth is the price of taking units of a pair, with what taking the rest elsewhere would cost at least.
func (r *Rule) worth(pair int, stock []int64, left int64) float64 {
	units := min(left, stock[pair])
	return (r.stock[pair]*float64(units) + float64(r.p.PerLineCents)) / float64(units)
}

func (r *Rule) answer(o Order, stock []int64) ([]Part, []Shortfall) {
	k := len(r.ranked)
	var parts []Part
	r.order = append(r.order[:0], r.ranked...)
	for x, s := range r.order {
		part := Part{Site: s, CostCents: o.ShipCents[s] + r.p.PerParcelCents}
		for l := range o.Lines {
			if units := r.best.take[l*k+x]; units > 0 {
				part.Lines = append(part.Lines, PartLine{Line: l, Qty: units})
				part.CostCents += r.p.PerLineCents
			}
		}
		if part.Lines != nil {
			parts = append(parts, part)
		}
	}
	slices.SortFunc(parts, func(a, b Part) int { return a.Site - b.Site })
	var short []Shortfall
	for l, line := range o.Lines {
		left := line.Qty
		for x := range k {
			left -= r.best.take[l*k+x]
		}
		if left > 0 {
			short = append(short, Shortfall{Line: l, Qty: left, Reason: r.why(o, l, stock)})
		}
	}
	return parts, short
}

// why says for what reason units of a line stay.
func (r *Rule) why(o Order, l int, stock []int64) Reason {
	reason := ReasonNoStock
	for s, ship := range o.ShipCents {
		if stock[o.Lines[l].Item*r.p.Sites+s] == 0 {
			continue
		}
		switch {
		case slices.Contains(r.ranked, s):
			return ReasonTooDear
		case ship < 0 && reason == ReasonNoStock:
			reason = ReasonNoRoad
		case ship >= 0:
			reason = ReasonSiteCapacity
		}
	}
	return reason
}
