package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/internal/service"
)

// API is the bench of the service: an even mixture of asking for plans, reading jobs and quoting promises, at a rate.
func API() bench.Bench {
	return bench.Bench{
		Name:    "api",
		Summary: "Plans asked for, jobs read and promises quoted at 200 requests a second on SQLite and 500 on PostgreSQL and Redis; a body of 10,000 stops.",
		Data:    "a folder is not looked at: the sample shop is taken over",
		Figures: []bench.Figure{
			{Key: "rps", Meaning: "requests answered a second, SQLite pair"},
			{Key: "p50_ms", Meaning: "median time of a request from when it was due, milliseconds, SQLite pair"},
			{Key: "p99_ms", Meaning: "99th percentile of it, SQLite pair"},
			{Key: "errors", Meaning: "requests not answered with a success, both pairs"},
		},
		Run: runAPI,
	}
}

// The kinds of requests, in equal shares.
const (
	kindAsk = iota
	kindRead
	kindQuote
	mixedKinds
)

var mixedNames = [mixedKinds]string{"plan accepted", "job read", "promise quoted"}

func runAPI(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	out := bench.Outcome{Figures: map[string]float64{}}
	const body = "body of 10,000 stops"
	if opts.Selected(body) {
		row, err := largeBody(ctx, body, opts.Seed)
		if err != nil {
			return out, err
		}
		out.Rows = append(out.Rows, row)
	}
	err := withPairs(ctx, opts, func(*app.App) error { return nil }, func(p *pairUnder) error {
		rate := map[string]float64{"sqlite+inside": 200, "postgresql+redis": 500}[p.name]
		m, err := newMixture(ctx, p.url, opts.Seed)
		if err != nil {
			return err
		}
		got := load(ctx, rate, 2*time.Second, min(max(opts.Budget/3, 3*time.Second), 20*time.Second), opts.Seed, m.ask)
		if got.first != nil {
			opts.Report(0.9, p.name+": first error: "+short(got.first))
		}
		for kind, name := range mixedNames {
			out.Rows = append(out.Rows, bench.Row{Instance: p.name + ", " + name}.With("p50_ms", got.ms(0.5, kind)).With("p99_ms", got.ms(0.99, kind)))
		}
		out.Rows = append(out.Rows, bench.Row{Instance: p.name}.With("asked_per_s", rate).With("rps", got.perSec()).With("requests", len(got.took)).
			With("p50_ms", got.ms(0.5, -1)).With("p99_ms", got.ms(0.99, -1)).With("max_ms", got.ms(1, -1)).With("errors", got.errors))
		out.Figures["errors"] += float64(got.errors)
		if p.name == "sqlite+inside" {
			out.Figures["rps"], out.Figures["p50_ms"], out.Figures["p99_ms"] = got.perSec(), got.ms(0.5, -1), got.ms(0.99, -1)
		}
		return nil
	})
	return out, err
}

// mixture asks a service one thing after the other.
type mixture struct {
	base   string
	client *http.Client
	items  []string
	places []api.Place
	seed   uint64

	mu   sync.Mutex
	jobs []string // asked for so far
}

func newMixture(ctx context.Context, base string, seed uint64) (*mixture, error) {
	m := &mixture{base: base, seed: seed, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512}}}
	var list api.ItemList
	if err := m.do(ctx, http.MethodGet, "/v1/items?limit=1000", nil, &list); err != nil {
		return nil, err
	}
	for _, item := range list.Items {
		m.items = append(m.items, item.ID)
	}
	var orders api.OrderList
	if err := m.do(ctx, http.MethodGet, "/v1/orders?limit=500", nil, &orders); err != nil {
		return nil, err
	}
	for _, o := range orders.Items {
		m.places = append(m.places, o.Destination)
	}
	if _, err := m.ask(ctx, kindAsk); err != nil {
		return nil, err
	}
	return m, nil
}

// ask sends the n-th request of the mixture.
func (m *mixture) ask(ctx context.Context, n int) (kind int, err error) {
	kind = n % mixedKinds
	r := rng.New(m.seed, "request", fmt.Sprint(n))
	switch kind {
	case kindAsk:
		var plan api.FulfilmentPlan
		err = m.do(ctx, http.MethodPost, "/v1/fulfilment-plans", api.PlanRequest{OriginDate: "2011-11-28", Draft: true, Seed: uint64(n) + 1}, &plan)
		if err == nil {
			m.mu.Lock()
			m.jobs = append(m.jobs, plan.ID)
			m.mu.Unlock()
		}
	case kindRead:
		m.mu.Lock()
		id := m.jobs[r.IntN(len(m.jobs))]
		m.mu.Unlock()
		err = m.do(ctx, http.MethodGet, "/v1/jobs/"+id, nil, &api.Job{})
	case kindQuote:
		at := time.Date(2011, 11, 25, 10, 0, 0, 0, time.UTC)
		q := api.QuoteRequest{Destination: m.places[r.IntN(len(m.places))], AsOf: &at}
		for range 1 + r.IntN(4) {
			q.Lines = append(q.Lines, api.QuoteLine{ItemID: m.items[r.IntN(len(m.items))], Qty: int64(1 + r.IntN(6))})
		}
		err = m.do(ctx, http.MethodPost, "/v1/promises", q, &api.Quote{})
	}
	return kind, err
}

func (m *mixture) do(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, m.base+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := m.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("%s %s: %d: %.300s", method, path, res.StatusCode, text)
	}
	return json.Unmarshal(text, into)
}

// swallow takes jobs and forgets them, so that parsing and validating alone are measured.
type swallow struct{ service.JobStore }

func (swallow) Submit(_ context.Context, tenant string, s service.Submission) (service.Job, bool, error) {
	return service.Job{Ref: service.Ref{Tenant: tenant, ID: "taken"}, Kind: s.Kind, State: service.StateQueued, InputBytes: int64(len(s.Input))}, true, nil
}

// largeBody times a request of 10,000 stops from its first byte until it is accepted: read, parsed, validated, written as a
// job's input. It tells the best of a few, for what the machine does beside is not the point, and what the heap was given.
func largeBody(ctx context.Context, name string, seed uint64) (bench.Row, error) {
	body, err := manyStops(10_000, seed)
	if err != nil {
		return bench.Row{}, err
	}
	s := server.New(server.Options{Jobs: swallow{}, Planning: &service.Planning{}, Tenant: "main", Log: slog.New(slog.DiscardHandler)})
	var took []float64
	var allocated []float64
	for range 7 {
		req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/routes", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		s.ServeHTTP(w, req)
		took = append(took, float64(time.Since(start))/float64(time.Millisecond))
		runtime.ReadMemStats(&after)
		allocated = append(allocated, float64(after.TotalAlloc-before.TotalAlloc)/(1<<20))
		if w.Code != http.StatusAccepted {
			return bench.Row{}, fmt.Errorf("%s: %d: %.300s", name, w.Code, w.Body)
		}
	}
	slices.Sort(took)
	slices.Sort(allocated)
	return bench.Row{Instance: name}.With("body_mb", float64(len(body))/(1<<20)).With("best_ms", took[0]).With("median_ms", took[len(took)/2]).
		With("allocated_mb", allocated[len(allocated)/2]), nil
}

// manyStops is a routing request with so many stops, each with a window and a release time.
func manyStops(n int, seed uint64) ([]byte, error) {
	r := rng.New(seed, "stops")
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(hour float64) time.Time {
		return day.Add(time.Duration(hour * float64(time.Hour)).Round(time.Minute))
	}
	q := api.RouteRequest{Travel: "straight"}
	for i := range n {
		from := 8 + 6*r.Float64()
		ready := at(7)
		q.Stops = append(q.Stops, api.RouteStop{
			ID: fmt.Sprintf("order-%06d", i), Lon: 9.4 + 0.2*r.Float64(), Lat: 47 + 0.3*r.Float64(), WeightG: int64(500 + r.IntN(20_000)), VolumeCm3: int64(1000 + r.IntN(50_000)),
			ServiceSec: 180, ReadyAt: &ready, Window: &api.Window{From: at(from), To: at(from + 4)},
		})
	}
	for i := range 100 {
		q.Vehicles = append(q.Vehicles, api.RouteVehicle{ID: fmt.Sprintf("van-%d", i), Lon: 9.5, Lat: 47.1, MaxWeightG: 1e6, MaxVolumeCm3: 1e7, Shift: api.Window{From: at(7), To: at(19)}})
	}
	text, err := json.Marshal(q)
	if err == nil && !strings.Contains(string(text), "order-000000") {
		err = fmt.Errorf("the request has no stops")
	}
	return text, err
}
