package vrplib

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"quartermaster/routing"
)

// sections is a VRPLIB file taken apart: the head by key, each section as rows of numbers.
type sections struct {
	head map[string]string
	rows map[string][][]float64
}

func takeApart(lines []string) (*sections, error) {
	s := &sections{head: map[string]string{}, rows: map[string][][]float64{}}
	section := ""
	for i, line := range lines {
		line = strings.TrimSpace(line)
		upper := strings.ToUpper(line)
		switch {
		case line == "":
		case upper == "EOF":
			return s, nil
		case strings.HasSuffix(strings.TrimRight(upper, ": \t"), "_SECTION"):
			section = strings.TrimSuffix(strings.TrimRight(upper, ": \t"), "_SECTION")
			s.rows[section] = [][]float64{}
		case section == "":
			key, value, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("%w: line %d: %q is neither KEY : value nor the name of a section", ErrFormat, i+1, clip(line))
			}
			s.head[strings.ToUpper(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), "\"")
		default:
			v, err := numbers(line, i)
			if err != nil {
				return nil, err
			}
			s.rows[section] = append(s.rows[section], v)
		}
	}
	return s, nil
}

// number is a number of the head; ok is false where it is not there.
func (s *sections) number(key string) (v float64, ok bool, err error) {
	text, ok := s.head[key]
	if !ok {
		return 0, false, nil
	}
	v, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e12 {
		return 0, true, fmt.Errorf("%w: %s is %q, no number", ErrFormat, key, clip(text))
	}
	return v, true, nil
}

// column is the values of a section by row number, or the head's value of that name for all, or fallback.
func (s *sections) column(name string, n int, fallback float64) ([]float64, error) {
	out := make([]float64, n)
	value, ok, err := s.number(name)
	if err != nil {
		return nil, err
	}
	if ok {
		fallback = value
	}
	for i := range out {
		out[i] = fallback
	}
	for k, row := range s.rows[name] {
		if len(row) < 2 || row[0] < 1 || int(row[0]) > n {
			return nil, fmt.Errorf("%w: %s_SECTION, row %d: wants a number 1…%d and a value", ErrFormat, name, k+1, n)
		}
		out[int(row[0])-1] = row[1]
	}
	return out, nil
}

// convention is how a family counts: parts of a unit and rounding.
type convention struct {
	scale    float64
	rounding routing.Rounding
	costs    float64 // further scale of costs at the origin
}

// conventions of the dialect's types; others are rounded to whole units.
var conventions = map[string]convention{
	"VRPTW": {10, routing.RoundDown, 1}, "PCVRPTW": {10, routing.RoundDown, 1}, "MTVRPTWR": {10, routing.RoundDown, 1},
	"MDVRPTW": {1000, routing.RoundNearest, 1}, "SDVRPTW": {1000, routing.RoundNearest, 1}, "HFVRP": {1000, routing.RoundNearest, 1},
}

// matrix reads coordinates or an explicit table.
func (s *sections) matrix(n int, c convention) (routing.Matrix, error) {
	if rows := s.rows["NODE_COORD"]; len(rows) > 0 {
		if len(rows) != n {
			return routing.Matrix{}, fmt.Errorf("%w: NODE_COORD_SECTION has %d rows, DIMENSION is %d", ErrFormat, len(rows), n)
		}
		p := routing.Plane{X: make([]float64, n), Y: make([]float64, n), Scale: c.scale, Rounding: c.rounding}
		for k, r := range rows {
			if len(r) < 3 || r[0] < 1 || int(r[0]) > n {
				return routing.Matrix{}, fmt.Errorf("%w: NODE_COORD_SECTION, row %d: wants a number 1…%d, x and y", ErrFormat, k+1, n)
			}
			p.X[int(r[0])-1], p.Y[int(r[0])-1] = r[1], r[2]
		}
		return routing.Matrix{N: n, Plane: &p}, nil
	}
	return s.table(n, c)
}

// table reads EDGE_WEIGHT_SECTION in its four usual shapes.
func (s *sections) table(n int, c convention) (routing.Matrix, error) {
	var flat []float64
	for _, r := range s.rows["EDGE_WEIGHT"] {
		flat = append(flat, r...)
	}
	if n > 1<<14 {
		return routing.Matrix{}, fmt.Errorf("%w: a table of %d places; give coordinates beyond %d", ErrFormat, n, 1<<14)
	}
	cells := make([]int32, n*n)
	put := func(i, j int, v float64) { cells[i*n+j] = int32(min(max(whole(v, c.scale, false), 0), 1e9)) }
	k := 0
	var at func(i, j int) bool
	both := true
	switch format := strings.ToUpper(s.head["EDGE_WEIGHT_FORMAT"]); format {
	case "FULL_MATRIX":
		at, both = func(_, _ int) bool { return true }, false
	case "LOWER_ROW":
		at = func(i, j int) bool { return j < i }
	case "LOWER_DIAG_ROW":
		at = func(i, j int) bool { return j <= i }
	case "UPPER_ROW":
		at = func(i, j int) bool { return j > i }
	case "UPPER_DIAG_ROW":
		at = func(i, j int) bool { return j >= i }
	default:
		return routing.Matrix{}, fmt.Errorf("%w: neither NODE_COORD_SECTION nor an EDGE_WEIGHT_FORMAT that is read (it is %q)", ErrFormat, clip(format))
	}
	for i := range n {
		for j := range n {
			if !at(i, j) {
				continue
			}
			if k == len(flat) {
				return routing.Matrix{}, fmt.Errorf("%w: EDGE_WEIGHT_SECTION has only %d values", ErrFormat, len(flat))
			}
			if i != j {
				put(i, j, flat[k])
				if both {
					put(j, i, flat[k])
				}
			}
			k++
		}
	}
	return routing.Matrix{N: n, DurationSec: cells, DistanceM: cells}, nil
}
