package routing

import "math"

// detours knows how long the way between two places takes at least when stops, depots and charging points may lie in between. It is asked
// only where the direct way is too long: in matrices that keep the triangle inequality it says the same.
type detours struct {
	p      *Problem
	places []int32 // where vehicles may be on their way
	known  map[detourKey][]int64
}

type detourKey struct {
	m    *Matrix
	at   int32
	back bool
}

const noDetour = math.MaxInt64 / 4

func newDetours(p *Problem) *detours {
	d := &detours{p: p, known: map[detourKey][]int64{}}
	met := map[int32]bool{}
	add := func(at int32, ok bool) {
		if ok && !met[at] {
			met[at] = true
			d.places = append(d.places, at)
		}
	}
	for i := range p.Stops {
		add(p.Stops[i].Location, true)
	}
	for _, c := range p.Chargers {
		add(c, true)
	}
	for k := range p.Vehicles {
		add(p.Vehicles[k].StartAt())
		add(p.Vehicles[k].EndAt())
	}
	return d
}

// sec is the least seconds of travel from depot to place, or with back from place to depot; ok is false where there is no way. Travel
// that is computed from coordinates has no detours.
func (d *detours) sec(m *Matrix, depot, place int32, back bool) (sec int64, ok bool) {
	if m.Plane != nil {
		from, to := depot, place
		if back {
			from, to = to, from
		}
		sec, _, ok = m.Leg(from, to)
		return sec, ok
	}
	key := detourKey{m, depot, back}
	if d.known[key] == nil {
		d.known[key] = d.spread(m, depot, back)
	}
	sec = d.known[key][place]
	return sec, sec < noDetour
}

// spread is the least seconds between a depot and all locations (Dijkstra, Numerische Mathematik 1, 1959, without a queue: the graph is
// complete).
func (d *detours) spread(m *Matrix, depot int32, back bool) []int64 {
	least := make([]int64, m.N)
	for i := range least {
		least[i] = noDetour
	}
	least[depot] = 0
	open := append([]int32(nil), d.places...)
	at := depot
	for {
		nearest := -1
		for k, to := range open {
			from, until := at, to
			if back {
				from, until = to, at
			}
			if sec, _, ok := m.Leg(from, until); ok {
				least[to] = min(least[to], least[at]+sec)
			}
			if nearest < 0 || least[to] < least[open[nearest]] {
				nearest = k
			}
		}
		if nearest < 0 || least[open[nearest]] == noDetour {
			return least
		}
		at = open[nearest]
		open[nearest] = open[len(open)-1]
		open = open[:len(open)-1]
	}
}
