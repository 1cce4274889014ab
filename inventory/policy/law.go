package policy

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Law is a probability distribution of demand that policies can be computed from.
type Law interface {
	Mean() float64
	CDF(x float64) float64      // P(X ≤ x)
	Quantile(p float64) float64 // the smallest x with CDF(x) ≥ p, 0 ≤ p < 1
	Loss(x float64) float64     // E[(X − x)+]
}

// SmoothLaw is a Law whose second loss is known: ½·E[((X − x)+)²].
type SmoothLaw interface {
	Law
	SecondLoss(x float64) float64
}

// WholeLaw is a Law of whole numbers from 0 up. Its second loss, at whole x, is ½·E[(X − x)+·(X − x − 1)+], so that sums of
// losses over neighbouring levels are differences of it (Zipkin 2000, §C.2).
type WholeLaw interface {
	SmoothLaw
	Prob(k int) float64
}

// Normal is the normal law with mean Mu and standard deviation Sigma > 0 (Snyder & Shen 2019, §C.3.1).
type Normal struct{ Mu, Sigma float64 }

// Mean is Mu.
func (n Normal) Mean() float64 { return n.Mu }

// CDF is P(X ≤ x).
func (n Normal) CDF(x float64) float64 { return distuv.UnitNormal.CDF((x - n.Mu) / n.Sigma) }

// Quantile inverts CDF.
func (n Normal) Quantile(p float64) float64 { return n.Mu + n.Sigma*distuv.UnitNormal.Quantile(p) }

// Loss is σ·(φ(z) − z·(1 − Φ(z))).
func (n Normal) Loss(x float64) float64 {
	z := (x - n.Mu) / n.Sigma
	return n.Sigma * (distuv.UnitNormal.Prob(z) - z*distuv.UnitNormal.Survival(z))
}

// SecondLoss is σ²/2·((z² + 1)·(1 − Φ(z)) − z·φ(z)).
func (n Normal) SecondLoss(x float64) float64 {
	z := (x - n.Mu) / n.Sigma
	return n.Sigma * n.Sigma / 2 * ((z*z+1)*distuv.UnitNormal.Survival(z) - z*distuv.UnitNormal.Prob(z))
}

// Gamma is the gamma law with Shape and Scale, both > 0.
type Gamma struct{ Shape, Scale float64 }

// Mean is Shape·Scale.
func (g Gamma) Mean() float64 { return g.Shape * g.Scale }

// CDF is P(X ≤ x).
func (g Gamma) CDF(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return mathext.GammaIncReg(g.Shape, x/g.Scale)
}

// Quantile inverts CDF.
func (g Gamma) Quantile(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return g.Scale * mathext.GammaIncRegInv(g.Shape, p)
}

// Loss is E[(X − x)+].
func (g Gamma) Loss(x float64) float64 {
	if x <= 0 {
		return g.Mean() - x
	}
	y := x / g.Scale
	return math.Max(0, g.Mean()*mathext.GammaIncRegComp(g.Shape+1, y)-x*mathext.GammaIncRegComp(g.Shape, y))
}

// SecondLoss is ½·E[((X − x)+)²] from the gamma laws with one and two more stages.
func (g Gamma) SecondLoss(x float64) float64 {
	m2 := g.Shape * (g.Shape + 1) * g.Scale * g.Scale
	if x <= 0 {
		return (m2 - 2*x*g.Mean() + x*x) / 2
	}
	y := x / g.Scale
	return (m2*mathext.GammaIncRegComp(g.Shape+2, y) - 2*x*g.Mean()*mathext.GammaIncRegComp(g.Shape+1, y) +
		x*x*mathext.GammaIncRegComp(g.Shape, y)) / 2
}

// Exponential is the exponential law with rate Rate > 0: the gamma law of shape 1.
func Exponential(rate float64) Gamma { return Gamma{Shape: 1, Scale: 1 / rate} }

// Lognormal is the law of e^Y for normal Y with mean Mu and standard deviation Sigma > 0.
type Lognormal struct{ Mu, Sigma float64 }

// Mean is e^(μ + σ²/2).
func (l Lognormal) Mean() float64 { return math.Exp(l.Mu + l.Sigma*l.Sigma/2) }

// CDF is P(X ≤ x).
func (l Lognormal) CDF(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return distuv.UnitNormal.CDF((math.Log(x) - l.Mu) / l.Sigma)
}

// Quantile inverts CDF.
func (l Lognormal) Quantile(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return math.Exp(l.Mu + l.Sigma*distuv.UnitNormal.Quantile(p))
}

// Loss is E[(X − x)+] (Black & Scholes 1973 in other words).
func (l Lognormal) Loss(x float64) float64 {
	if x <= 0 {
		return l.Mean() - x
	}
	d := (l.Mu + l.Sigma*l.Sigma - math.Log(x)) / l.Sigma
	return l.Mean()*distuv.UnitNormal.CDF(d) - x*distuv.UnitNormal.CDF(d-l.Sigma)
}

// Uniform is the law of equal density between Low and High > Low.
type Uniform struct{ Low, High float64 }

// Mean is the middle.
func (u Uniform) Mean() float64 { return (u.Low + u.High) / 2 }

// CDF is P(X ≤ x).
func (u Uniform) CDF(x float64) float64 {
	return math.Min(1, math.Max(0, (x-u.Low)/(u.High-u.Low)))
}

// Quantile inverts CDF.
func (u Uniform) Quantile(p float64) float64 { return u.Low + p*(u.High-u.Low) }

// Loss is E[(X − x)+].
func (u Uniform) Loss(x float64) float64 {
	switch {
	case x <= u.Low:
		return u.Mean() - x
	case x >= u.High:
		return 0
	}
	return (u.High - x) * (u.High - x) / (2 * (u.High - u.Low))
}

// SecondLoss is ½·E[((X − x)+)²].
func (u Uniform) SecondLoss(x float64) float64 {
	w := u.High - u.Low
	if x <= u.Low {
		return (w*w/12 + (u.Mean()-x)*(u.Mean()-x)) / 2
	}
	rest := math.Max(0, u.High-x)
	return rest * rest * rest / (6 * w)
}

// table is a law of whole numbers by its probabilities, with the sums that policies ask for.
type table struct {
	p    []float64
	cdf  []float64
	loss []float64 // E[(X − k)+]
	mean float64
	m2   float64 // E[X·(X − 1)]
}

// tableTail is the probability beyond the last entry that is left out.
const tableTail = 1e-17

// maxTable is how many whole numbers a law may spread over.
const maxTable = 5_000_000

func newTable(p []float64, mean, factorial float64) *table {
	t := &table{p: p, mean: mean, m2: factorial, cdf: make([]float64, len(p)), loss: make([]float64, len(p)+1)}
	sum := 0.0
	for k, v := range p {
		sum += v
		t.cdf[k] = math.Min(1, sum)
	}
	for k := len(p) - 1; k >= 0; k-- {
		t.loss[k] = t.loss[k+1] + t.above(k)
	}
	return t
}

// above is P(X > k), summed from the far end where that is the better conditioned way.
func (t *table) above(k int) float64 { return math.Max(0, 1-t.cdf[k]) }

// Mean is E[X].
func (t *table) Mean() float64 { return t.mean }

// Prob is P(X = k).
func (t *table) Prob(k int) float64 {
	if k < 0 || k >= len(t.p) {
		return 0
	}
	return t.p[k]
}

// CDF is P(X ≤ x).
func (t *table) CDF(x float64) float64 {
	switch {
	case x < 0:
		return 0
	case x >= float64(len(t.p)-1):
		return 1
	}
	return t.cdf[int(x)]
}

// Quantile is the smallest whole x with CDF(x) ≥ p.
func (t *table) Quantile(p float64) float64 {
	return float64(min(len(t.p)-1, sort.SearchFloat64s(t.cdf, p)))
}

// Loss is E[(X − x)+], straight between whole numbers.
func (t *table) Loss(x float64) float64 {
	switch {
	case x <= 0:
		return t.mean - x
	case x >= float64(len(t.p)-1):
		return 0
	}
	k := int(x)
	return t.loss[k] - (x-float64(k))*(t.loss[k]-t.loss[k+1])
}

// SecondLoss is ½·E[(X − x)+·(X − x − 1)+] at whole x.
func (t *table) SecondLoss(x float64) float64 {
	k := int(math.Floor(x))
	if k <= 0 {
		n := float64(k)
		return (t.m2 - 2*n*t.mean + n*(n+1)) / 2
	}
	sum := 0.0
	for j := len(t.p) - 1; j > k; j-- {
		sum += t.loss[j]
	}
	return sum
}

// NewPoisson is the Poisson law with the given mean, 0 < mean ≤ 10⁶.
func NewPoisson(mean float64) (WholeLaw, error) {
	if !(mean > 0) || mean > 1e6 {
		return nil, fmt.Errorf("policy: a Poisson law needs a mean in 0…10⁶, got %g", mean)
	}
	d := distuv.Poisson{Lambda: mean}
	return newTable(collect(mean, func(k int) float64 { return d.Prob(float64(k)) }), mean, mean*mean), nil
}

// NewNegativeBinomial is the law of the number of successes before a number of failures, by mean and standard deviation,
// sd² > mean > 0: demand by customers who come at random and take logarithmically many.
func NewNegativeBinomial(mean, sd float64) (WholeLaw, error) {
	if !(mean > 0) || !(sd*sd > mean) || mean > 1e6 || sd > 1e6 {
		return nil, fmt.Errorf("policy: a negative binomial law needs 0 < mean < sd², got mean %g and sd %g", mean, sd)
	}
	r := mean * mean / (sd*sd - mean)
	q := 1 - mean/(sd*sd)
	top, _ := math.Lgamma(r)
	p := collect(mean, func(k int) float64 {
		a, _ := math.Lgamma(r + float64(k))
		b, _ := math.Lgamma(float64(k) + 1)
		return math.Exp(a - top - b + r*math.Log1p(-q) + float64(k)*math.Log(q))
	})
	return newTable(p, mean, sd*sd+mean*mean-mean), nil
}

// NewGeometric is the law of the number of trials up to the first success of probability 0 < p < 1; it begins at 1.
func NewGeometric(p float64) (WholeLaw, error) {
	if !(p > 1e-5 && p < 1) {
		return nil, fmt.Errorf("policy: a geometric law needs 10⁻⁵ < p < 1, got %g", p)
	}
	t := collect(1/p, func(k int) float64 {
		if k == 0 {
			return 0
		}
		return p * math.Exp(float64(k-1)*math.Log1p(-p))
	})
	return newTable(t, 1/p, 2*(1-p)/(p*p)), nil
}

// NewTable is the law with the given probabilities of 0, 1, 2, …; they must not be negative and sum to 1 within 10⁻⁶.
func NewTable(p []float64) (WholeLaw, error) {
	sum, mean, factorial := 0.0, 0.0, 0.0
	for k, v := range p {
		if !(v >= 0) {
			return nil, fmt.Errorf("policy: probability of %d is %g", k, v)
		}
		sum += v
		mean += v * float64(k)
		factorial += v * float64(k) * float64(k-1)
	}
	if len(p) == 0 || len(p) > maxTable || math.Abs(sum-1) > 1e-6 {
		return nil, fmt.Errorf("policy: %d probabilities that sum to %g; they must sum to 1", len(p), sum)
	}
	return newTable(append([]float64(nil), p...), mean, factorial), nil
}

// collect lists probabilities until what is left beyond the mean vanishes.
func collect(mean float64, prob func(k int) float64) []float64 {
	var p []float64
	for k := 0; k < maxTable; k++ {
		v := prob(k)
		p = append(p, v)
		if float64(k) > mean && v*float64(k) < tableTail {
			break
		}
	}
	return p
}

// FitLaw gives a law with the wanted moments for whole demand: Poisson or negative binomial where the variance allows, gamma
// above a mean of 1,000 or where demand varies less than Poisson. sd may be 0 only with mean 0 or as certainty is meant.
func FitLaw(mean, sd float64) (Law, error) {
	switch {
	case !(mean >= 0) || !(sd >= 0) || math.IsInf(mean, 0) || math.IsInf(sd, 0):
		return nil, fmt.Errorf("policy: mean %g and standard deviation %g must be finite and not negative", mean, sd)
	case mean == 0:
		return NewTable([]float64{1})
	case mean <= 1000 && sd*sd > mean*1.0001 && sd < 1e4:
		return NewNegativeBinomial(mean, sd)
	case mean <= 1000 && sd*sd > mean*0.98:
		return NewPoisson(mean)
	}
	d, err := NewDistribution(nil, nil, mean, sd)
	return &d, err
}

// LeadTimeMoments gives mean and standard deviation of demand over a random lead time that does not cross: E[L]·μ and
// √(E[L]·σ² + Var[L]·μ²), for demand with mean μ and standard deviation σ per period (Silver, Pyke & Thomas 2017, §6.10).
func LeadTimeMoments(mean, sd, leadMean, leadSD float64) (mu, sigma float64) {
	return leadMean * mean, math.Sqrt(leadMean*sd*sd + leadSD*leadSD*mean*mean)
}
