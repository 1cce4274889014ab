package execution

import (
	"slices"

	"quartermaster/warehouse/agv"
)

// Zones are to robots what vertices are, but for several at a time: the visits of each are kept in the order of the plan, and
// a robot may enter once fewer than the zone takes are left of those before it. In the plan nobody enters in the step in which
// another leaves, so whoever a robot waits for here moves sooner in the plan, and the dependencies still have no cycle.

// zoneOf is the zone of a vertex, −1 = none or no vertex.
func (o *order) zoneOf(v int32) int32 {
	if v < 0 {
		return -1
	}
	return o.zone[v]
}

// visit puts down that robot r goes from one vertex, −1 = from off the floor, to another.
func (o *order) visit(r, from, to int32) {
	if o.zone == nil {
		return
	}
	if z := o.zoneOf(to); z >= 0 && z != o.zoneOf(from) {
		o.visits[z] = append(o.visits[z], r)
	}
}

// unvisit takes back what visit put down last of the robot.
func (o *order) unvisit(r, from, to int32) {
	if o.zone == nil {
		return
	}
	if z := o.zoneOf(to); z >= 0 && z != o.zoneOf(from) {
		for i := len(o.visits[z]) - 1; i >= 0; i-- {
			if o.visits[z][i] == r {
				o.visits[z] = slices.Delete(o.visits[z], i, i+1)
				return
			}
		}
	}
}

// depart takes in that robot r went from one vertex to another, −1 = off the floor.
func (o *order) depart(r, from, to int32) {
	if o.zone == nil {
		return
	}
	if z := o.zoneOf(from); z >= 0 && z != o.zoneOf(to) {
		if i := slices.Index(o.visits[z], r); i >= 0 {
			o.visits[z] = slices.Delete(o.visits[z], i, i+1)
		}
	}
}

// admits tells whether the i-th step of robot r's plan enters no zone, or one in which fewer than it takes are before it.
func (o *order) admits(r int32, i int) bool {
	plan := o.plans[r]
	z := o.zoneOf(plan[i].to.Vertex)
	if z < 0 || z == o.zoneOf(o.before(r, plan, i)) {
		return true
	}
	own := 0 // r's visits before this one
	if o.zoneOf(o.at[r].Vertex) == z {
		own++
	}
	for k := range i {
		if plan[k].action == agv.Forward && o.zoneOf(plan[k].to.Vertex) == z && o.zoneOf(o.before(r, plan, k)) != z {
			own++
		}
	}
	others := 0
	for _, q := range o.visits[z] {
		switch {
		case q != r:
			if others++; others >= o.most[z] {
				return false
			}
		case own == 0:
			return true
		default:
			own--
		}
	}
	return true
}

// overfull tells whether ways of some robots, the others standing where they are, bring too many into a zone at a step, who
// enters counting from the step before.
func (c *Control) overfull(who []int, paths agv.Paths) bool {
	if c.o.Zone == nil {
		return false
	}
	moves := make([]bool, len(c.present))
	base := make([]int, len(c.o.Most))
	for _, r := range who {
		moves[r] = true
	}
	for r, s := range c.states {
		if c.present[r] && !moves[r] && c.o.Zone[s.Vertex] >= 0 {
			base[c.o.Zone[s.Vertex]]++
		}
	}
	for t := range paths.Steps {
		within := slices.Clone(base)
		for i := range who {
			at, to := c.o.Zone[paths.At[t*paths.Robots+i]], c.o.Zone[paths.At[(t+1)*paths.Robots+i]]
			if at >= 0 {
				within[at]++
			}
			if to >= 0 && to != at {
				within[to]++
			}
		}
		for z, n := range within {
			if n > c.o.Most[z] {
				return true
			}
		}
	}
	return false
}
