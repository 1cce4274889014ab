package api

// Replenishments says what to order from suppliers now.
var Replenishments = Operation[ReplenishmentRequest, ReplenishmentAnswer]{Name: "replenishments"}

// ReplenishmentRequest asks for purchase orders and transfers: by the stock, forecasts and rules as they are declared now, or of
// a catalogue that comes with the request.
type ReplenishmentRequest struct {
	OriginDate string          `json:"origin_date,omitempty" format:"date" doc:"Day to order on; default: the day after the newest order, or today for a catalogue"`
	Catalogue  *StockCatalogue `json:"catalogue,omitempty" doc:"The whole catalogue of the caller's instead of the declared one"`
	Lines      bool            `json:"lines,omitempty" doc:"Also say how every item stands at every site"`
	LinePages  bool            `json:"line_pages,omitempty" doc:"Keep how every item stands for GET /v1/replenishments/{id}/lines, which gives it by pages, and leave it out here"`
	ItemIDs    []string        `json:"item_ids,omitempty" maxItems:"2000" doc:"Lines of these items alone"`
}

// StockCatalogue is what a replenishment run is made from.
type StockCatalogue struct {
	Currency  string            `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217 code of all amounts, which are minor units"`
	Service   StockService      `json:"service" doc:"Promised where a line says nothing else"`
	Review    StockReview       `json:"review"`
	Suppliers []StockSupplier   `json:"suppliers" minItems:"1" maxItems:"10000"`
	Sites     []StockSite       `json:"sites" minItems:"1" maxItems:"10000"`
	Items     []StockItem       `json:"items" minItems:"1" maxItems:"200000"`
	Lines     []StockCatalogRow `json:"lines" minItems:"1" maxItems:"500000"`
	Inbound   []StockInbound    `json:"inbound,omitempty" maxItems:"500000"`
	Lots      []StockLot        `json:"lots,omitempty" maxItems:"500000"`
	Lanes     []StockLane       `json:"lanes,omitempty" maxItems:"100000"`
}

// StockService is what is promised; at least one of both is asked for, and where both are the stricter one binds.
type StockService struct {
	Cycle    float64 `json:"cycle,omitempty" minimum:"0" maximum:"1" doc:"Share of cycles without a stock-out"`
	FillRate float64 `json:"fill_rate,omitempty" minimum:"0" maximum:"1" doc:"Share of units served from the shelf"`
}

// StockReview is how often stock is looked at, and what ordering and holding cost.
type StockReview struct {
	EveryDays      int     `json:"every_days,omitempty" minimum:"0" maximum:"90" doc:"Default 1"`
	OrderCostMinor int64   `json:"order_cost_minor,omitempty" minimum:"0" maximum:"1000000" doc:"Of placing and receiving one order line"`
	HoldingRate    float64 `json:"holding_rate,omitempty" minimum:"0" maximum:"10" doc:"Cost of holding stock as a share of its value a year; default 0.25"`
	FillRate       float64 `json:"assortment_fill_rate,omitempty" minimum:"0" maximum:"1" doc:"Share of all units of all lines together to serve from the shelf, in place of every line's own service: stock then stands where a unit served costs least to hold; 0 = every line keeps its own"`
}

// StockTerms are what a supplier asks for beyond packs and minimums of items.
type StockTerms struct {
	OrderDays     []string        `json:"order_days,omitempty" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"Days of the week that take orders; default: every day"`
	ClosedDates   []string        `json:"closed_dates,omitempty" maxItems:"1000" format:"date" doc:"Days without orders"`
	MinOrderMinor int64           `json:"min_order_minor,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Least value of one purchase order"`
	BudgetMinor   int64           `json:"budget_minor,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Most that may be ordered on one day; 0 = no limit"`
	Discounts     []StockDiscount `json:"discounts,omitempty" maxItems:"20" doc:"Rising in packs"`
}

// StockDiscount is a share off the price of all units of an order line from a number of packs on.
type StockDiscount struct {
	Packs    int64 `json:"packs" minimum:"1" maximum:"1000000000" doc:"Packs from which on the price holds"`
	Permille int64 `json:"permille" minimum:"1" maximum:"999" doc:"Thousandths off the unit cost"`
}

// StockSupplier is who goods are bought from.
type StockSupplier struct {
	ID         string  `json:"id" minLength:"1" maxLength:"200"`
	LeadDays   float64 `json:"lead_days" minimum:"-1000" maximum:"730" doc:"Mean time from order to shelf"`
	LeadSDDays float64 `json:"lead_sd_days,omitempty" minimum:"0" maximum:"365" doc:"Standard deviation of it"`
	StockTerms
}

// StockSite is a place that holds stock.
type StockSite struct {
	ID       string `json:"id" minLength:"1" maxLength:"200"`
	StoreCm3 int64  `json:"store_cm3,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Room for all stock, cubic centimetres; 0 = no limit"`
	DockCm3  int64  `json:"dock_cm3,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Volume that may be ordered to it on one day, cubic centimetres; 0 = no limit"`
}

// StockItem is a thing that is stocked.
type StockItem struct {
	ID            string `json:"id" minLength:"1" maxLength:"200"`
	SupplierID    string `json:"supplier_id" minLength:"1" maxLength:"200"`
	UnitCostMinor int64  `json:"unit_cost_minor" minimum:"0" maximum:"10000000000" doc:"What one unit is bought for"`
	VolumeCm3     int64  `json:"volume_cm3,omitempty" minimum:"0" maximum:"1000000000" doc:"Of one unit, cubic centimetres"`
	PackSize      int64  `json:"pack_size,omitempty" minimum:"0" maximum:"1000000000" doc:"Units in one pack that can be bought; default 1"`
	MinOrderQty   int64  `json:"min_order_qty,omitempty" minimum:"0" maximum:"1000000000" doc:"Units to buy at least"`
	ShelfLifeDays int64  `json:"shelf_life_days,omitempty" minimum:"0" maximum:"100000" doc:"From receipt; 0 = it does not expire"`
}

// StockCatalogRow is one item at one site with its demand: mean and spread a day, or a history that is forecast.
type StockCatalogRow struct {
	ItemID      string        `json:"item_id" minLength:"1" maxLength:"200"`
	SiteID      string        `json:"site_id" minLength:"1" maxLength:"200"`
	OnHand      int64         `json:"on_hand" minimum:"0" maximum:"1000000000" doc:"Units in stock"`
	Backordered int64         `json:"backordered,omitempty" minimum:"0" maximum:"1000000000" doc:"Units owed"`
	MeanPerDay  float64       `json:"mean_per_day,omitempty" minimum:"0" maximum:"1000000000" doc:"Units; where there is no history"`
	SDPerDay    float64       `json:"sd_per_day,omitempty" minimum:"0" maximum:"1000000000" doc:"Standard deviation of a day's units"`
	History     []*float64    `json:"history,omitempty" maxItems:"5000" doc:"Units sold a day up to the day before origin_date; null = not observed"`
	Service     *StockService `json:"service,omitempty" doc:"Default: that of the catalogue"`
}

// StockInbound is units on their way.
type StockInbound struct {
	ItemID  string `json:"item_id" minLength:"1" maxLength:"200"`
	SiteID  string `json:"site_id" minLength:"1" maxLength:"200"`
	Qty     int64  `json:"qty" minimum:"1" maximum:"1000000000" doc:"Units"`
	DueDate string `json:"due_date" format:"date" doc:"Before origin_date = late"`
}

// StockLot is units of a line that expire together.
type StockLot struct {
	ItemID      string `json:"item_id" minLength:"1" maxLength:"200"`
	SiteID      string `json:"site_id" minLength:"1" maxLength:"200"`
	Qty         int64  `json:"qty" minimum:"1" maximum:"1000000000" doc:"Units"`
	ExpiresDate string `json:"expires_date" format:"date" doc:"First day on which it may not be sold"`
}

// StockLane is a way on which stock moves between sites.
type StockLane struct {
	FromSiteID  string `json:"from_site_id" minLength:"1" maxLength:"200"`
	ToSiteID    string `json:"to_site_id" minLength:"1" maxLength:"200"`
	Days        int    `json:"days,omitempty" minimum:"0" maximum:"365" doc:"From shelf to shelf"`
	PerM3Minor  int64  `json:"per_m3_minor,omitempty" minimum:"0" maximum:"1000000000" doc:"Cost of a cubic metre moved"`
	CapacityCm3 int64  `json:"capacity_cm3,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Volume a day, cubic centimetres; 0 = no limit"`
}

// ReplenishmentAnswer is what to buy and to move, and how stock stands.
type ReplenishmentAnswer struct {
	OriginDate     string           `json:"origin_date" format:"date"`
	Status         string           `json:"status" enum:"optimal,feasible,infeasible" doc:"Of the choice under shared limits"`
	Cost           Money            `json:"cost"`
	Lines          int              `json:"lines" doc:"Of all purchase orders"`
	PurchaseOrders []PurchaseOrder  `json:"purchase_orders"`
	Transfers      []StockTransfer  `json:"transfers"`
	Expedites      []StockExpedite  `json:"expedites" doc:"What must come sooner, dearest first"`
	Postponed      []PostponedOrder `json:"postponed"`
	Limits         []StockLimit     `json:"limits" doc:"Limits that hold something back"`
	HeldBack       Money            `json:"held_back" doc:"Expected cost of what the limits hold back"`
	HeldBackBound  Money            `json:"held_back_bound" doc:"No choice within the limits has a lower one"`
	Assortment     *StockAssortment `json:"assortment,omitempty" doc:"What one fill rate over all lines comes to, where it is asked for"`
	Health         StockHealth      `json:"health"`
	Stock          []StockLine      `json:"stock,omitempty" doc:"How every item stands at every site, where asked for"`
	PagedLines     int              `json:"paged_lines,omitempty" doc:"Item-sites that GET /v1/replenishments/{id}/lines gives by pages, where line_pages asked for them"`
	Reasons        []string         `json:"reasons,omitempty" doc:"Why something cannot be"`
	Relaxation     []string         `json:"relaxation,omitempty" doc:"The smallest changes that would make it possible"`
}

// StockAssortment is what one fill rate over all lines comes to.
type StockAssortment struct {
	FillRate         float64 `json:"fill_rate" doc:"Share of all units served from the shelf by reorder points alone, without what batches add"`
	UnitShortMinor   float64 `json:"unit_short_minor" doc:"Price of a unit short, minor units, by which every line decides alone"`
	HoldingYear      Money   `json:"holding_year" doc:"Of holding the stock up to the reorder points for a year"`
	HoldingYearBound Money   `json:"holding_year_bound" doc:"No reorder points that were weighed keep the promise for less"`
}

// StockTransfer is stock to be moved between sites.
type StockTransfer struct {
	ItemID     string `json:"item_id"`
	FromSiteID string `json:"from_site_id"`
	ToSiteID   string `json:"to_site_id"`
	Qty        int64  `json:"qty" doc:"Units"`
	DueDate    string `json:"due_date" format:"date"`
	Saving     Money  `json:"saving" doc:"Expected, with the way paid"`
	Reason     string `json:"reason" doc:"For people"`
}

// StockExpedite is something that must come sooner.
type StockExpedite struct {
	ItemID     string  `json:"item_id"`
	SiteID     string  `json:"site_id"`
	SupplierID string  `json:"supplier_id"`
	Qty        int64   `json:"qty" doc:"Units on their way, or proposed now"`
	DueDate    string  `json:"due_date" format:"date"`
	OutDate    string  `json:"out_date" format:"date" doc:"When the shelf is empty at mean demand"`
	ShortUnits float64 `json:"short_units" doc:"Units expected to be missed until then"`
	Cost       Money   `json:"cost" doc:"Of missing them, by the service asked for"`
	Reason     string  `json:"reason" doc:"For people"`
}

// PostponedOrder is a purchase order that is not sent today.
type PostponedOrder struct {
	SupplierID string `json:"supplier_id"`
	SiteID     string `json:"site_id"`
	Lines      int    `json:"lines" doc:"Item-sites of the order"`
	Cost       Money  `json:"cost"`
	NextDate   string `json:"next_date" format:"date" doc:"When orders are taken again"`
	Reason     string `json:"reason" doc:"For people"`
}

// StockLimit is a limit that is short.
type StockLimit struct {
	Kind  string  `json:"kind" enum:"room,dock,budget"`
	ID    string  `json:"id" doc:"Site or supplier"`
	Size  float64 `json:"size" doc:"Cubic metres, or currency units of a budget"`
	Asked float64 `json:"asked" doc:"What all wishes together would need"`
	Price float64 `json:"price" doc:"Expected minor units that one more of it saves"`
}

// StockHealth counts lines by how they stand.
type StockHealth struct {
	Healthy  int            `json:"healthy" doc:"Item-sites whose stock is as it should be"`
	Under    int            `json:"under" doc:"At or below the reorder point"`
	Over     int            `json:"over" doc:"More than a batch above the level"`
	Out      int            `json:"out" doc:"Nothing on the shelf"`
	Expiring int            `json:"expiring" doc:"Holds units that will not be sold in time"`
	Late     int            `json:"late" doc:"Waits for units that are overdue"`
	Value    Money          `json:"value" doc:"Of all stock, at cost"`
	Excess   Money          `json:"excess" doc:"Of what lies above the levels, at cost"`
	Classes  map[string]int `json:"classes" doc:"Lines by class: A, B, C by value and X, Y, Z by steadiness"`
	Zones    map[string]int `json:"zones" doc:"Lines by the buffer zone they stand in: red, yellow, green, over"`
}

// StockLine is how one item stands at one site.
type StockLine struct {
	ItemID        string  `json:"item_id"`
	SiteID        string  `json:"site_id"`
	SupplierID    string  `json:"supplier_id"`
	Class         string  `json:"class" example:"AX"`
	Health        string  `json:"health" enum:"healthy,under,over,out of stock,expiring"`
	Zone          string  `json:"zone" enum:"red,yellow,green,over"`
	ZoneRed       float64 `json:"zone_red" doc:"Units of the red zone"`
	ZoneYellow    float64 `json:"zone_yellow" doc:"Units of the yellow zone"`
	ZoneGreen     float64 `json:"zone_green" doc:"Units of the green zone"`
	OnHand        int64   `json:"on_hand" doc:"Units in stock"`
	OnOrder       int64   `json:"on_order" doc:"Units ordered and not yet there"`
	Backordered   int64   `json:"backordered" doc:"Units promised and not in stock"`
	MeanPerDay    float64 `json:"mean_per_day" doc:"Expected demand, units"`
	CoverDays     float64 `json:"cover_days" doc:"Days that what is on hand lasts; −1 = there is no demand"`
	OutDate       string  `json:"out_date,omitempty" format:"date" doc:"When the shelf is empty at mean demand; absent = not within a year"`
	ReorderPoint  int64   `json:"reorder_point" doc:"Units of stock position at or below which is ordered"`
	OrderUpTo     int64   `json:"order_up_to" doc:"Units of stock position that an order brings it back to"`
	SafetyStock   float64 `json:"safety_stock" doc:"Units"`
	Cycle         float64 `json:"cycle" doc:"Share of cycles without a stock-out that the rule reaches"`
	FillRate      float64 `json:"fill_rate" doc:"Share of units served from the shelf that it reaches"`
	ExpiringUnits int64   `json:"expiring_units,omitempty"`
	ExcessUnits   int64   `json:"excess_units,omitempty"`
	LateUnits     int64   `json:"late_units,omitempty"`
	OrderQty      int64   `json:"order_qty,omitempty" doc:"Proposed now"`
	TransferQty   int64   `json:"transfer_qty,omitempty" doc:"To come from other sites; below 0 = to go there"`
}

// StockLineList is a page of how items stand, in the order of the catalogue.
type StockLineList struct {
	Items      []StockLine `json:"items"`
	Found      int         `json:"found" doc:"Item-sites on all pages"`
	NextCursor string      `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// PurchaseOrder is what one supplier should bring to one site.
type PurchaseOrder struct {
	ID         string         `json:"id"`
	SupplierID string         `json:"supplier_id"`
	SiteID     string         `json:"site_id"`
	OrderDate  string         `json:"order_date" format:"date"`
	DueDate    string         `json:"due_date" format:"date" doc:"When its last line is expected on the shelf"`
	Cost       Money          `json:"cost"`
	Lines      []PurchaseLine `json:"lines"`
}

// PurchaseLine is one item of a purchase order with the rule that asks for it.
type PurchaseLine struct {
	ItemID       string `json:"item_id"`
	Qty          int64  `json:"qty" doc:"Units: whole packs, at least the minimum"`
	Cost         Money  `json:"cost"`
	DueDate      string `json:"due_date" format:"date"`
	OnHand       int64  `json:"on_hand" doc:"Units on the shelf"`
	OnOrder      int64  `json:"on_order" doc:"Units on their way"`
	Backordered  int64  `json:"backordered" doc:"Units owed"`
	ReorderPoint int64  `json:"reorder_point" doc:"Units at or below which an order is due"`
	OrderUpTo    int64  `json:"order_up_to" doc:"Units to order up to"`
	Reason       string `json:"reason" doc:"For people"`
}
