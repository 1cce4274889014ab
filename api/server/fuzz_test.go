package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// Whatever bytes come as a body, every operation that takes one answers, and never that it was our mistake.
func FuzzBodies(f *testing.F) {
	s, err := store.Open(f.Context(), "sqlite://"+filepath.Join(f.TempDir(), "data.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	h := &house{t: &testing.T{}, store: s}
	document, err := service.EncodeBusiness(smallBusiness())
	if err == nil {
		_, err = h.store.SaveBusiness(f.Context(), tenant, document, 0)
	}
	if err != nil {
		f.Fatal(err)
	}
	planning, catalog := &service.Planning{Jobs: s, Facts: s}, &service.Catalog{Facts: s}
	handler := server.New(server.Options{
		Jobs: s, Plans: s, Tasks: s, Orders: s, Planner: planning, Planning: planning, Simulator: &service.Scenarios{Planning: planning},
		Catalog: catalog, Declaring: &service.Declaring{Facts: s}, OrderStore: s, Stock: s, Answers: s, Webhooks: s, Sales: noSales{},
		Promising: &service.Promising{Catalog: catalog, Quotes: s, Stock: s, Plans: s}, Tenant: tenant, Log: slog.New(slog.DiscardHandler),
	})
	paths := []string{
		"POST /v1/orders", "POST /v1/orders/bulk", "POST /v1/stock-movements", "POST /v1/promises", "POST /v1/promises/x/confirm", "PUT /v1/items/C", "PATCH /v1/items/A",
		"PUT /v1/sites/T", "PUT /v1/suppliers/u", "PUT /v1/vehicles/w", "POST /v1/webhooks", "POST /v1/routes", "POST /v1/forecasts", "POST /v1/scores",
		"POST /v1/replenishments", "POST /v1/scenarios", "POST /v1/fulfilment-plans", "POST /v1/warehouses/S/task-leases",
	}
	for i, body := range []string{
		anOrder, `{"orders":[` + anOrder + `]}`, aMove, aQuote, `{"order_id":"x"}`, anItem, `{"name":null,"price":{"minor":5}}`, `{"id":"T","lon":9.5,"lat":47.2,"orders_per_day":5,"opens":"07:00","closes":"15:00","pickers":2}`,
		`{"id":"u","since_date":"2010-01-01","lead_days":3,"credit_limit":` + gbp + `,"open_orders":` + gbp + `}`, `{`, aWebhook, `{"stops":[{"id":"a","lon":9,"lat":47}],"vehicles":[` + aVehicle + `]}`,
		`{"series":[{"id":"x","start_date":"2026-01-01","values":[1,null,2e300]}]}`, `{"supplier_ids":["sup"]}`, `{"origin_date":"2011-11-28"}`, `{"scenarios":[{"name":"a","changes":[{"demand":{"factor":1.3}}]}]}`, `{"days":99}`, `[[[[`,
	} {
		f.Add(uint8(i), []byte(body))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		method, path, _ := strings.Cut(paths[int(which)%len(paths)], " ")
		req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(string(body)))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", "*")
		if method == http.MethodPut {
			req.Header.Del("If-Match")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%s %s with %q: %d %s", method, path, body, w.Code, w.Body)
		}
	})
}

// Whatever stands in a query or header, a list answers, and never that it was our mistake.
func FuzzQueries(f *testing.F) {
	s, err := store.Open(f.Context(), "sqlite://"+filepath.Join(f.TempDir(), "data.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	planning, catalog := &service.Planning{Jobs: s, Facts: s}, &service.Catalog{Facts: s}
	handler := server.New(server.Options{
		Jobs: s, Plans: s, Tasks: s, Orders: s, Planner: planning, Planning: planning, Catalog: catalog, OrderStore: s, Stock: s, Answers: s, Webhooks: s,
		Tenant: tenant, Log: slog.New(slog.DiscardHandler),
	})
	f.Add("/v1/orders", "cursor=TjE&limit=5&placed_from=2011-01-01T00:00:00Z", "k", `"tag"`)
	f.Add("/v1/stock-positions", "fields=items.a,b..c&cursor=AA", "", "*")
	f.Add("/v1/jobs", "state=done&fields=", strings.Repeat("x", 300), `W/"a", "b`)
	f.Fuzz(func(t *testing.T, path, query, key, tag string) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/orders", nil)
		for _, known := range []string{"/v1/orders", "/v1/stock-positions", "/v1/stock-movements", "/v1/jobs", "/v1/items"} {
			if path == known {
				req.URL.Path = known
			}
		}
		req.URL.RawQuery = query
		req.Header.Set("Idempotency-Key", key)
		req.Header.Set("If-None-Match", tag)
		req.Header.Set("Prefer", query)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%s?%s: %d %s", path, query, w.Code, w.Body)
		}
	})
}
