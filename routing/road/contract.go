package road

// Longest edge: far beyond a real one, and safe for sums in 32 bits.
const (
	maxEdgeCm = 50_000_000
	maxEdgeMs = 1_000_000_000
)

// chains draws the network's pieces together into edges between junctions.
type chains struct {
	n        *network
	adj      adjacency
	used     []bool
	junction []int32 // number of the junction at a vertex, -1 at a mere bend
	g        *streets
	vertices []int32 // vertex at each shape point
	firstWay []int64 // way at the start of each edge
	lastWay  []int64 // and at its end
}

// contract returns the graph's edges. A vertex with two pieces is a mere bend when they are alike in name, class and the
// directions that may be driven, and no turn is restricted there; speeds may differ, since every shape point keeps its own
// time.
func contract(n *network) *chains {
	c := &chains{n: n, adj: n.adjacency(), used: make([]bool, len(n.pieces)), junction: make([]int32, len(n.at)), g: &streets{}}
	c.g.shapeFirst = []int32{0}
	c.g.setAttrs(n.attrs)
	for v := range c.junction {
		c.junction[v] = -1
		if !c.bend(int32(v)) {
			c.promote(int32(v))
		}
	}
	for v := range n.at {
		if c.junction[v] >= 0 {
			c.edgesFrom(int32(v))
		}
	}
	for k := range n.pieces {
		if !c.used[k] { // a ring without junctions
			c.promote(n.pieces[k].u)
			c.edgesFrom(n.pieces[k].u)
		}
	}
	return c
}

func (c *chains) promote(v int32) {
	c.junction[v] = int32(c.g.junctions)
	c.g.junctions++
}

func (c *chains) bend(v int32) bool {
	at := c.adj.of(v)
	if len(at) != 2 || at[0] == at[1] || c.n.keep[v] {
		return false
	}
	a, b := &c.n.pieces[at[0]], &c.n.pieces[at[1]]
	_, outA := a.leave(v)
	_, outB := b.leave(v)
	return a.attr == b.attr && (a.arrive(v) == noDrive) == (outB == noDrive) && (b.arrive(v) == noDrive) == (outA == noDrive)
}

// arrive returns the time of driving piece p towards its end v.
func (p *piece) arrive(v int32) int32 {
	if p.v == v {
		return p.fwdMs
	}
	return p.bwdMs
}

func (c *chains) edgesFrom(v int32) {
	for _, k := range c.adj.of(v) {
		if !c.used[k] {
			c.edge(v, k)
		}
	}
}

// edge walks from junction v along piece k to the next junction and adds what it passed as one edge.
func (c *chains) edge(v, k int32) {
	g := c.g
	to, out := c.n.pieces[k].leave(v)
	open := uint8(0)
	if out != noDrive {
		open |= openForward
	}
	if c.n.pieces[k].arrive(v) != noDrive {
		open |= openBackward
	}
	g.from = append(g.from, c.junction[v])
	g.attr = append(g.attr, c.n.pieces[k].attr)
	g.open = append(g.open, open)
	c.firstWay = append(c.firstWay, c.n.pieces[k].way)
	var cm, fwd, bwd int32
	c.shapePoint(v, 0, 0, 0)
	for {
		c.used[k] = true
		p := &c.n.pieces[k]
		_, out = p.leave(v)
		cm += p.cm
		fwd += max(out, 0)
		bwd += max(p.arrive(v), 0)
		c.shapePoint(to, cm, fwd, bwd)
		if c.junction[to] < 0 && (cm > maxEdgeCm || fwd > maxEdgeMs || bwd > maxEdgeMs) {
			c.promote(to)
		}
		if c.junction[to] >= 0 {
			break
		}
		at := c.adj.of(to)
		next := at[0]
		if next == k {
			next = at[1]
		}
		v, k = to, next
		to, _ = c.n.pieces[k].leave(v)
	}
	c.lastWay = append(c.lastWay, c.n.pieces[k].way)
	g.to = append(g.to, c.junction[to])
	g.shapeFirst = append(g.shapeFirst, int32(len(g.shape)))
}

func (c *chains) shapePoint(v, cm, fwdMs, bwdMs int32) {
	g := c.g
	g.shape = append(g.shape, c.n.at[v])
	g.shapeNode = append(g.shapeNode, c.n.id[v])
	g.shapeCm = append(g.shapeCm, cm)
	g.shapeFwdMs = append(g.shapeFwdMs, fwdMs)
	g.shapeBwdMs = append(g.shapeBwdMs, bwdMs)
	c.vertices = append(c.vertices, v)
}
