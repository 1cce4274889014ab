package vda5050

import "quartermaster/warehouse/agv"

// arrive ends the mission of a vehicle that is there and has done what it was to do.
func (f *Fleet) arrive(r int, m *member) {
	if !m.busy || !m.ordered {
		return
	}
	at := f.control.At(r).Vertex == m.mission.Vertex
	open := false
	for _, a := range m.mission.Actions {
		switch m.s.status(a.ActionID) {
		case statusFinished:
		case statusFailed:
			f.end(r, m, "action "+a.ActionType+" failed"+because(m.s.find(a.ActionID)))
			return
		case statusRetriable:
			f.retry(m, a)
			open = true
		default:
			open = true
		}
	}
	if open {
		f.control.Hold(r, at)
		return
	}
	if len(m.mission.Actions) > 0 || at {
		f.end(r, m, "")
	}
}

func because(s *ActionState) string {
	if s == nil || s.Result() == "" {
		return ""
	}
	return ": " + s.Result()
}

// retry has an action tried again, or given up when it was tried often enough.
func (f *Fleet) retry(m *member, a Action) {
	key := "retry " + a.ActionID
	if was, asked := m.attempts[key]; asked && m.s.status(was.action) != statusFinished && !f.due(m, key) {
		return // no state shows yet that it was heard
	}
	if m.retries == nil || len(m.retries) > maxAttempts {
		m.retries = map[string]int{}
	}
	word := "retry"
	if m.retries[a.ActionID] >= f.o.Retries {
		word = "skipRetry"
	}
	m.retries[a.ActionID]++
	id, err := m.s.Act(word, Parameter{"actionId", a.ActionID})
	if err != nil {
		m.s.problem(err.Error())
	}
	f.attempted(m, key, id)
}

func (f *Fleet) end(r int, m *member, reason string) {
	m.busy = false
	f.control.Hold(r, false)
	f.control.Send(r, agv.Errand{Goal: f.control.At(r).Vertex, Next: -1})
	f.give.Ended(m.s.ID, m.mission, reason)
	f.assign(r, m)
}

func (f *Fleet) assign(r int, m *member) {
	if m.busy || m.out != "" || m.lacks != "" || m.s.SetAside != "" || !m.s.Online {
		return
	}
	mission, ok := f.give.Next(m.s.ID, f.control.At(r).Vertex)
	if !ok || mission.Vertex < 0 || int(mission.Vertex) >= f.g.Len() {
		return
	}
	for _, a := range mission.Actions {
		if m.s.Facts == nil {
			break
		}
		if reason := m.s.Facts.refuses(a, scopeNode); reason != "" {
			f.give.Ended(m.s.ID, mission, reason)
			return
		}
	}
	mission.Actions = f.named(m, mission.Actions)
	m.mission, m.busy, m.ordered = mission, true, false
	f.control.Send(r, agv.Errand{Goal: mission.Vertex, Next: -1})
}

// giveUp ends a mission to which there is no way for long: a cell is blocked, or a vehicle that failed stands there.
func (f *Fleet) giveUp(r int, m *member) {
	if !m.busy || m.ordered || m.out != "" || f.control.Reachable(r) {
		m.cut = 0
		return
	}
	if m.cut++; m.cut > f.o.GiveUpAfter {
		m.cut = 0
		f.end(r, m, "there is no way to node "+f.NodeID(m.mission.Vertex))
	}
}
