package store

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"quartermaster/forecast"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// someOrders gives n orders one second apart, each of a few lines.
func someOrders(n int) []service.Order {
	orders := make([]service.Order, n)
	for i := range orders {
		orders[i] = service.Order{ID: fmt.Sprintf("O%06d", i), CustomerID: fmt.Sprint(i % 97), PlacedUs: int64(i) * 1e6, Lon: 7.4, Lat: 43.7,
			FromSec: 8 * 3600, ToSec: 18 * 3600, SourceLine: int64(i + 2)}
		for k := range 1 + i%4 {
			orders[i].Lines = append(orders[i].Lines, service.OrderLine{ItemID: fmt.Sprintf("item-%d", (i*7+k)%500), Qty: int64(k + 1), PriceCents: 295})
		}
	}
	return orders
}

// An import lands whole or not at all, once for the same content, and orders that are there stay as they are.
func TestImportOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		batch := service.ImportBatch{
			Import:    service.Import{Source: "shop.parquet", ContentHash: "abc", Rows: 4000, SetAside: 12, Report: []byte(`[]`)},
			Orders:    someOrders(1500),
			Sales:     []forecast.Series{{ID: "A", StartDay: 14000, Values: []float64{1, 0, math.NaN(), 12}}},
			Positions: []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 3}},
			Inbound:   []service.Inbound{{ID: "P1", ItemID: "A", SiteID: "S", Qty: 5, DueDay: 14010}},
		}
		imp, created, err := s.SaveImport(ctx, tenant, batch)
		if err != nil || !created || imp.Orders != 1500 {
			t.Fatalf("import %+v, created %v, error %v", imp, created, err)
		}
		again, created, err := s.SaveImport(ctx, tenant, batch)
		if err != nil || created || again.ID != imp.ID || again.Orders != 1500 {
			t.Fatalf("second import %+v, created %v, error %v", again, created, err)
		}
		batch.Import.ContentHash, batch.Orders = "def", someOrders(1501) // one more order than before
		more, created, err := s.SaveImport(ctx, tenant, batch)
		if err != nil || !created || more.Orders != 1 {
			t.Fatalf("third import %+v, created %v, error %v", more, created, err)
		}
		if all := must[[]service.Import](t)(s.Imports(ctx, tenant)); len(all) != 2 || all[0].ID != more.ID || string(all[1].Report) != `[]` {
			t.Errorf("imports are %+v", all)
		}
		n, first, last, err := s.OrderSpan(ctx, tenant)
		if err != nil || n != 1501 || first != 0 || last != 1500e6 {
			t.Errorf("span is %d, %d, %d, %v", n, first, last, err)
		}
		some := must[[]service.Order](t)(s.Orders(ctx, tenant, 10e6, 13e6, 0))
		if diff := cmp.Diff(someOrders(13)[10:], some, cmpopts.IgnoreFields(service.Order{}, "ImportID")); diff != "" {
			t.Error(diff)
		}
		if one := must[service.Order](t)(s.Order(ctx, tenant, "O000010")); one.ImportID != imp.ID {
			t.Errorf("order came with import %q", one.ImportID)
		}
		if limited := must[[]service.Order](t)(s.Orders(ctx, tenant, 0, math.MaxInt64, 5)); len(limited) != 5 {
			t.Errorf("%d orders, want 5", len(limited))
		}
		_, err = s.Order(ctx, tenant, "none")
		wantError(t, err, service.ErrNotFound)
	})
}

// A bulk load twice inserts nothing the second time, on the COPY road as on the INSERT road.
func TestBulkTwice(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		for _, n := range []int{0, 1, bulkChunk + 1, copyFrom - 1, copyFrom, 3 * copyFrom} {
			orders := someOrders(n)
			for i := range orders {
				orders[i].ID = fmt.Sprint(n, "-", i)
			}
			if got := must[int64](t)(s.SaveOrders(t.Context(), tenant, orders)); got != int64(n) {
				t.Errorf("%d orders: inserted %d", n, got)
			}
			if got := must[int64](t)(s.SaveOrders(t.Context(), tenant, orders)); got != 0 {
				t.Errorf("%d orders again: inserted %d", n, got)
			}
		}
	})
}

// Bad facts are refused with field and row, and nothing of what came with them is written.
func TestBadFacts(t *testing.T) {
	good := someOrders(2)
	bad := func(change func(o *service.Order)) service.ImportBatch {
		o := someOrders(2)
		change(&o[1])
		return service.ImportBatch{Orders: o}
	}
	cases := map[string]struct {
		batch service.ImportBatch
		want  string
	}{
		"negative stock":    {service.ImportBatch{Orders: good, Positions: []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: -1}}}, "positions row 1, item A at site S: on hand -1"},
		"position twice":    {service.ImportBatch{Orders: good, Positions: []inventory.Position{{ItemID: "A", SiteID: "S"}, {ItemID: "A", SiteID: "S"}}}, "row 1 and again in row 2"},
		"no site":           {service.ImportBatch{Orders: good, Positions: []inventory.Position{{ItemID: "A"}}}, `positions row 1: service: invalid: site id ""`},
		"inbound of none":   {service.ImportBatch{Orders: good, Inbound: []service.Inbound{{ID: "P", ItemID: "A", SiteID: "S"}}}, "inbound row 1, id P: quantity 0"},
		"negative demand":   {service.ImportBatch{Orders: good, Sales: []forecast.Series{{ID: "A", StartDay: 5, Values: []float64{1, -2}}}}, "sales row 1, item A, day 6: demand -2"},
		"infinite demand":   {service.ImportBatch{Orders: good, Sales: []forecast.Series{{ID: "A", Values: []float64{math.Inf(1)}}}}, "demand +Inf"},
		"impossible window": {bad(func(o *service.Order) { o.FromSec, o.ToSec = 7200, 3600 }), "orders row 2, order O000001: the window from second 7200 to 3600"},
		"no place":          {bad(func(o *service.Order) { o.Lat = math.NaN() }), "orders row 2, order O000001: place 7.4, NaN"},
		"no lines":          {bad(func(o *service.Order) { o.Lines = nil }), "orders row 2, order O000001: no lines"},
		"negative quantity": {bad(func(o *service.Order) { o.Lines[0].Qty = -3 }), "orders row 2, order O000001, line 1: quantity -3"},
		"broken text":       {bad(func(o *service.Order) { o.Lines[0].ItemID = "\xff" }), "orders row 2, order O000001, line 1"},
		"more aside":        {service.ImportBatch{Orders: good, Import: service.Import{Rows: 1, SetAside: 2}}, "1 rows with 2 set aside"},
	}
	eachStore(t, func(t *testing.T, s *Store) {
		for name, c := range cases {
			_, _, err := s.SaveImport(t.Context(), tenant, c.batch)
			wantError(t, err, service.ErrInvalid)
			if !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
				t.Errorf("%s: error is %q, want %q in it", name, err, c.want)
			}
		}
		if n, _, _, err := s.OrderSpan(t.Context(), tenant); err != nil || n != 0 {
			t.Errorf("%d orders were written, error %v", n, err)
		}
	})
}

// The database itself refuses negative stock too, whatever way it comes, and takes back what the transaction wrote before.
func TestNegativeStockRefusedBySQL(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.SavePositions(ctx, tenant, []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 2}}))
		err := s.inTx(ctx, "taking from the shelf", func(t *tx) error {
			if err := writeInbound(ctx, t, tenant, []service.Inbound{{ID: "P", ItemID: "A", SiteID: "S", Qty: 1}}); err != nil {
				return err
			}
			_, err := t.exec(ctx, `update positions set on_hand = on_hand - 3 where tenant = $1`, tenant)
			return err
		})
		wantError(t, err, service.ErrInvalid)
		if in := must[[]service.Inbound](t)(s.Inbound(ctx, tenant)); len(in) != 0 {
			t.Error("half of the transaction was written")
		}
		want := []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 2}}
		if diff := cmp.Diff(want, must[[]inventory.Position](t)(s.Positions(ctx, tenant))); diff != "" {
			t.Error(diff)
		}
	})
}

// Facts come back as they went in, in their order; saving again replaces by key.
func TestFactsRoundTrip(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		sales := make([]forecast.Series, 700)
		forecasts := make([]service.ItemForecast, len(sales))
		for i := range sales {
			sales[i] = forecast.Series{ID: fmt.Sprintf("I%04d", i), StartDay: -i, Values: []float64{float64(i), math.NaN(), 0.5, 1 << 53}}
			forecasts[i] = service.ItemForecast{ItemID: sales[i].ID, DataHash: math.MaxUint64 - uint64(i), Document: []byte(`{}`)}
		}
		for range 2 {
			noError(t, s.SaveSales(ctx, tenant, sales))
			noError(t, s.SaveForecasts(ctx, tenant, forecasts))
		}
		if diff := cmp.Diff(sales, must[[]forecast.Series](t)(s.Sales(ctx, tenant)), cmpopts.EquateNaNs()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(forecasts, must[[]service.ItemForecast](t)(s.Forecasts(ctx, tenant))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(sales[3:5], must[[]forecast.Series](t)(s.Sales(ctx, tenant, "I0004", "none", "I0003", "I0004")), cmpopts.EquateNaNs()); diff != "" {
			t.Error(diff)
		}
		positions := []inventory.Position{{ItemID: "A", SiteID: "N", OnHand: 1, OnOrder: 2, Backordered: 3}, {ItemID: "A", SiteID: "S"}}
		inbound := []service.Inbound{{ID: "P2", ItemID: "A", SiteID: "S", Qty: 1, DueDay: 1}, {ID: "P1", ItemID: "A", SiteID: "S", Qty: 1, DueDay: 2}}
		noError(t, s.SavePositions(ctx, tenant, positions))
		noError(t, s.SaveInbound(ctx, tenant, inbound))
		positions[1].OnHand, inbound[1].DueDay = 9, 3
		noError(t, s.SavePositions(ctx, tenant, positions[1:]))
		noError(t, s.SaveInbound(ctx, tenant, inbound[1:]))
		if diff := cmp.Diff(positions, must[[]inventory.Position](t)(s.Positions(ctx, tenant))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(inbound, must[[]service.Inbound](t)(s.Inbound(ctx, tenant))); diff != "" {
			t.Error(diff)
		}
	})
}

// The business document changes only under the eyes of who knows its revision.
func TestBusinessRevisions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		if b := must[service.Business](t)(s.Business(ctx, tenant)); b.Revision != 0 {
			t.Fatalf("business is %+v before it was declared", b)
		}
		_, err := s.SaveBusiness(ctx, tenant, []byte("1"), 7)
		wantError(t, err, service.ErrConflict)
		b := must[service.Business](t)(s.SaveBusiness(ctx, tenant, []byte("1"), 0))
		_, err = s.SaveBusiness(ctx, tenant, []byte("2"), 0)
		wantError(t, err, service.ErrConflict)
		b = must[service.Business](t)(s.SaveBusiness(ctx, tenant, []byte("2"), b.Revision))
		if diff := cmp.Diff(b, must[service.Business](t)(s.Business(ctx, tenant))); diff != "" || b.Revision != 2 {
			t.Errorf("revision %d: %s", b.Revision, diff)
		}
	})
}

// Any order lines and any series come out of their packed rows as they went in.
func TestPackRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.Custom(func(t *rapid.T) service.OrderLine {
			return service.OrderLine{ItemID: rapid.String().Draw(t, "item"), Qty: rapid.Int64().Draw(t, "qty"), PriceCents: rapid.Int64().Draw(t, "price")}
		})).Draw(t, "lines")
		got, err := unpackLines(packLines(lines))
		if err != nil || cmp.Diff(lines, got, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%v became %v, %v", lines, got, err)
		}
		value := rapid.OneOf(rapid.Just(math.NaN()), rapid.Map(rapid.IntRange(0, 1000), func(n int) float64 { return float64(n) }), rapid.Float64())
		series := forecast.Series{ID: "x", StartDay: rapid.Int().Draw(t, "day"), Values: rapid.SliceOf(value).Draw(t, "values")}
		back, err := unpackSeries("x", packSeries(series))
		if err != nil || cmp.Diff(series, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%v became %v, %v", series, back, err)
		}
	})
}

// Damaged rows are an error: no panic, and no more memory than the row is long allows.
func FuzzUnpack(f *testing.F) {
	f.Add(packLines(someOrders(4)[3].Lines))
	f.Add(packSeries(forecast.Series{StartDay: 3, Values: []float64{1, math.NaN(), 7}}))
	f.Add(packSeries(forecast.Series{StartDay: 3, Values: []float64{1.5}}))
	f.Add([]byte{formCounts, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		if lines, err := unpackLines(b); err == nil && len(lines) > len(b) {
			t.Errorf("%d lines from %d bytes", len(lines), len(b))
		}
		if s, err := unpackSeries("x", b); err == nil && len(s.Values) > len(b) {
			t.Errorf("%d days from %d bytes", len(s.Values), len(b))
		}
	})
}

// BenchmarkOrders loads 50,000 orders of 2.5 lines into an empty table.
func BenchmarkOrders(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *Store{"sqlite": openTestSQLite, "postgresql": openTestPostgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			orders := someOrders(50_000)
			for i := 0; b.Loop(); i++ {
				if n, err := s.SaveOrders(b.Context(), fmt.Sprint("t", i), orders); err != nil || n != int64(len(orders)) {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(len(orders)*b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}
