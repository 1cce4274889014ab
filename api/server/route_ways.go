package server

import (
	"context"
	"fmt"
	"math"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

// streetsOut gives the streets as the vehicles of a request find them: a condition that holds at some time of their shifts
// counts for all of it.
func (w *Work) streetsOut(ctx context.Context, q *api.RouteRequest) (*road.Graph, error) {
	if w.Planning.Roads == nil {
		return nil, fmt.Errorf("%w: travel: this installation has no streets; ask for straight", service.ErrConflict)
	}
	if w.Planning.Live == nil || q.FreeFlow {
		return w.Planning.Roads, nil
	}
	return w.Planning.Live.During(ctx, w.Tenant, firstShift(q), lastShift(q).Add(time.Microsecond))
}

func lastShift(q *api.RouteRequest) time.Time {
	last := q.Vehicles[0].Shift.To
	for _, v := range q.Vehicles[1:] {
		if v.Shift.To.After(last) {
			last = v.Shift.To
		}
	}
	return last
}

// conditionIDs lists the conditions that streets are under.
func conditionIDs(g *road.Graph) []string {
	var ids []string
	if m := g.Moment(); m != nil {
		for i := range m.Active {
			ids = append(ids, m.Active[i].ID)
		}
	}
	return ids
}

// overStreets measures the ways between the points, depots first, and how they are driven by the hour.
func (p *routeProblem) overStreets(ctx context.Context, w *Work, points []point) error {
	places := make([]road.Place, len(points))
	for i, at := range points {
		var ok bool
		if places[i], ok = p.streets.Snap(at); !ok {
			return fmt.Errorf("%w: vehicles: %s", service.ErrInvalid, p.streets.SnapProblem(at))
		}
	}
	var err error
	if p.problem.Matrix, err = p.streets.Matrix(ctx, places, max(w.Planning.Workers, 1)); err != nil || w.Planning.Live == nil || p.request.FreeFlow {
		return err
	}
	learned, err := w.Planning.Live.Learned(ctx, w.Tenant)
	if err != nil || learned == nil || len(p.problem.Stops) == 0 {
		return err
	}
	first := len(points) - len(p.problem.Stops)
	return p.byTheHour(ctx, w, &learned.Pattern, places[:first], places[first:])
}

// byTheHour sets how fast legs are driven from hour to hour, by the ways from the depots to the stops.
func (p *routeProblem) byTheHour(ctx context.Context, w *Work, pattern *road.Pattern, depots, stops []road.Place) error {
	workers := max(w.Planning.Workers, 1)
	base, err := p.streets.Table(ctx, depots, stops, workers)
	if err != nil {
		return err
	}
	var holding []road.Condition
	if m := p.streets.Moment(); m != nil {
		holding = append(holding, m.Active...)
	}
	for i := range holding {
		holding[i].FromSec, holding[i].UntilSec = math.MinInt64, math.MaxInt64
	}
	begin := firstShift(p.request).Truncate(time.Hour)
	known := map[int]int64{} // by hour of the day: later days drive alike
	for at := begin; at.Before(lastShift(p.request)); at = at.Add(time.Hour) {
		percent, ok := known[at.In(w.Zone).Hour()]
		if !ok {
			then, err := p.streets.At(ctx, at.Unix(), pattern, holding, workers)
			if err != nil {
				return err
			}
			table, err := then.Table(ctx, depots, stops, workers)
			if err != nil {
				return err
			}
			for d := range depots {
				percent += base.SpeedPercent(&table, d)
			}
			percent /= int64(len(depots))
			known[at.In(w.Zone).Hour()] = percent
		}
		if all := p.problem.Traffic; len(all) == 0 || all[len(all)-1].SpeedPercent != percent {
			p.problem.Traffic = append(all, routing.Slice{StartSec: p.sec(at), SpeedPercent: percent})
		}
	}
	return nil
}

// straightMatrix measures straight lines; at a speed where one is asked for.
func straightMatrix(ctx context.Context, line road.Straight, points []point, speedKmh float64) (routing.Matrix, error) {
	n := len(points)
	m := routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	for i := range n {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		for j := range i {
			sec, metres := line.Travel(points[i], points[j])
			if speedKmh > 0 {
				sec = int64(math.Round(float64(metres) / speedKmh * 3.6))
			}
			m.DistanceM[i*n+j], m.DurationSec[i*n+j] = int32(metres), int32(sec)
			m.DistanceM[j*n+i], m.DurationSec[j*n+i] = int32(metres), int32(sec)
		}
	}
	return m, nil
}
