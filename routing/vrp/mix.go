package vrp

import "context"

// mixShare is the part of the budget that goes into plans with vehicles of one kind each, all kinds together.
const mixShare = 0.2

// mix begins anew with vehicles of one kind alone, once for each kind that could serve all, and anneals a little from there with
// all kinds: which mix of sizes is cheap is decided by many tours at once, and no change of a few leads from one mix to another.
// The best plan met stays the best, and the search goes on from it.
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
	begin := s.spend.done(s.steps)
	for x, only := range kinds {
		left := s.clear()
		for k := range pl.left {
			if k != only {
				pl.left[k] = 0
			}
		}
		s.build.blink, s.build.ctx = false, ctx
		s.build.fillAll()
		s.build.blink, s.build.ctx = true, nil
		for k := range pl.left {
			if k != only {
				pl.left[k] = left[k]
			}
		}
		pl.commit()
		if s.rank() < s.bestRank() {
			s.keep()
		}
		s.steps += s.anneal(ctx, begin+(end-begin)*float64(x+1)/float64(len(kinds)))
	}
	s.best.load(pl)
}

// clear takes all stops off the plan and returns how many vehicles of each kind there are.
func (s *search) clear() []int {
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
	return append([]int(nil), pl.left...)
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
