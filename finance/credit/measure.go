package credit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Measures say how well probabilities p of a bad event foretold y (1 = it came).
type Measures struct {
	N        int     `json:"n"`
	Bads     int     `json:"bads"`
	AUC      float64 `json:"auc"`
	Gini     float64 `json:"gini"`
	KS       float64 `json:"ks"`
	Brier    float64 `json:"brier"`
	LogLoss  float64 `json:"log_loss"` // with p kept within 1e-7…1−1e-7
	AP       float64 `json:"average_precision"`
	ECE      float64 `json:"ece"`       // ten bins of equally many cases
	HMeasure float64 `json:"h_measure"` // Hand 2009, costs Beta(2, 2)
	// Reliability, resolution and uncertainty part the Brier score over the ten bins (Murphy 1973).
	Reliability float64 `json:"reliability"`
	Resolution  float64 `json:"resolution"`
	Uncertainty float64 `json:"uncertainty"`
	// HosmerLemeshow is the statistic over the ten bins, about χ² with 8 degrees of freedom for a calibrated model.
	HosmerLemeshow float64 `json:"hosmer_lemeshow"`
}

// Measure computes all measures; an error says why there are none: unequal lengths, a p that is no probability, one class.
func Measure(y, p []float64) (Measures, error) {
	if len(y) != len(p) {
		return Measures{}, fmt.Errorf("credit: %d outcomes but %d probabilities", len(y), len(p))
	}
	m := Measures{N: len(y)}
	for i := range y {
		if y[i] != 0 && y[i] != 1 || !(p[i] >= 0 && p[i] <= 1) {
			return Measures{}, fmt.Errorf("credit: row %d: outcome %g and probability %g; want 0 or 1 and 0…1", i, y[i], p[i])
		}
		m.Bads += int(y[i])
		m.Brier += (p[i] - y[i]) * (p[i] - y[i]) / float64(len(y))
		q := math.Min(1-1e-7, math.Max(1e-7, p[i]))
		m.LogLoss -= (y[i]*math.Log(q) + (1-y[i])*math.Log(1-q)) / float64(len(y))
	}
	if m.Bads == 0 || m.Bads == m.N {
		return Measures{}, fmt.Errorf("credit: %d bad of %d cases: both outcomes are needed", m.Bads, m.N)
	}
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	m.ranked(y, p, order)
	m.binned(y, p, order)
	m.HMeasure = hMeasure(y, p, order)
	return m, nil
}

// ranked fills what depends on the order alone; ties count half.
func (m *Measures) ranked(y, p []float64, order []int) {
	bads, goods := float64(m.Bads), float64(m.N-m.Bads)
	var seenBad, seenGood, area float64
	for i := 0; i < len(order); {
		var b, g float64
		for at := p[order[i]]; i < len(order) && p[order[i]] == at; i++ {
			b += y[order[i]]
			g += 1 - y[order[i]]
		}
		area += b * (seenGood + g/2)
		seenBad += b
		seenGood += g
		m.KS = math.Max(m.KS, math.Abs(seenBad/bads-seenGood/goods))
	}
	m.AUC = area / (bads * goods)
	m.Gini = 2*m.AUC - 1
	var hits, seen float64
	for i := len(order) - 1; i >= 0; { // average precision: the mean precision at each bad case, ties at once
		var b, n float64
		for at := p[order[i]]; i >= 0 && p[order[i]] == at; i-- {
			b += y[order[i]]
			n++
		}
		hits += b
		seen += n
		m.AP += b / bads * hits / seen
	}
}

const measureBins = 10

// binned fills what is told by ten bins of equally many cases.
func (m *Measures) binned(y, p []float64, order []int) {
	n := float64(len(order))
	base := float64(m.Bads) / n
	m.Uncertainty = base * (1 - base)
	for b := range measureBins {
		lo, hi := b*len(order)/measureBins, (b+1)*len(order)/measureBins
		if lo == hi {
			continue
		}
		var sumP, sumY float64
		for _, i := range order[lo:hi] {
			sumP += p[i]
			sumY += y[i]
		}
		size := float64(hi - lo)
		meanP, rate := sumP/size, sumY/size
		m.ECE += size / n * math.Abs(meanP-rate)
		m.Reliability += size / n * (meanP - rate) * (meanP - rate)
		m.Resolution += size / n * (rate - base) * (rate - base)
		if v := meanP * (1 - meanP); v > 0 {
			m.HosmerLemeshow += (sumY - sumP) * (sumY - sumP) / (size * v)
		}
	}
}

// hMeasure is Hand's H with costs Beta(2, 2) (Hand, Machine Learning 77, 2009): the least expected cost over the convex hull
// of the ROC curve against that of the better trivial rule.
func hMeasure(y, p []float64, order []int) float64 {
	var bads float64
	for _, v := range y {
		bads += v
	}
	n := float64(len(y))
	pi1, pi0 := bads/n, 1-bads/n // of the bad and the good
	type point struct{ fpr, tpr float64 }
	roc := []point{{0, 0}}
	var fp, tp float64
	for i := len(order) - 1; i >= 0; {
		for at := p[order[i]]; i >= 0 && p[order[i]] == at; i-- {
			tp += y[order[i]]
			fp += 1 - y[order[i]]
		}
		next := point{fp / (n - bads), tp / bads}
		for len(roc) > 1 {
			a, b := roc[len(roc)-2], roc[len(roc)-1]
			if (b.tpr-a.tpr)*(next.fpr-a.fpr) > (next.tpr-a.tpr)*(b.fpr-a.fpr) {
				break
			}
			roc = roc[:len(roc)-1]
		}
		roc = append(roc, next)
	}
	// At cost c of a false alarm (1−c of a miss), a hull corner holds between the costs of its two edges.
	b0 := func(c float64) float64 { return c*c*(3-2*c) - 0 }         // ∫ 6c(1−c) = 3c²−2c³
	b1 := func(c float64) float64 { return c * c * c * (2 - 1.5*c) } // ∫ 6c²(1−c) = 2c³−1.5c⁴
	miss := func(lo, hi float64) float64 { return b0(hi) - b0(lo) - (b1(hi) - b1(lo)) }
	alarm := func(lo, hi float64) float64 { return b1(hi) - b1(lo) }
	loss, hi := 0.0, 1.0
	for k, at := range roc {
		lo := 0.0
		if k+1 < len(roc) {
			up, right := pi1*(roc[k+1].tpr-at.tpr), pi0*(roc[k+1].fpr-at.fpr)
			lo = up / (up + right)
		}
		if lo < hi {
			loss += pi1*(1-at.tpr)*miss(lo, hi) + pi0*at.fpr*alarm(lo, hi)
			hi = lo
		}
	}
	trivial := pi0*alarm(0, pi1) + pi1*miss(pi1, 1)
	return 1 - loss/trivial
}
