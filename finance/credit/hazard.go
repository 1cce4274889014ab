package credit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"quartermaster/finance"
	"quartermaster/internal/gbdt"
	"quartermaster/internal/rng"
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

// SupplierMonth is what is known of a supplier at the end of a month.
type SupplierMonth struct {
	Supplier int
	Month    int
	Signals  Signals
	Ratios   []float64 // of its newest accounts: more is sounder; the same number for all
	Fails    bool      // in the month after
}

// Horizon is how many months ahead a hazard model looks.
const Horizon = 12

// Hazard is a discrete-time hazard model: for each month ahead, the chance to fail in it having lived until then, seen from
// what is known now (a landmark model: van Houwelingen, Scandinavian Journal of Statistics 34, 2007, with trees).
type Hazard struct {
	Model *gbdt.Model
	With  bool // operations signals; else ratios alone
	keep  float64
}

// HazardOptions: With = use operations signals beside the ratios.
type HazardOptions struct {
	With    bool
	Seed    uint64
	Workers int
}

// keepGood is the share of good months ahead that is learned from; the odds are put right afterwards, as is usual for rare
// events (King and Zeng, Political Analysis 9, 2001).
const keepGood = 0.1

// TrainHazard learns from months in order of supplier and month. An error names a month out of order, or says how few
// failures there are.
func TrainHazard(ctx context.Context, months []SupplierMonth, o HazardOptions) (*Hazard, error) {
	t, y, err := landmarks(months, o)
	if err != nil {
		return nil, err
	}
	ds, err := gbdt.NewDataset(t, 0)
	if err != nil {
		return nil, fmt.Errorf("credit: hazard: %w", err)
	}
	m, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, gbdt.Config{
		Objective: gbdt.Logistic{}, Trees: 150, Rate: 0.06, MaxDepth: 4, MinLeafRows: 50, MinLeafHessian: 3, L2: 5, RowShare: 0.7, ColumnShare: 0.7,
		Monotone: hazardDirections(len(months[0].Ratios), o.With), Seed: o.Seed, Workers: max(1, o.Workers),
	})
	if err != nil {
		return nil, err
	}
	return &Hazard{Model: m, With: o.With, keep: keepGood}, nil
}

// landmarks lays out, for each supplier-month and a month ahead that it lives to see, what was known and whether it fails.
func landmarks(months []SupplierMonth, o HazardOptions) (gbdt.Table, []float64, error) {
	if len(months) == 0 {
		return gbdt.Table{}, nil, fmt.Errorf("credit: hazard: no month to learn from")
	}
	names := hazardNames(len(months[0].Ratios), o.With)
	t := gbdt.Table{Names: names, Columns: make([][]float64, len(names))}
	var y []float64
	r := rng.New(o.Seed, "hazard")
	failures := 0
	for lo := 0; lo < len(months); {
		hi := lo
		for ; hi < len(months) && months[hi].Supplier == months[lo].Supplier; hi++ {
			m := &months[hi]
			if hi > lo && m.Month != months[hi-1].Month+1 || len(m.Ratios) != len(months[0].Ratios) || hi > lo && months[hi-1].Fails {
				return gbdt.Table{}, nil, fmt.Errorf("credit: hazard: supplier %d, month %d: months must follow each other, carry %d ratios and end with the failure", m.Supplier, m.Month, len(months[0].Ratios))
			}
			if m.Fails {
				failures++
			}
		}
		for at := lo; at < hi; at++ {
			for ahead := 1; ahead <= Horizon && at+ahead-1 < hi; ahead++ {
				fails := months[at+ahead-1].Fails
				if !fails && r.Float64() >= keepGood {
					continue
				}
				for j, x := range hazardRow(months[lo:at+1], ahead, o.With) {
					t.Columns[j] = append(t.Columns[j], x)
				}
				y = append(y, 0)
				if fails {
					y[len(y)-1] = 1
				}
			}
		}
		lo = hi
	}
	if failures < LeastOfOne {
		return gbdt.Table{}, nil, fmt.Errorf("credit: hazard: %d failures; at least %d are needed to learn from", failures, LeastOfOne)
	}
	return t, y, nil
}

func hazardNames(ratios int, with bool) []string {
	names := []string{"months_ahead"}
	for k := range ratios {
		names = append(names, "ratio_"+strconv.Itoa(k+1))
	}
	if with {
		for _, s := range signalNames {
			names = append(names, s, s+"_3_months", s+"_change")
		}
	}
	return names
}

func hazardDirections(ratios int, with bool) []int8 {
	d := []int8{0}
	for range ratios {
		d = append(d, -1)
	}
	if with {
		for _, s := range signalRisk {
			d = append(d, s, s, s)
		}
	}
	return d
}

// hazardRow describes a supplier at the end of its newest month: each signal now, its mean over three months, and that
// against the year before.
func hazardRow(past []SupplierMonth, ahead int, with bool) []float64 {
	now := past[len(past)-1]
	row := append([]float64{float64(ahead)}, now.Ratios...)
	if !with {
		return row
	}
	for k, x := range now.Signals.list() {
		recent := meanSignal(past[max(0, len(past)-3):], k)
		before := meanSignal(past[max(0, len(past)-15):max(0, len(past)-3)], k)
		row = append(row, x, recent, recent-before)
	}
	return row
}

func meanSignal(months []SupplierMonth, k int) float64 {
	sum, n := 0.0, 0.0
	for i := range months {
		if x := months[i].Signals.list()[k]; !math.IsNaN(x) {
			sum += x
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / n
}

// PD gives the chances to fail within 1…12 months of a supplier whose months, oldest first, are given.
func (h *Hazard) PD(past []SupplierMonth) ([Horizon]float64, error) {
	var out [Horizon]float64
	if len(past) == 0 {
		return out, fmt.Errorf("credit: hazard: a supplier without a month cannot be judged")
	}
	row := hazardRow(past, 1, h.With)
	if len(row) != len(h.Model.Names) {
		return out, fmt.Errorf("credit: hazard: %d figures of supplier %d for a model of %d", len(row), past[0].Supplier, len(h.Model.Names))
	}
	alive := 1.0
	for k := range out {
		row[0] = float64(k + 1)
		alive *= 1 - sigmoid(h.Model.Score(row)+math.Log(h.keep)) // fewer goods were learned from than there are
		out[k] = 1 - alive
	}
	return out, nil
}

// Warnings say what alarms at a threshold are worth.
type Warnings struct {
	Threshold  float64
	FalseRate  float64 // of months of suppliers that live another year, share with an alarm
	Caught     float64 // share of failures with an alarm in the year before
	LeadMonths float64 // median months from the first such alarm to the failure
	AUC        float64 // of the 12-month PD against failure within 12 months
}

// EarlyWarning sets the alarm so that the given share of good months gives one, and measures what it catches and how long
// before.
func (h *Hazard) EarlyWarning(months []SupplierMonth, falseRate float64) (Warnings, error) {
	type judged struct{ pd, left float64 } // months left to the failure, 0 = lives
	var all []judged
	var ends [][2]int
	for lo := 0; lo < len(months); {
		hi := lo
		for hi < len(months) && months[hi].Supplier == months[lo].Supplier {
			hi++
		}
		from := len(all)
		for at := lo; at < hi; at++ {
			left := 0.0
			if months[hi-1].Fails {
				left = float64(hi - at)
			}
			if left == 0 && hi-at < Horizon || left > Horizon && left < Horizon+1 {
				continue // nobody knows what became of it within the horizon
			}
			pd, err := h.PD(months[lo : at+1])
			if err != nil {
				return Warnings{}, err
			}
			all = append(all, judged{pd[Horizon-1], left})
		}
		if months[hi-1].Fails {
			ends = append(ends, [2]int{from, len(all)})
		}
		lo = hi
	}
	var good, y, p []float64
	for _, j := range all {
		bad := j.left > 0 && j.left <= Horizon
		y, p = append(y, 0), append(p, j.pd)
		if bad {
			y[len(y)-1] = 1
		} else {
			good = append(good, j.pd)
		}
	}
	ms, err := Measure(y, p)
	if err != nil {
		return Warnings{}, err
	}
	slices.Sort(good)
	w := Warnings{Threshold: good[min(len(good)-1, int((1-falseRate)*float64(len(good))))], AUC: ms.AUC}
	for _, g := range good {
		if g > w.Threshold {
			w.FalseRate += 1 / float64(len(good))
		}
	}
	var leads []float64
	for _, e := range ends {
		for _, j := range all[e[0]:e[1]] {
			if j.left <= Horizon && j.pd > w.Threshold {
				leads = append(leads, j.left)
				break
			}
		}
	}
	w.Caught = float64(len(leads)) / math.Max(1, float64(len(ends)))
	slices.SortFunc(leads, cmp.Compare[float64])
	if len(leads) > 0 {
		w.LeadMonths = leads[len(leads)/2]
	}
	return w, nil
}

// ImaginedSuppliers is a supplier base drawn by rule, to measure what operations signals are worth. Each supplier has a
// hidden distress d, a random walk that returns slowly to 0 (d ← 0.95·d + 0.25·normal) and fails in the next month with
// log-odds −7 + 1.9·d. Its three ratios show the distress of 6 to 18 months ago, as yearly accounts do (published half a
// year late), each with noise of 0.8; its signals show that of now: delay 2 + 2·d₊ days ± 2, fill rate 0.97 − 0.04·d₊ ± 0.03,
// orders 12 − d ± 3, price concessions 0.02 + 0.02·d₊ ± 0.02, returns 0.01 + 0.008·d₊ ± 0.01, disputes 0.02 + 0.015·d₊ ±
// 0.02, stock 20 ± 6 days (of no meaning). d₊ is the positive part. The sizes are assumed, not measured anywhere.
func ImaginedSuppliers(seed uint64, suppliers, months int) []SupplierMonth {
	var out []SupplierMonth
	for s := range suppliers {
		r := rng.New(seed, "imagined suppliers", strconv.Itoa(s))
		d := make([]float64, months+18)
		for t := 1; t < len(d); t++ {
			d[t] = 0.95*d[t-1] + 0.25*r.NormFloat64()
		}
		phase := r.IntN(12)
		var ratios []float64
		for t := range months {
			now := d[t+18]
			if t == 0 || (t+phase)%12 == 0 {
				seen := d[t+18-6-(t+phase)%12]
				ratios = []float64{-seen + 0.8*r.NormFloat64(), -seen + 0.8*r.NormFloat64(), -seen + 0.8*r.NormFloat64()}
			}
			up := math.Max(0, now)
			m := SupplierMonth{Supplier: s, Month: t, Ratios: ratios, Signals: Signals{
				DelayDays: math.Max(0, 2+2*up+2*r.NormFloat64()), FillRate: math.Min(1, 0.97-0.04*up+0.03*r.NormFloat64()),
				Orders: math.Max(0, math.Round(12-now+3*r.NormFloat64())), PriceConcession: math.Max(0, 0.02+0.02*up+0.02*r.NormFloat64()),
				ReturnShare:  math.Max(0, 0.01+0.008*up+0.01*r.NormFloat64()),
				DisputeShare: math.Max(0, 0.02+0.015*up+0.02*r.NormFloat64()), StockDays: math.Max(0, 20+6*r.NormFloat64()),
			}}
			m.Fails = r.Float64() < sigmoid(-7+1.9*now)
			out = append(out, m)
			if m.Fails {
				break
			}
		}
	}
	return out
}

// signalDays is how many days of deliveries make a month's signals.
const signalDays = 30

// SignalsOf reads a month's signals off a supplier's own deliveries, as known on a day: those promised in the month before
// it, and orders placed in it. What deliveries do not show (concessions, disputes, stock) is missing.
func SignalsOf(s finance.Supplier, asOfDay int) Signals {
	nan := math.NaN()
	out := Signals{DelayDays: nan, FillRate: nan, PriceConcession: nan, ReturnShare: nan, DisputeShare: nan, StockDays: nan}
	var n, late, filled, came, rejected float64
	for i := range s.Deliveries {
		d := &s.Deliveries[i]
		if d.OrderedDay < asOfDay && d.OrderedDay >= asOfDay-signalDays {
			out.Orders++
		}
		if d.PromisedDay >= asOfDay || d.PromisedDay < asOfDay-signalDays {
			continue
		}
		n++
		switch {
		case d.ReceivedDay < 0 || d.ReceivedDay >= asOfDay: // not come by that day
			late += math.Min(MissedDays, float64(asOfDay-d.PromisedDay))
		default:
			late += daysLate(d)
			filled += math.Min(1, float64(d.ReceivedQty)/math.Max(1, float64(d.OrderedQty)))
			came += float64(d.ReceivedQty)
			rejected += float64(d.RejectedQty)
		}
	}
	if n > 0 {
		out.DelayDays, out.FillRate = late/n, filled/n
	}
	if came > 0 {
		out.ReturnShare = rejected / came
	}
	return out
}
