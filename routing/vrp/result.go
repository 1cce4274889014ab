package vrp

import (
	"math"

	"quartermaster/routing"
)

// solution writes the plan (nil = nothing planned) in the words of the domain. A stop without a tour has a reason.
func solution(p *routing.Problem, pl *plan, reasons []string, iterations int, seed uint64, cancelled bool) routing.Solution {
	s := routing.Solution{Iterations: iterations, Seed: seed}
	if pl != nil {
		for t := range pl.tours {
			if len(pl.tours[t].seq) > 0 {
				s.Routes = append(s.Routes, route(p, pl, int32(t)))
			}
		}
	}
	for i := range p.Stops {
		if pl == nil || pl.tourOf[i] < 0 {
			s.Unassigned = append(s.Unassigned, routing.Unassigned{Stop: i, Reason: reasons[i]})
		}
	}
	for k := range s.Routes {
		s.CostCents += s.Routes[k].CostCents
		s.DistanceM += s.Routes[k].DistanceM
		s.CO2eG += s.Routes[k].CO2eG
	}
	switch {
	case cancelled:
		s.Status = routing.StatusCancelled
	case len(s.Unassigned) == 0:
		s.Status = routing.StatusComplete
	case len(s.Routes) > 0:
		s.Status = routing.StatusPartial
	default:
		s.Status = routing.StatusInfeasible
	}
	return s
}

// route drives tour t and writes down what happens.
func route(p *routing.Problem, pl *plan, t int32) routing.Route {
	whole := pl.whole(t)
	v := &p.Vehicles[t]
	r := routing.Route{Vehicle: int(t), DepartSec: whole.departSec(), WeightG: whole.weightG, VolumeCm3: whole.volumeCm3}
	clock, at, carried, co2e := r.DepartSec, v.Depot, whole.weightG, 0.0
	for _, i := range pl.tours[t].seq {
		stop := &p.Stops[i]
		sec, metres, _ := p.Matrix.Leg(at, stop.Location)
		co2e += v.LegCO2eG(metres, carried)
		visit := routing.Visit{Stop: int(i), ArrivalSec: clock + sec, DistanceM: metres}
		visit.StartSec = max(visit.ArrivalSec, stop.Window.StartSec)
		visit.DepartSec = visit.StartSec + stop.ServiceSec
		r.Visits = append(r.Visits, visit)
		r.DriveSec += sec
		r.DistanceM += metres
		r.WaitSec += visit.StartSec - visit.ArrivalSec
		clock, at, carried = visit.DepartSec, stop.Location, carried-stop.WeightG
	}
	sec, metres, _ := p.Matrix.Leg(at, v.Depot)
	r.DriveSec += sec
	r.DistanceM += metres
	r.ReturnSec = clock + sec
	r.CO2eG = int64(math.Round(co2e + v.LegCO2eG(metres, carried)))
	r.CostCents = v.RouteCostCents(r.DistanceM, r.ReturnSec-r.DepartSec)
	return r
}
