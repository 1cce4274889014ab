package service

import (
	"cmp"
	"context"
	"math"
	"slices"

	"quartermaster/finance"
	"quartermaster/internal/plan"
)

// SupplierDelivery is what became of a purchase order, as it was told. Its amounts are in the currency of the business,
// which the store does not name.
type SupplierDelivery struct {
	ID         string // the caller's: telling again under it replaces what was told
	SupplierID string
	InboundID  string // the line on its way that it was; it replaces what was counted of that
	finance.Delivery
}

// SupplierReport is what was noted of a supplier on a day.
type SupplierReport struct {
	SupplierID string
	finance.Report
}

// Receipt is what came of a line on its way, counted from stock movements.
type Receipt struct {
	InboundID, ItemID, SiteID string
	DueDay, ReceivedDay       int // ReceivedDay is that of the last part
	OrderedQty, ReceivedQty   int64
}

// SupplierRecordQuery chooses deliveries or reports, the newest first; zero fields do not choose.
type SupplierRecordQuery struct {
	SupplierID string
	BeforeDay  int    // with BeforeID the cursor: the day of the order or report
	BeforeID   string // of the delivery, or the supplier of the report; "" = from the newest
	Limit      int    // 0 = 100, at most MaxSupplierRecords
}

// MaxSupplierRecords bounds the deliveries, the reports and the receipts that judging reads, the newest of all suppliers.
const MaxSupplierRecords = 500_000

// SupplierRecordStore keeps what is recorded of suppliers.
type SupplierRecordStore interface {
	// SaveSupplierDeliveries adds deliveries or replaces those of the same id, all in one transaction; fresh counts the new.
	SaveSupplierDeliveries(ctx context.Context, tenant string, deliveries []SupplierDelivery) (fresh int, err error)
	SupplierDeliveries(ctx context.Context, tenant string, q SupplierRecordQuery) ([]SupplierDelivery, error)
	// SaveSupplierReports adds reports or replaces those of the same supplier and day; fresh counts the new.
	SaveSupplierReports(ctx context.Context, tenant string, reports []SupplierReport) (fresh int, err error)
	SupplierReports(ctx context.Context, tenant string, q SupplierRecordQuery) ([]SupplierReport, error)
	// Receipts reads what came of lines on their way, the latest due first.
	Receipts(ctx context.Context, tenant string) ([]Receipt, error)
}

// AddSupplierRecords puts what is recorded of suppliers beside what the declaration says of them: deliveries and reports
// that were told, and what stock movements and lines on their way show. A line counts as late only where receipts are told
// at all: else nobody would ever say that it came.
func AddSupplierRecords(ctx context.Context, facts FactStore, tenant string, s *plan.Snapshot) error {
	told, err := facts.SupplierDeliveries(ctx, tenant, SupplierRecordQuery{Limit: MaxSupplierRecords})
	if err != nil {
		return err
	}
	reports, err := facts.SupplierReports(ctx, tenant, SupplierRecordQuery{Limit: MaxSupplierRecords})
	if err != nil {
		return err
	}
	receipts, err := facts.Receipts(ctx, tenant)
	if err != nil {
		return err
	}
	var open []Inbound
	if len(receipts) > 0 {
		if open, err = facts.Inbound(ctx, tenant); err != nil {
			return err
		}
	}
	if len(told)+len(reports)+len(receipts) > 0 {
		newBooks(s, told).write(told, reports, receipts, open)
	}
	return nil
}

// books finds the supplier that a record is of.
type books struct {
	s        *plan.Snapshot
	supplier map[string]*plan.Supplier
	ofItem   map[string]string // supplier of an item
	named    map[string]bool   // lines on their way that a told delivery names
}

func newBooks(s *plan.Snapshot, told []SupplierDelivery) *books {
	b := &books{s: s, supplier: map[string]*plan.Supplier{}, ofItem: map[string]string{}, named: map[string]bool{}}
	s.Suppliers = slices.Clone(s.Suppliers)
	for i := range s.Suppliers {
		x := &s.Suppliers[i]
		x.Deliveries, x.Reports = slices.Clip(x.Deliveries), slices.Clip(x.Reports)
		b.supplier[x.ID] = x
	}
	for _, it := range s.Items {
		b.ofItem[it.ID] = it.SupplierID
	}
	for i := range told {
		b.named[told[i].InboundID] = told[i].InboundID != ""
	}
	return b
}

func (b *books) write(told []SupplierDelivery, reports []SupplierReport, receipts []Receipt, open []Inbound) {
	for i := range told {
		if x := b.supplier[told[i].SupplierID]; x != nil {
			d := told[i].Delivery
			d.Value.Currency, d.Agreed.Currency = b.s.Currency, b.s.Currency
			x.Deliveries = append(x.Deliveries, d)
		}
	}
	for _, r := range reports {
		if x := b.supplier[r.SupplierID]; x != nil {
			x.Reports = append(x.Reports, r.Report)
		}
	}
	for _, r := range receipts {
		b.line(r.InboundID, r.ItemID, finance.Delivery{PromisedDay: r.DueDay, ReceivedDay: r.ReceivedDay, OrderedQty: r.OrderedQty, ReceivedQty: r.ReceivedQty})
		b.named[r.InboundID] = true // what is still open of it came in part
	}
	for _, in := range open {
		b.line(in.ID, in.ItemID, finance.Delivery{PromisedDay: in.DueDay, ReceivedDay: -1, OrderedQty: in.Qty, Open: true})
	}
	for i := range b.s.Suppliers {
		x := &b.s.Suppliers[i]
		slices.SortStableFunc(x.Deliveries, func(a, b finance.Delivery) int { return cmp.Compare(a.OrderedDay, b.OrderedDay) })
		slices.SortStableFunc(x.Reports, func(a, b finance.Report) int { return cmp.Compare(a.Day, b.Day) })
	}
}

// line adds a delivery of a line on its way; when it was ordered nobody wrote down, so that the usual lead time stands for it.
func (b *books) line(id, itemID string, d finance.Delivery) {
	x := b.supplier[b.ofItem[itemID]]
	if x == nil || b.named[id] {
		return
	}
	d.OrderedDay = d.PromisedDay - int(math.Ceil(x.LeadTime.MeanDays))
	if d.ReceivedDay >= 0 {
		d.OrderedDay = min(d.OrderedDay, d.ReceivedDay)
	}
	d.Value.Currency = b.s.Currency
	x.Deliveries = append(x.Deliveries, d)
}
