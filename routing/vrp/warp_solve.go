package vrp

import (
	"context"
	"slices"

	"quartermaster/internal/rng"
)

// Parts of the genetic search: plans made without a better one before the population begins anew, steps of the general search
// that take as long as one plan does for each stop, and the fewest plans that are worth beginning it for.
const (
	warpStale   = 5000
	warpPerStop = 1.6
	warpWorth   = 500
	warpLong    = 2500 // and with more than breedMost stops
)

// Parts of the trail: steps of the general search that one of its own takes, and the least budget that it is worth beginning for, in
// all and for each stop; more where vehicles go first, because plans for the fewest hold only just.
const (
	trailSteps   = 4
	trailWorth   = 1000
	trailPerStop = 5
	tightWorth   = 50_000
	tightPerStop = 200
)

// warpLeast is the fewest stops for which penalties are worth it.
const warpLeast = 9

// breedMost is the most stops with windows for which plans are bred: with more of them a trail finds better ones.
const breedMost = 250

// Shares of the budget by which the phases end where the genetic search has a part.
const (
	warpBegun = 0.03 // a first plan, where vehicles do not go first
	warpDone  = 0.95
)

// probeSteps are done before it is foretold how many steps the budget allows.
const probeSteps = 256

// penalised reports whether the budget is worth one of the penalised searches of w, which may be none, and whether it is worth
// breeding plans.
func (s *search) penalised(ctx context.Context, w *warpModel) (worth, breeds bool) {
	if w == nil || w.n < warpLeast {
		return false, false
	}
	if w.n > breedMost && len(s.best.absent) > mostTried && s.lacks() { // more than a step tries to place
		return true, false
	}
	total := float64(s.spend.iterations)
	if s.spend.spent != nil {
		begin := s.spend.done(0)
		for range probeSteps {
			if ctx.Err() != nil || s.spend.done(0) >= 1 {
				return false, false
			}
			s.step(0, s.rank())
		}
		s.steps += probeSteps
		total = probeSteps * (1 - begin) / max(1e-9, s.spend.done(0)-begin)
	}
	plans := total / (warpPerStop * float64(w.n))
	breeds = w.n <= breedMost && plans >= warpWorth || !s.m.windowed && plans >= warpLong
	least := max(trailWorth, trailPerStop*float64(w.n))
	if s.m.p.VehiclesFirst {
		least = max(tightWorth, tightPerStop*float64(w.n))
	}
	return breeds || total >= least || w.n > breedMost && s.lacks(), breeds
}

// lacks reports whether the best plan leaves out a stop that must be served. Penalties find room for it sooner than placing it anew in
// each step does, however small the budget is.
func (s *search) lacks() bool {
	return slices.ContainsFunc(s.best.absent, func(c int32) bool { return !s.m.optional || s.m.prices[c] >= s.m.dearest() })
}

// breedAll runs the phases of a search that the genetic one has a part in, up to the last.
func (s *search) breedAll(ctx context.Context, w *warpModel, breeds bool, seed uint64) {
	if s.m.p.VehiclesFirst {
		s.fewer(ctx, w, seed)
	} else {
		s.steps += s.anneal(ctx, warpBegun)
	}
	if breeds {
		s.genetic(ctx, w, warpDone, seed, s.build.limit)
	} else {
		s.follow(ctx, w, warpDone, seed, s.build.limit)
	}
	s.hottest = coldest
}

// genetic spends the budget until the share end on hybrid genetic search with penalties (Vidal et al., Computers & Operations
// Research 40, 2013) around the best plan so far, with at most limit vehicles, and takes over what is better.
func (s *search) genetic(ctx context.Context, w *warpModel, end float64, seed uint64, limit int) {
	random := rng.New(seed, "vrp", "genetic")
	state := newWarpState(w, w.slots(s.usedKinds(), limit), random)
	c := newCrowd(state, random)
	c.settle(s)
	since := 0
	per := int(warpPerStop * float64(w.n))
	for {
		done := s.spend.done(s.steps)
		if done >= end || ctx.Err() != nil || s.reached() {
			return
		}
		s.tell(done)
		if c.made < 2*c.least {
			c.random(len(s.best.tours))
		} else {
			a, b := c.parents()
			c.breed(a, b)
		}
		s.steps += per
		state.improve()
		x := state.export()
		c.add(x)
		c.note(x)
		if !x.feasible && random.Uint64()&1 == 0 {
			c.repair(x)
		}
		if since++; s.adoptMember(w, c.best) {
			since = 0
		}
		if since > warpStale {
			since = 0
			c.good, c.bad, c.made = nil, nil, 0
		}
	}
}

// settle takes the best plan so far as a first member.
func (c *crowd) settle(s *search) {
	if s.seatAll(c.s) {
		c.add(c.s.export())
	}
}

// usedKinds is how many vehicles of each kind the best plan uses.
func (s *search) usedKinds() []int {
	used := make([]int, len(s.m.kinds))
	for _, t := range s.best.tours {
		used[t.kind]++
	}
	return used
}

// seatAll puts the best plan so far in place; false where there are too few slots for it.
func (s *search) seatAll(state *warpState) bool {
	w := state.w
	index := w.index()
	kinds := slices.Clone(state.kind)
	routes := make([][]int32, len(kinds))
	for _, t := range s.best.tours {
		r := emptySlot(routes, kinds, t.kind)
		if r < 0 {
			return false
		}
		for _, j := range t.seq {
			routes[r] = append(routes[r], index[j])
		}
	}
	state.fill(routes, kinds)
	return true
}

// repair improves a plan that does not hold with penalties ten times as high.
func (c *crowd) repair(x *member) {
	s := c.s
	late, over := s.lateCost, s.overCost
	s.lateCost *= 10
	for d := range s.overCost {
		s.overCost[d] *= 10
	}
	for r := range s.kind {
		s.update(int32(r))
	}
	s.improve()
	y := s.export()
	s.lateCost, s.overCost = late, over
	if y.feasible {
		c.add(y)
	}
}

// adoptMember makes x the best plan where it is better and the exact rules agree.
func (s *search) adoptMember(w *warpModel, x *member) bool {
	if x == nil || s.seen == x {
		return false
	}
	s.seen = x
	return s.adoptRoutes(w.tours(x.routes, x.kinds))
}

// adoptRoutes makes routes the plan where they hold and are better than the best plan so far.
func (s *search) adoptRoutes(routes []routeOf) bool {
	pl, m := s.pl, s.m
	s.best.load(pl)
	s.clear()
	for _, r := range routes {
		t := pl.fresh(r.kind)
		t.seq = append(t.seq, r.seq...)
		if pl.left[r.kind] <= 0 || !m.refresh(t) {
			pl.recycle(t)
			s.best.load(pl)
			return false
		}
		pl.put(t)
		for _, c := range r.seq {
			pl.cost -= m.prices[c]
		}
	}
	pl.seated()
	if !s.better() {
		s.best.load(pl)
		return false
	}
	pl.commit()
	s.keep()
	return true
}

// better reports whether the plan is better than the best so far, by the number of vehicles first where that is asked for.
func (s *search) better() bool {
	if s.m.p.VehiclesFirst && len(s.pl.absent) == len(s.best.absent) && s.pl.used != s.best.used {
		return s.pl.used < s.best.used
	}
	return s.rank() < s.bestRank()
}
