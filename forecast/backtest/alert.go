package backtest

import (
	"fmt"
	"math"
	"slices"
)

// AlertKind says what broke.
type AlertKind string

// The kinds of alerts.
const (
	AlertBias     AlertKind = "bias"     // errors keep one sign: the tracking signal left its limit
	AlertAccuracy AlertKind = "accuracy" // errors have grown: the cumulative sum crossed its limit
	AlertLevel    AlertKind = "level"    // the latest values lie apart from those before
	AlertOutlier  AlertKind = "outlier"  // one value lies far from its neighbours
	AlertData     AlertKind = "data"     // values that cannot be demand
)

// Alert is one finding, with the number that broke its limit and a sentence.
type Alert struct {
	Kind     AlertKind
	Step     int // index where it was seen
	Value    float64
	Limit    float64
	Sentence string
}

// TrackingSignal is the sum of errors (forecast − demand) over their mean absolute value, both exponentially smoothed with
// weight alpha: between −1 (always below) and 1 (Trigg, Oper. Res. Q. 15, 1964, 271–274). 0 without errors; NaN are left out.
func TrackingSignal(errors []float64, alpha float64) float64 {
	sum, abs := 0.0, 0.0
	for _, e := range errors {
		if !math.IsNaN(e) {
			sum += alpha * (e - sum)
			abs += alpha * (math.Abs(e) - abs)
		}
	}
	if abs == 0 {
		return 0
	}
	return sum / abs
}

// Limits of the alerts.
const (
	signalAlpha  = 0.1
	signalLimit  = 0.6 // about three standard errors at alpha 0.1
	cusumSlack   = 0.5 // standard deviations of |error| that are no news
	cusumLimit   = 6.0
	oneStep      = 3.0 // standard deviations that one error counts at most: one bad step alone is no trend
	biasLimit    = 3.0 // standard errors of the summed errors of a forecast without bias
	outlierLimit = 6.0 // median absolute deviations of the differences to the neighbours' median
	levelLimit   = 4.0 // standard errors of the difference of two means
	leastTracked = 12
	leastUnits   = 1e-6 // less than this in sum is the rounding of numbers
)

// Watch looks at the errors (forecast − demand, oldest first, NaN = none) of one series whose demand has standard deviation
// spread a step: bias by the tracking signal, where the errors' sum also leaves what chance explains (a slow item without
// demand in the time tested has errors of one sign and no bias); accuracy by Page's cumulative sum (Biometrika 41, 1954,
// 100–115) of the absolute errors of the later half against the earlier half.
func Watch(errors []float64, spread float64) []Alert {
	var seen []float64
	for _, e := range errors {
		if !math.IsNaN(e) {
			seen = append(seen, e)
		}
	}
	if len(seen) < leastTracked {
		return nil
	}
	var alerts []Alert
	sum := 0.0
	for _, e := range seen {
		sum += max(-oneStep*spread, min(e, oneStep*spread))
	}
	if s := TrackingSignal(seen, signalAlpha); math.Abs(s) > signalLimit && math.Abs(sum) > max(leastUnits, biasLimit*spread*math.Sqrt(float64(len(seen)))) {
		side := "above"
		if s < 0 {
			side = "below"
		}
		alerts = append(alerts, Alert{AlertBias, len(errors) - 1, s, signalLimit,
			fmt.Sprintf("forecasts keep lying %s demand: tracking signal %.2f, limit %.2f", side, s, signalLimit)})
	}
	half := len(seen) / 2
	mean, deviation := moments(seen[:half])
	deviation = max(deviation, spread)
	grown := 0.0
	for i, e := range seen[half:] {
		grown = max(0, grown+min((math.Abs(e)-mean)/deviation, oneStep)-cusumSlack)
		if grown > cusumLimit {
			alerts = append(alerts, Alert{AlertAccuracy, half + i, grown, cusumLimit,
				fmt.Sprintf("errors have grown since step %d: they were %.3g on average before", half+i, mean)})
			break
		}
	}
	return alerts
}

// Spread is the standard deviation of one step's demand about its level: that of the differences a season apart over √2, so
// that neither season nor a slow trend counts. NaN are left out; 0 where nothing can be compared.
func Spread(values []float64, season int) float64 {
	sum, n := 0.0, 0
	for t := season; t < len(values); t++ {
		if d := values[t] - values[t-season]; !math.IsNaN(d) {
			sum += d * d
			n++
		}
	}
	return math.Sqrt(sum / 2 / float64(max(n, 1)))
}

// moments are mean and standard deviation of |e|, the latter at least a tenth of the mean.
func moments(errors []float64) (mean, deviation float64) {
	n := float64(len(errors))
	for _, e := range errors {
		mean += math.Abs(e) / n
	}
	for _, e := range errors {
		deviation += (math.Abs(e) - mean) * (math.Abs(e) - mean) / n
	}
	return mean, max(math.Sqrt(deviation), 0.1*mean, 1e-12)
}

// Inspect looks at the values of one series: impossible ones, outliers against the median of their neighbours (Hampel's filter), and a level that
// moved between the last window steps and the two windows before.
func Inspect(values []float64, window int) []Alert {
	var alerts []Alert
	for i, v := range values {
		if v < 0 || math.IsInf(v, 0) {
			alerts = append(alerts, Alert{AlertData, i, 0, 0, fmt.Sprintf("step %d is %v, which is no demand", i, v)})
			return alerts
		}
	}
	return append(outliers(values), levelShift(values, window)...)
}

const neighbours = 3 // on either side

func outliers(values []float64) []Alert {
	gaps := make([]float64, len(values))
	var sizes []float64
	for i, v := range values {
		var near []float64
		for k := max(0, i-neighbours); k <= min(len(values)-1, i+neighbours); k++ {
			if k != i && !math.IsNaN(values[k]) {
				near = append(near, values[k])
			}
		}
		if gaps[i] = math.NaN(); len(near) > neighbours && !math.IsNaN(v) {
			gaps[i] = v - median(near)
			sizes = append(sizes, math.Abs(gaps[i]))
		}
	}
	if len(sizes) < leastTracked {
		return nil
	}
	typical := median(sizes)
	var alerts []Alert
	for i, g := range gaps {
		if typical > 0 && math.Abs(g)/typical > outlierLimit*1.4826 {
			alerts = append(alerts, Alert{AlertOutlier, i, math.Abs(g) / typical, outlierLimit * 1.4826,
				fmt.Sprintf("step %d is %.4g, %.1f times as far from its neighbours as usual", i, values[i], math.Abs(g)/typical)})
		}
	}
	return alerts
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	n := len(s)
	if n == 0 {
		return 0
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}

func levelShift(values []float64, window int) []Alert {
	if window < 2 || len(values) < 3*window {
		return nil
	}
	now, nowVar, n := meanVariance(values[len(values)-window:])
	before, beforeVar, m := meanVariance(values[len(values)-3*window : len(values)-window])
	if n < 2 || m < 2 {
		return nil
	}
	spread := math.Sqrt(nowVar/n + beforeVar/m)
	if t := math.Abs(now-before) / max(spread, 1e-9*(1+math.Abs(before))); t > levelLimit {
		return []Alert{{AlertLevel, len(values) - window, t, levelLimit,
			fmt.Sprintf("the level moved from %.4g to %.4g about step %d", before, now, len(values)-window)}}
	}
	return nil
}

func meanVariance(values []float64) (mean, variance, n float64) {
	for _, v := range values {
		if !math.IsNaN(v) {
			n++
			mean += v
		}
	}
	mean /= max(n, 1)
	for _, v := range values {
		if !math.IsNaN(v) {
			variance += (v - mean) * (v - mean) / max(n-1, 1)
		}
	}
	return mean, variance, n
}

// Step of the stairs of value added: how much better (or worse) each is than the one before (Gilliland, The Business Forecasting Deal, 2010).
type Step struct {
	Name  string
	WAPE  float64
	Added float64 // 1 − own absolute error / the step's before; 0 for the first
	Bias  float64
}

// Stairs compares forecasts of the same steps, the simplest first (naive, statistics, a planner's override, …), with what came. NaN of actual are left out.
func Stairs(actual []float64, names []string, means [][]float64) []Step {
	out := make([]Step, 0, len(names))
	before := 0.0
	for i, name := range names {
		var abs, err, sum float64
		for t, y := range actual {
			if !math.IsNaN(y) {
				abs += math.Abs(means[i][t] - y)
				err += means[i][t] - y
				sum += y
			}
		}
		s := Step{Name: name, WAPE: ratio(abs, sum), Bias: ratio(err, sum)}
		if i > 0 && before > 0 {
			s.Added = 1 - abs/before
		}
		before = abs
		out = append(out, s)
	}
	return out
}
