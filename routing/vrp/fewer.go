package vrp

import (
	"context"
	"math"
)

// reduce drops tours one after another as long as their stops find room on the others, by the absence counters of
// Christiaens and Vanden Berghe (2020, section 5): stops that are often without a seat weigh more, and a plan that
// leaves out less of that weight is accepted. It spends the budget up to the share end at most, and stops early when
// longest tries in a row brought nothing.
func (s *search) reduce(ctx context.Context, end float64) int {
	pl, m := s.pl, s.m
	weight := make([]int64, m.n)
	floor := s.leastTours()
	k := 0
	for len(s.best.absent) == 0 && s.best.used > floor && s.spend.done(s.steps+k) < end && ctx.Err() == nil {
		s.dropOne(weight)
		pl.commit()
		s.build.limit = pl.used
		sum, current, out := s.weigh(weight), s.travel(), len(pl.absent)
		leg := s.legCost()
		heat := cooling{leg * hotShare, leg * coldShare, s.spend.done(s.steps + k), end}
		for ; len(pl.absent) > 0; k++ {
			done := s.spend.done(s.steps + k)
			if done >= end || ctx.Err() != nil {
				break
			}
			temperature := heat.at(done)
			s.ruin.run()
			s.build.fill()
			for _, c := range pl.absent {
				weight[c]++
			}
			now := s.weigh(weight)
			better := len(pl.absent) == 0 || now < sum || len(pl.absent) <= out && s.travel() < current+int64(temperature*s.draw.ExpFloat64())
			if !better {
				pl.back()
				sum = s.weigh(weight)
				continue
			}
			pl.commit()
			sum, current, out = now, s.travel(), len(pl.absent)
		}
		if len(pl.absent) > 0 {
			break
		}
		s.best.save(pl)
	}
	s.best.load(pl)
	s.build.limit = s.best.used
	return k
}

// travel is the cost without the prices of absent stops.
func (s *search) travel() int64 {
	c := s.pl.cost
	for _, i := range s.pl.absent {
		c -= s.m.prices[i]
	}
	return c
}

func (s *search) weigh(weight []int64) int64 {
	var sum int64
	for _, c := range s.pl.absent {
		sum += weight[c] + 1
	}
	return sum
}

// dropOne takes all stops off the tour whose stops weigh least.
func (s *search) dropOne(weight []int64) {
	pl := s.pl
	slot, least := int32(-1), int64(math.MaxInt64)
	for i, t := range pl.tours {
		if t == nil || len(s.m.kinds[t.kind].fixed) > 0 {
			continue
		}
		var sum int64
		for _, c := range t.seq {
			if c != reload {
				sum += weight[c] + 1
			}
		}
		if sum < least {
			slot, least = int32(i), sum
		}
	}
	if slot < 0 {
		return
	}
	var off []int32
	for _, c := range pl.tours[slot].seq {
		if c != reload {
			off = append(off, c)
		}
	}
	s.build.takeOff(off)
}

// leastTours is how many vehicles the loads alone ask for.
func (s *search) leastTours() int {
	m := s.m
	least := 1
	for x := range m.dims {
		var sum, most int64
		for _, c := range m.movers {
			sum += m.first[int(c)*m.dims+x]
		}
		for k := range m.kinds {
			most = max(most, m.kinds[k].caps[x]*int64(m.kinds[k].trips))
		}
		if most > 0 {
			least = max(least, int((sum+most-1)/most))
		}
	}
	return least
}
