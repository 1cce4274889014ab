package server

import (
	"github.com/paulmach/orb"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/routing/zone"
)

// late works out how much later than planned a route would run under what holds on the road now: the same stops in the same
// order, leg by leg against the seconds that the plan kept. A wait for a window takes delay in, and nobody leaves earlier
// than planned. A plan on other streets, or of an older program, is not compared.
func (d *drawing) late(out *api.PlanRoute, siteID string, day int, r plan.DayRoute) {
	w := d.ways[day]
	if w == nil || w.graph == nil || d.planned.Versions["roads"] != w.graph.BaseHash() || len(r.LegSec) != len(out.Stops)+1 {
		return
	}
	depot, known := d.depots[siteID]
	if !known {
		return
	}
	here, late := depot, int64(0)
	for leg, planned := range r.LegSec {
		next := depot
		if leg < len(out.Stops) {
			door, there := d.doors[out.Stops[leg].OrderID]
			if !there {
				return // an order that was erased
			}
			next = door
		}
		late = max(0, late+d.legDelay(out, w, leg, int64(planned), here, next))
		here = next
		if leg < len(out.Stops) {
			stop := &out.Stops[leg]
			late = max(0, late-int64(stop.StartAt.Sub(stop.ArriveAt).Seconds()))
			stop.LateSec = late
		}
	}
	out.LateSec = late
}

// legDelay is how much longer than planned one leg takes now, with the conditions that make it so.
func (d *drawing) legDelay(out *api.PlanRoute, w *walker, leg int, plannedSec int64, a, b orb.Point) int64 {
	from, to := w.place(a), w.place(b)
	if !from.ok || !to.ok {
		return 0
	}
	way, reachable := w.graph.Route(from.place, to.place)
	if reachable && way.DurationSec <= plannedSec {
		return way.DurationSec - plannedSec
	}
	e, ok := w.graph.Explain(from.place, to.place)
	if !ok {
		return 0
	}
	for _, c := range e.Causes {
		out.Conditions = append(out.Conditions, api.RouteCondition{ID: c.ID, Kind: string(c.Kind), Leg: leg, DelaySec: c.DelaySec, Sentence: c.Sentence})
	}
	if !reachable {
		out.Cut = true
		return 0
	}
	return way.DurationSec - plannedSec
}

// cellWords shows which site serves which cell; nil for a plan of an older program, which did not say.
func cellWords(view *plan.AreaView) ([]api.MapCell, error) {
	if view == nil {
		return nil, nil
	}
	out := make([]api.MapCell, len(view.Cells))
	for i, c := range view.Cells {
		corners, err := zone.Boundary(c.Cell)
		if err != nil {
			return nil, err
		}
		out[i] = api.MapCell{
			Cell: c.Cell, Orders: c.Orders, Units: c.Units, ShortUnits: c.ShortUnits, SiteID: c.SiteID, TravelSec: c.TravelSec, Why: c.Why,
		}
		for _, p := range corners {
			out[i].Corners = append(out[i].Corners, api.Place{Lon: p[0], Lat: p[1]})
		}
		for _, s := range c.Served {
			out[i].ServedBy = append(out[i].ServedBy, s.SiteID)
		}
	}
	return out, nil
}
