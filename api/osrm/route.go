package osrm

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

type route struct {
	Distance   float64  `json:"distance"`
	Duration   float64  `json:"duration"`
	Weight     float64  `json:"weight"`
	WeightName string   `json:"weight_name"`
	Geometry   any      `json:"geometry,omitempty"`
	Legs       []leg    `json:"legs"`
	Confidence *float64 `json:"confidence,omitempty"`
}

type leg struct {
	Distance   float64     `json:"distance"`
	Duration   float64     `json:"duration"`
	Weight     float64     `json:"weight"`
	Summary    string      `json:"summary"`
	Steps      []step      `json:"steps"`
	Annotation *annotation `json:"annotation,omitempty"`
	Geometry   any         `json:"geometry,omitempty"`
}

type annotation struct {
	Distance    []float64 `json:"distance,omitempty"`
	Duration    []float64 `json:"duration,omitempty"`
	Weight      []float64 `json:"weight,omitempty"`
	Speed       []float64 `json:"speed,omitempty"`
	Nodes       []int64   `json:"nodes,omitempty"`
	Datasources []int     `json:"datasources,omitempty"`
}

type step struct {
	Distance      float64        `json:"distance"`
	Duration      float64        `json:"duration"`
	Weight        float64        `json:"weight"`
	Geometry      any            `json:"geometry"`
	Name          string         `json:"name"`
	Ref           string         `json:"ref,omitempty"`
	Mode          string         `json:"mode"`
	DrivingSide   string         `json:"driving_side"`
	Maneuver      maneuver       `json:"maneuver"`
	Intersections []intersection `json:"intersections"`
}

type maneuver struct {
	Type          string    `json:"type"`
	Modifier      string    `json:"modifier,omitempty"`
	Exit          int       `json:"exit,omitempty"`
	Location      orb.Point `json:"location"`
	BearingBefore int       `json:"bearing_before"`
	BearingAfter  int       `json:"bearing_after"`
}

type intersection struct {
	Location orb.Point `json:"location"`
	Bearings []int     `json:"bearings"`
	Entry    []bool    `json:"entry"`
	In       *int      `json:"in,omitempty"`
	Out      *int      `json:"out,omitempty"`
}

// drawing is how a route is to be told.
type drawing struct {
	steps      bool
	annotate   map[string]bool
	geometries string
	overview   string
}

func (q *query) drawing() (drawing, error) {
	var d drawing
	var err error
	if d.steps, err = q.flag("steps", false); err != nil {
		return d, err
	}
	if d.geometries, err = q.one("geometries", "polyline", "polyline", "polyline6", "geojson"); err != nil {
		return d, err
	}
	if d.overview, err = q.one("overview", "simplified", "simplified", "full", "false", "by_legs"); err != nil {
		return d, err
	}
	d.annotate = map[string]bool{}
	for _, a := range strings.Split(q.options["annotations"], ",") {
		switch a {
		case "", "false":
		case "true":
			for _, x := range []string{"distance", "duration", "weight", "speed", "nodes", "datasources"} {
				d.annotate[x] = true
			}
		case "distance", "duration", "weight", "speed", "nodes", "datasources":
			d.annotate[a] = true
		default:
			return d, refuse(codeOptions, "annotations are true, false, or some of nodes, distance, duration, datasources, weight, speed")
		}
	}
	return d, nil
}

func (d drawing) geometry(line orb.LineString) any {
	switch d.geometries {
	case "geojson":
		points := make([]orb.Point, len(line))
		for i, p := range line {
			points[i] = round(p)
		}
		return map[string]any{"type": "LineString", "coordinates": points}
	case "polyline6":
		return routing.EncodePolyline(line, 1e6)
	}
	return routing.EncodePolyline(line, 1e5)
}

func (h *handler) route(q *query) (any, error) {
	if err := q.count(2, h.limits.Route); err != nil {
		return nil, err
	}
	d, err := q.drawing()
	if err != nil {
		return nil, err
	}
	most := 0
	switch alternatives := q.options["alternatives"]; alternatives {
	case "", "false":
	case "true":
		most = 2
	default:
		if most, err = strconv.Atoi(alternatives); err != nil || most < 0 || most > 10 {
			return nil, refuse(codeOptions, "alternatives is true, false, or 0 to 10")
		}
	}
	stops, err := q.stops()
	if err != nil {
		return nil, err
	}
	straight, err := q.one("continue_straight", "default", "default", "true", "false")
	if err != nil {
		return nil, err
	}
	places, err := q.places()
	if err != nil {
		return nil, err
	}
	var routes []route
	if most > 0 && len(places) == 2 {
		for _, p := range q.g.Alternatives(places[0], places[1], most) {
			routes = append(routes, q.tell(d, []road.Path{p}))
		}
	} else {
		legs, stuck := q.through(places, straight == "true")
		if stuck >= 0 {
			return nil, refuse(codeRoute, "no way leads from coordinate %d to %d", stuck, stuck+1)
		}
		routes = append(routes, q.tell(d, joined(legs, stops)))
	}
	if len(routes) == 0 {
		return nil, refuse(codeRoute, "no way leads from coordinate 0 to 1")
	}
	var shown []waypoint
	for i, w := range q.waypoints(places) {
		if stops[i] {
			shown = append(shown, w)
		}
	}
	return q.reply(map[string]any{"routes": routes}, "waypoints", shown)
}

// through finds the ways from each place to the next; stuck is the place from which none leads on, -1 = none is.
func (q *query) through(places []road.Place, straight bool) (legs []road.Path, stuck int) {
	if straight {
		return straightOn(q.g, places)
	}
	for i := 1; i < len(places); i++ {
		p, ok := q.g.Route(places[i-1], places[i])
		if !ok {
			return nil, i - 1
		}
		legs = append(legs, p)
	}
	return legs, -1
}

// joined are the ways from stop to stop, of those from coordinate to coordinate.
func joined(ways []road.Path, stops []bool) (legs []road.Path) {
	for i, p := range ways {
		if stops[i] {
			legs = append(legs, p)
		} else {
			legs[len(legs)-1] = join(legs[len(legs)-1], p)
		}
	}
	return legs
}

// stops says which coordinates end a leg: all, or those that the option waypoints lists.
func (q *query) stops() ([]bool, error) {
	is := make([]bool, len(q.points))
	text := q.options["waypoints"]
	if text == "" {
		for i := range is {
			is[i] = true
		}
		return is, nil
	}
	for _, part := range strings.Split(text, ";") {
		k, err := strconv.Atoi(part)
		if err != nil || k < 0 || k >= len(is) {
			return nil, refuse(codeOptions, "waypoints lists places of coordinates")
		}
		is[k] = true
	}
	if !is[0] || !is[len(is)-1] {
		return nil, refuse(codeOptions, "waypoints has the first and the last coordinate")
	}
	return is, nil
}

func join(a, b road.Path) road.Path {
	a.DurationSec, a.DistanceM = a.DurationSec+b.DurationSec, a.DistanceM+b.DistanceM
	a.Legs = append(append([]road.Leg(nil), a.Legs...), b.Legs...)
	a.Geometry = append(append(orb.LineString(nil), a.Geometry...), b.Geometry[1:]...)
	return a
}

// exact are the sums of a path in seconds and metres with a tenth, which OSRM's answers have.
func exact(p road.Path) (sec, metres float64) {
	for _, l := range p.Legs {
		sec += float64(l.TurnMs+l.DriveMs) / 1000
		metres += float64(l.LengthCm) / 100
	}
	return sec, metres
}

func (q *query) tell(d drawing, legs []road.Path) route {
	r := route{WeightName: "duration"}
	var line orb.LineString
	for i, p := range legs {
		l := q.leg(d, p)
		r.Legs = append(r.Legs, l)
		r.Distance, r.Duration = r.Distance+l.Distance, r.Duration+l.Duration
		if i > 0 && len(p.Geometry) > 0 {
			line = append(line, p.Geometry[1:]...)
		} else {
			line = append(line, p.Geometry...)
		}
	}
	r.Distance, r.Duration = tenth(r.Distance), tenth(r.Duration)
	r.Weight = r.Duration
	switch d.overview {
	case "full":
		r.Geometry = d.geometry(line)
	case "simplified":
		r.Geometry = d.geometry(simplified(line))
	}
	return r
}

// simplified leaves out what cannot be seen where the whole route fills a screen of 1,000 points.
func simplified(line orb.LineString) orb.LineString {
	b := line.Bound()
	if eps := math.Max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]) / 1000; eps > 0 && len(line) > 2 {
		return simplify.DouglasPeucker(eps).LineString(line.Clone())
	}
	return line
}

func (q *query) leg(d drawing, p road.Path) leg {
	sec, metres := exact(p)
	l := leg{Distance: tenth(metres), Duration: tenth(sec), Weight: tenth(sec), Steps: []step{}}
	if d.overview == "by_legs" {
		l.Geometry = d.geometry(p.Geometry)
	}
	if d.steps {
		steps := q.g.Steps(p.Legs)
		for i := range steps {
			l.Steps = append(l.Steps, q.step(d, &steps[i], p))
		}
		l.Summary = summary(steps)
	}
	if len(d.annotate) > 0 {
		l.Annotation = q.annotation(d, p)
	}
	return l
}

// summary names the two streets on which most of a leg is driven, in their order.
func summary(steps []road.Step) string {
	length := map[string]int64{}
	var order []string
	for _, s := range steps {
		name := s.Name
		if name == "" {
			name = s.Ref
		}
		if name == "" {
			continue
		}
		if _, ok := length[name]; !ok {
			order = append(order, name)
		}
		for _, l := range s.Legs {
			length[name] += int64(l.LengthCm)
		}
	}
	first, second := "", ""
	for _, name := range order {
		if first == "" || length[name] > length[first] {
			first, second = name, first
		} else if second == "" || length[name] > length[second] {
			second = name
		}
	}
	if second == "" {
		return first
	}
	for _, name := range order {
		if name == second {
			first, second = second, first
		}
		if name == first || name == second {
			break
		}
	}
	return first + ", " + second
}

func (q *query) step(d drawing, s *road.Step, p road.Path) step {
	out := step{Name: s.Name, Ref: s.Ref, Mode: "driving", DrivingSide: "right",
		Maneuver: maneuver{Type: string(s.Maneuver), Modifier: s.Modifier, Exit: s.Exit,
			BearingBefore: int(math.Round(s.BearingBefore)) % 360, BearingAfter: int(math.Round(s.BearingAfter)) % 360}}
	if q.g.Profile().LeftHand {
		out.DrivingSide = "left"
	}
	if s.Ferry {
		out.Mode = "ferry"
	}
	var line orb.LineString
	for k, l := range s.Legs {
		for i, piece := range q.g.Pieces(l) {
			if k == 0 && i == 0 {
				line = append(line, piece.From)
			}
			line = append(line, piece.To)
		}
		out.Duration += float64(l.TurnMs+l.DriveMs) / 1000
		out.Distance += float64(l.LengthCm) / 100
	}
	if len(line) == 0 { // on arriving
		end := p.Geometry[len(p.Geometry)-1]
		line = orb.LineString{end, end}
	}
	out.Distance, out.Duration = tenth(out.Distance), tenth(out.Duration)
	out.Weight = out.Duration
	out.Geometry = d.geometry(line)
	out.Maneuver.Location = round(line[0])
	zero := 0
	cross := intersection{Location: out.Maneuver.Location, Bearings: []int{out.Maneuver.BearingAfter}, Entry: []bool{true}, Out: &zero}
	if s.Maneuver == road.Arrive {
		cross = intersection{Location: out.Maneuver.Location, Bearings: []int{(out.Maneuver.BearingBefore + 180) % 360}, Entry: []bool{true}, In: &zero}
	}
	out.Intersections = []intersection{cross}
	return out
}

func (q *query) annotation(d drawing, p road.Path) *annotation {
	a := &annotation{}
	for _, l := range p.Legs {
		for _, piece := range q.g.Pieces(l) {
			if d.annotate["distance"] {
				a.Distance = append(a.Distance, tenth(piece.LengthM))
			}
			if d.annotate["duration"] {
				a.Duration = append(a.Duration, tenth(piece.DriveSec))
			}
			if d.annotate["weight"] {
				a.Weight = append(a.Weight, tenth(piece.DriveSec))
			}
			if d.annotate["speed"] {
				speed := 0.0
				if piece.DriveSec > 0 {
					speed = tenth(piece.LengthM / piece.DriveSec)
				}
				a.Speed = append(a.Speed, speed)
			}
			if d.annotate["datasources"] {
				a.Datasources = append(a.Datasources, 0)
			}
			if d.annotate["nodes"] {
				if len(a.Nodes) == 0 {
					a.Nodes = append(a.Nodes, piece.NodeA)
				}
				if piece.NodeB != a.Nodes[len(a.Nodes)-1] {
					a.Nodes = append(a.Nodes, piece.NodeB)
				}
			}
		}
	}
	return a
}
