package credit

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"quartermaster/finance"
)

// On a supplier base drawn by rule that was not learned from, operations signals foretell failures within a year far better
// than yearly ratios alone, at the same rate of false alarms; and PDs rise with the horizon and come true on average.
func TestSignalsAreWorthSomething(t *testing.T) {
	t.Parallel()
	train, test := ImaginedSuppliers(1, 1200, 48), ImaginedSuppliers(2, 600, 48)
	var got [2]Warnings
	for k, with := range []bool{false, true} {
		h, err := TrainHazard(context.Background(), train, HazardOptions{With: with, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got[k], err = h.EarlyWarning(test, 0.05); err != nil {
			t.Fatal(err)
		}
		if with {
			comesTrue(t, h, test)
		}
	}
	t.Logf("ratios alone %+v; with signals %+v", got[0], got[1])
	if !(got[1].AUC > got[0].AUC+0.05 && got[1].Caught > got[0].Caught && got[1].LeadMonths >= 2) {
		t.Errorf("ratios alone %+v; with signals %+v", got[0], got[1])
	}
}

func comesTrue(t *testing.T, h *Hazard, months []SupplierMonth) {
	t.Helper()
	expected, came := 0.0, 0.0
	first := 0
	for i := range months {
		if months[i].Month == 0 {
			first = i
		}
		pd, err := h.PD(months[first : i+1])
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < Horizon; k++ {
			if pd[k] < pd[k-1] {
				t.Fatalf("PDs fall with the horizon: %v", pd)
			}
		}
		expected += pd[0]
		if months[i].Fails {
			came++
		}
	}
	if expected < 0.65*came || expected > 1.5*came {
		t.Errorf("%.0f failures came in the next month, %.0f were expected", came, expected)
	}
}

// Months out of order, too few failures and a supplier without months are refused.
func TestHazardRefuses(t *testing.T) {
	t.Parallel()
	months := ImaginedSuppliers(3, 50, 24)
	if _, err := TrainHazard(context.Background(), months[:24], HazardOptions{}); err == nil || !strings.Contains(err.Error(), "failures; at least 5") {
		t.Errorf("error %v", err)
	}
	months[5].Month = 9
	if _, err := TrainHazard(context.Background(), months, HazardOptions{}); err == nil || !strings.Contains(err.Error(), "months must follow") {
		t.Errorf("error %v", err)
	}
	if _, err := (&Hazard{}).PD(nil); err == nil {
		t.Error("a supplier without months was judged")
	}
}

// Signals are read off deliveries as they were known on the day, and say nothing of what is not recorded.
func TestSignalsOf(t *testing.T) {
	t.Parallel()
	gbp := func(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: "GBP"} }
	stock := 12.0
	s := finance.Supplier{
		Deliveries: []finance.Delivery{
			{OrderedDay: 60, PromisedDay: 75, ReceivedDay: 79, OrderedQty: 10, ReceivedQty: 8, RejectedQty: 2, Value: gbp(90), Agreed: gbp(100), Disputed: true},
			{OrderedDay: 80, PromisedDay: 90, ReceivedDay: 120, OrderedQty: 10, ReceivedQty: 10, Disputed: true}, // still out on day 100
			{OrderedDay: 95, PromisedDay: 99, ReceivedDay: -1, Open: true, OrderedQty: 10},
		},
		Reports: []finance.Report{{Day: 50, StockDays: &stock, Ratios: map[string]float64{"equity": 0.3}}, {Day: 100, Ratios: map[string]float64{"equity": 0.9}}},
	}
	got := SignalsOf(s, 100)
	want := Signals{DelayDays: 15.0 / 3, FillRate: 0.8 / 3, Orders: 2, PriceConcession: 0.1, ReturnShare: 0.25, DisputeShare: 1.0 / 3, StockDays: 12}
	for k, x := range got.list() {
		if math.Abs(x-want.list()[k]) > 1e-12 {
			t.Errorf("%s is %g, want %g", signalNames[k], x, want.list()[k])
		}
	}
	if got = SignalsOf(s, 400); !math.IsNaN(got.StockDays) || !math.IsNaN(got.DelayDays) || got.Orders != 0 {
		t.Errorf("long after all records: %+v", got)
	}
	if r := ratiosOf(s.Reports, 100, []string{"equity", "cash"}); r[0] != 0.3 || !math.IsNaN(r[1]) {
		t.Errorf("ratios known on day 100: %v", r)
	}
}

// Months end with the morning before a failure, say that it comes, and know nothing of the time before the first purchase.
func TestMonths(t *testing.T) {
	t.Parallel()
	s := finance.Supplier{SinceDay: 1000}
	for _, x := range []struct{ failed, months, first int }{{-1, 4, 7}, {1110, 3, 7}, {1090, 3, 7}, {1089, 2, 7}, {1035, 1, 7}, {1005, 0, 0}} {
		got := Months(s, 3, 1120, 10, x.failed, nil)
		if len(got) != x.months {
			t.Fatalf("failed on %d: %d months, want %d", x.failed, len(got), x.months)
		}
		for i, m := range got {
			if m.Supplier != 3 || m.Month != x.first+i || m.Fails != (x.failed >= 0 && i == len(got)-1) {
				t.Errorf("failed on %d: month %d: %+v", x.failed, i, m)
			}
		}
	}
}

// A warning model written to its file and read back judges as before; its alarms, measured on suppliers left out, are kept,
// signals beat ratios, and a supplier that slips has the slip among its reasons. Broken files are refused.
func TestWarningModel(t *testing.T) {
	t.Parallel()
	h, err := TrainWarning(context.Background(), ImaginedSuppliers(4, 350, 36), 0.05, HazardOptions{Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if h.Watch.AUC < h.Alone.AUC+0.03 || h.Watch.FalseRate > 0.051 || h.Watch.Expected < 0.6*h.Watch.Came || h.Watch.Expected > 1.6*h.Watch.Came {
		t.Errorf("with signals %+v, ratios alone %+v", h.Watch, h.Alone)
	}
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadHazard(data)
	if err != nil {
		t.Fatal(err)
	}
	slipping := finance.Supplier{ID: "s", SinceDay: 0}
	for d := 0; d < 990; d += 6 {
		late := 1
		if d > 890 {
			late = 14
		}
		slipping.Deliveries = append(slipping.Deliveries, finance.Delivery{OrderedDay: d, PromisedDay: d + 10, ReceivedDay: d + 10 + late, OrderedQty: 10, ReceivedQty: 10})
	}
	now, err := h.Outlook(slipping, 1000, "early-warning", 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Outlook(slipping, 1000, "early-warning", 1)
	if err != nil || !reflect.DeepEqual(now, again) {
		t.Errorf("read back: %+v, before %+v, %v", again, now, err)
	}
	before, err := h.Outlook(slipping, 880, "early-warning", 1)
	if err != nil || now.PD[11] < 1.5*before.PD[11] || len(now.Reasons) == 0 || !strings.Contains(now.Reasons[0].Factor+now.Reasons[1].Factor, "delivery delay") {
		t.Errorf("before %+v, now %+v, %v", before, now, err)
	}
	for _, broken := range []string{"{", "{}", strings.Replace(string(data), `"keep":0.1`, `"keep":0`, 1), strings.Replace(string(data), `"signals":true`, `"signals":false`, 1)} {
		if _, err := ReadHazard([]byte(broken)); err == nil {
			t.Errorf("%.40s was read", broken)
		}
	}
}

// Too few failures and rates of false alarms that are none are refused with the figures.
func TestWarningRefuses(t *testing.T) {
	t.Parallel()
	months := ImaginedSuppliers(3, 12, 24)
	if _, err := TrainWarning(context.Background(), months, 0.05, HazardOptions{}); err == nil || !strings.Contains(err.Error(), "at least 10 of either") {
		t.Errorf("error %v", err)
	}
	if _, err := TrainWarning(context.Background(), months, 1, HazardOptions{}); err == nil || !strings.Contains(err.Error(), "rate of false alarms of 1") {
		t.Errorf("error %v", err)
	}
}
