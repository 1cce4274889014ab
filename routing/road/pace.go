package road

import (
	"math/rand/v2"
	"slices"
)

// A guess of how long a way takes lets its search pass over what lies beyond. It is drawn from the straight line: a few
// sample ways show at what pace most go. A wrong guess costs a further search and changes no answer.
const (
	paceSamples = 100
	paceShare   = 0.9    // of the sample ways that the pace holds for
	slackMs     = 60_000 // short ways go round more
)

// paced sets the pace of w.
func (g *streets) paced(w *weights) *weights {
	if len(g.doors) == 0 {
		return w
	}
	r := rand.New(rand.NewPCG(paceSamples, slackMs)) // any fixed seed
	at := &Graph{streets: g, w: w}
	q, done := g.search()
	defer done()
	var all []float64
	for range paceSamples {
		from, errFrom := at.spot(at.RandomPlace(r))
		to, errTo := at.spot(at.RandomPlace(r))
		if errFrom != nil || errTo != nil || from.edge == to.edge {
			continue
		}
		if way := at.distance(q, &from, &to); way < unreached {
			all = append(all, (float64(way>>32)-slackMs)/max(planeM(from.point, to.point), 1))
		}
	}
	if len(all) > 0 {
		slices.Sort(all)
		w.pace = max(0, all[int(paceShare*float64(len(all)))])
	}
	return w
}

// guess is a weight that the way from one spot to another likely stays below, 0 where there is none to go by.
func (g *Graph) guess(from, to *spot) weight {
	ms := slackMs + g.w.pace*planeM(from.point, to.point)
	if g.w.pace == 0 || ms >= maxEdgeMs {
		return 0
	}
	return weight(ms)<<32 + to.bias
}
