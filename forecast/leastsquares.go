package forecast

import "math"

// LeastSquares minimises the sum of squares of n residuals over p by damped Gauss–Newton steps (Levenberg 1944; Marquardt,
// SIAM J. Appl. Math. 11, 1963, 431–441) with forward differences, and leaves the best point in p. residuals fills out and
// may fill it with NaN or infinities outside its domain; such a point is never taken. It ends when a step gains less than
// tolerance of the sum. O(rounds · len(p) · n); it allocates its workspace once. The same input gives the same answer.
func LeastSquares(residuals func(p, out []float64), n int, p []float64, rounds int, tolerance float64) float64 {
	k := len(p)
	flat := make([]float64, (k+2)*n+2*k*k+4*k)
	take := func(size int) []float64 {
		part := flat[:size:size]
		flat = flat[size:]
		return part
	}
	base, other := take(n), take(n)
	slopes := make([][]float64, k)
	for j := range slopes {
		slopes[j] = take(n)
	}
	normal, factor, gradient, step, trial := take(k*k), take(k*k), take(k), take(k), take(k)
	residuals(p, base)
	best := sumSquares(base)
	if math.IsInf(best, 1) || best == 0 || k == 0 {
		return best
	}
	damping := 1e-3
	for range rounds {
		for j := range p {
			h := 1e-6 * max(math.Abs(p[j]), 1e-2)
			keep := p[j]
			p[j] = keep + h
			residuals(p, slopes[j])
			p[j] = keep
			for t, r := range base {
				d := (slopes[j][t] - r) / h
				if math.IsNaN(d) || math.IsInf(d, 0) {
					d = 0
				}
				slopes[j][t] = d
			}
		}
		for i := range p {
			gradient[i] = dot(slopes[i], base)
			for j := range i + 1 {
				normal[i*k+j] = dot(slopes[i], slopes[j])
				normal[j*k+i] = normal[i*k+j]
			}
		}
		gain, moved := 0.0, false
		for range 8 {
			if !solveDamped(normal, gradient, damping, factor, step) {
				damping *= 10
				continue
			}
			for j := range p {
				trial[j] = p[j] - step[j]
			}
			residuals(trial, other)
			if s := sumSquares(other); s < best {
				gain, moved = best-s, true
				best = s
				copy(p, trial)
				base, other = other, base
				damping = max(damping*0.2, 1e-12)
				break
			}
			damping *= 6
		}
		if !moved || gain <= tolerance*best {
			break
		}
	}
	return best
}

func sumSquares(r []float64) float64 {
	sum := 0.0
	for _, v := range r {
		sum += v * v
	}
	if math.IsNaN(sum) {
		return math.Inf(1)
	}
	return sum
}

func dot(a, b []float64) float64 {
	var s0, s1 float64
	i := 0
	for ; i+1 < len(a); i += 2 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
	}
	if i < len(a) {
		s0 += a[i] * b[i]
	}
	return s0 + s1
}

// solveDamped solves (A + damping·diag A) step = g by Cholesky's factor; false where A is not positive.
func solveDamped(a, g []float64, damping float64, factor, step []float64) bool {
	k := len(g)
	for i := range k {
		for j := range i + 1 {
			sum := a[i*k+j]
			if i == j {
				sum += damping*sum + 1e-30
			}
			for l := range j {
				sum -= factor[i*k+l] * factor[j*k+l]
			}
			if i == j {
				if !(sum > 0) {
					return false
				}
				factor[i*k+i] = math.Sqrt(sum)
			} else {
				factor[i*k+j] = sum / factor[j*k+j]
			}
		}
	}
	for i := range k {
		sum := g[i]
		for l := range i {
			sum -= factor[i*k+l] * step[l]
		}
		step[i] = sum / factor[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		sum := step[i]
		for l := i + 1; l < k; l++ {
			sum -= factor[l*k+i] * step[l]
		}
		step[i] = sum / factor[i*k+i]
	}
	return true
}
