package vrplib

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// numbers reads the fields of a line as finite numbers.
func numbers(line string, at int) ([]float64, error) {
	fields := strings.Fields(line)
	out := make([]float64, len(fields))
	for k, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || math.Abs(v) > 1e12 {
			return nil, fmt.Errorf("%w: line %d: %q is no number", ErrFormat, at+1, clip(f))
		}
		out[k] = v
	}
	return out, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// whole scales a value of the file into the problem's units, cut after rounding's manner.
func whole(v, scale float64, down bool) int64 {
	if down {
		return int64(math.Floor(v*scale + 1e-9))
	}
	return int64(math.Round(v * scale))
}
