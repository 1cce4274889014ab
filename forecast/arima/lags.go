package arima

import "math"

// term is one coefficient of a polynomial in the lag operator.
type term struct {
	lag  int
	coef float64
}

// coefficients are the parameters of an order as they stand in the equation
//
//	w_t = Σ ar_i·w_{t−i} + e_t + Σ ma_j·e_{t−j}
//
// seasonal ones apart; expand multiplies them out.
type coefficients struct {
	ar, ma, sar, sma []float64
}

// expand gives the multiplied-out polynomials as terms with rising lags: ar such that w_t = Σ ar·w + …, ma such that … + Σ ma·e.
func (c *coefficients) expand(period int, ar, ma []term) ([]term, []term) {
	return product(c.ar, c.sar, period, -1, ar[:0]), product(c.ma, c.sma, period, 1, ma[:0])
}

// product multiplies 1 + sign·Σ a_i·B^i by 1 + sign·Σ s_j·B^(j·period) and gives its terms, signed back.
func product(a, s []float64, period int, sign float64, out []term) []term {
	for j := -1; j < len(s); j++ {
		outer := 1.0
		if j >= 0 {
			outer = sign * s[j]
			out = append(out, term{(j + 1) * period, s[j]})
		}
		for i, v := range a {
			out = append(out, term{(j+1)*period + i + 1, sign * outer * sign * v})
		}
	}
	return out
}

// longest lag of terms, 0 = none.
func longest(terms []term) int {
	most := 0
	for _, t := range terms {
		most = max(most, t.lag)
	}
	return most
}

// dense spreads terms over lags 1…n, adding up those of the same lag.
func dense(terms []term, n int) []float64 {
	out := make([]float64, n)
	for _, t := range terms {
		out[t.lag-1] += t.coef
	}
	return out
}

// reach bounds partial autocorrelations away from a unit root.
const reach = 0.985

// fromFree turns free numbers into the coefficients of a stationary autoregression by way of its partial autocorrelations
// (Jones, Technometrics 22, 1980, 389–395). With negate the result is an invertible moving average.
func fromFree(free, out []float64, negate bool) {
	var before [8]float64
	for k, x := range free {
		r := reach * math.Tanh(x)
		copy(before[:], out[:k])
		out[k] = r
		for i := range k {
			out[i] = before[i] - r*before[k-1-i]
		}
	}
	if negate {
		for i := range out[:len(free)] {
			out[i] = -out[i]
		}
	}
}
