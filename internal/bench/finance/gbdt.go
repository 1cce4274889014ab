// Package finance holds the benches of money and trust: boosted trees, credit scores, reference values.
//
// Takes tables of the public credit sets' format with fixed folds and gives the figures of the bench contract. Method: every
// fit happens inside the training folds; figures are means over the test folds. Never: it tunes nothing.
package finance

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/gbdt"
)

// All lists the benches of this package.
func All() []bench.Bench {
	return []bench.Bench{Boosting(), Credit(), EarlyWarning(), Reference()}
}

// Boosting measures the bare learner with the settings that the peers were measured with.
func Boosting() bench.Bench {
	return bench.Bench{
		Name:    "gbdt",
		Summary: "Learn 400 trees of depth 4 (rate 0.05, rows 0.8, columns 0.6, least leaf 5) on each fold; time and error.",
		Data:    "a CSV table (may be gzipped) with a number to foretell in column y or the last one; folds/NAME.csv beside it, or dealt",
		Figures: []bench.Figure{
			{Key: "train_s", Meaning: "seconds to bin and learn one fold's training rows, mean over folds"},
			{Key: "rows", Meaning: "rows of the table"},
			{Key: "rmse", Meaning: "root mean square error on the folds left out, mean over folds"},
		},
		Run: runBoosting,
	}
}

// encoded is a table as the bare learner takes it: numbers as they are, words as codes by first sight.
func (t *table) encoded(target string) gbdt.Table {
	var out gbdt.Table
	for j, name := range t.names {
		if name == target {
			continue
		}
		values, ok := numbers(t.cells[j])
		if !ok {
			codes := map[string]float64{}
			for i, s := range t.cells[j] {
				if _, known := codes[s]; !known && s != "" {
					codes[s] = float64(len(codes))
				}
				values[i] = math.NaN()
				if s != "" {
					values[i] = codes[s]
				}
			}
		}
		out.Names = append(out.Names, name)
		out.Columns = append(out.Columns, values)
		out.Categorical = append(out.Categorical, !ok)
	}
	return out
}

func runBoosting(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	if opts.Data == "" {
		return bench.Outcome{}, fmt.Errorf("%w: gbdt needs --data, a table", bench.ErrUsage)
	}
	t, err := readTable(opts.Data)
	if err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: %w", bench.ErrUsage, err)
	}
	target, y, err := t.target()
	if err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: %w", bench.ErrUsage, err)
	}
	folds, err := t.folds(opts.Data, y, opts.Seed)
	if err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: %w", bench.ErrUsage, err)
	}
	table := t.encoded(target)
	cfg := gbdt.Config{
		Trees: 400, Rate: 0.05, MaxDepth: 4, RowShare: 0.8, ColumnShare: 0.6, L2: 1, MinLeafHessian: 5,
		Seed: opts.Seed, Workers: opts.Workers,
	}
	if !slices.ContainsFunc(y, func(v float64) bool { return v != 0 && v != 1 }) {
		cfg.Objective = gbdt.Logistic{}
	}
	out := bench.Outcome{Figures: map[string]float64{"rows": float64(t.rows)}}
	ran := 0.0
	for fold := range slices.Max(folds) + 1 {
		name := fmt.Sprintf("fold-%d", fold)
		if !opts.Selected(name) {
			continue
		}
		opts.Report(float64(fold)/float64(slices.Max(folds)+1), name)
		sec, rmse, err := boostFold(ctx, table, y, folds, fold, cfg)
		if err != nil {
			return bench.Outcome{}, err
		}
		out.Rows = append(out.Rows, bench.Row{Instance: name}.With("train_s", sec).With("rmse", rmse))
		out.Figures["train_s"] += sec
		out.Figures["rmse"] += rmse
		ran++
	}
	if ran > 0 {
		out.Figures["train_s"] /= ran
		out.Figures["rmse"] /= ran
	}
	return out, nil
}

func boostFold(ctx context.Context, table gbdt.Table, y []float64, folds []int, fold int, cfg gbdt.Config) (sec, rmse float64, err error) {
	var train, test []int
	for i, f := range folds {
		if f == fold {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	part := gbdt.Table{Names: table.Names, Categorical: table.Categorical, Workers: cfg.Workers}
	for _, c := range table.Columns {
		part.Columns = append(part.Columns, pick(c, train))
	}
	start := time.Now()
	ds, err := gbdt.NewDataset(part, 0)
	if err != nil {
		return 0, 0, err
	}
	model, err := gbdt.Train(ctx, ds, gbdt.Target{Y: pick(y, train)}, cfg)
	if err != nil {
		return 0, 0, err
	}
	sec = time.Since(start).Seconds()
	x := make([]float64, len(table.Columns))
	sum := 0.0
	for _, i := range test {
		for f := range x {
			x[f] = table.Columns[f][i]
		}
		d := model.Predict(x) - y[i]
		sum += d * d
	}
	return sec, math.Sqrt(sum / math.Max(1, float64(len(test)))), nil
}

func pick(from []float64, rows []int) []float64 {
	to := make([]float64, len(rows))
	for i, r := range rows {
		to[i] = from[r]
	}
	return to
}
