// Package combine solves which forecasting methods to believe for one series, and blends them.
//
// Takes any forecast.Models with the demand classes they are meant for, and is itself a forecast.Model. Method: the
// candidates of the series' class (Syntetos, Boylan and Croston 2005) are tried on windows at the end of its own history;
// weights are inverse mean squared errors shrunk towards equal ones (Bates and Granger, Oper. Res. Q. 20, 1969, 451–468;
// Timmermann 2006, section 4), and quantiles are averaged level by level, which keeps them in order (Lichtendahl,
// Grushka-Cockayne and Winkler, Management Science 59, 2013, 1594–1611). Never: it looks at nothing but the series.
package combine

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"quartermaster/forecast"
)

// Candidate is a method with the demand classes it is tried on; no classes = all.
type Candidate struct {
	Model forecast.Model
	For   []forecast.Class
	// Share of the weight that it has whatever its trials say, beside what they give it of the rest: for a method that learned from
	// many series, of which a few weeks of one tell little. 0 … 1, default 0.
	Share float64
}

// Auto chooses and weighs. It implements forecast.Model.
type Auto struct{ candidates []Candidate }

// New returns a method over the candidates, in their order. A class that none of them names gets them all.
func New(candidates ...Candidate) (*Auto, error) {
	if len(candidates) == 0 {
		return nil, errors.New("combine: no candidates: give at least one forecast.Model")
	}
	for _, c := range candidates {
		if c.Model == nil {
			return nil, errors.New("combine: a candidate's Model is nil")
		}
		if !(c.Share >= 0 && c.Share <= 1) {
			return nil, fmt.Errorf("combine: the Share of candidate %s is %v, want 0 to 1", c.Model.Name(), c.Share)
		}
	}
	return &Auto{candidates: slices.Clone(candidates)}, nil
}

// Name is "auto".
func (a *Auto) Name() string { return "auto" }

const (
	trials    = 2  // windows at the end of the history
	trialDays = 21 // length of each
	minTrial  = 56 // days that the earliest window's history must have
	priorDays = 7  // compared days at which evidence and equality weigh the same
	minWeight = 0.15
)

// Forecast implements forecast.Model. Method is the name of the heaviest candidate, with a "+" where others are blended
// in; Params holds the weights as "weight_<name>", and "ignored" as the methods do. A history too short to compare on is the first candidate's alone.
// It fits each candidate once for the answer and trials times for the evidence: O(candidates · days) in all.
func (a *Auto) Forecast(s forecast.Series, horizon int, levels []float64, lead *forecast.LeadTime, seed uint64) forecast.Forecast {
	p := prepared{series: s}
	h := p.history(a.candidates[0].Model)
	class, _, _ := forecast.Classify(h.Y)
	chosen := a.of(class)
	if !h.Fits() { // every method answers a short history alike
		chosen = chosen[:1]
	}
	answer := func(m forecast.Model) forecast.Forecast {
		return p.answer(m, forecast.Ask{Horizon: horizon, Levels: levels, Lead: lead}, seed)
	}
	var f forecast.Forecast
	if len(chosen) == 1 {
		f = answer(chosen[0].Model)
	} else {
		f = blend(chosen, weigh(chosen, s, seed), answer)
	}
	h.Settle(&f)
	return f
}

func (a *Auto) of(class forecast.Class) []Candidate {
	var fit []Candidate
	for _, c := range a.candidates {
		if len(c.For) == 0 || slices.Contains(c.For, class) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return a.candidates
	}
	return fit
}

// weigh tries the candidates on the last windows of s and gives weights that sum to 1. Light ones are dropped.
func weigh(candidates []Candidate, s forecast.Series, seed uint64) []float64 {
	square := make([]float64, len(candidates))
	points := 0.0
	for k := range trials {
		origin := len(s.Values) - (k+1)*trialDays
		if origin < minTrial {
			break
		}
		past := forecast.Series{ID: s.ID, StartDay: s.StartDay, Values: s.Values[:origin:origin]}
		p := prepared{series: past}
		for i, c := range candidates {
			f := p.answer(c.Model, forecast.Ask{Horizon: trialDays}, seed)
			for d, y := range s.Values[origin : origin+trialDays] {
				if y >= 0 && y <= forecast.MaxUnits {
					e := f.Mean[d] - y
					square[i] += e * e
					if i == 0 {
						points++
					}
				}
			}
		}
	}
	return shared(candidates, weights(square, points))
}

// shared gives every candidate its share, and divides the rest by w.
func shared(candidates []Candidate, w []float64) []float64 {
	total := 0.0
	for _, c := range candidates {
		total += c.Share
	}
	over := max(total, 1) // shares of more than all are all
	for i, c := range candidates {
		w[i] = c.Share/over + (1-total/over)*w[i]
	}
	return w
}

// weights shrinks inverse squared errors to equality by priorDays and drops what falls below minWeight.
func weights(square []float64, points float64) []float64 {
	n := float64(len(square))
	least := math.Inf(1)
	for _, q := range square {
		least = min(least, q)
	}
	w := make([]float64, len(square))
	total := 0.0
	for i, q := range square {
		w[i] = 1
		if q > 0 {
			w[i] = least / q
		}
		total += w[i]
	}
	say := points / (points + priorDays)
	kept := 0.0
	for i := range w {
		w[i] = say*w[i]/total + (1-say)/n
	}
	least = min(minWeight, slices.Max(w)) // of many equals none is heavy, and all stay
	for i := range w {
		if w[i] < least {
			w[i] = 0
		}
		kept += w[i]
	}
	for i := range w {
		w[i] /= kept
	}
	return w
}

// blend averages the forecasts of the candidates that have weight.
func blend(candidates []Candidate, weights []float64, ask func(forecast.Model) forecast.Forecast) forecast.Forecast {
	var out forecast.Forecast
	params := make(map[string]float64, len(candidates))
	heaviest, used := 0, 0
	for i, c := range candidates {
		m := c.Model
		if weights[i] == 0 {
			continue
		}
		params["weight_"+m.Name()] = weights[i]
		f := ask(m)
		if n, ok := f.Params["ignored"]; ok {
			params["ignored"] = n
		}
		if used == 0 {
			out = scaled(f, weights[i])
		} else {
			add(&out, f, weights[i])
		}
		if used++; weights[i] > weights[heaviest] || weights[heaviest] == 0 {
			heaviest = i
		}
	}
	out.Params = params
	out.Method = candidates[heaviest].Model.Name()
	if used > 1 {
		out.Method += "+"
	}
	return out
}

func scaled(f forecast.Forecast, w float64) forecast.Forecast {
	scale(f.Mean, w)
	for _, row := range f.Quantiles {
		scale(row, w)
	}
	if l := f.LeadTime; l != nil {
		l.Mean *= w
		l.SD *= w
		scale(l.Quantiles, w)
	}
	return f
}

func add(out *forecast.Forecast, f forecast.Forecast, w float64) {
	addTo(out.Mean, f.Mean, w)
	for l, row := range f.Quantiles {
		addTo(out.Quantiles[l], row, w)
	}
	if l := f.LeadTime; l != nil {
		out.LeadTime.Mean += w * l.Mean
		out.LeadTime.SD += w * l.SD
		addTo(out.LeadTime.Quantiles, l.Quantiles, w)
	}
}

func scale(v []float64, w float64) {
	for i := range v {
		v[i] *= w
	}
}

func addTo(v, more []float64, w float64) {
	for i := range v {
		v[i] += w * more[i]
	}
}
