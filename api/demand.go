package api

// SoldItem is an item as one looks for it: by name, and by how much of it is sold.
type SoldItem struct {
	ItemID   string  `json:"item_id"`
	Name     string  `json:"name,omitempty"`
	Units    float64 `json:"units" doc:"Units sold in the newest window_days days of the books"`
	Days     int     `json:"days" doc:"Days of these on which any was sold"`
	LastSale string  `json:"last_sale_date,omitempty" format:"date" doc:"Newest day on which any was sold"`
}

// SoldItemList is the items found, those sold on most days first, since one great order makes no seller.
type SoldItemList struct {
	WindowDays int        `json:"window_days" doc:"Days that units counts"`
	Found      int        `json:"found" doc:"Items that fit, shown or not"`
	Items      []SoldItem `json:"items"`
}
