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

// components numbers the strongly connected parts of the network: two vertices have the same number when each can be
// reached from the other. Method: Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972,
// with an explicit stack.
func (n *network) components() (of []int32, count int) {
	adj := n.adjacency()
	of = make([]int32, len(n.at))
	index := make([]int32, len(n.at)) // 0 = not seen
	low := make([]int32, len(n.at))
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
		stack = append(stack, frame{v, adj.first[v]})
	}
	for root := range of {
		if index[root] != 0 {
			continue
		}
		enter(int32(root))
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			v := f.v
			if f.next < adj.first[v+1] {
				p := &n.pieces[adj.piece[f.next]]
				f.next++
				w, ms := p.leave(v)
				if ms == noDrive {
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

// keepLargest reduces the network to its largest strongly connected part and notes what goes.
func (n *network) keepLargest(r *Report) {
	of, count := n.components()
	size := make([]int, count)
	for _, c := range of {
		size[c]++
	}
	best := 0
	for c := range size {
		if size[c] > size[best] {
			best = c
		}
	}
	number := make([]int32, len(n.at))
	kept := n.at[:0]
	for v, at := range n.at {
		number[v] = -1
		if int(of[v]) == best {
			number[v] = int32(len(kept))
			kept = append(kept, at)
		}
	}
	for c := range size {
		if c != best && size[c] > 1 {
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
		r.KeptM += float64(p.cm) / 100
		p.u, p.v = u, v
		pieces = append(pieces, p)
	}
	r.DroppedPoints += len(number) - len(kept)
	n.at, n.pieces = kept, pieces
}
