package intake

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

type soldRow struct {
	Date  time.Time `parquet:"date,timestamp(millisecond)"`
	SKU   string    `parquet:"sku,dict"`
	Qty   *float64  `parquet:"qty,optional"`
	Price float64   `parquet:"price"`
	Stock int64     `parquet:"stock"`
}

// A Parquet file is the same table as its CSV twin: series, gaps, steps on an empty shelf and a column known for days to come.
func TestReadDemandParquet(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }
	qty := func(v float64) *float64 { return &v }
	rows := []soldRow{{day(1), "a", qty(3), 2, 5}, {day(2), "a", qty(0), 2, 0}, {day(4), "a", qty(2.5), 1.5, 9}, {day(1), "b", qty(1), 7, 4}, {day(4), "b", nil, 7, 4}, {day(5), "a", nil, 1, 1}, {day(5), "b", nil, 6, 1}}
	folder := t.TempDir()
	if err := parquet.WriteFile(filepath.Join(folder, "x.parquet"), rows); err != nil {
		t.Fatal(err)
	}
	text := "date,sku,qty,price,stock\n2024-01-01,a,3,2,5\n2024-01-02,a,0,2,0\n2024-01-04,a,2.5,1.5,9\n2024-01-01,b,1,7,4\n2024-01-04,b,,7,4\n2024-01-05,a,,1,1\n2024-01-05,b,,6,1\n"
	if err := os.WriteFile(filepath.Join(folder, "x.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x.parquet", "x.csv"} {
		d, err := ReadDemand(t.Context(), filepath.Join(folder, name), DemandOptions{With: []string{"Price"}})
		if err != nil {
			t.Fatal(err)
		}
		if d.Step != "day" || d.Columns.Stock != "stock" || len(d.Columns.With) != 1 || len(d.Series) != 2 {
			t.Fatalf("%s: %+v", name, d)
		}
		a := d.Series[0]
		if a.ID != "a" || len(a.Values) != 4 || a.Values[3] != 2.5 || !math.IsNaN(a.Values[2]) || !a.Empty[1] || a.Empty[0] || len(a.With[0]) != 5 || a.With[0][4] != 1 || !math.IsNaN(a.With[0][2]) {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if _, err := ReadDemand(t.Context(), filepath.Join(folder, "x.csv"), DemandOptions{With: []string{"weather"}}); err == nil || !strings.Contains(err.Error(), `no column "weather"`) {
		t.Error(err)
	}
}

// A damaged Parquet file is an error that names it, whatever the damage.
func FuzzReadDemandParquet(f *testing.F) {
	folder := f.TempDir()
	path := filepath.Join(folder, "x.parquet")
	if err := parquet.WriteFile(path, []soldRow{{time.Unix(0, 0), "a", nil, 1, 1}}); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		at := filepath.Join(t.TempDir(), "y.parquet")
		if err := os.WriteFile(at, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = ReadDemand(t.Context(), at, DemandOptions{}) // that it comes back is all that is asked
	})
}
