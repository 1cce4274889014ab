package credit

import (
	"fmt"
	"math"
	"slices"

	"quartermaster/finance"
)

// recordDays is how far back a supplier's record looks; recentDays is what counts as recent.
const (
	recordDays = 365
	recentDays = 90
)

// RecordColumn is one column of what the program's own records say of a supplier.
type RecordColumn struct {
	Name      string
	Direction int8   // of risk with it; 0 = either
	Factor    string // the business factor that its reasons are merged under
	Fixed     bool   // nobody can change it
	Meaning   string
}

// RecordColumns lists the columns of Records. Figures of deliveries count those promised in the year before the day.
func RecordColumns() []RecordColumn {
	return []RecordColumn{
		{"deliveries", 0, "order cadence", false, "deliveries that were promised in the year"},
		{"on_time_share", -1, "delivery delay", false, "share of them that came by the promised day"},
		{"days_late", 1, "delivery delay", false, "mean days late, one that never came counts 30"},
		{"days_late_recent", 1, "delivery delay", false, "the same over the last 90 days"},
		{"days_late_change", 1, "delivery delay", false, "days_late_recent less the mean of the rest of the year"},
		{"days_late_spread", 1, "delivery delay", false, "standard deviation of days late"},
		{"fill_rate", -1, "fill rate", false, "mean share of the ordered quantity that came"},
		{"fill_rate_recent", -1, "fill rate", false, "the same over the last 90 days"},
		{"missed_share", 1, "fill rate", false, "share of deliveries that never came"},
		{"return_share", 1, "returns", false, "share of what came that was unfit for sale"},
		{"price_concession", 1, "price concessions", false, "mean share that deliveries cost less than was agreed"},
		{"dispute_share", 1, "disputes", false, "share of deliveries whose invoice is in dispute"},
		{"orders_recent", 0, "order cadence", false, "orders placed in the last 90 days"},
		{"orders_change", 0, "order cadence", false, "logarithm of their number over that of the 90 days before, each plus 1"},
		{"days_since_order", 0, "order cadence", false, "days since the last order"},
		{"years", 0, "relationship", true, "years since the first purchase"},
		{"prepaid_share", 0, "terms", false, "share of an order that is paid before delivery"},
		{"limit_use", 1, "exposure", false, "prepaid part of the open orders over the credit limit"},
	}
}

// Records describes suppliers by the program's own records as known on a morning; NaN stands where nothing is recorded. An
// error names the supplier and the field or delivery that makes no sense.
func Records(suppliers []finance.Supplier, asOfDay int) (Frame, error) {
	columns := RecordColumns()
	f := make(Frame, len(columns))
	for j, c := range columns {
		f[j] = Column{Name: c.Name, Numbers: make([]float64, len(suppliers))}
	}
	for i := range suppliers {
		if err := validate(&suppliers[i], asOfDay); err != nil {
			return nil, err
		}
		row := recordOf(&suppliers[i], asOfDay)
		if len(row) != len(f) {
			return nil, fmt.Errorf("credit: %d figures of supplier %q for %d columns", len(row), suppliers[i].ID, len(f))
		}
		for j, x := range row {
			f[j].Numbers[i] = x
		}
	}
	return f, nil
}

// sums of one stretch of deliveries.
type sums struct{ n, onTime, late, square, filled, missed, came, rejected, agreed, paid, disputed float64 }

func (s *sums) add(d *finance.Delivery, asOfDay int) {
	late := daysLate(d)
	if d.ReceivedDay < 0 {
		late = math.Min(MissedDays, math.Max(0, float64(asOfDay-d.PromisedDay)))
		s.missed++
	}
	s.n++
	s.late += late
	s.square += late * late
	if late == 0 {
		s.onTime++
	}
	s.filled += math.Min(1, float64(d.ReceivedQty)/float64(d.OrderedQty))
	s.terms(d)
}

// terms adds what a delivery says besides when it came and how much.
func (s *sums) terms(d *finance.Delivery) {
	s.came += float64(d.ReceivedQty)
	s.rejected += float64(d.RejectedQty)
	if d.Agreed.Minor > 0 {
		s.agreed += float64(d.Agreed.Minor)
		s.paid += math.Min(float64(d.Agreed.Minor), float64(d.Value.Minor))
	}
	if d.Disputed {
		s.disputed++
	}
}

func recordOf(s *finance.Supplier, asOfDay int) []float64 {
	var year, recent, before sums
	var orders, ordersBefore float64
	lastOrder := math.NaN()
	for i := range s.Deliveries {
		d := &s.Deliveries[i]
		age := asOfDay - d.OrderedDay
		lastOrder = float64(age)
		switch {
		case age <= recentDays:
			orders++
		case age <= 2*recentDays:
			ordersBefore++
		}
		if d.PromisedDay >= asOfDay && d.ReceivedDay < 0 || d.PromisedDay < asOfDay-recordDays {
			continue // not due yet, or long ago
		}
		year.add(d, asOfDay)
		if d.PromisedDay >= asOfDay-recentDays {
			recent.add(d, asOfDay)
		} else {
			before.add(d, asOfDay)
		}
	}
	lateYear := ratio(year.late, year.n)
	spread := math.Sqrt(math.Max(0, ratio(year.square, year.n)-lateYear*lateYear))
	lateRecent := ratio(recent.late, recent.n)
	return []float64{
		year.n, ratio(year.onTime, year.n), lateYear, lateRecent, lateRecent - ratio(before.late, before.n), spread,
		ratio(year.filled, year.n), ratio(recent.filled, recent.n), ratio(year.missed, year.n), ratio(year.rejected, year.came),
		1 - ratio(year.paid, year.agreed), ratio(year.disputed, year.n),
		orders, math.Log((orders + 1) / (ordersBefore + 1)), lastOrder, float64(asOfDay-s.SinceDay) / daysPerYear,
		s.PrepaidShare, limitUse(s).criterion.Value,
	}
}

// ratio is NaN where there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// Then is the supplier as it was known on a morning: later deliveries and receipts are not there, and one with whom trade
// began later counts as new. What is still waited for counts as missed once it is more than MissedDays late, and not before.
// What is not recorded by day (limit, open orders) stays as it is.
func Then(s finance.Supplier, asOfDay int) finance.Supplier {
	s.SinceDay = min(s.SinceDay, asOfDay)
	s.Deliveries = slices.DeleteFunc(slices.Clone(s.Deliveries), func(d finance.Delivery) bool {
		return d.OrderedDay >= asOfDay || d.ReceivedDay >= asOfDay || d.Open && asOfDay-d.PromisedDay <= MissedDays
	})
	s.Reports = slices.DeleteFunc(slices.Clone(s.Reports), func(r finance.Report) bool { return r.Day >= asOfDay })
	return s
}

// RecordOptions are the options that a model on Records is learned with: directions, factors and what nobody can change.
func RecordOptions(o Options) Options {
	o.Directions, o.Factors, o.Fixed = map[string]int8{}, map[string]string{}, nil
	for _, c := range RecordColumns() {
		if c.Direction != 0 {
			o.Directions[c.Name] = c.Direction
		}
		o.Factors[c.Name] = c.Factor
		if c.Fixed {
			o.Fixed = append(o.Fixed, c.Name)
		}
	}
	return o
}

// OnRecords says whether a model reads nothing but the columns of Records, so that it can judge suppliers; else it names a
// column that is none.
func (m *Model) OnRecords() (ok bool, other string) {
	known := map[string]bool{}
	for _, c := range RecordColumns() {
		known[c.Name] = true
	}
	for _, f := range m.Features {
		if !known[f.Name] || f.Levels != nil {
			return false, f.Name
		}
	}
	return true, ""
}
