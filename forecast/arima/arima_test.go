package arima

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// Likelihood and forecasts are those of R for the same coefficients (testdata/r_arima.json says which version). The likelihood is that of the
// differenced series, since R's own for differenced models has an approximate diffuse start; its forecasts have it too, hence
// a tolerance of 1e-6 of the value.
func TestEqualsR(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/r_arima.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Period int
		Y      []float64
		Cases  []struct {
			Order, Seasonal  []int
			AR, MA, SAR, SMA []float64
			Mean, LogLik     float64
			Forecast         []float64
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		o := Order{P: c.Order[0], D: c.Order[1], Q: c.Order[2], SP: c.Seasonal[0], SD: c.Seasonal[1], SQ: c.Seasonal[2], Period: golden.Period}
		logLik, means := Evaluate(o, golden.Y, c.AR, c.MA, c.SAR, c.SMA, c.Mean, len(c.Forecast))
		if math.Abs(logLik-c.LogLik) > 1e-6*math.Abs(c.LogLik) {
			t.Errorf("%v: log-likelihood %.9f, R has %.9f", o, logLik, c.LogLik)
		}
		for h, want := range c.Forecast {
			if math.Abs(means[h]-want) > 1e-6*math.Abs(want) {
				t.Errorf("%v: step %d is %.9f, R has %.9f", o, h+1, means[h], want)
			}
		}
	}
}

// The innovations algorithm gives the likelihood of the multivariate normal distribution with the process' covariance
// matrix, which a dumb dense factorisation computes.
func TestExactEqualsDense(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		free := func(n int, name string) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(-1.2, 1.2), n, n).Draw(t, name)
		}
		p, q := rapid.IntRange(0, 3).Draw(t, "p"), rapid.IntRange(0, 3).Draw(t, "q")
		ar, ma := make([]float64, p), make([]float64, q)
		fromFree(free(p, "ar"), ar, false)
		fromFree(free(q, "ma"), ma, true)
		n := rapid.IntRange(2, 25).Draw(t, "n")
		x := rapid.SliceOfN(rapid.Float64Range(-3, 3), n, n).Draw(t, "x")
		e, ok := newExact(ar, ma)
		if !ok {
			t.Skip()
		}
		square, logs := e.run(append([]float64(nil), x...), make([]float64, n), make([]float64, n), n)
		gamma, _ := autocovariance(ar, ma, n)
		cov := mat.NewSymDense(n, nil)
		for i := range n {
			for j := i; j < n; j++ {
				cov.SetSym(i, j, gamma[j-i])
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(cov) { //nolint:misspell // gonum's name
			t.Skip()
		}
		var solved mat.VecDense
		if err := chol.SolveVecTo(&solved, mat.NewVecDense(n, x)); err != nil {
			t.Skip() // ill conditioned
		}
		wantSquare, wantLogs := mat.Dot(mat.NewVecDense(n, x), &solved), chol.LogDet()
		if math.Abs(square-wantSquare) > 1e-6*(1+wantSquare) || math.Abs(logs-wantLogs) > 1e-6*(1+math.Abs(wantLogs)) {
			t.Fatalf("ar %v ma %v: %v and %v, dense %v and %v", ar, ma, square, logs, wantSquare, wantLogs)
		}
	})
}

// A simulated AR(2) is found again: its coefficients within three standard errors or so.
func TestFindsProcess(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	y := []float64{0, 0}
	for range 600 {
		n := len(y)
		y = append(y, 1.2*y[n-1]-0.5*y[n-2]+r.NormFloat64())
	}
	y = y[100:]
	m := newModel(Order{P: 2, Period: 1}, y, nil, y, nil)
	m.fitConditional(20, 1e-8)
	m.fitExact(10)
	if math.Abs(m.coef.ar[0]-1.2) > 0.12 || math.Abs(m.coef.ar[1]+0.5) > 0.12 || math.Abs(m.sigma2-1) > 0.2 {
		t.Errorf("found %v, sigma² %v", m.coef.ar, m.sigma2)
	}
}

// A regressor's effect is found beside ARMA errors and carried into the forecast.
func TestRegressor(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	promo := make([]float64, 210)
	series := forecast.Regular{ID: "p", Signed: true, Regressors: [][]float64{promo}}
	for i := range promo {
		if i%9 == 4 {
			promo[i] = 1
		}
		if i < 200 {
			series.Values = append(series.Values, 20+15*promo[i]+r.NormFloat64())
		}
	}
	f, err := Auto{}.Fit(&series, 10)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(f.Params["x1"]-15) > 1 {
		t.Errorf("effect %v, truth 15", f.Params["x1"])
	}
	for h, v := range f.Mean {
		if want := 20 + 15*promo[200+h]; math.Abs(v-want) > 1.5 {
			t.Errorf("step %d: %v, want about %v", h+1, v, want)
		}
	}
}

// Whatever the series, the answer is numbers, as many as asked, and the same again.
func TestAutoSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Just(5.0), rapid.Float64Range(0, 1000)), 0, 40).Draw(t, "y")
		r := forecast.Regular{ID: "r", Seasons: []int{rapid.SampledFrom([]int{1, 4}).Draw(t, "season")}, Values: y}
		f, err := Auto{}.Fit(&r, 7)
		if errors.Is(err, forecast.ErrShort) {
			return
		}
		if err != nil || len(f.Mean) != 7 {
			t.Fatalf("%v, %d means", err, len(f.Mean))
		}
		again, _ := Auto{}.Fit(&r, 7)
		for h, v := range f.Mean {
			if math.IsNaN(v) || math.IsInf(v, 0) || v != again.Mean[h] {
				t.Fatalf("%v then %v", f.Mean, again.Mean)
			}
		}
	})
}
