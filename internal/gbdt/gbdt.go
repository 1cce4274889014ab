// Package gbdt learns boosted regression trees from tables and explains what they say.
//
// Solves the fitting of an additive model of trees to a differentiable loss. Takes a Dataset (columns of numbers or category
// codes, NaN = missing), a target and a Config, and gives a Model that predicts without allocating, explains each prediction
// exactly and is written as readable JSON. Method: second-order boosting on histograms (Friedman, Annals of Statistics 29,
// 2001; Chen and Guestrin, KDD 2016, eq. 6–7), leaf-wise growth and histogram subtraction (Ke et al., NeurIPS 2017), gradients
// rounded to 13 bits at random but by rule (Shi et al., NeurIPS 2022), which makes every sum an exact whole number, so that
// the model is the same for any number of goroutines; category sets by Fisher's ordering (JASA 53, 1958); monotone bounds
// handed down the tree as in XGBoost. Never: it reads no file, knows no domain, and takes no infinite number.
//
// A tree costs O(rows × columns) for its first histograms and at most half of that for each further level.
package gbdt

import (
	"context"
	"fmt"
	"math"
)

// Limits of what is taken; sums of rounded gradients are exact below them.
const (
	MaxRows    = 1 << 24
	MaxColumns = 1 << 15
	MaxLeaves  = 4096
	MaxTrees   = 100_000
	// MostBins is the largest number of bins of a column; one more stands for missing.
	MostBins = 255
)

// Config says how to learn. The zero value learns 200 trees of up to 31 leaves at rate 0.1 for squared error.
type Config struct {
	Objective Objective // nil = L2
	Trees     int       // at most; 0 = 200
	Rate      float64   // learning rate in (0, 1]; 0 = 0.1
	MaxLeaves int       // of one tree, 2…4096; 0 = 31, or 2^MaxDepth where a depth up to 12 is given
	MaxDepth  int       // splits above a leaf; 0 = bounded by MaxLeaves alone

	MinLeafRows    int     // least rows in a leaf; 0 = 1
	MinLeafHessian float64 // least sum of second derivatives in a leaf; 0 = 1e-3
	L1, L2         float64 // penalties on leaf values
	MinGain        float64 // a split must improve the loss by more than this
	Smooth         float64 // rows by which a leaf leans on its parent's value; 0 = not
	MaxStep        float64 // bound on a leaf's value before the rate; 0 = none

	RowShare        float64 // share of rows drawn for each tree; 0 = 1
	ColumnShare     float64 // share of columns drawn for each tree; 0 = 1
	ColumnShareNode float64 // share of those drawn again for each split; 0 = 1

	Monotone     []int8  // one a column: +1 never falls, −1 never rises, 0 free; nil = all free
	Interactions [][]int // sets of columns that may meet on one path; nil = all may. A column in no set stands alone

	// CategoryL2 is added to L2 while a set of categories is sought, so that rare ones do not rule; 0 = 10, negative = none.
	CategoryL2 float64

	Rows      []int32   // rows to learn from, ascending; nil = all that are not in ValidRows
	ValidRows []int32   // rows that decide when to stop, ascending
	EarlyStop int       // stop after so many trees without a better loss on ValidRows; 0 = never
	Offset    []float64 // one a row, added to the model's score while learning; nil = none

	Seed    uint64
	Workers int // goroutines; 0 = 1. The model does not depend on it
	// Progress is told of each tree and the mean loss on ValidRows (NaN without); nil = nobody listens.
	Progress func(trees int, loss float64)
}

// Target is what is to be foretold: one number a row, and how much each row counts (nil = all alike).
type Target struct {
	Y, Weight []float64
}

func (c Config) withDefaults() Config {
	if c.Objective == nil {
		c.Objective = L2{}
	}
	if c.Trees == 0 {
		c.Trees = 200
	}
	if c.Rate == 0 {
		c.Rate = 0.1
	}
	if c.MaxLeaves == 0 {
		c.MaxLeaves = 31
		if c.MaxDepth > 0 && c.MaxDepth <= 12 {
			c.MaxLeaves = 1 << c.MaxDepth
		}
	}
	if c.MinLeafRows == 0 {
		c.MinLeafRows = 1
	}
	if c.MinLeafHessian == 0 {
		c.MinLeafHessian = 1e-3
	}
	for _, share := range []*float64{&c.RowShare, &c.ColumnShare, &c.ColumnShareNode} {
		if *share == 0 {
			*share = 1
		}
	}
	if c.CategoryL2 == 0 {
		c.CategoryL2 = 10
	}
	c.CategoryL2 = math.Max(0, c.CategoryL2)
	if c.Workers == 0 {
		c.Workers = 1
	}
	return c
}

func (c *Config) validate(ds *Dataset) error {
	bad := func(format string, args ...any) error { return fmt.Errorf("gbdt: config: "+format, args...) }
	switch {
	case c.Trees < 1 || c.Trees > MaxTrees:
		return bad("trees is %d, want 1…%d", c.Trees, MaxTrees)
	case !(c.Rate > 0 && c.Rate <= 1):
		return bad("rate is %g, want above 0 and at most 1", c.Rate)
	case c.MaxLeaves < 2 || c.MaxLeaves > MaxLeaves:
		return bad("max leaves is %d, want 2…%d", c.MaxLeaves, MaxLeaves)
	case c.MaxDepth < 0:
		return bad("max depth is %d, want 0 or more", c.MaxDepth)
	case c.MinLeafRows < 1 || !(c.MinLeafHessian >= 0):
		return bad("least rows %d and hessian %g of a leaf, want 1 and 0 or more", c.MinLeafRows, c.MinLeafHessian)
	case !(c.L1 >= 0 && c.L2 >= 0 && c.MinGain >= 0 && c.Smooth >= 0 && c.MaxStep >= 0):
		return bad("penalties L1 %g, L2 %g, least gain %g, smoothing %g, greatest step %g, want 0 or more", c.L1, c.L2, c.MinGain, c.Smooth, c.MaxStep)
	case c.Workers < 1:
		return bad("workers is %d, want 1 or more", c.Workers)
	case c.EarlyStop < 0 || c.EarlyStop > 0 && len(c.ValidRows) == 0:
		return bad("early stopping after %d trees needs rows to judge by", c.EarlyStop)
	case c.Offset != nil && len(c.Offset) != ds.Rows:
		return bad("%d offsets for %d rows", len(c.Offset), ds.Rows)
	case c.Monotone != nil && len(c.Monotone) != len(ds.columns):
		return bad("%d monotone directions for %d columns", len(c.Monotone), len(ds.columns))
	}
	for _, share := range []float64{c.RowShare, c.ColumnShare, c.ColumnShareNode} {
		if !(share > 0 && share <= 1) {
			return bad("a share of rows or columns is %g, want above 0 and at most 1", share)
		}
	}
	for f, m := range c.Monotone {
		if m < -1 || m > 1 || m != 0 && ds.columns[f].categorical {
			return bad("column %q cannot be monotone in direction %d", ds.Names[f], m)
		}
	}
	for _, set := range c.Interactions {
		for _, f := range set {
			if f < 0 || f >= len(ds.columns) {
				return bad("interactions name column %d of %d", f, len(ds.columns))
			}
		}
	}
	return c.validateRows(ds)
}

func (c *Config) validateRows(ds *Dataset) error {
	for name, rows := range map[string][]int32{"rows": c.Rows, "valid rows": c.ValidRows} {
		for i, r := range rows {
			if r < 0 || int(r) >= ds.Rows || i > 0 && r <= rows[i-1] {
				return fmt.Errorf("gbdt: config: %s: entry %d is row %d; they must ascend within 0…%d", name, i, r, ds.Rows-1)
			}
		}
	}
	return nil
}

// Train learns a model. An error names the option, row or column that makes no sense, or is ctx's; a target that cannot be
// told apart (constant, or no split allowed) gives a model of no trees, which is an answer.
func Train(ctx context.Context, ds *Dataset, target Target, cfg Config) (*Model, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(ds); err != nil {
		return nil, err
	}
	if err := target.validate(ds, cfg.Objective); err != nil {
		return nil, err
	}
	t := newTrainer(ds, target, cfg)
	defer t.pool.stop()
	if err := t.boost(ctx); err != nil {
		return nil, err
	}
	return t.model, nil
}

func (t Target) validate(ds *Dataset, o Objective) error {
	if len(t.Y) != ds.Rows || t.Weight != nil && len(t.Weight) != ds.Rows {
		return fmt.Errorf("gbdt: %d targets and %d weights for %d rows", len(t.Y), len(t.Weight), ds.Rows)
	}
	for i, y := range t.Y {
		if math.IsNaN(y) || math.IsInf(y, 0) || !o.Takes(y) {
			return fmt.Errorf("gbdt: target of row %d is %g, which the objective %s does not take", i, y, o.Name())
		}
	}
	for i, w := range t.Weight {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("gbdt: weight of row %d is %g, want 0 or more", i, w)
		}
	}
	return nil
}
