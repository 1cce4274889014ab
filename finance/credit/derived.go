package credit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/gbdt"
)

// Derived is a column made of two others. Ratios of ratios and differences of like figures say what trees and bins of single
// columns can only say in many steps (Zięba, Tomczak and Tomczak, Expert Systems with Applications 58, 2016, draw theirs at
// random; here they are chosen).
type Derived struct {
	Name string `json:"name"`
	A    int    `json:"a"` // places of the features
	B    int    `json:"b"`
	Op   string `json:"op"` // "ratio" (a/b) or "difference" (a − b)
}

const (
	ratioOf      = "ratio"
	differenceOf = "difference"
)

// of is the derived value, NaN where there is none.
func (d *Derived) of(a, b float64) float64 {
	v := a - b
	if d.Op == ratioOf {
		v = a / b
	}
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// Limits of deriving: from how many columns pairs are made, how many are kept, and how many of them a card may hold.
const (
	deriveFrom   = 20
	deriveKept   = 100
	deriveInCard = 24
)

// deriveGain is the part of the loss on cases left out that derived columns must take away to be used.
const deriveGain = 0.003

// derive chooses derived columns: pairs of the columns of numbers without a set direction that trees gain most from (a derived
// column could not keep the direction of its parents), then those among the pairs that trees gain most from. They are used
// where trees with them foretell a fold left out of all this clearly better than trees without. Small sets could not tell.
func (m *Model) derive(ctx context.Context, f Frame, y []float64, o Options) error {
	if len(y) < smallSample || o.Kind == GlassBox {
		return nil
	}
	folds := dealFolds(y, learnFolds, o.Seed)
	var valid []int32
	for i := range int32(len(y)) {
		if folds[i] == 0 {
			valid = append(valid, i)
		}
	}
	base, plain, err := m.probe(ctx, f, y, valid, o)
	if err != nil {
		return err
	}
	gain := gains(base, len(m.Features))
	var from []int
	for j := range m.Features {
		if m.Features[j].Levels == nil && m.Features[j].Direction == 0 && gain[j] > 0 {
			from = append(from, j)
		}
	}
	slices.SortStableFunc(from, func(a, b int) int { return cmp.Compare(gain[b], gain[a]) })
	from = from[:min(deriveFrom, len(from))]
	for i, a := range from {
		for _, b := range from[i+1:] {
			m.Derived = append(m.Derived, Derived{m.Features[a].Name + " / " + m.Features[b].Name, a, b, ratioOf}, Derived{m.Features[a].Name + " − " + m.Features[b].Name, a, b, differenceOf})
		}
	}
	if len(m.Derived) == 0 {
		return nil
	}
	wide, _, err := m.probe(ctx, f, y, valid, o)
	if err != nil {
		return err
	}
	gain = gains(wide, len(m.Features)+len(m.Derived))[len(m.Features):]
	order := make([]int, len(m.Derived))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gain[b], gain[a]) })
	kept := make([]Derived, 0, deriveKept)
	for _, k := range order[:min(deriveKept, len(order))] {
		if gain[k] > 0 {
			kept = append(kept, m.Derived[k])
		}
	}
	m.Derived = kept
	_, better, err := m.probe(ctx, f, y, valid, o)
	if err != nil {
		return err
	}
	if better > plain*(1-deriveGain) {
		m.Derived = nil
	}
	return nil
}

// probe learns trees on all cases but those left out, and tells the least loss on these.
func (m *Model) probe(ctx context.Context, f Frame, y []float64, valid []int32, o Options) (*gbdt.Model, float64, error) {
	t, directions, err := m.table(f)
	if err != nil {
		return nil, 0, err
	}
	ds, err := gbdt.NewDataset(t, 0)
	if err != nil {
		return nil, 0, fmt.Errorf("credit: %w", err)
	}
	least := math.Inf(1)
	trees, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, gbdt.Config{
		Objective: gbdt.Logistic{}, Trees: 200, Rate: 0.1, MaxDepth: 4, L2: 1, MinLeafHessian: 3, RowShare: 0.8, ColumnShare: 0.3, EarlyStop: 25,
		Monotone: directions, ValidRows: valid, Seed: o.Seed, Workers: o.Workers,
		Progress: func(_ int, loss float64) { least = math.Min(least, loss) },
	})
	return trees, least, err
}

// gains are what splits on each column took off the loss.
func gains(m *gbdt.Model, columns int) []float64 {
	out := make([]float64, columns)
	for _, t := range m.Trees {
		for _, n := range t.Nodes {
			if n.Column >= 0 {
				out[n.Column] += n.Gain
			}
		}
	}
	return out
}

// columns are the frame as numbers: the features, then what is derived of them.
func (m *Model) columns(f Frame) ([][]float64, error) {
	out, err := coded(f, m.Features)
	if err != nil {
		return nil, err
	}
	for k := range m.Derived {
		d := &m.Derived[k]
		values := make([]float64, f.Rows())
		for i := range values {
			values[i] = d.of(out[d.A][i], out[d.B][i])
		}
		out = append(out, values)
	}
	return out, nil
}

// fill puts the derived values of one case behind its features.
func (m *Model) fill(x []float64) {
	n := len(m.Features)
	for k := range m.Derived {
		d := &m.Derived[k]
		x[n+k] = d.of(x[d.A], x[d.B])
	}
}

// width is how many columns trees and cards see.
func (m *Model) width() int { return len(m.Features) + len(m.Derived) }

// widened are the features with the derived columns as features of their own, the first `most` of these.
func (m *Model) widened(most int) []Feature {
	out := slices.Clip(m.Features)
	for k := range m.Derived[:min(most, len(m.Derived))] {
		out = append(out, Feature{Name: m.Derived[k].Name})
	}
	return out
}

// widen adds the first `most` derived columns to a frame.
func (m *Model) widen(f Frame, most int) Frame {
	out := slices.Clip(f)
	for k := range m.Derived[:min(most, len(m.Derived))] {
		d := &m.Derived[k]
		a, b := f.Column(m.Features[d.A].Name), f.Column(m.Features[d.B].Name)
		c := Column{Name: d.Name, Numbers: make([]float64, f.Rows())}
		for i := range c.Numbers {
			c.Numbers[i] = d.of(a.Numbers[i], b.Numbers[i])
		}
		out = append(out, c)
	}
	return out
}

// share shares what derived columns contribute between their parents, so that reasons speak of columns that people know.
func (m *Model) share(wide, narrow []float64) {
	n, w := len(m.Features), m.width()
	for i := range len(narrow) / n {
		row := wide[i*w : (i+1)*w]
		copy(narrow[i*n:(i+1)*n], row)
		for k := range m.Derived {
			d := &m.Derived[k]
			narrow[i*n+d.A] += row[n+k] / 2
			narrow[i*n+d.B] += row[n+k] / 2
		}
	}
}
