package service

import (
	"context"

	"quartermaster/inventory"
)

// MovementKind is what happened to stock.
type MovementKind string

// The kinds of movements.
const (
	MoveReceived MovementKind = "received" // came in: Qty units more
	MoveReturned MovementKind = "returned" // came back from a customer: Qty units more
	MoveShipped  MovementKind = "shipped"  // left for an order: Qty units fewer
	MoveAdjusted MovementKind = "adjusted" // found or lost: Qty units more, or fewer where below 0
	MoveCounted  MovementKind = "counted"  // somebody counted: Qty units are there
)

// Movement is one thing that happened to the stock of an item at a site. Movements are only ever added.
type Movement struct {
	ID             string // unique in its tenant: the key that makes telling it twice harmless
	ItemID, SiteID string
	Kind           MovementKind
	Qty            int64
	OrderID        string // shipped, returned: whose
	InboundID      string // received: which line that was on its way
	Reason         string
	AtUs           int64 // when it happened, microseconds since 1970 UTC

	// Given by the store.
	Seq       string // orders movements
	Change    int64  // of the units on hand
	OnHand    int64  // after it
	CreatedUs int64
}

// StockPosition is a position with what is spoken for of the units on hand.
type StockPosition struct {
	inventory.Position
	Reserved  int64 // held by confirmed promises
	Allocated int64 // given to orders by the newest plan, and not shipped yet
}

// Available is what may still be promised.
func (p StockPosition) Available() int64 { return max(0, p.OnHand-p.Reserved-p.Allocated) }

// PositionQuery chooses positions for a list, by item, then site; zero fields do not choose.
type PositionQuery struct {
	ItemIDs              []string
	SiteID               string
	AfterItem, AfterSite string // the cursor
	Limit                int    // 0 = 100, at most 10,000
}

// MovementQuery chooses movements for a list, newest first; zero fields do not choose.
type MovementQuery struct {
	ItemID, SiteID, OrderID string
	Before                  string // Seq: the cursor
	Limit                   int    // 0 = 100, at most 10,000
}

// StockStore keeps stock as it moves.
type StockStore interface {
	// Move adds movements and brings the positions up to date, all in one transaction and in order, or none. One whose id
	// is known changes nothing if it is the same, and is ErrConflict if it differs; so is one that would leave less than
	// nothing on the shelf. fresh counts the new ones.
	Move(ctx context.Context, tenant string, movements []Movement) (moved []Movement, fresh int, err error)
	Movements(ctx context.Context, tenant string, q MovementQuery) ([]Movement, error)
	StockPositions(ctx context.Context, tenant string, q PositionQuery) ([]StockPosition, error)
}
