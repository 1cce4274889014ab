package warehouse_test

import (
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse"
)

// smallDay is a day planned by hand on smallFloor: two orders in one tour, a robot that carries them from the station
// (cell 1) to the induction (cell 14), two parcels, and one order that is not done.
//
//	cells   0  1P 2  3
//	        4r 5  6  7
//	        8r 9 10 11
//	       12 13 14I 15
func smallDay(t testing.TB) (warehouse.Floor, []warehouse.Robot, []warehouse.Order, warehouse.Schedule) {
	f := smallFloor(t)
	orders := []warehouse.Order{
		{ID: "a", Zone: "N", ReleaseSec: 0, DueSec: 2000, Lines: []warehouse.Line{
			{ItemID: "i", Qty: 2, Slot: warehouse.Slot{Aisle: 0, Pos: 1}, WeightG: 300, VolumeCm3: 10},
			{ItemID: "j", Qty: 3, Slot: warehouse.Slot{Aisle: 0, Pos: 3}, WeightG: 400, VolumeCm3: 10}}},
		{ID: "b", Zone: "N", ReleaseSec: 1010, DueSec: 1100, Lines: []warehouse.Line{{ItemID: "i", Qty: 1, Slot: warehouse.Slot{Aisle: 0, Pos: 1}, WeightG: 150}}},
		{ID: "c", Zone: "S", DueSec: 2000, Lines: []warehouse.Line{{ItemID: "i", Qty: 1, Slot: warehouse.Slot{Aisle: 0, Pos: 1}}}},
	}
	both := []string{"a", "b"}
	tasks := []warehouse.Task{
		{ID: "P1", Kind: warehouse.TaskPick, Worker: "p", Wave: 1, Batch: 1, StartSec: 1010, EndSec: 1050, OrderIDs: both, DistanceCm: 800, Stops: []warehouse.PickStop{
			{Slot: warehouse.Slot{Aisle: 0, Pos: 1}, OrderID: "a", ItemID: "i", Qty: 2},
			{Slot: warehouse.Slot{Aisle: 0, Pos: 1}, OrderID: "b", ItemID: "i", Qty: 1},
			{Slot: warehouse.Slot{Aisle: 0, Pos: 3}, OrderID: "a", ItemID: "j", Qty: 3}}},
		{ID: "M1", Kind: warehouse.TaskMove, Worker: "R1", Wave: 1, Batch: 1, StartSec: 1050, EndSec: 1068, OrderIDs: both, DependsOn: []string{"P1"},
			Path: []int32{4, 5, 1, 1, 1, 5, 6, 10, 14, 14}},
		{ID: "H1", Kind: warehouse.TaskPark, Worker: "R1", StartSec: 1068, EndSec: 1078, DependsOn: []string{"M1"}, Path: []int32{14, 10, 9, 9, 5, 4}},
		{ID: "S1", Kind: warehouse.TaskSort, Worker: "s", Wave: 1, Batch: 1, StartSec: 1068, EndSec: 1118, OrderIDs: []string{"b"}, Chute: 2, DependsOn: []string{"M1"}},
		{ID: "S2", Kind: warehouse.TaskSort, Worker: "s", Wave: 1, Batch: 1, StartSec: 1072, EndSec: 1122, OrderIDs: []string{"a"}, Chute: 2, DependsOn: []string{"M1"}},
	}
	late := []warehouse.Late{{OrderID: "c", LateSec: -1, Reason: "left for tomorrow"}}
	return f, warehouse.ParkRobots(f, "R"), orders, warehouse.NewSchedule(f, orders, 7, tasks, late)
}

// A correct day passes, and NewSchedule has read off what the tasks say.
func TestCheckAcceptsAndScheduleIsJoined(t *testing.T) {
	t.Parallel()
	f, robots, orders, s := smallDay(t)
	if err := warehouse.Check(f, robots, orders, s); err != nil {
		t.Fatal(err)
	}
	if s.ReadySec["a"] != 1122 || s.ReadySec["b"] != 1118 || len(s.ReadySec) != 2 || s.Steps != 14 || s.Seed != 7 {
		t.Errorf("schedule is %+v", s)
	}
	want := warehouse.Late{OrderID: "b", LateSec: 18, Reason: "picking, carrying and sorting take until day 0 00:18, due day 0 00:18"}
	if len(s.Late) != 2 || s.Late[0] != want {
		t.Errorf("late orders are %v", s.Late)
	}
}

// The reason of a late order names the step that took the time.
func TestLateReasons(t *testing.T) {
	t.Parallel()
	f := smallFloor(t)
	for want, o := range map[string]warehouse.Order{
		"could not start before": {ID: "a", ReleaseSec: 1500, DueSec: 1400},
		"waited for a picker":    {ID: "a", DueSec: 1700},
		"carrying and sorting":   {ID: "a", ReleaseSec: 1790, DueSec: 1850},
	} {
		s := warehouse.NewSchedule(f, []warehouse.Order{o}, 0, []warehouse.Task{
			{ID: "P", Kind: warehouse.TaskPick, StartSec: 1800, OrderIDs: []string{"a"}},
			{ID: "S", Kind: warehouse.TaskSort, StartSec: 1900, EndSec: 1950, OrderIDs: []string{"a"}},
		}, nil)
		if len(s.Late) != 1 || !strings.Contains(s.Late[0].Reason, want) || s.Late[0].LateSec != 1950-o.DueSec {
			t.Errorf("late is %v, want reason %q", s.Late, want)
		}
	}
}

// Every way of spoiling the correct day is found. Each case changes one thing.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	type day struct {
		f      *warehouse.Floor
		s      *warehouse.Schedule
		orders []warehouse.Order
		task   func(id string) *warehouse.Task
	}
	for _, c := range []struct {
		want  string
		spoil func(d day)
	}{
		{"SiteID", func(d day) { d.s.SiteID = "T" }},
		{"given twice", func(d day) { d.task("S2").ID = "S1" }},
		{"does not come by StartSec", func(d day) { slices.Reverse(d.s.Tasks) }},
		{"no worker", func(d day) { d.task("S1").Worker = "" }},
		{"opening time", func(d day) { d.f.CloseSec = 1121 }},
		{"opening time", func(d day) { d.f.OpenSec = 1011 }},
		{"unknown", func(d day) { d.task("S1").OrderIDs = []string{"x"} }},
		{"depends on P1, which has not ended", func(d day) { d.task("P1").EndSec = 1051 }},
		{"depends on nothing, which", func(d day) { d.task("S1").DependsOn = []string{"nothing"} }},
		{"unknown kind", func(d day) { d.task("S1").Kind = "" }},
		{"late order \"x\"", func(d day) { d.s.Late[1].OrderID = "x" }},
		{"late twice", func(d day) { d.s.Late = append(d.s.Late, d.s.Late[1]) }},
		{"reason \"\"", func(d day) { d.s.Late[1].Reason = "" }},
		{"LateSec is 17", func(d day) { d.s.Late[0].LateSec = 17 }},
		{"LateSec is 0", func(d day) { d.s.Late = d.s.Late[1:] }},
		{"0 of 1 units of item i", func(d day) { d.s.Late = d.s.Late[:1] }},
		{"must be late with LateSec −1", func(d day) {
			d.s.Tasks = slices.DeleteFunc(d.s.Tasks, func(t warehouse.Task) bool { return t.ID == "S2" })
			delete(d.s.ReadySec, "a")
		}},
		{"ReadySec has 1 orders", func(d day) { delete(d.s.ReadySec, "a") }},
		{"has ReadySec 1121", func(d day) { d.s.ReadySec["a"] = 1121 }},

		{"has no stops", func(d day) { d.task("P1").Stops = nil }},
		{"which is no slot", func(d day) { d.task("P1").Stops[0].Slot.Pos = 5 }},
		{"stops are a walk of 800 cm", func(d day) { d.task("P1").DistanceCm = 799 }},
		{"2 of 3 units of item j", func(d day) { d.task("P1").Stops[2].Qty = 2 }},
		{"picks 4 of item j", func(d day) { d.task("P1").Stops[2].Qty = 4 }},
		{"asks for 0 there", func(d day) { d.task("P1").Stops[0].ItemID = "j" }},
		{"takes 32 s", func(d day) { d.task("P1").EndSec = 1042 }},
		{"before its order b is released", func(d day) { d.orders[1].ReleaseSec = 1011 }},
		{"lists orders [a]", func(d day) { d.task("P1").OrderIDs = []string{"a"} }},
		{"more than a cart takes", func(d day) { d.f.CartOrders = 1 }},
		{"more than a cart takes", func(d day) { d.f.CartLines = 2 }},
		{"more than a cart takes", func(d day) { d.f.CartWeightG = 849 }},
		{"more than a cart takes", func(d day) { d.f.CartVolumeCm3 = 19 }},
		{"is on another tour", func(d day) {
			again := *d.task("P1")
			again.ID, again.Batch, again.StartSec, again.EndSec = "P2", 2, 1049, 1089
			d.s.Tasks = slices.Insert(d.s.Tasks, 1, again)
		}},
		{"one picker more", func(d day) {
			again := *d.task("P1")
			again.ID, again.Batch, again.Worker = "P2", 2, "q"
			d.s.Tasks = slices.Insert(d.s.Tasks, 1, again)
		}},
		{"4 of 2 units", func(d day) {
			again := *d.task("P1")
			again.ID, again.Batch, again.StartSec, again.EndSec = "P2", 2, 1050, 1090
			d.s.Tasks = slices.Insert(d.s.Tasks, 2, again)
		}},
		{"batch 0", func(d day) { d.task("P1").Batch = 0 }},

		{"is for robot \"R9\"", func(d day) { d.task("M1").Worker = "R9" }},
		{"not one cell a step", func(d day) { d.task("M1").Path = d.task("M1").Path[1:] }},
		{"jumps from", func(d day) { d.task("M1").Path[6] = 9; d.task("M1").Path[7] = 14 }},
		{"may not enter cell 0", func(d day) { d.task("M1").Path[1] = 0 }},
		{"may not enter cell 8", func(d day) { d.task("H1").Path[3] = 8 }},
		{"may not enter cell -1", func(d day) { d.task("H1").Path[3] = -1 }},
		{"begins at (column 1, row 1)", func(d day) { d.task("M1").Path[0] = 5 }},
		{"may wait at its park only", func(d day) {
			h := d.task("H1")
			h.ID, h.StartSec, h.EndSec = "Z1", 1074, 1084
			slices.SortFunc(d.s.Tasks, func(a, b warehouse.Task) int { return int(a.StartSec - b.StartSec) })
		}},
		{"ends the day at", func(d day) { d.task("H1").Path[5] = 5 }},
		{"Steps is 13", func(d day) { d.s.Steps = 13 }},
		{"not picked or moved twice", func(d day) { d.task("M1").Batch = 2 }},
		{"does not depend on P1", func(d day) { d.task("M1").DependsOn = nil }},
		{"lists other orders", func(d day) { d.task("M1").OrderIDs = []string{"a"} }},
		{"at an induction", func(d day) { d.f.UnloadSec = 4 }},
		{"at a pick station", func(d day) { d.f.LoadSec = 6 }},
		{"is of wave 2, its batch 1 is of wave 1", func(d day) { d.task("M1").Wave = 2 }},
		{"names batch 2 of wave 1", func(d day) { d.task("S1").Batch = 2 }},
		{"names batch 1 of wave 9", func(d day) { d.task("S2").Wave = 9 }},
		{"does not depend on the move of its batch 1", func(d day) { d.task("S1").DependsOn = nil }},

		{"has chute 3 of 2", func(d day) { d.task("S1").Chute = 3 }},
		{"has chute 0 of 2", func(d day) { d.task("S1").Chute = 0 }},
		{"another is in chute 2", func(d day) { d.task("S2").Chute = 1 }},
		{"packing and sorting need 51 s", func(d day) { d.f.PackSec = 21 }},
		{"4 s after the parcel before it", func(d day) { d.f.FeedSec = 5 }},
		{"for one order that has no other", func(d day) { d.task("S2").OrderIDs = []string{"b"} }},
	} {
		f, robots, orders, s := smallDay(t)
		task := func(id string) *warehouse.Task {
			return &s.Tasks[slices.IndexFunc(s.Tasks, func(t warehouse.Task) bool { return t.ID == id })]
		}
		c.spoil(day{&f, &s, orders, task})
		if err := warehouse.Check(f, robots, orders, s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
}

// A second robot that meets the first on a cell, or swaps cells with it, is found.
func TestCheckMeetings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want string
		path []int32 // of robot R2 from second 1050, when R1 is at 4, 5, 1, 1, 1, 5, 6, 10, 14, 14, 10, 9, 9, 5, 4
	}{
		{"", []int32{8, 9, 9, 8}},
		{"robots R2 and R1 are both at (column 1, row 1) at step 30", []int32{8, 9, 9, 9, 9, 5, 9, 8}},
		{"are both at (column 1, row 2) at step 36", []int32{8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8}},
		{"robots R1 and R2 swap (column 2, row 2) and (column 2, row 1) at step 32", []int32{8, 9, 9, 9, 9, 9, 10, 6, 5, 9, 8}},
	} {
		f, robots, orders, s := smallDay(t)
		s.Tasks = slices.Insert(s.Tasks, 1, warehouse.Task{
			ID: "H0", Kind: warehouse.TaskPark, Worker: "R2", StartSec: 1050, EndSec: 1050 + 2*int64(len(c.path)-1), Path: c.path})
		s.Steps += len(c.path) - 1
		err := warehouse.Check(f, robots, orders, s)
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("path %v: error is %v, want %q", c.path, err, c.want)
		}
	}
}
