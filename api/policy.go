package api

// Policies says by which rule items are stocked, what that costs, and what would be if.
var Policies = Operation[PolicyRequest, PolicyAnswer]{Name: "policies"}

// PolicyRequest asks for the rules of declared items, or of lines of a catalogue that comes with the request.
type PolicyRequest struct {
	ItemIDs    []string        `json:"item_ids,omitempty" maxItems:"200" doc:"Of declared items or of the catalogue; with a catalogue default: all, at most 200"`
	OriginDate string          `json:"origin_date,omitempty" format:"date" doc:"Default: the day after the newest order; needed with a catalogue"`
	Catalogue  *StockCatalogue `json:"catalogue,omitempty" doc:"Instead of the declared facts"`
	Service    *StockService   `json:"service,omitempty" doc:"What if this were promised instead"`
	Days       int             `json:"days,omitempty" minimum:"1" maximum:"365" doc:"How far stock is projected; default 60"`
}

// PolicyAnswer is the rules asked for, by item, then site.
type PolicyAnswer struct {
	OriginDate string       `json:"origin_date" format:"date"`
	Policies   []ItemPolicy `json:"policies"`
}

// ItemPolicy is how one item is stocked at one site.
type ItemPolicy struct {
	StockLine
	Binding     string        `json:"binding" doc:"Which target set the reorder point"`
	Demand      PolicyDemand  `json:"demand"`
	Year        PolicyYear    `json:"year" doc:"What the rule costs and serves in a year"`
	Curve       []PolicyPoint `json:"curve" doc:"The same at other service targets"`
	Sensitivity []PolicyShift `json:"sensitivity" doc:"What becomes of it when an assumption is off by a fifth"`
	Path        StockPath     `json:"path" doc:"What the shelf is expected to hold"`
	Reason      string        `json:"reason,omitempty" doc:"Of the order proposed now, for people"`
}

// PolicyDemand is what must be covered.
type PolicyDemand struct {
	LeadDays  float64   `json:"lead_days" doc:"Until an order of the next review is on the shelf"`
	LeadMean  float64   `json:"lead_mean" doc:"Units over that time"`
	LeadSD    float64   `json:"lead_sd" doc:"Standard deviation, units"`
	Levels    []float64 `json:"levels" doc:"Probabilities of the quantiles"`
	Quantiles []float64 `json:"quantiles" doc:"Units, for each level"`
}

// PolicyYear is a year under a rule.
type PolicyYear struct {
	ReorderPoint int64   `json:"reorder_point" doc:"Units of stock position at or below which is ordered"`
	OrderUpTo    int64   `json:"order_up_to" doc:"Units of stock position that an order brings it back to"`
	Cycle        float64 `json:"cycle" doc:"Share of cycles without a stock-out"`
	FillRate     float64 `json:"fill_rate" doc:"Share of units served from the shelf"`
	OnHand       float64 `json:"on_hand" doc:"Mean units on the shelf"`
	Holding      Money   `json:"holding"`
	Ordering     Money   `json:"ordering"`
	Orders       float64 `json:"orders" doc:"A year"`
	ShortUnits   float64 `json:"short_units" doc:"Units a year that wait"`
	Turns        float64 `json:"turns" doc:"Demand of a year over mean stock"`
}

// PolicyPoint is a year at another target.
type PolicyPoint struct {
	Target float64 `json:"target" doc:"Service level asked for, 0 to 1"`
	PolicyYear
}

// PolicyShift is what becomes of a rule when an assumption is off.
type PolicyShift struct {
	What    string     `json:"what" enum:"demand,spread of demand,lead time,order cost,holding rate"`
	Share   float64    `json:"share" doc:"By how much it is off"`
	Kept    PolicyYear `json:"kept" doc:"With the rule as it is"`
	Adapted PolicyYear `json:"adapted" doc:"With the rule that would then be chosen"`
}

// StockPath is what a shelf is expected to hold at the end of each day, with the band that holds it with 80 %; below 0 is owed.
type StockPath struct {
	StartDate string    `json:"start_date" format:"date"`
	Mean      []float64 `json:"mean"`
	Low       []float64 `json:"low"`
	High      []float64 `json:"high"`
	Position  []float64 `json:"position" doc:"On hand + on order − owed"`
}
