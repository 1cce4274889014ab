package network

import "slices"

// agreement is how often each site took each customer along an ascent, later answers of the bound weighing more: an estimate of
// the linear relaxation's assignments (as in Barahona & Anbil 2000).
type agreement struct {
	mean   []float64 // [site*customers+customer], times total
	weight float64
	total  float64
}

// maxAgreement bounds the pairs for which agreement is kept.
const maxAgreement = 4_000_000

func (a *agreement) reset() {
	clear(a.mean)
	a.weight, a.total = 1, 0
}

func (a *agreement) note(d *dual) {
	a.weight /= 0.95
	a.total += a.weight
	for i, v := range d.y {
		if v > 0 {
			for _, j := range d.takes[i] {
				a.mean[i*d.m.m+int(j)] += a.weight
			}
		}
	}
}

const (
	diveRounds = 30   // steps of the bound between fixings
	diveSure   = 0.95 // agreement from which an assignment is fixed
	diveShare  = 20   // of so many customers left at least one is fixed
)

// dive makes a choice for single sources: it fixes the assignments that the bound's answers agree upon most, lifts the bound of
// what is left, and so on to the end. What remains open then is placed and mended by moves.
func (s *search) dive(root *part) {
	m := s.m
	if m.n*m.m > maxAgreement {
		return
	}
	x := root.child()
	s.agree = &agreement{mean: make([]float64, m.n*m.m)}
	at := make([]int, m.m)
	for j := range at {
		at[j] = -1
	}
	load := make([]float64, m.n)
	for left := m.m; left > 0 && !s.spent(); {
		s.agree.reset()
		s.ascend(x, diveRounds)
		if x.bound >= s.need() {
			break
		}
		fixed := s.fixAgreed(x, at, load, left)
		if fixed == 0 {
			break
		}
		left -= fixed
	}
	s.agree = nil
	copy(s.h.at, at)
	for i, v := range x.site {
		s.h.open[i] = v == opened
	}
	s.h.judgeSingle(slices.Clone(s.h.open))
}

// fixAgreed fixes the surest assignments of the customers left and says how many.
func (s *search) fixAgreed(x *part, at []int, load []float64, left int) int {
	m := s.m
	type pair struct {
		i, j int
		sure float64
	}
	var pairs []pair
	for j := range m.m {
		best := pair{-1, j, 0}
		for i := range m.n {
			if v := s.agree.mean[i*m.m+j] / s.agree.total; at[j] < 0 && v > best.sure && load[i]+m.demand[j] <= m.capacity[i] {
				best.i, best.sure = i, v
			}
		}
		if best.i >= 0 {
			pairs = append(pairs, best)
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return byKey(b.sure, a.sure, a.j, b.j) })
	fixed := 0
	for _, p := range pairs {
		if p.sure < diveSure && fixed > left/diveShare {
			break
		}
		if load[p.i]+m.demand[p.j] > m.capacity[p.i] {
			continue
		}
		at[p.j] = p.i
		load[p.i] += m.demand[p.j]
		x.site[p.i] = opened
		for i := range m.n {
			if i != p.i {
				x.bans = append(x.bans, int32(i*m.m+p.j))
			}
		}
		fixed++
	}
	return fixed
}
