package network

import (
	"math"
	"slices"
)

// model is the problem in flat arrays with the closing costs taken out: fixed[i] is what opening i costs beyond closing it.
type model struct {
	p        *Problem
	n, m     int
	fixed    []float64
	constant float64
	capacity []float64 // +Inf = unlimited
	limited  bool
	holds    []float64 // what opening a site adds to what must be open: its capacity, or 1 where all are alike
	needed   float64   // the least that must be open
	single   bool      // each customer by one site under capacities
	demand   []float64
	total    float64
	cost     []float64 // [site*m+customer]
	whole    bool      // all costs are whole numbers, so that bounds round up
}

func newModel(p *Problem) *model {
	m := &model{p: p, n: len(p.Sites), m: len(p.Customers), whole: true}
	whole := func(v float64) {
		if v != math.Trunc(v) && !math.IsInf(v, 0) {
			m.whole = false
		}
	}
	for _, c := range p.Customers {
		m.demand = append(m.demand, c.Demand)
		m.total += c.Demand
	}
	for i, s := range p.Sites {
		m.constant += s.CloseCost
		m.fixed = append(m.fixed, s.FixedCost-s.CloseCost)
		whole(s.FixedCost)
		whole(s.CloseCost)
		if s.Capacity > 0 && s.Capacity < m.total {
			m.limited = true
			m.capacity = append(m.capacity, s.Capacity)
		} else {
			m.capacity = append(m.capacity, math.Inf(1))
		}
		m.cost = append(m.cost, p.Cost[i]...)
		for _, c := range p.Cost[i] {
			whole(c)
		}
	}
	m.single = m.limited && p.SingleSource
	m.cover()
	if m.limited && !m.single {
		m.whole = false // shares of a customer may cost fractions
	}
	return m
}

// cover says what must be open: enough capacity for all demand; where all capacities are alike, enough sites, which is the same
// rounded up.
func (m *model) cover() {
	if !m.limited {
		m.holds = make([]float64, m.n)
		return
	}
	least, most := slices.Min(m.capacity), slices.Max(m.capacity)
	m.needed = m.total * (1 - 1e-12)
	if least == most {
		m.needed = math.Ceil(m.needed / least)
	}
	for _, c := range m.capacity {
		if least == most {
			c = 1
		}
		m.holds = append(m.holds, math.Min(c, m.total))
	}
}

// holding is what site i can hold of all demand.
func (m *model) holding(i int) float64 { return math.Min(m.capacity[i], m.total) }
