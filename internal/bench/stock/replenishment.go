package stock

import (
	"context"
	"fmt"
	"math"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/inventory/replenish"
)

// Replenishment is the bench of ordering for a whole catalogue under shared limits.
func Replenishment() bench.Bench {
	return bench.Bench{
		Name:    "replenishment",
		Summary: "Order for 100,000 generated item-sites that share room, docks and supplier budgets, all binding.",
		Figures: []bench.Figure{
			{Key: "seconds", Meaning: "wall time of the run"},
			{Key: "gap_pct", Meaning: "(cost − proved bound)/cost, %"},
			{Key: "peak_mb", Meaning: "largest resident size of the process, 2^20 bytes"},
		},
		Run: runReplenishment,
	}
}

func runReplenishment(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	p := catalogue(2000, 50, 80, o.Seed)
	start := time.Now()
	plan, err := replenish.Solve(ctx, p, replenish.Options{Progress: func(done float64) { o.Report(done, "prices") }})
	if err != nil {
		return bench.Outcome{}, err
	}
	seconds := time.Since(start).Seconds()
	if err := replenish.Check(p, plan); err != nil {
		return bench.Outcome{}, err
	}
	ordered := 0
	for _, q := range plan.Qty {
		if q > 0 {
			ordered++
		}
	}
	return bench.Outcome{
		Figures: map[string]float64{"seconds": seconds, "gap_pct": 100 * plan.Gap, "peak_mb": bench.PeakMB()},
		Rows: []bench.Row{bench.Row{Instance: "catalogue"}.With("lines", len(p.Lines)).With("ordered", ordered).With("purchase_orders", len(replenish.Group(p, plan))).
			With("cost", plan.Cost).With("bound", plan.Bound).With("iterations", plan.Iterations).With("status", string(plan.Status))},
	}, nil
}

// catalogue draws items and sites whose limits hold about four fifths of what everybody would order alone.
func catalogue(items, sites, suppliers int, seed uint64) replenish.Problem {
	r := rng.New(seed, "bench", "replenishment")
	p := replenish.Problem{Sites: make([]replenish.Site, sites), Suppliers: make([]replenish.Supplier, suppliers)}
	size := make([]float64, sites)
	for s := range sites {
		size[s] = 0.3 + 1.4*r.Float64()
		p.Sites[s].ID = fmt.Sprint("site ", s+1)
	}
	need, dock, money := make([]float64, sites), make([]float64, sites), make([]float64, suppliers)
	for i := range items {
		rate, cost := math.Exp(1.2*r.NormFloat64()+1.5), math.Exp(r.NormFloat64()+1)
		volume, pack, supplier := math.Exp(0.8*r.NormFloat64())/100, int64(1)<<r.IntN(5), r.IntN(suppliers)
		for s := range sites {
			mean := rate * size[s] * (5 + 10*r.Float64())
			sd := math.Sqrt(mean) * (1 + r.Float64()) * (1 + mean/100)
			l := replenish.Line{
				ItemID: fmt.Sprint("item ", i+1), SiteID: p.Sites[s].ID, SupplierID: fmt.Sprint("supplier ", supplier+1), Site: s, Supplier: supplier,
				Mean: mean, SD: sd, Pack: pack, Minimum: pack * int64(r.IntN(3)), UnitCost: cost, Holding: 0.01 * cost, Shortage: cost * (0.2 + 0.3*r.Float64()),
				OrderCost: 0.05, Volume: volume, OnHand: int64(mean * 1.5 * r.Float64()),
			}
			l.Position = l.OnHand
			if r.IntN(10) == 0 {
				l.Breaks = []replenish.Break{{From: 4 * pack, UnitCost: 0.95 * cost}}
			}
			p.Lines = append(p.Lines, l)
			want := math.Max(0, mean+1.5*sd-float64(l.Position))
			need[s] += volume * (float64(l.Position) + want)
			dock[s] += volume * want
			money[supplier] += cost * want
		}
	}
	for s := range sites {
		p.Sites[s].Volume, p.Sites[s].Dock = 0.88*need[s], dock[s]*(0.7+0.5*r.Float64())
	}
	for s := range suppliers {
		p.Suppliers[s] = replenish.Supplier{ID: fmt.Sprint("supplier ", s+1), Budget: money[s] * (0.75 + 0.4*r.Float64())}
	}
	return p
}
