package vrp

import (
	"context"
	"math"

	"quartermaster/internal/rng"
)

// plainSearch anneals one linked plan.
type plainSearch struct {
	l    *links
	tear *reseat
	best bestLinks
	hot  float64
	cold float64

	tell     func(done float64, costCents int64)
	centsPer int64 // per kilometre
	told     float64
}

// bestLinks is the best plan met, kept as a copy.
type bestLinks struct {
	cost  int64
	knots []knot
	trips []trip
	free  []int32
	used  int
}

func (b *bestLinks) save(l *links) {
	b.cost, b.used = l.cost, l.used
	b.knots = append(b.knots[:0], l.knots...)
	b.trips = append(b.trips[:0], l.trips...)
	b.free = append(b.free[:0], l.free...)
}

func (b *bestLinks) load(l *links) {
	l.cost, l.used = b.cost, b.used
	l.knots = append(l.knots[:0], b.knots...)
	l.trips = append(l.trips[:0], b.trips...)
	l.free = append(l.free[:0], b.free...)
	l.log = l.log[:0]
}

func (s *plainSearch) run(ctx context.Context, seed uint64, spent func(iteration int) float64) int {
	l := s.l
	random := rng.New(seed, "vrp", "accept")
	temperature := s.hot
	current := l.cost
	s.best.save(l)
	for k := 0; ; k++ {
		if k%256 == 0 {
			done := spent(k)
			if done >= 1 || ctx.Err() != nil {
				return k
			}
			temperature = s.hot * math.Pow(s.cold/s.hot, done)
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
		l.log = l.log[:0]
		current = l.cost
		if current < s.best.cost {
			s.best.save(l)
		}
	}
}
