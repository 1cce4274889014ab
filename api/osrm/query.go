package osrm

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// query is one request, read.
type query struct {
	ctx     context.Context
	g       *road.Graph
	service string
	points  []orb.Point
	options map[string]string
}

// general are the options of every service, own those of each.
var (
	general = []string{"bearings", "radiuses", "hints", "generate_hints", "approaches", "exclude", "snapping", "skip_waypoints", "format"}
	own     = map[string][]string{
		"route":   {"alternatives", "steps", "annotations", "geometries", "overview", "continue_straight", "waypoints"},
		"table":   {"sources", "destinations", "annotations", "fallback_speed", "fallback_coordinate", "scale_factor"},
		"nearest": {"number"},
		"match":   {"steps", "geometries", "annotations", "overview", "timestamps", "gaps", "tidy", "waypoints"},
		"trip":    {"roundtrip", "source", "destination", "steps", "annotations", "geometries", "overview"},
	}
)

func (q *query) readURL(path, raw string) error {
	path = strings.TrimSuffix(path, ".json")
	var err error
	switch {
	case strings.HasPrefix(path, "polyline6(") && strings.HasSuffix(path, ")"):
		q.points, err = routing.DecodePolyline(path[len("polyline6("):len(path)-1], 1e6)
	case strings.HasPrefix(path, "polyline(") && strings.HasSuffix(path, ")"):
		q.points, err = routing.DecodePolyline(path[len("polyline("):len(path)-1], 1e5)
	default:
		if q.points, err = coordinates(path); err != nil {
			return err
		}
	}
	if err != nil {
		return refuse(codeQuery, "%v", err)
	}
	// Lists are separated by semicolons, which Go's own reader of queries refuses.
	for _, pair := range strings.Split(raw, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if value, err = url.QueryUnescape(value); err != nil {
			return refuse(codeQuery, "option %s does not parse", key)
		}
		if err := q.set(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (q *query) set(key, value string) error {
	for _, list := range [][]string{general, own[q.service]} {
		for _, known := range list {
			if key == known {
				q.options[key] = value
				return nil
			}
		}
	}
	return refuse(codeQuery, "there is no option %q of %s", key, q.service)
}

func coordinates(path string) ([]orb.Point, error) {
	var all []orb.Point
	for _, pair := range strings.Split(path, ";") {
		lon, lat, ok := strings.Cut(pair, ",")
		x, errX := strconv.ParseFloat(lon, 64)
		y, errY := strconv.ParseFloat(lat, 64)
		if !ok || errX != nil || errY != nil || !(math.Abs(x) <= 180) || !(math.Abs(y) <= 90) {
			return nil, refuse(codeQuery, "%q is not longitude,latitude", pair)
		}
		all = append(all, orb.Point{x, y})
	}
	return all, nil
}

// readBody reads the JSON form of a query: coordinates, and options by their names, lists as arrays.
func (q *query) readBody(body []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return refuse(codeQuery, "the body is not a JSON object")
	}
	for key, raw := range fields {
		if key == "coordinates" {
			var points [][]float64
			if err := json.Unmarshal(raw, &points); err != nil {
				return refuse(codeQuery, "coordinates are [[longitude,latitude], …]")
			}
			for _, p := range points {
				if len(p) != 2 || !(math.Abs(p[0]) <= 180) || !(math.Abs(p[1]) <= 90) {
					return refuse(codeQuery, "coordinates are [[longitude,latitude], …]")
				}
				q.points = append(q.points, orb.Point{p[0], p[1]})
			}
			continue
		}
		value, err := plainValue(raw)
		if err != nil {
			return refuse(codeQuery, "option %s does not parse", key)
		}
		if err := q.set(key, value); err != nil {
			return err
		}
	}
	return nil
}

// plainValue turns a JSON value into the text it has in a URL.
func plainValue(raw json.RawMessage) (string, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	return flat(v, ";")
}

func flat(v any, separator string) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			var err error
			if parts[i], err = flat(x, ","); err != nil {
				return "", err
			}
		}
		return strings.Join(parts, separator), nil
	}
	return "", fmt.Errorf("unexpected %T", v)
}

func (q *query) flag(key string, def bool) (bool, error) {
	switch q.options[key] {
	case "":
		return def, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, refuse(codeOptions, "%s is true or false", key)
}

// list splits an option with one entry for each point; nil when it is not given.
func (q *query) list(key string) ([]string, error) {
	text, ok := q.options[key]
	if !ok || text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ";")
	if len(parts) != len(q.points) {
		return nil, refuse(codeOptions, "%s has %d entries for %d coordinates", key, len(parts), len(q.points))
	}
	return parts, nil
}

func (q *query) one(key, def string, values ...string) (string, error) {
	v := q.options[key]
	if v == "" {
		return def, nil
	}
	for _, x := range values {
		if v == x {
			return v, nil
		}
	}
	return "", refuse(codeOptions, "%s is %s", key, strings.Join(values, ", "))
}

// count checks how many points there are.
func (q *query) count(least, most int) error {
	if len(q.points) < least {
		return refuse(codeOptions, "%s needs at least %d coordinates", q.service, least)
	}
	if len(q.points) > most {
		return refuse(codeBig, "%d coordinates; %s takes at most %d", len(q.points), q.service, most)
	}
	return nil
}

// snapOptions reads bearings, radiuses and approaches of every point.
func (q *query) snapOptions() (opts []road.SnapOptions, curb []bool, err error) {
	opts, curb = make([]road.SnapOptions, len(q.points)), make([]bool, len(q.points))
	lists := map[string][]string{}
	for _, key := range []string{"bearings", "radiuses", "approaches"} {
		if lists[key], err = q.list(key); err != nil {
			return nil, nil, err
		}
	}
	for i := range q.points {
		if b := at(lists["bearings"], i); b != "" {
			deg, give, ok := strings.Cut(b, ",")
			x, errX := strconv.ParseFloat(deg, 64)
			y, errY := strconv.ParseFloat(give, 64)
			if !ok || errX != nil || errY != nil || !(x >= 0 && x <= 360) || !(y >= 0 && y <= 180) {
				return nil, nil, refuse(codeOptions, "bearing %q is not 0…360,0…180", b)
			}
			opts[i].BearingDeg, opts[i].RangeDeg = x, max(y, 0.1)
		}
		if r := at(lists["radiuses"], i); r != "" && r != "unlimited" {
			x, err := strconv.ParseFloat(r, 64)
			if err != nil || !(x >= 0) {
				return nil, nil, refuse(codeOptions, "radius %q is not a number of metres from 0 or unlimited", r)
			}
			opts[i].RadiusM = max(x, 1e-3) // a radius of 0 asks for a point on a street
		}
		switch a := at(lists["approaches"], i); a {
		case "", "unrestricted":
		case "curb":
			curb[i] = true
		default:
			return nil, nil, refuse(codeOptions, "approach %q is curb or unrestricted here", a)
		}
	}
	if q.options["exclude"] != "" {
		return nil, nil, refuse(codeValue, "this profile has no classes to exclude")
	}
	if _, err := q.one("snapping", "default", "default", "any"); err != nil {
		return nil, nil, err
	}
	return opts, curb, nil
}

func at(list []string, i int) string {
	if list == nil {
		return ""
	}
	return list[i]
}

// places puts every point on a street.
func (q *query) places() ([]road.Place, error) {
	opts, curb, err := q.snapOptions()
	if err != nil {
		return nil, err
	}
	hints, err := q.list("hints")
	if err != nil {
		return nil, err
	}
	all := make([]road.Place, len(q.points))
	for i, p := range q.points {
		if place, ok := q.hinted(at(hints, i)); ok {
			all[i] = place
		} else {
			found := q.g.Nearest(p, 1, opts[i])
			if len(found) == 0 {
				return nil, refuse(codeSegment, "coordinate %d: %s", i, noStreet(q.g, p))
			}
			all[i] = found[0]
		}
		all[i].Curb = curb[i]
	}
	return all, nil
}

func noStreet(g *road.Graph, p orb.Point) string {
	if why := g.SnapProblem(p); why != "" {
		return why
	}
	return "no street within the radius leads in the direction asked for"
}

// hint is a place in a few letters: hash of the graph, edge, fraction, side.
func (q *query) hint(p road.Place) string {
	b := make([]byte, 0, 17)
	b = append(b, q.g.BaseHash()[:4]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Edge))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Fraction))
	b = append(b, byte(p.Side))
	return base64.URLEncoding.EncodeToString(b)
}

// hinted reads a hint; hints of another graph are of no use and are passed over.
func (q *query) hinted(text string) (road.Place, bool) {
	b, err := base64.URLEncoding.DecodeString(text)
	if err != nil || len(b) != 17 || string(b[:4]) != q.g.BaseHash()[:4] {
		return road.Place{}, false
	}
	p := road.Place{Edge: int32(binary.LittleEndian.Uint32(b[4:])), Fraction: math.Float64frombits(binary.LittleEndian.Uint64(b[8:])), Side: int8(b[16])}
	if p.Edge < 0 || int(p.Edge) >= q.g.Edges() || !(p.Fraction >= 0 && p.Fraction <= 1) {
		return road.Place{}, false
	}
	p.Point = q.g.Point(p.Edge, p.Fraction)
	return p, true
}

type waypoint struct {
	Name     string    `json:"name"`
	Location orb.Point `json:"location"`
	Distance float64   `json:"distance"`
	Hint     string    `json:"hint,omitempty"`
	Nodes    *[2]int64 `json:"nodes,omitempty"`

	TripsIndex       *int `json:"trips_index,omitempty"`
	WaypointIndex    *int `json:"waypoint_index,omitempty"`
	MatchingsIndex   *int `json:"matchings_index,omitempty"`
	AlternativeCount *int `json:"alternatives_count,omitempty"`
}

func (q *query) waypoint(i int, p road.Place) waypoint {
	name, _ := q.g.Names(p.Edge)
	w := waypoint{Name: name, Location: round(p.Point), Distance: tenth(distance(q.points[i], p.Point))}
	if q.options["generate_hints"] != "false" {
		w.Hint = q.hint(p)
	}
	return w
}

func (q *query) waypoints(places []road.Place) []waypoint {
	all := make([]waypoint, len(places))
	for i, p := range places {
		all[i] = q.waypoint(i, p)
	}
	return all
}

// reply completes an answer: with its waypoints under a name, unless they are not wanted.
func (q *query) reply(out map[string]any, name string, waypoints any) (any, error) {
	skip, err := q.flag("skip_waypoints", false)
	if err != nil {
		return nil, err
	}
	if !skip {
		out[name] = waypoints
	}
	out["code"], out["data_version"] = "Ok", q.g.Hash()[:16]
	return out, nil
}

func distance(a, b orb.Point) float64 {
	const metresPerDegree = 111_195
	return metresPerDegree * math.Hypot((b[0]-a[0])*math.Cos(a[1]*math.Pi/180), b[1]-a[1])
}

func round(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }
