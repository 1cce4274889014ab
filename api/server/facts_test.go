package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

const (
	gbp      = `{"minor":100,"currency":"GBP"}`
	anItem   = `{"id":"C","supplier_id":"sup","unit_cost":` + gbp + `,"price":` + gbp + `,"weight_g":10,"volume_cm3":10,"pack_size":1}`
	anOrder  = `{"id":"N-1","customer_id":"7","placed_at":"2011-11-28T09:00:00Z","destination":{"lon":9.5,"lat":47.1},"deliver_hours":{"from":"08:00","to":"12:00"},"lines":[{"item_id":"A","qty":2}]}`
	aMove    = `{"movements":[{"id":"m1","item_id":"A","site_id":"S","kind":"received","qty":5}]}`
	aQuote   = `{"lines":[{"item_id":"A","qty":2}],"destination":{"lon":9.51,"lat":47.11},"as_of":"2011-11-28T09:00:00Z"}`
	aWebhook = `{"url":"https://erp.example.com/hooks","topics":["job.done"]}`
)

// Every endpoint that takes a body names every wrong field at once, by its place, and does nothing.
func TestWrongBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		places             []string
	}{
		"order: nothing":        {"POST", "/v1/orders", `{}`, 422, []string{"body", "body", "body"}},
		"order: no JSON":        {"POST", "/v1/orders", `[`, 400, nil},
		"order: a list":         {"POST", "/v1/orders", `[]`, 422, []string{"body"}},
		"order: fields":         {"POST", "/v1/orders", `{"id":"","placed_at":"yesterday","destination":{"lon":181,"lat":47},"deliver_hours":{"from":"25:00","to":"12:00"},"lines":[{"item_id":"A","qty":0}]}`, 422, []string{"body.id", "body.placed_at", "body.destination.lon", "body.deliver_hours.from", "body.lines[0].qty"}},
		"order: facts":          {"POST", "/v1/orders", `{"id":" x","placed_at":"1950-01-01T00:00:00Z","destination":{"lon":9,"lat":47},"deliver_hours":{"from":"12:00","to":"08:00"},"lines":[{"item_id":"Z","qty":1},{"item_id":"A","qty":1,"price":{"minor":-1,"currency":"EUR"}}]}`, 422, []string{"body.placed_at", "body.deliver_hours.to", "body.id", "body.lines[0].item_id", "body.lines[1].price.currency", "body.lines[1].price.minor"}},
		"orders: none":          {"POST", "/v1/orders/bulk", `{"orders":[]}`, 422, []string{"body.orders"}},
		"orders: doubled":       {"POST", "/v1/orders/bulk", `{"orders":[` + anOrder + `,` + anOrder + `]}`, 422, []string{"body.orders[1].id"}},
		"movement: fields":      {"POST", "/v1/stock-movements", `{"movements":[{"id":"m","item_id":"A","site_id":"S","kind":"lost","qty":1e10}]}`, 422, []string{"body.movements[0].kind", "body.movements[0].qty"}},
		"movement: facts":       {"POST", "/v1/stock-movements", `{"movements":[{"id":"m","item_id":"Z","site_id":"T","kind":"received","qty":-1,"order_id":"x"},{"id":"n","item_id":"A","site_id":"S","kind":"adjusted","qty":0,"inbound_id":"x"}]}`, 422, []string{"body.movements[0].item_id", "body.movements[0].site_id", "body.movements[0].qty", "body.movements[0].order_id", "body.movements[1].qty", "body.movements[1].inbound_id"}},
		"movement: below 0":     {"POST", "/v1/stock-movements", `{"movements":[{"id":"m","item_id":"A","site_id":"S","kind":"shipped","qty":1}]}`, 409, nil},
		"item: fields":          {"PUT", "/v1/items/C", `{"supplier_id":"","unit_cost":{},"price":` + gbp + `,"weight_g":-1,"volume_cm3":10,"pack_size":0}`, 422, []string{"body", "body.supplier_id", "body.unit_cost", "body.unit_cost", "body.weight_g", "body.pack_size"}},
		"item: facts":           {"PUT", "/v1/items/C", `{"id":"D","supplier_id":"nobody","unit_cost":{"minor":-1,"currency":"EUR"},"price":` + gbp + `,"weight_g":1,"volume_cm3":10,"pack_size":1}`, 422, []string{"body.id"}},
		"item: supplier":        {"PUT", "/v1/items/C", `{"id":"C","supplier_id":"nobody","unit_cost":{"minor":-1,"currency":"EUR"},"price":` + gbp + `,"weight_g":1,"volume_cm3":10,"pack_size":1}`, 422, []string{"body.supplier_id", "body.unit_cost.currency", "body.unit_cost.minor"}},
		"site: hours":           {"PUT", "/v1/sites/T", `{"id":"T","lon":9.5,"lat":47.1,"orders_per_day":1,"opens":"18:00","closes":"06:00","pickers":1,"floor_of":"none"}`, 422, []string{"body.closes", "body.floor_of"}},
		"supplier: date":        {"PUT", "/v1/suppliers/x", `{"id":"x","since_date":"2010-13-01","lead_days":-1,"credit_limit":` + gbp + `,"open_orders":` + gbp + `}`, 422, []string{"body.since_date", "body.lead_days"}},
		"vehicle: facts":        {"PUT", "/v1/vehicles/v", `{"id":"v","site_id":"T","shift":{"from":"18:00","to":"06:00"},"max_weight_g":1,"max_volume_cm3":1,"fixed":` + gbp + `,"per_km":` + gbp + `,"per_hour":{"minor":1,"currency":"EUR"},"co2e_g_per_km_empty":2,"co2e_g_per_km_full":1}`, 422, []string{"body.per_hour.currency", "body.shift.to", "body.co2e_g_per_km_full", "body.site_id"}},
		"vehicle: unsound":      {"PUT", "/v1/vehicles/v", `{"id":"v","site_id":"S","shift":{"from":"08:00","to":"18:00"},"max_weight_g":1,"max_volume_cm3":1,"fixed":{"minor":999999999999,"currency":"GBP"},"per_km":` + gbp + `,"per_hour":` + gbp + `}`, 422, []string{"sites[0] (S).vehicles"}},
		"patch: unknown":        {"PATCH", "/v1/items/A", `{"colour":"red","pack_size":0}`, 422, []string{"body.colour", "body.pack_size"}},
		"promise: fields":       {"POST", "/v1/promises", `{"lines":[],"destination":{"lon":9.5},"valid_sec":1}`, 422, []string{"body.lines", "body.destination", "body.valid_sec"}},
		"promise: facts":        {"POST", "/v1/promises", `{"lines":[{"item_id":"Z","qty":1}],"destination":{"lon":9.5,"lat":47},"as_of":"2300-01-01T00:00:00Z","deliver_hours":{"from":"10:00","to":"09:00"}}`, 422, []string{"body.as_of", "body.deliver_hours.to", "body.lines[0].item_id"}},
		"confirm: fields":       {"POST", "/v1/promises/x/confirm", `{"order_id":"","hold_sec":1}`, 422, []string{"body.order_id", "body.hold_sec"}},
		"webhook: fields":       {"POST", "/v1/webhooks", `{"url":"not a url","topics":["order.eaten"]}`, 422, []string{"body.topics[0]", "body.url"}},
		"sales: rows":           {"POST", "/v1/sales-history", `x`, 422, []string{"body[2].qty"}},
		"sales: tolerance":      {"POST", "/v1/sales-history?max_bad_rows=-1", `x`, 422, []string{"query.max_bad_rows"}},
		"orders: cursor":        {"GET", "/v1/orders?cursor=nonsense", ``, 422, []string{"query.cursor"}},
		"positions: cursor":     {"GET", "/v1/stock-positions?cursor=nonsense", ``, 422, []string{"query.cursor"}},
		"orders: time":          {"GET", "/v1/orders?placed_from=monday", ``, 422, []string{"query.placed_from"}},
		"key: too long":         {"POST", "/v1/orders", anOrder, 422, nil},
		"unknown query":         {"GET", "/v1/items?colour=red", ``, 422, []string{"query.colour"}},
		"another content type":  {"POST", "/v1/orders", anOrder, 415, nil},
		"rotate: too long kept": {"POST", "/v1/webhooks/x/rotate-secret", `{"keep_sec":-1}`, 422, []string{"body.keep_sec"}},
	} {
		headers := []string{"If-Match", "*"}
		switch {
		case name == "key: too long":
			headers = []string{"Idempotency-Key", strings.Repeat("k", 256)}
		case name == "another content type":
			headers = []string{"Content-Type", "text/plain"}
		case c.method == "PUT":
			headers = nil
		}
		a := h.ask(c.method, c.path, c.body, headers...)
		var p api.Problem
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, a.status, c.status, a.body)
			continue
		}
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Location)
		}
		slices.Sort(places)
		slices.Sort(c.places)
		if c.places != nil && !slices.Equal(places, c.places) {
			t.Errorf("%s: %q, want %q (%s)", name, places, c.places, a.body)
		}
	}
	if n, _, _, err := h.store.OrderSpan(t.Context(), tenant); err != nil || n != 0 {
		t.Errorf("%d orders were stored, %v", n, err)
	}
	if b, err := h.store.Business(t.Context(), tenant); err != nil || b.Revision != 1 {
		t.Errorf("the declaration is at revision %d, %v", b.Revision, err)
	}
}

// A declared thing is made, read, replaced, changed in part and removed under its ETag, each state by its own; what others
// need stays.
func TestDeclaredOneByOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("GET", "/v1/items/A", ""), 404, api.CodeNotFound)
	if list := want[api.ItemList](t, h.ask("GET", "/v1/items", ""), 200); len(list.Items) != 0 {
		t.Errorf("before anything is declared: %+v", list)
	}
	h.declare()
	made := h.ask("PUT", "/v1/items/C", anItem)
	if want[api.Item](t, made, 201).ID != "C" || made.header.Get("Location") != "/v1/items/C" {
		t.Errorf("made %s", made.body)
	}
	read := h.ask("GET", "/v1/items/C", "")
	tag := read.header.Get("ETag")
	if tag == "" || tag != made.header.Get("ETag") {
		t.Errorf("ETag %q, then %q", made.header.Get("ETag"), tag)
	}
	refused(t, h.ask("PUT", "/v1/items/C", anItem), 428, api.CodePrecondition)
	refused(t, h.ask("PUT", "/v1/items/C", anItem, "If-None-Match", "*"), 412, api.CodePrecondition)
	refused(t, h.ask("PUT", "/v1/items/D", strings.Replace(anItem, `"C"`, `"D"`, 1), "If-Match", tag), 412, api.CodePrecondition)
	patched := h.ask("PATCH", "/v1/items/C", `{"name":"cup","price":{"minor":250}}`, "If-Match", tag)
	if x := want[api.Item](t, patched, 200); x.Name != "cup" || x.Price != (api.Money{Minor: 250, Currency: "GBP"}) || x.PackSize != 1 {
		t.Errorf("patched %+v", x)
	}
	refused(t, h.ask("PATCH", "/v1/items/C", `{"name":"mug"}`, "If-Match", tag), 412, api.CodePrecondition)
	refused(t, h.ask("PATCH", "/v1/items/none", `{}`, "If-Match", "*"), 404, api.CodeNotFound)
	refused(t, h.ask("DELETE", "/v1/suppliers/sup", "", "If-Match", "*"), 409, api.CodeConflict)
	refused(t, h.ask("DELETE", "/v1/sites/S", "", "If-Match", "*"), 409, api.CodeConflict)
	site := want[api.Site](t, h.ask("PUT", "/v1/sites/T", `{"id":"T","name":"Two","lon":9.5,"lat":47.2,"orders_per_day":5,"opens":"07:00","closes":"15:00","pickers":2}`), 201)
	if site.Floor == nil || site.Floor.Robots != 1 || site.Floor.Columns != 4 {
		t.Errorf("a new site has the floor %+v", site.Floor)
	}
	want[api.Vehicle](t, h.ask("PATCH", "/v1/vehicles/van", `{"site_id":"T"}`, "If-Match", "*"), 200)
	if list := want[api.VehicleList](t, h.ask("GET", "/v1/vehicles", ""), 200); len(list.Items) != 1 || list.Items[0].SiteID != "T" {
		t.Errorf("vehicles %+v", list)
	}
	if a := h.ask("DELETE", "/v1/sites/S", "", "If-Match", "*"); a.status != 204 {
		t.Errorf("a site among two: %d %s", a.status, a.body)
	}
	if a := h.ask("DELETE", "/v1/items/C", "", "If-Match", patched.header.Get("ETag")); a.status != 204 {
		t.Errorf("removed: %d %s", a.status, a.body)
	}
	first := want[api.ItemList](t, h.ask("GET", "/v1/items?limit=1", ""), 200)
	rest := want[api.ItemList](t, h.ask("GET", "/v1/items?limit=1&cursor="+first.NextCursor, ""), 200)
	if first.Items[0].ID != "A" || rest.Items[0].ID != "B" || rest.NextCursor != "" {
		t.Errorf("pages %+v, %+v", first, rest)
	}
}

// Reads are shaped as the caller wants them: only some fields, and not what it has.
func TestShapedReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	if a := h.ask("GET", "/v1/items?fields=id,price.minor", ""); string(a.body) != `{"items":[{"id":"A","price":{"minor":0}},{"id":"B","price":{"minor":0}}]}`+"\n" {
		t.Errorf("fields: %s", a.body)
	}
	a := h.ask("GET", "/v1/items", "", "If-None-Match", `"other"`)
	tag := a.header.Get("ETag")
	if b := h.ask("GET", "/v1/items", "", "If-None-Match", `"x", `+tag); a.status != 200 || tag == "" || b.status != 304 || len(b.body) != 0 {
		t.Errorf("first %d %q, then %d %s", a.status, tag, b.status, b.body)
	}
	refused(t, h.ask("GET", "/v1/items/none?fields=id", ""), 404, api.CodeNotFound)
}

// An order is stored once by its id, and once by its key even while the first request is under way; what was refused leaves
// the key free.
func TestOrdersAndKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("POST", "/v1/orders", anOrder), 409, api.CodeConflict)
	h.declare()
	first := h.ask("POST", "/v1/orders", anOrder, "Idempotency-Key", "k")
	if o := want[api.Order](t, first, 201); o.Status != "open" || o.Lines[0].Price == nil || first.header.Get("Location") != "/v1/orders/N-1" {
		t.Errorf("order %+v", o)
	}
	again := h.ask("POST", "/v1/orders", anOrder, "Idempotency-Key", "k")
	if again.status != 201 || string(again.body) != string(first.body) || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Location") == "" {
		t.Errorf("again %d %v %s", again.status, again.header, again.body)
	}
	if without := h.ask("POST", "/v1/orders", anOrder); without.status != 200 {
		t.Errorf("the same order without the key: %d", without.status)
	}
	refused(t, h.ask("POST", "/v1/orders", strings.Replace(anOrder, `"qty":2`, `"qty":3`, 1), "Idempotency-Key", "k"), 422, api.CodeKeyReused)
	refused(t, h.ask("POST", "/v1/orders", strings.Replace(anOrder, `"qty":2`, `"qty":3`, 1)), 409, api.CodeConflict)
	refused(t, h.ask("POST", "/v1/orders", strings.Replace(anOrder, `"A"`, `"Z"`, 1), "Idempotency-Key", "l"), 422, api.CodeInvalid)
	other := strings.ReplaceAll(anOrder, `"N-1"`, `"N-2"`)
	want[api.Order](t, h.ask("POST", "/v1/orders", other, "Idempotency-Key", "l"), 201)
	if r := want[api.OrderReceipt](t, h.ask("POST", "/v1/orders/bulk", `{"orders":[`+anOrder+`,`+strings.ReplaceAll(anOrder, `"N-1"`, `"N-3"`)+`]}`), 201); r.Stored != 1 || r.Known != 1 {
		t.Errorf("receipt %+v", r)
	}
	if _, first, err := h.store.BeginAnswer(t.Context(), tenant, "busy", "?", time.Hour); err != nil || !first {
		t.Fatal(first, err)
	}
	refused(t, h.ask("POST", "/v1/orders", anOrder, "Idempotency-Key", "busy"), 422, api.CodeKeyReused)
	if o := want[api.Order](t, h.ask("POST", "/v1/orders/N-2/cancel", ""), 200); o.Status != "cancelled" || o.CancelledAt == nil {
		t.Errorf("cancelled %+v", o)
	}
	var ids []string
	for cursor := ""; ; {
		list := want[api.OrderList](t, h.ask("GET", "/v1/orders?status=open&limit=1&cursor="+cursor, ""), 200)
		for _, o := range list.Items {
			ids = append(ids, o.ID)
		}
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	if fmt.Sprint(ids) != "[N-3 N-1]" {
		t.Errorf("open orders %v", ids)
	}
}

// An order brings whom it is for: kept apart and sealed, told to nobody but who may read it. Without an encryption key, or
// where any of it is wrong, nothing is stored; a wrong value that is personal is not said again.
func TestOrdersBringConsignees(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	with := func(id, consignee string) string {
		return strings.Replace(strings.ReplaceAll(anOrder, `"N-1"`, `"`+id+`"`), `"lines"`, `"consignee":`+consignee+`,"lines"`, 1)
	}
	const anna = `{"name":"Anna Muster","address":"Aeulestrasse 1, Vaduz","phone":"+423 1","email":"anna@example.org"}`
	a := h.ask("POST", "/v1/orders", with("N-1", anna), "Idempotency-Key", "k")
	want[api.Order](t, a, 201)
	a.body = append(a.body, h.ask("GET", "/v1/orders/N-1", "").body...)
	a.body = append(a.body, h.ask("GET", "/v1/orders", "").body...)
	if strings.Contains(string(a.body), "Muster") || strings.Contains(h.log.String(), "Muster") {
		t.Error("the consignee stands in an answer or in the log")
	}
	if c := want[api.Consignee](t, h.ask("GET", "/v1/orders/N-1/consignee", ""), 200); c.Name != "Anna Muster" || c.Address == "" || c.Phone == "" {
		t.Errorf("consignee %+v", c)
	}
	if r := want[api.OrderReceipt](t, h.ask("POST", "/v1/orders/bulk", `{"orders":[`+with("N-1", anna)+`,`+with("N-2", `{"name":"Berta"}`)+`,`+with("N-3", `null`)+`]}`), 201); r.Stored != 2 || r.Known != 1 {
		t.Errorf("receipt %+v", r)
	}
	if c := want[api.Consignee](t, h.ask("GET", "/v1/orders/N-2/consignee", ""), 200); c.Name != "Berta" {
		t.Errorf("consignee %+v", c)
	}
	refused(t, h.ask("GET", "/v1/orders/N-3/consignee", ""), 404, api.CodeNotFound)
	p := refused(t, h.ask("POST", "/v1/orders/bulk", `{"orders":[`+with("N-7", `{"name":"Carla"}`)+`,`+with("N-8", `{}`)+`,`+with("N-9", `{"email":"carla at home"}`)+`]}`), 422, api.CodeInvalid)
	if len(p.Errors) != 2 || p.Errors[0].Location != "body.orders[1].consignee" || p.Errors[1].Location != "body.orders[2].consignee.email" || p.Errors[1].Value != nil {
		t.Errorf("wrong fields %+v", p.Errors)
	}
	refused(t, h.ask("GET", "/v1/orders/N-7", ""), 404, api.CodeNotFound)

	keyless := newHouseOn(t, h.store, func(o *server.Options) { o.Personal = &service.Personal{Store: h.store, Orders: h.store} })
	refused(t, keyless.ask("POST", "/v1/orders", with("N-7", anna)), 409, api.CodeConflict)
	refused(t, h.ask("GET", "/v1/orders/N-7", ""), 404, api.CodeNotFound)
}

// One key, many requests at the same time: one is done, the others are told that it is under way or get its answer.
func TestOneKeyManyRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[int]int{}
	for range 12 {
		wg.Go(func() {
			a := h.ask("POST", "/v1/promises", aQuote, "Idempotency-Key", "one")
			mu.Lock()
			defer mu.Unlock()
			seen[a.status]++
		})
	}
	wg.Wait()
	if seen[201]+seen[409] != 12 || seen[201] < 1 {
		t.Errorf("answers by status %v", seen)
	}
	first := want[api.Quote](t, h.ask("POST", "/v1/promises", aQuote, "Idempotency-Key", "one"), 201)
	if again := want[api.Quote](t, h.ask("POST", "/v1/promises", aQuote, "Idempotency-Key", "one"), 201); again.ID != first.ID {
		t.Errorf("the key gives %s and %s", first.ID, again.ID)
	}
}

// Stock moves once, and a promise takes what is there: quoted at once, confirmed for an order, held against others, given
// back.
func TestPromiseFromQuoteToRelease(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	if q := want[api.Quote](t, h.ask("POST", "/v1/promises", aQuote), 201); q.Coverage != "none" || len(q.Unserved) != 1 || q.Unserved[0].Code != "no_stock" {
		t.Errorf("without stock %+v", q)
	}
	if r := want[api.MovementReceipt](t, h.ask("POST", "/v1/stock-movements", aMove), 201); r.Stored != 1 || r.Movements[0].OnHand != 5 {
		t.Errorf("receipt %+v", r)
	}
	if r := want[api.MovementReceipt](t, h.ask("POST", "/v1/stock-movements", aMove), 200); r.Known != 1 {
		t.Errorf("told again %+v", r)
	}
	a := h.ask("POST", "/v1/promises", aQuote)
	q := want[api.Quote](t, a, 201)
	if q.Coverage != "whole" || q.Parcels[0].SiteID != "S" || q.ShipAt.Format(time.DateTime) != "2011-11-29 07:00:00" || q.Cost.Currency != "GBP" ||
		q.Arrival.From.Before(*q.ShipAt) || !q.Arrival.To.After(q.Arrival.From) || q.CO2eG == 0 || q.Parcels[0].Travel != "straight" || a.header.Get("Location") != "/v1/promises/"+q.ID {
		t.Errorf("quote %s", a.body)
	}
	confirmed := want[api.Quote](t, h.ask("POST", "/v1/promises/"+q.ID+"/confirm", `{"order_id":"P-1"}`), 200)
	if confirmed.Status != "confirmed" || confirmed.OrderID != "P-1" {
		t.Errorf("confirmed %+v", confirmed)
	}
	if o := want[api.Order](t, h.ask("GET", "/v1/orders/P-1", ""), 200); o.Lines[0].Qty != 2 || !o.PlacedAt.Equal(time.Date(2011, 11, 28, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("order %+v", o)
	}
	if p := want[api.StockPositionList](t, h.ask("GET", "/v1/stock-positions?item_id=A", ""), 200); p.Items[0].Reserved != 2 || p.Items[0].Available != 3 {
		t.Errorf("position %+v", p)
	}
	refused(t, h.ask("POST", "/v1/promises/"+q.ID+"/confirm", `{"order_id":"P-2"}`), 409, api.CodeConflict)
	refused(t, h.ask("POST", "/v1/promises/none/confirm", `{"order_id":"P-2"}`), 404, api.CodeNotFound)
	if partial := want[api.Quote](t, h.ask("POST", "/v1/promises", strings.Replace(aQuote, `"qty":2`, `"qty":4`, 1)), 201); partial.Coverage != "partial" || partial.Unserved[0].Lines[0].Qty != 1 {
		t.Errorf("more than is left %+v", partial)
	}
	if r := want[api.Quote](t, h.ask("POST", "/v1/promises/"+q.ID+"/release", ""), 200); r.Status != "released" {
		t.Errorf("released %+v", r)
	}
	if whole := want[api.Quote](t, h.ask("POST", "/v1/promises", strings.Replace(aQuote, `"qty":2`, `"qty":5`, 1)), 201); whole.Coverage != "whole" {
		t.Errorf("after the release %+v", whole)
	}
}

// A day that is full sends the promise to the next open day; a weekend is passed over.
func TestPromiseWaitsForRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	if err := h.store.SavePositions(t.Context(), tenant, []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 1000}}); err != nil {
		t.Fatal(err)
	}
	friday := strings.Replace(aQuote, "2011-11-28T09", "2011-12-01T18", 1) // Thursday after the cut-off: worked on Friday, shipped Monday
	shipped := map[string]int{}
	for i := range 12 { // the site packs ten a day
		q := want[api.Quote](t, h.ask("POST", "/v1/promises", friday), 201)
		shipped[q.ShipAt.Format(time.DateOnly)]++
		want[api.Quote](t, h.ask("POST", "/v1/promises/"+q.ID+"/confirm", fmt.Sprintf(`{"order_id":"R-%d"}`, i)), 200)
	}
	if fmt.Sprint(shipped) != "map[2011-12-05:10 2011-12-06:2]" {
		t.Errorf("shipped %v", shipped)
	}
}

// events reads a stream's events until n came or it ends.
func (h *house) events(t *testing.T, path, last string, n int) (ids []string, events []service.Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.http.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := h.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if ct := res.Header.Get("Content-Type"); ct != "text/event-stream" {
		t.Fatalf("%d, content type %q", res.StatusCode, ct)
	}
	lines := bufio.NewScanner(res.Body)
	for len(events) < n && lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			ids = append(ids, id)
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var e service.Event
			if err := json.Unmarshal([]byte(data), &e); err != nil || e.SpecVersion != "1.0" || e.ID == "" || e.Source == "" {
				t.Fatalf("event %s: %v", data, err)
			}
			events = append(events, e)
		}
	}
	return ids, events
}

// A job is followed from its state to its end; who lost the stream goes on behind the last event, and is told when there is
// no more.
func TestFollowJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	job, _, err := h.store.Submit(t.Context(), tenant, service.Submission{Kind: "k"})
	if err != nil {
		t.Fatal(err)
	}
	path := "/v1/jobs/" + job.ID + "/events"
	ids, events := h.events(t, path, "", 1)
	if events[0].Type != "quartermaster.job.progress" || events[0].Subject != job.ID {
		t.Errorf("first %+v", events)
	}
	if _, err := h.store.Cancel(t.Context(), job.Ref); err != nil {
		t.Fatal(err)
	}
	more, events := h.events(t, path, ids[0], 10)
	if len(events) != 1 || events[0].Type != "quartermaster.job.cancelled" {
		t.Errorf("behind the first %+v", events)
	}
	if a := h.ask("GET", path, "", "Last-Event-ID", more[0]); a.status != 204 {
		t.Errorf("behind the last: %d", a.status)
	}
	refused(t, h.ask("GET", "/v1/jobs/none/events", ""), 404, api.CodeNotFound)
}

// All jobs are followed from now on, and a floor's tasks by their counts.
func TestFollowAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.anOrder("O-1", 15291)
	first, _, err := h.store.Submit(t.Context(), tenant, service.Submission{Kind: service.KindPlan})
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := h.store.Submit(t.Context(), tenant, service.Submission{Kind: "k"})
	if err != nil {
		t.Fatal(err)
	}
	// Those of the two seconds before come again, for they may have been written by a transaction that ended later.
	_, events := h.events(t, "/v1/jobs/events", fmt.Sprint(first.UpdatedUs), 2)
	if events[0].Subject != first.ID || events[1].Subject != second.ID {
		t.Errorf("behind the first job %+v", events)
	}
	h.finish(first.ID)
	ids, events := h.events(t, "/v1/warehouses/S%2F1/tasks/events", "", 1)
	if events[0].Type != "quartermaster.tasks.changed" || !strings.Contains(string(events[0].Data), `"ready":1`) || !strings.Contains(string(events[0].Data), `"waiting":1`) {
		t.Errorf("the floor %s", events[0].Data)
	}
	done := make(chan []service.Event)
	go func() {
		_, events := h.events(t, "/v1/warehouses/S%2F1/tasks/events", ids[0], 1)
		done <- events
	}()
	if _, err := h.store.LeaseTasks(t.Context(), tenant, "S/1", service.TaskFilter{}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if events := <-done; !strings.Contains(string(events[0].Data), `"leased":1`) {
		t.Errorf("after a lease %s", events[0].Data)
	}
}

// A receiver is made with a secret that is shown once, changed under its ETag, its secret turned, tested, its deliveries
// shown and replayed.
func TestWebhooksOverHTTP(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *server.Options) {
		o.CheckReceiver = func(url string) error {
			if strings.Contains(url, "10.") {
				return fmt.Errorf("is an internal address")
			}
			return nil
		}
	})
	a := h.ask("POST", "/v1/webhooks", aWebhook)
	w := want[api.Webhook](t, a, 201)
	if !strings.HasPrefix(w.Secret, "whsec_") || w.Status != "active" {
		t.Errorf("made %s", a.body)
	}
	if p := refused(t, h.ask("POST", "/v1/webhooks", `{"url":"http://10.0.0.1/"}`), 422, api.CodeInvalid); p.Errors[0].Location != "body.url" {
		t.Errorf("problem %+v", p)
	}
	self := "/v1/webhooks/" + w.ID
	if read := want[api.Webhook](t, h.ask("GET", self, ""), 200); read.Secret != "" {
		t.Error("the secret is shown again")
	}
	refused(t, h.ask("PUT", self, aWebhook), 428, api.CodePrecondition)
	paused := h.ask("PUT", self, `{"url":"https://erp.example.com/hooks","paused":true}`, "If-Match", a.header.Get("ETag"))
	if want[api.Webhook](t, paused, 200).Status != "paused" {
		t.Errorf("paused %s", paused.body)
	}
	refused(t, h.ask("POST", self+"/test", ""), 409, api.CodeConflict)
	refused(t, h.ask("PUT", self, aWebhook, "If-Match", a.header.Get("ETag")), 412, api.CodePrecondition)
	want[api.Webhook](t, h.ask("PUT", self, `{"url":"https://erp.example.com/hooks"}`, "If-Match", "*"), 200)
	if turned := want[api.Webhook](t, h.ask("POST", self+"/rotate-secret", ""), 200); turned.Secret == w.Secret || turned.Secret == "" {
		t.Errorf("turned %+v", turned)
	}
	if stored, err := h.store.Webhook(t.Context(), tenant, w.ID); err != nil || len(stored.Secrets) != 2 || stored.Secrets[1].ExpiresUs == 0 {
		t.Errorf("stored %+v, %v", stored.Secrets, err)
	}
	want[api.Webhook](t, h.ask("POST", self+"/test", ""), 200)
	if _, err := h.store.FanOut(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	list := want[api.DeliveryList](t, h.ask("GET", self+"/deliveries?status=pending", ""), 200)
	if len(list.Items) != 1 || list.Items[0].Topic != "webhook.test" {
		t.Fatalf("deliveries %+v", list)
	}
	one := self + "/deliveries/" + list.Items[0].ID
	refused(t, h.ask("POST", one+"/replay", ""), 409, api.CodeConflict)
	due, err := h.store.ClaimDeliveries(t.Context(), 1, time.Hour)
	if err == nil {
		err = h.store.EndAttempt(t.Context(), due[0], service.DeliveryEnd{Status: 500, Error: "no", State: service.DeliveryFailed})
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := want[api.Delivery](t, h.ask("GET", one, ""), 200); d.Status != "failed" || len(d.Log) != 1 || d.Log[0].HTTP != 500 || !strings.Contains(string(d.Event), `"specversion":"1.0"`) {
		t.Errorf("delivery %+v", d)
	}
	if d := want[api.Delivery](t, h.ask("POST", one+"/replay", ""), 200); d.Status != "pending" {
		t.Errorf("replayed %+v", d)
	}
	if a := h.ask("DELETE", self, "", "If-Match", "*"); a.status != 204 {
		t.Errorf("removed: %d %s", a.status, a.body)
	}
	refused(t, h.ask("GET", one, ""), 404, api.CodeNotFound)
}
