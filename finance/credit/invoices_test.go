package credit

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

// drawnInvoices are invoices to a few payers, by day of issue; some are paid late, some not yet.
func drawnInvoices(r *rand.Rand, n int) []Invoice {
	out := make([]Invoice, n)
	for i := range out {
		issued := 1000 + i/2
		v := Invoice{Payer: string(rune('a' + r.IntN(4))), IssuedDay: issued, DueDay: issued + 30, PaidDay: issued + r.IntN(60), Amount: 50 + 100*r.Float64()}
		if r.IntN(10) == 0 {
			v.PaidDay = -1
		}
		out[i] = v
	}
	return out
}

// What an invoice is described by was known on the morning it was issued: nothing that happens on that day or later changes
// it, be it payments, later invoices or what becomes of the invoice itself.
func TestPaymentHistoryKnowsNoLater(t *testing.T) {
	t.Parallel()
	r := rng.New(1, "invoices")
	all := drawnInvoices(r, 300)
	whole, err := PaymentHistory(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 40, 150, 299} {
		changed := slices.Clone(all[:at+1])
		for i := range changed {
			if v := &changed[i]; v.PaidDay < 0 || v.PaidDay >= all[at].IssuedDay {
				v.PaidDay = []int{-1, all[at].IssuedDay, all[at].IssuedDay + 500}[r.IntN(3)]
			}
		}
		part, err := PaymentHistory(changed)
		if err != nil {
			t.Fatal(err)
		}
		for j, c := range part {
			if a, b := c.Numbers[at], whole[j].Numbers[at]; a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
				t.Errorf("invoice %d: %s is %g, and %g where later days went another way", at, c.Name, b, a)
			}
		}
	}
}

// A worked example by hand: two settled invoices of the payer, one late, one open and overdue, and one of another payer.
func TestPaymentHistory(t *testing.T) {
	t.Parallel()
	f, err := PaymentHistory([]Invoice{
		{Payer: "a", IssuedDay: 100, DueDay: 130, PaidDay: 140, Amount: 100},
		{Payer: "b", IssuedDay: 105, DueDay: 135, PaidDay: 125, Amount: 100},
		{Payer: "a", IssuedDay: 110, DueDay: 140, PaidDay: 130, Amount: 200},
		{Payer: "a", IssuedDay: 120, DueDay: 150, PaidDay: -1, Amount: 300},
		{Payer: "a", IssuedDay: 200, DueDay: 230, PaidDay: -1, Amount: 50, Traits: map[string]string{"country": "x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	old, newer := math.Exp2(-60.0/60), math.Exp2(-70.0/60) // late and on time, days since paid over the half-life
	for name, want := range map[string]float64{
		"late_share": 0.5, "days_late_mean": 5, "days_late_last": 10, "days_late_worst": 10, "settled": 2, "open": 1, "overdue": 1,
		"amount_to_usual": 50.0 / 200, "term_days": 30, "days_since_last": 80, "days_to_settle_mean": 30,
		"late_share_shrunk": (1 + 2*2.0/6) / 4, "late_share_weighted": (old + 2*2.0/6) / (old + newer + 2), "days_to_settle_shrunk": (60 + 3*80.0/3) / 5,
	} {
		if got := f.Column(name).Numbers[4]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
	if f.Column("country").Words[4] != "x" || !math.IsNaN(f.Column("late_share").Numbers[0]) {
		t.Error("traits or the first invoice are wrong")
	}
	for _, bad := range [][]Invoice{{{IssuedDay: 5, DueDay: 4, PaidDay: -1}}, {{IssuedDay: 5, DueDay: 6, PaidDay: 4}}, {{IssuedDay: 5, DueDay: 6, PaidDay: -1}, {IssuedDay: 4, DueDay: 6, PaidDay: -1}}} {
		if _, err := PaymentHistory(bad); err == nil || !strings.Contains(err.Error(), "credit: invoice") {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
}
