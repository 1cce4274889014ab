package vrp

import (
	"context"
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// Temperatures of the trail as shares of the mean leg between near stops, what a route that is late costs besides the seconds, as
// a share of that leg too, and the adaptation of penalties: after so many plans, to have that share of them hold.
const (
	trailHot = 2.0

	trailCold  = 0.02
	trailLate  = 1.0
	trailEvery = 100
	trailShare = 0.2
	trailPace  = 0.1 // power to which prices change at the end, 1 at first: a cold trail does not mend what swinging prices break
)

// A plan for as few vehicles as there may be rarely holds where windows are narrow: when none of so many plans did, breaking rules costs
// so many mean legs a route from then on, and by the second or unit so many times the first prices, which is not adapted any more.
const (
	trailLost  = 8000
	firmLegs   = 100_000 // more than a long plan for the fewest vehicles can save at once by being late
	firmPrices = 10
	settleMost = 8 // how often prices rise at first where stops are left out, and by how much
	settleBy   = 2.5
	lackShare  = 0.2 // of the trail's time after which it gives up where they still are: there may be no room for them
)

// trail is one plan that is torn open at a place, mended and improved around it, again and again: iterated local search under
// penalties that touches only what changed (Accorsi, Vigo, Transportation Science 55(4), 2021, for problems without windows).
type trail struct {
	s      *warpState
	rng    *rand.Rand
	queue  []int32 // stops whose moves are to be tried
	queued []bool
	over   func() bool // the budget is spent; nil where none is watched

	used int     // routes of the best plan
	out  []int32 // stops taken off
	keys []int64
	turn int32
	torn []int32 // per route: the turn it was last torn in

	made   int
	inTime int // plans on time since the last adaptation
	inLoad int
	heldAt int  // made when a plan last held
	firm   bool // rules are not broken any more
	pace   float64
	first  trailPrices

	best   int64 // of plans that hold
	fresh  bool  // the best plan is not yet that of the search
	routes [][]int32
	kinds  []int32
}

// trailPrices are what breaking rules costs at first.
type trailPrices struct {
	late, base int64
	over       warpLoad
}

func newTrail(s *warpState, rng *rand.Rand) *trail {
	length, _ := s.w.meanLeg()
	s.lateBase = int64(trailLate * float64(s.w.kinds[0].rate) * length)
	routes := len(s.kind)
	return &trail{s: s, pace: 1, first: trailPrices{s.lateCost, s.lateBase, s.overCost}, rng: rng, torn: make([]int32, routes), queued: make([]bool, s.w.n), best: never,
		routes: make([][]int32, routes), kinds: make([]int32, routes)}
}

// follow spends the budget until the share end on the trail from the best plan so far, with at most limit vehicles, and takes over
// what is better.
func (s *search) follow(ctx context.Context, w *warpModel, end float64, seed uint64, limit int) {
	random := rng.New(seed, "vrp", "trail")
	state := newWarpState(w, w.slots(s.usedKinds(), limit), random)
	c := newTrail(state, random)
	if !s.seatAll(state) {
		return
	}
	c.over = func() bool { return ctx.Err() != nil || s.spend.done(s.steps) >= end }
	c.begin()
	if s.lacks() {
		c.settle()
	}
	length, _ := w.meanLeg()
	leg := length * float64(w.kinds[0].rate)
	begin := s.spend.done(s.steps)
	shown := begin
	for {
		done := s.spend.done(s.steps)
		if done >= end || ctx.Err() != nil || s.reached() {
			break
		}
		if done >= shown {
			shown = done + 0.01
			s.adoptTrail(c)
			s.tell(done)
			if done > begin+lackShare*(end-begin) && s.lacks() {
				return
			}
		}
		s.steps += trailSteps
		gone := min(1, (done-begin)/max(end-begin, 1e-9))
		c.pace = math.Pow(trailPace, gone)
		c.turnOnce(leg * trailHot * math.Pow(trailCold/trailHot, gone))
	}
	s.adoptTrail(c)
}

func (s *search) adoptTrail(c *trail) {
	if c.fresh {
		c.fresh = false
		s.adoptRoutes(c.s.w.tours(c.routes, c.kinds))
	}
}

// begin improves the plan that the trail starts from.
func (c *trail) begin() {
	c.s.holdAll()
	c.keep()
	for i := range int32(c.s.w.n) {
		c.touch(i)
	}
	c.improve()
	c.keep()
	c.s.hold()
}

// settle makes breaking rules dearer and dearer until a plan holds, where the one to begin with leaves out stops that must be served.
func (c *trail) settle() {
	s := c.s
	for range settleMost {
		if s.late+s.full == 0 || c.over() {
			break
		}
		s.raise(settleBy, settleBy)
		s.reprice()
		for r := range int32(len(s.kind)) {
			if s.broken[r] != 0 {
				for i := s.next[s.begin(r)]; s.stop(i); i = s.next[i] {
					c.touch(i)
				}
			}
		}
		c.improve()
		c.keep()
	}
	s.hold()
}

// stand makes the trail firm and goes back to the best plan.
func (c *trail) stand() {
	s := c.s
	c.firm = true
	s.lateBase = min(firmLegs*c.first.base, never/int64(8*len(s.kind)))
	s.overBase = s.lateBase
	s.lateCost = min(firmPrices*c.first.late, s.lateMost)
	for d := range s.overCost {
		s.overCost[d] = min(firmPrices*c.first.over[d], s.overMost[d])
	}
	s.fill(c.routes, c.kinds)
	s.hold()
}

// turnOnce tears the plan open, mends and improves it, and keeps of that what the temperature lets it.
func (c *trail) turnOnce(temperature float64) {
	s := c.s
	limit := float64(s.total) + temperature*c.rng.ExpFloat64()
	c.tear()
	c.mend()
	c.improve()
	c.note()
	c.keep()
	if float64(s.total) < limit {
		s.hold()
	} else {
		s.back()
	}
	switch {
	case c.firm:
	case c.made-c.heldAt >= trailLost && c.best < never:
		c.stand()
	case c.made%trailEvery == 0:
		c.adapt()
	}
}

// keep notes the plan where it holds and is the best.
func (c *trail) keep() {
	s := c.s
	if s.late+s.full > 0 || s.total >= c.best {
		return
	}
	c.best, c.fresh, c.used = s.total, true, 0
	copy(c.kinds, s.kind)
	for r := range int32(len(s.kind)) {
		c.routes[r] = s.stopsOf(r, c.routes[r][:0])
		if len(c.routes[r]) > 0 {
			c.used++
		}
	}
}

// note counts plans that hold.
func (c *trail) note() {
	c.made++
	if c.s.late == 0 {
		c.inTime++
	}
	if c.s.full == 0 {
		c.inLoad++
	}
	if c.s.late+c.s.full == 0 {
		c.heldAt = c.made
	}
}

// adapt changes the penalties towards the share of plans that should hold.
func (c *trail) adapt() {
	s := c.s
	factor := func(n int) float64 {
		switch share := float64(n) / trailEvery; {
		case share < trailShare-0.05:
			return 1.15
		case share > trailShare+0.05:
			return 0.9
		}
		return 1
	}
	s.raise(math.Pow(factor(c.inTime), c.pace), math.Pow(factor(c.inLoad), c.pace))
	c.inTime, c.inLoad = 0, 0
	s.reprice()
}
