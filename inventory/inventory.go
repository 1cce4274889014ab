// Package inventory holds the words of stock: Item, Site, Position, Demand, Policy, Replenishment.
//
// Takes what is on the shelves and what may be asked for, and gives what to order, when, and which site serves whom.
// Method: the packages below (policy, sourcing) carry the formulas with their sources.
// Never: it knows no files, clock, database or other domain; days are counted from an origin the caller chose.
package inventory

// Item is a thing that is stocked and sold.
type Item struct {
	ID            string
	Name          string
	UnitCostCents int64
	PriceCents    int64
	VolumeCm3     int64 // one unit
	WeightG       int64
	PackSize      int64 // units in one purchasable pack, ≥ 1
	MinOrderQty   int64 // units, 0 = none
	SupplierID    string
	ShelfLifeDays int64 `hash:"omitempty"` // from receipt; 0 = it does not expire
}

// Site is a place that holds stock and ships orders.
type Site struct {
	ID           string
	Name         string
	Lon, Lat     float64
	OrdersPerDay int64 // orders (or parts of orders) it can pick, pack and ship in a day
	StoreCm3     int64 `hash:"omitempty"` // room for all stock, 0 = unlimited
	DockCm3      int64 `hash:"omitempty"` // volume that may be ordered to it on one day, 0 = unlimited
}

// Position is the stock of one item at one site. OnHand may not be negative; what is owed is Backordered.
type Position struct {
	ItemID, SiteID string
	OnHand         int64
	OnOrder        int64 // already ordered, not yet received
	Backordered    int64
}

// InventoryPosition is what a reorder point is compared with: on hand + on order − owed.
func (p Position) InventoryPosition() int64 { return p.OnHand + p.OnOrder - p.Backordered }

// Demand is what may be asked of one item at one site until a purchase order placed now is on the shelf.
type Demand struct {
	ItemID, SiteID string
	MeanPerDay     float64
	LeadDays       float64 // mean lead time with the review period
	LeadMean       float64 // units over the lead time
	LeadSD         float64
	Levels         []float64
	LeadQuantiles  []float64 // units at Levels, not falling
}

// Service is what a planner promises: either share may be 0 (not asked for); where both are, the stricter one binds.
type Service struct {
	Cycle    float64 // probability that a replenishment cycle ends without a stock-out (alpha), 0 ≤ Cycle < 1
	FillRate float64 // share of units served from the shelf (beta), 0 ≤ FillRate < 1
}

// Policy is the stocking rule for one item at one site: at or below ReorderPoint, order up to OrderUpTo.
type Policy struct {
	ItemID, SiteID string
	ReorderPoint   int64
	OrderUpTo      int64
	SafetyStock    float64 // ReorderPoint − mean lead-time demand
	Cycle          float64 // what the rule reaches
	FillRate       float64
	Binding        string // "cycle" or "fill rate": which target set the reorder point; or BindingAssortment or BindingNotKept
}

// BindingAssortment stands in Policy.Binding where one fill rate over all items set the reorder point; the item alone may serve more
// or less.
const BindingAssortment = "assortment"

// BindingNotKept stands in Policy.Binding where the item is too slow to be kept in stock: both levels are 0, the service
// reached is what an empty shelf gives, and it is bought only when it is owed.
const BindingNotKept = "not kept in stock"

// Replenishment is one proposed line of a purchase order, with its reason in the planner's words.
type Replenishment struct {
	ItemID, SiteID, SupplierID string
	Qty                        int64 // units: whole packs, at least the minimum
	CostCents                  int64
	Policy                     Policy
	Position                   Position
	OrderDay, DueDay           int // days from the plan's origin
	Reason                     string
}
