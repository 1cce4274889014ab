package road

// seed is a junction where a search begins and the way to it from (or from it to) the place searched.
type seed struct {
	at     int32
	weight weight
}

// leaving returns the ways from a spot to the ends of its edge.
func (g *Graph) leaving(s spot) []seed {
	last := g.shapeFirst[s.edge+1] - 1
	var seeds []seed
	if g.forward[s.edge] {
		seeds = append(seeds, seed{g.to[s.edge], weigh(g.shapeFwdMs[last]-s.fwdMs, g.shapeCm[last]-s.cm)})
	}
	if g.backward[s.edge] {
		seeds = append(seeds, seed{g.from[s.edge], weigh(s.bwdMs, s.cm)})
	}
	return seeds
}

// reaching returns the ways from the ends of its edge to a spot.
func (g *Graph) reaching(s spot) []seed {
	last := g.shapeFirst[s.edge+1] - 1
	var seeds []seed
	if g.forward[s.edge] {
		seeds = append(seeds, seed{g.from[s.edge], weigh(s.fwdMs, s.cm)})
	}
	if g.backward[s.edge] {
		seeds = append(seeds, seed{g.to[s.edge], weigh(g.shapeBwdMs[last]-s.bwdMs, g.shapeCm[last]-s.cm)})
	}
	return seeds
}

// along returns the way from a to b that stays on their common edge, or unreached.
func (g *Graph) along(a, b spot) weight {
	best := unreached
	if a.edge != b.edge {
		return best
	}
	if a.fraction == b.fraction {
		return 0
	}
	if g.forward[a.edge] && a.fraction < b.fraction {
		best = weigh(b.fwdMs-a.fwdMs, b.cm-a.cm)
	}
	if g.backward[a.edge] && b.fraction < a.fraction {
		best = weigh(a.bwdMs-b.bwdMs, a.cm-b.cm)
	}
	return best
}

// climber searches upwards in a hierarchy. One climber serves one goroutine.
type climber struct {
	dist    []weight
	by      []int32 // arc that reached a junction, -1 at a seed
	reached []int32
	queue   queue[weight]
}

func newClimber(junctions int) *climber {
	c := &climber{dist: make([]weight, junctions), by: make([]int32, junctions)}
	for v := range c.dist {
		c.dist[v] = unreached
	}
	return c
}

// climb settles every junction that can be reached upwards from the seeds along list and calls visit for each, unless
// against, the arcs of the other direction, shows a faster way from further up ("stall on demand", section 4.3 of
// Geisberger et al. 2012): then its distance is no shortest one and nothing above it needs it.
func (c *climber) climb(seeds []seed, list, against *arcList, visit func(v int32, d weight)) {
	for _, v := range c.reached {
		c.dist[v] = unreached
	}
	c.reached, c.queue = c.reached[:0], c.queue[:0]
	for _, s := range seeds {
		c.relax(s.at, s.weight, -1)
	}
	for len(c.queue) > 0 {
		e := c.queue.pop()
		if e.key > c.dist[e.at] || c.stalled(e, against) {
			continue
		}
		visit(e.at, e.key)
		for k := list.first[e.at]; k < list.first[e.at+1]; k++ {
			c.relax(list.other[k], e.key+list.weight[k], list.arc[k])
		}
	}
}

func (c *climber) relax(v int32, d weight, by int32) {
	if d >= c.dist[v] {
		return
	}
	if c.dist[v] == unreached {
		c.reached = append(c.reached, v)
	}
	c.dist[v], c.by[v] = d, by
	c.queue.push(entry[weight]{d, v})
}

func (c *climber) stalled(e entry[weight], against *arcList) bool {
	for k := against.first[e.at]; k < against.first[e.at+1]; k++ {
		if c.dist[against.other[k]]+against.weight[k] < e.key {
			return true
		}
	}
	return false
}
