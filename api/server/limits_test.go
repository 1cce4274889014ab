package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"quartermaster/api/server"
)

func zipped(t *testing.T, text io.Reader) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zeros is n bytes of nothing.
func zeros(n int64) io.Reader { return io.LimitReader(zeroes{}, n) }

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A body may come compressed; one that is not what it says, or becomes too long, is refused as the caller's mistake.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.anOrder("O-1", 15291)
	good := zipped(t, strings.NewReader(`{"origin_date":"2011-11-14","days":1}`))
	zip := []string{"Content-Encoding", "gzip"}
	if a := h.ask("POST", "/v1/fulfilment-plans", good, zip...); a.status != 202 {
		t.Errorf("a compressed request: %d %s", a.status, a.body)
	}
	spoilt := good[:len(good)-8] + "\x00\x00\x00\x00" + good[len(good)-4:]
	for name, c := range map[string]struct {
		body   string
		zip    string
		status int
	}{
		"no gzip":     {`{"days":1}`, "gzip", 400},
		"cut off":     {good[:len(good)/2], "gzip", 400},
		"checksum":    {spoilt, "gzip", 400},
		"bomb":        {zipped(t, zeros(64<<20)), "gzip", 413},
		"unknown":     {good, "br", 415},
		"twice":       {zipped(t, strings.NewReader(good)), "gzip, gzip", 415},
		"wrong field": {zipped(t, strings.NewReader(`{"dayz":1}`)), "gzip", 422},
	} {
		if a := h.ask("POST", "/v1/fulfilment-plans", c.body, "Content-Encoding", c.zip); a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, a.status, c.status, a.body)
		}
	}
}

// Bodies made to fill memory or time are refused for what they are.
func TestBombs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	deep := strings.Repeat("[", 500_000)
	var keys strings.Builder
	keys.WriteByte('{')
	for range 60_000 {
		keys.WriteString(`"days":1,`)
	}
	keys.WriteString(`"days":99}`)
	for name, c := range map[string]struct {
		body string
		want []int
	}{
		"deep":           {deep, []int{400}},
		"deep in place":  {`{"days":` + deep, []int{400}},
		"one key often":  {keys.String(), []int{422}},
		"long":           {`{"origin_date":"` + strings.Repeat("x", 2<<20) + `"}`, []int{413}},
		"deep as a bomb": {zipped(t, strings.NewReader(strings.Repeat("[", 8<<20))), []int{413, 400}},
	} {
		var headers []string
		if strings.HasSuffix(name, "bomb") {
			headers = []string{"Content-Encoding", "gzip"}
		}
		a := h.ask("POST", "/v1/fulfilment-plans", c.body, headers...)
		ok := false
		for _, s := range c.want {
			ok = ok || a.status == s
		}
		if !ok || len(a.body) > 4096 {
			t.Errorf("%s: %d with %d bytes, want %v: %.200s", name, a.status, len(a.body), c.want, a.body)
		}
	}
	// One that is read as a stream is refused in the same words.
	if a := h.ask("POST", "/v1/sales-history", zipped(t, zeros(64<<20)), "Content-Type", "text/csv", "Content-Encoding", "gzip"); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a bomb as a stream: %d %s", a.status, a.body)
	}
	// A body without end is cut off where its limit is.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.http.URL+"/v1/fulfilment-plans", io.MultiReader(strings.NewReader(`{"x":"`), zeros(1<<30)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if res, err := h.http.Client().Do(req); err == nil { // else the server hung up while we were still sending
		defer res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("1 GB of JSON: %d", res.StatusCode)
		}
	}
}

// A caller that asks more than it may is told so with the time to wait, others go on; a tenant has a limit of its own.
func TestRates(t *testing.T) {
	t.Parallel()
	c := newScene(t, newHouse(t, guarded, func(o *server.Options) { o.CallerPerMinute, o.TenantPerMinute = 30, 48 }))
	ask := func(role string) answer {
		return c.house.ask("GET", "/v1/me", "", "Authorization", "Bearer "+c.keys[role])
	}
	for i := range 5 { // a sixth of a minute's
		if a := ask("viewer"); a.status != 200 || a.header.Get("RateLimit") != fmt.Sprintf(`"caller";r=%d;t=0`, 4-i) {
			t.Fatalf("request %d: %d, %v", i, a.status, a.header.Values("RateLimit"))
		}
	}
	a := ask("viewer")
	refused(t, a, 429, "rate_limited")
	if a.header.Get("Retry-After") != "2" || a.header.Get("RateLimit-Policy") != `"caller";q=5;w=10` {
		t.Errorf("headers %v", a.header)
	}
	for range 3 { // eight of the tenant's were left to five of the viewer's
		if got := ask("planner").status; got != 200 {
			t.Fatalf("another caller: %d", got)
		}
	}
	if a := ask("planner"); a.status != 429 || !strings.Contains(string(a.body), "one tenant") {
		t.Errorf("beyond the tenant's limit: %d %s", a.status, a.body)
	}
	if got := ask("other").status; got != 200 {
		t.Errorf("another tenant: %d", got)
	}
	if got := c.house.ask("GET", "/healthz", "").status; got != 200 {
		t.Errorf("health: %d", got)
	}
}

// Every answer carries what keeps browsers from being used against it.
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/v1/jobs", "/nothing", "/healthz", "/openapi.json"} {
		a := h.ask("GET", path, "")
		policy := a.header.Get("Content-Security-Policy")
		if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("X-Frame-Options") != "DENY" ||
			!strings.HasPrefix(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %v", path, a.header)
		}
	}
	if got := h.ask("GET", "/v1/jobs", "").header.Get("Cache-Control"); !strings.Contains(got, "private") {
		t.Errorf("answers may be cached for others: %q", got)
	}
}
