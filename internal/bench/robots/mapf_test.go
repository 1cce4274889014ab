package robots

import (
	"context"
	"os"
	"path/filepath"
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
