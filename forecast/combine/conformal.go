package combine

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

const (
	shapePoints = 401 // quantiles kept of the pooled errors
	priorBouts  = 1.0 // trials that the panel's error weighs beside a series' own
	mostWider   = 1.6 // the farthest that one comparison of origins may widen the bands
)

// missed is one compared step of the panel's own past: how far the blend was off, over what was expected of the series.
type missed struct {
	run    int // origins, one after the other
	step   int
	latest bool // at the series' latest origin
	z      float64
}

// calibrate learns how wrong the blend is: by step, by series, and in what shape (split conformal prediction pooled over
// the panel: Vovk, Gammerman and Shafer 2005; Lei et al. 2018). At every origin weights and expected size are those that
// would have been used there, from what was over by then. Where bands learned from the earlier origins were too narrow at the latest
// one, the bands to come are widened as much: they adapt to a panel that grows harder to foresee (Gibbs and Candès 2021).
func (r *Recipe) calibrate(trials []trial) {
	ratios, count := 0.0, 0.0
	for i := range trials {
		for j := range trials[i].origins {
			if o := &trials[i].origins[j]; o.scale > 0 && o.means[0] != nil {
				ratios += meanMiss(o.actual, blendOf(o, r.ownBefore(&trials[i], j))) / o.scale
				count++
			}
		}
	}
	if count == 0 {
		return
	}
	r.Ratio = max(ratios/count, 1e-6)
	all := r.misses(trials)
	r.Dependence = forecast.DependenceOf(runsOf(all))
	sums, counts := make([]float64, r.Horizon), make([]float64, r.Horizon)
	for _, m := range all {
		sums[m.step] += min(math.Abs(m.z), 10)
		counts[m.step]++
	}
	r.Growth = growth(sums, counts)
	var z, earlier, latest []float64
	for _, m := range all {
		v := m.z / r.Growth[m.step]
		z = append(z, v)
		if m.latest {
			latest = append(latest, v)
		} else {
			earlier = append(earlier, v)
		}
	}
	slices.Sort(z)
	wider := wider(earlier, latest) * r.optimism(trials)
	r.Shape = make([]float64, 0, shapePoints)
	for k := range shapePoints {
		r.Shape = append(r.Shape, wider*forecast.Quantile(z, (float64(k)+0.5)/shapePoints))
	}
}

// misses compares the blends of all origins with what came.
func (r *Recipe) misses(trials []trial) []missed {
	var all []missed
	run := 0
	for i := range trials {
		t := &trials[i]
		for j := range t.origins {
			o := &t.origins[j]
			if o.scale <= 0 || o.means[0] == nil {
				continue
			}
			blend := blendOf(o, r.ownBefore(t, j))
			size := r.size(t, j)
			run++
			for h, y := range o.actual {
				if !math.IsNaN(y) {
					if t.counts { // a count stands for all that rounds to it
						y += spreadOut(len(all)) - 0.5
					}
					all = append(all, missed{run, h, j == 0, (y - blend[h]) / size})
				}
			}
		}
	}
	return all
}

// spreadOut is the k-th of numbers that fill 0…1 evenly (van der Corput's, as fractions of the golden mean).
func spreadOut(k int) float64 {
	_, part := math.Modf(float64(k+1) * 0.6180339887498949)
	return part
}

// runsOf puts misses of one origin into a row, step by step; NaN where nothing was compared.
func runsOf(all []missed) [][]float64 {
	var runs [][]float64
	before := -1
	for _, m := range all {
		if m.run != before {
			runs = append(runs, nil)
			before = m.run
		}
		row := runs[len(runs)-1]
		for len(row) < m.step {
			row = append(row, math.NaN())
		}
		runs[len(runs)-1] = append(row, m.z)
	}
	return runs
}

// leastMisses on either side for a comparison of origins to mean anything.
const leastMisses = 200

// wider is how much the 10–90 % range of the latest errors exceeds that of the earlier ones.
func wider(earlier, latest []float64) float64 {
	if len(earlier) < leastMisses || len(latest) < leastMisses {
		return 1
	}
	slices.Sort(earlier)
	slices.Sort(latest)
	width := func(z []float64) float64 { return forecast.Quantile(z, 0.9) - forecast.Quantile(z, 0.1) }
	before, now := width(earlier), width(latest)
	if before <= 0 {
		return 1
	}
	return min(max(now/before, 1), mostWider)
}

// optimism is how much more a blend misses at the latest origins where its weights were learned from the earlier ones alone, as
// weights are always learned from what came before: the bands' errors are those of weights that have seen them.
func (r *Recipe) optimism(trials []trial) float64 {
	var before []bout
	for i := range trials {
		for j := 1; j < len(trials[i].origins); j++ {
			if o := &trials[i].origins[j]; o.scale > 0 && o.means[0] != nil {
				before = append(before, bout{i, o, len(o.actual)})
			}
		}
	}
	if len(before) == 0 {
		return 1
	}
	s := &scorer{loss: r.Kind, normA: max(r.Norms[0], 1e-9), normS: max(r.Norms[1], 1e-9)}
	other := *r
	other.Pooled = s.greedy(before, len(r.Pooled))
	with, without := 0.0, 0.0
	for i := range trials {
		t := &trials[i]
		if len(t.origins) == 0 || t.origins[0].scale <= 0 || t.origins[0].means[0] == nil {
			continue
		}
		o := &t.origins[0]
		with += meanMiss(o.actual, blendOf(o, r.ownBefore(t, 0))) / o.scale
		without += meanMiss(o.actual, blendOf(o, other.ownBefore(t, 0))) / o.scale
	}
	if with <= 0 {
		return 1
	}
	return min(max(without/with, 1), mostOptimism)
}

// mostOptimism bounds the widening for weights that have seen the errors.
const mostOptimism = 1.3

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

// size is the mean error expected of a series at its origin j (−1 = now): that of its trials that were over by then, shrunk
// to the panel's ratio.
func (r *Recipe) size(t *trial, j int) float64 {
	scale := t.scale
	if j >= 0 {
		scale = t.origins[j].scale
	}
	sum, n := 0.0, 0.0
	w := r.ownBefore(t, j)
	for _, b := range t.before(j) {
		share := float64(b.steps) / float64(len(b.o.actual))
		sum += share * meanMiss(b.o.actual[:b.steps], blendOf(b.o, w))
		n += share
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
	size := 0.0
	if t.scale > 0 {
		size = r.size(t, -1)
	}
	out.Quantiles = make([][]float64, len(out.Levels))
	for l, p := range out.Levels {
		row := make([]float64, len(out.Mean))
		z := r.quantile(p)
		for h, m := range out.Mean {
			if row[h] = m + z*size*r.Growth[h]; t.counts {
				row[h] = math.Round(row[h])
			}
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
