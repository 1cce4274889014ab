package intermittent

import "quartermaster/forecast"

// fitTSB chooses the smoothing parameters of probability and size and gives the rate of the days to come.
func fitTSB(x []float64, fit *forecast.Fit) float64 {
	size, interval := start(x)
	var alpha, beta, least float64
	for i, b := range [...]float64{0.02, 0.1, 0.2} {
		at, square := leastSquares(x, size, 1/interval, b)
		if i == 0 || square < least {
			alpha, beta, least = alphas[at], b, square
		}
	}
	p := 1 / interval
	for t, v := range x {
		fit.Fitted[t] = p * size
		if v > 0 {
			p += alpha * (1 - p)
			size += beta * (v - size)
		} else {
			p -= alpha * p
		}
	}
	fit.Params = map[string]float64{"alpha": alpha, "beta": beta, "size": size, "probability": p}
	fit.Memory = alpha
	return p * size
}

// leastSquares gives the index of the alpha with the least sum of squared rate errors for one beta, and that sum; the
// smaller alpha of a tie. The sizes do not depend on alpha, so that one pass serves them all.
func leastSquares(x []float64, size, probability, beta float64) (best int, least float64) {
	var p, square [lanes]float64
	for i := range p {
		p[i] = probability
	}
	for _, v := range x {
		came := 0.0
		if v > 0 {
			came = 1
		}
		for i := range lanes {
			e := v - p[i]*size
			square[i] += e * e
			p[i] += alphas[i] * (came - p[i])
		}
		if v > 0 {
			size += beta * (v - size)
		}
	}
	for i := range square {
		if square[i] < square[best] {
			best = i
		}
	}
	return best, square[best]
}
