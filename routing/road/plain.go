package road

import (
	"container/heap"
	"context"
)

// Plain finds fastest ways by Dijkstra's search on the turn-expanded graph, arc by arc. It shares the graph's streets,
// times and turns with the hierarchy and nothing of its searches: it is what they are checked against.
type Plain struct {
	g    *Graph
	dist []weight // by state: to the end of its edge
	seen []int32
}

// NewPlain returns a plain search on the graph.
func NewPlain(g *Graph) *Plain {
	p := &Plain{g: g, dist: make([]weight, g.States())}
	for s := range p.dist {
		p.dist[s] = unreached
	}
	return p
}

type plainItem struct {
	w     weight
	state int32
}

type plainHeap []plainItem

func (h plainHeap) Len() int           { return len(h) }
func (h plainHeap) Less(i, k int) bool { return h[i].w < h[k].w }
func (h plainHeap) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *plainHeap) Push(x any)        { *h = append(*h, x.(plainItem)) }
func (h *plainHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// From settles the whole graph from a and returns the ways to the targets in milliseconds and centimetres, -1 where there
// is none. Places are on the graph, as those that Snap and RandomPlace gave.
func (p *Plain) From(ctx context.Context, a Place, targets []Place) (ms, cm []int64, err error) {
	g := p.g
	from, err := g.spot(a)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range p.seen {
		p.dist[s] = unreached
	}
	p.seen = p.seen[:0]
	h := &plainHeap{}
	for dir := range int32(2) {
		if from.use[dir] {
			p.spread(h, 2*from.edge+dir, from.rest[dir])
		}
	}
	for h.Len() > 0 {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		x := heap.Pop(h).(plainItem)
		if x.w >= p.dist[x.state] {
			continue
		}
		if p.dist[x.state] == unreached {
			p.seen = append(p.seen, x.state)
		}
		p.dist[x.state] = x.w
		p.spread(h, x.state, x.w)
	}
	ms, cm = make([]int64, len(targets)), make([]int64, len(targets))
	for k := range targets {
		w := p.to(&from, targets[k])
		ms[k], cm[k] = -1, -1
		if w < unreached {
			ms[k], cm[k] = int64(w>>32), int64(w&(1<<32-1))
		}
	}
	return ms, cm, nil
}

// spread queues what follows on a state reached at w.
func (p *Plain) spread(h *plainHeap, state int32, w weight) {
	g := p.g
	for a := g.turns.First[state]; a < g.turns.First[state+1]; a++ {
		next := g.turns.Head[a]
		d := g.directed(next)
		if g.turnMs[a] == noTurn || g.w.ms[d] == noDrive {
			continue
		}
		if to := w + weigh(g.turnMs[a]+g.w.ms[d], g.lengthCm(d>>1)); to < p.dist[next] {
			heap.Push(h, plainItem{to, next})
		}
	}
}

// to is the least of staying on the edge and of all entries into the target's edge from its ends.
func (p *Plain) to(from *spot, target Place) weight {
	g := p.g
	to, err := g.spot(target)
	if err != nil {
		return unreached
	}
	best := along(from, &to)
	for s := range p.statesOn(to.edge) {
		if dir := g.directed(s) & 1; to.use[dir] && p.dist[s] < unreached {
			best = min(best, p.dist[s]-to.rest[dir])
		}
	}
	return best
}

func (p *Plain) statesOn(e int32) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		if !yield(2*e) || !yield(2*e+1) {
			return
		}
		for _, s := range p.g.appendCopies(nil, e) {
			if !yield(s) {
				return
			}
		}
	}
}

// TravelMs is Travel in the units of the search: milliseconds and centimetres.
func (g *Graph) TravelMs(a, b Place) (ms, cm int64, ok bool) {
	from, errFrom := g.spot(a)
	to, errTo := g.spot(b)
	if errFrom != nil || errTo != nil {
		return 0, 0, false
	}
	q, done := g.search()
	defer done()
	w := g.distance(q, &from, &to)
	return int64(w >> 32), int64(w & (1<<32 - 1)), w < unreached
}
