package api

// NetworkStudies says where sites should be and who serves whom.
var NetworkStudies = Operation[NetworkStudyRequest, NetworkStudyAnswer]{Name: "network-studies"}

// NetworkStudyRequest asks which sites to open. Amounts are all in one currency, whichever it is.
type NetworkStudyRequest struct {
	Open         int               `json:"open,omitempty" minimum:"0" maximum:"10000" doc:"How many sites must be open; 0 = as many as pays"`
	SingleSource bool              `json:"single_source,omitempty" doc:"Each customer is served by one site alone"`
	Sites        []NetworkSite     `json:"sites,omitempty" maxItems:"10000" doc:"Places that may be open; with greenfield they may be none"`
	Customers    []NetworkCustomer `json:"customers" minItems:"1" maxItems:"100000"`
	Cost         [][]*float64      `json:"cost,omitempty" maxItems:"10000" doc:"Of serving all of a customer's demand from a site, by site, then customer; null = impossible. Default: demand × kilometres × per_unit_km"`
	PerUnitKm    float64           `json:"per_unit_km,omitempty" minimum:"0" maximum:"1000000000" doc:"Cost of a unit and kilometre as the crow flies; default 1"`
	Greenfield   int               `json:"greenfield,omitempty" minimum:"0" maximum:"100" doc:"Add so many centres of gravity of the customers as places that may be open"`
	GreenfieldAt *NetworkSite      `json:"greenfield_site,omitempty" doc:"Costs and capacity of a site at such a centre; its id and place are not looked at"`
	Plants       []NetworkPlant    `json:"plants,omitempty" maxItems:"1000" doc:"Where goods come from: sites are then hubs between plants and customers"`
	Modes        []NetworkMode     `json:"modes,omitempty" maxItems:"50" doc:"Ways of transport, with plants"`
	CO2PerKg     float64           `json:"co2_price_per_kg,omitempty" minimum:"0" maximum:"1000000" doc:"Price of a kilogram of CO2, with plants"`
	InKm         [][]*float64      `json:"in_km,omitempty" maxItems:"1000" doc:"Kilometres from plant to site; null = no way. Default: as the crow flies"`
	OutKm        [][]*float64      `json:"out_km,omitempty" maxItems:"10000" doc:"Kilometres from site to customer; null = no way. Default: as the crow flies"`
	Scenarios    []NetworkScenario `json:"scenarios,omitempty" maxItems:"50" doc:"Futures that one choice has to serve; not with plants"`
	Aim          string            `json:"aim,omitempty" enum:"expected,regret" doc:"With scenarios: least expected cost, or least of the largest regret; default expected"`
	Hubs         *NetworkHubs      `json:"hubs,omitempty" doc:"Instead: a hub-and-spoke network among the customers, which are then its nodes"`
	Seed         uint64            `json:"seed,omitempty" doc:"The same request and seed give the same answer; default 1"`
}

// NetworkSite is a place that may be open.
type NetworkSite struct {
	ID        string  `json:"id" minLength:"0" maxLength:"200"`
	Lon       float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat       float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north"`
	FixedCost float64 `json:"fixed_cost,omitempty" minimum:"0" maximum:"1000000000000000" doc:"When it is open"`
	Existing  bool    `json:"existing,omitempty" doc:"It stands already"`
	OpenCost  float64 `json:"open_cost,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Of opening one that does not stand yet"`
	CloseCost float64 `json:"close_cost,omitempty" minimum:"0" maximum:"1000000000000000" doc:"When it is not open"`
	Capacity  float64 `json:"capacity,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Demand it can serve; 0 = no limit"`
	Keep      bool    `json:"keep,omitempty" doc:"Must be open"`
	Shut      bool    `json:"shut,omitempty" doc:"Must not be open"`
}

// NetworkCustomer is a demand to be served.
type NetworkCustomer struct {
	ID     string  `json:"id" minLength:"1" maxLength:"200"`
	Lon    float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat    float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north"`
	Demand float64 `json:"demand" minimum:"0" maximum:"1000000000000" doc:"Units a year, or of whatever time the costs are for"`
}

// NetworkPlant is where goods come from.
type NetworkPlant struct {
	ID       string  `json:"id" minLength:"1" maxLength:"200"`
	Lon      float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat      float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north"`
	UnitCost float64 `json:"unit_cost,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of a unit that leaves it"`
	Capacity float64 `json:"capacity,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Units; 0 = no limit"`
}

// NetworkMode is a way of transport.
type NetworkMode struct {
	ID             string  `json:"id" minLength:"1" maxLength:"200"`
	PerUnit        float64 `json:"per_unit,omitempty" minimum:"0" maximum:"1000000000" doc:"Of loading and unloading a unit"`
	PerUnitKm      float64 `json:"per_unit_km,omitempty" minimum:"0" maximum:"1000000000"`
	CO2KgPerUnitKm float64 `json:"co2_kg_per_unit_km,omitempty" minimum:"0" maximum:"1000000000"`
	Inbound        bool    `json:"inbound,omitempty" doc:"From plants to sites"`
	Outbound       bool    `json:"outbound,omitempty" doc:"From sites to customers"`
}

// NetworkScenario is a future.
type NetworkScenario struct {
	ID         string    `json:"id" minLength:"1" maxLength:"200"`
	Weight     float64   `json:"weight" minimum:"0" maximum:"1000000000" doc:"Relative to the others"`
	Factors    []float64 `json:"factors,omitempty" maxItems:"100000" doc:"Of each customer's demand; default 1"`
	CostFactor float64   `json:"cost_factor,omitempty" minimum:"0" maximum:"1000000" doc:"Of all serving costs; default 1"`
}

// NetworkHubs is a hub-and-spoke network.
type NetworkHubs struct {
	Count      int         `json:"count" minimum:"1" maximum:"1000" doc:"How many nodes are hubs"`
	Flow       [][]float64 `json:"flow" minItems:"1" maxItems:"1000" doc:"Units from node to node"`
	Collect    float64     `json:"collect,omitempty" minimum:"0" maximum:"1000000" doc:"Factor of the cost to the first hub; default 1"`
	Transfer   float64     `json:"transfer,omitempty" minimum:"0" maximum:"1000000" doc:"Factor between hubs; default 0.75"`
	Distribute float64     `json:"distribute,omitempty" minimum:"0" maximum:"1000000" doc:"Factor from the last hub; default 1"`
	FixedCost  float64     `json:"fixed_cost,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Of a hub"`
}

// NetworkStudyAnswer is a choice with its proof.
type NetworkStudyAnswer struct {
	Status     string                `json:"status" enum:"optimal,feasible,infeasible,unknown"`
	Open       []string              `json:"open" doc:"Ids of the sites that are open"`
	Sites      []NetworkSiteView     `json:"sites"`
	Serves     []NetworkServed       `json:"serves"`
	Flows      []NetworkFlow         `json:"flows,omitempty" doc:"With plants: units on each leg"`
	Cost       float64               `json:"cost" doc:"Of the whole network, in the currency of the request"`
	Bound      float64               `json:"bound" doc:"No choice costs less"`
	GapPct     float64               `json:"gap_pct" doc:"(cost − bound)/cost, %"`
	CO2Kg      float64               `json:"co2_kg,omitempty"`
	Scenarios  []NetworkScenarioView `json:"scenarios,omitempty"`
	MaxRegret  float64               `json:"max_regret,omitempty" doc:"Over the scenarios: cost above the best for it alone"`
	Reasons    []string              `json:"reasons,omitempty" doc:"Why there is no choice"`
	Relaxation []string              `json:"relaxation,omitempty" doc:"The smallest changes that would make one possible"`
}

// NetworkSiteView is a site in a choice.
type NetworkSiteView struct {
	ID        string  `json:"id"`
	Lon       float64 `json:"lon" doc:"Degrees east"`
	Lat       float64 `json:"lat" doc:"Degrees north"`
	Open      bool    `json:"open"`
	Existing  bool    `json:"existing,omitempty"`
	Customers int     `json:"customers" doc:"That it serves"`
	Load      float64 `json:"load" doc:"Demand that it serves"`
	Capacity  float64 `json:"capacity,omitempty" doc:"Demand it can serve; 0 = no limit"`
}

// NetworkServed is a part of a customer's demand served by a site.
type NetworkServed struct {
	Customer string  `json:"customer"`
	Site     string  `json:"site"`
	Share    float64 `json:"share" doc:"Part of the customer's demand, 0 to 1"`
}

// NetworkFlow is units on a leg.
type NetworkFlow struct {
	From  string  `json:"from"`
	To    string  `json:"to"`
	Mode  string  `json:"mode,omitempty"`
	Units float64 `json:"units" doc:"How many go this way"`
}

// NetworkScenarioView is what a choice costs in one future.
type NetworkScenarioView struct {
	ID   string  `json:"id"`
	Cost float64 `json:"cost" doc:"Of the whole network in this future, in the currency of the request"`
	Best float64 `json:"best" doc:"The least cost known for this future alone"`
}
