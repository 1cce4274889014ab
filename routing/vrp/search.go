package vrp

import (
	"context"
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// Temperatures of the annealing, as shares of what a leg between stops costs on average in the first plan. With few steps for each stop
// it begins colder, because a hot plan could not be cooled in time.
const (
	hotShare  = 2.0
	coldShare = 0.01
	hotSteps  = 300.0 // steps for each stop at which it begins hot
	coldest   = 0.02  // coldest beginning
	probe     = 256   // steps after which the length of the run is foretold
)

// search is one run of the general solver: tear open, rebuild, accept by annealing.
type search struct {
	m       *model
	pl      *plan
	build   *builder
	ruin    *ruiner
	draw    *rand.Rand
	best    best
	o       Options
	spend   budget
	told    float64
	steps   int     // done before
	seen    *member // the last plan of the genetic search that was looked at
	cut     bool    // the budget ended while a first plan was made
	hottest float64 // the plan is too good to be heated more, as a share; 0 = it is not
}

func newSearch(m *model, o Options, seed uint64) *search {
	s := &search{m: m, pl: newPlan(m), o: o, spend: o.budget(len(m.movers)), draw: rng.New(seed, "vrp", "accept")}
	s.build = newBuilder(s.pl, rng.New(seed, "vrp", "recreate"))
	s.ruin = newRuiner(s.build, rng.New(seed, "vrp", "ruin"))
	return s
}

// construct makes the first plan: the one given, and every stop where it costs least.
func (s *search) construct(ctx context.Context) {
	s.adopt()
	s.fillFirst(ctx)
	s.pl.commit()
	s.best.save(s.pl)
}

// firstStops are placed in any case: a budget that is spent before anything is planned should not leave nothing planned.
const firstStops = 500

// fillFirst puts every stop where it costs least, until ctx ends or a budget by the clock is spent, which it notes.
func (s *search) fillFirst(ctx context.Context) {
	tried := 0
	s.build.blink, s.build.stop = false, func() bool {
		tried++
		s.cut = s.cut || ctx.Err() != nil || tried > firstStops && s.spend.spent != nil && s.spend.spent() >= 1
		return s.cut
	}
	s.build.fillAll()
	s.build.blink, s.build.stop = true, nil
}

// adopt takes over the tours of Options.Start as far as they hold.
func (s *search) adopt() {
	pl, m := s.pl, s.m
	movable := make([]bool, m.n)
	for _, i := range m.movers {
		movable[i] = true
	}
	for _, given := range s.o.Start {
		t := pl.fresh(m.kindOf(int32(given.Vehicle)))
		if pl.left[t.kind] <= 0 || len(m.kinds[t.kind].fixed) > 0 {
			pl.recycle(t)
			continue
		}
		for _, i := range given.Stops {
			if c := int32(i); pl.stands[c].slot < 0 && movable[c] {
				t.seq = append(t.seq, c)
			}
		}
		if len(t.seq) == 0 || !m.refresh(t) || !s.whole(t) {
			pl.recycle(t)
			continue
		}
		pl.put(t)
		for _, c := range t.seq {
			pl.cost -= m.prices[c]
		}
	}
	left := pl.absent[:0]
	for _, c := range pl.absent {
		if pl.stands[c].slot < 0 {
			left = append(left, c)
		}
	}
	pl.absent = left
	pl.commit()
}

// whole reports whether a given tour visits no stop twice, has both stops of each pair in order, and none it must not have.
func (s *search) whole(t *tour) bool {
	place := map[int32]int{}
	for p, c := range t.seq {
		if _, twice := place[c]; twice || s.m.kinds[t.kind].ok != nil && !s.m.kinds[t.kind].ok[c] {
			return false
		}
		place[c] = p
	}
	for c, p := range place {
		if mate := s.m.mate[c]; mate >= 0 {
			q, ok := place[mate]
			if !ok || s.m.pickup[c] != (p < q) {
				return false
			}
		}
	}
	return s.m.bound == nil
}

func (m *model) kindOf(vehicle int32) int32 {
	for k := range m.kinds {
		for _, v := range m.kinds[k].vehicles {
			if v == vehicle {
				return int32(k)
			}
		}
	}
	return 0
}

// cooling lowers the temperature from hot to cold over a part of the budget.
type cooling struct {
	hot, cold  float64
	begin, end float64 // parts of the budget
}

// cool begins a cooling of which steps done so far took the budget from begin to now.
func (s *search) cool(begin, now, end float64, steps int) cooling {
	return s.coolBy(s.legCost(), begin, now, end, steps)
}

// coolBy is cool for a plan whose legs cost so much on average.
func (s *search) coolBy(leg, begin, now, end float64, steps int) cooling {
	perStop := 0.0
	if now > begin {
		perStop = float64(steps) * (end - begin) / (now - begin) / float64(max(1, len(s.m.movers)))
	}
	share := min(1, max(coldest, math.Sqrt(perStop/hotSteps)))
	if s.hottest > 0 {
		share = min(share, s.hottest)
	}
	return cooling{leg * hotShare * share, leg * coldShare * max(share, 0.3), begin, end}
}

func (c cooling) at(done float64) float64 {
	return c.hot * math.Pow(c.cold/c.hot, min(1, (done-c.begin)/max(c.end-c.begin, 1e-9)))
}

// anneal spends the part of the budget from now until the share end and leaves the best plan in s.best.
func (s *search) anneal(ctx context.Context, end float64) int {
	begin := s.spend.done(s.steps)
	heat := s.cool(begin, begin, end, 0)
	current := s.rank()
	for k := 0; ; k++ {
		done := s.spend.done(s.steps + k)
		if done >= end || ctx.Err() != nil || s.reached() {
			return k
		}
		if k == probe {
			heat = s.cool(begin, done, end, probe)
		}
		s.tell(done)
		current = s.step(heat.at(done), current)
	}
}

// step tears the plan of rank current open, rebuilds it, tries some exchanges, keeps of that what the temperature lets it, and
// returns the rank of the plan then.
func (s *search) step(temperature float64, current int64) int64 {
	s.ruin.run()
	s.build.fill()
	s.retype()
	s.exchange()
	if now := s.rank(); float64(now) >= float64(current)+temperature*s.draw.ExpFloat64() {
		s.pl.back()
	} else {
		current = s.accepted()
	}
	for range tailTries {
		if s.cross(temperature) {
			current = s.accepted()
		}
	}
	return current
}

// accepted makes the changed plan the current one and returns its rank.
func (s *search) accepted() int64 {
	s.pl.commit()
	now := s.rank()
	if now < s.bestRank() {
		s.keep()
	}
	return now
}

// rank is what the search compares: the cost and, where asked for, the price of imbalance.
func (s *search) rank() int64 { return s.pl.cost + s.pl.imbalance() }

func (s *search) bestRank() int64 { return s.best.cost + s.best.imbalance }

func (s *search) keep() {
	s.best.save(s.pl)
	s.best.imbalance = s.pl.imbalance()
}

func (s *search) reached() bool {
	return s.o.TargetCents > 0 && len(s.best.absent) == 0 && s.best.cost <= s.o.TargetCents*unit
}

func (s *search) tell(done float64) {
	if s.o.Progress != nil && done >= s.told {
		s.told = done + 0.01
		s.o.Progress(min(done, 1), s.best.cost/unit)
	}
}

// legCost is what a leg between stops costs on average, with the time it takes.
func (s *search) legCost() float64 {
	sum, legs := 0.0, 0
	for _, t := range s.pl.tours {
		if t == nil {
			continue
		}
		k := &s.m.kinds[t.kind]
		for p := 1; p < len(t.seq); p++ {
			a := &t.marks[p]
			sum += float64(min(a.ahead, noWay)) + float64(a.sec)*float64(k.perSec) + float64(k.travel.LegCostCents(a.at, t.marks[p+1].at))*unit
		}
		legs += len(t.seq) - 1
	}
	return max(1, sum/float64(max(1, legs)))
}

// imbalance is the price of the difference between the longest and the shortest tour.
func (pl *plan) imbalance() int64 {
	price := pl.m.p.BalanceCents
	if price == 0 {
		return 0
	}
	low, high := int64(math.MaxInt64), int64(0)
	for _, t := range pl.tours {
		if t != nil && len(t.seq) > 0 {
			d := t.durationSec()
			low, high = min(low, d), max(high, d)
		}
	}
	if high == 0 {
		return 0
	}
	return (high - low) * price * unitsPerSec
}
