package vda5050

import (
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// release sends a vehicle what its control has released beyond its base.
func (f *Fleet) release(r int, m *member) {
	if !m.joined || m.out != "" || m.lacks != "" || m.s.SetAside != "" || !m.s.Online {
		return
	}
	begin := len(m.s.base) == 0 || (m.s.Idle() && m.sent == 0)
	f.steps = f.control.Released(r, f.steps[:0])
	at := f.control.At(r).Vertex
	base := f.nodes(m, at, f.steps, m.sent, true)
	here := m.busy && !m.ordered && m.sent == 0 && len(f.steps) == 0 && at == m.mission.Vertex
	if len(base) == 0 && !here {
		return
	}
	if here && !begin { // the actions come with a new order, once it has shown that it is idle
		return
	}
	sent := m.sent + len(base)
	last := at
	for _, s := range f.steps {
		last = s.To.Vertex
	}
	var err error
	f.steps = f.control.Planned(r, f.steps[:0])
	horizon := f.nodes(m, last, f.steps, 0, false)
	if begin {
		first := f.node(at)
		if here {
			first.Actions, m.ordered = m.mission.Actions, true
		}
		err = m.s.Begin(append([]Node{first}, base...), horizon)
	} else {
		err = m.s.Extend(base, horizon)
	}
	if err != nil {
		m.s.problem(err.Error())
		return
	}
	m.sent = sent
}

// nodes makes nodes of the cells that steps from a vertex on move to, without the first skip of them. Of the base, the actions
// of the mission are done at its goal; of the horizon, none are told.
func (f *Fleet) nodes(m *member, at int32, steps []execution.Step, skip int, base bool) []Node {
	var nodes []Node
	for _, s := range steps {
		if s.Action != agv.Forward {
			continue
		}
		from := at
		at = s.To.Vertex
		if skip--; skip >= 0 {
			continue
		}
		n := f.step(m, from, at, base)
		if base && m.busy && !m.ordered && at == m.mission.Vertex {
			n.Actions, m.ordered = append(n.Actions, m.mission.Actions...), true
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func (f *Fleet) node(v int32) Node {
	p := centre(f.g, f.o.PitchM, v)
	return Node{NodeID: f.NodeID(v), Position: &Position{X: p.X, Y: p.Y, MapID: f.o.MapID}}
}
