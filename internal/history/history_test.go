package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// raw is one row as a person writes it; day counts from 2010-12-01 (day 14944), at nine o'clock plus minutes.
type raw struct {
	part              int
	invoice, code     string
	qty               int32
	price             float64
	customer          string
	day, minute       int
	description, land string
}

const firstDay = 14944

func linesOf(rows []raw) *Lines {
	l := &Lines{}
	dict := func(texts *[]string, s string) int32 {
		for i, x := range *texts {
			if x == s {
				return int32(i)
			}
		}
		*texts = append(*texts, s)
		return int32(len(*texts) - 1)
	}
	for i, r := range rows {
		for len(l.Parts) <= r.part {
			l.Parts = append(l.Parts, Part{Source: fmt.Sprint("file ", len(l.Parts))})
		}
		l.Part, l.Row = append(l.Part, int32(r.part)), append(l.Row, int32(i+1))
		l.Invoice = append(l.Invoice, dict(&l.Invoices, r.invoice))
		l.Code = append(l.Code, dict(&l.Codes, r.code))
		l.Description = append(l.Description, dict(&l.Descriptions, r.description))
		l.Customer = append(l.Customer, dict(&l.Customers, r.customer))
		l.Country = append(l.Country, dict(&l.Countries, r.land))
		l.Qty = append(l.Qty, r.qty)
		l.Price = append(l.Price, int64(math.Round(r.price*10_000)))
		l.Placed = append(l.Placed, int64(firstDay+r.day)*MicrosPerDay+int64(9*60+r.minute)*60_000_000)
	}
	return l
}

// fates cleans rows and says what became of each.
func fates(t *testing.T, rows []raw) []string {
	t.Helper()
	c := newCleaner(linesOf(rows), Rules{})
	c.dropDoubles()
	c.judgeRows()
	c.matchCancellations()
	out := make([]string, len(c.fate))
	for i, f := range c.fate {
		out[i] = f.Code()
		if f == Kept && c.left[i] != c.Qty[i] {
			out[i] = fmt.Sprint("kept ", c.left[i])
		}
	}
	return out
}

// Each rule of the package comment, on rows small enough to judge by eye.
func TestFates(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rows []raw
		want string
	}{
		"an overlap drops copy for copy": {[]raw{
			{0, "1", "20001", 2, 1, "7", 0, 0, "", ""}, {0, "1", "20001", 2, 1, "7", 0, 0, "", ""},
			{1, "1", "20001", 2, 1, "", 0, 0, "x", ""}, {1, "1", "20001", 2, 1, "7", 0, 0, "", ""}, {1, "1", "20001", 2, 1, "7", 0, 0, "", ""},
		}, "kept, kept, double, double, kept"},
		"equal lines of one invoice and file are no doubles": {[]raw{
			{0, "1", "20001", 2, 1, "7", 0, 0, "", ""}, {0, "1", "20001", 2, 1, "7", 0, 0, "", ""},
		}, "kept, kept"},
		"other quantity, price or time is no double": {[]raw{
			{0, "1", "20001", 2, 1, "7", 0, 0, "", ""}, {1, "1", "20001", 3, 1, "7", 0, 0, "", ""},
			{1, "1", "20001", 2, 1.5, "7", 0, 0, "", ""}, {1, "1", "20001", 2, 1, "7", 0, 1, "", ""},
		}, "kept, kept, kept, kept"},
		"codes that are no goods": {[]raw{
			{0, "1", "POST", 1, 5, "", 0, 0, "", ""}, {0, "1", "m", 1, 5, "", 0, 0, "", ""}, {0, "1", "BANK CHARGES", 1, 5, "", 0, 0, "", ""},
			{0, "1", "gift_0001_30", 1, 5, "", 0, 0, "", ""}, {0, "1", "TEST001", 1, 5, "", 0, 0, "", ""}, {0, "A1", "B", 1, -5, "", 0, 0, "", ""},
			{0, "1", "DCGS0003", 1, 5, "", 0, 0, "", ""}, {0, "1", "SP1002", 1, 5, "", 0, 0, "", ""}, {0, "1", "47503J ", 1, 5, "", 0, 0, "", ""},
		}, "postage, manual, fee, voucher, test, adjustment, kept, kept, kept"},
		"no units or no price": {[]raw{
			{0, "1", "20001", 0, 5, "", 0, 0, "", ""}, {0, "1", "20001", 1, 0, "", 0, 0, "", ""}, {0, "1", "20001", 1, 0.001, "", 0, 0, "", ""},
			{0, "1", "20001", 1, 0.005, "", 0, 0, "", ""}, {0, "1", "20001", 1, -1, "", 0, 0, "", ""}, {0, "1", "20001", -9, 0, "", 0, 0, "", ""},
			{0, "C1", "20001", 9, 1, "", 0, 0, "", ""},
		}, "zero_quantity, zero_price, zero_price, kept, negative_price, stock_adjustment, positive_cancellation"},
		"the latest purchase with enough left is taken": {[]raw{
			{0, "1", "20001", 10, 1, "7", 0, 0, "", ""}, {0, "2", "20001", 6, 1, "7", 1, 0, "", ""}, {0, "3", "20001", 2, 1, "7", 2, 0, "", ""},
			{0, "C4", "20001", -5, 1, "7", 3, 0, "", ""}, {0, "5", "20001", 9, 1, "7", 4, 0, "", ""},
		}, "kept, kept 1, kept, cancellation, kept"},
		"none has enough: from the latest backwards": {[]raw{
			{0, "1", "20001", 4, 1, "7", 0, 0, "", ""}, {0, "2", "20001", 3, 1, "7", 1, 0, "", ""}, {0, "C3", "20001", -5, 1, "7", 2, 0, "", ""},
		}, "kept 2, cancelled, cancellation"},
		"more cancelled than bought": {[]raw{
			{0, "1", "20001", 4, 1, "7", 0, 0, "", ""}, {0, "C3", "20001", -5, 1, "7", 2, 0, "", ""},
		}, "cancelled, cancellation_part_matched"},
		"the giant pairs of Online Retail II: nothing is left of them": {[]raw{
			{0, "541431", "23166", 74215, 1.04, "12346", 0, 1, "", ""}, {0, "C541433", "23166", -74215, 1.04, "12346", 0, 17, "", ""},
			{0, "581483", "23843", 80995, 2.08, "16446", 9, 15, "", ""}, {0, "C581484", "23843", -80995, 2.08, "16446", 9, 27, "", ""},
		}, "cancelled, cancellation, cancelled, cancellation"},
		"a giant whose cancellation the file does not hold stays": {[]raw{
			{1, "541431", "23166", 74215, 1.04, "12346", 0, 1, "", ""},
		}, "kept"},
		"another customer, item or price, or a later purchase, does not match": {[]raw{
			{0, "1", "20001", 4, 1, "8", 0, 0, "", ""}, {0, "1", "20002", 4, 1, "7", 0, 0, "", ""}, {0, "1", "20001", 4, 2, "7", 0, 0, "", ""},
			{0, "C3", "20001", -4, 1, "7", 2, 0, "", ""}, {0, "1", "20001", 4, 1, "7", 3, 0, "", ""},
		}, "kept, kept, kept, cancellation_unmatched, kept"},
		"unknown customers match nobody": {[]raw{
			{0, "1", "20001", 4, 1, "", 0, 0, "", ""}, {0, "C3", "20001", -4, 1, "", 2, 0, "", ""},
		}, "kept, cancellation_unmatched"},
		"a purchase in the same minute counts, cases of a code are one": {[]raw{
			{0, "C3", "85049d", -4, 1, "7", 0, 0, "", ""}, {0, "1", "85049D", 4, 1, "7", 0, 0, "", ""},
		}, "cancellation, cancelled"},
		"cancellations take in the order of time": {[]raw{
			{0, "1", "20001", 4, 1, "7", 0, 0, "", ""}, {0, "C9", "20001", -4, 1, "7", 5, 0, "", ""}, {0, "C8", "20001", -4, 1, "7", 4, 0, "", ""},
		}, "cancelled, cancellation_unmatched, cancellation"},
	} {
		if got := strings.Join(fates(t, tc.rows), ", "); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tc.want)
		}
	}
}

// What the books say of a small shop: lines summed per item with the mean price, the usual name, the median price, days
// without any order as NaN, nothing before an item's first sale.
func TestBooks(t *testing.T) {
	t.Parallel()
	b, err := Clean(context.Background(), linesOf([]raw{
		{0, "2", "20001", 1, 1.00, "8", 3, 0, "LAMP", "B"},
		{0, "1", "20001", 2, 1.00, "7", 0, 5, "LAMP OLD", "A"}, {0, "1", "20001", 4, 0.70, "7", 0, 5, "LAMP", "A"},
		{0, "1", "20002", 1, 3.00, "", 0, 4, "", "A"}, {0, "1", "POST", 1, 9, "7", 0, 5, "POSTAGE", "A"},
		{0, "3", "20003", 5, 2.00, "7", 2, 0, "CUP", "A"}, {0, "C4", "20003", -5, 2.00, "7", 3, 9, "CUP", "A"},
	}), Rules{})
	if err != nil {
		t.Fatal(err)
	}
	wantItems := []Item{
		{ID: "20001", Name: "LAMP", PriceCents: 100, FirstDay: firstDay, LastDay: firstDay + 3, Units: 7},
		{ID: "20002", PriceCents: 300, FirstDay: firstDay, LastDay: firstDay, Units: 1},
	}
	if diff := cmp.Diff(wantItems, b.Items); diff != "" {
		t.Error(diff)
	}
	at := func(day, minute int) int64 {
		return int64(firstDay+day)*MicrosPerDay + int64(9*60+minute)*60_000_000
	}
	wantOrders := []Order{
		{ID: "1", PlacedMicros: at(0, 4), Customer: "7", Country: "A", Lines: []Line{{0, 6, 80}, {1, 1, 300}}},
		{ID: "2", PlacedMicros: at(3, 0), Customer: "8", Country: "B", Lines: []Line{{0, 1, 100}}},
	}
	if diff := cmp.Diff(wantOrders, b.Orders); diff != "" {
		t.Error(diff)
	}
	if got := fmt.Sprint(b.Sales[0].Values, b.Sales[1].Values, b.OpenDays); got != "[6 NaN 0 1] [1 NaN 0 0] [true false true true]" {
		t.Error("sales:", got)
	}
	if got := fmt.Sprint(b.SalesBefore(firstDay + 2)[0].Values, b.SalesBefore(firstDay + 5)[0].Values, b.SalesBefore(firstDay)[0]); got != fmt.Sprintf("[6 NaN] [6 NaN 0 1 NaN] {20001 %d []}", firstDay) {
		t.Error("sales before a day:", got)
	}
	if len(b.OrdersBetween(at(0, 0), at(3, 0))) != 1 || len(b.OrdersFrom(at(0, 5), 9)) != 1 || len(b.OrdersBefore(at(9, 0), 1)) != 1 {
		t.Error("orders were not cut where asked")
	}
	r := b.Report
	if r.Rows != 7 || r.Kept != 4 || r.Summed != 1 || r.Orders != 2 || r.Items != 2 || r.CancelledUnits != 5 || r.Invoices != 4 || b.Customers != 2 {
		t.Errorf("report: %+v", r)
	}
}

// Rows and units are conserved on any input: each row has one fate, units bought are kept, set aside or taken back, the
// series hold the units of the orders, and cleaning twice gives the same.
func TestConservation(t *testing.T) {
	t.Parallel()
	row := rapid.Custom(func(t *rapid.T) raw {
		return raw{
			part: rapid.IntRange(0, 2).Draw(t, "part"), invoice: rapid.SampledFrom([]string{"1", "2", "3", "C4", "C5"}).Draw(t, "invoice"),
			code: rapid.SampledFrom([]string{"20001", "20002a", "20002A", "POST"}).Draw(t, "code"),
			qty:  int32(rapid.IntRange(-4, 6).Draw(t, "qty")), price: rapid.SampledFrom([]float64{0, 1, 1, 2.5, -1}).Draw(t, "price"),
			customer: rapid.SampledFrom([]string{"", "7", "8"}).Draw(t, "customer"), day: rapid.IntRange(0, 4).Draw(t, "day"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(row, 0, 40).Draw(t, "rows")
		b, err := Clean(context.Background(), linesOf(rows), Rules{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Clean(context.Background(), linesOf(rows), Rules{})
		if err != nil || fmt.Sprint(b) != fmt.Sprint(again) {
			t.Fatalf("cleaning twice differs (%v)", err)
		}
		if err := b.Report.Check(); err != nil {
			t.Fatal(err)
		}
		in, aside, kept, sold := int64(0), int64(0), int64(0), 0.0
		for _, r := range rows {
			in += int64(r.qty)
		}
		for _, s := range b.Report.SetAside {
			aside += s.Units
		}
		for _, o := range b.Orders {
			for _, l := range o.Lines {
				kept += l.Qty
				if l.Qty <= 0 {
					t.Fatalf("order %s has a line of %d", o.ID, l.Qty)
				}
			}
		}
		for _, s := range b.Sales {
			for _, x := range s.Values {
				if !math.IsNaN(x) {
					sold += x
				}
			}
		}
		// A partly cancelled purchase leaves the kept rows with fewer units than they were given.
		partly := int64(0)
		for _, s := range b.Report.SetAside {
			if s.Reason == Cancelled {
				partly -= s.Units
			}
		}
		partly += b.Report.CancelledUnits
		if in != kept+aside+partly || float64(kept) != sold || kept != b.Report.KeptUnits {
			t.Fatalf("%d units in, %d kept + %d aside + %d of kept rows taken back; %v sold", in, kept, aside, partly, sold)
		}
	})
}

// The mean price is exact where floats are not: against big rationals, at the largest values a reader lets through.
func TestMeanPrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(0, 1e13).Draw(t, "a"), rapid.Int64Range(0, 1e13).Draw(t, "b")
		na, nb := rapid.Int64Range(1, 1e13).Draw(t, "na"), rapid.Int64Range(1, 1e8).Draw(t, "nb")
		sum := new(big.Int).Add(new(big.Int).Mul(big.NewInt(a), big.NewInt(na)), new(big.Int).Mul(big.NewInt(b), big.NewInt(nb)))
		n := big.NewInt(na + nb)
		want := new(big.Int).Div(sum.Add(sum, new(big.Int).Rsh(n, 1)), n).Int64()
		if got := meanPrice(a, na, b, nb); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

// Columns that do not belong together, and a year mistyped by a century, are refused by name.
func TestCleanRefuses(t *testing.T) {
	t.Parallel()
	one := []raw{{0, "1", "20001", 1, 1, "7", 0, 0, "", ""}}
	for want, spoil := range map[string]func(*Lines){
		"column Code has 0 rows":              func(l *Lines) { l.Code = nil },
		"column Qty has 2 rows":               func(l *Lines) { l.Qty = append(l.Qty, 1) },
		"column Customer row 0 points at":     func(l *Lines) { l.Customer[0] = 5 },
		"column Part row 0 points at entry -": func(l *Lines) { l.Part[0] = -1 },
	} {
		l := linesOf(one)
		spoil(l)
		if _, err := Clean(context.Background(), l, Rules{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	var rows []raw
	for i := range 1300 {
		rows = append(rows, raw{0, "1", fmt.Sprint(20000 + i), 1, 1, "7", 0, 0, "", ""})
	}
	rows = append(rows, raw{0, "2", "20000", 1, 1, "7", 40_000, 0, "", ""})
	if _, err := Clean(context.Background(), linesOf(rows), Rules{}); err == nil || !strings.Contains(err.Error(), "is a year mistyped?") {
		t.Errorf("a century of days: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Clean(ctx, linesOf(one), Rules{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A shop's own rule wins over the table.
func TestRules(t *testing.T) {
	t.Parallel()
	b, err := Clean(context.Background(), linesOf([]raw{
		{0, "1", "m", 1, 1, "7", 0, 0, "", ""}, {0, "1", "crate", 1, 1, "7", 0, 0, "", ""},
	}), Rules{NotGoods: map[string]Reason{"M": Kept, "CRATE": Fee}})
	if err != nil || len(b.Items) != 1 || b.Items[0].ID != "M" || b.Report.SetAside[0].Code != "fee" {
		t.Errorf("%v: %+v", err, b)
	}
}

// Cleaning, in one breath: an order, its cancellation, and the postage.
func ExampleClean() {
	lines := &Lines{
		Parts: []Part{{Source: "orders.csv"}}, Invoices: []string{"536365", "C536379"}, Codes: []string{"85123A", "POST"},
		Descriptions: []string{"T-LIGHT HOLDER", "POSTAGE"}, Customers: []string{"17850"}, Countries: []string{"France"},
		Part: []int32{0, 0, 0}, Row: []int32{2, 3, 4}, Invoice: []int32{0, 0, 1}, Code: []int32{0, 1, 0}, Description: []int32{0, 1, 0},
		Customer: []int32{0, 0, 0}, Country: []int32{0, 0, 0}, Qty: []int32{6, 1, -2}, Price: []int64{25500, 180000, 25500},
		Placed: []int64{0, 0, MicrosPerDay},
	}
	books, err := Clean(context.Background(), lines, Rules{})
	if err != nil {
		panic(err)
	}
	fmt.Println(books.Orders[0].ID, books.Orders[0].Lines[0].Qty, "x", books.Items[0].Name)
	for _, s := range books.Report.SetAside {
		fmt.Println(s.Rows, s.Sentence)
	}
	// Output:
	// 536365 4 x T-LIGHT HOLDER
	// 1 postage or carriage, not goods
	// 1 a cancellation; its units were taken back from the purchase
}
