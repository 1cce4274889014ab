package combine

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

const (
	shapePoints = 401 // quantiles kept of the pooled errors
	priorBouts  = 1.0 // trials that the panel's error weighs beside a series' own
)

// calibrate learns how wrong the blend is: by step, by series, and in what shape. Errors are divided by what the other origins of
// the same series let expect, so that a wide series does not look calibrated by itself.
func (r *Recipe) calibrate(trials []trial) {
	type miss struct {
		h int
		z float64
	}
	var ratios, count float64
	blends := make([][][]float64, len(trials))
	for i := range trials {
		t := &trials[i]
		w := r.own(t)
		blends[i] = make([][]float64, len(t.origins))
		for j := range t.origins {
			o := &t.origins[j]
			if o.scale <= 0 || o.means[0] == nil {
				continue
			}
			blends[i][j] = blendOf(o, w)
			ratios += meanMiss(o.actual, blends[i][j]) / o.scale
			count++
		}
	}
	if count == 0 {
		return
	}
	r.Ratio = max(ratios/count, 1e-6)
	var all []miss
	sums, counts := make([]float64, r.Horizon), make([]float64, r.Horizon)
	for i := range trials {
		t := &trials[i]
		for j := range t.origins {
			if blends[i][j] == nil {
				continue
			}
			size := r.size(t, blends[i], j)
			for h, y := range t.origins[j].actual {
				if math.IsNaN(y) {
					continue
				}
				z := (y - blends[i][j][h]) / size
				all = append(all, miss{h, z})
				sums[h] += min(math.Abs(z), 10)
				counts[h]++
			}
		}
	}
	r.Growth = growth(sums, counts)
	z := make([]float64, 0, len(all))
	for _, m := range all {
		z = append(z, m.z/r.Growth[m.h])
	}
	slices.Sort(z)
	r.Shape = make([]float64, 0, shapePoints)
	for k := range shapePoints {
		r.Shape = append(r.Shape, forecast.Quantile(z, (float64(k)+0.5)/shapePoints))
	}
}

func meanMiss(actual, means []float64) float64 {
	sum, n := 0.0, 0.0
	for h, y := range actual {
		if !math.IsNaN(y) {
			sum += math.Abs(y - means[h])
			n++
		}
	}
	return sum / max(n, 1)
}

// size is the mean error expected of a series: that of its own trials but the skipped one, shrunk to the panel's ratio.
func (r *Recipe) size(t *trial, blends [][]float64, skip int) float64 {
	scale := t.scale
	if skip >= 0 {
		scale = t.origins[skip].scale
	}
	sum, n := 0.0, 0.0
	for j := range t.origins {
		if j != skip && blends[j] != nil {
			sum += meanMiss(t.origins[j].actual, blends[j])
			n++
		}
	}
	return max((sum+priorBouts*r.Ratio*scale)/(n+priorBouts), 1e-9*scale)
}

// growth smooths the mean error by step; steps that no trial reached go on as the square root of time.
func growth(sums, counts []float64) []float64 {
	out := make([]float64, len(sums))
	for h := range out {
		s, n := 0.0, 0.0
		for k := max(0, h-1); k <= min(len(sums)-1, h+1); k++ {
			s += sums[k]
			n += counts[k]
		}
		switch {
		case counts[h] > 0 && s > 0:
			out[h] = s / n
		case h > 0:
			out[h] = out[h-1] * math.Sqrt(float64(h+1)/float64(h))
		default:
			out[h] = 1
		}
	}
	return out
}

// spread fills in the quantiles of an outlook.
func (r *Recipe) spread(out *Outlook, t *trial, signed bool) {
	blends := make([][]float64, len(t.origins))
	w := r.own(t)
	for j := range t.origins {
		if o := &t.origins[j]; o.means[0] != nil {
			blends[j] = blendOf(o, w)
		}
	}
	size := r.size(t, blends, -1)
	if t.scale == 0 {
		size = 0
	}
	out.Quantiles = make([][]float64, len(out.Levels))
	for l, p := range out.Levels {
		row := make([]float64, len(out.Mean))
		z := r.quantile(p)
		for h, m := range out.Mean {
			row[h] = m + z*size*r.Growth[h]
			if !signed {
				row[h] = max(0, row[h])
			}
		}
		out.Quantiles[l] = row
	}
}

// quantile of the shape; without one the normal distribution's, whose mean absolute value is 0.8.
func (r *Recipe) quantile(p float64) float64 {
	if len(r.Shape) == 0 {
		return math.Sqrt2 * math.Erfinv(2*min(max(p, 1e-4), 1-1e-4)-1) / 0.8
	}
	return forecast.Quantile(r.Shape, p)
}
