package credit

import "math"

// logistic is a regression with an elastic net and, where asked, coefficients that may not be negative. It is fitted by
// coordinate descent on the quadratic approximation (Friedman, Hastie and Tibshirani, Journal of Statistical Software
// 33(1), 2010) with the weighted products of columns computed once a step.
type logistic struct {
	intercept float64
	coef      []float64
}

const (
	newtonSteps = 30
	sweeps      = 500
	fitTol      = 1e-8
)

// net is the penalty: Size·(L1·|coef| + (1−L1)/2·coef²) a case.
type net struct {
	size, l1 float64
	positive bool
}

// fitLogistic minimises mean log-loss plus the penalty; x is by columns, of like scale. start may be nil.
func fitLogistic(x [][]float64, y []float64, penalty net, start *logistic) *logistic {
	m := &logistic{coef: make([]float64, len(x))}
	if start != nil {
		m.intercept = start.intercept
		copy(m.coef, start.coef)
	}
	q := quadratic{x: x, y: y, penalty: penalty}
	for range newtonSteps {
		q.at(m)
		moved := 0.0
		for range sweeps {
			step := q.sweep(m)
			moved = math.Max(moved, step)
			if step < fitTol {
				break
			}
		}
		if moved < 1e-6 {
			break
		}
	}
	return m
}

// quadratic is the approximation around a model: gram = XᵀWX and slope = XᵀW(working response − fit), the intercept's
// column of ones last.
type quadratic struct {
	x       [][]float64
	y       []float64
	penalty net
	eta, w  []float64
	gram    [][]float64
	slope   []float64
}

func (q *quadratic) at(m *logistic) {
	n, p := len(q.y), len(q.x)
	if q.eta == nil {
		q.eta, q.w = make([]float64, n), make([]float64, n)
		q.slope, q.gram = make([]float64, p+1), make([][]float64, p+1)
		for j := range q.gram {
			q.gram[j] = make([]float64, p+1)
		}
	}
	m.scores(q.x, q.eta)
	clear(q.slope)
	q.gram[p][p] = 0
	for i, e := range q.eta {
		pr := 1 / (1 + math.Exp(-e))
		q.w[i] = math.Max(1e-6, pr*(1-pr))
		q.eta[i] = q.y[i] - pr
		q.slope[p] += q.eta[i]
		q.gram[p][p] += q.w[i]
	}
	wx := make([]float64, n)
	for j, c := range q.x {
		sum, slope := 0.0, 0.0
		for i, v := range c {
			wx[i] = v * q.w[i]
			sum += wx[i]
			slope += v * q.eta[i]
		}
		q.gram[j][p], q.gram[p][j], q.slope[j] = sum, sum, slope
		for k := 0; k <= j; k++ {
			dot := 0.0
			for i, v := range q.x[k] {
				dot += v * wx[i]
			}
			q.gram[j][k], q.gram[k][j] = dot, dot
		}
	}
}

// sweep improves each coefficient and the intercept once and gives the largest step.
func (q *quadratic) sweep(m *logistic) float64 {
	n, p := float64(len(q.y)), len(q.x)
	most := 0.0
	move := func(j int, d float64) {
		row := q.gram[j]
		for k := range q.slope {
			q.slope[k] -= d * row[k]
		}
		most = math.Max(most, math.Abs(d))
	}
	l1, l2 := n*q.penalty.size*q.penalty.l1, n*q.penalty.size*(1-q.penalty.l1)
	for j := range p {
		h := q.gram[j][j]
		if h <= 0 {
			continue
		}
		g := q.slope[j] + h*m.coef[j]
		next := 0.0
		switch {
		case g > l1:
			next = (g - l1) / (h + l2)
		case g < -l1 && !q.penalty.positive:
			next = (g + l1) / (h + l2)
		}
		if d := next - m.coef[j]; d != 0 {
			m.coef[j] = next
			move(j, d)
		}
	}
	d := q.slope[p] / q.gram[p][p]
	m.intercept += d
	move(p, d)
	return most
}

func (m *logistic) scores(x [][]float64, eta []float64) {
	for i := range eta {
		eta[i] = m.intercept
	}
	for j, c := range x {
		if b := m.coef[j]; b != 0 {
			for i := range eta {
				eta[i] += b * c[i]
			}
		}
	}
}
