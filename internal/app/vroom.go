package app

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"quartermaster/api/vroom"
	"quartermaster/internal/service"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/routing/vrp"
)

// vroom is the door for clients of VROOM.
func (a *App) vroom(planning *service.Planning) vroom.Service {
	s := vroom.Service{Solve: SolveVROOM, AtOnce: max(a.Config.Concurrency, 1)}
	if planning.Roads != nil {
		streets := VROOMStreets(planning.Roads)
		s.Streets = func() vroom.Streets { return streets }
	}
	return s
}

// SolveVROOM plans a request of a VROOM client: the full default search at its level 5, a tenth of it at level 0, or until
// its limit of time, and checks the answer.
func SolveVROOM(ctx context.Context, p routing.Problem, start []vroom.Warm, e vroom.Effort) (routing.Solution, error) {
	o := vrp.Options{Seed: 1, Iterations: vrp.DefaultIterations(len(p.Stops)) * (1 + 9*e.Explore/5) / 10}
	for _, w := range start {
		o.Start = append(o.Start, vrp.Tour{Vehicle: w.Vehicle, Stops: w.Stops})
	}
	if e.Limit > 0 {
		begun := time.Now()
		o.Spent = func() float64 { return float64(time.Since(begun)) / float64(e.Limit) }
	}
	s, err := vrp.Solve(ctx, p, o)
	if err != nil {
		return s, fmt.Errorf("plan routes: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return s, err
	}
	return s, routing.Check(p, s)
}

// VROOMStreets are the streets of a graph in VROOM's terms.
func VROOMStreets(g *road.Graph) vroom.Streets { return vroomStreets{g} }

type vroomStreets struct{ graph *road.Graph }

func (s vroomStreets) Profile() string { return s.graph.Profile().Name }

func (s vroomStreets) Table(ctx context.Context, points [][2]float64) (routing.Matrix, error) {
	places := make([]road.Place, len(points))
	for i, p := range points {
		var ok bool
		if places[i], ok = s.graph.Snap(orb.Point(p)); !ok {
			return routing.Matrix{}, fmt.Errorf("no street near [%v, %v]: %s", p[0], p[1], s.graph.SnapProblem(orb.Point(p)))
		}
	}
	return s.graph.Matrix(ctx, places, 1)
}

func (s vroomStreets) Way(from, to [2]float64) [][2]float64 {
	a, okA := s.graph.Snap(orb.Point(from))
	b, okB := s.graph.Snap(orb.Point(to))
	if !okA || !okB {
		return [][2]float64{from, to}
	}
	path, ok := s.graph.Route(a, b)
	if !ok {
		return [][2]float64{from, to}
	}
	line := make([][2]float64, len(path.Geometry))
	for k, p := range path.Geometry {
		line[k] = p
	}
	return line
}
