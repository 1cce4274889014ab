package plan

import (
	"context"
	"fmt"
	"math"
	"sync"

	"quartermaster/forecast"
	"quartermaster/forecast/backtest"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/ets"
	"quartermaster/forecast/intermittent"
	"quartermaster/forecast/screen"
	"quartermaster/forecast/theta"
)

// ForecastTask is one item's demand to be forecast, with the lead time its stock has to bridge.
type ForecastTask struct {
	Series forecast.Series
	Lead   forecast.LeadTime // from order to shelf, review period included
}

// forecastRules changes when the same task would be forecast otherwise.
const forecastRules = 4

// Hash names what a forecast is made from: the series, the lead time, the horizon, the shop's week and the version of the
// rules. A stored ItemForecast with another DataHash is stale.
func (t ForecastTask) Hash(horizonDays int, week Week) uint64 {
	const prime = 0x100000001b3 // FNV-1a
	h := forecast.Hash(t.Series)
	mix := func(x uint64) { h = (h ^ x) * prime }
	mix(forecastRules)
	mix(uint64(horizonDays))
	mix(math.Float64bits(t.Lead.MeanDays))
	mix(math.Float64bits(t.Lead.SDDays))
	for _, profile := range []forecast.Profile{week.Now, week.Then} {
		for _, x := range profile.Factor {
			mix(math.Float64bits(x))
		}
	}
	return h
}

// ForecastTasks lists the items of a snapshot as they are to be forecast, in the order of Snapshot.Items.
func (s *Snapshot) ForecastTasks() []ForecastTask {
	lead := map[string]forecast.LeadTime{}
	for _, x := range s.Suppliers {
		review := max(s.Review.ReviewDays, x.Terms.Gap()) // stock must last until the next day that takes orders
		lead[x.ID] = forecast.LeadTime{MeanDays: x.LeadTime.MeanDays + float64(review), SDDays: x.LeadTime.SDDays}
	}
	tasks := make([]ForecastTask, len(s.Items))
	for i, item := range s.Items {
		tasks[i] = ForecastTask{s.Sales[i], lead[item.SupplierID]}
	}
	return tasks
}

// Week is the shop's common weekday profile, towards which each item's own is shrunk: as it is known now, and as it was
// known before the days that backtests compare with, so that a backtest sees nothing of them.
type Week struct{ Now, Then forecast.Profile }

// testedDays is how many days at the end of a series backtests compare with: four origins a week apart.
const testedDays = 28

// WeekPool makes a Week from series that are handed to it one by one.
type WeekPool struct{ now, then forecast.ProfilePool }

// Add takes in one item's sales.
func (p *WeekPool) Add(s forecast.Series) {
	p.now.Add(s)
	s.Values = s.Values[:max(0, len(s.Values)-testedDays)]
	p.then.Add(s)
}

// Week is that of what was added.
func (p *WeekPool) Week() Week { return Week{Now: p.now.Profile(), Then: p.then.Profile()} }

// PooledWeek takes the week from the sales of all items, also where they are then forecast in chunks, so that the chunks do
// not show in the forecasts.
func PooledWeek(sales []forecast.Series) Week {
	var p WeekPool
	for _, s := range sales {
		p.Add(s)
	}
	return p.Week()
}

// methods is the set of forecasting methods that compete for each item, behind the screen. Theta and TSB stand for all classes:
// in backtests of the sample shop's earlier years they held their own on lumpy and on steady demand alike. The panel's other
// classics, wrapped as combine.Daily, were tried beside them on training origins of the M5 sample:
// none took a thousandth off the error (docs/forecasting.md has the figures), so that they are not asked.
func methods(pooled forecast.Profile) (screen.Model, error) {
	steady := []forecast.Class{forecast.ClassSmooth, forecast.ClassErratic}
	sporadic := []forecast.Class{forecast.ClassIntermittent, forecast.ClassLumpy}
	m, err := combine.New(
		combine.Candidate{Model: ets.New(ets.Options{Pooled: &pooled}), For: steady},
		combine.Candidate{Model: ets.New(ets.Options{Pooled: &pooled, Form: ets.Simple}), For: sporadic},
		combine.Candidate{Model: theta.New(theta.Options{Pooled: &pooled})},
		combine.Candidate{Model: intermittent.New(intermittent.Options{Pooled: &pooled, Method: intermittent.TSB})},
		combine.Candidate{Model: intermittent.New(intermittent.Options{Pooled: &pooled, Method: intermittent.SBA}), For: sporadic},
	)
	if err != nil {
		return screen.Model{}, err
	}
	return screen.Model{Inner: m}, nil
}

// forecastSeed feeds the sampling of lead times. It is the same for every plan: forecasts are facts, made once and kept,
// and a plan's seed must not make them stale.
const forecastSeed = 1

// ForecastItems forecasts each task for horizonDays and, under Options.Backtest, says how well the same methods did on
// the weeks before. Answers come in the order of tasks and do not depend on which others are in the list.
func ForecastItems(ctx context.Context, tasks []ForecastTask, horizonDays int, week Week, o Options) ([]ItemForecast, error) {
	model, err := methods(week.Now)
	if err != nil {
		return nil, err
	}
	then, err := methods(week.Then)
	if err != nil {
		return nil, err
	}
	out := make([]ItemForecast, len(tasks))
	done := counter{total: len(tasks), report: o.Progress}
	err = each(ctx, len(tasks), o.Workers, func(_ context.Context, i int) error {
		t := tasks[i]
		made, report := model.Screened(t.Series, horizonDays, forecast.DefaultLevels, &t.Lead, forecastSeed)
		f := ItemForecast{Forecast: made, DataHash: t.Hash(horizonDays, week)}
		if err := forecast.Check(f.Forecast, horizonDays); err != nil {
			return err
		}
		if o.Backtest {
			f.tell(t.Series, report, backtest.Run(then, t.Series, backtest.Options{Origins: testedDays / 7, Seed: forecastSeed}))
		}
		out[i] = f
		done.add()
		return nil
	})
	return out, err
}

// counter tells of finished items, one goroutine at a time and never fewer than before.
type counter struct {
	mu          sync.Mutex
	done, total int
	report      func(done float64, sentence string)
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done++; c.report != nil && (c.done%100 == 0 || c.done == c.total) {
		c.report(float64(c.done)/float64(c.total), fmt.Sprintf("%d of %d items forecast and backtested", c.done, c.total))
	}
}

// forecast takes the forecasts that came with the snapshot or makes them, and sums up what they say of themselves.
func (b *builder) forecast(ctx context.Context) error {
	b.forecasts = b.s.Forecasts
	if len(b.forecasts) == 0 {
		b.progress(0, "forecasting %d items", len(b.s.Items))
		o := b.o
		if o.Progress != nil {
			o.Progress = func(done float64, sentence string) { b.progress(0.35*done, "%s", sentence) }
		}
		var err error
		b.forecasts, err = ForecastItems(ctx, b.s.ForecastTasks(), b.s.Review.HorizonDays, PooledWeek(b.s.Sales), o)
		if err != nil {
			return err
		}
	}
	sum := &b.plan.Forecast
	sum.Items, sum.ByMethod, sum.ByStatus = len(b.forecasts), map[string]int{}, map[forecast.Status]int{}
	var pooled backtest.Sums
	for i := range b.forecasts {
		f := &b.forecasts[i]
		sum.ByMethod[f.Method]++
		sum.ByStatus[f.Status]++
		if f.Tested != (backtest.Sums{}) {
			sum.Tested++
			pooled.Add(f.Tested)
		}
	}
	sum.Accuracy = pooled.Accuracy()
	b.progress(0.35, "%d items forecast", sum.Items)
	return nil
}
