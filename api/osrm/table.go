package osrm

import (
	"strconv"
	"strings"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// tableOptions are the options of a table.
type tableOptions struct {
	sources, targets    []int // of the coordinates
	duration, distance  bool
	fallback, scale     float64 // fallback speed in m/s, 0 = none
	bySnapped, waypoint bool    // fallback between snapped places; tell the waypoints
}

func (h *handler) tableOptions(q *query) (o tableOptions, err error) {
	if err := q.count(1, h.limits.Table); err != nil {
		return o, err
	}
	if o.sources, err = q.subset("sources"); err != nil {
		return o, err
	}
	if o.targets, err = q.subset("destinations"); err != nil {
		return o, err
	}
	for _, a := range strings.Split(q.options["annotations"], ",") {
		switch a {
		case "", "duration":
			o.duration = true
		case "distance":
			o.distance = true
		default:
			return o, refuse(codeOptions, "annotations are duration, distance, or both")
		}
	}
	o.scale = 1
	for key, to := range map[string]*float64{"fallback_speed": &o.fallback, "scale_factor": &o.scale} {
		if text := q.options[key]; text != "" {
			if *to, err = strconv.ParseFloat(text, 64); err != nil || !(*to > 0 && *to < 1e6) {
				return o, refuse(codeOptions, "%s is a positive number", key)
			}
		}
	}
	by, err := q.one("fallback_coordinate", "input", "input", "snapped")
	if err != nil {
		return o, err
	}
	skip, err := q.flag("skip_waypoints", false)
	o.bySnapped, o.waypoint = by == "snapped", !skip
	return o, err
}

func (h *handler) table(q *query) (any, error) {
	o, err := h.tableOptions(q)
	if err != nil {
		return nil, err
	}
	places, err := q.places()
	if err != nil {
		return nil, err
	}
	t, err := q.g.Table(q.ctx, picked(places, o.sources), picked(places, o.targets), h.limits.Workers)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"code": "Ok", "data_version": q.g.Hash()[:16]}
	durations, distances, guessed := o.cells(q, places, &t)
	if o.duration {
		out["durations"] = durations
	}
	if o.distance {
		out["distances"] = distances
	}
	if o.fallback > 0 {
		out["fallback_speed_cells"] = guessed
	}
	if o.waypoint {
		all := q.waypoints(places)
		out["sources"], out["destinations"] = picked(all, o.sources), picked(all, o.targets)
	}
	return out, nil
}

// cells are the rows of a table in seconds and metres, null where no way leads, and which of them the fallback speed stands in.
func (o *tableOptions) cells(q *query, places []road.Place, t *road.Table) (durations, distances [][]any, guessed [][2]int) {
	guessed = [][2]int{}
	for i, s := range o.sources {
		sec, metres := make([]any, t.Targets), make([]any, t.Targets)
		for k, e := range o.targets {
			cell := i*t.Targets + k
			if t.DurationSec[cell] != routing.Unreachable {
				sec[k], metres[k] = float64(t.DurationSec[cell])*o.scale, float64(t.DistanceM[cell])
			} else if o.fallback > 0 {
				a, b := q.points[s], q.points[e]
				if o.bySnapped {
					a, b = places[s].Point, places[e].Point
				}
				far := distance(a, b)
				sec[k], metres[k] = tenth(far/o.fallback*o.scale), tenth(far)
				guessed = append(guessed, [2]int{i, k})
			}
		}
		durations, distances = append(durations, sec), append(distances, metres)
	}
	return durations, distances, guessed
}

func picked[T any](all []T, of []int) []T {
	some := make([]T, len(of))
	for i, k := range of {
		some[i] = all[k]
	}
	return some
}

// subset reads sources or destinations: all, or a list of places of coordinates.
func (q *query) subset(key string) ([]int, error) {
	text := q.options[key]
	var list []int
	if text == "" || text == "all" {
		for i := range q.points {
			list = append(list, i)
		}
		return list, nil
	}
	for _, part := range strings.Split(text, ";") {
		k, err := strconv.Atoi(part)
		if err != nil || k < 0 || k >= len(q.points) || len(list) >= len(q.points) {
			return nil, refuse(codeOptions, "%s is all, or places of coordinates from 0 to %d", key, len(q.points)-1)
		}
		list = append(list, k)
	}
	return list, nil
}

func (h *handler) nearest(q *query) (any, error) {
	if len(q.points) != 1 {
		return nil, refuse(codeOptions, "nearest takes one coordinate")
	}
	number := 1
	if text := q.options["number"]; text != "" {
		var err error
		if number, err = strconv.Atoi(text); err != nil || number < 1 {
			return nil, refuse(codeOptions, "number is 1 or more")
		}
		if number > h.limits.Nearest {
			return nil, refuse(codeBig, "number is %d; at most %d", number, h.limits.Nearest)
		}
	}
	opts, _, err := q.snapOptions()
	if err != nil {
		return nil, err
	}
	found := q.g.Nearest(q.points[0], number, opts[0])
	if len(found) == 0 {
		return nil, refuse(codeSegment, "%s", noStreet(q.g, q.points[0]))
	}
	all := make([]waypoint, len(found))
	for i, p := range found {
		all[i] = q.waypoint(0, p)
		nodes := q.g.EdgeNodes(p)
		all[i].Nodes = &nodes
	}
	return q.reply(map[string]any{}, "waypoints", all)
}
