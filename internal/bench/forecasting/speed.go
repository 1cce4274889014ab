package forecasting

import (
	"context"
	"fmt"
	"math"
	"time"

	"quartermaster/forecast"
	"quartermaster/forecast/arima"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/decompose"
	"quartermaster/forecast/ets"
	"quartermaster/forecast/roster"
	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
)

// Speed is the bench of the time that one series takes.
func Speed() bench.Bench {
	return bench.Bench{
		Name:    "forecast-speed",
		Summary: "Fit single series again and again: monthly ones of ten years, hourly ones of six weeks.",
		Data:    "CSV file of forecast-univariate's format, of whose monthly series the time is taken; empty = drawn series",
		Figures: []bench.Figure{
			{Key: "theta_ms", Meaning: "milliseconds per monthly series: Theta with its decomposition"},
			{Key: "ets_ms", Meaning: "milliseconds per monthly series: all fifteen forms of ETS, AICc"},
			{Key: "arima_ms", Meaning: "milliseconds per monthly series: AutoARIMA, exact likelihood at the end"},
			{Key: "combination_ms", Meaning: "milliseconds per monthly series: median of ETS, CES, AutoARIMA and DOTM"},
			{Key: "mstl_ms", Meaning: "milliseconds per hourly series: two seasons out by MSTL, AutoARIMA on the rest"},
		},
		Run: runSpeed,
	}
}

func runSpeed(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	monthly, err := speedSeries(o)
	if err != nil {
		return bench.Outcome{}, err
	}
	var hourly []*forecast.Regular
	for i := range 10 {
		hourly = append(hourly, drawn(o.Seed, i, []int{24, 168}, 1008))
	}
	median, err := combine.NewMedian(roster.Classics()...)
	if err != nil {
		return bench.Outcome{}, err
	}
	cases := []struct {
		key     string
		method  forecast.Method
		series  []*forecast.Regular
		horizon int
	}{
		{"theta_ms", roster.Theta(), monthly, 18},
		{"ets_ms", ets.Classic{}, monthly, 18},
		{"arima_ms", arima.Auto{}, monthly, 18},
		{"combination_ms", median, monthly, 18},
		{"mstl_ms", decompose.Over{Inner: arima.Auto{}, Label: "mstl-arima"}, hourly, 48},
	}
	out := bench.Outcome{Figures: map[string]float64{}}
	for i, c := range cases {
		o.Report(float64(i)/float64(len(cases)), c.key)
		ms, worst, rounds, err := timed(ctx, c.method, c.series, c.horizon, o.Budget/time.Duration(len(cases)))
		if err != nil {
			return bench.Outcome{}, err
		}
		out.Figures[c.key] = ms
		out.Rows = append(out.Rows, bench.Row{Instance: c.method.Name()}.With("series", len(c.series)).With("fits", rounds).With("mean_ms", ms).With("worst_ms", worst))
	}
	return out, nil
}

// timed fits each series once, and goes on while the budget lasts.
func timed(ctx context.Context, m forecast.Method, series []*forecast.Regular, horizon int, budget time.Duration) (mean, worst float64, fits int, err error) {
	start := time.Now()
	for fits < len(series) || time.Since(start) < budget {
		if err := ctx.Err(); err != nil {
			return 0, 0, 0, err
		}
		one := time.Now()
		if _, err := m.Fit(series[fits%len(series)], horizon); err != nil {
			return 0, 0, 0, fmt.Errorf("series %s: %w", series[fits%len(series)].ID, err)
		}
		worst = max(worst, time.Since(one).Seconds()*1000)
		fits++
	}
	return time.Since(start).Seconds() * 1000 / float64(fits), worst, fits, nil
}

// mostTimed monthly series are taken from a file.
const mostTimed = 50

func speedSeries(o bench.Options) ([]*forecast.Regular, error) {
	var out []*forecast.Regular
	if o.Data == "" {
		for i := range 20 {
			out = append(out, drawn(o.Seed, i, []int{12}, 120))
		}
		return out, nil
	}
	groups, err := readUnivariate(o.Data, o.Selected)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		for i := range g {
			if g[i].lag == 12 && len(out) < mostTimed {
				out = append(out, &g[i].Regular)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s has no monthly series", bench.ErrUsage, o.Data)
	}
	return out, nil
}

// drawn is a series with level, trend, seasons and autocorrelated noise.
func drawn(seed uint64, i int, seasons []int, n int) *forecast.Regular {
	r := rng.New(seed, "forecast-speed", fmt.Sprint(i, n))
	s := &forecast.Regular{ID: fmt.Sprintf("drawn %d", i), Seasons: seasons}
	level, noise := 100+900*r.Float64(), 0.0
	for t := range n {
		noise = 0.6*noise + 0.05*level*r.NormFloat64()
		v := level*(1+0.002*float64(t)) + noise
		for _, m := range seasons {
			v *= 1 + 0.2*math.Sin(2*math.Pi*float64(t)/float64(m)+float64(i))
		}
		s.Values = append(s.Values, max(1, v))
	}
	return s
}
