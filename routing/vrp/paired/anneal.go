package paired

// Anneal tears the plan open and rebuilds it again and again and keeps what temperature lets it: in the unit of Problem.Length, below 0 at
// the end. The best plan counts. It returns the steps done.
func (s *Search) Anneal(temperature func(steps int) float64) int {
	s.best.load(s.plan)
	s.pool = s.pool[:0]
	for k := 0; ; k++ {
		heat := temperature(k)
		if heat < 0 {
			return k
		}
		was := s.cost
		s.ruin()
		if !s.recreate() || float64(s.cost) >= float64(was)+heat*s.rng.ExpFloat64() {
			s.back()
			continue
		}
		s.commit()
		if s.cost < s.best.cost {
			s.best.save(s.plan)
		}
	}
}

// Limit lets the plan have no more than that many tours.
func (s *Search) Limit(tours int) { s.limit = min(s.limit, tours) }

// blinkOf is one tour in so many that is overlooked.
const blinkOf = 100

// recreate puts what was torn off where it costs least, one after another; false where a shipment has no seat.
func (s *Search) recreate() bool {
	s.sortTorn()
	for _, h := range s.order {
		at, onto := s.cheapestSeat(h)
		if at.delta == never {
			return false
		}
		s.sit(h, onto, at)
	}
	return true
}

// cheapestSeat is the cheapest seat of h and the slot of its tour, -1 for one more tour.
func (s *Search) cheapestSeat(h int32) (seat, int32) {
	found, onto := seat{delta: never}, int32(-1)
	for slot, t := range s.tours {
		if t == nil {
			continue
		}
		if k := s.cheapestOn(h, int32(slot)); k.delta < found.delta && s.rng.Uint32() >= (1<<32-1)/blinkOf {
			found, onto = k.seat, int32(slot)
		}
	}
	if s.used < s.limit {
		s.finder.cheapest(found.delta)
		s.l.scan(s.empty, h, &s.finder)
		if s.finder.count > 0 {
			return s.finder.seat, -1
		}
	}
	return found, onto
}

// Ways to order what is placed, drawn by weight.
const (
	byChance = iota
	byBulk
	byFar
	byClose
	byNarrow
	byEarly
	byLate
)

var ways = []int{byChance, byChance, byChance, byChance, byBulk, byBulk, byFar, byFar, byClose, byNarrow, byNarrow, byEarly, byLate}

// sortTorn orders what was torn off in a drawn way.
func (s *Search) sortTorn() {
	way := ways[s.rng.IntN(len(ways))]
	s.keys = s.keys[:0]
	for _, h := range s.order {
		s.keys = append(s.keys, s.orderKey(way, h))
	}
	for i := 1; i < len(s.order); i++ {
		h, key := s.order[i], s.keys[i]
		j := i
		for ; j > 0 && s.keys[j-1] > key; j-- {
			s.order[j], s.keys[j] = s.order[j-1], s.keys[j-1]
		}
		s.order[j], s.keys[j] = h, key
	}
}

func (s *Search) orderKey(way int, h int32) int64 {
	l := s.l
	a, b := &l.Visits[2*h], &l.Visits[2*h+1]
	switch way {
	case byBulk:
		return -l.Loads[h][0]
	case byFar:
		return -s.reach(h)
	case byClose:
		return s.reach(h)
	case byNarrow:
		return a.CloseSec - a.OpenSec + b.CloseSec - b.OpenSec
	case byEarly:
		return a.OpenSec
	case byLate:
		return -b.CloseSec
	default:
		return int64(s.rng.Uint64() >> 34)
	}
}

// reach is how far a shipment goes: from where tours begin over both stops.
func (s *Search) reach(h int32) int64 {
	l := s.l
	row := int(l.begin) * l.places
	return int64(l.Length[row+int(2*h)]) + int64(l.Length[int(2*h)*l.places+int(2*h+1)])
}
