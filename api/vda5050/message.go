package vda5050

import (
	"encoding/json"
	"fmt"
)

// The messages hold the words of both versions; marshal sets those of one, and unmarshal reads either.

// Order tells a vehicle where to go: nodes and edges by turns, of which the released ones, the base, come first.
type Order struct {
	Header
	OrderID       string `json:"orderId"`
	OrderUpdateID uint32 `json:"orderUpdateId"`
	Nodes         []Node `json:"nodes"`
	Edges         []Edge `json:"edges"`
}

// Node is a place of an order; its SequenceID is even.
type Node struct {
	NodeID     string    `json:"nodeId"`
	SequenceID uint32    `json:"sequenceId"`
	Released   bool      `json:"released"`
	Position   *Position `json:"nodePosition,omitempty"`
	Actions    []Action  `json:"actions"`
}

// Position is in metres of a map.
type Position struct {
	X     float64  `json:"x"`
	Y     float64  `json:"y"`
	Theta *float64 `json:"theta,omitempty"` // radians, −π…π
	MapID string   `json:"mapId"`
}

// Edge joins the nodes before and after it; its SequenceID is odd. Start and end are named in 2.1 alone.
type Edge struct {
	EdgeID      string   `json:"edgeId"`
	SequenceID  uint32   `json:"sequenceId"`
	Released    bool     `json:"released"`
	StartNodeID string   `json:"startNodeId,omitempty"`
	EndNodeID   string   `json:"endNodeId,omitempty"`
	Actions     []Action `json:"actions"`
}

// Action is something to do at a node, on an edge, or at once.
type Action struct {
	ActionType   string      `json:"actionType"`
	ActionID     string      `json:"actionId"`
	BlockingType string      `json:"blockingType"` // NONE, SOFT, HARD; 3.0 also SINGLE
	Parameters   []Parameter `json:"actionParameters,omitempty"`
}

// Parameter is a value of an action.
type Parameter struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// InstantActions are to be done at once.
type InstantActions struct {
	Header
	Actions []Action `json:"actions"`
}

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
	EdgeID     string `json:"edgeId"`
	SequenceID uint32 `json:"sequenceId"`
	Released   bool   `json:"released"`
}

// ActionState is how far an action is: WAITING, INITIALIZING, RUNNING, PAUSED, FINISHED, FAILED; 3.0 also RETRIABLE.
type ActionState struct {
	ActionID     string `json:"actionId"`
	ActionType   string `json:"actionType,omitempty"`
	ActionStatus string `json:"actionStatus"`
}

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

// Factsheet is what a vehicle can do, as far as the master uses it.
type Factsheet struct {
	Header
	PhysicalParameters struct {
		SpeedMax     float64 `json:"speedMax"`     // 2.1, m/s
		MaximumSpeed float64 `json:"maximumSpeed"` // 3.0, m/s
		Width        float64 `json:"width"`        // metres
		Length       float64 `json:"length"`
	} `json:"physicalParameters"`
	ProtocolLimits struct {
		MaxArrayLens struct {
			OrderNodes int `json:"order.nodes"`
		} `json:"maxArrayLens"` // 2.1
		MaximumArrayLengths struct {
			OrderNodes int `json:"order.nodes"`
		} `json:"maximumArrayLengths"` // 3.0
	} `json:"protocolLimits"`
}

// OrderNodes is how many nodes one order may have, 0 = it does not say.
func (f *Factsheet) OrderNodes() int {
	return max(f.ProtocolLimits.MaxArrayLens.OrderNodes, f.ProtocolLimits.MaximumArrayLengths.OrderNodes)
}

// SpeedMetresPerSec is the vehicle's greatest speed.
func (f *Factsheet) SpeedMetresPerSec() float64 {
	return max(f.PhysicalParameters.SpeedMax, f.PhysicalParameters.MaximumSpeed)
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
		return fmt.Errorf("vda5050: read %s: %w", topic, err)
	}
	return nil
}
