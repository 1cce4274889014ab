package api

// ScenarioRequest asks "what if": one plan of the stored facts as they are, one more for each scenario, and what differs.
type ScenarioRequest struct {
	OriginDate string     `json:"origin_date,omitempty" format:"date" doc:"First day to plan, such as 2011-11-14; default: the day after the newest order"`
	Days       int        `json:"days,omitempty" minimum:"1" maximum:"14" default:"1" doc:"Days to plan"`
	Seed       uint64     `json:"seed,omitempty" doc:"Of all plans alike, so that what differs comes from the change; default 1"`
	Priority   int        `json:"priority,omitempty" minimum:"1" maximum:"9" default:"5" doc:"1 first, 9 last"`
	Scenarios  []Scenario `json:"scenarios" minItems:"1" maxItems:"20"`
}

// Scenario is a named set of changes, made in their order.
type Scenario struct {
	Name    string           `json:"name" minLength:"1" maxLength:"100" example:"Schaan closed"`
	Changes []ScenarioChange `json:"changes" maxItems:"50"`
}

// ScenarioChange is one change: exactly one of its fields is given.
type ScenarioChange struct {
	Demand       *DemandChange       `json:"demand,omitempty" doc:"Scales the forecasts and, with orders, the quantities ordered"`
	SiteClosed   *SiteClosedChange   `json:"site_closed,omitempty" doc:"Its stock is out of reach, its share of demand goes to the others"`
	LeadTime     *LeadTimeChange     `json:"lead_time,omitempty" doc:"What suppliers need from order to shelf: factor or days"`
	SiteCapacity *SiteCapacityChange `json:"site_capacity,omitempty" doc:"Scales the orders a site can ship in a day"`
	Fleet        *FleetChange        `json:"fleet,omitempty" doc:"Adds or removes vehicles of a type at a site"`
	Price        *PriceChange        `json:"price,omitempty" doc:"Scales items' purchase costs and prices"`
	Service      *ServiceChange      `json:"service,omitempty" doc:"Sets the service promised"`
	Cutoff       *CutoffChange       `json:"cutoff,omitempty" doc:"Sets the time of day until which orders are taken for the next open day"`
	Review       *ReviewChange       `json:"review,omitempty" doc:"Sets the days between two looks at an item's stock"`
	Roads        *RoadsChange        `json:"roads,omitempty" doc:"Lets something hold on the road on all days: exactly one of closed, speed_factor, and rain_mm_h or snow_mm_h"`
}

// DemandChange multiplies what will be asked for.
type DemandChange struct {
	Factor   float64  `json:"factor" minimum:"0.001" maximum:"100" example:"1.3" doc:"Times the demand as it is"`
	Items    []string `json:"items,omitempty" maxItems:"10000" doc:"Ids of items; none = all"`
	SiteArea string   `json:"site_area,omitempty" doc:"Only what is asked for nearest to this site"`
	Orders   bool     `json:"orders,omitempty" doc:"Scale the quantities ordered too, their sums by largest remainder"`
}

// SiteClosedChange shuts a site for the whole plan.
type SiteClosedChange struct {
	Site string `json:"site" minLength:"1"`
}

// LeadTimeChange gives either factor or days.
type LeadTimeChange struct {
	Supplier string  `json:"supplier,omitempty" doc:"Id; none = all"`
	Factor   float64 `json:"factor,omitempty" doc:"Of mean and standard deviation"`
	Days     float64 `json:"days,omitempty" doc:"The new mean; the standard deviation stays"`
}

// SiteCapacityChange multiplies orders per day.
type SiteCapacityChange struct {
	Site   string  `json:"site,omitempty" doc:"Id; none = all"`
	Factor float64 `json:"factor" minimum:"0.001" maximum:"100" doc:"Times the orders per day as they are"`
}

// FleetChange gives either add or remove.
type FleetChange struct {
	Site    string `json:"site" minLength:"1"`
	Vehicle string `json:"vehicle" minLength:"1" doc:"Type: a vehicle's id without its site before it and the number behind it" example:"van"`
	Add     int    `json:"add,omitempty" minimum:"0" maximum:"1000" doc:"Vehicles more"`
	Remove  int    `json:"remove,omitempty" minimum:"0" maximum:"1000" doc:"Vehicles fewer"`
}

// PriceChange multiplies what items cost and are sold for; orders keep the prices they were placed at.
type PriceChange struct {
	Items       []string `json:"items,omitempty" maxItems:"10000" doc:"Ids of items; none = all"`
	CostFactor  float64  `json:"cost_factor,omitempty" doc:"Of the purchase cost"`
	PriceFactor float64  `json:"price_factor,omitempty" doc:"Of the sales price"`
}

// ServiceChange sets what it names.
type ServiceChange struct {
	Cycle    *float64 `json:"cycle,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"Share of replenishment cycles without a stock-out; 0 = not asked for"`
	FillRate *float64 `json:"fill_rate,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"Share of units served from the shelf; 0 = not asked for"`
}

// CutoffChange sets a time of day.
type CutoffChange struct {
	Time string `json:"time" example:"12:00" doc:"hh:mm; 24:00 = the whole day"`
}

// ReviewChange sets the review period.
type ReviewChange struct {
	Days int `json:"days" minimum:"1" maximum:"90" doc:"Days between two looks"`
}

// RoadsChange closes streets, changes their speed, or brings weather, beside what is known to hold.
type RoadsChange struct {
	Closed      bool    `json:"closed,omitempty" doc:"Nobody passes; needs an area"`
	SpeedFactor float64 `json:"speed_factor,omitempty" minimum:"0" maximum:"3" doc:"On the speed"`
	RainMmH     float64 `json:"rain_mm_h,omitempty" minimum:"0" maximum:"500" doc:"Millimetres an hour"`
	SnowMmH     float64 `json:"snow_mm_h,omitempty" minimum:"0" maximum:"500" doc:"Millimetres of water an hour"`
	Area        []Place `json:"area,omitempty" maxItems:"1000" doc:"Corners of the area it holds in, joined from the last to the first; none = everywhere"`
	Reason      string  `json:"reason,omitempty" maxLength:"500" doc:"In words, as people are to read it"`
}

// ScenarioRun is the answer to scenarios or, while it is being made, how far it is.
type ScenarioRun struct {
	ID       string           `json:"id"`
	Status   string           `json:"status" enum:"queued,running,waiting,done,failed,cancelled,quarantined" doc:"State of the job that makes it"`
	Progress float64          `json:"progress" minimum:"0" maximum:"1" doc:"Share of the work that is done"`
	Sentence string           `json:"sentence,omitempty" doc:"What is going on, for people"`
	Error    string           `json:"error,omitempty" doc:"Why there is no answer"`
	Origin   string           `json:"origin_date,omitempty" format:"date"`
	Days     int              `json:"days,omitempty" doc:"Days planned"`
	Seed     uint64           `json:"seed,omitempty" doc:"Of all plans alike"`
	Results  []ScenarioResult `json:"results,omitempty" doc:"Present when done, in the order of the scenarios"`
	Links    []Link           `json:"links"`
}

// ScenarioResult is what one scenario gives.
type ScenarioResult struct {
	Name             string         `json:"name"`
	Changes          []string       `json:"changes" doc:"For people, in their order"`
	BaseSnapshotHash string         `json:"base_snapshot_hash" doc:"Of the facts as they are"`
	SnapshotHash     string         `json:"snapshot_hash" doc:"Of the facts as changed"`
	Report           ScenarioReport `json:"report"`
}

// ScenarioReport is what the scenario's plan differs in from the base's. Seconds count from 00:00 of origin_date.
type ScenarioReport struct {
	Currency      string               `json:"currency" doc:"ISO 4217; names in _cents are minor units of it"`
	KPIs          []KPIChange          `json:"kpis"`
	OrdersChanged OrdersChanged        `json:"orders_changed"`
	Orders        []OrderChange        `json:"orders" doc:"Orders that differ, changed answers first; at most as many as asked for"`
	Sites         []SiteDifference     `json:"sites"`
	Suppliers     []SupplierDifference `json:"suppliers"`
}

// KPIChange is one figure of both plans.
type KPIChange struct {
	Name        string   `json:"name" example:"distance_m"`
	Label       string   `json:"label" doc:"For people"`
	Unit        string   `json:"unit"`
	Better      string   `json:"better" enum:"up,down," doc:"Empty where neither is"`
	Before      float64  `json:"before" doc:"In the plan of the facts as they are, in unit"`
	After       float64  `json:"after" doc:"In the scenario's plan, in unit"`
	Change      float64  `json:"change" doc:"after less before"`
	ChangeShare *float64 `json:"change_share,omitempty" doc:"change / before; absent where before is 0"`
}

// OrdersChanged counts the orders that differ, by what differs.
type OrdersChanged struct {
	Any     int `json:"any" doc:"Orders that differ at all"`
	Answer  int `json:"answer" doc:"Promised, partial, unserved or absent"`
	Sites   int `json:"sites" doc:"Orders served by other sites"`
	Arrival int `json:"arrival" doc:"Orders whose last parcel arrives at another time"`
	Cost    int `json:"cost" doc:"Orders that cost another amount"`
	CO2e    int `json:"co2e" doc:"Orders that bear another amount of CO2e"`
	Better  int `json:"better" doc:"Answer improved"`
	Worse   int `json:"worse" doc:"Answer got worse"`
}

// OrderChange is one order that differs.
type OrderChange struct {
	OrderID         string     `json:"order_id"`
	Before          OrderState `json:"before"`
	After           OrderState `json:"after"`
	ArrivalShiftSec *int64     `json:"arrival_shift_sec,omitempty" doc:"How much later its last parcel arrives"`
	CostChangeCents int64      `json:"cost_change_cents"`
	CO2eChangeG     int64      `json:"co2e_change_g"`
	Reason          string     `json:"reason"`
}

// OrderState is what one plan does for one order.
type OrderState struct {
	Answer     string   `json:"answer" enum:"promised,partial,unserved,absent"`
	Sites      []string `json:"sites,omitempty"`
	ArrivalSec int64    `json:"arrival_sec,omitempty"`
	Qty        int64    `json:"qty" doc:"Units promised"`
	CostCents  int64    `json:"cost_cents"`
	CO2eG      int64    `json:"co2e_g"`
}

// Pair is a figure of both plans.
type Pair struct {
	Before int64 `json:"before" doc:"In the plan of the facts as they are; what it counts is in the name of the pair"`
	After  int64 `json:"after" doc:"In the scenario's plan"`
}

// SiteDifference is what one site does in both plans.
type SiteDifference struct {
	SiteID    string `json:"site_id"`
	Parcels   Pair   `json:"parcels"`
	Routes    Pair   `json:"routes"`
	DistanceM Pair   `json:"distance_m"`
	CO2eG     Pair   `json:"co2e_g"`
}

// SupplierDifference is what is bought from one supplier in both plans, and the money at risk with it.
type SupplierDifference struct {
	SupplierID     string `json:"supplier_id"`
	Name           string `json:"name"`
	PurchaseOrders Pair   `json:"purchase_orders"`
	Lines          Pair   `json:"lines"`
	Qty            Pair   `json:"qty"`
	CostCents      Pair   `json:"cost_cents"`
	PrepaidCents   Pair   `json:"prepaid_cents"`
	HeadroomCents  Pair   `json:"headroom_cents" doc:"Credit limit less prepaid; below 0 = over the limit"`
	AdviceBefore   string `json:"advice_before"`
	AdviceAfter    string `json:"advice_after"`
}
