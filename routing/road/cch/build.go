package cch

import (
	"context"
	"fmt"
	"slices"
)

// Build contracts the nodes of g in order, the least important first. The time is that of one customisation: linear in
// the number of lower triangles. An error wraps ErrInput when graph and order do not fit or the order is so bad that the
// elimination tree is higher than MaxDepth; it is ctx's own when ctx ends first.
func Build(ctx context.Context, g Graph, order []int32) (*Topology, error) {
	if err := g.validate(order); err != nil {
		return nil, err
	}
	t := &Topology{}
	parent := eliminationTree(g, order)
	if err := t.number(order, parent); err != nil {
		return nil, err
	}
	t.Tail, t.Head = make([]int32, len(g.Head)), make([]int32, len(g.Head))
	for v := range g.Nodes() {
		for a := g.First[v]; a < g.First[v+1]; a++ {
			t.Tail[a], t.Head[a] = t.Rank[v], t.Rank[g.Head[a]]
		}
	}
	if err := t.contract(ctx); err != nil {
		return nil, err
	}
	t.measure()
	return t, nil
}

// eliminationTree returns the parent of each node by its place in order: the next of its neighbours after all between
// them are contracted, without contracting. Method: path compression (Liu, "The role of elimination trees in sparse
// factorization", SIAM J. Matrix Anal. Appl. 11(1), 1990, section 4).
func eliminationTree(g Graph, order []int32) []int32 {
	n := len(order)
	place := make([]int32, n)
	for i, v := range order {
		place[v] = int32(i)
	}
	// Lower neighbours of each place, from arcs of both directions.
	first := make([]int32, n+1)
	each := func(visit func(low, high int32)) {
		for v := range n {
			for _, w := range g.Head[g.First[v]:g.First[v+1]] {
				if a, b := place[v], place[w]; a < b {
					visit(a, b)
				} else if b < a {
					visit(b, a)
				}
			}
		}
	}
	each(func(_, high int32) { first[high+1]++ })
	for i := range n {
		first[i+1] += first[i]
	}
	lower := make([]int32, first[n])
	fill := slices.Clone(first[:n])
	each(func(low, high int32) { lower[fill[high]] = low; fill[high]++ })
	parent, top := make([]int32, n), make([]int32, n)
	for i := range int32(n) {
		parent[i], top[i] = -1, -1
		for _, x := range lower[first[i]:first[i+1]] {
			for x != i {
				next := top[x]
				top[x] = i
				if next < 0 {
					parent[x] = i
					break
				}
				x = next
			}
		}
	}
	return parent
}

// number ranks the nodes by a postorder of the elimination tree, which contracts to the same hierarchy, and sets depths.
func (t *Topology) number(order, parent []int32) error {
	n := len(order)
	// Children in lists, the last first, so that a walk from the root that takes a list in its order fills ranks from above.
	child, sibling := make([]int32, n), make([]int32, n)
	for i := range child {
		child[i] = -1
	}
	var roots []int32
	for i := range int32(n) {
		if p := parent[i]; p >= 0 {
			sibling[i], child[p] = child[p], i
		} else {
			roots = append(roots, i)
		}
	}
	t.Rank, t.Node, t.Parent = make([]int32, n), make([]int32, n), make([]int32, n)
	t.Depth = make([]uint16, n)
	next := int32(n - 1)
	rankOf := make([]int32, n)
	stack := slices.Clone(roots)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r := next
		next--
		rankOf[i], t.Node[r], t.Rank[order[i]], t.Parent[r] = r, order[i], r, -1
		if p := parent[i]; p >= 0 {
			up := rankOf[p]
			if t.Depth[up] == MaxDepth-1 {
				return fmt.Errorf("%w: the elimination tree is higher than %d; give an order by nested dissection", ErrInput, MaxDepth)
			}
			t.Parent[r], t.Depth[r] = up, t.Depth[up]+1
		}
		for c := child[i]; c >= 0; c = sibling[c] {
			stack = append(stack, c)
		}
	}
	return nil
}

// halfBuilt is one direction while it grows: lower ends per upper end are chained, the newest first.
type halfBuilt struct {
	side  *Side
	base  [][2]int32 // depth of the upper end and arc, by baseFirst
	first []int32
	chain []int32 // per upper end: last entry, -1 at none
	next  []int32
	node  []int32
	mark  []int32 // per depth: the arc, or -1, when stamp is that of the node at work
	stamp []int32
	found []uint16
}

func newHalf(t *Topology, side *Side, up bool) *halfBuilt {
	n := len(t.Node)
	h := &halfBuilt{side: side, first: make([]int32, n+1), chain: make([]int32, n), mark: make([]int32, MaxDepth), stamp: make([]int32, MaxDepth)}
	for v := range h.chain {
		h.chain[v] = -1
	}
	for d := range h.stamp {
		h.stamp[d] = -1
	}
	ends := func(a int) (low, high int32, mine bool) {
		low, high = t.Tail[a], t.Head[a]
		if !up {
			low, high = high, low
		}
		return low, high, low < high
	}
	for a := range t.Tail {
		if low, _, mine := ends(a); mine {
			h.first[low+1]++
		}
	}
	for v := range n {
		h.first[v+1] += h.first[v]
	}
	h.base = make([][2]int32, h.first[n])
	fill := slices.Clone(h.first[:n])
	for a := range t.Tail {
		if low, high, mine := ends(a); mine {
			h.base[fill[low]] = [2]int32{int32(t.Depth[high]), int32(a)}
			fill[low]++
		}
	}
	side.First = append(make([]int32, 0, n+1), 0)
	return h
}

func (h *halfBuilt) reach(u int32, d uint16, arc int32) {
	if h.stamp[d] != u {
		h.stamp[d], h.mark[d] = u, arc
		h.found = append(h.found, d)
	} else if arc >= 0 {
		h.mark[d] = arc
	}
}

// gather finds the slots of u: its arcs, and for each lower end that leads between u and higher nodes the slots there.
func (h *halfBuilt) gather(u int32, depth uint16, other *halfBuilt) {
	h.found = h.found[:0]
	for _, b := range h.base[h.first[u]:h.first[u+1]] {
		h.reach(u, uint16(b[0]), b[1])
	}
	for e := other.chain[u]; e >= 0; e = other.next[e] {
		v := other.node[e]
		for _, d := range h.side.Depth[h.side.First[v]:h.side.First[v+1]] {
			if d >= depth {
				break
			}
			h.reach(u, d, -1)
		}
	}
	slices.Sort(h.found)
}

// highest is the least depth found.
func (h *halfBuilt) highest() uint16 {
	if len(h.found) == 0 {
		return MaxDepth - 1
	}
	return h.found[0]
}

// settle appends the slots found for u; path names the ancestors of u by depth.
func (h *halfBuilt) settle(u int32, path []int32) {
	for _, d := range h.found {
		h.side.Depth = append(h.side.Depth, d)
		h.side.Arc = append(h.side.Arc, h.mark[d])
		w := path[d]
		h.next, h.node = append(h.next, h.chain[w]), append(h.node, u)
		h.chain[w] = int32(len(h.node) - 1)
	}
	h.side.First = append(h.side.First, int32(len(h.side.Depth)))
}

// maxSlots keeps slot numbers in 31 bits.
const maxSlots = 1<<31 - 1<<17

func (t *Topology) contract(ctx context.Context) error {
	up, down := newHalf(t, &t.Up, true), newHalf(t, &t.Down, false)
	path := make([]int32, MaxDepth)
	for u := range int32(len(t.Node)) {
		if u%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		up.gather(u, t.Depth[u], down)
		down.gather(u, t.Depth[u], up)
		if len(t.Up.Depth)+len(up.found) > maxSlots || len(t.Down.Depth)+len(down.found) > maxSlots {
			return fmt.Errorf("%w: the hierarchy would have more than %d arcs; the graph is too large or too dense", ErrInput, maxSlots)
		}
		top := min(up.highest(), down.highest())
		for v := t.Parent[u]; v >= 0 && t.Depth[v] >= top; v = t.Parent[v] {
			path[t.Depth[v]] = v
		}
		up.settle(u, path)
		down.settle(u, path)
	}
	up.finish()
	down.finish()
	return nil
}

// finish packs the chains of lower ends. A slot was appended together with its chain entry, so they share their number.
func (h *halfBuilt) finish() {
	s := h.side
	s.Depth, s.Arc = slices.Clip(s.Depth), slices.Clip(s.Arc)
	s.LowerFirst = make([]int32, len(h.chain)+1)
	s.LowerNode, s.LowerSlot = make([]int32, len(h.node)), make([]int32, len(h.node))
	at := int32(0)
	for u, last := range h.chain {
		begin := at
		for e := last; e >= 0; e = h.next[e] {
			s.LowerNode[at], s.LowerSlot[at] = h.node[e], e
			at++
		}
		slices.Reverse(s.LowerNode[begin:at])
		slices.Reverse(s.LowerSlot[begin:at])
		s.LowerFirst[u+1] = at
	}
}

// measure sums up, for each rank, the slots of its subtree and finds where the subtree begins.
func (t *Topology) measure() {
	n := len(t.Node)
	t.Size, t.Begin = make([]int32, n), make([]int32, n)
	for v := range t.Begin {
		t.Begin[v] = int32(v)
	}
	for v := range int32(n) {
		t.Size[v] += t.Up.First[v+1] - t.Up.First[v] + t.Down.First[v+1] - t.Down.First[v] + 1
		if p := t.Parent[v]; p >= 0 {
			t.Size[p] += t.Size[v]
			t.Begin[p] = min(t.Begin[p], t.Begin[v])
		}
	}
}
