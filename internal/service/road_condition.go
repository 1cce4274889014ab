package service

import (
	"context"
	"fmt"
	"time"

	"quartermaster/routing/road"
	"quartermaster/routing/zone"
)

// RoadCondition is something on the road that changes travel for a while, as a stored fact. Its meaning is that of
// road.Condition; beside its places it may lie on H3 cells.
type RoadCondition struct {
	ID          string       `json:"id"`
	Kind        road.Kind    `json:"kind"`
	Source      string       `json:"source,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	FromUs      int64        `json:"from_us"`
	UntilUs     int64        `json:"until_us"`
	Area        [][2]float64 `json:"area,omitempty"` // corners, longitude and latitude
	Cells       []string     `json:"cells,omitempty"`
	Nodes       [][2]int64   `json:"nodes,omitempty"`
	SpeedsKmh   []float64    `json:"speeds_kmh,omitempty"` // one for each pair of nodes
	Closed      bool         `json:"closed,omitempty"`
	SpeedFactor float64      `json:"speed_factor,omitempty"`
	SpeedKmh    float64      `json:"speed_kmh,omitempty"`
	DelaySec    float64      `json:"delay_sec,omitempty"`
	Sky         *road.Sky    `json:"sky,omitempty"` // of weather, instead of a factor

	Revision             int64 `json:"-"` // of the tenant's streets when it was stored last
	CreatedUs, UpdatedUs int64 `json:"-"`
}

// Road gives the condition as the road engine takes it. The error says what is wrong with it and wraps ErrInvalid.
func (c *RoadCondition) Road() (road.Condition, error) {
	out := road.Condition{
		ID: c.ID, Kind: c.Kind, Source: c.Source, Reason: c.Reason, FromSec: floorDiv(c.FromUs, microsPerSec), UntilSec: -floorDiv(-c.UntilUs, microsPerSec),
		Nodes: c.Nodes, SpeedsKmh: c.SpeedsKmh, Closed: c.Closed, SpeedFactor: c.SpeedFactor, SpeedKmh: c.SpeedKmh, DelaySec: c.DelaySec,
	}
	if c.Sky != nil && c.Kind == road.Weather && out.SpeedFactor == 0 {
		out.SpeedFactor = c.Sky.SpeedFactor()
	}
	if len(c.Area) > 0 {
		out.Area = road.Area(c.Area)
	}
	for _, name := range c.Cells {
		corners, err := zone.Boundary(name)
		if err != nil {
			return out, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		out.Areas = append(out.Areas, road.Area(corners))
	}
	if err := out.Check(); err != nil {
		return out, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return out, nil
}

// RoadQuery chooses conditions for a list, by id; zero fields do not choose.
type RoadQuery struct {
	FromUs, UntilUs int64 // holding at some time in FromUs ≤ t < UntilUs
	Kind            road.Kind
	After           string // id: the cursor
	Limit           int    // 0 = all
}

// LearnedSpeeds is what traces told of the speeds on one profile's streets.
type LearnedSpeeds struct {
	Profile string
	Speeds  *road.Speeds
}

// MaxRoadConditions is how many conditions of a tenant may be stored that have not ended.
const MaxRoadConditions = 20_000

// RoadStore keeps what holds on the road.
type RoadStore interface {
	// SaveRoadConditions adds conditions or replaces those of the same ids, all or none, and gives the tenant's new revision.
	SaveRoadConditions(ctx context.Context, tenant string, all []RoadCondition) (revision int64, err error)
	// EndRoadCondition ends one at once, or forgets it where it has not begun; ErrNotFound where there is none.
	EndRoadCondition(ctx context.Context, tenant, id string) error
	RoadCondition(ctx context.Context, tenant, id string) (RoadCondition, error)
	RoadConditions(ctx context.Context, tenant string, q RoadQuery) ([]RoadCondition, error)
	// RoadRevision counts the changes to a tenant's conditions, 0 = there was none yet.
	RoadRevision(ctx context.Context, tenant string) (int64, error)
	// SweepRoadConditions forgets conditions of all tenants that ended, and were changed last, more than keep ago, at most limit.
	// One that is told afterwards of a time long ago, as where that time is planned again, so stays for a while.
	SweepRoadConditions(ctx context.Context, keep time.Duration, limit int) (int, error)
	// AddRoadSpeeds adds what was learned for a profile; RoadSpeeds reads all of it, ForgetRoadSpeeds begins anew.
	AddRoadSpeeds(ctx context.Context, tenant, profile string, speeds *road.Speeds) error
	RoadSpeeds(ctx context.Context, tenant, profile string) (*road.Speeds, error)
	ForgetRoadSpeeds(ctx context.Context, tenant, profile string) error
}
