package credit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"quartermaster/internal/gbdt"
	"quartermaster/internal/rng"
)

// Leak is a column that seems to know the outcome, or to name the case, rather than to foretell it.
type Leak struct {
	Column string  `json:"column"`
	Reason string  `json:"reason"`
	Alone  float64 `json:"auc_alone"` // of the column alone on cases left out, 0 = not measured
}

// When a column leaks: alone it ranks nearly all cases right, or it does very well alone, the model with it is better than
// honest columns make one, and without it far less is foretold.
const (
	leakCertain  = 0.97
	leakAlone    = 0.80
	leakFull     = 0.90
	leakLoss     = 0.08
	leakSuspects = 3
	leakCases    = 8000
)

// Leaks screens a frame: columns that name each case, columns of dates and years (they say when, not who: keep them for
// out-of-time tests), and columns that know the outcome – found by trees on the column alone and on all but it, on a third
// of at most 8,000 cases. The term of a loan that was cut short by its default is one. It is a screen: what it names, a
// person should look at.
func Leaks(ctx context.Context, f Frame, y []float64, seed uint64, workers int) ([]Leak, error) {
	if err := validateCases(f, y); err != nil {
		return nil, err
	}
	var out []Leak
	var rest Frame
	for j := range f {
		if reason := names(&f[j]); reason != "" {
			out = append(out, Leak{Column: f[j].Name, Reason: reason})
		} else {
			rest = append(rest, f[j])
		}
	}
	if len(rest) == 0 {
		return out, nil
	}
	knowing, err := knowing(ctx, rest, y, seed, workers)
	return append(out, knowing...), err
}

// names says why a column tells which case it is, or when, rather than what it is like; "" = it does not.
func names(c *Column) string {
	const enough = 100 // few numbers may all differ by chance, words hardly
	if c.Len() < enough && c.Words == nil {
		return ""
	}
	if c.Words != nil {
		seen, dates, filled := map[string]bool{}, 0, 0
		for _, w := range c.Words {
			if w == "" {
				continue
			}
			filled++
			seen[w] = true
			if _, err := time.Parse(time.DateOnly, w[:min(len(w), len(time.DateOnly))]); err == nil {
				dates++
			}
		}
		switch {
		case filled > 0 && dates == filled:
			return "it holds dates, which say when a case came and not what it is like"
		case len(seen) == len(c.Words):
			return "it names each case"
		}
		return ""
	}
	lo, hi, whole := math.Inf(1), math.Inf(-1), true
	seen := map[float64]bool{}
	for _, x := range c.Numbers {
		whole = whole && x == math.Trunc(x) // not so for missing ones
		lo, hi = math.Min(lo, x), math.Max(hi, x)
		seen[x] = true
	}
	switch {
	case whole && len(seen) == len(c.Numbers):
		return "it is a number of its own in each case, as names have"
	case whole && lo >= 1950 && hi <= 2100 && hi > lo:
		return "it holds years, which say when a case came and not what it is like"
	}
	return ""
}

// screen is a sample in two parts: rows to learn from and rows to judge by.
type screen struct {
	table gbdt.Table
	y     []float64
	rows  []int32
	judge []int32
	seed  uint64
}

func knowing(ctx context.Context, f Frame, y []float64, seed uint64, workers int) ([]Leak, error) {
	s, err := screenOf(f, y, seed)
	if err != nil {
		return nil, err
	}
	alone := make([]float64, len(f))
	errs := make([]error, len(f))
	parallel(len(f), workers, func(j int) { alone[j], errs[j] = s.auc(ctx, []int{j}, 30) })
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	order := make([]int, len(f))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(alone[b], alone[a]) })
	var out []Leak
	open := slices.Clone(order)
	full := math.NaN()
	for _, j := range order[:min(leakSuspects+len(out), len(order))] {
		if alone[j] < leakAlone {
			break
		}
		without := slices.DeleteFunc(slices.Clone(open), func(k int) bool { return k == j })
		if alone[j] >= leakCertain {
			out = append(out, Leak{f[j].Name, fmt.Sprintf("alone it tells good from bad with an AUC of %.3f: it must have been written down after the outcome", alone[j]), alone[j]})
			open, full = without, math.NaN()
			continue
		}
		if math.IsNaN(full) {
			if full, err = s.auc(ctx, open, 100); err != nil {
				return nil, err
			}
		}
		less, err := s.auc(ctx, without, 100)
		if err != nil {
			return nil, err
		}
		if full >= leakFull && full-less >= leakLoss {
			out = append(out, Leak{f[j].Name, fmt.Sprintf("with it the AUC is %.3f and without it %.3f: no honest column carries so much; it may have been changed by the outcome", full, less), alone[j]})
			open, full = without, less
		}
	}
	return out, nil
}

func screenOf(f Frame, y []float64, seed uint64) (*screen, error) {
	folds := dealFolds(y, 3, seed)
	r := rng.New(seed, "leak screen")
	keep := math.Min(1, leakCases/float64(len(y)))
	s := &screen{y: y, seed: seed}
	for i := range y {
		if r.Float64() >= keep {
			continue
		}
		if folds[i] == 0 {
			s.judge = append(s.judge, int32(i))
		} else {
			s.rows = append(s.rows, int32(i))
		}
	}
	for j := range f {
		c := &f[j]
		s.table.Names = append(s.table.Names, c.Name)
		if c.Words == nil {
			s.table.Columns, s.table.Categorical = append(s.table.Columns, c.Numbers), append(s.table.Categorical, false)
			continue
		}
		var feature Feature
		feature.levels(c.Words)
		feature.Name = c.Name
		columns, err := coded(Frame{*c}, []Feature{feature})
		if err != nil {
			return nil, err
		}
		s.table.Columns, s.table.Categorical = append(s.table.Columns, columns[0]), append(s.table.Categorical, feature.Levels != nil)
	}
	return s, nil
}

// auc is what trees on some columns reach on the rows to judge by.
func (s *screen) auc(ctx context.Context, columns []int, trees int) (float64, error) {
	t := gbdt.Table{}
	for _, j := range columns {
		t.Names = append(t.Names, s.table.Names[j])
		t.Columns = append(t.Columns, s.table.Columns[j])
		t.Categorical = append(t.Categorical, s.table.Categorical[j])
	}
	if len(columns) == 0 {
		return 0.5, nil
	}
	ds, err := gbdt.NewDataset(t, 0)
	if err != nil {
		return 0, fmt.Errorf("credit: leak screen: %w", err)
	}
	m, err := gbdt.Train(ctx, ds, gbdt.Target{Y: s.y}, gbdt.Config{
		Objective: gbdt.Logistic{}, Trees: trees, Rate: 0.15, MaxLeaves: 16, MinLeafRows: 10, MinLeafHessian: 1, L2: 1, Rows: s.rows, Seed: s.seed,
	})
	if err != nil {
		return 0, err
	}
	p, y := make([]float64, len(s.judge)), make([]float64, len(s.judge))
	x := make([]float64, len(columns))
	for i, r := range s.judge {
		for j := range x {
			x[j] = t.Columns[j][r]
		}
		p[i], y[i] = m.Predict(x), s.y[r]
	}
	ms, err := Measure(y, p)
	if err != nil && strings.Contains(err.Error(), "both outcomes") {
		return 0.5, nil // too few to tell
	}
	return ms.AUC, err
}
