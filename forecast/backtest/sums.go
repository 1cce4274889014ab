package backtest

import (
	"math"

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
	Inside, Above   int     // of them within it, above it
	LeadPoints      int     // lead times compared
	LeadInside      int
	LeadAbove       int
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
		Coverage80: ratio(float64(a.Inside), float64(a.Banded)), Above90: ratio(float64(a.Above), float64(a.Banded)),
		LeadCoverage80: ratio(float64(a.LeadInside), float64(a.LeadPoints)),
		LeadAbove90:    ratio(float64(a.LeadAbove), float64(a.LeadPoints)),
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

// compare scores the days of one forecast. Missing means or quantiles count as 0 forecast, never as a match.
func (a *Sums) compare(f forecast.Forecast, actual, naive []float64, scale float64) {
	low, high := levelAt(f.Levels, 0.1), levelAt(f.Levels, 0.9)
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
		if scale > 0 {
			a.ScaledPoints++
			a.ScaledSquare += e * e / scale
			a.NaiveSquare += (naive[d] - y) * (naive[d] - y) / scale
		}
		for l, p := range f.Levels {
			a.Pinball += pinball(p, f.Quantiles[l][d], y)
			a.Quantiles++
		}
		if low >= 0 && high >= 0 {
			a.Banded++
			a.Inside += count(y >= f.Quantiles[low][d] && y <= f.Quantiles[high][d])
			a.Above += count(y > f.Quantiles[high][d])
		}
	}
}

// compareLead scores the sum of the days of one lead time. Days not observed in it are taken as without demand.
func (a *Sums) compareLead(l forecast.LeadTimeDemand, actual []float64) {
	low, high := levelAt(l.Levels, 0.1), levelAt(l.Levels, 0.9)
	if low < 0 || high < 0 {
		return
	}
	sum := 0.0
	for _, y := range actual {
		if y >= 0 && y <= forecast.MaxUnits {
			sum += y
		}
	}
	a.LeadPoints++
	a.LeadInside += count(sum >= l.Quantiles[low] && sum <= l.Quantiles[high])
	a.LeadAbove += count(sum > l.Quantiles[high])
}

// pinball is the loss of quantile q at level p (Koenker and Bassett 1978).
func pinball(p, q, y float64) float64 {
	if y >= q {
		return p * (y - q)
	}
	return (1 - p) * (q - y)
}

// levelAt gives the index of a level, or −1. Levels are written as decimals, so that a billionth is far less than two
// of them differ by.
func levelAt(levels []float64, p float64) int {
	for i, l := range levels {
		if math.Abs(l-p) < 1e-9 {
			return i
		}
	}
	return -1
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
