package cch

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Map is an undirected graph drawn on a plane: edge e joins vertices From[e] and To[e], vertex v lies at (X[v], Y[v]).
type Map struct {
	X, Y     []float64
	From, To []int32
}

// Dissect orders the edges of a map by nested dissection, the least important first: a few edges cut the map in two, come
// last, and both halves go on alike. A graph whose nodes are the edges' directions and whose arcs are turns between
// edges that meet contracts well in this order. The cut is the best of four directions, in each of which the quarter of
// the vertices that lies foremost is parted from the quarter that lies hindmost by a least cut (Schild, Sommer, "On
// Balanced Separators in Road Networks", SEA 2015). The order does not depend on workers. The error is ctx's own.
func Dissect(ctx context.Context, m Map, workers int) ([]int32, error) {
	d := &dissector{m: m, ctx: ctx, local: make([]int32, len(m.X)), slots: make(chan struct{}, max(workers, 1)-1)}
	order := make([]int32, len(m.From))
	for e := range order {
		order[e] = int32(e)
	}
	vertices := make([]int32, len(m.X))
	for v := range vertices {
		vertices[v] = int32(v)
	}
	d.split(vertices, order)
	d.group.Wait()
	return order, ctx.Err()
}

// dissector shares local between tasks: their vertices are disjoint.
type dissector struct {
	m     Map
	ctx   context.Context
	local []int32 // number of a vertex within its task
	slots chan struct{}
	group sync.WaitGroup
}

const (
	leafEdges  = 3    // so few edges need no cut
	forkEdges  = 2000 // so many are worth a goroutine
	sourcePart = 0.25 // of the vertices at each end
	directions = 4
)

// split orders edges in place. All their ends are among vertices.
func (d *dissector) split(vertices, edges []int32) {
	for len(edges) > leafEdges && len(vertices) > 1 && d.ctx.Err() == nil {
		side := d.cut(vertices, edges)
		// Vertices: the first side, then the second. Edges: within the first, within the second, between.
		nA := partition(vertices, func(v int32) bool { return side[d.local[v]] })
		inside := partition(edges, func(e int32) bool { return side[d.local[d.m.From[e]]] == side[d.local[d.m.To[e]]] })
		mA := partition(edges[:inside], func(e int32) bool { return side[d.local[d.m.From[e]]] })
		a, ea := vertices[:nA], edges[:mA]
		vertices, edges = vertices[nA:], edges[mA:inside]
		if len(ea) > forkEdges {
			select {
			case d.slots <- struct{}{}:
				d.group.Go(func() {
					d.split(a, ea)
					<-d.slots
				})
				continue
			default:
			}
		}
		d.split(a, ea)
	}
}

// partition moves the items that hold to the front, keeping their order on both sides, and returns how many they are.
func partition(items []int32, hold func(int32) bool) int {
	var rest []int32
	n := 0
	for _, x := range items {
		if hold(x) {
			items[n] = x
			n++
		} else {
			rest = append(rest, x)
		}
	}
	copy(items[n:], rest)
	return n
}

// cut returns, by local number, which side each vertex falls on.
func (d *dissector) cut(vertices, edges []int32) []bool {
	for i, v := range vertices {
		d.local[v] = int32(i)
	}
	f := newFlow(d, len(vertices), edges)
	order := make([]int32, len(vertices))
	key := make([]float64, len(vertices))
	part := max(1, int(sourcePart*float64(len(vertices))))
	var best []bool
	bestCut, bestSmall := len(edges)+1, 0
	for k := range directions {
		for i, v := range vertices {
			order[i] = int32(i)
			x, y := d.m.X[v], d.m.Y[v]
			key[i] = [directions]float64{x, y, x + y, x - y}[k]
		}
		less := func(a, b int32) int { return cmp.Or(cmp.Compare(key[a], key[b]), cmp.Compare(a, b)) }
		nth(order, part, less)
		nth(order[part:], len(order)-2*part, less)
		flow := f.run(order[:part], order[len(order)-part:], bestCut)
		if flow > bestCut {
			continue
		}
		side, small := f.balanced(len(vertices))
		if flow < bestCut || small > bestSmall {
			best, bestCut, bestSmall = side, flow, small
		}
	}
	return best
}

// nth reorders items so that the n first come before the others (Hoare's quickselect with the median of three).
func nth(items []int32, n int, less func(a, b int32) int) {
	for len(items) > 32 {
		a, b, c := items[0], items[len(items)/2], items[len(items)-1]
		if less(b, a) < 0 {
			a, b = b, a
		}
		if less(c, b) < 0 {
			b = c
			if less(b, a) < 0 {
				b = a
			}
		}
		i, j := 0, len(items)-1
		for i <= j {
			for less(items[i], b) < 0 {
				i++
			}
			for less(b, items[j]) < 0 {
				j--
			}
			if i <= j {
				items[i], items[j] = items[j], items[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j+1:
			items = items[:j+1]
		case n >= i:
			items, n = items[i:], n-i
		default:
			return
		}
		if n <= 0 || n >= len(items) {
			return
		}
	}
	slices.SortFunc(items, less)
}
