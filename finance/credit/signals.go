package credit

import (
	"math"
	"slices"

	"quartermaster/finance"
)

// Signals are a supplier's month in operations data, NaN where nothing is recorded.
type Signals struct {
	DelayDays       float64 // mean days late of deliveries
	FillRate        float64 // share of what was ordered that came
	Orders          float64 // placed with it
	PriceConcession float64 // share that its prices were cut by
	ReturnShare     float64 // of what came, not fit for sale
	DisputeShare    float64 // of invoices in dispute
	StockDays       float64 // it holds for us
}

var signalNames = []string{"delay_days", "fill_rate", "orders", "price_concession", "return_share", "dispute_share", "stock_days"}

// signalRisk is how risk moves with each signal; 0 where either may be.
var signalRisk = []int8{1, -1, 0, 1, 1, 1, 0}

func (s Signals) list() []float64 {
	return []float64{s.DelayDays, s.FillRate, s.Orders, s.PriceConcession, s.ReturnShare, s.DisputeShare, s.StockDays}
}

// MonthDays is a month of signals.
const MonthDays = 30

// SignalsOf reads a month's signals off a supplier's own records, as known on a morning: deliveries promised in the month
// before it, orders placed in it, and the newest report of stock that is not older than half a year. NaN = nothing recorded.
func SignalsOf(s finance.Supplier, asOfDay int) Signals {
	var orders float64
	var m sums
	var late, filled float64
	for i := range s.Deliveries {
		d := &s.Deliveries[i]
		if d.OrderedDay < asOfDay && d.OrderedDay >= asOfDay-MonthDays {
			orders++
		}
		if d.PromisedDay >= asOfDay || d.PromisedDay < asOfDay-MonthDays {
			continue
		}
		m.n++
		if d.ReceivedDay < 0 || d.ReceivedDay >= asOfDay { // not come by that day
			late += math.Min(MissedDays, float64(asOfDay-d.PromisedDay))
			continue
		}
		late += daysLate(d)
		filled += math.Min(1, float64(d.ReceivedQty)/math.Max(1, float64(d.OrderedQty)))
		m.terms(d)
	}
	return Signals{
		DelayDays: ratio(late, m.n), FillRate: ratio(filled, m.n), Orders: orders, PriceConcession: 1 - ratio(m.paid, m.agreed),
		ReturnShare: ratio(m.rejected, m.came), DisputeShare: ratio(m.disputed, m.n), StockDays: stockDays(s.Reports, asOfDay),
	}
}

// oldReportDays is how long a report of stock is worth something.
const oldReportDays = 183

func stockDays(reports []finance.Report, asOfDay int) float64 {
	for i := len(reports) - 1; i >= 0; i-- {
		if r := &reports[i]; r.Day < asOfDay && r.Day >= asOfDay-oldReportDays && r.StockDays != nil {
			return *r.StockDays
		}
	}
	return math.NaN()
}

// ratiosOf are the newest ratios that were told before a day, NaN where one never was.
func ratiosOf(reports []finance.Report, asOfDay int, names []string) []float64 {
	out := make([]float64, len(names))
	for k, name := range names {
		out[k] = math.NaN()
		for i := len(reports) - 1; i >= 0; i-- {
			if v, told := reports[i].Ratios[name]; told && reports[i].Day < asOfDay {
				out[k] = v
				break
			}
		}
	}
	return out
}

// RatioNames are the names of all ratios that were told of suppliers, in order.
func RatioNames(suppliers []finance.Supplier) []string {
	seen := map[string]bool{}
	var names []string
	for i := range suppliers {
		for _, r := range suppliers[i].Reports {
			for name := range r.Ratios {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// Months lays out what was known of a supplier at the end of each month until a morning, oldest first and at most `most`,
// from a month after the first purchase on. failedDay is the day it failed, before asOfDay; −1 = it did not. number tells
// suppliers apart.
func Months(s finance.Supplier, number, asOfDay, most, failedDay int, ratios []string) []SupplierMonth {
	var out []SupplierMonth
	for k := most - 1; k >= 0; k-- {
		day := asOfDay - k*MonthDays
		if day < s.SinceDay+MonthDays || failedDay >= 0 && day > failedDay {
			continue
		}
		out = append(out, SupplierMonth{
			Supplier: number, Month: most - k, Signals: SignalsOf(s, day), Ratios: ratiosOf(s.Reports, day, ratios),
			Fails: failedDay >= 0 && failedDay < day+MonthDays,
		})
	}
	return out
}
