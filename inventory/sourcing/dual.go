package sourcing

import (
	"math"
	"math/bits"
)

// dual is the Lagrangian: prices of stock and parcels, and the bound they prove.
//
//	L(λ, μ) = Σ_orders cheapest way at prices λ, μ + Σ_pairs min over 0 ≤ u ≤ stock of (scarcity(u) − λ·u) − Σ_sites μ·capacity
type dual struct {
	lambda []float64 // [pair]
	mu     []float64 // [site]
	tight  []int     // pairs where stock or threshold may be touched; all other prices stay 0
	tightS []int     // sites whose parcels may run out
	scale  []float64 // [item] mean units per demand: prices move in cents per usual demand, not per unit

	used    []float64 // [pair] units taken at these prices
	parcels []float64 // [site]
	slack   []float64 // [pair] units the stock side would give
	value   []float64 // [order] cost at these prices

	regret     []float64 // [order] what the second best site for all of it would cost more; short orders alone
	bound      float64
	bestLambda []float64
	bestMu     []float64

	live      []int     // demands whose cost depends on prices or on the subset of sites, flat with liveFirst
	liveFirst []int     // [order]
	plain     []float64 // [order] line costs of its other demands: any one site serves those in full, at no price
	nothing   []float64 // [order] price of all units unserved

	open    []float64 // scratch: opening cost per candidate, then per subset
	subset  []float64
	cost    []float64 // scratch: [live demand of order][candidate]
	limited []bool    // scratch: [live demand of order] some candidate holds less than asked for
	unit    []float64 // scratch: [live demand of order] least price of one unit, only kept where sites lie outside
}

func (m *model) newDual() {
	d := &m.dual
	pairs := len(m.p.Stock)
	d.lambda, d.bestLambda = make([]float64, pairs), make([]float64, pairs)
	d.used, d.slack = make([]float64, pairs), make([]float64, pairs)
	d.mu, d.bestMu, d.parcels = make([]float64, m.sites), make([]float64, m.sites), make([]float64, m.sites)
	d.value, d.regret = make([]float64, len(m.p.Orders)), make([]float64, len(m.p.Orders))
	d.bound = math.Inf(-1)
	m.findTight()
	m.findLive()
	longest := 0
	for o := range m.p.Orders {
		longest = max(longest, m.first[o+1]-m.first[o])
	}
	width := m.mostCandidates()
	d.open, d.subset = make([]float64, width), make([]float64, 1<<(len(m.masks)-1))
	d.cost, d.limited = make([]float64, longest*width), make([]bool, longest)
	d.unit = make([]float64, longest)
}

// findTight marks what can bind at all.
func (m *model) findTight() {
	d := &m.dual
	asked, demands := make([]int64, m.p.Items), make([]int64, m.p.Items)
	for i, item := range m.item {
		asked[item] += m.qty[i]
		demands[item]++
	}
	d.scale = make([]float64, m.p.Items)
	for item := range asked {
		if demands[item] == 0 {
			continue
		}
		d.scale[item] = float64(asked[item]) / float64(demands[item])
		for k := item * m.sites; k < (item+1)*m.sites; k++ {
			free := m.p.Stock[k]
			if m.p.ScarcityCents > 0 {
				free -= min(free, m.threshold(k))
			}
			if asked[item] > free {
				d.tight = append(d.tight, k)
			}
		}
	}
	reach := make([]int64, m.sites)
	for _, s := range m.cand {
		reach[s]++
	}
	for _, s := range m.outside {
		reach[s]++
	}
	for s, n := range reach {
		if n > m.p.ParcelCapacity[s] {
			d.tightS = append(d.tightS, s)
		}
	}
}

// findLive sets apart the demands that every subset of sites serves alike.
func (m *model) findLive() {
	d := &m.dual
	tight := make([]bool, len(m.p.Stock))
	for _, k := range d.tight {
		tight[k] = true
	}
	d.liveFirst = append(d.liveFirst, 0)
	d.plain, d.nothing = make([]float64, len(m.p.Orders)), make([]float64, len(m.p.Orders))
	for o := range m.p.Orders {
		d.nothing[o] = float64(m.m * m.orderUnits(o))
		for i := m.first[o]; i < m.first[o+1]; i++ {
			live := m.short(o) || m.outFirst[o] < m.outFirst[o+1] || m.p.PerLineCents > m.m
			for _, s := range m.cand[m.candFirst[o]:m.candFirst[o+1]] {
				k := m.item[i]*m.sites + s
				live = live || tight[k] || m.p.Stock[k] < m.qty[i]
			}
			if live {
				d.live = append(d.live, i)
			} else {
				d.plain[o] += float64(m.p.PerLineCents)
			}
		}
		d.liveFirst = append(d.liveFirst, len(d.live))
	}
}

// liveOf is the live demands of order o.
func (m *model) liveOf(o int) []int { return m.dual.live[m.dual.liveFirst[o]:m.dual.liveFirst[o+1]] }

// evaluate computes L at the present prices with the use that its subgradient needs, and keeps the best bound.
func (m *model) evaluate() float64 {
	d := &m.dual
	for _, k := range d.tight {
		d.used[k] = 0
	}
	clear(d.parcels)
	total := 0.0
	for o := range m.p.Orders {
		d.value[o] = m.cheapestWay(o)
		total += d.value[o]
	}
	for _, k := range d.tight {
		give, value := m.stockSide(k)
		d.slack[k] = give
		total += value
	}
	for _, s := range d.tightS {
		total -= d.mu[s] * float64(m.p.ParcelCapacity[s])
	}
	if total > d.bound {
		d.bound = total
		copy(d.bestLambda, d.lambda)
		copy(d.bestMu, d.mu)
	}
	return total
}

// cheapestWay is the least cost of order o at the present prices over all subsets of its sites, a demand staying unserved
// at the unserved price, and books the use of the subset found. Where sites lie outside the enumeration it is a lower bound:
// such a way opens one of them and serves every demand no cheaper than the cheapest site does.
func (m *model) cheapestWay(o int) float64 {
	if m.short(o) {
		return min(m.shortWay(o), m.outsideBound(o))
	}
	d := &m.dual
	cand := m.cand[m.candFirst[o]:m.candFirst[o+1]]
	n := len(cand)
	floor := m.priceDemands(o, cand)
	best, bestMask := d.nothing[o], uint64(0)
	for j, s := range cand {
		d.open[j] = float64(m.openCents(o, s)) + d.mu[s]
	}
	d.subset[0] = d.plain[o]
	for mask := 1; mask < 1<<n; mask++ {
		low := mask & -mask
		d.subset[mask] = d.subset[mask^low] + d.open[bits.TrailingZeros(uint(low))]
	}
	if n <= together {
		m.addDemands(o, cand)
	}
	for _, mask := range m.masks[n] {
		cost := d.subset[mask]
		if n > together {
			if cost+floor >= best {
				continue
			}
			cost = m.subsetCost(o, cand, mask, cost, best)
		}
		if cost < best {
			best, bestMask = cost, mask
		}
	}
	if bestMask != 0 {
		m.book(o, cand, bestMask)
	}
	return min(best, m.outsideBound(o))
}

// priceDemands fills the cost of each live demand at each candidate and returns the sum of the cheapest costs.
func (m *model) priceDemands(o int, cand []int) (floor float64) {
	d := &m.dual
	h := float64(m.p.PerLineCents)
	for r, i := range m.liveOf(o) {
		q, base := m.qty[i], m.item[i]*m.sites
		nothing := float64(m.m) * float64(q)
		least := nothing
		d.limited[r] = false
		for j, s := range cand {
			stock := m.p.Stock[base+s]
			cost := nothing
			switch {
			case stock >= q:
				cost = h + d.lambda[base+s]*float64(q)
				least = min(least, cost)
			case stock > 0:
				d.limited[r] = true
				cost = min(nothing, h+d.lambda[base+s]*float64(stock)+float64(m.m)*float64(q-stock))
			}
			d.cost[r*len(cand)+j] = cost
		}
		if d.limited[r] {
			least = m.limitedCost(i, cand, uint64(1)<<len(cand)-1, nil)
		}
		if m.outFirst[o] < m.outFirst[o+1] {
			d.unit[r] = m.leastUnit(i, cand, float64(m.m))
		}
		floor += least
	}
	return floor
}

// together is the number of sites up to which all subsets are priced in one pass over the demands; with more sites most
// subsets are too dear to look at, and they are priced one by one.
const together = 4

// addDemands adds to every subset of sites what it costs to serve each demand from it.
func (m *model) addDemands(o int, cand []int) {
	d := &m.dual
	n := len(cand)
	subsets := d.subset[:1<<n]
	var least [1 << together]float64
	for r, i := range m.liveOf(o) {
		if d.limited[r] {
			for mask := 1; mask < len(subsets); mask++ {
				subsets[mask] += m.limitedCost(i, cand, uint64(mask), nil)
			}
			continue
		}
		cost := d.cost[r*n : r*n+n]
		least[0] = float64(m.m) * float64(m.qty[i])
		for j, c := range cost {
			half := 1 << j
			for mask := half; mask < 2*half; mask++ {
				low := least[mask-half]
				if c < low {
					low = c
				}
				least[mask] = low
				subsets[mask] += low
			}
		}
	}
}

// subsetCost adds to cost what serving the live demands of order o from a subset of its sites costs; it may end above stop.
func (m *model) subsetCost(o int, cand []int, mask uint64, cost, stop float64) float64 {
	d := &m.dual
	n := len(cand)
	for r, i := range m.liveOf(o) {
		if cost >= stop {
			break
		}
		if d.limited[r] {
			cost += m.limitedCost(i, cand, mask, nil)
			continue
		}
		least := float64(m.m) * float64(m.qty[i])
		for rest := mask; rest != 0; rest &= rest - 1 {
			least = min(least, d.cost[r*n+bits.TrailingZeros64(rest)])
		}
		cost += least
	}
	return cost
}

// limitedCost is a lower bound on serving demand i from subset mask where a site holds less than is asked for: the line
// cost is spread over the units a site can give at most, then units go to the cheapest. booked, if not nil, hears the units.
func (m *model) limitedCost(i int, cand []int, mask uint64, booked func(pair int, units float64)) float64 {
	base, left := m.item[i]*m.sites, float64(m.qty[i])
	cost := 0.0
	for mask != 0 && left > 0 {
		best, bestPrice, bestUnits := -1, float64(m.m), 0.0
		for rest := mask; rest != 0; rest &= rest - 1 {
			j := bits.TrailingZeros64(rest)
			most := float64(min(m.qty[i], m.p.Stock[base+cand[j]]))
			if most == 0 {
				continue
			}
			if price := m.dual.lambda[base+cand[j]] + float64(m.p.PerLineCents)/most; price < bestPrice {
				best, bestPrice, bestUnits = j, price, most
			}
		}
		if best < 0 {
			break
		}
		units := min(left, bestUnits)
		cost += units * bestPrice
		left -= units
		mask &^= 1 << best
		if booked != nil {
			booked(base+cand[best], units)
		}
	}
	return cost + left*float64(m.m)
}

// book adds the use of the chosen subset to the subgradient.
func (m *model) book(o int, cand []int, mask uint64) {
	d := &m.dual
	for rest := mask; rest != 0; rest &= rest - 1 {
		d.parcels[cand[bits.TrailingZeros64(rest)]]++
	}
	use := func(pair int, units float64) { d.used[pair] += units }
	n := len(cand)
	for r, i := range m.liveOf(o) {
		if d.limited[r] {
			m.limitedCost(i, cand, mask, use)
			continue
		}
		best, least := -1, float64(m.m)*float64(m.qty[i])
		for rest := mask; rest != 0; rest &= rest - 1 {
			j := bits.TrailingZeros64(rest)
			if c := d.cost[r*n+j]; c < least {
				best, least = j, c
			}
		}
		if best >= 0 {
			d.used[m.item[i]*m.sites+cand[best]] += float64(m.qty[i])
		}
	}
}

func (m *model) outsideBound(o int) float64 {
	out := m.outside[m.outFirst[o]:m.outFirst[o+1]]
	if len(out) == 0 {
		return math.Inf(1)
	}
	d := &m.dual
	open := math.Inf(1)
	for _, s := range out {
		open = min(open, float64(m.openCents(o, s))+d.mu[s])
	}
	for r, i := range m.liveOf(o) {
		open += float64(m.qty[i]) * m.leastUnit(i, out, d.unit[r])
	}
	return open
}

// leastUnit is the least price of one unit of demand i at any of sites, or price if that is less; the line cost is spread
// over the units a site can give at most, so that no mixture of sites is cheaper per unit.
func (m *model) leastUnit(i int, sites []int, price float64) float64 {
	base := m.item[i] * m.sites
	for _, s := range sites {
		if most := min(m.qty[i], m.p.Stock[base+s]); most > 0 {
			price = min(price, m.dual.lambda[base+s]+float64(m.p.PerLineCents)/float64(most))
		}
	}
	return price
}
