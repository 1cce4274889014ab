package vrp

import (
	"context"

	"quartermaster/routing/vrp/paired"
)

// Limits of the search for shipments alone: the most stops, and steps of the general search that one shipment placed by ejections takes.
const (
	pairMost  = 2 * densePlaces / 3
	pairSteps = 5
)

// The part of the budget in which vehicles are dropped: so much at most, and no more than the first or so many times as much as all that
// were dropped took.
const (
	pairShare = 0.5
	pairFirst = 0.25
	pairAgain = 4
)

// pairing is the problem of the model laid out for package paired.
type pairing struct {
	problem paired.Problem
	rate    int64   // units for a length
	client  []int32 // stop of the model, by stop there
}

// newPairing lays out m, or returns nil where it asks for more than shipments with vehicles that are alike.
func newPairing(m *model) *pairing {
	k := &m.kinds[0]
	if !m.pairs || len(m.kinds) > 1 || len(m.movers) > pairMost || m.dims > paired.Loads || m.optional || m.released || m.bound != nil || m.backhaul != nil ||
		m.p.BalanceCents > 0 || k.deep || k.timed || k.trips > 1 || len(k.fixed) > 0 || k.start < 0 || k.end < 0 || !k.quick || k.maxStops < m.n ||
		k.perM > 0 == (k.perDrive > 0) {
		return nil
	}
	g := &pairing{rate: k.perM + k.perDrive}
	for _, c := range m.movers {
		if m.mate[c] < 0 || k.ok != nil && !k.ok[c] {
			return nil
		}
		if m.pickup[c] {
			g.client = append(g.client, c, m.mate[c])
		}
	}
	g.addStops(m, k)
	g.addTables(m, k)
	return g
}

func (g *pairing) addStops(m *model, k *kind) {
	index := make([]int32, m.n)
	for i, c := range g.client {
		index[c] = int32(i)
	}
	q := &g.problem
	q.OpenSec, q.CloseSec, q.Opening, q.Fleet = k.openSec, k.closeSec, k.used/g.rate, k.count
	copy(q.Room[:], k.caps)
	for i, c := range g.client {
		a := &k.asks[c]
		q.Visits = append(q.Visits, paired.Visit{OpenSec: a.open, CloseSec: a.close, ServiceSec: a.service})
		if i&1 == 0 {
			var load paired.Load
			copy(load[:], m.delta[int(c)*m.dims:int(c+1)*m.dims])
			q.Loads = append(q.Loads, load)
		}
		around := make([]int32, 0, m.reach)
		for _, v := range m.around[int(c)*m.reach : int(c+1)*m.reach] {
			around = append(around, index[v])
		}
		q.Around = append(q.Around, around)
	}
}

func (g *pairing) addTables(m *model, k *kind) {
	at := make([]int32, 0, len(g.client)+2)
	for _, c := range g.client {
		at = append(at, m.loc[c])
	}
	at = append(at, k.start, k.end)
	n := len(at)
	sec, length := make([]int32, 0, n*n), make([]int32, 0, n*n)
	same := true
	for _, from := range at {
		for _, to := range at {
			row := int(from)*k.places + int(to)
			sec = append(sec, k.cells[row])
			if k.perM > 0 {
				length = append(length, k.metres[row])
			} else {
				length = append(length, k.cells[row])
			}
			same = same && sec[len(sec)-1] == length[len(sec)-1]
		}
	}
	if same {
		sec = length // one table is read faster than two
	}
	g.problem.Sec, g.problem.Length = sec, length
}

// tours are tours of paired in the words of adoptRoutes.
func (g *pairing) tours(of [][]int32) []routeOf {
	out := make([]routeOf, 0, len(of))
	for _, seq := range of {
		t := routeOf{seq: make([]int32, 0, len(seq))}
		for _, i := range seq {
			t.seq = append(t.seq, g.client[i])
		}
		out = append(out, t)
	}
	return out
}

// begin lays out the best plan so far.
func (g *pairing) begin(s *search, seed uint64) *paired.Search {
	index := make([]int32, s.m.n)
	for i, c := range g.client {
		index[c] = int32(i)
	}
	var tours [][]int32
	for _, t := range s.best.tours {
		seq := make([]int32, 0, len(t.seq))
		for _, c := range t.seq {
			seq = append(seq, index[c])
		}
		tours = append(tours, seq)
	}
	return paired.New(g.problem, tours, seed)
}

// shipments spends the budget on the search for shipments: it places those left out, drops vehicles where that goes first, and shortens the
// plan. It reports whether all are placed; where not, the general search has what is left of the budget.
func (s *search) shipments(ctx context.Context, g *pairing, seed uint64) bool {
	x, leg := g.begin(s, seed), s.legCost()
	if x == nil {
		return false
	}
	dropped, used := 0.0, x.Used()
	stop := func() bool {
		s.steps += pairSteps
		done := s.spend.done(s.steps)
		s.tell(done)
		if now := x.Used(); now < used {
			dropped, used = done, now
		}
		return done >= min(pairShare, max(pairFirst, pairAgain*dropped)) || ctx.Err() != nil
	}
	if len(s.best.absent) > 0 && !x.Place(stop) {
		return false
	}
	if s.m.p.VehiclesFirst {
		x.Reduce(s.leastTours(), stop)
		x.Limit(x.Used())
	}
	s.adoptRoutes(g.tours(x.Tours()))
	s.shorten(ctx, g, x, leg)
	return true
}

// shorten anneals the plan of x until the budget is spent. A leg of the first plan cost so much on average; those of plans that ejections
// left are far longer, and heat that suits them would not be cooled in time.
func (s *search) shorten(ctx context.Context, g *pairing, x *paired.Search, leg float64) {
	from, begin := s.steps, s.spend.done(s.steps)
	heat := s.coolBy(leg, begin, begin, 1, 0)
	held := x.Cost()
	x.Anneal(func(k int) float64 {
		s.steps = from + k
		done := s.spend.done(s.steps)
		if k == probe {
			heat = s.coolBy(leg, begin, done, 1, probe)
		}
		if x.Cost() < held && (done >= s.told || done >= 1) {
			held = x.Cost()
			s.adoptRoutes(g.tours(x.Tours()))
		}
		s.tell(done)
		if done >= 1 || ctx.Err() != nil || s.reached() {
			return -1
		}
		return heat.at(done) / float64(g.rate)
	})
	s.adoptRoutes(g.tours(x.Tours()))
}
