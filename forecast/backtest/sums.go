package backtest

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

// Sums are what an accuracy is made of. They add up over origins and series without loss, so that a pooled figure is the
// figure of all the days together and not a mean of ratios.
type Sums struct {
	Origins, Points int
	AbsErr, Err     float64 // error = forecast − demand, units
	Demand          float64
	NaiveAbsErr     float64
	ScaledSquare    float64 // squared errors over the series' own scale
	NaiveSquare     float64 // the seasonal naive's
	ScaledPoints    int     // days of series whose scale is not 0
	Pinball         float64 // summed over days and levels
	Quantiles       int     // days × levels
	Banded          int     // days with a 10–90 % band
	Inside, Above   float64 // of them within it, above it; ties count in part, see position
	LeadPoints      int     // lead times compared
	LeadInside      float64
	LeadAbove       float64
}

// Add adds b.
func (a *Sums) Add(b Sums) {
	a.Origins += b.Origins
	a.Points += b.Points
	a.AbsErr += b.AbsErr
	a.Err += b.Err
	a.Demand += b.Demand
	a.NaiveAbsErr += b.NaiveAbsErr
	a.ScaledSquare += b.ScaledSquare
	a.NaiveSquare += b.NaiveSquare
	a.ScaledPoints += b.ScaledPoints
	a.Pinball += b.Pinball
	a.Quantiles += b.Quantiles
	a.Banded += b.Banded
	a.Inside += b.Inside
	a.Above += b.Above
	a.LeadPoints += b.LeadPoints
	a.LeadInside += b.LeadInside
	a.LeadAbove += b.LeadAbove
}

// Accuracy turns sums into measures; one that has nothing to divide by is 0.
func (a Sums) Accuracy() forecast.Accuracy {
	acc := forecast.Accuracy{
		Origins: a.Origins, Points: a.Points,
		WAPE: ratio(a.AbsErr, a.Demand), Bias: ratio(a.Err, a.Demand),
		RMSSE:      math.Sqrt(ratio(a.ScaledSquare, float64(a.ScaledPoints))),
		Pinball:    ratio(a.Pinball, float64(a.Quantiles)),
		Coverage80: ratio(a.Inside, float64(a.Banded)), Above90: ratio(a.Above, float64(a.Banded)),
		LeadCoverage80: ratio(a.LeadInside, float64(a.LeadPoints)),
		LeadAbove90:    ratio(a.LeadAbove, float64(a.LeadPoints)),
	}
	if a.NaiveAbsErr > 0 {
		acc.ValueAdded = 1 - a.AbsErr/a.NaiveAbsErr
	}
	return acc
}

// Pool is the accuracy over all results together.
func Pool(results []Result) forecast.Accuracy {
	var all Sums
	for i := range results {
		all.Add(results[i].Sums)
	}
	return all.Accuracy()
}

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// leastScale is the smallest scale that errors are divided by: a step of a millionth of a unit is no demand.
const leastScale = 1e-12

// compare scores the days of one forecast; scale is that of the history, see RMSSE.
func (a *Sums) compare(f forecast.Forecast, actual, naive []float64, scale float64) {
	banded := hasBand(f.Levels)
	for d, y := range actual {
		if !(y >= 0 && y <= forecast.MaxUnits) {
			continue
		}
		e := f.Mean[d] - y
		a.Points++
		a.Demand += y
		a.Err += e
		a.AbsErr += math.Abs(e)
		a.NaiveAbsErr += math.Abs(naive[d] - y)
		if scale >= leastScale {
			a.ScaledPoints++
			a.ScaledSquare += e * e / scale
			a.NaiveSquare += (naive[d] - y) * (naive[d] - y) / scale
		}
		for l, p := range f.Levels {
			a.Pinball += pinball(p, f.Quantiles[l][d], y)
			a.Quantiles++
		}
		if banded {
			inside, above := position(y, f.Levels, func(l int) float64 { return f.Quantiles[l][d] })
			a.Banded++
			a.Inside += inside
			a.Above += above
		}
	}
}

// compareLead scores the sum of the days of one lead time. Days not observed in it are taken as without demand.
func (a *Sums) compareLead(l forecast.LeadTimeDemand, actual []float64) {
	if !hasBand(l.Levels) {
		return
	}
	sum := 0.0
	for _, y := range actual {
		if y >= 0 && y <= forecast.MaxUnits {
			sum += y
		}
	}
	a.LeadPoints++
	inside, above := position(sum, l.Levels, func(i int) float64 { return l.Quantiles[i] })
	a.LeadInside += inside
	a.LeadAbove += above
}

// position says how much of y lies within the 10–90 % band and how much above it: 1 or 0 but for ties. A demand that many
// levels name, as most name 0 for a slow item, stands for the whole stretch of probability between the levels that lie
// below it and above it, and counts by the share of that stretch within 0.1…0.9 and above 0.9: the mean of the randomised
// probability integral transform (Smith 1985; Czado, Gneiting and Held 2009). So a calibrated forecast covers 80 % also
// where most days sell nothing; counting every tie as inside would praise bands that are too wide. Between two levels the
// end of the stretch is taken to lie half-way; below every quantile of 0 there is nothing.
func position(y float64, levels []float64, quantile func(level int) float64) (inside, above float64) {
	below, least, most, over := 0.0, 1.0, 0.0, 1.0 // highest level below y, levels tied with y, lowest above
	for l, p := range levels {
		switch q := quantile(l); {
		case near(q, y):
			least, most = min(least, p), max(most, p)
		case q < y:
			below = max(below, p)
		default:
			over = min(over, p)
		}
	}
	if least > most { // no tie: y lies between two levels, and 0.1 and 0.9 are levels
		return count(below > lowLevel-levelGap && over < highLevel+levelGap), count(below > highLevel-levelGap)
	}
	from, to := below, over
	if below > 0 {
		from = (below + least) / 2
	}
	if over < 1 {
		to = (most + over) / 2
	}
	within := max(0, min(to, highLevel)-max(from, lowLevel))
	return within / (to - from), max(0, to-max(from, highLevel)) / (to - from)
}

// near is equality but for rounding: quantiles are products, demand mostly whole units.
func near(q, y float64) bool { return math.Abs(q-y) <= 1e-9*y }

const (
	lowLevel, highLevel = 0.1, 0.9
	levelGap            = 1e-9 // levels are written as decimals: far less than two of them differ by
)

func hasBand(levels []float64) bool {
	has := func(p float64) bool {
		return slices.ContainsFunc(levels, func(l float64) bool { return math.Abs(l-p) < levelGap })
	}
	return has(lowLevel) && has(highLevel)
}

// pinball is the loss of quantile q at level p (Koenker and Bassett 1978).
func pinball(p, q, y float64) float64 {
	if y >= q {
		return p * (y - q)
	}
	return (1 - p) * (q - y)
}

func count(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
