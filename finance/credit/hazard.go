package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/gbdt"
	"quartermaster/internal/rng"
)

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
// what is known now (a landmark model: van Houwelingen, Scandinavian Journal of Statistics 34, 2007, with trees). Its JSON
// form is its file.
type Hazard struct {
	Format string      `json:"format"`
	Model  *gbdt.Model `json:"model"`
	With   bool        `json:"signals"`          // operations signals; else ratios alone
	Ratios []string    `json:"ratios,omitempty"` // names of the ratios, in order
	Keep   float64     `json:"keep"`             // share of the good months ahead that was learned from
	Mean   []float64   `json:"mean"`             // contribution of each column over the months learned from
	// Watch is what its alarms were worth on suppliers left out while learning, Alone those of ratios without signals.
	Watch *Warnings `json:"watch,omitempty"`
	Alone *Warnings `json:"ratios_alone,omitempty"`

	explainer *gbdt.Explainer
}

const hazardFormat = "quartermaster-hazard/1"

// HazardOptions: With = use operations signals beside the ratios.
type HazardOptions struct {
	With    bool
	Ratios  []string // names of the ratios; nil = ratio_1, …
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
	h := &Hazard{Format: hazardFormat, Model: m, With: o.With, Ratios: ratioNames(months, o.Ratios), Keep: keepGood}
	h.explainer = m.Explainer()
	return h, h.profile(t)
}

// mostMonths bounds the months that mean contributions are taken over.
const mostMonths = 2000

// profile keeps what the usual month looks like.
func (h *Hazard) profile(t gbdt.Table) error {
	rows := len(t.Columns[0])
	h.Mean = make([]float64, len(t.Columns))
	x, phi := make([]float64, len(t.Columns)), make([]float64, len(t.Columns))
	n := 0.0
	for i := 0; i < rows; i += max(1, rows/mostMonths) {
		for j := range x {
			x[j] = t.Columns[j][i]
		}
		h.explainer.Explain(x, phi)
		for j, v := range phi {
			h.Mean[j] += v
		}
		n++
	}
	for j := range h.Mean {
		h.Mean[j] /= n
	}
	return nil
}

// ReadHazard reads a model's file and refuses what makes no model.
func ReadHazard(data []byte) (*Hazard, error) {
	h := new(Hazard)
	if err := json.Unmarshal(data, h); err != nil {
		return nil, fmt.Errorf("credit: read a hazard model: %w", err)
	}
	want := hazardNames(h.Ratios, h.With)
	switch {
	case h.Format != hazardFormat:
		return nil, fmt.Errorf("credit: read a hazard model: its format is %q, want %q", h.Format, hazardFormat)
	case h.Model == nil || !slices.Equal(h.Model.Names, want) || len(h.Mean) != len(want) || !(h.Keep > 0 && h.Keep <= 1):
		return nil, fmt.Errorf("credit: read a hazard model: its columns do not fit its signals and %d ratios", len(h.Ratios))
	}
	h.explainer = h.Model.Explainer()
	return h, nil
}

func ratioNames(months []SupplierMonth, names []string) []string {
	if names != nil || len(months) == 0 {
		return names
	}
	for k := range months[0].Ratios {
		names = append(names, fmt.Sprintf("ratio_%d", k+1))
	}
	return names
}

// landmarks lays out, for each supplier-month and a month ahead that it lives to see, what was known and whether it fails.
func landmarks(months []SupplierMonth, o HazardOptions) (gbdt.Table, []float64, error) {
	if len(months) == 0 || o.Ratios != nil && len(o.Ratios) != len(months[0].Ratios) {
		return gbdt.Table{}, nil, fmt.Errorf("credit: hazard: no month to learn from, or not as many ratios as names")
	}
	names := hazardNames(ratioNames(months, o.Ratios), o.With)
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

func hazardNames(ratios []string, with bool) []string {
	names := append([]string{"months_ahead"}, ratios...)
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
		alive *= 1 - sigmoid(h.Model.Score(row)+math.Log(h.Keep)) // fewer goods were learned from than there are
		out[k] = 1 - alive
	}
	return out, nil
}
