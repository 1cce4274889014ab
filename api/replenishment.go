package api

// Replenishments says what to order from suppliers now.
var Replenishments = Operation[ReplenishmentRequest, ReplenishmentAnswer]{Name: "replenishments"}

// ReplenishmentRequest asks for purchase orders by the stock, forecasts and rules as they are now.
type ReplenishmentRequest struct {
	OriginDate string `json:"origin_date,omitempty" format:"date" doc:"Day to order on; default: the day after the newest order"`
}

// ReplenishmentAnswer is the purchase orders proposed.
type ReplenishmentAnswer struct {
	OriginDate     string          `json:"origin_date" format:"date"`
	Cost           Money           `json:"cost"`
	Lines          int             `json:"lines" doc:"Of all purchase orders"`
	PurchaseOrders []PurchaseOrder `json:"purchase_orders"`
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
