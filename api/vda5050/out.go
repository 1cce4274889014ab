package vda5050

// setOut takes a vehicle that cannot be driven out of the traffic, and takes it in again once it can. Its order is
// cancelled first; until it shows that it has dropped it, all that was released to it stays its own.
func (f *Fleet) setOut(r int, m *member, reason string) {
	state := m.s.State
	if m.out == "" {
		m.out = reason
		m.s.problem("set aside: " + reason)
		f.advance(r, m)
		if m.busy {
			m.busy = false
			f.give.Ended(m.s.ID, m.mission, reason)
		}
	}
	if len(state.NodeStates) > 0 || len(state.EdgeStates) > 0 {
		f.advance(r, m)
		if m.cancel == "" || m.s.status(m.cancel) == "FAILED" {
			m.cancel, _ = m.s.Act("cancelOrder")
		}
		return
	}
	f.advance(r, m)
	v := f.Vertex(state.LastNodeID)
	if m.sent > 0 || m.cancel != "" || reason != "" {
		f.control.Cancel(r, state.Driving || state.DistanceSinceLastNode > 0)
	}
	m.sent, m.cancel = 0, ""
	m.s.Forget()
	if reason != "" || v < 0 {
		return
	}
	m.out = ""
	if at := f.control.At(r).Vertex; v != at { // a person drove it there
		f.control.Remove(r)
		m.joined = false
		f.join(r, m)
		return
	}
	f.control.Resume(r)
}

// Place is where a vehicle of a fleet is and how it does, for people to look at.
type Place struct {
	ID       ID
	Version  Version
	Online   bool
	Joined   bool
	Vertex   int32
	Mission  string
	Out      string // why it is not driven, "" = it is
	Lacks    string // what it must be given before it is sent off, "" = nothing
	Problems []string
}

// Places lists all vehicles in the order in which they came.
func (f *Fleet) Places() []Place {
	var places []Place
	f.master.Do(func() {
		for r, m := range f.members {
			p := Place{ID: m.s.ID, Version: m.s.Version, Online: m.s.Online, Joined: m.joined, Vertex: -1, Out: m.out, Lacks: m.lacks, Problems: append([]string(nil), m.s.Problems...)}
			if m.s.SetAside != "" {
				p.Out = m.s.SetAside
			}
			if m.joined {
				p.Vertex = f.control.At(r).Vertex
			}
			if m.busy {
				p.Mission = m.mission.ID
			}
			places = append(places, p)
		}
	})
	return places
}
