package vrp

import (
	"context"
	"math"
	"slices"

	"quartermaster/internal/rng"
)

// plainSearch anneals one linked plan.
type plainSearch struct {
	l    *links
	tear *reseat
	arc  float64 // mean leg of the first plan
	best bestLinks

	tell     func(done float64, costCents int64)
	centsPer int64 // per kilometre
	told     float64
}

// bestLinks is the best plan met: as a copy, or as the current plan and the steps made since, so that a better plan costs
// no copying of all stops.
type bestLinks struct {
	cost   int64
	copied bool
	since  []step
	knots  []knot
	trips  []trip
	free   []int32
	used   int
}

func (b *bestLinks) save(l *links) {
	b.cost, b.used, b.copied = l.cost, l.used, true
	b.knots = append(b.knots[:0], l.knots...)
	b.trips = append(b.trips[:0], l.trips...)
	b.free = append(b.free[:0], l.free...)
	b.since = b.since[:0]
}

// note makes the current plan the best one.
func (b *bestLinks) note(l *links) {
	b.cost, b.copied = l.cost, false
	b.since = b.since[:0]
}

// moved takes down steps away from the best plan. Once they outnumber the stops the plan is copied.
func (b *bestLinks) moved(l *links, steps []step) {
	if b.copied {
		return
	}
	b.since = append(b.since, steps...)
	if len(b.since) > 4*len(l.knots)+1000 {
		other := links{p: l.p, knots: slices.Clone(l.knots), trips: slices.Clone(l.trips), free: slices.Clone(l.free), used: l.used, cost: l.cost, log: b.since}
		other.back()
		b.save(&other)
	}
}

func (b *bestLinks) load(l *links) {
	if !b.copied {
		l.log = append(l.log[:0], b.since...)
		l.back()
		b.since = b.since[:0]
		return
	}
	l.cost, l.used = b.cost, b.used
	l.knots = append(l.knots[:0], b.knots...)
	l.trips = append(l.trips[:0], b.trips...)
	l.free = append(l.free[:0], b.free...)
	l.log = l.log[:0]
}

// Temperatures of the lean search, as shares of the mean leg of the first plan. With few steps for each stop it begins
// colder, because a hot plan could not be cooled in time.
const (
	plainHot     = 1.0
	plainCold    = 0.01
	plainHotStep = 300.0 // steps for each stop at which it begins hot
	plainColdest = 0.05  // coldest beginning
)

// heat is the range of temperatures for so many steps for each stop.
func (s *plainSearch) heat(perStop float64) (hot, cold float64) {
	share := min(1, max(plainColdest, math.Sqrt(perStop/plainHotStep)))
	return s.arc * plainHot * share, s.arc * plainCold * max(share, 0.3)
}

const plainProbe = 1024 // steps after which the length of the run is foretold

func (s *plainSearch) run(ctx context.Context, seed uint64, spent func(iteration int) float64) int {
	l := s.l
	random := rng.New(seed, "vrp", "accept")
	hot, cold := s.heat(0)
	begin := spent(0)
	temperature := hot
	current := l.cost
	s.best.note(l)
	for k := 0; ; k++ {
		if k%256 == 0 {
			done := spent(k)
			if done >= 1 || ctx.Err() != nil {
				return k
			}
			if k == plainProbe && done > begin {
				hot, cold = s.heat(plainProbe * (1 - begin) / (done - begin) / float64(l.p.n))
			}
			temperature = hot * math.Pow(cold/hot, done)
			if s.tell != nil && done >= s.told {
				s.told = done + 0.01
				s.tell(done, s.best.cost*s.centsPer/1000)
			}
		}
		s.tear.ruin()
		s.tear.recreate()
		if float64(l.cost) >= float64(current)+temperature*random.ExpFloat64() {
			l.back()
			continue
		}
		current = l.cost
		if current < s.best.cost {
			s.best.note(l)
		} else {
			s.best.moved(l, l.log)
		}
		l.log = l.log[:0]
	}
}
