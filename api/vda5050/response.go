package vda5050

// ZoneRequest asks for leave to enter a RELEASE zone (ACCESS), or to go a way in a COORDINATED_REPLANNING one (REPLANNING).
type ZoneRequest struct {
	RequestID     string      `json:"requestId"`
	RequestType   string      `json:"requestType"`
	ZoneID        string      `json:"zoneId"`
	ZoneSetID     string      `json:"zoneSetId"`
	RequestStatus string      `json:"requestStatus"`
	Trajectory    *Trajectory `json:"trajectory,omitempty"`
}

// EdgeRequest asks for leave to use the corridor of an edge.
type EdgeRequest struct {
	RequestID     string `json:"requestId"`
	RequestType   string `json:"requestType"` // CORRIDOR
	EdgeID        string `json:"edgeId"`
	SequenceID    uint32 `json:"sequenceId"`
	RequestStatus string `json:"requestStatus"`
}

// What requests ask for, how far they are as the vehicle says, and what the master answers.
const (
	askAccess     = "ACCESS"
	askReplanning = "REPLANNING"
	askCorridor   = "CORRIDOR"

	requested = "REQUESTED"
	granted   = "GRANTED"
	queued    = "QUEUED"
	revoked   = "REVOKED"
	rejected  = "REJECTED"
	expired   = "EXPIRED"
)

// Response answers one request.
type Response struct {
	RequestID   string `json:"requestId"`
	GrantType   string `json:"grantType"`             // GRANTED, QUEUED, REVOKED, REJECTED
	LeaseExpiry string `json:"leaseExpiry,omitempty"` // until when it is granted
}

// Responses answer requests of one vehicle.
type Responses struct {
	Header
	Responses []Response `json:"responses"`
}
