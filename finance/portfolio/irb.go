package portfolio

import (
	"fmt"
	"math"
)

// Class is a Basel asset class.
type Class string

// Classes with formulas of their own.
const (
	Corporate Class = "corporate"
	SME       Class = "sme" // corporate with the firm-size adjustment
	Retail    Class = "retail"
	Mortgage  Class = "mortgage"
)

// Capital is what the IRB approach asks for one unit of exposure.
type Capital struct {
	Correlation float64
	K           float64 // capital per unit of EAD, for unexpected loss
	RiskWeight  float64 // 12.5·K
}

// IRB gives the capital of an exposure (Basel CRE31.5–31.24; Basel II §272–273, 328–330; without the 1.06 of Basel II).
// maturityYears counts for corporates alone (1…5); turnoverMEUR, 5…50, for SMEs alone. An error names what is out of range.
func IRB(class Class, pd, lgd, maturityYears, turnoverMEUR float64) (Capital, error) {
	if !(pd > 0 && pd < 1) || !(lgd >= 0 && lgd <= 1) {
		return Capital{}, fmt.Errorf("portfolio: IRB: PD %g and LGD %g; want 0…1", pd, lgd)
	}
	weight := func(k float64) float64 { return (1 - math.Exp(-k*pd)) / (1 - math.Exp(-k)) }
	var r float64
	maturity := 1.0
	switch class {
	case Corporate, SME:
		w := weight(50)
		r = 0.12*w + 0.24*(1-w)
		if class == SME {
			s := math.Min(50, math.Max(5, turnoverMEUR))
			r -= 0.04 * (1 - (s-5)/45)
		}
		m := math.Min(5, math.Max(1, maturityYears))
		b := 0.11852 - 0.05478*math.Log(pd)
		b *= b
		maturity = (1 + (m-2.5)*b) / (1 - 1.5*b)
	case Retail:
		w := weight(35)
		r = 0.03*w + 0.16*(1-w)
	case Mortgage:
		r = 0.15
	default:
		return Capital{}, fmt.Errorf("portfolio: IRB: class %q is not known", class)
	}
	k := math.Max(0, lgd*(WCDR(pd, r, 0.999)-pd)*maturity)
	return Capital{Correlation: r, K: k, RiskWeight: 12.5 * k}, nil
}

// HHI is the Herfindahl–Hirschman index of shares, and the number of equal parts that would have it.
func HHI(shares []float64) (index, effective float64) {
	for _, s := range shares {
		index += s * s
	}
	if index > 0 {
		effective = 1 / index
	}
	return index, effective
}

// Granularity is the add-on for a book's few large parts as a share of its EAD (Gordy and Lütkebohmert, International
// Journal of Central Banking 9(3), 2013, eq. 9, without higher terms of small sizes). shares of EAD, PD and LGD run
// parallel; nu is the spread of LGD, xi the precision of the sector's gamma. K is the IRB capital of corporates with no
// maturity term.
func Granularity(shares, pd, lgd []float64, nu, xi, q float64) (addOn, delta float64, err error) {
	if len(pd) != len(shares) || len(lgd) != len(shares) || len(shares) == 0 || !(xi > 0) {
		return 0, 0, fmt.Errorf("portfolio: granularity: %d shares, %d PDs, %d LGDs, precision %g", len(shares), len(pd), len(lgd), xi)
	}
	delta = gammaDelta(xi, q)
	var whole, sum float64
	for i, s := range shares {
		if !(lgd[i] > 0) || !(pd[i] > 0 && pd[i] < 1) {
			return 0, 0, fmt.Errorf("portfolio: granularity: part %d has PD %g and LGD %g", i, pd[i], lgd[i])
		}
		w := (1 - math.Exp(-50*pd[i])) / (1 - math.Exp(-50))
		k := lgd[i] * (WCDR(pd[i], 0.12*w+0.24*(1-w), q) - pd[i])
		c := (lgd[i]*lgd[i] + nu*lgd[i]*(1-lgd[i])) / lgd[i]
		whole += s * k
		sum += s * s * c * (delta*(k+lgd[i]*pd[i]) - k)
	}
	return sum / (2 * whole), delta, nil
}
