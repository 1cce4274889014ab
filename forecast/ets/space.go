package ets

import (
	"math"

	"quartermaster/forecast"
)

// Kind of a component: none, additive or multiplicative.
type Kind byte

// The kinds, by the letters of the literature.
const (
	None Kind = 'N'
	Add  Kind = 'A'
	Mul  Kind = 'M'
)

// Spec names one form, as ETS(error, trend, season).
type Spec struct {
	Error, Trend, Season Kind
	Damped               bool
}

// String gives "ETS(A,Ad,N)".
func (spec Spec) String() string {
	trend := string(spec.Trend)
	if spec.Damped {
		trend += "d"
	}
	return "ETS(" + string(spec.Error) + "," + trend + "," + string(spec.Season) + ")"
}

// Specs are the fifteen admissible forms: additive or no trend, damped or not; a multiplicative season only with
// multiplicative errors, since the others can have infinite variance (Hyndman et al. 2008, section 4.2 and chapter 15).
func Specs(seasonal, positive bool) []Spec {
	var all []Spec
	for _, season := range []Kind{None, Add, Mul} {
		if season != None && !seasonal {
			continue
		}
		for _, e := range []Kind{Add, Mul} {
			if (e == Mul || season == Mul) && !positive || season == Mul && e == Add {
				continue
			}
			all = append(all, Spec{e, None, season, false}, Spec{e, Add, season, false}, Spec{e, Add, season, true})
		}
	}
	return all
}

// State is everything that a form is fixed by: smoothing parameters and the states before the first value.
type State struct {
	Alpha, Beta, Gamma, Phi float64 // Beta and Gamma as added to trend and season, Beta ≤ Alpha, Gamma ≤ 1 − Alpha
	Level, Trend            float64
	Season                  []float64 // Season[i] is used for value i of the first round
}

// path is where a filter ended, and what it found on its way.
type path struct {
	level, trend float64
	season       []float64 // ring: index t%m
	square       float64   // Σ e², relative errors for multiplicative ones
	logs         float64   // Σ log|mean|
}

// Likelihood is Σ e² turned into −2·log likelihood less its constant, as published: n·log Σe² (+ 2·Σ log|mean| for
// multiplicative errors; Hyndman et al. 2008, equation 5.3).
func (p *path) likelihood(spec Spec, n int) float64 {
	l := float64(n) * math.Log(p.square)
	if spec.Error == Mul {
		l += 2 * p.logs
	}
	return l
}

// run filters y in component form, which is the same for both kinds of error. means, where not nil, gets the one-step-ahead means,
// errors the errors. ring is the workspace of the season. A mean that is not above zero under multiplicative errors makes
// the path's square infinite. O(len(y)), no allocation.
//
//	mean = q ∘ s      q = ℓ + φb     ℓ ← q + α(y⊘s − q)     b ← φb + (β/α)(ℓ − ℓ_old − φb)     s ← s + γ(y⊘q − s)
func (spec Spec) run(y []float64, st *State, ring, means, errors []float64) path {
	p := path{level: st.Level, trend: st.Trend, season: ring[:len(st.Season)]}
	copy(p.season, st.Season)
	phi := 1.0
	if spec.Damped {
		phi = st.Phi
	}
	share := 0.0
	if spec.Trend != None && st.Alpha > 0 {
		share = st.Beta / st.Alpha
	} else {
		p.trend = 0
	}
	relative := spec.Error == Mul
	at, product := 0, 1.0
	for t, v := range y {
		drift := phi * p.trend
		q := p.level + drift
		mean, rest := q, v
		switch spec.Season {
		case Add:
			mean, rest = q+p.season[at], v-p.season[at]
		case Mul:
			mean, rest = q*p.season[at], v/p.season[at]
		}
		e := v - mean
		if relative {
			if !(mean > 0) {
				p.square = math.Inf(1)
				return p
			}
			e /= mean
			if product *= mean; product > 1e100 || product < 1e-100 {
				p.logs += math.Log(product)
				product = 1
			}
		}
		if means != nil {
			means[t] = mean
		}
		if errors != nil {
			errors[t] = e
		}
		p.square += e * e
		level := q + st.Alpha*(rest-q)
		p.trend = drift + share*(level-p.level-drift)
		p.level = level
		switch spec.Season {
		case Add:
			p.season[at] += st.Gamma * (v - q - p.season[at])
		case Mul:
			p.season[at] += st.Gamma * (v/q - p.season[at])
		}
		if at++; at >= len(p.season) {
			at = 0
		}
	}
	p.logs += math.Log(product)
	if math.IsNaN(p.square) {
		p.square = math.Inf(1)
	}
	return p
}

// ahead gives the means of the next steps after n filtered ones.
func (spec Spec) ahead(p *path, phi float64, n, horizon int) []float64 {
	out := make([]float64, horizon)
	if !spec.Damped {
		phi = 1
	}
	drift, power := 0.0, 1.0
	for h := range out {
		power *= phi
		drift += power
		out[h] = p.level + drift*p.trend
		if m := len(p.season); m > 0 {
			switch s := p.season[(n+h)%m]; spec.Season {
			case Add:
				out[h] += s
			case Mul:
				out[h] *= s
			}
		}
	}
	return out
}

// Evaluate gives −2·log likelihood less its constant and the means of the next horizon steps for given parameters and
// states: what a fit maximises, open to be compared with other programs.
func Evaluate(spec Spec, y []float64, st State, horizon int) (likelihood float64, means []float64) {
	p := spec.run(y, &st, make([]float64, len(st.Season)), nil, nil)
	return p.likelihood(spec, len(y)), spec.ahead(&p, st.Phi, len(y), horizon)
}

// fitted is one form fitted to a series.
type fitted struct {
	spec  Spec
	state State
	lik   float64
	aicc  float64
}

// count is the number of parameters that AICc counts: smoothing parameters, starting states and the error's variance.
func (spec Spec) count(m int) int {
	k := 3 // alpha, level, variance
	if spec.Trend != None {
		k += 2
	}
	if spec.Damped {
		k++
	}
	if spec.Season != None {
		k += m // gamma and m−1 free seasonal states
	}
	return k
}

// fitSpec estimates smoothing parameters and starting states by least squares: maximising the likelihood is minimising
// Σ (e·G)² with G the geometric mean of the one-step means (1 for additive errors).
func fitSpec(spec Spec, y []float64, m int, first State, starts []float64) fitted {
	if spec.Season == None {
		first.Season, m = nil, 0
	}
	f := fitter{spec: spec, y: y, m: m, ring: make([]float64, m), scale: max(math.Abs(first.Level), 1e-9)}
	f.state.Season = make([]float64, m)
	best := fitted{spec: spec, lik: math.Inf(1), aicc: math.Inf(1)}
	n := len(y)
	k := float64(spec.count(m))
	for _, alpha := range starts {
		p := f.start(first, alpha)
		square := forecast.LeastSquares(f.residuals, n, p, 25, 1e-6)
		if math.IsInf(square, 1) {
			continue
		}
		lik := float64(n) * math.Log(max(square, 1e-300))
		if lik < best.lik {
			best.lik = lik
			f.read(p)
			best.state = f.state
			best.state.Season = append([]float64(nil), f.state.Season...)
		}
	}
	if free := float64(n) - k - 1; free > 0 && !math.IsInf(best.lik, 1) {
		best.aicc = best.lik + 2*k + 2*k*(k+1)/free
	}
	return best
}

// fitter turns a vector of free numbers into a State.
type fitter struct {
	spec  Spec
	y     []float64
	m     int
	ring  []float64
	scale float64
	state State
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func logit(p float64) float64    { return math.Log(p / (1 - p)) }

// start lays the free numbers out: alpha, level, then beta and trend, phi, gamma and the season less its last.
func (f *fitter) start(first State, alpha float64) []float64 {
	p := []float64{logit(alpha), first.Level / f.scale}
	if f.spec.Trend != None {
		p = append(p, logit(0.1), first.Trend/f.scale)
	}
	if f.spec.Damped {
		p = append(p, logit(0.8))
	}
	if f.spec.Season != None {
		p = append(p, logit(0.1))
		unit := 1.0
		if f.spec.Season == Add {
			unit = f.scale
		}
		for _, s := range first.Season[:f.m-1] {
			p = append(p, s/unit)
		}
	}
	return p
}

// read is the inverse of start. The season sums to none.
func (f *fitter) read(p []float64) {
	st := &f.state
	bound := func(x float64) float64 { return 1e-4 + (1-2e-4)*logistic(x) }
	st.Alpha, st.Level = bound(p[0]), p[1]*f.scale
	at := 2
	if f.spec.Trend != None {
		st.Beta, st.Trend = st.Alpha*bound(p[2]), p[3]*f.scale
		at = 4
	}
	if f.spec.Damped {
		st.Phi = 0.8 + 0.18*logistic(p[at])
		at++
	}
	if f.spec.Season == None {
		return
	}
	st.Gamma = (1 - st.Alpha) * bound(p[at])
	at++
	rest, unit := 0.0, f.scale
	if f.spec.Season == Mul {
		rest, unit = float64(f.m), 1
	}
	for i := range f.m - 1 {
		st.Season[i] = p[at+i] * unit
		rest -= st.Season[i]
	}
	st.Season[f.m-1] = rest
}

func (f *fitter) residuals(p, out []float64) {
	f.read(p)
	if f.spec.Season == Mul {
		for _, s := range f.state.Season {
			if !(s > 0) {
				out[0] = math.Inf(1)
				return
			}
		}
	}
	end := f.spec.run(f.y, &f.state, f.ring, nil, out)
	if math.IsInf(end.square, 1) {
		out[0] = math.Inf(1)
		return
	}
	if f.spec.Error == Mul {
		g := math.Exp(end.logs / float64(len(f.y)))
		for t := range out {
			out[t] *= g
		}
	}
}
