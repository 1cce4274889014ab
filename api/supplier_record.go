package api

// SupplierDelivery is what became of one purchase order with a supplier.
type SupplierDelivery struct {
	ID           string `json:"id" minLength:"1" maxLength:"200" doc:"The caller's; telling again under it replaces what was told"`
	SupplierID   string `json:"supplier_id" minLength:"1" maxLength:"200"`
	InboundID    string `json:"inbound_id,omitempty" maxLength:"200" doc:"The line on its way that it was; what was counted of that line from stock movements no longer counts beside it"`
	OrderedDate  string `json:"ordered_date" format:"date"`
	PromisedDate string `json:"promised_date" format:"date" doc:"By which it was to come"`
	ReceivedDate string `json:"received_date,omitempty" format:"date" doc:"Absent = it has not come"`
	NeverCame    bool   `json:"never_came,omitempty" doc:"It will not come any more; without this one without received_date is still waited for"`
	OrderedQty   int64  `json:"ordered_qty" minimum:"1" maximum:"1000000000" doc:"Units"`
	ReceivedQty  int64  `json:"received_qty,omitempty" minimum:"0" maximum:"1000000000" doc:"Units"`
	RejectedQty  int64  `json:"rejected_qty,omitempty" minimum:"0" maximum:"1000000000" doc:"Units that came and were sent back or unfit for sale"`
	Value        *Money `json:"value,omitempty" doc:"As invoiced"`
	Agreed       *Money `json:"agreed,omitempty" doc:"What it should have cost; what is invoiced below it is a price concession"`
	Disputed     bool   `json:"disputed,omitempty" doc:"Its invoice is in dispute"`
}

// SupplierDeliveryBatch is deliveries that are stored all or none.
type SupplierDeliveryBatch struct {
	Deliveries []SupplierDelivery `json:"deliveries" minItems:"1" maxItems:"5000"`
}

// SupplierDeliveryList is a page of deliveries, the newest order first.
type SupplierDeliveryList struct {
	Items      []SupplierDelivery `json:"items"`
	NextCursor string             `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// SupplierReport is what was noted of a supplier on a day.
type SupplierReport struct {
	SupplierID string             `json:"supplier_id" minLength:"1" maxLength:"200"`
	Date       string             `json:"date" format:"date" doc:"When it became known: for accounts not the day they close, but the day they came"`
	StockDays  *float64           `json:"stock_days,omitempty" minimum:"0" maximum:"10000" doc:"Days of the business's demand that it holds in stock"`
	Ratios     map[string]float64 `json:"ratios,omitempty" maxProperties:"20" doc:"Figures of its accounts by name, such as equity_share, turned so that more is sounder"`
}

// SupplierReportBatch is reports that are stored all or none.
type SupplierReportBatch struct {
	Reports []SupplierReport `json:"reports" minItems:"1" maxItems:"5000"`
}

// SupplierReportList is a page of reports, the newest first.
type SupplierReportList struct {
	Items      []SupplierReport `json:"items"`
	NextCursor string           `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// SupplierRecordReceipt says what became of a batch.
type SupplierRecordReceipt struct {
	Stored   int `json:"stored" doc:"How many are new"`
	Replaced int `json:"replaced" doc:"How many took the place of what was told before"`
}
