package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// manySuppliers declares n suppliers of two years' trade without a delivery.
func (h *house) manySuppliers(n int) {
	h.t.Helper()
	s := smallBusiness()
	for i := range n {
		x := plan.Supplier{}
		x.ID, x.Name, x.SinceDay = fmt.Sprintf("s%02d", i), fmt.Sprintf("Firm %d", i), 14500
		x.CreditLimit, x.OpenOrders, x.PrepaidShare = finance.Money{Minor: 100_00, Currency: "GBP"}, finance.Money{Minor: 40_00, Currency: "GBP"}, 0.5
		s.Suppliers = append(s.Suppliers, x)
	}
	document, err := service.EncodeBusiness(s)
	if err == nil {
		_, err = h.store.SaveBusiness(h.t.Context(), tenant, document, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

const warningDay = 15298 // 2011-11-20

func dateOfDay(day int) string {
	return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}

// slippingRecords are the deliveries of suppliers of which every third gets late in its last 200 days.
func slippingRecords(n int) (all []api.SupplierDelivery, failures []api.SupplierFailed) {
	for i := range n {
		end := warningDay + 60
		if i%3 == 0 && i > 0 {
			end = warningDay - 20 - i
			failures = append(failures, api.SupplierFailed{SupplierID: fmt.Sprintf("s%02d", i), Date: dateOfDay(end)})
		}
		if i == 0 {
			end = warningDay + 40 // slips, and has not failed yet
		}
		for day := 14510 + i%7; day+9 < min(end, warningDay); day += 9 {
			late := (day*31 + i) % 3
			if i%3 == 0 {
				late += max(0, day-(end-200)) / 15
			}
			d := api.SupplierDelivery{
				ID: fmt.Sprintf("%d-%d", i, day), SupplierID: fmt.Sprintf("s%02d", i), OrderedDate: dateOfDay(day), PromisedDate: dateOfDay(day + 7),
				OrderedQty: 10, Value: &api.Money{Minor: 100_00, Currency: "GBP"}, Agreed: &api.Money{Minor: 100_00, Currency: "GBP"},
			}
			if came := day + 7 + late; came < warningDay {
				d.ReceivedDate, d.ReceivedQty = dateOfDay(came), 10
			}
			all = append(all, d)
		}
	}
	return all, failures
}

// The whole way of an early warning over HTTP: deliveries and reports are told, a model is learned from them and from which
// suppliers failed, and the supplier page of one that slips has a rising curve of PDs, an alarm with what alarms are worth,
// and the delay among the reasons; a steady one has none. The list is by these PDs, and the model is not one that scores tables.
func TestEarlyWarning(t *testing.T) {
	t.Parallel()
	h := newWorkingHouse(t)
	const n = 48
	h.manySuppliers(n)
	records, failures := slippingRecords(n)
	for len(records) > 0 {
		part := records[:min(2000, len(records))]
		body, err := json.Marshal(api.SupplierDeliveryBatch{Deliveries: part})
		if err != nil {
			t.Fatal(err)
		}
		if got := want[api.SupplierRecordReceipt](t, h.ask("POST", "/v1/supplier-deliveries", string(body)), 200); got.Stored != len(part) {
			t.Fatalf("%+v", got)
		}
		records = records[len(part):]
	}
	again := `{"deliveries":[{"id":"1-14511","supplier_id":"s01","ordered_date":"2009-09-24","promised_date":"2009-10-01","ordered_qty":3,"never_came":true}]}`
	if got := want[api.SupplierRecordReceipt](t, h.ask("POST", "/v1/supplier-deliveries", again), 200); got.Replaced != 1 {
		t.Errorf("%+v", got)
	}
	page := want[api.SupplierDeliveryList](t, h.ask("GET", "/v1/supplier-deliveries?supplier_id=s01&limit=2", ""), 200)
	next := want[api.SupplierDeliveryList](t, h.ask("GET", "/v1/supplier-deliveries?supplier_id=s01&limit=2&cursor="+page.NextCursor, ""), 200)
	if len(page.Items) != 2 || len(next.Items) != 2 || next.Items[0].OrderedDate >= page.Items[1].OrderedDate || page.Items[0].Value.Currency != "GBP" {
		t.Errorf("%+v, then %+v", page, next)
	}
	want[api.SupplierRecordReceipt](t, h.ask("POST", "/v1/supplier-reports", `{"reports":[{"supplier_id":"s00","date":"2011-03-01","stock_days":20,"ratios":{"equity":0.3}}]}`), 200)
	if got := want[api.SupplierReportList](t, h.ask("GET", "/v1/supplier-reports?supplier_id=s00", ""), 200); len(got.Items) != 1 || got.Items[0].Ratios["equity"] != 0.3 {
		t.Errorf("%+v", got)
	}
	ask, err := json.Marshal(api.EarlyWarningRequest{Failures: failures, AsOfDate: dateOfDay(warningDay), Months: 24, FalseAlarmRate: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	model := runs(t, h, api.EarlyWarningTrainings, string(ask))
	if model.Version != 1 || model.Suppliers != n+1 || model.WithSignals.Failures == 0 || model.WithSignals.AUC < 0.7 || model.RatiosAlone == nil {
		t.Fatalf("%+v", model)
	}
	const day = "?as_of_date=2011-11-20"
	slips := want[api.SupplierRiskDetail](t, h.ask("GET", "/v1/supplier-risks/s00"+day, ""), 200)
	steady := want[api.SupplierRiskDetail](t, h.ask("GET", "/v1/supplier-risks/s01"+day, ""), 200)
	o := slips.Outlook
	if o == nil || len(o.PDs) != 12 || !o.Alarm || steady.Outlook == nil || steady.Outlook.Alarm || o.PDs[11] < 2*steady.Outlook.PDs[11] || o.CaughtShare == 0 || len(o.Reasons) == 0 || o.Reasons[0].Factor != "delivery delay" {
		t.Errorf("slips %+v, steady %+v", o, steady.Outlook)
	}
	if !strings.Contains(slips.Exposure.Advice, "early warning") && slips.Exposure.Advice != "nothing is proposed" {
		t.Errorf("advice %q", slips.Exposure.Advice)
	}
	if slips.Exposure.Expected == nil || slips.Trend[len(slips.Trend)-1].PD == nil {
		t.Errorf("exposure %+v", slips.Exposure)
	}
	if list := want[api.SupplierRiskList](t, h.ask("GET", "/v1/supplier-risks"+day+"&limit=1", ""), 200); list.Items[0].Outlook == nil || !list.Items[0].Outlook.Alarm {
		t.Errorf("%+v", list.Items)
	}
	if list := want[api.CreditModelList](t, h.ask("GET", "/v1/credit-models?name=early-warning", ""), 200); len(list.Items) != 1 || list.Items[0].Kind != "hazard" {
		t.Errorf("%+v", list)
	}
	refused(t, h.ask("GET", "/v1/credit-models/early-warning/versions/1/points", ""), 409, api.CodeConflict)
	refused(t, h.ask("POST", "/v1/credit-scores", `{"model":"early-warning","cases":{"columns":[{"name":"a","numbers":[1]}]}}`), 422, api.CodeInvalid)
}

// What makes no sense is refused with its place, and nothing of the batch is stored.
func TestSupplierRecordsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.manySuppliers(3)
	for body, place := range map[string]string{
		`"supplier_id":"none","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3`:                                               "body.deliveries[0].supplier_id",
		`"supplier_id":"s01","ordered_date":"2011-01-09","promised_date":"2011-01-05","ordered_qty":3`:                                                "body.deliveries[0].promised_date",
		`"supplier_id":"s01","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3,"received_qty":2`:                               "body.deliveries[0].received_qty",
		`"supplier_id":"s01","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3,"received_date":"2010-12-01"`:                   "body.deliveries[0].received_date",
		`"supplier_id":"s01","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3,"value":{"minor":1,"currency":"USD"}`:           "body.deliveries[0].value.currency",
		`"supplier_id":"s01","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3,"rejected_qty":2`:                               "body.deliveries[0].rejected_qty",
		`"supplier_id":"s01","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3,"never_came":true,"received_date":"2011-01-06"`: "body.deliveries[0].never_came",
		`"supplier_id":"s01","ordered_date":"1011-01-01","promised_date":"2011-01-05","ordered_qty":3`:                                                "body.deliveries[0].ordered_date",
	} {
		a := h.ask("POST", "/v1/supplier-deliveries", `{"deliveries":[{"id":"x",`+body+`}]}`)
		if p := want[api.Problem](t, a, 422); len(p.Errors) == 0 || p.Errors[0].Location != place {
			t.Errorf("%s: %+v", body, p)
		}
	}
	twice := `{"supplier_id":"s01","date":"2011-01-01","stock_days":1}`
	if p := want[api.Problem](t, h.ask("POST", "/v1/supplier-reports", `{"reports":[`+twice+`,`+twice+`]}`), 422); p.Errors[0].Location != "body.reports[1].date" {
		t.Errorf("%+v", p)
	}
	if p := want[api.Problem](t, h.ask("POST", "/v1/supplier-reports", `{"reports":[{"supplier_id":"s01","date":"2011-01-01"}]}`), 422); p.Errors[0].Location != "body.reports[0].stock_days" {
		t.Errorf("%+v", p)
	}
	if list := want[api.SupplierDeliveryList](t, h.ask("GET", "/v1/supplier-deliveries", ""), 200); len(list.Items) > 0 {
		t.Errorf("stored %+v", list)
	}
	for ask, place := range map[string]string{
		`{"failures":[{"supplier_id":"s01","date":"2011-01-01"}],"as_of_date":"2011-11-20"}`:  "body.failures",
		`{"failures":[{"supplier_id":"none","date":"2011-01-01"}],"as_of_date":"2011-11-20"}`: "body.failures[0].supplier_id",
		`{"failures":[{"supplier_id":"s01","date":"2012-01-01"}],"as_of_date":"2011-11-20"}`:  "body.failures[0].date",
		`{"failures":[{"supplier_id":"s01","date":"2001-01-01"}],"as_of_date":"2011-11-20"}`:  "body.failures[0].date",
	} {
		if p := want[api.Problem](t, h.ask("POST", "/v1/early-warning-trainings", ask), 422); len(p.Errors) == 0 || p.Errors[0].Location != place {
			t.Errorf("%s: %+v", ask, p)
		}
	}
}
