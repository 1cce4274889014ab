package client

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"iter"
	"net/http"

	"quartermaster/api"
)

// once sends something that is done once for an Idempotency-Key: key, or a random one for this call, which makes its own
// repetitions harmless.
func (c *Client) once(ctx context.Context, k call, key string) error {
	if key == "" {
		key = rand.Text()
	}
	k.method, k.again = http.MethodPost, true
	k.header = map[string]string{"Idempotency-Key": key}
	_, err := c.do(ctx, k)
	return err
}

// StoreOrder stores one order. The same order again is no error.
func (c *Client) StoreOrder(ctx context.Context, o api.NewOrder) (api.Order, error) {
	var out api.Order
	err := c.once(ctx, call{what: "store order " + o.ID, path: "/v1/orders", body: o, into: &out}, "")
	return out, err
}

// StoreOrders stores up to api.MaxOrdersPerRequest orders, all or none.
func (c *Client) StoreOrders(ctx context.Context, orders []api.NewOrder) (api.OrderReceipt, error) {
	var out api.OrderReceipt
	err := c.once(ctx, call{what: fmt.Sprintf("store %d orders", len(orders)), path: "/v1/orders/bulk", body: api.OrderBatch{Orders: orders}, into: &out, large: true}, "")
	return out, err
}

// Order reads one order.
func (c *Client) Order(ctx context.Context, id string) (api.Order, error) {
	var out api.Order
	err := c.get(ctx, "read order "+id, &out, "/v1/orders/", id)
	return out, err
}

// CancelOrder calls an order off. Cancelling twice is no error.
func (c *Client) CancelOrder(ctx context.Context, id string) (api.Order, error) {
	var out api.Order
	err := c.post(ctx, "cancel order "+id, nil, &out, "/v1/orders/", id, "/cancel")
	return out, err
}

// get reads one thing; parts are those of path.
func (c *Client) get(ctx context.Context, what string, into any, parts ...string) error {
	p, err := path(parts...)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: what, method: http.MethodGet, path: p, into: into, again: true})
	return err
}

// post does something that may be done twice without harm.
func (c *Client) post(ctx context.Context, what string, body, into any, parts ...string) error {
	p, err := path(parts...)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: what, method: http.MethodPost, path: p, body: body, into: into, again: true})
	return err
}

// OrderFilter chooses orders.
type OrderFilter struct {
	PageOf
	PlacedFrom, PlacedTo string // RFC 3339; "" = without end
	CustomerID           string
	Status               string // open or cancelled; "" = all
}

// Orders reads one page of the orders, newest first.
func (c *Client) Orders(ctx context.Context, f OrderFilter) (api.OrderList, error) {
	var list api.OrderList
	_, err := c.do(ctx, call{what: "list orders", method: http.MethodGet, path: "/v1/orders", into: &list, again: true,
		query: f.query("placed_from", f.PlacedFrom, "placed_to", f.PlacedTo, "customer_id", f.CustomerID, "status", f.Status)})
	return list, err
}

// AllOrders goes through the orders, newest first, page by page. An error is the last thing that it gives.
func (c *Client) AllOrders(ctx context.Context, f OrderFilter) iter.Seq2[api.Order, error] {
	return pages(func(cursor string) ([]api.Order, string, error) {
		if cursor != "" {
			f.Cursor = cursor
		}
		list, err := c.Orders(ctx, f)
		return list.Items, list.NextCursor, err
	})
}

// MoveStock says what happened to stock: all of it is taken, in its order, or none. Telling the same again is no error.
func (c *Client) MoveStock(ctx context.Context, movements []api.NewMovement) (api.MovementReceipt, error) {
	var out api.MovementReceipt
	err := c.once(ctx, call{what: fmt.Sprintf("tell %d movements of stock", len(movements)), path: "/v1/stock-movements", body: api.MovementBatch{Movements: movements}, into: &out, large: true}, "")
	return out, err
}

// StockFilter chooses positions or movements.
type StockFilter struct {
	PageOf
	ItemID, SiteID string // "" = all
	OrderID        string // of movements; "" = all
}

// StockMovements reads one page of the movements, newest first.
func (c *Client) StockMovements(ctx context.Context, f StockFilter) (api.MovementList, error) {
	var list api.MovementList
	_, err := c.do(ctx, call{what: "list stock movements", method: http.MethodGet, path: "/v1/stock-movements", into: &list, again: true,
		query: f.query("item_id", f.ItemID, "site_id", f.SiteID, "order_id", f.OrderID)})
	return list, err
}

// StockPositions reads one page of the stock by item, then site.
func (c *Client) StockPositions(ctx context.Context, f StockFilter) (api.StockPositionList, error) {
	var list api.StockPositionList
	_, err := c.do(ctx, call{what: "list stock", method: http.MethodGet, path: "/v1/stock-positions", into: &list, again: true,
		query: f.query("item_id", f.ItemID, "site_id", f.SiteID)})
	return list, err
}

// UploadSales uploads sales history as CSV, NDJSON or Parquet (contentType text/csv, application/x-ndjson or
// application/vnd.apache.parquet). It is sent once, since body can be read once; the same content again changes nothing.
func (c *Client) UploadSales(ctx context.Context, contentType string, body io.Reader) (api.SalesReceipt, error) {
	var out api.SalesReceipt
	_, err := c.stream(ctx, call{what: "upload sales history", method: http.MethodPost, path: "/v1/sales-history", into: &out}, contentType, body)
	return out, err
}

// QuotePromise asks what one order could be promised.
func (c *Client) QuotePromise(ctx context.Context, q api.QuoteRequest) (api.Quote, error) {
	var out api.Quote
	err := c.once(ctx, call{what: "quote a promise", path: "/v1/promises", body: q, into: &out}, "")
	return out, err
}

// QuotedPromise reads a quoted or confirmed promise.
func (c *Client) QuotedPromise(ctx context.Context, id string) (api.Quote, error) {
	var out api.Quote
	err := c.get(ctx, "read promise "+id, &out, "/v1/promises/", id)
	return out, err
}

// ConfirmPromise holds a promise for an order. What is no longer to be had is a Problem with api.CodeConflict.
func (c *Client) ConfirmPromise(ctx context.Context, id string, x api.Confirmation) (api.Quote, error) {
	var out api.Quote
	err := c.post(ctx, "confirm promise "+id, x, &out, "/v1/promises/", id, "/confirm")
	return out, err
}

// ReleasePromise gives a promise back.
func (c *Client) ReleasePromise(ctx context.Context, id string) (api.Quote, error) {
	var out api.Quote
	err := c.post(ctx, "release promise "+id, nil, &out, "/v1/promises/", id, "/release")
	return out, err
}
