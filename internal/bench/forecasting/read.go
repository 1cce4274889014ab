package forecasting

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"quartermaster/forecast"
	"quartermaster/internal/bench"
)

// instance is one series with what came after it.
type instance struct {
	forecast.Regular
	lag  int // season of the scaled error, 1 = none
	test []float64
}

// table is a CSV file, plain or gzipped, read whole: the column names and the rows.
type table struct {
	path string
	col  map[string]int
	head []string
	rows [][]string
}

// readTable reads path, or path with .gz or .csv.gz behind it.
func readTable(path string) (*table, error) {
	file, err := openAny(path)
	if err != nil {
		return nil, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	defer file.Close()
	var in io.Reader = bufio.NewReaderSize(file, 1<<16)
	if strings.HasSuffix(file.Name(), ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("%w: %s is no gzip file: %w", bench.ErrUsage, file.Name(), err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", bench.ErrUsage, file.Name(), err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%w: %s has no rows under its heading", bench.ErrUsage, file.Name())
	}
	t := &table{path: file.Name(), col: map[string]int{}, head: rows[0], rows: rows[1:]}
	for i, name := range rows[0] {
		t.col[name] = i
	}
	return t, nil
}

func openAny(path string) (*os.File, error) {
	if path == "" {
		return nil, errors.New("name a file of the bench's format")
	}
	var first error
	for _, end := range []string{"", ".csv.gz", ".csv", ".gz"} {
		if info, err := os.Stat(path + end); err == nil && !info.IsDir() {
			return os.Open(path + end)
		} else if first == nil && err != nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%s is a folder, want a file", path)
	}
	return nil, first
}

// need says which columns are missing.
func (t *table) need(names ...string) error {
	for _, name := range names {
		if _, ok := t.col[name]; !ok {
			return fmt.Errorf("%w: %s has no column %q", bench.ErrUsage, t.path, name)
		}
	}
	return nil
}

func (t *table) has(name string) bool { _, ok := t.col[name]; return ok }

// at is the cell of a row.
func (t *table) at(row int, name string) string { return t.rows[row][t.col[name]] }

func (t *table) whole(row int, name string) (int, error) {
	n, err := strconv.Atoi(t.at(row, name))
	if err != nil {
		return 0, fmt.Errorf("%w: %s, row %d, %s: %w", bench.ErrUsage, t.path, row+2, name, err)
	}
	return n, nil
}

// values reads numbers divided by semicolons; an empty one is NaN.
func (t *table) values(row int, name string) ([]float64, error) {
	fields := strings.Split(t.at(row, name), ";")
	out := make([]float64, len(fields))
	for i, f := range fields {
		v, err := number(f)
		if err != nil {
			return nil, fmt.Errorf("%w: %s, row %d, %s, value %d: %w", bench.ErrUsage, t.path, row+2, name, i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func number(text string) (float64, error) {
	if text == "" || text == "NA" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(text, 64)
}

// Horizons of files without an official split, by frequency: the convention of the published zero-shot tables.
var splitHorizon = map[int]int{12: 12, 7: 56, 4: 8, 1: 6, 24: 48, 52: 13}

// readUnivariate reads one of the two univariate formats. Series are grouped by frequency and horizon.
func readUnivariate(path string, selected func(string) bool) ([][]instance, error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	if err := t.need("id", "freq"); err != nil {
		return nil, err
	}
	weekly := strings.Contains(strings.ToLower(filepath.Base(path)), "weekly")
	var groups [][]instance
	where := map[[2]int]int{}
	for row := range t.rows {
		if !selected(t.at(row, "id")) {
			continue
		}
		in, err := t.univariate(row)
		if err != nil {
			return nil, err
		}
		in.Seasons = seasonsOf(in.lag, weekly)
		key := [2]int{in.lag, len(in.test)}
		if _, ok := where[key]; !ok {
			where[key] = len(groups)
			groups = append(groups, nil)
		}
		groups[where[key]] = append(groups[where[key]], in)
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("%w: --only matches no series of %s", bench.ErrUsage, path)
	}
	return groups, nil
}

// seasonsOf are the seasons that a frequency's calendar has: hourly a day and a week, daily a week and (364 days) a year.
func seasonsOf(freq int, weekly bool) []int {
	switch {
	case weekly:
		return []int{52}
	case freq == 24:
		return []int{24, 168}
	case freq == 7:
		return []int{7, 364}
	case freq > 1:
		return []int{freq}
	}
	return nil
}

func (t *table) univariate(row int) (instance, error) {
	freq, err := t.whole(row, "freq")
	if err != nil {
		return instance{}, err
	}
	in := instance{lag: freq, Regular: forecast.Regular{ID: t.at(row, "id")}}
	if t.has("train") && t.has("test") {
		if in.Values, err = t.values(row, "train"); err != nil {
			return in, err
		}
		in.test, err = t.values(row, "test")
	} else {
		if err := t.need("values"); err != nil {
			return in, err
		}
		var all []float64
		if all, err = t.values(row, "values"); err != nil {
			return in, err
		}
		h := splitHorizon[freq]
		if h == 0 || h >= len(all) {
			h = max(1, len(all)/4)
		}
		in.Values, in.test = all[:len(all)-h], all[len(all)-h:]
	}
	for _, v := range in.Values {
		in.Signed = in.Signed || v < 0
	}
	return in, err
}
