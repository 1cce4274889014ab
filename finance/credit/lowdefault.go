package credit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// jeffreys is the central 90 % interval of a rate seen as bads of n, with Jeffreys' prior.
func jeffreys(bads, n int) (low, high float64) {
	a, b := float64(bads)+0.5, float64(n-bads)+0.5
	low, high = mathext.InvRegIncBeta(a, b, 0.05), mathext.InvRegIncBeta(a, b, 0.95)
	if bads == 0 {
		low = 0
	}
	if bads == n && n > 0 {
		high = 1
	}
	return low, high
}

// PlutoTasche gives the most prudent PD of each grade (best first) at a confidence: the largest PD under which so few
// defaults among the cases of this grade and all worse ones would still come with probability 1−confidence (Pluto and
// Tasche, "Estimating Probabilities of Default for Low Default Portfolios", 2005, sections 2–4). correlation is that of the
// one-factor model, 0 = independent. Bounds never fall from a better to a worse grade.
func PlutoTasche(cases, defaults []int, confidence, correlation float64) ([]float64, error) {
	if len(cases) != len(defaults) {
		return nil, fmt.Errorf("credit: %d grades with cases, %d with defaults", len(cases), len(defaults))
	}
	if !(confidence > 0 && confidence < 1) || !(correlation >= 0 && correlation < 1) {
		return nil, fmt.Errorf("credit: confidence %g and correlation %g; want within 0…1", confidence, correlation)
	}
	out := make([]float64, len(cases))
	n, d := 0, 0
	for k := len(cases) - 1; k >= 0; k-- {
		if defaults[k] < 0 || defaults[k] > cases[k] {
			return nil, fmt.Errorf("credit: grade %d has %d defaults of %d cases", k, defaults[k], cases[k])
		}
		n += cases[k]
		d += defaults[k]
		out[k] = prudentPD(n, d, confidence, correlation)
		if k+1 < len(out) {
			out[k] = math.Min(out[k], out[k+1])
		}
	}
	return out, nil
}

func prudentPD(n, d int, confidence, correlation float64) float64 {
	switch {
	case n == 0 || d == n:
		return 1
	case correlation == 0:
		return mathext.InvRegIncBeta(float64(d+1), float64(n-d), confidence)
	}
	lo, hi := 0.0, 1.0
	for range 100 { // P(at most d defaults) falls with the PD
		mid := (lo + hi) / 2
		if fewDefaults(n, d, mid, correlation) > 1-confidence {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// fewDefaults is P(at most d of n default) in the one-factor model, by Simpson's rule over the factor.
func fewDefaults(n, d int, pd, correlation float64) float64 {
	normal := distuv.UnitNormal
	threshold := normal.Quantile(pd)
	const steps, reach = 400, 8.0
	sum := 0.0
	for k := 0; k <= steps; k++ {
		x := -reach + 2*reach*float64(k)/steps
		p := normal.CDF((threshold - math.Sqrt(correlation)*x) / math.Sqrt(1-correlation))
		within := 1.0
		if p > 0 && p < 1 {
			within = mathext.RegIncBeta(float64(n-d), float64(d+1), 1-p)
		} else if p >= 1 {
			within = 0
		}
		weight := 4.0
		switch {
		case k == 0 || k == steps:
			weight = 1
		case k%2 == 0:
			weight = 2
		}
		sum += weight * within * normal.Prob(x)
	}
	return sum * 2 * reach / steps / 3
}

// underJeffreys is the chance that the true rate behind bads of n is at most a stated PD, by Jeffreys' posterior: small
// where far more failed than stated.
func underJeffreys(bads, n int, pd float64) float64 {
	if n == 0 {
		return 1
	}
	return mathext.RegIncBeta(float64(bads)+0.5, float64(n-bads)+0.5, math.Min(1, math.Max(0, pd)))
}
