package vehicles

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/vrplib"
	"quartermaster/routing"
)

// Three stops on a line, 3, 6 and 9 from the depot; two vehicles of 20 serve windows that a single one cannot.
const solomonText = "LINE\n\nVEHICLE\nNUMBER     CAPACITY\n  3         20\n\nCUSTOMER\nCUST NO.  XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME\n\n" +
	" 0 0 0 0 0 100 0\n 1 3 0 5 0 90 1\n 2 6 0 5 0 90 1\n 3 9 0 5 0 90 1\n"

// The tiny CVRP of two stops: one vehicle cannot carry 5 + 6 of 10, so that two drive 2·5 and 2·10.
const cvrpText = "NAME : tiny\nTYPE : CVRP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 10\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\nDEMAND_SECTION\n1 0\n2 5\n3 6\nDEPOT_SECTION\n1\n-1\nEOF\n"

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A folder with two instances, a stray file and references gives a row for each instance and their gaps; a lowest reported
// cost takes the place of a higher best known one, and costs are not compared where vehicles differ.
func TestRunMeasuresAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "tiny.vrp", cvrpText)
	write(t, dir, "LINE.txt", solomonText)
	write(t, dir, "notes.txt", "nothing to solve\n")
	write(t, dir, "best_known.csv", "instance,best_known,vehicles,lowest_reported\ntiny,40,2,25\nLINE,18,2,\n")
	out, err := run(t.Context(), bench.Options{Data: dir, Budget: 20 * time.Millisecond, Seed: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"total": 2, "feasible": 2, "mean_gap_pct": 20, "max_gap_pct": 20, "mean_vehicles_excess": -1} {
		if got := out.Figures[key]; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if _, err := run(t.Context(), bench.Options{Data: t.TempDir()}); err == nil {
		t.Error("an empty folder was measured")
	}
}

// The judge drives exact instances again in float64: the line costs 18, and a plan that is late there does not hold.
func TestJudgeDrivesAgain(t *testing.T) {
	t.Parallel()
	inst, err := vrplib.Read("LINE", strings.NewReader(solomonText))
	if err != nil {
		t.Fatal(err)
	}
	r := routing.Route{Visits: []routing.Visit{{Stop: 0}, {Stop: 1}, {Stop: 2}}}
	if length, err := exact(inst, &r); err != nil || length != 18 {
		t.Errorf("length %v, %v; want 18", length, err)
	}
	inst.Problem.Stops[2].Window.EndSec = int64(10.9 * inst.Scale) // it is reached at 9 and two services of 1
	if _, err := exact(inst, &r); err == nil || !strings.Contains(err.Error(), "is reached at 11") {
		t.Errorf("late, but %v", err)
	}
	if j := judge(inst, routing.Solution{Unassigned: []routing.Unassigned{{Stop: 1, Reason: "no room"}}}); j.err == nil || !strings.Contains(j.err.Error(), "no room") {
		t.Errorf("a stop is left out, but %v", j.err)
	}
}
