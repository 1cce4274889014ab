package osrm

import (
	"errors"
	"math"
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
	stops, err := q.stops()
	if err != nil {
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
	for i := range found {
		m := &found[i]
		for k, p := range m.Places {
			if strays(p, opts) { // passed over: a jump
				stops[m.First+k] = false
			}
		}
		legs, ends := q.traceLegs(m, stops)
		routes[i] = q.tell(d, legs)
		routes[i].Confidence = &m.Confidence
		for k, p := range m.Places {
			w := q.waypoint(m.First+k, p)
			if strays(p, opts) {
				continue
			}
			index, none := i, 0
			w.MatchingsIndex, w.WaypointIndex, w.AlternativeCount = &index, ends[k], &none
			traced[m.First+k] = &w
		}
	}
	return q.reply(map[string]any{"matchings": routes}, "tracepoints", traced)
}

// strays says whether a fix lies too far from the way found to have been driven there.
func strays(p road.Place, o road.MatchOptions) bool { return p.SnapM > max(10*o.SigmaM, 50) }

// traceLegs cuts a matching into legs from one fix to the next, of those that are stops; its first and last fix always are.
// ends tells for each fix which of the matching's waypoints it is, nil = none.
func (q *query) traceLegs(m *road.Matching, stops []bool) (legs []road.Path, ends []*int) {
	last := len(m.Places) - 1
	var cuts []float64
	ends = make([]*int, len(m.Places))
	for k := range m.Places {
		if k > 0 && k < last && !stops[m.First+k] {
			continue
		}
		number := len(cuts)
		if k == last {
			number++
		} else if k > 0 {
			cuts = append(cuts, m.AlongM[k])
			number++
		}
		ends[k] = &number
	}
	return q.g.Split(m.Path, cuts), ends
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
			fixes[i].TimeSec, err = strconv.ParseFloat(t, 64)
			if err != nil || !(math.Abs(fixes[i].TimeSec) < 1e12) {
				return nil, o, refuse(codeOptions, "timestamp %q is not a number of seconds", t)
			}
			if i > 0 && fixes[i].TimeSec < fixes[i-1].TimeSec {
				return nil, o, refuse(codeOptions, "timestamps rise; number %d does not", i)
			}
		}
		if r := at(radiuses, i); r != "" {
			x, err := strconv.ParseFloat(r, 64)
			if err != nil || !(x >= 0) {
				return nil, o, refuse(codeOptions, "radius %q is not a number of metres from 0", r)
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
