package plan

import (
	"github.com/paulmach/orb"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/forecast/backtest"
	"quartermaster/forecast/screen"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/warehouse"
)

// Snapshot is everything a plan is made from, as it stood at one moment. All seconds count from 00:00 of OriginDay, local
// time; all money is minor units of Currency. A Snapshot is never changed by planning.
type Snapshot struct {
	OriginDay int // first planned day, days since 1970-01-01
	Days      int // days planned, 1…14
	Currency  string
	Calendar  Calendar
	Service   inventory.Service
	Review    ReviewRule
	Sourcing  SourcingCosts
	DropSec   int64 // what a driver needs at one door, seconds

	Items     []inventory.Item
	Sites     []Site
	Suppliers []Supplier
	Positions []inventory.Position
	Inbound   []Inbound
	Sales     []forecast.Series // one per item, shop-wide, last day = OriginDay − 1
	SiteShare [][]float64       // [item][site]: share of the item's demand that arises in each site's area, rows sum to 1
	Forecasts []ItemForecast    // one per item where they were made before (chunk jobs); empty = made here
	Orders    []Order

	Roads *road.Graph `json:"-"` // travel; named by RoadsVersion
	// RoadsVersion is the hash of the extract behind Roads, so that a stored plan says which streets it used.
	RoadsVersion string
	// Straight is travel where Roads is nil.
	Straight road.Straight `hash:"omitempty"`
	// Conditions are what holds on the road on the plan's days; their times are seconds of local time since 1970-01-01.
	Conditions []road.Condition `hash:"omitempty"`
	// Speeds are by the hour of local time, as learned from traces; nil = free flow at all hours.
	Speeds *road.Pattern `hash:"omitempty"`

	// Reserved are units that confirmed promises hold for orders of this plan: they go to nobody else. It stands last, since
	// an empty one is left out of the hash, as is what follows.
	Reserved []Reserved `hash:"omitempty"`
	// Lanes are ways between sites that stock may be moved on; Lots what expires of the positions.
	Lanes []inventory.Lane `hash:"omitempty"`
	Lots  []inventory.Lot  `hash:"omitempty"`
	// Judges are the learned models that judge suppliers; empty = the table of points alone does.
	Judges Judges `json:",omitzero" hash:"omitempty"`
}

// Reserved is units of an item at a site that are held for an order.
type Reserved struct {
	OrderID, ItemID, SiteID string
	Qty                     int64
}

// Calendar says when the business works.
type Calendar struct {
	CutoffSec int64   // orders placed before this second of a day are planned for the next open day
	OpenDays  [7]bool // Monday first
}

// ReviewRule is how often stock is reviewed and how far ahead demand is forecast.
type ReviewRule struct {
	ReviewDays  int // days between two looks at an item
	HorizonDays int // days forecast
	// OrderCostCents is what placing and receiving one order line costs; HoldingRate is the yearly cost of holding stock as
	// a share of its value (0 = 0.25).
	OrderCostCents int64
	HoldingRate    float64
	// AssortmentFillRate, where it is above 0, is one share of units served over all items together, below 1, and takes the place
	// of each item's own service: stock stands where a unit served costs least to hold.
	AssortmentFillRate float64 `hash:"omitempty"`
}

// SourcingCosts are what serving an order from a site costs besides the road.
type SourcingCosts struct {
	PerParcelCents int64 // each site that takes part in an order ships one parcel: the price of a split
	PerLineCents   int64 // pick one line
	PerKmCents     int64 // expected delivery cost by street distance to the consignee
	ScarcityCents  int64 // price of taking the last unit below a site's reorder point
}

// Site is one place of the business with all that works there. Opening times and vehicles' shifts are seconds within a day.
type Site struct {
	inventory.Site
	Floor    warehouse.Floor
	Robots   []warehouse.Robot
	Vehicles []routing.Vehicle // Depot 0 = this site
}

// Supplier is a supplier with the lead time that the buyer reckons with.
type Supplier struct {
	finance.Supplier
	LeadTime forecast.LeadTime
	Terms    inventory.Terms `hash:"omitempty"`
}

// Inbound is a purchase order line on its way.
type Inbound struct {
	ItemID, SiteID string
	Qty            int64
	DueDay         int // days from OriginDay, 0 = today, below 0 = late; on the shelf when that day opens
}

// Order is one customer's order with the place and window it must be brought to.
type Order struct {
	ID         string
	CustomerID string
	PlacedSec  int64 // negative = before OriginDay
	Point      orb.Point
	WindowSec  routing.Window // within a day: seconds after that day's midnight
	Lines      []OrderLine
}

// OrderLine is one item asked for.
type OrderLine struct {
	ItemID     string
	Qty        int64
	PriceCents int64 // one unit
}

// ItemForecast is a forecast with what its method reached in a rolling-origin backtest on the same series, as sums, so that
// the figures of many items add up to the figure of the shop.
type ItemForecast struct {
	forecast.Forecast
	Tested   backtest.Sums
	DataHash uint64 // of the series it was made from; another hash means it is stale
	// Explanation, Screened and Alerts tell people what it is made of; planning does not read them.
	Explanation *forecast.Explanation `json:",omitempty"`
	Screened    *screen.Report        `json:",omitempty"`
	Alerts      []backtest.Alert      `json:",omitempty"`
	Overridden  int                   `json:",omitempty"` // days whose mean a planner set, see Override
	HistoryDays int                   `json:",omitempty"` // days of the series: steps of Alerts and Screened count from the first
}

// Options steer a plan without being facts of the business.
type Options struct {
	Seed    uint64
	Workers int // goroutines, 0 = all; the plan is the same for any number
	// RoutingIterations bounds the local search per site and day, 0 = default. Iterations, not time, keep it repeatable.
	RoutingIterations int
	Backtest          bool // also backtest the forecasts made here
	// Progress is told of each step: done in 0…1 of the whole, and a sentence. It may be called from one goroutine at a
	// time and must return soon; nil = nobody listens.
	Progress func(done float64, sentence string)
}
