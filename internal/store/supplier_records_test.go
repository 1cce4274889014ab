package store

import (
	"reflect"
	"testing"

	"quartermaster/finance"
	"quartermaster/internal/service"
)

// Deliveries and reports that are told again under their id or day replace what was told; pages go from the newest order
// back; another tenant sees none; what makes no sense is refused.
func TestSupplierRecords(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		money := func(minor int64) finance.Money { return finance.Money{Minor: minor} }
		came := service.SupplierDelivery{ID: "d1", SupplierID: "sup", InboundID: "in-1", Delivery: finance.Delivery{
			OrderedDay: 100, PromisedDay: 110, ReceivedDay: 112, OrderedQty: 10, ReceivedQty: 9, RejectedQty: 1, Value: money(90), Agreed: money(100), Disputed: true}}
		open := service.SupplierDelivery{ID: "d2", SupplierID: "sup", Delivery: finance.Delivery{OrderedDay: 120, PromisedDay: 130, ReceivedDay: -1, OrderedQty: 10, Open: true}}
		missed := service.SupplierDelivery{ID: "d3", SupplierID: "other", Delivery: finance.Delivery{OrderedDay: 120, PromisedDay: 130, ReceivedDay: -1, OrderedQty: 10}}
		if fresh := must[int](t)(s.SaveSupplierDeliveries(ctx, tenant, []service.SupplierDelivery{came, open, missed})); fresh != 3 {
			t.Errorf("%d new", fresh)
		}
		came.ReceivedQty = 10
		if fresh := must[int](t)(s.SaveSupplierDeliveries(ctx, tenant, []service.SupplierDelivery{came})); fresh != 0 {
			t.Errorf("%d new", fresh)
		}
		all := must[[]service.SupplierDelivery](t)(s.SupplierDeliveries(ctx, tenant, service.SupplierRecordQuery{}))
		if !reflect.DeepEqual(all, []service.SupplierDelivery{missed, open, came}) {
			t.Errorf("%+v", all)
		}
		next := must[[]service.SupplierDelivery](t)(s.SupplierDeliveries(ctx, tenant, service.SupplierRecordQuery{SupplierID: "sup", BeforeDay: 120, BeforeID: "d2", Limit: 1}))
		if !reflect.DeepEqual(next, []service.SupplierDelivery{came}) {
			t.Errorf("%+v", next)
		}
		stock := 12.5
		first := service.SupplierReport{SupplierID: "sup", Report: finance.Report{Day: 90, StockDays: &stock}}
		second := service.SupplierReport{SupplierID: "sup", Report: finance.Report{Day: 95, Ratios: map[string]float64{"equity": 0.3}}}
		if fresh := must[int](t)(s.SaveSupplierReports(ctx, tenant, []service.SupplierReport{second, first})); fresh != 2 {
			t.Errorf("%d new", fresh)
		}
		if got := must[[]service.SupplierReport](t)(s.SupplierReports(ctx, tenant, service.SupplierRecordQuery{SupplierID: "sup"})); !reflect.DeepEqual(got, []service.SupplierReport{second, first}) {
			t.Errorf("%+v", got)
		}
		if got := must[[]service.SupplierReport](t)(s.SupplierReports(ctx, tenant, service.SupplierRecordQuery{BeforeDay: 95, BeforeID: "sup", Limit: 1})); !reflect.DeepEqual(got, []service.SupplierReport{first}) {
			t.Errorf("the next page is %+v", got)
		}
		if got := must[[]service.SupplierDelivery](t)(s.SupplierDeliveries(ctx, "other", service.SupplierRecordQuery{})); len(got) > 0 {
			t.Errorf("another tenant sees %+v", got)
		}
		_, err := s.SaveSupplierDeliveries(ctx, tenant, []service.SupplierDelivery{came, came})
		wantError(t, err, service.ErrInvalid)
		came.OrderedQty = 0
		_, err = s.SaveSupplierDeliveries(ctx, tenant, []service.SupplierDelivery{came})
		wantError(t, err, service.ErrInvalid)
		_, err = s.SaveSupplierReports(ctx, tenant, []service.SupplierReport{first, first})
		wantError(t, err, service.ErrInvalid)
	})
}

// What stock movements receive of a line on its way is counted beside it, part by part; what names no line counts nowhere.
func TestReceipts(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.SaveInbound(ctx, tenant, []service.Inbound{{ID: "in-1", ItemID: "mug", SiteID: "north", Qty: 10, DueDay: 100}}))
		const day = int64(86_400_000_000)
		for _, m := range []service.Movement{
			{ID: "m1", Qty: 4, InboundID: "in-1", AtUs: 101 * day}, {ID: "m2", Qty: 5, InboundID: "in-1", AtUs: 105*day + 1}, {ID: "m3", Qty: 7}, {ID: "m4", Qty: 1, InboundID: "none"},
		} {
			m.ItemID, m.SiteID, m.Kind = "mug", "north", service.MoveReceived
			if _, _, err := s.Move(ctx, tenant, []service.Movement{m}); err != nil {
				t.Fatal(err)
			}
		}
		got := must[[]service.Receipt](t)(s.Receipts(ctx, tenant))
		if want := (service.Receipt{InboundID: "in-1", ItemID: "mug", SiteID: "north", DueDay: 100, ReceivedDay: 105, OrderedQty: 10, ReceivedQty: 9}); len(got) != 1 || got[0] != want {
			t.Errorf("%+v", got)
		}
	})
}
