package network

import (
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// heuristic makes choices: from the dual's sites, by exchanging sites, and for single sources by moving customers.
type heuristic struct {
	s      *search
	m      *model
	rnd    *rand.Rand
	open   []bool
	tried  map[uint64]bool
	steps  int64
	first  []int // per customer: cheapest open site
	second []int
	loss   []float64
	at     []int // single sources: per customer its site
	load   []float64
	ship   shipping
}

func newHeuristic(s *search) *heuristic {
	m := s.m
	return &heuristic{s: s, m: m, rnd: rng.New(s.opt.Seed, "network", "local"), open: make([]bool, m.n), tried: map[uint64]bool{},
		first: make([]int, m.m), second: make([]int, m.m), loss: make([]float64, m.n), at: make([]int, m.m), load: make([]float64, m.n)}
}

// try makes a choice out of the sites of the dual.
func (h *heuristic) try(y []float64, x *part) {
	room := 0.0
	for i, v := range y {
		if h.open[i] = v > 0.5; h.open[i] {
			room += h.m.capacity[i]
		}
	}
	if h.m.limited && h.m.p.Open == 0 {
		h.makeRoom(room, x)
	}
	known := h.known()
	if known && !h.m.single {
		return
	}
	if h.m.single {
		if !known && h.fromTransport(h.open) < h.s.cost {
			h.judge(h.open)
		}
		h.fromDual()
	}
	h.judge(h.open)
}

// makeRoom opens the cheapest sites per capacity until all demand fits.
func (h *heuristic) makeRoom(room float64, x *part) {
	m := h.m
	need := m.total
	if m.single {
		need *= 1.005
	}
	for room < need {
		best := -1
		for i := range m.n {
			if !h.open[i] && x.site[i] != closed && (best < 0 || h.s.d.rho[i]*m.capacity[best] < h.s.d.rho[best]*m.capacity[i]) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		h.open[best] = true
		room += m.capacity[best]
	}
}

// known says whether the open set was tried before, and remembers it.
func (h *heuristic) known() bool {
	hash := uint64(14695981039346656037)
	for i, v := range h.open {
		if v {
			hash = (hash ^ uint64(i+1)) * 1099511628211
			hash ^= hash >> 29
		}
	}
	if h.tried[hash] {
		return true
	}
	h.tried[hash] = true
	return false
}

// judge prices an open set and offers the choice; it gives the cost, +Inf where none was found.
func (h *heuristic) judge(open []bool) float64 {
	switch {
	case h.m.single:
		return h.judgeSingle(open)
	case h.m.limited:
		return h.judgeShared(open)
	}
	return h.judgeNearest(open)
}

func (h *heuristic) fixedCost(open []bool) float64 {
	cost := h.m.constant
	for i, v := range open {
		if v {
			cost += h.m.fixed[i]
		}
	}
	return cost
}

func (h *heuristic) judgeNearest(open []bool) float64 {
	if !h.nearest(open) {
		return math.Inf(1)
	}
	cost := h.fixedCost(open)
	for j, i := range h.first {
		cost += h.m.cost[i*h.m.m+j]
	}
	if cost < h.s.cost {
		serves := make([][]Share, h.m.m)
		for j, i := range h.first {
			serves[j] = []Share{{i, 1}}
		}
		h.s.offer(open, serves, cost)
	}
	return cost
}

// nearest fills the two cheapest open sites of every customer; false where one has none.
func (h *heuristic) nearest(open []bool) bool {
	m := h.m
	for j := range m.m {
		h.first[j], h.second[j] = -1, -1
	}
	for i, v := range open {
		if !v {
			continue
		}
		h.steps += int64(m.m)
		for j, c := range m.cost[i*m.m : (i+1)*m.m] {
			if f := h.first[j]; f < 0 || c < m.cost[f*m.m+j] {
				h.first[j], h.second[j] = i, f
			} else if s := h.second[j]; s < 0 || c < m.cost[s*m.m+j] {
				h.second[j] = i
			}
		}
	}
	for j, f := range h.first {
		if f < 0 || math.IsInf(m.cost[f*m.m+j], 1) {
			return false
		}
	}
	return true
}

// local improves the best choice by exchanges, then shakes it and improves again, so many times.
func (h *heuristic) local(rounds int) {
	if math.IsInf(h.s.cost, 1) {
		return
	}
	limit := h.steps + h.s.opt.Work/8
	for round := 0; round < rounds && h.steps < limit && !h.s.spent(); round++ {
		open := append([]bool(nil), h.s.open...)
		if round > 0 {
			h.shake(open, 1+h.rnd.IntN(3))
		}
		if h.m.limited {
			h.exchangePriced(open, limit)
		} else {
			h.exchange(open)
		}
	}
}

// shake swaps some open sites for closed ones at random.
func (h *heuristic) shake(open []bool, times int) {
	for range times {
		i, k := h.rnd.IntN(h.m.n), h.rnd.IntN(h.m.n)
		for tries := 0; tries < 100 && !(open[i] && !open[k] && !h.m.p.Sites[i].Keep && !h.m.p.Sites[k].Shut); tries++ {
			i, k = h.rnd.IntN(h.m.n), h.rnd.IntN(h.m.n)
		}
		if open[i] && !open[k] && !h.m.p.Sites[i].Keep && !h.m.p.Sites[k].Shut {
			open[i], open[k] = false, true
		}
	}
}

// exchange opens, shuts and swaps sites without capacities for as long as it pays: for each site to come in, the best to go out
// is found in one run over the customers (Whitaker 1983; Resende & Werneck 2007).
func (h *heuristic) exchange(open []bool) {
	m := h.m
	for !h.s.spent() {
		if !h.nearest(open) {
			return
		}
		in, out, best := -1, -1, 1e-7
		if m.p.Open == 0 {
			in, out, best = h.drop(open, best)
		}
		for i := range m.n {
			if open[i] || m.p.Sites[i].Shut {
				continue
			}
			gain := h.enter(i) - m.fixed[i]
			if m.p.Open == 0 && gain > best {
				in, out, best = i, -1, gain
			}
			for r, v := range open {
				if v && !m.p.Sites[r].Keep {
					if g := gain - h.loss[r] + m.fixed[r]; g > best {
						in, out, best = i, r, g
					}
				}
			}
		}
		if in < 0 && out < 0 {
			break
		}
		if in >= 0 {
			open[in] = true
		}
		if out >= 0 {
			open[out] = false
		}
	}
	h.judgeNearest(open)
}

// drop finds the site whose closing saves most.
func (h *heuristic) drop(open []bool, best float64) (in, out int, gain float64) {
	m := h.m
	clear(h.loss)
	for j, f := range h.first {
		if s := h.second[j]; s >= 0 {
			h.loss[f] += m.cost[s*m.m+j] - m.cost[f*m.m+j]
		} else {
			h.loss[f] = math.Inf(1)
		}
	}
	in, out, gain = -1, -1, best
	for r, v := range open {
		if v && !m.p.Sites[r].Keep && m.fixed[r]-h.loss[r] > gain {
			out, gain = r, m.fixed[r]-h.loss[r]
		}
	}
	return in, out, gain
}

// enter gives what customers save when site i opens, and fills loss with what shutting each open site then costs.
func (h *heuristic) enter(i int) float64 {
	m := h.m
	clear(h.loss)
	h.steps += int64(m.m)
	saved := 0.0
	for j, c := range m.cost[i*m.m : (i+1)*m.m] {
		f := h.first[j]
		was := m.cost[f*m.m+j]
		if c < was {
			saved += was - c
			continue
		}
		if s := h.second[j]; s >= 0 {
			c = math.Min(c, m.cost[s*m.m+j])
		}
		h.loss[f] += c - was
	}
	return saved
}

// exchangePriced tries drops, then swaps of neighbours in the order of the dual's prices, with every choice priced in full.
func (h *heuristic) exchangePriced(open []bool, limit int64) {
	m := h.m
	cost := h.judge(open)
	for again := true; again && h.steps < limit && !h.s.spent(); {
		again = false
		for i := range m.n {
			if h.steps >= limit || h.s.spent() {
				return
			}
			if m.p.Sites[i].Keep && open[i] || m.p.Sites[i].Shut {
				continue
			}
			if m.p.Open == 0 {
				open[i] = !open[i]
				if c := h.judgeNew(open); c < cost {
					cost, again = c, true
					continue
				}
				open[i] = !open[i]
			}
			if !open[i] && h.swapIn(open, i, &cost, limit) {
				again = true
			}
		}
	}
}

// judgeNew prices a set that was not tried before.
func (h *heuristic) judgeNew(open []bool) float64 {
	copy(h.open, open)
	if h.known() {
		return math.Inf(1)
	}
	room := 0.0
	for i, v := range open {
		if v {
			room += h.m.capacity[i]
		}
	}
	if room < h.m.total {
		return math.Inf(1)
	}
	if h.m.single && h.fromTransport(open) >= h.s.cost {
		return math.Inf(1)
	}
	return h.judge(open)
}

// swapIn tries site i in the place of each open one, those most alike in reduced cost first.
func (h *heuristic) swapIn(open []bool, i int, cost *float64, limit int64) bool {
	if h.s.d.rho[i] > 0.02*h.s.cost {
		return false
	}
	for r := range open {
		if !open[r] || h.m.p.Sites[r].Keep || h.steps >= limit {
			continue
		}
		open[i], open[r] = true, false
		if c := h.judgeNew(open); c < *cost {
			*cost = c
			return true
		}
		open[i], open[r] = false, true
	}
	return false
}

// exact solves a part whose sites are all fixed, and for single sources whose customers have one site left each.
func (h *heuristic) exact(x *part) {
	for i, v := range x.site {
		h.open[i] = v == opened
	}
	if !h.m.single {
		h.judge(h.open)
		return
	}
	m := h.m
	h.s.d.ban(x)
	clear(h.load)
	cost := h.fixedCost(h.open)
	for j := range m.m {
		h.at[j] = -1
		for i, v := range h.open {
			if v && !(len(x.bans) > 0 && h.s.d.banned[i*m.m+j]) && !math.IsInf(m.cost[i*m.m+j], 1) {
				h.at[j] = i
			}
		}
		if h.at[j] < 0 {
			return
		}
		h.load[h.at[j]] += m.demand[j]
		cost += m.cost[h.at[j]*m.m+j]
	}
	for i, l := range h.load {
		if l > m.capacity[i] {
			return
		}
	}
	h.offerSingle(h.open, cost)
}
