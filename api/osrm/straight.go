package osrm

import "quartermaster/routing/road"

// straightOn finds the fastest ways through places where nobody turns round: who comes along a street leaves the place in
// the same direction. Method: for each place, the best way that arrives there in either direction. It gives the place
// whose next one cannot be reached, -1 = none.
func straightOn(g *road.Graph, places []road.Place) (legs []road.Path, stuck int) {
	type state struct {
		sec  int64
		path road.Path // from the place before
		from int       // direction there
		ok   bool
	}
	before := [2]state{{ok: true}, {ok: true}}
	var all [][2]state
	for i := 1; i < len(places); i++ {
		var now [2]state
		for from := range 2 {
			start := places[i-1]
			if i > 1 {
				start = headed(g, start, from)
			}
			if !before[from].ok || i == 1 && from == 1 { // the first place may be left either way
				continue
			}
			for to := range 2 {
				end := headed(g, places[i], to)
				if i == len(places)-1 {
					end = places[i]
				}
				p, ok := g.Route(start, end)
				if !ok || int(p.Legs[len(p.Legs)-1].Directed&1) != to {
					continue
				}
				if sec := before[from].sec + p.DurationSec; !now[to].ok || sec < now[to].sec {
					now[to] = state{sec, p, from, true}
				}
			}
		}
		if !now[0].ok && !now[1].ok {
			return nil, i - 1
		}
		all, before = append(all, now), now
	}
	at := 0
	if !before[0].ok || before[1].ok && before[1].sec < before[0].sec {
		at = 1
	}
	legs = make([]road.Path, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		legs[i] = all[i][at].path
		at = all[i][at].from
	}
	return legs, -1
}

// headed is a place that may be passed in one direction of its street alone: 0 forward, 1 backward. On a one-way street it
// stays as it is.
func headed(g *road.Graph, p road.Place, direction int) road.Place {
	p.Curb, p.Side = true, 1
	if (direction == 1) != g.Profile().LeftHand {
		p.Side = -1
	}
	return p
}
