package road

// adjacency lists, for each vertex, the pieces that touch it.
type adjacency struct {
	first []int32 // len vertices+1
	piece []int32
}

func (n *network) adjacency() adjacency {
	a := adjacency{first: make([]int32, len(n.at)+1), piece: make([]int32, 2*len(n.pieces))}
	for _, p := range n.pieces {
		a.first[p.u+1]++
		a.first[p.v+1]++
	}
	for v := range n.at {
		a.first[v+1] += a.first[v]
	}
	fill := append([]int32(nil), a.first...)
	for k, p := range n.pieces {
		for _, v := range [2]int32{p.u, p.v} {
			a.piece[fill[v]] = int32(k)
			fill[v]++
		}
	}
	return a
}

func (a *adjacency) of(v int32) []int32 { return a.piece[a.first[v]:a.first[v+1]] }

// leave returns the other end of piece p seen from v and the time to it, noDrive when it may not be driven that way.
func (p *piece) leave(v int32) (to, ms int32) {
	if p.u == v {
		return p.v, p.fwdMs
	}
	return p.u, p.bwdMs
}

// parts numbers the strongly connected parts of a graph: two vertices have the same number when each can be reached from
// the other. Vertex v has places first[v] … first[v+1]-1, where head gives the far end, or a negative number for none.
// Method: Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972, with an explicit stack.
func parts(first []int32, head func(v, place int32) int32) (of []int32, count int) {
	n := len(first) - 1
	of = make([]int32, n)
	index := make([]int32, n) // 0 = not seen
	low := make([]int32, n)
	for v := range of {
		of[v] = -1
	}
	type frame struct{ v, next int32 }
	var stack []frame
	var open []int32
	seen := int32(0)
	enter := func(v int32) {
		seen++
		index[v], low[v] = seen, seen
		open = append(open, v)
		stack = append(stack, frame{v, first[v]})
	}
	for root := range of {
		if index[root] != 0 {
			continue
		}
		enter(int32(root))
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			v := f.v
			if f.next < first[v+1] {
				w := head(v, f.next)
				f.next++
				if w < 0 {
					continue
				}
				if index[w] == 0 {
					enter(w)
				} else if of[w] < 0 {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				up := stack[len(stack)-1].v
				low[up] = min(low[up], low[v])
			}
			if low[v] == index[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					of[w] = int32(count)
					if w == v {
						break
					}
				}
				count++
			}
		}
	}
	return of, count
}

// largest returns the number of the part with the most vertices that count, the first among equals, and the sizes of all.
func largest(of []int32, count int, counts func(v int32) bool) (best int32, size []int) {
	size = make([]int, count)
	for v, c := range of {
		if counts(int32(v)) {
			size[c]++
		}
	}
	for c := range size {
		if size[c] > size[best] {
			best = int32(c)
		}
	}
	return best, size
}

// keepLargest reduces the network to its largest strongly connected part and notes what goes.
func (n *network) keepLargest(r *Report) {
	if len(n.at) == 0 {
		return
	}
	adj := n.adjacency()
	of, count := parts(adj.first, func(v, place int32) int32 {
		w, ms := n.pieces[adj.piece[place]].leave(v)
		if ms == noDrive {
			return -1
		}
		return w
	})
	best, size := largest(of, count, func(int32) bool { return true })
	number := make([]int32, len(n.at))
	kept := int32(0)
	for v := range n.at {
		number[v] = -1
		if of[v] == best {
			number[v] = kept
			n.at[kept], n.id[kept], n.keep[kept] = n.at[v], n.id[v], n.keep[v]
			kept++
		}
	}
	for c := range size {
		if int32(c) != best && size[c] > 1 {
			r.Islands++
		}
	}
	pieces := n.pieces[:0]
	for _, p := range n.pieces {
		u, v := number[p.u], number[p.v]
		if u < 0 || v < 0 {
			r.DroppedM += float64(p.cm) / 100
			continue
		}
		p.u, p.v = u, v
		pieces = append(pieces, p)
	}
	r.DroppedPoints += len(number) - int(kept)
	n.at, n.id, n.keep, n.pieces = n.at[:kept], n.id[:kept], n.keep[:kept], pieces
}
