package network

import (
	"math"
	"slices"
)

// annealer improves an assignment of single-source customers by chance, dearer moves ever less often (Kirkpatrick, Gelatt &
// Vecchi 1983): one customer to another site, two exchanged, all of a site to a closed one. Capacities hold at every move; a site
// costs what it costs as long as somebody is there. Where the number of sites is given, none is opened or closed.
type annealer struct {
	h       *heuristic
	at      []int // [customer]
	load    []float64
	members [][]int // [site] its customers
	slot    []int   // [customer] where in the list
	near    [][]int // [customer] sites worth a try
	nearOf  [][]int // [site] customers that try it
	group   []int   // scratch
	heat    float64
	cost    float64
	best    float64
	kept    []int
}

const (
	annealNear  = 40     // sites tried per customer
	annealHot   = 1.0    // first temperature, as a share of the mean cost of a customer, and
	annealCold  = 0.003  // last
	annealSites = 10     // of so many tries one opens or shuts a site
	annealMoves = 40_000 // tries per customer in one run, fewer for less than 20 customers and as far as the work allows
)

// anneal runs from the best choice and offers what it finds; frac is how often the bound opens each site, nil where the first
// bound has proved that there is nothing better.
func (h *heuristic) anneal(frac []float64) {
	m := h.m
	if math.IsInf(h.s.cost, 1) || frac == nil {
		return
	}
	a := &annealer{h: h, at: make([]int, m.m), load: make([]float64, m.n), members: make([][]int, m.n), slot: make([]int, m.m),
		cost: h.s.cost, best: h.s.cost}
	for j, shares := range h.s.serves {
		a.enter(j, shares[0].Site)
	}
	a.rank(frac)
	tries := min(int64(annealMoves)*int64(min(m.m*m.m/20, m.m)), (h.s.opt.Work-h.s.steps())/80)
	mean := h.s.cost / float64(m.m)
	a.heat = annealHot * mean
	cool := math.Pow(annealCold/annealHot, 1024/float64(max(1024, tries)))
	for t := range tries {
		if t%1024 == 0 {
			a.heat *= cool
			if h.s.ctx.Err() != nil {
				break
			}
		}
		a.try()
	}
	h.steps += tries * 20
	if a.kept == nil {
		return
	}
	copy(h.at, a.kept)
	for i := range h.open {
		h.open[i] = m.p.Sites[i].Keep || (m.fixed[i] < 0 && !m.p.Sites[i].Shut && m.p.Open == 0)
		if m.p.Open > 0 {
			h.open[i] = h.s.open[i]
		}
	}
	for _, i := range h.at {
		h.open[i] = true
	}
	h.judgeSingle(slices.Clone(h.open))
}

// rank lists per customer its cheapest sites, with what it would bear of their fixed costs, among those that the bound opens now
// and then or that are open.
func (a *annealer) rank(frac []float64) {
	m := a.h.m
	a.near, a.nearOf = make([][]int, m.m), make([][]int, m.n)
	price := make([]float64, m.n)
	for j := range m.m {
		var list []int
		for i := range m.n {
			s := m.p.Sites[i]
			open := len(a.members[i]) > 0
			if s.Shut || m.demand[j] > m.capacity[i] || math.IsInf(m.cost[i*m.m+j], 1) || (m.p.Open > 0 && !a.h.s.open[i]) {
				continue
			}
			price[i] = m.cost[i*m.m+j]
			if !open && frac[i] < 0.02 {
				price[i] += max(0, m.fixed[i]) * m.demand[j] / m.capacity[i]
			}
			list = append(list, i)
		}
		slices.SortStableFunc(list, func(x, y int) int {
			switch {
			case price[x] < price[y]:
				return -1
			case price[x] > price[y]:
				return 1
			}
			return 0
		})
		a.near[j] = list[:min(len(list), annealNear)]
		for _, i := range a.near[j] {
			a.nearOf[i] = append(a.nearOf[i], j)
		}
	}
}

func (a *annealer) enter(j, i int) {
	a.at[j], a.slot[j] = i, len(a.members[i])
	a.members[i] = append(a.members[i], j)
	a.load[i] += a.h.m.demand[j]
}

func (a *annealer) leave(j int) {
	i := a.at[j]
	last := a.members[i][len(a.members[i])-1]
	a.members[i][a.slot[j]], a.slot[last] = last, a.slot[j]
	a.members[i] = a.members[i][:len(a.members[i])-1]
	a.load[i] -= a.h.m.demand[j]
}

// fixed is what site i costs when somebody is there, beyond what it costs anyway.
func (a *annealer) fixed(i int) float64 {
	if a.h.m.p.Sites[i].Keep || a.h.m.p.Open > 0 {
		return 0
	}
	return max(0, a.h.m.fixed[i])
}

func (a *annealer) try() {
	m, rnd := a.h.m, a.h.rnd
	j := rnd.IntN(m.m)
	if len(a.near[j]) < 2 {
		return
	}
	i, k := a.at[j], a.near[j][rnd.IntN(len(a.near[j]))]
	if i == k {
		return
	}
	limit := -a.heat * math.Log(1-rnd.Float64())
	if m.p.Open == 0 && rnd.IntN(annealSites) == 0 {
		if len(a.members[k]) == 0 {
			a.open(k, limit)
		} else if !m.p.Sites[i].Keep {
			a.shut(i, limit)
		}
		return
	}
	d := m.cost[k*m.m+j] - m.cost[i*m.m+j]
	switch {
	case len(a.members[k]) == 0 && rnd.IntN(2) == 0:
		a.relocate(i, k, limit)
	case a.load[k]+m.demand[j] <= m.capacity[k] && rnd.IntN(3) > 0:
		if len(a.members[i]) == 1 {
			d -= a.fixed(i)
		}
		if len(a.members[k]) == 0 {
			d += a.fixed(k)
		}
		if d <= limit {
			a.leave(j)
			a.enter(j, k)
			a.changed(d)
		}
	case len(a.members[k]) > 0:
		l := a.members[k][rnd.IntN(len(a.members[k]))]
		d += m.cost[i*m.m+l] - m.cost[k*m.m+l]
		more := m.demand[j] - m.demand[l]
		if d <= limit && a.load[k]+more <= m.capacity[k] && a.load[i]-more <= m.capacity[i] {
			a.leave(j)
			a.leave(l)
			a.enter(j, k)
			a.enter(l, i)
			a.changed(d)
		}
	}
}

// relocate moves all of site i to the closed site k.
func (a *annealer) relocate(i, k int, limit float64) {
	m := a.h.m
	if a.load[i] > m.capacity[k] {
		return
	}
	d := a.fixed(k) - a.fixed(i)
	for _, j := range a.members[i] {
		d += m.cost[k*m.m+j] - m.cost[i*m.m+j]
	}
	if !(d <= limit) {
		return
	}
	for len(a.members[i]) > 0 {
		j := a.members[i][len(a.members[i])-1]
		a.leave(j)
		a.enter(j, k)
	}
	a.changed(d)
}

// open fills the closed site k with the customers that save most per unit of its capacity.
func (a *annealer) open(k int, limit float64) {
	m := a.h.m
	saves := func(j int) float64 { return m.cost[a.at[j]*m.m+j] - m.cost[k*m.m+j] }
	a.group = a.group[:0]
	for _, j := range a.nearOf[k] {
		if saves(j) > 0 {
			a.group = append(a.group, j)
		}
	}
	slices.SortFunc(a.group, func(x, y int) int {
		if p, q := saves(x)*m.demand[y], saves(y)*m.demand[x]; p != q {
			if p > q {
				return -1
			}
			return 1
		}
		return x - y
	})
	room, d, n := m.capacity[k], a.fixed(k), 0
	for _, j := range a.group {
		if m.demand[j] <= room {
			room -= m.demand[j]
			d -= saves(j)
			a.group[n] = j
			n++
		}
	}
	if n == 0 || d > limit {
		return
	}
	for _, j := range a.group[:n] {
		i := a.at[j]
		a.leave(j)
		a.enter(j, k)
		if len(a.members[i]) == 0 {
			d -= a.fixed(i)
		}
	}
	a.changed(d)
}

// shut sends the customers of site i to the cheapest open sites with room, the largest first; all go or none.
func (a *annealer) shut(i int, limit float64) {
	m := a.h.m
	a.group = append(a.group[:0], a.members[i]...)
	slices.SortFunc(a.group, func(x, y int) int {
		if m.demand[x] != m.demand[y] {
			if m.demand[x] > m.demand[y] {
				return -1
			}
			return 1
		}
		return x - y
	})
	d, done := -a.fixed(i), 0
	for _, j := range a.group {
		to := -1
		for _, k := range a.near[j] {
			if k != i && len(a.members[k]) > 0 && a.load[k]+m.demand[j] <= m.capacity[k] && (to < 0 || m.cost[k*m.m+j] < m.cost[to*m.m+j]) {
				to = k
			}
		}
		if to < 0 {
			break
		}
		d += m.cost[to*m.m+j] - m.cost[i*m.m+j]
		if d > limit {
			break
		}
		a.leave(j)
		a.enter(j, to)
		done++
	}
	if done == len(a.group) {
		a.changed(d)
		return
	}
	for _, j := range a.group[:done] {
		a.leave(j)
		a.enter(j, i)
	}
}

func (a *annealer) changed(d float64) {
	a.cost += d
	if a.cost < a.best-1e-9*math.Abs(a.best) {
		a.best = a.cost
		a.kept = append(a.kept[:0], a.at...)
	}
}
