package policy

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/inventory"
)

// drawnInput is an item of any price and pace, with the gamma law or with quantiles.
func drawnInput(t *rapid.T, n int) Input {
	in := Input{Item: inventory.Item{ID: fmt.Sprint("item ", n), PackSize: 1, UnitCostCents: rapid.Int64Range(1, 5000).Draw(t, "cents")}}
	in.Position = inventory.Position{ItemID: in.Item.ID}
	lead := rapid.Float64Range(1, 30).Draw(t, "lead")
	perDay := math.Pow(10, rapid.Float64Range(-2, 1.5).Draw(t, "log demand"))
	in.Demand = inventory.Demand{ItemID: in.Item.ID, MeanPerDay: perDay, LeadDays: lead, LeadMean: lead * perDay}
	in.Demand.LeadSD = rapid.Float64Range(0.2, 2).Draw(t, "spread") * in.Demand.LeadMean
	if rapid.Bool().Draw(t, "table") {
		d, err := NewDistribution(nil, nil, in.Demand.LeadMean, in.Demand.LeadSD)
		if err != nil {
			t.Fatal(err)
		}
		in.Demand.Levels = []float64{0.1, 0.5, 0.9, 0.99}
		for _, p := range in.Demand.Levels {
			in.Demand.LeadQuantiles = append(in.Demand.LeadQuantiles, d.Quantile(p))
		}
	}
	return in
}

// On tiny assortments no choice of reorder points out of all of them keeps the promise for less than the bound, the promise is
// kept by what every item then decides alone, and the check finds nothing.
func TestPriceAgainstAllChoices(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		var in []Input
		for n := range rapid.IntRange(1, 3).Draw(t, "items") {
			in = append(in, drawnInput(t, n))
		}
		p := Params{ReviewDays: rapid.IntRange(1, 10).Draw(t, "review")}
		asked := rapid.Float64Range(0.05, 0.99).Draw(t, "fill rate")
		got, err := Price(ctx, in, p, asked)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckPromise(ctx, in, p, asked, got); err != nil {
			t.Fatal(err)
		}
		p.ShortageCents = got.ShortageCents
		var lists [][]stockPoint
		demand, missed, held := 0.0, 0.0, 0.0
		err = eachExposure(ctx, in, p, func(e *exposure) {
			one, err := Decide(in[len(lists)], p)
			if err != nil {
				t.Fatal(err)
			}
			at := e.at(one.ReorderPoint)
			demand, missed, held = demand+e.demand, missed+at.missed, held+at.held
			lists = append(lists, e.points())
		})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Kept || missed > (1-asked+1e-6)*demand || math.Abs(held*365-got.HoldingCents) > 1e-6*(1+got.HoldingCents) {
			t.Fatalf("%+v: the items alone serve %g of %g asked for and hold for %g", got, 1-missed/demand, asked, held*365)
		}
		least := cheapestOfAll(lists, (1-asked)*demand) * 365
		if got.BoundCents > least*(1+1e-9)+1e-9 || got.HoldingCents < least*(1-1e-6)-1e-6 {
			t.Fatalf("%+v: the least of all choices costs %g", got, least)
		}
	})
}

// cheapestOfAll tries every combination.
func cheapestOfAll(lists [][]stockPoint, allowed float64) float64 {
	if len(lists) == 0 {
		if allowed < -1e-12 {
			return math.Inf(1)
		}
		return 0
	}
	least := math.Inf(1)
	for _, p := range lists[0] {
		least = math.Min(least, p.held+cheapestOfAll(lists[1:], allowed-p.missed))
	}
	return least
}

// Of two items that sell alike, the cheap one serves more than the dear one; together they serve what was asked for.
func TestPriceFavoursTheCheap(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cheap, dear := example(), example()
	cheap.Item.UnitCostCents, dear.Item.UnitCostCents = 20, 2000
	in := []Input{cheap, dear}
	got, err := Price(ctx, in, params, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckPromise(ctx, in, params, 0.95, got); err != nil {
		t.Fatal(err)
	}
	p := params
	p.ShortageCents = got.ShortageCents
	rules, orders, err := Plan(ctx, in, p)
	if err != nil {
		t.Fatal(err)
	}
	if rules[0].ReorderPoint <= rules[1].ReorderPoint || rules[0].Binding != inventory.BindingAssortment || !strings.Contains(orders[0].Reason, "the assortment target sets it") {
		t.Errorf("%+v, %+v", rules, orders)
	}
	mustHold(t, in, rules, orders)
}

// A better service is never cheaper, and its price of a unit short never lower.
func TestPriceRises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := []Input{drawnInput(t, 0), drawnInput(t, 1), drawnInput(t, 2), drawnInput(t, 3)}
		var last Promise
		for _, asked := range []float64{0.3, 0.6, 0.8, 0.9, 0.95, 0.99} {
			got, err := Price(context.Background(), in, params, asked)
			if err != nil {
				t.Fatal(err)
			}
			if got.ShortageCents < last.ShortageCents || got.HoldingCents < last.HoldingCents || got.BoundCents < last.BoundCents || got.FillRate < last.FillRate {
				t.Fatalf("%g: %+v after %+v", asked, got, last)
			}
			last = got
		}
	})
}

// What is too slow to be kept serves nothing: the promise is not kept, and the most that can be is told. Shares that are none
// are errors. A check finds a promise that says more than is true.
func TestPriceOfWhatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	in := []Input{example(), slow()}
	in[1].Demand.MeanPerDay, in[1].Demand.LeadMean, in[1].Demand.LeadSD = 0.02, 0.28, 0.6
	got, err := Price(ctx, in, params, 0.999)
	if err != nil || got.Kept || math.Abs(got.FillRate-4/4.02) > 1e-3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := CheckPromise(ctx, in, params, 0.999, got); err != nil {
		t.Error(err)
	}
	for _, share := range []float64{0, 1, -1, math.NaN(), math.Inf(1)} {
		if _, err := Price(ctx, in, params, share); err == nil {
			t.Errorf("a fill rate of %g was taken", share)
		}
	}
	if _, err := Price(ctx, in, Params{ShortageCents: math.NaN()}, 0.9); err == nil {
		t.Error("a price of NaN was taken")
	}
	if got, err = Price(ctx, in, params, 0.9); err != nil {
		t.Fatal(err)
	}
	for what, lie := range map[string]func(p *Promise){
		"more served": func(p *Promise) { p.FillRate += 0.01 }, "less held": func(p *Promise) { p.HoldingCents *= 0.5 },
		"a better bound": func(p *Promise) { p.BoundCents = p.HoldingCents * 1.01 }, "another price": func(p *Promise) { p.ShortageCents *= 3 },
		"not kept": func(p *Promise) { p.Kept = false },
	} {
		false := got
		lie(&false)
		if CheckPromise(ctx, in, params, 0.9, false) == nil {
			t.Errorf("%s passes", what)
		}
	}
}

// A law that spread was drawn from is read off; too few items and items of one size give none.
func TestFitSpread(t *testing.T) {
	t.Parallel()
	truth := SpreadLaw{Scale: 2.5, Power: 1.6}
	var mean, sd []float64
	for i := range 12 {
		mean = append(mean, math.Pow(2, float64(i)-4))
		sd = append(sd, truth.SD(mean[i]))
	}
	got, ok := FitSpread(append(mean, 0, 3), append(sd, 1, 0))
	if !ok || math.Abs(got.Scale-2.5) > 1e-9 || math.Abs(got.Power-1.6) > 1e-9 {
		t.Errorf("%+v, %v", got, ok)
	}
	if _, ok := FitSpread(mean[:9], sd[:9]); ok {
		t.Error("nine items gave a law")
	}
	same := make([]float64, 12)
	for i := range same {
		same[i] = 4
	}
	if _, ok := FitSpread(same, sd); ok {
		t.Error("items of one size gave a law")
	}
}
