package screen

import (
	"math"
	"slices"
)

const (
	leastSizes  = 12   // sizes before any of them can be far out
	farOut      = 5.0  // robust standard deviations of the logarithm of a size
	leastSpread = 0.35 // of the logarithm: sizes closer together than this are no pattern
	lone        = 2    // steps in a row that a mistake or a great order lasts at most
	mostShare   = 0.01 // of the sizes; more of them are the item's nature
)

// cutOutliers cuts lone values far above the sizes seen to the largest size that is believed. Values that came as large a
// year before, or that last, are demand.
func cutOutliers(y []float64, f Facts, r *Report) {
	var logs []float64
	for _, v := range y {
		if v > 0 {
			logs = append(logs, math.Log(v))
		}
	}
	if len(logs) < leastSizes {
		return
	}
	centre, spread := middle(logs)
	limit := math.Exp(centre + farOut*max(1.4826*spread, leastSpread))
	var found []Outlier
	for t := 0; t < len(y); t++ {
		if !(y[t] > limit) {
			continue
		}
		end := t
		for end < len(y) && y[end] > limit {
			end++
		}
		if end-t <= lone && !known(f.Known, t, end) && !largeYearBefore(y, t, end, f.Year, limit) {
			for k := t; k < end; k++ {
				found = append(found, Outlier{k, y[k], limit})
			}
		}
		t = end
	}
	if float64(len(found)) > max(2, mostShare*float64(len(logs))) {
		return
	}
	for _, o := range found {
		y[o.Step] = o.Cut
	}
	r.Outliers = found
}

// middle gives the median of v and the median distance from it. It sorts v.
func middle(v []float64) (centre, spread float64) {
	slices.Sort(v)
	at := func(s []float64) float64 { return (s[(len(s)-1)/2] + s[len(s)/2]) / 2 }
	centre = at(v)
	for i := range v {
		v[i] = math.Abs(v[i] - centre)
	}
	slices.Sort(v)
	return centre, at(v)
}

func known(mask []bool, from, to int) bool {
	for k := from; k < min(to, len(mask)); k++ {
		if mask[k] {
			return true
		}
	}
	return false
}

// largeYearBefore says whether anything as large came within three steps of the same time a year before.
func largeYearBefore(y []float64, from, to, year int, limit float64) bool {
	if year == 0 {
		return false
	}
	for k := max(0, from-year-3); k < min(to-year+3, len(y)); k++ {
		if y[k] > limit {
			return true
		}
	}
	return false
}
