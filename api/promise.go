package api

import "time"

// QuoteRequest asks what one order could be promised, before it is placed.
type QuoteRequest struct {
	Lines        []QuoteLine `json:"lines" minItems:"1" maxItems:"200"`
	Destination  Place       `json:"destination" doc:"Where it is to be brought"`
	DeliverHours *Hours      `json:"deliver_hours,omitempty" doc:"When the consignee can be met, on any day; default: the whole day"`
	AsOf         *time.Time  `json:"as_of,omitempty" doc:"When the order would be placed; default: now"`
	ValidSec     int         `json:"valid_sec,omitempty" minimum:"10" maximum:"86400" default:"900" doc:"How long the quote may be confirmed"`
}

// QuoteLine is one item asked for.
type QuoteLine struct {
	ItemID string `json:"item_id" minLength:"1" maxLength:"200"`
	Qty    int64  `json:"qty" minimum:"1" maximum:"10000000" doc:"Units"`
}

// Quote is what one order is told before it is placed.
type Quote struct {
	ID        string         `json:"id"`
	Status    string         `json:"status" enum:"quoted,confirmed,released,expired"`
	Coverage  string         `json:"coverage" enum:"whole,partial,none" doc:"How much of it can be promised"`
	OrderID   string         `json:"order_id,omitempty" doc:"Once confirmed"`
	ShipAt    *time.Time     `json:"ship_at,omitempty" doc:"When its first parcel leaves"`
	Arrival   *Window        `json:"arrival,omitempty" doc:"When its last parcel arrives"`
	Cost      *Money         `json:"cost,omitempty" doc:"Of handling and delivery"`
	CO2eG     int64          `json:"co2e_g,omitempty" doc:"Grams of CO2 equivalent of all its parcels"`
	Parcels   []QuoteParcel  `json:"parcels,omitempty"`
	Unserved  []UnservedPart `json:"unserved,omitempty" doc:"What cannot be promised now, with reasons"`
	Why       []string       `json:"why,omitempty" doc:"Reasons for the customer's clerk"`
	ExpiresAt time.Time      `json:"expires_at" doc:"Of the quote until it is confirmed, then of its reservation"`
	CreatedAt time.Time      `json:"created_at"`
	Links     []Link         `json:"links"`
}

// QuoteParcel is the part of a quote that one site would serve.
type QuoteParcel struct {
	SiteID    string    `json:"site_id"`
	ShipAt    time.Time `json:"ship_at"`
	Arrival   Window    `json:"arrival"`
	DistanceM int64     `json:"distance_m" doc:"From the site to the consignee, one way"`
	Travel    string    `json:"travel" enum:"road,straight" doc:"What the distance was measured along"`
	Cost      Money     `json:"cost"`
	CO2eG     int64     `json:"co2e_g"`
	Lines     []Line    `json:"lines"`
}

// Confirmation places the order that a quote was for.
type Confirmation struct {
	OrderID    string `json:"order_id" minLength:"1" maxLength:"200" doc:"The caller's; the order is stored under it unless it is there"`
	CustomerID string `json:"customer_id,omitempty" maxLength:"200"`
	HoldSec    int64  `json:"hold_sec,omitempty" minimum:"60" maximum:"2592000" default:"172800" doc:"How long its units are held unless a plan or a shipment takes them"`
}
