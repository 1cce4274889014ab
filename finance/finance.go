// Package finance holds the words of money and trust: Money, Supplier, Delivery, Score, Exposure.
//
// Takes what the program knows of a supplier and gives a score with reasons and the money at risk with it.
// Method: see the packages below (credit). Money is whole minor units of one currency; nothing is ever rounded twice.
// Never: it knows no files, clock or other domain; a score without its reasons does not leave the package.
package finance

import "fmt"

// Money is an amount in minor units (pence, cents) of one ISO 4217 currency. Sentences about money take the minor unit to be
// a hundredth; a business in a currency without hundredths (JPY, KWD) is refused where it is declared.
type Money struct {
	Minor    int64
	Currency string
}

// Add returns m + o; adding different currencies is our own mistake, so it panics.
func (m Money) Add(o Money) Money {
	if m.Currency != o.Currency {
		panic(fmt.Sprintf("finance: %s added to %s", o.Currency, m.Currency))
	}
	return Money{Minor: m.Minor + o.Minor, Currency: m.Currency}
}

// Supplier is who is paid.
type Supplier struct {
	ID              string
	Name            string
	SinceDay        int // first purchase, days since 1970-01-01
	CreditLimit     Money
	PrepaidShare    float64 // share of a purchase order paid before delivery, 0…1
	PaymentTermDays int
	Deliveries      []Delivery // history, oldest first
	OpenOrders      Money      // ordered, not yet received
}

// Delivery is one received (or missed) purchase-order line.
type Delivery struct {
	OrderedDay, PromisedDay, ReceivedDay int // days since 1970-01-01; ReceivedDay −1 = never came
	OrderedQty, ReceivedQty              int64
	RejectedQty                          int64 // came, but not fit for sale
	Value                                Money
}

// Grade is a band of scores, A best … E worst.
type Grade string

// GradeOf is the band of a score of 0…100 points: A from 85, B from 70, C from 55, D from 40, else E.
func GradeOf(points float64) Grade {
	switch {
	case points >= 85:
		return "A"
	case points >= 70:
		return "B"
	case points >= 55:
		return "C"
	case points >= 40:
		return "D"
	}
	return "E"
}

// Criterion is one named part of a score: what was measured, the points it gave, and a sentence.
type Criterion struct {
	Name   string  // e.g. "on-time delivery"
	Value  float64 // the measure itself
	Unit   string  // "share", "days", …
	Points float64
	Max    float64
	Reason string
}

// Score is how far a supplier can be trusted with money, 0 (not at all) to 100.
type Score struct {
	SupplierID string
	Points     float64
	Low, High  float64 // 90 % interval from the amount of evidence
	Grade      Grade
	Criteria   []Criterion
	Widest     string // the criterion whose lack of evidence widens the interval most, "" if none
}

// Exposure is the money that would be lost or late if the supplier failed today.
type Exposure struct {
	SupplierID string
	Open       Money // open orders
	Proposed   Money // this plan's purchase orders
	Prepaid    Money // the part of both that is paid before delivery
	Limit      Money
	Headroom   Money   // limit − prepaid; negative = over the limit
	Share      float64 // of all proposed purchases
	Advice     string  // in the buyer's words
}
