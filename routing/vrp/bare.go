package vrp

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"quartermaster/routing"
)

// barePlain returns p as a plain problem, or nil where it is more than that.
func barePlain(p *routing.Problem, o Options) *plain {
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
func plainStops(p *routing.Problem, v *routing.Vehicle) *plain {
	n := len(p.Stops) + 1
	b := &plain{n: n, demand: make([]int32, n), limit: v.MaxWeightG, opening: v.FixedCostCents * unit / (v.CostCentsPerKm * unitsPerM)}
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
		b.limit = v.MaxVolumeCm3
	} else if volume > v.MaxVolumeCm3 {
		return nil
	}
	if v.Shift.EndSec-v.Shift.StartSec < service+longSec*int64(n+1) {
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
		if q > b.limit || q > 1<<30 {
			return nil
		}
		b.demand[i+1], at[i+1] = int32(q), s.Location
	}
	return b.place(&p.Matrix, at)
}

// place takes over travel between the places of the nodes; nil where it is not symmetric or a way is missing.
func (p *plain) place(from *routing.Matrix, at []int32) *plain {
	if pl := from.Plane; pl != nil {
		p.x, p.y = make([]float64, p.n), make([]float64, p.n)
		for i, l := range at {
			p.x[i], p.y[i] = pl.X[l], pl.Y[l]
		}
		p.plane = routing.Plane{X: p.x, Y: p.y, Scale: pl.Scale, Rounding: pl.Rounding}
		p.whole = pl.Scale == 1 && pl.Rounding == routing.RoundNearest
		return p
	}
	if p.n > 1<<14 {
		return nil
	}
	p.cells = make([]int32, p.n*p.n)
	for i, l := range at {
		for j, to := range at {
			k := int(l)*from.N + int(to)
			if from.DistanceM[k] == routing.Unreachable || from.DurationSec[k] == routing.Unreachable ||
				from.DistanceM[k] != from.DistanceM[int(to)*from.N+int(l)] {
				return nil
			}
			p.cells[i*p.n+j] = from.DistanceM[k]
		}
	}
	return p
}

// solvePlain runs the lean search and writes its plan in the words of the domain.
func solvePlain(ctx context.Context, p *routing.Problem, b *plain, o Options) routing.Solution {
	b.prepare()
	first := newLinks(b)
	first.savings()
	var tours [][]int32
	var sum int
	if b.x != nil && b.n > regionalNodes {
		tours, sum = regional(ctx, p, first, o)
	} else if affordsFamily(newPlainSearch(first.copied(), o.Seed, first.meanInner()), o.budget(b.n-1)) {
		tours, sum = breed(ctx, p, first, o)
	} else {
		tours, sum = sideBySide(ctx, p, first, o)
	}
	return finish(plainSolution(p, tours), sum, o.Seed, ctx.Err() != nil)
}

// sideBySide runs one search for each worker, each from its own seed, and returns the best plan.
func sideBySide(ctx context.Context, p *routing.Problem, first *links, o Options) ([][]int32, int) {
	var start bestLinks
	start.save(first)
	b := first.p
	arc := first.meanInner()
	all := make([]*plainSearch, max(o.Workers, 1))
	done := make([]int, len(all))
	var wait sync.WaitGroup
	for w := range all {
		wait.Go(func() {
			l := newLinks(b)
			start.load(l)
			s := newPlainSearch(l, o.Seed+uint64(w)<<32, arc)
			if w == 0 {
				s.tell = o.Progress
				s.centsPer = p.Vehicles[0].CostCentsPerKm
			}
			done[w] = s.run(ctx, o.budget(b.n-1).done)
			all[w] = s
		})
	}
	wait.Wait()
	pick, sum := 0, 0
	for w, s := range all {
		sum += done[w]
		if s.best.cost < all[pick].best.cost {
			pick = w
		}
	}
	s := all[pick]
	s.best.load(s.l)
	return s.l.tours(), sum
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
