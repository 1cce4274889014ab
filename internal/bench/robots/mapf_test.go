package robots

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

const smallScenario = "version 1\n0\tm.map\t4\t3\t0\t0\t3\t2\t5\n0\tm.map\t4\t3\t3\t2\t0\t0\t5\n0\tm.map\t4\t3\t0\t2\t2\t0\t5\n"

// TestOneShotBench solves a small scenario, with all robots and with a number asked for.
func TestOneShotBench(t *testing.T) {
	folder := filepath.Dir(write(t, nil))
	if err := os.WriteFile(filepath.Join(folder, "s.scen"), []byte(smallScenario), 0o600); err != nil {
		t.Fatal(err)
	}
	for only, robots := range map[string]int{"": 3, "s@2": 2} {
		report, err := bench.Execute(context.Background(), OneShot(), bench.Options{Data: folder, Budget: 20 * time.Millisecond, Only: only, Seed: 1, Workers: 1})
		if err != nil {
			t.Fatalf("%q: %v", only, err)
		}
		if f := report.Figures; f["solved"] != 1 || f["total"] != 1 || f["loss_ratio"] < 1 || report.Rows[0].Cells[0].Value != robots {
			t.Errorf("%q: %v %v", only, f, report.Rows)
		}
	}
}

// TestReadScenarioRefuses names the file and the line of what is wrong.
func TestReadScenarioRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"columns": {"version 1\n0 m.map 4 3 0\n", "line 2 has 5 columns"},
		"number":  {"0 m.map 4 3 0 x 1 1 1\n", `"x" is no whole number`},
		"off map": {"0 m.map 4 3 9 0 1 1 1\n", "off the map"},
		"no map":  {"0 n.map 4 3 0 0 1 1 1\n", "map n.map is not there"},
		"empty":   {"version 1\n", "no robots"},
	} {
		folder := filepath.Dir(write(t, nil))
		file := filepath.Join(folder, "s.scen")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readScenario(file, folder); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// FuzzReadScenario shows that no scenario file breaks the reader.
func FuzzReadScenario(f *testing.F) {
	f.Add([]byte(smallScenario))
	f.Fuzz(func(t *testing.T, raw []byte) {
		folder := filepath.Dir(write(t, nil))
		file := filepath.Join(folder, "s.scen")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := readScenario(file, folder); err == nil && len(s.starts) != len(s.goals) {
			t.Error("starts and goals differ in number")
		}
	})
}
