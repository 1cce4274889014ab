package vda5050

import "time"

// stands tells whether the vehicle does nothing at all for the moment.
func (v *Vehicle) stands() bool {
	return v.failure != nil || v.paused || v.zones.lost != "" || (v.state.OperatingMode != "AUTOMATIC" && v.state.OperatingMode != "SEMIAUTOMATIC")
}

// work begins or ends what is due, and tells whether there may be more.
func (v *Vehicle) work() bool {
	if v.stands() {
		v.deadline = time.Time{}
		for i := range v.acts {
			v.acts[i].until = time.Time{} // it begins anew
		}
		return false
	}
	if v.endActs() {
		return true
	}
	v.beginActs()
	if v.held() {
		v.driving, v.deadline = false, time.Time{}
		return false
	}
	if v.edge != nil {
		return v.roll()
	}
	v.deadline = time.Time{}
	if len(v.ahead) == 0 || !v.ahead[0].Released {
		return false
	}
	next := &v.ahead[0]
	if next.NodeID == v.blocked {
		if !v.told {
			v.told = true
			v.report()
		}
		return false
	}
	v.told = false
	if !v.mayEnter(next) {
		return false
	}
	v.edge = &next.by
	v.askCorridor()
	return true
}

// roll drives along the edge, and tells whether it came to its end.
func (v *Vehicle) roll() bool {
	if !v.driving || v.deadline.IsZero() { // it begins, or goes on after a stop
		v.driving, v.deadline = true, time.Now().Add(v.o.NodeTime+time.Duration(v.random.Int64N(int64(v.o.Spread)+1)))
	}
	if time.Now().Before(v.deadline) {
		return false
	}
	v.leaveEdge()
	v.at, v.ahead, v.edge, v.driving, v.deadline = v.ahead[0], v.ahead[1:], nil, false, time.Time{}
	v.state.LastNodeID, v.state.LastNodeSequenceID = v.at.NodeID, v.at.SequenceID
	v.passZones()
	v.report()
	return true
}
