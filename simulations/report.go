package simulations

// Report is what a scenario's plan differs in from the base's. Seconds count from 00:00 of the plan's first day, money is
// minor units of Currency, a change is after less before.
type Report struct {
	Currency      string     `json:"currency"`
	KPIs          []KPI      `json:"kpis"`
	OrdersChanged Changed    `json:"orders_changed"`
	Orders        []Order    `json:"orders"` // those that differ, changed answers first
	Sites         []Site     `json:"sites"`
	Suppliers     []Supplier `json:"suppliers"`
}

// KPI is one figure of both plans.
type KPI struct {
	Name   string  `json:"name"`  // with its unit last where it is not a count
	Label  string  `json:"label"` // for people
	Unit   string  `json:"unit"`
	Better string  `json:"better"` // "up", "down", or "" where neither is
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Change float64 `json:"change"`
	// ChangeShare is Change over Before; absent where Before is 0.
	ChangeShare *float64 `json:"change_share,omitempty"`
}

// Changed counts the orders that differ, by what differs; one order may count in several.
type Changed struct {
	Any     int `json:"any"`
	Answer  int `json:"answer"` // promised, partial, unserved or absent
	Sites   int `json:"sites"`
	Arrival int `json:"arrival"`
	Cost    int `json:"cost"`
	CO2e    int `json:"co2e"`
	Better  int `json:"better"` // answer improved
	Worse   int `json:"worse"`  // answer got worse
}

// Answer is what an order is told.
type Answer string

// The answers, best first. An order is absent where a scenario leaves nothing of it.
const (
	AnswerPromised Answer = "promised"
	AnswerPartial  Answer = "partial"
	AnswerUnserved Answer = "unserved"
	AnswerAbsent   Answer = "absent"
)

// Order is one order whose answer differs.
type Order struct {
	OrderID string     `json:"order_id"`
	Before  OrderState `json:"before"`
	After   OrderState `json:"after"`
	// ArrivalShiftSec is how much later the last parcel arrives; absent where it arrives in one plan only.
	ArrivalShiftSec *int64 `json:"arrival_shift_sec,omitempty"`
	CostChangeCents int64  `json:"cost_change_cents"`
	CO2eChangeG     int64  `json:"co2e_change_g"`
	Reason          string `json:"reason"`
}

// OrderState is what one plan does for one order.
type OrderState struct {
	Answer     Answer   `json:"answer"`
	Sites      []string `json:"sites,omitempty"` // that serve it, in order of their ids
	ArrivalSec int64    `json:"arrival_sec,omitempty"`
	Qty        int64    `json:"qty"` // units promised
	CostCents  int64    `json:"cost_cents"`
	CO2eG      int64    `json:"co2e_g"`
}

// Pair is a figure of both plans.
type Pair struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Site is what one site does in both plans.
type Site struct {
	SiteID    string `json:"site_id"`
	Parcels   Pair   `json:"parcels"`
	Routes    Pair   `json:"routes"`
	DistanceM Pair   `json:"distance_m"`
	CO2eG     Pair   `json:"co2e_g"`
}

// Supplier is what is bought from one supplier in both plans, and the money at risk with it.
type Supplier struct {
	SupplierID     string `json:"supplier_id"`
	Name           string `json:"name"`
	PurchaseOrders Pair   `json:"purchase_orders"`
	Lines          Pair   `json:"lines"`
	Qty            Pair   `json:"qty"`
	CostCents      Pair   `json:"cost_cents"`
	PrepaidCents   Pair   `json:"prepaid_cents"`
	HeadroomCents  Pair   `json:"headroom_cents"`
	AdviceBefore   string `json:"advice_before"`
	AdviceAfter    string `json:"advice_after"`
}
