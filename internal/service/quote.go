package service

import (
	"context"
	"time"
)

// QuoteState is where a quote stands. Expired is told by its time, and is not written.
type QuoteState string

// The states of a quote.
const (
	QuoteOpen      QuoteState = "quoted"    // may be confirmed until ExpiresUs
	QuoteConfirmed QuoteState = "confirmed" // its units are held until ExpiresUs, or until a plan or a shipment takes them
	QuoteReleased  QuoteState = "released"  // given back
)

// Quote is what one order was told before it was placed.
type Quote struct {
	ID          string // given by the store
	State       QuoteState
	OrderID     string // once confirmed
	Document    []byte // JSON: QuoteDocument
	ExpiresUs   int64
	CreatedUs   int64
	ConfirmedUs int64
}

// Hold is what a confirmation reserves: units of an item at a site, and a parcel of the site's day.
type Hold struct {
	ItemID, SiteID string
	Qty            int64
	ShipDay        int   // days since 1970-01-01
	Capacity       int64 // parcels of that site's day that promises may hold together
}

// Reservation is one held Hold.
type Reservation struct {
	QuoteID, OrderID, ItemID, SiteID string
	Qty                              int64
	ShipDay                          int
	ExpiresUs                        int64
}

// QuoteStore keeps quotes and the stock they hold.
type QuoteStore interface {
	// SaveQuote stores a new quote; quotes that come together are committed together.
	SaveQuote(ctx context.Context, tenant string, document []byte, valid time.Duration) (Quote, error)
	Quote(ctx context.Context, tenant, id string) (Quote, error)
	// ConfirmQuote reserves everything a quote holds for an order, and stores the order unless it is there, in one
	// transaction. What is no longer to be had, or was quoted too long ago, is ErrConflict; confirming twice for the same
	// order is no error.
	ConfirmQuote(ctx context.Context, tenant, id string, order Order, holds []Hold, hold time.Duration) (Quote, error)
	// ReleaseQuote gives a quote, and what it holds, back. Releasing twice is no error.
	ReleaseQuote(ctx context.Context, tenant, id string) (Quote, error)
	// SiteDays tells how many parcels promises hold of the sites' days from a day on.
	SiteDays(ctx context.Context, tenant string, fromDay int) (map[SiteDay]int64, error)
	// ExpireReservations gives back what was held too long, of all tenants, and tells how many holds that were.
	ExpireReservations(ctx context.Context, limit int) (int, error)
}

// SiteDay names a day of a site.
type SiteDay struct {
	SiteID string
	Day    int
}
