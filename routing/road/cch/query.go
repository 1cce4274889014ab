package cch

// Seed is a node where a search begins, by rank, and the weight of the way to it (from it, for a target).
type Seed struct {
	Rank   int32
	Weight Weight
}

// Search is the workspace of searches on one Topology. One Search serves one goroutine. It takes 1.5 MiB.
type Search struct {
	t      *Topology
	f, b   [MaxDepth]Weight
	fBy    [MaxDepth]uint16 // depth from which a depth was reached, when tracing
	bBy    [MaxDepth]uint16
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

// climb fills dist, by depth, with the ways from seeds upwards along the slots of one side and returns the deepest node.
func (t *Topology) climb(dist *[MaxDepth]Weight, s *Side, weights []Weight, seeds []Seed) (low int32) {
	low, ok := t.lowest(seeds)
	if !ok {
		return -1
	}
	depth := int(t.Depth[low])
	for d := 0; d <= depth; d++ {
		dist[d] = Unreached
	}
	for _, x := range seeds {
		d := t.Depth[x.Rank]
		dist[d] = min(dist[d], x.Weight)
	}
	for v := low; v >= 0; v = t.Parent[v] {
		base := dist[t.Depth[v]]
		if base >= Unreached {
			continue
		}
		lo, hi := s.First[v], s.First[v+1]
		depths, ws := s.Depth[lo:hi], weights[lo:hi]
		ws = ws[:len(depths)]
		for k, d := range depths {
			if w := base + ws[k]; w < dist[d] {
				dist[d] = w
			}
		}
	}
	return low
}

// common returns the depth of the lowest common ancestor of two ranks, -1 when they have none.
func (t *Topology) common(a, b int32) int {
	for a >= 0 && b >= 0 {
		if a == b {
			return int(t.Depth[a])
		}
		// The lower rank cannot be the other's ancestor; its parent may be.
		if a < b {
			a = t.Parent[a]
		} else {
			b = t.Parent[b]
		}
	}
	return -1
}

// Distance returns the weight of the fastest way from any source to any target, their own weights included, Unreached
// when there is none. All sources must lie on one way to the root, and all targets; else the answer is Unreached.
func (q *Search) Distance(m *Metric, sources, targets []Seed) Weight {
	s := q.t.climb(&q.f, &q.t.Up, m.Up, sources)
	e := q.t.climb(&q.b, &q.t.Down, m.Down, targets)
	if s < 0 || e < 0 {
		return Unreached
	}
	best, _ := meet(&q.f, &q.b, q.t.common(s, e))
	return best
}

func meet(f, b *[MaxDepth]Weight, depth int) (best Weight, at int) {
	best, at = Unreached, -1
	for d := depth; d >= 0; d-- {
		if w := f[d] + b[d]; w < best {
			best, at = w, d
		}
	}
	return best, at
}
