package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Paths are possible courses of demand: row i is the i-th, one value for each step. A row hangs together over its steps, so
// that sums over any of them, such as demand over a lead time, are distributed as they should be.
type Paths [][]float64

// Dependence says how errors of different steps hang together: as scores z_h = √Shared·z + √(1−Shared)·a_h with one z for the
// whole path (a level misjudged) and a_h a first-order autoregression with coefficient Lag.
type Dependence struct {
	Shared float64 // 0…1
	Lag    float64 // −1…1
}

// DefaultDependence is used where no errors are there to learn from: much of what a forecast gets wrong, it gets wrong for long.
var DefaultDependence = Dependence{Shared: 0.15, Lag: 0.2}

// DependenceOf learns from runs of errors, each of consecutive steps and divided by its spread; NaN = no error known. Shared
// is the mean product of errors far apart over their mean square, Lag what neighbours have beyond that.
func DependenceOf(runs [][]float64) Dependence {
	var square, n, near, nears, far, fars float64
	for _, e := range runs {
		for t, v := range e {
			v = clip(v)
			if math.IsNaN(v) {
				continue
			}
			square += v * v
			n++
			if t > 0 && !math.IsNaN(e[t-1]) {
				near += v * clip(e[t-1])
				nears++
			}
			for k := 7; k <= t; k += 7 {
				if !math.IsNaN(e[t-k]) {
					far += v * clip(e[t-k])
					fars++
				}
			}
		}
	}
	const least = 50 // products
	if n < least || square == 0 || nears < least {
		return DefaultDependence
	}
	d := Dependence{Shared: DefaultDependence.Shared}
	variance := square / n
	if fars >= least {
		d.Shared = min(max(far/fars/variance, 0), 0.9)
	}
	d.Lag = min(max((near/nears/variance-d.Shared)/(1-d.Shared), -0.9), 0.9)
	return d
}

func clip(v float64) float64 { return max(-4, min(v, 4)) }

// Simulate draws n paths whose every step has the distribution that the quantiles say and whose steps hang together as d says: a
// Gaussian copula over the marginal distributions (Clemen and Reilly, Management Science 45, 1999, 208–224). Between levels
// the distribution is linear; beyond the outermost ones it goes on for half the distance of the two levels there. Each step's
// draws are then moved to the mean. levels rise; without them every path is the means. O(n · steps · log levels).
func Simulate(mean, levels []float64, quantiles [][]float64, d Dependence, n int, r *rand.Rand) Paths {
	out := make(Paths, n)
	flat := make([]float64, n*len(mean))
	shared, own := math.Sqrt(d.Shared), math.Sqrt(1-d.Shared)
	fresh := math.Sqrt(1 - d.Lag*d.Lag)
	for i := range out {
		out[i] = flat[i*len(mean) : (i+1)*len(mean) : (i+1)*len(mean)]
		if len(levels) < 2 {
			copy(out[i], mean)
			continue
		}
		z, a := r.NormFloat64(), r.NormFloat64()
		for h := range mean {
			u := 0.5 * math.Erfc(-(shared*z+own*a)/math.Sqrt2)
			out[i][h] = marginal(u, levels, quantiles, h)
			a = d.Lag*a + fresh*r.NormFloat64()
		}
	}
	if len(levels) >= 2 {
		out.centre(mean)
	}
	return out
}

// marginal is the quantile of step h at u.
func marginal(u float64, levels []float64, quantiles [][]float64, h int) float64 {
	last := len(levels) - 1
	k, _ := slices.BinarySearch(levels, u)
	switch {
	case k == 0:
		low := quantiles[0][h]
		tail := low - 0.5*(quantiles[1][h]-low)*(1-u/max(levels[0], 1e-12))
		if low >= 0 {
			tail = max(0, tail)
		}
		return tail
	case k > last:
		high := quantiles[last][h]
		return high + 0.5*(high-quantiles[last-1][h])*(u-levels[last])/max(1-levels[last], 1e-12)
	}
	share := (u - levels[k-1]) / (levels[k] - levels[k-1])
	return quantiles[k-1][h] + share*(quantiles[k][h]-quantiles[k-1][h])
}

// centre scales each step's draws to its mean where all are of one sign, and moves them there otherwise.
func (p Paths) centre(mean []float64) {
	for h, m := range mean {
		sum, least := 0.0, math.Inf(1)
		for i := range p {
			sum += p[i][h] / float64(len(p))
			least = min(least, p[i][h])
		}
		for i := range p {
			if least >= 0 && sum > 0 {
				p[i][h] *= max(m, 0) / sum
			} else {
				p[i][h] += m - sum
			}
		}
	}
}

// LeadTime sums each path over a lead time of its own. Lead times longer than the paths go on with the paths' last season of
// steps (1 = the last step). levels are those wanted. O(paths · days).
func (p Paths) LeadTime(lead LeadTime, season int, levels []float64, r *rand.Rand) LeadTimeDemand {
	meanDays, sdDays := lead.clamped()
	out := LeadTimeDemand{MeanDays: meanDays, SDDays: sdDays, Levels: slices.Clone(levels), Quantiles: make([]float64, len(levels))}
	if len(p) == 0 || len(p[0]) == 0 {
		return out
	}
	sums := make([]float64, len(p))
	for i, path := range p {
		for h := range lead.draw(r) {
			if h < len(path) {
				sums[i] += path[h]
			} else {
				m := min(max(season, 1), len(path))
				sums[i] += path[len(path)-m+(h-len(path))%m]
			}
		}
		out.Mean += sums[i] / float64(len(p))
	}
	for _, s := range sums {
		out.SD += (s - out.Mean) * (s - out.Mean) / float64(len(p))
	}
	out.SD = math.Sqrt(out.SD)
	slices.Sort(sums)
	for l, level := range levels {
		out.Quantiles[l] = Quantile(sums, level)
	}
	return out
}

// Simulate draws n paths of a forecast; see the function of the same name.
func (f *Forecast) Simulate(d Dependence, n int, r *rand.Rand) Paths {
	order := make([]int, len(f.Levels))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case f.Levels[a] < f.Levels[b]:
			return -1
		case f.Levels[a] > f.Levels[b]:
			return 1
		}
		return 0
	})
	levels, rows := make([]float64, len(order)), make([][]float64, len(order))
	for i, k := range order {
		levels[i], rows[i] = f.Levels[k], f.Quantiles[k]
	}
	return Simulate(f.Mean, levels, rows, d, n, r)
}
