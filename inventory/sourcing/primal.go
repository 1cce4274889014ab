package sourcing

import (
	"math/bits"
	"slices"
)

// primal is the assignment in the making: what is taken, what is left, and scratch for placing one order.
type primal struct {
	take      []int64 // [demand*sites+site]
	left      []int64 // [pair]
	parcels   []int64 // [site] parcels left
	objective int64   // true cost of all that was put

	trial, bestTrial []int64 // scratch: [demand of order][site]
	saved            []int64 // scratch: an order's take before it was tried again
	savedOther       []int64
	open, subset     []int64 // scratch: opening cost per candidate, then per subset
	whole            []int64 // scratch: [demand of order][candidate] cost of serving it there alone
	sorted           []int   // scratch
}

func (m *model) newPrimal() {
	pr := &m.primal
	pr.take = make([]int64, len(m.item)*m.sites)
	pr.left = make([]int64, len(m.p.Stock))
	pr.parcels = make([]int64, m.sites)
	longest := 0
	for o := range m.p.Orders {
		longest = max(longest, m.first[o+1]-m.first[o])
	}
	for _, scratch := range []*[]int64{&pr.trial, &pr.bestTrial, &pr.saved, &pr.savedOther} {
		*scratch = make([]int64, longest*m.sites)
	}
	pr.whole = make([]int64, longest*m.mostCandidates())
	pr.open = make([]int64, m.mostCandidates())
	pr.subset = make([]int64, 1<<(len(m.masks)-1))
	pr.sorted = make([]int, 0, m.sites)
}

func (m *model) emptyShelves() {
	pr := &m.primal
	clear(pr.take)
	copy(pr.left, m.p.Stock)
	copy(pr.parcels, m.p.ParcelCapacity)
}

// takeOf is the units order o takes, [demand of order][site].
func (m *model) takeOf(o int) []int64 {
	return m.primal.take[m.first[o]*m.sites : m.first[o+1]*m.sites]
}

// scarcityStep is what taking units more from pair k costs when left units are on the shelf.
func (m *model) scarcityStep(k int, left, units int64) int64 {
	if m.p.ScarcityCents == 0 || left-units >= m.threshold(k) {
		return 0
	}
	stock, threshold := m.p.Stock[k], m.threshold(k)
	return scarcityCents(m.p.ScarcityCents, stock, threshold, stock-left+units) -
		scarcityCents(m.p.ScarcityCents, stock, threshold, stock-left)
}

// place finds the cheapest way for order o with what is left and writes it to bestTrial; the order must hold nothing.
// steer prices stock and parcels by the bound's prices in place of true scarcity, so that early orders leave to later
// ones what those need more.
func (m *model) place(o int, steer bool) {
	if m.short(o) {
		m.placeShort(o, steer)
		return
	}
	pr := &m.primal
	cand := m.cand[m.candFirst[o]:m.candFirst[o+1]]
	n := len(cand)
	size := (m.first[o+1] - m.first[o]) * m.sites
	clear(pr.bestTrial[:size])
	best := m.m * m.orderUnits(o)
	floor := m.priceWholes(o, cand, steer)
	blocked := m.priceSubsets(o, cand, steer)
	for _, mask := range m.masks[n] {
		if mask&blocked != 0 || pr.subset[mask]+floor >= best {
			continue
		}
		clear(pr.trial[:size])
		if cost := m.fill(o, cand, mask, steer, pr.subset[mask], best); cost < best {
			best = cost
			copy(pr.bestTrial[:size], pr.trial[:size])
		}
	}
}

// priceSubsets fills the cost of opening each subset of the candidates and returns those that ship no further parcel.
func (m *model) priceSubsets(o int, cand []int, steer bool) (blocked uint64) {
	pr := &m.primal
	m.priceOpen(o, cand, steer)
	for j, s := range cand {
		if pr.parcels[s] == 0 {
			blocked |= 1 << j
		}
	}
	pr.subset[0] = 0
	for mask := 1; mask < 1<<len(cand); mask++ {
		low := mask & -mask
		pr.subset[mask] = pr.subset[mask^low] + pr.open[bits.TrailingZeros(uint(low))]
	}
	return blocked
}

// priceOpen fills what a parcel of order o from each candidate costs.
func (m *model) priceOpen(o int, cand []int, steer bool) {
	pr := &m.primal
	for j, s := range cand {
		pr.open[j] = m.openCents(o, s)
		if steer {
			pr.open[j] += int64(m.dual.mu[s])
		}
	}
}

// unable marks a site in whole that cannot serve a demand alone.
const unable = -1

// priceWholes fills what each demand costs at each candidate that can serve it alone, and returns a cost below which no
// subset can serve them all.
func (m *model) priceWholes(o int, cand []int, steer bool) (floor int64) {
	pr := &m.primal
	for d, r := m.first[o], 0; d < m.first[o+1]; d, r = d+1, r+1 {
		base, q := m.item[d]*m.sites, m.qty[d]
		least, split := m.m*q, false
		for j, s := range cand {
			whole := int64(unable)
			if left := pr.left[base+s]; left >= q {
				whole = m.p.PerLineCents + m.unitsCost(base+s, q, steer)
				least = min(least, whole)
			} else if left > 0 {
				split = true
			}
			pr.whole[r*len(cand)+j] = whole
		}
		if split {
			least = min(least, m.p.PerLineCents)
		}
		floor += least
	}
	return floor
}

// fill serves order o from subset mask demand by demand into trial and returns the cost, which starts with that of opening the
// subset; it may stop once stop is passed.
func (m *model) fill(o int, cand []int, mask uint64, steer bool, cost, stop int64) int64 {
	pr := &m.primal
	n := len(cand)
	for d, r := m.first[o], 0; d < m.first[o+1] && cost < stop; d, r = d+1, r+1 {
		site, least := -1, m.m*m.qty[d]
		for rest := mask; rest != 0; rest &= rest - 1 {
			j := bits.TrailingZeros64(rest)
			if c := pr.whole[r*n+j]; c != unable && c < least {
				site, least = cand[j], c
			}
		}
		row := pr.trial[r*m.sites : (r+1)*m.sites]
		if site >= 0 {
			row[site] = m.qty[d]
			cost += least
			continue
		}
		cost += m.splitDemand(d, cand, mask, steer, row)
	}
	return cost
}

// unitsCost is what taking units from pair k costs at the bound's prices or in scarcity, whole cents near enough to choose by.
func (m *model) unitsCost(k int, units int64, steer bool) int64 {
	worth := int64(0)
	if steer {
		worth = int64(m.dual.lambda[k] * float64(units))
	}
	threshold := m.threshold(k)
	if m.p.ScarcityCents == 0 || threshold == 0 {
		return worth
	}
	before := float64(max(0, threshold-m.primal.left[k]))
	after := float64(max(0, threshold-m.primal.left[k]+units))
	return max(worth, int64(float64(m.p.ScarcityCents)*(after*(after+1)-before*(before+1))/float64(2*threshold)))
}

// splitDemand serves as much of demand d as pays, fullest shelf first so that few sites pick it, and prices the rest as
// unserved.
func (m *model) splitDemand(d int, cand []int, mask uint64, steer bool, row []int64) int64 {
	pr := &m.primal
	base, rest := m.item[d]*m.sites, m.qty[d]
	pr.sorted = pr.sorted[:0]
	for ; mask != 0; mask &= mask - 1 {
		if s := cand[bits.TrailingZeros64(mask)]; pr.left[base+s] > 0 {
			pr.sorted = append(pr.sorted, s)
		}
	}
	slices.SortStableFunc(pr.sorted, func(a, b int) int { return int(pr.left[base+b] - pr.left[base+a]) })
	cost := int64(0)
	for _, s := range pr.sorted {
		units := min(rest, pr.left[base+s])
		c := m.p.PerLineCents + m.unitsCost(base+s, units, steer)
		if units == 0 || c >= m.m*units {
			continue
		}
		row[s] = units
		cost += c
		rest -= units
	}
	return cost + m.m*rest
}

// put books a way for order o that holds nothing, and returns its true cost.
func (m *model) put(o int, way []int64) int64 {
	take := m.takeOf(o)
	copy(take, way)
	return m.shift(o, take, 1)
}

// remove gives back all that order o holds, and returns the true cost saved.
func (m *model) remove(o int) int64 {
	take := m.takeOf(o)
	saved := m.shift(o, take, -1)
	clear(take)
	return saved
}

// shift moves an order's units off (+1) or back onto (−1) the shelves and returns the cost of having them off.
func (m *model) shift(o int, take []int64, sign int64) int64 {
	pr := &m.primal
	cost := int64(0)
	for d, r := m.first[o], 0; d < m.first[o+1]; d, r = d+1, r+1 {
		rest := m.qty[d]
		for _, s := range m.cand[m.candFirst[o]:m.candFirst[o+1]] {
			units := take[r*m.sites+s]
			if units == 0 {
				continue
			}
			k := m.item[d]*m.sites + s
			if sign < 0 {
				pr.left[k] += units
			}
			cost += m.p.PerLineCents + m.scarcityStep(k, pr.left[k], units)
			if sign > 0 {
				pr.left[k] -= units
			}
			rest -= units
		}
		cost += m.m * rest
	}
	for _, s := range m.cand[m.candFirst[o]:m.candFirst[o+1]] {
		if m.ships(o, take, s) {
			cost += m.openCents(o, s)
			pr.parcels[s] -= sign
		}
	}
	return cost
}

func (m *model) ships(o int, take []int64, s int) bool {
	for r := 0; r < m.first[o+1]-m.first[o]; r++ {
		if take[r*m.sites+s] > 0 {
			return true
		}
	}
	return false
}
