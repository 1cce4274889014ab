package credit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/finance"
)

// Warnings say what alarms at a threshold are worth.
type Warnings struct {
	Threshold  float64 `json:"threshold"`
	FalseRate  float64 `json:"false_rate"`  // of months of suppliers that live another year, share with an alarm
	Caught     float64 `json:"caught"`      // share of failures with an alarm in the year before
	LeadMonths float64 `json:"lead_months"` // median months from the first such alarm to the failure
	AUC        float64 `json:"auc"`         // of the 12-month PD against failure within 12 months
	Failures   int     `json:"failures"`    // that could be warned of
	Months     int     `json:"months"`      // judged
	// Expected and Came are failures within 12 months, summed over the months judged: by the PDs, and as it was.
	Expected float64 `json:"expected"`
	Came     float64 `json:"came"`
}

// watched is a supplier's months as an alarm sees them.
type watched struct {
	pd, left []float64 // 12-month PD; months left to the failure, 0 = lives
	// whole says of each whether the horizon was over when the records end. Where it was not, only failures are known: an alarm
	// for them counts, but counted among all months they would make failures look more frequent than they are.
	whole []bool
	fails bool
}

// lastMonth is the month in which records end.
func lastMonth(months []SupplierMonth) int {
	last := math.MinInt
	for i := range months {
		last = max(last, months[i].Month)
	}
	return last
}

// watch judges every month of which is known what became of it within the horizon; last is the month in which records end.
func (h *Hazard) watch(months []SupplierMonth, last int) ([]watched, error) {
	var out []watched
	for _, one := range bySupplier(months) {
		fails := one[len(one)-1].Fails
		w := watched{fails: fails}
		for at := range one {
			left := 0.0
			if fails {
				left = float64(len(one) - at)
			} else if len(one)-at < Horizon {
				continue
			}
			pd, err := h.PD(one[:at+1])
			if err != nil {
				return nil, err
			}
			w.pd, w.left, w.whole = append(w.pd, pd[Horizon-1]), append(w.left, left), append(w.whole, one[at].Month+Horizon-1 <= last)
		}
		out = append(out, w)
	}
	return out, nil
}

// bySupplier parts months where the supplier changes.
func bySupplier(months []SupplierMonth) [][]SupplierMonth {
	var out [][]SupplierMonth
	for lo := 0; lo < len(months); {
		hi := lo
		for hi < len(months) && months[hi].Supplier == months[lo].Supplier {
			hi++
		}
		out = append(out, months[lo:hi])
		lo = hi
	}
	return out
}

// EarlyWarning sets the alarm so that the given share of good months gives one, and measures what it catches and how long
// before.
func (h *Hazard) EarlyWarning(months []SupplierMonth, falseRate float64) (Warnings, error) {
	all, err := h.watch(months, lastMonth(months))
	if err != nil {
		return Warnings{}, err
	}
	return warningsOf(all, falseRate)
}

func warningsOf(all []watched, falseRate float64) (Warnings, error) {
	var w Warnings
	var good, y, p []float64
	for _, one := range all {
		for k, pd := range one.pd {
			if !one.whole[k] {
				continue
			}
			bad := one.left[k] > 0 && one.left[k] <= Horizon
			y, p = append(y, 0), append(p, pd)
			if bad {
				y[len(y)-1] = 1
				w.Came++
			} else {
				good = append(good, pd)
			}
			w.Expected += pd
		}
	}
	ms, err := Measure(y, p)
	if err != nil {
		return Warnings{}, err
	}
	slices.Sort(good)
	w.AUC, w.Months = ms.AUC, len(p)
	w.Threshold = good[min(len(good)-1, int((1-falseRate)*float64(len(good))))]
	for _, g := range good {
		if g > w.Threshold {
			w.FalseRate += 1 / float64(len(good))
		}
	}
	var leads []float64
	for _, one := range all {
		if !one.fails {
			continue
		}
		w.Failures++
		for k, pd := range one.pd {
			if one.left[k] <= Horizon && pd > w.Threshold {
				leads = append(leads, one.left[k])
				break
			}
		}
	}
	w.Caught = float64(len(leads)) / math.Max(1, float64(w.Failures))
	slices.SortFunc(leads, cmp.Compare[float64])
	if len(leads) > 0 {
		w.LeadMonths = leads[len(leads)/2]
	}
	return w, nil
}

// warningFolds is how many parts of the suppliers are left out in turn to measure alarms.
const warningFolds = 5

// LeastFailed is the least number of failures that a warning model is learned from: each fold must leave enough to learn from.
const LeastFailed = 2 * LeastOfOne

// TrainWarning learns a hazard model with signals on all suppliers, and measures on suppliers left out in turn what its
// alarms are worth at a rate of false ones, beside those of ratios alone where there are ratios. An error says what is
// wanting.
func TrainWarning(ctx context.Context, months []SupplierMonth, falseRate float64, o HazardOptions) (*Hazard, error) {
	if !(falseRate > 0 && falseRate < 1) {
		return nil, fmt.Errorf("credit: early warning: a rate of false alarms of %g; want one between 0 and 1", falseRate)
	}
	suppliers := bySupplier(months)
	fails := make([]float64, len(suppliers))
	failures := 0
	for k, one := range suppliers {
		if one[len(one)-1].Fails {
			fails[k] = 1
			failures++
		}
	}
	if failures < LeastFailed || len(suppliers)-failures < LeastFailed {
		return nil, fmt.Errorf("credit: early warning: %d suppliers failed and %d lived on; at least %d of either are needed", failures, len(suppliers)-failures, LeastFailed)
	}
	o.With = true
	h, err := TrainHazard(ctx, months, o)
	if err != nil {
		return nil, err
	}
	folds := dealFolds(fails, warningFolds, o.Seed)
	if h.Watch, err = crossWatch(ctx, suppliers, folds, falseRate, o); err != nil {
		return nil, err
	}
	if o.With = false; len(h.Ratios) > 0 {
		h.Alone, err = crossWatch(ctx, suppliers, folds, falseRate, o)
	}
	return h, err
}

// crossWatch judges each fold's suppliers by a model of the others.
func crossWatch(ctx context.Context, suppliers [][]SupplierMonth, folds []int, falseRate float64, o HazardOptions) (*Warnings, error) {
	var all []watched
	last := lastMonth(slices.Concat(suppliers...))
	for k := range warningFolds {
		rows, rest := split(folds, k)
		h, err := TrainHazard(ctx, slices.Concat(take(suppliers, rows)...), o)
		if err != nil {
			return nil, err
		}
		part, err := h.watch(slices.Concat(take(suppliers, rest)...), last)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	w, err := warningsOf(all, falseRate)
	if err != nil {
		return nil, fmt.Errorf("credit: early warning: months with a known end: %w", err)
	}
	return &w, nil
}

// mostOutlookReasons is how many reasons an outlook names.
const mostOutlookReasons = 4

// hazardFactors name what a signal's columns belong to, in the order of signalNames.
var hazardFactors = []string{"delivery delay", "fill rate", "order cadence", "price concessions", "returns", "disputes", "stock"}

// Outlook judges a supplier as of a morning by its own records. A supplier with less than a month of trade has none (nil).
func (h *Hazard) Outlook(s finance.Supplier, asOfDay int, name string, version int) (*finance.Outlook, error) {
	past := Months(s, 0, asOfDay, 15, -1, h.Ratios)
	if len(past) == 0 {
		return nil, nil
	}
	pd, err := h.PD(past)
	if err != nil {
		return nil, err
	}
	out := &finance.Outlook{Model: name, Version: version, PD: pd[:], Threshold: 1}
	if w := h.Watch; w != nil {
		out.Threshold, out.FalseRate, out.Caught, out.LeadMonths = w.Threshold, w.FalseRate, w.Caught, w.LeadMonths
	}
	out.Alarm = pd[Horizon-1] > out.Threshold
	out.Reasons = h.reasons(past)
	return out, nil
}

// reasons are the factors that raise the mean log-odds of the months ahead most against the usual month.
func (h *Hazard) reasons(past []SupplierMonth) []finance.Reason {
	row := hazardRow(past, 1, h.With)
	phi, sum := make([]float64, len(row)), make([]float64, len(row))
	for k := range Horizon {
		row[0] = float64(k + 1)
		h.explainer.Explain(row, phi)
		for j, v := range phi {
			sum[j] += (v - h.Mean[j]) / Horizon
		}
	}
	var out []finance.Reason
	add := func(factor, sentence string, moved float64) {
		if moved > leastReason {
			out = append(out, finance.Reason{Factor: factor, Points: -moved, Sentence: sentence})
		}
	}
	for k, name := range h.Ratios {
		if v := row[1+k]; !math.IsNaN(v) {
			add(name, fmt.Sprintf("%s of the accounts is %.3g", name, v), sum[1+k])
		} else {
			add(name, name+" of the accounts was never told", sum[1+k])
		}
	}
	if h.With {
		for k, factor := range hazardFactors {
			j := 1 + len(h.Ratios) + 3*k
			add(factor, signalSentence(k, row[j:j+3]), sum[j]+sum[j+1]+sum[j+2])
		}
	}
	slices.SortStableFunc(out, func(a, b finance.Reason) int { return cmp.Compare(a.Points, b.Points) })
	return out[:min(mostOutlookReasons, len(out))]
}

// signalWords says what a signal is, with its unit and by what a share is shown.
var signalWords = []struct {
	words, unit string
	times       float64
}{
	{"mean days late", "days", 1}, {"share of what was ordered that came", "%", 100}, {"orders a month", "orders", 1},
	{"share that prices were cut by", "%", 100}, {"share of goods unfit for sale", "%", 100}, {"share of invoices in dispute", "%", 100}, {"stock", "days", 1},
}

// signalSentence tells a signal's mean of three months against the year before.
func signalSentence(k int, x []float64) string {
	w := signalWords[k]
	recent, change := x[1]*w.times, x[2]*w.times
	switch {
	case math.IsNaN(recent):
		return w.words + ": nothing was recorded in the last three months"
	case math.IsNaN(change):
		return fmt.Sprintf("%s: %.1f %s over the last three months", w.words, recent, w.unit)
	}
	return fmt.Sprintf("%s: %.1f %s over the last three months, %+.1f against the year before", w.words, recent, w.unit, change)
}
