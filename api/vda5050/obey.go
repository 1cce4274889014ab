package vda5050

import "slices"

// obey takes in an order or instant actions. What breaks its schema or the rules of orders is refused and told.
func (v *Vehicle) obey(m arrived) {
	_, _, name, err := parseTopic(m.topic)
	if err != nil {
		return
	}
	switch name {
	case TopicOrder:
		var o Order
		err := unmarshal(v.o.Version, name, m.payload, &o)
		if err == nil {
			v.follow(&o)
		} else {
			v.refuse("VALIDATION_FAILURE", "WARNING")
			v.report()
		}
		if v.o.Ordered != nil {
			v.o.Ordered(&o, err == nil)
		}
	case TopicInstantActions:
		var a InstantActions
		if err := unmarshal(v.o.Version, name, m.payload, &a); err != nil {
			v.refuse("VALIDATION_FAILURE", "WARNING")
			v.report()
			return
		}
		for _, x := range a.Actions {
			v.instant(x)
		}
		v.report()
	}
}

// follow takes on an order or its update, or refuses it.
func (v *Vehicle) follow(o *Order) {
	idle := len(v.ahead) == 0 && v.acting < 0
	switch {
	case len(o.Nodes) == 0 || len(o.Edges) != len(o.Nodes)-1:
		v.refuse("VALIDATION_FAILURE", "WARNING", Reference{"orderId", o.OrderID})
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

// plan puts actions of nodes into the state. Those of the horizon may go again; they are told once they are released.
func (v *Vehicle) plan(nodes []Node) {
	for _, n := range nodes {
		for _, a := range n.Actions {
			if n.Released {
				v.state.ActionStates = append(v.state.ActionStates, ActionState{a.ActionID, a.ActionType, "WAITING"})
			}
		}
	}
}

// instant does an instant action and tells how it ended.
func (v *Vehicle) instant(a Action) {
	status := "FINISHED"
	switch a.ActionType {
	case "cancelOrder":
		v.clear("FAILED")
	case "startPause":
		v.paused = true
	case "stopPause":
		v.paused = false
	case "stateRequest":
	case "factsheetRequest":
		v.factsheet()
	default:
		status = "FAILED"
	}
	done := ActionState{a.ActionID, a.ActionType, status}
	if v.o.Version == V21 {
		v.state.ActionStates = append(v.state.ActionStates, done)
		return
	}
	list := []ActionState{done}
	if v.state.InstantActionStates != nil {
		list = append(*v.state.InstantActionStates, done)
	}
	if len(list) > 20 {
		list = list[len(list)-20:]
	}
	v.state.InstantActionStates = &list
}

// clear drops the order: what it still had to do ends with a status. An edge begun stays driven to half.
func (v *Vehicle) clear(status string) {
	v.ahead, v.acting = nil, -1
	for i := range v.state.ActionStates {
		if s := &v.state.ActionStates[i]; s.ActionStatus == "WAITING" || s.ActionStatus == "RUNNING" {
			s.ActionStatus = status
		}
	}
	v.driving = false
}

// object is a JSON object whose shape differs by version.
type object = map[string]any

// factsheet tells what the vehicle is.
func (v *Vehicle) factsheet() {
	h := v.header(TopicFactsheet)
	sheet := object{"headerId": h.HeaderID, "timestamp": h.Timestamp, "version": h.Version, "manufacturer": h.Manufacturer, "serialNumber": h.SerialNumber,
		"loadSpecification": object{}}
	if v.o.Version == V30 {
		sheet["typeSpecification"] = object{"seriesName": "simulated", "mobileRobotKinematics": "DIFFERENTIAL", "mobileRobotClass": "CARRIER",
			"maximumLoadMass": 100, "localizationTypes": []string{"GRID"}, "navigationTypes": []string{"VIRTUAL_LINE_GUIDED"}}
		sheet["physicalParameters"] = object{"minimumSpeed": 0, "maximumSpeed": 1.5, "maximumAcceleration": 1, "maximumDeceleration": 1,
			"minimumHeight": 0.3, "maximumHeight": 0.3, "width": 0.7, "length": 0.9}
		sheet["protocolLimits"] = object{"maximumStringLengths": object{}, "maximumArrayLengths": object{"order.nodes": 32},
			"timing": object{"minimumOrderInterval": 0.1, "minimumStateInterval": 0.1}}
		sheet["protocolFeatures"] = object{"optionalParameters": []any{}, "mobileRobotActions": []any{}}
		sheet["mobileRobotGeometry"] = object{}
	} else {
		sheet["typeSpecification"] = object{"seriesName": "simulated", "agvKinematic": "DIFF", "agvClass": "CARRIER",
			"maxLoadMass": 100, "localizationTypes": []string{"GRID"}, "navigationTypes": []string{"VIRTUAL_LINE_GUIDED"}}
		sheet["physicalParameters"] = object{"speedMin": 0, "speedMax": 1.5, "accelerationMax": 1, "decelerationMax": 1,
			"heightMin": 0.3, "heightMax": 0.3, "width": 0.7, "length": 0.9}
		sheet["protocolLimits"] = object{"maxStringLens": object{}, "maxArrayLens": object{"order.nodes": 32},
			"timing": object{"minOrderInterval": 0.1, "minStateInterval": 0.1}}
		sheet["protocolFeatures"] = object{"optionalParameters": []any{}, "agvActions": []any{}}
		sheet["agvGeometry"] = object{}
	}
	if raw, err := marshal(v.o.Version, TopicFactsheet, sheet); err == nil {
		_ = v.client.Publish(v.o.Version.topic(v.id, TopicFactsheet), raw)
	}
}
