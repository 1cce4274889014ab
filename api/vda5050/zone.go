package vda5050

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
)

// ZoneType is what holds in a zone (VDA 5050, 3.0.0, section 6.4.1).
type ZoneType string

// The zone types of 3.0.
const (
	ZoneBlocked     ZoneType = "BLOCKED"                // nobody enters
	ZoneLineGuided  ZoneType = "LINE_GUIDED"            // along the edges of orders only
	ZoneRelease     ZoneType = "RELEASE"                // with leave only
	ZoneReplanning  ZoneType = "COORDINATED_REPLANNING" // along a way that was granted only
	ZoneSpeedLimit  ZoneType = "SPEED_LIMIT"
	ZoneAction      ZoneType = "ACTION"
	ZonePriority    ZoneType = "PRIORITY"
	ZonePenalty     ZoneType = "PENALTY"
	ZoneDirected    ZoneType = "DIRECTED"
	ZoneBidirected  ZoneType = "BIDIRECTED"
	limitSoft                = "SOFT"
	limitRestricted          = "RESTRICTED"
	limitStrict              = "STRICT"
)

// Zone is an area of the floor in which something holds. Fields that its type does not have are left out.
type Zone struct {
	ZoneID         string   `json:"zoneId"`
	ZoneType       ZoneType `json:"zoneType"`
	ZoneDescriptor string   `json:"zoneDescriptor,omitempty"`
	Vertices       []Point  `json:"vertices"` // of its outline, in metres of the map

	ReleaseLossBehavior  string      `json:"releaseLossBehavior,omitempty"`  // RELEASE: STOP, CONTINUE, EVACUATE
	MaximumSpeed         *float64    `json:"maximumSpeed,omitempty"`         // SPEED_LIMIT, m/s
	EntryActions         []ZoneDoing `json:"entryActions,omitzero"`          // ACTION
	DuringActions        []ZoneDoing `json:"duringActions,omitzero"`         // ACTION
	ExitActions          []ZoneDoing `json:"exitActions,omitzero"`           // ACTION
	PriorityFactor       *float64    `json:"priorityFactor,omitempty"`       // PRIORITY, 0…1
	PenaltyFactor        *float64    `json:"penaltyFactor,omitempty"`        // PENALTY, 0…1
	Direction            *float64    `json:"direction,omitempty"`            // DIRECTED and BIDIRECTED, radians
	DirectedLimitation   string      `json:"directedLimitation,omitempty"`   // DIRECTED: SOFT, RESTRICTED, STRICT
	BidirectedLimitation string      `json:"bidirectedLimitation,omitempty"` // BIDIRECTED: SOFT, RESTRICTED
}

// Point is a place in metres of a map.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// ZoneDoing is an action of a zone: it has no id before a vehicle does it.
type ZoneDoing struct {
	ActionType   string      `json:"actionType"`
	BlockingType string      `json:"blockingType"` // NONE, SINGLE, SOFT, HARD
	Parameters   []Parameter `json:"actionParameters,omitempty"`
	Retriable    bool        `json:"retriable,omitempty"`
}

// ZoneSet are the zones of a map. What a ZoneSetID names never changes.
type ZoneSet struct {
	MapID     string `json:"mapId"`
	ZoneSetID string `json:"zoneSetId"`
	Zones     []Zone `json:"zones"`
}

// ZoneSetMessage brings a zone set to a vehicle of 3.0.
type ZoneSetMessage struct {
	Header
	ZoneSet ZoneSet `json:"zoneSet"`
}

// ZoneSetState is a zone set that a vehicle has: ENABLED or DISABLED.
type ZoneSetState struct {
	ZoneSetID     string `json:"zoneSetId"`
	MapID         string `json:"mapId"`
	ZoneSetStatus string `json:"zoneSetStatus"`
}

// What bounds a floor's zones.
const (
	maxZones        = 1000
	maxZoneVertices = 1000
)

// newZoneSet makes a set of zones, named by what is in it: the same zones have the same name wherever and whenever they are
// told, and others another.
func newZoneSet(mapID string, zones []Zone) (*ZoneSet, error) {
	raw, err := json.Marshal(zones)
	if err != nil {
		return nil, fmt.Errorf("vda5050: write zones: %w", err)
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(mapID)) // a hash takes all
	_, _ = hash.Write(raw)
	return &ZoneSet{MapID: mapID, ZoneSetID: fmt.Sprintf("%s-%016x", mapID, hash.Sum64()), Zones: zones}, nil
}

// only is the part of a set that is of some types.
func (s *ZoneSet) only(types []ZoneType) (*ZoneSet, error) {
	kept := slices.DeleteFunc(slices.Clone(s.Zones), func(z Zone) bool { return !slices.Contains(types, z.ZoneType) })
	if len(kept) == len(s.Zones) {
		return s, nil
	}
	return newZoneSet(s.MapID, kept)
}

// checkZones says what is wrong with zones, each with its name.
func checkZones(zones []Zone) error {
	if len(zones) > maxZones {
		return fmt.Errorf("vda5050: %d zones are over the limit of %d", len(zones), maxZones)
	}
	var faults []error
	known := map[string]bool{}
	for i := range zones {
		z := &zones[i]
		if err := z.check(); err != nil {
			faults = append(faults, fmt.Errorf("vda5050: zone %d (%q): %w", i, z.ZoneID, err))
		}
		if known[z.ZoneID] {
			faults = append(faults, fmt.Errorf("vda5050: zone %d (%q): another has its zoneId", i, z.ZoneID))
		}
		known[z.ZoneID] = true
	}
	return errors.Join(faults...)
}

func (z *Zone) check() error {
	if z.ZoneID == "" {
		return errors.New("it has no zoneId")
	}
	if len(z.Vertices) < 3 || len(z.Vertices) > maxZoneVertices {
		return fmt.Errorf("it has %d vertices, want 3 to %d", len(z.Vertices), maxZoneVertices)
	}
	for i, p := range z.Vertices {
		if !finite(p.X) || !finite(p.Y) {
			return fmt.Errorf("vertex %d is no place", i)
		}
	}
	return z.checkRule()
}

// checkRule tells a rule of a zone that its type needs and it does not have.
func (z *Zone) checkRule() error {
	switch z.ZoneType {
	case ZoneBlocked, ZoneLineGuided, ZoneReplanning:
	case ZoneRelease:
		return oneOf("releaseLossBehavior", z.ReleaseLossBehavior, "STOP", "CONTINUE", "EVACUATE")
	case ZoneSpeedLimit:
		if z.MaximumSpeed == nil || !finite(*z.MaximumSpeed) || *z.MaximumSpeed <= 0 {
			return errors.New("its maximumSpeed is not above 0 m/s")
		}
	case ZoneAction:
		if z.EntryActions == nil || z.DuringActions == nil || z.ExitActions == nil {
			return errors.New("it lacks entryActions, duringActions or exitActions; they may be empty")
		}
		for _, a := range slices.Concat(z.EntryActions, z.DuringActions, z.ExitActions) {
			if err := oneOf("blockingType of action "+a.ActionType, a.BlockingType, "NONE", "SINGLE", "SOFT", "HARD"); err != nil {
				return err
			}
		}
	case ZonePriority:
		return share("priorityFactor", z.PriorityFactor)
	case ZonePenalty:
		return share("penaltyFactor", z.PenaltyFactor)
	case ZoneDirected, ZoneBidirected:
		if z.Direction == nil || !finite(*z.Direction) {
			return errors.New("it has no direction")
		}
		if z.ZoneType == ZoneBidirected {
			return oneOf("bidirectedLimitation", z.BidirectedLimitation, limitSoft, limitRestricted)
		}
		return oneOf("directedLimitation", z.DirectedLimitation, limitSoft, limitRestricted, limitStrict)
	default:
		return fmt.Errorf("its zoneType %q is none of 3.0", z.ZoneType)
	}
	return nil
}

func oneOf(field, value string, choice ...string) error {
	if slices.Contains(choice, value) {
		return nil
	}
	return fmt.Errorf("its %s is %q, want one of %v", field, value, choice)
}

func share(field string, value *float64) error {
	if value == nil || !(*value >= 0 && *value <= 1) {
		return fmt.Errorf("its %s is not between 0 and 1", field)
	}
	return nil
}

// contains tells whether a place is within a zone, by how often a line from it to the right crosses the outline.
func (z *Zone) contains(x, y float64) bool {
	inside := false
	for i, a := range z.Vertices {
		b := z.Vertices[(i+1)%len(z.Vertices)]
		if (a.Y > y) != (b.Y > y) && x < a.X+(y-a.Y)/(b.Y-a.Y)*(b.X-a.X) {
			inside = !inside
		}
	}
	return inside
}

// edgeSlack is how near an outline may come to a cell's side from outside without touching it, metres: zones drawn along
// cells do not reach into the next ones.
const edgeSlack = 1e-6

// touches tells whether a zone takes any part of a square with its centre at x, y.
func (z *Zone) touches(x, y, side float64) bool {
	if z.contains(x, y) {
		return true
	}
	h := side/2 - edgeSlack
	for i, a := range z.Vertices {
		if b := z.Vertices[(i+1)%len(z.Vertices)]; crosses(a.X-x, a.Y-y, b.X-x, b.Y-y, h) {
			return true
		}
	}
	return false
}

// crosses tells whether a line reaches into the square −h…h, by cutting off what lies outside each side in turn (Liang,
// Barsky 1984, ACM Transactions on Graphics 3(1)).
func crosses(ax, ay, bx, by, h float64) bool {
	from, to := 0.0, 1.0
	for _, side := range [4][2]float64{{ax - bx, ax + h}, {bx - ax, h - ax}, {ay - by, ay + h}, {by - ay, h - ay}} {
		step, room := side[0], side[1]
		switch {
		case step == 0 && room < 0:
			return false
		case step < 0:
			from = max(from, room/step)
		case step > 0:
			to = min(to, room/step)
		}
	}
	return from <= to
}
