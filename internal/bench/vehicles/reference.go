package vehicles

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// reference is the best known cost of an instance and the vehicles it uses; vehicles is 0 where none are stated.
type reference struct {
	cost     float64
	vehicles int
}

// references reads best_known.csv in the folder of path or in one of the two above it; without one there are none.
func references(path string) (map[string]reference, error) {
	dir := path
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir = filepath.Dir(path)
	}
	for range 3 {
		f, err := os.Open(filepath.Join(dir, "best_known.csv"))
		if err == nil {
			defer f.Close()
			return parse(f)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("bench routing: %w", err)
		}
		dir = filepath.Join(dir, "..")
	}
	return map[string]reference{}, nil
}

func parse(f *os.File) (map[string]reference, error) {
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("bench routing: %s: %w", f.Name(), err)
	}
	column := map[string]int{}
	for k, name := range rows[0] {
		column[name] = k
	}
	cell := func(row []string, name string) string {
		if k, ok := column[name]; ok && k < len(row) {
			return row[k]
		}
		return ""
	}
	out := map[string]reference{}
	for _, row := range rows[1:] {
		cost, err := strconv.ParseFloat(cell(row, "best_known"), 64)
		if err != nil || cost <= 0 {
			continue
		}
		if lower, err := strconv.ParseFloat(cell(row, "lowest_reported"), 64); err == nil && lower < cost {
			cost = lower
		}
		r := reference{cost: cost}
		if n, err := strconv.Atoi(cell(row, "vehicles")); err == nil {
			r.vehicles = n
		}
		out[cell(row, "instance")] = r
		if file := cell(row, "file"); file != "" {
			out[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))] = r
		}
	}
	return out, nil
}
