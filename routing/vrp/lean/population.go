package lean

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Sizes of a population (Vidal, Computers & Operations Research 140, 2022, section 3.5). Departure: fewer plans than the 25 and 40
// there, so that a thousand children are many generations.
const (
	popLeast    = 10 // plans that survive
	popMore     = 15 // plans born between two selections of survivors
	popElite    = 4  // cheapest plans that unlikeness never throws out
	popClose    = 5  // nearest plans that unlikeness is counted to
	popRecent   = 100
	popFeasible = 0.2 // share of descents that should end without overload
	priceRise   = 1.2
	priceFall   = 0.85
)

// population is two pools of plans, the feasible and the overloaded, each from the cheapest on, and the price of overload.
type population struct {
	price  float64
	pools  [2]pool
	best   *genome // cheapest feasible plan there ever was
	recent [popRecent]bool
	births int
	unused []*genome
}

type pool struct {
	all     []*genome
	fitness []float64 // of each, the less the fitter; stale after a change
	order   []int     // scratch
}

func newPopulation(price float64) *population {
	p := &population{price: price}
	for k := range p.recent {
		p.recent[k] = true
	}
	return p
}

// blank is a genome to write to.
func (p *population) blank(n int) *genome {
	if k := len(p.unused); k > 0 {
		m := p.unused[k-1]
		p.unused = p.unused[:k-1]
		return m
	}
	return newGenome(n)
}

// add takes m over into its pool.
func (p *population) add(m *genome) {
	l := &p.pools[0]
	if !m.feasible() {
		l = &p.pools[1]
	} else if p.best == nil || m.travel < p.best.travel {
		if p.best == nil {
			p.best = newGenome(len(m.next))
		}
		p.best.copyFrom(m)
	}
	m.kin = m.kin[:0]
	for _, o := range l.all {
		apart := m.apart(o)
		m.addKin(likeness{apart, o})
		o.addKin(likeness{apart, m})
	}
	at, _ := slices.BinarySearchFunc(l.all, m, func(a, b *genome) int { return cmp.Or(cmp.Compare(a.cost, b.cost), -1) })
	l.all = slices.Insert(l.all, at, m)
	if len(l.all) > popLeast+popMore {
		for len(l.all) > popLeast {
			k := l.worst()
			p.unused = append(p.unused, l.drop(k))
		}
	}
}

func (m *genome) copyFrom(o *genome) {
	m.order, m.ends, m.excess = append(m.order[:0], o.order...), append(m.ends[:0], o.ends...), append(m.excess[:0], o.excess...)
	copy(m.prev, o.prev)
	copy(m.next, o.next)
	m.travel, m.cost = o.travel, o.cost
}

func (m *genome) addKin(l likeness) {
	at := len(m.kin)
	m.kin = append(m.kin, l)
	for ; at > 0 && m.kin[at-1].apart > l.apart; at-- {
		m.kin[at] = m.kin[at-1]
	}
	m.kin[at] = l
}

// unlike is the mean distance to the nearest genomes, in legs.
func (m *genome) unlike() float64 {
	near := m.kin[:min(popClose, len(m.kin))]
	sum := int32(0)
	for _, l := range near {
		sum += l.apart
	}
	return float64(sum) / float64(max(len(near), 1))
}

// drop takes the k-th plan out.
func (l *pool) drop(k int) *genome {
	m := l.all[k]
	l.all = slices.Delete(l.all, k, k+1)
	for _, o := range l.all {
		at := slices.IndexFunc(o.kin, func(x likeness) bool { return x.other == m })
		o.kin = slices.Delete(o.kin, at, at+1)
	}
	return m
}

// rank counts the fitness: the rank by cost, and by unlikeness as far as there are more plans than the elite.
func (l *pool) rank() {
	n := len(l.all)
	l.order, l.fitness = l.order[:0], l.fitness[:0]
	for k := range n {
		l.order = append(l.order, k)
		l.fitness = append(l.fitness, float64(k))
	}
	if n <= popElite {
		return
	}
	slices.SortStableFunc(l.order, func(a, b int) int { return cmp.Compare(l.all[b].unlike(), l.all[a].unlike()) })
	for r, k := range l.order {
		l.fitness[k] += (1 - float64(popElite)/float64(n)) * float64(r)
	}
}

// worst is the least fit plan but the cheapest; a twin of another one goes first.
func (l *pool) worst() int {
	l.rank()
	worst, twin := -1, false
	for k := 1; k < len(l.all); k++ {
		isTwin := l.all[k].kin[0].apart == 0
		if worst < 0 || isTwin && !twin || isTwin == twin && l.fitness[k] > l.fitness[worst] {
			worst, twin = k, isTwin
		}
	}
	return worst
}

// rank prepares draws of parents.
func (p *population) rank() {
	for k := range p.pools {
		p.pools[k].rank()
		for i := range p.pools[k].fitness {
			p.pools[k].fitness[i] /= float64(max(1, len(p.pools[k].all)-1))
		}
	}
}

// parent draws two plans of either pool and gives the fitter.
func (p *population) parent(random *rand.Rand) *genome {
	draw := func() (*genome, float64) {
		k, l := random.IntN(len(p.pools[0].all)+len(p.pools[1].all)), &p.pools[0]
		if k >= len(l.all) {
			k, l = k-len(l.all), &p.pools[1]
		}
		return l.all[k], l.fitness[k]
	}
	a, fa := draw()
	b, fb := draw()
	if fb < fa {
		return b
	}
	return a
}

// born notes whether a descent ended without overload, and now and then adapts the price so that a fifth do.
func (p *population) born(feasible bool) {
	p.recent[p.births%popRecent] = feasible
	p.births++
	if p.births%popRecent != 0 {
		return
	}
	share := 0.0
	for _, f := range p.recent {
		if f {
			share += 1.0 / popRecent
		}
	}
	if share < popFeasible {
		p.price *= priceRise
	} else {
		p.price *= priceFall
	}
	l := &p.pools[1]
	for _, m := range l.all {
		m.appraise(p.price)
	}
	slices.SortStableFunc(l.all, func(a, b *genome) int { return cmp.Compare(a.cost, b.cost) })
}

// clear lets all plans go but the best.
func (p *population) clear() {
	for k := range p.pools {
		p.unused = append(p.unused, p.pools[k].all...)
		p.pools[k].all = p.pools[k].all[:0]
	}
}
