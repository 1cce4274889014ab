package floor

import (
	"slices"

	"quartermaster/warehouse/agv"
)

// gate opens and closes a trial's zones at their times. While one is closed no step leads in, those within leave by the
// nearest way out, and errands whose place cannot be come to are put off.
type gate struct {
	zones  []int // of the floor, that close at times
	shut   []bool
	set    [][]int32         // their vertices
	out    []map[int32]int32 // the nearest vertex outside of each
	since  []int             // step at which it closed
	closed []bool            // vertex → it lies in a closed zone
	piece  []int32           // vertex → its piece of what is open; without closed zones all is one
	any    bool
}

func newGate(f *Floor) *gate {
	g := &gate{closed: make([]bool, f.Graph.Len()), piece: make([]int32, f.Graph.Len())}
	for i := range f.Zones {
		z := &f.Zones[i]
		vs := f.vertices(z)
		if z.closes() && !z.always() {
			g.zones, g.set, g.out = append(g.zones, i), append(g.set, vs), append(g.out, exits(f.Graph, vs))
		}
	}
	g.shut, g.since = make([]bool, len(g.zones)), make([]int, len(g.zones))
	return g
}

// gates has zones close and open in a step.
func (t *trial) gates() {
	g, changed := t.gate, false
	for k, i := range g.zones {
		if now := t.f.Zones[i].ClosedAt(t.now); now != g.shut[k] {
			g.shut[k], g.since[k], changed = now, t.now, true
		}
	}
	if changed {
		t.regate()
	}
	if g.any {
		t.clear()
	}
}

// regate takes over which zones are closed now.
func (t *trial) regate() {
	g, f := t.gate, t.f
	clear(g.closed)
	g.any = false
	within := make([][]int32, f.Graph.Len()) // vertex → the closed zones that it lies in
	for k, shut := range g.shut {
		if !shut {
			continue
		}
		g.any = true
		for _, v := range g.set[k] {
			g.closed[v] = true
			within[v] = append(within[v], int32(k))
		}
	}
	var steps []bool
	if g.any {
		steps = make([]bool, 4*f.Graph.Len())
		for i, to := range t.steps4 {
			if to >= 0 {
				from := within[i>>2]
				steps[i] = slices.ContainsFunc(within[to], func(k int32) bool { return !slices.Contains(from, k) })
			}
		}
	}
	t.control.Rule(steps, nil)
	t.recall(steps)
	g.cut(t.steps4)
	for r := range t.robots {
		if t.robots[r].stage == leaving && g.closed[t.control.At(r).Vertex] {
			t.robots[r].stage = working // its way out may have closed: clear finds the next
		}
		t.reconsider(r)
	}
}

// recall takes back what was released to robots beyond a step that is closed now, but not the one that a robot is doing.
func (t *trial) recall(closed []bool) {
	if closed == nil {
		return
	}
	for r := range t.robots {
		at := t.control.At(r)
		t.steps = t.control.Released(r, t.steps[:0])
		for i, s := range t.steps {
			moving := t.robots[r].ready > 0
			if s.Action == agv.Forward && closed[at.Vertex*4+int32(at.Dir)] && (i > 0 || !moving) && !t.robots[r].flat {
				t.control.Cancel(r, moving)
				t.control.Resume(r)
				break
			}
			at = s.To
		}
	}
}

// cut tells apart the pieces into which closed zones cut the floor.
func (g *gate) cut(steps []int32) {
	for v := range g.piece {
		g.piece[v] = 0
	}
	if !g.any {
		return
	}
	near := make([][4]int32, len(g.piece)) // both ways: lanes lead back on a floor that holds
	for v := range near {
		near[v] = [4]int32{-1, -1, -1, -1}
	}
	for i, to := range steps {
		if v := int32(i >> 2); to >= 0 && !g.closed[v] && !g.closed[to] {
			near[v][i&3] = to
			near[to][(i+2)&3] = v
		}
	}
	n := int32(0)
	for v := range g.piece {
		if g.closed[v] || g.piece[v] != 0 {
			continue
		}
		n++
		g.piece[v] = n
		for queue := []int32{int32(v)}; len(queue) > 0; queue = queue[1:] {
			for _, u := range near[queue[0]] {
				if u >= 0 && g.piece[u] == 0 {
					g.piece[u] = n
					queue = append(queue, u)
				}
			}
		}
	}
}

// open tells whether a robot at a vertex can come to another now. One within a closed zone comes to what is outside.
func (g *gate) open(at, to int32) bool {
	return !g.any || (!g.closed[to] && (g.closed[at] || g.piece[at] == g.piece[to]))
}

// clear sends robots within closed zones out, and those that have come out on.
func (t *trial) clear() {
	for r := range t.robots {
		v, at := &t.robots[r], t.control.At(r).Vertex
		switch {
		case v.flat:
		case t.gate.closed[at] && v.stage != leaving:
			t.dismiss(r)
			v.stage = leaving
			t.goFor(r, Leave, t.exit(at))
		case !t.gate.closed[at] && v.stage == leaving:
			t.send(r)
		}
	}
}

// exit is the nearest vertex outside of the closed zones that a vertex lies in.
func (t *trial) exit(at int32) int32 {
	to := at
	for range t.gate.zones { // out of one it may be within another
		for k, shut := range t.gate.shut {
			if out, within := t.gate.out[k][to]; shut && within {
				to = out
			}
		}
		if !t.gate.closed[to] {
			break
		}
	}
	return to
}

// dismiss frees what a robot was going to or stands at; its work stays its own.
func (t *trial) dismiss(r int) {
	v := &t.robots[r]
	t.control.Hold(r, false)
	if v.charger >= 0 {
		t.power.bound[v.charger]--
		v.charger = -1
	}
	if v.rest >= 0 {
		t.taken[v.rest] = false
		v.rest = -1
	}
}

// reconsider sends a robot anew whose way has closed, or which waits for one to open.
func (t *trial) reconsider(r int) {
	v, at := &t.robots[r], t.control.At(r).Vertex
	if v.flat || t.gate.closed[at] {
		return
	}
	if v.stage == leaving || v.stage == resting || !t.gate.open(at, t.control.Errand(r).Goal) {
		t.send(r)
	}
}
