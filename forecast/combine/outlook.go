package combine

import (
	"math"
	"math/rand/v2"

	"quartermaster/forecast"
)

// Paths draws n courses of the series whose steps hang together as the panel's errors did.
func (o *Outlook) Paths(n int, r *rand.Rand) forecast.Paths {
	f := forecast.Forecast{Mean: o.Mean, Levels: o.Levels, Quantiles: o.Quantiles}
	return f.Simulate(o.Dependence, n, r)
}

// leadPaths drawn for a lead time.
const leadPaths = 1000

// LeadTime is the distribution of the sum over a lead time in steps, certain or not; season is how the series goes on where the
// lead time is longer than the horizon.
func (o *Outlook) LeadTime(lead forecast.LeadTime, season int, r *rand.Rand) forecast.LeadTimeDemand {
	return o.Paths(leadPaths, r).LeadTime(lead, season, o.Levels, r)
}

// tested compares the blends of a series' origins with what came, bands as they would have been drawn there.
func (r *Recipe) tested(t *trial) forecast.Accuracy {
	var a forecast.Accuracy
	var abs, err, came, first, inside float64
	low, high := r.quantile(0.1), r.quantile(0.9)
	for j := range t.origins {
		o := &t.origins[j]
		if o.scale <= 0 || o.means[0] == nil {
			continue
		}
		a.Origins++
		blend, size := blendOf(o, r.ownBefore(t, j)), r.size(t, j)
		for h, y := range o.actual {
			if math.IsNaN(y) {
				continue
			}
			a.Points++
			e := blend[h] - y
			abs += math.Abs(e)
			err += e
			came += math.Abs(y)
			first += math.Abs(o.means[0][h] - y)
			if z := -e / (size * r.Growth[h]); z >= low && z <= high {
				inside++
			}
		}
	}
	if a.Points == 0 {
		return a
	}
	a.Coverage80 = inside / float64(a.Points)
	if came > 0 {
		a.WAPE, a.Bias = abs/came, err/came
	}
	if first > 0 {
		a.ValueAdded = 1 - abs/first
	}
	return a
}
