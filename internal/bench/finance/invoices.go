package finance

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartermaster/finance/credit"
)

// receivables makes the question "will this invoice be paid late", asked on its own day, of a table of settled invoices:
// the first 70 % by date are learned from, the rest foretold. Later knowledge (dispute, switch to paperless) is not used.
func (t *table) receivables() (*task, error) {
	var all []credit.Invoice
	for i := range t.rows {
		at := func(name string) string {
			if c := t.column(name); c != nil {
				return c[i]
			}
			return ""
		}
		issued, err1 := day(at("InvoiceDate"))
		due, err2 := day(at("DueDate"))
		paid, err3 := day(at("SettledDate"))
		amount, ok := numbers([]string{at("InvoiceAmount")})
		for _, err := range []error{err1, err2, err3} {
			if err != nil || !ok {
				return nil, fmt.Errorf("--data: table %s: line %d: dates or amount cannot be read: %w", t.name, i+2, err)
			}
		}
		all = append(all, credit.Invoice{
			Payer: at("customerID"), IssuedDay: issued, DueDay: due, PaidDay: paid, Amount: amount[0],
			Traits: map[string]string{"country": at("countryCode"), "bill": at("PaperlessBill")},
		})
	}
	slices.SortStableFunc(all, func(a, b credit.Invoice) int { return a.IssuedDay - b.IssuedDay })
	frame, err := credit.PaymentHistory(all)
	if err != nil {
		return nil, err
	}
	out := &task{frame: frame}
	f := fold{name: "last-30-percent"}
	for i, v := range all {
		late := 0.0
		if v.PaidDay > v.DueDay {
			late = 1
		}
		out.y = append(out.y, late)
		if 10*i < 7*len(all) {
			f.train = append(f.train, i)
		} else {
			f.test = append(f.test, i)
		}
	}
	out.folds = []fold{f}
	return out, nil
}

func day(s string) (int, error) {
	at, err := time.Parse(time.DateOnly, s)
	return int(at.Unix() / 86400), err
}

const flowRepeats = 10

// invoiceFlows makes the question "will this firm default" of firms' invoices, in and out; ratings are not used. Ten deals
// of five folds, since there are few firms.
func (t *table) invoiceFlows(path string, seed uint64) (*task, error) {
	beside := strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".csv") + "_enterprises.csv"
	firms, err := readTable(beside)
	if err != nil {
		return nil, err
	}
	y, ok := numbers(firms.column("defaulted"))
	ids := firms.column("enterprise")
	if !ok || ids == nil {
		return nil, fmt.Errorf("--data: %s: want columns enterprise and defaulted", filepath.Base(beside))
	}
	totals, ok1 := numbers(t.column("total"))
	voids, ok2 := numbers(t.column("void"))
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("--data: table %s: want numbers in columns total and void", t.name)
	}
	place := map[string]int{}
	for k, id := range ids {
		place[id] = k
	}
	flows := make([][]credit.FlowInvoice, len(ids))
	for i, id := range t.column("enterprise") {
		k, known := place[id]
		if !known {
			continue
		}
		at, err := day(t.column("date")[i])
		if err != nil {
			return nil, fmt.Errorf("--data: table %s: line %d: date: %w", t.name, i+2, err)
		}
		if math.IsNaN(totals[i]) {
			continue
		}
		flows[k] = append(flows[k], credit.FlowInvoice{
			Sale: t.column("direction")[i] == "out", Partner: t.column("counterparty")[i], Day: at, Amount: totals[i], Void: voids[i] == 1,
		})
	}
	out := &task{frame: credit.InvoiceFlows(flows), y: y}
	for r := range flowRepeats {
		out.folds = append(out.folds, foldsOf(dealFolds(y, seed+uint64(r)), fmt.Sprintf("deal-%d-fold-", r))...)
	}
	return out, nil
}
