package portfolio

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// gammaDelta is δ = (α_q − 1)(ξ + (1−ξ)/α_q), α_q the quantile of a gamma variable of mean 1 and shape ξ.
func gammaDelta(xi, q float64) float64 {
	lo, hi := 0.0, 1.0
	for mathext.GammaIncReg(xi, hi) < q {
		hi *= 2
	}
	for range 200 {
		mid := (lo + hi) / 2
		if mathext.GammaIncReg(xi, mid) < q {
			lo = mid
		} else {
			hi = mid
		}
	}
	alpha := (lo + hi) / 2 / xi
	return (alpha - 1) * (xi + (1-xi)/alpha)
}

// Distribution of losses in whole units: Mass[k] is the chance of losing k.
type Distribution struct {
	Mass []float64
}

// Mean is the expected loss in units.
func (d Distribution) Mean() float64 {
	m := 0.0
	for k, p := range d.Mass {
		m += float64(k) * p
	}
	return m
}

// SD is the standard deviation in units.
func (d Distribution) SD() float64 {
	m, s := d.Mean(), 0.0
	for k, p := range d.Mass {
		s += (float64(k) - m) * (float64(k) - m) * p
	}
	return math.Sqrt(s)
}

// Quantile is the least loss that is not exceeded with probability q, in units; the end of the table where that is short.
func (d Distribution) Quantile(q float64) int {
	sum := 0.0
	for k, p := range d.Mass {
		if sum += p; sum >= q-1e-13 {
			return k
		}
	}
	return len(d.Mass) - 1
}

// Band is a number of defaults expected of exposures of so many units each.
type Band struct {
	Units    int
	Expected float64
}

// mostUnits bounds a distribution's table.
const mostUnits = 1 << 22

// CreditRiskPlus is the distribution of losses up to `units` of one sector whose default intensity has the given relative
// variance (0 = Poisson), by Panjer's recursion (CSFB, CreditRisk+, 1997, eq. 25 and A10; negative binomial otherwise).
// O(units · bands).
func CreditRiskPlus(bands []Band, relativeVariance float64, units int) (Distribution, error) {
	if units < 0 || units > mostUnits || !(relativeVariance >= 0) {
		return Distribution{}, fmt.Errorf("portfolio: CreditRisk+: %d units and relative variance %g", units, relativeVariance)
	}
	mu := 0.0
	for k, b := range bands {
		if b.Units < 1 || !(b.Expected >= 0) {
			return Distribution{}, fmt.Errorf("portfolio: CreditRisk+: band %d has %d units and %g expected defaults", k, b.Units, b.Expected)
		}
		mu += b.Expected
	}
	mass := make([]float64, units+1)
	// Panjer's class: p_k = p_{k−1}(a + b/k) for the number of defaults.
	a, first := 0.0, math.Exp(-mu)
	b := mu
	if relativeVariance > 0 {
		alpha := 1 / relativeVariance
		p := mu / (mu + alpha)
		a, b = p, (alpha-1)*p
		first = math.Pow(1-p, alpha)
	}
	mass[0] = first
	if mu == 0 {
		return Distribution{mass}, nil
	}
	for n := 1; n <= units; n++ {
		sum := 0.0
		for _, band := range bands {
			if band.Units <= n {
				sum += (a + b*float64(band.Units)/float64(n)) * band.Expected / mu * mass[n-band.Units]
			}
		}
		mass[n] = sum
	}
	return Distribution{mass}, nil
}

// Independent is the exact distribution of losses of obligors that fail independently, by convolution. O(obligors · units).
func Independent(pd []float64, units []int) (Distribution, error) {
	if len(pd) != len(units) {
		return Distribution{}, fmt.Errorf("portfolio: %d PDs for %d exposures", len(pd), len(units))
	}
	total := 0
	for k := range pd {
		if !(pd[k] >= 0 && pd[k] <= 1) || units[k] < 0 || total+units[k] > mostUnits {
			return Distribution{}, fmt.Errorf("portfolio: obligor %d has PD %g and %d units; at most %d units in all", k, pd[k], units[k], mostUnits)
		}
		total += units[k]
	}
	mass := make([]float64, total+1)
	mass[0] = 1
	top := 0
	for k := range pd {
		top += units[k]
		for n := top; n >= 0; n-- {
			v := mass[n] * (1 - pd[k])
			if n >= units[k] {
				v += mass[n-units[k]] * pd[k]
			}
			mass[n] = v
		}
	}
	return Distribution{mass}, nil
}

// tailMean is the mean of the worst 1−q of weighted losses, and their quantile.
func tailMean(losses, weights []float64, q float64) (valueAtRisk, shortfall float64) {
	order := make([]int, len(losses))
	total := 0.0
	for i := range order {
		order[i] = i
		total += weights[i]
	}
	sort.SliceStable(order, func(a, b int) bool { return losses[order[a]] > losses[order[b]] })
	want, seen, sum := (1-q)*total, 0.0, 0.0
	for _, i := range order {
		w := math.Min(weights[i], want-seen)
		sum += w * losses[i]
		seen += w
		valueAtRisk = losses[i]
		if seen >= want*(1-1e-12) {
			break
		}
	}
	return valueAtRisk, sum / math.Max(seen, 1e-300)
}
