package credit

import (
	"math"
	"strconv"

	"quartermaster/internal/rng"
)

// ImaginedSuppliers is a supplier base drawn by rule, to measure what operations signals are worth. Each supplier has a
// hidden distress d, a random walk that returns slowly to 0 (d ← 0.95·d + 0.25·normal) and fails in the next month with
// log-odds −7 + 1.9·d. Its three ratios show the distress of 6 to 18 months ago, as yearly accounts do (published half a
// year late), each with noise of 0.8; its signals show that of now: delay 2 + 2·d₊ days ± 2, fill rate 0.97 − 0.04·d₊ ± 0.03,
// orders 12 − d ± 3, price concessions 0.02 + 0.02·d₊ ± 0.02, returns 0.01 + 0.008·d₊ ± 0.01, disputes 0.02 + 0.015·d₊ ±
// 0.02, stock 20 ± 6 days (of no meaning). d₊ is the positive part. The sizes are assumed, not measured anywhere.
func ImaginedSuppliers(seed uint64, suppliers, months int) []SupplierMonth {
	var out []SupplierMonth
	for s := range suppliers {
		r := rng.New(seed, "imagined suppliers", strconv.Itoa(s))
		d := make([]float64, months+18)
		for t := 1; t < len(d); t++ {
			d[t] = 0.95*d[t-1] + 0.25*r.NormFloat64()
		}
		phase := r.IntN(12)
		var ratios []float64
		for t := range months {
			now := d[t+18]
			if t == 0 || (t+phase)%12 == 0 {
				seen := d[t+18-6-(t+phase)%12]
				ratios = []float64{-seen + 0.8*r.NormFloat64(), -seen + 0.8*r.NormFloat64(), -seen + 0.8*r.NormFloat64()}
			}
			up := math.Max(0, now)
			m := SupplierMonth{Supplier: s, Month: t, Ratios: ratios, Signals: Signals{
				DelayDays: math.Max(0, 2+2*up+2*r.NormFloat64()), FillRate: math.Min(1, 0.97-0.04*up+0.03*r.NormFloat64()),
				Orders: math.Max(0, math.Round(12-now+3*r.NormFloat64())), PriceConcession: math.Max(0, 0.02+0.02*up+0.02*r.NormFloat64()),
				ReturnShare:  math.Max(0, 0.01+0.008*up+0.01*r.NormFloat64()),
				DisputeShare: math.Max(0, 0.02+0.015*up+0.02*r.NormFloat64()), StockDays: math.Max(0, 20+6*r.NormFloat64()),
			}}
			m.Fails = r.Float64() < sigmoid(-7+1.9*now)
			out = append(out, m)
			if m.Fails {
				break
			}
		}
	}
	return out
}
