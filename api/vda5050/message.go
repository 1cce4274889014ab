package vda5050

import (
	"encoding/json"
	"fmt"
)

// The messages hold the words of both versions; marshal sets those of one, and unmarshal reads either.

// Connection says whether a vehicle can be reached. The broker sends the last one, CONNECTIONBROKEN (2.1) or
// CONNECTION_BROKEN (3.0), as the vehicle's will.
type Connection struct {
	Header
	ConnectionState string `json:"connectionState"`
}

// State is what a vehicle tells of itself.
type State struct {
	Header
	OrderID               string         `json:"orderId"`
	OrderUpdateID         uint32         `json:"orderUpdateId"`
	LastNodeID            string         `json:"lastNodeId"`
	LastNodeSequenceID    uint32         `json:"lastNodeSequenceId"`
	Driving               bool           `json:"driving"`
	Paused                bool           `json:"paused,omitempty"`
	NewBaseRequest        bool           `json:"newBaseRequest,omitempty"`
	DistanceSinceLastNode float64        `json:"distanceSinceLastNode,omitempty"` // metres
	OperatingMode         string         `json:"operatingMode"`
	NodeStates            []NodeState    `json:"nodeStates"`
	EdgeStates            []EdgeState    `json:"edgeStates"`
	ActionStates          []ActionState  `json:"actionStates"`
	InstantActionStates   *[]ActionState `json:"instantActionStates,omitempty"` // 3.0; in 2.1 they are among the ActionStates
	ZoneActionStates      []ActionState  `json:"zoneActionStates,omitempty"`    // 3.0
	Maps                  []MapState     `json:"maps,omitzero"`                 // nil = it does not say
	ZoneSets              []ZoneSetState `json:"zoneSets,omitzero"`             // 3.0
	ZoneRequests          []ZoneRequest  `json:"zoneRequests,omitempty"`        // 3.0
	EdgeRequests          []EdgeRequest  `json:"edgeRequests,omitempty"`        // 3.0
	AGVPosition           *Pose          `json:"agvPosition,omitempty"`         // 2.1
	MobileRobotPosition   *Pose          `json:"mobileRobotPosition,omitempty"` // 3.0
	BatteryState          *Battery       `json:"batteryState,omitempty"`        // 2.1
	PowerSupply           *Power         `json:"powerSupply,omitempty"`         // 3.0
	Errors                []Error        `json:"errors"`
	SafetyState           Safety         `json:"safetyState"`
}

// NodeState is a node that lies before the vehicle.
type NodeState struct {
	NodeID     string `json:"nodeId"`
	SequenceID uint32 `json:"sequenceId"`
	Released   bool   `json:"released"`
}

// EdgeState is an edge that lies before the vehicle.
type EdgeState struct {
	EdgeID     string      `json:"edgeId"`
	SequenceID uint32      `json:"sequenceId"`
	Released   bool        `json:"released"`
	Trajectory *Trajectory `json:"trajectory,omitempty"`
}

// ActionState is how far an action is: WAITING, INITIALIZING, RUNNING, PAUSED, FINISHED, FAILED; 3.0 also RETRIABLE.
type ActionState struct {
	ActionID          string `json:"actionId"`
	ActionType        string `json:"actionType,omitempty"`
	ActionStatus      string `json:"actionStatus"`
	ResultDescription string `json:"resultDescription,omitempty"` // 2.1
	ActionResult      string `json:"actionResult,omitempty"`      // 3.0
}

// Result is what the action came to, in the vehicle's words, "" = it does not say.
func (a ActionState) Result() string { return a.ResultDescription + a.ActionResult }

// ended tells whether nothing more comes of an action.
func (a ActionState) ended() bool {
	return a.ActionStatus == statusFinished || a.ActionStatus == statusFailed
}

// How far an action is.
const (
	statusWaiting   = "WAITING"
	statusRunning   = "RUNNING"
	statusRetriable = "RETRIABLE"
	statusFinished  = "FINISHED"
	statusFailed    = "FAILED"
)

// MapState is a map that a vehicle has: ENABLED or DISABLED.
type MapState struct {
	MapID      string `json:"mapId"`
	MapVersion string `json:"mapVersion"`
	MapStatus  string `json:"mapStatus"`
}

// The states of maps and zone sets.
const (
	setEnabled  = "ENABLED"
	setDisabled = "DISABLED"
)

// Pose is where a vehicle says that it is.
type Pose struct {
	X                   float64 `json:"x"` // metres
	Y                   float64 `json:"y"`
	Theta               float64 `json:"theta"` // radians
	MapID               string  `json:"mapId"`
	PositionInitialized *bool   `json:"positionInitialized,omitempty"` // 2.1
	Localized           *bool   `json:"localized,omitempty"`           // 3.0
}

// known tells whether the vehicle trusts its place.
func (p *Pose) known() bool {
	return p != nil && (p.PositionInitialized != nil && *p.PositionInitialized || p.Localized != nil && *p.Localized)
}

// Pose is where the vehicle says that it is, nil = it does not, or does not trust it.
func (s *State) Pose() *Pose { return eitherPose(s.AGVPosition, s.MobileRobotPosition) }

func eitherPose(of21, of30 *Pose) *Pose {
	for _, p := range []*Pose{of21, of30} {
		if p.known() {
			return p
		}
	}
	return nil
}

// Visualization is where a vehicle is between two states. Nothing follows from it but what people see.
type Visualization struct {
	Header
	ReferenceStateHeaderID uint32    `json:"referenceStateHeaderId"` // 3.0
	AGVPosition            *Pose     `json:"agvPosition,omitempty"`
	MobileRobotPosition    *Pose     `json:"mobileRobotPosition,omitempty"`
	Velocity               *Velocity `json:"velocity,omitempty"`
}

// Velocity is how fast a vehicle moves along its own axes, m/s, and turns, rad/s.
type Velocity struct {
	Vx    float64 `json:"vx"`
	Vy    float64 `json:"vy"`
	Omega float64 `json:"omega"`
}

// Pose is where the vehicle says that it is, nil = it does not, or does not trust it.
func (v *Visualization) Pose() *Pose { return eitherPose(v.AGVPosition, v.MobileRobotPosition) }

// Battery is the power of 2.1.
type Battery struct {
	BatteryCharge float64 `json:"batteryCharge"` // percent
	Charging      bool    `json:"charging"`
}

// Power is that of 3.0.
type Power struct {
	StateOfCharge float64 `json:"stateOfCharge"` // percent
	Charging      bool    `json:"charging"`
}

// Error is something wrong with a vehicle or with what it was told.
type Error struct {
	ErrorType        string      `json:"errorType"`
	ErrorReferences  []Reference `json:"errorReferences,omitempty"`
	ErrorDescription string      `json:"errorDescription,omitempty"`
	ErrorLevel       string      `json:"errorLevel"` // WARNING, FATAL; 3.0 also URGENT, CRITICAL
}

// Reference names what an error is about.
type Reference struct {
	ReferenceKey   string `json:"referenceKey"`
	ReferenceValue string `json:"referenceValue"`
}

// Safety is the state of a vehicle's safety devices.
type Safety struct {
	EStop               string `json:"eStop,omitempty"`               // 2.1: AUTOACK, MANUAL, REMOTE, NONE
	ActiveEmergencyStop string `json:"activeEmergencyStop,omitempty"` // 3.0: MANUAL, REMOTE, NONE
	FieldViolation      bool   `json:"fieldViolation"`
}

// Instant gives the states of instant actions, which the versions keep in different places.
func (s *State) Instant() []ActionState {
	if s.InstantActionStates != nil {
		return *s.InstantActionStates
	}
	return s.ActionStates
}

// fit puts the words of a version in place.
func (s *State) fit(v Version, charge float64) {
	if v == V30 {
		s.PowerSupply, s.SafetyState.ActiveEmergencyStop = &Power{StateOfCharge: charge}, "NONE"
		if s.InstantActionStates == nil {
			s.InstantActionStates = &[]ActionState{}
		}
		return
	}
	s.BatteryState, s.SafetyState.EStop = &Battery{BatteryCharge: charge}, "NONE"
}

// marshal writes a message and validates it.
func marshal(v Version, topic string, message any) ([]byte, error) {
	raw, err := json.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("vda5050: write %s: %w", topic, err)
	}
	if err := Validate(v, topic, raw); err != nil {
		return nil, err
	}
	return raw, nil
}

// unmarshal validates a message and reads it.
func unmarshal(v Version, topic string, raw []byte, message any) error {
	if err := Validate(v, topic, raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, message); err != nil {
		return refuse(RefusedSchema, "vda5050: read %s: %w", topic, err)
	}
	return nil
}
