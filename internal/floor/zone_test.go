package floor

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// zoned is a floor with zones of every kind and robots of three speeds: aisles that take two robots, a slow lane before the
// stations, an area that people come to again and again, and one that is closed for a while and cuts the floor in two.
const zoned = `floor 1
grid
####################
#P..P..P..P..P..P..#
#..................#
#..SSSS..SSSS..SSS.#
#..SSSS..SSSS..SSS.#
#..................#
#..SSSS..SSSS..SSS.#
#..SSSS..SSSS..SSS.#
#C.................#
#I..I..I..I..I..I..#
####################
types
slow speed 0.5
forklift speed 0.25
zones
Left limit 2 cells 7 3 8 4
Right limit 1 cells 13 6 14 7
Lane slow 0.5 cells 1 2 18 2
Corner slow 0.34 cells 1 9 3 9 cells 1 8 1 8
Pack human cells 9 9 18 9 cells 12 8 14 8 from 150 to 260 every 500
Wet blocked cells 1 5 18 5 from 300s to 380s
Hole blocked cells 18 3 18 3
robots
`

// zonedRobots puts robots of all speeds on the cells of the middle row.
func zonedRobots(n int) string {
	var b strings.Builder
	b.WriteString(zoned)
	for r := range n {
		fmt.Fprintf(&b, "R%d %d %d %s\n", r, 1+r%18, 5+3*(r/18), []string{"", "type slow", "type forklift"}[r%3])
	}
	return b.String()
}

// TestZonesAreKept drives robots of mixed speeds through zones of every kind, with and without delays. The judge, which is
// written apart, must find no collision, nobody who enters a closed zone, goes faster than allowed or is one too many; people's
// areas become empty; all robots work, and no errand stays open for longer than zones are closed by far.
func TestZonesAreKept(t *testing.T) {
	for seed := range uint64(8) {
		f, err := Parse("f", []byte(zonedRobots(8+int(seed)*2)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Try(context.Background(), f, TryOptions{Steps: 4000, Delay: 0.1 * float64(seed%2), Drain: 0.02, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if got.Collisions != 0 || got.Faults != 0 {
			t.Errorf("seed %d: %d collisions, %d faults: %q", seed, got.Collisions, got.Faults, got.Told)
		}
		if got.PutOff == 0 || got.Errands < 40*len(f.Robots) || got.LongestErrand > 1000 || got.Flat > 0 {
			t.Errorf("seed %d: %+v", seed, got)
		}
		for _, z := range got.Zones {
			if z.MostRobots == 0 && z.Name != "Hole" {
				t.Errorf("seed %d: nobody was in zone %s: the test shows nothing", seed, z.Name)
			}
			if z.Kind == People && z.ClearSteps > 60 {
				t.Errorf("seed %d: zone %s was clear only after %d of its 110 steps", seed, z.Name, z.ClearSteps)
			}
		}
	}
}

// TestZonesRefuse names the line, the zone and the word of every zone and type that is wrong.
func TestZonesRefuse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no kind":         {"zones\nZ\n", "line 6: zone Z: it has no kind"},
		"unknown kind":    {"zones\nZ wide cells 0 0 1 0\n", `zone Z: "wide" is no kind of zone`},
		"no number":       {"zones\nZ limit\n", "zone Z: limit: no number"},
		"limit 0":         {"zones\nZ limit 0 cells 0 0 1 0\n", `zone Z: limit: "0" is no whole number from 1`},
		"limit half":      {"zones\nZ limit 1.5 cells 0 0 1 0\n", "zone Z: limit:"},
		"slow 0":          {"zones\nZ slow 0 cells 0 0 1 0\n", "zone Z: slow:"},
		"slow 2":          {"zones\nZ slow 2 cells 0 0 1 0\n", "zone Z: slow:"},
		"slow NaN":        {"zones\nZ slow NaN cells 0 0 1 0\n", "zone Z: slow:"},
		"no cells":        {"zones\nZ blocked\n", "zone Z: it has no cells"},
		"three numbers":   {"zones\nZ blocked cells 0 0 1\n", "zone Z: cells: want COLUMN ROW COLUMN ROW"},
		"no column":       {"zones\nZ blocked cells a 0 1 0\n", `zone Z: cells: "a" is no whole number`},
		"off the floor":   {"zones\nZ blocked cells 0 0 9 0\n", "line 6: zone Z: cells: column 9, row 0 is off the floor of 4 × 2 cells"},
		"unknown word":    {"zones\nZ blocked cells 0 0 0 0 for 3\n", `zone Z: "for"`},
		"no time":         {"zones\nZ human cells 0 0 0 0 from\n", "zone Z: from: no time"},
		"bad time":        {"zones\nZ human cells 0 0 0 0 from -3 to 5\n", "zone Z: from:"},
		"bad seconds":     {"zones\nZ human cells 0 0 0 0 from xs to 5s\n", "zone Z: from:"},
		"ends first":      {"zones\nZ human cells 0 0 0 0 from 9 to 9\n", "zone Z: to: step 9 is not after from, step 9"},
		"never ends":      {"zones\nZ human cells 0 0 0 0 from 9\n", "zone Z: to:"},
		"never opens":     {"zones\nZ human cells 0 0 0 0 from 9 to 19 every 10\n", "zone Z: every: 10 steps leave none open"},
		"limit with time": {"zones\nZ limit 1 cells 0 0 0 0 from 1 to 2\n", "zone Z: from, to and every"},
		"nodes on a grid": {"zones\nZ human nodes A\n", `zone Z: nodes: "A" is no node`},
		"no nodes":        {"zones\nZ human nodes\n", "zone Z: nodes: none is named"},
		"type":            {"types\nslow\n", "line 6: type slow: want NAME speed X"},
		"type speed":      {"types\nslow speed 0\n", "type slow: speed:"},
		"type twice":      {"types\nslow speed 1\nslow speed 1\n", "line 7: type slow is given twice"},
		"unknown type":    {"robots\nR 0 1 type slow\n", `robot R: type: "slow" is not among the types`},
		"robot in closed": {"zones\nZ blocked cells 0 1 0 1\nrobots\nR 0 1\n", `"0 1" is blocked (zone Z)`},
	} {
		text := "floor 1\ngrid\nP..I\n....\n" + c.text
		if _, err := Parse("f", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := Parse("f", []byte("floor 1\ngraph\nnode A 0 0\nnode B 1 0\nedge A B\nzones\nZ human cells 0 0 0 0\n")); err == nil || !strings.Contains(err.Error(), "zone Z: cells: a floor of nodes has none") {
		t.Errorf("cells of nodes: %v", err)
	}
}

// TestCheckNamesTheZone shows that what cannot be kept is named with its line, zone and cell.
func TestCheckNamesTheZone(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"OK":             {"Z limit 1 cells 1 0 1 0\nY human cells 3 0 3 0 from 5 to 9 every 20\n", ""},
		"twice":          {"Z limit 1 cells 1 0 1 0\nZ slow 0.5 cells 1 0 1 0\n", "line 8: zone Z is given twice"},
		"nothing within": {"Z limit 1 cells 2 2 2 2\n", "line 7: zone Z has no cell that robots can enter"},
		"station closed": {"Z blocked cells 0 0 0 1\n", "line 7: zone Z: column 0, row 0 (P) is within it, and it is never open"},
		"cut":            {"Z human cells 2 0 2 1\n", "column 4, row 0 (I) cannot be reached"},
		"overlap":        {"Z limit 1 cells 1 0 1 1\nY limit 2 cells 1 1 2 1\n", "line 8: zone Y: column 1, row 1 is within zone Z too, and both are limited"},
		"touch":          {"Z limit 1 cells 1 0 1 0\nY limit 2 cells 2 0 2 0\n", "line 8: zone Y touches zone Z at column 1, row 0"},
		"trap":           {"Z human cells 0 0 4 2 from 5 to 9\n", "line 7: zone Z: there is no way out of it from column 0, row 0"},
		"begins closed":  {"Z human cells 0 1 1 1 to 9\nrobots\nR 1 1\n", "robot R begins on column 1, row 1 within zone Z, which is closed then"},
		"begins full":    {"Z limit 1 cells 0 1 1 1\nrobots\nR 0 1\nS 1 1\n", "robot S begins on column 1, row 1 within zone Z as one more than the 1 that it takes"},
	} {
		f, err := Parse("f", []byte("floor 1\ngrid\nP...I\n.....\n..#..\nzones\n"+c.text))
		if err == nil {
			err = f.Check()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestZonesAreWrittenAndTimed reads a written floor back, and looks at times in seconds and at when zones are closed.
func TestZonesAreWrittenAndTimed(t *testing.T) {
	f, err := Parse("f", []byte(zonedRobots(9)))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("f", f.Write())
	if err != nil || string(again.Write()) != string(f.Write()) || len(again.Zones) != 7 || again.Robots[2].Speed != 0.25 || again.Robots[2].Type != "forklift" {
		t.Errorf("written and read it differs: %v\n%s", err, f.Write())
	}
	if f, err = Parse("f", []byte("floor 1\nstep_s 2\ngrid\n....\nzones\nA human cells 0 0 0 0 from 5s to 9s every 40s\nB blocked cells 1 0 1 0\n")); err != nil {
		t.Fatal(err)
	}
	a := &f.Zones[0] // from 2.5 to 4.5 steps: closed for the whole of both
	if a.From != 2 || a.To != 5 || a.Every != 20 {
		t.Errorf("%+v", a)
	}
	for step, want := range map[int]bool{0: false, 1: false, 2: true, 4: true, 5: false, 21: false, 22: true, 24: true, 25: false} {
		if a.ClosedAt(step) != want || !f.Zones[1].ClosedAt(step) {
			t.Errorf("step %d: closed %v, want %v", step, a.ClosedAt(step), want)
		}
	}
}

// TestJudgeFinds shows that each rule can be broken and is then told.
func TestJudgeFinds(t *testing.T) {
	f, err := Parse("f", []byte("floor 1\ngrid\n.....>\ntypes\nslow speed 0.5\nzones\nA human cells 3 0 4 0 from 2 to 9\nB limit 1 cells 0 0 1 0\nC slow 0.5 cells 4 0 4 0\nrobots\nR 2 0\nS 0 0 type slow\n"))
	if err != nil {
		t.Fatal(err)
	}
	var steps []int32
	for v := range int32(f.Graph.Len()) {
		for d := range uint8(4) {
			steps = append(steps, f.Graph.Ahead(v, d))
		}
	}
	type seen struct{ at, to [2]int32 }
	none := [2]int32{-1, -1}
	for name, c := range map[string]struct {
		steps      []seen
		collisions int
		want       string
	}{
		"OK":          {[]seen{{[2]int32{3, 0}, none}, {[2]int32{3, 0}, [2]int32{-1, 1}}, {[2]int32{2, 1}, none}}, 0, ""},
		"one cell":    {[]seen{{[2]int32{2, 0}, [2]int32{-1, 1}}, {[2]int32{1, 0}, [2]int32{-1, 1}}}, 1, "2 robots are within zone B"},
		"jump":        {[]seen{{[2]int32{4, 0}, none}}, 0, "robot R goes from column 2, row 0 to column 4, row 0"},
		"closed":      {[]seen{{[2]int32{2, 0}, none}, {[2]int32{2, 0}, none}, {[2]int32{3, 0}, none}}, 0, "step 2: robot R enters zone A, which is closed"},
		"too fast":    {[]seen{{[2]int32{2, 1}, none}}, 0, "robot S took 1 steps from column 0, row 0 to column 1, row 0, and 2 are the fewest"},
		"slow zone":   {[]seen{{[2]int32{3, 0}, none}, {[2]int32{4, 0}, none}}, 0, "robot R took 1 steps from column 3, row 0 to column 4, row 0"},
		"full":        {[]seen{{[2]int32{2, 0}, [2]int32{1, -1}}}, 0, "2 robots are within zone B, which takes 1"},
		"turned back": {[]seen{{[2]int32{2, 0}, [2]int32{-1, 1}}, {[2]int32{2, 0}, none}}, 0, "robot S turned back"},
	} {
		j := newJudge(f, steps)
		for now, s := range c.steps {
			j.see(now, s.at[:], s.to[:])
		}
		told := strings.Join(j.told, "; ")
		if j.collisions != c.collisions || (c.want == "") != (j.faults == 0) || !strings.Contains(told, c.want) {
			t.Errorf("%s: %d collisions, %q; want %d, %q", name, j.collisions, told, c.collisions, c.want)
		}
	}
}

// TestErrandsOfTasksWait has robots whose tasks lead into an area that people are in wait, and go on when it opens.
func TestErrandsOfTasksWait(t *testing.T) {
	f, err := Parse("f", []byte("floor 1\ngrid\n......\n......\n......\nzones\nA human cells 4 0 5 2 from 5 to 300\nrobots\nR 0 0\nS 0 1\nT 5 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	f.Robots[2].Vertex = 9 // not within: zones are open at first, but closed by the time it works
	f.Tasks = [][]int32{{5, 0}, {17, 2}, {4, 12}}
	got, err := Try(context.Background(), f, TryOptions{Steps: 600, Seed: 1, Record: true})
	if err != nil || got.Collisions+got.Faults != 0 || got.Errands < 30 {
		t.Errorf("%+v, %v", got, err)
	}
	rests := 0
	for _, c := range got.Courses {
		for _, e := range c.Errands {
			if e.Why == Rest {
				rests++
			}
		}
	}
	if rests == 0 || got.LongestErrand < 250 || got.LongestErrand > 400 {
		t.Errorf("%d rests, longest errand %d: want robots that wait for the zone to open at step 300", rests, got.LongestErrand)
	}
}

// TestMakeDrawsZones drives drawn floors with a zone of each kind and slow robots.
func TestMakeDrawsZones(t *testing.T) {
	for _, o := range []MakeOptions{{Zones: true, SlowShare: 0.3}, {Zones: true, Sortation: true, SlowShare: 1}, {Zones: true, Width: 12, Height: 10, Stations: 1, Robots: 8}} {
		f, err := Make(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Try(context.Background(), f, TryOptions{Steps: 400, Delay: 0.1, Seed: 1})
		if err != nil || got.Errands == 0 || got.Collisions+got.Faults != 0 || len(got.Zones) != 4 {
			t.Errorf("%+v: %+v, %v", o, got, err)
		}
	}
	if _, err := Make(MakeOptions{SlowShare: 2}); err == nil {
		t.Error("a share of 2 is made")
	}
}
