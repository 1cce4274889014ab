package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type newOrderInput struct {
	Body api.NewOrder
}

type orderOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     api.Order
}

type orderBatchInput struct {
	Body api.OrderBatch
}

type orderReceiptOutput struct {
	Status int
	Body   api.OrderReceipt
}

type orderInput struct {
	ID string `path:"id" maxLength:"200"`
}

type listOrdersInput struct {
	PlacedFrom string `query:"placed_from" format:"date-time" doc:"Only orders placed at this time or later"`
	PlacedTo   string `query:"placed_to" format:"date-time" doc:"Only orders placed before this time"`
	CustomerID string `query:"customer_id" maxLength:"200"`
	Status     string `query:"status" enum:"open,cancelled"`
	Cursor     string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	Limit      int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type ordersOutput struct{ Body api.OrderList }

// maxBatchBytes bounds the body of a batch of facts.
const maxBatchBytes = 16 << 20

func (s *Server) registerOrders() {
	one := operation("store-order", http.MethodPost, "/v1/orders", "Store an order", "orders", service.ScopeOrdersWrite, 409, 413, 422)
	one.Description = "201 with the order, or 200 where the same order is there already. Another order under a known id is 409. Plans work on it from the next open day after its cut-off on. A consignee is kept encrypted, apart from the order; without an encryption key in the service's environment it is refused (409)."
	one.DefaultStatus = http.StatusCreated
	register(s, s.once(one), s.storeOrder)
	bulk := operation("store-orders", http.MethodPost, "/v1/orders/bulk", "Store many orders, all or none", "orders", service.ScopeOrdersWrite, 409, 413, 422)
	bulk.MaxBodyBytes, bulk.DefaultStatus = maxBatchBytes, http.StatusCreated
	register(s, s.once(bulk), s.storeOrders)
	register(s, operation("list-orders", http.MethodGet, "/v1/orders", "List orders, newest first", "orders", service.ScopeOrdersRead), s.listOrders)
	register(s, operation("get-order", http.MethodGet, "/v1/orders/{id}", "Read an order", "orders", service.ScopeOrdersRead, 404),
		func(ctx context.Context, in *orderInput) (*orderOutput, error) {
			return s.order(ctx, in, s.options.OrderStore.Order)
		})
	cancel := operation("cancel-order", http.MethodPost, "/v1/orders/{id}/cancel", "Call an order off", "orders", service.ScopeOrdersWrite, 404)
	cancel.Description = "No plan works on it any more, and what its promise held is free. A plan that has it keeps it: ask for a new one. Cancelling twice is no error."
	register(s, cancel, func(ctx context.Context, in *orderInput) (*orderOutput, error) {
		return s.order(ctx, in, s.options.OrderStore.CancelOrder)
	})
}

func (s *Server) order(ctx context.Context, in *orderInput, do func(context.Context, string, string) (service.Order, error)) (*orderOutput, error) {
	o, err := do(ctx, s.tenant(ctx), in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &orderOutput{Status: http.StatusOK, Body: s.orderWords(o, s.currency(ctx))}, nil
}

func (s *Server) storeOrder(ctx context.Context, in *newOrderInput) (*orderOutput, error) {
	var wrong fieldErrors
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	whose := map[string]service.Consignee{}
	o := s.readOrder(d, &in.Body, "", whose, &wrong)
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	fresh, err := s.addOrders(ctx, []service.Order{o}, whose)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &orderOutput{Status: http.StatusOK, Location: "/v1/orders/" + o.ID, Body: s.orderWords(o, d.Facts.Currency)}
	if fresh[0] {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (s *Server) storeOrders(ctx context.Context, in *orderBatchInput) (*orderReceiptOutput, error) {
	var wrong fieldErrors
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	orders, seen, whose := make([]service.Order, len(in.Body.Orders)), map[string]bool{}, map[string]service.Consignee{}
	for i := range in.Body.Orders {
		at := fmt.Sprintf("orders[%d].", i)
		orders[i] = s.readOrder(d, &in.Body.Orders[i], at, whose, &wrong)
		if seen[orders[i].ID] {
			wrong.add(orders[i].ID, "stands twice", "%sid", at)
		}
		seen[orders[i].ID] = true
	}
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	fresh, err := s.addOrders(ctx, orders, whose)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &orderReceiptOutput{Status: http.StatusOK}
	for _, f := range fresh {
		if f {
			out.Body.Stored++
			out.Status = http.StatusCreated
		} else {
			out.Body.Known++
		}
	}
	return out, nil
}

// addOrders stores orders, and whom they are for, sealed, all or nothing.
func (s *Server) addOrders(ctx context.Context, orders []service.Order, whose map[string]service.Consignee) ([]bool, error) {
	var sealed []service.SealedConsignee
	if len(whose) > 0 {
		var err error
		if sealed, err = s.options.Personal.Seal(ctx, s.tenant(ctx), orders, whose); err != nil {
			return nil, err
		}
	}
	return s.options.OrderStore.AddOrders(ctx, s.tenant(ctx), orders, sealed)
}

// readOrder turns words into a fact, puts down in whose for whom it is, and notes what is wrong with them; at is the place of
// the order in the body.
func (s *Server) readOrder(d *service.Declared, x *api.NewOrder, at string, whose map[string]service.Consignee, wrong *fieldErrors) service.Order {
	placed := time.Now()
	if x.PlacedAt != nil {
		placed = *x.PlacedAt
	}
	if placed.Year() < 1971 || placed.Year() > 2199 {
		wrong.add(placed, "is not within the years 1971 to 2199", "%splaced_at", at)
	}
	o := service.Order{ID: x.ID, CustomerID: x.CustomerID, PlacedUs: s.localUs(placed), Lon: x.Destination.Lon, Lat: x.Destination.Lat}
	o.FromSec, o.ToSec = readHours(x.DeliverHours, at+"deliver_hours", wrong)
	if o.ID != strings.TrimSpace(o.ID) {
		wrong.add(o.ID, "begins or ends with a space", "%sid", at)
	}
	if x.Consignee != nil {
		whose[o.ID] = service.Consignee(*x.Consignee)
		for _, f := range whose[o.ID].Wrong() {
			wrong.add(nil, f.Reason, "%sconsignee%s", at, dotted(f.Field)) // a value that is personal is not said again
		}
	}
	for i, l := range x.Lines {
		item, ok := d.Item(l.ItemID)
		if !ok {
			wrong.add(l.ItemID, "no such item is declared", "%slines[%d].item_id", at, i)
		}
		price := item.PriceCents
		if l.Price != nil {
			currencyOf(wrong, &d.Facts, *l.Price, fmt.Sprintf("%slines[%d].price", at, i))
			price = l.Price.Minor
		}
		o.Lines = append(o.Lines, service.OrderLine{ItemID: l.ItemID, Qty: l.Qty, PriceCents: price})
	}
	return o
}

// dotted is a field's name behind that of its object; "" is the object itself.
func dotted(field string) string {
	if field == "" {
		return ""
	}
	return "." + field
}

// readHours reads a span within a day; none is the whole day.
func readHours(h *api.Hours, place string, wrong *fieldErrors) (fromSec, toSec int64) {
	if h == nil {
		return 0, secondsPerDay
	}
	fromSec, toSec = clockSec(h.From), clockSec(h.To)
	if toSec <= fromSec {
		wrong.add(h.To, "is not after its beginning", "%s.to", place)
	}
	return fromSec, toSec
}

// localUs is what the business's clocks show at a time, as orders count: microseconds of local time since 1970-01-01 00:00.
func (s *Server) localUs(t time.Time) int64 {
	t = t.In(s.options.Zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC).UnixMicro()
}

// fromLocalUs is localUs the other way round.
func (s *Server) fromLocalUs(us int64) time.Time {
	t := time.UnixMicro(us).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), s.options.Zone)
}

// currency is that of the business, "" where none is declared.
func (s *Server) currency(ctx context.Context) string {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return ""
	}
	return d.Facts.Currency
}

func (s *Server) orderWords(o service.Order, currency string) api.Order {
	out := api.Order{
		ID: o.ID, CustomerID: o.CustomerID, Status: "open", PlacedAt: s.fromLocalUs(o.PlacedUs), CancelledAt: s.timeIfSet(o.CancelledUs),
		Destination: api.Place{Lon: o.Lon, Lat: o.Lat}, DeliverHours: api.Hours{From: clockOf(o.FromSec), To: clockOf(o.ToSec)},
		Lines: make([]api.OrderLine, len(o.Lines)), Links: []api.Link{{Rel: "self", Href: "/v1/orders/" + o.ID}},
	}
	for i, l := range o.Lines {
		out.Lines[i] = api.OrderLine{ItemID: l.ItemID, Qty: l.Qty, Price: &api.Money{Minor: l.PriceCents, Currency: currency}}
	}
	if o.CancelledUs > 0 {
		out.Status = "cancelled"
	} else {
		out.Links = append(out.Links, api.Link{Rel: "cancel", Href: "/v1/orders/" + o.ID + "/cancel"})
	}
	return out
}

func (s *Server) listOrders(ctx context.Context, in *listOrdersInput) (*ordersOutput, error) {
	q, err := s.orderQuery(in)
	if err != nil {
		return nil, err
	}
	orders, err := s.options.OrderStore.OrderPage(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	orders, more := page(orders, in.Limit)
	out, currency := &ordersOutput{Body: api.OrderList{Items: make([]api.Order, len(orders))}}, s.currency(ctx)
	for i, o := range orders {
		out.Body.Items[i] = s.orderWords(o, currency)
	}
	if more {
		last := orders[len(orders)-1]
		out.Body.NextCursor = cursorOf(strconv.FormatInt(last.PlacedUs, 10), last.ID)
	}
	return out, nil
}

func (s *Server) orderQuery(in *listOrdersInput) (service.OrderQuery, error) {
	q := service.OrderQuery{CustomerID: in.CustomerID, Limit: in.Limit + 1}
	if in.Status != "" {
		cancelled := in.Status == "cancelled"
		q.Cancelled = &cancelled
	}
	for _, x := range []struct {
		text string
		into *int64
	}{{in.PlacedFrom, &q.FromUs}, {in.PlacedTo, &q.ToUs}} {
		if t, err := time.Parse(time.RFC3339, x.text); err == nil { // its form was looked at
			*x.into = s.localUs(t)
		}
	}
	if in.Cursor == "" {
		return q, nil
	}
	parts, err := readCursor(in.Cursor, 2)
	if err == nil {
		q.BeforeUs, err = strconv.ParseInt(parts[0], 10, 64)
	}
	if err != nil {
		return q, errCursor(in.Cursor)
	}
	q.BeforeID = parts[1]
	return q, nil
}

// cursorOf makes a cursor of the keys of the last row of a page; callers only give it back.
func cursorOf(keys ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(keys, "\x00")))
}

var errNoCursor = errors.New("server: not a cursor")

func readCursor(cursor string, n int) ([]string, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, errNoCursor
	}
	parts := strings.Split(string(text), "\x00")
	if len(parts) != n {
		return nil, errNoCursor
	}
	return parts, nil
}

// errCursor refuses a cursor that no page has given.
func errCursor(cursor string) error {
	p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "validation failed")
	p.Errors = []api.FieldError{{Location: "query.cursor", Message: "is no cursor that a page has given", Value: cursor}}
	return p
}
