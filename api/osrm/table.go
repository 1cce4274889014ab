package osrm

import (
	"strconv"
	"strings"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

func (h *handler) table(q *query) (any, error) {
	if err := q.count(1, h.limits.Table); err != nil {
		return nil, err
	}
	sources, err := q.subset("sources")
	if err != nil {
		return nil, err
	}
	targets, err := q.subset("destinations")
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	for _, a := range strings.Split(q.options["annotations"], ",") {
		switch a {
		case "":
			want["duration"] = true
		case "duration", "distance":
			want[a] = true
		default:
			return nil, refuse(codeOptions, "annotations are duration, distance, or both")
		}
	}
	fallback, scale := 0.0, 1.0
	for key, to := range map[string]*float64{"fallback_speed": &fallback, "scale_factor": &scale} {
		if text := q.options[key]; text != "" {
			if *to, err = strconv.ParseFloat(text, 64); err != nil || !(*to > 0 && *to < 1e6) {
				return nil, refuse(codeOptions, "%s is a positive number", key)
			}
		}
	}
	by, err := q.one("fallback_coordinate", "input", "input", "snapped")
	if err != nil {
		return nil, err
	}
	places, err := q.places()
	if err != nil {
		return nil, err
	}
	pick := func(of []int) []road.Place {
		some := make([]road.Place, len(of))
		for i, k := range of {
			some[i] = places[k]
		}
		return some
	}
	t, err := q.g.Table(q.ctx, pick(sources), pick(targets), h.limits.Workers)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"code": "Ok", "data_version": q.g.Hash()[:16]}
	durations, distances := make([][]any, len(sources)), make([][]any, len(sources))
	cells := [][2]int{}
	for i, s := range sources {
		durations[i], distances[i] = make([]any, len(targets)), make([]any, len(targets))
		for k, e := range targets {
			sec, metres := t.DurationSec[i*len(targets)+k], t.DistanceM[i*len(targets)+k]
			switch {
			case sec != routing.Unreachable:
				durations[i][k], distances[i][k] = float64(sec)*scale, float64(metres)
			case fallback > 0:
				a, b := q.points[s], q.points[e]
				if by == "snapped" {
					a, b = places[s].Point, places[e].Point
				}
				far := distance(a, b)
				durations[i][k], distances[i][k] = tenth(far/fallback*scale), tenth(far)
				cells = append(cells, [2]int{i, k})
			}
		}
	}
	if want["duration"] {
		out["durations"] = durations
	}
	if want["distance"] {
		out["distances"] = distances
	}
	if fallback > 0 {
		out["fallback_speed_cells"] = cells
	}
	if skip, err := q.flag("skip_waypoints", false); err != nil {
		return nil, err
	} else if !skip {
		all := q.waypoints(places)
		some := func(of []int) []waypoint {
			list := make([]waypoint, len(of))
			for i, k := range of {
				list[i] = all[k]
			}
			return list
		}
		out["sources"], out["destinations"] = some(sources), some(targets)
	}
	return out, nil
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
	return map[string]any{"code": "Ok", "waypoints": all, "data_version": q.g.Hash()[:16]}, nil
}
