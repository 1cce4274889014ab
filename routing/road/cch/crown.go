package cch

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// Subtrees of at least so many slots, or of so large a share of all where that is less, belong with their tops to the
// crown. Searches upwards spend nearly all of their time on the slots of these few nodes.
const (
	crownSlots = 10_000
	crownShare = 200
)

// crown is the top of the elimination tree: the nodes with large subtrees, by rank. With a node it has all its ancestors.
type crown struct {
	least  int32   // slots of a subtree
	rank   []int32 // by place in the crown, rising
	parent []int32 // places, -1 at a root
	depth  []uint16
	begin  []int32 // least place of the subtree within the crown; it spans begin[c] … c
	up     sketch
	down   sketch
}

// sketch names all slots of the crown in one direction; weights are laid beside them.
type sketch struct {
	first []int32 // by place, len places+1
	depth []uint16
}

// fan holds, for one direction, the slots of the crown that some fastest way may need, those of a node in the order of
// their weights.
type fan struct {
	first  []int32 // by place, len places+1
	depth  []uint16
	weight []Weight
}

// summit is the part of a metric that searches upwards read at the crown.
type summit struct{ up, down fan }

func (s *summit) fan(down bool) *fan {
	if down {
		return &s.down
	}
	return &s.up
}

// crownOf finds the crown once.
func (t *Topology) crownOf() *crown {
	t.crownOnce.Do(func() {
		c := &crown{least: int32(min(crownSlots, t.Slots()/crownShare))}
		for v, size := range t.Size {
			if size >= c.least {
				c.rank = append(c.rank, int32(v))
			}
		}
		n := len(c.rank)
		c.parent, c.depth, c.begin = make([]int32, n), make([]uint16, n), make([]int32, n)
		for i, v := range c.rank {
			c.parent[i], c.depth[i] = -1, t.Depth[v]
			if p := t.Parent[v]; p >= 0 {
				c.parent[i] = c.place(p)
			}
			c.begin[i] = c.place(t.Begin[v])
		}
		c.up, c.down = c.sketch(&t.Up), c.sketch(&t.Down)
		t.crown = c
	})
	return t.crown
}

// place returns where a rank lies in the crown, or where it would lie.
func (c *crown) place(rank int32) int32 {
	i, _ := slices.BinarySearch(c.rank, rank)
	return int32(i)
}

func (c *crown) sketch(s *Side) sketch {
	k := sketch{first: make([]int32, 1, len(c.rank)+1)}
	for _, v := range c.rank {
		k.depth = append(k.depth, s.Depth[s.First[v]:s.First[v+1]]...)
		k.first = append(k.first, int32(len(k.depth)))
	}
	return k
}

// gather copies the weights of the crown's slots.
func (c *crown) gather(s *Side, weights []Weight, slots int) []Weight {
	all := make([]Weight, 0, slots)
	for _, v := range c.rank {
		all = append(all, weights[s.First[v]:s.First[v+1]]...)
	}
	return all
}

// Prune finds which slots of the crown no fastest way needs, because a way over higher nodes is faster, and keeps the
// others for searches upwards ("perfect customization", Dibbelt et al. 2016, section 5.2, of the crown alone, where
// searches spend their time). A fastest way that climbs and then descends has no slot that a faster way goes round, so
// that leaving those out changes no answer. The weights of the metric stay as they are. Customise does this; Update does not, as it
// takes longer than the update itself, and its metrics answer about as fast. The answer does not depend on workers.
func (t *Topology) Prune(ctx context.Context, m *Metric, workers int) error {
	c := t.crownOf()
	p := &pruning{c: c, up: c.gather(&t.Up, m.Up, len(c.up.depth)), down: c.gather(&t.Down, m.Down, len(c.down.depth))}
	up, down := slices.Clone(p.up), slices.Clone(p.down)
	if err := p.run(ctx, max(workers, 1)); err != nil {
		return err
	}
	c.lay(m, up, p.up, down, p.down, workers)
	return nil
}

// arrange lays all slots of the crown out for searches without looking for those that no fastest way needs.
func (t *Topology) arrange(m *Metric, workers int) {
	c := t.crownOf()
	up, down := c.gather(&t.Up, m.Up, len(c.up.depth)), c.gather(&t.Down, m.Down, len(c.down.depth))
	c.lay(m, up, up, down, down, workers)
}

// lay keeps of each direction the slots whose weight is that of the fastest way.
func (c *crown) lay(m *Metric, up, fastestUp, down, fastestDown []Weight, workers int) {
	m.summit = &summit{}
	var group sync.WaitGroup
	if workers > 1 {
		group.Go(func() { m.summit.up = keep(&c.up, up, fastestUp) })
	} else {
		m.summit.up = keep(&c.up, up, fastestUp)
	}
	m.summit.down = keep(&c.down, down, fastestDown)
	group.Wait()
}

// spoke is a slot as it is sorted.
type spoke struct {
	weight Weight
	depth  uint16
}

// keep lays the slots behind each other whose weight is that of the fastest way.
func keep(s *sketch, basic, fastest []Weight) fan {
	f := fan{first: make([]int32, 1, len(s.first))}
	var kept []spoke
	for i := range len(s.first) - 1 {
		kept = kept[:0]
		for k := s.first[i]; k < s.first[i+1]; k++ {
			if w := basic[k]; w == fastest[k] && w < Unreached {
				kept = append(kept, spoke{w, s.depth[k]})
			}
		}
		slices.SortFunc(kept, func(a, b spoke) int { return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.depth, b.depth)) })
		for _, k := range kept {
			f.depth, f.weight = append(f.depth, k.depth), append(f.weight, k.weight)
		}
		f.first = append(f.first, int32(len(f.depth)))
	}
	f.depth, f.weight = slices.Clip(f.depth), slices.Clip(f.weight)
	return f
}

// pruning turns the weights of the crown's slots into those of the fastest ways between their ends, from the root down.
type pruning struct {
	c        *crown
	up, down []Weight
}

// witness is the workspace of one goroutine, by depth.
type witness struct {
	base []Weight // of the node's slots, Unreached at other depths
	best []Weight // the same, made smaller by faster ways; 0 at other depths, below which nothing is
	path []int32  // places of the ancestors
}

func (p *pruning) run(ctx context.Context, workers int) error {
	c := p.c
	n := len(c.rank)
	depths := 0
	for _, d := range c.depth {
		depths = max(depths, int(d)+1)
	}
	lanes := make([]*witness, workers)
	for i := range lanes {
		lanes[i] = &witness{base: make([]Weight, depths), best: make([]Weight, depths), path: make([]int32, depths)}
		for d := range lanes[i].base {
			lanes[i].base[d] = Unreached
		}
	}
	// Large subtrees first, by the goroutine at hand; the small ones below them are shared out.
	small := n
	if workers > 1 {
		small = n / (8 * workers)
	}
	var tops []int32
	for v := int32(n) - 1; v >= 0; v-- {
		if int(v-c.begin[v]) < small {
			tops = append(tops, v)
			v = c.begin[v]
			continue
		}
		lanes[0].enter(c, v)
		p.visit(lanes[0], v)
	}
	var next atomic.Int64
	work := func(l *witness) {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(tops) {
				return
			}
			l.enter(c, tops[i])
			for v := tops[i]; v >= c.begin[tops[i]]; v-- {
				l.path[c.depth[v]] = v
				p.visit(l, v)
			}
		}
	}
	var group sync.WaitGroup
	for _, l := range lanes[1:] {
		group.Go(func() { work(l) })
	}
	work(lanes[0])
	group.Wait()
	return ctx.Err()
}

// enter notes the ancestors of v.
func (l *witness) enter(c *crown, v int32) {
	for ; v >= 0; v = c.parent[v] {
		l.path[c.depth[v]] = v
	}
}

func (p *pruning) visit(l *witness, u int32) {
	c := p.c
	l.improve(&c.up, p.up, &c.down, p.down, u)
	l.improve(&c.down, p.down, &c.up, p.up, u)
}

// improve makes the weights of the slots of u on one side those of the fastest ways; above u both sides are finished. On
// the up side, a way from u to w goes first to another upward neighbour v, and on from v upwards to w where v is the
// lower, downwards where it is the higher; on the down side the same backwards.
func (l *witness) improve(s *sketch, mine []Weight, o *sketch, other []Weight, u int32) {
	lo, hi := s.first[u], s.first[u+1]
	depths, ws := s.depth[lo:hi], mine[lo:hi]
	ws = ws[:len(depths)]
	for k, d := range depths {
		l.base[d], l.best[d] = ws[k], ws[k]
	}
	for k := len(depths) - 1; k >= 0; k-- {
		first := ws[k]
		// A slot that a faster way goes round is on no fastest way to others either.
		if d := depths[k]; first < Unreached && l.best[d] == first {
			v := l.path[d]
			spread(l.best, s.depth[s.first[v]:s.first[v+1]], mine[s.first[v]:s.first[v+1]], first)
		}
	}
	for k, d := range depths {
		w := l.path[d]
		best := over(l.base, o.depth[o.first[w]:o.first[w+1]], other[o.first[w]:o.first[w+1]])
		ws[k] = min(l.best[d], best)
	}
	for _, d := range depths {
		l.base[d], l.best[d] = Unreached, 0
	}
}

func spread(best []Weight, depths []uint16, ws []Weight, first Weight) {
	ws = ws[:len(depths)]
	for k, d := range depths {
		if w := first + ws[k]; w < best[d] {
			best[d] = w
		}
	}
}

func over(base []Weight, depths []uint16, ws []Weight) Weight {
	best := Unreached
	ws = ws[:len(depths)]
	for k, d := range depths {
		best = min(best, base[d]+ws[k])
	}
	return best
}
