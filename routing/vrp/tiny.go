package vrp

import "context"

// Problems that are solved by trying every order of every set of stops: up to so many stops and kinds of vehicles.
const (
	tinyStops = 7
	tinyDeep  = 6 // where tours ask for the exact pass
	tinyKinds = 8
)

// tiny is the exhaustive search: the cheapest order of each set of stops on each kind of vehicle, then the cheapest sets.
type tiny struct {
	s    *search
	cost [][]int64   // per kind and set
	seqs [][][]int32 // the same
	t    *tour
}

// isTiny reports whether m can be searched exhaustively.
func (m *model) isTiny() bool {
	if len(m.movers) > tinyStops || len(m.kinds) > tinyKinds || m.bound != nil || m.p.BalanceCents > 0 || m.p.VehiclesFirst {
		return false
	}
	for k := range m.kinds {
		if m.kinds[k].trips > 1 || len(m.kinds[k].fixed) > 0 || m.kinds[k].deep && len(m.movers) > tinyDeep {
			return false
		}
	}
	return true
}

// enumerate puts the best of all plans in s.best; where ctx ends first it changes nothing.
func (s *search) enumerate(ctx context.Context) {
	x := tiny{s: s, t: s.pl.fresh(0)}
	sets := 1 << len(s.m.movers)
	for k := range s.m.kinds {
		x.cost, x.seqs = append(x.cost, make([]int64, sets)), append(x.seqs, make([][]int32, sets))
		for set := range x.cost[k] {
			x.cost[k][set] = never
		}
		if ctx.Err() != nil {
			return
		}
		x.t.kind, x.t.seq = int32(k), x.t.seq[:0]
		x.extend(k, 0)
	}
	s.pl.recycle(x.t)
	x.choose()
}

// extend tries every stop that is not in set behind the tour so far.
func (x *tiny) extend(k, set int) {
	m := x.s.m
	for i, c := range m.movers {
		if set&(1<<i) != 0 || m.kinds[k].ok != nil && !m.kinds[k].ok[c] || m.mate[c] >= 0 && !m.pickup[c] && !x.holds(m.mate[c]) {
			continue
		}
		x.t.seq = append(x.t.seq, c)
		now := set | 1<<i
		if x.whole() && m.refresh(x.t) && x.t.cost < x.cost[k][now] {
			x.cost[k][now], x.seqs[k][now] = x.t.cost, append([]int32(nil), x.t.seq...)
		}
		x.extend(k, now)
		x.t.seq = x.t.seq[:len(x.t.seq)-1]
	}
}

func (x *tiny) holds(c int32) bool {
	for _, i := range x.t.seq {
		if i == c {
			return true
		}
	}
	return false
}

// whole reports whether every shipment taken up is set down.
func (x *tiny) whole() bool {
	for _, c := range x.t.seq {
		if mate := x.s.m.mate[c]; mate >= 0 && !x.holds(mate) {
			return false
		}
	}
	return true
}

// choose finds the cheapest sets, vehicle after vehicle, and makes them the plan.
func (x *tiny) choose() {
	s, m := x.s, x.s.m
	sets := 1 << len(m.movers)
	cost := make([]int64, sets)
	for set := 1; set < sets; set++ {
		cost[set] = never
	}
	var last [][]int // per vehicle and set: what it takes
	var kinds []int32
	for k := range m.kinds {
		for range min(m.kinds[k].count, len(m.movers)) {
			after, took := append([]int64(nil), cost...), make([]int, sets)
			for set := range sets {
				for part := set; part > 0; part = (part - 1) & set {
					if c := x.cost[k][part]; c < never && cost[set^part] < never && cost[set^part]+c < after[set] {
						after[set], took[set] = cost[set^part]+c, part
					}
				}
			}
			cost, last, kinds = after, append(last, took), append(kinds, int32(k))
		}
	}
	best, least := -1, s.bestRank()
	for set := range sets {
		sum := cost[set]
		for i, c := range m.movers {
			if set&(1<<i) == 0 {
				sum += m.prices[c]
			}
		}
		if sum < least {
			best, least = set, sum
		}
	}
	if best < 0 {
		return
	}
	var routes []routeOf
	for v := len(last) - 1; v >= 0; v-- {
		if part := last[v][best]; part > 0 {
			routes = append(routes, routeOf{kinds[v], x.seqs[kinds[v]][part]})
			best ^= part
		}
	}
	s.adoptRoutes(routes)
}
