// Package arima solves forecasting by seasonal ARIMA with regressors, the orders chosen automatically.
//
// Takes a forecast.Regular and gives a forecast.Curve. Method: differences by tests of stationarity, orders by the stepwise
// search of Hyndman and Khandakar (J. Statistical Software 27(3), 2008) over conditional sums of squares, the best ones by exact
// Gaussian likelihood with the innovations algorithm (Brockwell and Davis 1991, section 5.3), long seasons as Fourier
// terms; O(n·lags) a pass for the search and O(n·lags²) for the likelihood. Never: no missing values, no outlier model.
package arima

import (
	"fmt"
	"math"
	"slices"

	"quartermaster/forecast"
)

// Order of a model: ARIMA(P,D,Q)(SP,SD,SQ) with season Period, and whether the differenced series has a mean.
type Order struct {
	P, D, Q    int
	SP, SD, SQ int
	Period     int
	Mean       bool
}

// String gives "ARIMA(1,1,1)(0,1,1)[12]".
func (o Order) String() string {
	s := fmt.Sprintf("ARIMA(%d,%d,%d)", o.P, o.D, o.Q)
	if o.Period > 1 {
		s += fmt.Sprintf("(%d,%d,%d)[%d]", o.SP, o.SD, o.SQ, o.Period)
	}
	if o.Mean {
		s += " with mean"
	}
	return s
}

// Auto chooses the order itself. It implements forecast.Method.
type Auto struct {
	// LongestSeason fitted by seasonal lags; longer seasons become Fourier terms. 0 = 12.
	LongestSeason int
	// Fourier pairs for each longer season, 0 = 3.
	Fourier int
	// Window of latest values that are looked at; 0 = 400.
	Window int
	// Fast leaves the final estimates to conditional least squares.
	Fast bool
	// Label is the name, "" = "arima".
	Label string
}

// Name is the label.
func (a Auto) Name() string {
	if a.Label == "" {
		return "arima"
	}
	return a.Label
}

// finalists are estimated by exact likelihood.
const finalists = 2

// Fit implements forecast.Method. Params: the orders p, d, q, P, D, Q, period, and aicc, sigma2.
func (a Auto) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	window, longest := a.Window, a.LongestSeason
	if window == 0 {
		window = 400
	}
	if longest == 0 {
		longest = 12
	}
	skip := max(0, len(r.Values)-window)
	y := r.Values[skip:]
	if len(y) < 6 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 6 values, has %d", forecast.ErrShort, a.Name(), len(y))
	}
	m := r.FirstSeason()
	if m > longest || len(y) < 2*m+5 {
		m = 1
	}
	out := forecast.Curve{Method: a.Name(), Fitted: make([]float64, len(r.Values)), Mean: make([]float64, horizon)}
	for t := range skip {
		out.Fitted[t] = math.NaN()
	}
	if !slices.ContainsFunc(y, func(v float64) bool { return v != y[0] }) {
		for h := range out.Mean {
			out.Mean[h] = y[0]
		}
		copy(out.Fitted[skip:], y)
		return out, nil
	}
	x := a.columns(r, skip, longest, horizon)
	best := choose(y, x, m, a.Fast)
	best.answer(out.Fitted[skip:], out.Mean)
	o := best.order
	out.Params = map[string]float64{"p": float64(o.P), "d": float64(o.D), "q": float64(o.Q), "P": float64(o.SP), "D": float64(o.SD),
		"Q": float64(o.SQ), "period": float64(o.Period), "sigma2": best.sigma2}
	if !math.IsInf(best.aicc, 0) {
		out.Params["aicc"] = best.aicc
	}
	for k, beta := range best.beta {
		out.Params[fmt.Sprintf("x%d", k+1)] = beta
	}
	return out, nil
}

// columns are the regressors over the window and the horizon: the series' own and pairs of sine and cosine for each season
// that is too long for seasonal lags.
func (a Auto) columns(r *forecast.Regular, skip, longest, horizon int) [][]float64 {
	n := len(r.Values) + horizon
	var x [][]float64
	for _, c := range r.Regressors {
		x = append(x, c[skip:n])
	}
	pairs := a.Fourier
	if pairs == 0 {
		pairs = 3
	}
	for _, m := range r.Seasons {
		if m <= longest || len(r.Values)-skip < 2*m {
			continue
		}
		for k := 1; k <= min(pairs, m/2); k++ {
			sine, cosine := make([]float64, n-skip), make([]float64, n-skip)
			for t := range sine {
				sine[t], cosine[t] = math.Sincos(2 * math.Pi * float64(k) * float64(t) / float64(m))
			}
			x = append(x, cosine)
			if 2*k != m {
				x = append(x, sine)
			}
		}
	}
	return x
}
