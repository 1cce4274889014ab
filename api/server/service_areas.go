package server

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/routing/zone"
)

// maxAreaCells bounds the travel times between depots and points of one request.
const maxAreaCells = 2_000_000

var _ = offer(Operation[api.ServiceAreaRequest, api.ServiceAreaAnswer]{
	Words: api.ServiceAreas, Kind: "service-area", Summary: "which depot serves which places",
	Description: "Each point goes to the depot with the shortest way that has room, those first that would lose most by another; the points of each depot are grouped into zones " +
		"of H3 cells that lie together and have like numbers of points. Demand and speed are told by cell.",
	MaxBodyBytes: api.MaxRoadBody,
	Check: func(_ context.Context, _ *Work, q *api.ServiceAreaRequest) ([]api.FieldError, error) {
		wrong := checkConditions("moment.conditions", q.Moment.Conditions)
		seen := map[string]bool{}
		for i, d := range q.Depots {
			if seen[d.ID] {
				wrong.add(d.ID, "stands twice", "depots[%d].id", i)
			}
			seen[d.ID] = true
		}
		if len(q.Depots)*len(q.Points) > maxAreaCells {
			wrong.add(len(q.Points), fmt.Sprintf("times %d depots is more than %d ways", len(q.Depots), maxAreaCells), "points")
		}
		return wrong, nil
	},
	Solve: solveServiceAreas,
})

func pointsOf(places []api.Place) []orb.Point {
	points := make([]orb.Point, len(places))
	for i, p := range places {
		points[i] = orb.Point{p.Lon, p.Lat}
	}
	return points
}

func solveServiceAreas(ctx context.Context, w *Work, q api.ServiceAreaRequest) (api.ServiceAreaAnswer, error) {
	out := api.ServiceAreaAnswer{Travel: plan.TravelStreets, Attribution: road.Attribution}
	depots, points := make([]api.Place, len(q.Depots)), make([]api.Place, len(q.Points))
	room := make([]int, len(q.Depots))
	for i, d := range q.Depots {
		depots[i], room[i] = api.Place{Lon: d.Lon, Lat: d.Lat}, d.Room
	}
	for i, p := range q.Points {
		points[i] = api.Place{Lon: p.Lon, Lat: p.Lat}
	}
	table, g, err := w.travelTable(ctx, q.Moment, depots, points)
	if err != nil {
		return out, err
	}
	if g == nil {
		out.Travel, out.Attribution = plan.TravelStraight, ""
	}
	travel := make([]int32, len(table.DurationSec))
	for k, sec := range table.DurationSec {
		if travel[k] = sec; sec == routing.Unreachable {
			travel[k] = -1
		}
	}
	of, err := zone.Service(travel, len(depots), len(points), room)
	if err != nil {
		return out, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	mine := make([][]int, len(depots))
	for p, d := range of {
		if d < 0 {
			out.Lost = append(out.Lost, p)
		} else {
			mine[d] = append(mine[d], p)
		}
	}
	for d := range depots {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		area, err := depotArea(&q, d, mine[d], &table)
		if err != nil {
			return out, err
		}
		out.Depots = append(out.Depots, area)
	}
	return out, nil
}

// depotArea groups the points of one depot into zones and tells their demand and speed by cell.
func depotArea(q *api.ServiceAreaRequest, d int, mine []int, t *road.Table) (api.DepotArea, error) {
	out := api.DepotArea{DepotID: q.Depots[d].ID, Points: len(mine), Zones: []api.AreaZone{}}
	if len(mine) == 0 {
		return out, nil
	}
	at := make([]orb.Point, len(mine))
	demand, speed := make([]float64, len(mine)), make([]float64, len(mine))
	for i, p := range mine {
		at[i] = orb.Point{q.Points[p].Lon, q.Points[p].Lat}
		if demand[i] = q.Points[p].Demand; demand[i] == 0 {
			demand[i] = 1
		}
		out.Demand += demand[i]
		cell := d*t.Targets + p
		speed[i] = 3.6 * float64(t.DistanceM[cell]) / max(float64(t.DurationSec[cell]), 1)
	}
	groups, err := zone.Group(at, q.Resolution, q.Zones)
	if err != nil {
		return out, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	demands, err := zone.ByCell(at, demand, q.Resolution)
	if err != nil {
		return out, err
	}
	speeds, err := zone.ByCell(at, speed, q.Resolution)
	if err != nil {
		return out, err
	}
	cells := map[string]api.ZoneCell{}
	for i, x := range demands { // both lists are sorted by cell
		cells[x.Cell] = api.ZoneCell{Cell: x.Cell, Points: x.Count, Demand: x.Sum, SpeedKmh: speeds[i].Mean()}
	}
	for _, z := range groups.Zones {
		x := api.AreaZone{CentreLon: z.Centre.Lon(), CentreLat: z.Centre.Lat()}
		for _, name := range z.Cells {
			x.Cells = append(x.Cells, cells[name])
		}
		out.Zones = append(out.Zones, x)
	}
	for i, z := range groups.Of {
		x := &out.Zones[z]
		x.Points, x.Demand = append(x.Points, mine[i]), x.Demand+demand[i]
		x.MeanSec += float64(t.DurationSec[d*t.Targets+mine[i]]) / float64(groups.Zones[z].Points)
	}
	return out, nil
}
