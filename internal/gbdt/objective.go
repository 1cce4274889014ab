package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// Objective is a loss of a score and a target. Scores are on the scale where trees add up; Response maps them to the
// scale of the target.
type Objective interface {
	Name() string
	// Takes says whether a target is in its domain.
	Takes(y float64) bool
	// Start is the constant score that begins the model.
	Start(y, weight []float64, rows []int32) float64
	// Gradients fills the first and second derivative of the loss of each row from lo to hi.
	Gradients(score, y []float64, lo, hi int, grad, hess []float32)
	Loss(score, y float64) float64
	Response(score float64) float64
}

// renewing objectives set a leaf's value to a quantile of its residuals, since their second derivative says nothing.
type renewing interface{ residualQuantile() float64 }

// L2 is half the squared error.
type L2 struct{}

// L1 is the absolute error; leaves take the median of their residuals.
type L1 struct{}

// Huber is quadratic up to Delta (default 1) and linear beyond (Huber, Annals of Mathematical Statistics 35, 1964).
type Huber struct{ Delta float64 }

// Poisson is for counts, with a log link.
type Poisson struct{}

// Tweedie is for sums of many zeros and some positive amounts, with a log link and variance power 1 < Power < 2 (default 1.5).
type Tweedie struct{ Power float64 }

// Quantile is the pinball loss at Level in (0, 1) (Koenker and Bassett, Econometrica 46, 1978).
type Quantile struct{ Level float64 }

// Logistic is for targets 0 and 1 (or shares between); Response is a probability.
type Logistic struct{}

// Custom takes derivatives from the caller. Label names it in the model file; the response is the score itself.
type Custom struct {
	Label  string
	Derive func(score, y float64) (grad, hess float64)
	Losses func(score, y float64) float64
}

func (L2) Name() string                                 { return "l2" }
func (L2) Takes(float64) bool                           { return true }
func (L2) Start(y, w []float64, rows []int32) float64   { return mean(y, w, rows) }
func (L2) Loss(s, y float64) float64                    { return (s - y) * (s - y) / 2 }
func (L2) Response(s float64) float64                   { return s }
func (L1) Name() string                                 { return "l1" }
func (L1) Takes(float64) bool                           { return true }
func (L1) Start(y, w []float64, rows []int32) float64   { return weightedQuantile(y, w, rows, 0.5) }
func (L1) Loss(s, y float64) float64                    { return math.Abs(s - y) }
func (L1) Response(s float64) float64                   { return s }
func (L1) residualQuantile() float64                    { return 0.5 }
func (o Huber) Name() string                            { return fmt.Sprintf("huber:%g", o.delta()) }
func (Huber) Takes(float64) bool                        { return true }
func (Huber) Start(y, w []float64, r []int32) float64   { return weightedQuantile(y, w, r, 0.5) }
func (Huber) Response(s float64) float64                { return s }
func (Poisson) Name() string                            { return "poisson" }
func (Poisson) Takes(y float64) bool                    { return y >= 0 }
func (Poisson) Response(s float64) float64              { return math.Exp(s) }
func (Poisson) Loss(s, y float64) float64               { return math.Exp(s) - y*s }
func (o Tweedie) Name() string                          { return fmt.Sprintf("tweedie:%g", o.power()) }
func (Tweedie) Takes(y float64) bool                    { return y >= 0 }
func (Tweedie) Response(s float64) float64              { return math.Exp(s) }
func (o Quantile) Name() string                         { return fmt.Sprintf("quantile:%g", o.Level) }
func (o Quantile) Takes(float64) bool                   { return o.Level > 0 && o.Level < 1 }
func (o Quantile) Response(s float64) float64           { return s }
func (o Quantile) residualQuantile() float64            { return o.Level }
func (Logistic) Name() string                           { return "logistic" }
func (Logistic) Takes(y float64) bool                   { return y >= 0 && y <= 1 }
func (Logistic) Response(s float64) float64             { return sigmoid(s) }
func (Poisson) Start(y, w []float64, r []int32) float64 { return logMean(y, w, r) }
func (Tweedie) Start(y, w []float64, r []int32) float64 { return logMean(y, w, r) }
func (o Custom) Name() string                           { return "custom:" + o.Label }
func (Custom) Takes(float64) bool                       { return true }
func (Custom) Start(_, _ []float64, _ []int32) float64  { return 0 }
func (Custom) Response(s float64) float64               { return s }

func (o Quantile) Start(y, w []float64, rows []int32) float64 {
	return weightedQuantile(y, w, rows, o.Level)
}

// Start is the log-odds of the mean, kept away from certainty.
func (Logistic) Start(y, w []float64, rows []int32) float64 {
	p := math.Min(1-1e-7, math.Max(1e-7, mean(y, w, rows)))
	return math.Log(p / (1 - p))
}

func (o Custom) Loss(s, y float64) float64 {
	if o.Losses == nil {
		return math.NaN()
	}
	return o.Losses(s, y)
}

func (o Huber) delta() float64 {
	if o.Delta > 0 {
		return o.Delta
	}
	return 1
}

func (o Huber) Loss(s, y float64) float64 {
	d, r := o.delta(), math.Abs(s-y)
	if r <= d {
		return r * r / 2
	}
	return d * (r - d/2)
}

func (o Tweedie) power() float64 {
	if o.Power > 1 && o.Power < 2 {
		return o.Power
	}
	return 1.5
}

// Loss is the negative log-likelihood up to a term of y alone.
func (o Tweedie) Loss(s, y float64) float64 {
	p := o.power()
	return -y*math.Exp((1-p)*s)/(1-p) + math.Exp((2-p)*s)/(2-p)
}

func (o Quantile) Loss(s, y float64) float64 {
	if r := y - s; r >= 0 {
		return o.Level * r
	} else {
		return (o.Level - 1) * r
	}
}

// Loss is log(1+exp(s)) − y·s without overflow.
func (Logistic) Loss(s, y float64) float64 {
	return math.Max(s, 0) + math.Log1p(math.Exp(-math.Abs(s))) - y*s
}

func sigmoid(s float64) float64 { return 1 / (1 + math.Exp(-s)) }

func (L2) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		grad[i], hess[i] = float32(score[i]-y[i]), 1
	}
}

func (L1) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		grad[i], hess[i] = float32(sign(score[i]-y[i])), 1
	}
}

func (o Huber) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	d := o.delta()
	for i := lo; i < hi; i++ {
		grad[i], hess[i] = float32(math.Max(-d, math.Min(d, score[i]-y[i]))), 1
	}
}

// Gradients follow XGBoost and LightGBM in enlarging the second derivative by exp(0.7), which keeps early steps small.
func (Poisson) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		mu := math.Exp(math.Min(score[i], 60))
		grad[i], hess[i] = float32(mu-y[i]), float32(mu*2.0137527)
	}
}

func (o Tweedie) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	p := o.power()
	for i := lo; i < hi; i++ {
		s := math.Max(-60, math.Min(score[i], 60))
		a, b := y[i]*math.Exp((1-p)*s), math.Exp((2-p)*s)
		grad[i], hess[i] = float32(b-a), float32((2-p)*b-(1-p)*a)
	}
}

func (o Quantile) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		grad[i], hess[i] = float32(-o.Level), 1
		if score[i] > y[i] {
			grad[i] = float32(1 - o.Level)
		}
	}
}

func (Logistic) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		p := sigmoid(score[i])
		grad[i], hess[i] = float32(p-y[i]), float32(p*(1-p))
	}
}

func (o Custom) Gradients(score, y []float64, lo, hi int, grad, hess []float32) {
	for i := lo; i < hi; i++ {
		g, h := o.Derive(score[i], y[i])
		grad[i], hess[i] = float32(g), float32(math.Max(0, h))
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func weightOf(w []float64, r int32) float64 {
	if w == nil {
		return 1
	}
	return w[r]
}

func mean(y, w []float64, rows []int32) float64 {
	var sum, n float64
	for _, r := range rows {
		sum += weightOf(w, r) * y[r]
		n += weightOf(w, r)
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

func logMean(y, w []float64, rows []int32) float64 { return math.Log(math.Max(1e-9, mean(y, w, rows))) }

// weightedQuantile is the least y that at least the share q of the weight lies at or below.
func weightedQuantile(y, w []float64, rows []int32, q float64) float64 {
	order := slices.Clone(rows)
	slices.SortFunc(order, func(a, b int32) int {
		switch {
		case y[a] < y[b]:
			return -1
		case y[a] > y[b]:
			return 1
		}
		return int(a - b)
	})
	total := 0.0
	for _, r := range order {
		total += weightOf(w, r)
	}
	sum := 0.0
	for _, r := range order {
		if sum += weightOf(w, r); sum >= q*total {
			return y[r]
		}
	}
	return 0
}

// parseObjective finds the objective of a model file by its name; the custom ones answer with the score itself.
func parseObjective(name string) (Objective, error) {
	var number float64
	kind := name
	for i := range name {
		if name[i] == ':' {
			kind = name[:i]
			if kind != "custom" {
				if _, err := fmt.Sscanf(name[i+1:], "%g", &number); err != nil {
					return nil, fmt.Errorf("objective %q: %w", name, err)
				}
			}
			break
		}
	}
	switch kind {
	case "l2":
		return L2{}, nil
	case "l1":
		return L1{}, nil
	case "huber":
		return Huber{number}, nil
	case "poisson":
		return Poisson{}, nil
	case "tweedie":
		return Tweedie{number}, nil
	case "quantile":
		return Quantile{number}, nil
	case "logistic":
		return Logistic{}, nil
	case "custom":
		return Custom{Label: name[min(len(name), 7):]}, nil
	}
	return nil, fmt.Errorf("objective %q is not known", name)
}
