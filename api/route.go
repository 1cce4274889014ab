package api

import "time"

// Routes plans tours of vehicles over stops.
var Routes = Operation[RouteRequest, RouteSolution]{Name: "routes"}

// MaxRouteStops bounds the stops of one request: the matrix between them takes eight bytes a pair, 0.8 GB for this many.
const MaxRouteStops = 10_000

// RouteRequest is a vehicle routing problem: stops with time windows, a mixed fleet with shifts and capacities.
type RouteRequest struct {
	Stops      []RouteStop    `json:"stops" minItems:"1" maxItems:"10000"`
	Vehicles   []RouteVehicle `json:"vehicles" minItems:"1" maxItems:"1000"`
	Travel     string         `json:"travel,omitempty" enum:"road,straight" default:"road" doc:"road: fastest ways over the installation's streets; straight: great circles, lengthened by the installation's detour factor"`
	SpeedKmh   float64        `json:"speed_kmh,omitempty" minimum:"1" maximum:"200" doc:"With travel straight alone; default: 50.4 km/h, and up to 57 s lost on each way, as calibrated on streets"`
	FreeFlow   bool           `json:"free_flow,omitempty" doc:"With travel road: leave out what is known of conditions and of speeds by the hour"`
	Currency   string         `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"ISO 4217, of all costs; default: that of the business" example:"GBP"`
	Seed       uint64         `json:"seed,omitempty" doc:"The same request and seed give the same routes; default 1"`
	Iterations int            `json:"iterations,omitempty" minimum:"0" maximum:"10000000" doc:"Budget of the search: how often routes are torn open and rebuilt; 0 = by size"`
}

// RouteStop is one delivery, or one visit, to make.
type RouteStop struct {
	ID         string     `json:"id" minLength:"1" maxLength:"200"`
	Lon        float64    `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat        float64    `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
	WeightG    int64      `json:"weight_g,omitempty" minimum:"0" maximum:"1000000000"`
	VolumeCm3  int64      `json:"volume_cm3,omitempty" minimum:"0" maximum:"1000000000" doc:"Cubic centimetres"`
	ServiceSec int64      `json:"service_sec,omitempty" minimum:"0" maximum:"86400" doc:"What the driver needs there"`
	ReadyAt    *time.Time `json:"ready_at,omitempty" doc:"Nothing of it can leave the depot before; RFC 3339 with zone"`
	Window     *Window    `json:"window,omitempty" doc:"When service may begin; none = at any time"`
}

// RouteVehicle is one vehicle with its driver for one shift.
type RouteVehicle struct {
	ID              string  `json:"id" minLength:"1" maxLength:"200"`
	Lon             float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east of where it starts and returns to"`
	Lat             float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north of where it starts and returns to"`
	Shift           Window  `json:"shift" doc:"It leaves and is back within this time"`
	MaxWeightG      int64   `json:"max_weight_g" minimum:"1" maximum:"1000000000"`
	MaxVolumeCm3    int64   `json:"max_volume_cm3" minimum:"1" maximum:"1000000000" doc:"Cubic centimetres"`
	FixedMinor      int64   `json:"fixed_minor,omitempty" minimum:"0" maximum:"10000000" doc:"Cost when used at all, minor units"`
	PerKmMinor      int64   `json:"per_km_minor,omitempty" minimum:"0" maximum:"100000" doc:"Cost of a kilometre, minor units"`
	PerHourMinor    int64   `json:"per_hour_minor,omitempty" minimum:"0" maximum:"1000000" doc:"Cost of an hour from departure to return, minor units"`
	CO2eGPerKmEmpty float64 `json:"co2e_g_per_km_empty,omitempty" minimum:"0" maximum:"10000" doc:"Grams of CO2 equivalent a kilometre, empty"`
	CO2eGPerKmFull  float64 `json:"co2e_g_per_km_full,omitempty" minimum:"0" maximum:"10000" doc:"Grams of CO2 equivalent a kilometre, fully loaded"`
}

// RouteSolution is the tours, with the reasons of stops that no tour takes.
type RouteSolution struct {
	Status       string         `json:"status" enum:"complete,partial,infeasible" doc:"complete: every stop is on a route"`
	Cost         Money          `json:"cost"`
	DistanceM    int64          `json:"distance_m"`
	CO2eG        int64          `json:"co2e_g"`
	Routes       []Route        `json:"routes"`
	Unassigned   []UnservedStop `json:"unassigned,omitempty"`
	Iterations   int            `json:"iterations" doc:"Rebuilds that were tried"`
	Seed         uint64         `json:"seed" doc:"Of the random choices"`
	Travel       string         `json:"travel" enum:"road,straight"`
	DetourFactor float64        `json:"detour_factor,omitempty" doc:"With travel straight: metres driven per metre of straight line"`
	Conditions   []string       `json:"conditions,omitempty" doc:"With travel road: ids of the road conditions that were taken to hold while the vehicles are out"`
	Hourly       bool           `json:"hourly,omitempty" doc:"With travel road: speeds go by the hour of the day, as learned from traces"`
	Attribution  string         `json:"attribution,omitempty" doc:"To be shown with what is drawn from the streets"`
}

// Route is one vehicle's tour.
type Route struct {
	VehicleID string       `json:"vehicle_id"`
	DepartAt  time.Time    `json:"depart_at"`
	ReturnAt  time.Time    `json:"return_at"`
	DistanceM int64        `json:"distance_m"`
	DriveSec  int64        `json:"drive_sec"`
	WaitSec   int64        `json:"wait_sec"`
	WeightG   int64        `json:"weight_g"`
	VolumeCm3 int64        `json:"volume_cm3" doc:"Cubic centimetres on board at departure"`
	Cost      Money        `json:"cost"`
	CO2eG     int64        `json:"co2e_g"`
	Visits    []RouteVisit `json:"visits"`
}

// RouteVisit is one stop of a tour.
type RouteVisit struct {
	StopID    string    `json:"stop_id"`
	ArriveAt  time.Time `json:"arrive_at"`
	StartAt   time.Time `json:"start_at" doc:"Service begins, within the window"`
	DepartAt  time.Time `json:"depart_at"`
	DistanceM int64     `json:"distance_m" doc:"Since the stop before, or the depot"`
}

// UnservedStop is a stop that no tour takes.
type UnservedStop struct {
	StopID string `json:"stop_id"`
	Reason string `json:"reason" doc:"The constraint that keeps it out, for people"`
}
