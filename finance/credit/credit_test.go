package credit

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/finance"
)

const today = 20_000

func gbp(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: "GBP"} }

// steady is a supplier with n deliveries a week apart, ten days promised, all on time, whole and sound.
func steady(n int) finance.Supplier {
	s := finance.Supplier{
		ID: "S1", Name: "Steady Ltd", SinceDay: today - 1500, CreditLimit: gbp(1_000_00), PrepaidShare: 0.3, OpenOrders: gbp(1_000_00),
	}
	for i := range n {
		day := today - 20 - 7*(n-1-i)
		s.Deliveries = append(s.Deliveries, finance.Delivery{
			OrderedDay: day, PromisedDay: day + 10, ReceivedDay: day + 10, OrderedQty: 100, ReceivedQty: 100, Value: gbp(500_00),
		})
	}
	return s
}

func mustScore(t testing.TB, s finance.Supplier) finance.Score {
	t.Helper()
	score, err := Score(s, today)
	if err != nil {
		t.Fatal(err)
	}
	if err := finance.CheckScore(score); err != nil {
		t.Fatal(err)
	}
	return score
}

// The published table, by hand, for three suppliers: one never seen (the prior), one long and spotless, one that never came.
func TestPointsTable(t *testing.T) {
	t.Parallel()
	unknown := finance.Supplier{ID: "new", SinceDay: today}
	got := mustScore(t, unknown)
	want := []float64{
		25 * .25 / .48, 15 * .7, 15 * .12 / .19, 10 * .6, 10 * .25 / .55, 10 * .25 / .48, 0, 10,
	}
	for i, c := range got.Criteria {
		if math.Abs(c.Points-want[i]) > 1e-9 {
			t.Errorf("%s of an unknown supplier gives %.4f points, want %.4f", c.Name, c.Points, want[i])
		}
	}
	if got.Grade != "C" {
		t.Errorf("an unknown supplier is graded %s with %.1f points, want C", got.Grade, got.Points)
	}
	if best := mustScore(t, steady(400)); best.Grade != "A" || best.Points < 97 {
		t.Errorf("400 spotless deliveries give %.1f points, grade %s", best.Points, best.Grade)
	}
	never := steady(400)
	for i := range never.Deliveries {
		never.Deliveries[i].ReceivedDay, never.Deliveries[i].ReceivedQty = -1, 0
	}
	if worst := mustScore(t, never); worst.Grade != "E" {
		t.Errorf("400 deliveries that never came give %.1f points, grade %s", worst.Points, worst.Grade)
	}
}

// The on-time share is the beta-binomial posterior mean: 9 of 10 with prior 0.75 worth 8 deliveries is 15/18.
func TestShrinkage(t *testing.T) {
	t.Parallel()
	s := steady(10)
	s.Deliveries[4].ReceivedDay += 3
	got := mustScore(t, s).Criteria[0].Value
	if want := 15.0 / 18; math.Abs(got-want) > 1e-12 {
		t.Errorf("on-time share %.6f, want %.6f", got, want)
	}
}

// More evidence of the same kind narrows the interval, and the interval holds the points.
func TestIntervalNarrows(t *testing.T) {
	t.Parallel()
	last := math.Inf(1)
	for _, n := range []int{0, 4, 16, 64, 256} {
		s := steady(n)
		for i := 0; i < n; i += 4 {
			s.Deliveries[i].ReceivedDay += 2
		}
		score := mustScore(t, s)
		if width := score.High - score.Low; width >= last {
			t.Errorf("%d deliveries leave an interval of %.2f points, not below %.2f", n, width, last)
		} else {
			last = width
		}
	}
}

func drawSupplier(t *rapid.T) finance.Supplier {
	s := steady(rapid.IntRange(1, 25).Draw(t, "deliveries"))
	s.PrepaidShare = rapid.Float64Range(0, 1).Draw(t, "prepaid")
	for i := range s.Deliveries {
		d := &s.Deliveries[i]
		d.ReceivedDay = min(today, d.ReceivedDay+rapid.IntRange(-5, 40).Draw(t, "late"))
		d.ReceivedQty = int64(rapid.IntRange(1, 120).Draw(t, "received"))
		d.RejectedQty = int64(rapid.IntRange(0, int(d.ReceivedQty)).Draw(t, "rejected"))
		if rapid.IntRange(0, 9).Draw(t, "missed") == 0 {
			d.ReceivedDay, d.ReceivedQty, d.RejectedQty = -1, 0, 0
		}
	}
	return s
}

// Making any one delivery later, short, partly unfit, or (where it came whole and sound) not come at all, never raises a
// score.
func TestWorseNeverScoresHigher(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSupplier(t)
		before, err := Score(s, today)
		if err != nil {
			t.Fatal(err)
		}
		if err := finance.CheckScore(before); err != nil {
			t.Fatal(err)
		}
		s.Deliveries = append([]finance.Delivery(nil), s.Deliveries...)
		d := &s.Deliveries[rapid.IntRange(0, len(s.Deliveries)-1).Draw(t, "which")]
		switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
		case d.ReceivedDay < 0:
			return
		case kind == 0:
			d.ReceivedDay = min(today, d.ReceivedDay+rapid.IntRange(1, 30).Draw(t, "later"))
		case kind == 1 && d.RejectedQty == 0:
			d.ReceivedQty--
			if d.ReceivedQty == 0 {
				d.ReceivedDay = -1
			}
		case kind == 2 && d.RejectedQty < d.ReceivedQty:
			d.RejectedQty++
		case kind == 3 && d.RejectedQty == 0:
			d.ReceivedDay, d.ReceivedQty = -1, 0
		}
		after, err := Score(s, today)
		if err != nil {
			t.Fatal(err)
		}
		if after.Points > before.Points+1e-9 {
			t.Fatalf("points rose from %.6f to %.6f", before.Points, after.Points)
		}
	})
}

// Quantities and money in other units (all times ten) score the same, and the sequence of suppliers does not matter.
func TestScalingAndPermutation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSupplier(t), drawSupplier(t)
		b.ID = "S2"
		c := a
		c.Deliveries = append([]finance.Delivery(nil), a.Deliveries...)
		for i := range c.Deliveries {
			d := &c.Deliveries[i]
			d.OrderedQty, d.ReceivedQty, d.RejectedQty = 10*d.OrderedQty, 10*d.ReceivedQty, 10*d.RejectedQty
		}
		scores, err := Scores([]finance.Supplier{a, b, c}, today)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(scores[0], scores[2]) {
			t.Fatalf("ten times the quantities score %v, not %v", scores[2], scores[0])
		}
		turned, err := Scores([]finance.Supplier{b, a}, today)
		if err != nil || !reflect.DeepEqual(turned, []finance.Score{scores[1], scores[0]}) {
			t.Fatalf("sequence matters (%v)", err)
		}
	})
}

// Amounts are carried to the penny, and advice names the gravest point with its figure.
func TestExposures(t *testing.T) {
	t.Parallel()
	suppliers := make([]finance.Supplier, 5)
	proposed := []finance.Money{gbp(1000_01), gbp(0), gbp(200_00), gbp(100_00), gbp(50_00)}
	for i := range suppliers {
		suppliers[i] = finance.Supplier{ID: fmt.Sprint("S", i), CreditLimit: gbp(2000_00), PrepaidShare: 0.38, OpenOrders: gbp(333_33)}
	}
	suppliers[3].CreditLimit = gbp(10_00)
	suppliers[4].PrepaidShare = 0
	scores := make([]finance.Score, 5)
	for i, g := range []finance.Grade{"B", "C", "D", "B", "A"} {
		scores[i] = finance.Score{SupplierID: suppliers[i].ID, Grade: g}
	}
	got, err := Exposures(suppliers, scores, proposed)
	if err != nil {
		t.Fatal(err)
	}
	if err := finance.CheckExposures(suppliers, proposed, got); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"74 % of all proposed purchases go to this supplier: look for a second source",
		"nothing is proposed",
		"ask for delivery before payment: 38 % of this order would be prepaid to a supplier graded D",
		"prepaid 164.67 GBP exceeds the limit of 10.00 GBP by 154.67 GBP: pay on delivery or order less",
		"no objection: graded A, 0.00 GBP prepaid",
	} {
		if got[i].Advice != want {
			t.Errorf("supplier %d: advice %q, want %q", i, got[i].Advice, want)
		}
	}
	if prepaid := got[0].Prepaid.Minor; prepaid != 50667 { // 0.38 × 133334 = 50666.92
		t.Errorf("prepaid %d, want 50667", prepaid)
	}
}

// Shares 0.4, 0.3, 0.2, 0.1 have an index of 0.3 (definition; US DOJ and FTC merger guidelines 2023).
func TestConcentration(t *testing.T) {
	t.Parallel()
	got := Concentration([]finance.Exposure{{Share: .4}, {Share: .3}, {Share: .2}, {Share: .1}})
	if math.Abs(got-0.3) > 1e-12 {
		t.Errorf("index %.6f, want 0.3", got)
	}
}

// Bad input is refused with supplier and field or delivery named.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want   string
		change func(*finance.Supplier)
	}{
		{`"S1": prepaid share is NaN`, func(s *finance.Supplier) { s.PrepaidShare = math.NaN() }},
		{`prepaid share is 1.2`, func(s *finance.Supplier) { s.PrepaidShare = 1.2 }},
		{`payment term is -3`, func(s *finance.Supplier) { s.PaymentTermDays = -3 }},
		{`open orders is in "EUR"`, func(s *finance.Supplier) { s.OpenOrders.Currency = "EUR" }},
		{`credit limit is -5`, func(s *finance.Supplier) { s.CreditLimit.Minor = -5 }},
		{`delivery 2: value is in "USD"`, func(s *finance.Supplier) { s.Deliveries[2].Value.Currency = "USD" }},
		{`delivery 1: promised day`, func(s *finance.Supplier) { s.Deliveries[1].PromisedDay = 0 }},
		{`delivery 1: received day 5 lies before`, func(s *finance.Supplier) { s.Deliveries[1].ReceivedDay = 5 }},
		{`delivery 1: received day is -2`, func(s *finance.Supplier) { s.Deliveries[1].ReceivedDay = -2 }},
		{`delivery 3: ordered day`, func(s *finance.Supplier) { s.Deliveries[3].OrderedDay = 100 }},
		{`delivery 0: ordered quantity is 0`, func(s *finance.Supplier) { s.Deliveries[0].OrderedQty = 0 }},
		{`delivery 0: received quantity is -1`, func(s *finance.Supplier) { s.Deliveries[0].ReceivedQty = -1 }},
		{`delivery 0: rejected quantity is 101 of 100`, func(s *finance.Supplier) { s.Deliveries[0].RejectedQty = 101 }},
		{`delivery 0: never came`, func(s *finance.Supplier) { s.Deliveries[0].ReceivedDay = -1 }},
		{`since day`, func(s *finance.Supplier) { s.SinceDay = today + 1 }},
		{`delivery 3: lies after`, func(s *finance.Supplier) { s.Deliveries[3].ReceivedDay = today + 1 }},
	} {
		s := steady(4)
		c.change(&s)
		if _, err := Score(s, today); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"S1"`) {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
	a, b := steady(1), steady(1)
	b.ID, b.CreditLimit.Currency, b.OpenOrders.Currency, b.Deliveries = "S2", "EUR", "EUR", nil
	scores := []finance.Score{{SupplierID: "S1"}, {SupplierID: "S2"}}
	if _, err := Exposures([]finance.Supplier{a, b}, scores, make([]finance.Money, 2)); err == nil || !strings.Contains(err.Error(), `"S2": amounts are in "EUR"`) {
		t.Errorf("two currencies: %v", err)
	}
	if _, err := Exposures([]finance.Supplier{a}, scores[1:], make([]finance.Money, 1)); err == nil {
		t.Error("another supplier's score was accepted")
	}
	if _, err := Exposures([]finance.Supplier{a}, scores[:1], []finance.Money{gbp(-1)}); err == nil || !strings.Contains(err.Error(), "proposed purchase is -1") {
		t.Errorf("negative purchase: %v", err)
	}
}

func ExampleScore() {
	s := steady(12)
	s.Deliveries[10].ReceivedDay += 4
	score, err := Score(s, today)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.0f points (%.0f to %.0f), grade %s\n", score.Points, score.Low, score.High, score.Grade)
	for _, c := range score.Criteria[:2] {
		fmt.Printf("%s: %.1f of %.0f: %s\n", c.Name, c.Points, c.Max, c.Reason)
	}
	// Output:
	// 81 points (61 to 92), grade B
	// on-time delivery: 18.2 of 25: 11 of 12 deliveries came by the promised day, scored as 85 %
	// lateness: 12.9 of 15: deliveries came 0.3 days late on average (one that never came counts 30), scored as 1.4
}
