package forecasting

import (
	"context"
	"fmt"
	"math"
	"time"

	"quartermaster/forecast"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/roster"
	"quartermaster/internal/bench"
)

// Univariate is the bench of the panel forecaster on competition data.
func Univariate() bench.Bench {
	return bench.Bench{
		Name:    "forecast-univariate",
		Summary: "Forecast every series of a file beyond its history and compare: the competitions' measures.",
		Data:    "CSV file, also gzipped: id,freq,train,test with values divided by semicolons, or id,freq,values, whose last ones are the test",
		Figures: []bench.Figure{
			{Key: "owa", Meaning: "mean of sMAPE and MASE, each over Naive2's (M4); the mean over series"},
			{Key: "smape", Meaning: "mean symmetric percentage error"},
			{Key: "mase", Meaning: "mean absolute error over the seasonal naive's in the history; daily data: over the naive's, as the published tables do"},
			{Key: "coverage80", Meaning: "share of steps within the 10–90 % band, ties in part"},
			{Key: "coverage95", Meaning: "share of steps within the 2.5–97.5 % band, ties in part"},
			{Key: "ms_per_series", Meaning: "milliseconds per series and worker, trials on its own past included"},
		},
		Run: runUnivariate,
	}
}

// scores add up over series.
type scores struct {
	n, scaled                  float64
	smape, mase, smape2, mase2 float64
	squared, squares           float64
	steps, inside80, inside95  float64
	failed                     int
}

func (s *scores) add(b *scores) {
	s.n += b.n
	s.scaled += b.scaled
	s.smape += b.smape
	s.mase += b.mase
	s.smape2 += b.smape2
	s.mase2 += b.mase2
	s.squared += b.squared
	s.squares += b.squares
	s.steps += b.steps
	s.inside80 += b.inside80
	s.inside95 += b.inside95
	s.failed += b.failed
}

func (s *scores) owa() float64 {
	return 0.5*s.smape/s.smape2 + 0.5*s.mase/s.mase2
}

func runUnivariate(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	groups, err := readUnivariate(o.Data, o.Selected)
	if err != nil {
		return bench.Outcome{}, err
	}
	var all scores
	var out bench.Outcome
	count := 0
	for _, g := range groups {
		count += len(g)
	}
	start := time.Now()
	before := 0
	for _, g := range groups {
		tell := func(done, total int) {
			o.Report((float64(before)+float64(len(g)*done)/float64(total))/float64(count), fmt.Sprintf("season %d, horizon %d: %d of %d", g[0].lag, len(g[0].test), done, total))
		}
		one, row, err := scoreGroup(ctx, g, o, tell)
		if err != nil {
			return bench.Outcome{}, err
		}
		all.add(one)
		out.Rows = append(out.Rows, row)
		before += len(g)
	}
	elapsed := time.Since(start)
	out.Figures = map[string]float64{
		"owa": all.owa(), "smape": all.smape / all.n, "mase": all.mase / all.scaled,
		"coverage80": all.inside80 / all.steps, "coverage95": all.inside95 / all.steps,
		"ms_per_series": 1000 * elapsed.Seconds() * float64(o.Workers) / float64(count),
	}
	return out, nil
}

// scoreGroup forecasts the series of one frequency and horizon as one panel.
func scoreGroup(ctx context.Context, g []instance, o bench.Options, tell func(done, total int)) (*scores, bench.Row, error) {
	series := make([]*forecast.Regular, len(g))
	for i := range g {
		series[i] = &g[i].Regular
	}
	p, err := combine.NewPanel(roster.ForSeries(series), combine.PanelOptions{Horizon: len(g[0].test), Workers: o.Workers, Progress: tell, Loss: lossFor(g)})
	if err != nil {
		return nil, bench.Row{}, err
	}
	answers, recipe, err := p.Run(ctx, series)
	if err != nil {
		return nil, bench.Row{}, err
	}
	s := &scores{}
	naive2 := roster.Naive2()
	for i := range g {
		filled, _, _ := forecast.Filled(g[i].Values, g[i].lag)
		adjusted := g[i].With(filled)
		adjusted.Seasons = []int{g[i].lag}
		second, err := naive2.Fit(adjusted, len(g[i].test))
		if err != nil {
			s.failed++
			continue
		}
		s.score(&g[i], answers[i], second.Mean)
	}
	row := bench.Row{Instance: fmt.Sprintf("season %d horizon %d", g[0].lag, len(g[0].test))}.
		With("series", len(g)).With("owa", s.owa()).With("smape", s.smape/s.n).With("mase", s.mase/s.scaled).
		With("rmsse", s.squared/s.squares).With("naive2_smape", s.smape2/s.n).With("naive2_mase", s.mase2/s.scaled).
		With("coverage80", s.inside80/s.steps).With("coverage95", s.inside95/s.steps).
		With("gamma", recipe.Gamma).With("weights", weightsText(recipe))
	return s, row, nil
}

// lossFor takes the median where most values of the panel are zero: the measure is the absolute error.
func lossFor(g []instance) combine.Loss {
	zeros, n := 0, 0
	for i := range g {
		for _, v := range g[i].Values {
			if v == 0 {
				zeros++
			}
			if !math.IsNaN(v) {
				n++
			}
		}
	}
	if 2*zeros > n {
		return combine.Absolute
	}
	return combine.Balanced
}

func weightsText(r *combine.Recipe) string {
	text := ""
	for i, w := range r.Pooled {
		if w >= 0.005 {
			if text != "" {
				text += " "
			}
			text += fmt.Sprintf("%s:%.2f", r.Methods[i], w)
		}
	}
	return text
}

func (s *scores) score(in *instance, a combine.Outlook, second []float64) {
	error1 := meanAbs(in.test, a.Mean)
	if math.IsNaN(error1) {
		return // nothing of the test was observed
	}
	s.n++
	s.smape += smape(in.test, a.Mean)
	s.smape2 += smape(in.test, second)
	if scale := naiveScale(in.Values, in.scaleLag()); scale > 0 {
		s.scaled++
		s.mase += error1 / scale
		s.mase2 += meanAbs(in.test, second) / scale
	}
	if q := rmsse(in.Values, in.test, a.Mean); !math.IsNaN(q) {
		s.squared += q
		s.squares++
	}
	for h, y := range in.test {
		if !math.IsNaN(y) {
			s.steps++
			s.inside80 += within(y, a.Levels, a.Quantiles, h, 0.1, 0.9)
			s.inside95 += within(y, a.Levels, a.Quantiles, h, 0.025, 0.975)
		}
	}
}

// scaleLag is the lag of the scaled error: the season, but 1 for daily data, as the published zero-shot tables have it (their naive's
// 1.292 on NN5 is that of lag 1).
func (in *instance) scaleLag() int {
	if in.lag == 7 {
		return 1
	}
	return max(in.lag, 1)
}

// within is 1 where y lies inside the band between two levels and 0 outside. Where quantiles tie with y, as they do at zero, it
// counts by the share of the tied probability inside the band (Czado, Gneiting and Held 2009).
func within(y float64, levels []float64, quantiles [][]float64, h int, low, high float64) float64 {
	below, least, most, over := 0.0, 1.0, 0.0, 1.0
	for l, p := range levels {
		switch q := quantiles[l][h]; {
		case math.Abs(q-y) <= 1e-9*math.Abs(y):
			least, most = min(least, p), max(most, p)
		case q < y:
			below = max(below, p)
		default:
			over = min(over, p)
		}
	}
	if least > most {
		if below > low-1e-9 && over < high+1e-9 {
			return 1
		}
		return 0
	}
	from, to := below, over
	if below > 0 {
		from = (below + least) / 2
	}
	if over < 1 {
		to = (most + over) / 2
	}
	return max(0, min(to, high)-max(from, low)) / (to - from)
}
