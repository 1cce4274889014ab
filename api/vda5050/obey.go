package vda5050

import "slices"

// obey takes in what a master says. What breaks its schema or the rules of orders is refused and told.
func (v *Vehicle) obey(m arrived) {
	_, _, name, err := parseTopic(m.topic)
	if err != nil {
		return
	}
	switch name {
	case TopicOrder:
		var o Order
		ok := v.understood(m, name, &o)
		if ok {
			v.follow(&o)
		}
		if v.o.Ordered != nil {
			v.o.Ordered(&o, ok)
		}
	case TopicInstantActions:
		var a InstantActions
		if v.understood(m, name, &a) {
			for _, x := range a.Actions {
				v.instant(x)
			}
			v.report()
		}
	case TopicZoneSet:
		var z ZoneSetMessage
		if v.understood(m, name, &z) {
			v.takeZoneSet(z.ZoneSet)
			v.report()
		}
	case TopicResponses:
		var r Responses
		if v.understood(m, name, &r) {
			for _, x := range r.Responses {
				v.answered(x)
			}
			v.report()
		}
	}
}

// understood reads a message, or tells that it is broken.
func (v *Vehicle) understood(m arrived, topic string, message any) bool {
	if err := unmarshal(v.o.Version, topic, m.payload, message); err != nil {
		v.refuse("VALIDATION_FAILURE", "WARNING")
		v.report()
		return false
	}
	return true
}

// follow takes on an order or its update, or refuses it.
func (v *Vehicle) follow(o *Order) {
	idle := len(v.ahead) == 0 && len(v.acts) == 0
	if len(o.Nodes) == 0 || len(o.Edges) != len(o.Nodes)-1 {
		v.refuse("VALIDATION_FAILURE", "WARNING", Reference{"orderId", o.OrderID})
		v.report()
		return
	}
	for i, e := range o.Edges {
		o.Nodes[i+1].by = e
	}
	errorType, level := v.unable(o)
	switch {
	case errorType != "":
		v.refuse(errorType, level, Reference{"orderId", o.OrderID})
	case o.OrderID == v.state.OrderID && o.OrderUpdateID == v.state.OrderUpdateID:
		// The same again: the state shows that it is known.
	case o.OrderID == v.state.OrderID && o.OrderUpdateID < v.state.OrderUpdateID:
		v.refuse("OUTDATED_ORDER_UPDATE", "WARNING", Reference{"orderUpdateId", o.OrderID})
	case o.OrderID == v.state.OrderID:
		v.extend(o)
	case !idle:
		v.refuse("OTHER_ORDER_ACTIVE", "WARNING", Reference{"orderId", o.OrderID})
	case o.Nodes[0].NodeID != v.at.NodeID:
		v.refuse("START_NODE_OUT_OF_RANGE", "WARNING", Reference{"orderId", o.OrderID})
	default:
		v.state.OrderID, v.state.OrderUpdateID = o.OrderID, o.OrderUpdateID
		v.state.ActionStates = v.state.ActionStates[:0]
		v.at, v.ahead = o.Nodes[0], slices.Clone(o.Nodes[1:])
		v.state.LastNodeSequenceID = v.at.SequenceID
		v.plan(o.Nodes)
	}
	v.report()
}

// extend takes on an update, whose first node is the last one of the base.
func (v *Vehicle) extend(o *Order) {
	base := 0
	for base < len(v.ahead) && v.ahead[base].Released {
		base++
	}
	last := v.at
	if base > 0 {
		last = v.ahead[base-1]
	}
	if o.Nodes[0].NodeID != last.NodeID || o.Nodes[0].SequenceID != last.SequenceID {
		v.refuse("VALIDATION_FAILURE", "WARNING", Reference{"orderUpdateId", o.OrderID})
		return
	}
	v.state.OrderUpdateID = o.OrderUpdateID
	v.ahead = append(v.ahead[:base:base], o.Nodes[1:]...)
	v.plan(o.Nodes[1:])
}

// unable says why the vehicle cannot take an order, as an error type and its level: a node of a map that is not enabled, a
// trajectory where it takes none, or one that is no curve.
func (v *Vehicle) unable(o *Order) (errorType, level string) {
	for _, n := range o.Nodes {
		if p := n.Position; v.state.Maps != nil && p != nil && !slices.ContainsFunc(v.state.Maps, func(m MapState) bool { return m.MapID == p.MapID && m.MapStatus == setEnabled }) {
			return "UNKNOWN_MAP_ID", "WARNING"
		}
	}
	for _, e := range o.Edges {
		switch {
		case e.Corridor != nil && !v.o.Corridors, e.Trajectory != nil && !v.o.Trajectories:
			return "UNSUPPORTED_PARAMETER", v.critical()
		case e.Trajectory != nil && e.Trajectory.Check() != nil:
			return "VALIDATION_FAILURE", "WARNING"
		}
	}
	return "", ""
}

// critical is the level of an error that keeps the vehicle from its order, in the words of its version.
func (v *Vehicle) critical() string {
	if v.o.Version == V30 {
		return "CRITICAL"
	}
	return "FATAL"
}

// plan puts actions of nodes and the edges to them into the state. Those of the horizon may go again; they are told once they are released.
func (v *Vehicle) plan(nodes []Node) {
	for _, n := range nodes {
		for _, a := range slices.Concat(n.by.Actions, n.Actions) {
			if n.Released {
				v.state.ActionStates = append(v.state.ActionStates, ActionState{ActionID: a.ActionID, ActionType: a.ActionType, ActionStatus: statusWaiting})
			}
		}
	}
}

// clear drops the order: what it still had to do ends with a status. An edge begun stays driven to half.
func (v *Vehicle) clear(status string) {
	v.ahead, v.edge, v.driving = nil, nil, false
	v.acts = slices.DeleteFunc(v.acts, func(a doing) bool { return a.scope == scopeNode || a.scope == scopeEdge })
	for i := range v.state.ActionStates {
		s := &v.state.ActionStates[i]
		if instant := slices.ContainsFunc(v.acts, func(a doing) bool { return a.ActionID == s.ActionID }); !s.ended() && !instant {
			s.ActionStatus = status
		}
	}
	v.state.EdgeRequests = nil
}
