package road

import (
	"context"

	"quartermaster/routing/road/cch"
)

// weight is the cost of a way: milliseconds in the upper half, centimetres in the lower, so that comparing two weights
// compares times first and lengths among equal times, and adding adds both. It holds ways of 12 days and 42,949 km.
type weight = cch.Weight

// unreached is above every real weight; adding two of them still does not wrap around.
const unreached = cch.Unreached

func weigh(ms, cm int32) weight { return weight(ms)<<32 | weight(uint32(cm)) }

// seconds and metres round half up.
func seconds(w weight) int64 { return (int64(w>>32) + 500) / 1000 }
func metresOf(w weight) int64 {
	return (int64(w&(1<<32-1)) + 50) / 100
}

// weights are the times of a graph at some moment. They are never changed after they were made.
type weights struct {
	ms     []int32 // by directed edge; noDrive when closed
	metric *cch.Metric
	pace   float64 // milliseconds a metre of straight line that most ways stay below; see guess
}

// freeFlow returns the times that follow from the map and the profile alone.
func (g *streets) freeFlow() []int32 {
	ms := make([]int32, 2*len(g.from))
	for e := range int32(len(g.from)) {
		last := g.shapeFirst[e+1] - 1
		ms[2*e], ms[2*e+1] = noDrive, noDrive
		if g.opened(2 * e) {
			ms[2*e] = g.shapeFwdMs[last]
		}
		if g.opened(2*e + 1) {
			ms[2*e+1] = g.shapeBwdMs[last]
		}
	}
	return ms
}

// arcWeight is the weight of turn a: what is lost on the turn and the whole edge after it.
func (g *streets) arcWeight(a int32, ms []int32) weight {
	d := g.directed(g.turns.Head[a])
	if g.turnMs[a] == noTurn || ms[d] == noDrive {
		return unreached
	}
	return weigh(ms[d]+g.turnMs[a], g.lengthCm(d>>1))
}

func (g *streets) arcWeights(ms []int32) []weight {
	ws := make([]weight, len(g.turns.Head))
	for a := range ws {
		ws[a] = g.arcWeight(int32(a), ms)
	}
	return ws
}

// customise returns the weights of all times new.
func (g *streets) customise(ctx context.Context, ms []int32, workers int) (*weights, error) {
	m, err := g.topology.Customise(ctx, g.arcWeights(ms), workers)
	if err != nil {
		return nil, err
	}
	return g.paced(&weights{ms: ms, metric: m}), nil
}

// update returns the weights of times that differ from those of old on the directed edges changed.
func (g *streets) update(ctx context.Context, old *weights, ms []int32, changed []int32, workers int) (*weights, error) {
	ws := append([]weight(nil), old.metric.Arc...)
	var arcs []int32
	g.eachInto(changed, func(a int32) {
		ws[a] = g.arcWeight(a, ms)
		if ws[a] != old.metric.Arc[a] {
			arcs = append(arcs, a)
		}
	})
	m, err := g.topology.Update(ctx, old.metric, ws, arcs, workers)
	if err != nil {
		return nil, err
	}
	return g.paced(&weights{ms: ms, metric: m}), nil
}

// eachInto calls visit for every turn onto one of the directed edges.
func (g *streets) eachInto(edges []int32, visit func(arc int32)) {
	wanted := make([]bool, 2*len(g.from))
	for _, d := range edges {
		wanted[d] = true
	}
	for a, s := range g.turns.Head {
		if wanted[g.directed(s)] {
			visit(int32(a))
		}
	}
}
