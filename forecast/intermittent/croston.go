package intermittent

import "quartermaster/forecast"

// alphas are the smoothing parameters tried: the range that Croston and Syntetos and Boylan found useful, and two below it
// for the long daily histories they did not have.
var alphas = [lanes]float64{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3}

const lanes = 8

// fitCroston chooses the one smoothing parameter of sizes and intervals (Croston's) and gives the rate of the days to come.
func fitCroston(x []float64, unbiased bool, fit *forecast.Fit) float64 {
	size, interval := start(x)
	days := demandsOf(x)
	best, least := 0, 0.0
	for i, alpha := range alphas {
		c := newCroston(alpha, size, interval, unbiased)
		square := c.squares(&days)
		if i == 0 || square < least {
			best, least = i, square
		}
	}
	alpha := alphas[best]
	c := newCroston(alpha, size, interval, unbiased)
	for t, v := range x {
		fit.Fitted[t] = c.rate
		c.see(v)
	}
	fit.Params = map[string]float64{"alpha": alpha, "beta": alpha, "size": c.size, "interval": c.interval}
	fit.Memory = alpha / c.interval
	return c.rate
}

// croston is the state of the method between two days.
type croston struct {
	alpha          float64
	correction     float64 // 1, or SBA's 1 − α/2
	size, interval float64
	since          float64 // days since the last demand, today not counted
	rate           float64 // of tomorrow
}

func newCroston(alpha, size, interval float64, unbiased bool) croston {
	c := croston{alpha: alpha, correction: 1, size: size, interval: interval}
	if unbiased {
		c.correction = 1 - alpha/2
	}
	c.rate = c.correction * size / interval
	return c
}

// squares goes through all days and gives the sum of their squared errors: the rate stands still between demands.
func (c *croston) squares(days *demands) float64 {
	square := 0.0
	for i, demand := range days.size {
		quiet := float64(days.quiet[i])
		e := demand - c.rate
		square += quiet*c.rate*c.rate + e*e
		c.since += quiet
		c.see(demand)
	}
	return square + float64(days.tail)*c.rate*c.rate
}

// see takes in one day's demand. Size, interval and rate move on days with demand only.
func (c *croston) see(demand float64) {
	c.since++
	if demand <= 0 {
		return
	}
	c.size += c.alpha * (demand - c.size)
	c.interval += c.alpha * (c.since - c.interval)
	c.since = 0
	c.rate = c.correction * c.size / c.interval
}
