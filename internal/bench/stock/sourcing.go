package stock

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
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
	p := weekOfOrders(10_000, 20, 3_000, o.Seed)
	start := time.Now()
	a, err := sourcing.Solve(ctx, p, sourcing.Options{GapTarget: 0.002})
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

// weekOfOrders is a batch as a retailer with regions sees it, at the prices of the demo's business. Sites stand where people
// live, the i-th largest with a share of 1/(i+1); customers live around them (90 km). Items sell by a power law; an order has 1.8
// lines in the mean. A site holds its share of each item for somewhat more than the batch, somewhere between two deliveries, over
// a safety stock that is the threshold; slow items lie at the five largest sites alone. Hands are within 15 % of 1.15 times
// the orders that are nearest to a site among those that stock their items, so that some sites run out of hands.
func weekOfOrders(orders, sites, items int, seed uint64) sourcing.Problem {
	r := rng.New(seed, "bench", "sourcing")
	p := sourcing.Problem{Items: items, Sites: sites, PerParcelCents: 180, PerLineCents: 12, ScarcityCents: 20,
		Stock: make([]int64, items*sites), Threshold: make([]int64, items*sites)}
	x, y, share, popular := make([]float64, sites), make([]float64, sites), make([]float64, sites), make([]float64, items)
	for s := range sites {
		x[s], y[s], share[s] = 1000*r.Float64(), 1000*r.Float64(), 1/(2+float64(s))
	}
	for i := range items {
		popular[i] = 1 / math.Pow(float64(i)+10, 0.9)
	}
	site, item := newLottery(share), newLottery(popular)
	lines, qty := newLottery([]float64{55, 25, 12, 5, 3}), newLottery([]float64{75, 17, 8})
	units := 0.0
	for range orders {
		var o sourcing.Order
		home := site.draw(r)
		cx, cy := x[home]+90*r.NormFloat64(), y[home]+90*r.NormFloat64()
		for s := range sites {
			o.ShipCents = append(o.ShipCents, 300+int64(0.8*math.Hypot(cx-x[s], cy-y[s])))
		}
		seen := map[int]bool{}
		for range 1 + lines.draw(r) {
			if i := item.draw(r); !seen[i] {
				seen[i] = true
				o.Lines = append(o.Lines, sourcing.Line{Item: i, Qty: 1 + int64(qty.draw(r))})
				units += float64(o.Lines[len(o.Lines)-1].Qty)
			}
		}
		p.Orders = append(p.Orders, o)
	}
	for i := range items {
		wanted, hubs := units*item.share(i), sites
		if wanted < 20 {
			hubs = min(5, sites)
		}
		held := 0.0
		for _, v := range share[:hubs] {
			held += v
		}
		for s, v := range share[:hubs] {
			mean := wanted * v / held
			safety := 1.65 * math.Sqrt(1.5*mean)
			p.Threshold[i*sites+s] = int64(math.Ceil(safety))
			p.Stock[i*sites+s] = int64(math.Round(0.6*mean + safety + math.Max(2, 3*mean)*r.Float64()))
		}
	}
	for _, load := range nearestLoads(&p) {
		p.ParcelCapacity = append(p.ParcelCapacity, int64(load*1.15*(0.85+0.3*r.Float64())))
	}
	return p
}

// nearestLoads counts per site the orders for which it is the cheapest that stocks all of their items.
func nearestLoads(p *sourcing.Problem) []float64 {
	loads := make([]float64, p.Sites)
	for _, o := range p.Orders {
		best := -1
		for s, c := range o.ShipCents {
			has := true
			for _, l := range o.Lines {
				has = has && p.Threshold[l.Item*p.Sites+s] > 0
			}
			if has && (best < 0 || c < o.ShipCents[best]) {
				best = s
			}
		}
		loads[best]++
	}
	return loads
}

// lottery draws numbers with given weights.
type lottery struct{ upTo []float64 }

func newLottery(weights []float64) lottery {
	l, sum := lottery{}, 0.0
	for _, w := range weights {
		sum += w
		l.upTo = append(l.upTo, sum)
	}
	return l
}

func (l lottery) draw(r *rand.Rand) int {
	return sort.SearchFloat64s(l.upTo, r.Float64()*l.upTo[len(l.upTo)-1])
}

// share is the probability of number i.
func (l lottery) share(i int) float64 {
	before := 0.0
	if i > 0 {
		before = l.upTo[i-1]
	}
	return (l.upTo[i] - before) / l.upTo[len(l.upTo)-1]
}
