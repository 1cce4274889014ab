package api

import "time"

// Limits of requests about the road.
const (
	MaxRoadConditions = 10_000   // in one request
	MaxRoadCorners    = 10_000   // of an area
	MaxRoadNodes      = 200_000  // pairs of one condition
	MaxRoadBody       = 32 << 20 // bytes of a request with conditions
	MaxRoadOutlines   = 5_000    // cells of a page whose corners are told
)

// RoadMatrices measures the ways between places over the installation's streets.
var RoadMatrices = Operation[RoadMatrixRequest, RoadMatrix]{Name: "road-matrices"}

// Isochrones says what can be reached within a time.
var Isochrones = Operation[IsochroneRequest, IsochroneAnswer]{Name: "isochrones"}

// RoadMatches finds the streets that a GPS trace was driven on.
var RoadMatches = Operation[RoadMatchRequest, RoadMatchAnswer]{Name: "road-matches"}

// RoadRoutes finds ways and says what conditions on the road do to them.
var RoadRoutes = Operation[RoadRouteRequest, RoadRoute]{Name: "road-routes"}

// ServiceAreas says which depot serves which places, and groups them into zones.
var ServiceAreas = Operation[ServiceAreaRequest, ServiceAreaAnswer]{Name: "service-areas"}

// RoadCondition is something on the road that changes travel for a while.
type RoadCondition struct {
	ID          string     `json:"id" minLength:"1" maxLength:"200" doc:"The caller's; storing it again replaces it"`
	Kind        string     `json:"kind" enum:"incident,closure,congestion,weather" doc:"Of one kind the slowest counts on a street, kinds multiply"`
	Source      string     `json:"source,omitempty" maxLength:"200" doc:"Who says so" example:"police"`
	Reason      string     `json:"reason,omitempty" maxLength:"500" doc:"In words, as people are to read it; default: the kind"`
	From        time.Time  `json:"from" doc:"It holds from then"`
	Until       time.Time  `json:"until" doc:"until before then, when it ends by itself"`
	Area        []Place    `json:"area,omitempty" maxItems:"10000" doc:"Corners of the area it holds in, joined from the last to the first. It takes in every street between two junctions that touches it, weather those whose middle lies in it"`
	Cells       []string   `json:"cells,omitempty" maxItems:"1000" doc:"H3 cells it holds in, as their names" example:"871f8b2e2ffffff"`
	Nodes       [][]int64  `json:"nodes,omitempty" maxItems:"200000" doc:"Pairs of OpenStreetMap's point numbers, from and to, next to each other on a street"`
	SpeedsKmh   []float64  `json:"speeds_kmh,omitempty" maxItems:"200000" doc:"Measured speeds, one for each pair of nodes; 0 = none was measured there"`
	Closed      bool       `json:"closed,omitempty" doc:"Nobody passes"`
	SpeedFactor float64    `json:"speed_factor,omitempty" minimum:"0" maximum:"3" doc:"On the free-flow speed"`
	SpeedKmh    float64    `json:"speed_kmh,omitempty" minimum:"0" maximum:"200" doc:"Measured, instead of a factor"`
	DelaySec    float64    `json:"delay_sec,omitempty" minimum:"0" maximum:"86400" doc:"Lost once on each street"`
	Sky         *RoadSky   `json:"sky,omitempty" doc:"For weather, instead of a factor"`
	State       string     `json:"state,omitempty" readOnly:"true" enum:"coming,holding,ended"`
	UpdatedAt   *time.Time `json:"updated_at,omitempty" readOnly:"true"`
	Outlines    [][]Place  `json:"outlines,omitempty" readOnly:"true" doc:"Corners of each of its cells, where a list was asked for them"`
}

// RoadSky is the weather over an area or some cells.
type RoadSky struct {
	RainMmH     float64 `json:"rain_mm_h,omitempty" minimum:"0" maximum:"500" doc:"Millimetres an hour"`
	SnowMmH     float64 `json:"snow_mm_h,omitempty" minimum:"0" maximum:"500" doc:"Millimetres of water an hour"`
	WindMs      float64 `json:"wind_ms,omitempty" minimum:"0" maximum:"120" doc:"Metres a second"`
	VisibilityM float64 `json:"visibility_m,omitempty" minimum:"0" maximum:"100000" doc:"Metres; 0 = not known"`
}

// RoadConditionBatch is conditions that are stored together or not at all.
type RoadConditionBatch struct {
	Conditions []RoadCondition `json:"conditions" minItems:"1" maxItems:"10000"`
}

// RoadConditionReceipt says what became of a batch.
type RoadConditionReceipt struct {
	Stored int      `json:"stored" doc:"Conditions stored"`
	Idle   []string `json:"idle,omitempty" doc:"Those that lie on none of this installation's streets"`
}

// RoadConditionList is a page of conditions by id.
type RoadConditionList struct {
	Items      []RoadCondition `json:"items"`
	NextCursor string          `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// RoadMoment says when a way is driven and what holds then.
type RoadMoment struct {
	DepartAt   *time.Time      `json:"depart_at,omitempty" doc:"When it is driven: the speeds of that hour and the stored conditions that hold then; default: now"`
	FreeFlow   bool            `json:"free_flow,omitempty" doc:"Without hourly speeds and stored conditions"`
	Conditions []RoadCondition `json:"conditions,omitempty" maxItems:"10000" doc:"Others that are to hold beside the stored ones, where depart_at lies in their time"`
}

// RoadMatrixRequest asks for all ways from sources to targets.
type RoadMatrixRequest struct {
	Sources []Place    `json:"sources" minItems:"1" maxItems:"2000"`
	Targets []Place    `json:"targets,omitempty" maxItems:"2000" doc:"Default: the sources"`
	Moment  RoadMoment `json:"moment,omitempty"`
}

// RoadMatrix is travel from each source to each target.
type RoadMatrix struct {
	DurationSec [][]*int32 `json:"duration_sec" doc:"Rows are sources; null = no way"`
	DistanceM   [][]*int32 `json:"distance_m" doc:"Of the fastest way, metres"`
	Travel      string     `json:"travel" enum:"streets,straight_line" doc:"straight_line where this installation has no streets: straight lines times detour_factor"`
	Detour      float64    `json:"detour_factor,omitempty" doc:"Metres driven per metre of straight line"`
	Idle        []string   `json:"idle,omitempty" doc:"Conditions that lie on none of the streets"`
	Attribution string     `json:"attribution,omitempty"`
}

// IsochroneRequest asks for areas.
type IsochroneRequest struct {
	From      Place      `json:"from"`
	LimitsSec []int64    `json:"limits_sec" minItems:"1" maxItems:"10" doc:"1 to 86,400"`
	Moment    RoadMoment `json:"moment,omitempty"`
}

// IsochroneAnswer is a GeoJSON FeatureCollection with an area for each limit.
type IsochroneAnswer struct {
	Type        string      `json:"type" enum:"FeatureCollection"`
	Features    []Isochrone `json:"features"`
	Attribution string      `json:"attribution"`
}

// Isochrone is what is reached within a time, as a GeoJSON Feature.
type Isochrone struct {
	Type       string              `json:"type" enum:"Feature"`
	Properties IsochroneProperties `json:"properties"`
	Geometry   MultiPolygon        `json:"geometry"`
}

// IsochroneProperties say what an area is.
type IsochroneProperties struct {
	LimitSec int64   `json:"limit_sec"`
	StreetM  float64 `json:"street_m" doc:"Metres of street reached, each direction counted by half"`
}

// MultiPolygon is a GeoJSON geometry.
type MultiPolygon struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates [][][][2]float64 `json:"coordinates" doc:"Polygons of rings of longitude and latitude; the first ring of each is its outer one"`
}

// RoadMatchRequest is a trace.
type RoadMatchRequest struct {
	Fixes  []RoadFix `json:"fixes" minItems:"2" maxItems:"20000"`
	SigmaM float64   `json:"sigma_m,omitempty" minimum:"0" maximum:"200" doc:"Standard deviation of the fixes, metres; default 10"`
	Learn  bool      `json:"learn,omitempty" doc:"Keep the speeds of the streets driven, by hour; times are Unix seconds then"`
}

// RoadFix is one point of a trace.
type RoadFix struct {
	Lon     float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat     float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
	TimeSec float64 `json:"time_sec,omitempty" doc:"From any origin, rising"`
}

// RoadMatchAnswer is the trace in connected pieces.
type RoadMatchAnswer struct {
	Pieces      []RoadMatchPiece `json:"pieces"`
	Learned     int              `json:"learned,omitempty" doc:"Passages that speeds were learned from; stops are none"`
	Attribution string           `json:"attribution"`
}

// RoadMatchPiece is one connected piece of a matched trace.
type RoadMatchPiece struct {
	FirstFix   int           `json:"first_fix" doc:"Index into fixes"`
	LastFix    int           `json:"last_fix" doc:"Index into fixes"`
	DistanceM  int64         `json:"distance_m"`
	Confidence float64       `json:"confidence" minimum:"0" maximum:"1" doc:"How much likelier it is than the best other way"`
	Line       [][2]float64  `json:"line" doc:"Longitude, latitude"`
	Streets    []RoadPassage `json:"streets" doc:"Streets driven from end to end"`
}

// RoadPassage is one street between two junctions that was driven from end to end.
type RoadPassage struct {
	Street   string  `json:"street"`
	EnterSec float64 `json:"enter_sec" doc:"On the trace's clock"`
	DriveSec float64 `json:"drive_sec"`
	FreeSec  float64 `json:"free_sec" doc:"Under free flow"`
}

// RoadRouteRequest asks for the way from one place to another.
type RoadRouteRequest struct {
	From   Place      `json:"from"`
	To     Place      `json:"to"`
	Moment RoadMoment `json:"moment,omitempty"`
}

// RoadRoute is the fastest way, compared with free flow.
type RoadRoute struct {
	FreeSec     int64       `json:"free_sec" doc:"Under free flow"`
	DurationSec *int64      `json:"duration_sec" doc:"null = the conditions leave no way"`
	DistanceM   int64       `json:"distance_m,omitempty"`
	Line        string      `json:"line,omitempty" doc:"The way in the Encoded Polyline Algorithm Format with five decimals"`
	Causes      []RoadCause `json:"causes" doc:"What conditions do to it, the largest delay first"`
	Idle        []string    `json:"idle,omitempty" doc:"Conditions that lie on none of the streets"`
	Attribution string      `json:"attribution"`
}

// RoadCause is what one condition does to a way.
type RoadCause struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Street   string `json:"street" doc:"Where it is met first"`
	DelaySec int64  `json:"delay_sec"`
	Detour   bool   `json:"detour" doc:"The way goes round it"`
	Sentence string `json:"sentence" example:"+7 min: closure on Landstrasse (police)"`
}

// RoadSpeeds are the speeds of one street by the hour, as learned from traces.
type RoadSpeeds struct {
	Street      string      `json:"street"`
	Class       string      `json:"class" example:"primary"`
	OffM        float64     `json:"off_m" doc:"Metres from the place asked for"`
	FreeKmh     float64     `json:"free_kmh" doc:"Under free flow"`
	Hours       []RoadHour  `json:"hours" doc:"24, the first from midnight"`
	Attribution string      `json:"attribution"`
	Nodes       []RoadNodes `json:"nodes" doc:"The directions of the street by its first two points"`
}

// RoadNodes is a direction of a street.
type RoadNodes struct {
	From int64 `json:"from" doc:"OpenStreetMap's point number"`
	To   int64 `json:"to" doc:"OpenStreetMap's point number"`
}

// RoadHour is how a street drives in one hour of the day, both directions together.
type RoadHour struct {
	SpeedKmh float64 `json:"speed_kmh" doc:"Kilometres an hour, mean"`
	SDShare  float64 `json:"sd_share" doc:"Standard deviation of the speed as a share of it, about"`
	Passages int     `json:"passages" doc:"Passages it was learned from; 0 = from the class of street alone"`
}

// ServiceAreaRequest asks which depot serves which places.
type ServiceAreaRequest struct {
	Depots     []ServiceDepot `json:"depots" minItems:"1" maxItems:"200"`
	Points     []ServicePoint `json:"points" minItems:"1" maxItems:"20000"`
	Zones      int            `json:"zones,omitempty" minimum:"1" maximum:"200" default:"4" doc:"Zones of each depot, at most"`
	Resolution int            `json:"resolution,omitempty" minimum:"5" maximum:"10" default:"8" doc:"Of the H3 cells that zones are made of: 8 is about 0.7 km²"`
	Moment     RoadMoment     `json:"moment,omitempty"`
}

// ServiceDepot is a place that vehicles leave from.
type ServiceDepot struct {
	ID   string  `json:"id" minLength:"1" maxLength:"200"`
	Lon  float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat  float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
	Room int     `json:"room,omitempty" minimum:"0" maximum:"1000000" doc:"Most points it may serve; 0 = any number"`
}

// ServicePoint is a place to be served.
type ServicePoint struct {
	Lon    float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat    float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
	Demand float64 `json:"demand,omitempty" minimum:"0" maximum:"1000000000" doc:"In any unit; default 1"`
}

// ServiceAreaAnswer is the division of points over depots and zones.
type ServiceAreaAnswer struct {
	Depots      []DepotArea `json:"depots"`
	Lost        []int       `json:"lost,omitempty" doc:"Points that no depot reaches, or that all that do have no room for; index into points"`
	Travel      string      `json:"travel" enum:"streets,straight_line"`
	Attribution string      `json:"attribution,omitempty"`
}

// DepotArea is what one depot serves.
type DepotArea struct {
	DepotID string     `json:"depot_id"`
	Points  int        `json:"points" doc:"Points that it serves"`
	Demand  float64    `json:"demand" doc:"Sum over its points, in their unit"`
	Zones   []AreaZone `json:"zones"`
}

// AreaZone is a group of cells that lie together.
type AreaZone struct {
	Cells     []ZoneCell `json:"cells"`
	Points    []int      `json:"points" doc:"Index into the request's points"`
	Demand    float64    `json:"demand" doc:"Sum over its points, in their unit"`
	CentreLon float64    `json:"centre_lon" doc:"Degrees east"`
	CentreLat float64    `json:"centre_lat" doc:"Degrees north"`
	MeanSec   float64    `json:"mean_sec" doc:"Mean time from the depot to its points"`
}

// ZoneCell is one H3 cell with what is known of it.
type ZoneCell struct {
	Cell     string  `json:"cell" doc:"Name of the H3 cell"`
	Points   int     `json:"points" doc:"Points that lie in it"`
	Demand   float64 `json:"demand" doc:"Sum over its points, in their unit"`
	SpeedKmh float64 `json:"speed_kmh" doc:"Mean speed from the depot to its points"`
}
