package picking

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"quartermaster/warehouse"
)

// rackFloor is a block of aisles with figures that make ties rare.
func rackFloor(aisles, slots int) warehouse.Floor {
	return warehouse.Floor{
		SiteID: "S", Width: 3, Height: 1, Kinds: []warehouse.CellKind{warehouse.CellPark, warehouse.CellPick, warehouse.CellInduct},
		Aisles: aisles, SlotsPerAisle: slots, SlotPitchCm: 103, AislePitchCm: 347, Chutes: 1, StepSec: 1, Pickers: 2,
		PickSpeedCmPerSec: 100, PickSec: 5, SetupSec: 30, CartOrders: 4, CloseSec: 40_000,
	}
}

func randomSlots(random *rand.Rand, f *warehouse.Floor, n int) []pick {
	picks := make([]pick, n)
	for i := range picks {
		picks[i].slot = warehouse.Slot{Aisle: random.IntN(f.Aisles), Pos: random.IntN(f.SlotsPerAisle)}
	}
	return picks
}

// heldKarp gives the shortest closed walk from the depot through all slots by dynamic programming over subsets (Held and
// Karp 1962), from the walks between slots alone: it knows nothing of aisles.
func heldKarp(f *warehouse.Floor, slots []warehouse.Slot) int64 {
	n := len(slots)
	best := make([][]int64, 1<<n)
	for set := range best {
		best[set] = slices.Repeat([]int64{math.MaxInt64 / 2}, n)
	}
	for i, s := range slots {
		best[1<<i][i] = f.DepotWalkCm(s)
	}
	for set := 1; set < 1<<n; set++ {
		for last := range n {
			for next := range n {
				if set>>last&1 == 1 && set>>next&1 == 0 {
					with := set | 1<<next
					best[with][next] = min(best[with][next], best[set][last]+f.WalkCm(slots[last], slots[next]))
				}
			}
		}
	}
	tour := int64(math.MaxInt64)
	for i, s := range slots {
		tour = min(tour, best[1<<n-1][i]+f.DepotWalkCm(s))
	}
	return tour
}

func walked(f *warehouse.Floor, slots []warehouse.Slot) int64 {
	cm := f.DepotWalkCm(slots[0]) + f.DepotWalkCm(slots[len(slots)-1])
	for i := 1; i < len(slots); i++ {
		cm += f.WalkCm(slots[i-1], slots[i])
	}
	return cm
}

// Twin test: on small random sets the dynamic programme over aisles is as short as the exact travelling salesman, and the
// route that it writes has that length and visits every slot once.
func TestTourIsShortest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 83))
	for i := range 2500 {
		f := rackFloor(1+random.IntN(6), 1+random.IntN(12))
		f.AislePitchCm = 1 + random.Int64N(900)
		if i%2 == 0 { // few narrow aisles with slots at both ends, where components stay apart for long
			f = rackFloor(2+random.IntN(3), 12)
			f.AislePitchCm = 1 + random.Int64N(60)
		}
		tour := newTourLength(&f)
		set := tour.bitsOf(randomSlots(random, &f, 1+random.IntN(9)))
		route := tour.route(set)
		got, want := tour.length(set), heldKarp(&f, route)
		if got != want || walked(&f, route) != want {
			t.Fatalf("%d aisles of %d, slots %v: length %d, route %d, shortest %d", f.Aisles, f.SlotsPerAisle, route, got, walked(&f, route), want)
		}
		visited := make([]uint64, len(set))
		for _, s := range route {
			visited[s.Aisle*tour.words+s.Pos/64] |= 1 << (s.Pos % 64)
		}
		distinct := slices.Clone(route)
		slices.SortFunc(distinct, func(a, b warehouse.Slot) int { return 1000*(a.Aisle-b.Aisle) + a.Pos - b.Pos })
		if !slices.Equal(visited, set) || len(slices.Compact(distinct)) != len(route) {
			t.Fatalf("route %v does not visit each slot of the set once", route)
		}
	}
}

// A hand-made case: one slot deep in aisle 0, one in aisle 1, aisles 700 cm long and 100 cm apart. Through both aisles it
// is 700 + 100 + 700 + 100; going in and out of both from the front is 1200 + 1200 + 200.
func TestTourByHand(t *testing.T) {
	t.Parallel()
	f := rackFloor(2, 6)
	f.SlotPitchCm, f.AislePitchCm = 100, 100
	tour := newTourLength(&f)
	far := tour.bitsOf([]pick{{slot: warehouse.Slot{Aisle: 0, Pos: 5}}, {slot: warehouse.Slot{Aisle: 1, Pos: 5}}})
	if got := tour.length(far); got != 1600 {
		t.Errorf("tour through both aisles is %d, want 1600", got)
	}
	near := tour.bitsOf([]pick{{slot: warehouse.Slot{Aisle: 0, Pos: 0}}, {slot: warehouse.Slot{Aisle: 1, Pos: 1}}})
	if got := tour.length(near); got != 200+200+400 {
		t.Errorf("tour near the front is %d, want 800", got)
	}
	if got := tour.length(tour.bitsOf(nil)); got != 0 || tour.route(tour.bitsOf(nil)) != nil {
		t.Errorf("tour without slots is %d, want 0", got)
	}
}

// sShape walks every aisle with a slot through, and the last one back if their number is odd (Hall 1993).
func sShape(f *warehouse.Floor, tour *tourLength, set []uint64) int64 {
	var cm int64
	aisles, last := 0, 0
	for a := range f.Aisles {
		if c, _ := tour.ways(set[a*tour.words : (a+1)*tour.words]); c.skip > 0 {
			aisles++
			last = a
			cm += f.AisleLengthCm()
		}
	}
	if aisles%2 == 1 {
		c, _ := tour.ways(set[last*tour.words : (last+1)*tour.words])
		cm += c.front - f.AisleLengthCm()
	}
	return cm + 2*int64(last)*f.AislePitchCm
}

// largestGap walks the first and last aisle with a slot through and leaves out the largest gap of all between (Hall 1993).
func largestGap(f *warehouse.Floor, tour *tourLength, set []uint64) int64 {
	var cm int64
	first, last := -1, -1
	for a := range f.Aisles {
		if c, _ := tour.ways(set[a*tour.words : (a+1)*tour.words]); c.skip > 0 {
			if first < 0 {
				first = a
			}
			last = a
			cm += min(c.front, c.back, c.gap)
		}
	}
	of := func(a int) aisleCosts {
		c, _ := tour.ways(set[a*tour.words : (a+1)*tour.words])
		return c
	}
	if first == last {
		return of(first).front + 2*int64(last)*f.AislePitchCm
	}
	for _, a := range []int{first, last} {
		c := of(a)
		cm += c.through - min(c.front, c.back, c.gap)
	}
	return cm + 2*int64(last)*f.AislePitchCm
}

// On larger random sets, with aisles of more than 64 slots, the tour is never longer than the S-shape and largest-gap
// rules, is written as long as it was measured, and adding a slot never makes it shorter.
func TestTourAgainstRules(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 83))
	shorter := 0
	for range 400 {
		f := rackFloor(2+random.IntN(30), 20+random.IntN(120))
		tour := newTourLength(&f)
		picks := randomSlots(random, &f, 2+random.IntN(80))
		set := tour.bitsOf(picks)
		got, s, gap := tour.length(set), sShape(&f, tour, set), largestGap(&f, tour, set)
		if got > s || got > gap {
			t.Fatalf("tour of %d is longer than S-shape %d or largest gap %d", got, s, gap)
		}
		if got < min(s, gap) {
			shorter++
		}
		if w := walked(&f, tour.route(set)); w != got {
			t.Fatalf("route walks %d, measured %d", w, got)
		}
		if fewer := tour.length(tour.bitsOf(picks[1:])); fewer > got {
			t.Fatalf("tour without a slot is %d, longer than %d with it", fewer, got)
		}
	}
	if shorter < 200 {
		t.Errorf("only %d of 400 tours beat both rules", shorter)
	}
}

// The fast formulas and the tables that routes are read from are the same: from each single class the formulas give for
// each class the least over the table's entries.
func TestTablesAgree(t *testing.T) {
	t.Parallel()
	tour := tourLength{crossCm: 7}
	for shift := range 6 { // each way is the cheapest in turn
		lengths := []int64{100, 31, 43, 59, 200, 17}
		at := func(i int) int64 { return lengths[(i+shift)%6] }
		costs := aisleCosts{through: at(0), front: at(1), back: at(2), gap: at(3), twice: at(4), skip: at(5)}
		for from := range classes {
			at := slices.Repeat([]int64{far}, classes)
			at[from] = 0
			served := tour.serve((*[classes]int64)(at), &costs)
			crossed := tour.cross((*[classes]int64)(at))
			wantServed, wantCrossed := slices.Repeat([]int64{far}, classes), slices.Repeat([]int64{far}, classes)
			for way, to := range serveTable[from] {
				if to >= 0 {
					wantServed[to] = min(wantServed[to], costs.of(way))
				}
			}
			for _, x := range crossTable {
				if int(x.from) == from {
					wantCrossed[x.to] = min(wantCrossed[x.to], 7*int64(x.front+x.back))
				}
			}
			for to := range classes {
				if min(served[to], far) != wantServed[to] || min(crossed[to], far) != wantCrossed[to] {
					t.Errorf("class %d to %d: served %d, table %d; crossed %d, table %d", from, to, served[to], wantServed[to], crossed[to], wantCrossed[to])
				}
			}
		}
	}
}
