// Package history turns the raw order lines of a shop into what was truly ordered: orders, items and daily sales.
//
// Takes Lines (flat columns as they came from the files) and Rules, and gives Books: orders with one line per item,
// items with name and usual price, one daily sales series per item, and a report that accounts for every row.
//
// Method: each row gets exactly one fate, by the first of these rules that fits.
//
//  1. Double. Files may overlap (the two yearly sheets of Online Retail II share nine days). The k-th copy of a line in
//     a later part (file or sheet) is a double of the k-th copy in the earliest part that holds the same invoice; the
//     same line is invoice, stock code, quantity, price and time. Copies are counted, so an invoice that only partly
//     overlaps keeps what is new. Equal lines within one invoice and part are no doubles: half of all repeats of an item
//     within an invoice carry different quantities, which no double writing explains, few equal lines stand next to
//     each other, and dropping a true order is worse than keeping a rare double. They are summed.
//  2. Not goods. Postage, fees, manual entries, vouchers, tests and the like, by the table in goods.go. Every other code
//     is goods, the shop's own ranges (DCGS…, SP…) included: a list of what is no goods is short and can be read.
//  3. No units, or no price. Quantity zero; a price at or below zero or under half a minor unit: samples, gifts, write-offs. A
//     negative quantity without a price is a stock adjustment.
//  4. Cancellation. A negative quantity, or an invoice that begins with C. It takes its units back from what the same
//     customer bought earlier of the same item at the same price: from the latest purchase that has enough left, else
//     from the latest backwards until nothing is left. Without a customer number nothing can be matched.
//     Sheet 2 of Online Retail II, as it is to be had today, came without its cancellations: a mistyped giant of 2011 and
//     its cancellation minutes later (74,215 of 23166 on 18 January, 80,995 of 23843 on 9 December) leave the purchase
//     standing. It is kept as ordered, for nothing in the rows says otherwise; who forecasts must withstand such a day.
//  5. Cancelled. A purchase of which rule 4 took every unit. One that lost only some is kept with the rest.
//  6. Kept.
//
// Stock codes are compared in upper case (85049d is 85049D). Never: it reads no file, guesses no missing price, moves no
// row to another day, and drops nothing without counting it.
package history

import "quartermaster/forecast"

// MicrosPerDay is the length of a day of local wall time.
const MicrosPerDay = 86_400_000_000

// PriceUnitsPerCent says how fine Lines.Price is: ten-thousandths of the currency unit, a hundredth of a minor unit.
const PriceUnitsPerCent = 100

// Part is one file, or one sheet of it: a body of rows that holds no row of its own twice by mistake. Parts are numbered
// in the order they were read.
type Part struct {
	Source string
	Sheet  int64 // 0 where the file has no sheets
}

// Lines are raw order lines as flat columns of equal length; a row is an index into all of them. Texts are numbers into
// the dictionaries beside them.
type Lines struct {
	Parts        []Part
	Invoices     []string
	Codes        []string
	Descriptions []string
	Customers    []string // "" is the customer that is not known
	Countries    []string

	Part        []int32
	Row         []int32 // row or line number in its file, from 1, for reports
	Invoice     []int32
	Code        []int32
	Description []int32
	Customer    []int32
	Country     []int32
	Qty         []int32
	Price       []int64 // ten-thousandths of the currency unit, one piece
	Placed      []int64 // local wall time as microseconds since 1970-01-01 00:00
}

// Len is the number of rows.
func (l *Lines) Len() int { return len(l.Invoice) }

// Books are what was ordered, cleaned.
type Books struct {
	Items     []Item            // by ID
	Orders    []Order           // by time, then by place in the input
	Sales     []forecast.Series // one per item, in the order of Items
	FirstDay  int               // first and last day with an order, days since 1970-01-01
	LastDay   int
	OpenDays  []bool // [day − FirstDay]: somebody ordered something
	Customers int    // known ones
	Report    Report
}

// Item is a thing that was sold.
type Item struct {
	ID         string
	Name       string // the description used most often; the later one where two are used alike
	PriceCents int64  // median over its lines
	FirstDay   int    // days since 1970-01-01
	LastDay    int
	Units      int64
}

// Order is one invoice with the goods that were not cancelled later.
type Order struct {
	ID           string
	PlacedMicros int64  // local wall time as microseconds since 1970-01-01 00:00
	Customer     string // "" = not known
	Country      string
	Lines        []Line // by place in the input, one per item
}

// Day is the day the order was placed, days since 1970-01-01.
func (o *Order) Day() int { return dayOf(o.PlacedMicros) }

// Line is one item of an order. PriceCents is one unit's; where an invoice had the item at several prices, their mean by
// units, rounded to the nearest minor unit.
type Line struct {
	Item       int32 // index into Books.Items
	Qty        int64
	PriceCents int64
}

func dayOf(micros int64) int {
	d := micros / MicrosPerDay
	if micros%MicrosPerDay < 0 {
		d--
	}
	return int(d)
}

// Report accounts for every row that went in.
type Report struct {
	Rows     int
	Kept     int          // rows with at least one unit that was not cancelled
	SetAside []ReasonRows // every reason that occurred, in the order of the rules

	Invoices   int // distinct numbers in the input, cancellations included
	Orders     int
	OrderLines int // kept rows after repeats of an item within an invoice were summed
	Summed     int // Kept − OrderLines
	Items      int

	CancelledUnits int64 // units taken back from purchases
	UnmatchedUnits int64 // units of cancellations that found no purchase
	KeptUnits      int64
}

// ReasonRows counts the rows that were set aside for one reason.
type ReasonRows struct {
	Reason   Reason
	Code     string // short and stable, for machines
	Sentence string
	Rows     int
	Units    int64 // sum of their quantities as given, signs included
}
