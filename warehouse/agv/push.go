package agv

import "context"

// inherit puts down what the courses of the last step leave: they do not conflict.
func (p *Planner) inherit() {
	k := len(p.ops.inherit)
	for r := range p.state {
		if p.duty[r] == Absent {
			continue
		}
		p.current[r] = 0
		p.mark(int32(r), int32(r))
		for i := range p.count[r] {
			if p.choice[r*k+int(i)] == p.tail[r] {
				p.current[r] = i
				break
			}
		}
		p.put(int32(r))
	}
}

func (p *Planner) course(r, i int32) []int32 {
	at := (int(r)*len(p.ops.inherit) + int(i)) * p.o.Depth
	return p.path[at : at+p.o.Depth]
}

func (p *Planner) put(r int32) { p.enter(r, r) }

func (p *Planner) lift(r int32) { p.enter(r, -1) }

// enter writes who into the places of r's course.
func (p *Planner) enter(r, who int32) {
	if p.special {
		if p.limits != nil {
			p.enterZones(r, who)
		}
		if p.o.Side > 1 {
			p.enterWide(r, who)
			return
		}
	}
	for t, v := range p.course(r, p.current[r]) {
		p.holds[int(v)*p.stride+t+1] = who
	}
}

// mark writes who onto the vertex where r is now.
func (p *Planner) mark(r, who int32) {
	if p.o.Side == 1 { // wider robots cannot change places, which is all that this is asked for
		p.holds[int(p.state[r].Vertex)*p.stride] = who
	}
}

// Answers of inWay that are no robot.
const (
	nobody  = -1
	several = -2
)

// inWay finds who is in the way of a course of r, which is lifted: nobody, several, or the one. Two robots are in each
// other's way when they would be on one cell, or change cells with one another; all who are within a full zone are.
func (p *Planner) inWay(r int32, path []int32) int32 {
	if p.special {
		if p.limits != nil && p.full(r, path) {
			return several
		}
		if p.o.Side > 1 {
			return p.inWayWide(path)
		}
	}
	found := int32(nobody)
	was := int(p.state[r].Vertex) * p.stride
	for t, v := range path {
		at := int(v) * p.stride
		if q := p.holds[at+t+1]; q >= 0 && q != found {
			if found >= 0 {
				return several
			}
			found = q
		}
		if at == was {
			continue
		}
		if q := p.holds[at+t]; q >= 0 && q != r && q != found && p.holds[was+t+1] == q {
			if found >= 0 {
				return several
			}
			found = q
		}
		was = at
	}
	if p.o.Apart && p.rings(r, path) {
		return several
	}
	return found
}

// rings tells whether a course of r, which is lifted, has it move in a ring with others. A cell may be entered in the step in
// which it is left, so the others are those that leave in turn; a convoy that ends on a free cell is no ring. It takes the
// length of the convoy for each step.
func (p *Planner) rings(r int32, path []int32) bool {
	at := p.state[r].Vertex
	for t, v := range path {
		if v == at {
			continue
		}
		ahead := v
		for range p.state { // no convoy is longer
			q := p.holds[int(ahead)*p.stride+t]
			if q < 0 || q == r {
				break
			}
			to := p.course(q, p.current[q])[t]
			if to == ahead {
				break
			}
			if ahead = to; ahead == at {
				return true
			}
		}
		at = v
	}
	return false
}

// first lets each robot, nearest to its goal first, take the best course that it can push through; nobody pushes those
// that chose before.
func (p *Planner) first() {
	for _, r := range p.order {
		if p.current[r] > 0 {
			p.push(r, false)
		}
		p.fixed[r] = true
	}
	clear(p.fixed)
}

// refine takes robots at random and keeps a chain of pushes where it lowers the weighted sum of costs, until the budget
// ends.
func (p *Planner) refine(ctx context.Context) {
	if len(p.order) == 0 {
		return
	}
	for tries := 0; p.o.Refinements == 0 || tries < p.o.Refinements; tries++ {
		if tries&3 == 0 && ctx.Err() != nil {
			return
		}
		r := p.order[p.random.IntN(len(p.order))]
		if p.current[r] > 0 {
			p.push(r, true)
		}
	}
}

// push seeks robot r a better course than its own. With strict the whole chain must cost less than before.
func (p *Planner) push(r int32, strict bool) {
	p.tried = 0
	p.lift(r)
	if !p.seek(r, p.current[r], 0, strict) {
		p.put(r)
	}
	for _, q := range p.touched {
		p.visits[q] = 0
	}
	p.touched = p.touched[:0]
}

// seek finds r, which is lifted, one of its first limit courses; each may push one other robot, which seeks in turn.
// delta is what the chain costs more so far. Where it finds none, all is as before. With strict the chain must cost less than before
// after each of its courses, not only after the last: a chain that gains no more so far rarely does by those that follow (the gain
// criterion of Lin and Kernighan 1973), and four times as many are tried in the same time.
func (p *Planner) seek(r, limit int32, delta int64, strict bool) bool {
	if p.visits[r] == 0 {
		p.touched = append(p.touched, r)
	}
	p.visits[r]++
	p.onChain[r] = true
	was := p.current[r]
	base := int(r) * len(p.ops.inherit)
	for i := range limit {
		sum := delta + p.weight[r]*int64(p.cost[base+int(i)]-p.cost[base+int(was)])
		if strict && sum >= 0 {
			break // the courses behind cost more
		}
		q := p.inWay(r, p.course(r, i))
		if q == several {
			continue
		}
		p.tried++
		if q == nobody {
			p.current[r] = i
			p.put(r)
			p.onChain[r] = false
			return true
		}
		if p.fixed[q] || p.onChain[q] || p.visits[q] >= revisits || p.tried > p.chain {
			continue
		}
		p.lift(q)
		p.current[r] = i
		p.put(r)
		if p.seek(q, p.count[q], sum, strict) {
			p.onChain[r] = false
			return true
		}
		p.lift(r)
		p.current[r] = was
		p.put(q)
	}
	p.onChain[r] = false
	return false
}
