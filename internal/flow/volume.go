package flow

import (
	"context"
	"errors"
	"math"
)

// Oracle evaluates a Lagrangian dual at multipliers u: it gives the bound and writes a subgradient (the violation of each
// relaxed row, right side less left side for rows "left ≥ right") into slack, which it does not keep.
type Oracle func(u, slack []float64) (bound float64)

// VolumeOptions steer the volume algorithm; the zero value works.
type VolumeOptions struct {
	Iterations int     // oracle calls, 0 = 200
	Target     float64 // a known cost that bounds the dual from above; 0 = none, then a step above the bound is guessed
	Free       bool    // multipliers may be negative (rows are equations); else they stay ≥ 0
	Stop       float64 // relative distance of bound and target at which to stop, 0 = never
	// Each is called after every oracle call with the iteration and the weight of its answer in the running average of answers
	// (the primal estimate); nil = nobody listens. It may lower the target; false stops.
	Each func(iteration int, bound, weight float64) (target float64, ok bool)
}

// Volume raises the bound of an oracle from u on, which is changed to the best multipliers found; it gives their bound and
// the oracle calls spent. Method: the volume algorithm of Barahona & Anbil (2000) with their green, yellow and red steps.
// The direction is the average of subgradients that the primal estimate has, so steps do not zigzag.
func Volume(ctx context.Context, u []float64, oracle Oracle, opt VolumeOptions) (bound float64, calls int, err error) {
	if opt.Iterations == 0 {
		opt.Iterations = 200
	}
	if opt.Iterations < 0 || math.IsNaN(opt.Target) {
		return 0, 0, errors.New("flow: volume: iterations may not be negative, the target must be a number")
	}
	v := newVolume(u, opt)
	best := v.start(oracle)
	for k := 1; k < opt.Iterations; k++ {
		if ctx.Err() != nil {
			return best, k, ctx.Err()
		}
		if !v.step(best) {
			return best, k, nil
		}
		value := oracle(v.trial, v.slack)
		weight := v.average()
		if v.listen(k, value, weight) {
			return max(best, value), k + 1, nil
		}
		best = v.judge(best, value)
		if opt.Stop > 0 && v.target != 0 && v.target-best <= opt.Stop*math.Abs(v.target) {
			return best, k + 1, nil
		}
	}
	return best, opt.Iterations, nil
}

// volume is the state of one run.
type volume struct {
	opt          VolumeOptions
	u, trial     []float64
	slack, mean  []float64
	lambda       float64
	target       float64
	weight       float64
	red          int
	sinceAverage int
}

func newVolume(u []float64, opt VolumeOptions) *volume {
	n := len(u)
	return &volume{opt: opt, u: u, trial: make([]float64, n), slack: make([]float64, n), mean: make([]float64, n),
		lambda: 0.1, target: opt.Target, weight: 0.1}
}

func (v *volume) start(oracle Oracle) float64 {
	best := oracle(v.u, v.slack)
	copy(v.mean, v.slack)
	copy(v.trial, v.u)
	v.listen(0, best, 1)
	return best
}

// listen tells of an answer and says whether to stop.
func (v *volume) listen(k int, bound, weight float64) bool {
	if v.opt.Each == nil {
		return false
	}
	target, ok := v.opt.Each(k, bound, weight)
	if target != 0 {
		v.target = target
	}
	return !ok
}

// step sets the trial multipliers along the average; false means that it vanishes.
func (v *volume) step(best float64) bool {
	norm := 0.0
	for i, g := range v.mean {
		if v.opt.Free || v.u[i] > 0 || g > 0 {
			norm += g * g
		}
	}
	if norm < 1e-18 {
		return false
	}
	target := v.target
	if target == 0 || target <= best {
		target = best + 0.05*math.Abs(best) + 1e-6
	}
	length := v.lambda * (target - best) / norm
	for i, g := range v.mean {
		v.trial[i] = v.u[i] + length*g
		if !v.opt.Free && v.trial[i] < 0 {
			v.trial[i] = 0
		}
	}
	return true
}

// average moves the mean of subgradients towards the newest by the step that makes it shortest, within limits.
func (v *volume) average() float64 {
	var dot, norm float64
	for i, g := range v.slack {
		d := g - v.mean[i]
		dot -= d * v.mean[i]
		norm += d * d
	}
	a := v.weight
	if norm > 0 {
		a = dot / norm
	}
	a = math.Min(v.weight, math.Max(v.weight/10, a))
	for i, g := range v.slack {
		v.mean[i] += a * (g - v.mean[i])
	}
	if v.sinceAverage++; v.sinceAverage%100 == 0 && v.weight > 1e-3 {
		v.weight /= 2
	}
	return a
}

// judge keeps a better trial and adapts the step length.
func (v *volume) judge(best, value float64) float64 {
	if value <= best {
		if v.red++; v.red >= 20 {
			v.red = 0
			v.lambda = math.Max(1e-4, v.lambda*0.66)
		}
		return best
	}
	dot := 0.0
	for i, g := range v.slack {
		dot += g * v.mean[i]
	}
	if dot >= 0 { // green: still uphill
		v.lambda = math.Min(2, v.lambda*1.1)
	}
	copy(v.u, v.trial)
	v.red = 0
	return value
}
