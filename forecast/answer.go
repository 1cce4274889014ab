package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Ask is what is wanted of a fitted method.
type Ask struct {
	Horizon int
	Levels  []float64 // none: means alone, which is much the cheapest
	Lead    *LeadTime
	Rand    *rand.Rand // for Lead; may be nil where Lead is nil
}

// Answered is Forecast of a HistoryModel: its answer to the series made ready, quantiles settled. newRand, which is rng.New, makes
// the random numbers of a lead time.
func Answered(m HistoryModel, s Series, ask Ask, seed uint64, newRand func(seed uint64, names ...string) *rand.Rand) Forecast {
	h := Observe(s, m.Pooled())
	if ask.Lead != nil {
		ask.Rand = newRand(seed, "forecast", s.ID)
	}
	f := m.Answer(&h, ask)
	h.Settle(&f)
	return f
}

// Settle makes the quantiles of demand that comes in whole pieces whole: a band up to 1.3 pieces is one up to 1, and one up to 1.7
// up to 2. Without it a day of 2 pieces would lie outside a band that is meant to hold it. Blends are settled at their end.
func (h *History) Settle(f *Forecast) {
	if !h.Whole {
		return
	}
	for _, row := range f.Quantiles {
		for d, q := range row {
			row[d] = math.Round(q)
		}
	}
}

// Fit is what a method learned of a History's level, that is of demand on an average open day.
type Fit struct {
	Method string
	Params map[string]float64
	Fitted []float64               // level expected for each day of History.Y from the days before it
	Level  func(ahead int) float64 // level of the ahead-th open day to come, 1 = the next
	// Memory is the share of a day's relative surprise that stays in the level (the smoothing parameter of an
	// exponential smoothing, per day): it widens the days further out and the sum over a lead time.
	Memory float64
}

// Answer turns a fit into a Forecast: levels times the weekday's factor, 0 on closed weekdays, and quantiles from the
// method's own one-step-ahead errors (see spread). Means are never negative. Params gain "ignored" where values were.
func (h *History) Answer(fit Fit, ask Ask) Forecast {
	f := h.open(fit.Method, ask)
	f.Params = fit.Params
	if h.Ignored > 0 {
		if f.Params == nil {
			f.Params = make(map[string]float64, 1)
		}
		f.Params["ignored"] = float64(h.Ignored)
	}
	mean := h.means(fit.Level, reach(ask))
	f.Mean = mean[:len(f.Mean):len(f.Mean)]
	if len(ask.Levels) == 0 && ask.Lead == nil {
		return f
	}
	s := newSpread(h, fit)
	s.answer(&f, mean, ask)
	return f
}

// Short answers for a history that a method cannot be fitted to. StatusEmpty: zeros. StatusSparse: demand
// and days since the first sale, both fading by fade a day so that what stopped selling dies out, are divided; sizes are
// exponential and everything is stretched by (k+1)/k for k positive days: wide on purpose.
func (h *History) Short(method string, ask Ask) Forecast {
	f := h.open(method, ask)
	mean := h.means(func(int) float64 { return 0 }, reach(ask))
	s := spread{kappa: 1, stretch: 1}
	if h.Status != StatusEmpty {
		var k, days, came, sum float64
		for _, y := range h.Y {
			days, came, sum = days*fade+1, came*fade, sum*fade+y
			if y > 0 {
				k++
				came++
			}
		}
		days += minObserved / 2 // the first day was picked by there being a sale
		mean = h.means(func(int) float64 { return sum / days }, len(mean))
		s.kappa = -math.Log1p(-(came+1)/(days+2)) / (sum / days)
		s.stretch = (k + 1) / k
		s.sizes = exponentialSizes(nil, 64)
	}
	f.Mean = mean[:len(f.Mean):len(f.Mean)]
	s.answer(&f, mean, ask)
	return f
}

// fade is the weight of a day against the next one in a sparse history: half after 34 open days, some six weeks.
const fade = 0.98

func (h *History) open(method string, ask Ask) Forecast {
	return Forecast{SeriesID: h.ID, Method: method, Status: h.Status, StartDay: h.Next,
		Mean: make([]float64, max(ask.Horizon, 0)), Levels: slices.Clone(ask.Levels)}
}

// means gives the mean demand of the next n days.
func (h *History) means(level func(ahead int) float64, n int) []float64 {
	mean := make([]float64, n)
	ahead, w := 0, Weekday(h.Next)
	for d := range mean {
		if h.Profile.Open(w) {
			ahead++
			mean[d] = max(0, level(ahead)) * h.Profile.Factor[w]
		}
		if w++; w == 7 {
			w = 0
		}
	}
	return mean
}

// answer fills in the quantiles and the lead time. mean covers the horizon and the longest lead time.
func (s *spread) answer(f *Forecast, mean []float64, ask Ask) {
	if len(ask.Levels) > 0 {
		flat := make([]float64, len(ask.Levels)*len(f.Mean))
		f.Quantiles = make([][]float64, len(ask.Levels))
		for l := range f.Quantiles {
			f.Quantiles[l] = flat[l*len(f.Mean) : (l+1)*len(f.Mean) : (l+1)*len(f.Mean)]
		}
		s.quantiles(f.Quantiles, f.Mean, ask.Levels)
	}
	if ask.Lead != nil {
		f.LeadTime = s.leadTime(mean, ask)
	}
}
