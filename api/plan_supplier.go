package api

// PlanSupplier is one supplier as a plan sees it: how far it can be trusted, and the money the plan puts at risk with it.
type PlanSupplier struct {
	SupplierScore
	Failure  *SupplierFailure `json:"failure,omitempty" doc:"What the learned model said that was in use; absent where there was none"`
	Outlook  *SupplierOutlook `json:"outlook,omitempty" doc:"What the early-warning model in use said; absent where there was none"`
	Expected *Money           `json:"expected_loss,omitempty" doc:"On what is prepaid, by the PD; absent without a model"`
	Proposed Money            `json:"proposed" doc:"Purchase orders of the plan"`
	Open     Money            `json:"open" doc:"Ordered before, not yet received"`
	Prepaid  Money            `json:"prepaid" doc:"The part of both that is paid before delivery"`
	Limit    Money            `json:"limit" doc:"Credit limit"`
	Headroom Money            `json:"headroom" doc:"limit less prepaid; below 0 = over the limit"`
	Advice   string           `json:"advice" doc:"In the buyer's words"`
}

// PlanSupplierList is all suppliers of a plan, in the order of the declaration.
type PlanSupplierList struct {
	Items []PlanSupplier `json:"items"`
}
