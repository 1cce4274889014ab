package floor

import (
	"slices"

	"quartermaster/warehouse/agv"
)

// stage is what a robot is doing.
type stage uint8

const (
	working  stage = iota // drives for its work
	charging              // drives to a charger or stands at one
	leaving               // a zone that has closed
	resting               // waits until its work can be done
)

// work is one place to drive to.
type work struct {
	why   string
	goal  int32
	since int  // step at which it was first given to a robot
	drawn bool // any robot may do it
}

// retries is how often a place is drawn anew that cannot be come to now before those that can are listed.
const retries = 8

// send has robot r drive for its work, draws new work where it has none, and sees to its battery first. Work that cannot be
// come to now is put behind what can.
func (t *trial) send(r int) {
	v, at := &t.robots[r], t.control.At(r).Vertex
	t.dismiss(r)
	if v.has && v.work.drawn && !t.gate.open(at, v.work.goal) && len(t.later) < len(t.robots) {
		t.later, v.has = append(t.later, v.work), false
		t.loadAgain(v)
		t.out.PutOff++
	}
	if !v.has {
		v.has = t.draw(v, at)
	}
	switch {
	case !v.has || !t.gate.open(at, v.work.goal):
		t.pause(r, at)
		return
	case t.power.lacks(v.charge, at, v.work.goal):
		charger := t.power.choose(v.charge, at, t.gate)
		if charger < 0 {
			t.pause(r, at)
			return
		}
		v.stage, v.charger = charging, charger
		t.power.bound[charger]++
		t.goFor(r, Charge, t.power.chargers[charger])
	default:
		v.stage = working
		t.goFor(r, v.work.why, v.work.goal)
	}
}

// goFor has robot r drive to a goal from now on.
func (t *trial) goFor(r int, why string, goal int32) {
	t.note(r, why, goal)
	t.control.Send(r, agv.Errand{Goal: goal, Next: -1})
}

// loadAgain has a robot draw the kind of work next that it has given up.
func (t *trial) loadAgain(v *tried) {
	if len(t.f.Tasks) == 0 {
		v.loaded = !v.loaded
	}
}

// draw gives a robot new work, first such as was put off and can be done now; false = there is none that can be done now.
func (t *trial) draw(v *tried, at int32) bool {
	if len(t.f.Tasks) > 0 {
		if len(v.errands) == 0 {
			v.errands, v.why = t.f.Tasks[t.next%len(t.f.Tasks)], Fetch
			t.next++
		} else if v.why == Fetch {
			v.why = Bring
		}
		v.work = work{why: v.why, goal: v.errands[0], since: t.now}
		v.errands = v.errands[1:]
		return true
	}
	places, why := t.places, Fetch
	if v.loaded {
		places, why = t.offs, Bring
	}
	v.loaded = !v.loaded
	for i, w := range t.later {
		if w.why == why && t.gate.open(at, w.goal) {
			t.later = slices.Delete(t.later, i, i+1)
			v.work = w
			return true
		}
	}
	for range retries {
		v.work = work{why: why, goal: places[t.random.IntN(len(places))], since: t.now, drawn: true}
		if t.gate.open(at, v.work.goal) {
			return true
		}
		if len(t.later) < len(t.robots) {
			t.later = append(t.later, v.work)
			t.out.PutOff++
		}
	}
	var can []int32
	for _, p := range places {
		if t.gate.open(at, p) {
			can = append(can, p)
		}
	}
	if len(can) == 0 {
		v.loaded = !v.loaded
		return false
	}
	v.work.goal = can[t.random.IntN(len(can))]
	return true
}

// pause has a robot wait near where it is, on a cell where it is in nobody's way.
func (t *trial) pause(r int, at int32) {
	v := &t.robots[r]
	v.stage, v.rest = resting, t.restNear(at)
	if v.rest >= 0 {
		t.taken[v.rest] = true
		at = v.rest
	}
	t.goFor(r, Rest, at)
}

// restNear is the nearest free cell outside of zones on which nobody else waits, −1 = none.
func (t *trial) restNear(at int32) int32 {
	seen := map[int32]bool{at: true}
	for queue := []int32{at}; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		if t.f.Kinds[t.f.Graph.Cell(v)] == Free && !t.taken[v] && !t.zoned[v] {
			return v
		}
		for d := range int32(4) {
			if u := t.steps4[v*4+d]; u >= 0 && !seen[u] && !t.gate.closed[u] {
				seen[u] = true
				queue = append(queue, u)
			}
		}
	}
	return -1
}
