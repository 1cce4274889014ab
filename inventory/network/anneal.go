package network

import (
	"math"
	"math/rand/v2"
	"slices"
)

// annealer improves an assignment of single-source customers by chance, dearer moves ever less often (Kirkpatrick, Gelatt &
// Vecchi 1983): one customer to another site, two exchanged, all of a site to a closed one, a site opened or shut. Capacities may
// be broken on the way at a price per unit that rises while they are broken often and falls while they are not (strategic
// oscillation, Glover 1986): where sites are full, there is no way from one good assignment to the next without it. A site costs
// what it costs as long as somebody is there. Where the number of sites is given, none is opened or closed.
type annealer struct {
	h        *heuristic
	m        *model
	rnd      *rand.Rand
	at       []int // [customer]
	load     []float64
	members  [][]int   // [site] its customers
	slot     []int     // [customer] where in the list
	near     [][]int   // [customer] sites worth a try, the likeliest first
	nearOf   [][]int   // [site] customers that try it, those that would save most per unit first
	price    []float64 // [site] a unit of its room by the bound's prices
	fixed    []float64 // [site] cost when somebody is there, beyond what it costs anyway
	group    []int     // scratch
	from     []int     // scratch
	heat     float64
	penalty  float64 // per unit of overload
	overload float64
	fine     int     // of the last tries left all capacities kept
	cost     float64 // without penalties
	best     float64
	kept     []int
}

const (
	annealNear  = 30   // sites tried per customer
	annealHot   = 0.3  // first temperature, as a share of what the choice of a site matters to a customer, and
	annealCold  = 0.01 // last
	annealBlock = 1024 // tries between changes of temperature and penalty
	annealSteps = 30   // elementary steps of a try
)

// anneal runs from the best choice for so many steps and offers what it finds; x says which sites are out and how often the bound
// opens each, and the last prices of the bound were its.
func (h *heuristic) anneal(x *part, steps int64) {
	if math.IsInf(h.s.cost, 1) || steps < annealSteps*annealBlock {
		return
	}
	a := newAnnealer(h, x)
	blocks := steps / (annealSteps * annealBlock)
	cool := math.Pow(annealCold/annealHot, 1/float64(blocks))
	for range blocks {
		if h.s.ctx.Err() != nil {
			break
		}
		a.fine = 0
		for range annealBlock {
			a.try()
		}
		a.heat *= cool
		if a.fine > annealBlock/4 {
			a.penalty *= 0.97
		} else {
			a.penalty *= 1.03
		}
		h.steps += annealSteps * annealBlock
	}
	if a.kept != nil {
		a.offer()
	}
}

// newAnnealer starts from the best choice.
func newAnnealer(h *heuristic, x *part) *annealer {
	m := h.m
	a := &annealer{h: h, m: m, rnd: h.rnd, at: make([]int, m.m), load: make([]float64, m.n), members: make([][]int, m.n), slot: make([]int, m.m),
		price: make([]float64, m.n), fixed: make([]float64, m.n), cost: h.s.cost, best: h.s.cost}
	for i, s := range m.p.Sites {
		if !s.Keep && m.p.Open == 0 {
			a.fixed[i] = max(0, m.fixed[i])
		}
	}
	for j, shares := range h.s.serves {
		a.enter(j, shares[0].Site)
	}
	a.overload = 0
	a.rank(x)
	return a
}

// rank lists per customer the sites that serve it cheapest at the bound's prices of room and sets the first temperature and
// penalty by how much these differ.
func (a *annealer) rank(x *part) {
	m, d := a.m, a.h.s.d
	d.ban(x)
	d.evaluate(x, x.u)
	for i := range m.n {
		a.price[i] = d.room[i]
		if !(x.frac[i] > 0.02) && d.rho[i] > 0 {
			a.price[i] += d.rho[i] / m.holding(i)
		}
	}
	a.near, a.nearOf = make([][]int, m.m), make([][]int, m.n)
	cost := make([]float64, m.n)
	spread := 0.0
	for j := range m.m {
		var list []int
		for i := range m.n {
			cost[i] = m.cost[i*m.m+j] + a.price[i]*m.demand[j]
			used := len(a.members[i]) > 0
			switch {
			case m.demand[j] > m.capacity[i] || math.IsInf(cost[i], 1):
			case !used && (x.site[i] == closed || (m.p.Open > 0 && !a.h.s.open[i])):
			default:
				list = append(list, i)
			}
		}
		slices.SortFunc(list, func(i, k int) int { return byKey(cost[i], cost[k], i, k) })
		if len(list) > 0 {
			spread += cost[list[min(4, len(list)-1)]] - cost[list[0]]
		}
		a.near[j] = list[:min(len(list), annealNear)]
		for _, i := range a.near[j] {
			a.nearOf[i] = append(a.nearOf[i], j)
		}
	}
	for i, list := range a.nearOf {
		saves := func(j int) float64 { return (m.cost[i*m.m+j] - x.u[j]) / m.demand[j] }
		slices.SortFunc(list, func(j, l int) int { return byKey(saves(j), saves(l), j, l) })
	}
	a.heat = annealHot*spread/float64(m.m) + 1e-9
	a.penalty = 2*a.h.s.cost/m.total + 1e-9
}

func (a *annealer) enter(j, i int) {
	a.at[j], a.slot[j] = i, len(a.members[i])
	a.members[i] = append(a.members[i], j)
	a.overload += a.over(i, a.m.demand[j])
	a.load[i] += a.m.demand[j]
}

func (a *annealer) leave(j int) {
	i := a.at[j]
	last := a.members[i][len(a.members[i])-1]
	a.members[i][a.slot[j]], a.slot[last] = last, a.slot[j]
	a.members[i] = a.members[i][:len(a.members[i])-1]
	a.overload += a.over(i, -a.m.demand[j])
	a.load[i] -= a.m.demand[j]
}

// over is how much more site i is overloaded when its load changes by d.
func (a *annealer) over(i int, d float64) float64 {
	load := a.load[i] - a.m.capacity[i]
	return max(0, load+d) - max(0, load)
}

// changed keeps the assignment when it is the best within all capacities.
func (a *annealer) changed(d float64) {
	a.cost += d
	if a.cost < a.best-1e-9*math.Abs(a.best) && a.within() {
		a.best = a.cost
		a.kept = append(a.kept[:0], a.at...)
	}
}

func (a *annealer) within() bool { return a.overload <= 1e-9*a.m.total }

// offer gives the best assignment found to the search.
func (a *annealer) offer() {
	h, m := a.h, a.m
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
	cost := h.fixedCost(h.open)
	for j, i := range h.at {
		cost += m.cost[i*m.m+j]
	}
	h.offerSingle(h.open, cost)
}
