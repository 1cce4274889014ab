package vda5050

import (
	"fmt"
	"slices"
	"strings"
)

// Factsheet is what a vehicle can do, as far as the master uses it. Names that the versions spell apart stand twice.
type Factsheet struct {
	Header
	TypeSpecification struct {
		SupportedZones []ZoneType `json:"supportedZones"` // 3.0
	} `json:"typeSpecification"`
	PhysicalParameters struct {
		SpeedMax     float64 `json:"speedMax"`     // 2.1, m/s
		MaximumSpeed float64 `json:"maximumSpeed"` // 3.0, m/s
		Width        float64 `json:"width"`        // metres
		Length       float64 `json:"length"`
	} `json:"physicalParameters"`
	ProtocolLimits struct {
		MaxArrayLens        arrayLimits `json:"maxArrayLens"`        // 2.1
		MaximumArrayLengths arrayLimits `json:"maximumArrayLengths"` // 3.0
	} `json:"protocolLimits"`
	ProtocolFeatures struct {
		OptionalParameters []struct {
			Parameter string `json:"parameter"`
			Support   string `json:"support"` // SUPPORTED, REQUIRED
		} `json:"optionalParameters"`
		AGVActions         []ActionSkill `json:"agvActions"`         // 2.1
		MobileRobotActions []ActionSkill `json:"mobileRobotActions"` // 3.0
	} `json:"protocolFeatures"`
}

// arrayLimits are how many of each a message may have, 0 = it does not say.
type arrayLimits struct {
	OrderNodes    int `json:"order.nodes"`
	NodeActions   int `json:"node.actions"`
	EdgeActions   int `json:"edge.actions"`
	KnotVector    int `json:"trajectory.knotVector"`
	ControlPoints int `json:"trajectory.controlPoints"`
	Zones         int `json:"zoneSet.zones"`
}

// ActionSkill is an action that a vehicle can do, and where: INSTANT, NODE, EDGE; 3.0 also ZONE.
type ActionSkill struct {
	ActionType    string   `json:"actionType"`
	ActionScopes  []string `json:"actionScopes"`
	BlockingTypes []string `json:"blockingTypes"` // empty = it does not say
}

// limits are those of the version that the vehicle speaks.
func (f *Factsheet) limits() arrayLimits {
	a, b := f.ProtocolLimits.MaxArrayLens, f.ProtocolLimits.MaximumArrayLengths
	return arrayLimits{max(a.OrderNodes, b.OrderNodes), max(a.NodeActions, b.NodeActions), max(a.EdgeActions, b.EdgeActions),
		max(a.KnotVector, b.KnotVector), max(a.ControlPoints, b.ControlPoints), max(a.Zones, b.Zones)}
}

// OrderNodes is how many nodes one order may have, 0 = it does not say.
func (f *Factsheet) OrderNodes() int { return f.limits().OrderNodes }

// SpeedMetresPerSec is the vehicle's greatest speed.
func (f *Factsheet) SpeedMetresPerSec() float64 {
	return max(f.PhysicalParameters.SpeedMax, f.PhysicalParameters.MaximumSpeed)
}

// takes tells whether the vehicle takes an optional field of edges, and whether it asks for it.
func (f *Factsheet) takes(field string) (takes, needs bool) {
	for _, p := range f.ProtocolFeatures.OptionalParameters {
		if strings.HasSuffix(p.Parameter, "edges."+field) || strings.HasSuffix(p.Parameter, "edge."+field) {
			return true, p.Support == "REQUIRED"
		}
	}
	return false, false
}

// refuses says why a vehicle does not do an action in a scope, "" = it does, or names no actions at all.
func (f *Factsheet) refuses(a Action, scope string) string {
	skills := slices.Concat(f.ProtocolFeatures.AGVActions, f.ProtocolFeatures.MobileRobotActions)
	if len(skills) == 0 {
		return ""
	}
	for _, s := range skills {
		if s.ActionType != a.ActionType || !slices.Contains(s.ActionScopes, scope) {
			continue
		}
		if len(s.BlockingTypes) > 0 && !slices.Contains(s.BlockingTypes, a.BlockingType) {
			return fmt.Sprintf("its factsheet has action %s with blocking types %v, not %s", a.ActionType, s.BlockingTypes, a.BlockingType)
		}
		return ""
	}
	return fmt.Sprintf("its factsheet has no action %s of scope %s", a.ActionType, scope)
}

// fitting gives a lane's trajectory as the vehicle takes it, nil = it takes none. straightly is the way it goes else.
func (f *Factsheet) fitting(lane, straightly *Trajectory) *Trajectory {
	takes, needs := f.takes("trajectory")
	if !takes {
		return nil
	}
	if lane == nil && needs {
		lane = straightly
	}
	if most := f.limits(); lane != nil && (most.KnotVector > 0 && len(lane.KnotVector) > most.KnotVector || most.ControlPoints > 0 && len(lane.ControlPoints) > most.ControlPoints) {
		return nil
	}
	return lane
}
