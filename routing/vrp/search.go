package vrp

import (
	"context"
	"math"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// Temperatures of the annealing, as shares of what a leg between near stops costs.
const (
	hotLegs  = 3.0
	coldLegs = 0.03
)

// search is one run of the general solver: tear open, rebuild, accept by annealing.
type search struct {
	m     *model
	pl    *plan
	build *builder
	ruin  *ruiner
	draw  *rand.Rand
	best  best
	o     Options
	spend budget
	told  float64
	steps int // done before
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
	s.build.blink, s.build.ctx = false, ctx
	s.build.fillAll()
	s.build.blink, s.build.ctx = true, nil
	s.pl.commit()
	s.best.save(s.pl)
}

// adopt takes over the tours of Options.Start as far as they hold.
func (s *search) adopt() {
	pl, m := s.pl, s.m
	for _, given := range s.o.Start {
		t := pl.fresh(m.kindOf(int32(given.Vehicle)))
		if pl.left[t.kind] <= 0 || len(m.kinds[t.kind].fixed) > 0 {
			pl.recycle(t)
			continue
		}
		for _, i := range given.Stops {
			if c := int32(i); pl.slotOf[c] < 0 && s.movable(c) {
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
		if pl.slotOf[c] < 0 {
			left = append(left, c)
		}
	}
	pl.absent = left
	pl.commit()
}

func (s *search) movable(c int32) bool {
	for _, i := range s.m.movers {
		if i == c {
			return true
		}
	}
	return false
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

// checkEvery is how many iterations pass between two looks at the budget and the context.
const checkEvery = 1

// anneal spends the part of the budget from now until the share end and leaves the best plan in s.best.
func (s *search) anneal(ctx context.Context, end float64) int {
	pl := s.pl
	begin := s.spend.done(s.steps)
	hot := s.scale() * hotLegs
	cold := hot * coldLegs / hotLegs
	temperature := hot
	current := s.rank()
	for k := 0; ; k++ {
		if k%checkEvery == 0 {
			done := s.spend.done(s.steps + k)
			if done >= end || ctx.Err() != nil || s.reached() {
				return k
			}
			temperature = hot * math.Pow(cold/hot, (done-begin)/(1-begin))
			s.tell(done)
		}
		s.ruin.run()
		s.build.fill()
		s.retype()
		now := s.rank()
		if float64(now) >= float64(current)+temperature*s.draw.ExpFloat64() {
			pl.back()
			continue
		}
		pl.commit()
		current = now
		if now < s.bestRank() {
			s.keep()
		}
	}
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

// scale is the mean cost of a leg between near stops. Where vehicles or leaving stops out have prices of their own, it is
// what a stop costs on average, so that a whole vehicle can be at stake.
func (s *search) scale() float64 {
	var mean float64
	mixed := len(s.m.kinds) > 1
	for k := range s.m.kinds {
		v := &s.m.kinds[k]
		mean = max(mean, s.m.meanLeg*float64(v.perM+v.perDrive))
		mixed = mixed || v.used > 0 || v.perSec > 0
	}
	served := max(1, len(s.m.movers)-len(s.pl.absent))
	perStop := float64(s.travel()) / float64(served)
	if s.m.optional {
		perStop = max(perStop, float64(s.price()))
	}
	if mixed || s.m.optional || mean == 0 {
		mean = max(mean, perStop)
	}
	return max(mean, 1)
}

// price is the mean price of leaving a stop out.
func (s *search) price() int64 {
	var sum int64
	for _, c := range s.m.movers {
		sum += s.m.prices[c]
	}
	return sum / int64(max(1, len(s.m.movers)))
}

// retype gives the tours changed in this step to the kind of vehicle that does them cheapest.
func (s *search) retype() {
	pl, m := s.pl, s.m
	if len(m.kinds) < 2 {
		return
	}
	for k := 0; k < len(pl.undo); k++ {
		slot := pl.undo[k].slot
		t := pl.tours[slot]
		if t == nil || len(m.kinds[t.kind].fixed) > 0 {
			continue
		}
		for to := range m.kinds {
			if int32(to) == t.kind || pl.left[to] <= 0 || len(m.kinds[to].fixed) > 0 || !m.kindTakes(to, t) {
				continue
			}
			x := pl.fresh(int32(to))
			x.seq = append(x.seq, t.seq...)
			if m.refresh(x) && x.cost < t.cost {
				pl.replace(slot, x)
				t = x
			} else {
				pl.recycle(x)
			}
		}
	}
}

func (m *model) kindTakes(to int, t *tour) bool {
	k := &m.kinds[to]
	if k.ok != nil {
		for _, c := range t.seq {
			if c != reload && !k.ok[c] {
				return false
			}
		}
	}
	return t.total == nil || !m.simple || fits(t.total, k.caps)
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
			d := t.leave[len(t.seq)+1] - t.leave[0]
			low, high = min(low, d), max(high, d)
		}
	}
	if high == 0 {
		return 0
	}
	return (high - low) * price * unitsPerSec
}
