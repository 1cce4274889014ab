package portfolio

import (
	"fmt"
	"math"
)

// Stage of IFRS 9.
type Stage int

// StageOf says in which stage an exposure is: 3 from 90 days late or on default, 2 from 30 days late or when its lifetime
// PD has risen to at least double and by half a percentage point, else 1 (IFRS 9 5.5.3–5.5.11, B5.5.37).
func StageOf(daysLate int, defaulted bool, pdAtStart, pdNow float64) Stage {
	switch {
	case defaulted || daysLate >= 90:
		return 3
	case daysLate >= 30 || pdNow >= 2*pdAtStart && pdNow-pdAtStart >= 0.005:
		return 2
	}
	return 1
}

// LifetimeECL is Σ S(t−1)·PD_t·LGD·EAD_t/(1+EIR)^t over years, PDs conditional on having lived until then (IFRS 9 5.5.17,
// B5.5.28–29); stage 1 takes the first year alone. survival is the chance to live through all.
func LifetimeECL(conditionalPD, ead []float64, lgd, eir float64) (ecl, survival float64, err error) {
	if len(conditionalPD) != len(ead) {
		return 0, 0, fmt.Errorf("portfolio: expected loss: %d PDs for %d exposures", len(conditionalPD), len(ead))
	}
	survival = 1
	for t, pd := range conditionalPD {
		if !(pd >= 0 && pd <= 1) || !(ead[t] >= 0) || !(lgd >= 0 && lgd <= 1) || !(eir > -1) {
			return 0, 0, fmt.Errorf("portfolio: expected loss: year %d: PD %g, exposure %g, LGD %g, rate %g", t+1, pd, ead[t], lgd, eir)
		}
		ecl += survival * pd * lgd * ead[t] / math.Pow(1+eir, float64(t+1))
		survival *= 1 - pd
	}
	return ecl, survival, nil
}

// Weighted is the mean of scenarios' losses by their weights (IFRS 9 5.5.17(a)); weights must add up to 1.
func Weighted(losses, weights []float64) (float64, error) {
	sum, total := 0.0, 0.0
	for k := range losses {
		if k >= len(weights) || !(weights[k] >= 0) {
			return 0, fmt.Errorf("portfolio: scenario %d has no weight", k)
		}
		sum += losses[k] * weights[k]
		total += weights[k]
	}
	if math.Abs(total-1) > 1e-9 || len(losses) != len(weights) {
		return 0, fmt.Errorf("portfolio: %d scenarios whose %d weights add up to %g, want 1", len(losses), len(weights), total)
	}
	return sum, nil
}

// ProvisionMatrix is the loss allowance of receivables by age (IFRS 9 B5.5.35): each bucket's amount and the whole.
func ProvisionMatrix(gross, rate []float64) (byBucket []float64, total float64, err error) {
	if len(gross) != len(rate) {
		return nil, 0, fmt.Errorf("portfolio: provision matrix: %d amounts, %d rates", len(gross), len(rate))
	}
	for k := range gross {
		byBucket = append(byBucket, gross[k]*rate[k])
		total += gross[k] * rate[k]
	}
	return byBucket, total, nil
}

// RollRates are the shares of what reaches each bucket of age that is never paid: of the sales and what was paid in each
// bucket, in order.
func RollRates(sales float64, paid []float64) ([]float64, error) {
	lost := sales
	for _, p := range paid {
		lost -= p
	}
	if !(sales > 0) || lost < 0 {
		return nil, fmt.Errorf("portfolio: roll rates: %g paid beyond sales of %g", -lost, sales)
	}
	var out []float64
	open := sales
	for k := 0; ; k++ {
		if open <= 0 {
			out = append(out, 0)
		} else {
			out = append(out, lost/open)
		}
		if k == len(paid) {
			return out, nil
		}
		open -= paid[k]
	}
}
