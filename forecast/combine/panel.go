package combine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"quartermaster/forecast"
)

// Loss is what weights are chosen to keep small, pooled over series after each is divided by its own naive error.
type Loss int

const (
	Balanced Loss = iota // scaled absolute error and symmetric percentage error, half and half, each over the first method's (OWA of M4)
	Absolute             // scaled absolute error: the answer is a median
	Squared              // scaled root mean squared error: the answer is a mean
)

// PanelOptions of a panel. Horizon must be set.
type PanelOptions struct {
	Horizon int
	Origins int // points in the past that methods are tried from, 0 = 3
	Step    int // between them, 0 = half a horizon
	Loss    Loss
	Levels  []float64 // quantile levels, nil = forecast.DefaultLevels
	Workers int       // goroutines, 0 = all processors; the answer does not depend on it
	// KeepErrors asks for Outlook.Errors.
	KeepErrors bool
	// Progress is told of series done; nil = nobody listens.
	Progress func(done, total int)
}

// Panel forecasts many series of one kind together: what the methods got wrong on the past of all of them decides what
// is believed for each.
type Panel struct {
	methods []forecast.Method
	o       PanelOptions
}

// NewPanel returns a panel over methods; the first one is the benchmark and the answer of last resort.
func NewPanel(methods []forecast.Method, o PanelOptions) (*Panel, error) {
	if len(methods) == 0 {
		return nil, errors.New("combine: no methods: give at least one forecast.Method")
	}
	if o.Horizon < 1 {
		return nil, fmt.Errorf("combine: Horizon is %d, want 1 or more", o.Horizon)
	}
	if o.Origins <= 0 {
		o.Origins = 3
	}
	if o.Levels == nil {
		o.Levels = forecast.DefaultLevels
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &Panel{methods: methods, o: o}, nil
}

// Outlook is what a panel says of one series.
type Outlook struct {
	SeriesID  string
	Status    forecast.Status
	Method    string             // the heaviest method, with "+" where others are blended in
	Weights   map[string]float64 // by method
	Mean      []float64          // the point forecast that the loss asks for
	Levels    []float64
	Quantiles [][]float64 // [level][step]
	Reason    string      // in words, where Status is not ok
	// Effects are what each regressor adds on average over the steps to come, against its mean of the past, as far as the methods
	// believed say it; nil without regressors.
	Effects []float64 `json:",omitempty"`
	// Tested is what the blend reached from the series' own origins, with bands as they would have been drawn there; value added
	// is over the first method. Points is 0 where nothing was compared.
	Tested forecast.Accuracy
	// Dependence says how errors of different steps hang together, over the whole panel.
	Dependence forecast.Dependence
	// Errors are those of the blend on the series' own past, value less mean, origin by origin (latest first) and step by step; NaN
	// where nothing was compared. Made where PanelOptions.KeepErrors asks.
	Errors []float64 `json:",omitempty"`
}

// Run learns a recipe from the panel's own past and forecasts every series by it. Outlooks come in the order of series. A
// series that cannot be forecast is answered with a status and a reason and never stops the others; ctx does.
func (p *Panel) Run(ctx context.Context, series []*forecast.Regular) ([]Outlook, *Recipe, error) {
	trials := make([]trial, len(series))
	good := make([]bool, len(series))
	total := 2 * len(series)
	var done atomic.Int64
	tell := func() {
		if d := int(done.Add(1)); p.o.Progress != nil && (d%50 == 0 || d == total) {
			p.o.Progress(d, total)
		}
	}
	err := p.each(ctx, len(series), func(i int) {
		if good[i] = forecast.ValidateRegular(series[i], p.o.Horizon) == nil; good[i] {
			trials[i] = p.try(series[i], nil)
		}
		tell()
	})
	if err != nil {
		return nil, nil, err
	}
	recipe := p.learn(trials)
	out := make([]Outlook, len(series))
	err = p.each(ctx, len(series), func(i int) {
		out[i] = p.answer(series[i], &trials[i], recipe)
		tell()
	})
	return out, recipe, err
}

// Forecast answers for one series by a recipe learned before, from series like it.
func (p *Panel) Forecast(r *forecast.Regular, recipe *Recipe) Outlook {
	var t trial
	if forecast.ValidateRegular(r, p.o.Horizon) == nil {
		t = p.try(r, recipe.wanted(p.methods))
	}
	return p.answer(r, &t, recipe)
}

func (p *Panel) each(ctx context.Context, n int, do func(i int)) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(p.o.Workers, n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// leastValues is what a series must have been observed for to be forecast by methods and not by its mean.
const leastValues = 5

// answer blends the methods' forecasts of a whole series.
func (p *Panel) answer(r *forecast.Regular, t *trial, recipe *Recipe) Outlook {
	out := Outlook{SeriesID: r.ID, Status: forecast.StatusOK, Levels: p.o.Levels}
	if err := forecast.ValidateRegular(r, p.o.Horizon); err != nil {
		return p.refused(out, err.Error())
	}
	filled, cut, gaps := forecast.Filled(r.Values, r.FirstSeason())
	if len(filled) < leastValues {
		return p.sparse(out, filled)
	}
	whole := r.With(filled)
	whole.Regressors = regressorsFrom(r.Regressors, cut)
	if gaps > 0 {
		out.Status = forecast.StatusCleaned
		out.Reason = fmt.Sprintf("%d steps were not observed and were filled in", gaps)
	}
	weights := recipe.own(t)
	wanted := make([]bool, len(weights))
	for i, w := range weights {
		wanted[i] = w > 0
	}
	curves := p.curves(whole, p.o.Horizon, wanted)
	means := make([][]float64, len(curves))
	for i := range curves {
		means[i] = curves[i].Mean
	}
	out.Mean, out.Weights, out.Method = p.blend(means, weights)
	out.Effects = p.effects(curves, out.Weights, len(whole.Regressors))
	if out.Mean == nil { // none of them could: the first one that can
		out.Mean, out.Method = p.rescue(whole)
	}
	recipe.spread(&out, t, whole.Signed)
	out.Tested, out.Dependence = recipe.tested(t), recipe.Dependence
	if p.o.KeepErrors {
		out.Errors = p.errors(t, recipe)
	}
	return out
}

// effects is the weighted mean of what the methods say that regressors add.
func (p *Panel) effects(curves []forecast.Curve, weights map[string]float64, regressors int) []float64 {
	if regressors == 0 {
		return nil
	}
	out := make([]float64, regressors)
	for i, c := range curves {
		for k := range out {
			out[k] += weights[p.methods[i].Name()] * c.Params[fmt.Sprintf("effect_%d", k+1)]
		}
	}
	return out
}

func (p *Panel) errors(t *trial, recipe *Recipe) []float64 {
	all := slices.Repeat([]float64{math.NaN()}, p.o.Origins*p.o.Horizon)
	for j := range t.origins {
		o := &t.origins[j]
		if o.means[0] == nil {
			continue
		}
		for h, m := range blendOf(o, recipe.ownBefore(t, j)) {
			all[j*p.o.Horizon+h] = o.actual[h] - m
		}
	}
	return all
}

// blend is the weighted mean of the methods that answered.
func (p *Panel) blend(means [][]float64, weights []float64) (mean []float64, by map[string]float64, method string) {
	total, heaviest := 0.0, -1
	for i, f := range means {
		if f != nil && weights[i] > 0 {
			total += weights[i]
			if heaviest < 0 || weights[i] > weights[heaviest] {
				heaviest = i
			}
		}
	}
	if heaviest < 0 {
		return nil, nil, ""
	}
	mean, by = make([]float64, p.o.Horizon), map[string]float64{}
	for i, f := range means {
		if f != nil && weights[i] > 0 {
			by[p.methods[i].Name()] += weights[i] / total
			addTo(mean, f, weights[i]/total)
		}
	}
	method = p.methods[heaviest].Name()
	if len(by) > 1 {
		method += "+"
	}
	return mean, by, method
}

// rescue is the first method that answers, else the mean.
func (p *Panel) rescue(r *forecast.Regular) ([]float64, string) {
	for i, f := range p.means(r, p.o.Horizon, nil) {
		if f != nil {
			return f, p.methods[i].Name()
		}
	}
	mean := make([]float64, p.o.Horizon)
	for h := range mean {
		for _, v := range r.Values {
			mean[h] += v / float64(len(r.Values))
		}
	}
	return mean, "mean"
}

// refused is the answer to values that cannot be forecast: nothing, with the reason.
func (p *Panel) refused(out Outlook, reason string) Outlook {
	out.Status, out.Reason, out.Method = forecast.StatusEmpty, reason, "none"
	out.Mean = make([]float64, p.o.Horizon)
	out.Quantiles = make([][]float64, len(p.o.Levels))
	for l := range out.Quantiles {
		out.Quantiles[l] = make([]float64, p.o.Horizon)
	}
	return out
}

// sparse is the answer to a few values: their mean, with exponential quantiles stretched by the number of values.
func (p *Panel) sparse(out Outlook, seen []float64) Outlook {
	if len(seen) == 0 {
		return p.refused(out, "no step was observed")
	}
	out.Status, out.Method = forecast.StatusSparse, "mean"
	out.Reason = fmt.Sprintf("%d observed steps are too few for any method: their mean, with a wide spread", len(seen))
	mean, size := 0.0, 0.0
	for _, v := range seen {
		mean += v / float64(len(seen))
		size += math.Abs(v) / float64(len(seen))
	}
	stretch := float64(len(seen)+1) / float64(len(seen))
	out.Mean = make([]float64, p.o.Horizon)
	out.Quantiles = make([][]float64, len(p.o.Levels))
	for h := range out.Mean {
		out.Mean[h] = mean
	}
	for l, level := range p.o.Levels {
		out.Quantiles[l] = make([]float64, p.o.Horizon)
		for h := range out.Quantiles[l] {
			out.Quantiles[l][h] = mean - size + size*stretch*-math.Log1p(-min(max(level, 0), 0.9999))
			if mean >= 0 {
				out.Quantiles[l][h] = max(0, out.Quantiles[l][h])
			}
		}
	}
	return out
}
