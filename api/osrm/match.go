package osrm

import (
	"errors"
	"strconv"

	"quartermaster/routing/road"
)

func (h *handler) match(q *query) (any, error) {
	if err := q.count(2, h.limits.Match); err != nil {
		return nil, err
	}
	d, err := q.drawing()
	if err != nil {
		return nil, err
	}
	gaps, err := q.one("gaps", "split", "split", "ignore")
	if err != nil {
		return nil, err
	}
	if _, err := q.flag("tidy", false); err != nil { // fixes that lie close together are always thinned out
		return nil, err
	}
	fixes, opts, err := q.fixes()
	if err != nil {
		return nil, err
	}
	if gaps == "ignore" {
		opts.GapSec = 1e12
	}
	found, err := q.g.Match(q.ctx, fixes, opts)
	if errors.Is(err, road.ErrTrace) {
		return nil, refuse(codeMatch, "%v", err)
	}
	if err != nil {
		return nil, err
	}
	routes := make([]route, len(found))
	traced := make([]*waypoint, len(fixes))
	for i, m := range found {
		routes[i] = q.tell(d, []road.Path{m.Path})
		confidence := m.Confidence
		routes[i].Confidence = &confidence
		for k, p := range m.Places {
			w := q.waypoint(m.First+k, p)
			index, point, none := i, k, 0
			w.MatchingsIndex, w.WaypointIndex, w.AlternativeCount = &index, &point, &none
			traced[m.First+k] = &w
		}
	}
	return map[string]any{"code": "Ok", "matchings": routes, "tracepoints": traced, "data_version": q.g.Hash()[:16]}, nil
}

// fixes reads timestamps and radiuses, here the error of each fix, of which the largest counts. Without timestamps the fixes
// have none.
func (q *query) fixes() ([]road.Fix, road.MatchOptions, error) {
	var o road.MatchOptions
	fixes := make([]road.Fix, len(q.points))
	times, err := q.list("timestamps")
	if err != nil {
		return nil, o, err
	}
	radiuses, err := q.list("radiuses")
	if err != nil {
		return nil, o, err
	}
	for i, p := range q.points {
		fixes[i].Point = p
		if t := at(times, i); t != "" {
			if fixes[i].TimeSec, err = strconv.ParseFloat(t, 64); err != nil {
				return nil, o, refuse(codeOptions, "timestamp %q is not a number of seconds", t)
			}
			if i > 0 && fixes[i].TimeSec < fixes[i-1].TimeSec {
				return nil, o, refuse(codeOptions, "timestamps rise; number %d does not", i)
			}
		}
		if r := at(radiuses, i); r != "" {
			x, err := strconv.ParseFloat(r, 64)
			if err != nil || !(x > 0) {
				return nil, o, refuse(codeOptions, "radius %q is not a positive number of metres", r)
			}
			o.SigmaM = max(o.SigmaM, x)
		}
	}
	if o.SigmaM == 0 {
		o.SigmaM = 5 // OSRM's default
	}
	o.KeepAll = len(q.points) <= 20
	return fixes, o, nil
}
