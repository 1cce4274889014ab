package forecasting

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"quartermaster/forecast"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/ets"
	"quartermaster/forecast/intermittent"
	"quartermaster/forecast/levels"
	"quartermaster/forecast/theta"
	"quartermaster/internal/bench"
)

// Panel is the bench of retail items: daily, intermittent, with groups.
func Panel() bench.Bench {
	return bench.Bench{
		Name:    "forecast-panel",
		Summary: "Forecast the last 28 days of many daily item-stores, each with the week of its department.",
		Data:    "folder with m5_sales_sample1000, or the file itself (CSV, also gzipped): id, item_id, dept_id, cat_id, store_id, state_id, d_1…",
		Figures: []bench.Figure{
			{Key: "rmsse", Meaning: "root mean squared scaled error (M5), mean over items"},
			{Key: "wape", Meaning: "Σ|error| / Σ sales over items and days"},
			{Key: "rmsse_sum", Meaning: "RMSSE of the sum of all items"},
			{Key: "coverage80", Meaning: "share of item-days within the 10–90 % band, ties in part"},
			{Key: "coverage95", Meaning: "share of item-days within the 2.5–97.5 % band, ties in part"},
		},
		Run: runPanel,
	}
}

const (
	panelHorizon = 28
	panelKeys    = 6 // id, item, department, category, store, state
)

func runPanel(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	w, err := readWide(o.Data, panelKeys)
	if err != nil {
		if w, err = readWide(filepath.Join(o.Data, "m5_sales_sample1000"), panelKeys); err != nil {
			return bench.Outcome{}, err
		}
	}
	w = w.only(o.Selected)
	if len(w.keys) == 0 || len(w.values[0]) < 4*panelHorizon {
		return bench.Outcome{}, fmt.Errorf("%w: %d series, want some of %d days at least", bench.ErrUsage, len(w.keys), 4*panelHorizon)
	}
	items, err := dailyItems(ctx, w, o)
	if err != nil {
		return bench.Outcome{}, err
	}
	out := scorePanel(w, items)
	o.Report(1, fmt.Sprintf("%d items", len(items)))
	return out, nil
}

func (w *wide) only(selected func(string) bool) *wide {
	out := &wide{}
	for i, key := range w.keys {
		if selected(key[0]) {
			out.keys, out.values = append(out.keys, key), append(out.values, w.values[i])
		}
	}
	return out
}

// past is the history of a row.
func (w *wide) past(i int) []float64 { return w.values[i][:len(w.values[i])-panelHorizon] }

// came is what is to be forecast.
func (w *wide) came(i int) []float64 { return w.values[i][len(w.values[i])-panelHorizon:] }

// dailyItems forecasts each item with the week of its department.
func dailyItems(ctx context.Context, w *wide, o bench.Options) ([]forecast.Forecast, error) {
	pools := map[string]*forecast.ProfilePool{}
	series := make([]forecast.Series, len(w.keys))
	for i, key := range w.keys {
		series[i] = forecast.Series{ID: key[0], Values: w.past(i)}
		if pools[key[2]] == nil {
			pools[key[2]] = &forecast.ProfilePool{}
		}
		pools[key[2]].Add(series[i])
	}
	weeks := map[string]forecast.Profile{}
	for dept, pool := range pools {
		weeks[dept] = pool.Profile()
	}
	learned := levels.Learn(series, panelHorizon, func(i int) *forecast.Profile {
		week := weeks[w.keys[i][2]]
		return &week
	})
	models := map[string]forecast.Model{}
	for dept, week := range weeks {
		m, err := combine.New(
			combine.Candidate{Model: levels.New(levels.Options{Pooled: &week, Weights: &learned}), Share: 0.5},
			combine.Candidate{Model: ets.New(ets.Options{Pooled: &week, Form: ets.Simple})},
			combine.Candidate{Model: theta.New(theta.Options{Pooled: &week})},
			combine.Candidate{Model: intermittent.New(intermittent.Options{Pooled: &week, Method: intermittent.TSB})},
			combine.Candidate{Model: intermittent.New(intermittent.Options{Pooled: &week, Method: intermittent.SBA})})
		if err != nil {
			return nil, err
		}
		models[dept] = m
	}
	out := make([]forecast.Forecast, len(series))
	for i, s := range series {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = models[w.keys[i][2]].Forecast(s, panelHorizon, forecast.DefaultLevels, nil, o.Seed)
		if i%50 == 0 {
			o.Report(float64(i)/float64(len(series)), fmt.Sprintf("%d of %d items", i, len(series)))
		}
	}
	return out, nil
}

// scorePanelMeans gives rmsse, wape and the rmsse of the sum.
func scorePanelMeans(w *wide, means [][]float64) [3]float64 {
	var square, n, abs, sales float64
	past, came, sum := make([]float64, len(w.past(0))), make([]float64, panelHorizon), make([]float64, panelHorizon)
	for i := range means {
		if q := rmsse(w.past(i), w.came(i), means[i]); !math.IsNaN(q) {
			square += q
			n++
		}
		for d, v := range w.past(i) {
			past[d] += v
		}
		for h, y := range w.came(i) {
			abs += math.Abs(y - means[i][h])
			sales += y
			came[h] += y
			sum[h] += means[i][h]
		}
	}
	return [3]float64{square / max(n, 1), abs / max(sales, 1e-9), rmsse(past, came, sum)}
}

func scorePanel(w *wide, items []forecast.Forecast) bench.Outcome {
	means := make([][]float64, len(items))
	var steps, inside80, inside95 float64
	for i := range items {
		means[i] = items[i].Mean
		for h, y := range w.came(i) {
			steps++
			inside80 += within(y, items[i].Levels, items[i].Quantiles, h, 0.1, 0.9)
			inside95 += within(y, items[i].Levels, items[i].Quantiles, h, 0.025, 0.975)
		}
	}
	m := scorePanelMeans(w, means)
	return bench.Outcome{Figures: map[string]float64{"rmsse": m[0], "wape": m[1], "rmsse_sum": m[2],
		"coverage80": inside80 / steps, "coverage95": inside95 / steps}}
}
