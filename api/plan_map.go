package api

import "time"

// PlanMap is what a plan looks like on a map: its sites, and each vehicle's way from door to door.
type PlanMap struct {
	PlanID      string          `json:"plan_id"`
	OriginDate  string          `json:"origin_date" format:"date"`
	Days        int             `json:"days" doc:"Days planned, beginning with origin_date"`
	Area        *Area           `json:"area,omitempty" doc:"The smallest box around all of it; absent where there is nothing to show"`
	OnStreets   bool            `json:"on_streets" doc:"The ways follow streets; false where this installation has none, and ways are straight"`
	Rounded     bool            `json:"rounded,omitempty" doc:"Doors stand at the nearest hundredth of a degree, and ways go straight between them, since the caller may not read orders"`
	Attribution string          `json:"attribution,omitempty" doc:"To be shown with what is drawn from the streets"`
	Travel      *PlanTravel     `json:"travel,omitempty"`
	Conditions  []PlanCondition `json:"conditions,omitempty" doc:"What conditions on the road do to the plan, by day, the largest delay first"`
	Cells       []MapCell       `json:"cells,omitempty" doc:"Which site serves which cell of the map, and why; the cells of one nearest site are its service area"`
	Sites       []MapSite       `json:"sites"`
	Routes      []PlanRoute     `json:"routes" doc:"By day, site and departure"`
}

// Area is a box of longitudes and latitudes, degrees.
type Area struct {
	West  float64 `json:"west" doc:"Degrees east"`
	South float64 `json:"south" doc:"Degrees north"`
	East  float64 `json:"east" doc:"Degrees east"`
	North float64 `json:"north" doc:"Degrees north"`
}

// MapSite is a site with what leaves it in the whole plan.
type MapSite struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Lon     float64 `json:"lon" doc:"Degrees east"`
	Lat     float64 `json:"lat" doc:"Degrees north"`
	Routes  int     `json:"routes" doc:"Routes that begin there"`
	Parcels int     `json:"parcels" doc:"Parcels that leave it"`
}

// MapCell is an H3 cell in which orders of the plan lie.
type MapCell struct {
	Cell       string   `json:"cell" doc:"Name of the H3 cell" example:"881f8e2a5bfffff"`
	Corners    []Place  `json:"corners" doc:"In order around it"`
	Orders     int      `json:"orders" doc:"Asked for there"`
	Units      int64    `json:"units" doc:"Of all lines of these orders"`
	ShortUnits int64    `json:"short_units" doc:"Units that the plan does not serve"`
	SiteID     string   `json:"site_id,omitempty" doc:"From which the way by street takes least on the mean; absent where no way leads there"`
	TravelSec  int64    `json:"travel_sec" doc:"That mean, under free flow"`
	ServedBy   []string `json:"served_by,omitempty" doc:"Sites that bring parcels there, most parcels first"`
	Why        string   `json:"why" example:"Schaan is nearest, 7 min; Schaan brings 12 parcels: 12 nearest to the door"`
}

// RouteCondition is what one condition that holds on the road now does to one leg of a route.
type RouteCondition struct {
	ID       string `json:"id"`
	Kind     string `json:"kind" enum:"incident,closure,congestion,weather"`
	Leg      int    `json:"leg" doc:"Number of the leg, from 0: that to the first stop"`
	DelaySec int64  `json:"delay_sec" doc:"On this leg, against free flow"`
	Sentence string `json:"sentence" example:"+7 min: closure on Landstrasse (police)"`
}

// PlanRoute is one vehicle's tour of one day.
type PlanRoute struct {
	ID        string     `json:"id"`
	SiteID    string     `json:"site_id"`
	VehicleID string     `json:"vehicle_id"`
	Date      string     `json:"date" format:"date"`
	DepartAt  time.Time  `json:"depart_at"`
	ReturnAt  time.Time  `json:"return_at"`
	DistanceM int64      `json:"distance_m"`
	DriveSec  int64      `json:"drive_sec"`
	WaitSec   int64      `json:"wait_sec"`
	WeightG   int64      `json:"weight_g" doc:"On board at departure"`
	VolumeCm3 int64      `json:"volume_cm3" doc:"Cubic centimetres on board at departure"`
	Cost      Money      `json:"cost"`
	CO2eG     int64      `json:"co2e_g"`
	Stops     []PlanStop `json:"stops" doc:"In visiting order"`
	Way       string     `json:"way" doc:"From the site over all stops and back, in the Encoded Polyline Algorithm Format with five decimals"`
	Legs      []int      `json:"legs" doc:"How many points of the way are passed at each stop, and at the end"`

	LateSec    int64            `json:"late_sec,omitempty" doc:"How much later than planned it would return under what holds on the road now, with the same stops in the same order"`
	Cut        bool             `json:"cut,omitempty" doc:"What holds on the road now leaves no way on one of its legs"`
	Conditions []RouteCondition `json:"conditions,omitempty" doc:"What makes it late; told to callers who may read orders"`
}

// PlanStop is one door on a route.
type PlanStop struct {
	OrderID   string    `json:"order_id"`
	Lon       float64   `json:"lon" doc:"Degrees east"`
	Lat       float64   `json:"lat" doc:"Degrees north"`
	ArriveAt  time.Time `json:"arrive_at"`
	StartAt   time.Time `json:"start_at" doc:"Service begins, within the window"`
	DepartAt  time.Time `json:"depart_at"`
	DistanceM int64     `json:"distance_m" doc:"Since the stop before, or the site"`
	LateSec   int64     `json:"late_sec,omitempty" doc:"How much later than planned service would begin under what holds on the road now"`
}

// PlanTravel says what ways a plan was made on.
type PlanTravel struct {
	Kind         string  `json:"kind" enum:"streets,straight_line" doc:"straight_line where this installation has no streets: straight lines times detour_factor"`
	DetourFactor float64 `json:"detour_factor,omitempty" doc:"Metres driven per metre of straight line"`
	Hourly       bool    `json:"hourly,omitempty" doc:"Speeds go by the hour of the day, as learned from traces"`
}

// PlanCondition is what one condition on the road does to one day of a plan.
type PlanCondition struct {
	ID       string `json:"id"`
	Kind     string `json:"kind" enum:"incident,closure,congestion,weather"`
	Source   string `json:"source,omitempty" doc:"Who says so"`
	Date     string `json:"date" format:"date"`
	DelaySec int64  `json:"delay_sec" doc:"On all routes together, against the same stops under free flow"`
	Routes   int    `json:"routes" doc:"Routes that drive through it or round it"`
	Detours  int    `json:"detours" doc:"Ways between two stops that go round it"`
	CutOff   int    `json:"cut_off,omitempty" doc:"Lines of orders that it keeps every site from"`
	Sentence string `json:"sentence" example:"+7 min: closure on Landstrasse (police), 3 routes"`
}
