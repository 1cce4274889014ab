package vrplib_test

import (
	"errors"
	"strings"
	"testing"

	"quartermaster/internal/vrplib"
	"quartermaster/routing"
	"quartermaster/routing/vrp"
)

const (
	cvrp    = "NAME : \ttiny\r\nTYPE : CVRP\r\nDIMENSION : 3\r\nEDGE_WEIGHT_TYPE : EUC_2D\r\nCAPACITY : 10\r\nNODE_COORD_SECTION\r\n1\t0\t0\r\n2\t3\t4\r\n3\t6\t8\r\nDEMAND_SECTION\r\n1 0\r\n2 5\r\n3 6\r\nDEPOT_SECTION\r\n1\r\n-1\r\nEOF\r\n"
	solomon = "C1\n\nVEHICLE\nNUMBER     CAPACITY\n  2         20\n\nCUSTOMER\nCUST NO.  XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME\n\n 0 0 0 0 0 100 0\n 1 1 1 10 5 50 9\n"
	lilim   = "2\t20\t1\n0 0 0 0 0 100 0 0 0\n1 3 4 7 0 90 5 0 2\n2 6 8 -7 0 95 5 1 0\n"
	cordeau = "2 3 2 1\n0 30\n1 1 1 2 5 1 1 1\n2 4 5 2 6 1 1 1\n3 0 0 0 0 0 0\n"
)

// Each of the four texts is told from the others and gives stops, fleet and travel in its own conventions.
func TestReadsEachFormat(t *testing.T) {
	t.Parallel()
	for format, text := range map[string]string{"vrplib": cvrp, "solomon": solomon, "lilim": lilim, "cordeau": cordeau} {
		inst, err := vrplib.Read("dir/x.txt", strings.NewReader(text))
		if err != nil || inst.Format != format {
			t.Errorf("%s: %+v, %v", format, inst, err)
		}
	}
	inst, _ := vrplib.Read("x", strings.NewReader(cvrp))
	if _, d, _ := inst.Problem.Matrix.Leg(0, 1); inst.Name != "tiny" || d != 5 || inst.Problem.Stops[1].WeightG != 6 || inst.Problem.Vehicles[0].MaxWeightG != 10 {
		t.Errorf("%+v", inst)
	}
	inst, _ = vrplib.Read("x", strings.NewReader(solomon))
	if _, d, _ := inst.Problem.Matrix.Leg(0, 1); d != 14143 || inst.Problem.Stops[0].Window.EndSec != 500_000 {
		t.Errorf("√2 in ten thousandths, rounded up, is %d; window %+v", d, inst.Problem.Stops[0].Window)
	}
	inst, _ = vrplib.Read("x", strings.NewReader(lilim))
	if len(inst.Problem.Pairs) != 1 || inst.Problem.Stops[inst.Problem.Pairs[0].Delivery].WeightG != 7 {
		t.Errorf("%+v", inst.Problem.Pairs)
	}
}

// What is no instance is refused with the place and what is wrong.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"its first lines":      "hello\n",
		"is no number":         strings.Replace(cvrp, "\t3\t4", "\t3\tx", 1),
		"DIMENSION is":         strings.Replace(cvrp, "DIMENSION : 3", "DIMENSION : 1", 1),
		"has 3 rows":           strings.Replace(cvrp, "DIMENSION : 3", "DIMENSION : 4", 1),
		"seven":                strings.Replace(solomon, " 1 1 1 10 5 50 9", " 1 1 1 10 5 50", 1),
		"ends at":              strings.Replace(solomon, " 5 50 9", " 51 50 9", 1),
		"which does not exist": strings.Replace(lilim, "5 1 0", "5 8 0", 1),
	} {
		if _, err := vrplib.Read("x", strings.NewReader(text)); !errors.Is(err, vrplib.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Whatever bytes come, reading ends with an instance that can be planned, by a plan that holds, or with an error.
func FuzzRead(f *testing.F) {
	for _, text := range []string{cvrp, solomon, lilim, cordeau} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		inst, err := vrplib.Read("x", strings.NewReader(string(text)))
		if err == nil && inst == nil {
			t.Fatal("neither an instance nor an error")
		}
		if err != nil || len(inst.Problem.Stops) > 12 || len(inst.Problem.Vehicles) > 12 {
			return
		}
		s, err := vrp.Solve(t.Context(), inst.Problem, vrp.Options{Iterations: 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(inst.Problem, s); err != nil {
			t.Fatal(err)
		}
	})
}
