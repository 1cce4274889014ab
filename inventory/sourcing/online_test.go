package sourcing

import (
	"context"
	"math"
	"testing"

	"quartermaster/internal/rng"
)

// TestRule shows that the online rule ships only what is there, loses no unit, and costs, with the prices, no more than the
// best single site or the best pair.
func TestRule(t *testing.T) {
	r := rng.New(12, "online")
	const items, sites = 20, 5
	p := Problem{Items: items, Sites: sites, PerParcelCents: 100, PerLineCents: 20, ScarcityCents: 300}
	for range items * sites {
		p.Stock = append(p.Stock, r.Int64N(8))
		p.Threshold = append(p.Threshold, 4)
	}
	for range sites {
		p.ParcelCapacity = append(p.ParcelCapacity, 30)
	}
	draw := func() Order {
		var o Order
		for i := range 1 + r.IntN(3) {
			o.Lines = append(o.Lines, Line{Item: i*6 + r.IntN(6), Qty: 1 + r.Int64N(4)})
		}
		for range sites {
			o.ShipCents = append(o.ShipCents, 200+r.Int64N(900))
		}
		return o
	}
	for range 60 {
		p.Orders = append(p.Orders, draw())
	}
	a, err := Solve(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := NewRule(&p, a)
	if err != nil {
		t.Fatal(err)
	}
	price := func(o Order, parts []Part, short []Shortfall) float64 {
		cost := 0.0
		for _, part := range parts {
			cost += float64(part.CostCents) + a.ParcelPrices[part.Site]
			for _, l := range part.Lines {
				cost += float64(l.Qty) * a.StockPrices[o.Lines[l.Line].Item*sites+part.Site]
			}
		}
		for _, s := range short {
			cost += float64(s.Qty) * float64(p.UnservedPrice())
		}
		return cost
	}
	for range 300 {
		o := draw()
		parts, short, err := rule.Choose(o, p.Stock, p.ParcelCapacity)
		if err != nil {
			t.Fatal(err)
		}
		units := make([]int64, len(o.Lines))
		for _, part := range parts {
			for _, l := range part.Lines {
				units[l.Line] += l.Qty
				if l.Qty <= 0 || l.Qty > p.Stock[o.Lines[l.Line].Item*sites+part.Site] {
					t.Fatalf("site %d ships %d", part.Site, l.Qty)
				}
			}
		}
		for _, s := range short {
			units[s.Line] += s.Qty
		}
		for l, line := range o.Lines {
			if units[l] != line.Qty {
				t.Fatalf("line %d: %d of %d units told", l, units[l], line.Qty)
			}
		}
		got, best := price(o, parts, short), math.Inf(1)
		for s := range sites {
			cost := float64(o.ShipCents[s]+p.PerParcelCents) + a.ParcelPrices[s]
			for _, line := range o.Lines {
				k := line.Item*sites + s
				have := min(line.Qty, p.Stock[k])
				if have > 0 {
					cost += float64(p.PerLineCents) + float64(have)*a.StockPrices[k]
				}
				cost += float64(line.Qty-have) * float64(p.UnservedPrice())
			}
			best = math.Min(best, cost)
		}
		if got > best+1e-6 {
			t.Fatalf("costs %g, one site alone %g", got, best)
		}
	}
	if _, _, err := rule.Choose(Order{}, p.Stock, p.ParcelCapacity); err == nil {
		t.Error("an order without shipping costs was answered")
	}
}
