package plan

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"quartermaster/internal/rng"
	"quartermaster/routing"
)

// Whatever odd but valid business is drawn, planning gives an answer that passes its check (Build runs it), never an
// error; progress never falls and ends at 1; and no order is told twice that it is whole.
func TestOddShopsArePlanned(t *testing.T) {
	t.Parallel()
	base := smallShop(t)
	rapid.Check(t, func(t *rapid.T) {
		s := oddShop(t, base)
		last := 0.0
		p, err := Build(t.Context(), s, Options{Seed: 3, Workers: 1, RoutingIterations: 30, Progress: func(done float64, sentence string) {
			if done < last || done > 1 || sentence == "" {
				t.Fatalf("progress goes from %v to %v: %q", last, done, sentence)
			}
			last = done
		}})
		if err != nil {
			t.Fatalf("Build: %v", err)
		}
		if last != 1 {
			t.Errorf("progress ends at %v", last)
		}
		for _, pr := range p.Promises {
			if len(pr.Why) < 2*len(pr.Parts) || pr.From > pr.To {
				t.Errorf("order %s: told %q, %d…%d", pr.OrderID, pr.Why, pr.From, pr.To)
			}
		}
	})
}

// smallShop is shop with few items, so that many odd ones can be tried.
func smallShop(t *testing.T) *Snapshot {
	s := shop(t, 5)
	s.Items, s.Sales, s.SiteShare = s.Items[:8], s.Sales[:8], s.SiteShare[:8]
	s.Positions = s.Positions[:8*len(s.Sites)]
	s.Orders = nil
	var err error
	s.Forecasts, err = ForecastItems(t.Context(), s.ForecastTasks(), s.Review.HorizonDays, PooledWeek(s.Sales), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func oddShop(t *rapid.T, base *Snapshot) *Snapshot {
	s := new(Snapshot)
	*s = *base
	s.Days = rapid.SampledFrom([]int{1, 2, 5, 14}).Draw(t, "days")
	for i := range s.Calendar.OpenDays {
		s.Calendar.OpenDays[i] = rapid.Bool().Draw(t, "open")
	}
	s.Calendar.OpenDays[rapid.IntRange(0, 6).Draw(t, "always")] = true
	s.Calendar.CutoffSec = rapid.SampledFrom([]int64{0, 1, 43_200, daySec - 1, daySec}).Draw(t, "cutoff")
	s.DropSec = rapid.SampledFrom([]int64{0, 120, 3600}).Draw(t, "drop")
	oddItems(t, s)
	oddSites(t, s)
	oddStock(t, s)
	for i := range rapid.IntRange(0, 12).Draw(t, "orders") {
		s.Orders = append(s.Orders, oddOrder(t, s, i))
	}
	return s
}

func oddItems(t *rapid.T, s *Snapshot) {
	s.Items = slices.Clone(s.Items)
	weights := rapid.SampledFrom([]int64{0, 1, 300, 30_000, 900_000, maxOrderGrams})
	for i := range s.Items {
		s.Items[i].WeightG = weights.Draw(t, "weight")
		s.Items[i].VolumeCm3 = rapid.SampledFrom([]int64{0, 500, 200_000, 7_000_000}).Draw(t, "volume")
		s.Items[i].MinOrderQty = rapid.SampledFrom([]int64{0, 50}).Draw(t, "minimum")
	}
	s.SiteShare = slices.Clone(s.SiteShare)
	for i := range s.SiteShare {
		s.SiteShare[i] = rapid.SampledFrom([][]float64{{1, 0, 0}, {0.5, 0.2, 0.3}, {0, 0, 1}}).Draw(t, "shares")
	}
	s.Suppliers = slices.Clone(s.Suppliers)
	if rapid.Bool().Draw(t, "new supplier") {
		s.Suppliers[0].Deliveries, s.Suppliers[0].SinceDay = nil, s.OriginDay+40
	}
}

func oddSites(t *rapid.T, s *Snapshot) {
	s.Sites = slices.Clone(s.Sites)
	if rapid.Bool().Draw(t, "two sites at one place") {
		s.Sites[1].Lon, s.Sites[1].Lat = s.Sites[0].Lon, s.Sites[0].Lat
	}
	for i := range s.Sites {
		x := &s.Sites[i]
		x.OrdersPerDay = rapid.SampledFrom([]int64{0, 1, 3, 100}).Draw(t, "capacity")
		x.Floor.CartWeightG = rapid.SampledFrom([]int64{0, 20_000, 1_000_000}).Draw(t, "cart weight")
		x.Floor.CartVolumeCm3 = rapid.SampledFrom([]int64{0, 100_000}).Draw(t, "cart volume")
		x.Floor.CartLines = rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "cart lines")
		x.Floor.CloseSec = x.Floor.OpenSec + rapid.SampledFrom([]int64{60, 1800, 15 * 3600}).Draw(t, "opening")
		x.Vehicles = slices.Clone(x.Vehicles[:rapid.IntRange(0, 2).Draw(t, "vehicles")])
		for k := range x.Vehicles {
			v := &x.Vehicles[k]
			v.Shift = rapid.SampledFrom([]routing.Window{{StartSec: 7 * 3600, EndSec: 19 * 3600}, {StartSec: 0, EndSec: 2 * 3600},
				{StartSec: 12 * 3600, EndSec: 12*3600 + 1800}, {StartSec: 15 * 3600, EndSec: 26 * 3600}}).Draw(t, "shift")
			v.MaxWeightG = rapid.SampledFrom([]int64{1, 50_000, 800_000}).Draw(t, "vehicle weight")
		}
	}
}

func oddStock(t *rapid.T, s *Snapshot) {
	s.Positions = slices.Clone(s.Positions)
	for i := range s.Positions {
		s.Positions[i].OnHand = rapid.SampledFrom([]int64{0, 1, 5, 60, maxLineQty}).Draw(t, "stock")
	}
	for range rapid.IntRange(0, 4).Draw(t, "inbound") {
		s.Inbound = append(s.Inbound, Inbound{
			ItemID: s.Items[rapid.IntRange(0, 7).Draw(t, "item")].ID, SiteID: s.Sites[rapid.IntRange(0, 2).Draw(t, "site")].ID,
			Qty: rapid.Int64Range(1, 9).Draw(t, "qty"), DueDay: rapid.IntRange(-3, 16).Draw(t, "due"),
		})
	}
}

func oddOrder(t *rapid.T, s *Snapshot, i int) Order {
	o := Order{ID: fmt.Sprintf("o%d", i), CustomerID: "c"}
	o.PlacedSec = rapid.SampledFrom([]int64{-1 << 40, -2 * daySec, -daySec, -1, 0, 43_200, 3 * daySec, 1 << 40}).Draw(t, "placed")
	switch rapid.IntRange(0, 4).Draw(t, "where") {
	case 0: // a site's own door, the same for many
		o.Point = orb.Point{s.Sites[0].Lon, s.Sites[0].Lat}
	case 1: // another country
		o.Point = orb.Point{2, 48}
	default:
		o.Point = s.Roads.RandomPlace(rng.New(rapid.Uint64Range(0, 20).Draw(t, "place"), "odd")).Point
	}
	start := rapid.SampledFrom([]int64{0, 3 * 3600, 8 * 3600, 18 * 3600, 23 * 3600, daySec - 1}).Draw(t, "opens")
	o.WindowSec = routing.Window{StartSec: start, EndSec: min(daySec, start+rapid.SampledFrom([]int64{1, 3600, daySec}).Draw(t, "wide"))}
	lines := rapid.SampledFrom([]int{1, 2, 5, 5, 600}).Draw(t, "lines")
	qty := rapid.SampledFrom([]int64{1, 2, 40, maxLineQty})
	if lines > 5 {
		qty = rapid.Int64Range(1, 40)
	}
	for range lines { // with eight items, many lines ask for the same
		o.Lines = append(o.Lines, OrderLine{ItemID: s.Items[rapid.IntRange(0, 7).Draw(t, "item")].ID,
			Qty: qty.Draw(t, "qty")})
	}
	return o
}
