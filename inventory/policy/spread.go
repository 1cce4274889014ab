package policy

import (
	"fmt"
	"math"
)

// SpreadLaw says how the spread of demand grows with its mean over an assortment: variance = Scale·mean^Power (Taylor 1961,
// Nature 189; of demand: Brown 1959, Statistical Forecasting for Inventory Control).
type SpreadLaw struct{ Scale, Power float64 }

// leastItems is how many items a law is read off at least.
const leastItems = 10

// FitSpread reads the law off the mean and the standard deviation of items' demand in one period, both in units, by least squares
// of logarithms; items without either are left out. It returns false where fewer than ten are left or their means do not differ.
// It panics where the slices differ in length.
func FitSpread(mean, sd []float64) (SpreadLaw, bool) {
	if len(mean) != len(sd) {
		panic(fmt.Sprintf("policy: %d means and %d standard deviations", len(mean), len(sd)))
	}
	var n, sx, sy, sxx, sxy float64
	for i := range mean {
		if !(mean[i] > 0) || !(sd[i] > 0) {
			continue
		}
		x, y := math.Log(mean[i]), 2*math.Log(sd[i])
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	span := n*sxx - sx*sx
	if n < leastItems || span <= 1e-9*n*n {
		return SpreadLaw{}, false
	}
	power := (n*sxy - sx*sy) / span
	return SpreadLaw{Scale: math.Exp((sy - power*sx) / n), Power: power}, true
}

// SD is the standard deviation that the law gives a mean, in units.
func (l SpreadLaw) SD(mean float64) float64 { return math.Sqrt(l.Scale * math.Pow(mean, l.Power)) }
