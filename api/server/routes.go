package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/routing/vrp"
)

var _ = offer(Operation[api.RouteRequest, api.RouteSolution]{
	Words: api.Routes, Kind: "route", Summary: "routes of vehicles over stops",
	Description: "A vehicle routing problem with time windows, release times, shifts, capacities in weight and volume, and a mixed fleet. " +
		"A stop that no vehicle can serve is left out with its reason.",
	MaxBodyBytes: 8 << 20,
	Check:        checkRoutes, Solve: solveRoutes,
	Sentence: func(a api.RouteSolution) string {
		return fmt.Sprintf("%d routes of %.1f km, %d stops left out", len(a.Routes), float64(a.DistanceM)/1000, len(a.Unassigned))
	},
})

// maxFieldErrors bounds how many wrong fields one refusal names.
const maxFieldErrors = 100

// fieldErrors collects what is wrong with a body.
type fieldErrors []api.FieldError

func (e *fieldErrors) add(value any, message, place string, args ...any) {
	if len(*e) < maxFieldErrors {
		*e = append(*e, api.FieldError{Location: fmt.Sprintf(place, args...), Message: message, Value: value})
	}
}

func checkRoutes(_ context.Context, _ *Work, q *api.RouteRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	const farDays = 366
	first := firstShift(q)
	near := func(t time.Time) bool { return t.Sub(first).Abs() <= farDays*24*time.Hour }
	window := func(w api.Window, place string, args ...any) {
		switch {
		case w.To.Before(w.From):
			wrong.add(w.To, "ends before it begins", place+".to", args...)
		case !near(w.From):
			wrong.add(w.From, "is more than a year from the first shift", place+".from", args...)
		case !near(w.To):
			wrong.add(w.To, "is more than a year from the first shift", place+".to", args...)
		}
	}
	seen := make(map[string]bool, len(q.Stops))
	for i := range q.Stops {
		s := &q.Stops[i]
		if seen[s.ID] {
			wrong.add(s.ID, "stands twice", "stops[%d].id", i)
		}
		seen[s.ID] = true
		if s.Window != nil {
			window(*s.Window, "stops[%d].window", i)
		}
		if s.ReadyAt != nil && !near(*s.ReadyAt) {
			wrong.add(*s.ReadyAt, "is more than a year from the first shift", "stops[%d].ready_at", i)
		}
	}
	vehicles := make(map[string]bool, len(q.Vehicles))
	for i := range q.Vehicles {
		v := &q.Vehicles[i]
		if vehicles[v.ID] {
			wrong.add(v.ID, "stands twice", "vehicles[%d].id", i)
		}
		vehicles[v.ID] = true
		window(v.Shift, "vehicles[%d].shift", i)
		if v.CO2eGPerKmFull < v.CO2eGPerKmEmpty {
			wrong.add(v.CO2eGPerKmFull, "is below that of the empty vehicle", "vehicles[%d].co2e_g_per_km_full", i)
		}
	}
	return wrong, nil
}

func firstShift(q *api.RouteRequest) time.Time {
	first := q.Vehicles[0].Shift.From
	for _, v := range q.Vehicles[1:] {
		if v.Shift.From.Before(first) {
			first = v.Shift.From
		}
	}
	return first
}

// routeProblem is a request on its way to the solver: seconds count from origin, stops without a street are left out.
type routeProblem struct {
	request *api.RouteRequest
	origin  time.Time
	problem routing.Problem
	stops   []int // of problem.Stops: index in the request
	lost    []api.UnservedStop
	road    bool
	streets *road.Graph // under what holds while the vehicles are out
	detour  float64     // of straight lines
}

func solveRoutes(ctx context.Context, w *Work, q api.RouteRequest) (api.RouteSolution, error) {
	if q.Currency == "" {
		q.Currency = w.currency(ctx)
	}
	w.Progress(0, "measuring the ways between the stops")
	p, err := newRouteProblem(ctx, w, &q)
	if err != nil {
		return api.RouteSolution{}, err
	}
	seed := max(q.Seed, 1)
	solution := routing.Solution{Status: routing.StatusInfeasible, Seed: seed}
	if len(p.problem.Stops) > 0 {
		solution, err = vrp.Solve(ctx, p.problem, vrp.Options{Seed: seed, Iterations: q.Iterations, Progress: func(done float64, cents int64) {
			w.Progress(0.1+0.9*done, fmt.Sprintf("best routes so far cost %.2f %s", float64(cents)/100, q.Currency))
		}})
		if errors.Is(err, routing.ErrProblem) {
			return api.RouteSolution{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
		}
		if err == nil {
			err = ctx.Err() // a search that was broken off is no answer: the job runs again or was cancelled
		}
		if err == nil {
			err = routing.Check(p.problem, solution)
		}
		if err != nil {
			return api.RouteSolution{}, err
		}
	}
	return p.words(solution), nil
}

// currency is that of the declared business, GBP where none is declared.
func (w *Work) currency(ctx context.Context) string {
	business, err := w.Planning.Facts.Business(ctx, w.Tenant)
	if err == nil && business.Revision > 0 {
		if s, err := service.DecodeBusiness(business.Document); err == nil {
			return s.Currency
		}
	}
	return "GBP"
}

func newRouteProblem(ctx context.Context, w *Work, q *api.RouteRequest) (*routeProblem, error) {
	first := firstShift(q).In(w.Zone)
	p := &routeProblem{
		request: q, road: q.Travel != "straight",
		origin: time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, w.Zone),
	}
	if p.road {
		var err error
		if p.streets, err = w.streetsOut(ctx, q); err != nil {
			return nil, err
		}
	}
	points := p.depots(q)
	for i := range q.Stops {
		s := &q.Stops[i]
		if p.road {
			if why := p.streets.SnapProblem(point{s.Lon, s.Lat}); why != "" {
				p.lost = append(p.lost, api.UnservedStop{StopID: s.ID, Reason: routing.ReasonUnreachable + ": " + why})
				continue
			}
		}
		p.problem.Stops = append(p.problem.Stops, p.stop(s, int32(len(points))))
		p.stops = append(p.stops, i)
		points = append(points, point{s.Lon, s.Lat})
	}
	if p.road {
		return p, p.overStreets(ctx, w, points)
	}
	var err error
	p.problem.Matrix, err = straightMatrix(ctx, w.Planning.Straight, points, q.SpeedKmh)
	p.detour = w.Planning.Straight.Factor()
	return p, err
}

// depots adds the vehicles and gives the places they start from, each once.
func (p *routeProblem) depots(q *api.RouteRequest) []point {
	var points []point
	at := map[point]int32{}
	for _, v := range q.Vehicles {
		place := point{v.Lon, v.Lat}
		depot, known := at[place]
		if !known {
			depot = int32(len(points))
			at[place] = depot
			points = append(points, place)
		}
		p.problem.Vehicles = append(p.problem.Vehicles, routing.Vehicle{
			ID: v.ID, Depot: depot, MaxWeightG: v.MaxWeightG, MaxVolumeCm3: v.MaxVolumeCm3,
			Shift:          routing.Window{StartSec: p.sec(v.Shift.From), EndSec: p.sec(v.Shift.To)},
			FixedCostCents: v.FixedMinor, CostCentsPerKm: v.PerKmMinor, CostCentsPerHour: v.PerHourMinor,
			CO2eGPerKmEmpty: v.CO2eGPerKmEmpty, CO2eGPerKmFull: v.CO2eGPerKmFull,
		})
	}
	return points
}

// anyTime is a window that never closes within the year that a request may span.
const anyTime = 2 * 366 * secondsPerDay

func (p *routeProblem) stop(s *api.RouteStop, location int32) routing.Stop {
	out := routing.Stop{
		ID: s.ID, Location: location, Point: point{s.Lon, s.Lat}, WeightG: s.WeightG, VolumeCm3: s.VolumeCm3, ServiceSec: s.ServiceSec,
		ReadySec: -anyTime, Window: routing.Window{StartSec: -anyTime, EndSec: anyTime},
	}
	if s.ReadyAt != nil {
		out.ReadySec = p.sec(*s.ReadyAt)
	}
	if s.Window != nil {
		out.Window = routing.Window{StartSec: p.sec(s.Window.From), EndSec: p.sec(s.Window.To)}
	}
	return out
}

func (p *routeProblem) sec(t time.Time) int64 { return int64(t.Sub(p.origin) / time.Second) }

func (p *routeProblem) time(sec int64) time.Time {
	return p.origin.Add(time.Duration(sec) * time.Second)
}

// point is longitude and latitude, degrees.
type point = [2]float64

func (p *routeProblem) words(s routing.Solution) api.RouteSolution {
	money := func(minor int64) api.Money { return api.Money{Minor: minor, Currency: p.request.Currency} }
	out := api.RouteSolution{
		Cost: money(s.CostCents), DistanceM: s.DistanceM, CO2eG: s.CO2eG, Routes: []api.Route{}, Unassigned: p.lost,
		Iterations: s.Iterations, Seed: s.Seed, Travel: "straight", DetourFactor: p.detour,
	}
	if p.road {
		out.Travel, out.Attribution, out.Hourly = "road", road.Attribution, len(p.problem.Traffic) > 0
		out.Conditions = conditionIDs(p.streets)
	}
	for _, r := range s.Routes {
		route := api.Route{
			VehicleID: p.problem.Vehicles[r.Vehicle].ID, DepartAt: p.time(r.DepartSec), ReturnAt: p.time(r.ReturnSec), DistanceM: r.DistanceM,
			DriveSec: r.DriveSec, WaitSec: r.WaitSec, WeightG: r.WeightG, VolumeCm3: r.VolumeCm3, Cost: money(r.CostCents), CO2eG: r.CO2eG,
		}
		for _, v := range r.Visits {
			route.Visits = append(route.Visits, api.RouteVisit{
				StopID: p.problem.Stops[v.Stop].ID, ArriveAt: p.time(v.ArrivalSec), StartAt: p.time(v.StartSec), DepartAt: p.time(v.DepartSec), DistanceM: v.DistanceM,
			})
		}
		out.Routes = append(out.Routes, route)
	}
	for _, u := range s.Unassigned {
		out.Unassigned = append(out.Unassigned, api.UnservedStop{StopID: p.problem.Stops[u.Stop].ID, Reason: u.Reason})
	}
	switch {
	case len(out.Unassigned) == 0:
		out.Status = "complete"
	case len(out.Routes) == 0:
		out.Status = "infeasible"
	default:
		out.Status = "partial"
	}
	return out
}
