package network

import (
	"math"
	"slices"
)

// regions improves a choice for single sources by parts: open sites that lie near each other with all their customers, and the
// closed sites that suit these best, are a problem of their own, solved by a search of its own that has to beat what the region
// costs now (POPMUSIC, Taillard & Voß 2002). A region that gave nothing is not tried again before one of its sites has changed;
// when none is left to try, regions grow.
type regions struct {
	s       *search
	root    *part
	members [][]int // [site] its customers
	fresh   []bool  // [site] whether the region around it may give something
	score   []float64
	sites   []int // of the region at hand
	who     []int // its customers
}

const (
	regionOpen   = 5
	regionClosed = 2
	regionWork   = 40_000_000
)

// mend tries regions for so many steps.
func (s *search) mend(root *part, steps int64) {
	if math.IsInf(s.cost, 1) || s.part {
		return
	}
	r := &regions{s: s, root: root, members: make([][]int, s.m.n), fresh: make([]bool, s.m.n), score: make([]float64, s.m.n)}
	r.read()
	limit := s.steps() + steps
	for size := regionOpen; ; size++ {
		open := s.h.list(s.open)
		for _, i := range open {
			r.fresh[i] = true
		}
		for r.pass(size, limit) {
		}
		if size >= len(open) || s.steps() > limit || s.spent() {
			return
		}
	}
}

// read takes up the best choice.
func (r *regions) read() {
	for i := range r.members {
		r.members[i] = r.members[i][:0]
	}
	for j, shares := range r.s.serves {
		r.members[shares[0].Site] = append(r.members[shares[0].Site], j)
	}
}

// pass tries the regions around all sites that are fresh, in an order drawn by chance; it says whether there were any.
func (r *regions) pass(size int, limit int64) bool {
	s, any := r.s, false
	for _, i := range s.h.rnd.Perm(s.m.n) {
		if !r.fresh[i] || !s.open[i] {
			continue
		}
		if s.steps() > limit || s.spent() {
			return false
		}
		any, r.fresh[i] = true, false
		r.gather(i, size)
		if r.solve() {
			r.read()
			for _, k := range r.sites {
				r.fresh[k] = true
			}
		}
	}
	return any
}

// gather fills sites and who with the region around an open site: the open sites that would serve its customers most cheaply, and
// the closed ones that would serve most cheaply all customers then in it, with their cost of opening where they are full.
func (r *regions) gather(seed, size int) {
	s, m := r.s, r.s.m
	r.who = append(r.who[:0], r.members[seed]...)
	r.sites = append(r.sites[:0], seed)
	r.sites = append(r.sites, r.nearest(size-1, func(k int) bool { return s.open[k] && k != seed }, func(int) float64 { return 0 })...)
	for _, k := range r.sites[1:] {
		r.who = append(r.who, r.members[k]...)
	}
	weight := 0.0
	for _, j := range r.who {
		weight += m.demand[j]
	}
	r.sites = append(r.sites, r.nearest(size*regionClosed, func(k int) bool { return !s.open[k] && r.root.site[k] != closed },
		func(k int) float64 { return m.fixed[k] / m.holding(k) * weight })...)
	slices.Sort(r.sites)
	slices.Sort(r.who)
}

// nearest are so many of the sites that may come in by what serving all of who would cost.
func (r *regions) nearest(count int, may func(k int) bool, extra func(k int) float64) []int {
	m := r.s.m
	var list []int
	for k := range m.n {
		if !may(k) {
			continue
		}
		r.score[k] = extra(k)
		for _, j := range r.who {
			r.score[k] += m.cost[k*m.m+j]
		}
		if !math.IsInf(r.score[k], 1) {
			list = append(list, k)
		}
	}
	r.s.h.steps += int64(m.n * len(r.who))
	slices.SortFunc(list, func(a, b int) int { return byKey(r.score[a], r.score[b], a, b) })
	return list[:min(count, len(list))]
}

// solve searches the region for a better choice and takes it over.
func (r *regions) solve() bool {
	s, m := r.s, r.s.m
	q := Problem{SingleSource: true, Customers: make([]Customer, len(r.who))}
	for g, j := range r.who {
		q.Customers[g] = m.p.Customers[j]
	}
	local := make([]int, m.n)
	var open []bool
	for a, k := range r.sites {
		row := make([]float64, len(r.who))
		for g, j := range r.who {
			row[g] = m.cost[k*m.m+j]
		}
		q.Sites, q.Cost = append(q.Sites, m.p.Sites[k]), append(q.Cost, row)
		open, local[k] = append(open, s.open[k]), a
		if s.open[k] && m.p.Open > 0 {
			q.Open++
		}
	}
	sub := newSearch(newModel(&q), Options{Work: min(regionWork, s.opt.Work-s.steps()), Gap: s.opt.Gap, Seed: s.h.rnd.Uint64()})
	sub.part = true
	cost := sub.h.fixedCost(open)
	serves := make([][]Share, len(r.who))
	for g, j := range r.who {
		a := local[s.serves[j][0].Site]
		serves[g] = []Share{{a, 1}}
		cost += q.Cost[a][g]
	}
	sub.offer(open, serves, cost)
	sub.run(s.ctx)
	s.h.steps += sub.steps()
	if sub.cost >= cost-1e-9*math.Abs(cost) {
		return false
	}
	r.take(sub)
	return true
}

// take puts a region's better choice into the whole.
func (r *regions) take(sub *search) {
	s, h := r.s, r.s.h
	copy(h.open, s.open)
	for a, k := range r.sites {
		h.open[k] = sub.open[a]
	}
	for j, shares := range s.serves {
		h.at[j] = shares[0].Site
	}
	for g, j := range r.who {
		h.at[j] = r.sites[sub.serves[g][0].Site]
	}
	cost := h.fixedCost(h.open)
	for j, i := range h.at {
		cost += s.m.cost[i*s.m.m+j]
	}
	h.offerSingle(h.open, cost)
}
