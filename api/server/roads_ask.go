package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

var _ = offer(Operation[api.RoadMatrixRequest, api.RoadMatrix]{
	Words: api.RoadMatrices, Kind: "road-matrix", Summary: "times and distances between places",
	Description: "Fastest ways over the installation's streets, turns and their restrictions allowed for, at the hour and under the conditions of a moment. " +
		"Where the installation has no streets the answer goes by straight lines and says so.",
	MaxBodyBytes: api.MaxRoadBody,
	Check: func(_ context.Context, _ *Work, q *api.RoadMatrixRequest) ([]api.FieldError, error) {
		return checkConditions("moment.conditions", q.Moment.Conditions), nil
	},
	Solve: solveRoadMatrix,
})

var _ = offer(Operation[api.IsochroneRequest, api.IsochroneAnswer]{
	Words: api.Isochrones, Kind: "isochrone", Summary: "the areas reached within times",
	Description:  "GeoJSON polygons around all streets that are reached from a place within each limit, at the hour and under the conditions of a moment.",
	MaxBodyBytes: api.MaxRoadBody,
	Check: func(_ context.Context, _ *Work, q *api.IsochroneRequest) ([]api.FieldError, error) {
		wrong := checkConditions("moment.conditions", q.Moment.Conditions)
		for i, s := range q.LimitsSec {
			if s < 1 || s > 86_400 {
				wrong.add(s, "is not between 1 and 86400", "limits_sec[%d]", i)
			}
		}
		return wrong, nil
	},
	Solve: solveIsochrones,
})

var _ = offer(Operation[api.RoadMatchRequest, api.RoadMatchAnswer]{
	Words: api.RoadMatches, Kind: "road-match", Summary: "the streets of a GPS trace",
	Description: "The likeliest way through the streets near a trace, cut where nothing connects it, with the time on each street driven from end to end. " +
		"With learn the speeds driven are kept by street and hour, once, and serve from then on wherever a moment is named.",
	MaxBodyBytes: 4 << 20,
	Check: func(_ context.Context, _ *Work, q *api.RoadMatchRequest) ([]api.FieldError, error) {
		var wrong fieldErrors
		for i := 1; i < len(q.Fixes); i++ {
			if q.Fixes[i].TimeSec < q.Fixes[i-1].TimeSec {
				wrong.add(q.Fixes[i].TimeSec, "is earlier than the fix before", "fixes[%d].time_sec", i)
				break
			}
		}
		if q.Learn && (q.Fixes[0].TimeSec < earliestTrace || q.Fixes[len(q.Fixes)-1].TimeSec > latestTrace) {
			wrong.add(q.Fixes[0].TimeSec, "to learn from, times are Unix seconds of the years 1990 to 2199", "fixes[0].time_sec")
		}
		return wrong, nil
	},
	Solve: solveRoadMatch,
})

// Unix seconds between which a trace to learn from lies.
const (
	earliestTrace = 631_152_000
	latestTrace   = 7_258_118_400
)

var _ = offer(Operation[api.RoadRouteRequest, api.RoadRoute]{
	Words: api.RoadRoutes, Kind: "road-route", Summary: "a way and what conditions do to it",
	Description:  "The fastest way at the hour and under the conditions of a moment, its time under free flow, and for each condition that matters a sentence such as +7 min: closure on Landstrasse (police).",
	MaxBodyBytes: api.MaxRoadBody,
	Check: func(_ context.Context, _ *Work, q *api.RoadRouteRequest) ([]api.FieldError, error) {
		return checkConditions("moment.conditions", q.Moment.Conditions), nil
	},
	Solve: solveRoadRoute,
})

func idle(g *road.Graph) []string {
	if m := g.Moment(); m != nil {
		return m.Idle
	}
	return nil
}

// snapAll puts places on streets; the error names the first that has none.
func snapAll(g *road.Graph, field string, all []api.Place) ([]road.Place, error) {
	places := make([]road.Place, len(all))
	for i, p := range all {
		var err error
		if places[i], err = snapOne(g, fmt.Sprintf("%s[%d]", field, i), p); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// snapOne puts a place on a street; the error names the field where there is none near.
func snapOne(g *road.Graph, field string, p api.Place) (road.Place, error) {
	place, ok := g.Snap(point{p.Lon, p.Lat})
	if !ok {
		return place, fmt.Errorf("%w: %s: %s", service.ErrInvalid, field, g.SnapProblem(point{p.Lon, p.Lat}))
	}
	return place, nil
}

// travelTable measures all ways between two lists of places: over streets, or on straight lines where there are none.
func (w *Work) travelTable(ctx context.Context, m api.RoadMoment, sources, targets []api.Place) (t road.Table, g *road.Graph, err error) {
	if w.Planning.Roads == nil {
		return w.Planning.Straight.Table(pointsOf(sources), pointsOf(targets)), nil, nil
	}
	if g, err = w.streetsAt(ctx, m); err != nil {
		return t, nil, err
	}
	from, err := snapAll(g, "sources", sources)
	if err != nil {
		return t, nil, err
	}
	to, err := snapAll(g, "targets", targets)
	if err != nil {
		return t, nil, err
	}
	t, err = g.Table(ctx, from, to, max(w.Planning.Workers, 1))
	return t, g, err
}

func solveRoadMatrix(ctx context.Context, w *Work, q api.RoadMatrixRequest) (api.RoadMatrix, error) {
	if len(q.Targets) == 0 {
		q.Targets = q.Sources
	}
	t, g, err := w.travelTable(ctx, q.Moment, q.Sources, q.Targets)
	if err != nil {
		return api.RoadMatrix{}, err
	}
	out := api.RoadMatrix{Travel: plan.TravelStreets, Attribution: road.Attribution}
	if g == nil {
		out.Travel, out.Detour, out.Attribution = plan.TravelStraight, w.Planning.Straight.Factor(), ""
	} else {
		out.Idle = idle(g)
	}
	for i := range t.Sources {
		sec, metres := make([]*int32, t.Targets), make([]*int32, t.Targets)
		for k := range t.Targets {
			if cell := i*t.Targets + k; t.DurationSec[cell] != routing.Unreachable {
				sec[k], metres[k] = &t.DurationSec[cell], &t.DistanceM[cell]
			}
		}
		out.DurationSec, out.DistanceM = append(out.DurationSec, sec), append(out.DistanceM, metres)
	}
	return out, nil
}

func solveIsochrones(ctx context.Context, w *Work, q api.IsochroneRequest) (api.IsochroneAnswer, error) {
	g, err := w.streetsAt(ctx, q.Moment)
	if err != nil {
		return api.IsochroneAnswer{}, err
	}
	from, err := snapOne(g, "from", q.From)
	if err != nil {
		return api.IsochroneAnswer{}, err
	}
	found, err := g.Isochrones(ctx, from, q.LimitsSec)
	if err != nil {
		return api.IsochroneAnswer{}, err
	}
	out := api.IsochroneAnswer{Type: "FeatureCollection", Features: []api.Isochrone{}, Attribution: road.Attribution}
	for _, iso := range found {
		x := api.Isochrone{Type: "Feature", Properties: api.IsochroneProperties{LimitSec: iso.LimitSec, StreetM: math.Round(iso.ReachedM)},
			Geometry: api.MultiPolygon{Type: "MultiPolygon", Coordinates: [][][][2]float64{}}}
		for _, polygon := range iso.Area {
			var rings [][][2]float64
			for _, ring := range polygon {
				line := make([][2]float64, len(ring))
				for i, p := range ring {
					line[i] = p
				}
				rings = append(rings, line)
			}
			x.Geometry.Coordinates = append(x.Geometry.Coordinates, rings)
		}
		out.Features = append(out.Features, x)
	}
	return out, nil
}

func solveRoadMatch(ctx context.Context, w *Work, q api.RoadMatchRequest) (api.RoadMatchAnswer, error) {
	g, err := w.streetsAt(ctx, api.RoadMoment{FreeFlow: true}) // a closed street may have been driven before it was
	if err != nil {
		return api.RoadMatchAnswer{}, err
	}
	fixes := make([]road.Fix, len(q.Fixes))
	for i, f := range q.Fixes {
		fixes[i] = road.Fix{Point: point{f.Lon, f.Lat}, TimeSec: f.TimeSec}
	}
	found, err := g.Match(ctx, fixes, road.MatchOptions{SigmaM: q.SigmaM})
	if errors.Is(err, road.ErrTrace) {
		return api.RoadMatchAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	if err != nil {
		return api.RoadMatchAnswer{}, err
	}
	out, speeds := api.RoadMatchAnswer{Attribution: road.Attribution}, road.NewSpeeds()
	for i := range found {
		m := &found[i]
		x := api.RoadMatchPiece{FirstFix: m.First, LastFix: m.Last, DistanceM: m.Path.DistanceM, Confidence: m.Confidence, Streets: []api.RoadPassage{}}
		for _, p := range m.Path.Geometry {
			x.Line = append(x.Line, p)
		}
		passages := g.Passages(m, fixes)
		for _, p := range passages {
			x.Streets = append(x.Streets, api.RoadPassage{Street: g.Street(p.Directed >> 1), EnterSec: p.EnterSec, DriveSec: p.DriveSec, FreeSec: p.FreeSec})
		}
		if q.Learn {
			_, offset := time.Unix(int64(fixes[m.First].TimeSec), 0).In(w.Zone).Zone()
			out.Learned += speeds.Learn(g, passages, int64(offset))
		}
		out.Pieces = append(out.Pieces, x)
	}
	if speeds.Len() > 0 {
		w.Effects.RoadSpeeds = &service.LearnedSpeeds{Profile: g.Profile().Name, Speeds: speeds}
	}
	return out, nil
}

func solveRoadRoute(ctx context.Context, w *Work, q api.RoadRouteRequest) (api.RoadRoute, error) {
	g, err := w.streetsAt(ctx, q.Moment)
	if err != nil {
		return api.RoadRoute{}, err
	}
	from, err := snapOne(g, "from", q.From)
	if err != nil {
		return api.RoadRoute{}, err
	}
	to, err := snapOne(g, "to", q.To)
	if err != nil {
		return api.RoadRoute{}, err
	}
	e, ok := g.Explain(from, to)
	if !ok {
		return api.RoadRoute{}, fmt.Errorf("%w: no way leads from one to the other, whatever the conditions", service.ErrInvalid)
	}
	out := api.RoadRoute{FreeSec: e.FreeSec, Causes: []api.RoadCause{}, Idle: idle(g), Attribution: road.Attribution}
	if path, ok := g.Route(from, to); ok {
		out.DurationSec, out.DistanceM, out.Line = &path.DurationSec, path.DistanceM, routing.EncodePolyline(path.Geometry, 1e5)
	}
	for _, c := range e.Causes {
		out.Causes = append(out.Causes, api.RoadCause{ID: c.ID, Kind: string(c.Kind), Street: c.Street, DelaySec: c.DelaySec, Detour: c.Detour, Sentence: c.Sentence})
	}
	return out, nil
}
