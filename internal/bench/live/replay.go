package live

import (
	"context"
	"fmt"
	"math"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/inventory/policy"
)

// Replay is the bench of stocking rules on a real order book: the rules are set day by day from the past and served against what
// was really ordered in the year held back.
func Replay() bench.Bench {
	return bench.Bench{
		Name:    "inventory-replay",
		Summary: "Replay the last year of an order book: stocking by price of shortage against min/max rules of equal fill rate.",
		Data:    "folder or file of order lines (CSV, NDJSON, Parquet); empty = the sample",
		Figures: []bench.Figure{
			{Key: "holding_saving_pct", Meaning: "holding cost saved against min/max in days of cover at the same fill rate, %"},
			{Key: "fill_rate", Meaning: "share of units served from the shelf at once, both rules"},
			{Key: "turns", Meaning: "yearly sales at cost over mean stock value"},
		},
		Run: runReplay,
	}
}

const (
	replayLead    = 7  // days from order to shelf, both rules
	replayReview  = 7  // days between two looks, both rules
	replayBatch   = 14 // days of mean demand in a batch, both rules
	replayWarm    = 28 // days at the start that no figure counts
	replayTarget  = 0.90
	replayHeld    = 365 // days held back
	replayHistory = 91  // days that the min/max planner looks back, at each look
	replayEvery   = 5   // every fifth item is enough to choose one price by
	replayMemory  = 63  // days over which the spread of our rule fades by 1/e
)

// replayItem is the daily sales of one item with what a unit is worth.
type replayItem struct {
	sales []float64
	value float64
}

// replayRun is what a rule did.
type replayRun struct {
	holding, asked, served, sold float64
	orders, days                 int
}

func (r replayRun) fill() float64 { return r.served / math.Max(1, r.asked) }

func (r replayRun) turns() float64 {
	return r.sold * 365 / math.Max(1e-9, r.holding)
}

func runReplay(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	sources, err := orderSources(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	books, _, err := app.Shop{Orders: sources, Seed: o.Seed, Workers: o.Workers}.ReadBooks(ctx)
	if err != nil {
		return bench.Outcome{}, err
	}
	days := books.LastDay - books.FirstDay + 1
	from := days - replayHeld
	if from < 2*replayHistory {
		return bench.Outcome{}, fmt.Errorf("%w: the order book covers %d days, the replay needs %d", bench.ErrUsage, days, replayHeld+2*replayHistory)
	}
	var items []replayItem
	for k, s := range books.Sales {
		x := replayItem{sales: make([]float64, days), value: float64(books.Items[k].PriceCents) / 100}
		for d, v := range s.Values {
			if at := s.StartDay - books.FirstDay + d; !math.IsNaN(v) && v > 0 && at < days {
				x.sales[at] = v
			}
		}
		if s.StartDay-books.FirstDay < from && x.value > 0 { // known before the year held back
			items = append(items, x)
		}
	}
	// The price of shortage is chosen on the months before the year held back.
	known := soldBefore(items, 2*replayHistory)
	lambda := bisect(0.1, 1000, func(v float64) bool {
		return replayOurs(known, 2*replayHistory, from, v).fill() >= replayTarget
	})
	o.Report(0.5, "price of shortage chosen on the past")
	ours := replayOurs(items, from, days, lambda)
	// The min/max planner is given the cover that reaches the same fill rate in the very year held back.
	cover := bisect(0.01, 400, func(v float64) bool { return replayMinMax(items, from, days, v).fill() >= ours.fill() })
	naive := replayMinMax(items, from, days, cover)
	if ctx.Err() != nil {
		return bench.Outcome{}, ctx.Err()
	}
	row := func(name string, r replayRun, setting float64) bench.Row {
		return bench.Row{Instance: name}.With("fill_rate", r.fill()).With("mean_stock_value", r.holding/float64(r.days)).
			With("turns", r.turns()).With("orders", r.orders).With("setting", setting)
	}
	return bench.Outcome{
		Figures: map[string]float64{"holding_saving_pct": 100 * (1 - ours.holding/naive.holding), "fill_rate": ours.fill(), "turns": ours.turns()},
		Rows:    []bench.Row{row("price of shortage", ours, lambda), row("min/max by days of cover", naive, cover)},
	}, nil
}

// soldBefore keeps the items that had sold by a day, as those that come new to a rule must be short at first, and of them
// every replayEvery-th.
func soldBefore(items []replayItem, day int) []replayItem {
	var out []replayItem
	for _, x := range items {
		for _, v := range x.sales[:day] {
			if v > 0 {
				out = append(out, x)
				break
			}
		}
	}
	few := out[:0]
	for i := 0; i < len(out); i += replayEvery {
		few = append(few, out[i])
	}
	return few
}

// bisect finds, on a scale of ratios, the least value at which a rising condition holds.
func bisect(lo, hi float64, holds func(float64) bool) float64 {
	for range 12 {
		if mid := math.Sqrt(lo * hi); holds(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// replayMinMax holds so many days of the past quarter's mean as safety.
func replayMinMax(items []replayItem, from, to int, cover float64) replayRun {
	var out replayRun
	for _, x := range items {
		x.run(&out, from, to, func(day int) (point, batch float64) {
			mean := 0.0
			for _, v := range x.sales[day-replayHistory : day] {
				mean += v / replayHistory
			}
			return mean * (replayLead + cover), mean * replayBatch
		})
	}
	return out
}

// replayOurs sets the order point where a unit more costs as much to hold as it saves in shortage, at one price of shortage for
// all items, by the law of demand over lead time and review with fading memory.
func replayOurs(items []replayItem, from, to int, lambda float64) replayRun {
	var out replayRun
	const window = replayLead + replayReview
	for _, x := range items {
		var weight, mean, square float64
		seen := window
		x.run(&out, from, to, func(day int) (point, batch float64) {
			for ; seen <= day; seen += replayReview {
				sum := 0.0
				for _, v := range x.sales[seen-window : seen] {
					sum += v
				}
				fade := math.Exp(-float64(replayReview) / replayMemory)
				weight, mean, square = weight*fade+1, mean*fade+sum, square*fade+sum*sum
			}
			mu := mean / weight
			sd := math.Sqrt(math.Max(0, square/weight-mu*mu))
			law, err := policy.NewDistribution(nil, nil, mu, math.Max(sd, math.Sqrt(mu)))
			if err != nil || mu == 0 {
				return 0, mu
			}
			// A batch of Q serves Q units; a unit of order point is held all the time and saves a shortage per cycle.
			level, _, err := policy.Newsvendor(&law, x.value, lambda)
			if err != nil {
				return 0, mu
			}
			return level, mu / window * replayBatch
		})
	}
	return out
}

// run serves the item day by day; what is short waits. At each look stock at or below the point is brought up to point and batch.
func (x replayItem) run(out *replayRun, from, to int, rule func(day int) (point, batch float64)) {
	point, batch := rule(from)
	stock := math.Ceil(point + batch/2)
	onOrder := make(map[int]float64)
	pipeline := 0.0
	for day := from; day < to; day++ {
		if q := onOrder[day]; q > 0 {
			stock += q
			pipeline -= q
			delete(onOrder, day)
		}
		ask := x.sales[day]
		if served := math.Min(ask, math.Max(0, stock)); day >= from+replayWarm {
			out.asked += ask
			out.served += served
			out.sold += ask * x.value
		}
		stock -= ask
		if (day-from)%replayReview == 0 {
			point, batch = rule(day)
			if position := stock + pipeline; position <= point && point+batch > 0 {
				if q := math.Ceil(point + batch - position); q > 0 {
					onOrder[day+replayLead] += q
					pipeline += q
					out.orders++
				}
			}
		}
		if day >= from+replayWarm {
			out.holding += math.Max(0, stock) * x.value
		}
	}
	out.days = to - from - replayWarm
}
