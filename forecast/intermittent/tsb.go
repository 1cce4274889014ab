package intermittent

import "quartermaster/forecast"

// fitTSB chooses the smoothing parameters of probability and size and gives the rate of the days to come.
func fitTSB(x []float64, fit *forecast.Fit) float64 {
	size, interval := start(x)
	days := demandsOf(x)
	var alpha, beta, least float64
	for i, b := range [...]float64{0.02, 0.1, 0.2} {
		at, square := leastSquares(&days, size, 1/interval, b)
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
func leastSquares(days *demands, size, probability, beta float64) (best int, least float64) {
	var p, square [lanes]float64
	for i := range p {
		p[i] = probability
	}
	for k, v := range days.size {
		rest(&p, &square, size, days.quiet[k])
		for i := range lanes {
			e := v - p[i]*size
			square[i] += e * e
			p[i] += alphas[i] * (1 - p[i])
		}
		size += beta * (v - size)
	}
	rest(&p, &square, size, days.tail)
	for i := range square {
		if square[i] < square[best] {
			best = i
		}
	}
	return best, square[best]
}

// rest takes in a run of days without demand. The probability shrinks by 1−α on each, so that their squared errors are a
// geometric series: p²·size²·(1 − (1−α)^2n) / (1 − (1−α)²).
func rest(p, square *[lanes]float64, size float64, days int) {
	for days > 0 {
		n := min(days, longest)
		days -= n
		kept := &powers[n]
		for i := range lanes {
			rate := p[i] * size
			square[i] += rate * rate * (1 - kept[i]*kept[i]) / (1 - powers[1][i]*powers[1][i])
			p[i] *= kept[i]
		}
	}
}

// longest is the run that rest takes in one step; a longer one takes several.
const longest = 64

// powers holds (1−α)^n of each of alphas.
var powers = func() (out [longest + 1][lanes]float64) {
	for i, alpha := range alphas {
		out[0][i] = 1
		for n := range longest {
			out[n+1][i] = out[n][i] * (1 - alpha)
		}
	}
	return out
}()
