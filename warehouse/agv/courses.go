package agv

import "sync"

// listAll finds what each robot can do. Robots do not meet here, so the goroutines need not know of each other.
func (p *Planner) listAll() {
	n, w := len(p.state), p.o.Workers
	if w == 1 {
		for r := range n {
			p.list(r)
		}
		return
	}
	var wait sync.WaitGroup
	for i := range w {
		wait.Go(func() {
			for r := i * n / w; r < (i+1)*n/w; r++ {
				p.list(r)
			}
		})
	}
	wait.Wait()
}

// lister walks the tree of courses from one robot's state.
type lister struct {
	p      *Planner
	base   int // of the robot's courses
	n      int // courses found
	goal   int32
	f      field
	next   field // to the errand after, nil = not known
	beyond int32 // what is left at the goal for the errand after
	cells  [5]int32
}

// list finds what robot r can do and sorts it by cost, cheapest first: eight times what is left at a course's end, plus what
// is left after each of its actions, so that of courses that end alike the one that is ahead sooner comes first. Beyond
// the goal the errand after counts; where it is not known, time saved does.
func (p *Planner) list(r int) {
	if p.duty[r] != Serving {
		p.stay(r)
		return
	}
	e := p.errand[r]
	l := lister{p: p, base: r * len(p.ops.inherit), goal: e.Goal, f: p.fields.of(e.Goal)}
	if e.Next >= 0 {
		l.next = p.fields.of(e.Next)
		l.beyond = int32(l.next[e.Goal] >> 16)
	}
	if p.pace != nil {
		p.listPaced(&l, r)
	} else {
		l.walk(0, 0, p.state[r], 0, -1)
	}
	p.count[r] = int32(l.n)
	least := p.cost[l.base]
	for i := range l.n {
		p.cost[l.base+i] -= least
	}
}

// stay leaves robot r no course but to wait.
func (p *Planner) stay(r int) {
	at := r * len(p.ops.inherit)
	p.count[r], p.choice[at], p.cost[at] = 1, p.ops.wait, 0
	for t := range p.o.Depth {
		p.path[at*p.o.Depth+t] = p.state[r].Vertex
	}
}

// walk goes on from node at depth t in state at; sum is what was left after each action, arrived the depth at which the
// goal was met, −1 = not yet.
func (l *lister) walk(node int16, t int, at State, sum int32, arrived int) {
	ops := l.p.ops
	if op := ops.leaf[node]; op >= 0 {
		l.insert(uint8(op), 8*l.end(at, t, arrived)+sum, l.cells[:l.p.o.Depth])
		return
	}
	for i, a := range ops.acts {
		kid := ops.kids[int(node)*len(ops.acts)+i]
		if kid < 0 {
			continue
		}
		to := at
		if d, moves := Heading(at.Dir, a); moves {
			if to.Vertex = l.p.g.Ahead(at.Vertex, d); to.Vertex < 0 {
				continue
			}
		} else {
			to.Dir = Turned(at.Dir, a)
		}
		l.cells[t] = to.Vertex
		met, more := arrived, int32(0)
		if met < 0 {
			if to.Vertex == l.goal {
				met = t + 1
			} else {
				more = l.f.from(to.Vertex, to.Dir)
			}
		}
		l.walk(kid, t+1, to, sum+more, met)
	}
}

func (l *lister) end(at State, t, arrived int) int32 {
	switch {
	case arrived < 0:
		return l.f.from(at.Vertex, at.Dir)
	case l.next != nil:
		return l.next.from(at.Vertex, at.Dir) - l.beyond
	}
	return -stepCost * int32(t-arrived)
}

// insert puts a course at its place among those found.
func (l *lister) insert(op uint8, cost int32, cells []int32) {
	p, depth := l.p, l.p.o.Depth
	i := l.base + l.n
	for i > l.base && p.cost[i-1] > cost {
		i--
	}
	end := l.base + l.n
	copy(p.cost[i+1:end+1], p.cost[i:end])
	copy(p.choice[i+1:end+1], p.choice[i:end])
	copy(p.path[(i+1)*depth:(end+1)*depth], p.path[i*depth:end*depth])
	p.cost[i], p.choice[i] = cost, op
	copy(p.path[i*depth:], cells)
	l.n++
}
