package vrp

import (
	"cmp"
	"context"
	"slices"
)

// mixShare is the part of the budget that goes into plans with vehicles of one kind each, of the mixKinds best kinds.
const (
	mixShare = 0.3
	mixKinds = 3
)

// mix begins anew with vehicles of one kind alone, once for each kind that could serve all, and anneals the best of those plans: which
// mix of sizes is cheap is decided by many tours at once, and no change of a few leads from one mix to another. The search goes on
// from the best plan met, with all kinds.
func (s *search) mix(ctx context.Context, end float64) {
	pl, m := s.pl, s.m
	var kinds []int
	for k := range m.kinds {
		if s.couldServe(k) {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) < 2 || len(kinds) > mostKinds || m.bound != nil {
		return
	}
	first := make([]int64, len(m.kinds))
	for _, k := range kinds {
		s.only(ctx, k, func() { first[k] = s.rank() })
	}
	slices.SortStableFunc(kinds, func(a, b int) int { return cmp.Compare(first[a], first[b]) })
	kinds = kinds[:min(mixKinds, len(kinds))]
	begin := s.spend.done(s.steps)
	for x, k := range kinds {
		s.only(ctx, k, func() {
			s.steps += s.anneal(ctx, begin+(end-begin)*float64(x+1)/float64(len(kinds)))
		})
		for slot := range pl.tours {
			s.retypeTour(int32(slot))
		}
		if pl.commit(); s.better() {
			s.keep()
		}
	}
	s.best.load(pl)
}

// only plans anew with vehicles of kind k alone, and does something with that plan.
func (s *search) only(ctx context.Context, k int, do func()) {
	pl := s.pl
	s.clear()
	held := slices.Clone(pl.left)
	held[k] = 0
	for x, n := range held {
		pl.left[x] -= n
	}
	s.fillFirst(ctx)
	pl.commit()
	do()
	for x, n := range held {
		pl.left[x] += n
	}
}

// clear takes all stops off the plan.
func (s *search) clear() {
	pl := s.pl
	for slot := range pl.tours {
		if t := pl.tours[slot]; t != nil {
			for _, c := range t.seq {
				if c != reload {
					pl.take(c)
				}
			}
			pl.replace(int32(slot), pl.fresh(t.kind))
		}
	}
	pl.commit()
}

// couldServe reports whether vehicles of kind k alone may visit all stops and have room for them.
func (s *search) couldServe(k int) bool {
	m := s.m
	v := &m.kinds[k]
	if v.ok != nil || len(v.fixed) > 0 {
		return false
	}
	for d, c := range v.caps {
		var sum int64
		for _, i := range m.movers {
			sum += m.deliver[int(i)*m.dims+d]
		}
		if sum > c*int64(v.count)*int64(v.trips) {
			return false
		}
	}
	return true
}

// fixedCosts reports whether kinds of vehicles differ in what using one costs.
func (s *search) fixedCosts() bool {
	for k := range s.m.kinds {
		if s.m.kinds[k].used != s.m.kinds[0].used {
			return true
		}
	}
	return false
}
