package policy

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Distribution is demand over a lead time: a quantile function that is linear between given levels, and beyond the last
// level the upper part of a gamma distribution with the given mean and standard deviation, shifted so that it joins there
// without a jump. Flat stretches are probability lumps. Below the first level it runs straight to zero at level 0.
//
//	units            ╱ gamma tail, shifted
//	 q_k ───────────•
//	            •╱
//	       •──•        lump: the same units at two levels
//	 0 •╱
//	   0   p_1  …  p_k   1   level
type Distribution struct {
	levels    []float64
	quantiles []float64
	excess    []float64 // E[(X − quantiles[j])+]
	tail      tail
	shift     float64 // X = tail + shift beyond the last level
	hasTail   bool
}

// tail is a gamma distribution, or for nearly symmetric demand (shape > maxGammaShape) the normal with the same moments.
type tail struct {
	mean, sd     float64
	shape, scale float64
	normal       bool
}

const (
	// maxGammaShape is where the gamma's skewness (2/√shape) falls below 0.02 and its incomplete function grows slow.
	maxGammaShape = 1e4
	// minGammaShape is where nearly all gamma mass lies at zero and its quantiles leave the range of a float64.
	minGammaShape = 1e-3
	// leastSpread is the standard deviation, as a share of the mean, below which demand is taken as certain.
	leastSpread = 1e-9
)

// NewDistribution takes levels (rising, 0…1), the units at them (not falling, ≥ 0), and mean and standard deviation (≥ 0)
// for the tail. Without levels it is the gamma distribution itself. With mean 0, no spread or a last level of 1 nothing lies
// beyond the last quantile. An error says which entry is wrong.
func NewDistribution(levels, quantiles []float64, mean, sd float64) (Distribution, error) {
	if err := checkTable(levels, quantiles); err != nil {
		return Distribution{}, err
	}
	if !(mean >= 0) || math.IsInf(mean, 0) || !(sd >= 0) || math.IsInf(sd, 0) {
		return Distribution{}, fmt.Errorf("mean %g and standard deviation %g must be finite and not negative", mean, sd)
	}
	d := Distribution{
		levels:    make([]float64, 0, len(levels)+1),
		quantiles: make([]float64, 0, len(levels)+1),
	}
	d.hasTail = mean > 0 && sd > mean*leastSpread && (len(levels) == 0 || levels[len(levels)-1] < 1)
	switch {
	case len(levels) == 0 && !d.hasTail:
		d.levels, d.quantiles = append(d.levels, 0, 1), append(d.quantiles, mean, mean)
	case len(levels) == 0 || levels[0] > 0:
		d.levels, d.quantiles = append(d.levels, 0), append(d.quantiles, 0)
	}
	d.levels, d.quantiles = append(d.levels, levels...), append(d.quantiles, quantiles...)
	d.fitTail(mean, sd)
	d.integrate()
	return d, nil
}

func checkTable(levels, quantiles []float64) error {
	if len(levels) != len(quantiles) {
		return fmt.Errorf("%d levels but %d quantiles", len(levels), len(quantiles))
	}
	for i := range levels {
		switch {
		case !(levels[i] >= 0 && levels[i] <= 1):
			return fmt.Errorf("level %d is %g, outside 0…1", i, levels[i])
		case i > 0 && levels[i] <= levels[i-1]:
			return fmt.Errorf("level %d (%g) does not rise above level %d (%g)", i, levels[i], i-1, levels[i-1])
		case !(quantiles[i] >= 0) || math.IsInf(quantiles[i], 0):
			return fmt.Errorf("quantile %d is %g; it must be finite and not negative", i, quantiles[i])
		case i > 0 && quantiles[i] < quantiles[i-1]:
			return fmt.Errorf("quantile %d (%g) falls below quantile %d (%g)", i, quantiles[i], i-1, quantiles[i-1])
		}
	}
	return nil
}

func (d *Distribution) fitTail(mean, sd float64) {
	if !d.hasTail {
		return
	}
	d.tail = newTail(mean, sd)
	last := len(d.levels) - 1
	d.shift = d.quantiles[last] - d.tail.quantile(d.levels[last])
}

func newTail(mean, sd float64) tail {
	shape := math.Max((mean/sd)*(mean/sd), minGammaShape)
	return tail{mean: mean, sd: sd, shape: shape, scale: mean / shape, normal: shape > maxGammaShape}
}

// integrate fills the expected excess over each knot from the last to the first: a trapezium per segment.
func (d *Distribution) integrate() {
	last := len(d.levels) - 1
	d.excess = make([]float64, last+1)
	if d.hasTail {
		d.excess[last] = d.tail.loss(d.quantiles[last] - d.shift)
	}
	for j := last - 1; j >= 0; j-- {
		rise := d.quantiles[j+1] - d.quantiles[j]
		d.excess[j] = d.excess[j+1] + rise*(1-(d.levels[j]+d.levels[j+1])/2)
	}
}

// CDF is P(X ≤ x).
func (d *Distribution) CDF(x float64) float64 {
	last := len(d.levels) - 1
	switch {
	case x >= d.quantiles[last] && d.hasTail:
		return math.Max(d.levels[last], d.tail.cdf(x-d.shift))
	case x >= d.quantiles[last]:
		return 1
	case x < d.quantiles[0]:
		return 0
	}
	j := sort.Search(len(d.quantiles), func(i int) bool { return d.quantiles[i] > x }) - 1
	return d.between(j, x)
}

func (d *Distribution) between(j int, x float64) float64 {
	share := (x - d.quantiles[j]) / (d.quantiles[j+1] - d.quantiles[j])
	return d.levels[j] + share*(d.levels[j+1]-d.levels[j])
}

// Quantile is the smallest x with CDF(x) ≥ p, for 0 ≤ p < 1.
func (d *Distribution) Quantile(p float64) float64 {
	last := len(d.levels) - 1
	if p > d.levels[last] {
		if !d.hasTail {
			return d.quantiles[last]
		}
		return math.Max(d.quantiles[last], d.tail.quantile(p)+d.shift)
	}
	j := sort.SearchFloat64s(d.levels, p)
	if j == 0 {
		return d.quantiles[0]
	}
	share := (p - d.levels[j-1]) / (d.levels[j] - d.levels[j-1])
	return d.quantiles[j-1] + share*(d.quantiles[j]-d.quantiles[j-1])
}

// Loss is the first-order loss function n(x) = E[(X − x)+], integrated exactly (Snyder & Shen 2019, App. C).
func (d *Distribution) Loss(x float64) float64 {
	last := len(d.levels) - 1
	switch {
	case x >= d.quantiles[last] && d.hasTail:
		return d.tail.loss(x - d.shift)
	case x >= d.quantiles[last]:
		return 0
	case x < d.quantiles[0]:
		return d.excess[0] + d.quantiles[0] - x
	}
	j := sort.Search(len(d.quantiles), func(i int) bool { return d.quantiles[i] > x }) - 1
	rest := d.quantiles[j+1] - x
	return d.excess[j+1] + rest*(1-(d.between(j, x)+d.levels[j+1])/2)
}

// Mean is E[X] as the table and its tail have it; it may differ a little from the mean that was given for the tail.
func (d *Distribution) Mean() float64 { return d.excess[0] + d.quantiles[0] }

func (t tail) cdf(x float64) float64 {
	switch {
	case t.normal:
		return distuv.UnitNormal.CDF((x - t.mean) / t.sd)
	case x <= 0:
		return 0
	}
	return mathext.GammaIncReg(t.shape, x/t.scale)
}

func (t tail) quantile(p float64) float64 {
	switch {
	case p <= 0:
		return 0 // demand does not fall below zero; only the part above the last level is ever used
	case t.normal:
		return t.mean + t.sd*distuv.UnitNormal.Quantile(p)
	}
	return t.scale * mathext.GammaIncRegInv(t.shape, p)
}

// loss is E[(T − x)+]: for the gamma αβ·(1 − F(x; α+1)) − x·(1 − F(x; α)), for the normal σ·(φ(z) − z·(1 − Φ(z))).
func (t tail) loss(x float64) float64 {
	switch {
	case t.normal:
		z := (x - t.mean) / t.sd
		return math.Max(0, t.sd*(distuv.UnitNormal.Prob(z)-z*distuv.UnitNormal.Survival(z)))
	case x <= 0:
		return t.mean - x
	}
	y := x / t.scale
	n := t.mean*mathext.GammaIncRegComp(t.shape+1, y) - x*mathext.GammaIncRegComp(t.shape, y)
	return math.Max(0, n)
}
