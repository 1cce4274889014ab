package sourcing

import (
	"math"
	"math/bits"
)

// An order of few demands is looked at from its demands, not from its sites: whichever parcels serve it, they part its demands
// into groups, and each group comes from the one site that is cheapest for it. That is exact over any number of sites, where
// subsets of sites can only be tried for a few; what it leaves out are demands that two sites share.
const (
	shortLines = 5
	shortSites = 64 // candidates of such an order; a set of them is one word
)

// short says whether order o is looked at from its demands. With few sites their subsets are fewer than the partings.
func (m *model) short(o int) bool {
	return m.first[o+1]-m.first[o] <= shortLines && m.candFirst[o+1]-m.candFirst[o] > together
}

// ways finds the cheapest parting of the demands of one order into parcels: the caller fills open, price and none, cheapest
// fills at.
type ways struct {
	open  []float64 // [site] cost of a parcel, +Inf = none goes
	price []float64 // [demand*sites+site] cost of serving it there
	none  []float64 // [demand] cost of leaving it
	at    []int     // [demand] its site, or −1

	parcel [1 << shortLines]float64 // per set of demands: its cheapest parcel,
	from   [1 << shortLines]int     // from where,
	second float64                  // cheapest parcel with all demands from any other site
	total  [1 << shortLines]float64 // and the cheapest way to serve the set;
	first  [1 << shortLines]int     // of that the parcel with the lowest demand, 0 = it is left
}

func (w *ways) size(demands, sites int) {
	if n := demands * sites; cap(w.price) < n {
		w.price = make([]float64, n)
	}
	if cap(w.open) < sites {
		w.open = make([]float64, sites)
	}
	if w.none == nil {
		w.none, w.at = make([]float64, shortLines), make([]int, shortLines)
	}
	w.open, w.price = w.open[:sites], w.price[:demands*sites]
}

func (w *ways) cheapest(demands int) float64 {
	sets, sites := 1<<demands, len(w.open)
	for set := 1; set < sets; set++ {
		w.parcel[set] = math.Inf(1)
	}
	var sum [1 << shortLines]float64
	w.second = math.Inf(1)
	for s, open := range w.open {
		if math.IsInf(open, 1) {
			continue
		}
		sum[0] = open
		for d := range demands {
			price, half := w.price[d*sites+s], 1<<d
			for set := half; set < 2*half; set++ {
				cost := sum[set-half] + price
				sum[set] = cost
				if cost < w.parcel[set] {
					if set == sets-1 {
						w.second = w.parcel[set]
					}
					w.parcel[set], w.from[set] = cost, s
				} else if set == sets-1 && cost < w.second {
					w.second = cost
				}
			}
		}
	}
	for set := 1; set < sets; set++ {
		low := set & -set
		others := set ^ low
		w.first[set] = 0
		best := w.none[bits.TrailingZeros(uint(low))] + w.total[others]
		for with := others; ; with = (with - 1) & others {
			if cost := w.parcel[with|low] + w.total[others^with]; cost < best {
				best, w.first[set] = cost, with|low
			}
			if with == 0 {
				break
			}
		}
		w.total[set] = best
	}
	w.read(sets - 1)
	return w.total[sets-1]
}

// read follows the choices down from a set of demands.
func (w *ways) read(set int) {
	for set != 0 {
		group := w.first[set]
		if group == 0 {
			low := set & -set
			w.at[bits.TrailingZeros(uint(low))] = -1
			set ^= low
			continue
		}
		for rest := group; rest != 0; rest &= rest - 1 {
			w.at[bits.TrailingZeros(uint(rest))] = w.from[group]
		}
		set ^= group
	}
}

// shortWay is the least cost of a short order at the present prices, and books its use. Ways on which two sites share a demand
// are priced pair by pair of sites where they could be cheaper; for those with three sites and more a floor stands.
func (m *model) shortWay(o int) float64 {
	d, w := &m.dual, &m.ways
	cand, live := m.cand[m.candFirst[o]:m.candFirst[o+1]], m.liveOf(o)
	n := len(cand)
	floor := m.priceDemands(o, cand)
	w.size(len(live), n)
	for j, s := range cand {
		w.open[j] = float64(m.openCents(o, s)) + d.mu[s]
	}
	split := false
	for r, i := range live {
		w.none[r] = float64(m.m) * float64(m.qty[i])
		split = split || d.limited[r]
	}
	copy(w.price, d.cost[:len(live)*n])
	best := w.cheapest(len(live))
	d.regret[o] = min(w.second, d.nothing[o]) - best
	if pair, mask := m.splitWay(o, floor, best); split && mask != 0 {
		m.book(o, cand, mask)
		return pair
	}
	m.bookParcels(o, cand)
	return best
}

// splitWay looks for a way below best on which two sites or more share a demand: its cost, or a floor of it, and the sites.
func (m *model) splitWay(o int, floor, best float64) (cost float64, mask uint64) {
	w := &m.ways
	cand := m.cand[m.candFirst[o]:m.candFirst[o+1]]
	cheap := cheapestThree(w.open)
	if len(cand) < 2 || w.open[cheap[0]]+w.open[cheap[1]]+floor >= best {
		return best, 0
	}
	for a := range cand {
		for b := range a {
			open := w.open[a] + w.open[b]
			if open+floor >= best {
				continue
			}
			pair := uint64(1)<<a | uint64(1)<<b
			if c := m.subsetCost(o, cand, pair, open, best); c < best {
				best, mask = c, pair
			}
		}
	}
	if len(cand) > 2 {
		if c := w.open[cheap[0]] + w.open[cheap[1]] + w.open[cheap[2]] + floor; c < best {
			best, mask = c, uint64(1)<<cheap[0]|uint64(1)<<cheap[1]|uint64(1)<<cheap[2]
		}
	}
	return best, mask
}

// cheapestThree gives the three cheapest sites, in order; with fewer sites the last is repeated.
func cheapestThree(open []float64) [3]int {
	at := [3]int{-1, -1, -1}
	for s, c := range open {
		for k := range at {
			if at[k] < 0 || c < open[at[k]] {
				copy(at[k+1:], at[k:])
				at[k] = s
				break
			}
		}
	}
	for k := 1; k < len(at); k++ {
		if at[k] < 0 {
			at[k] = at[k-1]
		}
	}
	return at
}

// bookParcels adds the use of the parcels found to the subgradient.
func (m *model) bookParcels(o int, cand []int) {
	d, w := &m.dual, &m.ways
	opened := uint64(0)
	for r, i := range m.liveOf(o) {
		if w.at[r] < 0 {
			continue
		}
		k := m.item[i]*m.sites + cand[w.at[r]]
		d.used[k] += float64(min(m.qty[i], m.p.Stock[k]))
		if bit := uint64(1) << w.at[r]; opened&bit == 0 {
			opened |= bit
			d.parcels[cand[w.at[r]]]++
		}
	}
}

// placeShort is place for a short order: the cheapest parting with what is left, and where a demand is not served in full,
// more sites as long as they pay.
func (m *model) placeShort(o int, steer bool) {
	pr, w := &m.primal, &m.ways
	cand := m.cand[m.candFirst[o]:m.candFirst[o+1]]
	n, demands := len(cand), m.first[o+1]-m.first[o]
	w.size(demands, n)
	m.priceOpen(o, cand, steer)
	for j, s := range cand {
		w.open[j] = float64(pr.open[j])
		if pr.parcels[s] == 0 {
			w.open[j] = math.Inf(1)
		}
	}
	for r := range demands {
		d := m.first[o] + r
		w.none[r] = float64(m.m) * float64(m.qty[d])
		for j, s := range cand {
			k := m.item[d]*m.sites + s
			cost := w.none[r]
			if have := min(m.qty[d], pr.left[k]); have > 0 {
				cost = float64(m.p.PerLineCents+m.unitsCost(k, have, steer)) + float64(m.m)*float64(m.qty[d]-have)
			}
			w.price[r*n+j] = cost
		}
	}
	best := w.cheapest(demands)
	clear(pr.bestTrial[:demands*m.sites])
	whole, mask := true, uint64(0)
	for r, j := range w.at[:demands] {
		if j < 0 {
			whole = false
			continue
		}
		d := m.first[o] + r
		have := min(m.qty[d], pr.left[m.item[d]*m.sites+cand[j]])
		pr.bestTrial[r*m.sites+cand[j]] = have
		whole = whole && have == m.qty[d]
		mask |= 1 << j
	}
	if !whole {
		m.addSites(o, cand, mask, steer, best)
	}
}

// addSites opens the site that saves most beside those of mask, and again, as long as one pays.
func (m *model) addSites(o int, cand []int, mask uint64, steer bool, best float64) {
	pr, w := &m.primal, &m.ways
	size := (m.first[o+1] - m.first[o]) * m.sites
	m.priceWholes(o, cand, steer)
	for again := true; again; {
		again = false
		base := mask
		for j := range cand {
			if base>>j&1 == 1 || math.IsInf(w.open[j], 1) {
				continue
			}
			try := base | 1<<j
			open := int64(0)
			for x := range cand {
				if try>>x&1 == 1 {
					open += pr.open[x]
				}
			}
			clear(pr.trial[:size])
			if cost := m.fill(o, cand, try, steer, open, int64(math.Ceil(best))); float64(cost) < best {
				best, mask, again = float64(cost), try, true
				copy(pr.bestTrial[:size], pr.trial[:size])
			}
		}
	}
}
