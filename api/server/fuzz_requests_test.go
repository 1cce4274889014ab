package server_test

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quartermaster/internal/store"

	"quartermaster/api/server"
)

// FuzzRequests asks every operation that takes a body with whatever bytes, in the path too, plain and as gzip: the answer is
// never our own mistake (500), and always JSON or a problem. make fuzz runs a million inputs.
func FuzzRequests(f *testing.F) {
	s, err := store.Open(f.Context(), "sqlite://"+filepath.Join(f.TempDir(), "data.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	var all []described
	var handler *server.Server
	prepare := func(t *testing.T) { // a house wants a test
		if handler == nil {
			h := newHouseOn(t, s)
			handler = h.server
			for _, d := range operations(t, h) {
				if d.body {
					all = append(all, d)
				}
			}
		}
	}
	for i := range 40 {
		for _, body := range []string{
			`{}`, `null`, `[]`, `{"name":"x","role":"viewer"}`, `{"days":1e9}`, `{"origin_date":"2011-11-14","days":3}`, "\xff\xfe", `{"a":`,
			`{"stops":[{"id":"A","lon":9.5,"lat":47.1}],"vehicles":[{"id":"V"}]}`, `{"series":[{"id":"A","start_date":"2026-01-01","values":[1,null,3]}]}`,
		} {
			f.Add(uint8(i), "A/..%00", []byte(body), false)
		}
	}
	f.Add(uint8(0), "x", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), true)
	f.Fuzz(func(t *testing.T, which uint8, id string, body []byte, zip bool) {
		prepare(t)
		d := all[int(which)%len(all)]
		path := regexp.MustCompile(`\{[^}]+\}`).ReplaceAllLiteralString(d.path, url.PathEscape(strings.ToValidUTF8(id, "?")+"x"))
		r := httptest.NewRequest(d.method, "http://localhost"+path, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		if zip {
			r.Header.Set("Content-Encoding", "gzip")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code == 500 || w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%s %s: %d %s", d.method, path, w.Code, w.Body)
		}
	})
}
