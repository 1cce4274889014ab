package api

import "time"

// Limits of one request about facts.
const (
	MaxOrdersPerRequest    = 1000
	MaxMovementsPerRequest = 1000
)

// Place is a point on the globe.
type Place struct {
	Lon float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
}

// Hours are a span within a day.
type Hours struct {
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"hh:mm" example:"08:00"`
	To   string `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"hh:mm" example:"12:00"`
}

// NewOrder is an order as an order system brings it.
type NewOrder struct {
	ID           string      `json:"id" minLength:"1" maxLength:"200" doc:"The caller's; sending the same order again under it is no error"`
	CustomerID   string      `json:"customer_id,omitempty" maxLength:"200" doc:"A number, not a name"`
	PlacedAt     *time.Time  `json:"placed_at,omitempty" doc:"RFC 3339 with zone; default: now"`
	Destination  Place       `json:"destination" doc:"Where it is to be brought"`
	DeliverHours *Hours      `json:"deliver_hours,omitempty" doc:"When the consignee can be met, on any day; default: the whole day"`
	Consignee    *Consignee  `json:"consignee,omitempty" doc:"Who it is for; kept encrypted and read by get-consignee alone. Sent again it replaces what was there"`
	Lines        []OrderLine `json:"lines" minItems:"1" maxItems:"1000"`
}

// OrderLine is one item asked for.
type OrderLine struct {
	ItemID string `json:"item_id" minLength:"1" maxLength:"200"`
	Qty    int64  `json:"qty" minimum:"1" maximum:"10000000" doc:"Units"`
	Price  *Money `json:"price,omitempty" doc:"Of one unit; default: the item's"`
}

// Order is a stored order.
type Order struct {
	ID           string      `json:"id"`
	CustomerID   string      `json:"customer_id,omitempty"`
	Status       string      `json:"status" enum:"open,cancelled"`
	PlacedAt     time.Time   `json:"placed_at"`
	CancelledAt  *time.Time  `json:"cancelled_at,omitempty"`
	Destination  Place       `json:"destination"`
	DeliverHours Hours       `json:"deliver_hours"`
	Lines        []OrderLine `json:"lines"`
	Links        []Link      `json:"links"`
}

// OrderBatch is many orders, stored together or not at all.
type OrderBatch struct {
	Orders []NewOrder `json:"orders" minItems:"1" maxItems:"1000"`
}

// OrderReceipt says what became of a batch.
type OrderReceipt struct {
	Stored int `json:"stored" doc:"Orders that are new"`
	Known  int `json:"known" doc:"Orders that were there already, the same"`
}

// OrderList is a page of orders, newest first.
type OrderList struct {
	Items      []Order `json:"items"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// Item is a thing that is stocked and sold.
type Item struct {
	ID            string `json:"id" minLength:"1" maxLength:"200"`
	Name          string `json:"name,omitempty" maxLength:"500"`
	SupplierID    string `json:"supplier_id" minLength:"1" maxLength:"200"`
	UnitCost      Money  `json:"unit_cost" doc:"What one unit is bought for"`
	Price         Money  `json:"price" doc:"What one unit is sold for"`
	WeightG       int64  `json:"weight_g" minimum:"0" maximum:"1000000000" doc:"Of one unit"`
	VolumeCm3     int64  `json:"volume_cm3" minimum:"0" maximum:"1000000000" doc:"Of one unit, cubic centimetres"`
	PackSize      int64  `json:"pack_size" minimum:"1" maximum:"1000000000" doc:"Units in one pack that can be bought"`
	MinOrderQty   int64  `json:"min_order_qty,omitempty" minimum:"0" maximum:"1000000000" doc:"Units to buy at least"`
	ShelfLifeDays int64  `json:"shelf_life_days,omitempty" minimum:"0" maximum:"100000" doc:"From receipt; 0 = it does not expire"`
}

// ItemList is a page of items by id.
type ItemList struct {
	Items      []Item `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// Site is a place that holds stock and ships orders.
type Site struct {
	ID           string    `json:"id" minLength:"1" maxLength:"64"`
	Name         string    `json:"name,omitempty" maxLength:"500"`
	Lon          float64   `json:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat          float64   `json:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
	OrdersPerDay int64     `json:"orders_per_day" minimum:"0" maximum:"1000000" doc:"Parcels it can pick, pack and ship in a day"`
	Opens        string    `json:"opens" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"hh:mm, of the floor" example:"06:00"`
	Closes       string    `json:"closes" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"hh:mm, of the floor" example:"18:00"`
	Pickers      int       `json:"pickers" minimum:"0" maximum:"1000" doc:"People on the floor"`
	FloorOf      string    `json:"floor_of,omitempty" maxLength:"64" doc:"For a new site: the site whose floor plan and robots it has; default: the first"`
	StoreCm3     int64     `json:"store_cm3,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Room for all stock, cubic centimetres; 0 = no limit"`
	DockCm3      int64     `json:"dock_cm3,omitempty" minimum:"0" maximum:"1000000000000000" doc:"Volume that may be ordered to it on one day, cubic centimetres; 0 = no limit"`
	Floor        *SiteView `json:"floor,omitempty" readOnly:"true"`
}

// SiteView is what a declaration says of a site's floor; it is shown, and changed with the declaration file.
type SiteView struct {
	Columns int `json:"columns" doc:"Cells of the robots' grid in a row"`
	Rows    int `json:"rows" doc:"Rows of the robots' grid"`
	Aisles  int `json:"aisles" doc:"Aisles for pickers"`
	Chutes  int `json:"chutes" doc:"Chutes of the sorter"`
	Robots  int `json:"robots" doc:"Robots that park there"`
}

// SiteList is all sites.
type SiteList struct {
	Items []Site `json:"items"`
}

// Supplier is who goods are bought from.
type Supplier struct {
	ID              string  `json:"id" minLength:"1" maxLength:"200"`
	Name            string  `json:"name,omitempty" maxLength:"500"`
	SinceDate       string  `json:"since_date" format:"date" doc:"First purchase"`
	LeadDays        float64 `json:"lead_days" minimum:"0" maximum:"730" doc:"Mean time from order to shelf"`
	LeadSDDays      float64 `json:"lead_sd_days,omitempty" minimum:"0" maximum:"365" doc:"Standard deviation of it"`
	PrepaidShare    float64 `json:"prepaid_share,omitempty" minimum:"0" maximum:"1" doc:"Share of a purchase order paid before delivery"`
	PaymentTermDays int     `json:"payment_term_days,omitempty" minimum:"0" maximum:"730"`
	CreditLimit     Money   `json:"credit_limit" doc:"Most that may be prepaid and not delivered"`
	OpenOrders      Money   `json:"open_orders" doc:"Ordered, and not received yet"`
	Deliveries      int     `json:"deliveries,omitempty" readOnly:"true" doc:"Deliveries that the declaration tells of it; those told or counted since stand in list-supplier-deliveries and in its supplier risk"`
	StockTerms
}

// SupplierList is all suppliers.
type SupplierList struct {
	Items []Supplier `json:"items"`
}

// Vehicle is one vehicle with its driver.
type Vehicle struct {
	ID              string  `json:"id" minLength:"1" maxLength:"200"`
	SiteID          string  `json:"site_id" minLength:"1" maxLength:"64" doc:"Where it starts and returns to"`
	Shift           Hours   `json:"shift"`
	MaxWeightG      int64   `json:"max_weight_g" minimum:"1" maximum:"1000000000"`
	MaxVolumeCm3    int64   `json:"max_volume_cm3" minimum:"1" maximum:"1000000000" doc:"Cubic centimetres"`
	Fixed           Money   `json:"fixed" doc:"Cost of a day on which it drives"`
	PerKm           Money   `json:"per_km" doc:"Cost of a kilometre"`
	PerHour         Money   `json:"per_hour" doc:"Cost of an hour from departure to return"`
	CO2eGPerKmEmpty float64 `json:"co2e_g_per_km_empty,omitempty" minimum:"0" maximum:"10000" doc:"Grams of CO2 equivalent a kilometre, empty"`
	CO2eGPerKmFull  float64 `json:"co2e_g_per_km_full,omitempty" minimum:"0" maximum:"10000" doc:"Grams of CO2 equivalent a kilometre, fully loaded"`
}

// VehicleList is all vehicles.
type VehicleList struct {
	Items []Vehicle `json:"items"`
}

// StockPosition is the stock of one item at one site.
type StockPosition struct {
	ItemID      string `json:"item_id"`
	SiteID      string `json:"site_id"`
	OnHand      int64  `json:"on_hand" doc:"Units on the shelf"`
	Reserved    int64  `json:"reserved" doc:"Units of them that confirmed promises hold"`
	Allocated   int64  `json:"allocated" doc:"Units of them that the newest plan gives to orders, and that were not shipped yet"`
	Available   int64  `json:"available" doc:"Units that may still be promised"`
	OnOrder     int64  `json:"on_order" doc:"Units ordered, and not received yet"`
	Backordered int64  `json:"backordered" doc:"Units owed"`
}

// StockPositionList is a page of positions by item, then site.
type StockPositionList struct {
	Items      []StockPosition `json:"items"`
	NextCursor string          `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// NewMovement is one thing that happened to stock.
type NewMovement struct {
	ID        string     `json:"id" minLength:"1" maxLength:"200" doc:"The caller's; telling the same movement again under it is no error"`
	ItemID    string     `json:"item_id" minLength:"1" maxLength:"200"`
	SiteID    string     `json:"site_id" minLength:"1" maxLength:"64"`
	Kind      string     `json:"kind" enum:"received,returned,shipped,adjusted,counted" doc:"counted sets the units on hand, adjusted adds to them, below 0 takes away"`
	Qty       int64      `json:"qty" minimum:"-1000000000" maximum:"1000000000" doc:"Units"`
	OrderID   string     `json:"order_id,omitempty" maxLength:"200" doc:"shipped, returned: of which order"`
	InboundID string     `json:"inbound_id,omitempty" maxLength:"200" doc:"received: which line that was on its way"`
	Reason    string     `json:"reason,omitempty" maxLength:"500"`
	At        *time.Time `json:"at,omitempty" doc:"When it happened; default: now"`
}

// MovementBatch is movements in the order in which they happened; all are taken, or none.
type MovementBatch struct {
	Movements []NewMovement `json:"movements" minItems:"1" maxItems:"1000"`
}

// Movement is a stored movement.
type Movement struct {
	ID         string    `json:"id"`
	ItemID     string    `json:"item_id"`
	SiteID     string    `json:"site_id"`
	Kind       string    `json:"kind" enum:"received,returned,shipped,adjusted,counted"`
	Qty        int64     `json:"qty" doc:"Units, as told"`
	Change     int64     `json:"change" doc:"Units that the stock changed by"`
	OnHand     int64     `json:"on_hand" doc:"Units on the shelf after it"`
	OrderID    string    `json:"order_id,omitempty"`
	InboundID  string    `json:"inbound_id,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
}

// MovementReceipt says what became of a batch.
type MovementReceipt struct {
	Stored    int        `json:"stored" doc:"Movements that are new"`
	Known     int        `json:"known" doc:"Movements that were told before, the same"`
	Movements []Movement `json:"movements" doc:"All of the batch, in its order"`
}

// MovementList is a page of movements, newest first.
type MovementList struct {
	Items      []Movement `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// SalesReceipt says what became of an upload of sales history.
type SalesReceipt struct {
	ID       string         `json:"id" doc:"Of the import"`
	Fresh    bool           `json:"fresh" doc:"False: the same content was uploaded before, and nothing changed"`
	Rows     int64          `json:"rows" doc:"Rows read"`
	Kept     int64          `json:"kept" doc:"Rows that count as sales"`
	SetAside map[string]int `json:"set_aside,omitempty" doc:"Rows that do not, by reason"`
	BadRows  int            `json:"bad_rows" doc:"Rows that could not be read"`
	Problems []RowProblem   `json:"problems,omitempty" doc:"The first of them"`
	Items    int            `json:"items" doc:"Items whose history changed"`
	FromDate string         `json:"from_date,omitempty" format:"date" doc:"First day with a sale"`
	ToDate   string         `json:"to_date,omitempty" format:"date" doc:"Last day with a sale"`
}

// RowProblem is one row that could not be read.
type RowProblem struct {
	Row      int    `json:"row" doc:"Line of the text, or row of the Parquet file, from 1; 0 = the whole file"`
	Column   string `json:"column,omitempty"`
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}
