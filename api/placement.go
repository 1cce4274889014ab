package api

// Placements says where in a supply network safety stock should stand.
var Placements = Operation[PlacementRequest, PlacementAnswer]{Name: "placements"}

// PlacementRequest is a network of stages under guaranteed service.
type PlacementRequest struct {
	Stages []PlacementStage `json:"stages" minItems:"1" maxItems:"20000"`
	Arcs   []PlacementArc   `json:"arcs,omitempty" maxItems:"200000"`
}

// PlacementStage is one place and form of a thing.
type PlacementStage struct {
	ID             string  `json:"id" minLength:"1" maxLength:"200"`
	LeadTime       int     `json:"lead_time" minimum:"-20000" maximum:"20000" doc:"Whole periods from having all inputs to being able to serve"`
	HoldingCost    float64 `json:"holding_cost" minimum:"0" maximum:"1000000000000000" doc:"Of a unit for the planning time"`
	DemandSD       float64 `json:"demand_sd,omitempty" minimum:"0" maximum:"1000000000" doc:"Standard deviation a period of the demand from outside"`
	Service        float64 `json:"service,omitempty" minimum:"0" maximum:"1" doc:"Share of periods whose demand from outside is covered; default 0.95"`
	SupplierTime   int     `json:"supplier_time,omitempty" minimum:"0" maximum:"20000" doc:"Periods that suppliers outside promise"`
	MaxServiceTime *int    `json:"max_service_time,omitempty" minimum:"0" maximum:"20000" doc:"Longest time promised to customers outside; default: 0 where there is demand, else none"`
}

// PlacementArc says that one stage feeds another.
type PlacementArc struct {
	From string `json:"from" minLength:"1" maxLength:"200"`
	To   string `json:"to" minLength:"1" maxLength:"200"`
}

// PlacementAnswer is a promised time and a stock for each stage.
type PlacementAnswer struct {
	Status     string           `json:"status" enum:"optimal,feasible,infeasible"`
	Stages     []PlacementStock `json:"stages"`
	Cost       float64          `json:"cost" doc:"Of all safety stock, in the unit of holding_cost"`
	Bound      float64          `json:"bound" doc:"No placement costs less"`
	GapPct     float64          `json:"gap_pct"`
	ZeroCost   float64          `json:"zero_cost" doc:"If every stage served at once"`
	Reasons    []string         `json:"reasons,omitempty" doc:"Why there is no placement"`
	Relaxation []string         `json:"relaxation,omitempty" doc:"The smallest changes that would make one possible"`
}

// PlacementStock is what one stage does.
type PlacementStock struct {
	ID          string  `json:"id"`
	ServiceTime int     `json:"service_time" doc:"Periods promised to those it feeds"`
	InboundTime int     `json:"inbound_time" doc:"Longest promise it waits for"`
	NetTime     int     `json:"net_time" doc:"Periods that its stock covers"`
	SafetyStock float64 `json:"safety_stock" doc:"Units"`
	Cost        float64 `json:"cost" doc:"Of holding the safety stock, in the currency of the request"`
}
