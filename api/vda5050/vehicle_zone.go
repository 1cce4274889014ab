package vda5050

import (
	"fmt"
	"slices"
	"time"
)

// errorReleaseLost is told by a vehicle in a RELEASE zone whose leave was taken or ran out.
const errorReleaseLost = "RELEASE_LOST"

// zoning is what a simulated vehicle knows of zones and of its leave to be in them.
type zoning struct {
	sets    map[string]ZoneSet
	expiry  map[string]time.Time // of granted requests
	entered map[string]bool      // requests whose zone the vehicle is in
	inside  map[string]bool      // ACTION zones that it is in
	covers  map[string]uint32    // of REPLANNING requests: the last node of their trajectory
	lost    string               // RELEASE zone in which it stands without leave
	duties  []Action             // of ACTION zones, until each has ended
	asked   int
}

func newZoning() zoning {
	return zoning{sets: map[string]ZoneSet{}, expiry: map[string]time.Time{}, entered: map[string]bool{}, inside: map[string]bool{}, covers: map[string]uint32{}}
}

// takeZoneSet stores a zone set; one of an id that it has is refused.
func (v *Vehicle) takeZoneSet(s ZoneSet) {
	if _, known := v.zones.sets[s.ZoneSetID]; known {
		v.refuse("DUPLICATE_ZONE_SET", "WARNING", Reference{"zoneSetId", s.ZoneSetID})
		return
	}
	v.zones.sets[s.ZoneSetID] = s
	v.state.ZoneSets = append(v.state.ZoneSets, ZoneSetState{s.ZoneSetID, s.MapID, setDisabled})
}

// ruling is the zone set in force.
func (v *Vehicle) ruling() ZoneSet {
	for _, s := range v.state.ZoneSets {
		if s.ZoneSetStatus == setEnabled {
			return v.zones.sets[s.ZoneSetID]
		}
	}
	return ZoneSet{}
}

func (v *Vehicle) within(z *Zone, n *Node) bool {
	return n.Position != nil && z.touches(n.Position.X, n.Position.Y, v.o.PitchM)
}

// mayEnter tells whether the vehicle has the leave of all zones that a node is in; it asks for what it lacks.
func (v *Vehicle) mayEnter(n *Node) bool {
	set := v.ruling()
	may := true
	for i := range set.Zones {
		z := &set.Zones[i]
		if !v.within(z, n) {
			continue
		}
		switch z.ZoneType {
		case ZoneBlocked:
			if !v.within(z, &v.at) { // who is in one may leave it
				v.refuse("NODE_UNREACHABLE", "CRITICAL", Reference{"nodeId", n.NodeID}, Reference{"zoneId", z.ZoneID})
				v.ahead = nil
				v.report()
				return false
			}
		case ZoneRelease:
			may = v.leave(set.ZoneSetID, z, askAccess, n) && may
		case ZoneReplanning:
			may = v.leave(set.ZoneSetID, z, askReplanning, n) && may
		}
	}
	return may
}

// leave tells whether the vehicle has the leave of a zone, and asks for it where it has not.
func (v *Vehicle) leave(set string, z *Zone, kind string, n *Node) bool {
	for i := 0; i < len(v.state.ZoneRequests); i++ {
		r := v.state.ZoneRequests[i]
		if r.ZoneID != z.ZoneID || r.RequestType != kind {
			continue
		}
		if r.RequestStatus == revoked || r.RequestStatus == expired {
			if kind == askAccess && z.ReleaseLossBehavior != "STOP" {
				return true // it is within, and leaves
			}
			continue
		}
		if kind == askReplanning && n.SequenceID > v.zones.covers[r.RequestID] {
			v.dropRequest(r.RequestID)
			i--
			continue
		}
		return r.RequestStatus == granted
	}
	r := ZoneRequest{RequestID: v.requestID(), RequestType: kind, ZoneID: z.ZoneID, ZoneSetID: set, RequestStatus: requested}
	if kind == askReplanning {
		way := []Position{*v.at.Position}
		for i := range v.ahead {
			if a := &v.ahead[i]; !a.Released || !v.within(z, a) {
				break
			}
			way = append(way, *v.ahead[i].Position)
			v.zones.covers[r.RequestID] = v.ahead[i].SequenceID
		}
		r.Trajectory = straight(way...)
	}
	v.state.ZoneRequests = append(v.state.ZoneRequests, r)
	v.report()
	return false
}

func (v *Vehicle) requestID() string {
	v.zones.asked++
	return fmt.Sprintf("%s-r%d", v.id.Serial, v.zones.asked)
}

func (v *Vehicle) dropRequest(id string) {
	v.state.ZoneRequests = slices.DeleteFunc(slices.Clone(v.state.ZoneRequests), func(r ZoneRequest) bool { return r.RequestID == id })
	delete(v.zones.expiry, id)
	delete(v.zones.entered, id)
	delete(v.zones.covers, id)
}

// askCorridor asks for the corridor of the edge that the vehicle enters, where it is to ask.
func (v *Vehicle) askCorridor() {
	if c := v.edge.Corridor; v.o.Corridors && c != nil && c.ReleaseRequired {
		v.state.EdgeRequests = []EdgeRequest{{v.requestID(), askCorridor, v.edge.EdgeID, v.edge.SequenceID, requested}}
		v.report()
	}
}

// answered takes in what the master says of a request.
func (v *Vehicle) answered(a Response) {
	for i := range v.state.EdgeRequests {
		if r := &v.state.EdgeRequests[i]; r.RequestID == a.RequestID && (a.GrantType == granted || a.GrantType == revoked) {
			r.RequestStatus = a.GrantType
		}
	}
	i := slices.IndexFunc(v.state.ZoneRequests, func(r ZoneRequest) bool { return r.RequestID == a.RequestID })
	if i < 0 {
		return
	}
	r := &v.state.ZoneRequests[i]
	switch a.GrantType {
	case granted:
		r.RequestStatus = granted
		if at, err := time.Parse(time.RFC3339, a.LeaseExpiry); err == nil {
			v.zones.expiry[a.RequestID] = at
		}
		if v.zones.lost == r.ZoneID {
			v.zones.lost, v.zones.entered[a.RequestID] = "", true
		}
	case revoked:
		v.lose(a.RequestID, revoked)
	case rejected:
		v.dropRequest(a.RequestID)
	}
}

// lose takes in that a leave was taken or ran out: in its zone, the vehicle does as the zone says.
func (v *Vehicle) lose(id, status string) {
	i := slices.IndexFunc(v.state.ZoneRequests, func(r ZoneRequest) bool { return r.RequestID == id })
	if i < 0 {
		return
	}
	r := v.state.ZoneRequests[i]
	delete(v.zones.expiry, id)
	if !v.zones.entered[id] {
		v.dropRequest(id)
		return
	}
	v.state.ZoneRequests[i].RequestStatus = status
	for _, z := range v.ruling().Zones {
		if z.ZoneID == r.ZoneID && z.ZoneType == ZoneRelease && z.ReleaseLossBehavior == "STOP" && v.zones.lost == "" {
			v.zones.lost = z.ZoneID
			v.driving = false
			v.state.ZoneRequests = append(v.state.ZoneRequests, ZoneRequest{RequestID: v.requestID(), RequestType: r.RequestType, ZoneID: r.ZoneID, ZoneSetID: r.ZoneSetID, RequestStatus: requested})
		}
	}
	v.report()
}

// expire ends the leaves whose time has run out.
func (v *Vehicle) expire() {
	for id, at := range v.zones.expiry {
		if time.Now().After(at) {
			v.lose(id, expired)
		}
	}
}

// passZones takes in that the vehicle came to another node: it drops the leave of zones that it left, and begins the actions
// of those that it enters or leaves.
func (v *Vehicle) passZones() {
	set := v.ruling()
	v.zones.duties = slices.DeleteFunc(v.zones.duties, func(a Action) bool {
		s := v.status(a.ActionID)
		return s == nil || s.ended()
	})
	for i := range set.Zones {
		z := &set.Zones[i]
		inside, was := v.within(z, &v.at), v.zones.inside[z.ZoneID]
		if z.ZoneType == ZoneAction && inside != was {
			v.zones.inside[z.ZoneID] = inside
			if inside {
				v.actInZone(slices.Concat(z.EntryActions, z.DuringActions))
			} else {
				v.actInZone(z.ExitActions)
			}
		}
		for _, r := range slices.Clone(v.state.ZoneRequests) {
			if r.ZoneID != z.ZoneID {
				continue
			}
			switch {
			case inside:
				v.zones.entered[r.RequestID] = true
			case v.zones.entered[r.RequestID]:
				v.dropRequest(r.RequestID)
			}
		}
	}
}

// actInZone puts the actions of a zone down to be done.
func (v *Vehicle) actInZone(list []ZoneDoing) {
	for _, d := range list {
		v.zones.asked++
		a := Action{d.ActionType, fmt.Sprintf("%s-z%d", v.id.Serial, v.zones.asked), d.BlockingType, d.Parameters, d.Retriable}
		v.zones.duties = append(v.zones.duties, a)
		v.state.ZoneActionStates = append(v.state.ZoneActionStates, ActionState{ActionID: a.ActionID, ActionType: a.ActionType, ActionStatus: statusWaiting})
	}
	if n := len(v.state.ZoneActionStates) - maxInstantStates; n > 0 {
		v.state.ZoneActionStates = slices.Clone(v.state.ZoneActionStates[n:])
	}
}
