package finance

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"quartermaster/internal/casefile"
	"quartermaster/internal/rng"
)

// table is a file of rows with a heading: columns of text, as they stand.
type table struct {
	name  string // the file's name without its endings
	names []string
	cells [][]string // a column
	rows  int
}

// readTable reads a CSV file, gzipped or not.
func readTable(path string) (*table, error) {
	names, cells, err := casefile.Columns(path)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return &table{name: stem(path), names: names, cells: cells, rows: len(cells[0])}, nil
}

func stem(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), ".csv")
}

func (t *table) column(name string) []string {
	if j := slices.Index(t.names, name); j >= 0 {
		return t.cells[j]
	}
	return nil
}

// numbers reads a column as numbers, NaN where it is empty; ok = every filled cell is one.
func numbers(cells []string) (values []float64, ok bool) {
	values, broken := casefile.Numbers(cells)
	return values, broken < 0
}

// target reads the column y, or the last one where none is called so.
func (t *table) target() (name string, y []float64, err error) {
	name = t.names[len(t.names)-1]
	if slices.Contains(t.names, "y") {
		name = "y"
	}
	y, ok := numbers(t.column(name))
	if !ok || slices.ContainsFunc(y, math.IsNaN) {
		return "", nil, fmt.Errorf("--data: table %s: the target column %q must hold a number in every row", t.name, name)
	}
	return name, y, nil
}

// folds reads the table's folds from folds/NAME.csv beside it, or deals five by class with the seed.
func (t *table) folds(path string, y []float64, seed uint64) ([]int, error) {
	beside := filepath.Join(filepath.Dir(path), "folds", t.name+".csv")
	if _, err := os.Stat(beside); err != nil {
		return dealFolds(y, seed), nil
	}
	f, err := readTable(beside)
	if err != nil {
		return nil, err
	}
	rows, ok1 := numbers(f.column("row"))
	fold, ok2 := numbers(f.column("fold"))
	if !ok1 || !ok2 || len(rows) != t.rows || len(fold) != t.rows {
		return nil, fmt.Errorf("--data: %s: want columns row and fold with %d rows", beside, t.rows)
	}
	of := make([]int, t.rows)
	for i := range of {
		of[i] = -1
	}
	for i := range rows {
		if !(rows[i] >= 0 && int(rows[i]) < t.rows && fold[i] >= 0 && fold[i] < 100) || of[int(rows[i])] >= 0 {
			return nil, fmt.Errorf("--data: %s: line %d: row %g or fold %g is out of range, or the row comes twice", beside, i+2, rows[i], fold[i])
		}
		of[int(rows[i])] = int(fold[i])
	}
	return of, nil
}

const dealtFolds = 5

func dealFolds(y []float64, seed uint64) []int {
	of := make([]int, len(y))
	r := rng.New(seed, "bench folds")
	next := map[float64]int{}
	binary := !slices.ContainsFunc(y, func(v float64) bool { return v != 0 && v != 1 })
	for _, i := range r.Perm(len(y)) {
		class := 0.0
		if binary {
			class = y[i]
		}
		of[i] = next[class] % dealtFolds
		next[class]++
	}
	return of
}
