package sourcing

import (
	"context"
	"slices"
)

// rivals is how many orders one order may try to push aside in a pass; it keeps a pass linear in the orders.
const rivals = 24

// worthPushing is the share of an order's cost alone that it must lose before others are pushed aside for it.
const worthPushing = 0.02

// improve takes every order that costs more than it would alone, places it again on true marginal costs, and if that does
// not help, together with an order that stands in its way. It ends after passes rounds or when a round finds nothing.
func (m *model) improve(ctx context.Context, passes int) {
	for pass := 0; pass < passes && !m.proved() && ctx.Err() == nil; pass++ {
		before := m.primal.objective
		holders := m.holders()
		for o := range m.p.Orders {
			if gain, loses := m.replace(o); gain == 0 && loses > worthPushing*m.ideal[o] {
				m.pushAside(o, holders, pass)
			}
		}
		m.keepBest()
		if m.primal.objective >= before {
			return
		}
	}
}

// replace places order o again and returns what that saves, never less than 0, and what it costs then beyond its cost alone.
func (m *model) replace(o int) (gain int64, loses float64) {
	size := len(m.takeOf(o))
	copy(m.primal.saved[:size], m.takeOf(o))
	old := m.remove(o)
	if float64(old) <= m.ideal[o]+gapTolerance(m.ideal[o]) {
		m.put(o, m.primal.saved[:size])
		return 0, 0
	}
	m.place(o, false)
	if slices.Equal(m.primal.bestTrial[:size], m.primal.saved[:size]) {
		m.put(o, m.primal.saved[:size])
		return 0, float64(old) - m.ideal[o]
	}
	fresh := m.put(o, m.primal.bestTrial)
	if fresh < old {
		m.primal.objective -= old - fresh
		return old - fresh, float64(fresh) - m.ideal[o]
	}
	m.remove(o)
	m.put(o, m.primal.saved[:size])
	return 0, float64(old) - m.ideal[o]
}

// holderIndex lists per item the orders that ask for it, and per site the orders that may be shipped from it.
type holderIndex struct {
	itemFirst, itemOrders []int
	siteOrders            [][]int
}

func (m *model) holders() *holderIndex {
	h := &holderIndex{itemFirst: make([]int, m.p.Items+1), siteOrders: make([][]int, m.sites)}
	for _, item := range m.item {
		h.itemFirst[item+1]++
	}
	for item := 0; item < m.p.Items; item++ {
		h.itemFirst[item+1] += h.itemFirst[item]
	}
	h.itemOrders = make([]int, len(m.item))
	next := append([]int(nil), h.itemFirst...)
	for o := range m.p.Orders {
		for d := m.first[o]; d < m.first[o+1]; d++ {
			h.itemOrders[next[m.item[d]]] = o
			next[m.item[d]]++
		}
		for _, s := range m.cand[m.candFirst[o]:m.candFirst[o+1]] {
			h.siteOrders[s] = append(h.siteOrders[s], o)
		}
	}
	return h
}

// pushAside tries order a before each of a few orders that hold what it lacks: stock of one of its items or a parcel.
func (m *model) pushAside(a int, h *holderIndex, pass int) {
	tries := 0
	for _, s := range m.cand[m.candFirst[a]:m.candFirst[a+1]] {
		if m.primal.parcels[s] == 0 && !m.ships(a, m.takeOf(a), s) {
			if m.tryRivals(a, h.siteOrders[s], s, pass, &tries) {
				return
			}
		}
		for d := m.first[a]; d < m.first[a+1]; d++ {
			k := m.item[d]*m.sites + s
			held := m.primal.take[d*m.sites+s]
			if m.p.Stock[k] == 0 || m.primal.left[k]+held >= m.qty[d] || held == m.qty[d] {
				continue
			}
			item := m.item[d]
			if m.tryRivals(a, h.itemOrders[h.itemFirst[item]:h.itemFirst[item+1]], s, pass, &tries) {
				return
			}
		}
	}
}

// tryRivals goes through the orders that use site s, starting elsewhere in each pass.
func (m *model) tryRivals(a int, orders []int, s, pass int, tries *int) bool {
	if len(orders) == 0 {
		return false
	}
	start := (a*7 + pass*rivals) % len(orders)
	for i := 0; i < len(orders) && i < 8*rivals && *tries < rivals; i++ {
		b := orders[(start+i)%len(orders)]
		if b == a || !m.ships(b, m.takeOf(b), s) {
			continue
		}
		*tries++
		if m.swap(a, b) {
			return true
		}
	}
	return false
}

// swap empties the hands of a and b and serves a first; it keeps the result only if both together cost less.
func (m *model) swap(a, b int) bool {
	pr := &m.primal
	sizeA, sizeB := len(m.takeOf(a)), len(m.takeOf(b))
	copy(pr.saved[:sizeA], m.takeOf(a))
	copy(pr.savedOther[:sizeB], m.takeOf(b))
	old := m.remove(a) + m.remove(b)
	m.place(a, false)
	fresh := m.put(a, pr.bestTrial)
	m.place(b, false)
	fresh += m.put(b, pr.bestTrial)
	if fresh < old {
		pr.objective -= old - fresh
		return true
	}
	m.remove(a)
	m.remove(b)
	m.put(a, pr.saved[:sizeA])
	m.put(b, pr.savedOther[:sizeB])
	return false
}
