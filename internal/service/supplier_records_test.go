package service

import (
	"context"
	"testing"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
)

// recorded is a FactStore with records of suppliers.
type recorded struct {
	stored
	told     []SupplierDelivery
	reports  []SupplierReport
	receipts []Receipt
}

func (f recorded) SupplierDeliveries(context.Context, string, SupplierRecordQuery) ([]SupplierDelivery, error) {
	return f.told, nil
}
func (f recorded) SupplierReports(context.Context, string, SupplierRecordQuery) ([]SupplierReport, error) {
	return f.reports, nil
}
func (f recorded) Receipts(context.Context, string) ([]Receipt, error) { return f.receipts, nil }

// Records are put to their supplier by order day, lines on their way through the item's supplier; a told delivery takes the
// place of the line that it names; where no receipt was ever told, lines on their way say nothing; the declaration that was
// handed in is left as it was.
func TestAddSupplierRecords(t *testing.T) {
	t.Parallel()
	declared := plan.Snapshot{Currency: "GBP", Items: []inventory.Item{{ID: "mug", SupplierID: "sup"}}}
	declared.Suppliers = make([]plan.Supplier, 1, 4)
	declared.Suppliers[0].ID, declared.Suppliers[0].LeadTime = "sup", forecast.LeadTime{MeanDays: 6.5}
	declared.Suppliers[0].Deliveries = append(make([]finance.Delivery, 0, 9), finance.Delivery{OrderedDay: 90, OrderedQty: 1})
	f := recorded{
		told:    []SupplierDelivery{{ID: "a", SupplierID: "sup", InboundID: "in-2", Delivery: finance.Delivery{OrderedDay: 95, OrderedQty: 3}}, {ID: "b", SupplierID: "gone"}},
		reports: []SupplierReport{{SupplierID: "sup", Report: finance.Report{Day: 7}}, {SupplierID: "sup", Report: finance.Report{Day: 5}}, {SupplierID: "gone"}},
	}
	f.inbound = []Inbound{{ID: "in-1", ItemID: "mug", Qty: 4, DueDay: 100}, {ID: "in-2", ItemID: "mug", Qty: 4, DueDay: 100}, {ID: "in-3", ItemID: "cup", Qty: 4, DueDay: 100}}
	s := declared
	if err := AddSupplierRecords(t.Context(), f, "t", &s); err != nil {
		t.Fatal(err)
	}
	if d := s.Suppliers[0].Deliveries; len(d) != 2 || d[1].OrderedQty != 3 || d[1].Value.Currency != "GBP" || s.Suppliers[0].Reports[0].Day != 5 {
		t.Errorf("without receipts: %+v", s.Suppliers[0].Supplier)
	}
	f.receipts = []Receipt{{InboundID: "in-0", ItemID: "mug", DueDay: 80, ReceivedDay: 82, OrderedQty: 5, ReceivedQty: 4}, {InboundID: "in-2", ItemID: "mug"}}
	s = declared
	if err := AddSupplierRecords(t.Context(), f, "t", &s); err != nil {
		t.Fatal(err)
	}
	d := s.Suppliers[0].Deliveries
	if len(d) != 4 || d[0].OrderedDay != 73 || d[0].ReceivedDay != 82 || d[0].ReceivedQty != 4 || d[2].OrderedDay != 93 || !d[2].Open || d[2].ReceivedDay != -1 || d[3].OrderedQty != 3 {
		t.Errorf("with receipts: %+v", d)
	}
	if len(declared.Suppliers[0].Deliveries) != 1 || declared.Suppliers[0].Reports != nil {
		t.Errorf("the declaration was changed: %+v", declared.Suppliers[0].Supplier)
	}
}
