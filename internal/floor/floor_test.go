// These tests show that floors are read as they are drawn, that what is wrong is named with its cell, and that robots drive
// on them by their lanes, speeds and batteries.
package floor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/warehouse/agv"
)

const small = `floor 1
name Small floor
cell_m 1.2
step_s 0.5
grid
#######
#P...I#
#.SSSv#
#H<<<C#
#######
robots
R1 1 3 north speed 0.5 charge 80
R2 2 1
`

func TestParseGrid(t *testing.T) {
	f, err := Parse("f", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	if f.Width != 7 || f.Height != 5 || f.Graph.Len() != 12 || f.CellM != 1.2 || f.StepSec != 0.5 || f.Name != "Small floor" {
		t.Errorf("%+v", f)
	}
	if r := f.Robots[0]; r.ID != "R1" || r.Dir != agv.North || r.Speed != 0.5 || r.Charge != 80 || f.Cell(r.Vertex) != "column 1, row 3" {
		t.Errorf("robot %+v at %s", r, f.Cell(r.Vertex))
	}
	lane := f.Graph.Vertex(3*7 + 3)
	for d, want := range []bool{false, false, true, false} { // west only
		if (f.Graph.Ahead(lane, uint8(d)) >= 0) != want {
			t.Errorf("the lane may be left in direction %d: want %v", d, want)
		}
	}
	if f.Graph.Ahead(f.Graph.Vertex(3*7+1), agv.East) >= 0 {
		t.Error("the lane may be entered against its direction")
	}
	again, err := Parse("f", f.Write())
	if err != nil || string(again.Write()) != string(f.Write()) {
		t.Errorf("written and read it differs: %v\n%s", err, f.Write())
	}
}

func TestParseGraph(t *testing.T) {
	f, err := Parse("f", []byte("floor 1\ngraph\nnode A 0 0 P\nnode B 5 0\nnode C 5 5 I\nnode X 9 9 x\nedge A B\nedge B C\nedge C A oneway\nedge X C\nrobots\nR A east\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	if f.Graph.Len() != 3 || f.Cell(1) != "node B" || f.Graph.Ahead(1, agv.North) != 2 || f.Graph.Ahead(2, agv.West) != 0 || f.Graph.Ahead(0, agv.North) >= 0 {
		t.Errorf("%+v", f.Graph)
	}
	trial, err := Try(context.Background(), f, TryOptions{Steps: 200})
	if err != nil || trial.Errands < 10 || trial.Collisions != 0 {
		t.Errorf("%+v, %v", trial, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"head":          {"grid\n...\n", "line 1"},
		"empty":         {"floor 1\n", "no cell is given"},
		"ragged":        {"floor 1\ngrid\n....\n...\n", "line 4: row 1 has 3 cells, the rows before have 4"},
		"unknown cell":  {"floor 1\ngrid\n..?\n", "column 2, row 0"},
		"unknown word":  {"floor 1\nhello\n", "line 2"},
		"bad size":      {"floor 1\ncell_m -1\n", "cell_m"},
		"not a number":  {"floor 1\ncell_m NaN\n", "cell_m"},
		"robot off":     {"floor 1\ngrid\n...\nrobots\nR 9 9\n", "off the floor"},
		"robot in wall": {"floor 1\ngrid\n.#.\nrobots\nR 1 0\n", "blocked"},
		"robot nowhere": {"floor 1\ngrid\n...\nrobots\nR 1\n", "no place"},
		"robot words":   {"floor 1\ngrid\n...\nrobots\nR 1 0 fast\n", "want a direction"},
		"robot speed":   {"floor 1\ngrid\n...\nrobots\nR 1 0 speed 2\n", "speed"},
		"robot charge":  {"floor 1\ngrid\n...\nrobots\nR 1 0 charge -1\n", "charge"},
		"robot column":  {"floor 1\ngrid\n...\nrobots\nR one 0\n", "line 5"},
		"longer row":    {"floor 1\ngrid\n...\n.....\n", "line 4: row 1 has 5 cells, the rows before have 3"},
		"two grids":     {"floor 1\ngrid\n...\ngrid\n...\n", "line 4"},
		"no floor word": {"", "no cell"},
		"edge":          {"floor 1\ngraph\nnode A 0 0\nedge A B\n", "does not join"},
		"two nodes":     {"floor 1\ngraph\nnode A 0 0\nnode A 0 0\n", "given twice"},
		"two edges":     {"floor 1\ngraph\nnode A 0 0\nnode B 1 0\nnode C 2 0\nedge A B\nedge A C\n", "two edges in one direction"},
	} {
		if _, err := Parse("f", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestCheckNamesTheCell(t *testing.T) {
	for name, c := range map[string]struct{ grid, want string }{
		"unreachable station": {"P.#I", "column 3, row 0 (I) cannot be reached"},
		"trap":                {"P>I", "column 2, row 0 (I) is a trap"},
		"two on one cell":     {"P.I\nrobots\nA 1 0\nB 1 0", "robots A and B are both on column 1, row 0"},
		"twice":               {"P.I\nrobots\nA 1 0\nA 0 0", "robot A is given twice"},
		"nothing":             {"##", "no cell"},
		"walled charger":      {"P.I\n###\n.C.", "column 1, row 2 (C) cannot be reached"},
		"shelf between":       {"P.S.I", "column 4, row 0 (I) cannot be reached"},
		"people between":      {"P.x.I", "column 4, row 0 (I) cannot be reached"},
		"robot shut in":       {"P.I\n###\n...\nrobots\nA 1 2", "column 1, row 2"},
	} {
		f, err := Parse("f", []byte("floor 1\ngrid\n"+c.grid+"\n"))
		if err == nil {
			err = f.Check()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestMakeHolds(t *testing.T) {
	for _, o := range []MakeOptions{{}, {Sortation: true}, {Width: 12, Height: 10, Stations: 1, Robots: 1}, {Sortation: true, Width: 61, Height: 37}} {
		f, err := Make(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Check(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		trial, err := Try(context.Background(), f, TryOptions{Steps: 150, Delay: 0.1, Seed: 1})
		if err != nil || trial.Errands == 0 || trial.Collisions != 0 {
			t.Errorf("%+v: %+v, %v", o, trial, err)
		}
	}
	for _, o := range []MakeOptions{{Width: 3}, {Stations: 99}, {Robots: 1 << 20}} {
		if _, err := Make(o); err == nil {
			t.Errorf("%+v is made", o)
		}
	}
}

// Robots whose batteries run low go to a charger and come back; slow ones do less.
func TestTryChargesAndGoesSlowly(t *testing.T) {
	f, err := Parse("f", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	f.Robots[0].Speed = 1
	fast, err := Try(context.Background(), f, TryOptions{Steps: 2000, Drain: 1, Seed: 1})
	if err != nil || fast.Charges < 2 || fast.Collisions != 0 {
		t.Errorf("%+v, %v", fast, err)
	}
	if f, err = Parse("f", []byte(small)); err != nil { // a floor that was tried is the control's
		t.Fatal(err)
	}
	for r := range f.Robots {
		f.Robots[r].Speed = 0.25
	}
	slow, err := Try(context.Background(), f, TryOptions{Steps: 2000, Drain: 1, Seed: 1})
	if err != nil || slow.Errands*2 > fast.Errands || slow.Errands == 0 {
		t.Errorf("%d errands, and %d at a fourth of the speed, %v", fast.Errands, slow.Errands, err)
	}
}

// A fleet of robots of different speeds, often late, whose batteries hold some hundred cells drives for thousands of steps: nobody
// runs flat, nobody collides and nobody's errand stays open for ever.
func TestTryChargesInTime(t *testing.T) {
	f, err := Make(MakeOptions{Width: 60, Height: 30, Robots: 30})
	if err != nil {
		t.Fatal(err)
	}
	for r := range f.Robots {
		f.Robots[r].Speed = []float64{1, 0.5, 0.25}[r%3]
	}
	got, err := Try(context.Background(), f, TryOptions{Steps: 2500, Delay: 0.1, Drain: 0.3, ChargeBelow: 5, Gain: 2, Seed: 5})
	if err != nil || got.Flat != 0 || got.Collisions != 0 || got.Charges < len(f.Robots) {
		t.Errorf("%+v, %v", got, err)
	}
	if got.LongestErrand > 2000 {
		t.Errorf("an errand took %d steps", got.LongestErrand)
	}
}

// Robots whose batteries hold too little for any way between a charger and a station are left standing, and counted.
func TestTryCountsFlatRobots(t *testing.T) {
	f, err := Parse("f", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Try(context.Background(), f, TryOptions{Steps: 300, Drain: 60, Seed: 1})
	if err != nil || got.Flat == 0 || got.Flat > len(f.Robots) || got.Collisions != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Of two chargers the nearer is chosen until another robot is bound for it; an errand that leaves too little is found out by hand.
func TestBatteriesChooseAndLast(t *testing.T) {
	f, err := Parse("f", []byte("floor 1\nname row\ncell_m 1\nstep_s 1\ngrid\nC....C...P\nrobots\n"))
	if err != nil {
		t.Fatal(err)
	}
	b := newBatteries(f.Graph, f.Of(Charger), &TryOptions{Drain: 2, Gain: 10})
	if got := b.choose(100, 1, &gate{}); got != 0 {
		t.Errorf("charger %d, want the one beside", got)
	}
	b.bound[0]++
	if got := b.choose(100, 1, &gate{}); got != 1 {
		t.Errorf("charger %d, want the one that is free", got)
	}
	if got := b.choose(5, 1, &gate{}); got != 0 {
		t.Errorf("charger %d, want the only one that a charge for one cell reaches", got)
	}
	kept := b.to
	b.to = nil // as on floors too large to keep them: the same is chosen
	if got := b.choose(100, 1, &gate{}); got != 1 || kept == nil {
		t.Errorf("charger %d without kept distances, want 1", got)
	}
	b.to = kept
	// From column 4 to the station in column 9 and back to the charger in column 5 are 5 + 4 cells: 9 × 2 × 1.5 = 27 percent.
	if !b.lasts(27, 4, 9) || b.lasts(26, 4, 9) {
		t.Error("27 percent must last, 26 must not")
	}
}

// A recorded course goes from cell to neighbouring cell, is on its errands' goals when they end, and records change nothing.
func TestTryRecords(t *testing.T) {
	o := TryOptions{Steps: 200, Delay: 0.1, Drain: 2, Seed: 3}
	f, err := Make(MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Try(context.Background(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	if f, err = Make(MakeOptions{}); err != nil { // a floor that was tried is the control's
		t.Fatal(err)
	}
	o.Record = true
	got, err := Try(context.Background(), f, o)
	if err != nil || got.Errands != plain.Errands || got.Charges != plain.Charges || len(got.Courses) != len(f.Robots) || plain.Courses != nil {
		t.Fatalf("%d errands and %d courses, %d errands without, %v", got.Errands, len(got.Courses), plain.Errands, err)
	}
	done := 0
	for r, c := range got.Courses {
		if len(c.Cells) != o.Steps+1 || c.Cells[0] != f.Graph.Cell(f.Robots[r].Vertex) {
			t.Fatalf("robot %d has %d cells from %d", r, len(c.Cells), c.Cells[0])
		}
		for k := 1; k < len(c.Cells); k++ {
			a, b := int(c.Cells[k-1]), int(c.Cells[k])
			if d := max(a, b) - min(a, b); d != 0 && d != 1 && d != f.Width {
				t.Fatalf("robot %d jumps from %d to %d in step %d", r, a, b, k)
			}
		}
		for i, e := range c.Errands {
			if i > 0 && e.From != c.Errands[i-1].To {
				t.Errorf("robot %d: errand %d begins at %d, the one before ends at %d", r, i, e.From, c.Errands[i-1].To)
			}
			if i+1 < len(c.Errands) {
				done++
				if c.Cells[e.To] != e.Goal {
					t.Errorf("robot %d ends its errand to %d on %d", r, e.Goal, c.Cells[e.To])
				}
			}
		}
	}
	if done != got.Errands+got.Charges {
		t.Errorf("%d errands are recorded, %d and %d charges counted", done, got.Errands, got.Charges)
	}
}

func TestOpen(t *testing.T) {
	problem := write(t, nil)
	f, err := Open(problem)
	if err != nil || len(f.Robots) != 2 || len(f.Tasks) != 3 || f.Graph.Len() != 11 {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err = Open(filepath.Join(filepath.Dir(problem), "m.map")); err != nil || f.Graph.Len() != 11 {
		t.Errorf("%+v, %v", f, err)
	}
	path := filepath.Join(t.TempDir(), "f.floor")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(path); err != nil || len(f.Robots) != 2 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := Open(path + "x"); err == nil {
		t.Error("a file that is not there is opened")
	}
}

// FuzzParse shows that no file breaks the reader, and that what it takes can be checked.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(zonedRobots(3)))
	f.Add([]byte("floor 1\ngraph\nnode A 0 0 P\nnode B 1 0\nedge A B oneway\nrobots\nR A\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := Parse("f", raw); err == nil {
			_ = got.Check()
		}
	})
}
