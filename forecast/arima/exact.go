package arima

import (
	"math"

	"quartermaster/forecast"
)

// exact runs the innovations algorithm over rest (its first n values; the ones after it are filled with their means) and
// gives one-step errors, their variances over sigma² and so the exact Gaussian likelihood of an ARMA process.
type exact struct {
	ar, ma    []float64 // dense
	m         int       // max(len ar, len ma)
	gamma     []float64 // autocovariance of the process over sigma², lags 0…m
	cross     []float64 // covariance of the process with its transform, lags 0…2m
	tail      []float64 // autocovariance of the moving average, lags 0…q
	theta     []float64 // ring of rows
	width     int
	converged bool
}

// newExact prepares the covariances; false where the process is not stationary.
func newExact(ar, ma []float64) (*exact, bool) {
	p, q := len(ar), len(ma)
	e := &exact{ar: ar, ma: ma, m: max(p, q)}
	var ok bool
	if e.gamma, ok = autocovariance(ar, ma, e.m); !ok {
		return nil, false
	}
	e.tail = make([]float64, q+1)
	for k := range e.tail {
		for r := 0; r+k <= q; r++ {
			e.tail[k] += e.weight(r) * e.weight(r+k)
		}
	}
	e.cross = make([]float64, e.m+1)
	for k := range e.cross {
		e.cross[k] = e.gamma[k]
		for r := 1; r <= p; r++ {
			e.cross[k] -= ar[r-1] * e.gamma[abs(r-k)]
		}
	}
	e.width = max(e.m, q) + 1
	e.theta = make([]float64, e.width*e.width)
	return e, true
}

func abs(k int) int {
	if k < 0 {
		return -k
	}
	return k
}

// weight is ma with its leading 1.
func (e *exact) weight(j int) float64 {
	if j == 0 {
		return 1
	}
	return e.ma[j-1]
}

// autocovariance of an ARMA process with unit innovations at lags 0…n, by the p+1 linear equations of Brockwell and Davis
// (1991, equations 3.3.8 and 3.3.9).
func autocovariance(ar, ma []float64, n int) ([]float64, bool) {
	p, q := len(ar), len(ma)
	psi := make([]float64, q+1)
	psi[0] = 1
	for j := 1; j <= q; j++ {
		psi[j] = ma[j-1]
		for i := 1; i <= min(j, p); i++ {
			psi[j] += ar[i-1] * psi[j-i]
		}
	}
	right := func(k int) float64 {
		sum := 0.0
		for j := k; j <= q; j++ {
			w := 1.0
			if j > 0 {
				w = ma[j-1]
			}
			sum += w * psi[j-k]
		}
		return sum
	}
	k := p + 1
	a, b := make([]float64, k*k), make([]float64, k)
	for i := range k {
		a[i*k+i]++
		for r := 1; r <= p; r++ {
			a[i*k+abs(i-r)] -= ar[r-1]
		}
		b[i] = right(i)
	}
	if !eliminate(a, b) {
		return nil, false
	}
	gamma := make([]float64, max(n, p)+1)
	copy(gamma, b)
	for lag := k; lag < len(gamma); lag++ {
		gamma[lag] = right(lag)
		for r := 1; r <= p; r++ {
			gamma[lag] += ar[r-1] * gamma[lag-r]
		}
	}
	return gamma, gamma[0] > 0 && !math.IsInf(gamma[0], 0)
}

// eliminate solves a·x = b in place with row exchanges; x is left in b.
func eliminate(a, b []float64) bool {
	n := len(b)
	for c := range n {
		top := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r*n+c]) > math.Abs(a[top*n+c]) {
				top = r
			}
		}
		if math.Abs(a[top*n+c]) < 1e-12 {
			return false
		}
		if top != c {
			for j := range n {
				a[c*n+j], a[top*n+j] = a[top*n+j], a[c*n+j]
			}
			b[c], b[top] = b[top], b[c]
		}
		for r := c + 1; r < n; r++ {
			if share := a[r*n+c] / a[c*n+c]; share != 0 {
				for j := c; j < n; j++ {
					a[r*n+j] -= share * a[c*n+j]
				}
				b[r] -= share * b[c]
			}
		}
	}
	for r := n - 1; r >= 0; r-- {
		for j := r + 1; j < n; j++ {
			b[r] -= a[r*n+j] * b[j]
		}
		b[r] /= a[r*n+r]
	}
	return true
}

// covariance is κ(i, j) of Brockwell and Davis (1991, equation 5.3.5), i ≥ j from 1.
func (e *exact) covariance(i, j int) float64 {
	lag := i - j
	switch {
	case i <= e.m:
		return e.gamma[lag]
	case j <= e.m:
		if lag <= e.m {
			return e.cross[lag]
		}
		return 0
	case lag < len(e.tail):
		return e.tail[lag]
	}
	return 0
}

// run goes through x, whose first n values are known; errors and variances are filled for all, unknown values with their
// means. It gives Σ e²/v and Σ log v over the known ones.
func (e *exact) run(x, errors, variances []float64, n int) (square, logs float64) {
	q, w := len(e.ma), e.width
	e.converged = false
	for t := range x { // t values lie before it; the 1-based index of x[t] is t+1
		row := e.theta[(t%w)*w : (t%w)*w+w]
		band := q
		if t < e.m {
			band = t
		}
		band = min(band, t)
		e.coefficients(t, band, row, variances)
		mean := 0.0
		if t >= e.m {
			for i, c := range e.ar {
				mean += c * x[t-1-i]
			}
		}
		for j := 1; j <= band; j++ {
			mean += row[j] * errors[t-j]
		}
		if t >= n {
			x[t] = mean
		}
		errors[t] = x[t] - mean
		if t < n {
			square += errors[t] * errors[t] / variances[t]
			logs += math.Log(variances[t])
		}
	}
	return square, logs
}

// coefficients fills row[1…band] with θ_{t,j} and variances[t].
//
//	θ_{t,t−k} = (κ(t+1,k+1) − Σ_{j<k} θ_{k,k−j}·θ_{t,t−j}·v_j) / v_k      v_t = κ(t+1,t+1) − Σ θ²_{t,t−j}·v_j
func (e *exact) coefficients(t, band int, row, variances []float64) {
	if e.converged {
		copy(row[1:], e.ma)
		variances[t] = 1
		return
	}
	w, from := e.width, t-band
	for k := from; k < t; k++ {
		sum := e.covariance(t+1, k+1)
		earlier := e.theta[(k%w)*w : (k%w)*w+w]
		for j := max(from, k-w+1); j < k; j++ {
			if k-j < w && (k < e.m || k-j <= len(e.ma)) {
				sum -= earlier[k-j] * row[t-j] * variances[j]
			}
		}
		row[t-k] = sum / variances[k]
	}
	v := e.covariance(t+1, t+1)
	for j := from; j < t; j++ {
		v -= row[t-j] * row[t-j] * variances[j]
	}
	variances[t] = max(v, 1e-12)
	if t > 2*e.m && v-1 < 1e-13 {
		e.converged = true
	}
}

// exactly fills out with the errors scaled so that their sum of squares is minimal where the likelihood is maximal:
// e/√v times the geometric mean of √v.
func (m *model) exactly(p, out []float64) {
	m.read(p)
	m.residual()
	e, ok := newExact(dense(m.ar, longest(m.ar)), dense(m.ma, longest(m.ma)))
	if !ok {
		out[0] = math.Inf(1)
		return
	}
	n := len(m.w)
	variances := make([]float64, n)
	_, logs := e.run(m.rest[m.pad:], m.errs[m.pad:], variances, n)
	g := math.Exp(logs / float64(2*n))
	for t := range out {
		out[t] = m.errs[m.pad+t] / math.Sqrt(variances[t]) * g
	}
}

// fitExact goes on from the conditional estimates to those of maximum likelihood.
func (m *model) fitExact(rounds int) {
	before := append([]float64(nil), m.free...)
	square := forecast.LeastSquares(m.exactly, len(m.w), m.free, rounds, 1e-6)
	if math.IsInf(square, 1) {
		copy(m.free, before)
		m.read(m.free)
		return
	}
	m.read(m.free)
	m.judge(square, 0) // the geometric mean is in the residuals
}

// answer fills the one-step means of the values and the means ahead.
func (m *model) answer(fitted, ahead []float64) {
	n, horizon := len(m.w), len(ahead)
	m.residual()
	rest := append(append([]float64(nil), m.rest[m.pad:]...), make([]float64, horizon)...)
	errors, variances := make([]float64, n+horizon), make([]float64, n+horizon)
	if e, ok := newExact(dense(m.ar, longest(m.ar)), dense(m.ma, longest(m.ma))); ok {
		e.run(rest, errors, variances, n)
	}
	start := len(m.y) - n
	for t := range fitted {
		if fitted[t] = math.NaN(); t >= start {
			fitted[t] = m.y[t] - errors[t-start]
		}
	}
	// Undo the differences on y less its regression.
	level := make([]float64, len(m.y)+horizon)
	for t, v := range m.y {
		level[t] = v - m.regression(t)
	}
	poly := m.differences()
	for h := range horizon {
		t := len(m.y) + h
		v := rest[n+h] + m.mean
		for lag, c := range poly {
			if lag > 0 && c != 0 {
				v -= c * level[t-lag]
			}
		}
		level[t] = v
		ahead[h] = v + m.regression(t)
	}
}

func (m *model) regression(t int) float64 {
	sum := 0.0
	for k, b := range m.beta {
		sum += b * m.x[k][t]
	}
	return sum
}

// differences is the polynomial (1−B)^D (1−B^period)^SD by lag.
func (m *model) differences() []float64 {
	poly := []float64{1}
	times := func(lag int) {
		out := make([]float64, len(poly)+lag)
		for i, c := range poly {
			out[i] += c
			out[i+lag] -= c
		}
		poly = out
	}
	for range m.order.D {
		times(1)
	}
	for range m.order.SD {
		times(m.order.Period)
	}
	return poly
}

// Evaluate gives the exact log-likelihood of y under fixed coefficients, sigma² at its maximum, and the means of the next
// horizon values: what a fit maximises, open to be compared with other programs. mean is that of the differenced series.
func Evaluate(o Order, y, ar, ma, sar, sma []float64, mean float64, horizon int) (logLik float64, means []float64) {
	w := difference(y, o.D, o.SD, o.Period)
	m := newModel(o, y, nil, w, nil)
	m.coef, m.mean = coefficients{ar, ma, sar, sma}, mean
	m.ar, m.ma = m.coef.expand(o.Period, nil, nil)
	m.residual()
	e, ok := newExact(dense(m.ar, longest(m.ar)), dense(m.ma, longest(m.ma)))
	if !ok {
		return math.Inf(-1), nil
	}
	n := float64(len(w))
	square, logs := e.run(m.rest[m.pad:], m.errs[m.pad:], make([]float64, len(w)), len(w))
	means = make([]float64, horizon)
	m.answer(make([]float64, len(y)), means)
	return -0.5 * (n*math.Log(2*math.Pi*square/n) + logs + n), means
}
