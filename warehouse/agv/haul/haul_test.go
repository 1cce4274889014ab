package haul

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
)

// site makes a floor of a grid with robots that turn.
func site(t testing.TB, width, height int, kinds []warehouse.CellKind) (warehouse.Floor, []warehouse.Robot) {
	t.Helper()
	f := warehouse.Floor{SiteID: "S", Width: width, Height: height, Kinds: kinds, Turning: true, Aisles: 1, SlotsPerAisle: 1, SlotPitchCm: 100, AislePitchCm: 100,
		Chutes: 1, StepSec: 2, Pickers: 10_000, PickSpeedCmPerSec: 100, LoadSec: 8, UnloadSec: 5, OpenSec: 600, CloseSec: 40_000}
	return f, warehouse.ParkRobots(f, "R")
}

func drawn(t testing.TB, grid string) (warehouse.Floor, []warehouse.Robot) {
	t.Helper()
	w, h, kinds, err := warehouse.ParseGrid(grid)
	if err != nil {
		t.Fatal(err)
	}
	return site(t, w, h, kinds)
}

// batches makes one transport with one order for each ready time.
func batches(readySec ...int64) []agv.Transport {
	out := make([]agv.Transport, len(readySec))
	for i, sec := range readySec {
		id := fmt.Sprintf("P%03d", i+1)
		out[i] = agv.Transport{ID: id, ReadySec: sec, Wave: 1, Batch: i + 1, OrderIDs: []string{"o" + id}, After: []string{id}}
	}
	return out
}

// judge has warehouse.Check follow the robots: each transport gets a pick tour that ends when it is ready, and as nothing is
// sorted here, every order is named late.
func judge(t *testing.T, f warehouse.Floor, robots []warehouse.Robot, transports []agv.Transport, r agv.Result) {
	t.Helper()
	f.OpenSec -= 600 // the pick tours lie within opening time, and steps of 1, 2, 3 s still fit
	tasks := append([]warehouse.Task(nil), r.Tasks...)
	var orders []warehouse.Order
	var late []warehouse.Late
	for i, b := range transports {
		line := warehouse.PickStop{OrderID: b.OrderIDs[0], ItemID: "i", Qty: 1}
		orders = append(orders, warehouse.Order{ID: line.OrderID, ReleaseSec: -1e6, Lines: []warehouse.Line{{ItemID: line.ItemID, Qty: line.Qty}}})
		late = append(late, warehouse.Late{OrderID: line.OrderID, LateSec: -1, Reason: "not sorted in this test"})
		tasks = append(tasks, warehouse.Task{ID: b.ID, Kind: warehouse.TaskPick, Worker: fmt.Sprint(i), Wave: 1, Batch: b.Batch,
			StartSec: b.ReadySec - 10, EndSec: b.ReadySec, OrderIDs: b.OrderIDs, DistanceCm: 200, Stops: []warehouse.PickStop{line}})
	}
	if err := warehouse.Check(f, robots, orders, warehouse.NewSchedule(f, orders, 0, tasks, late)); err != nil {
		t.Fatalf("%v\n%s", err, warehouse.FormatGrid(f))
	}
}

// moved counts the transports that were carried and fails on one that was neither carried nor given up.
func moved(t *testing.T, transports []agv.Transport, r agv.Result) int {
	t.Helper()
	n := 0
	for i := range r.Tasks {
		if r.Tasks[i].Kind == warehouse.TaskMove {
			n++
		}
	}
	if n+len(r.Late) != len(transports) {
		t.Fatalf("%d moves and %d given up are not the %d transports", n, len(r.Late), len(transports))
	}
	return n
}

// On a floor with one robot the day is what one counts by hand: from the park two steps down, a quarter turn, two steps to the
// station, four to load, a half turn, four steps to the induction, three to unload, and the way home.
//
//	r
//	.
//	..P.I   the robot comes down the left column, facing south
func TestOneRobotByHand(t *testing.T) {
	t.Parallel()
	f, robots := drawn(t, "r####\n.####\n..P.I")
	transports := batches(1000)
	r, err := Plan(context.Background(), f, robots, transports, Options{})
	if err != nil {
		t.Fatal(err)
	}
	judge(t, f, robots, transports, r)
	// down, down, turn, east, east, load ×4, east, east, unload ×3
	want := []int32{0, 5, 10, 10, 11, 12, 12, 12, 12, 12, 13, 14, 14, 14, 14}
	if len(r.Tasks) != 2 || !reflect.DeepEqual(r.Tasks[0].Path, want) || r.Tasks[0].StartSec != 1000 {
		t.Fatalf("the move is %+v, want the path %v from 1000 on", r.Tasks, want)
	}
	// half turn, four west, quarter turn, up, up
	if home := []int32{14, 14, 14, 13, 12, 11, 10, 10, 5, 0}; !reflect.DeepEqual(r.Tasks[1].Path, home) {
		t.Fatalf("the way home is %v, want %v", r.Tasks[1].Path, home)
	}
}

// On random floors, many with lanes one cell wide where robots jam, every transport of a long day is carried, all that
// warehouse.Check asks for holds, turns included, and the same input gives the same answer.
func TestRandomFloors(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 21))
	crowded := 0
	for floors := 0; floors < 150; {
		w, h := 3+random.IntN(8), 3+random.IntN(7)
		cells := []byte(strings.Repeat(".", w*h))
		for i := range cells {
			if random.IntN(6) == 0 {
				cells[i] = '#'
			}
		}
		for _, letter := range "PIrrPIrrrr"[:4+random.IntN(7)] {
			cells[random.IntN(len(cells))] = byte(letter)
		}
		var rows strings.Builder
		for y := range h {
			rows.Write(cells[y*w : (y+1)*w])
			rows.WriteByte('\n')
		}
		f, robots := drawn(t, rows.String())
		f.StepSec, f.LoadSec, f.UnloadSec = 1+random.Int64N(3), random.Int64N(9), random.Int64N(9)
		if warehouse.ValidateFloor(f) != nil || warehouse.ValidateRobots(f, robots) != nil {
			continue
		}
		floors++
		if len(robots) > 2 {
			crowded++
		}
		ready := make([]int64, random.IntN(25))
		for i := range ready {
			ready[i] = 600 + random.Int64N(1+random.Int64N(400))
		}
		transports := batches(ready...)
		r, err := Plan(context.Background(), f, robots, transports, Options{Seed: 3})
		if err != nil {
			t.Fatalf("%v\n%s", err, rows.String())
		}
		judge(t, f, robots, transports, r)
		if n := moved(t, transports, r); n != len(transports) {
			t.Fatalf("%d of %d transports moved\n%s", n, len(transports), rows.String())
		}
		if again, err := Plan(context.Background(), f, robots, transports, Options{Seed: 3}); err != nil || !reflect.DeepEqual(r, again) {
			t.Fatal("the same input gives another answer")
		}
	}
	if crowded < 40 {
		t.Errorf("only %d floors have three robots or more", crowded)
	}
}

// When the site closes, what is under way is given up with its reason, robots go home, and the plan still holds.
func TestClosing(t *testing.T) {
	t.Parallel()
	w, h, kinds, err := agv.Layout(agv.LayoutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f, robots := site(t, w, h, kinds)
	ready := make([]int64, 60)
	for i := range ready {
		ready[i] = 700 + int64(i)
	}
	transports := batches(ready...)
	given := map[bool]int{}
	for closeSec := int64(720); closeSec < 1400; closeSec += 34 {
		f.CloseSec = closeSec
		r, err := Plan(context.Background(), f, robots, transports, Options{})
		if err != nil {
			t.Fatal(err)
		}
		// The pick tours must lie within opening time too.
		held := transports[:0:0]
		for _, b := range transports {
			if b.ReadySec <= closeSec {
				held = append(held, b)
			}
		}
		judge(t, f, robots, held, r)
		n := moved(t, transports, r)
		given[n > 0 && n < 60]++
	}
	if given[true] == 0 {
		t.Error("no day was too short for some of the transports")
	}
}

// A hundred robots share four stations and three inductions without loss.
func TestManyRobots(t *testing.T) {
	t.Parallel()
	w, h, kinds, err := agv.Layout(agv.LayoutOptions{Width: 60, Height: 54, Stations: 12, Inducts: 9, Robots: 100})
	if err != nil {
		t.Fatal(err)
	}
	f, robots := site(t, w, h, kinds)
	ready := make([]int64, 300)
	for i := range ready {
		ready[i] = 700 + 3*int64(i)
	}
	transports := batches(ready...)
	r, err := Plan(context.Background(), f, robots, transports, Options{})
	if err != nil {
		t.Fatal(err)
	}
	judge(t, f, robots, transports, r)
	if n := moved(t, transports, r); n != len(transports) {
		t.Fatalf("%d of %d transports moved", n, len(transports))
	}
}
