package routing

import (
	"fmt"
	"math"
)

// CostPart is one reason why a route costs what it costs.
type CostPart struct {
	What   string // vehicle, distance, hours, driving, tasks, legs, lateness or emissions
	Amount int64  // metres of distance, seconds of hours, driving and tasks, grams CO2e of emissions; else 0
	Cents  int64
}

// CostParts takes apart what route r costs; parts that cost nothing are left out, and the rest adds up to r.CostCents: what
// rounding each part leaves over goes to the dearest. The error says why r does not hold, as Check does.
func (p *Problem) CostParts(r *Route) ([]CostPart, error) {
	if r.Vehicle < 0 || r.Vehicle >= len(p.Vehicles) {
		return nil, fmt.Errorf("%w: vehicle %d does not exist", ErrCheck, r.Vehicle)
	}
	t := newTally(p, r)
	if err := t.drive(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheck, err)
	}
	v, s := t.v, &t.spent
	per := func(price, amount, unit int64) int64 {
		return int64(math.Round(float64(price) * float64(amount) / float64(unit)))
	}
	all := []CostPart{
		{"vehicle", 0, v.FixedCostCents},
		{"distance", s.DistanceM, per(v.CostCentsPerKm, s.DistanceM, 1000)},
		{"hours", s.DurationSec, per(v.CostCentsPerHour, s.DurationSec, 3600)},
		{"driving", s.DriveSec, per(v.CostCentsPerDriveHour, s.DriveSec, 3600)},
		{"tasks", s.TaskSec, per(v.CostCentsPerTaskHour, s.TaskSec, 3600)},
		{"legs", 0, s.LegCents},
		{"lateness", 0, per(s.LateCentSec, 1, 3600)},
		{"emissions", int64(math.Round(s.CO2eG)), int64(math.Round(s.CO2eG * float64(p.CO2CentsPerKg) / 1000))},
	}
	var out []CostPart
	left, dearest := r.CostCents, 0
	for _, part := range all {
		if part.Cents == 0 {
			continue
		}
		out = append(out, part)
		left -= part.Cents
		if part.Cents > out[dearest].Cents {
			dearest = len(out) - 1
		}
	}
	if len(out) > 0 {
		out[dearest].Cents += left
	}
	return out, nil
}
