package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/internal/service"
)

type supplierDeliveriesInput struct{ Body api.SupplierDeliveryBatch }

type supplierReportsInput struct{ Body api.SupplierReportBatch }

type recordReceiptOutput struct{ Body api.SupplierRecordReceipt }

// supplierRecordsInput chooses a page of what is recorded of suppliers.
type supplierRecordsInput struct {
	SupplierID string `query:"supplier_id" maxLength:"200" doc:"Default: of all suppliers"`
	Cursor     string `query:"cursor" maxLength:"600" doc:"next_cursor of the page before"`
	Limit      int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type listSupplierDeliveriesOutput struct{ Body api.SupplierDeliveryList }

type listSupplierReportsOutput struct{ Body api.SupplierReportList }

func (s *Server) registerSupplierRecords() {
	deliveries := operation("save-supplier-deliveries", http.MethodPost, "/v1/supplier-deliveries", "Say what became of purchase orders", "suppliers", service.ScopeFactsWrite, 409, 413, 422)
	deliveries.Description = "All deliveries of a request are stored, or none; telling again under an id replaces what was told. They count for scores, PDs and early warnings beside those of the declaration and beside what stock movements of kind received show of lines on their way."
	deliveries.MaxBodyBytes = maxBatchBytes
	register(s, s.once(deliveries), s.saveSupplierDeliveries)
	register(s, operation("list-supplier-deliveries", http.MethodGet, "/v1/supplier-deliveries", "List what was told of purchase orders, the newest first", "suppliers", service.ScopeFactsRead), s.listSupplierDeliveries)
	reports := operation("save-supplier-reports", http.MethodPost, "/v1/supplier-reports", "Say what was noted of suppliers on a day: stock, figures of their accounts", "suppliers", service.ScopeFactsWrite, 409, 413, 422)
	reports.Description = "All reports of a request are stored, or none; another one of the same supplier and day replaces the first."
	reports.MaxBodyBytes = maxBatchBytes
	register(s, s.once(reports), s.saveSupplierReports)
	register(s, operation("list-supplier-reports", http.MethodGet, "/v1/supplier-reports", "List what was noted of suppliers, the newest first", "suppliers", service.ScopeFactsRead), s.listSupplierReports)
}

func (s *Server) saveSupplierDeliveries(ctx context.Context, in *supplierDeliveriesInput) (*recordReceiptOutput, error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	known := supplierIDs(d)
	var wrong fieldErrors
	all := make([]service.SupplierDelivery, len(in.Body.Deliveries))
	seen := map[string]bool{}
	for i, x := range in.Body.Deliveries {
		at := fmt.Sprintf("deliveries[%d].", i)
		all[i] = readDelivery(x, d.Facts.Currency, at, &wrong)
		if !known[x.SupplierID] {
			wrong.add(x.SupplierID, "no such supplier is declared", "%ssupplier_id", at)
		}
		if seen[x.ID] {
			wrong.add(x.ID, "stands twice", "%sid", at)
		}
		seen[x.ID] = true
	}
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	fresh, err := s.options.Planning.Facts.SaveSupplierDeliveries(ctx, s.tenant(ctx), all)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &recordReceiptOutput{Body: api.SupplierRecordReceipt{Stored: fresh, Replaced: len(all) - fresh}}, nil
}

func supplierIDs(d *service.Declared) map[string]bool {
	known := make(map[string]bool, len(d.Facts.Suppliers))
	for i := range d.Facts.Suppliers {
		known[d.Facts.Suppliers[i].ID] = true
	}
	return known
}

// readDelivery reads a delivery as told and names what is wrong with it beyond its tags.
func readDelivery(x api.SupplierDelivery, currency, at string, wrong *fieldErrors) service.SupplierDelivery {
	d := service.SupplierDelivery{ID: x.ID, SupplierID: x.SupplierID, InboundID: x.InboundID}
	d.Delivery = finance.Delivery{
		OrderedDay: readDay(x.OrderedDate, at+"ordered_date", wrong), PromisedDay: readDay(x.PromisedDate, at+"promised_date", wrong), ReceivedDay: -1,
		OrderedQty: x.OrderedQty, ReceivedQty: x.ReceivedQty, RejectedQty: x.RejectedQty, Disputed: x.Disputed, Open: x.ReceivedDate == "" && !x.NeverCame,
	}
	d.Value.Minor, d.Agreed.Minor = readAmount(x.Value, currency, at+"value", wrong), readAmount(x.Agreed, currency, at+"agreed", wrong)
	if d.PromisedDay < d.OrderedDay {
		wrong.add(x.PromisedDate, "lies before ordered_date", "%spromised_date", at)
	}
	if x.RejectedQty > x.ReceivedQty {
		wrong.add(x.RejectedQty, "is more than was received", "%srejected_qty", at)
	}
	if x.ReceivedDate == "" {
		if x.ReceivedQty > 0 {
			wrong.add(x.ReceivedQty, "needs a received_date", "%sreceived_qty", at)
		}
		return d
	}
	if d.ReceivedDay = readDay(x.ReceivedDate, at+"received_date", wrong); d.ReceivedDay < d.OrderedDay {
		wrong.add(x.ReceivedDate, "lies before ordered_date", "%sreceived_date", at)
	}
	if x.NeverCame {
		wrong.add(x.NeverCame, "goes with no received_date", "%snever_came", at)
	}
	return d
}

// readDay reads a date that may not lie before 1970.
func readDay(date, place string, wrong *fieldErrors) int {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		wrong.add(date, "is no date such as 2011-11-14 between 1970 and 2200", "%s", place)
		return 0
	}
	return dayOf(t.UnixMicro())
}

// mostMinor bounds one amount, so that sums of many stay exact.
const mostMinor = 1e12

func readAmount(m *api.Money, currency, place string, wrong *fieldErrors) int64 {
	if m == nil {
		return 0
	}
	if m.Currency != currency {
		wrong.add(m.Currency, "is not "+currency+", the currency of the business", "%s.currency", place)
	}
	if m.Minor < 0 || m.Minor > mostMinor {
		wrong.add(m.Minor, "lies outside 0 to 1000000000000", "%s.minor", place)
	}
	return m.Minor
}

// query reads the page that is asked for, and one record more.
func (in *supplierRecordsInput) query() (service.SupplierRecordQuery, error) {
	q := service.SupplierRecordQuery{SupplierID: in.SupplierID, Limit: in.Limit + 1}
	if in.Cursor == "" {
		return q, nil
	}
	parts, err := readCursor(in.Cursor, 2)
	if err == nil {
		q.BeforeDay, err = strconv.Atoi(parts[0])
	}
	if err != nil {
		return q, errCursor(in.Cursor)
	}
	q.BeforeID = parts[1]
	return q, nil
}

func (s *Server) listSupplierDeliveries(ctx context.Context, in *supplierRecordsInput) (*listSupplierDeliveriesOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	all, err := s.options.Planning.Facts.SupplierDeliveries(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	currency := s.currency(ctx)
	out := &listSupplierDeliveriesOutput{Body: api.SupplierDeliveryList{Items: make([]api.SupplierDelivery, len(all))}}
	for i, d := range all {
		out.Body.Items[i] = deliveryWords(d, currency)
	}
	if more {
		last := all[len(all)-1]
		out.Body.NextCursor = cursorOf(strconv.Itoa(last.OrderedDay), last.ID)
	}
	return out, nil
}

func deliveryWords(d service.SupplierDelivery, currency string) api.SupplierDelivery {
	out := api.SupplierDelivery{
		ID: d.ID, SupplierID: d.SupplierID, InboundID: d.InboundID, OrderedDate: dateOf(d.OrderedDay), PromisedDate: dateOf(d.PromisedDay),
		NeverCame: d.ReceivedDay < 0 && !d.Open, OrderedQty: d.OrderedQty, ReceivedQty: d.ReceivedQty, RejectedQty: d.RejectedQty, Disputed: d.Disputed,
	}
	if d.ReceivedDay >= 0 {
		out.ReceivedDate = dateOf(d.ReceivedDay)
	}
	if d.Value.Minor > 0 {
		out.Value = &api.Money{Minor: d.Value.Minor, Currency: currency}
	}
	if d.Agreed.Minor > 0 {
		out.Agreed = &api.Money{Minor: d.Agreed.Minor, Currency: currency}
	}
	return out
}

func (s *Server) saveSupplierReports(ctx context.Context, in *supplierReportsInput) (*recordReceiptOutput, error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	known := supplierIDs(d)
	var wrong fieldErrors
	all := make([]service.SupplierReport, len(in.Body.Reports))
	seen := map[[2]string]bool{}
	for i, x := range in.Body.Reports {
		at := fmt.Sprintf("reports[%d].", i)
		all[i] = service.SupplierReport{SupplierID: x.SupplierID, Report: finance.Report{Day: readDay(x.Date, at+"date", &wrong), StockDays: x.StockDays, Ratios: x.Ratios}}
		if !known[x.SupplierID] {
			wrong.add(x.SupplierID, "no such supplier is declared", "%ssupplier_id", at)
		}
		if x.StockDays == nil && len(x.Ratios) == 0 {
			wrong.add(nil, "says nothing: give stock_days or ratios", "%sstock_days", at)
		}
		for name, v := range x.Ratios {
			if len(name) > 100 || name == "" || math.Abs(v) > 1e12 {
				wrong.add(v, "wants a name of at most 100 letters and a number up to a million millions", "%sratios.%.100s", at, name)
			}
		}
		if key := [2]string{x.SupplierID, x.Date}; seen[key] {
			wrong.add(x.Date, "stands twice for this supplier", "%sdate", at)
		} else {
			seen[key] = true
		}
	}
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	fresh, err := s.options.Planning.Facts.SaveSupplierReports(ctx, s.tenant(ctx), all)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &recordReceiptOutput{Body: api.SupplierRecordReceipt{Stored: fresh, Replaced: len(all) - fresh}}, nil
}

func (s *Server) listSupplierReports(ctx context.Context, in *supplierRecordsInput) (*listSupplierReportsOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	all, err := s.options.Planning.Facts.SupplierReports(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	out := &listSupplierReportsOutput{Body: api.SupplierReportList{Items: make([]api.SupplierReport, len(all))}}
	for i, r := range all {
		out.Body.Items[i] = api.SupplierReport{SupplierID: r.SupplierID, Date: dateOf(r.Day), StockDays: r.StockDays, Ratios: r.Ratios}
	}
	if more {
		last := all[len(all)-1]
		out.Body.NextCursor = cursorOf(strconv.Itoa(last.Day), last.SupplierID)
	}
	return out, nil
}
