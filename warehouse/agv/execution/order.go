package execution

import (
	"fmt"
	"slices"

	"quartermaster/warehouse/agv"
)

// step is one action of a robot's plan with the state that it leads to.
type step struct {
	action agv.Action
	to     agv.State
}

// order is the action-dependency graph of all robots' plans, kept as one queue a vertex: who is on it, and who comes on it
// after, in the order of the plan. A robot may enter a vertex when all that come before it have left. Since the plan's
// steps are put down in the order of its time, and no ring of robots moves into one another's cells at once, the
// dependencies have no cycle: whoever moves first in the plan can always move.
type order struct {
	g        *agv.Graph
	at       []agv.State
	plans    [][]step // what is put down and not done
	released []int    // of these, how many may be done
	queues   [][]int32
	zone     []int32 // vertex → its zone, −1 = none; nil = no zones
	most     []int
	visits   [][]int32 // zone → who is within and who enters after, in the order of the plan
}

func newOrder(g *agv.Graph, robots int, zone []int32, most []int) *order {
	return &order{g: g, zone: zone, most: most, visits: make([][]int32, len(most)), at: make([]agv.State, robots), plans: make([][]step, robots), released: make([]int, robots), queues: make([][]int32, g.Len())}
}

// enter puts a robot onto the floor.
func (o *order) enter(r int32, s agv.State) error {
	if q := o.queues[s.Vertex]; len(q) > 0 {
		return fmt.Errorf("cell %d is held by robot %d", o.g.Cell(s.Vertex), q[0])
	}
	o.at[r] = s
	o.queues[s.Vertex] = append(o.queues[s.Vertex], r)
	o.visit(r, -1, s.Vertex)
	return nil
}

// leave takes a robot, whose unreleased steps are dropped, off the floor.
func (o *order) leave(r int32) {
	o.retract(r, 0)
	o.pop(o.at[r].Vertex)
	o.depart(r, o.at[r].Vertex, -1)
}

// last is where robot r is once its plan is done.
func (o *order) last(r int) agv.State {
	if n := len(o.plans[r]); n > 0 {
		return o.plans[r][n-1].to
	}
	return o.at[r]
}

// add puts an action at the end of a robot's plan. Waits are not put down: the order of the vertices says who waits.
func (o *order) add(r int, a agv.Action) {
	if a == agv.Wait {
		return
	}
	to := o.last(r)
	if a == agv.Forward {
		from := to.Vertex
		to.Vertex = o.g.Ahead(to.Vertex, to.Dir)
		o.queues[to.Vertex] = append(o.queues[to.Vertex], int32(r))
		o.visit(int32(r), from, to.Vertex)
	} else {
		to.Dir = agv.Turned(to.Dir, a)
	}
	o.plans[r] = append(o.plans[r], step{a, to})
}

// release lets robots go on as far as nobody comes before them, by most steps at most.
func (o *order) release(most int) {
	for r := range o.plans {
		o.releaseOne(r, most)
	}
}

func (o *order) releaseOne(r, most int) {
	for o.released[r] < most && o.released[r] < len(o.plans[r]) && o.free(r, o.released[r]) {
		o.released[r]++
	}
}

// free tells whether all who enter the vertex of robot r's i-th step before it are r itself.
func (o *order) free(r, i int) bool {
	s := o.plans[r][i]
	if s.action != agv.Forward {
		return true
	}
	own := 0 // r's stays on the vertex before this one
	if o.at[r].Vertex == s.to.Vertex {
		own++
	}
	for _, before := range o.plans[r][:i] {
		if before.action == agv.Forward && before.to.Vertex == s.to.Vertex {
			own++
		}
	}
	for _, q := range o.queues[s.to.Vertex][:own+1] {
		if q != int32(r) {
			return false
		}
	}
	return o.zone == nil || o.admits(int32(r), i)
}

// done takes robot r's next step off its plan: it is where that leads to. It gives the robot that waits for the vertex left,
// −1 = none.
func (o *order) done(r int) (next int) {
	s := o.plans[r][0]
	next = -1
	if s.action == agv.Forward {
		left := o.at[r].Vertex
		o.pop(left)
		o.depart(int32(r), left, s.to.Vertex)
		if len(o.queues[left]) > 0 {
			next = int(o.queues[left][0])
		}
	}
	o.at[r] = s.to
	o.plans[r] = slices.Delete(o.plans[r], 0, 1)
	o.released[r]--
	return next
}

func (o *order) pop(v int32) { o.queues[v] = slices.Delete(o.queues[v], 0, 1) }

// drop takes back all that is not released. Released visits come first in their queues, so what goes is the queues' end.
func (o *order) drop() {
	for r, plan := range o.plans {
		o.cut(int32(r), plan, o.released[r])
	}
}

// retract takes back a robot's released steps but the first keep ones; nothing unreleased may be left of anybody.
func (o *order) retract(r int32, keep int) {
	keep = min(keep, len(o.plans[r]))
	o.cut(r, o.plans[r], keep)
	o.released[r] = keep
}

// cut takes back the steps of a robot's plan but the first keep ones. They are the last in the queues of their vertices.
func (o *order) cut(r int32, plan []step, keep int) {
	for i, s := range plan[keep:] {
		if s.action == agv.Forward {
			q := o.queues[s.to.Vertex]
			o.queues[s.to.Vertex] = q[:len(q)-1]
			o.unvisit(r, o.before(r, plan, keep+i), s.to.Vertex)
		}
	}
	o.plans[r] = plan[:keep]
}

// before is the vertex from which the i-th step of a plan leads.
func (o *order) before(r int32, plan []step, i int) int32 {
	if i > 0 {
		return plan[i-1].to.Vertex
	}
	return o.at[r].Vertex
}
