package vrp

import (
	"cmp"
	"context"
	"math"
	"slices"

	"quartermaster/routing"
	"quartermaster/routing/vrp/lean"
)

// barePlain returns p as a lean problem, or nil where it is more than that.
func barePlain(p *routing.Problem, o Options) *lean.Problem {
	if len(p.Vehicles) == 0 || len(p.Stops) < 3 || len(o.Start) > 0 || o.UnassignedCents > 0 || len(p.Pairs)+len(p.Relations)+len(p.Traffic) > 0 ||
		p.CO2CentsPerKg > 0 || p.BalanceCents > 0 || p.VehiclesFirst || p.Matrix.CostCents != nil {
		return nil
	}
	v := p.Vehicles[0]
	fleet := 0
	for i := range p.Vehicles {
		if i > 0 && key(&p.Vehicles[i]) != key(&v) {
			return nil
		}
		fleet += p.Vehicles[i].Alike()
	}
	alike := v
	alike.ID, alike.Type, alike.Skills, alike.CO2eGPerKmEmpty, alike.CO2eGPerKmFull, alike.Count, alike.ReloadSec = "", "", nil, 0, 0, 0, 0
	bare := routing.Vehicle{Depot: v.Depot, MaxWeightG: v.MaxWeightG, MaxVolumeCm3: v.MaxVolumeCm3, Shift: v.Shift, FixedCostCents: v.FixedCostCents,
		CostCentsPerKm: v.CostCentsPerKm}
	if key(&alike) != key(&bare) || v.CostCentsPerKm == 0 || fleet < len(p.Stops) ||
		v.FixedCostCents*unit%(v.CostCentsPerKm*unitsPerM) != 0 {
		return nil
	}
	return plainStops(p, &v)
}

// plainStops lays out stops that ask for nothing but one kind of capacity.
func plainStops(p *routing.Problem, v *routing.Vehicle) *lean.Problem {
	n := len(p.Stops) + 1
	b := &lean.Problem{Demand: make([]int32, n), Limit: v.MaxWeightG, OpeningM: v.FixedCostCents * unit / (v.CostCentsPerKm * unitsPerM)}
	longM, longSec := longest(&p.Matrix)
	if longM == 0 || longM > 1<<28 {
		return nil
	}
	var weight, volume, service int64
	for i := range p.Stops {
		weight, volume, service = weight+p.Stops[i].WeightG, volume+p.Stops[i].VolumeCm3, service+p.Stops[i].ServiceSec
	}
	byVolume := weight <= v.MaxWeightG
	if byVolume {
		b.Limit = v.MaxVolumeCm3
	} else if volume > v.MaxVolumeCm3 {
		return nil
	}
	if v.Shift.EndSec-v.Shift.StartSec < service+longSec*(mostOnRoute(p, byVolume, b.Limit)+1) {
		return nil
	}
	at := make([]int32, n)
	at[0] = v.Depot
	for i := range p.Stops {
		s := &p.Stops[i]
		if s.Window.StartSec > v.Shift.StartSec || s.Window.EndSec < v.Shift.EndSec || s.ReadySec > v.Shift.StartSec || len(s.Collect) > 0 ||
			len(s.Extra) > 0 || s.SetupSec > 0 || len(s.More) > 0 || len(s.ServiceSecByType) > 0 || len(s.SetupSecByType) > 0 || len(s.Skills) > 0 ||
			len(s.Vehicles) > 0 || s.PrizeCents > 0 || s.Backhaul {
			return nil
		}
		q := s.WeightG
		if byVolume {
			q = s.VolumeCm3
		}
		if q > b.Limit || q > 1<<30 {
			return nil
		}
		b.Demand[i+1], at[i+1] = int32(q), s.Location
	}
	return place(b, &p.Matrix, at)
}

// mostOnRoute bounds the stops that one vehicle of capacity limit can visit.
func mostOnRoute(p *routing.Problem, byVolume bool, limit int64) int64 {
	least := limit
	for i := range p.Stops {
		q := p.Stops[i].WeightG
		if byVolume {
			q = p.Stops[i].VolumeCm3
		}
		least = min(least, q)
	}
	most := int64(len(p.Stops))
	if least > 0 {
		most = min(most, limit/least)
	}
	return most
}

// place gives p the travel between the places of its nodes; nil where it is not symmetric or a way is missing.
func place(p *lean.Problem, from *routing.Matrix, at []int32) *lean.Problem {
	n := len(at)
	if pl := from.Plane; pl != nil {
		p.Plane = &routing.Plane{X: make([]float64, n), Y: make([]float64, n), Scale: pl.Scale, Rounding: pl.Rounding}
		for i, l := range at {
			p.Plane.X[i], p.Plane.Y[i] = pl.X[l], pl.Y[l]
		}
		return p
	}
	if n > 1<<14 {
		return nil
	}
	p.Cells = make([]int32, n*n)
	for i, l := range at {
		for j, to := range at {
			k := int(l)*from.N + int(to)
			if from.DistanceM[k] == routing.Unreachable || from.DurationSec[k] == routing.Unreachable ||
				from.DistanceM[k] != from.DistanceM[int(to)*from.N+int(l)] {
				return nil
			}
			p.Cells[i*n+j] = from.DistanceM[k]
		}
	}
	return p
}

// solvePlain runs the lean search and writes its plan in the words of the domain.
func solvePlain(ctx context.Context, p *routing.Problem, bare *lean.Problem, o Options) routing.Solution {
	lo := lean.Options{Seed: o.Seed, Iterations: o.budget(len(p.Stops)).iterations, Spent: o.Spent, Workers: o.Workers}
	if o.Progress != nil {
		lo.Progress = func(done float64, costM int64) { o.Progress(done, costM*p.Vehicles[0].CostCentsPerKm/1000) }
	}
	tours, steps := lean.Solve(ctx, *bare, lo)
	return finish(plainSolution(p, tours), steps, o.Seed, ctx.Err() != nil)
}

// plainSolution drives the routes of plan, the first vehicle the first and so on.
func plainSolution(p *routing.Problem, plan [][]int32) routing.Solution {
	slices.SortFunc(plan, func(a, b []int32) int { return cmp.Compare(a[0], b[0]) })
	s := routing.Solution{Routes: make([]routing.Route, 0, len(plan))}
	vehicle, given := 0, 0
	for _, stops := range plan {
		if given == p.Vehicles[vehicle].Alike() {
			vehicle, given = vehicle+1, 0
		}
		given++
		r := plainRoute(p, vehicle, stops)
		s.Routes = append(s.Routes, r)
		s.CostCents += r.CostCents
		s.DistanceM += r.DistanceM
		s.CO2eG += r.CO2eG
	}
	return s
}

// plainRoute drives to the stops in order; there is never anything to wait for.
func plainRoute(p *routing.Problem, vehicle int, stops []int32) routing.Route {
	v := &p.Vehicles[vehicle]
	r := routing.Route{Vehicle: vehicle, DepartSec: v.Shift.StartSec, Visits: make([]routing.Visit, 0, len(stops))}
	for _, c := range stops {
		r.WeightG += p.Stops[c-1].WeightG
		r.VolumeCm3 += p.Stops[c-1].VolumeCm3
	}
	clock, at, grams := v.Shift.StartSec, v.Depot, r.WeightG
	spent := routing.Spent{}
	leg := func(to int32) int64 {
		sec, metres, _ := p.Matrix.Leg(at, to)
		clock, at = clock+sec, to
		spent.DriveSec += sec
		spent.DistanceM += metres
		spent.CO2eG += v.LegCO2eG(metres, grams)
		return metres
	}
	for _, c := range stops {
		s := &p.Stops[c-1]
		metres := leg(s.Location)
		r.Visits = append(r.Visits, routing.Visit{Stop: int(c - 1), ArrivalSec: clock, StartSec: clock, DepartSec: clock + s.ServiceSec, DistanceM: metres})
		clock += s.ServiceSec
		spent.TaskSec += s.ServiceSec
		grams -= s.WeightG
	}
	leg(v.Depot)
	spent.DurationSec = clock - r.DepartSec
	r.ReturnSec, r.DistanceM, r.DriveSec = clock, spent.DistanceM, spent.DriveSec
	r.CO2eG, r.CostCents = int64(math.Round(spent.CO2eG)), p.CostCents(v, spent)
	return r
}
