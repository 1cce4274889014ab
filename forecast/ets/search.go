package ets

import "quartermaster/forecast"

// startDays are the open days from which the starting level is taken: eight weeks at most.
const startDays = 48

// start gives the level before the first day and a trend from the means of the first two windows.
func start(x []float64) (level, trend float64) {
	n := min(len(x), startDays)
	level = mean(x[:n])
	if len(x) >= 2*startDays {
		trend = (mean(x[startDays:2*startDays]) - level) / startDays
	}
	return level, trend
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}

// fitSimple minimises the squared errors over alpha in 0.01…0.6.
func fitSimple(x []float64, level float64) states {
	s := states{level: level}
	s.alpha, s.square = forecast.SearchAlpha(x, level, 0, &forecast.Alphas{0.01, 0.02, 0.04, 0.08, 0.14, 0.23, 0.37, 0.6})
	s.criterion(len(x), 3)
	return s
}

// fitDamped searches alpha, beta (as a share of alpha, which keeps the form stable) and phi: every point of a small grid,
// then four rounds of halving steps along each axis.
func fitDamped(x []float64, level, trend, alpha float64) states {
	best := states{level: level, trend: trend}
	found := false
	try := func(a, share, phi float64) bool {
		s := states{alpha: a, beta: a * share, phi: phi, level: level, trend: trend}
		s.run(x, nil)
		if found && s.square >= best.square {
			return false
		}
		best, found = s, true
		return true
	}
	for _, a := range [...]float64{alpha, 0.05, 0.2} {
		for _, share := range [...]float64{0.02, 0.1, 0.3} {
			for _, phi := range [...]float64{0.9, 0.98} {
				try(a, share, phi)
			}
		}
	}
	a, share, phi := best.alpha, best.beta/best.alpha, best.phi
	for step := 0.5; step > 0.05; step /= 2 {
		for _, next := range [...]float64{a * (1 + step), a / (1 + step)} {
			if next >= 0.01 && next <= 0.6 && try(next, share, phi) {
				a = next
			}
		}
		for _, next := range [...]float64{share * (1 + step), share / (1 + step)} {
			if next >= 0.005 && next <= 0.5 && try(a, next, phi) {
				share = next
			}
		}
		for _, next := range [...]float64{1 - (1-phi)*(1+step), 1 - (1-phi)/(1+step)} {
			if next >= 0.8 && next <= 0.98 && try(a, share, next) {
				phi = next
			}
		}
	}
	best.criterion(len(x), 6)
	return best
}
