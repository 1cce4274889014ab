package cch

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// Points are the ends of many-to-many searches on one metric: the seeds of point i are Seeds[First[i]] … Seeds[First[i+1]-1],
// all on one way to the root; a point without seeds is reached from nowhere.
type Points struct {
	First []int32
	Seeds []Seed
}

// Len is the number of points.
func (p Points) Len() int { return len(p.First) - 1 }

func (p Points) of(i int) []Seed { return p.Seeds[p.First[i]:p.First[i+1]] }

// vectors are the results of one upward search a point, laid behind each other: by depth below the root.
type vectors struct {
	low   []int32 // deepest node of each point, -1 without
	begin []int   // into dist; point i has depths 0 … its own
	dist  []Weight
	order []int32 // points by low, those without left out
	depth []int32 // common depth of order[k-1] and order[k]
}

// sourceBlock is how many sources share one reading of a target's vector; their own stay in the first-level cache.
const sourceBlock = 16

// Table computes the ways from each source to each target on metric m and calls row once for each source, in no set order
// and from up to workers goroutines, with the weights to all targets; the slice is valid during the call only. Method:
// each point's upward search becomes a vector by depth (see the package comment); a cell is the least sum of two vectors
// over the depths that the two points share, found from the points' order in the tree. Memory: the vectors, 8 bytes a
// depth and point. The error is ctx's own.
func (t *Topology) Table(ctx context.Context, m *Metric, sources, targets Points, workers int, row func(source int, weights []Weight)) error {
	to, err := t.vectors(ctx, m, targets, workers)
	if err != nil {
		return err
	}
	from := make([]int32, sources.Len())
	low := make([]int32, sources.Len())
	for i := range from {
		from[i] = int32(i)
		low[i] = -1
		if v, ok := t.lowest(sources.of(i)); ok {
			low[i] = v
		}
	}
	// Neighbours in the tree share most of the vectors they read.
	slices.SortFunc(from, func(a, b int32) int { return cmp.Or(cmp.Compare(low[a], low[b]), cmp.Compare(a, b)) })
	var next atomic.Int64
	work := func() {
		b := newBlock(t, min(sourceBlock, len(from)), len(to.low))
		for ctx.Err() == nil {
			begin := (int(next.Add(1)) - 1) * sourceBlock
			if begin >= len(from) {
				return
			}
			b.run(m, sources, to, from[begin:min(begin+sourceBlock, len(from))], row)
		}
	}
	var group sync.WaitGroup
	for range min(workers, (len(from)+sourceBlock-1)/sourceBlock) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	return ctx.Err()
}

// vectors searches towards each point.
func (t *Topology) vectors(ctx context.Context, m *Metric, points Points, workers int) (*vectors, error) {
	n := points.Len()
	v := &vectors{low: make([]int32, n), begin: make([]int, n+1)}
	for i := range n {
		v.low[i] = -1
		v.begin[i+1] = v.begin[i]
		if low, ok := t.lowest(points.of(i)); ok {
			v.low[i] = low
			v.begin[i+1] += int(t.Depth[low]) + 1
			v.order = append(v.order, int32(i))
		}
	}
	v.dist = make([]Weight, v.begin[n])
	slices.SortFunc(v.order, func(a, b int32) int { return cmp.Or(cmp.Compare(v.low[a], v.low[b]), cmp.Compare(a, b)) })
	v.depth = make([]int32, len(v.order))
	for k := 1; k < len(v.order); k++ {
		v.depth[k] = int32(t.commonDepth(v.low[v.order[k-1]], v.low[v.order[k]]))
	}
	var next atomic.Int64
	work := func() {
		r := new(reach)
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			if v.low[i] >= 0 {
				t.climb(r, m, true, t.begin(r, points.of(i)), -1, Unreached)
				copy(v.dist[v.begin[i]:v.begin[i+1]], r.dist[:])
			}
		}
	}
	var group sync.WaitGroup
	for range min(workers, n) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	return v, ctx.Err()
}

// block works on a few sources at a time.
type block struct {
	t      *Topology
	from   [sourceBlock]*reach
	rows   [sourceBlock][]Weight
	shared [sourceBlock][]int32 // common depth of the source with each target in tree order
}

// newBlock makes room for so many sources: a few do not pay for many.
func newBlock(t *Topology, sources, targets int) *block {
	b := &block{t: t}
	for i := range sources {
		b.from[i] = new(reach)
		b.rows[i] = make([]Weight, targets)
		b.shared[i] = make([]int32, targets)
	}
	return b
}

func (b *block) run(m *Metric, sources Points, to *vectors, from []int32, row func(int, []Weight)) {
	for k, i := range from {
		for j := range b.rows[k] {
			b.rows[k][j] = Unreached
		}
		low := b.t.begin(b.from[k], sources.of(int(i)))
		b.t.climb(b.from[k], m, false, low, -1, Unreached)
		b.share(b.shared[k][:len(to.order)], to, low)
	}
	for j, target := range to.order {
		d := to.dist[to.begin[target]:to.begin[target+1]]
		for k := range from {
			if depth := b.shared[k][j]; depth >= 0 {
				b.rows[k][target] = least(b.from[k].dist[:depth+1], d)
			}
		}
	}
	for k, i := range from {
		row(int(i), b.rows[k])
	}
}

// share finds the common depth of low with every target: by tree walk with its neighbours in the order, and onwards from
// there by the common depths of neighbours, as common prefixes in a sorted list of words are found.
func (b *block) share(shared []int32, to *vectors, low int32) {
	if low < 0 {
		for j := range shared {
			shared[j] = -1
		}
		return
	}
	at, _ := slices.BinarySearchFunc(to.order, low, func(target, low int32) int { return cmp.Compare(to.low[target], low) })
	if at < len(shared) {
		depth := int32(b.t.commonDepth(low, to.low[to.order[at]]))
		shared[at] = depth
		for j := at + 1; j < len(shared); j++ {
			depth = min(depth, to.depth[j])
			shared[j] = depth
		}
	}
	if at > 0 {
		depth := int32(b.t.commonDepth(low, to.low[to.order[at-1]]))
		shared[at-1] = depth
		for j := at - 2; j >= 0; j-- {
			depth = min(depth, to.depth[j+1])
			shared[j] = depth
		}
	}
}

// least returns the least f[d] + b[d] over the depths of f; b is at least as long.
func least(f, b []Weight) Weight {
	b = b[:len(f)]
	w0, w1, w2, w3 := Unreached, Unreached, Unreached, Unreached
	for len(f) >= 4 && len(b) >= 4 {
		w0 = min(w0, f[0]+b[0])
		w1 = min(w1, f[1]+b[1])
		w2 = min(w2, f[2]+b[2])
		w3 = min(w3, f[3]+b[3])
		f, b = f[4:], b[4:]
	}
	for d := range f {
		w0 = min(w0, f[d]+b[d])
	}
	return min(w0, w1, w2, w3)
}

// All calls visit for every node that can be reached from the sources within limit, by rank from the highest, with the
// weight of the fastest way. Method: one search upwards, then one sweep over all nodes from the root down (Delling,
// Goldberg, Nowatzyk, Werneck, "PHAST", JPDC 73(7), 2013). Linear in the hierarchy.
func (q *Search) All(m *Metric, sources []Seed, limit Weight, visit func(rank int32, w Weight)) {
	t := q.t
	low := t.begin(&q.f, sources)
	if low < 0 {
		return
	}
	t.climb(&q.f, m, false, low, -1, Unreached)
	q.fPath = t.rootPath(q.fPath, low)
	s := &t.Down
	for v := int32(len(t.Node)) - 1; v >= 0; v-- {
		depth := t.Depth[v]
		best := Unreached
		if int(depth) < len(q.fPath) && q.fPath[depth] == v {
			best = q.f.dist[depth]
		}
		lo, hi := s.First[v], s.First[v+1]
		depths, ws := s.Depth[lo:hi], m.Down[lo:hi]
		ws = ws[:len(depths)]
		for k, d := range depths {
			best = min(best, q.b.dist[d]+ws[k])
		}
		best = min(best, Unreached)
		q.b.dist[depth] = best
		if best <= limit && best < Unreached {
			visit(v, best)
		}
	}
}
