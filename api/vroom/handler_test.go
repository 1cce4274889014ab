package vroom_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quartermaster/api/vroom"
	"quartermaster/routing"
	"quartermaster/routing/vrp"
)

// plane is streets without a street: travel as the crow flies, a degree in a thousand seconds.
type plane struct{}

func (plane) Profile() string { return "van" }

func (plane) Table(_ context.Context, points [][2]float64) (routing.Matrix, error) {
	n := len(points)
	m := routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	for i, a := range points {
		if a[0] > 90 {
			return m, errors.New("no street near [91, 0]")
		}
		for j, b := range points {
			m.DurationSec[i*n+j] = int32(1000 * math.Hypot(a[0]-b[0], a[1]-b[1]))
			m.DistanceM[i*n+j] = 10 * m.DurationSec[i*n+j]
		}
	}
	return m, nil
}

func (plane) Way(from, to [2]float64) [][2]float64 {
	return [][2]float64{from, {(from[0] + to[0]) / 2, (from[1] + to[1]) / 2}, to}
}

func door(t *testing.T, edit func(*vroom.Service)) func(method, body string) (int, map[string]any) {
	t.Helper()
	s := vroom.Service{Solve: func(ctx context.Context, p routing.Problem, start []vroom.Warm, e vroom.Effort) (routing.Solution, error) {
		o := vrp.Options{Iterations: 20 * (1 + e.Explore)}
		for _, w := range start {
			o.Start = append(o.Start, vrp.Tour{Vehicle: w.Vehicle, Stops: w.Stops})
		}
		found, err := vrp.Solve(ctx, p, o)
		if err == nil {
			err = routing.Check(p, found)
		}
		return found, err
	}}
	if edit != nil {
		edit(&s)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return func(method, body string) (int, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), method, web.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := web.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		var out map[string]any
		_ = json.Unmarshal(text, &out) // a healthy answer has no body
		return res.StatusCode, out
	}
}

// The statuses and codes of vroom-express: 200 and 0, 400 and 2, 413 and 4, 500 and 3 where travel cannot be measured.
func TestAnswersAsVROOMExpress(t *testing.T) {
	t.Parallel()
	ask := door(t, func(s *vroom.Service) { s.MaxLocations, s.MaxVehicles, s.MaxBytes = 4, 1, 2000 })
	for name, c := range map[string]struct {
		method, body string
		status, code int
	}{
		"solved":           {"POST", small, 200, 0},
		"times chosen":     {"POST", strings.Replace(small, `"ignored":true`, `"steps":[{"type":"job","id":1}]`, 1), 200, 0},
		"healthy":          {"GET", "", 200, -1},
		"no JSON":          {"POST", "{", 400, 2},
		"no vehicle":       {"POST", `{"jobs":[{"id":1}]}`, 400, 2},
		"no task":          {"POST", `{"vehicles":[{"id":1,"start_index":0}]}`, 400, 2},
		"wrong level":      {"POST", strings.Replace(small, `"jobs"`, `"options":{"x":6},"jobs"`, 1), 400, 2},
		"too many":         {"POST", strings.Replace(small, `{"id":1,"location_index":1,`, `{"id":2,"location_index":1},{"id":1,"location_index":1,`, 1), 413, 4},
		"too long":         {"POST", small + strings.Repeat(" ", 3000), 413, 4},
		"nothing to drive": {"POST", strings.Replace(small, `"matrices"`, `"other"`, 1), 500, 3},
	} {
		status, body := ask(c.method, c.body)
		if code, ok := body["code"].(float64); status != c.status || c.code >= 0 && (!ok || int(code) != c.code) || status != 200 && body["error"] == "" {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

// Without matrices travel comes from the streets: no index of ours is shown, and the line of a route goes by their points.
func TestPlansOnStreets(t *testing.T) {
	t.Parallel()
	ask := door(t, func(s *vroom.Service) { s.Streets = func() vroom.Streets { return plane{} } })
	const body = `{"vehicles":[{"id":1,"start":[2,48],"end":[2,48]}],"jobs":[{"id":3,"location":[2.2,48]}],"options":{"g":true,"x":0}}`
	status, a := ask("POST", body)
	text, _ := json.Marshal(a)
	// 48.0,2.0 → 48.0,2.1 → 48.0,2.2 and back, by the encoding's own definition.
	if status != 200 || !strings.Contains(string(text), `"duration":400`) || !strings.Contains(string(text), `"distance":4000`) ||
		!strings.Contains(string(text), `"geometry":"__~cH_seK?_pR?_pR?~oR?~oR"`) || strings.Contains(string(text), "location_index") {
		t.Errorf("%d %s", status, text)
	}
	for want, edit := range map[string][2]string{
		"Invalid profile: bike.": {`"id":1,`, `"id":1,"profile":"bike",`},
		"no street near":         {`[2.2,48]`, `[91,0]`},
		"Missing location.":      {`,"location":[2.2,48]`, ``},
		"Invalid coordinates":    {`[2.2,48]`, `[200,0]`},
	} {
		if _, a := ask("POST", strings.Replace(body, edit[0], edit[1], 1)); !strings.HasPrefix(a["error"].(string), want) {
			t.Errorf("want %q, got %v", want, a)
		}
	}
}
