package sample_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"quartermaster/internal/business"
	"quartermaster/internal/history"
	"quartermaster/internal/intake"
	"quartermaster/internal/sample"
)

func read(t testing.TB, workers int) (*history.Lines, intake.Report) {
	t.Helper()
	lines, report, err := intake.Read(context.Background(), []intake.Source{{Name: sample.OrdersName, Data: sample.Orders()}}, intake.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return lines, report
}

func clean(t testing.TB, lines *history.Lines) *history.Books {
	t.Helper()
	books, err := history.Clean(context.Background(), lines, history.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	return books
}

// The shipped orders are those of the source: 525,461 and 531,282 rows on two sheets (as the data's description says),
// known customers and prices in place, and reading them with one goroutine or two is the same.
func TestOrders(t *testing.T) {
	lines, report := read(t, 2)
	perSheet := map[int64]int{}
	priceSum, qtySum, known := int64(0), int64(0), 0
	for i, part := range lines.Part {
		perSheet[lines.Parts[part].Sheet]++
		priceSum, qtySum = priceSum+lines.Price[i], qtySum+int64(lines.Qty[i])
		if lines.Customers[lines.Customer[i]] != "" {
			known++
		}
	}
	if report.Rows != 1_056_743 || report.BadRows != 0 || perSheet[1] != 525_461 || perSheet[2] != 531_282 {
		t.Errorf("%d rows, %d bad, sheets %v", report.Rows, report.BadRows, perSheet)
	}
	// Sheet 1 has 107,927 rows without customer and sheet 2, without its cancellations, 133,358.
	if known != 1_056_743-107_927-133_358 {
		t.Errorf("%d rows have a customer", known)
	}
	one, _ := read(t, 1)
	if !reflect.DeepEqual(lines, one) {
		t.Error("one goroutine reads otherwise than two")
	}
}

// What cleaning makes of them, row for row. The figures are what the rules of package history gave when they were
// written and looked through; a change here is a change of what the program says of the same data.
func TestGoldenCounts(t *testing.T) {
	lines, _ := read(t, 2)
	books := clean(t, lines)
	r := books.Report
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	var got strings.Builder
	fmt.Fprintf(&got, "rows %d kept %d orders %d lines %d items %d customers %d days %d\n", r.Rows, r.Kept, r.Orders, r.OrderLines, r.Items,
		books.Customers, len(books.OpenDays))
	for _, s := range r.SetAside {
		fmt.Fprintf(&got, "%s %d\n", s.Code, s.Rows)
	}
	want := `rows 1056743 kept 1012051 orders 39373 lines 989121 items 4716 customers 5846 days 739
double 22130
postage 3660
fee 86
manual 1162
discount 100
sample 43
adjustment 73
voucher 101
test 17
stock_adjustment 2119
zero_price 2599
cancellation_unmatched 2005
cancellation_part_matched 69
cancellation 7508
cancelled 3020
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
	sold := 0.0
	for i, s := range books.Sales {
		if s.StartDay != books.Items[i].FirstDay || s.StartDay+len(s.Values)-1 != books.LastDay {
			t.Fatalf("the series of %s runs from %d for %d days", s.ID, s.StartDay, len(s.Values))
		}
		for _, x := range s.Values {
			if !math.IsNaN(x) {
				sold += x
			}
		}
	}
	if int64(sold) != r.KeptUnits {
		t.Errorf("the series hold %v units, the orders %d", sold, r.KeptUnits)
	}
}

// The declared week has real orders, and its facts pass the plan's own rules.
func TestDeclaredWeek(t *testing.T) {
	b, err := business.Read(sample.BusinessName, sample.Business())
	if err != nil {
		t.Fatal(err)
	}
	lines, _ := read(t, 2)
	books := clean(t, lines)
	orders := books.OrdersBetween(b.Window(b.StartDay(), b.Plan.Days))
	s, err := b.Snapshot(books, business.Request{Orders: orders, Seed: 1, Place: func(r *rand.Rand) orb.Point {
		return orb.Point{9.5 + 0.03*r.Float64(), 47.06 + 0.16*r.Float64()}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if len(s.Sites) != 3 || len(s.Suppliers) != 12 || len(orders) < 500 {
		t.Errorf("%d sites, %d suppliers, %d orders", len(s.Sites), len(s.Suppliers), len(orders))
	}
	weight, onHand := int64(0), int64(0)
	perItem := map[string]int64{}
	for _, it := range s.Items {
		perItem[it.ID] = it.WeightG
	}
	for _, o := range s.Orders {
		for _, l := range o.Lines {
			weight += l.Qty * perItem[l.ItemID]
		}
	}
	for _, p := range s.Positions {
		onHand += p.OnHand
	}
	t.Logf("%d orders, %d kg; %d items, %d units on hand, %d inbound", len(orders), weight/1000, len(s.Items), onHand, len(s.Inbound))
}

// The streets are the file that NOTICE names by its hash, and the attribution names both licences.
func TestNotice(t *testing.T) {
	sum := sha256.Sum256(sample.Streets())
	if !strings.Contains(sample.Notice(), hex.EncodeToString(sum[:])) {
		t.Error("NOTICE does not name the streets' hash")
	}
	all := strings.Join(sample.Attribution(), " ")
	for _, want := range []string{"Chen", "10.24432/C5CG6D", "CC BY 4.0", "OpenStreetMap contributors", "ODbL", "invented"} {
		if !strings.Contains(all, want) {
			t.Errorf("the attribution does not say %q", want)
		}
	}
}

// BenchmarkImport reads and cleans every shipped order line.
func BenchmarkImport(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		lines, _ := read(b, 0)
		clean(b, lines)
	}
}
