// Package vroom speaks the JSON of the VROOM project, so that its clients work unchanged.
//
// Takes a problem as VROOM's API.md describes it and gives a routing.Problem; takes the solution and gives VROOM's answer;
// serves both over HTTP as vroom-express does. Method: amounts become further kinds of capacity, one cost unit is one cent,
// a speed factor becomes a travel profile of its own; given routes get the arrival times that break their windows least by
// dynamic programming over the windows' ends; keys that it does not know are ignored. Never: it asks no router but the
// streets it is given, so that without those a problem needs matrices.
package vroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Codes of an answer, which are the exit codes of VROOM's command line too.
const (
	CodeSolved   = 0
	CodeInternal = 1
	CodeInput    = 2
	CodeRouting  = 3
	CodeTooLarge = 4 // vroom-express: more locations or vehicles than are served
)

// Error is what VROOM answers where there is no solution.
type Error struct {
	Code int    `json:"code"`
	Text string `json:"error"`
}

func (e *Error) Error() string { return e.Text }

func refuse(format string, a ...any) *Error { return &Error{CodeInput, fmt.Sprintf(format, a...)} }

// Request is the input object.
type Request struct {
	Jobs      []Job             `json:"jobs"`
	Shipments []Shipment        `json:"shipments"`
	Vehicles  []Vehicle         `json:"vehicles"`
	Matrices  map[string]Matrix `json:"matrices"`
	Matrix    [][]uint32        `json:"matrix"`
	Options   Options           `json:"options"`
}

// Options are what vroom-express takes in place of VROOM's command line.
type Options struct {
	Geometry  bool     `json:"g"`
	ChooseETA bool     `json:"c"`
	Threads   *int     `json:"t"`
	Explore   *int     `json:"x"` // 0…5, how hard to search; 5 where absent
	LimitSec  *float64 `json:"l"` // seconds to search
}

// Matrix is travel of one profile; Costs, when given, take the place of the costs of time.
type Matrix struct {
	Durations [][]uint32 `json:"durations"`
	Distances [][]uint32 `json:"distances"`
	Costs     [][]uint32 `json:"costs"`
}

// Place is where something is: an index into the matrices, and coordinates that are only echoed.
type Place struct {
	Location      *[2]float64 `json:"location,omitempty"`
	LocationIndex *int32      `json:"location_index,omitempty"`
}

// Task is what jobs and both steps of a shipment have in common.
type Task struct {
	Place
	ID             uint64           `json:"id"`
	Description    string           `json:"description"`
	Setup          uint32           `json:"setup"`
	Service        uint32           `json:"service"`
	SetupPerType   map[string]int64 `json:"setup_per_type"`
	ServicePerType map[string]int64 `json:"service_per_type"`
	TimeWindows    [][2]uint32      `json:"time_windows"`
}

// Job is a stop with amounts that come from or go to the ends of the route.
type Job struct {
	Task
	Delivery []int64 `json:"delivery"`
	Pickup   []int64 `json:"pickup"`
	Amount   []int64 `json:"amount"` // old name of delivery
	Skills   []int   `json:"skills"`
	Priority int     `json:"priority"`
}

// Shipment is a pickup and a delivery on one route.
type Shipment struct {
	Pickup   Task    `json:"pickup"`
	Delivery Task    `json:"delivery"`
	Amount   []int64 `json:"amount"`
	Skills   []int   `json:"skills"`
	Priority int     `json:"priority"`
}

// Costs of a vehicle.
type Costs struct {
	Fixed       int64  `json:"fixed"`
	PerHour     *int64 `json:"per_hour"` // 3600 where absent
	PerTaskHour int64  `json:"per_task_hour"`
	PerKm       int64  `json:"per_km"`
}

// Break is a rest within one of its windows.
type Break struct {
	ID          uint64      `json:"id"`
	Description string      `json:"description"`
	TimeWindows [][2]uint32 `json:"time_windows"`
	Service     uint32      `json:"service"`
	MaxLoad     []int64     `json:"max_load"`
}

// PlanStep is one entry of a vehicle's given route.
type PlanStep struct {
	Type          string  `json:"type"`
	ID            uint64  `json:"id"`
	ServiceAt     *uint32 `json:"service_at"`
	ServiceAfter  *uint32 `json:"service_after"`
	ServiceBefore *uint32 `json:"service_before"`
}

// Vehicle is one vehicle.
type Vehicle struct {
	ID            uint64      `json:"id"`
	Profile       string      `json:"profile"`
	Description   string      `json:"description"`
	Start         *[2]float64 `json:"start"`
	StartIndex    *int32      `json:"start_index"`
	End           *[2]float64 `json:"end"`
	EndIndex      *int32      `json:"end_index"`
	Capacity      []int64     `json:"capacity"`
	Costs         Costs       `json:"costs"`
	Skills        []int       `json:"skills"`
	Type          string      `json:"type"`
	TimeWindow    *[2]uint32  `json:"time_window"`
	Breaks        []Break     `json:"breaks"`
	SpeedFactor   *float64    `json:"speed_factor"`
	MaxTasks      int         `json:"max_tasks"`
	MaxTravelTime int64       `json:"max_travel_time"`
	MaxDistance   int64       `json:"max_distance"`
	Steps         []PlanStep  `json:"steps"`
}

// embedded drops the names of our own types from a field's path.
var embedded = strings.NewReplacer("Task.", "", "Place.", "")

// Parse reads a request. An error is an *Error in VROOM's terms.
func Parse(text []byte) (*Request, error) {
	var r Request
	if err := json.Unmarshal(text, &r); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return nil, refuse("Invalid %s: %s.", embedded.Replace(kind.Field), kind.Value)
		}
		return nil, refuse("Error while parsing input: %s", err)
	}
	if len(r.Vehicles) == 0 {
		return nil, refuse("No vehicle defined.")
	}
	if len(r.Jobs) == 0 && len(r.Shipments) == 0 {
		return nil, refuse("No task defined.")
	}
	if x := r.Options.Explore; x != nil && (*x < 0 || *x > mostExplore) {
		return nil, refuse("Invalid exploration level: %d.", *x)
	}
	if l := r.Options.LimitSec; l != nil && !(*l > 0) {
		return nil, refuse("Invalid limit: %v.", *l)
	}
	return &r, nil
}

const mostExplore = 5
