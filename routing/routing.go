// Package routing holds the words of delivery: Stop, Vehicle, Problem, Route, Solution, and Check.
//
// Takes stops, vehicles and travel matrices and gives routes. Methods: see the packages below (road, vrp, zone,
// emission). Times are whole seconds from an origin the caller chose, distances whole metres, costs whole cents.
// Never: it reads no files or clock, and no solver may skip Check.
package routing

import "github.com/paulmach/orb"

// Window is a time span with both ends allowed, in seconds from the origin.
type Window struct{ StartSec, EndSec int64 }

// Stop is one delivery (or one visit) to make.
type Stop struct {
	ID         string
	Location   int32 // row and column in the problem's matrices
	Point      orb.Point
	WeightG    int64
	VolumeCm3  int64
	ServiceSec int64
	ReadySec   int64 // nothing of it can leave the depot before this (the parcel's release from the warehouse)
	Window     Window

	StopRules
}

// Vehicle is one vehicle with its driver for one day.
type Vehicle struct {
	ID               string
	Depot            int32 // location it starts from and returns to
	MaxWeightG       int64
	MaxVolumeCm3     int64
	Shift            Window
	FixedCostCents   int64 // when used at all
	CostCentsPerKm   int64
	CostCentsPerHour int64 // from departure to return
	CO2eGPerKmEmpty  float64
	CO2eGPerKmFull   float64

	VehicleRules
}

// Matrix holds travel between n locations, row-major: cell [i*n+j] is from i to j. Unreachable marks no way. Where Plane
// is set there are no cells: travel is computed from coordinates, so that a hundred thousand places need no table.
type Matrix struct {
	N           int
	DurationSec []int32
	DistanceM   []int32
	CostCents   []int32 // added to the cost of each leg; nil = nothing
	Plane       *Plane
}

// Unreachable stands in a Matrix where no way exists.
const Unreachable = int32(1<<31 - 1)

// Problem is one depot-to-doors planning task. Index everything by position; IDs are for people.
type Problem struct {
	Stops    []Stop
	Vehicles []Vehicle
	Matrix   Matrix

	ProblemRules
}

// Visit is one stop on a route. Arrival may lie before the window; service starts at StartSec.
type Visit struct {
	Stop       int       // index into Problem.Stops, or -1 where Kind names something else
	Kind       VisitKind // empty = a stop
	Location   int32     // where Kind is not empty; -1 = where the vehicle was
	Break      int       // index into Vehicle.Breaks, where Kind is KindBreak
	ArrivalSec int64
	StartSec   int64
	DepartSec  int64
	DistanceM  int64 // driven since the previous visit or the depot
}

// Route is one vehicle's tour from its depot and back.
type Route struct {
	Vehicle   int // index into Problem.Vehicles
	DepartSec int64
	ReturnSec int64
	DistanceM int64 // whole tour
	DriveSec  int64
	WaitSec   int64
	CostCents int64
	CO2eG     int64
	WeightG   int64
	VolumeCm3 int64
	Visits    []Visit
}

// Unassigned is a stop that no route could take, with the constraint that kept it out, in the user's words.
type Unassigned struct {
	Stop   int
	Reason string
}

// Status of a Solution.
type Status string

const (
	StatusComplete   Status = "complete"   // every stop is on a route
	StatusPartial    Status = "partial"    // some are not; Unassigned says why
	StatusCancelled  Status = "cancelled"  // the context ended first; what is here is feasible
	StatusInfeasible Status = "infeasible" // no stop could be served
)

// Solution is an answer to a Problem.
type Solution struct {
	Status     Status
	Routes     []Route
	Unassigned []Unassigned
	CostCents  int64
	DistanceM  int64
	CO2eG      int64
	Iterations int
	Seed       uint64
}
