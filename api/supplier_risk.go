package api

// SupplierFailure is what the learned model in use says of a supplier.
type SupplierFailure struct {
	Model     string         `json:"model" doc:"Name of the model"`
	Version   int            `json:"version" doc:"Version of the model"`
	PD        float64        `json:"pd" doc:"Probability to fail within the time that its outcomes span"`
	Low       float64        `json:"low" doc:"Lower end of the 90 % interval"`
	High      float64        `json:"high" doc:"Upper end"`
	Rating    string         `json:"rating" doc:"Of the master scale: 1 best, 14 worst"`
	Grade     string         `json:"grade" enum:"A,B,C,D,E" doc:"Band of the PD that advice goes by"`
	Reasons   []CreditReason `json:"reasons" doc:"What raises the risk most, at most four"`
	Strengths []CreditReason `json:"strengths,omitempty" doc:"What lowers it most, at most two"`
	Notes     []string       `json:"notes,omitempty" doc:"What makes the interval wider"`
}

// SupplierRisk is one supplier as it stands now.
type SupplierRisk struct {
	SupplierScore
	Failure *SupplierFailure `json:"failure,omitempty" doc:"Absent where no model called suppliers is stored"`
	Outlook *SupplierOutlook `json:"outlook,omitempty" doc:"Absent where no early-warning model is stored, or the supplier has less than a month of trade"`
}

// SupplierRiskList is suppliers, the riskiest first.
type SupplierRiskList struct {
	AsOfDate   string         `json:"as_of_date" format:"date" doc:"Nothing from this day on is known to the scores"`
	Items      []SupplierRisk `json:"items"`
	Found      int            `json:"found" doc:"Suppliers that match, also those beyond the page"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// SupplierRiskDetail is one supplier with its trend, the money at risk and what would improve it.
type SupplierRiskDetail struct {
	SupplierRisk
	AsOfDate string              `json:"as_of_date" format:"date"`
	Trend    []SupplierRiskMonth `json:"trend" doc:"A point a month, oldest first, the last one as of as_of_date; each knows nothing of later days"`
	Figures  []SupplierFigure    `json:"figures" doc:"The program's own records, as the model reads them"`
	Exposure SupplierExposure    `json:"exposure"`
}

// SupplierRiskMonth is a supplier's score as it was.
type SupplierRiskMonth struct {
	Date       string   `json:"date" format:"date"`
	Points     float64  `json:"points" doc:"Points of the score"`
	Grade      string   `json:"grade" enum:"A,B,C,D,E"`
	PD         *float64 `json:"pd,omitempty" doc:"By the model in use now; absent without one"`
	Deliveries int      `json:"deliveries" doc:"Known by then"`
}

// SupplierFigure is one figure of a supplier's record.
type SupplierFigure struct {
	Name    string   `json:"name"`
	Factor  string   `json:"factor" doc:"Business factor it belongs to"`
	Value   *float64 `json:"value,omitempty" doc:"Absent = nothing is recorded"`
	Meaning string   `json:"meaning"`
}

// SupplierExposure is the money at risk with a supplier.
type SupplierExposure struct {
	PlanID   string `json:"plan_id,omitempty" doc:"The newest plan, whose purchase orders are the proposed ones; absent = there is none"`
	Open     Money  `json:"open"`
	Proposed Money  `json:"proposed"`
	Prepaid  Money  `json:"prepaid"`
	Limit    Money  `json:"limit"`
	Headroom Money  `json:"headroom"`
	Expected *Money `json:"expected_loss,omitempty" doc:"On what is prepaid, by the PD; absent without a model"`
	Advice   string `json:"advice"`
}
