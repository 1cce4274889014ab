package routing

import (
	"errors"
	"fmt"
	"math"
)

// ErrCheck marks a Solution that breaks its Problem or misstates a figure.
var ErrCheck = errors.New("routing: solution fails the check")

// co2eSlackG is how far the grams of a tour may lie from the recomputed ones: they are a sum of fractions rounded to a
// whole gram, and the order of adding may tip the rounding.
const co2eSlackG = 1

// Check recomputes s from p and returns the first thing that is wrong, or nil. It shares no code with any solver beyond
// the two formulas in RouteCostCents and LegCO2eG.
//
// A solution holds when every stop is on exactly one route or is listed as unassigned with a reason; each vehicle drives
// one route at most, with no more weight and volume than it takes; it leaves inside its shift and after every one of its
// stops was ready, follows the matrix, starts every service inside its window and is back before the shift ends; and
// every figure (times, distance, cost, CO2e, totals, status) is the one recomputed.
func Check(p Problem, s Solution) error {
	if err := Validate(p); err != nil {
		return err
	}
	seen := make([]bool, len(p.Stops))
	used := make([]bool, len(p.Vehicles))
	var cost, distance, co2e int64
	for k := range s.Routes {
		r := &s.Routes[k]
		if err := checkRoute(p, r, seen, used); err != nil {
			return fmt.Errorf("%w: routes[%d]: %w", ErrCheck, k, err)
		}
		cost += r.CostCents
		distance += r.DistanceM
		co2e += r.CO2eG
	}
	for k, u := range s.Unassigned {
		if u.Stop < 0 || u.Stop >= len(seen) || seen[u.Stop] {
			return fmt.Errorf("%w: unassigned[%d]: stop %d does not exist or was named before", ErrCheck, k, u.Stop)
		}
		if u.Reason == "" {
			return fmt.Errorf("%w: unassigned[%d]: stop %q has no reason", ErrCheck, k, p.Stops[u.Stop].ID)
		}
		seen[u.Stop] = true
	}
	for i, ok := range seen {
		if !ok {
			return fmt.Errorf("%w: stops[%d] (id %q) is neither on a route nor unassigned", ErrCheck, i, p.Stops[i].ID)
		}
	}
	if s.CostCents != cost || s.DistanceM != distance || s.CO2eG != co2e {
		return fmt.Errorf("%w: totals say %d cents, %d m, %d g; the routes add up to %d, %d, %d", ErrCheck,
			s.CostCents, s.DistanceM, s.CO2eG, cost, distance, co2e)
	}
	return checkStatus(s)
}

func checkStatus(s Solution) error {
	want := StatusComplete
	switch {
	case len(s.Unassigned) > 0 && len(s.Routes) > 0:
		want = StatusPartial
	case len(s.Unassigned) > 0:
		want = StatusInfeasible
	}
	if s.Status != want && s.Status != StatusCancelled {
		return fmt.Errorf("%w: status is %q with %d routes and %d unassigned stops, want %q", ErrCheck, s.Status,
			len(s.Routes), len(s.Unassigned), want)
	}
	return nil
}

// checkRoute recomputes one route and marks its stops and vehicle.
func checkRoute(p Problem, r *Route, seen, used []bool) error {
	if r.Vehicle < 0 || r.Vehicle >= len(p.Vehicles) {
		return fmt.Errorf("vehicle %d does not exist", r.Vehicle)
	}
	v := &p.Vehicles[r.Vehicle]
	if used[r.Vehicle] {
		return fmt.Errorf("vehicle %q already drives another route", v.ID)
	}
	used[r.Vehicle] = true
	if len(r.Visits) == 0 {
		return errors.New("it visits nobody")
	}
	if err := checkLoad(p, v, r, seen); err != nil {
		return err
	}
	if r.DepartSec < v.Shift.StartSec {
		return fmt.Errorf("departs at %d, before the shift of %q begins at %d", r.DepartSec, v.ID, v.Shift.StartSec)
	}
	if r.DepartSec > v.Shift.EndSec { // told here, so that no time further on can overflow
		return fmt.Errorf("departs at %d, after the shift of %q ends at %d", r.DepartSec, v.ID, v.Shift.EndSec)
	}
	return checkDrive(p, v, r)
}

// checkLoad marks the stops and recomputes what is on board when the vehicle leaves, and that all of it was ready.
func checkLoad(p Problem, v *Vehicle, r *Route, seen []bool) error {
	var weight, volume int64
	for k := range r.Visits {
		i := r.Visits[k].Stop
		if i < 0 || i >= len(seen) || seen[i] {
			return fmt.Errorf("visits[%d]: stop %d does not exist or is visited before", k, i)
		}
		seen[i] = true
		stop := &p.Stops[i]
		weight += stop.WeightG
		volume += stop.VolumeCm3
		if r.DepartSec < stop.ReadySec {
			return fmt.Errorf("departs at %d, stop %q is ready only at %d", r.DepartSec, stop.ID, stop.ReadySec)
		}
	}
	if weight > v.MaxWeightG || volume > v.MaxVolumeCm3 {
		return fmt.Errorf("carries %d g and %d cm³, vehicle %q takes %d and %d", weight, volume, v.ID, v.MaxWeightG, v.MaxVolumeCm3)
	}
	if weight != r.WeightG || volume != r.VolumeCm3 {
		return fmt.Errorf("states %d g and %d cm³, its stops add up to %d and %d", r.WeightG, r.VolumeCm3, weight, volume)
	}
	return nil
}

// tally adds up a tour while it is driven again.
type tally struct {
	at               int32
	clock, carriedG  int64
	distance, drive  int64
	wait             int64
	co2e             float64
	legSec, legMetre int64
}

func (t *tally) driveTo(p Problem, v *Vehicle, to int32) error {
	sec, metres, ok := p.Matrix.Leg(t.at, to)
	if !ok {
		return fmt.Errorf("there is no way from location %d to %d", t.at, to)
	}
	t.legSec, t.legMetre = sec, metres
	t.co2e += v.LegCO2eG(metres, t.carriedG)
	t.clock += sec
	t.drive += sec
	t.distance += metres
	t.at = to
	return nil
}

// checkDrive drives the tour again from its stated departure and compares every stated time and figure.
func checkDrive(p Problem, v *Vehicle, r *Route) error {
	t := tally{at: v.Depot, clock: r.DepartSec, carriedG: r.WeightG}
	for k := range r.Visits {
		visit := &r.Visits[k]
		stop := &p.Stops[visit.Stop]
		if err := t.driveTo(p, v, stop.Location); err != nil {
			return fmt.Errorf("visits[%d]: %w", k, err)
		}
		if visit.ArrivalSec != t.clock || visit.DistanceM != t.legMetre {
			return fmt.Errorf("visits[%d]: states arrival %d after %d m, recomputed %d after %d m", k, visit.ArrivalSec,
				visit.DistanceM, t.clock, t.legMetre)
		}
		if visit.StartSec < t.clock || visit.StartSec < stop.Window.StartSec || visit.StartSec > stop.Window.EndSec {
			return fmt.Errorf("visits[%d]: service at stop %q starts at %d; arrival %d, window %d…%d", k, stop.ID, visit.StartSec,
				t.clock, stop.Window.StartSec, stop.Window.EndSec)
		}
		if visit.DepartSec != visit.StartSec+stop.ServiceSec {
			return fmt.Errorf("visits[%d]: departs at %d, service ends at %d", k, visit.DepartSec, visit.StartSec+stop.ServiceSec)
		}
		t.wait += visit.StartSec - t.clock
		t.clock = visit.DepartSec
		t.carriedG -= stop.WeightG
	}
	if err := t.driveTo(p, v, v.Depot); err != nil {
		return err
	}
	return t.compare(v, r)
}

func (t *tally) compare(v *Vehicle, r *Route) error {
	if t.clock > v.Shift.EndSec {
		return fmt.Errorf("returns at %d, the shift of %q ends at %d", t.clock, v.ID, v.Shift.EndSec)
	}
	if r.ReturnSec != t.clock || r.DriveSec != t.drive || r.WaitSec != t.wait || r.DistanceM != t.distance {
		return fmt.Errorf("states return %d, drive %d s, wait %d s, %d m; recomputed %d, %d, %d, %d", r.ReturnSec, r.DriveSec,
			r.WaitSec, r.DistanceM, t.clock, t.drive, t.wait, t.distance)
	}
	if cost := v.RouteCostCents(t.distance, t.clock-r.DepartSec); r.CostCents != cost {
		return fmt.Errorf("states %d cents, recomputed %d", r.CostCents, cost)
	}
	if co2e := int64(math.Round(t.co2e)); r.CO2eG < co2e-co2eSlackG || r.CO2eG > co2e+co2eSlackG {
		return fmt.Errorf("states %d g CO2e, recomputed %d", r.CO2eG, co2e)
	}
	return nil
}
