package osrm

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// The rules below are those of OSRM's public description of its HTTP API, version 1 (project-osrm.org/docs, "General options"
// and the page of each service).

func list(v any) []any             { return v.([]any) }
func object(v any) map[string]any  { return v.(map[string]any) }
func number(v any) float64         { return v.(float64) }
func text(v any) string            { return v.(string) }
func keys(m map[string]any) string { return strings.Join(slices.Sorted(maps.Keys(m)), " ") }

// ok asks for an answer with code Ok.
func ok(t *testing.T, url string) map[string]any {
	t.Helper()
	status, out := ask(t, "GET", url, "")
	if status != http.StatusOK || out["code"] != "Ok" {
		t.Fatalf("%s: %d %v", url, status, out)
	}
	return out
}

// Coordinates as pairs, as polylines of five or six decimals, with the suffix .json, and options in a body are one question.
func TestCoordinatesInEveryForm(t *testing.T) {
	t.Parallel()
	line := orb.LineString{{9.5209, 47.1410}, {9.5095, 47.1650}, {9.5030, 47.0660}}
	pairs := vaduz + ";" + schaan + ";" + balzer
	want := ok(t, "/route/v1/driving/"+pairs+"?overview=full&steps=true")
	for _, path := range []string{pairs + ".json", "polyline(" + escaped(routing.EncodePolyline(line, 1e5)) + ")", "polyline6(" + escaped(routing.EncodePolyline(line, 1e6)) + ")"} {
		if got := ok(t, "/route/v1/driving/"+path+"?overview=full&steps=true"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another answer than for the pairs", path)
		}
	}
	_, got := ask(t, "POST", "/route/v1/driving", `{"coordinates":[[9.5209,47.1410],[9.5095,47.1650],[9.5030,47.0660]],"overview":"full","steps":true}`)
	if !reflect.DeepEqual(got, want) {
		t.Error("POST: another answer than for the pairs")
	}
}

func escaped(s string) string {
	return strings.NewReplacer("?", "%3F", "%", "%25", "\\", "%5C", "`", "%60", "^", "%5E", "|", "%7C", "{", "%7B", "}", "%7D", "#", "%23").Replace(s)
}

// The three forms of a geometry are one line to their decimals; overview=false leaves it out, simplified has less points than
// full, by_legs gives each leg its own.
func TestGeometries(t *testing.T) {
	t.Parallel()
	const at = "/route/v1/driving/" + vaduz + ";" + schaan + ";" + balzer + "?overview="
	geometry := func(more string) any { return object(list(ok(t, at+more)["routes"])[0])["geometry"] }
	five, err := routing.DecodePolyline(text(geometry("full")), 1e5)
	six, err6 := routing.DecodePolyline(text(geometry("full&geometries=polyline6")), 1e6)
	geo := object(geometry("full&geometries=geojson"))
	points := list(geo["coordinates"])
	if err != nil || err6 != nil || geo["type"] != "LineString" || len(points) != len(five) || len(six) != len(five) {
		t.Fatalf("%d, %d and %d points, %v, %v", len(five), len(six), len(points), err, err6)
	}
	for k, p := range five {
		x, y := number(list(points[k])[0]), number(list(points[k])[1])
		if math.Abs(p[0]-x) > 1e-5 || math.Abs(p[1]-y) > 1e-5 || math.Abs(six[k][0]-x) > 1e-6 || math.Abs(six[k][1]-y) > 1e-6 {
			t.Fatalf("point %d: %v, %v and %v, %v", k, p, six[k], x, y)
		}
	}
	if g := geometry("false"); g != nil {
		t.Errorf("overview=false has the geometry %v", g)
	}
	if short, err := routing.DecodePolyline(text(geometry("simplified")), 1e5); err != nil || len(short) >= len(five) || len(short) < 2 || short[0] != five[0] {
		t.Errorf("simplified has %d points, full %d, %v", len(short), len(five), err)
	}
	for _, l := range list(object(list(ok(t, at+"by_legs")["routes"])[0])["legs"]) {
		if line, err := routing.DecodePolyline(text(object(l)["geometry"]), 1e5); err != nil || len(line) < 2 {
			t.Errorf("a leg's line of %d points, %v", len(line), err)
		}
	}
}

// Steps depart first and arrive last, each with the fields that navigation reads, and add up to their leg; without them a leg
// has an empty list.
func TestSteps(t *testing.T) {
	t.Parallel()
	const at = "/route/v1/driving/" + vaduz + ";" + schaan + ";" + balzer
	for _, l := range list(object(list(ok(t, at+"?steps=true&geometries=geojson")["routes"])[0])["legs"]) {
		steps := list(object(l)["steps"])
		sec := 0.0
		for k, x := range steps {
			s := object(x)
			m := object(s["maneuver"])
			kind := text(m["type"])
			if (k == 0) != (kind == "depart") || (k == len(steps)-1) != (kind == "arrive") {
				t.Errorf("step %d of %d is to %s", k, len(steps), kind)
			}
			line := list(object(s["geometry"])["coordinates"])
			if len(line) < 2 || !reflect.DeepEqual(line[0], m["location"]) || s["mode"] != "driving" || s["driving_side"] != "right" {
				t.Errorf("step %d: %v", k, s)
			}
			for _, b := range []string{"bearing_before", "bearing_after"} {
				if deg := number(m[b]); deg < 0 || deg >= 360 {
					t.Errorf("step %d: %s %v", k, b, deg)
				}
			}
			for _, c := range list(s["intersections"]) {
				if c := object(c); len(list(c["bearings"])) != len(list(c["entry"])) || (c["in"] == nil) == (kind == "arrive") {
					t.Errorf("step %d: intersection %v", k, c)
				}
			}
			sec += number(s["duration"])
		}
		if math.Abs(sec-number(object(l)["duration"])) > 0.1*float64(len(steps)) || number(object(steps[len(steps)-1])["distance"]) != 0 {
			t.Errorf("steps of %v s in a leg of %v", sec, object(l)["duration"])
		}
	}
	bare := object(list(object(list(ok(t, at)["routes"])[0])["legs"])[0])
	if len(list(bare["steps"])) != 0 || bare["summary"] != "" || bare["annotation"] != nil {
		t.Errorf("a leg without steps: %v", bare)
	}
}

// Annotations are those asked for, one value for each piece between two nodes, and add up to the leg.
func TestAnnotations(t *testing.T) {
	t.Parallel()
	const at = "/route/v1/driving/" + vaduz + ";" + balzer + "?annotations="
	annotation := func(which string) (map[string]any, map[string]any) {
		l := object(list(object(list(ok(t, at+which)["routes"])[0])["legs"])[0])
		return object(l["annotation"]), l
	}
	all, leg := annotation("true")
	if keys(all) != "datasources distance duration nodes speed weight" {
		t.Fatalf("annotations %s", keys(all))
	}
	metres, sec := 0.0, 0.0
	for k, d := range list(all["distance"]) {
		metres, sec = metres+number(d), sec+number(list(all["duration"])[k])
	}
	if math.Abs(metres-number(leg["distance"])) > 0.01*metres || sec > number(leg["duration"])+1 {
		t.Errorf("pieces of %v m and %v s in a leg of %v m and %v s", metres, sec, leg["distance"], leg["duration"])
	}
	for _, key := range []string{"duration", "speed", "weight", "datasources"} {
		if len(list(all[key])) != len(list(all["distance"])) {
			t.Errorf("%d values of %s for %d pieces", len(list(all[key])), key, len(list(all["distance"])))
		}
	}
	some, _ := annotation("nodes,speed")
	if keys(some) != "nodes speed" {
		t.Errorf("of nodes and speed: %s", keys(some))
	}
}

// Sources and destinations choose rows and columns in the order given; what is not asked for, or not wanted, is left out.
func TestTableOptions(t *testing.T) {
	t.Parallel()
	const at = "/table/v1/driving/" + vaduz + ";" + schaan + ";" + balzer
	whole := ok(t, at)
	if keys(whole) != "code data_version destinations durations sources" {
		t.Errorf("by default: %s", keys(whole))
	}
	cell := func(out map[string]any, key string, i, k int) float64 { return number(list(list(out[key])[i])[k]) }
	some := ok(t, at+"?sources=2;0&destinations=1")
	if len(list(some["durations"])) != 2 || cell(some, "durations", 0, 0) != cell(whole, "durations", 2, 1) || cell(some, "durations", 1, 0) != cell(whole, "durations", 0, 1) {
		t.Errorf("sources 2 and 0: %v of %v", some["durations"], whole["durations"])
	}
	if !reflect.DeepEqual(list(some["sources"])[0], list(whole["sources"])[2]) {
		t.Errorf("source 2 is told as %v", list(some["sources"])[0])
	}
	if far := ok(t, at+"?annotations=distance&sources=all"); far["durations"] != nil || cell(far, "distances", 0, 1) < 1000 {
		t.Errorf("distances alone: %v", far)
	}
	twice := ok(t, at+"?scale_factor=2&skip_waypoints=true")
	if cell(twice, "durations", 0, 1) != 2*cell(whole, "durations", 0, 1) || keys(twice) != "code data_version durations" {
		t.Errorf("twice as long, without waypoints: %v", twice)
	}
}

// flooded is the real graph with all streets about Vaduz closed.
func flooded(t *testing.T) *road.Graph {
	t.Helper()
	g, err := realGraph()
	if err != nil {
		t.Fatal(err)
	}
	flood := road.Condition{ID: "flood", Kind: road.Closure, Closed: true, UntilSec: 2, Area: road.Area([][2]float64{{9.517, 47.137}, {9.525, 47.137}, {9.525, 47.145}, {9.517, 47.145}})}
	now, err := g.At(t.Context(), 1, nil, []road.Condition{flood}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// Where a closure leaves no way a route says NoRoute, a trip NoTrips, and a table null, or the straight line at the fallback
// speed with the cells named in which it stands.
func TestNoWay(t *testing.T) {
	t.Parallel()
	g := flooded(t)
	for url, code := range map[string]string{"/route": codeRoute, "/trip": codeTrips} {
		if status, out := askOn(t, g, "GET", url+"/v1/driving/"+schaan+";"+vaduz, ""); status != http.StatusBadRequest || out["code"] != code || out["routes"] != nil {
			t.Errorf("%s: %d %v", url, status, out)
		}
	}
	const at = "/table/v1/driving/" + schaan + ";" + vaduz + ";" + balzer + "?annotations=duration,distance"
	_, bare := askOn(t, g, "GET", at, "")
	row := list(list(bare["durations"])[0])
	if row[1] != nil || list(list(bare["distances"])[0])[1] != nil || row[2] == nil || bare["fallback_speed_cells"] != nil {
		t.Errorf("without a fallback: %v", bare)
	}
	_, out := askOn(t, g, "GET", at+"&fallback_speed=10", "")
	if got := fmt.Sprint(out["fallback_speed_cells"]); got != "[[0 1] [1 0] [1 1] [1 2] [2 1]]" {
		t.Errorf("guessed cells %s", got)
	}
	metres, sec := number(list(list(out["distances"])[0])[1]), number(list(list(out["durations"])[0])[1])
	if line := distance(orb.Point{9.5095, 47.1650}, orb.Point{9.5209, 47.1410}); math.Abs(metres-line) > 1 || math.Abs(sec-line/10) > 0.2 {
		t.Errorf("%v m in %v s at 10 m/s over %v m", metres, sec, line)
	}
	_, snapped := askOn(t, g, "GET", at+"&fallback_speed=10&fallback_coordinate=snapped", "")
	if number(list(list(snapped["distances"])[0])[1]) == metres {
		t.Error("between places on streets the line is as long as between the points asked for")
	}
}

// Bearings, radiuses and approaches take an empty entry as the default and keep to what they say.
func TestOptionsByCoordinate(t *testing.T) {
	t.Parallel()
	const at = "/route/v1/driving/" + vaduz + ";" + schaan
	plain := ok(t, at)
	for _, same := range []string{"?radiuses=;", "?radiuses=unlimited;500", "?bearings=;", "?approaches=unrestricted;", "?hints=;", "?snapping=any", "?format=json", "?hints=bm9uZSBvZiBvdXJz;"} {
		if out := ok(t, at+same); !reflect.DeepEqual(out, plain) {
			t.Errorf("%s: another answer", same)
		}
	}
	north, south := ok(t, at+"?bearings=340,60;"), ok(t, at+"?bearings=160,60;")
	a, b := object(list(north["routes"])[0]), object(list(south["routes"])[0])
	if number(a["duration"]) == number(b["duration"]) && reflect.DeepEqual(list(north["waypoints"])[0], list(south["waypoints"])[0]) {
		t.Error("setting out north or south makes no difference")
	}
	none := ok(t, at+"?generate_hints=false&skip_waypoints=true")
	if none["waypoints"] != nil {
		t.Errorf("skipped waypoints: %v", none["waypoints"])
	}
	if w := object(list(ok(t, at+"?generate_hints=false")["waypoints"])[0]); keys(w) != "distance location name" {
		t.Errorf("a waypoint without a hint has %s", keys(w))
	}
}

// Points that are no stops shape the way and end no leg; going straight on at a stop never turns round there, and costs no
// less.
func TestWaypointsAndTurning(t *testing.T) {
	t.Parallel()
	const at = "/route/v1/driving/" + vaduz + ";" + schaan + ";" + vaduz
	all, two := ok(t, at), ok(t, at+"?waypoints=0;2")
	legs := func(out map[string]any) []any { return list(object(list(out["routes"])[0])["legs"]) }
	total := func(out map[string]any) float64 { return number(object(list(out["routes"])[0])["duration"]) }
	if len(legs(all)) != 2 || len(legs(two)) != 1 || len(list(two["waypoints"])) != 2 || math.Abs(total(all)-total(two)) > 0.3 {
		t.Errorf("%d legs of %v s, as one %d of %v s", len(legs(all)), total(all), len(legs(two)), total(two))
	}
	on := ok(t, at+"?continue_straight=true&steps=true")
	if total(on) < total(all)-0.2 {
		t.Errorf("straight on takes %v s, turning anywhere %v s", total(on), total(all))
	}
	arrive := list(object(legs(on)[0])["steps"])
	depart := object(object(list(object(legs(on)[1])["steps"])[0])["maneuver"])
	before := object(object(arrive[len(arrive)-1])["maneuver"])
	if turned := math.Abs(math.Mod(number(before["bearing_before"])-number(depart["bearing_after"])+540, 360) - 180); turned > 90 {
		t.Errorf("arrives heading %v, departs heading %v", before["bearing_before"], depart["bearing_after"])
	}
}

// A matching has a leg from each tracepoint to the next, or to the next stop, by which waypoint_index counts; its legs add up;
// a point that is far from the trace is null.
func TestMatchLegs(t *testing.T) {
	t.Parallel()
	out := ok(t, "/route/v1/driving/"+vaduz+";"+schaan+"?overview=full&geometries=geojson")
	line := list(object(object(list(out["routes"])[0])["geometry"])["coordinates"])
	line = line[:min(len(line), 40)]
	var times []int
	for k := range line {
		times = append(times, 1_700_000_000+20*k)
	}
	match := func(line []any, more map[string]any) map[string]any {
		body := map[string]any{"coordinates": line, "timestamps": times, "overview": "full", "steps": true, "annotations": true}
		maps.Copy(body, more)
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		status, out := ask(t, "POST", "/match/v1/driving", string(data))
		if status != http.StatusOK {
			t.Fatalf("%v", out)
		}
		return out
	}
	whole := match(line, nil)
	m := object(list(whole["matchings"])[0])
	if legs := list(m["legs"]); len(list(whole["matchings"])) != 1 || len(legs) != len(line)-1 || number(m["confidence"]) < 0 || number(m["confidence"]) > 1 {
		t.Fatalf("%d legs of %d points", len(legs), len(line))
	}
	sum := 0.0
	for k, l := range list(m["legs"]) {
		sum += number(object(l)["distance"])
		if steps := list(object(l)["steps"]); len(steps) < 2 || text(object(object(steps[0])["maneuver"])["type"]) != "depart" {
			t.Errorf("leg %d has %d steps", k, len(steps))
		}
	}
	if math.Abs(sum-number(m["distance"])) > 1 {
		t.Errorf("legs of %v m in a matching of %v m", sum, m["distance"])
	}
	for k, x := range list(whole["tracepoints"]) {
		if p := object(x); number(p["waypoint_index"]) != float64(k) || number(p["matchings_index"]) != 0 || number(p["alternatives_count"]) != 0 {
			t.Errorf("tracepoint %d: %v", k, p)
		}
	}
	few := match(line, map[string]any{"waypoints": fmt.Sprintf("0;%d;%d", len(line)/2, len(line)-1)})
	m = object(list(few["matchings"])[0])
	points := list(few["tracepoints"])
	if len(list(m["legs"])) != 2 || number(object(points[len(line)-1])["waypoint_index"]) != 2 || object(points[1])["waypoint_index"] != nil {
		t.Errorf("%d legs between three stops, %v", len(list(m["legs"])), points[1])
	}
	far := slices.Clone(line)
	far[20] = []any{0.5, 51.5}
	passed := match(far, nil)
	points = list(passed["tracepoints"])
	if points[20] != nil || number(object(points[21])["waypoint_index"]) != 20 || len(list(object(list(passed["matchings"])[0])["legs"])) != len(line)-2 {
		t.Errorf("with a point in another country: %v, then %v", points[20], points[21])
	}
}

// Values that are no numbers, or larger than any map, are refused by their names; a radius of nothing finds no street.
func TestBadNumbers(t *testing.T) {
	t.Parallel()
	const two = vaduz + ";" + schaan
	for url, code := range map[string]string{
		"/route/v1/driving/NaN,47;" + vaduz:                              codeQuery,
		"/route/v1/driving/" + vaduz + ";9.5,1e400":                      codeQuery,
		"/route/v1/driving/" + vaduz + ";Inf,47":                         codeQuery,
		"/route/v1/driving/" + vaduz + ";181,47":                         codeQuery,
		"/route/v1/driving/" + vaduz + ";9.5":                            codeQuery,
		"/route/v1/driving/" + two + "?radiuses=NaN;5":                   codeOptions,
		"/route/v1/driving/" + two + "?radiuses=-1;5":                    codeOptions,
		"/route/v1/driving/" + two + "?radiuses=0;":                      codeSegment,
		"/route/v1/driving/" + two + "?bearings=400,20;":                 codeOptions,
		"/route/v1/driving/" + two + "?bearings=NaN,20;":                 codeOptions,
		"/route/v1/driving/" + two + "?approaches=left;":                 codeOptions,
		"/route/v1/driving/" + two + "?waypoints=0":                      codeOptions,
		"/route/v1/driving/" + two + "?waypoints=0;7":                    codeOptions,
		"/route/v1/driving/" + two + "?alternatives=-1":                  codeOptions,
		"/route/v1/driving/" + two + "?annotations=colour":               codeOptions,
		"/route/v1/driving/" + two + "?geometries=wkt":                   codeOptions,
		"/route/v1/driving/" + two + "?overview=none":                    codeOptions,
		"/route/v1/driving/" + two + "?continue_straight=never":          codeOptions,
		"/table/v1/driving/" + two + "?fallback_speed=0":                 codeOptions,
		"/table/v1/driving/" + two + "?fallback_speed=NaN":               codeOptions,
		"/table/v1/driving/" + two + "?scale_factor=-1":                  codeOptions,
		"/table/v1/driving/" + two + "?sources=2":                        codeOptions,
		"/table/v1/driving/" + two + "?destinations=0;x":                 codeOptions,
		"/table/v1/driving/" + two + "?annotations=speed":                codeOptions,
		"/nearest/v1/driving/" + two:                                     codeOptions,
		"/nearest/v1/driving/" + vaduz + "?number=101":                   codeBig,
		"/nearest/v1/driving/0,0":                                        codeSegment,
		"/match/v1/driving/" + vaduz:                                     codeOptions,
		"/match/v1/driving/" + two + "?timestamps=9;8":                   codeOptions,
		"/match/v1/driving/" + two + "?timestamps=NaN;8":                 codeOptions,
		"/match/v1/driving/" + two + "?timestamps=1;1e300":               codeOptions,
		"/match/v1/driving/" + two + "?gaps=jump":                        codeOptions,
		"/trip/v1/driving/" + two + "?source=last":                       codeOptions,
		"/trip/v1/driving/" + two + "?roundtrip=twice":                   codeOptions,
		"/trip/v1/driving/" + strings.Repeat(vaduz+";", 100) + vaduz:     codeBig,
		"/route/v1/driving/" + strings.Repeat(vaduz+";", 500) + vaduz:    codeBig,
		"/match/v1/driving/" + strings.Repeat(vaduz+";", 1000) + vaduz:   codeBig,
		"/table/v1/driving/" + two + "?steps=true":                       codeQuery,
		"/route/v1/driving/" + two + "?hints=one":                        codeOptions,
		"/route/v1/driving/" + two + "?skip_waypoints=1":                 codeOptions,
		"/table/v1/driving/" + two + "?fallback_coordinate=middle":       codeOptions,
		"/route/v1/driving/" + two + "?exclude=toll":                     codeValue,
		"/route/v1/driving/polyline6(~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~)": codeQuery,
	} {
		if status, out := ask(t, "GET", url, ""); status != http.StatusBadRequest || out["code"] != code || out["message"] == "" {
			t.Errorf("%.120s: %d %v, want %s", url, status, out, code)
		}
	}
}

// An open trip keeps its ends; every waypoint says where in the trip it is visited.
func TestTripOptions(t *testing.T) {
	t.Parallel()
	const at = "/trip/v1/driving/" + vaduz + ";" + balzer + ";" + schaan + ";9.5137,47.2133"
	open := ok(t, at+"?roundtrip=false&source=first&destination=last")
	trip := object(list(open["trips"])[0])
	points := list(open["waypoints"])
	if len(list(trip["legs"])) != 3 || number(object(points[0])["waypoint_index"]) != 0 || number(object(points[3])["waypoint_index"]) != 3 {
		t.Errorf("open trip of %d legs: %v", len(list(trip["legs"])), points)
	}
	round := ok(t, at+"?roundtrip=true&skip_waypoints=true&steps=true&overview=false")
	if trip := object(list(round["trips"])[0]); len(list(trip["legs"])) != 4 || round["waypoints"] != nil || trip["geometry"] != nil {
		t.Errorf("round trip: %s, %d legs", keys(round), len(list(trip["legs"])))
	}
}
