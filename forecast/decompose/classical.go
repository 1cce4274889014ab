package decompose

import (
	"math"

	"quartermaster/forecast"
)

// Additive or multiplicative composition of level and season.
type Form int

const (
	Multiplicative Form = iota // value = level · factor; falls back to Additive where values are not all above zero
	Additive                   // value = level + term
)

// Classical is the method inner fitted to what is left after classical decomposition by moving averages (Makridakis, Wheelwright and
// Hyndman 1998, section 3.4), where the season is significant; the season is put back on the forecast.
type Classical struct {
	Inner forecast.Method
	Form  Form
	// Always takes the season out also where the test of significance does not find one.
	Always bool
	// Shrink pulls the factors to none by how noisy they are (Miller and Williams, Int. J. Forecasting 19, 2003, 669–684).
	Shrink bool
}

// Name is the inner method's name: the decomposition is a part of it, as it is of the Theta method.
func (c Classical) Name() string { return c.Inner.Name() }

// Fit implements forecast.Method.
func (c Classical) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	m := r.FirstSeason()
	if m == 1 || !c.Always && !Seasonal(r.Values, m) {
		return c.Inner.Fit(r, horizon)
	}
	form := c.Form
	if form == Multiplicative && least(r.Values) <= 0 {
		form = Additive
	}
	factor := Factors(r.Values, m, form)
	if c.Shrink {
		shrink(r.Values, factor, form)
	}
	rest := make([]float64, len(r.Values))
	for t, v := range r.Values {
		rest[t] = without(v, factor[t%m], form)
	}
	inner := r.With(rest)
	inner.Seasons = nil
	inner.Signed = r.Signed || form == Additive
	f, err := c.Inner.Fit(inner, horizon)
	if err != nil {
		return f, err
	}
	for h := range f.Mean {
		f.Mean[h] = with(f.Mean[h], factor[(len(r.Values)+h)%m], form)
	}
	for t := range f.Fitted {
		f.Fitted[t] = with(f.Fitted[t], factor[t%m], form)
	}
	return f, nil
}

func without(v, factor float64, form Form) float64 {
	if form == Additive {
		return v - factor
	}
	return v / factor
}

func with(v, factor float64, form Form) float64 {
	if form == Additive {
		return v + factor
	}
	return v * factor
}

func least(y []float64) float64 {
	low := math.Inf(1)
	for _, v := range y {
		low = min(low, v)
	}
	return low
}

// Seasonal is the test of the M4 competition (Makridakis, Spiliotis and Assimakopoulos 2018): the autocorrelation at lag m
// exceeds its 90 % limit, the earlier ones' correlations allowed for. O(n·m).
func Seasonal(y []float64, m int) bool {
	if m <= 1 || len(y) < 3*m {
		return false
	}
	sum := 0.0
	for lag := 1; lag < m; lag++ {
		a := Autocorrelation(y, lag)
		sum += a * a
	}
	limit := 1.645 * math.Sqrt((1+2*sum)/float64(len(y)))
	return math.Abs(Autocorrelation(y, m)) > limit
}

// Autocorrelation of y at a lag; 0 for a constant series.
func Autocorrelation(y []float64, lag int) float64 {
	mean := 0.0
	for _, v := range y {
		mean += v / float64(len(y))
	}
	top, bottom := 0.0, 0.0
	for t, v := range y {
		bottom += (v - mean) * (v - mean)
		if t >= lag {
			top += (v - mean) * (y[t-lag] - mean)
		}
	}
	if bottom <= 0 {
		return 0
	}
	return top / bottom
}

// Factors gives the season of y, index t%m for y[t]: means by season of the ratios to (differences from) the centred moving
// average, normalised to a mean of 1 (0). y has two full rounds at least; for Multiplicative all its values are above zero.
func Factors(y []float64, m int, form Form) []float64 {
	trend := movingAverage(y, m)
	factor, count := make([]float64, m), make([]float64, m)
	for t, v := range y {
		if !math.IsNaN(trend[t]) {
			factor[t%m] += without(v, trend[t], form)
			count[t%m]++
		}
	}
	total := 0.0
	for i := range factor {
		if count[i] > 0 {
			factor[i] /= count[i]
		} else if form == Multiplicative {
			factor[i] = 1
		}
		total += factor[i] / float64(m)
	}
	for i := range factor {
		if form == Additive {
			factor[i] -= total
		} else {
			factor[i] = max(factor[i]/total, 1e-6)
		}
	}
	return factor
}

// movingAverage is centred and of length m (2×m where m is even); NaN at the ends.
func movingAverage(y []float64, m int) []float64 {
	n := len(y)
	out := make([]float64, n)
	half := m / 2
	for t := range out {
		if t < half || t+half >= n {
			out[t] = math.NaN()
			continue
		}
		sum := 0.0
		for k := t - half; k <= t+half; k++ {
			sum += y[k]
		}
		if m%2 == 0 {
			sum -= 0.5 * (y[t-half] + y[t+half])
		}
		out[t] = sum / float64(m)
	}
	return out
}

// shrink pulls factors towards none: by James and Stein's share, the variance of a factor's mean over the variance among factors.
func shrink(y, factor []float64, form Form) {
	m := len(factor)
	trend := movingAverage(y, m)
	noise, count := 0.0, 0.0
	for t, v := range y {
		if !math.IsNaN(trend[t]) {
			e := without(v, trend[t], form) - factor[t%m]
			noise += e * e
			count++
		}
	}
	none := 1.0
	if form == Additive {
		none = 0
	}
	among := 0.0
	for _, f := range factor {
		among += (f - none) * (f - none)
	}
	if count <= float64(m) || among <= 0 {
		return
	}
	variance := noise / (count - float64(m)) / (count / float64(m))
	keep := max(0, 1-float64(m-3)*variance/among)
	for i := range factor {
		factor[i] = none + keep*(factor[i]-none)
	}
}
