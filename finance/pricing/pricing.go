// Package pricing turns terms of trade and loans into rates and amounts.
//
// Takes discounts, fees, days and risks and gives yearly rates, break-even prices, factoring flows and year fractions.
// Method: trade-credit and RAROC arithmetic of the textbooks; day counts of ISDA 2006, section 4.16, and of its memo of 1998.
// Never: it rounds no amount; whoever books money does, once.
package pricing

import (
	"fmt"
	"math"
	"time"
)

// TradeCredit is the yearly cost of leaving a discount untaken: simple and compounded, daysEarly before the net date.
func TradeCredit(discount float64, daysEarly, basis int) (simple, effective float64, err error) {
	if !(discount > 0 && discount < 1) || daysEarly < 1 || basis < 1 {
		return 0, 0, fmt.Errorf("pricing: trade credit: discount %g over %d days of %d", discount, daysEarly, basis)
	}
	once := discount / (1 - discount)
	periods := float64(basis) / float64(daysEarly)
	return once * periods, math.Pow(1+once, periods) - 1, nil
}

// Factoring is what passes when an invoice is sold.
type Factoring struct {
	Advance, Fee, Interest, Reserve float64
}

// Factor gives the flows of an invoice of a face amount: the advance at once, the fee on the face, interest on the advance,
// and the reserve released at payment.
func Factor(face, advanceShare, feeShare, rate float64, days, basis int) (Factoring, error) {
	if !(face >= 0) || !(advanceShare >= 0 && advanceShare <= 1) || !(feeShare >= 0 && feeShare <= 1) || days < 0 || basis < 1 {
		return Factoring{}, fmt.Errorf("pricing: factoring: face %g, advance %g, fee %g, %d days of %d", face, advanceShare, feeShare, days, basis)
	}
	f := Factoring{Advance: face * advanceShare, Fee: face * feeShare}
	f.Interest = f.Advance * rate * float64(days) / float64(basis)
	f.Reserve = face - f.Advance - f.Fee - f.Interest
	return f, nil
}

// BreakEven is the yearly rate that earns the hurdle on capital k: funding + cost + PD·LGD + k·(hurdle − funding); equity
// replaces funding for its part.
func BreakEven(pd, lgd, k, funding, cost, hurdle float64) float64 {
	return funding + cost + pd*lgd + k*(hurdle-funding)
}

// DayCount is a convention for parts of a year.
type DayCount string

// Day counts.
const (
	ActActISDA DayCount = "ACT/ACT ISDA"
	ActActAFB  DayCount = "ACT/ACT AFB"
	ActActICMA DayCount = "ACT/ACT ICMA" // one whole period of `perYear` a year
	Act360     DayCount = "ACT/360"
	Act365F    DayCount = "ACT/365F"
	Thirty360  DayCount = "30/360"
)

const secondsPerDay = 86400

// YearFraction is the part of a year from start to end (dates; hours count nothing). perYear is for ICMA alone: the number
// of coupon periods a year, start to end being one of them. An end before the start is refused.
func YearFraction(convention DayCount, start, end time.Time, perYear int) (float64, error) {
	if end.Before(start) {
		return 0, fmt.Errorf("pricing: year fraction: %s ends before %s", end.Format(time.DateOnly), start.Format(time.DateOnly))
	}
	actual := days(start, end)
	switch convention {
	case Act360:
		return actual / 360, nil
	case Act365F:
		return actual / 365, nil
	case ActActISDA:
		sum := 0.0
		for y := start.Year(); y <= end.Year(); y++ {
			lo, hi := later(start, newYear(y)), earlier(end, newYear(y+1))
			sum += days(lo, hi) / yearLength(y)
		}
		return sum, nil
	case ActActAFB:
		return afb(start, end), nil
	case ActActICMA:
		if perYear < 1 {
			return 0, fmt.Errorf("pricing: year fraction: ICMA needs the number of periods a year, got %d", perYear)
		}
		return 1 / float64(perYear), nil
	case Thirty360:
		d1, d2 := start.Day(), end.Day()
		if d1 == 31 {
			d1 = 30
		}
		if d2 == 31 && d1 == 30 {
			d2 = 30
		}
		return float64(360*(end.Year()-start.Year())+30*(int(end.Month())-int(start.Month()))+d2-d1) / 360, nil
	}
	return 0, fmt.Errorf("pricing: year fraction: convention %q is not known", convention)
}

// afb counts whole years back from the end; the rest is over 366 where it holds a 29 February.
func afb(start, end time.Time) float64 {
	years := 0.0
	at := end
	for {
		back := at.AddDate(-1, 0, 0)
		if at.Month() == time.February && at.Day() == 29 {
			back = time.Date(at.Year()-1, time.February, 28, 0, 0, 0, 0, at.Location())
		}
		if back.Before(start) {
			break
		}
		at = back
		years++
	}
	base := 365.0
	for y := start.Year(); y <= at.Year(); y++ {
		leap := time.Date(y, time.February, 29, 0, 0, 0, 0, start.Location())
		if yearLength(y) == 366 && !leap.Before(start) && leap.Before(at) {
			base = 366
		}
	}
	return years + days(start, at)/base
}

func days(a, b time.Time) float64 {
	return math.Max(0, math.Round(float64(b.Unix()-a.Unix())/secondsPerDay))
}

func newYear(y int) time.Time { return time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC) }

func yearLength(y int) float64 { return days(newYear(y), newYear(y+1)) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
