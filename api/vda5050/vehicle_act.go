package vda5050

import (
	"slices"
	"time"
)

// doing is an action that runs.
type doing struct {
	Action
	scope string // INSTANT, NODE, EDGE, ZONE
	until time.Time
	done  func() // what follows once it is done, nil = nothing
}

// The scopes of actions.
const (
	scopeInstant = "INSTANT"
	scopeNode    = "NODE"
	scopeEdge    = "EDGE"
	scopeZone    = "ZONE"
)

// status is the state of an action of the vehicle, nil = it has none of that id.
func (v *Vehicle) status(id string) *ActionState {
	lists := [][]ActionState{v.state.ActionStates, v.state.ZoneActionStates}
	if v.state.InstantActionStates != nil {
		lists = append(lists, *v.state.InstantActionStates)
	}
	for _, list := range lists {
		for i := range list {
			if list[i].ActionID == id {
				return &list[i]
			}
		}
	}
	return nil
}

// fits tells whether an action may begin beside those that run: HARD runs alone, SINGLE without other actions.
func (v *Vehicle) fits(blocking string) bool {
	alone := blocking == "HARD" || blocking == "SINGLE"
	for _, a := range v.acts {
		if a.scope != scopeInstant && (alone || a.BlockingType == "HARD" || a.BlockingType == "SINGLE") {
			return false
		}
	}
	return true
}

// here are the actions of the node or edge that the vehicle is on.
func (v *Vehicle) here() ([]Action, string) {
	if v.edge != nil {
		return v.edge.Actions, scopeEdge
	}
	return v.at.Actions, scopeNode
}

// beginActs begins the actions that may run now, in their order.
func (v *Vehicle) beginActs() {
	begun := false
	start := func(list []Action, scope string) {
		for _, a := range list {
			s := v.status(a.ActionID)
			if s == nil || s.ActionStatus != statusWaiting {
				continue
			}
			if !v.fits(a.BlockingType) {
				return
			}
			s.ActionStatus, begun = statusRunning, true
			v.acts = append(v.acts, doing{Action: a, scope: scope, until: time.Now().Add(v.o.ActTime)})
		}
	}
	start(v.zones.duties, scopeZone)
	start(v.here())
	if begun {
		v.report()
	}
}

// endActs ends the actions that are due.
func (v *Vehicle) endActs() bool {
	ended := false
	now := time.Now()
	for i := 0; i < len(v.acts); i++ {
		a := &v.acts[i]
		if a.until.IsZero() {
			a.until = now.Add(v.o.ActTime)
		}
		if now.Before(a.until) {
			continue
		}
		v.finish(*a)
		v.acts = slices.Delete(v.acts, i, i+1)
		i--
		ended = true
	}
	if ended {
		v.report()
	}
	return ended
}

// finish tells how an action ended.
func (v *Vehicle) finish(a doing) {
	s := v.status(a.ActionID)
	if s == nil { // a new order came since
		s = &ActionState{}
	}
	result := "simulated " + a.ActionType
	switch {
	case v.fails[a.ActionType] > 0:
		v.fails[a.ActionType]--
		s.ActionStatus, result = statusFailed, "simulated failure"
		if a.Retriable && v.o.Version == V30 {
			s.ActionStatus = statusRetriable
		}
	default:
		s.ActionStatus = statusFinished
		if a.done != nil {
			a.done()
		}
	}
	if v.o.Version == V30 {
		s.ActionResult = result
	} else {
		s.ResultDescription = result
	}
}

// held tells whether the vehicle must not drive for what it does or has yet to do where it is.
func (v *Vehicle) held() bool {
	for _, a := range v.acts {
		if a.scope != scopeInstant && (a.BlockingType == "HARD" || a.BlockingType == "SOFT") {
			return true
		}
	}
	list, scope := v.here()
	for _, a := range list {
		s := v.status(a.ActionID)
		open := s != nil && (s.ActionStatus == statusWaiting || s.ActionStatus == statusRetriable)
		if open && (scope == scopeNode || a.BlockingType == "HARD" || a.BlockingType == "SOFT") {
			return true
		}
	}
	return false
}

// leaveEdge ends what runs on an edge as the vehicle comes to its end. What could not begin has failed.
func (v *Vehicle) leaveEdge() {
	v.acts = slices.DeleteFunc(v.acts, func(a doing) bool {
		if a.scope == scopeEdge {
			v.finish(a)
		}
		return a.scope == scopeEdge
	})
	for _, a := range v.edge.Actions {
		if s := v.status(a.ActionID); s != nil && s.ActionStatus == statusWaiting {
			s.ActionStatus = statusFailed
		}
	}
	v.state.EdgeRequests = nil
}
