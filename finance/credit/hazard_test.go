package credit

import (
	"context"
	"math"
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
	s := finance.Supplier{Deliveries: []finance.Delivery{
		{OrderedDay: 60, PromisedDay: 75, ReceivedDay: 79, OrderedQty: 10, ReceivedQty: 8, RejectedQty: 2},
		{OrderedDay: 80, PromisedDay: 90, ReceivedDay: 120, OrderedQty: 10, ReceivedQty: 10}, // still out on day 100
	}}
	got := SignalsOf(s, 100)
	if got.DelayDays != 7 || got.FillRate != 0.4 || got.Orders != 1 || got.ReturnShare != 0.25 || !math.IsNaN(got.StockDays) {
		t.Errorf("%+v", got)
	}
}
