package routing

import (
	"errors"
	"fmt"
)

// ErrProblem marks a Problem that cannot be read as one; the message names the field, the value and what to give.
var ErrProblem = errors.New("routing: problem not well formed")

// Limits of a Problem. They are far beyond any day of deliveries and keep every sum inside 63 bits.
const (
	maxLocations  = 1 << 15 // a square matrix of two int32 tables then takes 8 GiB
	maxStops      = 1 << 20
	maxSec        = int64(1e11) // about 3,000 years either side of the origin
	maxAmount     = int64(1e12) // grams or cubic centimetres: a million tonnes
	maxLeg        = int32(1e9)  // seconds (31 years) or metres between two locations
	maxFixedCents = int64(1e10)
	maxRateCents  = int64(1e9) // per km or per hour
	maxGPerKm     = 1e6
)

// Validate reports the first field of p that no solver can work with: lists of wrong length, numbers out of range,
// doubled ids, windows that end before they begin, vehicles without capacity. A stop that is well formed but that nobody
// can serve is not an error: see Unservable.
func Validate(p Problem) error {
	if err := validateMatrix("matrix", p.Matrix); err != nil {
		return err
	}
	if len(p.Stops) > maxStops {
		return fmt.Errorf("%w: %d stops; give at most %d and plan the rest apart", ErrProblem, len(p.Stops), maxStops)
	}
	seen := make(map[string]int, len(p.Stops))
	for i := range p.Stops {
		s := &p.Stops[i]
		if err := validateStop(s, p.Matrix.N); err != nil {
			return fmt.Errorf("%w: stops[%d] (id %q): %w", ErrProblem, i, s.ID, err)
		}
		if first, ok := seen[s.ID]; ok {
			return fmt.Errorf("%w: stops[%d] has the id %q of stops[%d]; ids must be unique", ErrProblem, i, s.ID, first)
		}
		seen[s.ID] = i
	}
	clear(seen)
	for i := range p.Vehicles {
		v := &p.Vehicles[i]
		if err := validateVehicle(v, p.Matrix.N); err != nil {
			return fmt.Errorf("%w: vehicles[%d] (id %q): %w", ErrProblem, i, v.ID, err)
		}
		if first, ok := seen[v.ID]; ok {
			return fmt.Errorf("%w: vehicles[%d] has the id %q of vehicles[%d]; ids must be unique", ErrProblem, i, v.ID, first)
		}
		seen[v.ID] = i
	}
	return validateRules(&p)
}

func validateMatrix(name string, m Matrix) error {
	if m.Plane != nil {
		return validatePlane(name, m)
	}
	if m.N < 1 || m.N > maxLocations {
		return fmt.Errorf("%w: %s.n is %d; give 1…%d locations", ErrProblem, name, m.N, maxLocations)
	}
	if m.CostCents != nil && len(m.CostCents) != m.N*m.N {
		return fmt.Errorf("%w: %s.costCents has %d cells; %d locations need a square of %d", ErrProblem, name, len(m.CostCents), m.N, m.N*m.N)
	}
	for k, c := range m.CostCents {
		if c < 0 || c > maxLeg {
			return fmt.Errorf("%w: %s.costCents from location %d to %d is %d; give 0…%d", ErrProblem, name, k/m.N, k%m.N, c, maxLeg)
		}
	}
	tables := []struct {
		name  string
		cells []int32
	}{{"durationSec", m.DurationSec}, {"distanceM", m.DistanceM}}
	for _, t := range tables {
		if len(t.cells) != m.N*m.N {
			return fmt.Errorf("%w: %s.%s has %d cells; %d locations need a square of %d", ErrProblem, name, t.name,
				len(t.cells), m.N, m.N*m.N)
		}
		for k, c := range t.cells {
			if c < 0 || c > maxLeg && c != Unreachable {
				return fmt.Errorf("%w: %s.%s from location %d to %d is %d; give 0…%d, or %d for no way", ErrProblem,
					name, t.name, k/m.N, k%m.N, c, maxLeg, Unreachable)
			}
		}
	}
	return nil
}

func validateStop(s *Stop, locations int) error {
	if s.ID == "" {
		return errors.New("id is empty; give one")
	}
	if s.Location < 0 || int(s.Location) >= locations {
		return fmt.Errorf("location %d is not in the matrix; give 0…%d", s.Location, locations-1)
	}
	return errors.Join(
		inRange("weightG", s.WeightG, 0, maxAmount),
		inRange("volumeCm3", s.VolumeCm3, 0, maxAmount),
		inRange("serviceSec", s.ServiceSec, 0, maxSec),
		inRange("readySec", s.ReadySec, -maxSec, maxSec),
		validateWindow("window", s.Window),
		validateStopRules(s))
}

func validateVehicle(v *Vehicle, locations int) error {
	if v.ID == "" {
		return errors.New("id is empty; give one")
	}
	if v.Depot < 0 || int(v.Depot) >= locations {
		return fmt.Errorf("depot %d is not in the matrix; give 0…%d", v.Depot, locations-1)
	}
	if v.MaxWeightG <= 0 || v.MaxVolumeCm3 <= 0 {
		return fmt.Errorf("capacity missing: maxWeightG %d, maxVolumeCm3 %d; both must be above 0", v.MaxWeightG, v.MaxVolumeCm3)
	}
	// Written so that NaN fails too.
	if !(v.CO2eGPerKmEmpty >= 0) || !(v.CO2eGPerKmFull >= v.CO2eGPerKmEmpty) || v.CO2eGPerKmFull > maxGPerKm {
		return fmt.Errorf("co2eGPerKm empty %v, full %v; give numbers with 0 ≤ empty ≤ full ≤ %v", v.CO2eGPerKmEmpty, v.CO2eGPerKmFull, maxGPerKm)
	}
	return errors.Join(
		inRange("maxWeightG", v.MaxWeightG, 1, maxAmount),
		inRange("maxVolumeCm3", v.MaxVolumeCm3, 1, maxAmount),
		inRange("fixedCostCents", v.FixedCostCents, 0, maxFixedCents),
		inRange("costCentsPerKm", v.CostCentsPerKm, 0, maxRateCents),
		inRange("costCentsPerHour", v.CostCentsPerHour, 0, maxRateCents),
		validateWindow("shift", v.Shift),
		validateVehicleRules(v, locations))
}

func inRange(field string, value, low, high int64) error {
	if value < low || value > high {
		return fmt.Errorf("%s is %d; give %d…%d", field, value, low, high)
	}
	return nil
}

func validateWindow(field string, w Window) error {
	if w.EndSec < w.StartSec {
		return fmt.Errorf("%s ends at %d s, before it begins at %d s", field, w.EndSec, w.StartSec)
	}
	return errors.Join(inRange(field+".startSec", w.StartSec, -maxSec, maxSec), inRange(field+".endSec", w.EndSec, -maxSec, maxSec))
}
