package picking

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse"
)

func randomOrders(random *rand.Rand, f *warehouse.Floor, n, lines int) []warehouse.Order {
	orders := make([]warehouse.Order, n)
	for i := range orders {
		o := warehouse.Order{ID: fmt.Sprintf("o%04d", i), Zone: fmt.Sprintf("z%d", random.IntN(5)), DueSec: 8_000 + random.Int64N(20_000)}
		if random.IntN(3) == 0 {
			o.ReleaseSec = random.Int64N(6_000)
		}
		for range 1 + random.IntN(lines) {
			qty := 1 + random.Int64N(20)
			o.Lines = append(o.Lines, warehouse.Line{
				ItemID: fmt.Sprintf("i%d", random.IntN(50)), Qty: qty, WeightG: qty * random.Int64N(60), VolumeCm3: qty * random.Int64N(90),
				Slot: warehouse.Slot{Aisle: random.IntN(f.Aisles), Pos: random.IntN(f.SlotsPerAisle)},
			})
		}
		orders[i] = o
	}
	return orders
}

// checkPicked verifies a result with warehouse.Check. As nothing is carried in these tests, every order is named late; that
// each order not given up by picking is picked in full is counted here.
func checkPicked(t *testing.T, f warehouse.Floor, orders []warehouse.Order, r Result) {
	t.Helper()
	gaveUp := map[string]bool{}
	for _, l := range r.Late {
		gaveUp[l.OrderID] = true
	}
	units := map[string]int64{}
	for i := range r.Tasks {
		for _, s := range r.Tasks[i].Stops {
			units[s.OrderID] += s.Qty
		}
	}
	late := slices.Clone(r.Late)
	for i := range orders {
		var asked int64
		for _, l := range orders[i].Lines {
			asked += l.Qty
		}
		if got := units[orders[i].ID]; got != asked && !gaveUp[orders[i].ID] {
			t.Fatalf("order %s: %d of %d units are picked", orders[i].ID, got, asked)
		}
		late = append(late, warehouse.Late{OrderID: orders[i].ID, LateSec: -1, Reason: "not carried in this test"})
	}
	s := warehouse.NewSchedule(f, orders, r.Seed, r.Tasks, late)
	if err := warehouse.Check(f, warehouse.ParkRobots(f, "R"), orders, s); err != nil {
		t.Fatal(err)
	}
}

// On random days with every kind of limit the tasks pass the check, all orders are picked where the day is long, and the
// same input gives the same answer.
func TestPlanOnRandomDays(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 83))
	gaveUp := 0
	for day := range 60 {
		f := rackFloor(1+random.IntN(12), 1+random.IntN(70))
		f.Pickers = 1 + random.IntN(6)
		f.CartOrders, f.CartLines = random.IntN(8), random.IntN(2)*(3+random.IntN(20))
		f.CartWeightG, f.CartVolumeCm3 = random.Int64N(2)*2_000, random.Int64N(2)*3_000
		if day%3 == 0 {
			f.CloseSec = 6_000
		} else {
			f.CloseSec = 900_000
		}
		orders := randomOrders(random, &f, random.IntN(80), 12)
		opts := Options{Seed: uint64(day), WaveSec: random.Int64N(9_000), WaveOrders: random.IntN(40)}
		r, err := Plan(context.Background(), f, orders, opts)
		if err != nil {
			t.Fatal(err)
		}
		checkPicked(t, f, orders, r)
		if day%3 != 0 && len(r.Late) > 0 {
			t.Fatalf("a day of 250 hours gives up %v", r.Late[0])
		}
		gaveUp += len(r.Late)
		again, err := Plan(context.Background(), f, orders, opts)
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Fatal("the same input gives another answer")
		}
	}
	if gaveUp == 0 {
		t.Error("no short day gave up an order: the test does not reach closing time")
	}
}

// The order in which orders are given does not matter to the tours, nor does a prefix; local search only ever shortens,
// and batching beats one tour for each order.
func TestPlanInvariants(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 83))
	f := rackFloor(12, 40)
	f.CloseSec = 90_000
	orders := randomOrders(random, &f, 120, 8)
	plan := func(orders []warehouse.Order, o Options) Result {
		r, err := Plan(context.Background(), f, orders, o)
		if err != nil {
			t.Fatal(err)
		}
		checkPicked(t, f, orders, r)
		return r
	}
	r := plan(orders, Options{Seed: 5})
	shuffled := slices.Clone(orders)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if s := plan(shuffled, Options{Seed: 5}); s.DistanceCm != r.DistanceCm || len(s.Tasks) != len(r.Tasks) {
		t.Errorf("shuffled orders: %d tours of %d cm, were %d of %d", len(s.Tasks), s.DistanceCm, len(r.Tasks), r.DistanceCm)
	}
	seedOnly := plan(orders, Options{Seed: 5, Iterations: -1})
	if r.DistanceCm >= seedOnly.DistanceCm || seedOnly.Iterations != 0 || r.Iterations == 0 {
		t.Errorf("local search: %d cm after %d iterations, %d cm before", r.DistanceCm, r.Iterations, seedOnly.DistanceCm)
	}
	if seedOnly.DistanceCm*10 > r.SingleDistanceCm*7 {
		t.Errorf("batches of 4 orders walk %d cm, single orders %d cm", seedOnly.DistanceCm, r.SingleDistanceCm)
	}
	if id := plan(orders, Options{Prefix: "LON-d0"}).Tasks[11].ID; id != "LON-d0-P012" {
		t.Errorf("the twelfth task is %q", id)
	}
}

// An order larger than a cart is picked in several tours, a line larger than a cart is cut by quantity, and a unit larger
// than a cart is given up with the reason; the others are served.
func TestPlanLargeOrders(t *testing.T) {
	t.Parallel()
	f := rackFloor(4, 10)
	f.CartWeightG, f.CartLines = 1000, 3
	near := warehouse.Slot{Aisle: 1, Pos: 2}
	orders := []warehouse.Order{
		{ID: "wide", DueSec: 9000, Lines: []warehouse.Line{
			{ItemID: "a", Qty: 1, Slot: near}, {ItemID: "b", Qty: 1}, {ItemID: "c", Qty: 1}, {ItemID: "d", Qty: 1}, {ItemID: "a", Qty: 4, Slot: near}}},
		{ID: "heavy", DueSec: 9000, Lines: []warehouse.Line{{ItemID: "e", Qty: 7, WeightG: 2101}}},
		{ID: "anvil", DueSec: 9000, Lines: []warehouse.Line{{ItemID: "f", Qty: 2, WeightG: 2002}}},
	}
	r, err := Plan(context.Background(), f, orders, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkPicked(t, f, orders, r)
	if len(r.Late) != 1 || r.Late[0].OrderID != "anvil" || !strings.Contains(r.Late[0].Reason, "one unit of item f (1001 g") {
		t.Errorf("late orders are %v", r.Late)
	}
	tours, quantities := map[string]int{}, []int64{}
	for i := range r.Tasks {
		for _, id := range r.Tasks[i].OrderIDs {
			tours[id]++
		}
		for _, s := range r.Tasks[i].Stops {
			if s.ItemID == "e" {
				quantities = append(quantities, s.Qty)
			}
			if s.ItemID == "a" && s.Qty != 5 {
				t.Errorf("two lines of item a at one slot are picked as %d, want 5 at once", s.Qty)
			}
		}
	}
	slices.Sort(quantities)
	if tours["wide"] != 2 || !slices.Equal(quantities, []int64{1, 3, 3}) { // 301 g a unit, rounded up
		t.Errorf("tours %v, quantities of item e %v", tours, quantities)
	}
}

// Pickers take what is released and due first; an order released after closing says so.
func TestPlanReleasesAndClosing(t *testing.T) {
	t.Parallel()
	f := rackFloor(2, 5)
	f.Pickers, f.CartOrders = 1, 1
	line := []warehouse.Line{{ItemID: "a", Qty: 1}}
	orders := []warehouse.Order{
		{ID: "later", DueSec: 30_000, Lines: line}, {ID: "soon", DueSec: 9_000, Lines: line},
		{ID: "urgent", ReleaseSec: 5_000, DueSec: 6_000, Lines: line}, {ID: "night", ReleaseSec: 39_999, DueSec: 50_000, Lines: line},
	}
	r, err := Plan(context.Background(), f, orders, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkPicked(t, f, orders, r)
	var sequence []string
	for i := range r.Tasks {
		sequence = append(sequence, r.Tasks[i].OrderIDs...)
	}
	if !slices.Equal(sequence, []string{"soon", "later", "urgent"}) || r.Tasks[2].StartSec != 5_000 {
		t.Errorf("sequence is %v, the last starts at %d", sequence, r.Tasks[2].StartSec)
	}
	if len(r.Late) != 1 || !strings.Contains(r.Late[0].Reason, "released at day 0 11:06, too late") {
		t.Errorf("late orders are %v", r.Late)
	}
}

// Slots come by their walk from the depot, and more items than positions share them evenly.
func TestSlot(t *testing.T) {
	t.Parallel()
	f := rackFloor(3, 5)
	for _, n := range []int{0, 1, 15, 16, 40} {
		slots, err := Slot(f, n)
		if err != nil || len(slots) != n {
			t.Fatalf("%d items: %d slots, %v", n, len(slots), err)
		}
		held := map[warehouse.Slot]int{}
		for i, s := range slots {
			held[s]++
			if held[s] > (n+14)/15 {
				t.Errorf("%d items: slot %v holds %d", n, s, held[s])
			}
			if i > 0 && f.DepotWalkCm(s) < f.DepotWalkCm(slots[i-1]) {
				t.Errorf("%d items: item %d lies nearer than item %d", n, i, i-1)
			}
		}
	}
	if _, err := Slot(f, -1); err == nil {
		t.Error("−1 items are slotted")
	}
}

// What cannot be planned with is refused, and a cancelled context ends the work with its own error.
func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	f := rackFloor(3, 5)
	orders := []warehouse.Order{{ID: "a", Lines: []warehouse.Line{{ItemID: "i", Qty: 1}}}}
	closed := f
	closed.CloseSec = -1
	for want, call := range map[string]func() error{
		"CloseSec": func() error { _, err := Plan(context.Background(), closed, orders, Options{}); return err },
		"Orders[1].ID": func() error {
			_, err := Plan(context.Background(), f, append(orders, orders[0]), Options{})
			return err
		},
		"WaveSec -1": func() error { _, err := Plan(context.Background(), f, orders, Options{WaveSec: -1}); return err },
		"TailSec -5": func() error { _, err := Plan(context.Background(), f, orders, Options{TailSec: -5}); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Plan(ctx, f, orders, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error is %v", err)
	}
}

func ExamplePlan() {
	floor := rackFloor(4, 10)
	items, _ := Slot(floor, 30) // item 0 is asked for most
	orders := []warehouse.Order{
		{ID: "A", DueSec: 7200, Lines: []warehouse.Line{{ItemID: "tea", Qty: 2, Slot: items[0]}, {ItemID: "cup", Qty: 6, Slot: items[9]}}},
		{ID: "B", DueSec: 7200, Lines: []warehouse.Line{{ItemID: "tea", Qty: 1, Slot: items[0]}}},
	}
	result, err := Plan(context.Background(), floor, orders, Options{Prefix: "LON-d0", Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.Worker, t.StartSec, "to", t.EndSec, t.OrderIDs)
		for _, s := range t.Stops {
			fmt.Printf("  aisle %d, position %d: %d × %s for %s\n", s.Slot.Aisle, s.Slot.Pos, s.Qty, s.ItemID, s.OrderID)
		}
	}
	// Output:
	// LON-d0-P001 picker-01 0 to 60 [A B]
	//   aisle 0, position 0: 2 × tea for A
	//   aisle 0, position 0: 1 × tea for B
	//   aisle 0, position 6: 6 × cup for A
}
