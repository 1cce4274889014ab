package network

import (
	"context"
	"math"

	"quartermaster/internal/flow"
)

// shipping turns a set of open sites into a transport problem in whole numbers.
type shipping struct {
	scale float64 // units per unit of demand
	price float64 // cents per unit of cost
}

const (
	shipUnits = 1 << 31 // all demand in units, where it is not whole anyway
	shipCents = 1 << 35 // the dearest cost per unit
)

// judgeShared prices an open set whose customers may be shared.
func (h *heuristic) judgeShared(open []bool) float64 {
	serves, cost := h.transport(open)
	if serves != nil {
		h.s.offer(open, serves, cost)
	}
	return cost
}

// transport serves customers from several sites at least cost, exactly up to rounding costs and units to 10⁻⁹ of the whole; nil
// and +Inf where the sites cannot.
func (h *heuristic) transport(open []bool) ([][]Share, float64) {
	m := h.m
	if h.ship.scale == 0 {
		h.ship = newShipping(m)
	}
	sites := h.list(open)
	p := flow.Problem{Supply: make([]int64, len(sites)+m.m)}
	var need int64
	for j := range m.m {
		units := int64(math.Round(m.demand[j] * h.ship.scale))
		p.Supply[len(sites)+j] = -units
		need += units
	}
	for k, i := range sites {
		p.Supply[k] = need
		if room := m.capacity[i] * h.ship.scale; room < float64(need) {
			p.Supply[k] = int64(room)
		}
		for j := range m.m {
			c := m.cost[i*m.m+j]
			if m.demand[j] == 0 || math.IsInf(c, 1) {
				continue
			}
			p.From, p.To = append(p.From, int32(k)), append(p.To, int32(len(sites)+j))
			p.Capacity = append(p.Capacity, flow.Unlimited)
			p.Cost = append(p.Cost, int64(math.Round(c/m.demand[j]*h.ship.price)))
		}
	}
	r, err := flow.Solve(context.WithoutCancel(h.s.ctx), p)
	h.steps += int64(len(p.From)) * 10
	if err != nil || r.Status != flow.StatusOptimal {
		return nil, math.Inf(1)
	}
	serves := make([][]Share, m.m)
	cost := h.fixedCost(open)
	for a, f := range r.Flow {
		if f > 0 {
			j := int(p.To[a]) - len(sites)
			share := Share{sites[p.From[a]], float64(f) / float64(-p.Supply[p.To[a]])}
			serves[j] = append(serves[j], share)
			cost += share.Part * m.cost[share.Site*m.m+j]
		}
	}
	for j, d := range m.demand {
		if len(serves[j]) == 0 { // no demand worth a unit: the cheapest open site
			best := -1
			for _, i := range sites {
				if best < 0 || m.cost[i*m.m+j] < m.cost[best*m.m+j] {
					best = i
				}
			}
			if best < 0 || d > 0 && math.IsInf(m.cost[best*m.m+j], 1) {
				return nil, math.Inf(1)
			}
			serves[j] = []Share{{best, 1}}
			cost += m.cost[best*m.m+j]
		}
	}
	return serves, cost
}

func newShipping(m *model) shipping {
	s := shipping{scale: 1}
	for _, d := range m.demand {
		if d != math.Trunc(d) || m.total > shipUnits {
			s.scale = shipUnits / m.total
		}
	}
	dear := 0.0
	for i := range m.n {
		for j, c := range m.cost[i*m.m : (i+1)*m.m] {
			if m.demand[j] > 0 && !math.IsInf(c, 1) {
				dear = math.Max(dear, c/m.demand[j])
			}
		}
	}
	s.price = shipCents / math.Max(dear, 1e-9) / float64(m.n+m.m)
	return s
}
