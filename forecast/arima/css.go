package arima

import (
	"math"

	"quartermaster/forecast"
)

// model is one order fitted to a series with regressors.
type model struct {
	order  Order
	y      []float64
	x      [][]float64 // regressors over the values and the horizon
	w      []float64   // y differenced
	dx     [][]float64 // x differenced over the values
	coef   coefficients
	mean   float64
	beta   []float64
	scale  float64
	ar, ma []term
	rest   []float64 // w less mean and regression, behind pad zeros
	errs   []float64 // the same for errors
	pad    int
	free   []float64
	sigma2 float64
	aicc   float64
}

// difference applies (1−B^period)^seasonal (1−B)^plain and gives the shorter series.
func difference(y []float64, plain, seasonal, period int) []float64 {
	w := y
	for range seasonal {
		w = step(w, period)
	}
	for range plain {
		w = step(w, 1)
	}
	return w
}

func step(y []float64, lag int) []float64 {
	if len(y) <= lag {
		return nil
	}
	out := make([]float64, len(y)-lag)
	for t := range out {
		out[t] = y[t+lag] - y[t]
	}
	return out
}

func newModel(o Order, y []float64, x [][]float64, w []float64, dx [][]float64) *model {
	m := &model{order: o, y: y, x: x, w: w, dx: dx}
	m.coef = coefficients{ar: make([]float64, o.P), ma: make([]float64, o.Q), sar: make([]float64, o.SP), sma: make([]float64, o.SQ)}
	m.beta = make([]float64, len(dx))
	for _, v := range w {
		m.scale = max(m.scale, math.Abs(v))
	}
	m.scale = max(m.scale, 1e-9)
	m.pad = max(o.P+o.SP*o.Period, o.Q+o.SQ*o.Period)
	m.rest, m.errs = make([]float64, m.pad+len(w)), make([]float64, m.pad+len(w))
	return m
}

// start gives free numbers to begin with: small coefficients, the mean, and regression by least squares as the search finds it.
func (m *model) start() []float64 {
	var p []float64
	for range m.order.P + m.order.SP + m.order.Q + m.order.SQ {
		p = append(p, 0.2)
	}
	if m.order.Mean {
		mean := 0.0
		for _, v := range m.w {
			mean += v / float64(len(m.w))
		}
		p = append(p, mean/m.scale)
	}
	return append(p, make([]float64, len(m.dx))...)
}

// read is the inverse of start.
func (m *model) read(p []float64) {
	o := m.order
	next := func(n int) []float64 {
		part := p[:n]
		p = p[n:]
		return part
	}
	fromFree(next(o.P), m.coef.ar, false)
	fromFree(next(o.SP), m.coef.sar, false)
	fromFree(next(o.Q), m.coef.ma, true)
	fromFree(next(o.SQ), m.coef.sma, true)
	m.mean = 0
	if o.Mean {
		m.mean = next(1)[0] * m.scale
	}
	for k := range m.beta {
		m.beta[k] = p[k] * m.scale
	}
	m.ar, m.ma = m.coef.expand(o.Period, m.ar, m.ma)
}

// residual fills m.rest from the differenced series, its mean and the regression.
func (m *model) residual() {
	rest := m.rest[m.pad:]
	for t, v := range m.w {
		rest[t] = v - m.mean
	}
	for k, b := range m.beta {
		if b != 0 {
			for t, v := range m.dx[k] {
				rest[t] -= b * v
			}
		}
	}
}

// conditional fills out with the one-step errors, what lies before the first value taken as its mean. O(n · terms).
func (m *model) conditional(p, out []float64) {
	m.read(p)
	m.residual()
	pad := m.pad
	for t := pad; t < len(m.rest); t++ {
		e := m.rest[t]
		for _, c := range m.ar {
			e -= c.coef * m.rest[t-c.lag]
		}
		for _, c := range m.ma {
			e -= c.coef * m.errs[t-c.lag]
		}
		m.errs[t] = e
	}
	copy(out, m.errs[pad:])
}

// count is the number of parameters that AICc counts.
func (m *model) count() float64 {
	n := m.order.P + m.order.Q + m.order.SP + m.order.SQ + len(m.dx) + 1
	if m.order.Mean {
		n++
	}
	return float64(n)
}

// fitConditional estimates by conditional least squares; from, where not nil, are free numbers to begin with.
func (m *model) fitConditional(rounds int, tolerance float64) {
	m.free = m.start()
	n := len(m.w)
	square := forecast.LeastSquares(m.conditional, n, m.free, rounds, tolerance)
	if len(m.free) == 0 {
		m.conditional(m.free, make([]float64, n))
	} else {
		m.read(m.free)
	}
	m.judge(square, 0)
}

// judge sets sigma² and AICc from a sum of squares (of scaled errors) and Σ log of their variances.
func (m *model) judge(square, logs float64) {
	n, k := float64(len(m.w)), m.count()
	m.sigma2 = square / n
	m.aicc = math.Inf(1)
	if free := n - k - 1; free > 0 && !math.IsInf(square, 1) {
		m.aicc = n*math.Log(max(square, 1e-300)/n) + logs + n*(1+math.Log(2*math.Pi)) + 2*k + 2*k*(k+1)/free
	}
}
