package routing

import (
	"errors"
	"fmt"
	"math"
)

// Limits of the rules of a Problem.
const (
	maxKinds     = 32 // of further capacities
	maxCount     = 1 << 20
	maxWindows   = 1000
	maxBreaks    = 100
	maxTrips     = 1000
	maxRelations = 1 << 20
	maxPercent   = 1000
)

func validatePlane(name string, m Matrix) error {
	p := m.Plane
	if len(p.X) != m.N || len(p.Y) != m.N || m.N < 1 || m.N > maxStops+maxLocations {
		return fmt.Errorf("%w: %s has %d and %d coordinates for %d locations", ErrProblem, name, len(p.X), len(p.Y), m.N)
	}
	if !(p.Scale > 0) || p.Scale > 1e9 {
		return fmt.Errorf("%w: %s.plane.scale is %v; give a number above 0, at most 1e9", ErrProblem, name, p.Scale)
	}
	most := float64(maxLeg) / p.Scale / 3
	for i := range p.X {
		if !(math.Abs(p.X[i]) <= most) || !(math.Abs(p.Y[i]) <= most) { // NaN fails too
			return fmt.Errorf("%w: %s: location %d lies at (%v, %v); give numbers within ±%v", ErrProblem, name, i, p.X[i], p.Y[i], most)
		}
	}
	return nil
}

func validateStopRules(s *Stop) error {
	if len(s.More) > maxWindows {
		return fmt.Errorf("%d windows; give at most %d", len(s.More)+1, maxWindows)
	}
	last := s.Window.EndSec
	for k, w := range s.More {
		if err := validateWindow(fmt.Sprintf("more[%d]", k), w); err != nil {
			return err
		}
		if w.StartSec <= last {
			return fmt.Errorf("more[%d] begins at %d s, not after the window before it, which ends at %d s", k, w.StartSec, last)
		}
		last = w.EndSec
	}
	err := errors.Join(
		inRange("lateCentsPerHour", s.LateCentsPerHour, 0, maxRateCents),
		inRange("setupSec", s.SetupSec, 0, maxSec),
		inRange("prizeCents", s.PrizeCents, 0, maxAmount),
		inRange("priority", int64(s.Priority), 0, 100),
		validateAmounts("extra", s.Extra), validateAmounts("collect", s.Collect))
	for kind, sec := range s.ServiceSecByType {
		err = errors.Join(err, inRange("serviceSecByType "+kind, sec, 0, maxSec))
	}
	for kind, sec := range s.SetupSecByType {
		err = errors.Join(err, inRange("setupSecByType "+kind, sec, 0, maxSec))
	}
	return err
}

func validateAmounts(field string, amounts []int64) error {
	if len(amounts) > maxKinds+2 {
		return fmt.Errorf("%s has %d kinds; give at most %d", field, len(amounts), maxKinds)
	}
	for k, a := range amounts {
		if err := inRange(fmt.Sprintf("%s[%d]", field, k), a, 0, maxAmount); err != nil {
			return err
		}
	}
	return nil
}

func validateVehicleRules(v *Vehicle, locations int) error {
	if v.EndsElsewhere && (v.End < 0 || int(v.End) >= locations) {
		return fmt.Errorf("end %d is not in the matrix; give 0…%d", v.End, locations-1)
	}
	switch v.Hours {
	case HoursNone, HoursEU, HoursUS:
	default:
		return fmt.Errorf("hours is %q; give %q, %q or nothing", v.Hours, HoursEU, HoursUS)
	}
	if len(v.Breaks) > maxBreaks {
		return fmt.Errorf("%d breaks; give at most %d", len(v.Breaks), maxBreaks)
	}
	for k := range v.Breaks {
		if err := validateBreak(fmt.Sprintf("breaks[%d]", k), &v.Breaks[k]); err != nil {
			return err
		}
	}
	return errors.Join(
		inRange("count", int64(v.Count), 0, maxCount), inRange("trips", int64(v.Trips), 0, maxTrips),
		inRange("maxDurationSec", v.MaxDurationSec, 0, maxSec), inRange("maxDriveSec", v.MaxDriveSec, 0, maxSec),
		inRange("maxDistanceM", v.MaxDistanceM, 0, maxSec), inRange("maxStops", int64(v.MaxStops), 0, maxStops),
		inRange("reloadSec", v.ReloadSec, 0, maxSec), inRange("rangeM", v.RangeM, 0, maxSec),
		inRange("chargeSecPerKm", v.ChargeSecPerKm, 0, maxSec/1e6),
		inRange("costCentsPerDriveHour", v.CostCentsPerDriveHour, 0, maxRateCents),
		inRange("costCentsPerTaskHour", v.CostCentsPerTaskHour, 0, maxRateCents), validateAmounts("extra", v.Extra))
}

func validateBreak(name string, b *Break) error {
	if len(b.Windows) == 0 || len(b.Windows) > maxWindows {
		return fmt.Errorf("%s has %d windows; give 1…%d", name, len(b.Windows), maxWindows)
	}
	last := -maxSec - 1
	for k, w := range b.Windows {
		if err := validateWindow(fmt.Sprintf("%s.windows[%d]", name, k), w); err != nil {
			return err
		}
		if w.StartSec <= last {
			return fmt.Errorf("%s.windows[%d] begins at %d s, not after the window before it, which ends at %d s", name, k, w.StartSec, last)
		}
		last = w.EndSec
	}
	return errors.Join(inRange(name+".serviceSec", b.ServiceSec, 0, maxSec), validateAmounts(name+".maxLoad", b.MaxLoad))
}

// validateRules tests what ties several parts of the problem together.
func validateRules(p *Problem) error {
	for k, m := range p.Profiles {
		if err := validateMatrix(fmt.Sprintf("profiles[%d]", k), m); err != nil {
			return err
		}
		if m.N != p.Matrix.N {
			return fmt.Errorf("%w: profiles[%d] has %d locations, the matrix %d", ErrProblem, k, m.N, p.Matrix.N)
		}
	}
	kinds := -1
	fixed := map[int]bool{}
	for i := range p.Vehicles {
		v := &p.Vehicles[i]
		if v.Profile < 0 || v.Profile > len(p.Profiles) {
			return fmt.Errorf("%w: vehicles[%d] (id %q): profile is %d; give 0…%d", ErrProblem, i, v.ID, v.Profile, len(p.Profiles))
		}
		if kinds >= 0 && len(v.Extra) != kinds {
			return fmt.Errorf("%w: vehicles[%d] (id %q): extra has %d kinds, the vehicles before it %d", ErrProblem, i, v.ID, len(v.Extra), kinds)
		}
		kinds = len(v.Extra)
		if len(v.Fixed) > 0 && v.Alike() > 1 {
			return fmt.Errorf("%w: vehicles[%d] (id %q): fixed stops need a vehicle of its own; count is %d", ErrProblem, i, v.ID, v.Count)
		}
		for _, s := range v.Fixed {
			if s < 0 || s >= len(p.Stops) || fixed[s] {
				return fmt.Errorf("%w: vehicles[%d] (id %q): fixed stop %d does not exist or is fixed before", ErrProblem, i, v.ID, s)
			}
			fixed[s] = true
		}
	}
	for i := range p.Stops {
		s := &p.Stops[i]
		if kinds >= 0 && (len(s.Extra) > kinds || len(s.Collect) > kinds+2) {
			return fmt.Errorf("%w: stops[%d] (id %q): amounts of %d and %d kinds, the vehicles have %d further ones", ErrProblem, i, s.ID, len(s.Extra), len(s.Collect), kinds)
		}
		for _, v := range s.Vehicles {
			if v < 0 || v >= len(p.Vehicles) {
				return fmt.Errorf("%w: stops[%d] (id %q): vehicle %d does not exist", ErrProblem, i, s.ID, v)
			}
		}
	}
	return errors.Join(validatePairs(p, fixed), validateRelations(p), validateWorld(p))
}

func validatePairs(p *Problem, fixed map[int]bool) error {
	in := map[int]bool{}
	for k, pair := range p.Pairs {
		for _, s := range []int{pair.Pickup, pair.Delivery} {
			if s < 0 || s >= len(p.Stops) || in[s] {
				return fmt.Errorf("%w: pairs[%d]: stop %d does not exist or is in a pair before", ErrProblem, k, s)
			}
			in[s] = true
		}
		if fixed[pair.Pickup] != fixed[pair.Delivery] {
			return fmt.Errorf("%w: pairs[%d]: one stop is fixed and the other is not; fix both or give the rest as a stop of its own", ErrProblem, k)
		}
	}
	return nil
}

func validateRelations(p *Problem) error {
	if len(p.Relations) > maxRelations {
		return fmt.Errorf("%w: %d relations; give at most %d", ErrProblem, len(p.Relations), maxRelations)
	}
	for k := range p.Relations {
		r := &p.Relations[k]
		switch r.Kind {
		case RelationSameRoute, RelationDifferentRoute, RelationOrder, RelationSequence:
		default:
			return fmt.Errorf("%w: relations[%d]: kind is %q", ErrProblem, k, r.Kind)
		}
		in := map[int]bool{}
		for _, s := range r.Stops {
			if s < 0 || s >= len(p.Stops) || in[s] {
				return fmt.Errorf("%w: relations[%d]: stop %d does not exist or is named before", ErrProblem, k, s)
			}
			in[s] = true
		}
	}
	return nil
}

func validateWorld(p *Problem) error {
	for k, t := range p.Traffic {
		if t.SpeedPercent < 1 || t.SpeedPercent > maxPercent {
			return fmt.Errorf("%w: traffic[%d].speedPercent is %d; give 1…%d", ErrProblem, k, t.SpeedPercent, maxPercent)
		}
		if k > 0 && t.StartSec <= p.Traffic[k-1].StartSec {
			return fmt.Errorf("%w: traffic[%d] begins at %d s, not after the slice before it", ErrProblem, k, t.StartSec)
		}
	}
	for k, c := range p.Chargers {
		if c < 0 || int(c) >= p.Matrix.N {
			return fmt.Errorf("%w: chargers[%d]: location %d is not in the matrix", ErrProblem, k, c)
		}
	}
	return errors.Join(inRange("co2CentsPerKg", p.CO2CentsPerKg, 0, maxRateCents), inRange("balanceCents", p.BalanceCents, 0, maxRateCents))
}
