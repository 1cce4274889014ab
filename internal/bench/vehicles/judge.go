package vehicles

import (
	"errors"
	"fmt"
	"math"

	"quartermaster/internal/vrplib"
	"quartermaster/routing"
)

// judgement is what a plan is worth in its family's own terms.
type judgement struct {
	cost float64
	err  error // why it does not hold
}

// judge checks a plan apart from the solver and counts its cost as the family does.
func judge(inst *vrplib.Instance, s routing.Solution) judgement {
	p := &inst.Problem
	cost := float64(s.CostCents)
	for _, u := range s.Unassigned {
		stop := &p.Stops[u.Stop]
		if stop.PrizeCents == 0 {
			return judgement{cost, fmt.Errorf("stop %s is left out: %s", stop.ID, u.Reason)}
		}
		cost += float64(stop.PrizeCents)
	}
	if err := routing.Check(*p, s); err != nil {
		return judgement{cost, err}
	}
	if !inst.Exact {
		return judgement{cost, nil}
	}
	cost = 0
	for k := range s.Routes {
		length, err := exact(inst, &s.Routes[k])
		if err != nil {
			return judgement{cost, fmt.Errorf("route %d in exact lengths: %w", k, err)}
		}
		cost += length
	}
	return judgement{math.Round(cost*100) / 100, nil}
}

// exact drives a route again in float64 from coordinates and windows in the file's own units.
func exact(inst *vrplib.Instance, r *routing.Route) (float64, error) {
	const slack = 1e-6
	p := &inst.Problem
	v := &p.Vehicles[r.Vehicle]
	plane := p.Matrix.Plane
	if plane == nil {
		return 0, errors.New("no coordinates")
	}
	between := func(i, j int32) float64 { return math.Hypot(plane.X[i]-plane.X[j], plane.Y[i]-plane.Y[j]) }
	clock, at, length := float64(v.Shift.StartSec)/inst.Scale, v.Depot, 0.0
	task := 0.0
	for _, visit := range r.Visits {
		s := &p.Stops[visit.Stop]
		d := between(at, s.Location)
		length += d
		clock = max(clock+d, float64(s.Window.StartSec)/inst.Scale)
		if last := float64(s.Window.EndSec) / inst.Scale; clock > last+slack {
			return length, fmt.Errorf("stop %s is reached at %v, its window ends at %v", s.ID, clock, last)
		}
		clock += float64(s.ServiceSec) / inst.Scale
		task += float64(s.ServiceSec) / inst.Scale
		at = s.Location
	}
	d := between(at, v.Depot)
	length += d
	clock += d
	if last := float64(v.Shift.EndSec) / inst.Scale; clock > last+slack {
		return length, fmt.Errorf("back at %v, the shift ends at %v", clock, last)
	}
	if most := float64(v.MaxDurationSec) / inst.Scale; most > 0 && length+task > most+slack {
		return length, fmt.Errorf("takes %v, at most %v are allowed", length+task, most)
	}
	return length, nil
}
