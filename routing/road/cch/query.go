package cch

// Seed is a node where a search begins, by rank, and the weight of the way to it (from it, for a target).
type Seed struct {
	Rank   int32
	Weight Weight
}

// reach is what a search upwards found, by depth.
type reach struct {
	dist   [MaxDepth]Weight
	by     [MaxDepth]uint16 // depth from which a depth was reached; its own at a seed
	traced bool             // by is kept in the crown too, as ways are drawn from it
}

// Search is the workspace of searches on one Topology. One Search serves one goroutine. It takes 1.3 MiB.
type Search struct {
	t      *Topology
	f, b   reach
	fPath  []int32
	bPath  []int32
	opened []piece
}

// NewSearch returns a workspace.
func NewSearch(t *Topology) *Search { return &Search{t: t} }

// lowest returns the deepest seed, and whether all seeds lie on its way to the root, as searches need it.
func (t *Topology) lowest(seeds []Seed) (low int32, ok bool) {
	if len(seeds) == 0 {
		return -1, false
	}
	low = seeds[0].Rank
	for _, s := range seeds[1:] {
		low = min(low, s.Rank)
	}
	for _, s := range seeds {
		if low < t.Begin[s.Rank] || low > s.Rank {
			return low, false
		}
	}
	return low, true
}

// begin puts seeds into r and returns the deepest; -1 where they do not lie on one way to the root.
func (t *Topology) begin(r *reach, seeds []Seed) (low int32) {
	low, ok := t.lowest(seeds)
	if !ok {
		return -1
	}
	depth := int(t.Depth[low])
	for d := range depth + 1 {
		r.dist[d] = Unreached
	}
	for d := 0; r.traced && d <= depth; d++ {
		r.by[d] = uint16(d)
	}
	for _, x := range seeds {
		d := t.Depth[x.Rank]
		r.dist[d] = min(r.dist[d], x.Weight)
	}
	return low
}

// climb searches from rank v upwards (backwards, with down) over all nodes deeper than depth stop. What lies at limit or
// beyond may be left out.
func (t *Topology) climb(r *reach, m *Metric, down bool, v int32, stop int, limit Weight) {
	s, weights := &t.Up, m.Up
	if down {
		s, weights = &t.Down, m.Down
	}
	for ; v >= 0 && int(t.Depth[v]) > stop; v = t.Parent[v] {
		if m.summit != nil && t.Size[v] >= t.crown.least {
			t.climbCrown(r, m.summit.fan(down), v, stop, limit)
			return
		}
		r.relax(t.Depth[v], s.Depth[s.First[v]:s.First[v+1]], weights[s.First[v]:s.First[v+1]], limit)
	}
}

// climbCrown is climb from a node of the crown on. Each step to the parent is one depth less.
func (t *Topology) climbCrown(r *reach, f *fan, v int32, stop int, limit Weight) {
	c := t.crown
	at := c.place(v)
	for d := int(t.Depth[v]); d > stop; d-- {
		if base := r.dist[uint16(d)]; base < limit {
			depths, ws := f.depth[f.first[at]:f.first[at+1]], f.weight[f.first[at]:f.first[at+1]]
			if r.traced {
				r.traceNear(uint16(d), depths, ws, limit)
			} else {
				r.relaxNear(base, depths, ws, limit)
			}
		}
		at = c.parent[at]
	}
}

// relax follows the slots of the node at a depth.
func (r *reach) relax(at uint16, depths []uint16, ws []Weight, limit Weight) {
	base := r.dist[at]
	if base >= limit {
		return
	}
	ws = ws[:len(depths)]
	for k, d := range depths {
		if w := base + ws[k]; w < r.dist[d] {
			r.dist[d], r.by[d] = w, at
		}
	}
}

// traceNear is relax over slots that lie in the order of their weights.
func (r *reach) traceNear(at uint16, depths []uint16, ws []Weight, limit Weight) {
	base := r.dist[at]
	ws = ws[:len(depths)]
	for k, d := range depths {
		w := base + ws[k]
		if w >= limit {
			return
		}
		if w < r.dist[d] {
			r.dist[d], r.by[d] = w, at
		}
	}
}

// relaxNear is traceNear that keeps distances alone. Which slots shorten one cannot be foreseen: storing the lesser each
// time costs less than branches that the processor guesses wrong.
func (r *reach) relaxNear(base Weight, depths []uint16, ws []Weight, limit Weight) {
	ws = ws[:len(depths)]
	for k, d := range depths {
		w := base + ws[k]
		if w >= limit {
			return
		}
		r.dist[d] = min(r.dist[d], w)
	}
}

// common returns the lowest common ancestor of two ranks, -1 when they have none: the first ancestor of the higher one whose
// subtree goes down to the lower.
func (t *Topology) common(a, b int32) int32 {
	low, v := min(a, b), max(a, b)
	for low >= 0 && v >= 0 {
		if t.Begin[v] <= low {
			return v
		}
		v = t.Parent[v]
	}
	return -1
}

// commonDepth is the depth of the lowest common ancestor of two ranks, -1 when they have none.
func (t *Topology) commonDepth(a, b int32) int {
	if v := t.common(a, b); v >= 0 {
		return int(t.Depth[v])
	}
	return -1
}

// Distance returns the weight of the fastest way from any source to any target, their own weights included, Unreached
// when there is none. All sources must lie on one way to the root, and all targets; else the answer is Unreached. guess
// is a weight that the way will likely stay below: the search looks no further, and only when it finds nothing there
// begins anew; 0 is no guess. The answer does not depend on it.
func (q *Search) Distance(m *Metric, sources, targets []Seed, guess Weight) Weight {
	q.trace(false)
	best, _ := q.fastest(m, sources, targets, guess)
	return best
}

// trace says whether the next searches are to keep what ways are drawn from.
func (q *Search) trace(on bool) { q.f.traced, q.b.traced = on, on }

// guesses is how often a search is bounded, the second time a third further, before it looks everywhere.
const guesses = 2

// fastest is Distance that also tells the depth where the two searches met, -1 without a way.
func (q *Search) fastest(m *Metric, sources, targets []Seed, guess Weight) (best Weight, at int) {
	for k := 0; k < guesses && guess > 0 && guess < Unreached; k++ {
		if best, at = q.within(m, sources, targets, guess); at >= 0 {
			return best, at
		}
		guess += guess / 3
	}
	return q.within(m, sources, targets, Unreached)
}

// climber is one side of a search: forwards from the sources or, down, backwards from the targets.
type climber struct {
	r    *reach
	down bool
	from int32
}

// within looks for the fastest way below limit. Below the lowest common ancestor, v, of sources and targets both searches
// climb by themselves; from there on every node may be where they meet. A slot is passed over when what is left to the
// nearest of those nodes on the other side already makes the way too long (as pruning of elimination tree queries,
// Buchhold, Sanders, Wagner, "Real-time Traffic Assignment Using Engineered Customizable Contraction Hierarchies", ACM JEA
// 24, 2019, with a lower bound added).
//
//	          root      depth 0
//	       f   |   b
//	         \ v /      common: f[d] + b[d] is a way
//	         /   \
//	sources s     e targets
func (q *Search) within(m *Metric, sources, targets []Seed, limit Weight) (best Weight, at int) {
	t := q.t
	s, e := t.begin(&q.f, sources), t.begin(&q.b, targets)
	if s < 0 || e < 0 {
		return Unreached, -1
	}
	v := t.common(s, e)
	if v < 0 {
		return Unreached, -1
	}
	depth := int(t.Depth[v])
	one, other := climber{&q.f, false, s}, climber{&q.b, true, e}
	if t.Depth[s] > t.Depth[e] { // the shorter climb bounds the longer one
		one, other = other, one
	}
	t.climb(one.r, m, one.down, one.from, depth, limit)
	near := nearest(one.r, depth)
	if near >= limit {
		return Unreached, -1
	}
	t.climb(other.r, m, other.down, other.from, depth, limit-near)
	far := nearest(other.r, depth)
	best, at = meet(&q.f, &q.b, depth)
	if best >= limit {
		best, at = limit, -1
	}
	// What either side has at least bounds what the other may have on a better way.
	t.climb(one.r, m, one.down, v, -1, best-min(far, best))
	t.climb(other.r, m, other.down, v, -1, best-min(near, best))
	if w, d := meet(&q.f, &q.b, depth); w < best {
		return w, d
	}
	if at < 0 {
		best = Unreached
	}
	return best, at
}

// nearest is the least distance up to a depth.
func nearest(r *reach, depth int) Weight {
	best := Unreached
	for _, w := range r.dist[:depth+1] {
		best = min(best, w)
	}
	return best
}

// meet returns the fastest way over a node up to a depth, and the depth of that node, -1 when there is none.
func meet(f, b *reach, depth int) (best Weight, at int) {
	best, at = Unreached, -1
	for d := depth; d >= 0; d-- {
		if w := f.dist[d] + b.dist[d]; w < best {
			best, at = w, d
		}
	}
	return best, at
}
