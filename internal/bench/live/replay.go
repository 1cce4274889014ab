package live

import (
	"context"
	"fmt"
	"math"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/history"
)

// Replay is the bench of stocking rules on a real order book: the rules are set look by look from the past and served against
// what was really ordered in the year held back.
func Replay() bench.Bench {
	return bench.Bench{
		Name:    "inventory-replay",
		Summary: "Replay the last year of an order book: replenishment runs with one fill rate over all items against min/max rules that reach the same.",
		Data:    "folder or file of order lines (CSV, NDJSON, Parquet); empty = the sample",
		Figures: []bench.Figure{
			{Key: "holding_saving_pct", Meaning: "holding cost saved against min/max in days of cover at the same fill rate and number of orders, %"},
			{Key: "fill_rate", Meaning: "share of units served from the shelf at once, both rules"},
			{Key: "turns", Meaning: "yearly sales at cost over mean stock value"},
		},
		Run: runReplay,
	}
}

const (
	replayLead    = 7    // days from order to shelf, both rules
	replayReview  = 7    // days between two looks, both rules
	replayWarm    = 28   // days at the start that no figure counts
	replayAsked   = 0.95 // fill rate over all items that our rule is asked for
	replayHeld    = 365  // days held back
	replayHistory = 91   // days that the min/max planner looks back, at each look
	replayCovers  = 13   // steps of bisection for the cover of min/max,
	replayBatches = 9    // and for its batch
)

// replayItem is the daily sales of one item with what a unit is worth.
type replayItem struct {
	sales []float64
	sums  []float64 // of sales before each day
	cents int64
}

// sold is what was sold from a day to another.
func (x *replayItem) sold(from, to int) float64 { return x.sums[to] - x.sums[from] }

// replayRun is what a rule did.
type replayRun struct {
	holding       float64 // unit-days at cost, cents
	asked, served float64 // units
	sold, paid    float64 // what was asked for and what was served of it, at cost, cents
	orders, days  int
}

func (r replayRun) fill() float64 { return r.served / math.Max(1, r.asked) }

// fillByValue is the fill rate of units weighed by what they cost.
func (r replayRun) fillByValue() float64 { return r.paid / math.Max(1e-9, r.sold) }

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
	items := replayItems(books, from)
	ours, err := replay(ctx, items, from, days, &restocking{items: items})
	if err != nil {
		return bench.Outcome{}, err
	}
	o.Report(0.5, "a year of replenishment runs replayed")
	peer, naive, err := replayPeer(ctx, items, from, days, ours, replayRun.fill)
	if err != nil {
		return bench.Outcome{}, err
	}
	_, byValue, err := replayPeer(ctx, items, from, days, ours, replayRun.fillByValue)
	if err != nil {
		return bench.Outcome{}, err
	}
	row := func(name string, r replayRun) bench.Row {
		return bench.Row{Instance: name}.With("fill_rate", r.fill()).With("value_fill_rate", r.fillByValue()).
			With("mean_stock_value", r.holding/float64(r.days)/100).With("turns", r.turns()).With("orders", float64(r.orders))
	}
	return bench.Outcome{
		Figures: map[string]float64{"holding_saving_pct": 100 * (1 - ours.holding/naive.holding), "fill_rate": ours.fill(), "turns": ours.turns()},
		Rows: []bench.Row{row("one fill rate over all items", ours),
			row("min/max of the same fill rate", naive).With("cover_days", peer.cover).With("batch_days", peer.batch),
			row("min/max of the same fill rate by value", byValue)},
	}, nil
}

// replayItems are the items that were known before a day.
func replayItems(books *history.Books, before int) []replayItem {
	days := books.LastDay - books.FirstDay + 1
	var items []replayItem
	for k, s := range books.Sales {
		x := replayItem{sales: make([]float64, days), sums: make([]float64, days+1), cents: books.Items[k].PriceCents}
		for d, v := range s.Values {
			if at := s.StartDay - books.FirstDay + d; !math.IsNaN(v) && v > 0 && at < days {
				x.sales[at] = v
			}
		}
		for d, v := range x.sales {
			x.sums[d+1] = x.sums[d] + v
		}
		if s.StartDay-books.FirstDay < before && x.cents > 0 {
			items = append(items, x)
		}
	}
	return items
}

// replayPeer gives the min/max planner the cover that reaches the same fill rate, of units or by value, and the batch that makes
// no more orders, both known only once the very year held back is over.
func replayPeer(ctx context.Context, items []replayItem, from, to int, ours replayRun, fill func(replayRun) float64) (*minMax, replayRun, error) {
	var failed error
	reach := func(batch float64) (*minMax, replayRun) {
		var peer *minMax
		var run replayRun
		bisect(1, 400, replayCovers, func(cover float64) bool {
			one := &minMax{items: items, cover: cover, batch: batch}
			tried, err := replay(ctx, items, from, to, one)
			if err != nil {
				failed = err
			}
			if fill(tried) < fill(ours) {
				return false
			}
			peer, run = one, tried
			return true
		})
		return peer, run
	}
	batch := bisect(1, 100, replayBatches, func(batch float64) bool {
		_, run := reach(batch)
		return run.orders <= ours.orders
	})
	peer, run := reach(batch)
	if failed == nil && peer == nil {
		failed = fmt.Errorf("%w: no days of cover bring min/max to a fill rate of %.4f", bench.ErrUsage, fill(ours))
	}
	return peer, run, failed
}

// bisect finds, on a scale of ratios, the least value at which a rising condition holds.
func bisect(lo, hi float64, steps int, holds func(float64) bool) float64 {
	for range steps {
		if mid := math.Sqrt(lo * hi); holds(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
