package levels

import (
	"math"

	"quartermaster/forecast"
)

const (
	learnOrigins = 3    // a horizon apart, the latest one horizon before the end
	mostItems    = 4000 // looked at; more, and every so manieth
	leastDays    = 84   // history that an origin must have
	firstStep    = 0.2  // weight that is moved at first, halved until lastStep
	lastStep     = 0.01
)

// bout is one item at one origin. A blend of level l has errors y − l·f over its horizon, so that three sums say all:
//
//	Σ (y − l·f)² = yy − 2·l·yf + l²·ff
type bout struct {
	level      [members]float64
	yy, yf, ff float64
	scale      float64 // days times the mean squared step of the history
}

func (b *bout) loss(level float64) float64 {
	return math.Sqrt(max(0, b.yy-2*level*b.yf+level*level*b.ff) / b.scale)
}

// Learn finds the weights that would have made the least root mean squared scaled error, mean over items, from three origins in the
// panel's own past. week gives the week of a series, nil = flat. A panel without enough past gets Even. The same input gives the same
// weights, whatever the order of its equal items. O(items · days + items · moves).
func Learn(series []forecast.Series, horizon int, week func(i int) *forecast.Profile) Weights {
	var bouts []bout
	stride := (len(series) + mostItems - 1) / mostItems
	for i := 0; i < len(series); i += max(stride, 1) {
		for k := range learnOrigins {
			if b, ok := boutOf(series[i], len(series[i].Values)-(k+1)*horizon, horizon, week(i)); ok {
				bouts = append(bouts, b)
			}
		}
	}
	if len(bouts) == 0 {
		return Even()
	}
	return descend(bouts)
}

// boutOf compares what the members said at an origin with what came; ok is false where either cannot be said.
func boutOf(s forecast.Series, origin, horizon int, week *forecast.Profile) (b bout, ok bool) {
	if origin < leastDays {
		return b, false
	}
	past := forecast.Series{ID: s.ID, StartDay: s.StartDay, Values: s.Values[:origin]}
	h := forecast.Observe(past, week)
	if !h.Fits() {
		return b, false
	}
	days := 0.0
	for d, y := range s.Values[origin : origin+horizon] {
		if f := h.Profile.Factor[forecast.Weekday(past.StartDay+origin+d)]; f > 0 && y >= 0 && y <= forecast.MaxUnits {
			b.yy += y * y
			b.yf += y * f
			b.ff += f * f
			days++
		}
	}
	step := 0.0
	for t := 1; t < len(h.Y); t++ {
		step += (h.Y[t] - h.Y[t-1]) * (h.Y[t] - h.Y[t-1]) / float64(len(h.Y)-1)
	}
	if b.scale = days * step; b.scale <= 0 {
		return b, false
	}
	x, m := h.Deseasonalised(), Model{}
	for k := range b.level {
		b.level[k] = m.member(k, &h, x, nil)
	}
	return b, true
}

// descend moves weight from one member to another as long as that lowers the loss, in ever smaller steps. The loss is a sum of norms of
// what is linear in the weights, so that it is convex and has no second valley.
func descend(bouts []bout) Weights {
	w := Even()
	best := lossOf(bouts, &w)
	for step := firstStep; step > lastStep; step /= 2 {
		for moved := true; moved; {
			moved = false
			for to := range w {
				for from := range w {
					share := min(step, w[from])
					if to == from || share <= 0 {
						continue
					}
					next := w
					next[to] += share
					next[from] -= share
					if l := lossOf(bouts, &next); l < best-1e-6*math.Abs(best) {
						w, best, moved = next, l, true
					}
				}
			}
		}
	}
	return w
}

func lossOf(bouts []bout, w *Weights) float64 {
	sum := 0.0
	for i := range bouts {
		level := 0.0
		for k, v := range w {
			level += v * bouts[i].level[k]
		}
		sum += bouts[i].loss(level)
	}
	return sum / float64(len(bouts))
}
