package sortation_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse"
	"quartermaster/warehouse/sortation"
)

func sorterFloor(chutes int) warehouse.Floor {
	return warehouse.Floor{
		SiteID: "S", Width: 3, Height: 1, Kinds: []warehouse.CellKind{warehouse.CellPark, warehouse.CellPick, warehouse.CellInduct},
		Aisles: 1, SlotsPerAisle: 1, SlotPitchCm: 100, AislePitchCm: 100, Chutes: chutes, StepSec: 1, Pickers: 1,
		PickSpeedCmPerSec: 100, PackSec: 20, SortSec: 30, FeedSec: 5, OpenSec: 100, CloseSec: 100_000,
	}
}

// On random parcels: each has one task after it is ready, PackSec + SortSec long, FeedSec after the one before; the sorter
// never stands still while a parcel waits; zones keep to one chute, each its own while chutes suffice.
func TestPlanOnRandomParcels(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 83))
	for range 200 {
		f := sorterFloor(1 + random.IntN(12))
		zones := 1 + random.IntN(20)
		parcels := make([]sortation.Parcel, random.IntN(60))
		readySec := map[string]int64{}
		for i := range parcels {
			parcels[i] = sortation.Parcel{OrderID: fmt.Sprint(i), Zone: fmt.Sprint(random.IntN(zones)), ReadySec: 100 + random.Int64N(400), DueSec: random.Int64N(900)}
			readySec[parcels[i].OrderID] = parcels[i].ReadySec
		}
		r, err := sortation.Plan(f, parcels, sortation.Options{})
		if err != nil || len(r.Tasks) != len(parcels) || len(r.Late) != 0 {
			t.Fatalf("%d of %d parcels sorted, late %v, error %v", len(r.Tasks), len(parcels), r.Late, err)
		}
		chuteOf, used := map[string]int{}, map[int]bool{}
		for k, task := range r.Tasks {
			ready := readySec[task.OrderIDs[0]]
			if task.StartSec < ready || task.EndSec-task.StartSec != 50 {
				t.Fatalf("parcel ready at %d is sorted from %d to %d", ready, task.StartSec, task.EndSec)
			}
			if k > 0 && task.StartSec-r.Tasks[k-1].StartSec < 5 {
				t.Fatalf("fed %d s after the one before", task.StartSec-r.Tasks[k-1].StartSec)
			}
			if k > 0 && task.StartSec > max(ready, r.Tasks[k-1].StartSec+5) {
				t.Fatalf("the sorter stood still until %d while a parcel was ready at %d", task.StartSec, ready)
			}
			zone := parcels[slices.IndexFunc(parcels, func(p sortation.Parcel) bool { return p.OrderID == task.OrderIDs[0] })].Zone
			if chute, seen := chuteOf[zone]; (seen && chute != task.Chute) || task.Chute < 1 || task.Chute > f.Chutes {
				t.Fatalf("zone %s goes to chutes %d and %d", zone, chute, task.Chute)
			}
			chuteOf[zone] = task.Chute
			used[task.Chute] = true
		}
		if len(used) != min(len(chuteOf), f.Chutes) {
			t.Fatalf("%d zones use %d of %d chutes", len(chuteOf), len(used), f.Chutes)
		}
		again, _ := sortation.Plan(f, parcels, sortation.Options{})
		if !reflect.DeepEqual(r, again) {
			t.Fatal("the same input gives another answer")
		}
	}
}

// Graham's bound: longest processing time first fills the fullest chute to at most 4/3 − 1/(3 chutes) of the best
// possible, found here by trying all assignments.
func TestChuteLoadWithinGrahamsBound(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 83))
	for range 300 {
		chutes := 2 + random.IntN(2)
		var parcels []sortation.Parcel
		sizes := make([]int, 3+random.IntN(5))
		for z := range sizes {
			sizes[z] = 1 + random.IntN(9)
			for range sizes[z] {
				parcels = append(parcels, sortation.Parcel{OrderID: fmt.Sprint(len(parcels)), Zone: fmt.Sprint(z)})
			}
		}
		r, err := sortation.Plan(sorterFloor(chutes), parcels, sortation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		best := leastFullest(sizes, make([]int, chutes))
		if got := slices.Max(r.Load); got < best || 3*chutes*got > (4*chutes-1)*best {
			t.Fatalf("zones of %v on %d chutes: fullest has %d, best possible %d", sizes, chutes, got, best)
		}
	}
}

func leastFullest(sizes, load []int) int {
	if len(sizes) == 0 {
		return slices.Max(load)
	}
	best := 1 << 30
	for c := range load {
		load[c] += sizes[0]
		best = min(best, leastFullest(sizes[1:], load))
		load[c] -= sizes[0]
	}
	return best
}

// Parcels are ready with the last move that brings goods of them; orders that are given up or were not moved have none.
func TestParcels(t *testing.T) {
	t.Parallel()
	orders := []warehouse.Order{{ID: "a", Zone: "N", DueSec: 9}, {ID: "b"}, {ID: "c"}, {ID: "d"}}
	moves := []warehouse.Task{
		{ID: "M1", Kind: warehouse.TaskMove, Wave: 1, Batch: 1, EndSec: 70, OrderIDs: []string{"a", "b"}},
		{ID: "H1", Kind: warehouse.TaskPark, EndSec: 99},
		{ID: "M2", Kind: warehouse.TaskMove, Wave: 2, Batch: 2, EndSec: 50, OrderIDs: []string{"a", "c", "stranger"}},
	}
	got := sortation.Parcels(orders, moves, []warehouse.Late{{OrderID: "c", LateSec: -1}, {OrderID: "b", LateSec: 5}})
	want := []sortation.Parcel{
		{OrderID: "a", Zone: "N", DueSec: 9, ReadySec: 70, Wave: 1, Batch: 1, After: []string{"M1", "M2"}},
		{OrderID: "b", ReadySec: 70, Wave: 1, Batch: 1, After: []string{"M1"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parcels are %+v, want %+v", got, want)
	}
}

// Parcels that the sorter cannot take before closing get a reason; doubled parcels and bad floors are refused.
func TestPlanAtClosingAndBadInput(t *testing.T) {
	t.Parallel()
	f := sorterFloor(2)
	f.CloseSec = 158 // 100 opening, 50 packing and sorting: two turns
	var parcels []sortation.Parcel
	for i := range 4 {
		parcels = append(parcels, sortation.Parcel{OrderID: fmt.Sprint(i), ReadySec: 90, DueSec: int64(9 - i)})
	}
	r, err := sortation.Plan(f, parcels, sortation.Options{Prefix: "X"})
	if err != nil || len(r.Tasks) != 2 || len(r.Late) != 2 || r.Tasks[1].ID != "X-S002" || r.Tasks[0].OrderIDs[0] != "3" {
		t.Fatalf("tasks %v, late %v, error %v", r.Tasks, r.Late, err)
	}
	if l := r.Late[0]; l.LateSec != -1 || !strings.Contains(l.Reason, "cannot take it before the site closes at day 0 00:02") {
		t.Errorf("late is %v", l)
	}
	if _, err := sortation.Plan(f, append(parcels, parcels[0]), sortation.Options{}); err == nil || !strings.Contains(err.Error(), "Parcels[4].OrderID") {
		t.Errorf("doubled parcel: error is %v", err)
	}
	if _, err := sortation.Plan(sorterFloor(0), parcels, sortation.Options{}); err == nil || !strings.Contains(err.Error(), "Chutes") {
		t.Errorf("no chutes: error is %v", err)
	}
}

func ExamplePlan() {
	floor := sorterFloor(2)
	result, err := sortation.Plan(floor, []sortation.Parcel{
		{OrderID: "A", Zone: "north", ReadySec: 200, DueSec: 900},
		{OrderID: "B", Zone: "south", ReadySec: 200, DueSec: 600},
		{OrderID: "C", Zone: "north", ReadySec: 260, DueSec: 900},
	}, sortation.Options{Prefix: "LON-d0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.OrderIDs[0], "chute", t.Chute, "at", t.EndSec)
	}
	// Output:
	// LON-d0-S001 B chute 2 at 250
	// LON-d0-S002 A chute 1 at 255
	// LON-d0-S003 C chute 1 at 310
}
