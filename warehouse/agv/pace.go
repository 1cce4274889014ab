package agv

import "fmt"

// maxPace bounds the steps that an action takes, pacedSteps those that courses look ahead: two actions of the slowest.
const (
	maxPace    = 16
	pacedSteps = 2 * maxPace
)

// pace is what a planner knows of robots that need several steps for an action. Each action is done in its first step; then
// the robot rests, holding its cell, until the others are over. Courses have as many actions for all, so that a slow robot too
// sees how it could turn and get out of somebody's way; a course ends with waits once its actions are over. As a fast robot
// may have to wait longer than its course has actions for a slow one to move, each course is there a second time, begun later.
//
//	fast robot  F F T . . . . . . . . .      or later   . . . . F F T . . . . .
//	slow robot  F-------T-------F-------
type pace struct {
	robot []uint8 // robot → steps that its actions take; nil = 1
	step  []uint8 // [v*4+d] → steps that the step takes anybody at least; nil = 1
	rest  []uint8 // robot → steps that it must still wait
	depth int     // actions of a course
	later int     // steps by which courses begin later
	// What is left of each robot's course and by which op it is known: its cells, and the action begun in each step.
	cells   []int32
	actions []Action
	again   uint8
}

// newPace gives nil where all actions take one step.
func newPace(o *PlannerOptions, n, steps int) (*pace, error) {
	if o.Pace == nil && o.Slow == nil {
		return nil, nil
	}
	slowest := 1
	for _, list := range []struct {
		name  string
		given []uint8
		want  int
	}{{"Pace", o.Pace, n}, {"Slow", o.Slow, steps}} {
		if list.given == nil {
			continue
		}
		if len(list.given) != list.want {
			return nil, fmt.Errorf("agv: PlannerOptions.%s has %d entries, want %d", list.name, len(list.given), list.want)
		}
		for i, x := range list.given {
			if x < 1 || x > maxPace {
				return nil, fmt.Errorf("agv: PlannerOptions.%s[%d] is %d steps, want 1 to %d", list.name, i, x, maxPace)
			}
			slowest = max(slowest, int(x))
		}
	}
	if o.Depth > 4 {
		return nil, fmt.Errorf("agv: PlannerOptions.Depth is %d, want 2 to 4 for robots of different speeds", o.Depth)
	}
	c := &pace{robot: o.Pace, step: o.Slow, rest: make([]uint8, n), depth: o.Depth, later: slowest}
	o.Depth = min(o.Depth*slowest, pacedSteps)
	c.cells, c.actions = make([]int32, n*o.Depth), make([]Action, n*o.Depth)
	return c, nil
}

// widen makes room for the courses begun later, and for what is left of the last one.
func (c *pace) widen(o *operations) {
	n := len(o.inherit)
	o.inherit = append(o.inherit, make([]uint8, n+1)...)
	c.again = uint8(2 * n)
}

// of is how many steps an action of robot r takes that does not move it.
func (c *pace) of(r int) int {
	if c.robot == nil {
		return 1
	}
	return int(c.robot[r])
}

// takes is how many steps an action takes robot r in a state. A wait is one.
func (c *pace) takes(r int, s State, a Action) int {
	if a == Wait {
		return 1
	}
	n := c.of(r)
	if d, moves := Heading(s.Dir, a); moves && c.step != nil {
		n = max(n, int(c.step[int(s.Vertex)*4+int(d)]))
	}
	return n
}

// act is the state after an action; there is a step ahead.
func (p *Planner) act(s State, a Action) State {
	if d, moves := Heading(s.Dir, a); moves {
		s.Vertex = p.g.Ahead(s.Vertex, d)
	}
	s.Dir = Turned(s.Dir, a)
	return s
}

// pacer lists the courses of one robot as a lister does.
type pacer struct {
	lister
	r     int
	later int
	op    uint8 // added to a course's
	stay  int32 // cost of the course of waits alone
	cells [pacedSteps]int32
}

func (p *Planner) listPaced(l *lister, r int) {
	w := pacer{lister: *l, r: r}
	rest := int(p.pace.rest[r])
	for range 2 {
		begin := min(rest+w.later, p.o.Depth)
		for t := range begin {
			w.cells[t] = p.state[r].Vertex
		}
		w.walk(0, 0, begin, p.state[r], 0, -1)
		w.later, w.op = p.pace.later, p.pace.again/2
	}
	if p.tail[r] == p.pace.again {
		w.resume()
	}
	l.n = w.n
}

// walk goes on from node after i actions, in step t, in state at; sum and arrived are those of lister.walk.
func (w *pacer) walk(node int16, i, t int, at State, sum int32, arrived int) {
	p := w.p
	ops, horizon := p.ops, p.o.Depth
	if op := ops.leaf[node]; op >= 0 {
		for ; t < horizon; t++ {
			w.cells[t] = at.Vertex
		}
		w.keep(uint8(op), 8*w.end(at, i, arrived)+sum)
		return
	}
	for k, a := range ops.acts {
		kid := ops.kids[int(node)*len(ops.acts)+k]
		if kid < 0 || (t >= horizon && a != Wait) {
			continue
		}
		if d, moves := Heading(at.Dir, a); moves && p.g.Ahead(at.Vertex, d) < 0 {
			continue
		}
		to, until := p.act(at, a), t+p.pace.takes(w.r, at, a)
		for s := t; s < min(until, horizon); s++ {
			w.cells[s] = to.Vertex
		}
		met, more := w.left(to, i, arrived)
		w.walk(kid, i+1, until, to, sum+more, met)
	}
}

// left is what is left after the i-th action, and at which action the goal was met.
func (w *pacer) left(to State, i, arrived int) (met int, more int32) {
	switch {
	case arrived >= 0:
		return arrived, 0
	case to.Vertex == w.goal:
		return i + 1, 0
	}
	return -1, w.f.from(to.Vertex, to.Dir)
}

// keep lists a course; one begun later only where it is better than to wait, and for half of what it gains.
func (w *pacer) keep(op uint8, cost int32) {
	switch {
	case w.later == 0 && op == w.p.ops.wait:
		w.stay = cost
	case w.later > 0 && cost >= w.stay:
		return
	case w.later > 0:
		cost = w.stay + (cost-w.stay)/2
	}
	w.insert(op+w.op, cost, w.cells[:w.p.o.Depth])
}

// resume lists what is left of the last course.
func (w *pacer) resume() {
	p, c := w.p, w.p.pace
	horizon := p.o.Depth
	at, rest, i, arrived, sum := p.state[w.r], int(c.rest[w.r]), 0, -1, int32(0)
	for _, a := range c.actions[w.r*horizon : (w.r+1)*horizon] {
		if rest > 0 {
			rest--
			continue
		}
		rest = c.takes(w.r, at, a) - 1
		at = p.act(at, a)
		if i < c.depth {
			var more int32
			arrived, more = w.left(at, i, arrived)
			sum += more
			i++
		}
	}
	for ; i < c.depth; i++ {
		_, more := w.left(at, i, arrived)
		sum += more
	}
	w.insert(c.again, 8*w.end(at, c.depth, arrived)+sum, c.cells[w.r*horizon:(w.r+1)*horizon])
}

// proceed gives the action that robot r's course begins with and keeps what is left of it.
func (p *Planner) proceed(r int) Action {
	c, horizon := p.pace, p.o.Depth
	actions := c.actions[r*horizon : (r+1)*horizon]
	if op := p.choice[r*len(p.ops.inherit)+int(p.current[r])]; op != c.again {
		p.spread(r, op, actions)
	}
	a := actions[0]
	copy(actions, actions[1:])
	actions[horizon-1] = Wait
	cells, path := c.cells[r*horizon:(r+1)*horizon], p.course(int32(r), p.current[r])
	copy(cells, path[1:])
	cells[horizon-1] = path[horizon-1]
	switch {
	case a != Wait:
		c.rest[r] = uint8(c.takes(r, p.state[r], a) - 1)
	case c.rest[r] > 0:
		c.rest[r]--
	}
	p.tail[r] = c.again
	return a
}

// spread writes the action that a course begins in each step.
func (p *Planner) spread(r int, op uint8, actions []Action) {
	c := p.pace
	for t := range actions {
		actions[t] = Wait
	}
	t, at := int(c.rest[r]), p.state[r]
	if op >= c.again/2 {
		op, t = op-c.again/2, t+c.later
	}
	for _, a := range p.ops.actions[int(op)*c.depth : (int(op)+1)*c.depth] {
		if a != Wait && t < len(actions) {
			actions[t] = a
		}
		if d, moves := Heading(at.Dir, a); moves && p.g.Ahead(at.Vertex, d) < 0 {
			return // beyond what courses look ahead
		}
		t, at = t+c.takes(r, at, a), p.act(at, a)
	}
}

// Slower makes steps dearer by what they take longer, as PlannerOptions.Slow tells it.
func Slower(cost, slow []uint8) {
	for i, k := range slow {
		cost[i] = uint8(min(255, int(cost[i])+stepCost*(int(k)-1)))
	}
}
