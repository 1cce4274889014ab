package cch

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Metric is one weighting of a Topology. It is never changed after Customise or Update returned it.
type Metric struct {
	Arc      []Weight // of the graph
	Up, Down []Weight // of the slots

	summit *summit // nil where searches read all slots
}

// lane is the workspace of one goroutine: the weights of the node at work, by depth of the upper end.
type lane struct{ up, down [MaxDepth]Weight }

// Customise takes in weights, one for each arc of the graph, Unreached for closed ones: every slot gets the weight of the
// fastest way between its ends over lower nodes only ("basic customisation", Dibbelt et al. 2016, section 5). The answer
// does not depend on workers. It takes time linear in the number of lower triangles.
func (t *Topology) Customise(ctx context.Context, weights []Weight, workers int) (*Metric, error) {
	if len(weights) != len(t.Tail) {
		return nil, fmt.Errorf("%w: %d weights for %d arcs", ErrInput, len(weights), len(t.Tail))
	}
	m := &Metric{Arc: weights, Up: make([]Weight, len(t.Up.Depth)), Down: make([]Weight, len(t.Down.Depth))}
	err := t.sweep(ctx, workers, func(l *lane, u int32) {
		t.weigh(l, m, u)
		copyOut(m.Up[t.Up.First[u]:t.Up.First[u+1]], t.Up.Depth[t.Up.First[u]:t.Up.First[u+1]], &l.up)
		copyOut(m.Down[t.Down.First[u]:t.Down.First[u+1]], t.Down.Depth[t.Down.First[u]:t.Down.First[u+1]], &l.down)
	})
	if err != nil {
		return nil, err
	}
	if err := t.Prune(ctx, m, workers); err != nil {
		return nil, err
	}
	return m, nil
}

func copyOut(to []Weight, depths []uint16, from *[MaxDepth]Weight) bool {
	changed := false
	to = to[:len(depths)]
	for k, d := range depths {
		if w := from[d]; to[k] != w {
			to[k] = w
			changed = true
		}
	}
	return changed
}

// weigh fills the lane with the weights of the slots of u from its arcs and the finished slots of lower nodes.
func (t *Topology) weigh(l *lane, m *Metric, u int32) {
	start(&l.up, &t.Up, m.Arc, u)
	start(&l.down, &t.Down, m.Arc, u)
	depth := t.Depth[u]
	// u → v → w: down slots into lower nodes v, then the up slots of v to above u.
	pull(&l.up, &t.Up, m.Up, &t.Down, m.Down, u, depth)
	// w → v → u
	pull(&l.down, &t.Down, m.Down, &t.Up, m.Up, u, depth)
}

func start(at *[MaxDepth]Weight, s *Side, arcs []Weight, u int32) {
	lo, hi := s.First[u], s.First[u+1]
	depths, ids := s.Depth[lo:hi], s.Arc[lo:hi]
	ids = ids[:len(depths)]
	for k, d := range depths {
		w := Unreached
		if a := ids[k]; a >= 0 {
			w = min(w, arcs[a])
		}
		at[d] = w
	}
}

func pull(at *[MaxDepth]Weight, s *Side, mine []Weight, o *Side, other []Weight, u int32, depth uint16) {
	lo, hi := o.LowerFirst[u], o.LowerFirst[u+1]
	nodes, slots := o.LowerNode[lo:hi], o.LowerSlot[lo:hi]
	slots = slots[:len(nodes)]
	for i, v := range nodes {
		a := other[slots[i]]
		if a >= Unreached {
			continue
		}
		first, last := s.First[v], s.First[v+1]
		depths, ws := s.Depth[first:last], mine[first:last]
		ws = ws[:len(depths)]
		for k, d := range depths {
			if d >= depth {
				break
			}
			if w := a + ws[k]; w < at[d] {
				at[d] = w
			}
		}
	}
}

// Update returns the metric of weights, which differ from those of old in the arcs changed only (others may be listed
// too). Nodes whose slots cannot have changed are passed over, and the crown is not pruned again. old stays valid; queries on it may go on meanwhile.
func (t *Topology) Update(ctx context.Context, old *Metric, weights []Weight, changed []int32, workers int) (*Metric, error) {
	if len(weights) != len(t.Tail) {
		return nil, fmt.Errorf("%w: %d weights for %d arcs", ErrInput, len(weights), len(t.Tail))
	}
	m := &Metric{Arc: weights}
	copyMetric(m, old, workers)
	dirty := make([]atomic.Bool, len(t.Node))
	for _, a := range changed {
		if a < 0 || int(a) >= len(t.Tail) {
			return nil, fmt.Errorf("%w: arc %d of %d", ErrInput, a, len(t.Tail))
		}
		dirty[min(t.Tail[a], t.Head[a])].Store(true)
	}
	err := t.sweep(ctx, workers, func(l *lane, u int32) {
		if !dirty[u].Load() {
			return
		}
		t.weigh(l, m, u)
		up := copyOut(m.Up[t.Up.First[u]:t.Up.First[u+1]], t.Up.Depth[t.Up.First[u]:t.Up.First[u+1]], &l.up)
		down := copyOut(m.Down[t.Down.First[u]:t.Down.First[u+1]], t.Down.Depth[t.Down.First[u]:t.Down.First[u+1]], &l.down)
		if up || down {
			t.spoil(dirty, u)
		}
	})
	if err != nil {
		return nil, err
	}
	t.arrange(m, workers)
	return m, nil
}

// spoil marks the upward neighbours of u: the slots between any two of them may lead over u.
func (t *Topology) spoil(dirty []atomic.Bool, u int32) {
	upD, downD := t.Up.Depth[t.Up.First[u]:t.Up.First[u+1]], t.Down.Depth[t.Down.First[u]:t.Down.First[u+1]]
	v, d := t.Parent[u], int(t.Depth[u])-1
	i, k := len(upD)-1, len(downD)-1
	for v >= 0 && (i >= 0 || k >= 0) {
		hit := false
		if i >= 0 && int(upD[i]) == d {
			hit = true
			i--
		}
		if k >= 0 && int(downD[k]) == d {
			hit = true
			k--
		}
		if hit && !dirty[v].Load() {
			dirty[v].Store(true)
		}
		v, d = t.Parent[v], d-1
	}
}

func copyMetric(m, old *Metric, workers int) {
	m.Up, m.Down = make([]Weight, len(old.Up)), make([]Weight, len(old.Down))
	if workers < 2 {
		copy(m.Up, old.Up)
		copy(m.Down, old.Down)
		return
	}
	var group sync.WaitGroup
	group.Go(func() { copy(m.Up, old.Up) })
	copy(m.Down, old.Down)
	group.Wait()
}

// sweep calls visit for every rank, each after all below it in the elimination tree. Disjoint subtrees go to different
// goroutines; what is above them follows in rounds of ever larger subtrees.
func (t *Topology) sweep(ctx context.Context, workers int, visit func(l *lane, u int32)) error {
	n := int32(len(t.Node))
	if n == 0 {
		return ctx.Err()
	}
	workers = max(workers, 1)
	lanes := make([]*lane, workers)
	for i := range lanes {
		lanes[i] = new(lane)
	}
	total := int64(t.Slots()) + int64(n)
	done := int64(0) // subtrees up to this size are finished
	for done < total {
		limit := total
		if workers > 1 && total > 100_000 {
			limit = min(total, max(done*3, total/int64(16*workers)))
			if limit*2 > total {
				limit = total
			}
		}
		if err := t.round(ctx, lanes, done, limit, visit); err != nil {
			return err
		}
		done = limit
	}
	return nil
}

// round visits the nodes whose subtree has more than done and at most limit slots.
func (t *Topology) round(ctx context.Context, lanes []*lane, done, limit int64, visit func(l *lane, u int32)) error {
	var tops []int32
	for v := int32(len(t.Node)) - 1; v >= 0; {
		if int64(t.Size[v]) > limit {
			v--
			continue
		}
		tops = append(tops, v)
		v = t.Begin[v] - 1
	}
	var next atomic.Int64
	work := func(l *lane) {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(tops) || ctx.Err() != nil {
				return
			}
			top := tops[i]
			if int64(t.Size[top]) <= done {
				continue
			}
			for u := t.Begin[top]; u <= top; u++ {
				if int64(t.Size[u]) > done {
					visit(l, u)
				}
				if u%(1<<16) == 0 && ctx.Err() != nil {
					return
				}
			}
		}
	}
	if len(lanes) == 1 || len(tops) == 1 {
		work(lanes[0])
		return ctx.Err()
	}
	var group sync.WaitGroup
	for _, l := range lanes {
		group.Go(func() { work(l) })
	}
	group.Wait()
	return ctx.Err()
}
