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
	// Reports are what else was noted of it, oldest first.
	Reports []Report `json:",omitempty" hash:"omitempty"`
}

// Report is what was noted of a supplier on a day, such as when its yearly accounts came.
type Report struct {
	Day       int
	StockDays *float64           `json:",omitempty"` // of our demand that it holds in stock; nil = not told
	Ratios    map[string]float64 `json:",omitempty"` // of its accounts, by name; more is sounder
}

// Delivery is one received (or missed) purchase-order line.
type Delivery struct {
	OrderedDay, PromisedDay, ReceivedDay int // days since 1970-01-01; ReceivedDay −1 = never came
	OrderedQty, ReceivedQty              int64
	RejectedQty                          int64 // came, but not fit for sale
	Value                                Money // as invoiced
	// Agreed is what it should have cost; zero = not recorded. What is invoiced below it is a price concession.
	Agreed   Money `json:",omitzero" hash:"omitempty"`
	Disputed bool  `json:",omitempty" hash:"omitempty"` // its invoice is in dispute
	// Open says of one that did not come that it is still waited for.
	Open bool `json:",omitempty" hash:"omitempty"`
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
	// Failure is what a learned model says, Outlook what one of months ahead says; nil = there is none.
	Failure *Failure `json:",omitempty"`
	Outlook *Outlook `json:",omitempty"`
}

// PD is the chance to fail that a learned model states, within a year where it is that of months ahead; known = there is one.
func (s Score) PD() (pd float64, known bool) {
	switch {
	case s.Failure != nil:
		return s.Failure.PD, true
	case s.Outlook != nil && len(s.Outlook.PD) > 0:
		return s.Outlook.PD[len(s.Outlook.PD)-1], true
	}
	return 0, false
}

// Verdict is the grade to act on: that of a learned model's PD where there is one, else that of the points.
func (s Score) Verdict() Grade {
	if pd, known := s.PD(); known {
		return GradeOfPD(pd)
	}
	return s.Grade
}

// Alarmed says whether an early warning stands.
func (s Score) Alarmed() bool { return s.Outlook != nil && s.Outlook.Alarm }

// Outlook is what a model of months ahead says of a supplier.
type Outlook struct {
	Model   string // its name
	Version int
	PD      []float64 // chance to fail within 1, 2, … months
	Alarm   bool      // the last of them is above Threshold
	// Threshold is set so that FalseRate of the months of suppliers that lived on gave an alarm, among suppliers left out
	// while learning; there Caught of the failures had one, LeadMonths before in the middle case.
	Threshold, FalseRate, Caught, LeadMonths float64
	// Reasons raise the risk most against the usual month; Points are log-odds, negative = worse.
	Reasons []Reason `json:",omitempty"`
}

// Failure is what a learned model says of a supplier: how likely it fails within the time that the model's outcomes span.
type Failure struct {
	Model   string // name of the model that says so
	Version int
	PD      float64
	Low     float64 // 90 % interval of it
	High    float64
	Rating  string // of the model's master scale: 1 best … 14 worst
	// Reasons raise the risk most, Strengths lower it most.
	Reasons   []Reason
	Strengths []Reason `json:",omitempty"`
	Notes     []string `json:",omitempty"` // what makes the interval wider than usual
}

// Reason is a business factor that moves a model's score away from the usual case.
type Reason struct {
	Factor   string
	Points   float64 // of the model's score, negative = lost
	Sentence string
	// Change says what would improve it and the PD after that; "" = nothing within reach does.
	Change   string  `json:",omitempty"`
	ChangePD float64 `json:",omitempty"`
}

// GradeOfPD is the band of a chance to fail within a year: A below 1 %, B below 3.5 %, C below 10 %, D below 30 %, else E.
func GradeOfPD(pd float64) Grade {
	switch {
	case pd < 0.01:
		return "A"
	case pd < 0.035:
		return "B"
	case pd < 0.10:
		return "C"
	case pd < 0.30:
		return "D"
	}
	return "E"
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
	// Expected is the loss to be expected on what is prepaid, by the supplier's PD; zero without a model.
	Expected Money  `json:",omitzero"`
	Advice   string // in the buyer's words
}
