package forecasting

import "math"

// smape is the mean of 200·|y−f|/(|y|+|f|) in percent, 0/0 counting as 0 (M4 competition). Unobserved steps are left out.
func smape(actual, f []float64) float64 {
	sum, n := 0.0, 0.0
	for h, y := range actual {
		if math.IsNaN(y) {
			continue
		}
		n++
		if d := math.Abs(y) + math.Abs(f[h]); d > 0 {
			sum += 200 * math.Abs(y-f[h]) / d
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / n
}

// naiveScale is the mean absolute step over lag m: MASE's denominator (Hyndman and Koehler 2006). 0 where it has none.
func naiveScale(y []float64, m int) float64 {
	sum, n := 0.0, 0.0
	for t := m; t < len(y); t++ {
		if d := math.Abs(y[t] - y[t-m]); !math.IsNaN(d) {
			sum += d
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// meanAbs is the mean absolute error over the observed steps.
func meanAbs(actual, f []float64) float64 {
	sum, n := 0.0, 0.0
	for h, y := range actual {
		if !math.IsNaN(y) {
			sum += math.Abs(y - f[h])
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / n
}

// rmsse is the root mean squared error over that of the naive forecast on the history from its first sale on (M5).
func rmsse(history, actual, f []float64) float64 {
	first := 0
	for first < len(history) && !(history[first] > 0) {
		first++
	}
	scale, steps := 0.0, 0.0
	for t := first + 1; t < len(history); t++ {
		if d := history[t] - history[t-1]; !math.IsNaN(d) {
			scale += d * d
			steps++
		}
	}
	square, n := 0.0, 0.0
	for h, y := range actual {
		if !math.IsNaN(y) {
			square += (y - f[h]) * (y - f[h])
			n++
		}
	}
	if steps == 0 || scale == 0 || n == 0 {
		return math.NaN()
	}
	return math.Sqrt(square / n / (scale / steps))
}
