package finance

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartermaster/finance/credit"
	"quartermaster/internal/bench"
)

// Credit measures the credit models on a table with fixed folds.
func Credit() bench.Bench {
	return bench.Bench{
		Name:    "credit",
		Summary: "Learn a credit model on each fold's training cases, leaks screened out, and score the cases left out.",
		Data:    "a CSV table (may be gzipped) with outcome y (1 = bad) and folds/NAME.csv beside it, a table of settled invoices, or one of firms' invoices with _enterprises.csv beside it",
		Models:  []string{credit.Boosted, credit.ScoreCard, credit.GlassBox},
		Figures: []bench.Figure{
			{Key: "auc", Meaning: "area under the ROC curve, mean over folds"},
			{Key: "ks", Meaning: "Kolmogorov–Smirnov distance, mean over folds"},
			{Key: "brier", Meaning: "Brier score, mean over folds"},
			{Key: "ece", Meaning: "expected calibration error over 10 bins of equally many cases, mean over folds"},
			{Key: "train_s_per_fold", Meaning: "seconds to learn a model, screen and calibration included, mean over folds"},
			{Key: "shap_us", Meaning: "microseconds a case to score and explain with reasons, on all workers"},
		},
		Run: runCredit,
	}
}

// known are directions as a credit officer would state them, by the names that the public tables use: more months late or
// debt is never less risk, a higher limit, payment or share of equity never more.
var known = map[string]int8{
	"pay_0": 1, "pay_2": 1, "pay_3": 1, "pay_4": 1, "pay_5": 1, "pay_6": 1, "limit_bal": -1,
	"pay_amt1": -1, "pay_amt2": -1, "pay_amt3": -1, "pay_amt4": -1, "pay_amt5": -1, "pay_amt6": -1,
	"duration": 1,               // German credit
	"attr2":    1, "attr10": -1, // Polish firms: liabilities and equity to total assets
}

// task is a frame with outcomes and folds; repeats of the folds stand one after the other.
type task struct {
	frame credit.Frame
	y     []float64
	folds []fold
}

type fold struct {
	name        string
	train, test []int
}

func (t *table) frame(target string) credit.Frame {
	var f credit.Frame
	for j, name := range t.names {
		if name == target {
			continue
		}
		if values, ok := numbers(t.cells[j]); ok {
			f = append(f, credit.Column{Name: name, Numbers: values})
		} else {
			f = append(f, credit.Column{Name: name, Words: t.cells[j]})
		}
	}
	return f
}

// taskOf reads the table and finds out of what kind it is.
func taskOf(opts bench.Options) (*task, error) {
	if opts.Data == "" {
		return nil, fmt.Errorf("credit needs --data, a table")
	}
	t, err := readTable(opts.Data)
	if err != nil {
		return nil, err
	}
	switch {
	case t.column("DaysLate") != nil && t.column("customerID") != nil:
		return t.receivables()
	case t.column("enterprise") != nil && t.column("counterparty") != nil:
		return t.invoiceFlows(opts.Data, opts.Seed)
	}
	target, y, err := t.target()
	if err != nil {
		return nil, err
	}
	of, err := t.folds(opts.Data, y, opts.Seed)
	if err != nil {
		return nil, err
	}
	return &task{frame: likePeers(t.frame(target)), y: y, folds: foldsOf(of, "fold-")}, nil
}

// likePeers prepares a table of small-business loans as those whose published figures stand beside ours prepared it, and
// leaves any other alone: without the bank's state, of the industry code its first two digits, of the franchise code whether
// there is a franchise (codes above 1), and nothing that was written down at the charge-off.
func likePeers(f credit.Frame) credit.Frame {
	if f.Column("bank_state") == nil || f.Column("naics") == nil || f.Column("franchise_code") == nil {
		return f
	}
	f = slices.DeleteFunc(f, func(c credit.Column) bool {
		return c.Name == "bank_state" || strings.HasSuffix(c.Name, "_label_only")
	})
	for j := range f {
		c := &f[j]
		switch {
		case c.Name == "naics" && c.Words == nil:
			c.Words = make([]string, len(c.Numbers))
			for i, x := range c.Numbers {
				if x >= 10 {
					c.Words[i] = strconv.FormatFloat(x, 'f', 0, 64)[:2]
				}
			}
			c.Numbers = nil
		case c.Name == "franchise_code" && c.Words == nil:
			for i, x := range c.Numbers {
				c.Numbers[i] = 0
				if x > 1 {
					c.Numbers[i] = 1
				}
			}
		}
	}
	return f
}

func foldsOf(of []int, prefix string) []fold {
	out := make([]fold, slices.Max(of)+1)
	for k := range out {
		out[k].name = fmt.Sprintf("%s%d", prefix, k)
		for i, f := range of {
			if f == k {
				out[k].test = append(out[k].test, i)
			} else {
				out[k].train = append(out[k].train, i)
			}
		}
	}
	return out
}

func runCredit(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	t, err := taskOf(opts)
	if err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: %w", bench.ErrUsage, err)
	}
	out := bench.Outcome{Figures: map[string]float64{}}
	var allY, allP []float64
	ran := 0.0
	for k, f := range t.folds {
		if !opts.Selected(f.name) {
			continue
		}
		opts.Report(float64(k)/float64(len(t.folds)), f.name)
		got, err := t.run(ctx, f, opts)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", f.name, err)
		}
		ms, err := credit.Measure(pick(t.y, f.test), got.pd)
		if err != nil {
			return bench.Outcome{}, err
		}
		allY, allP = append(allY, pick(t.y, f.test)...), append(allP, got.pd...)
		figures := map[string]float64{
			"auc": ms.AUC, "ks": ms.KS, "brier": ms.Brier, "ece": ms.ECE, "train_s_per_fold": got.trainSec, "shap_us": got.shapUs,
		}
		row := bench.Row{Instance: f.name}
		for _, fig := range Credit().Figures {
			row = row.With(fig.Key, figures[fig.Key])
			out.Figures[fig.Key] += figures[fig.Key]
		}
		out.Rows = append(out.Rows, row.With("set_aside", got.aside))
		ran++
	}
	for key := range out.Figures {
		out.Figures[key] /= ran
	}
	if ran > 1 {
		all, err := credit.Measure(allY, allP)
		if err != nil {
			return bench.Outcome{}, err
		}
		out.Rows = append(out.Rows, bench.Row{Instance: "all folds at once"}.With("auc", all.AUC).With("ece", all.ECE).With("ece_by_chance", chanceECE(allP, len(t.folds))))
	}
	return out, nil
}

// chanceECE is the calibration error that a fold of this size would show by chance if every probability were exactly true,
// by the normal approximation: the mean over bins of √(2/π) standard errors.
func chanceECE(p []float64, folds int) float64 {
	sorted := slices.Clone(p)
	slices.Sort(sorted)
	sum := 0.0
	for b := range 10 {
		part := sorted[b*len(p)/10 : (b+1)*len(p)/10]
		v := 0.0
		for _, q := range part {
			v += q * (1 - q) / float64(max(1, len(part)))
		}
		sum += math.Sqrt(2/math.Pi*v/math.Max(1, float64(len(part))/float64(folds))) / 10
	}
	return sum
}

type learned struct {
	pd               []float64
	trainSec, shapUs float64
	aside            string
}

func (t *task) run(ctx context.Context, f fold, opts bench.Options) (learned, error) {
	directions := map[string]int8{}
	for _, c := range t.frame {
		if d := known[c.Name]; d != 0 && c.Words == nil {
			directions[c.Name] = d
		}
	}
	start := time.Now()
	m, err := credit.Train(ctx, t.frame.Take(f.train), pick(t.y, f.train), credit.Options{
		Kind: opts.Model, Directions: directions, Seed: opts.Seed, Workers: opts.Workers,
	})
	if err != nil {
		return learned{}, err
	}
	got := learned{trainSec: time.Since(start).Seconds()}
	test := t.frame.Take(f.test)
	if got.pd, err = m.PD(test); err != nil {
		return learned{}, err
	}
	start = time.Now()
	assessed, err := m.Assess(test, credit.AssessOptions{Workers: opts.Workers, NoChanges: true})
	if err != nil {
		return learned{}, err
	}
	got.shapUs = time.Since(start).Seconds() * 1e6 / float64(len(f.test))
	for i, a := range assessed {
		if math.Abs(a.PD-got.pd[i]) > 1e-9 {
			return learned{}, fmt.Errorf("case %d: the explanation adds up to a PD of %g, the model says %g", f.test[i], a.PD, got.pd[i])
		}
	}
	var names []string
	for _, a := range m.Aside {
		names = append(names, a.Column)
	}
	got.aside = strings.Join(names, " ")
	return got, nil
}
