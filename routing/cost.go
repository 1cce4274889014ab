package routing

import "math"

// RouteCostCents returns what a tour of distanceM metres and durationSec seconds (departure to return) costs:
//
//	fixed + cost per km × km + cost per hour × hours
//
// computed in whole numbers and rounded once, half up, so that a solver and the checker agree to the cent.
func (v Vehicle) RouteCostCents(distanceM, durationSec int64) int64 {
	whole := v.FixedCostCents + v.CostCentsPerKm*(distanceM/1000) + v.CostCentsPerHour*(durationSec/3600)
	// What is left of a kilometre and of an hour, over their common denominator 18,000.
	rest := v.CostCentsPerKm*(distanceM%1000)*18 + v.CostCentsPerHour*(durationSec%3600)*5
	return whole + (rest+9000)/18000
}

// LegCO2eG returns the grams of CO2e, well to wheel, of driving distanceM metres with carriedG grams on board.
//
// The intensity per kilometre grows in a straight line from empty to full, the form that load corrections take in the
// distance-based method of ISO 14083:2023 and the GLEC Framework v3 (Smart Freight Centre 2023); the two ends are the
// vehicle's data and hold the emission factors. Empty legs count: they belong to the tour that causes them.
func (v Vehicle) LegCO2eG(distanceM, carriedG int64) float64 {
	share := float64(carriedG) / float64(v.MaxWeightG)
	perKm := v.CO2eGPerKmEmpty + (v.CO2eGPerKmFull-v.CO2eGPerKmEmpty)*share
	return float64(distanceM) / 1000 * perKm
}

// Leg returns seconds and metres from location i to location j, and whether there is a way.
func (m Matrix) Leg(i, j int32) (durationSec, distanceM int64, ok bool) {
	if m.Plane != nil {
		d := int64(m.Plane.Between(i, j))
		return d, d, true
	}
	k := int(i)*m.N + int(j)
	sec, metres := m.DurationSec[k], m.DistanceM[k]
	return int64(sec), int64(metres), sec != Unreachable && metres != Unreachable
}

// LegCostCents is the cost of the leg from i to j that comes on top of distance and time.
func (m Matrix) LegCostCents(i, j int32) int64 {
	if m.CostCents == nil {
		return 0
	}
	return int64(m.CostCents[int(i)*m.N+int(j)])
}

// Travel is the matrix that v drives by.
func (p *Problem) Travel(v *Vehicle) *Matrix {
	if v.Profile == 0 {
		return &p.Matrix
	}
	return &p.Profiles[v.Profile-1]
}

// StartAt and EndAt are where a tour begins and ends; ok is false where it begins at its first or ends at its last visit.
func (v *Vehicle) StartAt() (location int32, ok bool) { return v.Depot, !v.OpenStart }

// EndAt: see StartAt.
func (v *Vehicle) EndAt() (location int32, ok bool) {
	if v.EndsElsewhere {
		return v.End, !v.OpenEnd
	}
	return v.Depot, !v.OpenEnd
}

// Alike is how many of v there are.
func (v *Vehicle) Alike() int { return max(v.Count, 1) }

// ServiceAt is how long v serves s, and how long it prepares where the visit before lies elsewhere.
func (s *Stop) ServiceAt(v *Vehicle) (serviceSec, setupSec int64) {
	serviceSec, setupSec = s.ServiceSec, s.SetupSec
	if sec, ok := s.ServiceSecByType[v.Type]; ok && v.Type != "" {
		serviceSec = sec
	}
	if sec, ok := s.SetupSecByType[v.Type]; ok && v.Type != "" {
		setupSec = sec
	}
	return serviceSec, setupSec
}

// Spent is what a tour took, all that its cost depends on.
type Spent struct {
	DistanceM, DurationSec int64
	DriveSec, TaskSec      int64
	LegCents               int64   // of LegCostCents
	LateCentSec            int64   // seconds late times LateCentsPerHour
	CO2eG                  float64 // priced by ProblemRules.CO2CentsPerKg
}

// CostCents is RouteCostCents with all that VehicleRules and ProblemRules may add, rounded once, half up.
func (p *Problem) CostCents(v *Vehicle, s Spent) int64 {
	whole := v.FixedCostCents + s.LegCents + v.CostCentsPerKm*(s.DistanceM/1000) + v.CostCentsPerHour*(s.DurationSec/3600) +
		v.CostCentsPerDriveHour*(s.DriveSec/3600) + v.CostCentsPerTaskHour*(s.TaskSec/3600) + s.LateCentSec/3600
	rest := v.CostCentsPerKm*(s.DistanceM%1000)*18 + 5*(v.CostCentsPerHour*(s.DurationSec%3600)+
		v.CostCentsPerDriveHour*(s.DriveSec%3600)+v.CostCentsPerTaskHour*(s.TaskSec%3600)+s.LateCentSec%3600)
	if p.CO2CentsPerKg > 0 {
		rest += int64(math.Round(s.CO2eG * float64(p.CO2CentsPerKg) * 18))
	}
	return whole + (rest+9000)/18000
}
