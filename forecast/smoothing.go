package forecast

// Alphas are smoothing parameters that are tried side by side, in rising order.
type Alphas [8]float64

// SearchAlpha gives the parameter of exponential smoothing with drift that has the least sum of squared one-step-ahead
// errors over x, and that sum: the best of coarse and of eight between its best one's neighbours. first is
// the mean expected of x[0]; a drift of 0 is simple smoothing. It allocates nothing.
//
//	e = x_t − mean     mean ← mean + α·e + drift
func SearchAlpha(x []float64, first, drift float64, coarse *Alphas) (alpha, square float64) {
	at, least := leastSquares(x, first, drift, coarse)
	low, high := coarse[max(at-1, 0)], coarse[min(at+1, len(coarse)-1)]
	var fine Alphas
	for i := range fine {
		fine[i] = low + (high-low)*float64(i)/float64(len(fine)-1)
	}
	if i, s := leastSquares(x, first, drift, &fine); s < least {
		return fine[i], s
	}
	return coarse[at], least
}

func leastSquares(x []float64, first, drift float64, alphas *Alphas) (best int, least float64) {
	var square [8]float64
	for i := 0; i < len(square); i += 4 {
		squares4(x, first, drift, (*[4]float64)(alphas[i:]), (*[4]float64)(square[i:]))
	}
	for i := range square {
		if square[i] < square[best] {
			best = i
		}
	}
	return best, square[best]
}

// squares4 runs four recursions that do not wait for each other. They are written out because Go keeps named variables in
// registers and arrays in memory, which makes each step wait for the last one's store.
func squares4(x []float64, first, drift float64, alphas, square *[4]float64) {
	a0, a1, a2, a3 := alphas[0], alphas[1], alphas[2], alphas[3]
	m0, m1, m2, m3 := first, first, first, first
	var s0, s1, s2, s3 float64
	for _, v := range x {
		e0, e1, e2, e3 := v-m0, v-m1, v-m2, v-m3
		s0 += e0 * e0
		s1 += e1 * e1
		s2 += e2 * e2
		s3 += e3 * e3
		m0 += a0*e0 + drift
		m1 += a1*e1 + drift
		m2 += a2*e2 + drift
		m3 += a3*e3 + drift
	}
	*square = [4]float64{s0, s1, s2, s3}
}
