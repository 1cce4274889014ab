// Package stock holds the benches of inventory, sourcing and network design: solvers that only read files.
//
// Takes reference cases, supply chains and location instances as files, or sizes of what to generate, and gives benches for
// the command line's registry. Method: each instance is read, solved, held against its Check and its published value.
// Never: it opens no door but files, and tunes nothing by the instance.
package stock

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"quartermaster/internal/bench"
)

// All lists the benches of this package, by name.
func All() []bench.Bench {
	return []bench.Bench{Flow(), Inventory(), Echelon(), Network(), Replenishment(), Sourcing()}
}

// errNoData is given by a bench that cannot generate what it measures.
func errNoData(name, want string) error {
	return fmt.Errorf("%w: bench %s needs --data: %s", bench.ErrUsage, name, want)
}

// readTable reads a CSV file with a header as one map a row.
func readTable(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no header", filepath.Base(path))
	}
	out := make([]map[string]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		m := make(map[string]string, len(r))
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out, nil
}

// number reads a field that may be empty.
func number(row map[string]string, field string, empty float64) (float64, error) {
	v, ok := row[field]
	if !ok || v == "" {
		return empty, nil
	}
	x, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0, fmt.Errorf("field %s: %q is no number", field, v)
	}
	return x, nil
}

var errUnknownModel = errors.New("no such model here")
