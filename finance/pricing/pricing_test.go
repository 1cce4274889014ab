package pricing

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// ISDA's example of 1998: 1 November 2003 to 1 May 2004 under each convention, and whole years under all that count them.
func TestYearFraction(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		convention DayCount
		start, end string
		want       float64
	}{
		{ActActISDA, "2003-11-01", "2004-05-01", 0.497724380567}, {ActActAFB, "2003-11-01", "2004-05-01", 0.497267759563},
		{ActActICMA, "2003-11-01", "2004-05-01", 0.5}, {Act360, "2003-11-01", "2004-05-01", 182.0 / 360},
		{Act365F, "2003-11-01", "2004-05-01", 182.0 / 365}, {Thirty360, "2003-11-01", "2004-05-01", 0.5},
		{ActActAFB, "2001-01-01", "2004-01-01", 3}, {ActActISDA, "2001-01-01", "2004-01-01", 3}, {Thirty360, "2023-01-31", "2023-07-31", 0.5},
		{ActActISDA, "2004-01-01", "2004-01-01", 0},
	} {
		got, err := YearFraction(c.convention, at(c.start), at(c.end), 2)
		if err != nil || math.Abs(got-c.want) > 1e-11 {
			t.Errorf("%s from %s to %s: %.12f, want %.12f (%v)", c.convention, c.start, c.end, got, c.want, err)
		}
	}
	if _, err := YearFraction(Act360, at("2004-01-02"), at("2004-01-01"), 1); err == nil {
		t.Error("an end before the start was taken")
	}
	if _, err := YearFraction("moon", at("2004-01-02"), at("2004-02-01"), 1); err == nil {
		t.Error("an unknown convention was taken")
	}
}

// 2/10 net 30 costs 37.2 % simple and 44.6 % effective, as textbooks say; a factored invoice's flows add up to its face.
func ExampleTradeCredit() {
	simple, effective, err := TradeCredit(0.02, 20, 365)
	if err != nil {
		panic(err)
	}
	f, err := Factor(100_000, 0.8, 0.015, 0.09, 60, 360)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.1f %% %.1f %%; %.0f + %.0f + %.0f + %.0f\n", 100*simple, 100*effective, f.Advance, f.Fee, f.Interest, f.Reserve)
	// Output: 37.2 % 44.6 %; 80000 + 1500 + 1200 + 17300
}
