package vda5050

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

	by Edge // the edge that leads to it
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
	EdgeID       string      `json:"edgeId"`
	SequenceID   uint32      `json:"sequenceId"`
	Released     bool        `json:"released"`
	StartNodeID  string      `json:"startNodeId,omitempty"`
	EndNodeID    string      `json:"endNodeId,omitempty"`
	MaxSpeed     float64     `json:"maxSpeed,omitempty"`     // 2.1, m/s
	MaximumSpeed float64     `json:"maximumSpeed,omitempty"` // 3.0, m/s; 0 = none
	Trajectory   *Trajectory `json:"trajectory,omitempty"`
	Corridor     *Corridor   `json:"corridor,omitempty"`
	Actions      []Action    `json:"actions"`
}

// Corridor is how far a vehicle may leave an edge's way to get around something, seen in the direction of the edge.
type Corridor struct {
	LeftWidth  float64 `json:"leftWidth"`  // metres
	RightWidth float64 `json:"rightWidth"` // metres
	// The rest is of 3.0: whether the vehicle is to ask before it leaves the way, and what it does when it loses the leave:
	// STOP or RETURN.
	ReleaseRequired     bool   `json:"releaseRequired,omitempty"`
	ReleaseLossBehavior string `json:"releaseLossBehavior,omitempty"`
}

// Action is something to do at a node, on an edge, or at once.
type Action struct {
	ActionType   string      `json:"actionType"`
	ActionID     string      `json:"actionId"`
	BlockingType string      `json:"blockingType"` // NONE, SOFT, HARD; 3.0 also SINGLE
	Parameters   []Parameter `json:"actionParameters,omitempty"`
	Retriable    bool        `json:"retriable,omitempty"` // 3.0: where it fails, it waits to be tried again or given up
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
