package api

// PlanSupplier is one supplier as a plan sees it: how far it can be trusted, and the money the plan puts at risk with it.
type PlanSupplier struct {
	SupplierScore
	Proposed Money  `json:"proposed" doc:"Purchase orders of the plan"`
	Open     Money  `json:"open" doc:"Ordered before, not yet received"`
	Prepaid  Money  `json:"prepaid" doc:"The part of both that is paid before delivery"`
	Limit    Money  `json:"limit" doc:"Credit limit"`
	Headroom Money  `json:"headroom" doc:"limit less prepaid; below 0 = over the limit"`
	Advice   string `json:"advice" doc:"In the buyer's words"`
}

// PlanSupplierList is all suppliers of a plan, in the order of the declaration.
type PlanSupplierList struct {
	Items []PlanSupplier `json:"items"`
}
