package service

import "context"

// OrderQuery chooses orders for a list, newest first; zero fields do not choose.
type OrderQuery struct {
	FromUs, ToUs int64 // placed in FromUs ≤ PlacedUs < ToUs, as Order counts; ToUs 0 = without end
	CustomerID   string
	Cancelled    *bool
	BeforeUs     int64  // the cursor: placed before this time, or then with a smaller id
	BeforeID     string // "" = from the newest
	Limit        int    // 0 = 100, at most 10,000
}

// OrderStore keeps orders one by one.
type OrderStore interface {
	// AddOrders stores orders in one transaction and says of each whether it is new. An order whose id is known is left
	// alone when it is the same; where any differs, ErrConflict names it and nothing is stored. Whom orders are for is
	// stored in the same transaction, in place of what was there.
	AddOrders(ctx context.Context, tenant string, orders []Order, consignees []SealedConsignee) (fresh []bool, err error)
	Order(ctx context.Context, tenant, id string) (Order, error)
	OrderPage(ctx context.Context, tenant string, q OrderQuery) ([]Order, error)
	// CancelOrder calls an order off, with what is reserved for it. Cancelling twice is no error.
	CancelOrder(ctx context.Context, tenant, id string) (Order, error)
}
