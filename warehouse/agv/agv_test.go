package agv

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"quartermaster/warehouse"
)

func gridFloor(t testing.TB, grid string) warehouse.Floor {
	t.Helper()
	f := warehouse.Floor{
		SiteID: "S", Aisles: 1, SlotsPerAisle: 1, SlotPitchCm: 100, AislePitchCm: 100, Chutes: 1, StepSec: 2, Pickers: 10_000,
		PickSpeedCmPerSec: 100, LoadSec: 5, UnloadSec: 4, OpenSec: 600, CloseSec: 40_000,
	}
	var err error
	if f.Width, f.Height, f.Kinds, err = warehouse.ParseGrid(grid); err != nil {
		t.Fatal(err)
	}
	return f
}

// transportsReady makes one transport with one order for each ready time.
func transportsReady(readySec ...int64) []Transport {
	transports := make([]Transport, len(readySec))
	for i, sec := range readySec {
		id := fmt.Sprintf("P%03d", i+1)
		transports[i] = Transport{ID: id, ReadySec: sec, Wave: 1, Batch: i + 1, OrderIDs: []string{fmt.Sprintf("o%d", i+1)}, After: []string{id}}
	}
	return transports
}

// checkMoves verifies a result with warehouse.Check, which follows every robot by itself. Each transport gets a pick tour
// that ends when it is ready; as nothing is sorted in these tests, every order is named late.
func checkMoves(t *testing.T, f warehouse.Floor, robots []warehouse.Robot, transports []Transport, r Result) {
	t.Helper()
	tasks := append([]warehouse.Task(nil), r.Tasks...)
	var orders []warehouse.Order
	var late []warehouse.Late
	f.OpenSec -= 600 // steps of 1, 2, 3 … s divide it; so the pick tours lie within opening time
	for i, tr := range transports {
		id := tr.OrderIDs[0]
		orders = append(orders, warehouse.Order{ID: id, ReleaseSec: -1e6, Lines: []warehouse.Line{{ItemID: "i", Qty: 1}}})
		late = append(late, warehouse.Late{OrderID: id, LateSec: -1, Reason: "not sorted in this test"})
		tasks = append(tasks, warehouse.Task{
			ID: tr.ID, Kind: warehouse.TaskPick, Worker: fmt.Sprintf("p%d", i), Wave: 1, Batch: tr.Batch, StartSec: tr.ReadySec - 10, EndSec: tr.ReadySec,
			OrderIDs: tr.OrderIDs, DistanceCm: 200, Stops: []warehouse.PickStop{{OrderID: id, ItemID: "i", Qty: 1}},
		})
	}
	if err := warehouse.Check(f, robots, orders, warehouse.NewSchedule(f, orders, 0, tasks, late)); err != nil {
		t.Fatalf("%v\n%s", err, warehouse.FormatGrid(f))
	}
}

// randomGrid draws walls, parks, stations and inductions at random; ok says whether the floor is well formed.
func randomGrid(t *testing.T, random *rand.Rand) (f warehouse.Floor, robots []warehouse.Robot, ok bool) {
	w, h := 3+random.IntN(7), 3+random.IntN(6)
	cells := []byte(strings.Repeat(".", w*h))
	for i := range cells {
		if random.IntN(5) == 0 {
			cells[i] = '#'
		}
	}
	for _, letter := range "PIrrPIrr"[:4+random.IntN(5)] {
		cells[random.IntN(len(cells))] = byte(letter)
	}
	var b strings.Builder
	for y := range h {
		b.Write(cells[y*w : (y+1)*w])
		b.WriteByte('\n')
	}
	f = gridFloor(t, b.String())
	robots = warehouse.ParkRobots(f, "R")
	return f, robots, warehouse.ValidateFloor(f) == nil && warehouse.ValidateRobots(f, robots) == nil
}

// On random well-formed floors, many of them with lanes one cell wide, every transport of a long day is carried, no robot
// meets another, no move is shorter than the shortest way, and the same input gives the same answer.
func TestPlanOnRandomFloors(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 83))
	floors, crowded := 0, 0
	for floors < 400 {
		f, robots, ok := randomGrid(t, random)
		if !ok {
			continue
		}
		floors++
		if len(robots) > 2 {
			crowded++
		}
		f.StepSec, f.LoadSec, f.UnloadSec = 1+random.Int64N(3), random.Int64N(9), random.Int64N(9)
		f.CloseSec = 600 + 38_400
		ready := make([]int64, random.IntN(25))
		for i := range ready {
			ready[i] = 600 + random.Int64N(1+random.Int64N(400))
		}
		transports := transportsReady(ready...)
		r, err := Plan(context.Background(), f, robots, transports, Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkMoves(t, f, robots, transports, r)
		moves, moveSteps := 0, 0
		for i := range r.Tasks {
			if r.Tasks[i].Kind == warehouse.TaskMove {
				moves++
				moveSteps += len(r.Tasks[i].Path) - 1
			}
		}
		if moves != len(transports) || len(r.Late) > 0 || moveSteps < r.IdealSteps {
			t.Fatalf("%d of %d transports moved in %d steps, at least %d are needed; late %v", moves, len(transports), moveSteps, r.IdealSteps, r.Late)
		}
		if again, err := Plan(context.Background(), f, robots, transports, Options{}); err != nil || !reflect.DeepEqual(r, again) {
			t.Fatal("the same input gives another answer")
		}
	}
	if crowded < 100 {
		t.Errorf("only %d of %d floors have three robots or more", crowded, floors)
	}
}

// soonestHome finds the least step at which a robot can be home after station and induction, by trying every cell at
// every step: a dumb twin of the search by safe intervals. busy says where other robots are.
func soonestHome(f *warehouse.Floor, start, step, park, load, unload int32, busy func(cell, t int32) int32) int32 {
	type state struct {
		cell, phase, stay int32
	}
	now := map[state]bool{{start, toStation, 0}: true}
	for t := step; t < step+2_000; t++ {
		next := map[state]bool{}
		for changed := true; changed; { // zero dwell steps change the phase at once
			changed = false
			for s := range now {
				dwell, kind := load, warehouse.CellPick
				if s.phase == toInduct {
					dwell, kind = unload, warehouse.CellInduct
				}
				if done := (state{s.cell, s.phase + 1, 0}); s.phase < toPark && f.Kinds[s.cell] == kind && s.stay >= dwell && !now[done] {
					now[done] = true
					changed = true
				}
			}
		}
		for s := range now {
			if s.phase == toPark && s.cell == park {
				return t
			}
			if busy(s.cell, t+1) < 0 {
				next[state{s.cell, s.phase, min(s.stay+1, load+unload)}] = true
			}
			for _, n := range f.Neighbours(s.cell) {
				if n < 0 || f.Kinds[n] == warehouse.CellShelf || (f.Kinds[n] == warehouse.CellPark && n != park) || busy(n, t+1) >= 0 {
					continue
				}
				if other := busy(n, t); other >= 0 && other == busy(s.cell, t+1) {
					continue
				}
				next[state{n, s.phase, 0}] = true
			}
		}
		now = next
	}
	return -1
}

// Twin test: among the reservations of other robots the search by safe intervals brings a robot home exactly as soon as
// a search over every cell and step does.
func TestSearchIsOptimal(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 83))
	for floors := 0; floors < 120; {
		f, robots, ok := randomGrid(t, random)
		if !ok || len(robots) < 2 {
			continue
		}
		floors++
		f.StepSec, f.LoadSec, f.UnloadSec = 1, random.Int64N(4), random.Int64N(4)
		p := newFleet(f, robots, Options{Prefix: "S"})
		last := len(robots) - 1
		p.robots = p.robots[:last]
		ready := 600 + random.Int64N(10)
		for _, tr := range transportsReady(ready, ready, ready+3, ready+5, ready+9) {
			p.serve(&tr)
		}
		park := robots[last].Park
		remaining := legs(&p.floor, p.search.near, park, int32(f.LoadSec), int32(f.UnloadSec), homeward(&p.floor, p.search.near, park))
		step := int32(ready-600) + 9 + random.Int32N(10)
		found, ok := p.search.find(park, step, park, &remaining)
		if want := soonestHome(&f, park, step, park, int32(f.LoadSec), int32(f.UnloadSec), p.held.robotAt); !ok || found.home() != want {
			t.Fatalf("home at step %d, found %v, want %d\n%s", found.home(), ok, want, warehouse.FormatGrid(f))
		}
	}
}

// In a lane one cell wide with one station and one induction, six robots take turns and carry all that stands ready.
func TestPlanInOneLane(t *testing.T) {
	t.Parallel()
	f := gridFloor(t, `
		r#r#r#
		P....I
		#r#r#r`)
	robots := warehouse.ParkRobots(f, "R")
	transports := transportsReady(600, 600, 600, 600, 600, 600, 600, 600, 601, 601, 601, 601)
	r, err := Plan(context.Background(), f, robots, transports, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkMoves(t, f, robots, transports, r)
	if len(r.Late) > 0 {
		t.Errorf("late orders are %v", r.Late)
	}
}

// The tightest floors work: one robot, a station beside the induction, a station and an induction that lie between all
// parks, stays of no time; everything ready at once is carried.
func TestPlanOnTightFloors(t *testing.T) {
	t.Parallel()
	for _, grid := range []string{"rPI", "r\nP\nI", "rPIr", "r#\nPI\n#r", "#r#\nrP.\n#Ir"} {
		for _, staySec := range []int64{0, 1, 7} {
			f := gridFloor(t, grid)
			f.LoadSec, f.UnloadSec = staySec, staySec
			robots := warehouse.ParkRobots(f, "R")
			transports := transportsReady(600, 600, 600, 600, 601, 700, 700)
			r, err := Plan(context.Background(), f, robots, transports, Options{})
			if err != nil {
				t.Fatal(grid, err)
			}
			checkMoves(t, f, robots, transports, r)
			if len(r.Late) > 0 {
				t.Errorf("%s with stays of %d s: late orders are %v", grid, staySec, r.Late)
			}
		}
	}
}

// A robot on its way home turns round for the next batch: its way home ends where the new move begins.
func TestPlanTurnsRobotOnItsWayHome(t *testing.T) {
	t.Parallel()
	f := gridFloor(t, "r..............P.I")
	robots := warehouse.ParkRobots(f, "R")
	transports := transportsReady(600, 600+2*30)
	r, err := Plan(context.Background(), f, robots, transports, Options{Prefix: "LON-d0"})
	if err != nil {
		t.Fatal(err)
	}
	checkMoves(t, f, robots, transports, r)
	// 15 steps there, 3 to load, 2 on, 2 to unload: dropped at step 22; at step 30 the robot is 8 cells back, on cell 9.
	var ids []string
	for i := range r.Tasks {
		ids = append(ids, r.Tasks[i].ID)
	}
	if got := strings.Join(ids, " "); got != "LON-d0-M001 LON-d0-H001 LON-d0-M002 LON-d0-H002" {
		t.Fatalf("tasks are %s", got)
	}
	if r.Tasks[1].EndSec != 660 || r.Tasks[2].StartSec != 660 || r.Tasks[2].Path[0] != 9 {
		t.Errorf("way home ends at %d, the next move starts at %d on cell %d", r.Tasks[1].EndSec, r.Tasks[2].StartSec, r.Tasks[2].Path[0])
	}
}

// What cannot be dropped before closing is given up with a reason, and the robots still come home.
func TestPlanAtClosing(t *testing.T) {
	t.Parallel()
	f := gridFloor(t, "r..P..I")
	f.CloseSec = 600 + 2*21 // the first is dropped at step 11, the second would be at step 22
	robots := warehouse.ParkRobots(f, "R")
	transports := transportsReady(600, 610, 9_999)
	r, err := Plan(context.Background(), f, robots, transports, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkMoves(t, gridFloor(t, "r..P..I"), robots, transports, r)
	if len(r.Late) != 2 || r.Late[0].OrderID != "o2" || !strings.Contains(r.Late[1].Reason, "picked by day 0 02:46, but no robot can bring it") {
		t.Errorf("late orders are %v", r.Late)
	}
}

// Bad floors, robots and transports are refused by name; a cancelled context ends the work with its own error.
func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	f := gridFloor(t, "r.P.I")
	robots := warehouse.ParkRobots(f, "R")
	transports := transportsReady(600)
	plan := func(f warehouse.Floor, robots []warehouse.Robot, transports []Transport) error {
		_, err := Plan(context.Background(), f, robots, transports, Options{})
		return err
	}
	for want, err := range map[string]error{
		"cannot reach the induction at (column 4, row 0)": plan(gridFloor(t, "r.P#I"), robots, transports),
		"share the park cell (column 0, row 0)":           plan(f, append(robots, warehouse.Robot{ID: "x", Park: 0}), transports),
		"Robots is empty":                                 plan(f, nil, transports),
		"Transports[1].ID":                                plan(f, robots, append(transportsReady(600), transports...)),
		"ReadySec -9223372036854775808":                   plan(f, robots, transportsReady(-1<<63)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Plan(ctx, f, robots, transports, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error is %v", err)
	}
}

// Layout draws floors that are well formed for every size it accepts, with what was asked for on them.
func TestLayout(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 83))
	for range 300 {
		o := LayoutOptions{Width: 9 + random.IntN(50), Height: 8 + random.IntN(40)}
		o.Stations, o.Inducts, o.Robots = 1+random.IntN((o.Width-2)/2), 1+random.IntN((o.Width-2)/2), 1+random.IntN(2*(o.Height-2))
		f := gridFloor(t, "r.P.I")
		var err error
		if f.Width, f.Height, f.Kinds, err = Layout(o); err != nil {
			t.Fatal(err)
		}
		robots := warehouse.ParkRobots(f, "R")
		grid := warehouse.FormatGrid(f)
		if err := errors.Join(warehouse.ValidateFloor(f), warehouse.ValidateRobots(f, robots)); err != nil {
			t.Fatalf("%+v: %v\n%s", o, err, grid)
		}
		if len(robots) != o.Robots || strings.Count(grid, "P") != o.Stations || strings.Count(grid, "I") != o.Inducts {
			t.Fatalf("%+v gives\n%s", o, grid)
		}
	}
	for want, o := range map[string]LayoutOptions{
		"Width 8":      {Width: 8},
		"Stations -1":  {Stations: -1},
		"Inducts 18":   {Inducts: 18},
		"Robots 41":    {Robots: 41},
		"Height 20000": {Height: 20000},
	} {
		if _, _, _, err := Layout(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}

// Transports come from pick tasks alone.
func TestTransports(t *testing.T) {
	t.Parallel()
	got := Transports([]warehouse.Task{
		{ID: "P1", Kind: warehouse.TaskPick, Wave: 2, Batch: 3, EndSec: 70, OrderIDs: []string{"a"}}, {ID: "S1", Kind: warehouse.TaskSort},
	})
	want := []Transport{{ID: "P1", ReadySec: 70, Wave: 2, Batch: 3, OrderIDs: []string{"a"}, After: []string{"P1"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("transports are %+v, want %+v", got, want)
	}
}

func ExamplePlan() {
	floor := warehouse.Floor{
		SiteID: "LON", Aisles: 1, SlotsPerAisle: 1, SlotPitchCm: 100, AislePitchCm: 100, Chutes: 1, Pickers: 1, PickSpeedCmPerSec: 100,
		StepSec: 1, LoadSec: 1, UnloadSec: 1, CloseSec: 3600,
	}
	floor.Width, floor.Height, floor.Kinds, _ = warehouse.ParseGrid(`
		r.P
		r.I`)
	result, err := Plan(context.Background(), floor, warehouse.ParkRobots(floor, "robot-"), []Transport{
		{ID: "batch 1", ReadySec: 10, OrderIDs: []string{"A"}},
		{ID: "batch 2", ReadySec: 11, OrderIDs: []string{"B"}},
	}, Options{Prefix: "LON-d0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.Worker, t.StartSec, "to", t.EndSec, t.Path)
	}
	// Output:
	// LON-d0-M001 robot-1 10 to 15 [0 1 2 2 5 5]
	// LON-d0-M002 robot-2 11 to 19 [3 4 1 2 2 1 4 5 5]
	// LON-d0-H001 robot-1 15 to 18 [5 2 1 0]
	// LON-d0-H002 robot-2 19 to 21 [5 4 3]
}
