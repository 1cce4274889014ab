package intake

import (
	"errors"
	"testing"

	"context"
	"quartermaster/internal/history"
)

// survives wants of any bytes: lines that cleaning accepts, or an *InputError.
func survives(t *testing.T, name string, data []byte) {
	lines, report, err := readBytes(t, name, data, Options{MaxBadRows: 1 << 30, MaxRows: 100_000})
	if err != nil {
		var bad *InputError
		if !errors.As(err, &bad) || bad.Error() == "" {
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	if lines.Len() != report.Rows {
		t.Fatalf("%d lines, report says %d", lines.Len(), report.Rows)
	}
	books, err := history.Clean(context.Background(), lines, history.Rules{})
	if err != nil {
		t.Skip(err) // days too far apart
	}
	if err := books.Report.Check(); err != nil {
		t.Fatal(err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(header + goodLine))
	f.Add([]byte("\xef\xbb\xbfqty;sku;order;date;price\n1;\"a;\"\"b\";7;2010-12-01T00:00Z;1,5\n"))
	f.Fuzz(func(t *testing.T, data []byte) { survives(t, "f.csv", data) })
}

func FuzzNDJSON(f *testing.F) {
	f.Add([]byte(`{"Invoice":1,"sku":"a\n","qty":1e0,"date":"2010-12-01","price":-0.5,"x":{"y":[1,"}"]}}` + "\n{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) { survives(t, "f.json", append([]byte("{"), data...)) })
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetOf(f, []parquetLine{parquetRow("1", 1), parquetRow("C2", -1), {}}, 2))
	f.Add(parquetOf(f, []floatLine{{Invoice: 1, Code: "x", Quantity: 2, Price: 3}}, 2))
	f.Fuzz(func(t *testing.T, data []byte) { survives(t, "f.parquet", data) })
}

// FuzzValue holds the exact reading of decimal texts against itself: what is read must be within the limits.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"2.55", "-0.00005", "1e3", "1,5", "9223372036854775807", ".", "+.5", "2010-12-01T08:26:00.5+01"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v := value{kind: kindText, text: text}.clean()
		if n, bad := v.whole(maxQty); bad == nil && (n > maxQty || n < -maxQty) {
			t.Fatalf("%q is %d", text, n)
		}
		if n, bad := v.price(true); bad == nil && (n > maxPrice*priceScale || n < -maxPrice*priceScale) {
			t.Fatalf("%q costs %d", text, n)
		}
		if n, bad := v.placed(); bad == nil && (n < firstMicros || n >= endMicros) {
			t.Fatalf("%q is %d", text, n)
		}
	})
}
