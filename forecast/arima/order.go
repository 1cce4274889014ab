package arima

import (
	"math"
	"slices"
)

// Limits of the search (Hyndman and Khandakar 2008, section 3.2).
const (
	mostPlain    = 5
	mostSeasonal = 2
	mostModels   = 94
)

// choose finds the order and its estimates.
func choose(y []float64, x [][]float64, period int, fast bool) *model {
	d, sd := differencing(y, period)
	w := difference(y, d, sd, period)
	for len(w) < 4 && d+sd > 0 { // too short for so many differences
		if sd > 0 {
			sd--
		} else {
			d--
		}
		w = difference(y, d, sd, period)
	}
	dx := make([][]float64, 0, len(x))
	for _, c := range x {
		dx = append(dx, difference(c[:len(y)], d, sd, period))
	}
	s := &search{y: y, x: x, w: w, dx: dx, d: d, sd: sd, period: period, seen: map[Order]*model{}}
	s.walk()
	models := make([]*model, 0, len(s.seen))
	for _, o := range s.order {
		models = append(models, s.seen[o])
	}
	slices.SortStableFunc(models, func(a, b *model) int {
		switch {
		case a.aicc < b.aicc:
			return -1
		case a.aicc > b.aicc:
			return 1
		}
		return 0
	})
	best := models[0]
	if fast {
		return best
	}
	for i, m := range models[:min(finalists, len(models))] {
		m.fitExact(8)
		if i == 0 || m.aicc < best.aicc {
			best = m
		}
	}
	return best
}

// search walks from order to order.
type search struct {
	y, w   []float64
	x, dx  [][]float64
	d, sd  int
	period int
	seen   map[Order]*model
	order  []Order // in which they were tried
	best   *model
}

func (s *search) walk() {
	mean := s.d+s.sd <= 1
	sp, sq := 0, 0
	if s.period > 1 {
		sp, sq = 1, 1
	}
	for _, o := range []Order{{P: 2, Q: 2, SP: sp, SQ: sq}, {}, {P: 1, SP: sp}, {Q: 1, SQ: sq}} {
		o.Mean = mean
		s.try(o)
	}
	if mean {
		s.try(Order{})
	}
	for moved := true; moved && len(s.seen) < mostModels; {
		moved = s.neighbours(s.best.order, mean)
	}
}

// neighbours tries the orders next to o and stops at the first that is better.
func (s *search) neighbours(o Order, mean bool) bool {
	steps := [][4]int{{0, 0, -1, 0}, {0, 0, 0, -1}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0, 0, -1, -1}, {0, 0, 1, 1}, {0, 0, -1, 1}, {0, 0, 1, -1},
		{-1, 0, 0, 0}, {0, -1, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {-1, -1, 0, 0}, {1, 1, 0, 0}, {-1, 1, 0, 0}, {1, -1, 0, 0}}
	for _, k := range steps {
		n := o
		n.P, n.Q, n.SP, n.SQ = o.P+k[0], o.Q+k[1], o.SP+k[2], o.SQ+k[3]
		if s.try(n) {
			return true
		}
	}
	if mean {
		o.Mean = !o.Mean
		return s.try(o)
	}
	return false
}

// try fits an order that was not tried and is allowed, and says whether it is the best so far.
func (s *search) try(o Order) bool {
	o.D, o.SD, o.Period = s.d, s.sd, s.period
	if o.P < 0 || o.Q < 0 || o.SP < 0 || o.SQ < 0 || o.P > mostPlain || o.Q > mostPlain || o.SP > mostSeasonal || o.SQ > mostSeasonal ||
		s.period == 1 && o.SP+o.SQ > 0 {
		return false
	}
	if _, ok := s.seen[o]; ok || len(s.seen) >= mostModels {
		return false
	}
	m := newModel(o, s.y, s.x, s.w, s.dx)
	m.fitConditional(10, 1e-4)
	s.seen[o] = m
	s.order = append(s.order, o)
	if s.best == nil || m.aicc < s.best.aicc {
		s.best = m
		return true
	}
	return false
}

// differencing gives the plain and seasonal differences that y needs: a seasonal one where the season is strong (Wang, Smith
// and Hyndman 2006: more than 0.64), plain ones while the level is not stationary by KPSS.
func differencing(y []float64, period int) (d, sd int) {
	if period > 1 && len(y) >= 3*period && strength(y, period) > 0.64 {
		sd = 1
	}
	w := difference(y, 0, sd, period)
	for d < 2 && len(w) > 5 && !isConstant(w) && kpss(w) > 0.463 {
		w = step(w, 1)
		d++
	}
	return d, sd
}

func isConstant(y []float64) bool {
	for _, v := range y {
		if math.Abs(v-y[0]) > 1e-12*math.Abs(y[0]) {
			return false
		}
	}
	return true
}

// kpss is the statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) for stationarity about a level; above 0.463 it is
// refused at 5 %.
func kpss(y []float64) float64 {
	n := len(y)
	mean := 0.0
	for _, v := range y {
		mean += v / float64(n)
	}
	e := make([]float64, n)
	sum, total := 0.0, 0.0
	for t, v := range y {
		e[t] = v - mean
		sum += e[t]
		total += sum * sum
	}
	lags := int(4 * math.Pow(float64(n)/100, 0.25))
	variance := 0.0
	for l := 0; l <= lags; l++ {
		c := 0.0
		for t := l; t < n; t++ {
			c += e[t] * e[t-l]
		}
		if l > 0 {
			c *= 2 * (1 - float64(l)/float64(lags+1))
		}
		variance += c
	}
	if variance <= 0 {
		return 0
	}
	return total / float64(n) / variance
}

// strength of the season: 1 less the variance of the rest over that of season and rest, by moving averages.
func strength(y []float64, m int) float64 {
	n := len(y)
	detrended, factor, count := make([]float64, 0, n), make([]float64, m), make([]float64, m)
	half := m / 2
	for t := half; t+half < n; t++ {
		sum := 0.0
		for k := t - half; k <= t+half; k++ {
			sum += y[k]
		}
		if m%2 == 0 {
			sum -= 0.5 * (y[t-half] + y[t+half])
		}
		v := y[t] - sum/float64(m)
		detrended = append(detrended, v)
		factor[t%m] += v
		count[t%m]++
	}
	var both, rest, mean float64
	for _, v := range detrended {
		mean += v / float64(len(detrended))
	}
	for i, v := range detrended {
		f := factor[(half+i)%m] / count[(half+i)%m]
		both += (v - mean) * (v - mean)
		rest += (v - f) * (v - f)
	}
	if both <= 0 {
		return 0
	}
	return max(0, 1-rest/both)
}
