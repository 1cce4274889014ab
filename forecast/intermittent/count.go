package intermittent

import (
	"math"
	"math/rand/v2"
	"slices"

	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// CountKind is a distribution of counts.
type CountKind string

// The kinds of Count.
const (
	NegativeBinomial CountKind = "negbin" // counts whose variance grows with the mean and its square
	Hurdle           CountKind = "hurdle" // a demand or none, and sizes of one and a negative binomial above it
)

// Count forecasts whole units with a parametric distribution for each day, for demand that is too scarce for its own errors to
// show their tail. The mean is exponential smoothing of the level times the weekday's factor; the negative binomial's size
// is a maximum likelihood estimate over the one-day-ahead means (Snyder, Ord and Beaumont, Int. J. Forecasting 28, 2012,
// 485–496); the hurdle's chance of a demand follows the mean as in forecast's own spread (Cragg, Econometrica 39, 1971,
// 829–844). Demand over a lead time is simulated with a level that moves as the smoothing lets it. A series with broken
// units is none of counts, and is answered by the bootstrap of forecast.History. It implements forecast.HistoryModel.
type Count struct {
	pooled *forecast.Profile
	kind   CountKind
}

// NewCount returns the method; "" = NegativeBinomial. It keeps a copy of the week.
func NewCount(kind CountKind, pooled *forecast.Profile) *Count {
	m := &Count{kind: kind}
	if kind == "" {
		m.kind = NegativeBinomial
	}
	if pooled != nil {
		week := *pooled
		m.pooled = &week
	}
	return m
}

// Name is the kind's.
func (m *Count) Name() string { return string(m.kind) }

// Pooled implements forecast.HistoryModel.
func (m *Count) Pooled() *forecast.Profile { return m.pooled }

// Forecast implements forecast.Model. Params: alpha, level, size (the negative binomial's, large = Poisson), and for the hurdle
// kappa (of the chance 1 − exp(−kappa·mean)).
func (m *Count) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	return forecast.Answered(m, s, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed, rng.New)
}

// Answer implements forecast.HistoryModel.
func (m *Count) Answer(h *forecast.History, ask forecast.Ask) forecast.Forecast {
	if !h.Fits() {
		return h.Short(m.Name(), ask)
	}
	x := h.Deseasonalised()
	size0, interval := start(x)
	begin := size0 / interval
	alpha, _ := forecast.SearchAlpha(x, begin, 0, &forecast.Alphas{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4})
	fitted, level := make([]float64, len(x)), begin
	for t, v := range x {
		fitted[t] = level
		level += alpha * (v - level)
	}
	fit := forecast.Fit{Method: m.Name(), Params: map[string]float64{"alpha": alpha, "level": level}, Fitted: fitted, Level: func(int) float64 { return level }, Memory: alpha}
	c, whole := m.learn(h, fitted)
	if !whole {
		return h.Answer(fit, ask)
	}
	fit.Params["size"] = c.size
	if c.kappa > 0 {
		fit.Params["kappa"] = c.kappa
	}
	bare := forecast.Ask{Horizon: max(ask.Horizon, 0)}
	if ask.Lead != nil {
		bare.Horizon = max(bare.Horizon, min(int(ask.Lead.MeanDays+5*ask.Lead.SDDays)+2, forecast.MaxLeadDays))
	}
	f := h.Answer(fit, bare)
	reach := f.Mean
	f.Mean = reach[:max(ask.Horizon, 0):max(ask.Horizon, 0)]
	f.Levels = slices.Clone(ask.Levels)
	f.Quantiles = make([][]float64, len(ask.Levels))
	for l, p := range ask.Levels {
		f.Quantiles[l] = make([]float64, len(f.Mean))
		for d, mu := range f.Mean {
			f.Quantiles[l][d] = c.quantile(p, mu)
		}
	}
	if ask.Lead != nil {
		lead := c.leadTime(reach, alpha, ask)
		f.LeadTime = &lead
	}
	return f
}

// counts is a day's distribution about its mean.
type counts struct {
	size  float64 // of the negative binomial: variance = mean + mean²/size
	kappa float64 // > 0: a hurdle, whose positive part is 1 + a negative binomial
}

// mostSize is a negative binomial that is a Poisson distribution for all purposes.
const mostSize = 1e4

// learn fits the distribution to the days of h given their means; whole is false where demand comes in broken units.
func (m *Count) learn(h *forecast.History, fitted []float64) (c counts, whole bool) {
	mu := make([]float64, len(h.Y))
	sum, positive := 0.0, 0.0
	for t, y := range h.Y {
		if y != math.Trunc(y) || y > 1e9 {
			return c, false
		}
		sum += y
		if y > 0 {
			positive++
		}
		mu[t] = fitted[t] * h.Profile.Factor[h.Weekday[t]]
	}
	floor := 1e-3 * sum / float64(len(h.Y))
	for t := range mu {
		mu[t] = max(mu[t], floor)
	}
	if m.kind == Hurdle && positive < float64(len(h.Y)) {
		share := positive / float64(len(h.Y))
		c.kappa = -math.Log1p(-share) / (sum / float64(len(h.Y)))
		var above, means []float64
		for t, y := range h.Y {
			if y > 0 {
				above, means = append(above, y-1), append(means, c.above(mu[t]))
			}
		}
		c.size = sizeOf(above, means)
		return c, true
	}
	c.size = sizeOf(h.Y, mu)
	return c, true
}

// chance of a demand on a day with a mean, for the hurdle.
func (c *counts) chance(mu float64) float64 { return max(-math.Expm1(-c.kappa*mu), 1e-12) }

// above is the mean of the units beyond the first on a day with demand.
func (c *counts) above(mu float64) float64 { return max(0, mu/c.chance(mu)-1) }

// sizeOf maximises the likelihood of counts about given means over the size, on a grid that is then refined.
func sizeOf(y, mu []float64) float64 {
	likelihood := func(size float64) float64 {
		sum := 0.0
		g, _ := math.Lgamma(size)
		for t, v := range y {
			a, _ := math.Lgamma(size + v)
			sum += a - g + size*math.Log(size/(size+mu[t])) + v*math.Log(max(mu[t], 1e-12)/(size+mu[t]))
		}
		return sum
	}
	best, most := mostSize, math.Inf(-1)
	for e := -2.0; e <= 4; e += 0.5 {
		if l := likelihood(math.Pow(10, e)); l > most {
			best, most = math.Pow(10, e), l
		}
	}
	for _, f := range []float64{0.6, 0.75, 0.87, 1.15, 1.33, 1.6} {
		if l := likelihood(best * f); l > most {
			best, most = best*f, l
		}
	}
	return best
}

// quantile of a day with mean mu: the least count whose probability reaches p.
func (c *counts) quantile(p, mu float64) float64 {
	p = min(max(p, 0), 1-1e-9)
	if mu <= 0 {
		return 0
	}
	if c.kappa <= 0 {
		return binomialQuantile(p, mu, c.size)
	}
	chance := c.chance(mu)
	if p <= 1-chance {
		return 0
	}
	return 1 + binomialQuantile((p-(1-chance))/chance, c.above(mu), c.size)
}

// largeMean is where counts are many enough for the gamma distribution to stand for them.
const largeMean = 1e4

func binomialQuantile(p, mu, size float64) float64 {
	if mu <= 0 {
		return 0
	}
	if mu > largeMean {
		shape := mu * mu / (mu + mu*mu/size)
		z := math.Sqrt2 * math.Erfinv(2*min(max(p, 1e-9), 1-1e-9)-1)
		cube := 1 - 1/(9*shape) + z/(3*math.Sqrt(shape)) // Wilson and Hilferty 1931
		return math.Round(mu * max(0, cube*cube*cube))
	}
	mass := math.Exp(size * math.Log(size/(size+mu)))
	ratio := mu / (size + mu)
	sum, k := mass, 0.0
	for sum < p && k < 100*largeMean {
		mass *= ratio * (size + k) / (k + 1)
		k++
		sum += mass
		if mass < 1e-17 && k > mu { // what is left is rounding
			break
		}
	}
	return k
}

// draw a count about a mean.
func (c *counts) draw(mu float64, r *rand.Rand) float64 { return c.quantile(r.Float64(), mu) }

// countPaths drawn for a lead time.
const countPaths = 512

// leadTime simulates the days of lead times with a level that moves by alpha after each.
func (c *counts) leadTime(mean []float64, alpha float64, ask forecast.Ask) forecast.LeadTimeDemand {
	paths := make(forecast.Paths, countPaths)
	for i := range paths {
		paths[i] = make([]float64, len(mean))
		level := 1.0
		for d, mu := range mean {
			if mu <= 0 {
				continue
			}
			y := c.draw(level*mu, ask.Rand)
			paths[i][d] = y
			level = max(0, level+alpha*(y/mu-level))
		}
	}
	return paths.LeadTime(*ask.Lead, 7, ask.Levels, ask.Rand)
}
