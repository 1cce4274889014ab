package stock

import (
	"context"
	"fmt"
	"math"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/inventory/sourcing"
)

// Sourcing is the bench of assigning a day's orders to sites, together and one by one.
func Sourcing() bench.Bench {
	return bench.Bench{
		Name:    "sourcing",
		Summary: "Assign 10,000 generated orders to 20 sites as a batch with a bound, then as many one by one with its prices.",
		Figures: []bench.Figure{
			{Key: "batch_seconds", Meaning: "wall time of the batch"},
			{Key: "gap_pct", Meaning: "(objective − bound)/cost of the batch, %"},
			{Key: "online_us", Meaning: "mean wall time of one order online, µs"},
		},
		Run: runSourcing,
	}
}

func runSourcing(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	p := dayOfOrders(10_000, 20, 3_000, o.Seed)
	start := time.Now()
	a, err := sourcing.Solve(ctx, p, sourcing.Options{Iterations: 40, MaxSites: 6, GapTarget: 0.004})
	if err != nil {
		return bench.Outcome{}, err
	}
	seconds := time.Since(start).Seconds()
	if err := sourcing.Check(p, a); err != nil {
		return bench.Outcome{}, err
	}
	o.Report(0.7, "batch")
	rule, err := sourcing.NewRule(&p, a)
	if err != nil {
		return bench.Outcome{}, err
	}
	stock, parcels := append([]int64(nil), p.Stock...), append([]int64(nil), p.ParcelCapacity...)
	var cost, units, unserved int64
	start = time.Now()
	for k, order := range p.Orders {
		parts, short, err := rule.Choose(order, stock, parcels)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("order %d: %w", k, err)
		}
		for _, part := range parts {
			parcels[part.Site]--
			cost += part.CostCents
			for _, l := range part.Lines {
				stock[order.Lines[l.Line].Item*p.Sites+part.Site] -= l.Qty
				units += l.Qty
			}
		}
		for _, s := range short {
			unserved += s.Qty
		}
	}
	online := time.Since(start).Seconds() / float64(len(p.Orders)) * 1e6
	return bench.Outcome{
		Figures: map[string]float64{"batch_seconds": seconds, "gap_pct": 100 * a.Gap, "online_us": online},
		Rows: []bench.Row{
			bench.Row{Instance: "batch"}.With("orders", len(p.Orders)).With("cost_cents", a.CostCents-a.ScarcityCents).With("unserved_units", a.UnservedUnits).With("iterations", a.Iterations),
			bench.Row{Instance: "online"}.With("orders", len(p.Orders)).With("cost_cents", cost).With("unserved_units", unserved).With("iterations", 0),
		},
	}, nil
}

// dayOfOrders places sites and customers on a plane; items sell by Zipf's law; stock is a few days of sales, scarce for some.
func dayOfOrders(orders, sites, items int, seed uint64) sourcing.Problem {
	r := rng.New(seed, "bench", "sourcing")
	p := sourcing.Problem{Items: items, Sites: sites, PerParcelCents: 150, PerLineCents: 40, ScarcityCents: 400}
	x, y := make([]float64, sites), make([]float64, sites)
	for s := range sites {
		x[s], y[s] = 1000*r.Float64(), 1000*r.Float64()
		p.ParcelCapacity = append(p.ParcelCapacity, int64(float64(orders)/float64(sites)*(1.2+0.8*r.Float64())))
	}
	pick := func() int { return int(float64(items) * math.Pow(r.Float64(), 2.2)) }
	want := make([]float64, items)
	for range orders {
		var o sourcing.Order
		cx, cy := 1000*r.Float64(), 1000*r.Float64()
		for s := range sites {
			o.ShipCents = append(o.ShipCents, 300+int64(0.8*math.Hypot(cx-x[s], cy-y[s])))
		}
		seen := map[int]bool{}
		for range 1 + r.IntN(4) {
			if item := pick(); !seen[item] {
				seen[item] = true
				l := sourcing.Line{Item: item, Qty: 1 + r.Int64N(3)}
				want[item] += float64(l.Qty)
				o.Lines = append(o.Lines, l)
			}
		}
		p.Orders = append(p.Orders, o)
	}
	for i := range items {
		for range sites {
			mean := want[i] / float64(sites)
			p.Stock = append(p.Stock, int64(mean*4*r.Float64()+4*r.Float64()))
			p.Threshold = append(p.Threshold, int64(mean+0.5))
		}
	}
	return p
}
