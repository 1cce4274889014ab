package osrm

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

var realGraph = sync.OnceValues(func() (*road.Graph, error) {
	f, err := os.Open("../../internal/sample/data/liechtenstein.osm.pbf") // © OpenStreetMap contributors, ODbL
	if err != nil {
		return nil, err
	}
	defer f.Close()
	g, _, err := road.Read(context.Background(), f, road.Van())
	return g, err
})

func ask(t *testing.T, method, url, body string) (int, map[string]any) {
	t.Helper()
	g, err := realGraph()
	if err != nil {
		t.Fatal(err)
	}
	return askOn(t, g, method, url, body)
}

func askOn(t *testing.T, g *road.Graph, method, url, body string) (int, map[string]any) {
	t.Helper()
	h := New(func(p string) (*road.Graph, bool) { return g, p == "driving" }, Limits{Table: 50})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, url, strings.NewReader(body)))
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v: %s", url, err, w.Body)
	}
	return w.Code, out
}

const (
	vaduz  = "9.5209,47.1410"
	schaan = "9.5095,47.1650"
	balzer = "9.5030,47.0660"
)

// A route has the fields that clients read, its legs add up, and its geometry decodes to a line between the waypoints.
func TestRoute(t *testing.T) {
	t.Parallel()
	code, out := ask(t, "GET", "/route/v1/driving/"+vaduz+";"+schaan+";"+balzer+"?steps=true&annotations=true&overview=full&geometries=polyline6", "")
	if code != http.StatusOK || out["code"] != "Ok" {
		t.Fatal(code, out)
	}
	r := out["routes"].([]any)[0].(map[string]any)
	legs := r["legs"].([]any)
	if len(legs) != 2 || len(out["waypoints"].([]any)) != 3 || r["weight_name"] != "duration" {
		t.Fatalf("%d legs", len(legs))
	}
	metres, sec := 0.0, 0.0
	for _, x := range legs {
		l := x.(map[string]any)
		metres, sec = metres+l["distance"].(float64), sec+l["duration"].(float64)
		steps, stepM := l["steps"].([]any), 0.0
		for _, s := range steps {
			stepM += s.(map[string]any)["distance"].(float64)
		}
		if math.Abs(stepM-l["distance"].(float64)) > 5 || l["summary"] == "" {
			t.Errorf("steps of %v m in a leg of %v m, summary %q", stepM, l["distance"], l["summary"])
		}
		a := l["annotation"].(map[string]any)
		if n := len(a["duration"].([]any)); n != len(a["distance"].([]any)) || len(a["nodes"].([]any)) < 3 {
			t.Errorf("annotation of %d pieces", n)
		}
	}
	if math.Abs(metres-r["distance"].(float64)) > 1 || math.Abs(sec-r["duration"].(float64)) > 1 || metres < 5000 {
		t.Errorf("legs of %v m and %v s in a route of %v", metres, sec, r["distance"])
	}
	line, err := routing.DecodePolyline(r["geometry"].(string), 1e6)
	if err != nil || distance(line[0], orb.Point{9.5209, 47.1410}) > 200 || distance(line[len(line)-1], orb.Point{9.5030, 47.0660}) > 500 {
		t.Errorf("geometry %v (%v)", line[0], err)
	}
}

// A table agrees with single routes, asked for in the path and in a body.
func TestTable(t *testing.T) {
	t.Parallel()
	url := "/table/v1/driving/" + vaduz + ";" + schaan + ";" + balzer + "?sources=0;2&annotations=duration,distance"
	_, out := ask(t, "GET", url, "")
	_, posted := ask(t, "POST", "/table/v1/driving", `{"coordinates":[[9.5209,47.1410],[9.5095,47.1650],[9.5030,47.0660]],"sources":[0,2],"annotations":"duration,distance"}`)
	d := out["durations"].([]any)
	if len(d) != 2 || len(d[0].([]any)) != 3 || d[0].([]any)[0].(float64) != 0 || len(out["sources"].([]any)) != 2 {
		t.Fatalf("%v", out)
	}
	a, _ := json.Marshal(out)
	b, _ := json.Marshal(posted)
	if string(a) != string(b) {
		t.Errorf("GET says %s, POST %s", a, b)
	}
	_, route := ask(t, "GET", "/route/v1/driving/"+balzer+";"+schaan, "")
	want := route["routes"].([]any)[0].(map[string]any)["duration"].(float64)
	if got := d[1].([]any)[1].(float64); math.Abs(got-want) > 0.6 {
		t.Errorf("table %v s, route %v s", got, want)
	}
}

// Hints, bearings, nearest with its nodes, and a way back through match.
func TestNearestAndMatch(t *testing.T) {
	t.Parallel()
	_, out := ask(t, "GET", "/nearest/v1/driving/"+vaduz+"?number=3", "")
	found := out["waypoints"].([]any)
	first := found[0].(map[string]any)
	if len(found) != 3 || len(first["nodes"].([]any)) != 2 || first["hint"] == "" {
		t.Fatalf("%v", out)
	}
	_, route := ask(t, "GET", "/route/v1/driving/0,0;"+schaan+"?hints="+first["hint"].(string)+";&overview=full&geometries=geojson", "")
	if route["code"] != "Ok" { // the hint stands for the coordinate
		t.Fatalf("with a hint: %v", route)
	}
	line := route["routes"].([]any)[0].(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)
	var trace [][]any
	for _, p := range line {
		trace = append(trace, p.([]any))
	}
	body, err := json.Marshal(map[string]any{"coordinates": trace, "overview": "full"})
	if err != nil {
		t.Fatal(err)
	}
	_, match := ask(t, "POST", "/match/v1/driving", string(body))
	if match["code"] != "Ok" {
		t.Fatalf("%v", match)
	}
	driven := route["routes"].([]any)[0].(map[string]any)["distance"].(float64)
	got := 0.0
	for _, m := range match["matchings"].([]any) {
		got += m.(map[string]any)["distance"].(float64)
	}
	if math.Abs(got-driven) > 0.05*driven+20 || len(match["tracepoints"].([]any)) != len(trace) {
		t.Errorf("matched %v m of %v m", got, driven)
	}
}

// A trip visits all points once, from the first and back, no longer than the order given.
func TestTrip(t *testing.T) {
	t.Parallel()
	points := vaduz + ";" + balzer + ";" + schaan + ";9.5137,47.2133"
	_, out := ask(t, "GET", "/trip/v1/driving/"+points+"?source=first", "")
	if out["code"] != "Ok" {
		t.Fatal(out)
	}
	trip := out["trips"].([]any)[0].(map[string]any)
	_, route := ask(t, "GET", "/route/v1/driving/"+points+";"+vaduz, "")
	if given := route["routes"].([]any)[0].(map[string]any)["duration"].(float64); trip["duration"].(float64) > given+1 {
		t.Errorf("the trip takes %v s, the order given %v s", trip["duration"], given)
	}
	seen := map[float64]bool{}
	for i, w := range out["waypoints"].([]any) {
		at := w.(map[string]any)["waypoint_index"].(float64)
		seen[at] = true
		if i == 0 && at != 0 {
			t.Errorf("the first is visited as number %v", at)
		}
	}
	if len(seen) != 4 {
		t.Errorf("visited %v", seen)
	}
}

// The improved order is near the exact one, and fixed ends stay.
func TestBestOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 30 {
		const n = 9
		sec := make([]int32, n*n)
		var at [n][2]float64
		for k := range at {
			at[k] = [2]float64{100 * r.Float64(), 100 * r.Float64()}
		}
		for k := range sec { // as on streets: about the distance, a little more one way
			a, b := at[k/n], at[k%n]
			sec[k] = int32(math.Hypot(a[0]-b[0], a[1]-b[1])) + int32(r.IntN(10))
		}
		cost := func(a, b int) int64 { return int64(sec[a*n+b]) }
		length := func(o []int) (sum int64) {
			for i := range o {
				sum += cost(o[i], o[(i+1)%n])
			}
			return sum
		}
		exact, quick := length(heldKarp(n, 0, cost)), length(improved(n, 0, cost))
		if quick < exact || quick > exact*13/10+10 {
			t.Errorf("improved %d, exact %d", quick, exact)
		}
		for _, c := range []struct{ round, first, last bool }{{true, true, false}, {true, false, true}, {true, true, true}, {false, true, true},
			{false, true, false}, {false, false, true}, {false, false, false}} {
			o := bestOrder(n, sec, c.round, c.first, c.last)
			sorted := slices.Sorted(slices.Values(o))
			if len(sorted) != n || sorted[0] != 0 || sorted[n-1] != n-1 || c.first && o[0] != 0 || c.last && o[n-1] != n-1 {
				t.Errorf("%+v: order %v", c, o)
			}
		}
	}
}

// Wrong questions get OSRM's codes with status 400.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for url, code := range map[string]string{
		"/route/v1":                codeURL,
		"/fly/v1/driving/" + vaduz: codeService,
		"/route/v2/driving/" + vaduz + ";" + schaan:                       codeVersion,
		"/route/v1/submarine/" + vaduz + ";" + schaan:                     codeURL,
		"/route/v1/driving/" + vaduz:                                      codeOptions,
		"/route/v1/driving/1,2;x":                                         codeQuery,
		"/route/v1/driving/" + vaduz + ";" + schaan + "?fast=1":           codeQuery,
		"/route/v1/driving/" + vaduz + ";" + schaan + "?steps=maybe":      codeOptions,
		"/route/v1/driving/" + vaduz + ";" + schaan + "?radiuses=5":       codeOptions,
		"/route/v1/driving/" + vaduz + ";" + schaan + "?exclude=motorway": codeValue,
		"/route/v1/driving/" + vaduz + ";0,0":                             codeSegment,
		"/table/v1/driving/" + strings.Repeat(vaduz+";", 50) + vaduz:      codeBig,
		"/nearest/v1/driving/" + vaduz + "?number=0":                      codeOptions,
		"/match/v1/driving/0,0;0,0.001":                                   codeMatch,
		"/route/v1/driving/polyline(__)":                                  codeQuery,
		"/tile/v1/driving/tile(1,1,1).mvt":                                codeNone,
	} {
		if status, out := ask(t, "GET", url, ""); status != http.StatusBadRequest || out["code"] != code || out["message"] == "" {
			t.Errorf("%s: %d %v, want %s", url, status, out, code)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("/route/v1/driving/9.52,47.14;9.51,47.16", "steps=true")
	f.Add("/match/v1/driving/polyline(_p~iF~ps|U)", "timestamps=1;2")
	f.Fuzz(func(t *testing.T, path, raw string) {
		parts := strings.SplitN(strings.Trim(path, "/"), "/", 4)
		if len(parts) < 4 {
			return
		}
		q := &query{ctx: context.Background(), service: parts[0], options: map[string]string{}}
		if q.readURL(parts[3], raw) == nil {
			_, _, _ = q.fixes()
			_, _ = q.drawing()
		}
	})
}
