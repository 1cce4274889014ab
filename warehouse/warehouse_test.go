package warehouse_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"quartermaster/warehouse"
)

const smallGrid = `
#P##
r...
r...
##I#
`

// smallFloor is a site with 3 aisles of 5 slots, a 4 × 4 robots' floor and round figures to reckon with by hand.
func smallFloor(t testing.TB) warehouse.Floor {
	t.Helper()
	f := warehouse.Floor{
		SiteID: "S", Aisles: 3, SlotsPerAisle: 5, SlotPitchCm: 100, AislePitchCm: 300, Chutes: 2, StepSec: 2, Pickers: 1,
		PickSpeedCmPerSec: 100, PickSec: 5, SetupSec: 10, PackSec: 20, SortSec: 30, FeedSec: 4, LoadSec: 4, UnloadSec: 2,
		CartOrders: 2, CartLines: 4, CartWeightG: 1000, CartVolumeCm3: 1000, OpenSec: 1000, CloseSec: 3000,
	}
	var err error
	if f.Width, f.Height, f.Kinds, err = warehouse.ParseGrid(smallGrid); err != nil {
		t.Fatal(err)
	}
	return f
}

// Walks by hand: within an aisle straight, between aisles by the nearer cross aisle, from the depot along the front.
func TestWalks(t *testing.T) {
	t.Parallel()
	f := smallFloor(t) // an aisle is 600 cm long, position p lies at (p+1)·100
	for _, c := range []struct {
		a, b warehouse.Slot
		want int64
	}{
		{warehouse.Slot{Aisle: 1, Pos: 0}, warehouse.Slot{Aisle: 1, Pos: 4}, 400},
		{warehouse.Slot{Aisle: 0, Pos: 0}, warehouse.Slot{Aisle: 2, Pos: 1}, 600 + 300},
		{warehouse.Slot{Aisle: 0, Pos: 4}, warehouse.Slot{Aisle: 1, Pos: 3}, 300 + 300},
	} {
		if got, back := f.WalkCm(c.a, c.b), f.WalkCm(c.b, c.a); got != c.want || back != c.want {
			t.Errorf("walk %v to %v is %d, back %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
	if got := f.DepotWalkCm(warehouse.Slot{Aisle: 2, Pos: 1}); got != 800 {
		t.Errorf("walk from the depot is %d, want 800", got)
	}
	if got := f.TourSec(1001, 3); got != 10+11+15 {
		t.Errorf("tour takes %d s, want 36", got)
	}
}

// What ParseGrid reads FormatGrid writes, and each refusal names row and column.
func TestGrid(t *testing.T) {
	t.Parallel()
	f := smallFloor(t)
	if got := warehouse.FormatGrid(f); got != strings.TrimLeft(smallGrid, "\n") {
		t.Errorf("grid comes back as\n%s", got)
	}
	if robots := warehouse.ParkRobots(f, "R"); len(robots) != 2 || robots[0] != (warehouse.Robot{ID: "R1", Park: 4}) || robots[1] != (warehouse.Robot{ID: "R2", Park: 8}) {
		t.Errorf("robots are %v", robots)
	}
	for text, want := range map[string]string{
		"":            "empty",
		"..\n.x":      "row 2, column 2",
		"...\n..\n":   "row 2 has 2 columns",
		"..\n\n..":    "row 2 has 0 columns",
		"..\r\n..é\n": "row 2, column 3",
	} {
		if _, _, _, err := warehouse.ParseGrid(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("grid %q gives error %v, want one with %q", text, err, want)
		}
	}
}

// Whatever text is given, ParseGrid refuses it or reads a grid that is written and read again unchanged.
func FuzzParseGrid(f *testing.F) {
	f.Add(smallGrid)
	f.Add("..\n.")
	f.Add(" .r \r\n IP ")
	f.Fuzz(func(t *testing.T, text string) {
		w, h, kinds, err := warehouse.ParseGrid(text)
		if err != nil {
			return
		}
		if len(kinds) != w*h {
			t.Fatalf("%d × %d cells but %d kinds", w, h, len(kinds))
		}
		again := warehouse.FormatGrid(warehouse.Floor{Width: w, Height: h, Kinds: kinds})
		w2, h2, kinds2, err := warehouse.ParseGrid(again)
		if err != nil || w2 != w || h2 != h || string(bytesOf(kinds)) != string(bytesOf(kinds2)) {
			t.Fatalf("grid %q reads back differently: %v", again, err)
		}
	})
}

func bytesOf(kinds []warehouse.CellKind) []byte {
	b := make([]byte, len(kinds))
	for i, k := range kinds {
		b[i] = byte(k)
	}
	return b
}

// Each field of a floor that makes no sense is refused by its name; the floor itself is accepted.
func TestValidateFloor(t *testing.T) {
	t.Parallel()
	if err := warehouse.ValidateFloor(smallFloor(t)); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*warehouse.Floor){
		"Aisles":              func(f *warehouse.Floor) { f.Aisles = 0 },
		"SlotsPerAisle":       func(f *warehouse.Floor) { f.SlotsPerAisle = math.MaxInt },
		"SlotPitchCm":         func(f *warehouse.Floor) { f.SlotPitchCm = 0 },
		"AislePitchCm":        func(f *warehouse.Floor) { f.AislePitchCm = math.MaxInt64 },
		"Chutes":              func(f *warehouse.Floor) { f.Chutes = 0 },
		"Pickers":             func(f *warehouse.Floor) { f.Pickers = -1 },
		"PickSpeedCmPerSec":   func(f *warehouse.Floor) { f.PickSpeedCmPerSec = 0 },
		"CartOrders":          func(f *warehouse.Floor) { f.CartOrders = -1 },
		"CartWeightG":         func(f *warehouse.Floor) { f.CartWeightG = -1 },
		"StepSec":             func(f *warehouse.Floor) { f.StepSec = 0 },
		"LoadSec":             func(f *warehouse.Floor) { f.LoadSec = -1 },
		"CloseSec":            func(f *warehouse.Floor) { f.CloseSec = f.OpenSec },
		"Width":               func(f *warehouse.Floor) { f.Width = math.MaxInt },
		"Kinds holds 15":      func(f *warehouse.Floor) { f.Kinds = f.Kinds[1:] },
		"(column 0, row 1)":   func(f *warehouse.Floor) { f.Kinds[4] = 9 },
		"0 pick stations":     func(f *warehouse.Floor) { f.Kinds[1] = warehouse.CellShelf },
		"and 0 inductions":    func(f *warehouse.Floor) { f.Kinds[14] = warehouse.CellFree },
		"makes 2000000000 ro": func(f *warehouse.Floor) { f.OpenSec, f.CloseSec, f.StepSec = -1e9, 1e9, 1 },
	} {
		f := smallFloor(t)
		spoil(&f)
		if err := warehouse.ValidateFloor(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one that names %q", err, want)
		}
	}
}

// Robots on shared, missing or walled-in parks and stations out of reach are refused by cell.
func TestValidateRobots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, grid string
		robots     []warehouse.Robot
		want       string
	}{
		{"OK", smallGrid, []warehouse.Robot{{ID: "a", Park: 4}, {ID: "b", Park: 8}}, ""},
		{"none", smallGrid, nil, "Robots is empty"},
		{"same id", smallGrid, []warehouse.Robot{{ID: "a", Park: 4}, {ID: "a", Park: 8}}, "given twice"},
		{"off the grid", smallGrid, []warehouse.Robot{{ID: "a", Park: 16}}, "Park 16 is not a cell"},
		{"on a shelf", smallGrid, []warehouse.Robot{{ID: "a", Park: 0}}, "(column 0, row 0) is no park"},
		{"shared", smallGrid, []warehouse.Robot{{ID: "a", Park: 4}, {ID: "b", Park: 4}}, "a and b share the park cell (column 0, row 1)"},
		{"station walled in", "#P##\nr#..\nr...\n##I#", []warehouse.Robot{{ID: "a", Park: 8}}, "pick station at (column 1, row 0)"},
		{"only across another park", "rrPI", []warehouse.Robot{{ID: "a", Park: 0}}, "robot a cannot reach the pick station at (column 2, row 0)"},
	} {
		f := smallFloor(t)
		var err error
		if f.Width, f.Height, f.Kinds, err = warehouse.ParseGrid(c.grid); err != nil {
			t.Fatal(err)
		}
		err = warehouse.ValidateRobots(f, c.robots)
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error is %v, want %q", c.name, err, c.want)
		}
	}
}

// Orders that cannot be picked are refused by order, line and field.
func TestValidateOrders(t *testing.T) {
	t.Parallel()
	f := smallFloor(t)
	good := func() []warehouse.Order {
		return []warehouse.Order{
			{ID: "a", DueSec: 2000, Lines: []warehouse.Line{{ItemID: "i", Qty: 1}}},
			{ID: "b", DueSec: 2000, Lines: []warehouse.Line{{ItemID: "i", Qty: 1}, {ItemID: "j", Qty: 2, Slot: warehouse.Slot{Aisle: 2, Pos: 4}}}},
		}
	}
	if err := warehouse.ValidateOrders(f, good()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func([]warehouse.Order){
		"Orders[1].ID":                                 func(o []warehouse.Order) { o[1].ID = "a" },
		"order b: Lines is empty":                      func(o []warehouse.Order) { o[1].Lines = nil },
		"order b: ReleaseSec":                          func(o []warehouse.Order) { o[1].ReleaseSec = math.MinInt64 },
		"order b: Lines[1]: Slot of item j is aisle 3": func(o []warehouse.Order) { o[1].Lines[1].Slot.Aisle = 3 },
		"Lines[1]: field Qty of item j is 0":           func(o []warehouse.Order) { o[1].Lines[1].Qty = 0 },
		"Lines[1]: WeightG -1":                         func(o []warehouse.Order) { o[1].Lines[1].WeightG = -1 },
	} {
		o := good()
		spoil(o)
		if err := warehouse.ValidateOrders(f, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one that names %q", err, want)
		}
	}
}

// Clock times for people, also before the plan's first day.
func TestClockText(t *testing.T) {
	t.Parallel()
	for sec, want := range map[int64]string{0: "day 0 00:00", 86_399: "day 0 23:59", 2*86_400 + 3_660: "day 2 01:01", -60: "day -1 23:59"} {
		if got := warehouse.ClockText(sec); got != want {
			t.Errorf("second %d is %q, want %q", sec, got, want)
		}
	}
}

func ExampleParseGrid() {
	width, height, kinds, err := warehouse.ParseGrid(`
		#P#
		r.r
		#I#`)
	f := warehouse.Floor{Width: width, Height: height, Kinds: kinds}
	fmt.Println(width, height, err)
	for _, r := range warehouse.ParkRobots(f, "robot-") {
		fmt.Println(r.ID, "parks on cell", r.Park)
	}
	// Output:
	// 3 3 <nil>
	// robot-1 parks on cell 3
	// robot-2 parks on cell 5
}
