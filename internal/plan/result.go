package plan

import (
	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/warehouse"
)

// Plan is what to do, for every order and for the whole business. Seconds count from 00:00 of OriginDay.
type Plan struct {
	OriginDay    int
	Days         int
	Currency     string
	Seed         uint64
	SnapshotHash string            // of the facts planned from
	Versions     map[string]string // program, roads

	Travel    TravelView
	Areas     *AreaView `json:",omitempty"` // which site serves which cell of the map
	Totals    Totals
	Forecast  ForecastSummary
	Purchases []PurchaseOrder
	Transfers []Transfer `json:",omitempty"` // stock to be moved between sites
	Promises  []Promise  // one per order that is served, whole or in part, in the order of Snapshot.Orders
	Unserved  []Unserved // orders, or lines of them, that cannot be served within the plan
	SiteDays  []SiteDay  // by day, then site
	Suppliers []SupplierView
}

// Totals are the figures of the whole plan.
type Totals struct {
	Orders, Promised, Partial, Unserved, Split int
	Parcels                                    int
	PickTasks, MoveTasks, SortTasks            int
	Routes                                     int
	DistanceM, CO2eG                           int64
	DeliveryCostCents, HandlingCostCents       int64
	PurchaseOrders, PurchaseLines              int
	PurchaseCents                              int64
	SourcingGap                                float64 // (cost − bound)/bound over all days
}

// ForecastSummary pools what the forecasts of all items say of themselves.
type ForecastSummary struct {
	Items    int
	ByMethod map[string]int
	ByStatus map[forecast.Status]int
	Accuracy forecast.Accuracy // pooled over the items that were backtested
	Tested   int
}

// PurchaseOrder groups replenishments to one supplier for one site.
type PurchaseOrder struct {
	ID                 string
	SupplierID, SiteID string
	OrderDay, DueDay   int // days from OriginDay
	CostCents          int64
	Lines              []inventory.Replenishment
}

// Promise is what one order is told.
type Promise struct {
	OrderID   string
	Complete  bool // every line, every unit
	Parts     []Part
	ShipSec   int64 // first parcel leaves its site
	From, To  int64 // arrival window promised for the last parcel, seconds
	CostCents int64
	CO2eG     int64
	Why       []string // sentences for the customer's clerk
}

// Part is one parcel of an order, served by one site.
type Part struct {
	SiteID     string
	Day        int
	Lines      []PartLine
	ReadySec   int64 // in its chute
	DepartSec  int64
	ArrivalSec int64
	RouteID    string
	CostCents  int64
	CO2eG      int64
}

// PartLine is the share of an order line that a part carries.
type PartLine struct {
	ItemID string
	Qty    int64
}

// Unserved is an order, or what is left of it, with the reason.
type Unserved struct {
	OrderID string
	// Code is one of no_stock, site_capacity, warehouse_time, no_vehicle, no_road, too_dear, closed, after_plan.
	Code   string
	Reason string
	Lines  []PartLine
}

// SiteDay is what one site does on one day.
type SiteDay struct {
	SiteID   string
	Day      int
	Schedule warehouse.Schedule
	Routes   []DayRoute
}

// DayRoute is one vehicle's tour with names for people.
type DayRoute struct {
	ID        string
	VehicleID string
	Route     routing.Route
	StopIDs   []string // order ids in visiting order
	// LegSec are the seconds from the site to each stop and back by the day's streets, before the hour's speeds: another
	// look at the same streets tells from them what changed.
	LegSec []int32 `json:",omitempty"`
}

// SupplierView is a supplier's score and the money this plan puts at risk with it.
type SupplierView struct {
	Name     string
	Score    finance.Score
	Exposure finance.Exposure
}
