package network

import "math"

// fromDual puts every customer at the cheapest of the sites that took it; those that none took wait.
func (h *heuristic) fromDual() {
	m := h.m
	for j := range h.at {
		h.at[j] = -1
	}
	for i, v := range h.open {
		if !v {
			continue
		}
		for _, j := range h.s.d.takes[i] {
			if h.at[j] < 0 || m.cost[i*m.m+int(j)] < m.cost[h.at[j]*m.m+int(j)] {
				h.at[j] = i
			}
		}
	}
}

// fromTransport puts every customer at the site that serves most of it when customers may be shared, which leaves fewer of them
// shared than there are sites (the corner of a transport problem); those that no site serves by more than half wait. It gives
// the cost of sharing, below which no assignment to these sites lies.
func (h *heuristic) fromTransport(open []bool) float64 {
	serves, cost := h.transport(open)
	for j := range h.at {
		h.at[j] = -1
		if serves != nil {
			for _, s := range serves[j] {
				if s.Part > 0.5 {
					h.at[j] = s.Site
				}
			}
		}
	}
	return cost
}

// judgeSingle completes the customers' sites, mends overloads and improves by moves and swaps; starts from h.at.
func (h *heuristic) judgeSingle(open []bool) float64 {
	m := h.m
	clear(h.load)
	for j, i := range h.at {
		if i >= 0 && open[i] {
			h.load[i] += m.demand[j]
		} else {
			h.at[j] = -1
		}
	}
	if !h.insert(open) {
		return math.Inf(1)
	}
	sites := h.list(open)
	dear := 0.0
	for j := range m.m {
		dear = math.Max(dear, m.cost[h.at[j]*m.m+j]/math.Max(1e-9, m.demand[j]))
	}
	fine := false
	for penalty := 0.3*dear + 1e-6; !fine && penalty < 1e4*(dear+1); penalty *= 3 {
		h.improve(sites, penalty)
		fine = h.overload() <= 0
	}
	if !fine {
		return math.Inf(1)
	}
	h.improve(sites, 1e12)
	cost := h.fixedCost(open)
	for j, i := range h.at {
		cost += m.cost[i*m.m+j]
	}
	h.offerSingle(open, cost)
	return cost
}

func (h *heuristic) offerSingle(open []bool, cost float64) {
	if cost >= h.s.cost {
		return
	}
	serves := make([][]Share, h.m.m)
	for j, i := range h.at {
		serves[j] = []Share{{i, 1}}
	}
	h.s.offer(open, serves, cost)
}

func (h *heuristic) list(open []bool) []int {
	var sites []int
	for i, v := range open {
		if v {
			sites = append(sites, i)
		}
	}
	return sites
}

// insert places waiting customers, those that would regret most first, where they fit, else where least is overloaded.
func (h *heuristic) insert(open []bool) bool {
	m := h.m
	var waiting []int
	for j, i := range h.at {
		if i < 0 {
			waiting = append(waiting, j)
		}
	}
	for len(waiting) > 0 {
		pick, site, most := -1, -1, math.Inf(-1)
		for k, j := range waiting {
			first, second, best := math.Inf(1), math.Inf(1), -1
			for i, v := range open {
				if !v || h.load[i]+m.demand[j] > m.capacity[i] {
					continue
				}
				if c := m.cost[i*m.m+j]; c < first {
					first, second, best = c, first, i
				} else if c < second {
					second = c
				}
			}
			h.steps += int64(m.n)
			regret := second - first
			if best < 0 {
				if best = h.emptiest(open, j); best < 0 {
					return false
				}
				regret = math.Inf(1)
			}
			if math.IsNaN(regret) || regret > most || pick < 0 {
				pick, site, most = k, best, regret
			}
			if len(waiting) > 400 {
				break // with so many waiting, in the given order
			}
		}
		j := waiting[pick]
		waiting = append(waiting[:pick], waiting[pick+1:]...)
		h.at[j] = site
		h.load[site] += m.demand[j]
	}
	return true
}

func (h *heuristic) emptiest(open []bool, j int) int {
	best, room := -1, math.Inf(-1)
	for i, v := range open {
		if r := h.m.capacity[i] - h.load[i]; v && r > room && !math.IsInf(h.m.cost[i*h.m.m+j], 1) {
			best, room = i, r
		}
	}
	return best
}

func (h *heuristic) overload() float64 {
	sum := 0.0
	for i, l := range h.load {
		sum += math.Max(0, l-h.m.capacity[i]*(1+1e-12))
	}
	return sum
}

// over is the overload of site i when its load changes by d, less the overload now.
func (h *heuristic) over(i int, d float64) float64 {
	return max(0, h.load[i]+d-h.m.capacity[i]) - max(0, h.load[i]-h.m.capacity[i])
}

// improve moves one customer or swaps two for as long as cost with so much per unit of overload falls.
func (h *heuristic) improve(sites []int, penalty float64) {
	m := h.m
	for again := true; again && !h.s.spent(); {
		again = false
		for j := range m.m {
			i, best, to := h.at[j], -1e-9, -1
			for _, k := range sites {
				if k != i {
					if d := m.cost[k*m.m+j] - m.cost[i*m.m+j] + penalty*(h.over(k, m.demand[j])+h.over(i, -m.demand[j])); d < best {
						best, to = d, k
					}
				}
			}
			h.steps += int64(len(sites))
			if to >= 0 {
				h.move(j, to)
				again = true
			}
		}
		if !again {
			again = h.swaps(penalty)
		}
	}
}

func (h *heuristic) move(j, to int) {
	h.load[h.at[j]] -= h.m.demand[j]
	h.load[to] += h.m.demand[j]
	h.at[j] = to
}

func (h *heuristic) swaps(penalty float64) bool {
	m, did := h.m, false
	for j := range m.m {
		h.steps += int64(m.m - j)
		for k := j + 1; k < m.m; k++ {
			a, b := h.at[j], h.at[k]
			if a == b {
				continue
			}
			d := m.cost[b*m.m+j] - m.cost[a*m.m+j] + m.cost[a*m.m+k] - m.cost[b*m.m+k]
			if more := m.demand[j] - m.demand[k]; more != 0 {
				d += penalty * (h.over(b, more) + h.over(a, -more))
			}
			if d < -1e-9 {
				h.move(j, b)
				h.move(k, a)
				did = true
			}
		}
	}
	return did
}
