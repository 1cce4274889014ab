// Package casefile reads tables of credit cases and books of exposures from CSV files.
//
// Takes a file (gzipped where its name ends in .gz) and gives a credit.Frame with outcomes, or exposures. Method: a column whose
// every filled cell is a number holds numbers, any other words; an empty cell is missing. Never: it changes a value or drops a row.
package casefile

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"quartermaster/finance/credit"
	"quartermaster/finance/portfolio"
)

// MostRows bounds a file.
const MostRows = 5_000_000

// Read reads cases. Where target names a column, its values come back as outcomes and it is left out of the frame; with
// an empty target outcomes are nil. An error names file, line and column.
func Read(path, target string) (credit.Frame, []float64, error) {
	names, cells, err := Columns(path)
	if err != nil {
		return nil, nil, err
	}
	var f credit.Frame
	var y []float64
	for j, name := range names {
		values, broken := Numbers(cells[j])
		switch {
		case name == target && target != "":
			y = values
			if i := slices.IndexFunc(cells[j], func(cell string) bool { return !isOutcome(cell) }); i >= 0 {
				return nil, nil, fmt.Errorf("%s: line %d, column %q: %q is no outcome; want 1 for bad, 0 for good", path, i+2, name, cells[j][i])
			}
		case broken >= 0:
			f = append(f, credit.Column{Name: name, Words: cells[j]})
		default:
			f = append(f, credit.Column{Name: name, Numbers: values})
		}
	}
	if target != "" && y == nil {
		return nil, nil, fmt.Errorf("%s: there is no column %q for the outcome", path, target)
	}
	return f, y, nil
}

// isOutcome knows 0 and 1 in any spelling, such as 1.0.
func isOutcome(cell string) bool {
	x, err := strconv.ParseFloat(cell, 64)
	return err == nil && (x == 0 || x == 1)
}

// Columns reads a file with a heading as it stands, column by column, without the blanks around a cell. An error names the
// file.
func Columns(path string) (names []string, cells [][]string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	lines := csv.NewReader(r)
	lines.ReuseRecord = true
	head, err := lines.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: read the heading: %w", path, err)
	}
	names, cells = slices.Clone(head), make([][]string, len(head))
	for n := 0; ; n++ {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && n == MostRows {
			err = fmt.Errorf("more than %d rows", MostRows)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		for j, v := range row {
			cells[j] = append(cells[j], strings.Clone(strings.TrimSpace(v)))
		}
	}
	if len(cells[0]) == 0 {
		return nil, nil, fmt.Errorf("%s: there is no row below the heading", path)
	}
	return names, cells, nil
}

// Numbers reads cells as numbers, missing as NaN; broken is the first row that is none, −1 = all are.
func Numbers(cells []string) (values []float64, broken int) {
	values, broken = make([]float64, len(cells)), -1
	for i, s := range cells {
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case s == "":
			v = math.NaN()
		case err != nil && broken < 0:
			broken = i
		}
		values[i] = v
	}
	return values, broken
}

// Book reads exposures: columns id, ead, pd, lgd and any number of columns whose names begin with "loading".
func Book(path string) ([]portfolio.Exposure, error) {
	names, cells, err := Columns(path)
	if err != nil {
		return nil, err
	}
	book := make([]portfolio.Exposure, len(cells[0]))
	seen := map[string]bool{}
	for j, name := range names {
		seen[name] = true
		if name == "id" {
			for i, s := range cells[j] {
				book[i].ID = s
			}
			continue
		}
		loading := strings.HasPrefix(name, "loading")
		if name != "ead" && name != "pd" && name != "lgd" && !loading {
			return nil, fmt.Errorf("%s: column %q is none of id, ead, pd, lgd, loading…", path, name)
		}
		values, broken := Numbers(cells[j])
		if k := slices.IndexFunc(values, math.IsNaN); broken < 0 && k >= 0 {
			broken = k
		}
		if broken >= 0 {
			return nil, fmt.Errorf("%s: line %d, column %q: %q is no number", path, broken+2, name, cells[j][broken])
		}
		for i, v := range values {
			switch {
			case loading:
				book[i].Loadings = append(book[i].Loadings, v)
			case name == "ead":
				book[i].EAD = v
			case name == "pd":
				book[i].PD = v
			default:
				book[i].LGD = v
			}
		}
	}
	for _, name := range []string{"id", "ead", "pd", "lgd"} {
		if !seen[name] {
			return nil, fmt.Errorf("%s: there is no column %q", path, name)
		}
	}
	return book, nil
}
