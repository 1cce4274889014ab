package road

import (
	"context"
	"slices"
)

// hierarchy is the contraction hierarchy of a graph: from each junction the arcs up to junctions contracted later.
type hierarchy struct {
	arcs      []arc
	up        arcList // leaving a junction upwards
	down      arcList // entering a junction from above, to be followed backwards
	shortcuts int
}

// arc leads from one junction to another: along an edge of the graph, or as a shortcut for two arcs.
//
//	edge:     a = -1, b = 2·edge, +1 when driven backward
//	shortcut: arc a, then arc b
type arc struct {
	from, to int32
	a, b     int32
	weight   weight
}

// arcList holds for each junction the far ends and weights of its arcs.
type arcList struct {
	first  []int32
	other  []int32
	weight []weight
	arc    []int32
}

// Limits of the search for a witness, in settled junctions. A witness missed costs a needless shortcut and nothing else.
const (
	witnessWhenRanking     = 40
	witnessWhenContracting = 250
)

// contractor builds a hierarchy: it removes junctions one by one, the least important first, and keeps the fastest ways
// between those left by shortcuts (Geisberger, Sanders, Schultes, Delling, "Exact Routing in Large Road Networks Using
// Contraction Hierarchies", Transportation Science 46(3), 2012).
type contractor struct {
	arcs    []arc
	out, in [][]int32 // arcs between junctions not yet contracted
	gone    []bool
	level   []int32 // above every contracted neighbour
	lost    []int32 // contracted neighbours
	up      [][]int32
	down    [][]int32
	made    int

	dist    []weight // of the witness search
	reached []int32
	queue   queue[weight]
	fresh   []arc
}

func (g *Graph) buildHierarchy(ctx context.Context) error {
	c := newContractor(g)
	var order queue[int64]
	for v := range int32(g.junctions) {
		order.push(entry[int64]{c.priority(v), v})
	}
	for step := 0; len(order) > 0; step++ {
		if step%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := order.pop()
		// Priorities age as neighbours go; only one that still is the least is taken.
		aged := entry[int64]{c.priority(e.at), e.at}
		if len(order) > 0 && order[0].before(aged) {
			order.push(aged)
			continue
		}
		c.contract(e.at)
	}
	g.hierarchy = hierarchy{arcs: c.arcs, up: c.list(c.up, false), down: c.list(c.down, true), shortcuts: c.made}
	return nil
}

func newContractor(g *Graph) *contractor {
	n := g.junctions
	c := &contractor{out: make([][]int32, n), in: make([][]int32, n), gone: make([]bool, n), level: make([]int32, n),
		lost: make([]int32, n), up: make([][]int32, n), down: make([][]int32, n), dist: make([]weight, n)}
	for v := range c.dist {
		c.dist[v] = unreached
	}
	for e := range int32(g.Edges()) {
		last := g.shapeFirst[e+1] - 1
		if g.forward[e] {
			c.add(arc{g.from[e], g.to[e], -1, 2 * e, weigh(g.shapeFwdMs[last], g.shapeCm[last])})
		}
		if g.backward[e] {
			c.add(arc{g.to[e], g.from[e], -1, 2*e + 1, weigh(g.shapeBwdMs[last], g.shapeCm[last])})
		}
	}
	return c
}

// add keeps an arc unless one as good leads there; it takes the place of a worse one.
func (c *contractor) add(a arc) bool {
	if a.from == a.to {
		return false
	}
	for k, id := range c.out[a.from] {
		if c.arcs[id].to != a.to {
			continue
		}
		if c.arcs[id].weight <= a.weight {
			return false
		}
		next := int32(len(c.arcs))
		c.arcs = append(c.arcs, a)
		c.out[a.from][k] = next
		c.in[a.to][slices.Index(c.in[a.to], id)] = next
		return true
	}
	id := int32(len(c.arcs))
	c.arcs = append(c.arcs, a)
	c.out[a.from] = append(c.out[a.from], id)
	c.in[a.to] = append(c.in[a.to], id)
	return true
}

// priority estimates how much is gained by contracting v late: shortcuts it would need beyond the arcs it frees, and how
// much around it is gone already, which spreads the contraction evenly.
func (c *contractor) priority(v int32) int64 {
	c.shortcuts(v, witnessWhenRanking)
	return int64(4*(len(c.fresh)-len(c.out[v])-len(c.in[v]))+2*int(c.lost[v])) + int64(c.level[v])
}

func (c *contractor) contract(v int32) {
	c.shortcuts(v, witnessWhenContracting)
	c.gone[v] = true
	c.up[v], c.down[v] = c.out[v], c.in[v]
	for _, id := range c.out[v] {
		c.leave(v, c.arcs[id].to, &c.in[c.arcs[id].to], id)
	}
	for _, id := range c.in[v] {
		c.leave(v, c.arcs[id].from, &c.out[c.arcs[id].from], id)
	}
	c.out[v], c.in[v] = nil, nil
	for _, a := range c.fresh {
		if c.add(a) {
			c.made++
		}
	}
}

// leave takes arc id off the list of neighbour w of a contracted junction v.
func (c *contractor) leave(v, w int32, list *[]int32, id int32) {
	k := slices.Index(*list, id)
	*list = slices.Delete(*list, k, k+1)
	c.lost[w]++
	c.level[w] = max(c.level[w], c.level[v]+1)
}

// shortcuts fills fresh with the arcs that contracting v needs: for each way u → v → w that is faster than any other
// found within limit.
func (c *contractor) shortcuts(v int32, limit int) {
	c.fresh = c.fresh[:0]
	var most weight
	for _, id := range c.out[v] {
		most = max(most, c.arcs[id].weight)
	}
	for _, first := range c.in[v] {
		a := &c.arcs[first]
		c.witness(a.from, v, a.weight+most, limit)
		for _, second := range c.out[v] {
			b := &c.arcs[second]
			if via := a.weight + b.weight; b.to != a.from && c.dist[b.to] > via {
				c.fresh = append(c.fresh, arc{a.from, b.to, first, second, via})
			}
		}
		c.forget()
	}
}

// witness is Dijkstra's search from u around v, as far as bound and for limit junctions at most.
func (c *contractor) witness(u, v int32, bound weight, limit int) {
	c.queue = c.queue[:0]
	c.reach(u, 0)
	for len(c.queue) > 0 && limit > 0 {
		e := c.queue.pop()
		if e.key > c.dist[e.at] {
			continue
		}
		if e.key > bound {
			return
		}
		limit--
		for _, id := range c.out[e.at] {
			a := &c.arcs[id]
			if a.to != v && e.key+a.weight < c.dist[a.to] {
				c.reach(a.to, e.key+a.weight)
			}
		}
	}
}

func (c *contractor) reach(v int32, d weight) {
	if c.dist[v] == unreached {
		c.reached = append(c.reached, v)
	}
	c.dist[v] = d
	c.queue.push(entry[weight]{d, v})
}

func (c *contractor) forget() {
	for _, v := range c.reached {
		c.dist[v] = unreached
	}
	c.reached = c.reached[:0]
}

// list packs arcs per junction; the far end is where they come from when entering, else where they lead.
func (c *contractor) list(per [][]int32, entering bool) arcList {
	l := arcList{first: make([]int32, len(per)+1)}
	for v, ids := range per {
		for _, id := range ids {
			a := &c.arcs[id]
			other := a.to
			if entering {
				other = a.from
			}
			l.other = append(l.other, other)
			l.weight = append(l.weight, a.weight)
			l.arc = append(l.arc, id)
		}
		l.first[v+1] = int32(len(l.other))
	}
	return l
}
