package osrm

import (
	"math"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// exactTrip is the most points for which all orders are weighed; beyond, the order is improved from a good first one.
const exactTrip = 11

func (h *handler) trip(q *query) (any, error) {
	if err := q.count(2, h.limits.Trip); err != nil {
		return nil, err
	}
	d, err := q.drawing()
	if err != nil {
		return nil, err
	}
	round, err := q.flag("roundtrip", true)
	if err != nil {
		return nil, err
	}
	source, err := q.one("source", "any", "any", "first")
	if err != nil {
		return nil, err
	}
	destination, err := q.one("destination", "any", "any", "last")
	if err != nil {
		return nil, err
	}
	places, err := q.places()
	if err != nil {
		return nil, err
	}
	t, err := q.g.Table(q.ctx, places, places, h.limits.Workers)
	if err != nil {
		return nil, err
	}
	for _, sec := range t.DurationSec {
		if sec == routing.Unreachable {
			return nil, refuse(codeTrips, "not all coordinates can be reached from all others")
		}
	}
	order := bestOrder(len(places), t.DurationSec, round, source == "first", destination == "last")
	var legs []road.Path
	for i := range order {
		if i+1 == len(order) && !round {
			break
		}
		p, ok := q.g.Route(places[order[i]], places[order[(i+1)%len(order)]])
		if !ok {
			return nil, refuse(codeTrips, "not all coordinates can be reached from all others")
		}
		legs = append(legs, p)
	}
	all := q.waypoints(places)
	for i, k := range order {
		zero, at := 0, i
		all[k].TripsIndex, all[k].WaypointIndex = &zero, &at
	}
	return q.reply(map[string]any{"trips": []route{q.tell(d, legs)}}, "waypoints", all)
}

// bestOrder is an order of n points with a short way through all: the shortest for few points (Held, Karp 1962), else one by
// insertion and then moving pieces of up to three points to better places, and turning pieces round, until nothing helps. An
// open way is a round one in which coming back costs nothing.
func bestOrder(points int, sec []int32, round, first, last bool) []int {
	const never = math.MaxInt32 / 4
	cost := func(a, b int) int64 { return int64(sec[a*points+b]) }
	start, n := 0, points
	if !round {
		// Point n stands between the end and the start of an open way.
		inner := cost
		cost = func(a, b int) int64 {
			switch {
			case a == points && (!first || b == 0), b == points && (!last || a == points-1):
				return 0
			case a == points || b == points:
				return never
			}
			return inner(a, b)
		}
		start = points
		n++
	} else if last && first && n > 1 {
		// A round trip that begins at the first and ends, before coming back, at the last.
		inner := cost
		cost = func(a, b int) int64 {
			if (a == n-1) != (b == 0) {
				return never
			}
			return inner(a, b)
		}
	} else if last && !first {
		start = n - 1
	}
	var order []int
	if n <= exactTrip+1 {
		order = heldKarp(n, start, cost)
	} else {
		order = improved(n, start, cost)
	}
	if round {
		if last && !first { // the last closes the round
			order = append(order[1:], order[0])
		}
		return order
	}
	return order[1:]
}

// heldKarp returns the shortest round from start.
func heldKarp(n, start int, cost func(a, b int) int64) []int {
	others := make([]int, 0, n)
	for k := range n {
		if k != start {
			others = append(others, k)
		}
	}
	m := len(others)
	if m == 0 {
		return []int{start}
	}
	best := make([][]int64, 1<<m)
	from := make([][]int, 1<<m)
	for set := 1; set < 1<<m; set++ {
		best[set], from[set] = make([]int64, m), make([]int, m)
		for k := range m {
			best[set][k], from[set][k] = math.MaxInt64/4, -1
			if set>>k&1 == 0 {
				continue
			}
			rest := set &^ (1 << k)
			if rest == 0 {
				best[set][k] = cost(start, others[k])
				continue
			}
			for j := range m {
				if rest>>j&1 == 1 && best[rest][j]+cost(others[j], others[k]) < best[set][k] {
					best[set][k], from[set][k] = best[rest][j]+cost(others[j], others[k]), j
				}
			}
		}
	}
	set, end := 1<<m-1, 0
	for k := range m {
		if best[set][k]+cost(others[k], start) < best[set][end]+cost(others[end], start) {
			end = k
		}
	}
	order := make([]int, n)
	order[0] = start
	for i := m; i > 0; i-- {
		order[i] = others[end]
		set, end = set&^(1<<end), from[set][end]
	}
	return order
}

// improved inserts each point where it costs least and then moves and turns pieces.
func improved(n, start int, cost func(a, b int) int64) []int {
	order := []int{start}
	for k := range n {
		if k == start {
			continue
		}
		at, least := 0, int64(math.MaxInt64)
		for i := range order {
			a, b := order[i], order[(i+1)%len(order)]
			if c := cost(a, k) + cost(k, b) - cost(a, b); c < least {
				at, least = i+1, c
			}
		}
		order = append(order[:at], append([]int{k}, order[at:]...)...)
	}
	length := func(o []int) int64 {
		sum := int64(0)
		for i := range o {
			sum += cost(o[i], o[(i+1)%len(o)])
		}
		return sum
	}
	now := length(order)
	for again := true; again; {
		again = false
		for i := 1; i < n; i++ {
			for size := 1; size <= 3 && i+size <= n; size++ {
				piece := append([]int(nil), order[i:i+size]...)
				rest := append(append([]int(nil), order[:i]...), order[i+size:]...)
				for at := 1; at <= len(rest); at++ {
					next := append(append(append([]int(nil), rest[:at]...), piece...), rest[at:]...)
					if c := length(next); c < now {
						order, now, again = next, c, true
					}
				}
			}
			for j := i + 1; j < n; j++ {
				next := append([]int(nil), order...)
				for a, b := i, j; a < b; a, b = a+1, b-1 {
					next[a], next[b] = next[b], next[a]
				}
				if c := length(next); c < now {
					order, now, again = next, c, true
				}
			}
		}
	}
	return order
}
