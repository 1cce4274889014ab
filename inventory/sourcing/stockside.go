package sourcing

import "math"

// stockSide minimises scarcity(u) − λ·u over whole units 0 ≤ u ≤ stock, scarcity rounded up to whole cents as it is paid.
func (m *model) stockSide(k int) (units, value float64) {
	stock, threshold, lambda := m.p.Stock[k], m.threshold(k), m.dual.lambda[k]
	if m.p.ScarcityCents == 0 || threshold == 0 {
		return float64(stock), -lambda * float64(stock)
	}
	price := float64(m.p.ScarcityCents)
	before := float64(max(0, threshold-stock))
	free := float64(max(0, stock-threshold))
	below := math.Floor(lambda * float64(threshold) / price) // units below the threshold whose price is within λ
	units = max(free, min(float64(stock), free+below-before))
	value = m.smoothScarcity(k, units) - lambda*units
	return units, value + m.roundingUp(k, units, value)
}

// smoothScarcity is the price of taking units from pair k without rounding.
func (m *model) smoothScarcity(k int, units float64) float64 {
	stock, threshold := m.p.Stock[k], m.threshold(k)
	before := float64(max(0, threshold-stock))
	after := max(0, float64(threshold-stock)+units)
	if after <= before {
		return 0
	}
	return float64(m.p.ScarcityCents) * (after*(after+1) - before*(before+1)) / (2 * float64(threshold))
}

const (
	// roundingLook is how many units to either side of the smooth optimum are looked at for a cheaper rounding.
	roundingLook = 24
	// roundingSlack keeps what a float holds a hair above a whole cent from being rounded up to the next.
	roundingSlack = 1e-6
)

// roundingUp is how far the least rounded value lies above the least smooth one. Rounding adds less than a cent, so only
// units whose smooth value lies within that of the optimum can be better; beyond roundingLook of them their smooth value,
// which never lies above the rounded one, stands for all that follow, since it rises outward.
func (m *model) roundingUp(k int, units, value float64) float64 {
	lambda, stock := m.dual.lambda[k], float64(m.p.Stock[k])
	best := math.Ceil(m.smoothScarcity(k, units)-roundingSlack) - lambda*units
	for _, step := range [...]float64{-1, 1} {
		u := units + step
		for n := 1; u >= 0 && u <= stock; n, u = n+1, u+step {
			scarcity := m.smoothScarcity(k, u)
			smooth := scarcity - lambda*u
			if smooth >= best {
				break
			}
			if n > roundingLook {
				best = smooth
				break
			}
			best = min(best, math.Ceil(scarcity-roundingSlack)-lambda*u)
		}
	}
	return max(0, best-value)
}
