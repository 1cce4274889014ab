package intermittent

import (
	"fmt"
	"slices"

	"quartermaster/forecast"
)

// The methods of Classic beside Croston, SBA and TSB.
const (
	ADIDA Method = "adida" // sums over blocks as long as the mean interval, smoothed, spread back
	IMAPA Method = "imapa" // the mean of ADIDA over all blocks from one step to the mean interval
)

// Classic is one method for intermittent demand on a forecast.Regular: a rate for all steps to come. It implements forecast.Method. Method:
// as the package says; ADIDA of Nikolopoulos, Syntetos, Boylan, Petropoulos and Assimakopoulos (JORS 62, 2011, 544–554), iMAPA of Petropoulos
// and Kourentzes (JORS 66, 2015, 914–924). Alpha smooths; 0 chooses it by the squared one-step errors.
type Classic struct {
	Method Method
	Alpha  float64
}

// Name is the method's.
func (c Classic) Name() string { return string(c.Method) }

// Fit implements forecast.Method. Params: rate.
func (c Classic) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y := r.Values
	first := slices.IndexFunc(y, func(v float64) bool { return v > 0 })
	if len(y) == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 1 value", forecast.ErrShort, c.Name())
	}
	rate := 0.0
	if first >= 0 {
		rate = c.rate(y[first:])
	}
	return forecast.Curve{Method: c.Name(), Mean: slices.Repeat([]float64{rate}, horizon), Params: map[string]float64{"rate": rate}}, nil
}

func (c Classic) rate(x []float64) float64 {
	switch c.Method {
	case ADIDA:
		return c.blocks(x, meanInterval(x))
	case IMAPA:
		sum, most := 0.0, meanInterval(x)
		for size := 1; size <= most; size++ {
			sum += c.blocks(x, size)
		}
		return sum / float64(most)
	}
	fit := forecast.Fit{Fitted: make([]float64, len(x))}
	if c.Method == TSB {
		return fitTSB(x, &fit)
	}
	return fitCroston(x, c.Method == SBA, &fit)
}

// meanInterval between demands, rounded, one step at least.
func meanInterval(x []float64) int {
	n := 0
	for _, v := range x {
		if v > 0 {
			n++
		}
	}
	return max(1, (len(x)+n/2)/max(n, 1))
}

// blocks smooths the sums of whole blocks of size steps, the last one ending with x, and gives the rate of one step.
func (c Classic) blocks(x []float64, size int) float64 {
	var sums []float64
	for from := len(x) % size; from+size <= len(x); from += size {
		sum := 0.0
		for _, v := range x[from : from+size] {
			sum += v
		}
		sums = append(sums, sum)
	}
	if len(sums) == 0 {
		return 0
	}
	alpha := c.Alpha
	if alpha == 0 {
		alpha, _ = forecast.SearchAlpha(sums, sums[0], 0, &forecast.Alphas{0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6})
	}
	level := sums[0]
	for _, s := range sums {
		level += alpha * (s - level)
	}
	return level / float64(size)
}
