package vda5050

import "fmt"

// SetZones puts other zones in force. The master plans by them at once; vehicles of 3.0 that keep to zones are brought them,
// and are given no new order before they show them in force.
//
// An error names the zone that is wrong; then nothing changes.
func (f *Fleet) SetZones(zones []Zone) error {
	if err := checkZones(zones); err != nil {
		return err
	}
	set, err := newZoneSet(f.o.MapID, zones)
	if err != nil {
		return err
	}
	f.master.Do(func() {
		f.shut = map[string]bool{}
		f.rule(set)
	})
	return nil
}

// CloseZone lets nobody more enter a RELEASE zone, such as an area where people work for a while: no way leads into it,
// requests for it wait, leave that was given is taken, and orders that lead into it are cancelled. Who is within may leave.
// OpenZone ends that.
//
// It stops nobody by itself: what protects people are the vehicles' safety devices.
func (f *Fleet) CloseZone(zoneID string) error { return f.setShut(zoneID, true) }

// OpenZone opens a zone that was closed.
func (f *Fleet) OpenZone(zoneID string) error { return f.setShut(zoneID, false) }

func (f *Fleet) setShut(zoneID string, shut bool) (err error) {
	f.master.Do(func() {
		i, known := f.ground.index[zoneID]
		if !known || f.ground.set.Zones[i].ZoneType != ZoneRelease {
			err = fmt.Errorf("vda5050: zone %q is none of the floor's RELEASE zones", zoneID)
			return
		}
		f.shut[zoneID] = shut
		f.rule(f.ground.set)
	})
	return err
}

// rule takes over what zones mean for the plans.
func (f *Fleet) rule(set *ZoneSet) {
	f.ground = f.terrain.survey(set, f.shut)
	f.control.Rule(f.ground.closed, f.ground.cost)
	for _, m := range f.members {
		if m.zones != nil && m.zonesOf != set.ZoneSetID {
			m.lacks = "its zones: there are others" // by those that it has, it would not go where it may now
		}
	}
}

// barred says which closed zone the base of a vehicle leads into from outside, "" = none.
func (f *Fleet) barred(m *member) string {
	base := m.s.base
	for i := 1; i < len(base); i++ {
		from, to := f.Vertex(base[i-1].NodeID), f.Vertex(base[i].NodeID)
		if from < 0 || to < 0 || f.ground.barred[to] == 0 {
			continue
		}
		if zone := int(f.ground.barred[to]) - 1; !f.ground.has(zone, from) {
			return f.ground.set.Zones[zone].ZoneID
		}
	}
	return ""
}

func (f *Fleet) closedZone(z *Zone) bool {
	return z.ZoneType == ZoneBlocked || z.ZoneType == ZoneRelease && f.shut[z.ZoneID]
}
