package credit

import (
	"context"
	"math"
	"strings"
	"testing"

	"quartermaster/finance"
	"quartermaster/internal/rng"
)

// A worked example by hand: three deliveries of the year, one late, one that never came, one short with rejects, below the
// agreed price and in dispute; an old one and one not due count nowhere.
func TestRecords(t *testing.T) {
	t.Parallel()
	gbp := func(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: "GBP"} }
	s := finance.Supplier{ID: "s", SinceDay: 1000, CreditLimit: gbp(1000), OpenOrders: gbp(500), PrepaidShare: 0.5, Deliveries: []finance.Delivery{
		{OrderedDay: 1000, PromisedDay: 1010, ReceivedDay: 1040, OrderedQty: 10, ReceivedQty: 1},
		{OrderedDay: 1700, PromisedDay: 1710, ReceivedDay: 1716, OrderedQty: 10, ReceivedQty: 10},
		{OrderedDay: 1900, PromisedDay: 1910, ReceivedDay: -1, OrderedQty: 10},
		{OrderedDay: 1960, PromisedDay: 1970, ReceivedDay: 1970, OrderedQty: 10, ReceivedQty: 5, RejectedQty: 3, Value: gbp(90), Agreed: gbp(100), Disputed: true},
		{OrderedDay: 1995, PromisedDay: 2005, ReceivedDay: -1, OrderedQty: 10},
	}}
	f, err := Records([]finance.Supplier{s}, 2000)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"deliveries": 3, "on_time_share": 1.0 / 3, "days_late": (6 + 30.0) / 3, "days_late_recent": 15, "days_late_change": 9,
		"fill_rate": 0.5, "fill_rate_recent": 0.25, "missed_share": 1.0 / 3, "return_share": 0.2, "price_concession": 0.1, "dispute_share": 1.0 / 3,
		"orders_recent": 2, "orders_change": math.Log(3.0 / 2), "days_since_order": 5, "years": 1000 / 365.25, "prepaid_share": 0.5, "limit_use": 0.25,
	} {
		if got := f.Column(name).Numbers[0]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
	s.Deliveries[0].PromisedDay = 999
	if _, err := Records([]finance.Supplier{s}, 2000); err == nil || !strings.Contains(err.Error(), `supplier "s": delivery 0: promised day`) {
		t.Errorf("error %v for dates out of order", err)
	}
	s.Deliveries[0].PromisedDay = 1010
	s.Deliveries[3].Agreed.Currency = "CHF"
	if _, err := Records([]finance.Supplier{s}, 2000); err == nil || !strings.Contains(err.Error(), `agreed value is in "CHF"`) {
		t.Errorf("error %v for mixed currencies", err)
	}
}

// Nothing that happened on a morning or later changes what was known on it.
func TestThen(t *testing.T) {
	t.Parallel()
	s := finance.Supplier{ID: "s", SinceDay: 150, Deliveries: []finance.Delivery{
		{OrderedDay: 90, PromisedDay: 95, ReceivedDay: 99, OrderedQty: 1}, {OrderedDay: 95, PromisedDay: 99, ReceivedDay: 100, OrderedQty: 1},
		{OrderedDay: 100, PromisedDay: 110, ReceivedDay: -1, OrderedQty: 1},
	}}
	if got := Then(s, 100); len(got.Deliveries) != 1 || got.SinceDay != 100 || len(s.Deliveries) != 3 {
		t.Errorf("%+v", got)
	}
}

// A model learned from records tells suppliers that are slipping from those that are not, names the slipping delivery as the
// reason, and says that it reads records alone.
func TestModelOnRecords(t *testing.T) {
	t.Parallel()
	r := rng.New(5, "records")
	var all []finance.Supplier
	var y []float64
	for i := range 300 {
		bad := i%3 == 0
		s := finance.Supplier{ID: "s"}
		for d := 1000; d < 1900; d += 20 {
			late := max(0, int(3*r.NormFloat64()))
			if bad && d > 1700 {
				late += r.IntN(3)
			}
			s.Deliveries = append(s.Deliveries, finance.Delivery{OrderedDay: d, PromisedDay: d + 10, ReceivedDay: d + 10 + late, OrderedQty: 10, ReceivedQty: 10})
		}
		all, y = append(all, s), append(y, map[bool]float64{true: 1}[bad])
	}
	f, err := Records(all, 2000)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Train(context.Background(), f, y, RecordOptions(Options{Kind: ScoreCard}))
	if err != nil {
		t.Fatal(err)
	}
	if ok, other := m.OnRecords(); !ok || m.Fitted.AUC < 0.75 {
		t.Errorf("AUC %.3f; %q is no record", m.Fitted.AUC, other)
	}
	a, err := m.Assess(f.Take([]int{0}), AssessOptions{})
	if err != nil || len(a[0].Reasons) == 0 || a[0].Reasons[0].Factor != "delivery delay" {
		t.Errorf("%+v, %v", a, err)
	}
	other, ok := firms(3, 100)
	if ok, name := mustTrain(t, other, ok, Options{Kind: ScoreCard}).OnRecords(); ok || name == "" {
		t.Error("a model of other columns passes for one of records")
	}
}
