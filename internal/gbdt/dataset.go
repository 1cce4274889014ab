package gbdt

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Table is a table of numbers by columns. A column marked categorical holds whole codes from 0; NaN is missing anywhere.
type Table struct {
	Names       []string
	Columns     [][]float64
	Categorical []bool // nil = none is
	Workers     int    // goroutines that cut columns into bins; 0 = 1
}

// Dataset is a table whose columns are cut into bins, ready to learn from any number of times.
type Dataset struct {
	Rows    int
	Names   []string
	columns []column
}

// column is one column in bins. Numbers: bin b holds cuts[b−1] ≤ x < cuts[b]. Categories: bin b holds codes[b]. The bin
// after the last stands for missing.
type column struct {
	categorical bool
	bins        []uint8
	cuts        []float64
	codes       [][]int32
	n           int // bins without that of missing
	missing     bool
}

// NewDataset cuts a table into at most maxBins bins a column (0 = 255): where a column has more distinct numbers, bins hold
// about equally many rows; where it has more codes, the rarest share one bin. Infinite numbers, broken codes and unequal
// columns are refused by name. O(columns · rows · log rows).
func NewDataset(t Table, maxBins int) (*Dataset, error) {
	if maxBins == 0 {
		maxBins = MostBins
	}
	if maxBins < 2 || maxBins > MostBins {
		return nil, fmt.Errorf("gbdt: max bins is %d, want 2…%d", maxBins, MostBins)
	}
	if err := t.validate(); err != nil {
		return nil, err
	}
	ds := &Dataset{Rows: len(t.Columns[0]), Names: slices.Clone(t.Names), columns: make([]column, len(t.Columns))}
	errs := make([]error, len(t.Columns))
	workers := newPool(max(1, t.Workers))
	defer workers.stop()
	workers.run(len(t.Columns), func(f int) {
		if err := ds.columns[f].cut(t.Columns[f], t.Categorical != nil && t.Categorical[f], maxBins); err != nil {
			errs[f] = fmt.Errorf("gbdt: column %q: %w", t.Names[f], err)
		}
	})
	if f := slices.IndexFunc(errs, func(err error) bool { return err != nil }); f >= 0 {
		return nil, errs[f]
	}
	return ds, nil
}

func (c *column) cut(values []float64, categorical bool, maxBins int) error {
	c.bins = make([]uint8, len(values))
	if categorical {
		return c.codesOf(values, maxBins)
	}
	sorted := make([]float64, 0, len(values))
	for i, x := range values {
		if math.IsInf(x, 0) {
			return fmt.Errorf("row %d: the number is infinite; give a finite one or none", i)
		}
		if !math.IsNaN(x) {
			sorted = append(sorted, x)
		}
	}
	slices.Sort(sorted)
	c.cutsOf(sorted, maxBins)
	c.missing = len(sorted) < len(values)
	c.fill(values)
	return nil
}

func (t *Table) validate() error {
	if len(t.Columns) == 0 || len(t.Columns) > MaxColumns || len(t.Columns[0]) == 0 || len(t.Columns[0]) > MaxRows {
		return fmt.Errorf("gbdt: a table needs 1…%d columns of 1…%d rows", MaxColumns, MaxRows)
	}
	if len(t.Names) != len(t.Columns) || t.Categorical != nil && len(t.Categorical) != len(t.Columns) {
		return fmt.Errorf("gbdt: %d columns but %d names and %d marks for categories", len(t.Columns), len(t.Names), len(t.Categorical))
	}
	for f, c := range t.Columns {
		if len(c) != len(t.Columns[0]) {
			return fmt.Errorf("gbdt: column %q has %d rows, the first has %d", t.Names[f], len(c), len(t.Columns[0]))
		}
	}
	return nil
}

// cutsOf places cuts half-way between neighbouring distinct numbers, all of them where they fit, else so that each bin
// takes its fair share of the rows that are left.
func (c *column) cutsOf(sorted []float64, maxBins int) {
	distinct := 0
	for i := range sorted {
		if i == 0 || sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	all := distinct <= maxBins
	left, inBin := len(sorted), 0
	for i := 1; i < len(sorted); i++ {
		inBin++
		if sorted[i] == sorted[i-1] {
			continue
		}
		bins := maxBins - len(c.cuts)
		if all || bins > 1 && inBin*bins >= left {
			c.cuts = append(c.cuts, between(sorted[i-1], sorted[i]))
			left -= inBin
			inBin = 0
		}
	}
	c.n = len(c.cuts) + 1
}

// between is a number above a and at most b, half-way where the precision allows.
func between(a, b float64) float64 {
	if m := a + (b-a)/2; m > a && m <= b {
		return m
	}
	return b
}

func (c *column) fill(values []float64) {
	for i, x := range values {
		if math.IsNaN(x) {
			c.bins[i] = uint8(c.n)
			continue
		}
		lo, hi := 0, len(c.cuts) // the number of cuts at or below x
		for lo < hi {
			if mid := int(uint(lo+hi) >> 1); c.cuts[mid] <= x {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		c.bins[i] = uint8(lo)
	}
}

// maxCode bounds category codes, so that sets of them stay small.
const maxCode = 1 << 20

func (c *column) codesOf(values []float64, maxBins int) error {
	c.categorical = true
	count := map[int32]int{}
	for i, x := range values {
		switch {
		case math.IsNaN(x):
			c.missing = true
		case x != math.Trunc(x) || x < 0 || x >= maxCode:
			return fmt.Errorf("row %d: category code %g is not a whole number from 0 to %d", i, x, maxCode-1)
		default:
			count[int32(x)]++
		}
	}
	codes := make([]int32, 0, len(count))
	for code := range count {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b int32) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	bin := make(map[int32]uint8, len(codes))
	for i, code := range codes {
		b := min(i, maxBins-1)
		if b == len(c.codes) {
			c.codes = append(c.codes, nil)
		}
		c.codes[b] = append(c.codes[b], code)
		bin[code] = uint8(b)
	}
	c.n = max(1, len(c.codes))
	for i, x := range values {
		if math.IsNaN(x) {
			c.bins[i] = uint8(c.n)
		} else {
			c.bins[i] = bin[int32(x)]
		}
	}
	return nil
}

// width is the number of histogram cells of the column.
func (c *column) width() int { return c.n + 1 }
