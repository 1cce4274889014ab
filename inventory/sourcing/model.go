package sourcing

import (
	"math"
	"sort"
)

// model is the problem in flat arrays, with the state of both searches. Lines of an order that name the same item are one
// demand here; assignment shares the units out again.
//
//	order o:  demands first[o] … first[o+1]−1     sites candFirst[o] … candFirst[o+1]−1
//	demand d: item[d], qty[d], take[d*sites+s]    pair k: item*sites + site
type model struct {
	p     *Problem
	opt   Options
	sites int
	m     int64 // price of an unserved unit

	first []int
	item  []int
	qty   []int64

	candFirst []int
	cand      []int // sites that can ship to the order and hold something of it
	outside   []int // such sites beyond Options.MaxSites, flat with outFirst
	outFirst  []int

	masks [][]uint64 // subsets of n sites by number of members, [n]

	dual   dual
	primal primal
	ways   ways
	ideal  []float64 // per order: its cost if it were alone, a lower bound
	best   solution
}

// solution is a complete feasible assignment.
type solution struct {
	take       []int64 // [demand*sites+site]
	objective  int64
	found      bool
	iterations int
}

func newModel(p *Problem, opt Options) *model {
	m := &model{p: p, opt: opt, sites: p.Sites, m: p.UnservedPrice()}
	m.mergeLines()
	m.chooseCandidates()
	m.listMasks()
	m.newDual()
	m.newPrimal()
	return m
}

func (m *model) mergeLines() {
	m.first = append(m.first, 0)
	at := make(map[int]int) // item → demand of this order; only looked up, never ranged over
	for o := range m.p.Orders {
		clear(at)
		for _, line := range m.p.Orders[o].Lines {
			if d, ok := at[line.Item]; ok {
				m.qty[d] += line.Qty
				continue
			}
			at[line.Item] = len(m.item)
			m.item = append(m.item, line.Item)
			m.qty = append(m.qty, line.Qty)
		}
		m.first = append(m.first, len(m.item))
	}
}

// chooseCandidates lists per order the sites worth a parcel; beyond MaxSites, or shortSites for short orders, the ones that are
// cheapest alone.
func (m *model) chooseCandidates() {
	m.candFirst = append(m.candFirst, 0)
	m.outFirst = append(m.outFirst, 0)
	alone := make([]float64, m.sites)
	var useful []int
	for o := range m.p.Orders {
		useful = useful[:0]
		for s := 0; s < m.sites; s++ {
			if m.p.Orders[o].ShipCents[s] < 0 || m.p.ParcelCapacity[s] == 0 {
				continue
			}
			if cost, some := m.aloneCost(o, s); some {
				alone[s] = cost
				useful = append(useful, s)
			}
		}
		most := m.opt.MaxSites
		if m.first[o+1]-m.first[o] <= shortLines {
			most = shortSites
		}
		if len(useful) > most {
			sort.SliceStable(useful, func(a, b int) bool { return alone[useful[a]] < alone[useful[b]] })
			m.outside = append(m.outside, useful[most:]...)
			useful = useful[:most]
			sort.Ints(useful)
		}
		m.cand = append(m.cand, useful...)
		m.candFirst = append(m.candFirst, len(m.cand))
		m.outFirst = append(m.outFirst, len(m.outside))
	}
}

// aloneCost is what order o costs if site s alone served it from full shelves; false means that s holds nothing of it.
func (m *model) aloneCost(o, s int) (float64, bool) {
	cost := float64(m.openCents(o, s))
	some := false
	for d := m.first[o]; d < m.first[o+1]; d++ {
		have := min(m.qty[d], m.p.Stock[m.item[d]*m.sites+s])
		if have > 0 {
			some = true
			cost += float64(m.p.PerLineCents)
		}
		cost += float64(m.qty[d]-have) * float64(m.m)
	}
	return cost, some
}

func (m *model) openCents(o, s int) int64 { return m.p.Orders[o].ShipCents[s] + m.p.PerParcelCents }

func (m *model) listMasks() {
	most := 0
	for o := range m.p.Orders {
		if !m.short(o) {
			most = max(most, m.candFirst[o+1]-m.candFirst[o])
		}
	}
	m.masks = make([][]uint64, most+1)
	for n := range m.masks {
		all := make([]uint64, 0, 1<<n)
		for mask := 1; mask < 1<<n; mask++ {
			all = append(all, uint64(mask))
		}
		sort.SliceStable(all, func(a, b int) bool { return members(all[a]) < members(all[b]) })
		m.masks[n] = all
	}
}

// mostCandidates is the most sites that one order may be served from.
func (m *model) mostCandidates() int {
	most := 0
	for o := range m.p.Orders {
		most = max(most, m.candFirst[o+1]-m.candFirst[o])
	}
	return most
}

func members(mask uint64) int {
	n := 0
	for ; mask != 0; mask &= mask - 1 {
		n++
	}
	return n
}

func (m *model) threshold(k int) int64 {
	if m.p.Threshold == nil {
		return 0
	}
	return m.p.Threshold[k]
}

// orderUnits is the units asked for by order o.
func (m *model) orderUnits(o int) int64 {
	var units int64
	for d := m.first[o]; d < m.first[o+1]; d++ {
		units += m.qty[d]
	}
	return units
}

// gapTolerance is what floating sums over the orders may be wrong by, cents; costs are whole cents, so it rounds away.
func gapTolerance(value float64) float64 { return 1e-3 + 1e-10*math.Abs(value) }
