package finance

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
)

// written is a small table of the public sets' form: numbers with gaps, words, and the bad event y.
func written(t *testing.T, rows int) string {
	t.Helper()
	r := rng.New(3, "bench table")
	var b strings.Builder
	b.WriteString("ratio,kind,age,y\n")
	for range rows {
		ratio, kind, y := r.NormFloat64(), r.IntN(3), 0
		if ratio+float64(kind)+r.NormFloat64() > 1.5 {
			y = 1
		}
		age := fmt.Sprint(20 + r.IntN(40))
		if r.IntN(5) == 0 {
			age = ""
		}
		fmt.Fprintf(&b, "%.4f,A%d,%s,%d\n", ratio, kind, age, y)
	}
	path := filepath.Join(t.TempDir(), "small.csv.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write([]byte(b.String())); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func options(path string) bench.Options {
	return bench.Options{Data: path, Budget: time.Second, Seed: 1, Workers: 1}
}

// The bare learner reads a table with words and gaps, deals folds by class where none stand beside it, and beats the mean.
func TestBoosting(t *testing.T) {
	t.Parallel()
	report, err := bench.Execute(t.Context(), Boosting(), options(written(t, 600)))
	if err != nil {
		t.Fatal(err)
	}
	if f := report.Figures; f["rows"] != 600 || !(f["rmse"] > 0.2 && f["rmse"] < 0.42) || len(report.Rows) != 5 {
		t.Errorf("%v in %d rows", f, len(report.Rows))
	}
}

// Folds that stand beside the table are taken as they are; broken ones are refused by file and line.
func TestFoldsBeside(t *testing.T) {
	t.Parallel()
	path := written(t, 4)
	beside := filepath.Join(filepath.Dir(path), "folds")
	if err := os.Mkdir(beside, 0o755); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"row,fold\n2,1\n0,0\n1,3\n3,2\n":   "",
		"row,fold\n2,1\n0,0\n1,3\n2,2\n":   "line 5",
		"row,fold\n2,1\n0,0\n1,3\n3,-1\n":  "line 5",
		"row,fold\n2,1\n0,0\n":             "with 4 rows",
		"row,part\n2,1\n0,0\n1,3\n3,-1\n":  "want columns row and fold",
		"row,fold\n2,1\n0,0\n1,3\n99,-1\n": "line 5",
	} {
		if err := os.WriteFile(filepath.Join(beside, "small.csv"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := readTable(path)
		if err != nil {
			t.Fatal(err)
		}
		folds, err := table.folds(path, []float64{0, 0, 1, 1}, 1)
		if want == "" && (err != nil || fmt.Sprint(folds) != "[0 3 1 2]") {
			t.Errorf("folds %v, %v", folds, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
