package combine

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

// Recipe is what a panel learned: how much each method is believed, how far a series' own trials may change that, and how
// wrong the blend is by step. It is plain data, made once and handed to every worker.
type Recipe struct {
	Methods []string
	Pooled  []float64 // weights of the whole panel, by method
	Losses  []float64 // pooled loss of each method, 1 = the first one's
	Gamma   float64   // own weights are Pooled · own loss^−Gamma
	Horizon int
	Growth  []float64 // mean error of step h over the mean of all steps
	Ratio   float64   // mean error of the blend over the naive scale
	Shape   []float64 // rising errors relative to what is expected of them, at even quantiles
	Loss    float64   // of the blend on its own trials
	Kind    Loss
	// Dependence of errors of different steps, as forecast.Simulate takes it.
	Dependence forecast.Dependence
	Norms      [2]float64 // the first method's scaled absolute (or squared) and symmetric percentage error
}

// wanted says which methods a recipe uses; the first one stands in for those that cannot answer.
func (r *Recipe) wanted(methods []forecast.Method) []bool {
	out := make([]bool, len(methods))
	for i := range out {
		out[i] = i == 0 || i < len(r.Pooled) && r.Pooled[i] > 0
	}
	return out
}

// bout is one origin of one series, with what a loss needs.
type bout struct {
	series int
	o      *origin
	steps  int // compared: those before a later origin that is being judged
}

// scorer computes losses; norms make the two halves of Balanced comparable.
type scorer struct {
	loss         Loss
	normA, normS float64
}

// of is the loss of means on a bout.
func (s *scorer) of(b *bout, means []float64) float64 {
	var abs, square, percent, n float64
	for h, y := range b.o.actual[:b.steps] {
		if math.IsNaN(y) {
			continue
		}
		e := means[h] - y
		n++
		abs += math.Abs(e)
		square += e * e
		if d := math.Abs(y) + math.Abs(means[h]); d > 0 {
			percent += math.Abs(e) / d
		}
	}
	if n == 0 {
		return 0
	}
	switch s.loss {
	case Absolute:
		return abs / n / b.o.scale / s.normA
	case Squared:
		return math.Sqrt(square/n) / b.o.scale / s.normA
	}
	return 0.5*abs/n/b.o.scale/s.normA + 0.5*percent/n/s.normS
}

// learn chooses pooled weights, the freedom of a series' own, and the spread.
func (p *Panel) learn(trials []trial) *Recipe {
	k := len(p.methods)
	r := &Recipe{Horizon: p.o.Horizon, Pooled: make([]float64, k), Losses: make([]float64, k), Ratio: 1, Dependence: forecast.DefaultDependence, Growth: slices.Repeat([]float64{1}, p.o.Horizon)}
	for _, m := range p.methods {
		r.Methods = append(r.Methods, m.Name())
	}
	bouts := boutsOf(trials)
	if len(bouts) == 0 {
		for i := range r.Pooled {
			r.Pooled[i] = 1 / float64(k)
		}
		return r
	}
	s := p.scorer(bouts)
	for i := range k {
		r.Losses[i] = s.mean(bouts, i)
	}
	r.Kind, r.Norms = s.loss, [2]float64{s.normA, s.normS}
	r.Pooled = s.greedy(bouts, k)
	for b := range bouts {
		r.Loss += s.of(&bouts[b], blendOf(bouts[b].o, r.Pooled)) / float64(len(bouts))
	}
	r.Gamma = s.gamma(trials, r)
	r.calibrate(trials)
	return r
}

func boutsOf(trials []trial) []bout {
	var all []bout
	for i := range trials {
		for j := range trials[i].origins {
			if o := &trials[i].origins[j]; o.scale > 0 && o.means[0] != nil {
				all = append(all, bout{i, o, len(o.actual)})
			}
		}
	}
	return all
}

func (p *Panel) scorer(bouts []bout) *scorer {
	s := &scorer{loss: p.o.Loss, normA: 1, normS: 1}
	if p.o.Loss != Balanced {
		s.normA = max(s.mean(bouts, 0), 1e-9)
		return s
	}
	both := *s
	both.loss = Absolute
	s.normA = max(both.mean(bouts, 0), 1e-9)
	sum := 0.0
	for i := range bouts {
		one := bouts[i]
		half := scorer{loss: Balanced, normA: math.Inf(1), normS: 1}
		sum += 2 * half.of(&one, one.o.means[0])
	}
	s.normS = max(sum/float64(len(bouts)), 1e-9)
	return s
}

// mean loss of method i; where it had no answer the first one's stands in.
func (s *scorer) mean(bouts []bout, i int) float64 {
	sum := 0.0
	for b := range bouts {
		sum += s.of(&bouts[b], meansOf(bouts[b].o, i))
	}
	return sum / float64(max(len(bouts), 1))
}

func meansOf(o *origin, i int) []float64 {
	if o.means[i] != nil {
		return o.means[i]
	}
	return o.means[0]
}

const (
	greedyRounds = 40
	greedyBags   = 6
	mostBouts    = 6000 // looked at by each bag
)

// greedy finds weights by forward selection with replacement, averaged over bags of series (Caruana, Niculescu-Mizil, Crew
// and Ksikes 2004): each round adds the method that lowers the pooled loss most. Bags share no series by halves: bag b
// leaves out every series whose index has the same remainder.
func (s *scorer) greedy(bouts []bout, k int) []float64 {
	weights := make([]float64, k)
	for bag := range greedyBags {
		var part []bout
		for _, b := range bouts {
			if mix(b.series, bag)%2 == 0 {
				part = append(part, b)
			}
		}
		if len(part) == 0 {
			part = bouts
		}
		if len(part) > mostBouts {
			thin := make([]bout, 0, mostBouts)
			for i := range mostBouts {
				thin = append(thin, part[i*len(part)/mostBouts])
			}
			part = thin
		}
		for i, w := range s.selection(part, k) {
			weights[i] += w / greedyBags
		}
	}
	return weights
}

// mix spreads series over bags.
func mix(series, bag int) uint64 {
	z := uint64(series)*0x9e3779b97f4a7c15 + uint64(bag)*0xd1b54a32d192ed03 + 0x632be59bd9b4e019
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 7
}

func (s *scorer) selection(bouts []bout, k int) []float64 {
	sums := make([][]float64, len(bouts))
	longest := 0
	for b := range bouts {
		sums[b] = make([]float64, bouts[b].steps)
		longest = max(longest, bouts[b].steps)
	}
	try := make([]float64, longest)
	count := make([]float64, k)
	bestLoss, bestCount, bestRound := math.Inf(1), make([]float64, k), 1.0
	for round := 1; round <= greedyRounds; round++ {
		pick, least := -1, math.Inf(1)
		for i := range k {
			loss := 0.0
			for b := range bouts {
				f := meansOf(bouts[b].o, i)
				t := try[:bouts[b].steps]
				for h, v := range sums[b] {
					t[h] = (v + f[h]) / float64(round)
				}
				loss += s.of(&bouts[b], t)
				if loss >= least {
					break
				}
			}
			if loss < least {
				pick, least = i, loss
			}
		}
		for b := range bouts {
			addTo(sums[b], meansOf(bouts[b].o, pick)[:bouts[b].steps], 1)
		}
		count[pick]++
		if least <= bestLoss {
			bestLoss, bestRound = least, float64(round)
			copy(bestCount, count)
		}
	}
	for i := range bestCount {
		bestCount[i] /= bestRound
	}
	return bestCount
}

// gammas that are tried: 0 leaves every series with the panel's weights.
var gammas = []float64{0, 0.5, 1, 2, 4}

// gamma tries how far the losses of a series' earlier origins help on its latest one, where nothing of the latest is
// known: of the earlier origins only the steps before it count.
func (s *scorer) gamma(trials []trial, r *Recipe) float64 {
	best, least := 0.0, math.Inf(1)
	for _, g := range gammas {
		loss, n := 0.0, 0.0
		for i := range trials {
			t := &trials[i]
			if len(t.origins) < 2 || t.origins[0].scale <= 0 || t.origins[0].means[0] == nil {
				continue
			}
			latest := &t.origins[0]
			loss += s.of(&bout{i, latest, len(latest.actual)}, blendOf(latest, s.weigh(t.before(0), r, g)))
			n++
		}
		if n > 0 && loss < least*0.999 {
			best, least = g, loss
		}
	}
	return best
}

// weigh gives a series' weights from its bouts: pooled ones times own losses^−gamma, each own loss shrunk to the pooled
// one as if that were one more bout.
func (s *scorer) weigh(own []bout, r *Recipe, gamma float64) []float64 {
	w := slices.Clone(r.Pooled)
	if gamma == 0 || len(own) == 0 {
		return w
	}
	size := 0.0 // own losses are relative to the blend of the panel's, so that a hard series is not all noise
	for b := range own {
		size += s.of(&own[b], blendOf(own[b].o, w)) / float64(len(own))
	}
	if size <= 0 {
		return w
	}
	total := 0.0
	for i := range w {
		if w[i] == 0 {
			continue
		}
		loss := 0.0
		for b := range own {
			loss += s.of(&own[b], meansOf(own[b].o, i))
		}
		loss = (loss/size + r.Losses[i]/max(r.Loss, 1e-9)) / float64(len(own)+1)
		w[i] *= math.Pow(max(loss, 0.05), -gamma)
		total += w[i]
	}
	for i := range w {
		w[i] /= total
	}
	return w
}

func blendOf(o *origin, weights []float64) []float64 {
	out := make([]float64, len(o.actual))
	for i, w := range weights {
		if w > 0 {
			addTo(out, meansOf(o, i), w)
		}
	}
	return out
}

// own gives the weights of a series from all its trials.
func (r *Recipe) own(t *trial) []float64 { return r.ownBefore(t, -1) }

// ownBefore gives the weights that a series would have had at its origin j, from what was known there; −1 = now.
func (r *Recipe) ownBefore(t *trial, j int) []float64 {
	s := &scorer{loss: r.Kind, normA: max(r.Norms[0], 1e-9), normS: max(r.Norms[1], 1e-9)}
	return s.weigh(t.before(j), r, r.Gamma)
}

// before lists the bouts that were over at origin j, cut to the steps before it; −1 = now, when all are. Origins come latest first.
func (t *trial) before(j int) []bout {
	var known []bout
	for k := j + 1; k < len(t.origins); k++ {
		o := &t.origins[k]
		steps := len(o.actual)
		if j >= 0 {
			steps = min(steps, t.origins[j].at-o.at)
		}
		if steps > 0 && o.scale > 0 && o.means[0] != nil {
			known = append(known, bout{0, o, steps})
		}
	}
	return known
}
