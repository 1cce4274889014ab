package api

import "time"

// PlanRequest asks for a fulfilment plan of the orders that are stored.
type PlanRequest struct {
	OriginDate string `json:"origin_date,omitempty" format:"date" doc:"First day to plan, such as 2011-11-14; default: the day after the newest order"`
	Days       int    `json:"days,omitempty" minimum:"1" maximum:"14" default:"1" doc:"Days to plan"`
	Seed       uint64 `json:"seed,omitempty" doc:"The same facts and seed give the same plan, byte for byte; default 1"`
	Draft      bool   `json:"draft,omitempty" doc:"A what-if: it is planned and kept, but the floor does not work by it"`
	Priority   int    `json:"priority,omitempty" minimum:"1" maximum:"9" default:"5" doc:"1 first, 9 last"`
}

// FulfilmentPlan is a plan or, while it is being made, how far it is.
type FulfilmentPlan struct {
	ID       string       `json:"id"`
	Status   string       `json:"status" enum:"queued,running,waiting,done,failed,cancelled,quarantined" doc:"State of the job that makes it"`
	Progress float64      `json:"progress" minimum:"0" maximum:"1" doc:"Share of the work that is done, 0 to 1"`
	Sentence string       `json:"sentence,omitempty" doc:"What is going on, for people"`
	Error    string       `json:"error,omitempty" doc:"Why there is no plan"`
	Draft    bool         `json:"draft,omitempty"`
	Summary  *PlanSummary `json:"summary,omitempty" doc:"Present when done"`
	Links    []Link       `json:"links"`
}

// PlanSummary is the figures of a whole plan.
type PlanSummary struct {
	OriginDate   string            `json:"origin_date" format:"date"`
	Days         int               `json:"days" doc:"Days planned, beginning with origin_date"`
	Seed         uint64            `json:"seed" doc:"Of the random choices"`
	SnapshotHash string            `json:"snapshot_hash" doc:"Of the facts it was planned from"`
	Versions     map[string]string `json:"versions"`
	CreatedAt    time.Time         `json:"created_at"`

	Orders         int     `json:"orders" doc:"Orders that were to be planned"`
	Promised       int     `json:"promised" doc:"Orders promised, whole or in part"`
	Partial        int     `json:"partial" doc:"Orders promised in part alone; they are counted in promised too"`
	Unserved       int     `json:"unserved" doc:"Orders not promised at all"`
	Split          int     `json:"split" doc:"Orders served by more than one site"`
	Parcels        int     `json:"parcels" doc:"Parcels that leave a site"`
	PickTasks      int     `json:"pick_tasks" doc:"Tours of pickers"`
	MoveTasks      int     `json:"move_tasks" doc:"Moves of robots"`
	SortTasks      int     `json:"sort_tasks" doc:"Parcels sorted into chutes"`
	Routes         int     `json:"routes" doc:"Routes of vehicles"`
	DistanceM      int64   `json:"distance_m" doc:"Metres driven on all routes"`
	CO2eG          int64   `json:"co2e_g" doc:"Grams of CO2 equivalent of all routes"`
	DeliveryCost   Money   `json:"delivery_cost"`
	HandlingCost   Money   `json:"handling_cost"`
	PurchaseOrders int     `json:"purchase_orders" doc:"Orders to suppliers that the plan proposes"`
	PurchaseLines  int     `json:"purchase_lines" doc:"Lines of the proposed orders to suppliers"`
	PurchaseCost   Money   `json:"purchase_cost"`
	SourcingGap    float64 `json:"sourcing_gap" doc:"How far the choice of sites may be from the best, as a share of its cost"`
	ItemsForecast  int     `json:"items_forecast" doc:"Items whose demand was forecast"`

	Travel     *PlanTravel     `json:"travel,omitempty"`
	Conditions []PlanCondition `json:"conditions,omitempty" doc:"What conditions on the road do to the plan, by day, the largest delay first"`

	UnservedByCode map[string]int `json:"unserved_by_code" doc:"How often each reason kept an order, or a part of one, from being served"`
}

// PlanList is a page of plans, newest first.
type PlanList struct {
	Items      []FulfilmentPlan `json:"items"`
	NextCursor string           `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// Promise is what one order is told.
type Promise struct {
	OrderID  string         `json:"order_id"`
	Status   string         `json:"status" enum:"promised,partial,unserved"`
	ShipAt   *time.Time     `json:"ship_at,omitempty" doc:"When its first parcel leaves"`
	Arrival  *Window        `json:"arrival,omitempty" doc:"When its last parcel arrives"`
	Cost     *Money         `json:"cost,omitempty"`
	CO2eG    int64          `json:"co2e_g,omitempty" doc:"Grams of CO2 equivalent of all its parcels"`
	Why      []string       `json:"why,omitempty" doc:"Reasons for the customer's clerk"`
	Parcels  []Parcel       `json:"parcels,omitempty"`
	Unserved []UnservedPart `json:"unserved,omitempty" doc:"What is not promised, with reasons"`
}

// Parcel is the part of an order that one site serves on one day.
type Parcel struct {
	SiteID   string    `json:"site_id"`
	ReadyAt  time.Time `json:"ready_at" doc:"In its chute"`
	DepartAt time.Time `json:"depart_at"`
	ArriveAt time.Time `json:"arrive_at"`
	RouteID  string    `json:"route_id"`
	Cost     Money     `json:"cost"`
	CO2eG    int64     `json:"co2e_g" doc:"Grams of CO2 equivalent of its share of the route"`
	Lines    []Line    `json:"lines"`
}

// Line is a number of units of one item.
type Line struct {
	ItemID string `json:"item_id"`
	Qty    int64  `json:"qty" doc:"Units of the item"`
}

// UnservedPart is what cannot be served, with the reason.
type UnservedPart struct {
	Code   string `json:"code" example:"no_stock"`
	Reason string `json:"reason"`
	Lines  []Line `json:"lines,omitempty"`
}

// PromiseList is a page of promises by order id.
type PromiseList struct {
	Items      []Promise `json:"items"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}
