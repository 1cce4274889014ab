package decompose

import (
	"fmt"
	"math"

	"quartermaster/forecast"
)

// Causal takes out of a series what its regressors explain, lets any method forecast the rest and puts back what the regressors
// will add: regressors for methods that take none. The effects are those of a ridge regression of the values on the regressors
// after both are freed of their moving average and of their mean by season, so that neither a trend nor a season is taken for
// an effect (Frisch and Waugh, Econometrica 1, 1933, 387–401); an effect is shrunk by 2/t², so that one within its own noise
// vanishes (James and Stein 1961). Without regressors it is the inner method. It implements forecast.Method.
type Causal struct{ Inner forecast.Method }

// Name is the inner method's.
func (c Causal) Name() string { return c.Inner.Name() }

// EffectParam is the name in Curve.Params of the mean that regressor k adds to the steps to come, against its mean of the past.
func EffectParam(k int) string { return fmt.Sprintf("effect_%d", k+1) }

// Fit implements forecast.Method. Params gain EffectParam for each regressor.
func (c Causal) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	n := len(r.Values)
	if len(r.Regressors) == 0 || n < 3*len(r.Regressors)+6 {
		bare := r.With(r.Values)
		bare.Regressors = nil
		return c.Inner.Fit(bare, horizon)
	}
	beta := effects(r)
	usual := make([]float64, len(beta))
	for k, x := range r.Regressors {
		for _, v := range x[:n] {
			usual[k] += v / float64(n)
		}
	}
	adds := func(t int) float64 {
		sum := 0.0
		for k, x := range r.Regressors {
			sum += beta[k] * (x[t] - usual[k])
		}
		return sum
	}
	rest := make([]float64, n)
	for t, v := range r.Values {
		if rest[t] = v - adds(t); !r.Signed {
			rest[t] = max(0, rest[t])
		}
	}
	inner := r.With(rest)
	inner.Regressors = nil
	f, err := c.Inner.Fit(inner, horizon)
	if err != nil {
		return f, err
	}
	params := map[string]float64{}
	for name, v := range f.Params {
		params[name] = v
	}
	for k, x := range r.Regressors {
		effect := 0.0
		for h := range horizon {
			effect += beta[k] * (x[n+h] - usual[k]) / float64(horizon)
		}
		params[EffectParam(k)] = effect
	}
	f.Params = params
	for h := range f.Mean {
		f.Mean[h] += adds(n + h)
	}
	for t := range f.Fitted {
		f.Fitted[t] += adds(t)
	}
	return f, nil
}

// ridgeShare of a column's variance is added to it, so that two columns that say the same share what they say.
const ridgeShare = 0.01

// effects gives what one unit of each regressor adds.
func effects(r *forecast.Regular) []float64 {
	n, k := len(r.Values), len(r.Regressors)
	season := r.FirstSeason()
	window := odd(max(5, min(2*season+1, n/3)))
	y := freed(r.Values, window, season)
	x := make([][]float64, k)
	for i, column := range r.Regressors {
		x[i] = freed(column[:n], window, season)
	}
	a := make([][]float64, k) // normal equations with the right side as last column
	for i := range a {
		a[i] = make([]float64, k+1)
		for j := range a {
			a[i][j] = product(x[i], x[j])
		}
		a[i][k] = product(x[i], y)
	}
	square := make([]float64, k)
	for i := range a {
		square[i] = a[i][i]
		a[i][i] += ridgeShare*a[i][i] + 1e-12
	}
	beta := eliminate(a)
	noise := 0.0
	for t, v := range y {
		for i := range x {
			v -= beta[i] * x[i][t]
		}
		noise += v * v
	}
	noise /= float64(max(n-k-1, 1))
	for i := range beta {
		t2 := beta[i] * beta[i] * square[i] / max(noise, 1e-12)
		if beta[i] *= max(0, 1-2/max(t2, 1e-9)); square[i] < 1e-9 || math.IsNaN(beta[i]) {
			beta[i] = 0 // a column that never changes explains nothing
		}
	}
	return beta
}

// freed takes a moving average and the mean of each season's step out of v.
func freed(v []float64, window, season int) []float64 {
	out := make([]float64, len(v))
	half := window / 2
	for t := range v {
		from, to := max(0, t-half), min(len(v), t+half+1)
		mean := 0.0
		for _, w := range v[from:to] {
			mean += w / float64(to-from)
		}
		out[t] = v[t] - mean
	}
	if season < 2 || len(v) < 3*season {
		return out
	}
	for s := range season {
		mean, n := 0.0, 0.0
		for t := s; t < len(out); t += season {
			mean += out[t]
			n++
		}
		for t := s; t < len(out); t += season {
			out[t] -= mean / n
		}
	}
	return out
}

func product(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// eliminate solves equations whose last column is the right side (Gauss, with pivots).
func eliminate(a [][]float64) []float64 {
	k := len(a)
	for i := range k {
		best := i
		for j := i + 1; j < k; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[best][i]) {
				best = j
			}
		}
		a[i], a[best] = a[best], a[i]
		if a[i][i] == 0 {
			continue
		}
		for j := i + 1; j < k; j++ {
			f := a[j][i] / a[i][i]
			for l := i; l <= k; l++ {
				a[j][l] -= f * a[i][l]
			}
		}
	}
	x := make([]float64, k)
	for i := k - 1; i >= 0; i-- {
		if a[i][i] == 0 {
			continue
		}
		x[i] = a[i][k]
		for j := i + 1; j < k; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}
