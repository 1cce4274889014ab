package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// fuzzedHouse serves the small business to a fuzzer; nobody waits for work in it. It gives the operations too that the
// description names.
func fuzzedHouse(f *testing.F) (*house, []described) {
	f.Helper()
	s, err := store.Open(f.Context(), "sqlite://"+filepath.Join(f.TempDir(), "data.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	document, err := service.EncodeBusiness(smallBusiness())
	if err == nil {
		_, err = s.SaveBusiness(f.Context(), tenant, document, 0)
	}
	if err != nil {
		f.Fatal(err)
	}
	h := newHouseOn(f, s, func(o *server.Options) { o.Log = slog.New(slog.DiscardHandler) })
	h.server.EndWaiting()
	return h, operations(f, h)
}

// pathOf puts an id into an operation's path.
func pathOf(d described, id string) string {
	return regexp.MustCompile(`\{[^}]+\}`).ReplaceAllLiteralString(d.path, url.PathEscape(strings.ToValidUTF8(id, "?")+"x"))
}

// sound wants of an answer that nothing was our own mistake, and that errors are problems.
func sound(t *testing.T, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 500 || w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
}

// FuzzBodies asks every operation that takes a body with whatever bytes, in the path too, plain and as gzip.
func FuzzBodies(f *testing.F) {
	h, all := fuzzedHouse(f)
	var taking []described
	for _, d := range all {
		if d.body {
			taking = append(taking, d)
		}
	}
	seeds := []string{
		`{}`, `null`, `[]`, "\xff\xfe", `{"a":`, `[[[[`, anOrder, `{"orders":[` + anOrder + `]}`, aMove, aQuote, anItem, aWebhook, `{"order_id":"x"}`,
		`{"id":"N-2","placed_at":"2011-11-28T09:00:00Z","destination":{"lon":9.5,"lat":47.1},"lines":[{"item_id":"A","qty":2}],"consignee":{"name":"Anna"}}`,
		`{"name":"x","role":"viewer"}`, `{"days":1e9}`, `{"origin_date":"2011-11-14","days":3}`, `{"name":null,"price":{"minor":5}}`,
		`{"id":"T","lon":9.5,"lat":47.2,"orders_per_day":5,"opens":"07:00","closes":"15:00","pickers":2}`,
		`{"id":"u","since_date":"2010-01-01","lead_days":3,"credit_limit":` + gbp + `,"open_orders":` + gbp + `}`,
		`{"stops":[{"id":"a","lon":9,"lat":47}],"vehicles":[` + aVehicle + `]}`, `{"series":[{"id":"x","start_date":"2026-01-01","values":[1,null,2e300]}]}`,
		`{"supplier_ids":["sup"]}`, `{"scenarios":[{"name":"a","changes":[{"demand":{"factor":1.3}}]}]}`,
		`{"kinds":["pick"],"max":2,"wait_sec":5}`, `{"plan_id":"p","lease_id":"l","lease_sec":60,"reason":"broken"}`, `{"name":"Anna","phone":"+423"}`,
	}
	for i := range taking {
		for _, body := range seeds {
			f.Add(uint8(i), "A/..%00", []byte(body), false)
		}
	}
	f.Add(uint8(0), "x", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), true)
	f.Fuzz(func(t *testing.T, which uint8, id string, body []byte, zip bool) {
		d := taking[int(which)%len(taking)]
		r := httptest.NewRequestWithContext(t.Context(), d.method, "http://localhost"+pathOf(d, id), strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		if d.method == http.MethodPatch {
			r.Header.Set("If-Match", "*")
		}
		if zip {
			r.Header.Set("Content-Encoding", "gzip")
		}
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		sound(t, r, w)
	})
}

// FuzzQueries asks every operation that reads with whatever ids, cursors, filters and fields, and whatever stands in the
// headers that any operation looks at.
func FuzzQueries(f *testing.F) {
	h, all := fuzzedHouse(f)
	var reading []described
	for _, d := range all {
		if d.method == http.MethodGet {
			reading = append(reading, d)
		}
	}
	for i := range reading {
		f.Add(uint8(i), "A", "cursor=TjE&limit=5&placed_from=2011-01-01T00:00:00Z", "k", `"tag"`)
		f.Add(uint8(i), "a/%00", "fields=items.a,b..c&cursor=AA", "", "*")
		f.Add(uint8(i), "", "state=done&status=open&fields=", strings.Repeat("x", 300), `W/"a", "b`)
	}
	f.Fuzz(func(t *testing.T, which uint8, id, query, key, tag string) {
		d := reading[int(which)%len(reading)]
		ctx := t.Context()
		if strings.HasSuffix(d.path, "/events") { // which goes on
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			ctx = short
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+pathOf(d, id), nil)
		r.URL.RawQuery = query
		for name, value := range map[string]string{
			"Idempotency-Key": key, "If-None-Match": tag, "Prefer": query, "Last-Event-ID": key, "Authorization": key, "Traceparent": key, "X-Request-Id": key, "Accept": tag,
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		if ctx.Err() == nil {
			sound(t, r, w)
		}
	})
}
