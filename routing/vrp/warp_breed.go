package vrp

import (
	"cmp"
	"slices"
)

// breed makes a plan of most routes of one parent and some of the other, after the selective route exchange of Nagata and
// Kobayashi (Parallel Problem Solving from Nature XI, 2010): routes of a near a stop go, routes of b with the most of their stops
// come in, stops that would stand twice leave one of the two, and those missing are put where they cost least.
func (c *crowd) breed(a, b *member) {
	s := c.s
	used := 0
	for _, seq := range a.routes {
		if len(seq) > 0 {
			used++
		}
	}
	out := c.nearRoutes(a, 1+c.rng.IntN(max(1, used/2)))
	freed := make([]bool, s.w.n)
	for _, r := range out {
		for _, i := range a.routes[r] {
			freed[i] = true
		}
	}
	in := mostOf(b, freed, len(out))
	routes, kinds := make([][]int32, len(a.routes)), slices.Clone(a.kinds)
	for r, seq := range a.routes {
		if !slices.Contains(out, r) {
			routes[r] = slices.Clone(seq)
		}
	}
	keepNew := c.rng.Uint64()&1 == 0
	taken := make([]bool, s.w.n)
	for x, r := range in {
		to := out[x]
		if kinds[to] != b.kinds[r] {
			if e := emptySlot(routes, kinds, b.kinds[r]); e >= 0 {
				to = e
			}
		}
		bit := s.w.kinds[kinds[to]].bit
		routes[to] = nil
		for _, i := range b.routes[r] {
			if s.w.may[i]&bit != 0 && (keepNew || freed[i]) {
				routes[to] = append(routes[to], i)
				taken[i] = true
			}
		}
	}
	if keepNew {
		for r, seq := range a.routes {
			if !slices.Contains(out, r) {
				routes[r] = slices.DeleteFunc(slices.Clone(seq), func(i int32) bool { return taken[i] })
			}
		}
	}
	s.fill(routes, kinds)
	c.complete()
}

// emptySlot finds a slot of a kind without stops, or -1.
func emptySlot(routes [][]int32, kinds []int32, kind int32) int {
	for r, k := range kinds {
		if k == kind && len(routes[r]) == 0 {
			return r
		}
	}
	return -1
}

// nearRoutes are the routes of a with the stops nearest to one that is drawn.
func (c *crowd) nearRoutes(a *member, count int) []int {
	w := c.s.w
	of := make([]int, w.n)
	for i := range of {
		of[i] = -1
	}
	for r, seq := range a.routes {
		for _, i := range seq {
			of[i] = r
		}
	}
	centre := c.rng.IntN(w.n)
	stops := make([]int32, w.n)
	for i := range stops {
		stops[i] = int32(i)
	}
	row := w.length[centre*w.places:]
	slices.SortFunc(stops, func(i, j int32) int { return cmp.Or(cmp.Compare(row[i], row[j]), cmp.Compare(i, j)) })
	var out []int
	for _, i := range stops {
		if r := of[i]; r >= 0 && !slices.Contains(out, r) {
			if out = append(out, r); len(out) == count {
				break
			}
		}
	}
	return out
}

// mostOf are the routes of b of whose stops the largest shares are among those freed.
func mostOf(b *member, freed []bool, count int) []int {
	share := make([]float64, len(b.routes))
	var rows []int
	for r, seq := range b.routes {
		for _, i := range seq {
			if freed[i] {
				share[r]++
			}
		}
		if share[r] > 0 {
			share[r] = share[r] * share[r] / float64(len(seq))
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(i, j int) int { return cmp.Or(cmp.Compare(share[j], share[i]), cmp.Compare(i, j)) })
	return rows[:min(count, len(rows))]
}

// complete puts the stops that are on no route, in a drawn order, where they cost least.
func (c *crowd) complete() {
	s := c.s
	var missing []int32
	for i := range int32(s.w.n) {
		if s.route[i] < 0 {
			missing = append(missing, i)
		}
	}
	c.rng.Shuffle(len(missing), func(i, j int) { missing[i], missing[j] = missing[j], missing[i] })
	for _, i := range missing {
		if !s.enter(i) && !s.w.optional[i] {
			s.enterAnywhere(i)
		}
	}
}

// enterAnywhere is enter beside all stops, for one with none of its near stops on a route.
func (s *warpState) enterAnywhere(u int32) {
	best, at := s.w.prizes[u], int32(-1)
	for v := range int32(s.w.n) {
		if s.route[v] < 0 {
			continue
		}
		if d := s.placeAt(u, v, best); d < best {
			best, at = d, v
		}
	}
	if at >= 0 {
		s.place(u, at)
	}
}

// random makes a plan from nothing: a drawn stop for each of so many routes, then all others in a drawn order where they cost least.
func (c *crowd) random(used int) {
	s := c.s
	s.fill(make([][]int32, len(s.kind)), slices.Clone(s.kind))
	for _, r := range c.rng.Perm(len(s.kind))[:min(used, len(s.kind))] {
		if i := int32(c.rng.IntN(s.w.n)); s.route[i] < 0 && s.w.may[i]&s.w.kinds[s.kind[r]].bit != 0 {
			s.place(i, s.begin(int32(r)))
		}
	}
	c.complete()
}
