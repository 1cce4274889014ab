package credit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Firm value seen through its shares (Merton, Journal of Finance 29, 1974).
type Firm struct {
	Assets     float64
	Volatility float64 // of the assets, a year
	Distance   float64 // d2
	PD         float64 // N(−d2), risk-neutral
}

// Merton solves for the value and volatility of a firm's assets from those of its equity: E = V·N(d1) − D·e^(−rT)·N(d2) and
// σE·E = N(d1)·σV·V, by bisection on σV inside bisection on V. Time is in years.
func Merton(equity, equityVolatility, debt, rate, years float64) (Firm, error) {
	for name, v := range map[string]float64{"equity": equity, "its volatility": equityVolatility, "debt": debt, "time": years} {
		if !(v > 0) || math.IsInf(v, 0) {
			return Firm{}, fmt.Errorf("credit: Merton: %s is %g; want above 0", name, v)
		}
	}
	n := distuv.UnitNormal.CDF
	d := func(v, s float64) (d1, d2 float64) {
		d1 = (math.Log(v/debt) + (rate+s*s/2)*years) / (s * math.Sqrt(years))
		return d1, d1 - s*math.Sqrt(years)
	}
	assets := func(s float64) float64 { // the value whose call is worth the equity
		lo, hi := equity, equity+debt*math.Max(1, math.Exp(-rate*years))
		for range 200 {
			mid := (lo + hi) / 2
			d1, d2 := d(mid, s)
			if mid*n(d1)-debt*math.Exp(-rate*years)*n(d2) < equity {
				lo = mid
			} else {
				hi = mid
			}
		}
		return (lo + hi) / 2
	}
	lo, hi := 1e-6, equityVolatility
	for range 200 { // the equity's volatility rises with the assets'
		mid := (lo + hi) / 2
		v := assets(mid)
		d1, _ := d(v, mid)
		if n(d1)*mid*v/equity < equityVolatility {
			lo = mid
		} else {
			hi = mid
		}
	}
	f := Firm{Volatility: (lo + hi) / 2}
	f.Assets = assets(f.Volatility)
	_, f.Distance = d(f.Assets, f.Volatility)
	f.PD = n(-f.Distance)
	return f, nil
}

// AltmanZ is the score of 1968 for public manufacturers, of working capital, retained earnings, EBIT, market equity to
// liabilities, and sales (the others to total assets), with its zone: distress below 1.81, safe above 2.99, grey between.
func AltmanZ(x [5]float64) (z float64, zone string) {
	z = 1.2*x[0] + 1.4*x[1] + 3.3*x[2] + 0.6*x[3] + 0.999*x[4]
	switch {
	case z > 2.99:
		return z, "safe"
	case z < 1.81:
		return z, "distress"
	}
	return z, "grey"
}

// FirstDigits are the shares of first digits 1…9 by Benford's law.
func FirstDigits() [9]float64 {
	var p [9]float64
	for d := range p {
		p[d] = math.Log10(1 + 1/float64(d+1))
	}
	return p
}
