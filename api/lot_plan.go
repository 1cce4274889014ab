package api

// LotPlans says when to order how much of what is known to be needed.
var LotPlans = Operation[LotPlanRequest, LotPlanAnswer]{Name: "lot-plans"}

// LotPlanRequest is items with their demand period by period, alone or under capacity that they share.
type LotPlanRequest struct {
	Items      []LotItem  `json:"items" minItems:"1" maxItems:"5000"`
	Capacity   []*float64 `json:"capacity,omitempty" maxItems:"400" doc:"What all orders that arrive in a period may use together, for each period; null = no limit; default: none anywhere"`
	Iterations int        `json:"iterations,omitempty" minimum:"1" maximum:"2000" doc:"Steps of the search; default 150"`
}

// LotItem is what one item needs, costs and allows. Periods count from 0.
type LotItem struct {
	ID            string    `json:"id" minLength:"1" maxLength:"200"`
	Demand        []float64 `json:"demand" minItems:"1" maxItems:"400" doc:"Units needed in each period; all items have as many"`
	OrderCost     float64   `json:"order_cost,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of placing an order, a set-up; all costs are in one currency of the caller's"`
	UnitCost      float64   `json:"unit_cost,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of a unit ordered"`
	UnitCosts     []float64 `json:"unit_costs,omitempty" maxItems:"400" doc:"In place of unit_cost: that of each period, of the arrival"`
	HoldingCost   float64   `json:"holding_cost,omitempty" minimum:"0" maximum:"1000000000000" doc:"Of a unit that stays from a period to the next"`
	Use           float64   `json:"use,omitempty" minimum:"0" maximum:"1000000000000" doc:"Capacity that a unit takes; default 1"`
	SetupUse      float64   `json:"setup_use,omitempty" minimum:"0" maximum:"1000000000000" doc:"Capacity that an order takes beside its units"`
	PackSize      float64   `json:"pack_size,omitempty" minimum:"0" maximum:"1000000000000" doc:"Units that are ordered together; default: any amount"`
	MinOrderQty   float64   `json:"min_order_qty,omitempty" minimum:"0" maximum:"1000000000000" doc:"Units of an order at least"`
	TruckQty      float64   `json:"truck_qty,omitempty" minimum:"0" maximum:"1000000000000" doc:"Units of a full truck; orders are whole trucks"`
	LeadPeriods   int       `json:"lead_periods,omitempty" minimum:"0" maximum:"400" doc:"Periods from order to shelf"`
	ClosedPeriods []int     `json:"closed_periods,omitempty" maxItems:"400" doc:"Periods in which no order is taken"`
}

// LotPlanAnswer is the orders with their cost and a proved bound.
type LotPlanAnswer struct {
	Status     string      `json:"status" enum:"optimal,feasible,infeasible,not found" doc:"infeasible is proved; not found is not"`
	Cost       float64     `json:"cost" doc:"Of orders, units and holding, in the currency of the request"`
	Bound      float64     `json:"bound" doc:"No plan costs less"`
	GapPct     float64     `json:"gap_pct" doc:"Between cost and bound, as a share of the cost, %"`
	Orders     []LotOrder  `json:"orders" doc:"By item, then period"`
	Items      []LotStock  `json:"items"`
	Periods    []LotPeriod `json:"periods"`
	Reasons    []string    `json:"reasons,omitempty" doc:"Why there is no plan"`
	Relaxation []string    `json:"relaxation,omitempty" doc:"The smallest changes that would make one possible"`
}

// LotOrder is one order.
type LotOrder struct {
	ItemID      string  `json:"item_id"`
	OrderPeriod int     `json:"order_period" doc:"Period in which it is placed"`
	Period      int     `json:"period" doc:"Period in which it arrives and can serve"`
	Qty         float64 `json:"qty" doc:"Units"`
}

// LotStock is what becomes of one item.
type LotStock struct {
	ItemID      string    `json:"item_id"`
	OrderCost   float64   `json:"order_cost" doc:"Of all its orders, in the currency of the request"`
	UnitCost    float64   `json:"unit_cost" doc:"Of all units ordered, in the currency of the request"`
	HoldingCost float64   `json:"holding_cost" doc:"In the currency of the request"`
	Stock       []float64 `json:"stock" doc:"Units left at the end of each period"`
}

// LotPeriod is what one period uses of the shared capacity.
type LotPeriod struct {
	Used     float64  `json:"used" doc:"Capacity that its orders take"`
	Capacity *float64 `json:"capacity,omitempty" doc:"Capacity that there is; absent = no limit"`
}
