package lean

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

// plainSearch anneals one linked plan.
type search struct {
	l           *links
	tear        *reseat
	accept      *rand.Rand
	arc         float64 // mean leg between stops of the first plan
	current     int64   // cost of the plan before this step
	track       bool    // the best plan met is kept
	tries       int     // exchanges of ends drawn in each step
	left, right []int32 // scratch of those
	best        bestLinks

	tell func(done float64, costM int64)
	told float64
}

func newSearch(l *links, seed uint64, arc float64) *search {
	return &search{l: l, tear: newReseat(l, rng.New(seed, "vrp", "plain")), accept: rng.New(seed, "vrp", "accept"), arc: arc, track: true, tries: crossTries(l)}
}

// bestLinks is the best plan met: as a copy, or as the current plan and the steps made since, so that a better plan costs
// no copying of all stops.
type bestLinks struct {
	cost   int64
	copied bool
	since  []step
	knots  []knot
	slack  []int32
	trips  []trip
	free   []int32
	used   int
}

func (b *bestLinks) save(l *links) {
	b.cost, b.used, b.copied = l.cost, l.used, true
	b.knots = append(b.knots[:0], l.knots...)
	b.slack = append(b.slack[:0], l.slack...)
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
		other := links{p: l.p, knots: slices.Clone(l.knots), slack: slices.Clone(l.slack), trips: slices.Clone(l.trips), free: slices.Clone(l.free), used: l.used, cost: l.cost, log: b.since}
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
	l.slack = append(l.slack[:0], b.slack...)
	l.trips = append(l.trips[:0], b.trips...)
	l.free = append(l.free[:0], b.free...)
	l.log = l.log[:0]
}

// Temperatures of the lean search, as shares of the mean leg between stops of the first plan. With few steps for each stop it begins
// colder, because a hot plan could not be cooled in time.
const (
	annealHot     = 2.0
	annealCold    = 0.01
	annealHotStep = 300.0 // steps for each stop at which it begins hot
	annealColdest = 0.05  // coldest beginning
)

// heat is the range of temperatures for so many steps for each stop.
func (s *search) heat(perStop float64) (hot, cold float64) {
	share := affordable(perStop)
	return s.arc * annealHot * share, s.arc * annealCold * max(share, 0.3)
}

// affordable is how much of the heat a run of so many steps for each stop can cool down.
func affordable(perStop float64) float64 {
	return min(1, max(annealColdest, math.Sqrt(perStop/annealHotStep)))
}

const probeSteps = 1024 // steps after which the length of the run is foretold

func (s *search) run(ctx context.Context, spent func(iteration int) float64) int {
	hot, cold := s.heat(0)
	begin := spent(0)
	temperature := hot
	s.begin()
	for k := 0; ; k++ {
		if k%256 == 0 {
			done := spent(k)
			if done >= 1 || ctx.Err() != nil {
				return k
			}
			if k == probeSteps && done > begin {
				hot, cold = s.heat(probeSteps * (1 - begin) / (done - begin) / float64(s.l.p.n))
			}
			temperature = hot * math.Pow(cold/hot, done)
			if s.tell != nil && done >= s.told {
				s.told = done + 0.01
				s.tell(done, s.best.cost)
			}
		}
		s.step(temperature)
	}
}

func (s *search) begin() {
	s.current = s.l.cost
	s.best.note(s.l)
}

// step tears the plan open, puts it together anew and keeps the outcome where the temperature lets it.
func (s *search) step(temperature float64) {
	l := s.l
	s.tear.ruin()
	s.tear.recreate()
	if float64(l.cost) >= float64(s.current)+temperature*s.accept.ExpFloat64() {
		l.back()
	} else {
		s.keep()
	}
	for range s.tries {
		s.cross(temperature)
	}
}

// keep makes the changed plan the current one.
func (s *search) keep() {
	l := s.l
	s.current = l.cost
	if !s.track {
		l.log = l.log[:0]
		return
	}
	if s.current < s.best.cost {
		s.best.note(l)
	} else {
		s.best.moved(l, l.log)
	}
	l.log = l.log[:0]
}

// stretch anneals between two temperatures in so many steps, and returns how many it did before stop ended it.
func (s *search) stretch(hot, cold float64, steps int, stop func() bool) int {
	s.begin()
	temperature := hot
	for k := range steps {
		if k%256 == 0 && stop() {
			return k
		}
		if k%256 == 0 {
			temperature = hot * math.Pow(cold/hot, float64(k)/float64(steps))
		}
		s.step(temperature)
	}
	return steps
}
