package forecasting

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

// The measures are those of the competitions: worked by hand.
func TestMeasures(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, c := range map[string]struct{ got, want float64 }{
		"smape":        {smape([]float64{1, 3, nan}, []float64{3, 3, 9}), 50},
		"smape of 0/0": {smape([]float64{0}, []float64{0}), 0},
		"scale":        {naiveScale([]float64{1, 2, 4, nan, 5}, 1), 1.5},
		"seasonal":     {naiveScale([]float64{1, 2, 4, 6}, 2), 3.5},
		"error":        {meanAbs([]float64{1, nan, 5}, []float64{2, 2, 2}), 2},
		"rmsse":        {rmsse([]float64{0, 2, 4}, []float64{5}, []float64{1}), 2},
		"inside":       {within(5, []float64{0.1, 0.9}, [][]float64{{4}, {6}}, 0, 0.1, 0.9), 1},
		"outside":      {within(7, []float64{0.1, 0.9}, [][]float64{{4}, {6}}, 0, 0.1, 0.9), 0},
		"tied":         {within(0, []float64{0.1, 0.5, 0.9}, [][]float64{{0}, {0}, {3}}, 0, 0.1, 0.9), 0.6 / 0.7},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, c.got, c.want)
		}
	}
}

// A file of each univariate format is read, forecast and scored; a broken cell is named by file, row and column.
func TestUnivariate(t *testing.T) {
	t.Parallel()
	values := func(n int) string {
		var b []string
		for i := range n {
			b = append(b, fmt.Sprint(100+i+10*(i%4)))
		}
		return strings.Join(b, ";")
	}
	split := "id,category,freq,start,h,n_train,train,test\n"
	last := "id,freq,start,n,values\n"
	for i := range 5 {
		split += fmt.Sprintf("s%d,X,4,,8,40,%s,%s\n", i, values(40), values(8))
		last += fmt.Sprintf("s%d,4,,48,%s\n", i, values(48))
	}
	for name, text := range map[string]string{"split": split, "last": last} {
		report, err := bench.Execute(t.Context(), Univariate(), bench.Options{Data: write(t, text), Budget: time.Second, Workers: 2, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if smape := report.Figures["smape"]; name == "last" && !(smape < 3) {
			t.Errorf("%s: a clean trend and season missed by %v %%", name, smape)
		}
	}
	_, err := bench.Execute(t.Context(), Univariate(), bench.Options{Data: write(t, last+"s9,4,,3,1;x;3\n"), Budget: time.Second, Workers: 1})
	if err == nil || !strings.Contains(err.Error(), "row 7, values, value 2") {
		t.Errorf("a broken number gave %v", err)
	}
}

// Every bench runs on a small file of its format and gives the figures that it promises, none of them NaN.
func TestBenchesRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	weeks := func(from int) string { return strings.Join([]string{fmt.Sprint(from), "2", "3", "1"}, ",") }
	put("vn1_phase1_sales.csv", "Client,Warehouse,Product,a,b,c,d\n0,1,1,"+weeks(1)+"\n0,1,2,"+weeks(5)+"\n1,1,1,"+weeks(2)+"\n")
	put("vn1_phase2_sales.csv", "Client,Warehouse,Product,a,b,c,d\n0,1,1,"+weeks(1)+"\n0,1,2,"+weeks(3)+"\n1,1,1,"+weeks(2)+"\n")
	daily := "id,item_id,dept_id,cat_id,store_id,state_id"
	for d := 1; d <= 150; d++ {
		daily += fmt.Sprintf(",d_%d", d)
	}
	for i := range 4 {
		daily += fmt.Sprintf("\ni%d,i,D,C,S,X", i)
		for d := range 150 {
			daily += fmt.Sprintf(",%d", (d*7+i*3)%5*((d+i)%2))
		}
	}
	cubed := "Month,Concession,Type,ATC1,ATC2,Scripts\n"
	for m := range 60 {
		for b := range 4 {
			cubed += fmt.Sprintf("%d-%02d-01,C%d,T,A,A%d,%d\n", 2000+m/12, m%12+1, b%2, b, 50+m%12*3+b*10+m*m%7)
		}
	}
	for _, c := range []struct {
		b    bench.Bench
		data string
	}{{VN1(), dir}, {Panel(), put("daily.csv", daily+"\n")}, {Hierarchy(), put("cube.csv", cubed)}, {Speed(), ""}} {
		report, err := bench.Execute(t.Context(), c.b, bench.Options{Data: c.data, Budget: time.Millisecond, Workers: 2, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", c.b.Name, err)
		}
		for key, v := range report.Figures {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: %s is %v", c.b.Name, key, v)
			}
		}
		if c.b.Name == "forecast-hierarchy" && (report.Figures["negatives"] > 0 || report.Figures["incoherence"] > 1e-9) {
			t.Errorf("not coherent: %v", report.Figures)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
