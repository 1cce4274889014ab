package picking

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"quartermaster/warehouse"
)

// Each step of the local search that changes anything makes the two tours together strictly shorter, and its two tours
// hold the loads of the two before: equal tours are not exchanged for ever, longer ones never taken. The slots lie on a
// coarse grid, so that equal lengths are common.
func TestEveryAcceptedMoveShortens(t *testing.T) {
	t.Parallel()
	changed := 0
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 3))
		f := rackFloor(4, 5)
		f.SlotPitchCm, f.AislePitchCm = 1, 1
		p := newPlanner(f, randomOrders(random, &f, 40, 2), Options{Iterations: -1, WaveOrders: 40})
		var batches []batch
		for start := 0; start < len(p.loads); start += 3 {
			b := batch{wave: 1, bits: make([]uint64, p.tour.aisles*p.tour.words)}
			for l := start; l < min(start+3, len(p.loads)); l++ {
				p.add(&b, int32(l))
			}
			batches = append(batches, b)
		}
		s := swapper{planner: p, a: make([]uint64, len(batches[0].bits)), b: make([]uint64, len(batches[0].bits))}
		for range 2000 {
			i, j := random.IntN(len(batches)), random.IntN(len(batches)-1)
			if j >= i {
				j++
			}
			a, b := &batches[i], &batches[j]
			before, loads := a.lengthCm+b.lengthCm, slices.Concat(a.loads, b.loads)
			wasA := slices.Clone(a.loads)
			s.try(a, b, random)
			if slices.Equal(wasA, a.loads) {
				continue
			}
			changed++
			if a.lengthCm+b.lengthCm >= before {
				t.Fatalf("seed %d: two tours of %d cm became %d cm", seed, before, a.lengthCm+b.lengthCm)
			}
			now := slices.Concat(a.loads, b.loads)
			slices.Sort(loads)
			slices.Sort(now)
			if !slices.Equal(loads, now) {
				t.Fatalf("seed %d: loads %v became %v", seed, loads, now)
			}
			if len(a.loads) == 0 {
				batches = slices.Delete(batches, i, i+1)
			}
		}
	}
	if changed < 300 {
		t.Errorf("only %d moves were accepted", changed)
	}
}

// One aisle of one slot with a thousand items in it, one order for all of them, and options as large as they go: all is
// picked, within every limit of the cart.
func TestPlanAtTheLimits(t *testing.T) {
	t.Parallel()
	f := rackFloor(1, 1)
	f.CartOrders, f.CartLines, f.CartWeightG, f.Pickers = 1, 7, 1000, 1
	big := warehouse.Order{ID: "big", DueSec: 30_000}
	for i := range 1000 {
		big.Lines = append(big.Lines, warehouse.Line{ItemID: fmt.Sprint("item ", i), Qty: 1 + int64(i%3), WeightG: 250})
	}
	orders := []warehouse.Order{big, {ID: "small", DueSec: 20_000, Lines: big.Lines[:1]}}
	for _, opts := range []Options{{}, {WaveOrders: math.MaxInt, WaveSec: math.MaxInt64, Iterations: 20_000}, {WaveOrders: 1}} {
		r, err := Plan(context.Background(), f, orders, opts)
		if err != nil {
			t.Fatal(err)
		}
		checkPicked(t, f, orders, r)
		if len(r.Late) > 0 || len(r.Tasks) < 1+1000/7 {
			t.Errorf("%+v: %d tours, late %v", opts, len(r.Tasks), r.Late)
		}
	}
	f.OpenSec, f.CloseSec = -50_000, -10_000
	r, err := Plan(context.Background(), f, orders, Options{TailSec: math.MaxInt64})
	if err != nil || len(r.Tasks) != 0 || len(r.Late) != 2 {
		t.Errorf("with a tail longer than any day: %d tours, %d late, %v", len(r.Tasks), len(r.Late), err)
	}
	f = rackFloor(4, 10)
	many := randomOrders(rand.New(rand.NewPCG(1, 1)), &f, 60, 3)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Plan(ctx, f, many, Options{Iterations: math.MaxInt}); err == nil {
		t.Error("an ended context did not end the work")
	}
}
