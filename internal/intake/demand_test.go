package intake

import (
	"context"
	"math"
	"strings"
	"testing"
)

// Columns are found by their names, doubled rows are added up, gaps are not observed, and the step is told from the dates.
func TestReadDemand(t *testing.T) {
	t.Parallel()
	text := "Date;SKU;Qty;Colour\n2024-01-01;b;3;red\n2024-01-02;b;1;red\n2024-01-04;b;2;red\n2024-01-04;b;5;red\n2024-01-02;a;;red\n2024-01-05;a;1;red\n"
	d, err := readDemand(context.Background(), "x.csv", strings.NewReader(text), DemandOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Step != "day" || d.Columns.Quantity != "Qty" || d.Columns.Keys[0] != "SKU" || d.Columns.Unread[0] != "Colour" || d.Doubled != 1 || d.Missing != 3 {
		t.Errorf("%+v", d)
	}
	b := d.Series[1]
	if b.ID != "b" || len(b.Values) != 5 || b.Values[3] != 7 || !math.IsNaN(b.Values[2]) || !math.IsNaN(b.Values[4]) {
		t.Errorf("%+v", b)
	}
	if got := d.After(&b, 0).Format("2006-01-02"); got != "2024-01-06" {
		t.Errorf("goes on at %s", got)
	}
}

// Months, quarters, weeks, hours and years are told apart.
func TestDemandSteps(t *testing.T) {
	t.Parallel()
	for step, dates := range map[string]string{
		"month": "2024-01 2024-02 2024-03", "quarter": "2024-01-01 2024-04-01 2024-07-01", "week": "2024-01-07 2024-01-14 2024-01-21",
		"hour": "2024-01-01T00:00:00Z 2024-01-01T01:00:00Z 2024-01-01T02:00:00Z", "year": "2020 2021 2022",
	} {
		text := "ds,y\n" + strings.ReplaceAll(dates, " ", ",1\n") + ",1\n"
		d, err := readDemand(context.Background(), "x.csv", strings.NewReader(text), DemandOptions{})
		if err != nil || d.Step != step || len(d.Series[0].Values) != 3 || d.Missing != 0 {
			t.Errorf("%s: %v, %+v", step, err, d)
		}
	}
}

// What cannot be read is named by row; whatever the bytes, nothing panics.
func FuzzReadDemand(f *testing.F) {
	for text, want := range map[string]string{
		"":                           "no heading",
		"a,b\n1,2\n":                 "no column of dates",
		"date,b\n1,2\n":              "no column of quantities",
		"date,qty\n":                 "no rows",
		"date,qty\n2024-01-01,x\n":   "row 2: \"x\" is no quantity",
		"date,qty\nyesterday,1\n":    "row 2: \"yesterday\" is no date",
		"date,qty\n2024-01-01,1,2\n": "wrong number of fields",
		"date,qty\n0001-01-01,1\n":   "1900 to 2199",
	} {
		if _, err := readDemand(context.Background(), "x.csv", strings.NewReader(text), DemandOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			f.Errorf("%q gave %v, want %q", text, err, want)
		}
		f.Add(text)
	}
	f.Add("date,qty,sku\n2024-01-01,1,a\n2024-01-03,NaN,a\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := readDemand(context.Background(), "x.csv", strings.NewReader(text), DemandOptions{})
		if err == nil && len(d.Series) == 0 {
			t.Error("no series and no error")
		}
	})
}
