// Package portfolio measures what a book of suppliers or debtors may lose.
//
// Solves for capital, expected and worst losses, concentration, and how one failure pulls others down. Takes exposures with
// PD, LGD and their ties and gives amounts, distributions and shares of them by name. Method: IRB formulas (Basel CRE31),
// IFRS 9 expected losses, CreditRisk+ (CSFB 1997) by Panjer's recursion, Vasicek and multi-factor simulation with importance
// sampling (Glasserman and Li 2005), granularity (Gordy and Lütkebohmert 2013), clearing (Eisenberg and Noe 2001), DebtRank
// (Battiston et al. 2012). Never: it knows no supplier's history; PDs come from package credit through the corridor.
package portfolio

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Exposure is what one obligor may cost.
type Exposure struct {
	ID       string
	EAD      float64 // exposure at default, in money of one currency
	PD       float64 // within a year
	LGD      float64 // share of it lost
	Loadings []float64
	// Loadings of the obligor's asset value on the common factors; the sum of squares is its asset correlation, below 1.
}

func (e *Exposure) validate(factors int) error {
	bad := func(field string, v float64) error {
		return fmt.Errorf("portfolio: exposure %q: %s is %g", e.ID, field, v)
	}
	r2 := 0.0
	for _, l := range e.Loadings {
		r2 += l * l
	}
	switch {
	case !(e.EAD >= 0) || math.IsInf(e.EAD, 0):
		return bad("EAD", e.EAD)
	case !(e.PD >= 0 && e.PD <= 1):
		return bad("PD", e.PD)
	case !(e.LGD >= 0 && e.LGD <= 1):
		return bad("LGD", e.LGD)
	case len(e.Loadings) != factors:
		return fmt.Errorf("portfolio: exposure %q has %d loadings, want %d", e.ID, len(e.Loadings), factors)
	case !(r2 < 1):
		return bad("sum of squared loadings", r2)
	}
	return nil
}

func validate(book []Exposure) error {
	if len(book) == 0 {
		return fmt.Errorf("portfolio: the book is empty")
	}
	for i := range book {
		if err := book[i].validate(len(book[0].Loadings)); err != nil {
			return err
		}
	}
	return nil
}

func normalCDF(x float64) float64      { return distuv.UnitNormal.CDF(x) }
func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// WCDR is the share of a fine-grained book that defaults in the q-worst year (Vasicek 2002).
func WCDR(pd, rho, q float64) float64 {
	if pd <= 0 || pd >= 1 {
		return math.Min(1, math.Max(0, pd))
	}
	return normalCDF((normalQuantile(pd) + math.Sqrt(rho)*normalQuantile(q)) / math.Sqrt(1-rho))
}

// DefaultRateSD is the standard deviation of a fine-grained book's default rate: √(E[p(X)²] − PD²), by Simpson's rule over
// the factor.
func DefaultRateSD(pd, rho float64) float64 {
	if pd <= 0 || pd >= 1 {
		return 0
	}
	g := normalQuantile(pd)
	const steps, reach = 2000, 9.0
	sum := 0.0
	for k := 0; k <= steps; k++ {
		x := -reach + 2*reach*float64(k)/steps
		p := normalCDF((g - math.Sqrt(rho)*x) / math.Sqrt(1-rho))
		w := 4.0
		switch {
		case k == 0 || k == steps:
			w = 1
		case k%2 == 0:
			w = 2
		}
		sum += w * p * p * distuv.UnitNormal.Prob(x)
	}
	return math.Sqrt(math.Max(0, sum*2*reach/steps/3-pd*pd))
}
