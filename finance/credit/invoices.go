package credit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Invoice is one invoice to a payer; PaidDay −1 = not yet.
type Invoice struct {
	Payer                      string
	IssuedDay, DueDay, PaidDay int // days since 1970-01-01
	Amount                     float64
	Traits                     map[string]string // what else is known on the day of issue
}

// PaymentHistory describes each invoice by what was known on the day it was issued: the payer's record on invoices that
// were settled before that day, what is open or overdue, and its own terms. Invoices must come by day of issue; an error
// names one that does not, or whose dates make no sense. O(invoices of a payer squared).
func PaymentHistory(invoices []Invoice) (Frame, error) {
	names := []string{
		"late_share", "late_share_recent", "days_late_mean", "days_late_last", "days_late_worst", "days_late_spread", "settled",
		"open", "overdue", "amount", "amount_to_usual", "term_days", "days_since_last", "days_to_settle_mean", "late_share_shrunk",
		"late_share_weighted", "days_to_settle_shrunk",
	}
	f := make(Frame, len(names))
	for j, name := range names {
		f[j] = Column{Name: name, Numbers: make([]float64, len(invoices))}
	}
	var traits []string
	for _, v := range invoices {
		for name := range v.Traits {
			if !slices.Contains(traits, name) {
				traits = append(traits, name)
			}
		}
	}
	slices.Sort(traits)
	for _, name := range traits {
		c := Column{Name: name, Words: make([]string, len(invoices))}
		for i := range invoices {
			c.Words[i] = invoices[i].Traits[name]
		}
		f = append(f, c)
	}
	past := map[string][]int{}
	before := settledBefore(invoices)
	for i, v := range invoices {
		switch {
		case i > 0 && v.IssuedDay < invoices[i-1].IssuedDay:
			return nil, fmt.Errorf("credit: invoice %d was issued on day %d, before the one ahead of it; sort them by day of issue", i, v.IssuedDay)
		case v.DueDay < v.IssuedDay || v.PaidDay != -1 && v.PaidDay < v.IssuedDay:
			return nil, fmt.Errorf("credit: invoice %d, issued on day %d, is due on day %d and paid on day %d: dates out of order", i, v.IssuedDay, v.DueDay, v.PaidDay)
		}
		for j, x := range known(invoices, past[v.Payer], v, before[i]) {
			f[j].Numbers[i] = x
		}
		past[v.Payer] = append(past[v.Payer], i)
	}
	return f, nil
}

// everybody is what all payers' invoices showed that were settled by a day.
type everybody struct {
	late, settled float64
	days          float64 // summed over them from issue to payment
}

// lateShare leans on one late of three, so that it is never 0 or 1; daysToSettle is NaN where nothing was settled.
func (e everybody) lateShare() float64    { return (e.late + 1) / (e.settled + 3) }
func (e everybody) daysToSettle() float64 { return ratio(e.days, e.settled) }

// settledBefore sums up, for each invoice, those of all payers that were settled before it was issued.
func settledBefore(invoices []Invoice) []everybody {
	order := make([]int, 0, len(invoices))
	for i, v := range invoices {
		if v.PaidDay >= 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(invoices[a].PaidDay, invoices[b].PaidDay) })
	out := make([]everybody, len(invoices))
	var sum everybody
	for i, v := range invoices {
		for k := int(sum.settled); k < len(order) && invoices[order[k]].PaidDay < v.IssuedDay; k++ {
			p := &invoices[order[k]]
			if p.PaidDay > p.DueDay {
				sum.late++
			}
			sum.days += float64(p.PaidDay - p.IssuedDay)
			sum.settled++
		}
		out[i] = sum
	}
	return out
}

// recentInvoices are a payer's last settled ones; shrinkInvoices is what all payers weigh against a payer's own late share,
// shrinkDays against its days to settle (empirical Bayes: Efron and Morris, JASA 70, 1975); halfLifeDays is when a settled
// invoice counts half.
const (
	recentInvoices = 5
	shrinkInvoices = 2
	shrinkDays     = 3
	halfLifeDays   = 60
)

// known describes an invoice by its payer's past ones and those of all.
func known(invoices []Invoice, past []int, v Invoice, all everybody) []float64 {
	var settled []Invoice
	open, overdue, amounts := 0.0, 0.0, 0.0
	last := math.NaN()
	for _, i := range past {
		p := invoices[i]
		amounts += p.Amount
		last = float64(v.IssuedDay - p.IssuedDay)
		switch {
		case p.PaidDay >= 0 && p.PaidDay < v.IssuedDay:
			settled = append(settled, p)
		default:
			open++
			if p.DueDay < v.IssuedDay {
				overdue++
			}
		}
	}
	slices.SortStableFunc(settled, func(a, b Invoice) int { return a.PaidDay - b.PaidDay })
	n := float64(len(settled))
	nan := math.NaN()
	lateShare, recent, mean, lastLate, worst, spread, toSettle := nan, nan, nan, nan, nan, nan, nan
	var lates, weights, weighted, days float64
	if n > 0 {
		var late, late5, sum, square, settle float64
		worst = 0
		for k, p := range settled {
			d := float64(max(0, p.PaidDay-p.DueDay))
			weight := math.Exp2(-float64(v.IssuedDay-p.PaidDay) / halfLifeDays)
			weights += weight
			if d > 0 {
				late++
				weighted += weight
				if k >= len(settled)-recentInvoices {
					late5++
				}
			}
			sum += d
			square += d * d
			settle += float64(p.PaidDay - p.IssuedDay)
			worst, lastLate = math.Max(worst, d), d
		}
		lates, days = late, settle
		lateShare, recent = late/n, late5/math.Min(n, recentInvoices)
		mean, toSettle = sum/n, settle/n
		spread = math.Sqrt(math.Max(0, square/n-mean*mean))
	}
	usual := nan
	if len(past) > 0 && amounts > 0 {
		usual = v.Amount / (amounts / float64(len(past)))
	}
	base := all.lateShare()
	return []float64{
		lateShare, recent, mean, lastLate, worst, spread, n, open, overdue, v.Amount, usual, float64(v.DueDay - v.IssuedDay), last, toSettle,
		(lates + shrinkInvoices*base) / (n + shrinkInvoices), (weighted + shrinkInvoices*base) / (weights + shrinkInvoices),
		(days + shrinkDays*all.daysToSettle()) / (n + shrinkDays),
	}
}

// FlowInvoice is one invoice that a firm wrote (Sale) or received.
type FlowInvoice struct {
	Sale    bool
	Partner string
	Day     int
	Amount  float64 // negative = a correction
	Void    bool
}

// InvoiceFlows describes firms by their invoices: size and margin of trade, its growth, steadiness and gaps, partners and
// how much hangs on the largest, voided and corrected shares.
func InvoiceFlows(firms [][]FlowInvoice) Frame {
	names := []string{
		"sales_log", "purchases_log", "margin", "invoices_log", "months_sold", "growth", "sales_variation", "quiet_months",
		"customers_log", "suppliers_log", "top_customer", "top_supplier", "void_sales", "void_purchases", "corrected_sales",
		"corrected_purchases", "days_silent_at_end",
	}
	f := make(Frame, len(names))
	for j, name := range names {
		f[j] = Column{Name: name, Numbers: make([]float64, len(firms))}
	}
	end := 0
	for _, firm := range firms {
		for _, v := range firm {
			end = max(end, v.Day)
		}
	}
	for i, firm := range firms {
		for j, x := range flow(firm, end) {
			f[j].Numbers[i] = x
		}
	}
	return f
}

// side sums up one direction of a firm's trade.
type side struct {
	total, n, void, corrected float64
	partners                  map[string]float64
	months                    map[int]float64
	last                      int
}

func (s *side) add(v FlowInvoice) {
	s.n++
	if v.Void {
		s.void++
		return
	}
	if v.Amount < 0 {
		s.corrected++
	}
	s.total += v.Amount
	s.partners[v.Partner] += v.Amount
	s.months[v.Day/30] += v.Amount
	s.last = max(s.last, v.Day)
}

func (s *side) share(x float64) float64 { return x / math.Max(1, s.n) }

func (s *side) top() float64 {
	most := 0.0
	for _, v := range s.partners {
		most = math.Max(most, v)
	}
	if s.total <= 0 {
		return math.NaN()
	}
	return math.Min(1, most/s.total)
}

func flow(firm []FlowInvoice, end int) []float64 {
	sales := side{partners: map[string]float64{}, months: map[int]float64{}}
	buys := side{partners: map[string]float64{}, months: map[int]float64{}}
	for _, v := range firm {
		if v.Sale {
			sales.add(v)
		} else {
			buys.add(v)
		}
	}
	growth, variation, quiet, months := trendOf(sales.months)
	margin := math.NaN()
	if sales.total > 0 {
		margin = math.Max(-3, (sales.total-buys.total)/sales.total)
	}
	return []float64{
		math.Log1p(math.Max(0, sales.total)), math.Log1p(math.Max(0, buys.total)), margin, math.Log1p(sales.n + buys.n), months, growth,
		variation, quiet, math.Log1p(float64(len(sales.partners))), math.Log1p(float64(len(buys.partners))), sales.top(), buys.top(),
		sales.share(sales.void), buys.share(buys.void), sales.share(sales.corrected), buys.share(buys.corrected), float64(end - sales.last),
	}
}

// trendOf compares the later half of the months with the earlier, and says how uneven and how often empty they are.
func trendOf(months map[int]float64) (growth, variation, quiet, span float64) {
	if len(months) == 0 {
		return math.NaN(), math.NaN(), math.NaN(), 0
	}
	lo, hi := math.MaxInt, math.MinInt
	for m := range months {
		lo, hi = min(lo, m), max(hi, m)
	}
	n := hi - lo + 1
	var sum, square, early, late float64
	for m := lo; m <= hi; m++ {
		v := months[m]
		sum += v
		square += v * v
		if v <= 0 {
			quiet++
		}
		if 2*(m-lo) < n {
			early += v
		} else {
			late += v
		}
	}
	mean := sum / float64(n)
	if mean > 0 {
		variation = math.Sqrt(math.Max(0, square/float64(n)-mean*mean)) / mean
	}
	growth = (late - early) / math.Max(1, math.Abs(late)+math.Abs(early))
	return growth, variation, quiet / float64(n), float64(n)
}
