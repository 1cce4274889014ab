package sourcing

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The cheapest parting of an order's demands into parcels costs what the cheapest of all assignments costs, and what is read
// off it costs the same; second is the cheapest single parcel from another site than the cheapest one's.
func TestWaysEqualsExhaustive(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	var w ways
	for range 2000 {
		demands, sites := 1+r.IntN(4), 1+r.IntN(6)
		w.size(demands, sites)
		for s := range sites {
			if w.open[s] = float64(r.IntN(20)); r.IntN(8) == 0 {
				w.open[s] = math.Inf(1)
			}
		}
		for k := range w.price {
			w.price[k] = float64(r.IntN(15))
		}
		for d := range demands {
			w.none[d] = float64(r.IntN(40))
		}
		got := w.cheapest(demands)
		if want := w.exhaustive(demands, make([]int, 0, demands)); got != want {
			t.Fatalf("%d demands, %d sites: %v, and all assignments give %v: %+v", demands, sites, got, want, w)
		}
		if read := w.costOf(w.at[:demands]); read != got {
			t.Fatalf("the assignment %v costs %v, not %v", w.at[:demands], read, got)
		}
		if second := w.secondOf(demands); w.second != second {
			t.Fatalf("second %v, want %v", w.second, second)
		}
	}
}

// exhaustive completes an assignment of the first demands in all ways.
func (w *ways) exhaustive(demands int, at []int) float64 {
	if len(at) == demands {
		return w.costOf(at)
	}
	best := math.Inf(1)
	for s := -1; s < len(w.open); s++ {
		best = min(best, w.exhaustive(demands, append(at, s)))
	}
	return best
}

func (w *ways) costOf(at []int) float64 {
	cost, used := 0.0, map[int]bool{}
	for d, s := range at {
		switch {
		case s < 0:
			cost += w.none[d]
			continue
		case !used[s]:
			cost += w.open[s]
		}
		used[s] = true
		cost += w.price[d*len(w.open)+s]
	}
	return cost
}

// secondOf is the second smallest cost of one parcel with all demands.
func (w *ways) secondOf(demands int) float64 {
	least, second := math.Inf(1), math.Inf(1)
	for s, cost := range w.open {
		for d := range demands {
			cost += w.price[d*len(w.open)+s]
		}
		if cost < least {
			least, second = cost, least
		} else {
			second = min(second, cost)
		}
	}
	return second
}
