package routing

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
	k := int(i)*m.N + int(j)
	sec, metres := m.DurationSec[k], m.DistanceM[k]
	return int64(sec), int64(metres), sec != Unreachable && metres != Unreachable
}
